//! The one way to a provider: HTTPS, the key in a header, no redirects, limits on time and
//! size, and answers as JSON.

use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use lode_core::api::MilliCredits;
use lode_verify::net::JudgingResolver;
use lode_verify::{Address, Resolver, net};
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use serde_json::Value;
use tokio::time::sleep;
use url::{Host, Url};

use crate::pace::{Limit, Pace, SharedPace};
use crate::provider::{ProviderError, SetupError};
use crate::rate;

/// Settings of the connection to a provider.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Address of the API in place of the provider's own; only for tests.
    pub base: Option<Url>,
    /// Networks that may be connected to although they are not public; empty but in tests.
    pub allow_nets: Vec<IpNet>,
    /// Who is asked for the API's address.
    pub resolver: Option<Resolver>,
    /// Time for one request.
    pub timeout: Duration,
    /// Largest answer, in bytes.
    pub body_bytes_max: usize,
    /// Pause between two looks at a result that is being worked on.
    pub poll_every: Duration,
    /// Time for a result that is being worked on, without that of the looks themselves: a
    /// look may have to wait for its turn.
    pub poll_for: Duration,
    /// Whether the documented rates are kept to, and refusals for the rate waited out by all; off
    /// only in tests.
    pub paced: bool,
    /// By what all servers with the same key keep to them together. `None`: each by itself.
    pub shared_pace: Option<Arc<dyn SharedPace>>,
}

impl Default for ProviderConfig {
    fn default() -> Self {
        Self {
            base: None,
            allow_nets: Vec::new(),
            resolver: None,
            timeout: Duration::from_secs(25),
            body_bytes_max: 1024 * 1024,
            // Icypeas asks for 3 s between reads; nobody asks for more.
            poll_every: Duration::from_secs(3),
            poll_for: Duration::from_secs(90),
            paced: true,
            shared_pace: None,
        }
    }
}

/// A provider's API.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    client: reqwest::Client,
    base: Url,
    config: ProviderConfig,
    pace: Arc<Pace>,
    /// Whether a reply is a refusal for the rate.
    refuses: fn(&Reply) -> bool,
}

/// An answer of any status.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body; null where that of an error, or of a status without an answer, is no JSON.
    pub(crate) json: Value,
}

/// Successes that bring no answer yet, whatever their body: 202 "ask again", 204, and Hunter's
/// 222 "could not be judged now".
const WITHOUT_ANSWER: [u16; 3] = [202, 204, 222];

