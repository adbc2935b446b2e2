//! Checking what is stored against the journal.

use std::collections::BTreeMap;

use crate::MilliCredits;
use crate::account::AccountState;
use crate::entry::{Entry, EntryKind};
use crate::hold::{Hold, HoldState};
use crate::id::{GrantId, OperationId};
use crate::replay::{Difference, HoldBalance, Replayed, difference, replay};

/// Compares an account's stored rows, all of them, with its entries. Operations are
/// compared where `state` holds any.
///
/// # Errors
/// The first difference.
pub fn check<'a>(
    state: &AccountState,
    entries: impl IntoIterator<Item = &'a Entry>,
) -> Result<Replayed, Difference> {
    let entries: Vec<&Entry> = entries.into_iter().collect();
    let replayed = replay(entries.iter().copied())?;
    check_grants(state, &replayed)?;
    check_holds(state, &replayed)?;
    check_links(state, &entries)?;
    check_shares(state, &entries)?;
    let next = replayed.last_sequence.saturating_add(1);
    compare("next sequence number", next, state.header.next_sequence)?;
    if let Some(last) = entries.last().filter(|last| last.at > state.header.last_at) {
        let expected = format!("{} or later", last.at);
        return Err(difference(
            None,
            "time of the last change",
            expected,
            state.header.last_at,
        ));
    }
    Ok(replayed)
}

fn compare(
    what: impl Into<String>,
    expected: MilliCredits,
    found: MilliCredits,
) -> Result<(), Difference> {
    if expected == found {
        return Ok(());
    }
    Err(difference(None, what, expected, found))
}

fn check_grants(state: &AccountState, replayed: &Replayed) -> Result<(), Difference> {
    for (id, expected) in &replayed.grants {
        let Some(grant) = state.grants.get(id) else {
            return Err(difference(None, format!("grant {id}"), "a row", "none"));
        };
        compare(format!("grant {id} amount"), expected.amount, grant.amount)?;
        compare(
            format!("grant {id} available"),
            expected.available,
            grant.available,
        )?;
        compare(format!("grant {id} held"), expected.held, grant.held)?;
    }
    match state
        .grants
        .keys()
        .find(|id| !replayed.grants.contains_key(id))
    {
        Some(id) => Err(difference(None, format!("grant {id}"), "no row", "a row")),
        None => Ok(()),
    }
}

fn check_holds(state: &AccountState, replayed: &Replayed) -> Result<(), Difference> {
    for (id, expected) in &replayed.holds {
        let Some(hold) = state.holds.get(id) else {
            return Err(difference(None, format!("hold {id}"), "a row", "none"));
        };
        let settled = match &hold.state {
            HoldState::Settled { price, .. } => price.amount,
            _ => 0,
        };
        let open = if hold.is_open() { hold.amount } else { 0 };
        compare(format!("hold {id} amount"), expected.amount, hold.amount)?;
        compare(format!("hold {id} open"), expected.open, open)?;
        compare(
            format!("hold {id} charged"),
            expected.charged,
            hold.charged(),
        )?;
        compare(format!("hold {id} price"), expected.charged, settled)?;
        compare(
            format!("hold {id} refunded"),
            expected.refunded,
            hold.refunded(),
        )?;
    }
    match state
        .holds
        .keys()
        .find(|id| !replayed.holds.contains_key(*id))
    {
        Some(id) => Err(difference(None, format!("hold {id}"), "no row", "a row")),
        None => Ok(()),
    }
}

/// What each entry says of its grant, its hold and its operation.
fn check_links(state: &AccountState, entries: &[&Entry]) -> Result<(), Difference> {
    let mut ended: BTreeMap<&OperationId, EntryKind> = BTreeMap::new();
    for entry in entries {
        let at = Some(entry.sequence);
        if let Some(grant) = state
            .grants
            .get(&entry.grant)
            .filter(|g| g.pool != entry.pool)
        {
            let what = format!("pool of grant {}", grant.id);
            return Err(difference(at, what, &entry.pool, &grant.pool));
        }
        let own = !entry.operation.as_str().starts_with(OperationId::RESERVED);
        if own && !state.operations.is_empty() && !state.operations.contains_key(&entry.operation) {
            return Err(difference(
                at,
                format!("operation {}", entry.operation),
                "a row",
                "none",
            ));
        }
        let Some(hold) = entry.hold.as_ref().and_then(|id| state.holds.get(id)) else {
            continue;
        };
        let end = match entry.kind {
            EntryKind::Settle | EntryKind::Return => EntryKind::Settle,
            EntryKind::Release | EntryKind::HoldExpiry => entry.kind,
            _ => continue,
        };
        let what = || format!("end of hold {}", hold.operation);
        let first = *ended.entry(&hold.operation).or_insert(end);
        if first != end {
            return Err(difference(at, what(), first, end));
        }
        let stored = match &hold.state {
            HoldState::Open => None,
            HoldState::Settled { .. } => Some(EntryKind::Settle),
            HoldState::Released { .. } => Some(EntryKind::Release),
            HoldState::Expired { .. } => Some(EntryKind::HoldExpiry),
        };
        if stored != Some(end) {
            let stored = stored.map_or("open", EntryKind::as_str);
            return Err(difference(at, what(), end, stored));
        }
    }
    Ok(())
}

/// What each grant gave to each hold.
fn check_shares(state: &AccountState, entries: &[&Entry]) -> Result<(), Difference> {
    let mut shares: BTreeMap<(&OperationId, GrantId), HoldBalance> = BTreeMap::new();
    for entry in entries {
        let Some(hold) = &entry.hold else { continue };
        let share = shares.entry((hold, entry.grant)).or_default();
        match entry.kind {
            EntryKind::Hold => share.amount = share.amount.saturating_add(entry.amount),
            EntryKind::Settle => share.charged = share.charged.saturating_add(entry.amount),
            _ => {}
        }
    }
    // A refund's new grant is no share of the hold.
    shares.retain(|_, share| share.amount > 0);
    for hold in state.holds.values() {
        for share in &hold.shares {
            let expected = shares
                .remove(&(&hold.operation, share.grant))
                .unwrap_or_default();
            let what =
                |part: &str| format!("hold {} {part} of grant {}", hold.operation, share.grant);
            compare(what("amount"), expected.amount, share.amount)?;
            compare(what("charge"), expected.charged, share.charged)?;
        }
        check_state(hold)?;
    }
    match shares.keys().next() {
        Some((hold, grant)) => Err(difference(
            None,
            format!("hold {hold} share of grant {grant}"),
            "one",
            "none",
        )),
        None => Ok(()),
    }
}

fn check_state(hold: &Hold) -> Result<(), Difference> {
    let shares = hold
        .shares
        .iter()
        .fold(0, |sum: MilliCredits, s| sum.saturating_add(s.amount));
    compare(
        format!("hold {} shares", hold.operation),
        hold.amount,
        shares,
    )
}

#[cfg(test)]
mod tests;
