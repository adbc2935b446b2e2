//! Members: seats that come and go, and caps.

use super::journal::{Journal, Seen};
use super::{AccountState, Applied};
use crate::error::LedgerError;
use crate::grant::Owner;
use crate::id::{MemberId, OperationId, Pool};
use crate::subscription::Scope;
use crate::{MilliCredits, UnixMillis};

/// The answer to a change of a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seated {
    /// It is done.
    Done,
    /// It was so already, or was done before under this id. Nothing was changed.
    Unchanged,
}

impl AccountState {
    /// Gives a member a seat, and with it what the plan grants for a seat or a member, to
    /// the end of the period. A seat that was given up and is taken again in one period
    /// brings nothing twice.
    ///
    /// # Errors
    /// [`LedgerError`] for an id that was used for something else.
    pub fn join(
        &mut self,
        operation: &OperationId,
        member: &MemberId,
        now: UnixMillis,
    ) -> Result<Applied<Seated>, LedgerError> {
        self.run(now, |journal| journal.join(operation, member))
    }

    /// Takes a member's seat away. The plan's credit of the seat ends with the period or
    /// at once, as the plan says; nothing is granted for it any more.
    ///
    /// # Errors
    /// [`LedgerError`] for an id that was used for something else.
    pub fn leave(
        &mut self,
        operation: &OperationId,
        member: &MemberId,
        now: UnixMillis,
    ) -> Result<Applied<Seated>, LedgerError> {
        self.run(now, |journal| journal.leave(operation, member))
    }

    /// Caps what a member may spend of a pool in a period; `None` lifts the cap. What was
    /// spent before in the period counts.
    ///
    /// # Errors
    /// [`LedgerError::NotPositive`] for a cap below 0.
    pub fn set_cap(
        &mut self,
        member: &MemberId,
        pool: &Pool,
        cap: Option<MilliCredits>,
        now: UnixMillis,
    ) -> Result<Applied<Seated>, LedgerError> {
        self.run(now, |journal| {
            if let Some(amount) = cap.filter(|cap| *cap < 0) {
                return Err(LedgerError::NotPositive {
                    what: "the cap",
                    amount,
                });
            }
            let row = journal
                .state
                .header
                .members
                .entry(member.clone())
                .or_default();
            let before = match cap {
                Some(cap) => row.caps.insert(pool.clone(), cap),
                None => row.caps.remove(pool),
            };
            Ok(if before == cap {
                Seated::Unchanged
            } else {
                Seated::Done
            })
        })
    }
}

impl Journal {
    fn join(&mut self, operation: &OperationId, member: &MemberId) -> Result<Seated, LedgerError> {
        let what = format!("seat for {member}");
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Seated::Unchanged);
        }
        let first = self.next_sequence();
        let now = self.now;
        let row = self.state.header.members.entry(member.clone()).or_default();
        if row.seat_since.is_some() {
            return Ok(Seated::Unchanged);
        }
        row.seat_since = Some(now);
        let mut had = row.granted.clone();
        if let Some(subscription) = self.state.header.subscription.clone() {
            for allotment in &subscription.terms.allotments {
                let owner = match allotment.scope {
                    Scope::Account => continue,
                    Scope::Seat => Owner::Account,
                    Scope::Member => Owner::Member(member.clone()),
                };
                // Not read from the grants: those that are spent need not be loaded.
                let left = had.entry(allotment.pool.clone()).or_insert(0);
                let counted = allotment.amount.min(*left);
                *left = left.saturating_sub(counted);
                let amount = allotment.amount.saturating_sub(counted);
                if amount > 0 {
                    let seat = Some(member.clone());
                    self.grant_allotment(
                        operation,
                        &subscription,
                        allotment,
                        amount,
                        owner,
                        seat,
                        "seat",
                        now,
                    )?;
                }
            }
        }
        self.happened(now);
        self.record(operation, what, first);
        Ok(Seated::Done)
    }

    fn leave(&mut self, operation: &OperationId, member: &MemberId) -> Result<Seated, LedgerError> {
        let what = format!("end of the seat of {member}");
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Seated::Unchanged);
        }
        let first = self.next_sequence();
        let Some(row) = self.state.header.members.get_mut(member) else {
            return Err(LedgerError::UnknownMember {
                member: member.clone(),
            });
        };
        if row.seat_since.take().is_none() {
            return Ok(Seated::Unchanged);
        }
        let at_once = self
            .state
            .header
            .subscription
            .as_ref()
            .is_some_and(|s| s.terms.leaver_loses_at_once);
        if at_once {
            let left: Vec<_> = self
                .state
                .grants
                .values()
                .filter(|grant| grant.seat.as_ref() == Some(member) && grant.available > 0)
                .map(|grant| (grant.id, grant.available))
                .collect();
            for (grant, amount) in left {
                self.withdraw(operation, grant, amount, "seat_left")?;
                // What was taken back may be granted again, but not more than the period's
                // own: some of it may have been carried over.
                let pool = self.state.grants.get(&grant).map(|row| row.pool.clone());
                if let (Some(pool), Some(row)) = (pool, self.state.header.members.get_mut(member)) {
                    let granted = row.granted.entry(pool).or_insert(0);
                    *granted = granted.saturating_sub(amount).max(0);
                }
            }
        }
        self.happened(self.now);
        self.record(operation, what, first);
        Ok(Seated::Done)
    }
}
