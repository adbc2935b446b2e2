use proptest::prelude::*;

use super::*;
use crate::claims::with_claims;
use crate::conclude::nothing;
use crate::outcome::{CandidateResult, CandidateStatus, DomainFinding, DomainSource};

const ADA: &str = "ada.marlow@acme.example";
const A_MARLOW: &str = "amarlow@acme.example";
const ADA_ALONE: &str = "ada@acme.example";

fn domain(probability: f64, confirmed: bool) -> DomainFinding {
    DomainFinding {
        domain: "acme.example".to_owned(),
        probability,
        how: DomainSource::Given,
        confirmed,
    }
}

fn candidate(email: &str, probability: f64, status: CandidateStatus) -> CandidateResult {
    CandidateResult {
        email: email.to_owned(),
        pattern: "first.last".to_owned(),
        probability,
        status,
        reasons: Vec::new(),
        answer: None,
    }
}

/// What our own search ends with: three candidates, the first of them shown.
fn own(conclusion: Conclusion, status: EmailStatus) -> FindOutcome {
    let found = Some(domain(1.0, true));
    FindOutcome {
        email: Some(ADA.to_owned()),
        status,
        score: 50,
        candidates: vec![
            candidate(ADA, 0.5, CandidateStatus::Judged(status)),
            candidate(A_MARLOW, 0.2, CandidateStatus::NotTried),
            candidate(ADA_ALONE, 0.01, CandidateStatus::NotTried),
        ],
        ..nothing(conclusion, "a_reason", found, Vec::new())
    }
}

fn guess() -> FindOutcome {
    own(Conclusion::ProbingOff, EmailStatus::Unknown)
}

fn heard(source: &str, email: &str, says: Says) -> Opinion {
    Opinion {
        source: source.to_owned(),
        email: email.to_owned(),
        says,
        precision: 0.8,
    }
}

fn claim(source: &str, email: &str, status: EmailStatus) -> Claim {
    Claim {
        source: source.to_owned(),
        email: email.to_owned(),
        sure: true,
        precision: 0.8,
        status,
        reasons: vec!["claimed".to_owned()],
        evidence: None,
    }
}

fn ended(own: &FindOutcome, opinions: &[Opinion]) -> FindOutcome {
    with_opinions(own.clone(), own, &[], opinions)
}

#[test]
fn a_confirmed_address_gains_within_the_caps() {
    for (conclusion, status, most) in [
        (Conclusion::AcceptAll, EmailStatus::AcceptAll, 90),
        (Conclusion::Unsure, EmailStatus::Unknown, 80),
        (Conclusion::ProbingOff, EmailStatus::Unknown, 80),
        (Conclusion::Blocked, EmailStatus::Blocked, 80),
    ] {
        let own = own(conclusion, status);
        let outcome = ended(&own, &[heard("hunter", ADA, Says::Valid)]);
        // 1 - (1 - 0.5) * (1 - 0.8)
        assert_eq!(outcome.score, most, "{conclusion:?}");
        assert_eq!((outcome.conclusion, outcome.status), (conclusion, status));
        assert_eq!(outcome.email.as_deref(), Some(ADA));
        assert_eq!(outcome.reasons, ["a_reason", "confirmed_by_hunter"]);
    }
}

#[test]
fn a_doubted_address_gives_way_to_the_next_likeliest() {
    let own = guess();
    let doubt = heard("hunter", ADA, Says::Invalid);
    let next = next_to_ask(&own, &own, &[], std::slice::from_ref(&doubt));
    assert_eq!(next.as_deref(), Some(A_MARLOW));
    let outcome = ended(&own, std::slice::from_ref(&doubt));
    assert_eq!(outcome.email.as_deref(), Some(A_MARLOW));
    // 0.2 / (1 - 0.5 * 0.8)
    assert_eq!(outcome.score, 33);
    assert_eq!(outcome.conclusion, Conclusion::ProbingOff);
    assert_eq!(
        outcome.reasons,
        ["a_reason", "doubted_by_hunter", "next_likeliest"]
    );
    // Confirmed, it stands better.
    let both = [doubt, heard("hunter", A_MARLOW, Says::Valid)];
    let outcome = ended(&own, &both);
    assert_eq!(outcome.email.as_deref(), Some(A_MARLOW));
    assert_eq!(outcome.score, 80);
    assert_eq!(outcome.reasons.last().unwrap(), "confirmed_by_hunter");
}

