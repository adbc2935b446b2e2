//! `/v1/captures`: taking captures in, showing them, waiting for them to change.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lode_core::api::{CaptureChanges, CaptureRequest, CaptureView, MobileState};
use lode_store::{Resumed, ShownCapture, Submitted, secret};
use tokio::time::{Instant, sleep_until};

use super::{Answer, path_id, unlocks};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Captures in one answer, at most and by default.
const LIMIT_MAX: u32 = 200;

/// How often a waiting request looks again where another server may have made the change.
const SHARED_RECHECK: Duration = Duration::from_secs(2);

/// Stores a capture and begins its look-up.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(mut request): ApiJson<CaptureRequest>,
) -> ApiResult<Answer<CaptureView>> {
    let body_hash = body_hash(&request)?;
    validate::capture(&mut request)?;
    let submitted = app
        .store
        .submit_capture(
            &caller.viewer(&app),
            caller.device_id,
            &request,
            &body_hash,
            app.now(),
        )
        .await?;
    match submitted {
        Submitted::Created(shown) => {
            tracing::info!(
                operation.id = %shown.view.operation_id,
                lead.id = %shown.view.lead_id,
                account.id = %caller.account_id,
                "capture stored"
            );
            app.captures_changed(caller.account_id);
            let mobile = shown.view.mobile.as_ref();
            if mobile.is_some_and(|mobile| mobile.state == MobileState::Working) {
                app.unlocks.notify_one();
            }
            Ok(answer(&app, &caller, *shown)
                .await
                .status(StatusCode::CREATED))
        }
        Submitted::Repeated(shown) => Ok(answer(&app, &caller, *shown).await),
        Submitted::Conflict => Err(ApiError::OperationConflict),
        Submitted::Erased => Err(ApiError::Erased),
    }
}

/// Hash of what a request says, whatever its spelling: absent and null are the same, and
/// neither white space nor the order of fields counts. A client of another version that
/// sends a stored capture again is still understood.
pub(crate) fn body_hash<T: serde::Serialize>(request: &T) -> ApiResult<secret::Hash> {
    let mut value = serde_json::to_value(request).map_err(|_| ApiError::Internal)?;
    drop_nulls(&mut value);
    Ok(secret::hash(value.to_string().as_bytes()))
}

fn drop_nulls(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// One capture.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(operation_id): Path<String>,
) -> ApiResult<Answer<CaptureView>> {
    let shown = app
        .store
        .capture(&caller.viewer(&app), path_id(&operation_id)?, app.now())
        .await?
        .ok_or(ApiError::NotFound)?;
    Ok(answer(&app, &caller, shown).await)
}

/// Takes up a capture that has stopped.
pub(crate) async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(operation_id): Path<String>,
) -> ApiResult<Answer<CaptureView>> {
    let resumed = app
        .store
        .resume_capture(&caller.viewer(&app), path_id(&operation_id)?, app.now())
        .await?;
    match resumed {
        Resumed::Capture(shown) => {
            app.captures_changed(caller.account_id);
            Ok(answer(&app, &caller, *shown).await)
        }
        Resumed::NotFound => Err(ApiError::NotFound),
    }
}

/// The captures that changed after a version; waits for one to change.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> ApiResult<Answer<CaptureChanges>> {
    let after: i64 = parameter(&query, "after", 0, 0, i64::MAX)?;
    let wait: u64 = parameter(&query, "wait", 0, 0, u64::MAX)?;
    let limit: u32 = parameter(&query, "limit", LIMIT_MAX, 1, u32::MAX)?.min(LIMIT_MAX);
    let deadline = Instant::now() + Duration::from_secs(wait.min(app.config.wait_seconds_max));
    // Before the first look: a change after it is seen.
    let mut changed = app.changes.subscribe(caller.account_id);
    loop {
        let changes = app
            .store
            .changes(&caller.viewer(&app), after, limit, app.now())
            .await?;
        if !changes.captures.is_empty() || changes.next != after || Instant::now() >= deadline {
            return Ok(list_answer(&app, &caller, changes).await);
        }
        let recheck = if app.store.is_shared() {
            deadline.min(Instant::now() + SHARED_RECHECK)
        } else {
            deadline
        };
        tokio::select! {
            _ = changed.changed() => {}
            () = sleep_until(recheck) => {}
            () = app.shutting_down() => return Ok(list_answer(&app, &caller, changes).await),
        }
    }
}

async fn list_answer(
    app: &App,
    caller: &Caller,
    mut changes: lode_store::Changes,
) -> Answer<CaptureChanges> {
    let mobiles = changes.captures.iter_mut().map(|view| &mut view.mobile);
    unlocks::say_who_can_be_asked(app, caller, mobiles).await;
    let body = CaptureChanges {
        captures: changes.captures,
        next: changes.next,
        credits: changes.credits,
    };
    Answer::with(body, changes.balance, 0)
}

/// A number in the query.
pub(crate) fn parameter<T: std::str::FromStr + PartialOrd + Copy>(
    query: &BTreeMap<String, String>,
    name: &'static str,
    default: T,
    least: T,
    most: T,
) -> ApiResult<T> {
    match query.get(name) {
        None => Ok(default),
        Some(text) => text
            .parse()
            .ok()
            .filter(|value| (least..=most).contains(value))
            .ok_or_else(|| ApiError::field(name, "is not a number in its range")),
    }
}

/// A capture with what it cost in the headers.
pub(crate) async fn answer(app: &App, caller: &Caller, shown: ShownCapture) -> Answer<CaptureView> {
    let ShownCapture { mut view, balance } = shown;
    let charged = view.receipt.as_ref().map_or(0, |receipt| receipt.charged);
    unlocks::say_who_can_be_asked(app, caller, [&mut view.mobile]).await;
    Answer::with(view, balance, charged)
}
