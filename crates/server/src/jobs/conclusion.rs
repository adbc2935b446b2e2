//! From what the finder concludes to what a capture shows and what is charged. Pure.

use lode_core::api::{CaptureState, EmailView, UnixMillis};
use lode_core::email::EmailStatus;
use lode_core::reason::{is_known, is_provider_trouble};
use lode_finder::{Conclusion, FindOutcome};
use lode_store::{Claimed, GivenBack, LookupEnd};

use crate::{evidence, verification};

/// Least time before a mail server is asked again, in milliseconds.
const DEFERRAL_MS_MIN: i64 = 100;

/// Longest time, in milliseconds: a hold must outlive the ladder.
const DEFERRAL_MS_MAX: i64 = 6 * 60 * 60 * 1000;

/// How often mail servers may put a look-up off, whatever the finder asks for.
const DEFERRALS_MAX: i64 = 6;

/// How often our own limits may: the hourly limit holds one of many people of a company for a
/// day or two, within the time that credits are held.
const HOLDS_MAX: i64 = 48;

/// The reason that names our own network.
const PORT_SHUT: &str = "port_25_shut";

/// What becomes of a look-up.
pub(super) enum Ending {
    /// It goes on at that time, with what is to be handed back to the finder.
    Deferred {
        run_at: UnixMillis,
        progress: Option<String>,
        why: GivenBack,
    },
    /// It is over.
    End(LookupEnd),
}

/// An outcome from where nobody gets out to the mail port: waiting brings nothing, and the
/// reason is ours.
pub(super) fn with_port_shut(mut outcome: FindOutcome) -> FindOutcome {
    if matches!(
        outcome.conclusion,
        Conclusion::Deferred | Conclusion::Unsure | Conclusion::Blocked
    ) {
        if outcome.conclusion == Conclusion::Deferred {
            outcome.conclusion = Conclusion::Unsure;
            outcome.status = EmailStatus::Unknown;
        }
        if !outcome.reasons.iter().any(|code| code == PORT_SHUT) {
            outcome.reasons.insert(0, PORT_SHUT.to_owned());
        }
    }
    outcome
}

/// Whether a look-up may wait for something that is not a mail server's doing.
pub(super) fn may_be_held(claimed: &Claimed) -> bool {
    claimed.holds < HOLDS_MAX
}

/// Whether an outcome puts the look-up off, rather than ending it.
pub(super) fn is_put_off(claimed: &Claimed, outcome: &FindOutcome) -> bool {
    let may_be = if outcome.held {
        may_be_held(claimed)
    } else {
        claimed.deferrals < DEFERRALS_MAX
    };
    outcome.conclusion == Conclusion::Deferred && may_be && outcome.retry_after.is_some()
}

/// Reads an outcome; `progress` is for the next attempt.
pub(super) fn ending(
    claimed: &Claimed,
    outcome: FindOutcome,
    progress: Option<String>,
    now: UnixMillis,
) -> Ending {
    if is_put_off(claimed, &outcome)
        && let Some(after) = outcome.retry_after
    {
        let wait = i64::try_from(after.as_millis())
            .unwrap_or(i64::MAX)
            .clamp(DEFERRAL_MS_MIN, DEFERRAL_MS_MAX);
        return Ending::Deferred {
            run_at: now.saturating_add(wait),
            progress,
            why: if outcome.held {
                GivenBack::Held
            } else if outcome.unreachable {
                GivenBack::Unreachable
            } else {
                GivenBack::Deferred
            },
        };
    }
    Ending::End(end(outcome, now))
}

