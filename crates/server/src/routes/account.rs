//! `GET` and `DELETE /v1/account`.

use axum::extract::State;
use axum::http::StatusCode;
use lode_core::api::{AccountView, Credits};
use lode_ledger::Balance;
use lode_ledger::policy::Permission;
use lode_store::Viewer;

use super::Answer;
use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// The caller's account.
pub(crate) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Answer<AccountView>> {
    let (account, balance) = view(&app, &caller.viewer(&app)).await?;
    Ok(Answer::with(account, balance, 0))
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

/// An account as the API shows it, with its credit by pool.
pub(crate) async fn view(app: &App, viewer: &Viewer<'_>) -> ApiResult<(AccountView, Balance)> {
    let (account, balance) = app.store.account_standing(viewer, app.now()).await?;
    let plan = balance.plan.as_ref().map(ToString::to_string);
    let total = balance.total();
    let view = AccountView {
        id: account.id,
        name: account.name,
        plan: plan.unwrap_or_else(|| "none".to_owned()),
        credits: Credits {
            available: total.available,
            held: total.held,
            plan_limit: total.plan_limit,
            resets_at: balance.resets_at,
        },
        probing: app.config.probing,
        mail_port_shut: app.finder.port_shut(),
    };
    Ok((view, balance))
}
