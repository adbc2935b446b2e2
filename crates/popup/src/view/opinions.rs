//! Second opinions: which data providers are asked about addresses that cannot be proved.

use lode_core::api::MilliCredits;
use serde_json::Value;

use super::Known;
use super::credits::amount;
use super::providers::name;
use crate::answers::{flag, list, maybe_number, number, text};

/// What is said of it.
pub const HINT: &str = "Where nobody can prove an address, these data providers may say whether \
    it exists. That moves its score and proves nothing. It is no credit of yours here, but \
    theirs, within each one's limit for the day.";

/// What is said to whoever may not change it.
pub const LOCKED: &str = "Whoever runs your account can change this.";

/// A provider that has a key and verifies addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpinionLine {
    /// Its stable name.
    pub provider: String,
    /// Whether it is asked.
    pub on: bool,
    /// What it charges at most for an address, by its documents.
    price: MilliCredits,
    /// What it may cost in a day.
    daily_limit: MilliCredits,
}

impl OpinionLine {
    /// The words beside the box.
    #[must_use]
    pub fn label(&self) -> String {
        let mut words = [
            "Ask ",
            name(&self.provider),
            ": at most ",
            &amount(self.price),
            " of its credits for each address",
        ]
        .concat();
        if self.price > self.daily_limit {
            words.push_str(" (more than its limit for the day)");
        }
        words
    }
}

/// The providers that verify addresses, of `GET /v1/providers`.
#[must_use]
pub fn read(body: &str) -> Vec<OpinionLine> {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    list(&value, "providers", |provider| {
        Some(OpinionLine {
            provider: text(provider, "provider"),
            on: flag(provider, "second_opinion"),
            price: maybe_number(provider, "second_opinion_price")?,
            daily_limit: number(provider, "daily_limit"),
        })
    })
    .into_iter()
    .flatten()
    .collect()
}

/// Whether the user may change it; `None` where there is nothing to show.
#[must_use]
pub fn may_set(known: &Known) -> Option<bool> {
    let standing = known.standing.as_ref()?;
    (!known.opinions.is_empty()).then_some(standing.may_set)
}

/// The body of a change.
#[must_use]
pub fn change(on: bool) -> String {
    let on = if on { "true" } else { "false" };
    [r#"{"second_opinion":"#, on, "}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn only_who_verifies_addresses_is_offered_with_its_price() {
        let lines = read(sample::PROVIDERS);
        let shown: Vec<_> = lines
            .iter()
            .map(|line| (line.provider.as_str(), line.on, line.label()))
            .collect();
        let of = |name, on, label: &str| (name, on, label.to_owned());
        assert_eq!(
            shown,
            [
                of(
                    "hunter",
                    true,
                    "Ask Hunter: at most 0.5 of its credits for each address"
                ),
                of(
                    "leadmagic",
                    false,
                    "Ask LeadMagic: at most 1 of its credits for each address (more than its \
                     limit for the day)"
                ),
            ]
        );
        assert_eq!(read("nothing"), []);
    }

    #[test]
    fn there_is_nothing_to_set_without_a_provider_or_a_pairing() {
        let opinions = read(sample::PROVIDERS);
        let known = |may_set: Option<bool>, opinions: &[OpinionLine]| Known {
            standing: may_set.map(|may_set| crate::answers::standing::Standing {
                may_set,
                ..sample::standing()
            }),
            opinions: opinions.to_vec(),
            ..Known::default()
        };
        assert_eq!(may_set(&known(Some(true), &opinions)), Some(true));
        assert_eq!(may_set(&known(Some(false), &opinions)), Some(false));
        assert_eq!(may_set(&known(Some(true), &[])), None);
        assert_eq!(may_set(&known(None, &opinions)), None);
    }

    #[test]
    fn a_change_is_what_the_server_reads() {
        for on in [true, false] {
            let edit: lode_core::api::ProviderEdit = serde_json::from_str(&change(on)).unwrap();
            assert_eq!(edit.second_opinion, Some(on));
            assert_eq!(edit.key, None);
        }
    }
}
