//! Person names: from the displayed name to its parts.

use serde::{Deserialize, Serialize};

/// Parts of a person's name. An absent part is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Given name.
    pub given: Option<String>,
    /// Middle names or initials.
    pub middle: Option<String>,
    /// Family name, with its particles.
    pub family: Option<String>,
    /// "Dr.", "Prof.".
    pub prefix: Option<String>,
    /// "Jr.", "PhD", "MBA".
    pub suffix: Option<String>,
    /// A nickname in quotes or brackets.
    pub nickname: Option<String>,
}

/// Splits a displayed name into its parts. Never fails: what cannot be read is left out.
#[must_use]
pub fn parse(input: &str) -> PersonName {
    let mut words = input.split_whitespace();
    let given = words.next().map(str::to_owned);
    let family = words.next_back().map(str::to_owned);
    PersonName {
        given,
        family,
        ..PersonName::default()
    }
}
