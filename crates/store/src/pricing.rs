//! What a look-up costs: the policy's price list, as the store asks it.

use lode_core::api::{GrantUse, MilliCredits, Receipt, UnixMillis};
use lode_ledger::policy::{Exhausted, PlanError, RepeatWindow};
use lode_ledger::{
    Action, Hold, HoldState, MemberId, NewHold, Outcome, PlanTerms, Policy, PriceDecision,
};
use thiserror::Error;
use uuid::Uuid;

use crate::error::{Result, StoreError};
use crate::leads::identity::fold;

/// A policy that captures cannot be priced with.
#[derive(Debug, Error)]
pub enum PricingError {
    /// Its default plan cannot be had.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The ledger takes no such name.
    #[error("{0}")]
    Name(String),
}

/// The price list for finding an address.
#[derive(Debug, Clone)]
pub struct Pricing {
    policy: Policy,
    find: Action,
    plan: PlanTerms,
}

impl Pricing {
    /// The prices of a policy.
    ///
    /// # Errors
    /// [`PricingError`] where the policy has no default plan.
    pub fn new(policy: Policy) -> std::result::Result<Self, PricingError> {
        let find = Action::new("find").map_err(|e| PricingError::Name(e.to_string()))?;
        let plan = policy.plan_terms(&policy.default_plan)?;
        Ok(Self { policy, find, plan })
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether the policy offers finding addresses at all. Under one that does not, captures
    /// are stored and nothing is looked up.
    pub(crate) fn offers_find(&self) -> bool {
        self.policy.actions.contains_key(&self.find)
    }

    /// The plan that a new account is put on.
    pub(crate) fn plan(&self) -> &PlanTerms {
        &self.plan
    }

    /// The credit that a look-up needs before it begins: the most that it can cost. `None`
    /// where it costs nothing however it ends.
    pub(crate) fn find_hold(
        &self,
        member: Option<&MemberId>,
        now: UnixMillis,
    ) -> Result<Option<NewHold>> {
        self.hold(&self.find, 1, member, now)
    }

    /// The price of a look-up that ended with `outcome`.
    pub(crate) fn find(&self, outcome: &str, repeat: bool) -> Result<PriceDecision> {
        let outcome = Outcome::new(outcome).map_err(ledger)?;
        self.policy
            .price(&self.find, &outcome, repeat)
            .map_err(ledger)
    }

    /// The price of a proof that was paid for before and is still fresh.
    pub(crate) fn repeat(&self) -> Result<PriceDecision> {
        self.find("verified", true)
    }

    /// The price of a capture that shared another one's look-up.
    pub(crate) fn shared(&self) -> Result<PriceDecision> {
        self.free(
            "repeat",
            "shared_lookup",
            "Free: found with an earlier click on the same lead",
        )
    }

    /// The price of a look-up that was given up because the person was erased.
    pub(crate) fn erased(&self) -> Result<PriceDecision> {
        self.free("erased", "find.erased", "Free: the person was erased")
    }

    /// A price of nothing for a reason that no price list has.
    pub(crate) fn free(&self, outcome: &str, rule: &str, line: &str) -> Result<PriceDecision> {
        Ok(PriceDecision {
            outcome: Outcome::new(outcome).map_err(ledger)?,
            amount: 0,
            rule: rule.to_owned(),
            price_version: self.policy.version.clone(),
            line: line.to_owned(),
        })
    }

    /// An action of the price list; `None` where the policy does not offer it.
    pub(crate) fn action(&self, name: &str) -> Option<Action> {
        let action = Action::new(name).ok()?;
        self.policy.actions.contains_key(&action).then_some(action)
    }

    /// The credit that `units` of an action need before they begin.
    pub(crate) fn hold(
        &self,
        action: &Action,
        units: u32,
        member: Option<&MemberId>,
        now: UnixMillis,
    ) -> Result<Option<NewHold>> {
        self.policy
            .hold_for(action, units, member, now)
            .map_err(ledger)
    }

    /// The most that one of an action can cost.
    pub(crate) fn ceiling(&self, action: &Action) -> Result<MilliCredits> {
        self.policy.ceiling(action, 1).map_err(ledger)
    }

    /// A price for people: `2 premium credits`, `Free`.
    pub(crate) fn price_text(&self, action: &Action, price: MilliCredits) -> String {
        if price == 0 {
            return "Free".to_owned();
        }
        let pools = self.policy.actions.get(action).map(|prices| &prices.pools);
        self.policy
            .amount_text(price, pools.and_then(|pools| pools.first()))
    }

    /// The pools that pay for an action, first one first.
    pub(crate) fn pools(&self, action: &Action) -> Vec<String> {
        let prices = self.policy.actions.get(action);
        let pools = prices.map(|prices| prices.pools.iter());
        pools
            .into_iter()
            .flatten()
            .map(|pool| pool.as_str().to_owned())
            .collect()
    }

    /// The price of `units` of an action that ended with `outcome`; a name that the price
    /// list does not have is refused.
    pub(crate) fn price(
        &self,
        action: &Action,
        outcome: &str,
        repeat: bool,
        units: u32,
    ) -> Result<PriceDecision> {
        let refused = |error: String| StoreError::Refused(error);
        let outcome = Outcome::new(outcome).map_err(|e| refused(e.to_string()))?;
        self.policy
            .price_units(action, &outcome, repeat, units)
            .map_err(|e| refused(e.to_string()))
    }

    /// Whether a charge for the same thing at `charged_at` makes an action free now.
    pub(crate) fn repeat_covers(
        &self,
        action: &Action,
        charged_at: UnixMillis,
        period_started_at: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        self.policy
            .actions
            .get(action)
            .is_some_and(|prices| prices.repeat_free)
            && self
                .policy
                .repeat
                .covers(charged_at, period_started_at, now)
    }

    /// Whether what there is no credit for is kept for an explicit click.
    pub(crate) fn pauses(&self) -> bool {
        self.policy.exhausted == Exhausted::Pause
    }

    /// Whether a charge at `charged_at` for the same person makes a look-up free now, in
    /// the billing period that began at `period_started_at`.
    pub(crate) fn covers(
        &self,
        charged_at: UnixMillis,
        period_started_at: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        self.repeats_are_free()
            && self
                .policy
                .repeat
                .covers(charged_at, period_started_at, now)
    }

    /// The same for a charge for the very same value. A policy with a window in days never
    /// charges one value twice, however old: after the window it is a new answer that
    /// costs, not the old one.
    pub(crate) fn covers_value(
        &self,
        charged_at: UnixMillis,
        period_started_at: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        match self.policy.repeat {
            RepeatWindow::Days(_) | RepeatWindow::Forever => self.repeats_are_free(),
            RepeatWindow::BillingPeriod | RepeatWindow::Never => {
                self.covers(charged_at, period_started_at, now)
            }
        }
    }

    fn repeats_are_free(&self) -> bool {
        self.policy
            .actions
            .get(&self.find)
            .is_some_and(|prices| prices.repeat_free)
    }

    /// The receipt of a look-up that needed no hold.
    pub(crate) fn receipt(
        &self,
        operation_id: Uuid,
        price: PriceDecision,
        now: UnixMillis,
    ) -> Receipt {
        self.free_receipt(operation_id, &self.find, price, now)
    }

    /// The receipt of any action that needed no hold.
    pub(crate) fn free_receipt(
        &self,
        operation_id: Uuid,
        action: &Action,
        price: PriceDecision,
        now: UnixMillis,
    ) -> Receipt {
        Receipt {
            operation_id,
            action: action.as_str().to_owned(),
            outcome: price.outcome.into(),
            charged: 0,
            price_version: price.price_version,
            rule: price.rule,
            line: price.line,
            grants: Vec::new(),
            settled_at: now,
        }
    }
}

/// The receipt of a resolved hold.
pub(crate) fn receipt_of_hold(operation_id: Uuid, hold: &Hold) -> Result<Receipt> {
    let facts = hold
        .receipt()
        .ok_or_else(|| StoreError::Ledger("a hold that was resolved is open".to_owned()))?;
    Ok(Receipt {
        operation_id,
        action: facts.action.into(),
        outcome: facts.price.outcome.into(),
        charged: facts.charged,
        price_version: facts.price.price_version,
        rule: facts.price.rule,
        line: facts.price.line,
        grants: hold
            .shares
            .iter()
            .filter(|share| share.charged > 0)
            .map(|share| GrantUse {
                grant_id: share.grant.to_string(),
                kind: share.kind.as_str().to_owned(),
                amount: share.charged,
            })
            .collect(),
        settled_at: match &hold.state {
            HoldState::Open => hold.created_at,
            HoldState::Settled { at, .. }
            | HoldState::Released { at, .. }
            | HoldState::Expired { at } => *at,
        },
    })
}

/// What the key of an address begins with.
pub(crate) const EMAIL: &str = "email|";

/// An address in the form under which its charge, and its erasure, is remembered.
pub(crate) fn email_key(address: &str) -> String {
    format!("{EMAIL}{}", fold(address))
}

pub(crate) fn ledger(error: impl std::fmt::Display) -> StoreError {
    StoreError::Ledger(error.to_string())
}
