//! `GET /v1/credits`; and the credit that every answer carries.

use axum::extract::State;
use lode_core::api::MilliCredits;
use lode_ledger::policy::{ActionPrices, Exhausted, Permission, RepeatWindow, credits_text};
use lode_ledger::{Balance, Policy};
use lode_store::Standing;
use lode_store::members::role_name;
use lode_store::settings::mode_name;

use super::Answer;
use crate::api::{
    ActionPriceView, AutoUnlockStanding, CallerView, CapacityView, CreditsView, PoolView,
    RepeatView, StandingView,
};
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
    Ok(app.store.balance(&caller.viewer(app), app.now()).await?)
}

/// How full an account is, as the API shows it.
pub(crate) fn capacity(capacity: lode_ledger::capacity::Capacity) -> CapacityView {
    CapacityView {
        used: capacity.used,
        limit: capacity.limit,
    }
}

/// Balances, capacity, prices, and what there is credit for: what can be said before a
/// click.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<Answer<StandingView>> {
    let standing = app
        .store
        .standing(caller.account_id, caller.member_id, &app.pricing, app.now())
        .await?;
    let policy = app.pricing.policy();
    let has_phones = app.has_phone_source(caller.account_id).await;
    let actions = policy
        .actions
        .iter()
        .map(|(action, prices)| {
            let spendable = standing.spendable.get(action).copied().unwrap_or(0);
            let mut view = price_view(policy, prices, spendable);
            view.configured = has_phones || action.as_str() != "mobile_find";
            (action.as_str().to_owned(), view)
        })
        .collect();
    let view = StandingView {
        credits: view(policy, &standing.balance),
        auto_unlock: auto_unlock(&standing),
        next_plan: standing
            .next_plan
            .map(|plan| plan.map_or_else(|| "none".to_owned(), |plan| plan.as_str().to_owned())),
        capacity: capacity(standing.capacity),
        actions,
        price_version: policy.version.clone(),
        repeat: repeat(policy.repeat),
        exhausted: match policy.exhausted {
            Exhausted::Stop => "stop",
            Exhausted::Pause => "pause",
        }
        .to_owned(),
        caller: CallerView {
            member_id: caller.member_id,
            role: role_name(caller.role).to_owned(),
            may: Permission::ALL
                .into_iter()
                .filter(|(_, permission)| caller.is_allowed(&app, *permission))
                .map(|(name, _)| name.to_owned())
                .collect(),
        },
    };
    Ok(Answer::with(view, standing.balance, 0))
}

fn price_view(policy: &Policy, prices: &ActionPrices, spendable: MilliCredits) -> ActionPriceView {
    let charged = || prices.prices.values().copied().filter(|price| *price > 0);
    let (least, most) = (charged().min().unwrap_or(0), charged().max().unwrap_or(0));
    let most_text = policy.amount_text(most, prices.pools.first());
    ActionPriceView {
        pools: prices.pools.iter().map(|p| p.as_str().to_owned()).collect(),
        prices: prices
            .prices
            .iter()
            .map(|(outcome, price)| (outcome.as_str().to_owned(), *price))
            .collect(),
        least,
        most,
        price_text: match (least, most) {
            (_, 0) => "Free".to_owned(),
            (least, most) if least == most => most_text,
            (least, _) => format!("{} to {most_text}", credits_text(least)),
        },
        repeat_free: prices.repeat_free,
        configured: true,
        spendable,
        affordable: spendable >= most,
    }
}

fn repeat(window: RepeatWindow) -> RepeatView {
    let (window, days) = match window {
        RepeatWindow::Never => ("never", None),
        RepeatWindow::BillingPeriod => ("billing_period", None),
        RepeatWindow::Days(days) => ("days", Some(days)),
        RepeatWindow::Forever => ("forever", None),
    };
    RepeatView {
        window: window.to_owned(),
        days,
    }
}

/// How unlocking with captures stands for the caller.
fn auto_unlock(standing: &Standing) -> AutoUnlockStanding {
    let rule = &standing.auto_unlock;
    // Of the preview the best is assumed: it is asked when there is a lead.
    let active = rule
        .decide(
            standing.wants_auto_unlock,
            Some(100),
            standing.unlocked_today,
        )
        .is_ok();
    AutoUnlockStanding {
        action: rule
            .action
            .as_ref()
            .map(|action| action.as_str().to_owned()),
        mode: mode_name(rule.mode).to_owned(),
        choice: standing.wants_auto_unlock,
        active,
        daily_cap: rule.daily_cap,
        used_today: standing.unlocked_today,
        minimum_quality: rule.minimum_quality,
    }
}