impl Api {
    /// An API at `base` (or the test's), every request with these headers and within these
    /// limits.
    pub(crate) fn new(
        base: &str,
        headers: impl IntoIterator<Item = (&'static str, HeaderValue)>,
        limits: &[Limit],
        config: &ProviderConfig,
    ) -> Result<Self, SetupError> {
        let base = match &config.base {
            Some(base) => base.clone(),
            None => Url::parse(base).map_err(|_| SetupError::Base)?,
        };
        // Names are judged when they are resolved, literals here: a client connects to them
        // without asking.
        let test_network = match base.host() {
            Some(Host::Ipv4(ip)) => judged(ip.into(), config)?,
            Some(Host::Ipv6(ip)) => judged(ip.into(), config)?,
            Some(Host::Domain(_)) => false,
            None => return Err(SetupError::Base),
        };
        if base.cannot_be_a_base() || (base.scheme() != "https" && !test_network) {
            return Err(SetupError::Base);
        }
        let mut all = HeaderMap::new();
        // Findymail answers a bad key with a login page unless JSON is asked for.
        all.insert(ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in headers {
            let name = HeaderName::try_from(name).map_err(|_| SetupError::Client)?;
            all.insert(name, value);
        }
        let client = reqwest::Client::builder()
            // A proxy would hide from the judge where the connection goes.
            .no_proxy()
            .dns_resolver(Arc::new(JudgingResolver::new(
                config.resolver.clone(),
                &config.allow_nets,
            )))
            .default_headers(all)
            .redirect(Policy::none())
            .referer(false)
            .user_agent(concat!("lode/", env!("CARGO_PKG_VERSION")))
            .timeout(config.timeout)
            .connect_timeout(config.timeout.min(Duration::from_secs(10)))
            .build()
            .map_err(|_| SetupError::Client)?;
        Ok(Self {
            client,
            base,
            config: config.clone(),
            pace: Arc::new(Pace::within(limits, config)),
            refuses: |reply| reply.status == 429,
        })
    }

    /// The same API, which refuses for the rate in another way than by 429.
    pub(crate) fn refusing(self, refuses: fn(&Reply) -> bool) -> Self {
        Self { refuses, ..self }
    }

    /// `GET path?query`.
    pub(crate) async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Reply, ProviderError> {
        self.send(Method::GET, path, query, None, None).await
    }

    /// `POST path` with a JSON body.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Reply, ProviderError> {
        self.send(Method::POST, path, &[], Some(body), None).await
    }

    /// `POST path?query` without a body.
    pub(crate) async fn post_query(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Reply, ProviderError> {
        self.send(Method::POST, path, query, None, None).await
    }

    /// A request with everything; `authorization` beside the headers of every request.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        authorization: Option<&HeaderValue>,
    ) -> Result<Reply, ProviderError> {
        let mut url = self.base.clone();
        {
            let mut segments = url
                .path_segments_mut()
                .map_err(|()| ProviderError::Unreachable)?;
            segments.pop_if_empty().extend(path.split('/'));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url);
        if let Some(value) = authorization {
            request = request.header(reqwest::header::AUTHORIZATION, value.clone());
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.pace.turn().await?;
        let response = request.send().await.map_err(|error| transport(&error))?;
        if let Some(pause) = rate::exhausted(response.headers(), jiff::Timestamp::now()) {
            self.pace.pause(pause).await;
        }
        let reply = self.read(response).await?;
        if (self.refuses)(&reply) {
            self.pace.refused(reply.retry_after()).await;
        }
        Ok(reply)
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Reply, ProviderError> {
        let status = response.status();
        let headers = response.headers().clone();
        if status.is_redirection() {
            return Err(ProviderError::Redirected);
        }
        let mut body: Vec<u8> = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| {
            if error.is_timeout() {
                ProviderError::Timeout
            } else {
                ProviderError::Lost
            }
        })? {
            if body.len() + chunk.len() > self.config.body_bytes_max {
                return Err(ProviderError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let has_answer = status.is_success() && !WITHOUT_ANSWER.contains(&status.as_u16());
        let json = if !has_answer {
            serde_json::from_slice(&body).unwrap_or_default()
        } else {
            let kind = headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok());
            if !kind.is_some_and(|kind| kind.to_ascii_lowercase().contains("json")) {
                return Err(ProviderError::WrongContentType);
            }
            serde_json::from_slice(&body).map_err(|_| ProviderError::Malformed("no JSON"))?
        };
        Ok(Reply {
            status: status.as_u16(),
            headers,
            json,
        })
    }

    /// Looks again and again, with pauses, until there is a result or the time is up. Once
    /// the work has begun (it was handed in before, or a look said so), a limit on looking
    /// is waited out, and a look that fails is made again: what we wait for may be paid for
    /// already. Then the end is [`ProviderError::Pending`].
    pub(crate) async fn poll<T, F, Asked>(
        &self,
        mut begun: bool,
        mut look: F,
    ) -> Result<T, ProviderError>
    where
        F: FnMut() -> Asked + Send,
        Asked: Future<Output = Result<Option<T>, ProviderError>> + Send,
    {
        let mut left = self.config.poll_for;
        loop {
            let pause = match look().await {
                Ok(Some(result)) => return Ok(result),
                Ok(None) => {
                    begun = true;
                    self.config.poll_every
                }
                Err(ProviderError::RateLimited { retry_after }) if begun => {
                    retry_after.unwrap_or(self.config.poll_every * 2)
                }
                Err(error) if begun && error.is_about_the_look() => self.config.poll_every * 2,
                Err(error) => return Err(error),
            };
            left = left.checked_sub(pause).ok_or(ProviderError::Pending)?;
            sleep(pause).await;
        }
    }
}

/// Judges a literal address of an API; whether it is one that only the allow-list opens.
fn judged(ip: IpAddr, config: &ProviderConfig) -> Result<bool, SetupError> {
    net::judge(ip, &config.allow_nets)
        .map(net::JudgedIp::allow_listed)
        .map_err(|_| SetupError::Base)
}

fn transport(error: &reqwest::Error) -> ProviderError {
    if error.is_connect() {
        ProviderError::Unreachable
    } else if error.is_timeout() {
        ProviderError::Timeout
    } else {
        // The request may have left.
        ProviderError::Lost
    }
}

impl Reply {
    /// The usual meaning of an error status (RFC 9110, RFC 6585, RFC 7725); `None` for
    /// success. Providers differ: each checks its own first.
    pub(crate) fn usual_error(&self) -> Option<ProviderError> {
        Some(match self.status {
            200..=299 => return None,
            401 | 403 => ProviderError::Unauthorized,
            402 => ProviderError::OutOfCredits,
            408 | 504 => ProviderError::Timeout,
            429 => self.rate_limited(),
            451 => ProviderError::OptedOut,
            500..=599 => ProviderError::Server(self.status),
            status => ProviderError::InvalidRequest(
                self.error_code().unwrap_or_else(|| status.to_string()),
            ),
        })
    }

    /// A rate limit with the wait that headers or body name. It holds for every request, also
    /// for those that wait for their turn: see [`Api::refusing`].
    pub(crate) fn rate_limited(&self) -> ProviderError {
        ProviderError::RateLimited {
            retry_after: self.retry_after(),
        }
    }

    /// When to ask again, by headers or body.
    fn retry_after(&self) -> Option<Duration> {
        let now = jiff::Timestamp::now();
        let in_body = || self.json.pointer("/retry_after_seconds")?.as_u64();
        rate::retry_after(&self.headers, now)
            .or_else(|| in_body().map(rate::bounded))
            .or_else(|| rate::exhausted(&self.headers, now))
            .or_else(|| rate::reset(&self.headers, now))
    }

    /// A reply to a search, read in the order that holds for all: nobody (404, `None`), an
    /// error by the provider's own list, what is no object.
    pub(crate) fn searched(
        self,
        error_of: impl Fn(&Self) -> Option<ProviderError>,
    ) -> Result<Option<Self>, ProviderError> {
        if self.status == 404 {
            return Ok(None);
        }
        self.answered(error_of).map(Some)
    }

    /// The same where a 404 is an error like others.
    pub(crate) fn answered(
        self,
        error_of: impl Fn(&Self) -> Option<ProviderError>,
    ) -> Result<Self, ProviderError> {
        match error_of(&self) {
            Some(error) => Err(error),
            None if !self.json.is_object() => Err(ProviderError::Malformed("no object")),
            None => Ok(self),
        }
    }

    /// The reply to a look at work that was begun: what the provider knows no more is gone.
    pub(crate) fn looked(
        self,
        error_of: impl Fn(&Self) -> Option<ProviderError>,
    ) -> Result<Self, ProviderError> {
        if matches!(self.status, 404 | 410) {
            return Err(ProviderError::Gone);
        }
        self.answered(error_of)
    }

    /// A field that every answer of its kind has, though it may be null: without it nobody knows
    /// what the answer says.
    pub(crate) fn field(
        &self,
        pointer: &str,
        absent: &'static str,
    ) -> Result<&Value, ProviderError> {
        self.json
            .pointer(pointer)
            .ok_or(ProviderError::Malformed(absent))
    }

    /// The provider's id of the work that a search has begun.
    pub(crate) fn task(
        &self,
        pointer: &str,
        absent: &'static str,
    ) -> Result<String, ProviderError> {
        let id = self.text(pointer).filter(|id| is_task(id));
        id.map(str::to_owned)
            .ok_or(ProviderError::Malformed(absent))
    }

    /// The code of an error body, in any of the shapes that providers use; never its free
    /// text, which may name the person.
    fn error_code(&self) -> Option<String> {
        [
            "/errors/0/id",
            "/errors/0/code",
            "/error_code",
            "/code",
            "/error/code",
            "/error",
        ]
        .iter()
        .filter_map(|pointer| self.json.pointer(pointer)?.as_str())
        .find(|code| {
            code.len() <= 60
                && code
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        })
        .map(str::to_owned)
    }

    /// A text at a JSON pointer; empty counts as absent.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        text(&self.json, pointer)
    }

    /// An address at a JSON pointer, as it stands; empty counts as absent.
    pub(crate) fn mail(&self, pointer: &str) -> Option<&str> {
        mail(&self.json, pointer)
    }

    /// An amount of credits at a JSON pointer, as number or text.
    pub(crate) fn credits(&self, pointer: &str) -> Option<MilliCredits> {
        let value = self.json.pointer(pointer)?;
        let amount = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
        let milli = (amount * 1000.0).round();
        #[expect(clippy::cast_possible_truncation, reason = "checked against the range")]
        (milli.is_finite() && milli.abs() < 1e15).then_some(milli as MilliCredits)
    }
}

/// A text at a JSON pointer; empty counts as absent, and so does one with controls: nobody
/// means such a text, and it would go to screens and files.
pub(crate) fn text<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = json.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty() && !text.contains(char::is_control)).then_some(text)
}

/// An address at a JSON pointer, as it stands: what it may hold, [`address`] decides, and what
/// it may not is an error rather than no address. Empty counts as absent.
pub(crate) fn mail<'a>(json: &'a Value, pointer: &str) -> Option<&'a str> {
    let text = json.pointer(pointer)?.as_str()?.trim();
    (!text.is_empty()).then_some(text)
}

