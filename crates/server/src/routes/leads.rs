//! `/v1/leads/{lead_id}`: shown, corrected, archived, erased.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use lode_core::api::{LeadPatch, UnixMillis};
use lode_store::EditedLead;

use super::{Answer, captures, credits, path_id, unlocks};
use crate::api::LeadView;
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// A lead with what is known of it.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(lead_id): Path<String>,
) -> ApiResult<Answer<LeadView>> {
    let lead_id = path_id(&lead_id)?;
    let (mut lead, balance) = app
        .store
        .lead(&caller.viewer(&app), lead_id, app.now())
        .await?
        .ok_or(ApiError::NotFound)?;
    unlocks::say_who_can_be_asked(&app, &caller, [&mut lead.mobile]).await;
    let view = LeadView {
        lead_id,
        lead: lead.lead,
        email: lead.email,
        phones: lead.phones,
        mobile: lead.mobile,
        archived: lead.archived,
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(view, balance, 0))
}

/// Archives a lead: it is kept, but takes no room.
pub(crate) async fn archive(
    State(app): State<App>,
    caller: Caller,
    Path(lead_id): Path<String>,
) -> ApiResult<StatusCode> {
    let at = app.now();
    set_archived(&app, &caller, &lead_id, Some(at)).await
}

/// Brings an archived lead back, where there is room.
pub(crate) async fn activate(
    State(app): State<App>,
    caller: Caller,
    Path(lead_id): Path<String>,
) -> ApiResult<StatusCode> {
    let standing = app
        .store
        .standing(caller.account_id, caller.member_id, &app.pricing, app.now())
        .await?;
    if standing.capacity.free() == Some(0) {
        return Err(ApiError::Refused("the plan has no room for it".to_owned()));
    }
    set_archived(&app, &caller, &lead_id, None).await
}

async fn set_archived(
    app: &App,
    caller: &Caller,
    lead_id: &str,
    at: Option<UnixMillis>,
) -> ApiResult<StatusCode> {
    let lead_id = path_id(lead_id)?;
    if app
        .store
        .archive_lead(caller.account_id, lead_id, at)
        .await?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(ApiError::NotFound)
    }
}

/// Corrects a lead; a capture that needs its company's domain is taken up with it. The answer
/// is the latest capture, or the lead where it was never captured.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    ApiJson(patch): ApiJson<LeadPatch>,
) -> ApiResult<Response> {
    let lead_id = path_id(&id)?;
    let edit = validate::patch(patch)?;
    let edited = app
        .store
        .edit_lead(&caller.viewer(&app), lead_id, &edit, app.now())
        .await?;
    match edited {
        EditedLead::Captured(shown) => {
            app.captures_changed(caller.account_id);
            let answer = captures::answer(&app, &caller, *shown).await;
            Ok(answer.into_response())
        }
        EditedLead::Uncaptured => {
            let answer = show(State(app), caller, Path(id)).await?;
            Ok(answer.into_response())
        }
        EditedLead::NotFound => Err(ApiError::NotFound),
    }
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
