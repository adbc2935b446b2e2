//! `POST /v1/verifications`: one address, by the engine that look-ups use.

use std::time::Duration;

use axum::extract::State;
use lode_core::email::EmailStatus;
use lode_store::{ActionEnd, ActionRequest, ActionSubject, Operation};
use lode_verify::{Address, Verdict};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};

use super::Answer;
use super::operations::{self, Begin};
use crate::api::{OperationView, VerificationRequest};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;
use crate::{evidence, verification};

/// Longest that a verification may take: a client waits for it.
const TIME_MAX: Duration = Duration::from_secs(60);

/// Until when a mail server's wish to be asked again later is waited for.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Verifies an address, once for its operation id.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(mut request): ApiJson<VerificationRequest>,
) -> ApiResult<Answer<OperationView>> {
    validate::operation_id(request.operation_id)?;
    request.address = validate::typed_address("address", &request.address)?;
    let (operation, repeated) = run(&app, &caller, request).await?;
    operations::answer(&app, &caller, operation, repeated).await
}

/// The same for a request that is checked; and whether it was done before.
pub(crate) async fn run(
    app: &App,
    caller: &Caller,
    request: VerificationRequest,
) -> ApiResult<(Operation, bool)> {
    let action = ActionRequest {
        id: request.operation_id,
        action: "verify",
        body_hash: operations::body_hash("verifications", &request)?,
        member_id: caller.member_id,
        subject: ActionSubject::Email(request.address.clone()),
        request: serde_json::to_string(&request).map_err(|_| ApiError::Internal)?,
    };
    let ticket = match operations::begin(app, caller, &action).await? {
        Begin::Work(ticket) => ticket,
        Begin::Done(operation) => return Ok((*operation, true)),
    };
    // A task of its own: a client that goes away does not leave it half done.
    let app = app.clone();
    let work = tokio::spawn(async move {
        let end = match timeout(TIME_MAX, verify(&app, &request.address)).await {
            Ok(end) => end,
            Err(_) => outcome("failed", json!({ "reasons": ["timed_out"] })),
        };
        app.store
            .finish_action(&ticket, &end, &app.pricing, app.now())
            .await
    });
    let operation = work.await.map_err(|_| ApiError::Internal)??;
    Ok((operation, false))
}

fn outcome(outcome: &str, result: serde_json::Value) -> ActionEnd {
    ActionEnd::Outcome {
        outcome: outcome.to_owned(),
        result: result.to_string(),
    }
}

async fn verify(app: &App, address: &str) -> ActionEnd {
    if Address::parse(address).is_err() {
        // Nobody is asked about what is no address.
        let result = json!({ "address": address, "status": "invalid", "score": 0,
                             "reasons": ["malformed"], "checked_at": app.now() });
        return outcome("malformed", result);
    }
    let end = Instant::now() + WAIT_MAX;
    let mut attempt = 0;
    loop {
        let verdict = app.verifier().verify(address, attempt).await;
        if verdict.status == EmailStatus::Deferred
            && let Some(pause) = verdict.retry_after
        {
            if Instant::now() + pause < end {
                sleep(pause).await;
                attempt = attempt.saturating_add(u32::from(!verdict.held));
                continue;
            }
            return ActionEnd::NothingLearned {
                code: "deferred",
                line: "Free: the mail server asked to come back later",
                result: facts(app, &verdict).to_string(),
            };
        }
        return outcome(
            verification::priced_as(verdict.status),
            facts(app, &verdict),
        );
    }
}

fn facts(app: &App, verdict: &Verdict) -> serde_json::Value {
    json!({
        "address": verdict.email,
        "status": verdict.status,
        "score": verdict.score,
        "reasons": verdict.reasons,
        "mx": verdict.mx,
        "evidence": evidence::shown(&verdict.evidence),
        "checked_at": app.now(),
    })
}
