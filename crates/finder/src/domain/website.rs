//! Fetches a site's front page: the one place where the finder speaks HTTP.
//!
//! The site is a stranger's, its redirects and its DNS are hostile input. Every resolved
//! address is judged inside the resolver that the HTTP client connects by
//! ([`lode_verify::net::JudgingResolver`]), so nothing can be resolved a second time to something
//! else; redirects are
//! followed by hand, each judged anew; body, time and number of hops are bounded; nothing
//! is decompressed; no proxy, cookie or credential is used.

use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use lode_verify::Resolver;
use lode_verify::net::JudgingResolver;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT};
use reqwest::redirect::Policy;
use url::{Host, Url};

use super::charset::decode;

/// Limits and test settings of the fetcher.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// Port in place of 80 and 443, over plain HTTP; only for tests.
    pub port: Option<u16>,
    /// Time for one page, redirects included.
    pub timeout: Duration,
    /// Time for one connection.
    pub connect_timeout: Duration,
    /// Most bytes of a page that are read; the rest is left.
    pub body_bytes_max: usize,
    /// Most redirects followed.
    pub redirects_max: u32,
    /// What we call ourselves.
    pub user_agent: String,
}

impl Default for WebConfig {
    fn default() -> Self {
        Self {
            port: None,
            timeout: Duration::from_secs(4),
            connect_timeout: Duration::from_secs(2),
            body_bytes_max: 256 * 1024,
            redirects_max: 4,
            user_agent: concat!("lode/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// A fetched page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Host that answered in the end.
    pub host: String,
    /// The page, cut at the limit; read as [`super::charset::decode`] says.
    pub html: String,
}

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// No address, no connection, no answer in time, TLS failed.
    #[error("the site cannot be reached")]
    Unreachable,
    /// A host or redirect that must not be asked: an address literal, another scheme or
    /// port, credentials.
    #[error("the site points where it must not")]
    Denied,
    /// More redirects than are followed, or one without a target.
    #[error("too many redirects")]
    Redirects,
    /// An error status.
    #[error("the site answered {0}")]
    Status(u16),
    /// Something else than HTML.
    #[error("not a page")]
    NotHtml,
}

/// Fetches front pages.
#[derive(Debug, Clone)]
pub struct WebFetcher {
    client: reqwest::Client,
    config: WebConfig,
}

/// Why there is no fetcher.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be set up: {0}")]
pub struct FetcherSetupError(#[from] reqwest::Error);

impl WebFetcher {
    /// A fetcher that resolves by `resolver` and connects to public addresses and those in
    /// `allow_nets` only.
    ///
    /// # Errors
    /// Where TLS cannot be set up.
    pub fn new(
        config: WebConfig,
        resolver: Resolver,
        allow_nets: &[IpNet],
    ) -> Result<Self, FetcherSetupError> {
        let mut headers = HeaderMap::new();
        headers.insert(
            ACCEPT,
            HeaderValue::from_static("text/html,application/xhtml+xml"),
        );
        if let Ok(agent) = HeaderValue::from_str(&config.user_agent) {
            headers.insert(USER_AGENT, agent);
        }
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .default_headers(headers)
            .connect_timeout(config.connect_timeout)
            .timeout(config.timeout)
            .pool_max_idle_per_host(0)
            .dns_resolver(Arc::new(JudgingResolver::new(Some(resolver), allow_nets)))
            .build()?;
        Ok(Self { client, config })
    }

    /// Fetches the front page of a domain: over TLS, else plain; with `www.` where the
    /// bare name has no site.
    ///
    /// # Errors
    /// Why there is none; of the last way that was tried.
    pub async fn front_page(&self, domain: &str) -> Result<Page, FetchError> {
        let mut ways = Vec::new();
        let schemes: &[&str] = if self.config.port.is_some() {
            &["http"]
        } else {
            &["https", "http"]
        };
        for scheme in schemes {
            for prefix in ["", "www."] {
                ways.push(format!("{scheme}://{prefix}{domain}/"));
            }
        }
        let all = async {
            let mut last = FetchError::Unreachable;
            for way in ways {
                let url = Url::parse(&way).map_err(|_| FetchError::Denied)?;
                match self.follow(url).await {
                    // Only where nobody answers is another way worth its time.
                    Err(FetchError::Unreachable) => last = FetchError::Unreachable,
                    other => return other,
                }
            }
            Err(last)
        };
        tokio::time::timeout(self.config.timeout, all)
            .await
            .unwrap_or(Err(FetchError::Unreachable))
    }

    async fn follow(&self, mut url: Url) -> Result<Page, FetchError> {
        for _ in 0..=self.config.redirects_max {
            let host = self.check(&mut url)?;
            let response = self
                .client
                .get(url.clone())
                .send()
                .await
                .map_err(|_| FetchError::Unreachable)?;
            let status = response.status();
            if status.is_redirection() {
                let target = response
                    .headers()
                    .get(LOCATION)
                    .and_then(|target| target.to_str().ok())
                    .and_then(|target| url.join(target).ok());
                url = target.ok_or(FetchError::Redirects)?;
                continue;
            }
            if !status.is_success() {
                return Err(FetchError::Status(status.as_u16()));
            }
            let kind = response.headers().get(CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok().map(str::to_ascii_lowercase));
            let kind = kind.as_deref();
            if kind.is_some_and(|kind| !kind.contains("html") && !kind.contains("xml")) {
                return Err(FetchError::NotHtml);
            }
            let body = self.body(response).await?;
            return Ok(Page {
                host,
                html: decode(kind, &body),
            });
        }
        Err(FetchError::Redirects)
    }

    /// Checks where a request would go, and sets the test port.
    fn check(&self, url: &mut Url) -> Result<String, FetchError> {
        let Some(Host::Domain(host)) = url.host() else {
            // Address literals never pass the judging resolver.
            return Err(FetchError::Denied);
        };
        let host = host.trim_end_matches('.').to_owned();
        let plain = url.username().is_empty() && url.password().is_none();
        let scheme = matches!(url.scheme(), "http" | "https");
        if !plain || !scheme || !host.contains('.') {
            return Err(FetchError::Denied);
        }
        match self.config.port {
            Some(port) => {
                if url.port().is_some_and(|other| other != port) {
                    return Err(FetchError::Denied);
                }
                let http = url.set_scheme("http").is_ok() && url.set_port(Some(port)).is_ok();
                http.then_some(host).ok_or(FetchError::Denied)
            }
            None if url.port().is_some() => Err(FetchError::Denied),
            None => Ok(host),
        }
    }

    async fn body(&self, mut response: reqwest::Response) -> Result<Vec<u8>, FetchError> {
        let mut body: Vec<u8> = Vec::new();
        while body.len() < self.config.body_bytes_max {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = self.config.body_bytes_max - body.len();
                    body.extend(chunk.iter().take(room));
                }
                Ok(None) => break,
                // What came before the line broke still tells.
                Err(_) if !body.is_empty() => break,
                Err(_) => return Err(FetchError::Unreachable),
            }
        }
        Ok(body)
    }
}
