//! A domain's turn: several questions, each put in the light of what was answered before, that
//! together are one run toward the domain's servers.

use std::time::Duration;

use lode_core::email::EmailStatus;
use tokio::time::Instant;

use super::{Run, Verifier};
use crate::address::class::{AddressClass, class_of};
use crate::address::{Address, Domain};
use crate::evidence::SessionFailure;
use crate::limits::Hold;
use crate::limits::shared::Place;
use crate::probe::Findings;
use crate::profile::DomainProfile;
use crate::verdict::DomainOutcome;
use crate::verdict::rules::Judgement;

/// What the questions of one run hold, and what they have used up of its limits.
#[derive(Debug, Default)]
pub(super) struct Span {
    /// Sessions with strangers.
    pub(super) sessions: u32,
    /// The run is counted among those of the hour.
    pub(super) counted: bool,
    /// When no further server or session is begun.
    pub(super) until: Option<Instant>,
    /// The domain is ours.
    pub(super) place: Option<Place>,
}

/// Why nothing more is asked in a turn.
#[derive(Debug)]
struct Over {
    general: Judgement,
    hold: Option<Hold>,
    failures: Vec<SessionFailure>,
    mx: Option<String>,
    profile: Option<DomainProfile>,
}

/// A domain's turn. While it lasts no other run asks the domain's servers: of this process, nor
/// of another one that counts its connections in the same memory
/// ([`crate::ProfileStore::take_slot`]).
#[derive(Debug)]
pub struct Turn<'a> {
    verifier: &'a Verifier,
    domain: &'a Domain,
    attempt: u32,
    span: Span,
    over: Option<Over>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(verifier: &'a Verifier, domain: &'a Domain, attempt: u32) -> Self {
        Self {
            verifier,
            domain,
            attempt,
            span: Span::default(),
            over: None,
        }
    }

    /// Asks for addresses of the domain, most likely first, in as few sessions as the limits
    /// allow; stops at the first that is accepted if `stop_at_accept`. Once the turn is over
    /// ([`Self::is_over`]) nobody is asked, and the outcome is what holds for every address.
    pub async fn put(&mut self, addresses: &[Address], stop_at_accept: bool) -> DomainOutcome {
        let verifier = self.verifier;
        let mut run = Run::new(
            verifier,
            self.domain,
            addresses,
            self.attempt,
            stop_at_accept,
        );
        let is_askable = |address| class_of(address) != AddressClass::Disposable;
        if !addresses.iter().any(is_askable) {
            return run.outcome(Duration::ZERO);
        }
        if self.is_over() {
            self.tell(&mut run);
            return run.outcome(Duration::ZERO);
        }
        // One connection a domain: whoever comes second finds what the first has learned.
        if self.span.place.is_none() {
            let domains = &verifier.inner.gate.domains;
            let own = domains.acquire(self.domain.to_string()).await;
            self.span.place = Some(Place::of(own));
        }
        let started = Instant::now();
        run.general = verifier.ask(&mut run, &mut self.span).await;
        if let Some(general) = &run.general {
            let failures = run.findings.as_ref().map(|found| found.failures.clone());
            self.over = Some(Over {
                general: general.clone(),
                hold: run.hold,
                failures: failures.unwrap_or_default(),
                mx: run.mx.clone(),
                profile: run.profile.clone(),
            });
        }
        run.outcome(started.elapsed())
    }

    /// Whether nothing more is asked: something holds for every address, or the sessions or the
    /// time of a run are used up.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over.is_some() || self.is_used_up()
    }

    fn is_used_up(&self) -> bool {
        let most = self.verifier.inner.config.limits.sessions_per_run;
        let late = self.span.until.is_some_and(|until| Instant::now() >= until);
        late || self.span.sessions >= most
    }

    /// Puts into a run what holds for every address.
    fn tell(&self, run: &mut Run<'_>) {
        if let Some(over) = &self.over {
            let mut findings = Findings::new(run.addresses.len());
            findings.failures.clone_from(&over.failures);
            run.findings = Some(findings);
            run.general = Some(over.general.clone());
            run.hold = over.hold;
            run.mx.clone_from(&over.mx);
            run.profile.clone_from(&over.profile);
        } else {
            // It is the run's limit, not the address's fault: the next run goes on.
            let backoff = self.verifier.inner.config.limits.backoff;
            let judgement = Judgement::new(EmailStatus::Deferred, 30, "session_limit");
            run.general = Some(judgement);
            run.hold = Some(Hold::Backoff(backoff));
        }
    }
}
