//! `POST /v1/outcomes`: what became of mail to an address.

use axum::extract::State;
use lode_store::{NewOutcome, Reported};
use lode_verify::Address;

use super::{Answer, credits, operations};
use crate::api::{OutcomeRequest, OutcomeView};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// What may become of mail.
const OUTCOMES: [&str; 4] = ["delivered", "hard_bounce", "soft_bounce", "complaint"];

/// Keeps an outcome; gives a charge back where a charged address bounced hard in time.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<OutcomeRequest>,
) -> ApiResult<Answer<OutcomeView>> {
    validate::operation_id(request.operation_id)?;
    let address = validate::typed_address("address", &request.address)?;
    if Address::parse(&address).is_err() {
        return Err(ApiError::field("address", "is not an e-mail address"));
    }
    if !OUTCOMES.contains(&request.outcome.as_str()) {
        return Err(ApiError::field(
            "outcome",
            format!("is none of {}", OUTCOMES.join(", ")),
        ));
    }
    validate::time("at", request.at)?;
    let new = NewOutcome {
        id: request.operation_id,
        address,
        outcome: request.outcome.clone(),
        at: request.at,
        body_hash: operations::body_hash("outcomes", &request)?,
    };
    let reported = app
        .store
        .report_outcome(caller.account_id, &new, &app.pricing, app.now())
        .await?;
    let (outcome, repeated) = match reported {
        Reported::Done(outcome) => (outcome, false),
        Reported::Repeated(outcome) => (outcome, true),
        Reported::Conflict => return Err(ApiError::OperationConflict),
    };
    app.changes_only(caller.account_id);
    let balance = credits::balance(&app, &caller).await?;
    let view = OutcomeView {
        operation_id: outcome.id,
        outcome: outcome.outcome,
        status: outcome.status,
        score: outcome.score,
        refunded: outcome.refunded,
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(view, balance, 0).status(operations::status(repeated)))
}
