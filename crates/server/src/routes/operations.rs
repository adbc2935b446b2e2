//! Priced actions: beginning, ending and showing them, whatever they are of.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use lode_core::api::{Receipt, UnixMillis};
use lode_ledger::Balance;
use lode_store::{ActionRequest, Begun, Operation, OperationState, Ticket, secret};
use serde::Serialize;
use uuid::Uuid;

use super::{Answer, captures, credits, path_id, previews, unlocks, verifications};
use crate::api::{DatumRequest, OperationView, VerificationRequest};
use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// For how many leases of a look-up an action that takes its time is whose who began it: it
/// is not prolonged under way.
const LEASES: u64 = 2;

/// When an action that is begun now is anybody's again, should its server die.
pub(crate) fn lease_until(app: &App, now: UnixMillis) -> UnixMillis {
    let seconds = app.config.lease_seconds.saturating_mul(LEASES);
    let ms = i64::try_from(seconds.saturating_mul(1000)).unwrap_or(i64::MAX);
    now.saturating_add(ms)
}

/// Hash of what a request asks: of its call and its body, whatever the body's spelling.
pub(crate) fn body_hash<T: Serialize>(call: &str, request: &T) -> ApiResult<secret::Hash> {
    captures::body_hash(&(call, request))
}

/// What a beginning leads to.
pub(crate) enum Begin {
    /// Do it.
    Work(Ticket),
    /// It was done before.
    Done(Box<Operation>),
}

/// Begins an action: the repeat check and the hold, in one transaction.
pub(crate) async fn begin(app: &App, caller: &Caller, request: &ActionRequest) -> ApiResult<Begin> {
    let now = app.now();
    let lease_until = lease_until(app, now);
    let begun = app
        .store
        .begin_action(caller.account_id, request, &app.pricing, now, lease_until)
        .await?;
    match begun {
        Begun::Work(ticket) => Ok(Begin::Work(ticket)),
        Begun::Done(operation) => Ok(Begin::Done(operation)),
        Begun::UnderWay => Err(ApiError::InProgress),
        Begun::Conflict => Err(ApiError::OperationConflict),
        Begun::NoLead => Err(ApiError::field("lead_id", "is no lead of this account")),
        Begun::NotOffered => Err(ApiError::NotOffered),
        Begun::OutOfCredits {
            needed,
            available,
            capped,
            kept,
        } => Err(ApiError::OutOfCredits {
            needed,
            available,
            capped,
            kept,
        }),
    }
}

/// An operation as the API shows it.
pub(crate) fn view(app: &App, balance: &Balance, operation: Operation) -> OperationView {
    OperationView {
        operation_id: operation.id,
        action: operation.action,
        state: operation.state.as_str().to_owned(),
        lead_id: operation.lead_id,
        automatic: operation.automatic,
        result: operation
            .result
            .as_deref()
            .and_then(|result| serde_json::from_str(result).ok()),
        receipt: operation.receipt,
        credits: credits::view(app.pricing.policy(), balance),
    }
}

/// What an operation cost.
pub(crate) fn charged(receipt: Option<&Receipt>) -> i64 {
    receipt.map_or(0, |receipt| receipt.charged)
}

/// 201 for what was done now, 200 for what was done before.
pub(crate) fn status(repeated: bool) -> StatusCode {
    if repeated {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    }
}

/// The answer with an operation.
pub(crate) async fn answer(
    app: &App,
    caller: &Caller,
    operation: Operation,
    repeated: bool,
) -> ApiResult<Answer<OperationView>> {
    let balance = credits::balance(app, caller).await?;
    let view = view(app, &balance, operation);
    let charged = charged(view.receipt.as_ref());
    Ok(Answer::with(view, balance, charged).status(status(repeated)))
}

async fn stored(app: &App, caller: &Caller, id: Uuid) -> ApiResult<Operation> {
    app.store
        .operation(caller.account_id, id)
        .await?
        .ok_or(ApiError::NotFound)
}

/// One operation as it stands.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Answer<OperationView>> {
    let operation = stored(&app, &caller, path_id(&id)?).await?;
    answer(&app, &caller, operation, true).await
}

/// Takes up an operation that stopped: the explicit click.
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> ApiResult<Answer<OperationView>> {
    let id = path_id(&id)?;
    let operation = stored(&app, &caller, id).await?;
    if operation.state == OperationState::Done {
        return answer(&app, &caller, operation, true).await;
    }
    let unreadable = |_| ApiError::Internal;
    let done = match operation.action.as_str() {
        "verify" => {
            let request: VerificationRequest =
                serde_json::from_str(&operation.request).map_err(unreadable)?;
            verifications::run(&app, &caller, request).await?.0
        }
        "preview" => {
            let request: DatumRequest =
                serde_json::from_str(&operation.request).map_err(unreadable)?;
            previews::run(&app, &caller, request).await?.0
        }
        "mobile_find" => {
            let lead_id = operation.lead_id.ok_or(ApiError::Internal)?;
            unlocks::run(&app, &caller, id, lead_id).await?.0
        }
        _ => operation,
    };
    answer(&app, &caller, done, true).await
}
