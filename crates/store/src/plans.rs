//! What an account buys and subscribes to, and its standing: balances, capacity, prices.

use std::collections::BTreeMap;

use lode_core::api::{MilliCredits, UnixMillis};
use lode_ledger::account::{Granted, PlanChange, Planned};
use lode_ledger::capacity::Capacity;
use lode_ledger::policy::Allocation;
use lode_ledger::unlock::AutoUnlockRule;
use lode_ledger::{Action, Balance, GrantKind, NewGrant, OperationId, PlanId, PlanTerms, Pool};
use uuid::Uuid;

use crate::accounts::{LockedAccount, read_header};
use crate::actions::{capacity_limit, unlocked_today};
use crate::error::{Result, StoreError};
use crate::pricing::{Pricing, ledger};
use crate::sql::sql;
use crate::{Store, credits, members, settings};

/// The answer to a change of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanChanged {
    /// It took effect.
    Now,
    /// It takes effect when the period ends.
    NextPeriod,
    /// It was done before under this id.
    Repeated,
}

impl From<Planned> for PlanChanged {
    fn from(planned: Planned) -> Self {
        match planned {
            Planned::Done(PlanChange::Now) => Self::Now,
            Planned::Done(PlanChange::NextPeriod) => Self::NextPeriod,
            Planned::Repeated => Self::Repeated,
        }
    }
}

/// An account's credit at a moment, as one of its members sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Balances by pool; what belongs to other members is left out.
    pub balance: Balance,
    /// The plan that follows when the period ends, where it is another one; `Some(None)`:
    /// no plan follows.
    pub next_plan: Option<Option<PlanId>>,
    /// What the member could spend on each action that the policy sells.
    pub spendable: BTreeMap<Action, MilliCredits>,
    /// How full the account is.
    pub capacity: Capacity,
    /// The rule of unlocking with each capture that is in force.
    pub auto_unlock: AutoUnlockRule,
    /// The member's own choice.
    pub wants_auto_unlock: bool,
    /// The member's unlocks without a click since 00:00 UTC.
    pub unlocked_today: u32,
}

impl Store {
    /// A member's credit with everything that can be said before a click.
    ///
    /// # Errors
    /// The database.
    pub async fn standing(
        &self,
        account_id: Uuid,
        member_id: Uuid,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Standing> {
        let mut tx = self.db.read().await?;
        let header = read_header(&mut tx, account_id).await?;
        let member = members::ledger_id(member_id)?;
        let mut state = credits::load(&mut tx, account_id, header, None, now).await?;
        let _ = state.advance(now)?;
        let mut spendable = BTreeMap::new();
        for (action, prices) in &pricing.policy().actions {
            let sum = state.spendable(action, &prices.pools, Some(&member), now)?;
            spendable.insert(action.clone(), sum);
        }
        let used = tx
            .one(
                sql("SELECT COUNT(*) AS leads FROM leads
                     WHERE account_id = $1 AND archived_at IS NULL")
                .bind(account_id),
            )
            .await?
            .int("leads")?;
        Ok(Standing {
            balance: state.balance(Some(&member), now)?,
            next_plan: state
                .header
                .subscription
                .as_ref()
                .and_then(|subscription| subscription.next.as_ref())
                .map(|next| next.terms.as_ref().map(|terms| terms.plan.clone())),
            spendable,
            capacity: Capacity {
                limit: capacity_limit(&state.header, pricing),
                used: u64::try_from(used).unwrap_or(0),
            },
            auto_unlock: settings::auto_unlock(&mut tx, account_id, pricing).await?,
            wants_auto_unlock: members::wants_auto_unlock(&mut tx, member_id).await?,
            unlocked_today: unlocked_today(&mut tx, account_id, member_id, None, now).await?,
        })
    }

    /// Records credit that was bought, once for its payment. Whether it was recorded now.
    ///
    /// # Errors
    /// The database; a payment that was recorded with other facts
    /// ([`StoreError::OperationConflict`]); a sum that overflows.
    pub async fn record_purchase(
        &self,
        account_id: Uuid,
        payment: &str,
        pool: &Pool,
        amount: MilliCredits,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<bool> {
        let operation = OperationId::new(format!("purchase:{payment}"))
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        let mut grant = NewGrant::new(GrantKind::Purchased, pool.clone(), amount);
        grant.expires_at = pricing.policy().purchase_expires_at(now);
        let granted = self
            .command(account_id, &operation, now, |state| {
                state.grant(&operation, &grant, "purchase", now)
            })
            .await?;
        Ok(matches!(granted, Granted::Granted(_)))
    }

    /// Puts an account on another plan: an upgrade at once, anything else when the period
    /// ends; an account without a plan at once.
    ///
    /// # Errors
    /// The database; a plan that the account cannot have ([`StoreError::Refused`]).
    pub async fn change_plan(
        &self,
        account_id: Uuid,
        id: Uuid,
        plan: &PlanId,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<PlanChanged> {
        let terms = pricing
            .policy()
            .plan_terms(plan)
            .map_err(|e| StoreError::Refused(e.to_string()))?;
        self.take_terms(account_id, id, &terms, pricing, now).await
    }

    /// Shares the plan's credit among the members otherwise, as
    /// [`lode_ledger::Policy::allocated_terms`] says.
    ///
    /// # Errors
    /// The database; an allocation that does not fit the plan ([`StoreError::Refused`]).
    pub async fn change_allocation(
        &self,
        account_id: Uuid,
        id: Uuid,
        allocation: &Allocation,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<PlanChanged> {
        let terms = {
            let mut tx = self.db.read().await?;
            let header = read_header(&mut tx, account_id).await?;
            let Some(subscription) = &header.subscription else {
                return Err(StoreError::Refused("the account has no plan".to_owned()));
            };
            let seats = header
                .members
                .values()
                .filter(|member| member.seat_since.is_some())
                .count();
            let seats = u32::try_from(seats).unwrap_or(u32::MAX);
            pricing
                .policy()
                .allocated_terms(&subscription.terms.plan, allocation, seats)
                .map_err(|e| StoreError::Refused(e.to_string()))?
        };
        self.take_terms(account_id, id, &terms, pricing, now).await
    }

    async fn take_terms(
        &self,
        account_id: Uuid,
        id: Uuid,
        terms: &PlanTerms,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<PlanChanged> {
        let operation = OperationId::from(id);
        let anchor = pricing.policy().anchor_day(now)?;
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        // Time first: a plan that was cancelled may have ended.
        credits::run(&mut tx, &mut account, None, now, |state| state.advance(now)).await?;
        let none = account.header.subscription.is_none();
        let planned = credits::run(&mut tx, &mut account, Some(&operation), now, |state| {
            if none {
                state.subscribe(&operation, terms, anchor, now)
            } else {
                state.change_plan(&operation, terms, now)
            }
        })
        .await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(planned.into())
    }

    /// Cancels an account's plan as the policy says.
    ///
    /// # Errors
    /// The database; no plan to cancel ([`StoreError::Refused`]).
    pub async fn cancel_plan(
        &self,
        account_id: Uuid,
        id: Uuid,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<PlanChanged> {
        let operation = OperationId::from(id);
        let cancellation = pricing.policy().cancellation_terms().map_err(ledger)?;
        let planned = self
            .command(account_id, &operation, now, |state| {
                state.cancel(&operation, &cancellation, now)
            })
            .await?;
        Ok(planned.into())
    }
}
