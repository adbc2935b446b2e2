//! What scoring many pages gave, as tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::FIELDS;

/// Right, wrong and missed values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Values as expected.
    pub right: u32,
    /// Values that are not as expected, or where none was.
    pub wrong: u32,
    /// Values expected and not read.
    pub missed: u32,
}

impl Tally {
    /// Share of the values read that are right.
    pub fn precision(self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    /// Share of the values expected that were read right.
    pub fn recall(self) -> f64 {
        ratio(self.right, self.right + self.wrong + self.missed)
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(whole)
    }
}

/// The outcome over many pages.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Pages scored.
    pub pages: u32,
    /// By (kind, field).
    pub fields: BTreeMap<(String, &'static str), Tally>,
    /// Right values by (field, strategy).
    pub strategies: BTreeMap<(&'static str, String), u32>,
    /// Leads on negative pages, forbidden names, wrong kinds, wrong counts of anonymous rows.
    pub violations: Vec<String>,
    /// One line for each value that is not right; holds text of the pages.
    pub details: Vec<String>,
}

impl Report {
    /// The tally of a field over all kinds.
    pub fn field(&self, field: &str) -> Tally {
        let mut sum = Tally::default();
        for ((_, name), tally) in &self.fields {
            if *name == field {
                sum.add(*tally);
            }
        }
        sum
    }

    /// Precision and recall over all kinds, and the strategies that won: for a redesign.
    pub fn summary(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{:<12} {:>10} {:>7}  strategies",
            "field", "precision", "recall"
        );
        for field in FIELDS {
            let tally = self.field(field);
            if tally == Tally::default() {
                continue;
            }
            let strategies: Vec<String> = self
                .strategies
                .iter()
                .filter(|((of, _), _)| *of == field)
                .map(|((_, strategy), right)| format!("{strategy} {right}"))
                .collect();
            let _ = writeln!(
                out,
                "{field:<12} {:>10.3} {:>7.3}  {}",
                tally.precision(),
                tally.recall(),
                strategies.join(", ")
            );
        }
        for violation in &self.violations {
            let _ = writeln!(out, "violation: {violation}");
        }
        out
    }

    /// The tables, for a terminal.
    pub fn tables(&self) -> String {
        let mut out = format!("{} pages\n", self.pages);
        let _ = writeln!(
            out,
            "{:<16} {:<12} {:>6} {:>6} {:>7} {:>10} {:>7}",
            "kind", "field", "right", "wrong", "missed", "precision", "recall"
        );
        let rows = self
            .fields
            .iter()
            .map(|((kind, field), tally)| (kind.as_str(), *field, *tally));
        let sums = FIELDS
            .iter()
            .map(|field| ("all", *field, self.field(field)));
        for (kind, field, tally) in rows.chain(sums) {
            if tally != Tally::default() {
                let _ = writeln!(
                    out,
                    "{kind:<16} {field:<12} {:>6} {:>6} {:>7} {:>10.3} {:>7.3}",
                    tally.right,
                    tally.wrong,
                    tally.missed,
                    tally.precision(),
                    tally.recall()
                );
            }
        }
        let _ = writeln!(out, "{:<14} {:<24} {:>6}", "field", "strategy", "right");
        for ((field, strategy), right) in &self.strategies {
            let _ = writeln!(out, "{field:<14} {strategy:<24} {right:>6}");
        }
        for violation in &self.violations {
            let _ = writeln!(out, "violation: {violation}");
        }
        out
    }
}
