//! From a company's name to its domain.

use lode_finder::{Conclusion, DomainSource, FindRequest};
use lode_testbed::{Character, DomainSpec};

use crate::support::{at_company, bed, finder, ordinary, with_site};

#[tokio::test]
async fn the_site_that_names_the_company_confirms_its_domain() {
    let bed = bed(vec![
        with_site(
            "acmerobotics.com",
            &["ada.marlow"],
            "Acme Robotics | Robots that pick",
        ),
        ordinary("acme.com", &["ada.marlow"]),
    ])
    .await;
    let outcome = finder(&bed)
        .find(&at_company("Ada Marlow", "Acme Robotics Inc."))
        .await;
    assert_eq!(outcome.conclusion, Conclusion::Verified, "{outcome:#?}");
    assert_eq!(
        outcome.email.as_deref(),
        Some("ada.marlow@acmerobotics.com")
    );
    let domain = outcome.domain.unwrap();
    assert_eq!(domain.how, DomainSource::WebsiteTitle);
    assert!(domain.confirmed && domain.probability >= 0.9);
    assert_eq!(bed.stats().of("acme.com").connections, 0);
}

#[tokio::test]
async fn a_domain_that_another_company_has_is_passed_over() {
    let bed = bed(vec![
        with_site(
            "acmerobotics.com",
            &["ada.marlow"],
            "Acme Robotics Fan Club",
        ),
        with_site("acmerobotics.de", &["ada.marlow"], "Acme Robotics GmbH"),
        with_site("acme.com", &["ada.marlow"], "Acme Foods"),
    ])
    .await;
    let outcome = finder(&bed)
        .find(&at_company("Ada Marlow", "Acme Robotics GmbH"))
        .await;
    assert_eq!(
        outcome.email.as_deref(),
        Some("ada.marlow@acmerobotics.de"),
        "{outcome:#?}"
    );
    assert_eq!(outcome.conclusion, Conclusion::Verified);
    assert_eq!(bed.stats().of("acme.com").connections, 0);
}

#[tokio::test]
async fn a_proved_mailbox_at_a_guessed_domain_is_not_billable() {
    // It takes mail and has the mailbox, but nothing says whose it is.
    let bed = bed(vec![ordinary("acmerobotics.com", &["ada.marlow"])]).await;
    let outcome = finder(&bed)
        .find(&at_company("Ada Marlow", "Acme Robotics"))
        .await;
    assert_eq!(
        outcome.conclusion,
        Conclusion::DomainUnconfirmed,
        "{outcome:#?}"
    );
    assert_eq!(
        outcome.email.as_deref(),
        Some("ada.marlow@acmerobotics.com")
    );
    assert_eq!(outcome.reasons[0], "domain_unconfirmed");
    let probability = outcome.domain.unwrap().probability;
    assert!(f64::from(outcome.score) <= (100.0 * probability).ceil());
    assert!(outcome.score < 80);
}

#[tokio::test]
async fn namesakes_leave_the_domain_unconfirmed() {
    let bed = bed(vec![
        with_site("acmerobotics.com", &["ada.marlow"], "Acme Robotics"),
        with_site("acmerobotics.io", &["ada.marlow"], "Acme Robotics"),
    ])
    .await;
    let outcome = finder(&bed)
        .find(&at_company("Ada Marlow", "Acme Robotics"))
        .await;
    assert_eq!(
        outcome.conclusion,
        Conclusion::DomainUnconfirmed,
        "{outcome:#?}"
    );
    assert!(outcome.score < 100);
    assert_eq!(outcome.other_domains.len(), 1);
}

#[tokio::test]
async fn no_domain_takes_mail() {
    let bed = bed(vec![DomainSpec::new(
        "acmerobotics.com",
        Character::NullMx,
        &[],
    )])
    .await;
    let outcome = finder(&bed)
        .find(&at_company("Ada Marlow", "Acme Robotics"))
        .await;
    assert_eq!(outcome.conclusion, Conclusion::DomainUnknown);
    assert_eq!(outcome.email, None);
}

#[tokio::test]
async fn the_website_on_the_page_comes_first() {
    let bed = bed(vec![
        with_site("acmerobotics.com", &["ada.marlow"], "Acme Robotics"),
        ordinary("acme-shop.test", &["ada.marlow"]),
    ])
    .await;
    let request = FindRequest {
        website: Some("https://www.acme-shop.test/about".to_owned()),
        ..at_company("Ada Marlow", "Acme Robotics")
    };
    let outcome = finder(&bed).find(&request).await;
    assert_eq!(outcome.email.as_deref(), Some("ada.marlow@acme-shop.test"));
    assert_eq!(outcome.conclusion, Conclusion::Verified);

    // A page on a social network is no website of the company's own: the name decides.
    let request = FindRequest {
        website: Some("https://www.linkedin.com/company/acme-robotics".to_owned()),
        ..at_company("Ada Marlow", "Acme Robotics")
    };
    let outcome = finder(&bed).find(&request).await;
    assert_eq!(
        outcome.email.as_deref(),
        Some("ada.marlow@acmerobotics.com")
    );
}
