//! Credit that is granted, set right by hand, or taken back.

use super::journal::{Journal, Reason, Seen};
use super::{AccountState, Applied};
use crate::entry::EntryKind;
use crate::error::LedgerError;
use crate::grant::{GrantKind, NewGrant, Owner};
use crate::id::{GrantId, OperationId, Pool};
use crate::{MilliCredits, UnixMillis};

/// The answer to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Granted {
    /// The credit is there.
    Granted(GrantId),
    /// It was granted before under this id. Nothing was changed.
    Repeated,
}

/// The answer to an adjustment or a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adjusted {
    /// It was done, with so much.
    Done {
        /// What was added or taken back.
        amount: MilliCredits,
    },
    /// It was done before under this id. Nothing was changed.
    Repeated,
    /// There is less to take back than was asked for. Nothing was changed.
    Insufficient {
        /// What was to be taken back.
        needed: MilliCredits,
        /// What is there.
        available: MilliCredits,
    },
}

impl AccountState {
    /// Grants credit: a purchase, a gift, a trial. A plan's own credit comes with
    /// [`AccountState::subscribe`]. Once for each operation id (for a purchase, the
    /// payment's).
    ///
    /// # Errors
    /// [`LedgerError`] for an amount that is not above 0, an end before the start, a sum
    /// that overflows, or an id that was used for something else.
    pub fn grant(
        &mut self,
        operation: &OperationId,
        new: &NewGrant,
        rule: &str,
        now: UnixMillis,
    ) -> Result<Applied<Granted>, LedgerError> {
        self.run(now, |journal| journal.grant(operation, new, rule))
    }

    /// Sets a pool right by hand: adds credit that never ends (`amount` above 0) or takes
    /// credit back in the order of spending (below 0).
    ///
    /// # Errors
    /// [`LedgerError`] as for [`AccountState::grant`].
    pub fn adjust(
        &mut self,
        operation: &OperationId,
        pool: &Pool,
        amount: MilliCredits,
        rule: &str,
        now: UnixMillis,
    ) -> Result<Applied<Adjusted>, LedgerError> {
        self.run(now, |journal| journal.adjust(operation, pool, amount, rule))
    }

    /// Takes back what is left of one grant, as when its payment is reversed. What is
    /// spent or on hold stays so.
    ///
    /// # Errors
    /// [`LedgerError::UnknownGrant`], or an id that was used for something else.
    pub fn revoke(
        &mut self,
        operation: &OperationId,
        grant: GrantId,
        rule: &str,
        now: UnixMillis,
    ) -> Result<Applied<Adjusted>, LedgerError> {
        self.run(now, |journal| journal.revoke(operation, grant, rule))
    }
}

impl Journal {
    fn grant(
        &mut self,
        operation: &OperationId,
        new: &NewGrant,
        rule: &str,
    ) -> Result<Granted, LedgerError> {
        let what = format!("grant of {} {} ({})", new.amount, new.pool, new.kind);
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Granted::Repeated);
        }
        let first = self.next_sequence();
        let price_version = self.price_version();
        let reason = Reason {
            operation,
            hold: None,
            member: None,
            rule,
            price_version: &price_version,
            corrects: None,
            at: self.now,
        };
        let id = self.open_grant(new, EntryKind::Grant, false, &reason)?;
        self.expire_if_due(id, self.now)?;
        self.record(operation, what, first);
        Ok(Granted::Granted(id))
    }

    fn adjust(
        &mut self,
        operation: &OperationId,
        pool: &Pool,
        amount: MilliCredits,
        rule: &str,
    ) -> Result<Adjusted, LedgerError> {
        let what = format!("adjustment of {pool} by {amount}");
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Adjusted::Repeated);
        }
        let first = self.next_sequence();
        if amount >= 0 {
            let new = NewGrant::new(GrantKind::Adjustment, pool.clone(), amount);
            let price_version = self.price_version();
            let reason = Reason {
                operation,
                hold: None,
                member: None,
                rule,
                price_version: &price_version,
                corrects: None,
                at: self.now,
            };
            self.open_grant(&new, EntryKind::Grant, false, &reason)?;
        } else {
            let needed = amount.checked_neg().ok_or(LedgerError::Overflow {
                what: "the adjustment",
            })?;
            let mut grants: Vec<_> = self
                .state
                .grants
                .values()
                .filter(|grant| {
                    grant.pool == *pool
                        && grant.owner == Owner::Account
                        && grant.available > 0
                        && grant.is_live(self.now)
                })
                .collect();
            grants.sort_unstable_by_key(|grant| grant.burn_order());
            let grants: Vec<_> = grants
                .into_iter()
                .map(|grant| (grant.id, grant.available))
                .collect();
            let available = grants
                .iter()
                .fold(0, |sum: MilliCredits, (_, left)| sum.saturating_add(*left));
            if available < needed {
                return Ok(Adjusted::Insufficient { needed, available });
            }
            let mut missing = needed;
            for (grant, left) in grants {
                let taken = left.min(missing);
                if taken > 0 {
                    self.withdraw(operation, grant, taken, rule)?;
                    missing = missing.saturating_sub(taken);
                }
            }
        }
        self.record(operation, what, first);
        Ok(Adjusted::Done { amount })
    }

    fn revoke(
        &mut self,
        operation: &OperationId,
        grant: GrantId,
        rule: &str,
    ) -> Result<Adjusted, LedgerError> {
        let what = format!("revocation of {grant}");
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Adjusted::Repeated);
        }
        let first = self.next_sequence();
        let row = self
            .state
            .grants
            .get(&grant)
            .ok_or(LedgerError::UnknownGrant { grant })?;
        let left = row.available;
        if left > 0 {
            self.withdraw(operation, grant, left, rule)?;
        }
        self.record(operation, what, first);
        Ok(Adjusted::Done {
            amount: left.saturating_neg(),
        })
    }

    /// Takes available credit back from one grant.
    pub(super) fn withdraw(
        &mut self,
        operation: &OperationId,
        grant: GrantId,
        amount: MilliCredits,
        rule: &str,
    ) -> Result<i64, LedgerError> {
        let price_version = self.price_version();
        let reason = Reason {
            operation,
            hold: None,
            member: None,
            rule,
            price_version: &price_version,
            corrects: Some(grant.0),
            at: self.now,
        };
        self.post(EntryKind::Withdraw, grant, amount, &reason)
    }

    /// Ends what is available of a grant whose end has come.
    pub(super) fn expire_if_due(
        &mut self,
        grant: GrantId,
        at: UnixMillis,
    ) -> Result<(), LedgerError> {
        let Some(row) = self.state.grants.get(&grant) else {
            return Err(LedgerError::UnknownGrant { grant });
        };
        if !row.has_expired(at) || row.available == 0 {
            return Ok(());
        }
        let amount = row.available;
        let price_version = self.price_version();
        let reason = Reason {
            operation: &OperationId::system(format_args!("expiry:{grant}")),
            hold: None,
            member: None,
            rule: "expired",
            price_version: &price_version,
            corrects: Some(grant.0),
            at,
        };
        self.post(EntryKind::Expiry, grant, amount, &reason)?;
        Ok(())
    }
}
