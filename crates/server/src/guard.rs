//! Who may call at all: host names, origins, tokens. And the log line of each request.

use std::net::SocketAddr;
use std::time::Instant;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lode_ledger::policy::{Permission, Role};
use lode_store::Viewer;
use uuid::Uuid;

use crate::app::App;
use crate::credit_headers::KnownCaller;
use crate::problem::{ApiError, ApiResult};

/// Longest token that is looked at, in bytes.
const TOKEN_BYTES_MAX: usize = 256;

/// The device that calls, known by its token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) account_id: Uuid,
    pub(crate) device_id: Uuid,
    /// Whose device it is.
    pub(crate) member_id: Uuid,
    pub(crate) role: Role,
}

impl Caller {
    /// The caller as the store knows who looks.
    pub(crate) fn viewer<'a>(&self, app: &'a App) -> Viewer<'a> {
        Viewer {
            account_id: self.account_id,
            member_id: Some(self.member_id),
            pricing: &app.pricing,
        }
    }

    /// Whether the policy allows the member's role to do something.
    pub(crate) fn is_allowed(&self, app: &App, permission: Permission) -> bool {
        app.pricing.policy().allows(self.role, permission)
    }

    /// Refuses what the policy does not allow the member's role.
    pub(crate) fn may(&self, app: &App, permission: Permission) -> ApiResult<()> {
        if self.is_allowed(app, permission) {
            return Ok(());
        }
        Err(ApiError::Forbidden(match permission {
            Permission::Invite => "Inviting members",
            Permission::DeleteInvitation => "Taking invitations back",
            Permission::ChangeRole => "Changing members",
            Permission::DeleteUser => "Removing members",
            Permission::Buy => "Buying credit",
            Permission::ChangePlan => "Changing the plan",
            Permission::CancelSubscription => "Cancelling the plan",
            Permission::Settings => "Changing the account's settings",
        }))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let token = bearer_token(&parts.headers).ok_or(ApiError::Unauthorized)?;
        let device = app
            .store
            .authenticate(token, app.now())
            .await?
            .ok_or(ApiError::Unauthorized)?;
        let caller = Self {
            account_id: device.account_id,
            device_id: device.id,
            member_id: device.member_id,
            role: device.role,
        };
        if let Some(known) = parts.extensions.get::<KnownCaller>() {
            known.set(caller);
        }
        Ok(caller)
    }
}

/// The token of an `Authorization: Bearer` header (RFC 6750 section 2.1).
fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= TOKEN_BYTES_MAX)
        .then_some(token)
}

/// Names under which the server answers.
#[derive(Debug, Clone)]
pub(crate) struct HostNames {
    /// `None`: all.
    names: Option<Vec<String>>,
}

impl HostNames {
    /// On loopback, the loopback names and those of the configuration; elsewhere those of
    /// the configuration, or all where it names none.
    pub(crate) fn new(listen: SocketAddr, configured: &[String]) -> Self {
        let mut names: Vec<String> = configured.iter().map(|n| n.to_ascii_lowercase()).collect();
        if listen.ip().is_loopback() {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
            names.push(match listen {
                SocketAddr::V4(v4) => v4.ip().to_string(),
                SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
            });
        } else if names.is_empty() {
            return Self { names: None };
        }
        Self { names: Some(names) }
    }

    fn allows(&self, host: &str) -> bool {
        let Some(names) = &self.names else {
            return true;
        };
        let name = match host.rsplit_once(':') {
            // Not the colons within an IPv6 address.
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        names.contains(&name)
    }
}

/// Refuses requests under foreign names and from web pages.
pub(crate) async fn check_host_and_origin(
    State(hosts): State<HostNames>,
    request: Request,
    next: Next,
) -> Response {
    let host = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .or_else(|| request.uri().authority().map(|a| a.as_str()));
    if !host.is_some_and(|host| hosts.allows(host)) && hosts.names.is_some() {
        return ApiError::HostNotAllowed.into_response();
    }
    // A browser names the page that calls. Extensions and programs are fine; a web page
    // has no business here, whatever it may read.
    let web_page = request
        .headers()
        .get(header::ORIGIN)
        .is_some_and(|origin| !is_extension(origin));
    if web_page {
        return ApiError::OriginNotAllowed.into_response();
    }
    next.run(request).await
}

fn is_extension(origin: &HeaderValue) -> bool {
    origin.to_str().is_ok_and(|origin| {
        origin.starts_with("chrome-extension://") || origin.starts_with("moz-extension://")
    })
}

/// Writes one log line a request: route, status, duration and an id that the answer
/// carries too. The route is the pattern, never the address as sent: that may hold
/// anything.
pub(crate) async fn log_request(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = Uuid::now_v7().to_string();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    if response.status().is_server_error() {
        tracing::error!(request.id = %id, %method, route, status, duration_ms, "request failed");
    } else {
        tracing::debug!(request.id = %id, %method, route, status, duration_ms, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_answers_to_loopback_names_only() {
        let hosts = HostNames::new("127.0.0.1:7317".parse().unwrap(), &["Lode.Lan".to_owned()]);
        for name in [
            "localhost",
            "LOCALHOST:7317",
            "127.0.0.1:7317",
            "[::1]:7317",
            "[::1]",
            "lode.lan:1",
            "localhost.:80",
        ] {
            assert!(hosts.allows(name), "{name}");
        }
        for name in [
            "evil.example",
            "127.0.0.1.evil.example",
            "",
            "[::2]:1",
            "localhost@evil",
        ] {
            assert!(!hosts.allows(name), "{name}");
        }
        let open = HostNames::new("0.0.0.0:7317".parse().unwrap(), &[]);
        assert!(open.allows("lode.example"));
        let named = HostNames::new(
            "0.0.0.0:7317".parse().unwrap(),
            &["lode.example".to_owned()],
        );
        assert!(named.allows("lode.example:443") && !named.allows("evil.example"));
    }

    #[test]
    fn only_a_bearer_token_is_one() {
        let token = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            bearer_token(&headers).map(str::to_owned)
        };
        assert_eq!(token("Bearer lode_1").as_deref(), Some("lode_1"));
        assert_eq!(token("bearer  lode_1 ").as_deref(), Some("lode_1"));
        for bad in ["lode_1", "Basic lode_1", "Bearer", "Bearer "] {
            assert_eq!(token(bad), None, "{bad}");
        }
        assert_eq!(token(&format!("Bearer {}", "x".repeat(300))), None);
    }
}
