//! Look-ups at a known domain: every way that they end.

use lode_core::email::EmailStatus;
use lode_finder::{
    CandidateStatus, Conclusion, FindOutcome, FindRequest, Finder, FinderConfig, KnownAddress,
    PatternEvidence,
};
use lode_testbed::{Character, DomainSpec};
use lode_verify::{Verifier, VerifyConfig};

use crate::support::{at_domain, bed, finder, finder_config, ordinary, verify_config};

/// What holds of every outcome, whatever it is.
fn check(outcome: &FindOutcome) {
    let verified = outcome.status == EmailStatus::Verified;
    assert_eq!(verified, outcome.conclusion.is_billable(), "{outcome:?}");
    assert_eq!(verified, outcome.score == 100, "{outcome:?}");
    assert!(!outcome.reasons.is_empty(), "{outcome:?}");
    assert!(
        outcome
            .candidates
            .windows(2)
            .all(|w| w[0].probability >= w[1].probability)
    );
    assert!(outcome.candidates.len() <= FinderConfig::default().candidates_max);
}

async fn find(domain: DomainSpec, name: &str) -> FindOutcome {
    let request = at_domain(name, &domain.name);
    let bed = bed(vec![domain]).await;
    let outcome = finder(&bed).find(&request).await;
    check(&outcome);
    let stats = bed.stats().of(request.domain.as_deref().unwrap());
    assert_eq!((stats.data, stats.vrfy, stats.trapped), (0, 0, 0));
    outcome
}

#[tokio::test]
async fn found_by_the_first_pattern() {
    let outcome = find(ordinary("acme.test", &["ada.marlow"]), "Ada Marlow").await;
    assert_eq!(outcome.conclusion, Conclusion::Verified);
    assert_eq!(outcome.email.as_deref(), Some("ada.marlow@acme.test"));
    assert_eq!(outcome.score, 100);
    assert!(outcome.mx.is_some());
    let tried = |status| {
        outcome
            .candidates
            .iter()
            .filter(|c| c.status == status)
            .count()
    };
    assert_eq!(tried(CandidateStatus::Judged(EmailStatus::Verified)), 1);
    assert_eq!(
        tried(CandidateStatus::NotTried),
        outcome.candidates.len() - 1
    );
}

#[tokio::test]
async fn found_by_later_patterns_and_spellings() {
    for (name, mailbox) in [
        ("Jörg Müller", "jmueller"),
        ("Jörg Müller", "jorg.muller"),
        ("Anna van den Berg", "a.vandenberg"),
        ("Jean-Marc Petit", "jmpetit"),
        ("Siobhán O'Connell", "soconnell"),
        ("Bill Sample", "william.sample"),
        ("Ana Muster-Beispiel", "ana.beispiel"),
        ("Ada Marlow", "marlow"),
    ] {
        let outcome = find(ordinary("acme.test", &[mailbox]), name).await;
        let email = format!("{mailbox}@acme.test");
        assert_eq!(
            outcome.email.as_deref(),
            Some(email.as_str()),
            "{name}: {outcome:#?}"
        );
        assert_eq!(outcome.conclusion, Conclusion::Verified);
    }
}

#[tokio::test]
async fn not_found() {
    let outcome = find(ordinary("acme.test", &["somebody.else"]), "Ada Marlow").await;
    assert_eq!(outcome.conclusion, Conclusion::NotFound);
    assert_eq!((outcome.email, outcome.score), (None, 0));
    assert_eq!(outcome.reasons[0], "no_candidate_accepted");
}

/// Whether they exist is not known, but what a server has just refused is not offered.
#[tokio::test]
async fn a_server_that_refuses_everybody_gives_no_guess() {
    let domain = DomainSpec::new("acme.test", Character::NoPostmaster, &["somebody.else"]);
    let outcome = find(domain, "Ada Marlow").await;
    assert_eq!(outcome.conclusion, Conclusion::NotFound);
    assert_eq!((outcome.email, outcome.score), (None, 0));
    assert_eq!(
        outcome.reasons[..2],
        ["no_candidate_accepted", "server_knows_nobody"]
    );
}

#[tokio::test]
async fn a_catch_all_proves_nothing() {
    for character in [Character::AcceptAll, Character::NameLike] {
        let domain = DomainSpec::new("all.test", character, &["ada.marlow"]);
        let outcome = find(domain, "Ada Marlow").await;
        assert_eq!(outcome.conclusion, Conclusion::AcceptAll, "{character:?}");
        assert_eq!(outcome.status, EmailStatus::AcceptAll);
        assert_eq!(outcome.email.as_deref(), Some("ada.marlow@all.test"));
        assert!(
            outcome.score > 20 && outcome.score <= 95,
            "{}",
            outcome.score
        );
    }
}

#[tokio::test]
async fn greylisting_is_waited_out_with_the_same_questions() {
    let bed = bed(vec![DomainSpec::new(
        "grey.test",
        Character::Greylist,
        &["ada.marlow"],
    )])
    .await;
    let finder = finder(&bed);
    let mut request = at_domain("Ada Marlow", "grey.test");
    let first = finder.find(&request).await;
    check(&first);
    assert_eq!(first.conclusion, Conclusion::Deferred, "{first:#?}");
    assert_eq!(first.status, EmailStatus::Deferred);
    assert!(first.retry_after.is_some());
    request.attempt = 1;
    request.resolved = first.domain;
    let second = finder.find(&request).await;
    check(&second);
    assert_eq!(second.conclusion, Conclusion::Verified, "{second:#?}");
    assert_eq!(second.email.as_deref(), Some("ada.marlow@grey.test"));
}

