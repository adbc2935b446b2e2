//! `POST /v1/previews`: whether there is something, before anything is paid for it.

use axum::extract::State;
use lode_store::{ActionEnd, ActionRequest, ActionSubject, Operation};
use serde_json::json;

use super::operations::{self, Begin};
use super::{Answer, unlocks};
use crate::api::{DatumRequest, OperationView};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::phones::{PhoneQuestion, Preview};
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Says whether there is a datum of a lead.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<DatumRequest>,
) -> ApiResult<Answer<OperationView>> {
    validate::operation_id(request.operation_id)?;
    if !matches!(request.datum.as_str(), "mobile" | "email") {
        return Err(ApiError::field("datum", "is none of mobile, email"));
    }
    let (operation, repeated) = run(&app, &caller, request).await?;
    operations::answer(&app, &caller, operation, repeated).await
}

/// The same for a request that is checked; and whether it was done before.
pub(crate) async fn run(
    app: &App,
    caller: &Caller,
    request: DatumRequest,
) -> ApiResult<(Operation, bool)> {
    let action = ActionRequest {
        id: request.operation_id,
        action: "preview",
        body_hash: operations::body_hash("previews", &request)?,
        member_id: caller.member_id,
        subject: ActionSubject::Preview(request.lead_id, request.datum.clone()),
        request: serde_json::to_string(&request).map_err(|_| ApiError::Internal)?,
    };
    let ticket = match operations::begin(app, caller, &action).await? {
        Begin::Work(ticket) => ticket,
        Begin::Done(operation) => return Ok((*operation, true)),
    };
    let preview = match look(app, caller, &request).await {
        Ok(preview) => preview,
        Err(error) => {
            app.store
                .abandon_action(&ticket, &app.pricing, app.now())
                .await?;
            return Err(error);
        }
    };
    let end = match preview {
        Preview::Exists(quality) => ActionEnd::Outcome {
            outcome: "found".to_owned(),
            result: json!({ "exists": true, "quality": quality.min(100) }).to_string(),
        },
        Preview::Nothing => ActionEnd::Outcome {
            outcome: "not_found".to_owned(),
            result: json!({ "exists": false }).to_string(),
        },
        Preview::Unknown => ActionEnd::NothingLearned {
            code: "unknown",
            line: "Free: it cannot be told beforehand",
            result: json!({ "exists": null }).to_string(),
        },
    };
    let operation = app
        .store
        .finish_action(&ticket, &end, &app.pricing, app.now())
        .await?;
    Ok((operation, false))
}

async fn look(app: &App, caller: &Caller, request: &DatumRequest) -> ApiResult<Preview> {
    let (lead, _) = app
        .store
        .lead(&caller.viewer(app), request.lead_id, app.now())
        .await?
        .ok_or(ApiError::NotFound)?;
    if request.datum == "email" {
        // Mail servers are not asked for a preview: what is known is known.
        return Ok(lead
            .email
            .map_or(Preview::Unknown, |email| Preview::Exists(email.score)));
    }
    if !lead.phones.is_empty() {
        return Ok(Preview::Exists(100));
    }
    let source = app.phones().ok_or(ApiError::SourceNotConfigured)?;
    let question = PhoneQuestion {
        account_id: caller.account_id,
        operation: request.operation_id,
        lead_id: request.lead_id,
        person: &lead.lead,
    };
    source.preview(question).await.map_err(unlocks::unavailable)
}