/// Longest id of a task, in characters.
const TASK_CHARS_MAX: usize = 200;

/// Whether this can be an id of a task. It is kept, and becomes a part of paths and questions.
pub(crate) fn is_task(id: &str) -> bool {
    (1..=TASK_CHARS_MAX).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Longest number that is taken, in characters: with country code, brackets and extension.
const NUMBER_CHARS_MAX: usize = 40;

/// A phone number at a JSON pointer, as the provider writes it; masked ones count as absent.
pub(crate) fn number(json: &Value, pointer: &str) -> Result<Option<String>, ProviderError> {
    let number = match json.pointer(pointer) {
        None | Some(Value::Null) => return Ok(None),
        Some(value) => value.as_str(),
    };
    let number = number.ok_or(ProviderError::Malformed("no number"))?.trim();
    if number.is_empty() || number.contains('*') {
        return Ok(None);
    }
    if number.contains(char::is_control) || number.chars().count() > NUMBER_CHARS_MAX {
        return Err(ProviderError::Malformed("no number"));
    }
    Ok(Some(number.to_owned()))
}

/// A whole number from 0 to 100 at a JSON pointer.
pub(crate) fn percent(json: &Value, pointer: &str) -> Option<u8> {
    let value = json.pointer(pointer)?.as_f64()?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the range"
    )]
    (0.0..=100.0)
        .contains(&value)
        .then_some(value.round() as u8)
}

/// An address that a provider names.
pub(crate) fn address(text: &str) -> Result<Address, ProviderError> {
    Address::parse(text.trim()).map_err(|_| ProviderError::Malformed("no address"))
}
