//! The one place where entries are made and balances change.

use std::collections::BTreeSet;

use super::{AccountState, Applied, CLOCK_TOLERANCE, OperationRecord};
use crate::entry::{Entry, EntryKind};
use crate::error::LedgerError;
use crate::grant::{Grant, GrantKind, NewGrant};
use crate::id::{GrantId, MemberId, OperationId};
use crate::{MilliCredits, UnixMillis};

/// A command under way: a copy of the state and what has changed in it.
pub(super) struct Journal {
    pub(super) state: AccountState,
    /// The command's time, never before the account's last entry.
    pub(super) now: UnixMillis,
    entries: Vec<Entry>,
    grants: BTreeSet<GrantId>,
    holds: BTreeSet<OperationId>,
    operations: Vec<OperationRecord>,
}

/// An entry's links and reasons.
pub(super) struct Reason<'a> {
    pub(super) operation: &'a OperationId,
    pub(super) hold: Option<&'a OperationId>,
    pub(super) member: Option<&'a MemberId>,
    pub(super) rule: &'a str,
    pub(super) price_version: &'a str,
    pub(super) corrects: Option<i64>,
    pub(super) at: UnixMillis,
}

/// Whether an operation id is new.
pub(super) enum Seen {
    New,
    Repeated,
}

impl Journal {
    pub(super) fn begin(state: AccountState, now: UnixMillis) -> Result<Self, LedgerError> {
        let last = state.header.last_at;
        if now < last.saturating_sub(CLOCK_TOLERANCE) {
            return Err(LedgerError::ClockWentBackwards { now, last });
        }
        // A time that the calendar lacks would only fail later, at a period's end.
        crate::subscription::civil_date(now)?;
        Ok(Self {
            now: now.max(last),
            state,
            entries: Vec::new(),
            grants: BTreeSet::new(),
            holds: BTreeSet::new(),
            operations: Vec::new(),
        })
    }

    pub(super) fn finish<T>(
        self,
        outcome: T,
        before: &AccountState,
    ) -> Result<(AccountState, Applied<T>), LedgerError> {
        let grants = self
            .grants
            .iter()
            .filter_map(|id| self.state.grants.get(id))
            .cloned()
            .collect();
        let holds = self
            .holds
            .iter()
            .filter_map(|id| self.state.holds.get(id))
            .cloned()
            .collect();
        let header_changed = self.state.header != before.header;
        Ok((
            self.state,
            Applied {
                outcome,
                entries: self.entries,
                grants,
                holds,
                operations: self.operations,
                header_changed,
            },
        ))
    }

    pub(super) fn next_sequence(&self) -> i64 {
        self.state.header.next_sequence
    }

    /// Looks an operation up before anything else is checked.
    pub(super) fn seen(&self, id: &OperationId, what: &str) -> Result<Seen, LedgerError> {
        if id.as_str().starts_with(OperationId::RESERVED) {
            return Err(LedgerError::ReservedOperation {
                operation: id.clone(),
            });
        }
        match self.state.operations.get(id) {
            None => Ok(Seen::New),
            Some(record) if record.what == what => Ok(Seen::Repeated),
            Some(record) => Err(LedgerError::OperationConflict {
                operation: id.clone(),
                earlier: record.what.clone(),
                now: what.to_owned(),
            }),
        }
    }

    /// Writes down that an operation is done; `first` is the sequence number before it.
    pub(super) fn record(&mut self, id: &OperationId, what: String, first: i64) {
        let record = OperationRecord {
            id: id.clone(),
            what,
            at: self.now,
            entries: (first, self.next_sequence()),
        };
        self.state.operations.insert(id.clone(), record.clone());
        self.operations.push(record);
    }

    pub(super) fn touch_hold(&mut self, id: &OperationId) {
        self.holds.insert(id.clone());
    }

    /// Makes a grant and the entry that fills it.
    pub(super) fn open_grant(
        &mut self,
        new: &NewGrant,
        kind: EntryKind,
        paid: bool,
        reason: &Reason<'_>,
    ) -> Result<GrantId, LedgerError> {
        if new.amount <= 0 {
            return Err(LedgerError::NotPositive {
                what: "the grant",
                amount: new.amount,
            });
        }
        let effective_at = new.effective_at.unwrap_or(reason.at);
        if let Some(ends_at) = new.expires_at
            && ends_at <= effective_at
        {
            return Err(LedgerError::EndsBeforeStart {
                what: "the grant",
                starts_at: effective_at,
                ends_at,
            });
        }
        // Sums of balances must stay within 64 bits for good.
        self.state
            .grants
            .values()
            .try_fold(new.amount, |sum, grant| {
                sum.checked_add(grant.available)?.checked_add(grant.held)
            })
            .ok_or(LedgerError::Overflow {
                what: "the account's credit",
            })?;
        let id = GrantId(self.next_sequence());
        self.state.grants.insert(
            id,
            Grant {
                id,
                kind: new.kind,
                pool: new.pool.clone(),
                amount: new.amount,
                available: 0,
                held: 0,
                effective_at,
                expires_at: new.expires_at,
                priority: new.priority.unwrap_or_else(|| new.kind.default_priority()),
                paid: paid || new.kind == GrantKind::Purchased,
                actions: new.actions.clone(),
                owner: new.owner.clone(),
                seat: new.seat.clone(),
                operation: reason.operation.clone(),
                created_at: reason.at,
            },
        );
        self.post(kind, id, new.amount, reason)?;
        Ok(id)
    }

    /// Adds an entry and moves its amount.
    pub(super) fn post(
        &mut self,
        kind: EntryKind,
        grant: GrantId,
        amount: MilliCredits,
        reason: &Reason<'_>,
    ) -> Result<i64, LedgerError> {
        if amount <= 0 {
            return Err(LedgerError::NotPositive {
                what: "an entry",
                amount,
            });
        }
        let row = self
            .state
            .grants
            .get_mut(&grant)
            .ok_or(LedgerError::UnknownGrant { grant })?;
        let (debit, credit) = kind.accounts();
        crate::replay::move_credit(&mut row.available, &mut row.held, debit, credit, amount)
            .ok_or_else(|| {
                LedgerError::Inconsistent(format!("{kind} of {amount} does not fit grant {grant}"))
            })?;
        let sequence = self.state.header.next_sequence;
        self.state.header.next_sequence = sequence.checked_add(1).ok_or(LedgerError::Overflow {
            what: "the sequence number",
        })?;
        self.entries.push(Entry {
            sequence,
            operation: reason.operation.clone(),
            kind,
            debit,
            credit,
            amount,
            grant,
            pool: row.pool.clone(),
            hold: reason.hold.cloned(),
            member: reason.member.cloned(),
            rule: reason.rule.to_owned(),
            price_version: reason.price_version.to_owned(),
            corrects: reason.corrects,
            at: reason.at,
        });
        self.grants.insert(grant);
        self.happened(reason.at);
        Ok(sequence)
    }

    /// Moves the account's time on.
    pub(super) fn happened(&mut self, at: UnixMillis) {
        self.state.header.last_at = self.state.header.last_at.max(at);
    }

    /// Version of the price list that the account's plan comes from.
    pub(super) fn price_version(&self) -> String {
        self.state
            .header
            .subscription
            .as_ref()
            .map_or_else(|| "none".to_owned(), |s| s.terms.price_version.clone())
    }
}