fn end(outcome: FindOutcome, now: UnixMillis) -> LookupEnd {
    let (state, mut reason) = facts(outcome.conclusion);
    // Not about the address, and what the operator can do something about.
    if state == CaptureState::Unsure && outcome.reasons.iter().any(|code| code == PORT_SHUT) {
        reason = Some(PORT_SHUT);
    }
    // Nor is that a provider could not be asked who may know the address.
    let trouble = outcome
        .reasons
        .iter()
        .find(|code| is_provider_trouble(code))
        .cloned();
    let name = priced_as(outcome.conclusion, outcome.status);
    debug_assert!(
        outcome.reasons.iter().all(|code| is_known(code)),
        "{:?}",
        outcome.reasons
    );
    let refused = evidence::refused(&outcome);
    let first_reason = outcome.reasons.first().cloned();
    let verified = outcome.conclusion == Conclusion::Verified;
    let guessed = outcome.domain.as_ref().filter(|domain| !domain.confirmed);
    let domain_confidence = guessed.map(|domain| percent(domain.probability));
    let email = outcome.email.map(|address| EmailView {
        address,
        // Only a proof may say so, whatever else an outcome holds.
        status: if verified {
            EmailStatus::Verified
        } else if outcome.status == EmailStatus::Verified {
            EmailStatus::Unknown
        } else {
            outcome.status
        },
        score: if verified { 100 } else { outcome.score.min(99) },
        reasons: outcome.reasons,
        checked_at: now,
        domain_confidence,
    });
    match (&email, state) {
        // Found means: here it is.
        (None, CaptureState::Found) => return failed("internal"),
        (None, CaptureState::Unsure) => {
            return LookupEnd {
                state: CaptureState::NotFound,
                outcome: name.to_owned(),
                reason: trouble
                    .or(first_reason)
                    .or_else(|| reason.map(str::to_owned)),
                email: None,
                evidence: None,
                refused,
                model_score: None,
                disproves_known: false,
                company_domain: None,
            };
        }
        _ => {}
    }
    LookupEnd {
        state,
        outcome: name.to_owned(),
        reason: match state {
            CaptureState::Found => None,
            CaptureState::Failed => first_reason.or_else(|| reason.map(str::to_owned)),
            CaptureState::NotFound => trouble.or_else(|| reason.map(str::to_owned)),
            _ => reason.map(str::to_owned),
        },
        // An address that was refused is not one to show.
        email: email.filter(|_| matches!(state, CaptureState::Found | CaptureState::Unsure)),
        evidence: outcome.evidence.as_ref().and_then(evidence::kept),
        refused: refused.filter(|_| state == CaptureState::NotFound),
        model_score: None,
        disproves_known: matches!(
            outcome.conclusion,
            Conclusion::Verified | Conclusion::NotFound | Conclusion::NoMail
        ),
        company_domain: outcome
            .domain
            .filter(|domain| verified && domain.confirmed)
            .map(|domain| domain.domain),
    }
}

/// A probability as whole percent; never all of it: what is certain is no guess.
fn percent(probability: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 99"
    )]
    let percent = (probability * 100.0).round().clamp(0.0, 99.0) as u8;
    percent
}

/// State and reason.
fn facts(conclusion: Conclusion) -> (CaptureState, Option<&'static str>) {
    use CaptureState::{Failed, Found, NeedsDomain, NotFound, Unsure};
    match conclusion {
        Conclusion::Verified => (Found, None),
        Conclusion::DomainUnconfirmed => (Unsure, Some("domain_unconfirmed")),
        Conclusion::AcceptAll => (Unsure, Some("accept_all")),
        Conclusion::Unsure => (Unsure, Some("not_proved")),
        Conclusion::ProbingOff => (Unsure, Some("probing_off")),
        Conclusion::Blocked => (Unsure, Some("blocked")),
        Conclusion::Deferred => (Unsure, Some("deferred_too_long")),
        Conclusion::NotFound => (NotFound, Some("no_candidate_accepted")),
        Conclusion::NoMail => (NotFound, Some("no_mx")),
        Conclusion::DomainUnknown => (NeedsDomain, Some("domain_unknown")),
        Conclusion::NameUnusable => (NotFound, Some("name_unusable")),
        Conclusion::Failed => (Failed, Some("internal")),
    }
}

