//! `POST /v1/verifications`: one address, by the engine that look-ups use; where that cannot
//! judge it, with the opinion of the account's providers.

use std::time::Duration;

use axum::extract::State;
use lode_core::email::EmailStatus;
use lode_finder::opinions::{Opinion, is_open, of_address};
use lode_store::{ActionEnd, ActionRequest, ActionSubject, Operation};
use lode_verify::{Address, Verdict};
use serde_json::json;
use tokio::time::{Instant, sleep, timeout};
use uuid::Uuid;

use super::Answer;
use super::operations::{self, Begin};
use crate::api::{OperationView, VerificationRequest};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::providers::{Heard, OpinionQuestion};
use crate::validate;
use crate::{evidence, verification};

/// Longest that a verification may take: a client waits for it.
const TIME_MAX: Duration = Duration::from_secs(60);

/// Longest that providers are waited for after it; what comes later is kept for the next time.
const OPINIONS_TIME_MAX: Duration = Duration::from_secs(30);

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
    let (app, account_id) = (app.clone(), caller.account_id);
    let work = tokio::spawn(async move {
        let asked = Asked {
            account_id,
            operation: request.operation_id,
            address: &request.address,
        };
        let end = match timeout(TIME_MAX, verify(&app, &request.address)).await {
            Ok(Verified::End(end)) => end,
            Ok(Verified::Verdict(verdict)) => judged(&app, &asked, *verdict).await,
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

/// What our own verification came to.
enum Verified {
    /// It is over.
    End(ActionEnd),
    /// With this verdict.
    Verdict(Box<Verdict>),
}

async fn verify(app: &App, address: &str) -> Verified {
    if Address::parse(address).is_err() {
        // Nobody is asked about what is no address.
        let result = json!({ "address": address, "status": "invalid", "score": 0,
                             "reasons": ["malformed"], "checked_at": app.now() });
        return Verified::End(outcome("malformed", result));
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
            return Verified::End(ActionEnd::NothingLearned {
                code: "deferred",
                line: "Free: the mail server asked to come back later",
                result: facts(app, &verdict).to_string(),
            });
        }
        return Verified::Verdict(Box::new(verdict));
    }
}

/// Whose verification it is, of what.
struct Asked<'a> {
    account_id: Uuid,
    operation: Uuid,
    address: &'a str,
}

/// The end with a verdict: where it leaves open if the mailbox exists, with what the account's
/// providers say of it. The verdict stays ours, and so does what it costs.
async fn judged(app: &App, asked: &Asked<'_>, mut verdict: Verdict) -> ActionEnd {
    if is_open(verdict.status) {
        let heard = heard(app, asked).await;
        let (score, said) = of_address(verdict.status, verdict.score, &heard.opinions);
        verdict.score = score;
        let notes = heard.notes.iter().map(|note| (*note).to_owned());
        verdict.reasons.extend(said.into_iter().chain(notes));
    }
    outcome(
        verification::priced_as(verdict.status),
        facts(app, &verdict),
    )
}

async fn heard(app: &App, asked: &Asked<'_>) -> Heard {
    let question = OpinionQuestion {
        account_id: asked.account_id,
        operation: asked.operation,
        worker: None,
        // An address that somebody typed is nobody's lead.
        lead_id: Uuid::nil(),
        said: &[],
    };
    let nobody_else = |_: &[Opinion]| None;
    let asking = app
        .providers
        .second_opinions(&question, asked.address, &nobody_else);
    timeout(OPINIONS_TIME_MAX, asking)
        .await
        .unwrap_or_else(|_| Heard::none())
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
