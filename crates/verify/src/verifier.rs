//! The engine: from an address to its verdict.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lode_core::email::EmailStatus;

use crate::address::class::{AddressClass, class_of};
use crate::address::{Address, AddressError, Domain};
use crate::clock::{Clock, SystemClock};
use crate::config::{Identity, VerifyConfig};
use crate::dns::{MailRoute, Resolver, ResolverSetupError};
use crate::evidence::Evidence;
use crate::limits::{Gate, Hold};
use crate::probe::decoys::Decoys;
use crate::probe::{Findings, Plan};
use crate::profile::{CatchAll, DomainProfile, MemoryProfiles, ProfileStore};
use crate::provider::provider_of;
use crate::verdict::rules::{self, Judgement};
use crate::verdict::{DomainOutcome, Verdict};

mod route;

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
    gate: Gate,
    decoy_seed: u64,
    /// The decoys in use, so that a retry asks for the same although fewer targets are left.
    decoys: Mutex<HashMap<Domain, Decoys>>,
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
        let gate = Gate::new(&config.limits);
        let decoy_seed = config.decoy_seed.unwrap_or_else(rand::random);
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                resolver,
                profiles,
                clock,
                gate,
                decoy_seed,
                decoys: Mutex::default(),
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

/// Most domains whose decoys are remembered.
const DECOYS_MAX: usize = 50_000;

/// What a run over one domain ended with.
enum Ran {
    /// Servers were asked, or failed to be.
    Probed(Box<Findings>),
    /// Not now.
    Held(Hold),
}

impl Verifier {
    async fn run(
        &self,
        domain: &Domain,
        addresses: &[Address],
        attempt: u32,
        stop_at_accept: bool,
    ) -> DomainOutcome {
        let started = Instant::now();
        let mut outcome = DomainOutcome {
            domain: domain.clone(),
            verdicts: Vec::new(),
            profile: None,
            reason: None,
            retry_after: None,
        };
        let mut judged = Judged {
            verifier: self,
            attempt,
            mx: None,
            findings: None,
            hold: None,
        };
        let askable = addresses
            .iter()
            .any(|address| class_of(address) != AddressClass::Disposable);
        let general = if askable {
            let route = self.inner.resolver.mx(domain.as_str()).await;
            if let MailRoute::Hosts { hosts, .. } = &route {
                judged.mx = hosts.first().cloned();
            }
            match (
                without_probe(&route, judged.is_last()),
                route,
                &self.inner.config.identity,
            ) {
                (Some(judgement), _, _) => Some(judgement),
                (None, MailRoute::Hosts { hosts, .. }, Some(identity)) => {
                    outcome.profile = self.fresh_profile(domain);
                    let known = outcome.profile.as_ref();
                    if known.is_some_and(|profile| profile.catch_all == CatchAll::Yes) {
                        Some(Judgement::new(EmailStatus::AcceptAll, 60, "accepts_all"))
                    } else {
                        self.probe(
                            identity,
                            domain,
                            &hosts,
                            addresses,
                            stop_at_accept,
                            &mut judged,
                            &mut outcome,
                        )
                        .await
                    }
                }
                _ => Some(Judgement::new(EmailStatus::Unknown, 30, "probing_off")),
            }
        } else {
            None
        };
        if let Some(general) = &general {
            outcome.reason = general.reasons.first().map(|&reason| reason.to_owned());
        }
        let duration = started.elapsed();
        for (index, address) in addresses.iter().enumerate() {
            let unasked = judged
                .findings
                .as_ref()
                .is_some_and(|found| found.targets.get(index).is_none_or(Option::is_none));
            let decided = judged
                .findings
                .as_ref()
                .is_some_and(|found| found.any_accepted());
            if stop_at_accept && unasked && decided {
                continue;
            }
            let mut verdict = judged.verdict(index, address, general.as_ref());
            verdict.duration = duration;
            let stop = stop_at_accept && verdict.status == EmailStatus::AcceptAll;
            outcome.verdicts.push((address.clone(), verdict));
            if stop {
                // One is as good as another where every one is accepted.
                break;
            }
        }
        let proved = outcome.verdicts.iter().any(|(_, verdict)| {
            matches!(
                verdict.status,
                EmailStatus::Verified | EmailStatus::AcceptAll
            )
        });
        if !proved {
            let waits = outcome
                .verdicts
                .iter()
                .filter_map(|(_, verdict)| verdict.retry_after);
            outcome.retry_after = waits.min();
        }
        outcome
    }

