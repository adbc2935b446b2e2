//! Errors as RFC 9457 problem details with stable codes.
//!
//! The body says what is wrong with the request and what to do; never what went wrong
//! inside: that goes to the log, under the request's id.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_core::api::{FieldError, Problem};
use lode_store::StoreError;

/// Why a request was not done.
#[derive(Debug)]
pub enum ApiError {
    /// The body is no JSON, or not the JSON of this call.
    Malformed(String),
    /// Fields hold what they may not.
    Invalid(Vec<FieldError>),
    /// No token, or one that is unknown or revoked.
    Unauthorized,
    /// The one-time code is unknown, used or out of date.
    PairingCodeInvalid,
    /// No such thing in this account.
    NotFound,
    /// The path knows other methods.
    MethodNotAllowed,
    /// The operation id was used for something else.
    OperationConflict,
    /// The body is too large.
    TooLarge,
    /// The body is not declared as JSON.
    UnsupportedMediaType,
    /// The person was erased and stays erased.
    Erased,
    /// Too many tries; come back after so many seconds.
    RateLimited(u64),
    /// The `Host` is not one of this server's names (DNS rebinding).
    HostNotAllowed,
    /// A web page called; only extensions and programs may.
    OriginNotAllowed,
    /// The database is busy or away; the same request may succeed later.
    Unavailable,
    /// A defect of the server.
    Internal,
}

/// Result of a handler.
pub type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    /// One wrong field.
    #[must_use]
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError {
            field: field.to_owned(),
            message: message.into(),
        }])
    }

    fn facts(&self) -> (StatusCode, &'static str, &'static str, &str) {
        match self {
            Self::Malformed(detail) => (
                StatusCode::BAD_REQUEST,
                "malformed_body",
                "The body is not the JSON that this call takes",
                detail,
            ),
            Self::Invalid(_) => (
                StatusCode::BAD_REQUEST,
                "invalid_input",
                "The request has fields that cannot be accepted",
                "See `errors` for each field. Nothing was stored.",
            ),
            Self::Unauthorized => (
                StatusCode::UNAUTHORIZED,
                "unauthorized",
                "A valid device token is needed",
                "Send `Authorization: Bearer …` with the token of a paired device. If it was \
                 revoked, pair the device again with a code from `lode pair`.",
            ),
            Self::PairingCodeInvalid => (
                StatusCode::FORBIDDEN,
                "pairing_code_invalid",
                "The pairing code is not valid",
                "A code works once, for ten minutes. Make a new one with `lode pair`.",
            ),
            Self::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found",
                "There is no such thing here",
                "Check the address and the id; ids of other accounts are not found either.",
            ),
            Self::MethodNotAllowed => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This address does not take this method",
                "The `Allow` header names the methods that it takes.",
            ),
            Self::OperationConflict => (
                StatusCode::CONFLICT,
                "operation_conflict",
                "The operation id was used for another request",
                "The same id must carry the same body. A new click needs a new id.",
            ),
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "The body is too large",
                "A body may have at most 262144 bytes.",
            ),
            Self::UnsupportedMediaType => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "The body must be JSON",
                "Send `Content-Type: application/json`.",
            ),
            Self::Erased => (
                StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS,
                "erased",
                "This person was erased and is not stored again",
                "The account erased this person. Nothing was stored, looked up or charged.",
            ),
            Self::RateLimited(_) => (
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "Too many tries",
                "Wait as long as `Retry-After` says.",
            ),
            Self::HostNotAllowed => (
                StatusCode::MISDIRECTED_REQUEST,
                "host_not_allowed",
                "This server does not answer under this name",
                "Use the address that the server printed, or add the name to `allowed_hosts`.",
            ),
            Self::OriginNotAllowed => (
                StatusCode::FORBIDDEN,
                "origin_not_allowed",
                "Web pages may not call this server",
                "Only extensions and programs may; see `cors_origins`.",
            ),
            Self::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "The server cannot answer just now",
                "Send the same request again, with the same operation id.",
            ),
            Self::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "The server failed",
                "The operator finds the cause in the log. The same request may be sent again.",
            ),
        }
    }

    /// The body.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (status, code, title, detail) = self.facts();
        Problem {
            kind: format!("urn:lode:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.to_owned(),
            code: code.to_owned(),
            errors: match self {
                Self::Invalid(errors) => errors.clone(),
                _ => Vec::new(),
            },
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        // Never the values: only what the database said of itself.
        if error.is_transient() {
            tracing::warn!(%error, "store unavailable");
            Self::Unavailable
        } else {
            tracing::error!(%error, "store failed");
            Self::Internal
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let problem = self.problem();
        let status =
            StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        match self {
            Self::RateLimited(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Unavailable => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(1));
            }
            Self::Unauthorized => {
                headers.insert(
                    header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("Bearer realm=\"lode\""),
                );
            }
            _ => {}
        }
        response
    }
}
