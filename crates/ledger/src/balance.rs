//! What an account has, for people to see.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::account::AccountState;
use crate::grant::{GrantKind, Owner};
use crate::id::{MemberId, PlanId, Pool};
use crate::{MilliCredits, UnixMillis};

/// A pool's credit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolBalance {
    /// Spendable now.
    pub available: MilliCredits,
    /// On hold.
    pub held: MilliCredits,
    /// The part of `available` that was bought.
    pub purchased: MilliCredits,
    /// What the plan tops up to in each period, over all who share the balance.
    pub plan_limit: MilliCredits,
}

/// An account's credit at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// By pool; a pool that the plan grants is there even when it is empty.
    pub pools: BTreeMap<Pool, PoolBalance>,
    /// The plan.
    pub plan: Option<PlanId>,
    /// When the plan's credit resets next.
    pub resets_at: Option<UnixMillis>,
}

impl Balance {
    /// A pool's credit; nothing where the account has no such pool.
    #[must_use]
    pub fn pool(&self, pool: &Pool) -> PoolBalance {
        self.pools.get(pool).copied().unwrap_or_default()
    }

    /// The credit of all pools in one sum.
    #[must_use]
    pub fn total(&self) -> PoolBalance {
        self.pools
            .values()
            .fold(PoolBalance::default(), |sum, pool| PoolBalance {
                available: sum.available.saturating_add(pool.available),
                held: sum.held.saturating_add(pool.held),
                purchased: sum.purchased.saturating_add(pool.purchased),
                plan_limit: sum.plan_limit.saturating_add(pool.plan_limit),
            })
    }
}

impl AccountState {
    /// The credit at `now`: with `member`, what belongs to other members is left out (for
    /// caps and grants for some actions only see [`AccountState::spendable`]); without,
    /// the whole account's. What time has brought
    /// since the last command is taken into account; the state stays as it is.
    ///
    /// # Errors
    /// [`crate::LedgerError`] as for [`AccountState::advance`].
    pub fn balance(
        &self,
        member: Option<&MemberId>,
        now: UnixMillis,
    ) -> Result<Balance, crate::LedgerError> {
        let mut state = self.clone();
        let _ = state.advance(now)?;
        let now = now.max(state.header.last_at);
        let mut balance = Balance::default();
        for grant in state.grants.values() {
            let theirs = match (&grant.owner, member) {
                (Owner::Member(owner), Some(member)) => owner == member,
                _ => true,
            };
            if !theirs {
                continue;
            }
            let pool = balance.pools.entry(grant.pool.clone()).or_default();
            pool.held = pool.held.saturating_add(grant.held);
            if grant.is_live(now) {
                pool.available = pool.available.saturating_add(grant.available);
                if grant.paid || grant.kind == GrantKind::Purchased {
                    pool.purchased = pool.purchased.saturating_add(grant.available);
                }
            }
        }
        if let Some(subscription) = &state.header.subscription {
            balance.plan = Some(subscription.terms.plan.clone());
            balance.resets_at = subscription.ends_at;
            for allotment in &subscription.terms.allotments {
                let shares = state.sharers(allotment.scope, member);
                let limit = allotment.amount.saturating_mul(shares);
                let pool = balance.pools.entry(allotment.pool.clone()).or_default();
                pool.plan_limit = pool.plan_limit.saturating_add(limit);
            }
        }
        Ok(balance)
    }

    fn sharers(&self, scope: crate::subscription::Scope, member: Option<&MemberId>) -> i64 {
        use crate::subscription::Scope;
        let seats = self
            .header
            .members
            .iter()
            .filter(|(_, row)| row.seat_since.is_some())
            .filter(|(id, _)| scope == Scope::Seat || member.is_none_or(|member| member == *id))
            .count();
        match scope {
            Scope::Account => 1,
            Scope::Seat | Scope::Member => i64::try_from(seats).unwrap_or(i64::MAX),
        }
    }
}