    /// Asks the domain's servers. A judgement where that says the same of every address.
    #[expect(
        clippy::too_many_arguments,
        reason = "one caller; a struct would only rename them"
    )]
    async fn probe(
        &self,
        identity: &Identity,
        domain: &Domain,
        hosts: &[String],
        addresses: &[Address],
        stop_at_accept: bool,
        judged: &mut Judged<'_>,
        outcome: &mut DomainOutcome,
    ) -> Option<Judgement> {
        let Some(decoys) = self.decoys(domain, addresses, judged.attempt) else {
            return Some(Judgement::new(
                EmailStatus::Unknown,
                20,
                "domain_too_long_to_probe",
            ));
        };
        let plan = Plan {
            decoys,
            targets: addresses.to_vec(),
            retry: judged.attempt > 0,
            stop_at_accept,
        };
        let mut findings = Findings::new(addresses.len());
        if let Some(profile) = outcome.profile.as_ref() {
            self.reuse_control(profile, &plan, &mut findings);
        }
        // A disposable address has its verdict already and is not asked for.
        let group = hosts.first().and_then(|host| provider_of(host));
        match self
            .sessions(identity, domain, hosts, &plan, findings)
            .await
        {
            Ran::Held(hold) => {
                let (status, reason) = match hold {
                    Hold::PolicyStop(_) => (EmailStatus::Blocked, "provider_blocks_us"),
                    Hold::Backoff(_) => (EmailStatus::Deferred, "backing_off"),
                    Hold::RunsThisHour(_) => (EmailStatus::Deferred, "hourly_limit"),
                };
                judged.hold = Some(hold);
                Some(Judgement::new(status, 30, reason))
            }
            Ran::Probed(findings) => {
                if findings.control.is_complete() {
                    let profile = DomainProfile {
                        domain: domain.clone(),
                        catch_all: rules::catch_all(&findings.control),
                        provider: group.map(str::to_owned),
                        control: findings.control.clone(),
                        learned_at: self.inner.clock.now_millis(),
                    };
                    self.inner.profiles.put(profile.clone());
                    outcome.profile = Some(profile);
                }
                if !findings.control.mx.is_empty() {
                    judged.mx = Some(findings.control.mx.clone());
                }
                let asked = findings.targets.iter().any(Option::is_some);
                let general =
                    (!asked).then(|| rules::judge_failure(&findings.failures, judged.is_last()));
                judged.findings = Some(*findings);
                general
            }
        }
    }

    /// The domain's decoys: those in use, or new ones.
    fn decoys(&self, domain: &Domain, targets: &[Address], attempt: u32) -> Option<Decoys> {
        let mut known = self
            .inner
            .decoys
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if attempt > 0
            && let Some(decoys) = known.get(domain)
        {
            return Some(decoys.clone());
        }
        let decoys = Decoys::new(self.inner.decoy_seed, domain, targets).ok()?;
        if known.len() >= DECOYS_MAX {
            known.clear();
        }
        known.insert(domain.clone(), decoys.clone());
        Some(decoys)
    }

    /// The domain's profile, where it is young enough to be believed.
    fn fresh_profile(&self, domain: &Domain) -> Option<DomainProfile> {
        let age_max = self.inner.config.limits.profile_age;
        self.inner
            .profiles
            .get(domain)
            .filter(|profile| self.is_younger(profile.learned_at, age_max))
    }

    /// Takes over control answers that are fresh and to the very questions of the plan.
    fn reuse_control(&self, profile: &DomainProfile, plan: &Plan, findings: &mut Findings) {
        let control = &profile.control;
        let asked = |address: &Address, answer: Option<&crate::evidence::RcptAnswer>| {
            answer.is_some_and(|answer| answer.recipient == address.to_string())
        };
        let same = asked(&plan.decoys.random, control.random.as_ref())
            && plan
                .decoys
                .names
                .iter()
                .enumerate()
                .all(|(index, name)| asked(name, control.names.get(index)));
        let fresh = self.is_younger(control.taken_at, self.inner.config.limits.control_age);
        if same && fresh && profile.catch_all == CatchAll::No {
            findings.control = control.clone();
            findings.control.closing = None;
        }
    }

    fn is_younger(&self, than_millis: i64, age: Duration) -> bool {
        let elapsed = self.inner.clock.now_millis() - than_millis;
        u64::try_from(elapsed).is_ok_and(|elapsed| u128::from(elapsed) < age.as_millis())
    }
}

