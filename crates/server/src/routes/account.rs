//! `GET` and `DELETE /v1/account`.

use axum::extract::State;
use axum::http::StatusCode;
use lode_core::api::AccountView;
use lode_ledger::policy::Permission;
use uuid::Uuid;

use super::Answer;
use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// The caller's account.
pub(crate) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Answer<AccountView>> {
    let account = view(&app, caller.account_id).await?;
    Answer::of(&app, &caller, account, 0).await
}

/// Erases the account with everything in it. Whoever may cancel may do this.
pub(crate) async fn erase(State(app): State<App>, caller: Caller) -> ApiResult<StatusCode> {
    caller.may(&app, Permission::CancelSubscription)?;
    let erased = app
        .store
        .erase_account(caller.account_id, &app.pricing, app.now())
        .await?;
    if !erased {
        return Err(ApiError::NotFound);
    }
    tracing::info!(account.id = %caller.account_id, "account erased");
    app.captures_changed(caller.account_id);
    Ok(StatusCode::NO_CONTENT)
}

/// An account as the API shows it.
pub(crate) async fn view(app: &App, account_id: Uuid) -> ApiResult<AccountView> {
    let (account, plan, credits) = app.store.account_standing(account_id, app.now()).await?;
    Ok(AccountView {
        id: account.id,
        name: account.name,
        plan: plan.unwrap_or_else(|| "none".to_owned()),
        credits,
        probing: app.config.probing,
        mail_port_shut: app.finder.port_shut(),
    })
}
