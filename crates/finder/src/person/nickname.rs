//! Short forms of given names, and back.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Probability that an address has a listed short form in place of the displayed full
/// name. Known short forms were 50 of 4,868 addresses with a given name; about a third of
/// the names have one.
const SHORT_FOR_FULL: f64 = 0.04;

/// Probability that an address has a listed full form in place of a displayed short one.
/// Own judgement: directories are filled from payroll names.
const FULL_FOR_SHORT: f64 = 0.14;

/// Probability that a nickname which the profile shows itself is used.
const DISPLAYED: f64 = 0.4;

/// Most alternatives of one name.
const ALTERNATIVES_MAX: usize = 4;

struct Table {
    short: HashMap<&'static str, Vec<&'static str>>,
    full: HashMap<&'static str, Vec<&'static str>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table {
        short: HashMap::new(),
        full: HashMap::new(),
    };
    for line in include_str!("../../data/nicknames.txt").lines() {
        let Some((full, shorts)) = line.split_once(':') else {
            continue;
        };
        let full = full.trim();
        for short in shorts.split_whitespace() {
            table.short.entry(full).or_default().push(short);
            table.full.entry(short).or_default().push(full);
        }
    }
    table
});

/// Other given names that an address may have in place of `given`, with probabilities
/// that sum to less than 1. `displayed` is the nickname that the profile shows.
pub(super) fn alternatives(given: &str, displayed: Option<&str>) -> Vec<(String, f64)> {
    let key = given.to_lowercase();
    let mut all: Vec<(String, f64)> = Vec::new();
    if let Some(displayed) = displayed.filter(|displayed| displayed.to_lowercase() != key) {
        all.push((displayed.to_owned(), DISPLAYED));
    }
    for (names, share) in [
        (TABLE.short.get(key.as_str()), SHORT_FOR_FULL),
        (TABLE.full.get(key.as_str()), FULL_FOR_SHORT),
    ] {
        let names = names.map(Vec::as_slice).unwrap_or_default();
        // The table lists the commonest first: each next one is half as likely.
        let names = names.iter().take(ALTERNATIVES_MAX);
        let halves = || std::iter::successors(Some(1.0_f64), |weight| Some(weight / 2.0));
        let total: f64 = halves().take(names.len()).sum();
        for (name, weight) in names.zip(halves()) {
            if !all
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name))
            {
                all.push(((*name).to_owned(), share * weight / total));
            }
        }
    }
    all
}

/// Whether `word` (lower case) is a given name or a short form that the table knows.
#[cfg(test)]
fn is_known(word: &str) -> bool {
    TABLE.short.contains_key(word) || TABLE.full.contains_key(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_both_ways() {
        let names = |given: &str| {
            alternatives(given, None)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert!(names("Robert").contains(&"bob".to_owned()));
        assert!(names("Bob").contains(&"robert".to_owned()));
        assert!(names("Zyxwv").is_empty());
        assert_eq!(
            alternatives("Zyxwv", Some("Zed")),
            [("Zed".to_owned(), DISPLAYED)]
        );
    }

    #[test]
    fn the_displayed_name_stays_likeliest() {
        for given in ["Robert", "Bob", "Alexander", "Alex", "Elizabeth", "Mike"] {
            let total: f64 = alternatives(given, None)
                .iter()
                .map(|(_, weight)| weight)
                .sum();
            assert!(total > 0.0 && total < 0.2, "{given}: {total}");
        }
    }

    #[test]
    fn the_table_is_lower_case_letters() {
        for line in include_str!("../../data/nicknames.txt").lines() {
            if line.starts_with('#') || line.is_empty() {
                continue;
            }
            let (full, shorts) = line.split_once(':').unwrap();
            assert!(is_known(full), "{line}");
            for name in std::iter::once(full).chain(shorts.split_whitespace()) {
                assert!(
                    name.chars().all(|c| c.is_lowercase() && c.is_alphabetic()),
                    "{line}"
                );
            }
        }
    }
}
