//! What is known of domains, kept in the database: all servers and every restart share it, and
//! accounts share what is of machines only.

use async_trait::async_trait;
use futures::future::BoxFuture;
use lode_core::api::UnixMillis;
use lode_finder::{DomainCache, DomainFinding, KnownDomain};
use lode_store::{ConfirmedDomain, ProbeHold, Store};
use lode_verify::{Domain, DomainProfile, GroupHold, ProfileStore, SlotAnswer};
use uuid::Uuid;

use crate::app::now;

/// How long a company's domain is believed, once its site named the company: 30 days.
pub(crate) const CONFIRMED_FOR_MS: i64 = 30 * 24 * 3600 * 1000;

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

    async fn hold(&self, group: &str) -> Option<GroupHold> {
        match self.store.probe_hold(group).await {
            Ok(hold) => hold.map(|hold| GroupHold {
                stop_until: hold.stop_until,
                backoff_until: hold.backoff_until,
                streak: u32::try_from(hold.streak).unwrap_or_default(),
            }),
            Err(error) => {
                tracing::warn!(%error, "cannot read whom to leave alone");
                None
            }
        }
    }

    async fn put_hold(&self, group: &str, hold: GroupHold) {
        let hold = ProbeHold {
            stop_until: hold.stop_until,
            backoff_until: hold.backoff_until,
            streak: i64::from(hold.streak),
        };
        if let Err(error) = self.store.put_probe_hold(group, hold).await {
            tracing::warn!(%error, "cannot keep whom to leave alone");
        }
    }

    async fn take_run(&self, domain: &Domain, most: u32, now: i64) -> Option<i64> {
        match self.store.take_probe_run(domain.as_str(), most, now).await {
            Ok(free_at) => free_at,
            Err(error) => {
                tracing::warn!(%error, "cannot count a run for all servers");
                None
            }
        }
    }

    async fn end_backoff(&self, group: &str) {
        if let Err(error) = self.store.end_probe_backoff(group).await {
            tracing::warn!(%error, "cannot keep that a back-off is over");
        }
    }

    fn shares_slots(&self) -> bool {
        true
    }

    async fn take_slot(
        &self,
        name: &str,
        most: u32,
        holder: &str,
        now: i64,
        until: i64,
    ) -> SlotAnswer {
        let taken = self.store.take_probe_slot(name, most, holder, now, until);
        match taken.await {
            Ok(true) => SlotAnswer::Taken,
            Ok(false) => SlotAnswer::Full,
            Err(error) => {
                tracing::warn!(%error, "cannot count a connection for all servers");
                SlotAnswer::NotShared
            }
        }
    }

    async fn renew_slot(&self, name: &str, holder: &str, until: i64) {
        match self.store.renew_probe_slot(name, holder, until).await {
            Ok(true) => {}
            Ok(false) => tracing::warn!("a connection was counted too short for all servers"),
            Err(error) => tracing::warn!(%error, "cannot count a connection on for all servers"),
        }
    }

    async fn free_slot(&self, name: &str, holder: &str) {
        if let Err(error) = self.store.free_probe_slot(name, holder).await {
            tracing::warn!(%error, "a connection that ended counts on until its lease ends");
        }
    }
}

/// The finder's callers are accounts: by their ids.
impl DomainCache for StoredDomains {
    fn get<'a>(&'a self, caller: &'a str, key: &'a str) -> BoxFuture<'a, Option<KnownDomain>> {
        Box::pin(async move {
            let account_id = Uuid::parse_str(caller).ok()?;
            let oldest = now().saturating_sub(CONFIRMED_FOR_MS);
            match self.store.confirmed_domain(account_id, key, oldest).await {
                Ok(before) => before.map(|before| KnownDomain {
                    domain: before.domain,
                    probability: before.probability,
                }),
                Err(error) => {
                    tracing::warn!(%error, "cannot read a company's domain");
                    None
                }
            }
        })
    }

    fn put<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        finding: &'a DomainFinding,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Ok(account_id) = Uuid::parse_str(caller) else {
                return;
            };
            if !finding.confirmed {
                return;
            }
            let confirmed = ConfirmedDomain {
                domain: finding.domain.clone(),
                probability: finding.probability,
            };
            let written = self
                .store
                .put_confirmed_domain(account_id, key, &confirmed, now())
                .await;
            if let Err(error) = written {
                tracing::warn!(%error, "cannot keep a company's domain");
            }
        })
    }
}

/// Drops what is too old to be believed, of domains, of whom providers did not know and how
/// fast they were asked. At the start is often enough: what is too old is not believed anyway.
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
    let held = store.forget_probe_holds(now).await;
    let paced = store.forget_provider_paces(now).await;
    if let Err(error) = tidied.and(forgotten).and(held).and(paced) {
        tracing::warn!(%error, "cannot drop what is too old");
    }
}

#[cfg(test)]
mod tests;
