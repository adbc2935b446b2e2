//! `GET /v1/credits`; and the credit that every answer carries.

use axum::extract::State;
use lode_ledger::policy::Exhausted;
use lode_ledger::{Balance, Policy};

use super::Answer;
use crate::api::{ActionPriceView, CapacityView, CreditsView, PoolView, StandingView};
use crate::app::App;
use crate::guard::Caller;
use crate::problem::ApiResult;

/// Credit by pool as the API shows it.
pub(crate) fn view(policy: &Policy, balance: &Balance) -> CreditsView {
    CreditsView {
        pools: balance
            .pools
            .iter()
            .map(|(pool, sums)| PoolView {
                pool: pool.as_str().to_owned(),
                name: policy
                    .pools
                    .get(pool)
                    .map_or_else(|| pool.as_str().to_owned(), |names| names.many.clone()),
                available: sums.available,
                held: sums.held,
                purchased: sums.purchased,
                plan_limit: sums.plan_limit,
            })
            .collect(),
        plan: balance.plan.as_ref().map(|plan| plan.as_str().to_owned()),
        resets_at: balance.resets_at,
    }
}

/// The caller's credit now.
pub(crate) async fn balance(app: &App, caller: &Caller) -> ApiResult<Balance> {
    Ok(app
        .store
        .balance(caller.account_id, Some(caller.member_id), app.now())
        .await?)
}

/// How full an account is, as the API shows it.
pub(crate) fn capacity(capacity: lode_ledger::capacity::Capacity) -> CapacityView {
    CapacityView {
        used: capacity.used,
        limit: capacity.limit,
    }
}

/// Balances, capacity, prices, and what there is credit for.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<Answer<StandingView>> {
    let standing = app
        .store
        .standing(caller.account_id, caller.member_id, &app.pricing, app.now())
        .await?;
    let policy = app.pricing.policy();
    let mut actions = std::collections::BTreeMap::new();
    for (action, prices) in &policy.actions {
        let most = prices.prices.values().copied().max().unwrap_or(0);
        let spendable = standing.spendable.get(action).copied().unwrap_or(0);
        let view = ActionPriceView {
            pools: prices.pools.iter().map(|p| p.as_str().to_owned()).collect(),
            prices: prices
                .prices
                .iter()
                .map(|(outcome, price)| (outcome.as_str().to_owned(), *price))
                .collect(),
            most,
            spendable,
            affordable: spendable >= most,
        };
        actions.insert(action.as_str().to_owned(), view);
    }
    let view = StandingView {
        credits: view(policy, &standing.balance),
        next_plan: standing
            .next_plan
            .map(|plan| plan.map_or_else(|| "none".to_owned(), |plan| plan.as_str().to_owned())),
        capacity: capacity(standing.capacity),
        actions,
        price_version: policy.version.clone(),
        exhausted: match policy.exhausted {
            Exhausted::Stop => "stop",
            Exhausted::Pause => "pause",
        }
        .to_owned(),
    };
    Ok(Answer::with(view, standing.balance, 0))
}
