//! From what a probe found to what the look-up says: pure.

use lode_core::email::EmailStatus;
use lode_verify::verdict::rules::KNOWS_NOBODY;
use lode_verify::{CatchAll, DomainOutcome, Verdict};

use crate::candidates::{Candidate, Candidates};
use crate::outcome::{
    CandidateResult, CandidateStatus, Conclusion, DomainFinding, DomainSource, FindOutcome,
};

/// Highest score of an address at a domain that accepts every address.
pub(crate) const ACCEPT_ALL_SCORE_MAX: u8 = 95;

/// Highest score of an address about which nothing could be proved.
pub(crate) const UNKNOWN_SCORE_MAX: u8 = 80;

/// Highest score of an unproved address whose name had to be romanised: there is no one
/// right way.
const ROMANISED_SCORE_MAX: u8 = 50;

/// An outcome without an address.
#[must_use]
pub fn nothing(
    conclusion: Conclusion,
    reason: &str,
    domain: Option<DomainFinding>,
    other_domains: Vec<DomainFinding>,
) -> FindOutcome {
    FindOutcome {
        conclusion,
        email: None,
        status: EmailStatus::NotFound,
        score: 0,
        reasons: vec![reason.to_owned()],
        candidates: Vec::new(),
        domain,
        other_domains,
        mx: None,
        retry_after: None,
        evidence: None,
        held: false,
        unreachable: false,
    }
}

/// Concludes from a probe of a domain's candidates.
#[must_use]
pub fn from_probe(
    domain: DomainFinding,
    candidates: &Candidates,
    probed: &DomainOutcome,
) -> FindOutcome {
    let results: Vec<CandidateResult> = candidates
        .list
        .iter()
        .map(|candidate| result_of(candidate, probed))
        .collect();
    let (conclusion, decisive) = decide(probed);
    let reasons_of = |verdict: Option<&Verdict>| {
        verdict
            .map(|verdict| verdict.reasons.clone())
            .unwrap_or_default()
    };
    let mx = probed
        .verdicts
        .iter()
        .find_map(|(_, verdict)| verdict.mx.clone());
    let mut outcome = FindOutcome {
        conclusion,
        email: None,
        status: EmailStatus::NotFound,
        score: 0,
        reasons: reasons_of(decisive),
        candidates: results,
        domain: None,
        other_domains: Vec::new(),
        mx,
        retry_after: None,
        evidence: decisive
            .or(probed.verdicts.first().map(|(_, verdict)| verdict))
            .map(|verdict| verdict.evidence.clone()),
        held: false,
        unreachable: false,
    };
    let guess = best_guess(&outcome.candidates);
    let guessed = |cap: u8| {
        guess
            .as_ref()
            .map_or(0, |(_, p)| score(*p * domain.probability, cap))
    };
    let guess_email = guess.as_ref().map(|(email, _)| email.clone());
    let cap = |cap: u8| {
        if candidates.romanised {
            cap.min(ROMANISED_SCORE_MAX)
        } else {
            cap
        }
    };
    match conclusion {
        Conclusion::Verified => {
            outcome.email = decisive.map(|verdict| verdict.email.clone());
            if domain.confirmed {
                (outcome.status, outcome.score) = (EmailStatus::Verified, 100);
            } else {
                outcome.conclusion = Conclusion::DomainUnconfirmed;
                outcome.status = EmailStatus::Unknown;
                outcome.score = score(domain.probability, UNKNOWN_SCORE_MAX);
                outcome.reasons.insert(0, "domain_unconfirmed".to_owned());
            }
        }
        Conclusion::AcceptAll => {
            outcome.email = guess_email;
            outcome.status = EmailStatus::AcceptAll;
            outcome.score = guessed(cap(ACCEPT_ALL_SCORE_MAX));
        }
        Conclusion::NotFound => {
            outcome.reasons.push("no_candidate_accepted".to_owned());
            let mut verdicts = probed.verdicts.iter();
            if verdicts.any(|(_, verdict)| says_nothing(&verdict.reasons)) {
                outcome.reasons.push(KNOWS_NOBODY.to_owned());
            }
        }
        Conclusion::NoMail => {}
        other => {
            outcome.status = match other {
                Conclusion::Deferred => EmailStatus::Deferred,
                Conclusion::Blocked => EmailStatus::Blocked,
                _ => EmailStatus::Unknown,
            };
            outcome.email = guess_email;
            outcome.score = guessed(cap(UNKNOWN_SCORE_MAX));
            if let Some(full) = decisive.filter(|verdict| verdict.status == EmailStatus::Full) {
                outcome.status = EmailStatus::Full;
                outcome.email = Some(full.email.clone());
                outcome.score = full.score.min(score(domain.probability, UNKNOWN_SCORE_MAX));
            }
        }
    }
    if outcome.conclusion == Conclusion::Deferred {
        outcome.retry_after = retry_after(probed);
        let mut waiting = probed.verdicts.iter().map(|(_, verdict)| verdict);
        let mut deferred = waiting
            .clone()
            .filter(|verdict| verdict.retry_after.is_some());
        outcome.held = outcome.retry_after.is_some() && deferred.all(|verdict| verdict.held);
        outcome.unreachable =
            outcome.retry_after.is_some() && waiting.all(lode_verify::Verdict::is_unreachable);
    }
    if outcome.reasons.is_empty() {
        outcome.reasons.extend(probed.reason.clone());
    }
    outcome.reasons.push(domain_reason(&domain).to_owned());
    if candidates.romanised {
        outcome.reasons.push("name_romanised".to_owned());
    }
    let mut seen = std::collections::HashSet::new();
    outcome.reasons.retain(|reason| seen.insert(reason.clone()));
    outcome.domain = Some(domain);
    outcome
}

