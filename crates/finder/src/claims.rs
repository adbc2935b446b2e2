//! What others say of a person's address, weighed with our own evidence: pure.
//!
//! A data provider's answer is a claim. It becomes a proof only where our own probe accepted
//! the mailbox and refused the decoys, at a domain that is known to be the company's.

use lode_core::email::EmailStatus;
use lode_verify::Evidence;

use crate::conclude::{ACCEPT_ALL_SCORE_MAX, UNKNOWN_SCORE_MAX, score};
use crate::outcome::{CandidateStatus, Conclusion, DomainFinding, DomainSource, FindOutcome};

/// An address that somebody else names as the person's.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Who says so: a stable name.
    pub source: String,
    /// The address.
    pub email: String,
    /// Whether the source calls it deliverable; otherwise it counts for half.
    pub sure: bool,
    /// How often such claims of the source were right, 0 to 1.
    pub precision: f64,
    /// What our own verification made of it.
    pub status: EmailStatus,
    /// Why.
    pub reasons: Vec<String>,
    /// What that rests on, where somebody was asked.
    pub evidence: Option<Evidence>,
}

impl Claim {
    fn domain(&self) -> &str {
        self.email.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    fn probability(&self) -> f64 {
        let precision = self.precision.clamp(0.0, 1.0);
        if self.sure {
            precision
        } else {
            precision / 2.0
        }
    }
}

/// What our own search concluded, with the claims of others: proved where one of them was,
/// else the likelier of our guess and theirs. Claims that were refuted change nothing.
#[must_use]
pub fn with_claims(own: FindOutcome, claims: &[Claim]) -> FindOutcome {
    if own.conclusion == Conclusion::Verified {
        return own;
    }
    let proved = claims
        .iter()
        .find(|claim| claim.status == EmailStatus::Verified);
    if let Some(claim) = proved {
        return of_proved(own, claim);
    }
    let best = claims
        .iter()
        .filter(|claim| !claim.status.is_refuted())
        .map(|claim| (claim, supported(&own, claims, claim)))
        .max_by(|(_, a), (_, b)| a.total_cmp(b));
    match best {
        // A mailbox that is proved, at a domain that is likely the company's, is worth more
        // than a claim that could not be proved.
        Some((claim, probability)) if own.conclusion != Conclusion::DomainUnconfirmed => {
            of_claim(own, claim, probability)
        }
        _ => own,
    }
}

/// A claim whose mailbox is proved.
fn of_proved(own: FindOutcome, claim: &Claim) -> FindOutcome {
    let known = own
        .domain
        .iter()
        .chain(&own.other_domains)
        .find(|finding| finding.domain.eq_ignore_ascii_case(claim.domain()))
        .cloned();
    // Two that do not know of each other name the same address: our guess of the domain,
    // with a mailbox that is proved, and the claim.
    let agreed = own.conclusion == Conclusion::DomainUnconfirmed
        && own.email.as_deref().is_some_and(|email| same(email, claim));
    let confirmed = known.as_ref().is_some_and(|finding| finding.confirmed) || agreed;
    let mut outcome = FindOutcome {
        email: Some(claim.email.clone()),
        reasons: claim.reasons.clone(),
        evidence: claim.evidence.clone(),
        retry_after: None,
        held: false,
        unreachable: false,
        ..own
    };
    outcome.domain = Some(DomainFinding {
        confirmed,
        ..known.unwrap_or_else(|| DomainFinding {
            domain: claim.domain().to_ascii_lowercase(),
            probability: claim.probability(),
            how: DomainSource::Claimed,
            confirmed,
        })
    });
    if confirmed {
        outcome.conclusion = Conclusion::Verified;
        outcome.status = EmailStatus::Verified;
        outcome.score = 100;
    } else {
        outcome.conclusion = Conclusion::DomainUnconfirmed;
        outcome.status = EmailStatus::Unknown;
        outcome.score = score(claim.probability(), UNKNOWN_SCORE_MAX);
        outcome.reasons.insert(0, "domain_unconfirmed".to_owned());
    }
    named(outcome, claim)
}

/// A claim that could neither be proved nor refuted, with its probability.
fn of_claim(own: FindOutcome, claim: &Claim, probability: f64) -> FindOutcome {
    if own.email.is_some() && own.score > score(probability, cap(claim.status)) {
        return own;
    }
    claimed(own, claim, probability)
}

/// Highest score of an unproved address of that state.
pub(crate) fn cap(status: EmailStatus) -> u8 {
    if status == EmailStatus::AcceptAll {
        ACCEPT_ALL_SCORE_MAX
    } else {
        UNKNOWN_SCORE_MAX
    }
}

/// A claim in the place of our own guess.
pub(crate) fn claimed(own: FindOutcome, claim: &Claim, probability: f64) -> FindOutcome {
    let conclusion = match claim.status {
        EmailStatus::AcceptAll => Conclusion::AcceptAll,
        EmailStatus::Blocked => Conclusion::Blocked,
        _ if claim.reasons.iter().any(|code| code == "probing_off") => Conclusion::ProbingOff,
        _ => Conclusion::Unsure,
    };
    let status = match claim.status {
        status @ (EmailStatus::AcceptAll | EmailStatus::Blocked | EmailStatus::Full) => status,
        _ => EmailStatus::Unknown,
    };
    let outcome = FindOutcome {
        conclusion,
        email: Some(claim.email.clone()),
        status,
        score: score(probability, cap(claim.status)),
        reasons: claim.reasons.clone(),
        evidence: claim.evidence.clone(),
        retry_after: None,
        held: false,
        unreachable: false,
        ..own
    };
    named(outcome, claim)
}

/// Says who named the address.
fn named(mut outcome: FindOutcome, claim: &Claim) -> FindOutcome {
    outcome.reasons.push(format!("found_by_{}", claim.source));
    let mut seen = std::collections::HashSet::new();
    outcome.reasons.retain(|reason| seen.insert(reason.clone()));
    outcome
}

/// Probability that a claimed address is right, from everyone who names it and our own
/// guess, taken as independent.
pub(crate) fn supported(own: &FindOutcome, claims: &[Claim], claim: &Claim) -> f64 {
    let guess = own
        .candidates
        .iter()
        .filter(|candidate| candidate.status != CandidateStatus::Judged(EmailStatus::Invalid))
        .find(|candidate| same(&candidate.email, claim))
        .map_or(0.0, |candidate| {
            let domain = own.domain.as_ref().map_or(1.0, |domain| domain.probability);
            (candidate.probability * domain).clamp(0.0, 1.0)
        });
    let wrong: f64 = claims
        .iter()
        .filter(|other| same(&other.email, claim))
        .map(|other| 1.0 - other.probability())
        .product();
    1.0 - wrong * (1.0 - guess)
}

fn same(email: &str, claim: &Claim) -> bool {
    email.eq_ignore_ascii_case(&claim.email)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conclude::nothing;
    use crate::outcome::CandidateResult;

    const ADA: &str = "ada.marlow@acme.example";

    fn domain(confirmed: bool) -> DomainFinding {
        DomainFinding {
            domain: "acme.example".to_owned(),
            probability: 0.9,
            how: DomainSource::Given,
            confirmed,
        }
    }

    fn own(conclusion: Conclusion, email: Option<&str>, score: u8) -> FindOutcome {
        FindOutcome {
            email: email.map(str::to_owned),
            status: EmailStatus::Unknown,
            score,
            ..nothing(conclusion, "a_reason", Some(domain(true)), Vec::new())
        }
    }

    fn claim(email: &str, status: EmailStatus) -> Claim {
        Claim {
            source: "hunter".to_owned(),
            email: email.to_owned(),
            sure: true,
            precision: 0.8,
            status,
            reasons: vec!["why".to_owned()],
            evidence: Some(Evidence {
                taken_at: 7,
                ..Evidence::default()
            }),
        }
    }

    #[test]
    fn a_proved_claim_at_the_companys_domain_is_found() {
        let own = own(Conclusion::NotFound, None, 0);
        let outcome = with_claims(own, &[claim("a.m-77@Acme.example", EmailStatus::Verified)]);
        assert_eq!(outcome.conclusion, Conclusion::Verified);
        assert_eq!(
            (outcome.status, outcome.score),
            (EmailStatus::Verified, 100)
        );
        assert_eq!(outcome.reasons, ["why", "found_by_hunter"]);
        assert_eq!(outcome.evidence.unwrap().taken_at, 7);
        assert!(outcome.domain.unwrap().confirmed);
    }

    #[test]
    fn a_proved_claim_elsewhere_is_not_charged() {
        let mut nowhere = own(Conclusion::DomainUnknown, None, 0);
        nowhere.domain = None;
        for own in [own(Conclusion::NotFound, None, 0), nowhere] {
            let outcome = with_claims(own, &[claim("ada@other.example", EmailStatus::Verified)]);
            assert_eq!(outcome.conclusion, Conclusion::DomainUnconfirmed);
            assert!(outcome.score <= UNKNOWN_SCORE_MAX);
            assert_ne!(outcome.status, EmailStatus::Verified);
            assert_eq!(outcome.domain.unwrap().domain, "other.example");
        }
    }

    #[test]
    fn a_claim_confirms_the_domain_that_was_guessed() {
        let guessed = |email: &str| FindOutcome {
            domain: Some(domain(false)),
            ..own(Conclusion::DomainUnconfirmed, Some(email), 60)
        };
        let proved = [claim(ADA, EmailStatus::Verified)];
        let outcome = with_claims(guessed(ADA), &proved);
        assert_eq!(outcome.conclusion, Conclusion::Verified);
        let outcome = with_claims(guessed("amarlow@acme.example"), &proved);
        assert_eq!(outcome.conclusion, Conclusion::DomainUnconfirmed);
        // What is not proved does not replace what is.
        let unproved = [claim("x@acme.example", EmailStatus::Unknown)];
        assert_eq!(with_claims(guessed(ADA), &unproved), guessed(ADA));
    }

    #[test]
    fn scores_keep_their_caps_and_agreement_counts() {
        let mut accept_all = own(Conclusion::AcceptAll, Some(ADA), 40);
        accept_all.candidates = vec![CandidateResult {
            email: ADA.to_owned(),
            pattern: "first.last".to_owned(),
            probability: 0.4,
            status: CandidateStatus::NotTried,
            reasons: Vec::new(),
            answer: None,
        }];
        let one = [claim(ADA, EmailStatus::AcceptAll)];
        let single = with_claims(accept_all.clone(), &one);
        assert_eq!(single.conclusion, Conclusion::AcceptAll);
        // 1 - 0.2 * (1 - 0.4 * 0.9)
        assert_eq!(single.score, 87);
        let two = [one[0].clone(), claim(ADA, EmailStatus::AcceptAll)];
        assert_eq!(
            with_claims(accept_all.clone(), &two).score,
            ACCEPT_ALL_SCORE_MAX
        );
        let unknown = [claim(ADA, EmailStatus::Unknown)];
        let outcome = with_claims(accept_all.clone(), &unknown);
        assert_eq!((outcome.score, outcome.status), (80, EmailStatus::Unknown));
        // A claim that the source itself is not sure of counts for half.
        let mut unsure = claim("other@acme.example", EmailStatus::AcceptAll);
        unsure.sure = false;
        accept_all.score = 60;
        assert_eq!(with_claims(accept_all.clone(), &[unsure]), accept_all);
    }

    #[test]
    fn refuted_claims_change_nothing() {
        for status in [
            EmailStatus::Invalid,
            EmailStatus::Disabled,
            EmailStatus::Role,
            EmailStatus::Disposable,
        ] {
            let own = own(Conclusion::NotFound, None, 0);
            assert_eq!(with_claims(own.clone(), &[claim(ADA, status)]), own);
        }
    }

    #[test]
    fn only_a_proof_reaches_100() {
        let mut certain = claim(ADA, EmailStatus::AcceptAll);
        certain.precision = 7.0;
        for status in [
            EmailStatus::AcceptAll,
            EmailStatus::Unknown,
            EmailStatus::Full,
            EmailStatus::Blocked,
            EmailStatus::Deferred,
        ] {
            certain.status = status;
            let outcome = with_claims(own(Conclusion::Unsure, None, 0), &[certain.clone()]);
            assert!(outcome.score <= ACCEPT_ALL_SCORE_MAX && !outcome.conclusion.is_billable());
        }
    }
}
