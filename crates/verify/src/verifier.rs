//! The engine: from an address to its verdict.

use std::sync::Arc;
use std::time::{Duration, Instant};

use lode_core::email::EmailStatus;

use crate::address::class::{AddressClass, class_of};
use crate::address::{Address, AddressError, Domain};
use crate::clock::{Clock, SystemClock};
use crate::config::VerifyConfig;
use crate::dns::{MailRoute, Resolver, ResolverSetupError};
use crate::evidence::Evidence;
use crate::profile::{MemoryProfiles, ProfileStore};
use crate::verdict::{DomainOutcome, Verdict};

/// Verifies addresses. Cheap to clone: clones share limits, profiles and DNS cache, so one
/// per process is what keeps the limits true.
#[derive(Debug, Clone)]
pub struct Verifier {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    config: VerifyConfig,
    resolver: Resolver,
    profiles: Arc<dyn ProfileStore>,
    clock: Arc<dyn Clock>,
}

impl Verifier {
    /// A verifier that keeps profiles in memory.
    ///
    /// # Errors
    /// Where the system's resolver configuration cannot be read.
    pub fn new(config: VerifyConfig) -> Result<Self, ResolverSetupError> {
        Self::with_parts(
            config,
            Arc::new(MemoryProfiles::default()),
            Arc::new(SystemClock),
        )
    }

    /// A verifier with its own profile store and clock.
    ///
    /// # Errors
    /// Where the system's resolver configuration cannot be read.
    pub fn with_parts(
        config: VerifyConfig,
        profiles: Arc<dyn ProfileStore>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ResolverSetupError> {
        let resolver = Resolver::new(config.dns, config.timeouts.dns)?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                resolver,
                profiles,
                clock,
            }),
        })
    }

    /// The settings.
    #[must_use]
    pub fn config(&self) -> &VerifyConfig {
        &self.inner.config
    }

    /// The resolver, for other questions about the same domains.
    #[must_use]
    pub fn resolver(&self) -> &Resolver {
        &self.inner.resolver
    }

    /// Whether the operator allowed probing.
    #[must_use]
    pub fn probing(&self) -> bool {
        self.inner.config.identity.is_some()
    }

    /// Verifies one address. `attempt` is 0 at first; a verdict of
    /// [`EmailStatus::Deferred`] is to be asked again after its `retry_after` with
    /// `attempt + 1`, until the schedule is used up and the verdict is final. Does not wait
    /// for retries itself.
    pub async fn verify(&self, address: &Address, attempt: u32) -> Verdict {
        let (email, domain) = (address.to_string(), address.domain());
        self.verify_all(domain, std::slice::from_ref(address), attempt)
            .await
            .pop()
            .unwrap_or_else(|| verdict(email, EmailStatus::Unknown, 0, &["internal"]))
    }

    /// Verifies a text that may not be an address at all.
    pub async fn verify_text(&self, text: &str, attempt: u32) -> Verdict {
        match Address::parse(text.trim()) {
            Ok(address) => self.verify(&address, attempt).await,
            Err(error) => syntax_verdict(text, error),
        }
    }

    /// Verifies several addresses of one domain in as few sessions as the limits allow;
    /// one verdict for each, in order. Addresses of other domains are not asked for.
    pub async fn verify_all(
        &self,
        domain: &Domain,
        addresses: &[Address],
        attempt: u32,
    ) -> Vec<Verdict> {
        let outcome = self.run(domain, addresses, attempt, false).await;
        outcome
            .verdicts
            .into_iter()
            .map(|(_, verdict)| verdict)
            .collect()
    }

    /// Asks for candidates of one domain, most likely first, in one controlled session, and
    /// stops at the first that is accepted. `attempt` as in [`Self::verify`].
    pub async fn probe_candidates(
        &self,
        domain: &Domain,
        candidates: &[Address],
        attempt: u32,
    ) -> DomainOutcome {
        self.run(domain, candidates, attempt, true).await
    }
}

impl Verifier {
    async fn run(
        &self,
        domain: &Domain,
        addresses: &[Address],
        attempt: u32,
        stop_at_accept: bool,
    ) -> DomainOutcome {
        let _ = (
            attempt,
            stop_at_accept,
            &self.inner.profiles,
            &self.inner.clock,
        );
        let started = Instant::now();
        let route = self.inner.resolver.mx(domain.as_str()).await;
        let (status, score, reason, mx) = match &route {
            MailRoute::NullMx => (EmailStatus::Invalid, 0, "null_mx", None),
            MailRoute::NoMailHost => (EmailStatus::Invalid, 0, "no_mx", None),
            MailRoute::NoSuchDomain => (EmailStatus::Invalid, 0, "domain_not_found", None),
            MailRoute::Unknown(_) => (EmailStatus::Unknown, 10, "dns_failed", None),
            MailRoute::Hosts { hosts, .. } => {
                (EmailStatus::Unknown, 30, "probing_off", hosts.first())
            }
        };
        let verdicts = addresses
            .iter()
            .map(|address| {
                let mut made = match class_of(address) {
                    AddressClass::Disposable => verdict(
                        address.to_string(),
                        EmailStatus::Disposable,
                        5,
                        &["disposable"],
                    ),
                    _ => verdict(address.to_string(), status, score, &[reason]),
                };
                made.mx = mx.cloned();
                made.duration = started.elapsed();
                (address.clone(), made)
            })
            .collect();
        DomainOutcome {
            domain: domain.clone(),
            verdicts,
            profile: None,
            reason: Some(reason.to_owned()),
            retry_after: None,
        }
    }
}

/// The verdict on a text that is no address.
fn syntax_verdict(text: &str, error: AddressError) -> Verdict {
    let (status, score) = match error {
        // Perhaps valid; we cannot ask.
        AddressError::InternationalLocalPart => (EmailStatus::Unknown, 20),
        _ => (EmailStatus::Invalid, 0),
    };
    verdict(text.to_owned(), status, score, &[error.code()])
}

fn verdict(email: String, status: EmailStatus, score: u8, reasons: &[&str]) -> Verdict {
    Verdict {
        email,
        status,
        score,
        reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
        mx: None,
        duration: Duration::ZERO,
        retry_after: None,
        evidence: Evidence::default(),
    }
}