/// Everything that the verdicts of one run are made of.
struct Judged<'a> {
    verifier: &'a Verifier,
    attempt: u32,
    mx: Option<String>,
    findings: Option<Findings>,
    hold: Option<Hold>,
}

impl Judged<'_> {
    fn delay(&self) -> Option<Duration> {
        self.verifier.inner.config.retry.delay_after(self.attempt)
    }

    /// Whether no attempt follows this one.
    fn is_last(&self) -> bool {
        self.delay().is_none()
    }

    fn verdict(&self, index: usize, address: &Address, general: Option<&Judgement>) -> Verdict {
        let class = class_of(address);
        let last = self.is_last();
        let found = self.findings.as_ref();
        let target = found
            .and_then(|found| found.targets.get(index))
            .and_then(Option::as_ref);
        let judgement = match (class, general, found, target) {
            (AddressClass::Disposable, _, _, _) => {
                Judgement::new(EmailStatus::Disposable, 5, "disposable")
            }
            (_, Some(general), _, _) => rules::of_class(class, general.clone()),
            (_, None, Some(found), Some(target)) => {
                rules::judge(class, &found.control, target, last)
            }
            (_, None, Some(found), None) => {
                rules::of_class(class, rules::judge_failure(&found.failures, last))
            }
            (_, None, None, _) => Judgement::new(EmailStatus::Unknown, 20, "not_asked"),
        };
        let held = match self.hold {
            Some(Hold::RunsThisHour(wait) | Hold::Backoff(wait)) => Some(wait),
            _ => None,
        };
        let mut made = verdict(
            address.to_string(),
            judgement.status,
            judgement.score,
            &judgement.reasons,
        );
        made.retry_after = judgement
            .is_deferred()
            .then(|| held.or(self.delay()))
            .flatten();
        made.mx.clone_from(&self.mx);
        made.evidence = Evidence {
            control: found
                .map(|found| found.control.clone())
                .filter(|control| control.random.is_some()),
            target: target.cloned(),
            failures: found
                .map(|found| found.failures.clone())
                .unwrap_or_default(),
            null_sender: found.is_some_and(|found| found.null_sender),
            tls: found.is_some_and(|found| found.tls),
            taken_at: self.verifier.inner.clock.now_millis(),
        };
        made
    }
}

/// What DNS alone says of a domain's addresses; `None`: a server is to be asked.
fn without_probe(route: &MailRoute, last: bool) -> Option<Judgement> {
    let invalid = |reason| Some(Judgement::new(EmailStatus::Invalid, 0, reason));
    match route {
        MailRoute::Hosts { .. } => None,
        MailRoute::NullMx => invalid("null_mx"),
        MailRoute::NoMailHost => invalid("no_mx"),
        MailRoute::NoSuchDomain => invalid("domain_not_found"),
        MailRoute::Unknown(_) if last => {
            Some(Judgement::new(EmailStatus::Unknown, 10, "dns_failed"))
        }
        MailRoute::Unknown(_) => Some(Judgement::new(EmailStatus::Deferred, 10, "dns_failed")),
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
