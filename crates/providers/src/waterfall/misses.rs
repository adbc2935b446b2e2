//! Whom providers did not know.

use std::collections::HashMap;

use lode_core::api::UnixMillis;

use crate::provider::{PersonQuery, ProviderKind};

/// Remembers whom a provider did not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NegativeCache {
    ttl: UnixMillis,
    known: HashMap<(ProviderKind, String), UnixMillis>,
}

/// Most misses remembered.
const MISSES_MAX: usize = 100_000;

impl NegativeCache {
    /// A cache that remembers a miss for `ttl` milliseconds.
    #[must_use]
    pub fn new(ttl: UnixMillis) -> Self {
        Self {
            ttl: ttl.max(0),
            known: HashMap::new(),
        }
    }

    /// Whether the provider did not know the person a while ago.
    #[must_use]
    pub fn contains(&self, kind: ProviderKind, person: &PersonQuery, now: UnixMillis) -> bool {
        key(person).is_some_and(|key| {
            self.known
                .get(&(kind, key))
                .is_some_and(|until| now < *until)
        })
    }

    /// Remembers a miss.
    pub fn put(&mut self, kind: ProviderKind, person: &PersonQuery, now: UnixMillis) {
        let Some(key) = key(person) else { return };
        if self.known.len() >= MISSES_MAX {
            self.known.retain(|_, until| now < *until);
        }
        if self.known.len() >= MISSES_MAX {
            self.known.clear();
        }
        self.known.insert((kind, key), now.saturating_add(self.ttl));
    }
}

/// The same person at the same company; `None` where the query names nobody.
fn key(person: &PersonQuery) -> Option<String> {
    let fold = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    let name = person.whole_name().map(|name| fold(&name));
    let at = person.domain_or_company().map(fold);
    let profile = person.linkedin_url.as_deref().map(fold);
    (name.is_some() || profile.is_some()).then(|| {
        [name, at, profile]
            .map(Option::unwrap_or_default)
            .join("\u{1f}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> PersonQuery {
        PersonQuery {
            full_name: Some("Ada Marlow".to_owned()),
            domain: Some("acme.example".to_owned()),
            ..PersonQuery::default()
        }
    }

    #[test]
    fn misses_are_remembered_for_their_time() {
        let mut misses = NegativeCache::new(1_000);
        misses.put(ProviderKind::Hunter, &person(), 5_000);
        let same = PersonQuery {
            full_name: Some(" ada  MARLOW ".to_owned()),
            ..person()
        };
        assert!(misses.contains(ProviderKind::Hunter, &same, 5_999));
        assert!(!misses.contains(ProviderKind::Hunter, &same, 6_000));
        assert!(!misses.contains(ProviderKind::Snov, &same, 5_500));
        misses.put(ProviderKind::Hunter, &PersonQuery::default(), 5_000);
        assert!(!misses.contains(ProviderKind::Hunter, &PersonQuery::default(), 5_000));
    }
}
