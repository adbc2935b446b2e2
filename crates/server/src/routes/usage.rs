//! `POST /v1/usage`: actions whose work an integration of the operator has done.

use axum::extract::State;
use lode_store::{Usage, Used};

use super::{Answer, operations};
use crate::api::{OperationView, UsageRequest};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// What may be reported: the server itself does the others.
const ACTIONS: [&str; 6] = [
    "profile_enrichment",
    "company_enrichment",
    "mobile_verify",
    "job_alert",
    "ai_text",
    "call_minute",
];

/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 500;

/// Largest evidence, in bytes of JSON.
const EVIDENCE_BYTES_MAX: usize = 16 * 1024;

/// Most units of one report.
const UNITS_MAX: u32 = 100_000;

/// Charges a reported action by the policy, once for its operation id.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<UsageRequest>,
) -> ApiResult<Answer<OperationView>> {
    validate::operation_id(request.operation_id)?;
    let action = ACTIONS
        .into_iter()
        .find(|action| *action == request.action)
        .ok_or_else(|| ApiError::field("action", format!("is none of {}", ACTIONS.join(", "))))?;
    let subject = request.subject.trim();
    if subject.is_empty() || subject.chars().count() > SUBJECT_CHARS_MAX {
        return Err(ApiError::field(
            "subject",
            format!("must have 1 to {SUBJECT_CHARS_MAX} characters"),
        ));
    }
    let known = lode_ledger::policy::vocabulary::known(action).ok_or(ApiError::Internal)?;
    let free = lode_ledger::policy::vocabulary::ALWAYS_FREE;
    let outcome = request.outcome.as_str();
    if !known.outcomes.contains(&outcome) && !free.contains(&outcome) {
        return Err(ApiError::field(
            "outcome",
            format!("is none of {}", known.outcomes.join(", ")),
        ));
    }
    if !(1..=UNITS_MAX).contains(&request.units) || (request.units > 1 && known.unit.is_none()) {
        let most = if known.unit.is_some() { UNITS_MAX } else { 1 };
        return Err(ApiError::field("units", format!("must be 1 to {most}")));
    }
    let text = serde_json::to_string(&request).map_err(|_| ApiError::Internal)?;
    if text.len() > EVIDENCE_BYTES_MAX {
        return Err(ApiError::field(
            "evidence",
            format!("larger than {EVIDENCE_BYTES_MAX} bytes"),
        ));
    }
    let usage = Usage {
        id: request.operation_id,
        action,
        outcome: request.outcome.clone(),
        units: request.units,
        subject: subject.to_lowercase(),
        body_hash: operations::body_hash("usage", &request)?,
        member_id: caller.member_id,
        request: text,
    };
    let used = app
        .store
        .report_usage(caller.account_id, &usage, &app.pricing, app.now())
        .await?;
    match used {
        Used::Done(operation) => operations::answer(&app, &caller, *operation, false).await,
        Used::Repeated(operation) => operations::answer(&app, &caller, *operation, true).await,
        Used::Conflict => Err(ApiError::OperationConflict),
        Used::NotOffered => Err(ApiError::NotOffered),
        Used::OutOfCredits {
            needed,
            available,
            capped,
        } => Err(ApiError::OutOfCredits {
            needed,
            available,
            capped,
            kept: false,
        }),
    }
}