/// The outcome as price lists name it (`lode_ledger::policy::vocabulary`).
fn priced_as(conclusion: Conclusion, status: EmailStatus) -> &'static str {
    match conclusion {
        Conclusion::Verified => "verified",
        Conclusion::AcceptAll => "accept_all",
        Conclusion::Unsure | Conclusion::Deferred => match status {
            // Only a proof may be charged as one.
            EmailStatus::Verified => "unknown",
            status => verification::priced_as(status),
        },
        Conclusion::DomainUnconfirmed | Conclusion::ProbingOff => "guess",
        Conclusion::Blocked => "blocked",
        Conclusion::NotFound
        | Conclusion::NoMail
        | Conclusion::DomainUnknown
        | Conclusion::NameUnusable => "not_found",
        Conclusion::Failed => "failed",
    }
}

/// Our own failure.
pub(super) fn failed(reason: &str) -> LookupEnd {
    LookupEnd {
        state: CaptureState::Failed,
        outcome: "failed".to_owned(),
        reason: Some(reason.to_owned()),
        email: None,
        evidence: None,
        refused: None,
        model_score: None,
        disproves_known: false,
        company_domain: None,
    }
}

/// Begun too often: every server that took it died over it.
pub(super) fn gave_up() -> LookupEnd {
    failed("gave_up")
}

