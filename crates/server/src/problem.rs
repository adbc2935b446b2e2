//! Errors as RFC 9457 problem details with stable codes.
//!
//! The body says what is wrong with the request and what to do; never what went wrong
//! inside: that goes to the log, under the request's id.

use std::borrow::Cow;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_core::api::{FieldError, Problem};
use lode_ledger::policy::credits_text;
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
    /// The member's role may not do this.
    Forbidden(&'static str),
    /// There is too little credit.
    OutOfCredits {
        /// The most that it can cost, in milli-credits.
        needed: i64,
        /// What there is for it.
        available: i64,
        /// Whether it is the member's own cap that stands in the way.
        capped: bool,
        /// Whether it is kept until an explicit request.
        kept: bool,
    },
    /// The policy does not sell this.
    NotOffered,
    /// The operator has configured nobody to ask.
    SourceNotConfigured,
    /// Whoever has to be asked does not answer.
    SourceUnavailable(String),
    /// Another request is at the same operation.
    InProgress,
    /// A provider works on what the operation has begun: to be asked for again after so many
    /// seconds.
    Pending(u64),
    /// The plan has no room for another member.
    MemberLimit(u32),
    /// Somebody has to be admin.
    LastAdmin,
    /// It cannot be had as things stand.
    Refused(String),
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

    fn facts(&self) -> (StatusCode, &'static str, &'static str, Cow<'_, str>) {
        let (status, code, title, detail) = match self {
            Self::Malformed(detail) => (
                StatusCode::BAD_REQUEST,
                "malformed_body",
                "The body is not the JSON that this call takes",
                detail.as_str(),
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
            Self::Forbidden(what) => {
                return (
                    StatusCode::FORBIDDEN,
                    "forbidden",
                    "Your role may not do this",
                    format!("{what} is for others in this account; ask an admin.").into(),
                );
            }
            Self::OutOfCredits {
                needed,
                available,
                capped,
                kept,
            } => return out_of_credits(*needed, *available, *capped, *kept),
            Self::NotOffered => (
                StatusCode::FORBIDDEN,
                "action_not_offered",
                "The price list does not have this action",
                "The operator's policy decides what is offered; see `GET /v1/credits`.",
            ),
            Self::SourceNotConfigured => (
                StatusCode::CONFLICT,
                "source_not_configured",
                "Nobody is configured who could be asked for this",
                "The operator has to configure a data provider. Nothing was charged.",
            ),
            Self::SourceUnavailable(detail) => {
                return (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "source_unavailable",
                    "Whoever has to be asked does not answer",
                    format!("{detail}. Nothing was charged; the same request may be sent again.")
                        .into(),
                );
            }
            Self::InProgress | Self::Pending(_) => (
                StatusCode::CONFLICT,
                "operation_in_progress",
                "This operation is under way",
                "Send the same request again after `Retry-After`; it is charged once.",
            ),
            Self::MemberLimit(most) => {
                return (
                    StatusCode::CONFLICT,
                    "member_limit_reached",
                    "The plan has no room for another member",
                    format!("The plan allows {most}, open invitations counted in.").into(),
                );
            }
            Self::LastAdmin => (
                StatusCode::CONFLICT,
                "last_admin",
                "Somebody has to be admin",
                "Make somebody else admin first.",
            ),
            Self::Refused(detail) => {
                return (
                    StatusCode::CONFLICT,
                    "refused",
                    "This cannot be had as things stand",
                    detail.as_str().into(),
                );
            }
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
        };
        (status, code, title, detail.into())
    }

    /// The body.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (status, code, title, detail) = self.facts();
        Problem {
            kind: format!("urn:lode:problem:{code}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail: detail.into_owned(),
            code: code.to_owned(),
            errors: match self {
                Self::Invalid(errors) => errors.clone(),
                _ => Vec::new(),
            },
        }
    }
}

fn out_of_credits(
    needed: i64,
    available: i64,
    capped: bool,
    kept: bool,
) -> (StatusCode, &'static str, &'static str, Cow<'static, str>) {
    let (code, title) = if capped {
        (
            "member_cap_reached",
            "Your own cap for this period is reached",
        )
    } else {
        ("out_of_credits", "There is too little credit for this")
    };
    let next = if kept {
        "It is kept, and goes on when it is sent again or resumed, not by itself."
    } else {
        "Nothing was kept; it may be sent again once there is credit."
    };
    let detail = format!(
        "It may cost {} credits; {} are there for it. Nothing was charged. {next}",
        credits_text(needed),
        credits_text(available)
    );
    (StatusCode::PAYMENT_REQUIRED, code, title, detail.into())
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::OperationConflict => return Self::OperationConflict,
            StoreError::Refused(why) => return Self::Refused(why),
            _ => {}
        }
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
            Self::Pending(seconds) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Unavailable | Self::InProgress => {
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
