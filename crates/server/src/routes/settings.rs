//! `GET` and `PUT /v1/settings`: the account's settings over the policy's.

use axum::Json;
use axum::extract::State;
use lode_ledger::policy::Permission;
use lode_store::settings::{AutoUnlockSettings, mode_by_name, mode_name};

use crate::api::{AutoUnlockView, SettingsView};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// Most unlocks without a click that a day's cap may allow.
const DAILY_CAP_MAX: u32 = 10_000;

/// The settings in force.
pub(crate) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Json<SettingsView>> {
    let rule = app
        .store
        .auto_unlock_rule(caller.account_id, &app.pricing)
        .await?;
    Ok(Json(SettingsView {
        auto_unlock: AutoUnlockView {
            mode: mode_name(rule.mode).to_owned(),
            daily_cap: rule.daily_cap,
            minimum_quality: rule.minimum_quality,
        },
    }))
}

/// Changes the account's settings.
pub(crate) async fn update(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<SettingsView>,
) -> ApiResult<Json<SettingsView>> {
    caller.may(&app, Permission::Settings)?;
    let own = &request.auto_unlock;
    if mode_by_name(&own.mode).is_none() {
        return Err(ApiError::field(
            "auto_unlock.mode",
            "is none of off, on, member",
        ));
    }
    if own.daily_cap > DAILY_CAP_MAX {
        return Err(ApiError::field(
            "auto_unlock.daily_cap",
            format!("must be at most {DAILY_CAP_MAX}"),
        ));
    }
    if own.minimum_quality > 100 {
        return Err(ApiError::field(
            "auto_unlock.minimum_quality",
            "must be 0 to 100",
        ));
    }
    let own = AutoUnlockSettings {
        mode: own.mode.clone(),
        daily_cap: own.daily_cap,
        minimum_quality: own.minimum_quality,
    };
    app.store.set_auto_unlock(caller.account_id, &own).await?;
    show(State(app), caller).await
}