/// How a domain was come by, as a reason.
fn domain_reason(domain: &DomainFinding) -> &'static str {
    match domain.how {
        _ if !domain.confirmed => "domain_unconfirmed",
        DomainSource::Given => "domain_given",
        DomainSource::Website => "domain_from_website",
        DomainSource::Cache => "domain_confirmed_before",
        DomainSource::WebsiteTitle => "domain_named_by_site",
        DomainSource::MxOnly => "domain_takes_mail",
        DomainSource::Claimed => "domain_claimed",
    }
}

/// Reasons by which a whole domain takes no mail.
const NO_MAIL: &[&str] = &["null_mx", "no_mx", "domain_not_found"];

/// How a probe ended, and the verdict that decided.
fn decide(probed: &DomainOutcome) -> (Conclusion, Option<&Verdict>) {
    let with = |status: EmailStatus| {
        probed
            .verdicts
            .iter()
            .map(|(_, verdict)| verdict)
            .find(|verdict| verdict.status == status)
    };
    let reason = |codes: &[&str]| {
        let of_verdicts = probed
            .verdicts
            .iter()
            .flat_map(|(_, verdict)| &verdict.reasons);
        probed
            .reason
            .iter()
            .chain(of_verdicts)
            .any(|code| codes.contains(&code.as_str()))
    };
    let catch_all = probed
        .profile
        .as_ref()
        .is_some_and(|profile| matches!(profile.catch_all, CatchAll::Yes | CatchAll::NameLike));
    let first = probed.verdicts.first().map(|(_, verdict)| verdict);
    if let Some(verified) = with(EmailStatus::Verified) {
        return (Conclusion::Verified, Some(verified));
    }
    if let Some(full) = with(EmailStatus::Full) {
        return (Conclusion::Unsure, Some(full));
    }
    if let Some(accepted) = with(EmailStatus::AcceptAll) {
        return (Conclusion::AcceptAll, Some(accepted));
    }
    if let Some(deferred) = with(EmailStatus::Deferred) {
        return (Conclusion::Deferred, Some(deferred));
    }
    if probed.retry_after.is_some() {
        return (Conclusion::Deferred, first);
    }
    if catch_all {
        return (Conclusion::AcceptAll, first);
    }
    if let Some(blocked) = with(EmailStatus::Blocked) {
        return (Conclusion::Blocked, Some(blocked));
    }
    if reason(NO_MAIL) {
        return (Conclusion::NoMail, first);
    }
    if reason(&["probing_off"]) {
        return (Conclusion::ProbingOff, first);
    }
    if reason(&["dns_failed", "internal"]) {
        return (Conclusion::Failed, first);
    }
    let refuted = |verdict: &Verdict| {
        matches!(
            verdict.status,
            EmailStatus::Invalid | EmailStatus::Disabled | EmailStatus::Role
        ) || says_nothing(&verdict.reasons)
    };
    let all_refuted = probed.verdicts.iter().all(|(_, verdict)| refuted(verdict));
    if all_refuted && first.is_some() {
        return (Conclusion::NotFound, None);
    }
    let unknown = probed
        .verdicts
        .iter()
        .map(|(_, verdict)| verdict)
        .find(|verdict| !refuted(verdict));
    (Conclusion::Unsure, unknown)
}