#[test]
fn where_nobody_likely_remains_the_doubt_is_said() {
    let own = guess();
    let both = [
        heard("hunter", ADA, Says::Invalid),
        heard("hunter", A_MARLOW, Says::Invalid),
    ];
    assert_eq!(
        next_to_ask(&own, &own, &[], &both),
        None,
        "1 % is not likely"
    );
    let outcome = ended(&own, &both);
    assert_eq!(outcome.email.as_deref(), Some(ADA));
    assert!(outcome.score < 30, "{}", outcome.score);
    assert_eq!(outcome.conclusion, own.conclusion);
    assert_eq!(
        outcome.reasons,
        ["a_reason", "doubted_by_hunter", "no_other_likely"]
    );
}

#[test]
fn what_our_own_probe_refuted_is_no_way_out() {
    let mut own = guess();
    own.candidates[1].status = CandidateStatus::Judged(EmailStatus::Invalid);
    let doubt = [heard("hunter", ADA, Says::Invalid)];
    assert_eq!(next_to_ask(&own, &own, &[], &doubt), None);
    assert_eq!(ended(&own, &doubt).email.as_deref(), Some(ADA));
    // Nor what was refuted when somebody else named it.
    let own = guess();
    let refuted = [claim("snov", A_MARLOW, EmailStatus::Invalid)];
    assert_eq!(next_to_ask(&own, &own, &refuted, &doubt), None);
}

#[test]
fn who_cannot_tell_changes_nothing() {
    let own = guess();
    for says in [Says::AcceptAll, Says::Unknown] {
        assert_eq!(ended(&own, &[heard("hunter", ADA, says)]), own);
    }
    assert_eq!(ended(&own, &[]), own);
}

#[test]
fn what_others_claim_is_offered_too() {
    let own = guess();
    let claims = [
        claim("leadmagic", ADA, EmailStatus::Unknown),
        claim("snov", "am77@acme.example", EmailStatus::AcceptAll),
    ];
    let outcome = with_claims(own.clone(), &claims);
    assert_eq!(outcome.email.as_deref(), Some(ADA));
    let doubt = [
        heard("hunter", ADA, Says::Invalid),
        heard("icypeas", ADA, Says::Invalid),
    ];
    let next = next_to_ask(&outcome, &own, &claims, &doubt);
    assert_eq!(next.as_deref(), Some("am77@acme.example"));
    let outcome = with_opinions(outcome, &own, &claims, &doubt);
    assert_eq!(outcome.email.as_deref(), Some("am77@acme.example"));
    assert_eq!(outcome.conclusion, Conclusion::AcceptAll);
    assert_eq!(outcome.status, EmailStatus::AcceptAll);
    assert!(outcome.reasons.contains(&"found_by_snov".to_owned()));
    assert!(outcome.reasons.contains(&"doubted_by_icypeas".to_owned()));
}

#[test]
fn a_mailbox_says_nothing_of_whose_domain_it_is() {
    let mut own = guess();
    own.domain = Some(domain(0.6, false));
    own.score = 30;
    let outcome = ended(&own, &[heard("hunter", ADA, Says::Valid)]);
    // 0.6 * (1 - (1 - 0.5) * 0.2)
    assert_eq!(outcome.score, 54);
}

#[test]
fn what_is_proved_or_refuted_is_not_asked_about() {
    for (conclusion, status) in [
        (Conclusion::Verified, EmailStatus::Verified),
        (Conclusion::DomainUnconfirmed, EmailStatus::Unknown),
        (Conclusion::NotFound, EmailStatus::NotFound),
        (Conclusion::NoMail, EmailStatus::NotFound),
        (Conclusion::Unsure, EmailStatus::Full),
        (Conclusion::Unsure, EmailStatus::Disabled),
        (Conclusion::Failed, EmailStatus::Unknown),
    ] {
        let own = own(conclusion, status);
        assert_eq!(to_ask(&own), None, "{conclusion:?} {status:?}");
        assert_eq!(ended(&own, &[heard("hunter", ADA, Says::Valid)]), own);
    }
    let mut nobody = guess();
    nobody.email = None;
    assert_eq!(to_ask(&nobody), None);
}

