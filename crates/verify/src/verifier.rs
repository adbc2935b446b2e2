//! The engine: from an address to its verdict.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_core::reason::is_known;
use tokio::sync::Notify;

use crate::address::{Address, AddressError, Domain};
use crate::clock::{Clock, SystemClock};
use crate::config::{Identity, VerifyConfig};
use crate::dns::{MailRoute, Resolver, ResolverSetupError};
use crate::egress::Egress;
use crate::evidence::{Control, Evidence, RcptAnswer};
use crate::limits::shared::{Shared, share};
use crate::limits::{Gate, Hold};
use crate::net::judge;
use crate::probe::decoys::Decoys;
use crate::probe::{Findings, Plan};
use crate::profile::{CatchAll, DomainProfile, MemoryProfiles, ProfileStore};
use crate::provider::provider_of;
use crate::verdict::rules::{self, Judgement};
use crate::verdict::{DomainOutcome, Verdict};

mod outcome;
mod route;
mod turn;

use outcome::Run;
use route::Route;
use turn::Span;
pub use turn::Turn;

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
    egress: Mutex<Egress>,
    /// The mail port was recognised as shut.
    found_shut: Notify,
    /// The proxy could not be used: said once.
    proxy_failed: AtomicBool,
    decoy_seed: u64,
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
                egress: Mutex::default(),
                found_shut: Notify::new(),
                proxy_failed: AtomicBool::new(false),
                decoy_seed,
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

    /// Whether the operator allowed probing, were it in test networks only.
    #[must_use]
    pub fn probing(&self) -> bool {
        self.inner.config.identity.is_some() || self.inner.config.test_identity.is_some()
    }

    /// Who we are toward a server; `None` where it must not be asked.
    fn identity_toward(&self, stranger: bool) -> Option<&Identity> {
        let config = &self.inner.config;
        let test = config.test_identity.as_ref().filter(|_| !stranger);
        config.identity.as_ref().or(test)
    }

    /// Whether our own network is known to let nobody out to the mail port: then nothing
    /// can be proved from here, and the operator should know.
    #[must_use]
    pub fn port_shut(&self) -> bool {
        let now = self.inner.clock.now_millis();
        self.egress(|egress| egress.is_shut(now))
    }

    /// Whether the operator's SOCKS5 proxy could not be used.
    #[must_use]
    pub fn proxy_failed(&self) -> bool {
        self.inner.proxy_failed.load(Ordering::Relaxed)
    }

    /// Waits until the mail port is recognised as shut: whoever waits only because a server
    /// could not be reached need not wait any longer.
    pub async fn port_found_shut(&self) {
        loop {
            let found = self.inner.found_shut.notified();
            tokio::pin!(found);
            found.as_mut().enable();
            if self.port_shut() {
                return;
            }
            found.await;
        }
    }

    fn egress<T>(&self, act: impl FnOnce(&mut Egress) -> T) -> T {
        let egress = self.inner.egress.lock();
        act(&mut egress.unwrap_or_else(PoisonError::into_inner))
    }

    /// Verifies one address. `attempt` is 0 at first; a verdict of
    /// [`EmailStatus::Deferred`] is to be asked again after its `retry_after` with
    /// `attempt + 1`, until the schedule is used up and the verdict is final; with the same
    /// `attempt` where we held it ourselves ([`Verdict::held`]). Does not wait for retries
    /// itself.
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

    /// Questions about one domain that build on each other and count as one run. `attempt` as
    /// in [`Self::verify`].
    #[must_use]
    pub fn turn<'a>(&'a self, domain: &'a Domain, attempt: u32) -> Turn<'a> {
        Turn::new(self, domain, attempt)
    }
}

impl Verifier {
    /// One run over one domain: DNS, then its servers, then a verdict for each address.
    async fn run(
        &self,
        domain: &Domain,
        addresses: &[Address],
        attempt: u32,
        stop_at_accept: bool,
    ) -> DomainOutcome {
        let mut turn = self.turn(domain, attempt);
        turn.put(addresses, stop_at_accept).await
    }

    /// Asks DNS and the domain's servers. A judgement where it is the same for every address.
    async fn ask(&self, run: &mut Run<'_>, span: &mut Span) -> Option<Judgement> {
        let route = self.inner.resolver.mx(run.domain.as_str()).await;
        let hosts = match without_probe(route, run.is_last()) {
            Ok(hosts) => hosts,
            Err(judgement) => return Some(judgement),
        };
        run.mx = hosts.first().cloned();
        if !self.probing() {
            return Some(Judgement::new(EmailStatus::Unknown, 30, "probing_off"));
        }
        run.profile = self.fresh_profile(run.domain).await;
        if !run.accepts_all() && self.share_domain(&hosts, run.domain, span).await {
            // Whoever had the domain has learned something of it.
            run.profile = self.fresh_profile(run.domain).await;
        }
        if run.accepts_all() {
            return Some(Judgement::new(EmailStatus::AcceptAll, 60, "accepts_all"));
        }
        self.probe(&hosts, run, span).await
    }

    /// What connections at once are counted by for all processes.
    fn shared(&self) -> Shared {
        Shared::new(
            Arc::clone(&self.inner.profiles),
            Arc::clone(&self.inner.clock),
        )
    }

    /// Waits until no other process asks the domain's servers; whether it had to.
    async fn share_domain(&self, hosts: &[String], domain: &Domain, span: &mut Span) -> bool {
        let Some(place) = span.place.as_mut().filter(|place| !place.is_shared()) else {
            return false;
        };
        // Before DNS is asked for what may not matter.
        if !self.inner.profiles.shares_slots() || !self.has_strangers(hosts).await {
            return false;
        }
        let key = self.inner.gate.domains.slot(format!("domain {domain}"));
        share(&self.shared(), &mut [(place, key)]).await
    }

