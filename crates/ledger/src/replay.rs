//! Rebuilding balances from the journal.

use std::collections::BTreeMap;
use std::fmt;

use crate::MilliCredits;
use crate::entry::{Entry, EntryKind, LedgerAccount};
use crate::id::{GrantId, OperationId};

/// Moves an amount between a grant's two ledger accounts and the outside. `None` if a
/// balance would leave its range: below 0 or above 64 bits.
pub(crate) fn move_credit(
    available: &mut MilliCredits,
    held: &mut MilliCredits,
    debit: LedgerAccount,
    credit: LedgerAccount,
    amount: MilliCredits,
) -> Option<()> {
    let (mut new_available, mut new_held) = (*available, *held);
    match debit {
        LedgerAccount::Available => new_available = new_available.checked_sub(amount)?,
        LedgerAccount::Held => new_held = new_held.checked_sub(amount)?,
        _ => {}
    }
    match credit {
        LedgerAccount::Available => new_available = new_available.checked_add(amount)?,
        LedgerAccount::Held => new_held = new_held.checked_add(amount)?,
        _ => {}
    }
    if new_available < 0 || new_held < 0 {
        return None;
    }
    (*available, *held) = (new_available, new_held);
    Some(())
}

/// A grant's balances as the journal has them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GrantBalance {
    /// What was granted.
    pub amount: MilliCredits,
    /// Unspent, not on hold.
    pub available: MilliCredits,
    /// On hold.
    pub held: MilliCredits,
}

/// A hold as the journal has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct HoldBalance {
    /// What was set aside.
    pub amount: MilliCredits,
    /// What is still set aside.
    pub open: MilliCredits,
    /// What was charged.
    pub charged: MilliCredits,
    /// What of the charge was given back.
    pub refunded: MilliCredits,
}

/// What the journal comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Grants.
    pub grants: BTreeMap<GrantId, GrantBalance>,
    /// Holds.
    pub holds: BTreeMap<OperationId, HoldBalance>,
    /// Balance of each ledger account over all grants: what was credited less what was
    /// debited. They add up to 0.
    pub accounts: BTreeMap<LedgerAccount, i128>,
    /// The last entry's sequence number; 0 before the first.
    pub last_sequence: i64,
}

/// The first place where the journal or the stored balances are wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The entry at which it shows, where there is one.
    pub sequence: Option<i64>,
    /// What is wrong (`grant g3 available`).
    pub what: String,
    /// What the journal says.
    pub expected: String,
    /// What is stored.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sequence) = self.sequence {
            write!(f, "entry {sequence}: ")?;
        }
        write!(
            f,
            "{}: expected {}, found {}",
            self.what, self.expected, self.found
        )
    }
}

impl std::error::Error for Difference {}

pub(crate) fn difference(
    sequence: Option<i64>,
    what: impl Into<String>,
    expected: impl ToString,
    found: impl ToString,
) -> Difference {
    Difference {
        sequence,
        what: what.into(),
        expected: expected.to_string(),
        found: found.to_string(),
    }
}