#[tokio::test]
async fn a_domain_without_mail() {
    for (character, reason) in [
        (Character::NullMx, "null_mx"),
        (Character::NoMailHost, "no_mx"),
        (Character::NxDomain, "domain_not_found"),
    ] {
        let outcome = find(DomainSpec::new("no.test", character, &[]), "Ada Marlow").await;
        assert_eq!(outcome.conclusion, Conclusion::NoMail, "{character:?}");
        assert_eq!(outcome.email, None);
        assert_eq!(outcome.reasons[0], reason);
    }
}

#[tokio::test]
async fn what_is_about_us_is_not_about_the_mailbox() {
    for character in [Character::BlockedAtGreeting, Character::Policy] {
        let domain = DomainSpec::new("shut.test", character, &["ada.marlow"]);
        let outcome = find(domain, "Ada Marlow").await;
        assert_eq!(
            outcome.conclusion,
            Conclusion::Blocked,
            "{character:?}: {outcome:#?}"
        );
        assert!(outcome.email.is_some() && outcome.score <= 80);
    }
}

#[tokio::test]
async fn a_failing_dns_is_our_failure() {
    let domain = DomainSpec::new("fail.test", Character::ServFail, &["ada.marlow"]);
    let outcome = find(domain, "Ada Marlow").await;
    assert!(
        matches!(
            outcome.conclusion,
            Conclusion::Failed | Conclusion::Deferred
        ),
        "{outcome:#?}"
    );
}

#[tokio::test]
async fn a_full_mailbox_is_shown_and_not_charged() {
    let domain = DomainSpec {
        full: vec!["ada.marlow".to_owned()],
        ..ordinary("acme.test", &[])
    };
    let outcome = find(domain, "Ada Marlow").await;
    assert_eq!(outcome.status, EmailStatus::Full, "{outcome:#?}");
    assert_eq!(outcome.email.as_deref(), Some("ada.marlow@acme.test"));
}

#[tokio::test]
async fn without_probing_the_address_is_a_guess() {
    let bed = bed(vec![ordinary("acme.test", &["ada.marlow"])]).await;
    let config = VerifyConfig {
        identity: None,
        ..verify_config(&bed)
    };
    let finder = Finder::new(finder_config(&bed), Verifier::new(config).unwrap()).unwrap();
    let outcome = finder.find(&at_domain("Ada Marlow", "acme.test")).await;
    check(&outcome);
    assert_eq!(outcome.conclusion, Conclusion::ProbingOff);
    assert_eq!(outcome.email.as_deref(), Some("ada.marlow@acme.test"));
    assert!(outcome.score > 20 && outcome.score <= 80);
    assert_eq!(bed.stats().of("acme.test").connections, 0);
}

#[tokio::test]
async fn known_addresses_save_questions() {
    let known = |email: &str, name: &str| KnownAddress {
        email: email.to_owned(),
        name: Some(name.to_owned()),
        weight: 1.0,
    };
    let bed = bed(vec![ordinary("acme.test", &["marlow_ada"])]).await;
    let request = FindRequest {
        evidence: PatternEvidence {
            addresses: vec![
                known("stone_bo@acme.test", "Bo Stone"),
                known("muster_eva@acme.test", "Eva Muster"),
            ],
            refuted: Vec::new(),
        },
        ..at_domain("Ada Marlow", "acme.test")
    };
    let outcome = finder(&bed).find(&request).await;
    check(&outcome);
    assert_eq!(outcome.email.as_deref(), Some("marlow_ada@acme.test"));
    assert_eq!(outcome.candidates[0].pattern, "last_first");
    assert!(outcome.candidates[0].probability > 0.6);
    assert!(
        matches!(outcome.candidates[1].status, CandidateStatus::NotTried),
        "the first question was enough"
    );
}

#[tokio::test]
async fn unusable_requests_end_without_asking_anybody() {
    let bed = bed(vec![ordinary("acme.test", &["ada.marlow"])]).await;
    let finder = finder(&bed);
    for (request, conclusion, reason) in [
        (
            at_domain("", "acme.test"),
            Conclusion::NameUnusable,
            "name_unusable",
        ),
        (
            at_domain("★ ★", "acme.test"),
            Conclusion::NameUnusable,
            "name_unusable",
        ),
        (
            at_domain("Ada Marlow", ""),
            Conclusion::DomainUnknown,
            "domain_unknown",
        ),
        (
            at_domain("Ada Marlow", "gmail.com"),
            Conclusion::DomainUnknown,
            "domain_unknown",
        ),
        (
            at_domain("Ada Marlow", "not a domain"),
            Conclusion::DomainUnknown,
            "domain_unknown",
        ),
    ] {
        let outcome = finder.find(&request).await;
        check(&outcome);
        assert_eq!(outcome.conclusion, conclusion, "{request:?}");
        assert_eq!(outcome.reasons[0], reason);
        assert_eq!(outcome.email, None);
    }
    assert_eq!(bed.stats().of("acme.test").connections, 0);
}

#[tokio::test]
async fn a_romanised_name_caps_the_guess() {
    let domain = DomainSpec::new("all.test", Character::AcceptAll, &[]);
    let outcome = find(domain, "Юлия Примерова").await;
    assert_eq!(outcome.conclusion, Conclusion::AcceptAll);
    assert!(outcome.score <= 50, "{}", outcome.score);
    assert!(outcome.reasons.contains(&"name_romanised".to_owned()));
}
