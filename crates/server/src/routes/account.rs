//! `GET /v1/account`.

use axum::extract::State;
use lode_core::api::AccountView;
use uuid::Uuid;

use super::Answer;
use crate::app::App;
use crate::guard::Caller;
use crate::problem::ApiResult;

/// The caller's account.
pub(crate) async fn show(State(app): State<App>, caller: Caller) -> ApiResult<Answer<AccountView>> {
    let account = view(&app, caller.account_id).await?;
    let credits = account.credits;
    Ok(Answer::new(account, credits, 0))
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