/// Refused by a server that refuses everybody. Whether the mailbox exists is not known, but mail
/// to it would come back: it is not offered.
fn says_nothing(reasons: &[String]) -> bool {
    reasons.iter().any(|reason| reason == KNOWS_NOBODY)
}

fn result_of(candidate: &Candidate, probed: &DomainOutcome) -> CandidateResult {
    let verdict = probed
        .verdicts
        .iter()
        .map(|(_, verdict)| verdict)
        .find(|verdict| verdict.email.eq_ignore_ascii_case(&candidate.email));
    CandidateResult {
        email: candidate.email.clone(),
        pattern: candidate.pattern.to_owned(),
        probability: candidate.probability,
        status: verdict.map_or(CandidateStatus::NotTried, |verdict| {
            CandidateStatus::Judged(verdict.status)
        }),
        reasons: verdict
            .map(|verdict| verdict.reasons.clone())
            .unwrap_or_default(),
        answer: verdict.and_then(|verdict| verdict.evidence.target.clone()),
    }
}

/// The likeliest candidate that was not refuted, with its probability now that the others
/// are.
fn best_guess(candidates: &[CandidateResult]) -> Option<(String, f64)> {
    guesses(candidates)
        .into_iter()
        .max_by(|(_, a), (_, b)| a.total_cmp(b))
        .map(|(candidate, probability)| (candidate.email.clone(), probability))
}

/// The candidates that were not refuted, each with its probability now that the others are.
pub(crate) fn guesses(candidates: &[CandidateResult]) -> Vec<(&CandidateResult, f64)> {
    let (refuted, open): (Vec<_>, Vec<_>) = candidates.iter().partition(|candidate| {
        matches!(candidate.status, CandidateStatus::Judged(status) if status.is_refuted())
            || says_nothing(&candidate.reasons)
    });
    let gone: f64 = refuted.iter().map(|candidate| candidate.probability).sum();
    // What cannot be derived stays possible, so the rest is never zero.
    let likeliest = open.iter().map(|candidate| candidate.probability);
    let left = likeliest.fold(1.0 - gone, f64::max);
    let with_rest = |candidate: &'_ CandidateResult| candidate.probability / left;
    open.into_iter()
        .map(|candidate| (candidate, with_rest(candidate)))
        .collect()
}

fn retry_after(probed: &DomainOutcome) -> Option<std::time::Duration> {
    probed.retry_after.or_else(|| {
        probed
            .verdicts
            .iter()
            .filter_map(|(_, verdict)| verdict.retry_after)
            .max()
    })
}

/// A probability as a score, at most `cap`.
pub(crate) fn score(probability: f64, cap: u8) -> u8 {
    let percent = (probability.clamp(0.0, 1.0) * 100.0).round();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "0 to 100"
    )]
    let percent = percent as u8;
    percent.min(cap)
}
