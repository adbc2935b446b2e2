//! Who has been captured from this browser, for longer than the captures themselves are kept:
//! a number for each address, from which no address can be read.

use serde::{Deserialize, Serialize};

use crate::lead::Lead;
use crate::unicode::Lower;

/// Addresses remembered.
pub(super) const MARKS_MAX: usize = 5_000;

/// The numbers, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(pub(crate) Vec<i64>);

impl Marks {
    /// Remembers a lead that was captured.
    pub fn add(&mut self, lead: &Lead) {
        for mark in marks(lead) {
            if !self.0.contains(&mark) {
                self.0.push(mark);
            }
        }
        let over = self.0.len().saturating_sub(MARKS_MAX);
        self.0.drain(..over);
    }

    /// Whether the lead was captured.
    #[must_use]
    pub fn has(&self, lead: &Lead) -> bool {
        marks(lead).any(|mark| self.0.contains(&mark))
    }
}

/// The numbers of a lead: of its identity and of its further addresses.
fn marks(lead: &Lead) -> impl Iterator<Item = i64> {
    let further = lead.also_at.iter().map(|url| mark(url));
    lead.identity()
        .map(|identity| mark(&identity))
        .into_iter()
        .chain(further.collect::<Vec<_>>())
}

/// FNV-1a, of which the upper 53 bits are kept: JavaScript keeps no more of a number.
fn mark(text: &str) -> i64 {
    let hash = text
        .lower()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    (hash >> 11).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::samples::lead;

    #[test]
    fn the_newest_are_remembered() {
        let mut marks = Marks::default();
        for n in 0..=MARKS_MAX as u128 {
            marks.add(&lead(n));
            marks.add(&lead(n));
        }
        assert_eq!(marks.0.len(), MARKS_MAX);
        assert!(!marks.has(&lead(0)));
        assert!(marks.has(&lead(1)) && marks.has(&lead(MARKS_MAX as u128)));
        assert!(marks.0.iter().all(|mark| (0..1 << 53).contains(mark)));
    }

    #[test]
    fn a_lead_is_known_by_any_of_its_addresses() {
        let mut sales = lead(1);
        sales.also_at = vec!["https://www.linkedin.com/in/Nadia-Ferrum-7".to_owned()];
        let mut marks = Marks::default();
        marks.add(&sales);
        assert!(marks.has(&lead(1)) && marks.has(&lead(7)));
        assert!(!marks.has(&lead(2)));
    }
}
