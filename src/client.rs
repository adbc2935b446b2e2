//! The backend's API seen from the extension: which request a call is, and what an answer
//! means. Pure: the browser's `fetch` stands in `wasm::http`.

use crate::api::{CaptureRequest, LeadPatch, PairingRequest, Problem, WAIT_SECONDS_MAX};
use crate::decode::{self, Decode};
use crate::protocol::Operation;
use uuid::Uuid;

/// Largest answer that is read, in bytes.
pub const ANSWER_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Captures asked for in one call.
pub const CHANGES_MAX: u32 = 100;

/// A request to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// HTTP method.
    pub method: &'static str,
    /// Path and query, from the server's root.
    pub path: String,
    /// JSON body.
    pub body: Option<String>,
    /// How long an answer may take, in milliseconds.
    pub timeout_ms: u32,
    /// `If-None-Match`: answered with 304 where nothing has changed since.
    pub if_none_match: Option<String>,
}

const TIMEOUT_MS: u32 = 20_000;

/// A provider may take its time, but the browser stops a worker that waits for 30 s.
const OPERATE_TIMEOUT_MS: u32 = 28_000;

impl Call {
    fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            body: None,
            timeout_ms: TIMEOUT_MS,
            if_none_match: None,
        }
    }

    fn with_body(mut self, body: &impl serde::Serialize) -> Self {
        // The wire types hold strings, integers and maps with string keys: these serialise.
        self.body = serde_json::to_string(body).ok();
        self
    }

    /// Hands a capture over.
    #[must_use]
    pub fn capture(request: &CaptureRequest) -> Self {
        Self::new("POST", "/v1/captures").with_body(request)
    }

    /// Waits for changes after a version.
    #[must_use]
    pub fn changes(after: i64, wait: bool) -> Self {
        let seconds = if wait { WAIT_SECONDS_MAX } else { 0 };
        let mut call = Self::new(
            "GET",
            format!("/v1/captures?after={after}&wait={seconds}&limit={CHANGES_MAX}"),
        );
        #[expect(clippy::cast_possible_truncation, reason = "25 seconds")]
        let wait_ms = seconds as u32 * 1_000;
        call.timeout_ms += wait_ms;
        call
    }

    /// Takes up a capture that stopped.
    #[must_use]
    pub fn resume(operation_id: Uuid) -> Self {
        Self::new("POST", format!("/v1/captures/{operation_id}/resume"))
    }

    /// Corrects a lead.
    #[must_use]
    pub fn patch_lead(lead_id: Uuid, patch: &LeadPatch) -> Self {
        Self::new("PATCH", format!("/v1/leads/{lead_id}")).with_body(patch)
    }

    /// Does a priced action of a lead, or goes on with it, under its operation id.
    #[must_use]
    pub fn operate(operation: &Operation) -> Self {
        let id = operation.operation_id;
        match operation.lead_id {
            Some(lead_id) => {
                let mut call = Self::new("POST", ["/v1/", &operation.call].concat());
                call.body = Some(format!(
                    r#"{{"operation_id":"{id}","lead_id":"{lead_id}"}}"#
                ));
                call.timeout_ms = OPERATE_TIMEOUT_MS;
                call
            }
            // Not begun here: the server knows what it was.
            None => Self::new("POST", format!("/v1/operations/{id}/resume")),
        }
    }

    /// A call that one of the extension's pages makes: one that can spend nothing.
    #[must_use]
    pub fn of_page(method: &str, path: &str, body: Option<String>) -> Option<Self> {
        let method = ["GET", "PUT", "PATCH"].into_iter().find(|m| *m == method)?;
        let mut call = Self::new(method, ["/v1/", path].concat());
        call.body = body;
        Some(call)
    }

    /// Asks for the account.
    #[must_use]
    pub fn account() -> Self {
        Self::new("GET", "/v1/account")
    }

    /// Asks for the credit by pool, the prices and the capacity.
    #[must_use]
    pub fn credits() -> Self {
        Self::new("GET", "/v1/credits")
    }

    /// Exchanges a one-time code for a token.
    #[must_use]
    pub fn pair(request: &PairingRequest) -> Self {
        Self::new("POST", "/v1/pairings").with_body(request)
    }

    /// Asks which newer rule files there are.
    #[must_use]
    pub fn rules(etag: Option<String>) -> Self {
        let mut call = Self::new("GET", "/v1/rules");
        call.if_none_match = etag;
        call
    }

    /// Fetches the rule file of a site, by its name as this build knows it.
    #[must_use]
    pub fn rule_file(site: &str) -> Self {
        Self::new("GET", format!("/v1/rules/{site}"))
    }

    /// Revokes the calling token.
    #[must_use]
    pub fn revoke() -> Self {
        Self::new("DELETE", "/v1/devices/current")
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Retry-After` in seconds, where it was given so.
    pub retry_after_s: Option<i64>,
    /// `ETag`, where it was given.
    pub etag: Option<String>,
    /// Body.
    pub body: String,
}

/// Why a call gave no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The server could not be reached, or did not answer in time.
    #[error("{0}")]
    Unreachable(String),
    /// The server does not take the token.
    #[error("the server no longer knows this device")]
    Unauthorized,
    /// The server is there but cannot take the call now (429, 5xx).
    #[error("{detail}")]
    Later {
        /// What it said.
        detail: String,
        /// How long it asked to wait.
        retry_after_ms: Option<i64>,
    },
    /// The server refused: the same call will be refused again.
    #[error("{detail}")]
    Refused {
        /// Its stable code.
        code: String,
        /// What it said.
        detail: String,
    },
    /// What answered is not Lode's server, or of another version.
    #[error("{0}")]
    NotLode(String),
}

/// Reads an answer as `T`.
///
/// # Errors
/// [`CallError`], as the status and the body say.
pub fn read<T: Decode>(answer: &Answer) -> Result<T, CallError> {
    match answer.status {
        200..=299 => decode::from_json(&answer.body).map_err(|_| {
            CallError::NotLode(
                "The answer is not one of Lode's: check the server's address and version."
                    .to_owned(),
            )
        }),
        401 => Err(CallError::Unauthorized),
        429 | 500..=599 => Err(CallError::Later {
            detail: problem(answer).map_or_else(
                || format!("The server answered with an error ({}).", answer.status),
                |p| said(&p),
            ),
            retry_after_ms: answer.retry_after_s.map(|s| s.clamp(0, 3_600) * 1_000),
        }),
        status => match problem(answer) {
            Some(problem) => Err(CallError::Refused {
                detail: said(&problem),
                code: problem.code,
            }),
            // Without a problem body it is a proxy or another program that answers.
            None => Err(CallError::NotLode(format!(
                "Something that is not Lode's server answers at this address ({status})."
            ))),
        },
    }
}

/// As [`read`], for calls that are answered without a body.
///
/// # Errors
/// As [`read`].
pub fn read_empty(answer: &Answer) -> Result<(), CallError> {
    match answer.status {
        200..=299 => Ok(()),
        _ => read::<serde_json::Value>(answer).map(|_| ()),
    }
}

fn problem(answer: &Answer) -> Option<Problem> {
    decode::from_json(&answer.body).ok()
}

fn said(problem: &Problem) -> String {
    let mut text = if problem.detail.is_empty() {
        problem.title.clone()
    } else {
        problem.detail.clone()
    };
    for error in problem.errors.iter().take(3) {
        text.push_str(&format!(" {}: {}.", error.field, error.message));
    }
    text
}

/// The server's address out of what a user types: scheme added where it is missing (http
/// for loopback, https elsewhere), path and trailing slash dropped.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn server_address(typed: &str) -> Result<String, &'static str> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err("Enter the server's address, such as http://127.0.0.1:7317.");
    }
    let with_scheme = if typed.contains("://") {
        typed.to_owned()
    } else if is_loopback_text(typed) {
        format!("http://{typed}")
    } else {
        format!("https://{typed}")
    };
    let url = crate::address::Url::parse(&with_scheme)
        .map_err(|_| "This is not an address. Try one such as http://127.0.0.1:7317.")?;
    let host = url.host_str().unwrap_or_default();
    match url.scheme() {
        "https" if !host.is_empty() => {}
        // Over plain http the token could be read on the way; on this machine it cannot.
        "http" if is_loopback_text(host) => {}
        "http" => return Err("Use https://, or 127.0.0.1 for a server on this computer."),
        _ => return Err("The address must begin with http:// or https://."),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("The address must not hold a user name or a password.");
    }
    Ok(url.origin().ascii_serialization())
}

fn is_loopback_text(host: &str) -> bool {
    let name = host.split('/').next().unwrap_or_default();
    let is = |prefix: &str| {
        name.strip_prefix(prefix)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    };
    // Not `[::1]`: the manifest's content security policy cannot name an IPv6 address.
    is("localhost") || is("127.0.0.1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Credits, Health};

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status,
            retry_after_s: None,
            etag: None,
            body: body.to_owned(),
        }
    }

    #[test]
    fn typed_addresses() {
        let ok = |typed: &str, full: &str| assert_eq!(server_address(typed), Ok(full.to_owned()));
        ok("127.0.0.1:7317", "http://127.0.0.1:7317");
        ok(" http://localhost:7317/ ", "http://localhost:7317");
        ok("lode.example.org", "https://lode.example.org");
        ok(
            "https://lode.example.org:8443/app?x=1",
            "https://lode.example.org:8443",
        );
        ok("https://[2001:db8::1]", "https://[2001:db8::1]");
        for wrong in [
            "",
            "http://lode.example.org",
            "ftp://lode.example.org",
            "https://user:pass@lode.example.org",
            "http://127.0.0.1.example.org",
            "http://[::1]:7317",
            "https://",
        ] {
            assert!(server_address(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn answers_become_values_or_named_errors() {
        let health: Health = read(&answer(200, r#"{"status":"ok","version":"1"}"#)).unwrap();
        assert_eq!(health.version, "1");
        assert_eq!(
            read::<Health>(&answer(401, "")),
            Err(CallError::Unauthorized)
        );
        let later = Answer {
            status: 503,
            retry_after_s: Some(7),
            etag: None,
            body: String::new(),
        };
        assert!(matches!(
            read::<Health>(&later),
            Err(CallError::Later {
                retry_after_ms: Some(7_000),
                ..
            })
        ));
        let refused = r#"{"type":"about:blank","title":"Wrong input","status":422,
            "detail":"Check the fields.","code":"invalid_input",
            "errors":[{"field":"lead.full_name","message":"is too long"}]}"#;
        assert_eq!(
            read::<Health>(&answer(422, refused)),
            Err(CallError::Refused {
                code: "invalid_input".to_owned(),
                detail: "Check the fields. lead.full_name: is too long.".to_owned()
            })
        );
        assert!(matches!(
            read::<Credits>(&answer(200, "<html>")),
            Err(CallError::NotLode(_))
        ));
        assert!(matches!(
            read::<Credits>(&answer(404, "<html>")),
            Err(CallError::NotLode(_))
        ));
        assert_eq!(read_empty(&answer(204, "")), Ok(()));
    }
}