/// Rebuilds every balance from an account's entries, given in their order.
///
/// # Errors
/// The first entry that cannot stand where it stands: a gap in the sequence, an amount
/// that is not above 0, accounts that do not fit the kind, a balance below 0, a time
/// before the entry before it, a link to an entry that is not earlier.
pub fn replay<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Result<Replayed, Difference> {
    let mut replayed = Replayed::default();
    let mut last_at = i64::MIN;
    for entry in entries {
        let at = Some(entry.sequence);
        let expected = replayed.last_sequence.saturating_add(1);
        if entry.sequence != expected {
            return Err(difference(at, "sequence number", expected, entry.sequence));
        }
        replayed.last_sequence = entry.sequence;
        if entry.amount <= 0 {
            return Err(difference(at, "amount", "more than 0", entry.amount));
        }
        let (debit, credit) = entry.kind.accounts();
        if (entry.debit, entry.credit) != (debit, credit) {
            let found = format!("{} to {}", entry.debit, entry.credit);
            return Err(difference(
                at,
                format!("accounts of {}", entry.kind),
                format!("{debit} to {credit}"),
                found,
            ));
        }
        if entry.at < last_at {
            return Err(difference(
                at,
                "time",
                format!("{last_at} or later"),
                entry.at,
            ));
        }
        last_at = entry.at;
        if let Some(link) = entry
            .corrects
            .filter(|link| *link >= entry.sequence || *link < 1)
        {
            return Err(difference(at, "link", "an earlier entry", link));
        }
        replay_grant(&mut replayed, entry)?;
        replay_hold(&mut replayed, entry)?;
        let amount = i128::from(entry.amount);
        *replayed.accounts.entry(debit).or_default() -= amount;
        *replayed.accounts.entry(credit).or_default() += amount;
    }
    Ok(replayed)
}

fn replay_grant(replayed: &mut Replayed, entry: &Entry) -> Result<(), Difference> {
    let at = Some(entry.sequence);
    let opens = entry.grant.0 == entry.sequence;
    if opens {
        let may = matches!(
            entry.kind,
            EntryKind::Grant | EntryKind::Refund | EntryKind::CarryIn
        );
        if !may {
            return Err(difference(at, "grant", "one that exists", entry.grant));
        }
        let new = GrantBalance {
            amount: entry.amount,
            ..GrantBalance::default()
        };
        replayed.grants.insert(entry.grant, new);
    }
    let Some(grant) = replayed.grants.get_mut(&entry.grant) else {
        return Err(difference(at, "grant", "one that exists", entry.grant));
    };
    let (available, held) = (grant.available, grant.held);
    move_credit(
        &mut grant.available,
        &mut grant.held,
        entry.debit,
        entry.credit,
        entry.amount,
    )
    .ok_or_else(|| {
        difference(
            at,
            format!("{} of grant {}", entry.debit, entry.grant),
            format!("at least {}", entry.amount),
            if entry.debit == LedgerAccount::Held {
                held
            } else {
                available
            },
        )
    })?;
    if grant.available.saturating_add(grant.held) > grant.amount {
        let found = grant.available.saturating_add(grant.held);
        return Err(difference(
            at,
            format!("unspent of grant {}", entry.grant),
            format!("at most {}", grant.amount),
            found,
        ));
    }
    Ok(())
}

fn replay_hold(replayed: &mut Replayed, entry: &Entry) -> Result<(), Difference> {
    let at = Some(entry.sequence);
    let Some(id) = &entry.hold else {
        return Ok(());
    };
    let hold = replayed.holds.entry(id.clone()).or_default();
    let overflow = || difference(at, format!("hold {id}"), "a sum within 64 bits", "more");
    match entry.kind {
        EntryKind::Hold => {
            hold.amount = hold.amount.checked_add(entry.amount).ok_or_else(overflow)?;
            hold.open = hold.open.checked_add(entry.amount).ok_or_else(overflow)?;
        }
        EntryKind::Settle => {
            hold.open = hold.open.saturating_sub(entry.amount);
            hold.charged = hold.charged.saturating_add(entry.amount);
        }
        EntryKind::Return | EntryKind::Release | EntryKind::HoldExpiry => {
            hold.open = hold.open.saturating_sub(entry.amount);
        }
        EntryKind::Refund => hold.refunded = hold.refunded.saturating_add(entry.amount),
        _ => return Err(difference(at, "hold", "none", id)),
    }
    if hold.open < 0 {
        return Err(difference(
            at,
            format!("held for {id}"),
            "0 or more",
            hold.open,
        ));
    }
    if hold.refunded > hold.charged {
        let expected = format!("at most {}", hold.charged);
        return Err(difference(
            at,
            format!("refund of {id}"),
            expected,
            hold.refunded,
        ));
    }
    Ok(())
}
