//! What is known of domains, kept in the database: all servers and every restart share it.

use async_trait::async_trait;
use futures::future::BoxFuture;
use lode_core::api::UnixMillis;
use lode_finder::{DomainCache, DomainFinding};
use lode_store::{ProbeHold, Store};
use lode_verify::{Domain, DomainProfile, GroupHold, ProfileStore};

use crate::app::now;

/// How long a company's domain is believed, once its site named the company: 30 days.
pub(crate) const CONFIRMED_FOR_MS: i64 = 30 * 24 * 3600 * 1000;

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
    let held = store.forget_probe_holds(now).await;
    if let Err(error) = tidied.and(forgotten).and(held) {
        tracing::warn!(%error, "cannot drop what is too old");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use lode_core::email::EmailStatus;
    use lode_testbed::{Bed, Character, DomainSpec, Scenario};
    use lode_verify::clock::ManualClock;
    use lode_verify::{
        Address, DnsServer, Identity, Limits, RetrySchedule, Verifier, VerifyConfig,
    };

    use super::*;

    const DAY: i64 = 24 * 3600 * 1000;

    async fn open(folder: &std::path::Path) -> Store {
        let path = folder.join("lode.db");
        let address = lode_store::Address::Sqlite {
            path,
            durable: false,
        };
        Store::open(&address).await.unwrap()
    }

    /// A server's verifier, as after a start: nothing in memory but what the database has.
    fn verifier(bed: &Bed, store: &Store, now: i64) -> Verifier {
        let ready = bed.ready();
        let nets = ready.allow_nets.iter().map(|net| net.parse().unwrap());
        let config = VerifyConfig {
            dns: DnsServer::Address(ready.dns),
            smtp_port: ready.smtp_port,
            allow_nets: nets.collect(),
            identity: Some(Identity {
                helo: Domain::parse("probe.lode.example").unwrap(),
                mail_from: Address::parse("verify@lode.example").unwrap(),
            }),
            retry: RetrySchedule::new(vec![Duration::from_secs(60); 3]),
            limits: Limits {
                manners_everywhere: true,
                ..Limits::default()
            },
            ..VerifyConfig::default()
        };
        let profiles = Arc::new(StoredDomains::new(store.clone()));
        Verifier::with_parts(config, profiles, Arc::new(ManualClock::new(now))).unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_block_holds_for_other_servers_and_after_a_restart() {
        let bed = Bed::start(Scenario {
            domains: vec![
                DomainSpec::new("listed.test", Character::BlockedAtGreeting, &["ada"]),
                DomainSpec::new("busy.test", Character::RateLimited, &["ada"]),
                DomainSpec::new("acme.test", Character::Ordinary, &["ada"]),
            ],
            ..Scenario::default()
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path()).await;
        let ask = async |store: &Store, domain: &str, now: i64| {
            let email = format!("ada@{domain}");
            let verdict = verifier(&bed, store, now).verify_text(&email, 0).await;
            (verdict.status, bed.stats().of(domain).connections)
        };
        assert_eq!(
            ask(&store, "listed.test", DAY).await,
            (EmailStatus::Blocked, 1)
        );
        // Another server with the same database.
        assert_eq!(
            ask(&store, "listed.test", DAY + 1).await,
            (EmailStatus::Blocked, 1)
        );
        drop(store);
        let store = open(folder.path()).await;
        assert_eq!(
            ask(&store, "listed.test", 2 * DAY - 1).await,
            (EmailStatus::Blocked, 1)
        );
        tidy(&store, 2 * DAY - 1).await;
        assert_eq!(ask(&store, "listed.test", 2 * DAY - 1).await.1, 1);
        // Whoever limits our rate is left alone by all for a minute, then for two, with which
        // the waiting uses up no attempt.
        let busy = "ada@busy.test";
        let limited = verifier(&bed, &store, DAY).verify_text(busy, 0).await;
        assert_eq!(
            (limited.held, bed.stats().of("busy.test").connections),
            (false, 1)
        );
        for (now, wait) in [(DAY + 1, 59_999), (DAY + 59_999, 1)] {
            let held = verifier(&bed, &store, now).verify_text(busy, 1).await;
            assert_eq!((held.held, held.reasons[0].as_str()), (true, "backing_off"));
            assert_eq!(held.retry_after, Some(Duration::from_millis(wait)));
        }
        verifier(&bed, &store, DAY + 60_000)
            .verify_text(busy, 1)
            .await;
        let held = verifier(&bed, &store, DAY + 60_001)
            .verify_text(busy, 2)
            .await;
        assert_eq!(held.retry_after, Some(Duration::from_millis(119_999)));
        assert_eq!(bed.stats().of("busy.test").connections, 2);
        // Whom nobody blocked is asked, and after a day the other again.
        assert_eq!(
            ask(&store, "acme.test", DAY + 1).await,
            (EmailStatus::Verified, 1)
        );
        assert_eq!(
            ask(&store, "listed.test", 2 * DAY).await,
            (EmailStatus::Blocked, 2)
        );
        // The hour's runs at one domain are counted together, whichever server began them.
        let runs = Limits::default().runs_per_domain_hour;
        for run in 1..=i64::from(runs) {
            let (status, _) = ask(&store, "acme.test", 3 * DAY + run).await;
            assert_eq!(status, EmailStatus::Verified, "{run}");
        }
        let asked = bed.stats().of("acme.test").connections;
        let (status, connections) = ask(&store, "acme.test", 3 * DAY + 10).await;
        assert_eq!((status, connections), (EmailStatus::Deferred, asked));
    }
}