/// It hung.
pub(super) fn timed_out() -> LookupEnd {
    failed("timed_out")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use lode_core::lead::{Lead, LeadKind};
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_790_000_000_000;

    fn claimed(deferrals: i64) -> Claimed {
        Claimed {
            id: Uuid::now_v7(),
            account_id: Uuid::now_v7(),
            lead_id: Uuid::now_v7(),
            lead: Lead::new(LeadKind::Person),
            attempts: 1,
            deferrals,
            holds: 0,
            progress: None,
            evidence: lode_store::Evidence::default(),
        }
    }

    fn outcome(conclusion: Conclusion, email: Option<&str>) -> FindOutcome {
        FindOutcome {
            conclusion,
            email: email.map(str::to_owned),
            status: EmailStatus::Verified,
            score: 100,
            reasons: vec!["no_such_mailbox".into()],
            candidates: Vec::new(),
            domain: None,
            other_domains: Vec::new(),
            mx: None,
            retry_after: None,
            evidence: None,
            held: false,
            unreachable: false,
        }
    }

    fn ended(conclusion: Conclusion, email: Option<&str>) -> LookupEnd {
        match ending(&claimed(0), outcome(conclusion, email), None, NOW) {
            Ending::End(end) => end,
            Ending::Deferred { .. } => panic!("deferred"),
        }
    }

    #[test]
    fn only_a_proof_is_found_and_only_it_bears_a_price() {
        let address = Some("ana@acme.example");
        for conclusion in [
            Conclusion::Verified,
            Conclusion::DomainUnconfirmed,
            Conclusion::AcceptAll,
            Conclusion::Unsure,
            Conclusion::ProbingOff,
            Conclusion::Blocked,
            Conclusion::Deferred,
            Conclusion::NotFound,
            Conclusion::NoMail,
            Conclusion::DomainUnknown,
            Conclusion::NameUnusable,
            Conclusion::Failed,
        ] {
            let end = ended(conclusion, address);
            let proof = conclusion == Conclusion::Verified;
            assert_eq!(end.state == CaptureState::Found, proof, "{conclusion:?}");
            assert_eq!(end.outcome == "verified", proof, "{conclusion:?}");
            if let Some(email) = &end.email {
                assert_eq!(
                    email.status == EmailStatus::Verified,
                    proof,
                    "{conclusion:?}"
                );
                assert_eq!(email.score == 100, proof, "{conclusion:?}");
            }
            assert!(!end.state.is_open(), "{conclusion:?}");
            // Every preset that finds addresses has a price for it.
            for preset in lode_ledger::policy::PRESETS {
                let policy = lode_ledger::Policy::preset(preset).unwrap();
                let action = lode_ledger::Action::new("find").unwrap();
                let outcome = lode_ledger::Outcome::new(end.outcome.clone()).unwrap();
                if policy.actions.contains_key(&action) {
                    policy.price(&action, &outcome, false).unwrap();
                }
            }
            assert_eq!(end.reason.is_none(), proof, "{conclusion:?}");
        }
        assert_eq!(ended(Conclusion::NotFound, address).email, None);
    }

    #[test]
    fn without_an_address_nothing_is_found() {
        assert_eq!(
            ended(Conclusion::Verified, None).state,
            CaptureState::Failed
        );
        let end = ended(Conclusion::Unsure, None);
        assert_eq!(
            (end.state, end.reason.as_deref()),
            (CaptureState::NotFound, Some("no_such_mailbox"))
        );
    }

    #[test]
    fn a_provider_that_could_not_be_asked_is_the_reason_that_nothing_was_found() {
        for (conclusion, expected) in [
            (Conclusion::NotFound, "provider_unauthorized"),
            (Conclusion::NoMail, "provider_unauthorized"),
            // What the user can do first is to name the domain.
            (Conclusion::DomainUnknown, "domain_unknown"),
        ] {
            let mut outcome = outcome(conclusion, None);
            outcome.reasons.push("provider_unauthorized".to_owned());
            outcome.reasons.push("provider_resting".to_owned());
            let Ending::End(end) = ending(&claimed(0), outcome, None, NOW) else {
                panic!("deferred");
            };
            assert_eq!(end.reason.as_deref(), Some(expected), "{conclusion:?}");
            assert_eq!(end.outcome, "not_found");
        }
    }

    #[test]
    fn a_shut_port_is_the_reason_and_nothing_is_waited_for() {
        for conclusion in [
            Conclusion::Deferred,
            Conclusion::Unsure,
            Conclusion::Blocked,
        ] {
            let mut outcome = outcome(conclusion, Some("ana@acme.example"));
            outcome.retry_after = Some(Duration::from_secs(60));
            let Ending::End(end) = ending(&claimed(0), with_port_shut(outcome), None, NOW) else {
                panic!("deferred");
            };
            assert_eq!(end.reason.as_deref(), Some(PORT_SHUT), "{conclusion:?}");
            assert_ne!(end.outcome, "verified");
        }
        // What is proved, or known without asking, stays as it is.
        let verified = outcome(Conclusion::Verified, Some("ana@acme.example"));
        assert_eq!(with_port_shut(verified.clone()), verified);
    }

    #[test]
    fn deferrals_are_bounded() {
        let deferred = |deferrals, after: Option<u64>| {
            let mut outcome = outcome(Conclusion::Deferred, None);
            outcome.retry_after = after.map(Duration::from_secs);
            match ending(&claimed(deferrals), outcome, None, NOW) {
                Ending::Deferred { run_at, .. } => Some(run_at - NOW),
                Ending::End(_) => None,
            }
        };
        assert_eq!(deferred(0, Some(60)), Some(60_000));
        assert_eq!(deferred(0, Some(0)), Some(DEFERRAL_MS_MIN));
        assert_eq!(deferred(0, Some(u64::MAX)), Some(DEFERRAL_MS_MAX));
        assert_eq!(deferred(DEFERRALS_MAX, Some(60)), None);
        assert_eq!(deferred(0, None), None);
    }

    #[test]
    fn what_we_hold_uses_up_no_attempt() {
        let held = |deferrals, holds| {
            let mut outcome = outcome(Conclusion::Deferred, None);
            outcome.retry_after = Some(Duration::from_secs(60));
            outcome.held = true;
            let claimed = Claimed {
                holds,
                ..claimed(deferrals)
            };
            match ending(&claimed, outcome, None, NOW) {
                Ending::Deferred { why, .. } => Some(why),
                Ending::End(_) => None,
            }
        };
        assert_eq!(held(DEFERRALS_MAX, 0), Some(GivenBack::Held));
        assert_eq!(held(0, HOLDS_MAX), None, "not for ever");
    }
}