#[test]
fn one_address_alone() {
    let valid = [heard("hunter", ADA, Says::Valid)];
    let (score, reasons) = of_address(EmailStatus::AcceptAll, 60, &valid);
    assert_eq!(
        (score, reasons.as_slice()),
        (92, &["confirmed_by_hunter".to_owned()][..])
    );
    assert_eq!(of_address(EmailStatus::Unknown, 60, &valid).0, 80);
    let doubt = [heard("hunter", ADA, Says::Invalid)];
    let (score, reasons) = of_address(EmailStatus::Blocked, 50, &doubt);
    assert_eq!(
        (score, reasons.as_slice()),
        (17, &["doubted_by_hunter".to_owned()][..])
    );
    for status in [
        EmailStatus::Verified,
        EmailStatus::Invalid,
        EmailStatus::Full,
    ] {
        assert_eq!(of_address(status, 70, &valid), (70, Vec::new()));
    }
    let silent = [heard("hunter", ADA, Says::AcceptAll)];
    assert_eq!(
        of_address(EmailStatus::AcceptAll, 60, &silent),
        (60, Vec::new())
    );
}

fn conclusions() -> impl Strategy<Value = (Conclusion, EmailStatus)> {
    prop_oneof![
        Just((Conclusion::AcceptAll, EmailStatus::AcceptAll)),
        Just((Conclusion::Unsure, EmailStatus::Unknown)),
        Just((Conclusion::Blocked, EmailStatus::Blocked)),
        Just((Conclusion::Deferred, EmailStatus::Deferred)),
        Just((Conclusion::NotFound, EmailStatus::NotFound)),
        Just((Conclusion::Verified, EmailStatus::Verified)),
    ]
}

fn opinions() -> impl Strategy<Value = Vec<Opinion>> {
    let says = prop_oneof![
        Just(Says::Valid),
        Just(Says::Invalid),
        Just(Says::AcceptAll),
        Just(Says::Unknown)
    ];
    let email = prop_oneof![
        Just(ADA),
        Just(A_MARLOW),
        Just(ADA_ALONE),
        Just("x@y.example")
    ];
    let source = prop_oneof![Just("hunter"), Just("snov")];
    let one = (source, email, says, proptest::num::f64::ANY).prop_map(
        |(source, email, says, precision)| Opinion {
            precision,
            ..heard(source, email, says)
        },
    );
    proptest::collection::vec(one, 0..6)
}

proptest! {
    /// Whatever is said, it proves nothing, and the caps hold.
    #[test]
    fn opinions_never_prove(
        (conclusion, status) in conclusions(),
        said in opinions(),
        before in 0_u8..=80,
        of_domain in 0.0_f64..=1.0,
        confirmed: bool,
    ) {
        let mut own = own(conclusion, status);
        own.score = before;
        own.domain = Some(domain(of_domain, confirmed));
        let outcome = ended(&own, &said);
        prop_assert_eq!(outcome.conclusion, own.conclusion);
        prop_assert_eq!(outcome.status, own.status);
        if to_ask(&own).is_none() {
            prop_assert_eq!(&outcome, &own);
        } else {
            prop_assert!(outcome.score <= cap(status) && outcome.email.is_some());
        }
        let (alone, _) = of_address(status, before, &said);
        prop_assert!(alone <= cap(status).max(before));
        let next = next_to_ask(&own, &own, &[], &said);
        prop_assert!(next.is_none_or(|next| said.iter().all(|one| one.email != next)));
    }

    /// One word on the address that is shown moves it to its side only.
    #[test]
    fn a_word_moves_to_its_side(precision in proptest::num::f64::ANY, before in 0_u8..=80) {
        let mut own = guess();
        own.score = before;
        let says = |says| [Opinion { precision, ..heard("hunter", ADA, says) }];
        prop_assert!(ended(&own, &says(Says::Valid)).score >= before);
        let doubted = ended(&own, &says(Says::Invalid));
        prop_assert!(doubted.email.as_deref() != Some(ADA) || doubted.score <= before);
        prop_assert!(of_address(EmailStatus::Unknown, before, &says(Says::Valid)).0 >= before);
        prop_assert!(of_address(EmailStatus::Unknown, before, &says(Says::Invalid)).0 <= before);
    }
}
