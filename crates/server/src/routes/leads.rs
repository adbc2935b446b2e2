//! `PATCH` and `DELETE /v1/leads/{lead_id}`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use lode_core::api::{CaptureView, LeadPatch};

use super::{Answer, captures, path_id};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Corrects a lead; a capture that needs its company's domain is taken up with it.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(lead_id): Path<String>,
    ApiJson(patch): ApiJson<LeadPatch>,
) -> ApiResult<Answer<CaptureView>> {
    let lead_id = path_id(&lead_id)?;
    let edit = validate::patch(patch)?;
    let view = app
        .store
        .edit_lead(caller.account_id, lead_id, &edit, &app.pricing, app.now())
        .await?
        .ok_or(ApiError::NotFound)?;
    app.captures_changed(caller.account_id);
    Ok(captures::answer(view))
}

/// Erases a lead for good.
pub(crate) async fn erase(
    State(app): State<App>,
    caller: Caller,
    Path(lead_id): Path<String>,
) -> ApiResult<StatusCode> {
    let lead_id = path_id(&lead_id)?;
    let erased = app
        .store
        .erase_lead(caller.account_id, lead_id, &app.pricing, app.now())
        .await?;
    if !erased {
        return Err(ApiError::NotFound);
    }
    tracing::info!(lead.id = %lead_id, account.id = %caller.account_id, "lead erased");
    app.captures_changed(caller.account_id);
    Ok(StatusCode::NO_CONTENT)
}
