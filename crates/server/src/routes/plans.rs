//! Purchases, the plan, and how the team shares it.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use lode_ledger::PlanId;
use lode_ledger::policy::{Allocation, CREDITS_MAX, Permission};
use lode_store::PlanChanged;

use super::{Answer, credits};
use crate::api::{
    AllocationRequest, CancelRequest, PlanChangeView, PurchaseRequest, SubscriptionRequest,
};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Longest reference of a payment.
const REFERENCE_CHARS_MAX: usize = 100;

/// Most milli-credits in one amount.
const AMOUNT_MAX: i64 = CREDITS_MAX * 1000;

/// An amount that somebody sends: above 0 and within reason.
pub(crate) fn amount(field: &str, amount: i64) -> ApiResult<()> {
    if amount <= 0 {
        return Err(ApiError::field(field, "must be above 0 milli-credits"));
    }
    if amount > AMOUNT_MAX {
        return Err(ApiError::field(
            field,
            format!("must be at most {AMOUNT_MAX} milli-credits"),
        ));
    }
    Ok(())
}

async fn answer(
    app: &App,
    caller: &Caller,
    changed: PlanChanged,
) -> ApiResult<Answer<PlanChangeView>> {
    let balance = credits::balance(app, caller).await?;
    let view = PlanChangeView {
        takes_effect: match changed {
            PlanChanged::Now => "now",
            PlanChanged::NextPeriod => "next_period",
            PlanChanged::Repeated => "repeated",
        }
        .to_owned(),
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(view, balance, 0))
}

/// Records credit that was paid for, once for its payment.
pub(crate) async fn purchase(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<PurchaseRequest>,
) -> ApiResult<Answer<PlanChangeView>> {
    caller.may(&app, Permission::Buy)?;
    let reference = request.payment_reference.as_str();
    if reference.is_empty()
        || reference.len() > REFERENCE_CHARS_MAX
        || !reference.chars().all(|c| c.is_ascii_graphic())
    {
        return Err(ApiError::field(
            "payment_reference",
            format!("must be 1 to {REFERENCE_CHARS_MAX} printable ASCII characters, no spaces"),
        ));
    }
    amount("amount", request.amount)?;
    let pool = app
        .pricing
        .policy()
        .pool(&request.pool)
        .map_err(|e| ApiError::field("pool", e.to_string()))?;
    let recorded = app
        .store
        .record_purchase(
            caller.account_id,
            reference,
            pool,
            request.amount,
            &app.pricing,
            app.now(),
        )
        .await?;
    let (changed, status) = if recorded {
        (PlanChanged::Now, StatusCode::CREATED)
    } else {
        (PlanChanged::Repeated, StatusCode::OK)
    };
    Ok(answer(&app, &caller, changed).await?.status(status))
}

/// Puts the account on another plan.
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<SubscriptionRequest>,
) -> ApiResult<Answer<PlanChangeView>> {
    caller.may(&app, Permission::ChangePlan)?;
    validate::operation_id(request.operation_id)?;
    let policy = app.pricing.policy();
    let plan = PlanId::new(request.plan.as_str())
        .ok()
        .filter(|plan| policy.plans.contains_key(plan))
        .ok_or_else(|| {
            let known: Vec<&str> = policy.plans.keys().map(PlanId::as_str).collect();
            ApiError::field("plan", format!("is none of {}", known.join(", ")))
        })?;
    let changed = app
        .store
        .change_plan(
            caller.account_id,
            request.operation_id,
            &plan,
            &app.pricing,
            app.now(),
        )
        .await?;
    answer(&app, &caller, changed).await
}

/// Cancels the plan as the policy says.
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<CancelRequest>,
) -> ApiResult<Answer<PlanChangeView>> {
    caller.may(&app, Permission::CancelSubscription)?;
    validate::operation_id(request.operation_id)?;
    let changed = app
        .store
        .cancel_plan(
            caller.account_id,
            request.operation_id,
            &app.pricing,
            app.now(),
        )
        .await?;
    answer(&app, &caller, changed).await
}

/// Shares the plan's credit otherwise, from the next period on.
pub(crate) async fn allocate(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<AllocationRequest>,
) -> ApiResult<Answer<PlanChangeView>> {
    caller.may(&app, Permission::Settings)?;
    validate::operation_id(request.operation_id)?;
    let allocation = match request.mode.as_str() {
        "pool" if request.amounts.is_empty() => Allocation::Pool,
        "pool" => return Err(ApiError::field("amounts", "goes with mode `member` only")),
        "member" => {
            let mut amounts = BTreeMap::new();
            for (name, value) in &request.amounts {
                let field = format!("amounts.{}", name.chars().take(40).collect::<String>());
                let pool = app
                    .pricing
                    .policy()
                    .pool(name)
                    .map_err(|e| ApiError::field(&field, e.to_string()))?;
                amount(&field, *value)?;
                amounts.insert(pool.clone(), *value);
            }
            if amounts.is_empty() {
                return Err(ApiError::field("amounts", "must name a pool"));
            }
            Allocation::Member(amounts)
        }
        _ => return Err(ApiError::field("mode", "is none of pool, member")),
    };
    let changed = app
        .store
        .change_allocation(
            caller.account_id,
            request.operation_id,
            &allocation,
            &app.pricing,
            app.now(),
        )
        .await?;
    answer(&app, &caller, changed).await
}
