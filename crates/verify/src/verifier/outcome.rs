//! From a run's answers to the verdicts.

use std::time::Duration;

use lode_core::email::EmailStatus;

use super::{Verifier, verdict};
use crate::address::class::{AddressClass, class_of};
use crate::address::{Address, Domain};
use crate::evidence::{Evidence, RcptAnswer};
use crate::limits::Hold;
use crate::probe::Findings;
use crate::profile::{CatchAll, DomainProfile};
use crate::provider::provider_of;
use crate::verdict::rules::{self, Judgement};
use crate::verdict::{DomainOutcome, Verdict};

/// One run over one domain, and what came of it.
pub(super) struct Run<'a> {
    verifier: &'a Verifier,
    pub(super) domain: &'a Domain,
    pub(super) addresses: &'a [Address],
    pub(super) attempt: u32,
    pub(super) stop_at_accept: bool,
    /// What is known of the domain.
    pub(super) profile: Option<DomainProfile>,
    /// The mail host that answered, or the first that would be asked.
    pub(super) mx: Option<String>,
    /// What the servers answered.
    pub(super) findings: Option<Findings>,
    /// Why they are not asked now.
    pub(super) hold: Option<Hold>,
    /// A judgement that holds for every address.
    pub(super) general: Option<Judgement>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        verifier: &'a Verifier,
        domain: &'a Domain,
        addresses: &'a [Address],
        attempt: u32,
        stop_at_accept: bool,
    ) -> Self {
        Self {
            verifier,
            domain,
            addresses,
            attempt,
            stop_at_accept,
            profile: None,
            mx: None,
            findings: None,
            hold: None,
            general: None,
        }
    }

    /// Whether the domain is known to accept everybody.
    pub(super) fn accepts_all(&self) -> bool {
        let known = self.profile.as_ref();
        known.is_some_and(|profile| profile.catch_all == CatchAll::Yes)
    }

    fn delay(&self) -> Option<Duration> {
        self.verifier.inner.config.retry.delay_after(self.attempt)
    }

    /// Whether no attempt follows this one.
    pub(super) fn is_last(&self) -> bool {
        self.delay().is_none()
    }

    /// The verdicts, of a run that took `duration`.
    pub(super) fn outcome(self, duration: Duration) -> DomainOutcome {
        let accepted = self.findings.as_ref().is_some_and(Findings::any_accepted);
        let mut verdicts = Vec::with_capacity(self.addresses.len());
        for (index, address) in self.addresses.iter().enumerate() {
            if self.stop_at_accept && accepted && self.answer(index).is_none() {
                continue;
            }
            let mut verdict = self.verdict(index, address);
            verdict.duration = duration;
            // One is as good as another where every one is accepted.
            let stop = self.stop_at_accept && verdict.status == EmailStatus::AcceptAll;
            verdicts.push((address.clone(), verdict));
            if stop {
                break;
            }
        }
        let reason = self
            .general
            .and_then(|general| general.reasons.first().copied());
        let reason = reason.map(str::to_owned);
        DomainOutcome::of(self.domain.clone(), verdicts, self.profile, reason)
    }

    /// Whether only the sessions of this run were used up before the address had its turn: the
    /// next run goes on. A run that got nowhere is not repeated for it.
    fn is_session_limit(&self) -> bool {
        self.findings
            .as_ref()
            .is_some_and(|found| found.out_of_sessions && found.targets.iter().any(Option::is_some))
    }

    /// Whether nothing shows that the server knows anybody at all: it refuses whom every server
    /// must know (RFC 5321 4.5.1), and accepted nobody, now or before. Known providers aside:
    /// what theirs say is known, and many of their domains have no postmaster.
    fn may_refuse_everybody(&self, found: &Findings) -> bool {
        let known_before = self.profile.as_ref().is_some_and(|it| it.knows_somebody);
        found.control.postmaster_is_unknown()
            && provider_of(&found.control.mx).is_none()
            && !known_before
            && !found.knows_somebody()
    }

    /// The answer about the address at `index`.
    fn answer(&self, index: usize) -> Option<&RcptAnswer> {
        self.findings.as_ref()?.targets.get(index)?.as_ref()
    }

    fn verdict(&self, index: usize, address: &Address) -> Verdict {
        let class = class_of(address);
        let last = self.is_last();
        let found = self.findings.as_ref();
        let target = self.answer(index);
        let judgement = match (class, &self.general, found, target) {
            (AddressClass::Disposable, _, _, _) => {
                Judgement::new(EmailStatus::Disposable, 5, "disposable")
            }
            (_, Some(general), _, _) => rules::of_class(class, general.clone()),
            (_, None, Some(found), Some(target)) => {
                let mut judgement = rules::judge(class, &found.control, target, last);
                if found.beside_refusal.contains(&index) {
                    judgement = rules::beside_refusal(judgement);
                }
                if self.may_refuse_everybody(found) {
                    judgement = rules::of_server_that_knows_nobody(judgement);
                }
                judgement
            }
            (_, None, Some(_), None) if self.is_session_limit() => {
                Judgement::new(EmailStatus::Deferred, 30, "session_limit")
            }
            // Whom the server knew will not be asked for another time, so nothing would tell then
            // whether its refusals mean anything again.
            (_, None, Some(found), None)
                if found.given_up.contains(&index) && !found.control.knows_postmaster() =>
            {
                let judgement = Judgement::new(EmailStatus::Unknown, 30, "control_contradictory");
                rules::of_class(class, judgement)
            }
            (_, None, Some(found), None) => {
                rules::of_class(class, rules::judge_failure(&found.failures, last))
            }
            (_, None, None, _) => Judgement::new(EmailStatus::Unknown, 20, "not_asked"),
        };
        let held = match self.hold {
            Some(Hold::RunsThisHour(wait) | Hold::Backoff(wait)) => Some(wait),
            _ if target.is_none() && self.general.is_none() && self.is_session_limit() => {
                Some(self.verifier.inner.config.limits.backoff)
            }
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
        made.held = made.retry_after.is_some() && held.is_some();
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

impl DomainOutcome {
    /// What verdicts on candidates of one person come to: it is to be repeated where any of
    /// them waits and none is a proof.
    #[must_use]
    pub fn of(
        domain: Domain,
        verdicts: Vec<(Address, Verdict)>,
        profile: Option<DomainProfile>,
        reason: Option<String>,
    ) -> Self {
        let is_proof = |status| matches!(status, EmailStatus::Verified | EmailStatus::AcceptAll);
        let proved = verdicts.iter().any(|(_, verdict)| is_proof(verdict.status));
        let waits = || {
            let waiting = verdicts.iter().map(|(_, verdict)| verdict);
            waiting.filter(|verdict| verdict.retry_after.is_some())
        };
        let retry_after = waits().filter_map(|verdict| verdict.retry_after).min();
        let retry_after = retry_after.filter(|_| !proved);
        let held = retry_after.is_some() && waits().all(|verdict| verdict.held);
        Self {
            domain,
            verdicts,
            profile,
            reason,
            retry_after,
            held,
        }
    }
}
