//! `GET /v1/providers`: what keeps data providers from being asked.

use lode_core::api::UnixMillis;
use serde_json::Value;

use super::{list, maybe_number, maybe_text, text};

/// A data provider that is not asked at present.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Its stable name.
    pub provider: String,
    /// Why, in a stable code.
    pub code: String,
    /// Since when, where that is known.
    pub since: Option<UnixMillis>,
    /// Until when; `None`: until somebody does something about it.
    pub until: Option<UnixMillis>,
}

/// Reads the answer; none where it is none.
#[must_use]
pub fn troubles(answer: &str) -> Vec<Trouble> {
    let value: Value = serde_json::from_str(answer).unwrap_or_default();
    let all = list(&value, "providers", |provider| {
        Some(Trouble {
            provider: text(provider, "provider"),
            code: maybe_text(provider, "trouble")?,
            since: maybe_number(provider, "trouble_since"),
            until: maybe_number(provider, "resting_until"),
        })
    });
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_in_trouble() {
        let answer = r#"{"order": null, "providers": [
            {"provider": "hunter", "trouble": "provider_unauthorized", "trouble_since": 5,
             "resting_until": 9},
            {"provider": "leadmagic", "trouble": null, "resting_until": null},
            {"provider": "snov", "trouble": "key_unreadable", "resting_until": null}
        ]}"#;
        let read = troubles(answer);
        assert_eq!(read.len(), 2);
        assert_eq!(
            (read[0].provider.as_str(), read[0].since, read[0].until),
            ("hunter", Some(5), Some(9))
        );
        assert_eq!(read[1].code, "key_unreadable");
        for other in ["", "{}", "[1]", r#"{"providers": 1}"#] {
            assert_eq!(troubles(other), []);
        }
    }
}
