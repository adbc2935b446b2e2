//! One account's credit and the commands that move it.
//!
//! A store loads an [`AccountState`] inside a transaction that keeps other writers of the
//! account out, gives it one command and writes down what [`Applied`] lists, in the same
//! transaction. See the crate's documentation for what must be loaded.

mod grants;
mod journal;
mod periods;
mod plans;
mod refunds;
mod seats;
mod spending;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::entry::Entry;
use crate::error::LedgerError;
use crate::grant::Grant;
use crate::hold::Hold;
use crate::id::{GrantId, MemberId, OperationId, PlanId, Pool};
use crate::subscription::Subscription;
use crate::{MilliCredits, UnixMillis};

pub use grants::{Adjusted, Granted};
pub use plans::{Cancellation, PlanChange, Planned};
pub use refunds::{NewRefund, Refunded};
pub use seats::Seated;
pub use spending::{Held, Resolved};

use journal::Journal;

/// How far a caller's clock may lie behind the account's last entry, in milliseconds.
/// Servers that share a database never agree to the millisecond; within this, the last
/// entry's time is taken.
pub const CLOCK_TOLERANCE: i64 = 5 * 60 * 1000;

/// An account's credit, or as much of it as a command needs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountState {
    /// The part that is stored once for each account.
    pub header: AccountHeader,
    /// Grants by id.
    pub grants: BTreeMap<GrantId, Grant>,
    /// Holds by operation.
    pub holds: BTreeMap<OperationId, Hold>,
    /// What was done, by operation: how a repeat is known.
    pub operations: BTreeMap<OperationId, OperationRecord>,
}

/// What is stored once for each account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountHeader {
    /// The next entry's sequence number.
    pub next_sequence: i64,
    /// Time of the last change.
    pub last_at: UnixMillis,
    /// From when [`Member::used`] counts: the last period's end.
    pub usage_since: UnixMillis,
    /// The plan; `None` before the first and after the last.
    pub subscription: Option<Subscription>,
    /// Plans that are given once and were given.
    #[serde(default)]
    pub had_once: BTreeSet<PlanId>,
    /// The members that the ledger has to know: seats, amounts of their own, caps.
    pub members: BTreeMap<MemberId, Member>,
}

impl Default for AccountHeader {
    fn default() -> Self {
        Self {
            next_sequence: 1,
            last_at: UnixMillis::MIN,
            usage_since: UnixMillis::MIN,
            subscription: None,
            had_once: BTreeSet::new(),
            members: BTreeMap::new(),
        }
    }
}

/// A member, as far as credit is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Since when the member has a seat; `None` after it was given up.
    pub seat_since: Option<UnixMillis>,
    /// The most that the member may spend of a pool in a period.
    pub caps: BTreeMap<Pool, MilliCredits>,
    /// What the plan has granted for the member's seat in this period, by pool.
    #[serde(default)]
    pub granted: BTreeMap<Pool, MilliCredits>,
    /// What the member has spent or put on hold in this period, by pool.
    pub used: BTreeMap<Pool, MilliCredits>,
}

/// That an operation was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationRecord {
    /// Its id.
    pub id: OperationId,
    /// What it did, in a stable text: the same id for anything else is a conflict.
    pub what: String,
    /// When.
    pub at: UnixMillis,
    /// Sequence numbers of its first entry and the one after its last.
    pub entries: (i64, i64),
}

/// What a command did, and what the store has to write in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the store has to write what the command did"]
pub struct Applied<T> {
    /// The answer.
    pub outcome: T,
    /// New entries, to be inserted.
    pub entries: Vec<Entry>,
    /// New and changed grants, to be written over.
    pub grants: Vec<Grant>,
    /// New and changed holds, to be written over.
    pub holds: Vec<Hold>,
    /// New operations, to be inserted; a second insert of one id must fail.
    pub operations: Vec<OperationRecord>,
    /// Whether [`AccountState::header`] has to be written.
    pub header_changed: bool,
}

impl<T> Applied<T> {
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.entries.is_empty()
            && self.grants.is_empty()
            && self.holds.is_empty()
            && self.operations.is_empty()
            && !self.header_changed
    }

    /// The same with another answer.
    pub fn map<U>(self, outcome: impl FnOnce(T) -> U) -> Applied<U> {
        Applied {
            outcome: outcome(self.outcome),
            entries: self.entries,
            grants: self.grants,
            holds: self.holds,
            operations: self.operations,
            header_changed: self.header_changed,
        }
    }
}

impl AccountState {
    /// An account without credit.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts stored rows together.
    #[must_use]
    pub fn from_rows(
        header: AccountHeader,
        grants: impl IntoIterator<Item = Grant>,
        holds: impl IntoIterator<Item = Hold>,
        operations: impl IntoIterator<Item = OperationRecord>,
    ) -> Self {
        Self {
            header,
            grants: grants.into_iter().map(|grant| (grant.id, grant)).collect(),
            holds: holds
                .into_iter()
                .map(|hold| (hold.operation.clone(), hold))
                .collect(),
            operations: operations
                .into_iter()
                .map(|op| (op.id.clone(), op))
                .collect(),
        }
    }

    /// Carries out what time alone brings up to `now`: holds whose time ran out, periods
    /// that ended, grants that ended. Every command does this first; a reader that shows
    /// balances may call it on its own copy.
    ///
    /// # Errors
    /// [`LedgerError`] as for every command.
    pub fn advance(&mut self, now: UnixMillis) -> Result<Applied<()>, LedgerError> {
        self.run(now, |_| Ok(()))
    }

    /// Runs a command on a copy, and keeps the copy only if the command succeeds.
    fn run<T>(
        &mut self,
        now: UnixMillis,
        command: impl FnOnce(&mut Journal) -> Result<T, LedgerError>,
    ) -> Result<Applied<T>, LedgerError> {
        let mut journal = Journal::begin(self.clone(), now)?;
        journal.advance()?;
        let outcome = command(&mut journal)?;
        let (state, applied) = journal.finish(outcome, self)?;
        *self = state;
        Ok(applied)
    }
}
