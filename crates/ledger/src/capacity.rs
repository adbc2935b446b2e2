//! Capacity: how many leads may be stored (active) at a time. It is a gauge, not a credit:
//! removing leads or a larger plan frees it, nothing is ever charged to it, and a download
//! does not look at it.

use crate::MilliCredits;
use crate::hold::PriceDecision;
use crate::id::{Action, Outcome};
use crate::policy::{NotPriced, Policy};

/// How full an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capacity {
    /// Most leads at a time; `None`: no limit.
    pub limit: Option<u64>,
    /// Leads that are there. It may be above the limit after a change to a smaller plan.
    pub used: u64,
}

impl Capacity {
    /// How many more fit; `None`: any number.
    #[must_use]
    pub fn free(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }

    fn has_room(&self) -> bool {
        self.free() != Some(0)
    }
}

/// A row that is to be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportRow {
    /// The lead is stored already: there is nothing to do.
    pub active: bool,
    /// The team has paid for the lead before (it was downloaded): it takes room, but costs
    /// nothing again.
    pub paid_for: bool,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowResult {
    /// It is imported, at this price.
    Imported {
        /// What it costs.
        price: MilliCredits,
    },
    /// It was there already.
    AlreadyActive,
    /// There was no room for it.
    NoCapacity,
    /// There was too little credit for it.
    OutOfCredits,
}

/// What an import does, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// What becomes of each row, in the order given.
    pub rows: Vec<RowResult>,
    /// How many are imported.
    pub imported: u64,
    /// What all of them cost together: to be put on hold before they are written, and
    /// settled in the same transaction.
    pub charge: MilliCredits,
    /// How full the account is afterwards.
    pub capacity: Capacity,
}

impl ImportReport {
    /// How many rows ended so, whatever their price.
    #[must_use]
    pub fn count(&self, like: RowResult) -> usize {
        let kind = std::mem::discriminant(&like);
        self.rows
            .iter()
            .filter(|row| std::mem::discriminant(*row) == kind)
            .count()
    }
}

/// Decides an import row by row, up to the capacity and the `available` credit. Nothing
/// is refused as a whole: what fits is imported, and the report names the rest.
///
/// # Errors
/// [`NotPriced`] where the policy does not price imports.
pub fn plan_import(
    policy: &Policy,
    mut capacity: Capacity,
    available: MilliCredits,
    rows: impl IntoIterator<Item = ImportRow>,
) -> Result<ImportReport, NotPriced> {
    let new = import_price(policy, Outcome::imported())?.amount;
    let held = import_price(policy, Outcome::already_held())?.amount;
    let mut report = ImportReport {
        rows: Vec::new(),
        imported: 0,
        charge: 0,
        capacity,
    };
    for row in rows {
        let price = if row.paid_for { held } else { new };
        let result = if row.active {
            RowResult::AlreadyActive
        } else if !capacity.has_room() {
            RowResult::NoCapacity
        } else if report.charge.saturating_add(price) > available.max(0) {
            RowResult::OutOfCredits
        } else {
            capacity.used = capacity.used.saturating_add(1);
            report.imported = report.imported.saturating_add(1);
            report.charge = report.charge.saturating_add(price);
            RowResult::Imported { price }
        };
        report.rows.push(result);
    }
    report.capacity = capacity;
    Ok(report)
}

fn import_price(policy: &Policy, outcome: Outcome) -> Result<PriceDecision, NotPriced> {
    policy.price(&Action::import(), &outcome, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(active: bool, paid_for: bool) -> ImportRow {
        ImportRow { active, paid_for }
    }

    #[test]
    fn each_row_is_decided_on_its_own() {
        let policy = Policy::preset("success-ai").unwrap();
        let capacity = Capacity {
            limit: Some(4),
            used: 1,
        };
        let rows = [
            row(false, false),
            row(true, false),
            row(false, false), // too little credit
            row(false, true),  // paid for before: still goes in
            row(false, true),
            row(false, true), // no room
        ];
        let report = plan_import(&policy, capacity, 1_500, rows).unwrap();
        assert_eq!(
            report.rows,
            [
                RowResult::Imported { price: 1_000 },
                RowResult::AlreadyActive,
                RowResult::OutOfCredits,
                RowResult::Imported { price: 0 },
                RowResult::Imported { price: 0 },
                RowResult::NoCapacity,
            ]
        );
        assert_eq!(
            (report.imported, report.charge, report.capacity.used),
            (3, 1_000, 4)
        );
        assert_eq!(report.count(RowResult::Imported { price: 0 }), 3);
    }

    #[test]
    fn a_smaller_plan_leaves_no_room_and_takes_nothing_away() {
        let policy = Policy::preset("success-ai").unwrap();
        let capacity = Capacity {
            limit: Some(2),
            used: 5,
        };
        assert_eq!(capacity.free(), Some(0));
        let report = plan_import(&policy, capacity, 9_000, [row(false, false)]).unwrap();
        assert_eq!(
            (report.rows, report.capacity.used),
            (vec![RowResult::NoCapacity], 5)
        );
    }
}
