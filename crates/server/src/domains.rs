//! What is known of domains, kept in the database: all servers and every restart share it.

use async_trait::async_trait;
use futures::future::BoxFuture;
use lode_core::api::UnixMillis;
use lode_finder::{DomainCache, DomainFinding};
use lode_store::Store;
use lode_verify::{Domain, DomainProfile, ProfileStore};

use crate::app::now;

/// How long a company's domain is believed, once its site named the company: 30 days.
const CONFIRMED_FOR_MS: i64 = 30 * 24 * 3600 * 1000;

/// Longest key of a company that is stored, in bytes: a longer one is no name.
const COMPANY_BYTES_MAX: usize = 1_024;

/// The database as a memory of domains. Where it fails, nothing is known: a look-up is
/// slower then, never wrong.
#[derive(Debug, Clone)]
pub(crate) struct StoredDomains {
    store: Store,
}

impl StoredDomains {
    pub(crate) fn new(store: Store) -> Self {
        Self { store }
    }
}

#[async_trait]
impl ProfileStore for StoredDomains {
    async fn get(&self, domain: &Domain) -> Option<DomainProfile> {
        match self.store.domain_profile(domain.as_str()).await {
            // One that an older version wrote, and that cannot be read, is learned anew.
            Ok(profile) => serde_json::from_str(&profile?).ok(),
            Err(error) => {
                tracing::warn!(%error, "cannot read a domain's profile");
                None
            }
        }
    }

    async fn put(&self, profile: DomainProfile) {
        let Ok(text) = serde_json::to_string(&profile) else {
            return;
        };
        let written = self
            .store
            .put_domain_profile(profile.domain.as_str(), &text, profile.learned_at)
            .await;
        if let Err(error) = written {
            tracing::warn!(%error, "cannot keep a domain's profile");
        }
    }
}

impl DomainCache for StoredDomains {
    fn get<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Option<String>> {
        Box::pin(async move {
            if key.len() > COMPANY_BYTES_MAX {
                return None;
            }
            let oldest = now().saturating_sub(CONFIRMED_FOR_MS);
            match self.store.confirmed_domain(key, oldest).await {
                Ok(domain) => domain,
                Err(error) => {
                    tracing::warn!(%error, "cannot read a company's domain");
                    None
                }
            }
        })
    }

    fn put<'a>(&'a self, key: &'a str, finding: &'a DomainFinding) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            if key.len() > COMPANY_BYTES_MAX || !finding.confirmed {
                return;
            }
            let written = self
                .store
                .put_confirmed_domain(key, &finding.domain, now())
                .await;
            if let Err(error) = written {
                tracing::warn!(%error, "cannot keep a company's domain");
            }
        })
    }
}

/// Drops what is too old to be believed, of domains and of whom providers did not know. At
/// the start is often enough: what is too old is not believed anyway.
pub(crate) async fn tidy(store: &Store, now: UnixMillis) {
    let profile_age = lode_verify::Limits::default().profile_age.as_millis();
    let profile_age = i64::try_from(profile_age).unwrap_or(i64::MAX);
    let tidied = store
        .forget_domains(
            now.saturating_sub(profile_age),
            now.saturating_sub(CONFIRMED_FOR_MS),
        )
        .await;
    let forgotten = store.forget_provider_misses(now).await;
    if let Err(error) = tidied.and(forgotten) {
        tracing::warn!(%error, "cannot drop what is too old");
    }
}