    /// Whether any of the hosts is in no network that the operator opened by hand.
    async fn has_strangers(&self, hosts: &[String]) -> bool {
        let config = &self.inner.config;
        if config.allow_nets.is_empty() || config.limits.manners_everywhere {
            return true;
        }
        for host in hosts.iter().take(config.limits.mx_hosts) {
            let addresses = self.inner.resolver.addresses(host).await;
            let stranger = |ip| judge(ip, &config.allow_nets).is_ok_and(|ip| !ip.allow_listed());
            if addresses.is_ok_and(|addresses| addresses.into_iter().any(stranger)) {
                return true;
            }
        }
        false
    }

    /// Asks the domain's servers. A judgement where it is the same for every address.
    async fn probe(
        &self,
        hosts: &[String],
        run: &mut Run<'_>,
        span: &mut Span,
    ) -> Option<Judgement> {
        let Ok(decoys) = Decoys::new(self.inner.decoy_seed, run.domain) else {
            let reason = "domain_too_long_to_probe";
            return Some(Judgement::new(EmailStatus::Unknown, 20, reason));
        };
        let plan = Plan {
            decoys,
            targets: run.addresses.to_vec(),
            retry: run.attempt > 0,
            last: run.is_last(),
            stop_at_accept: run.stop_at_accept,
        };
        let mut findings = Findings::new(run.addresses.len());
        if let Some(profile) = &run.profile {
            self.reuse_control(profile, &plan, &mut findings);
        }
        let mut route = Route::new(self, run.domain, &plan, findings, span);
        if let Err(hold) = route.walk(hosts).await {
            run.hold = Some(hold);
            let (status, reason) = match hold {
                Hold::PolicyStop(_) => (EmailStatus::Blocked, "provider_blocks_us"),
                Hold::Backoff(_) => (EmailStatus::Deferred, "backing_off"),
                Hold::RunsThisHour(_) => (EmailStatus::Deferred, "hourly_limit"),
            };
            return Some(Judgement::new(status, 30, reason));
        }
        let findings = route.into_findings();
        let mut control = findings.control.clone();
        // One that is put off is asked for again; what was answered stands.
        control.closing.take_if(|answer| answer.is_deferral());
        if control.is_complete() {
            let known_before = run.profile.as_ref().is_some_and(|it| it.knows_somebody);
            let knows_somebody = known_before || findings.knows_somebody();
            let profile = self.profile_of(run.domain, control, knows_somebody);
            self.inner.profiles.put(profile.clone()).await;
            run.profile = Some(profile);
        }
        if !findings.control.mx.is_empty() {
            run.mx = Some(findings.control.mx.clone());
        }
        let asked = findings.targets.iter().any(Option::is_some);
        let general = (!asked).then(|| rules::judge_failure(&findings.failures, run.is_last()));
        run.findings = Some(findings);
        general
    }

    /// What a run has taught of the domain.
    fn profile_of(&self, domain: &Domain, control: Control, knows_somebody: bool) -> DomainProfile {
        DomainProfile {
            domain: domain.clone(),
            catch_all: rules::catch_all(&control),
            provider: provider_of(&control.mx).map(str::to_owned),
            control,
            knows_somebody,
            learned_at: self.inner.clock.now_millis(),
        }
    }

    /// The domain's profile, where it is young enough to be believed.
    async fn fresh_profile(&self, domain: &Domain) -> Option<DomainProfile> {
        let age_max = self.inner.config.limits.profile_age;
        self.inner
            .profiles
            .get(domain)
            .await
            .filter(|profile| self.is_younger(profile.learned_at, age_max))
    }

    /// Takes over control answers that are fresh and to the very questions of the plan.
    fn reuse_control(&self, profile: &DomainProfile, plan: &Plan, findings: &mut Findings) {
        let control = &profile.control;
        let asked = |address: &Address, answer: Option<&RcptAnswer>| {
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
            let shaped = &mut findings.control.shaped;
            shaped.retain(|answer| !answer.class.is_temporary());
        }
    }

    fn is_younger(&self, than_millis: i64, age: Duration) -> bool {
        let elapsed = self.inner.clock.now_millis() - than_millis;
        u64::try_from(elapsed).is_ok_and(|elapsed| u128::from(elapsed) < age.as_millis())
    }
}

/// The hosts to ask; else what DNS alone says of the domain's addresses.
fn without_probe(route: MailRoute, last: bool) -> Result<Vec<String>, Judgement> {
    let invalid = |reason| Err(Judgement::new(EmailStatus::Invalid, 0, reason));
    match route {
        MailRoute::Hosts { hosts, .. } => Ok(hosts),
        MailRoute::NullMx => invalid("null_mx"),
        MailRoute::NoMailHost => invalid("no_mx"),
        MailRoute::NoSuchDomain => invalid("domain_not_found"),
        MailRoute::Unknown(_) => {
            let status = if last {
                EmailStatus::Unknown
            } else {
                EmailStatus::Deferred
            };
            Err(Judgement::new(status, 10, "dns_failed"))
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
    debug_assert!(reasons.iter().all(|code| is_known(code)), "{reasons:?}");
    Verdict {
        email,
        status,
        score,
        reasons: reasons.iter().map(|&reason| reason.to_owned()).collect(),
        mx: None,
        duration: Duration::ZERO,
        retry_after: None,
        held: false,
        evidence: Evidence::default(),
    }
}
