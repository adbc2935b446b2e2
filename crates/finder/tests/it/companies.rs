//! From a company's name to its domain.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use lode_finder::{
    Conclusion, DomainCache, DomainFinding, DomainSource, FindRequest, Finder, KnownDomain,
    NamedDomains,
};
use lode_testbed::{Character, DomainSpec};
use lode_verify::{Domain, Verifier};

use crate::support::{at_company, bed, finder, finder_config, ordinary, verify_config, with_site};

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

/// Somebody who names these domains, whatever is asked, and counts.
struct Names(Vec<&'static str>, AtomicUsize);

impl Names {
    fn new(domains: &[&'static str]) -> Self {
        Self(domains.to_vec(), AtomicUsize::new(0))
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

impl NamedDomains for Names {
    fn named<'a>(&'a self, company: &'a str) -> BoxFuture<'a, Vec<Domain>> {
        assert_eq!(company, "Acme Robotics");
        self.1.fetch_add(1, Ordering::SeqCst);
        let all = self.0.iter().map(|name| Domain::parse(name).unwrap());
        Box::pin(std::future::ready(all.collect()))
    }
}

/// What a provider names is judged as a guess is: by mail and by what its site says.
#[tokio::test]
async fn a_named_domain_is_judged_by_its_site_and_mail() {
    for (title, conclusion, how) in [
        (
            Some("Acme Robotics GmbH"),
            Conclusion::Verified,
            DomainSource::WebsiteTitle,
        ),
        // Nothing but the claim says whose it is.
        (None, Conclusion::DomainUnconfirmed, DomainSource::Claimed),
    ] {
        let mut named = ordinary("kite-works.test", &["ada.marlow"]);
        named.title = title.map(str::to_owned);
        let bed = bed(vec![named]).await;
        let others = Names::new(&["kite-works.test"]);
        let request = at_company("Ada Marlow", "Acme Robotics");
        let outcome = finder(&bed).find_asking(&request, &others).await;
        assert_eq!(outcome.conclusion, conclusion, "{outcome:#?}");
        let email = outcome.email.as_deref();
        assert_eq!(email, Some("ada.marlow@kite-works.test"));
        let domain = outcome.domain.unwrap();
        assert_eq!(domain.how, how);
        assert_eq!(domain.confirmed, title.is_some());
        assert!(domain.probability > 0.5 && domain.probability < 1.0);
        assert_eq!(others.asked(), 1);
        // Without the claim nobody would have come by it.
        let alone = finder(&bed).find(&request).await;
        assert_eq!(alone.conclusion, Conclusion::DomainUnknown);
    }
}

#[tokio::test]
async fn a_named_domain_that_another_company_has_is_passed_over() {
    let bed = bed(vec![
        with_site("kite-works.test", &["ada.marlow"], "Kite Works | Kites"),
        with_site("acmerobotics.com", &["ada.marlow"], "Acme Robotics"),
    ])
    .await;
    let others = Names::new(&["kite-works.test", "gmail.com", "linkedin.com", "gone.test"]);
    let request = at_company("Ada Marlow", "Acme Robotics");
    let outcome = finder(&bed).find_asking(&request, &others).await;
    let email = outcome.email.as_deref();
    assert_eq!(email, Some("ada.marlow@acmerobotics.com"), "{outcome:#?}");
    assert_eq!(outcome.conclusion, Conclusion::Verified);
    assert_eq!(bed.stats().of("kite-works.test").connections, 0);
    let other = outcome.other_domains.iter();
    assert!(other.clone().all(|domain| domain.probability < 0.25));
    assert!(other.clone().all(|domain| domain.domain != "gmail.com"));
}

/// What is known already is not asked for.
#[tokio::test]
async fn nobody_is_asked_for_a_known_domain() {
    let bed = bed(vec![ordinary("acme-shop.test", &["ada.marlow"])]).await;
    let others = Names::new(&["kite-works.test"]);
    for request in [
        FindRequest {
            domain: Some("acme-shop.test".to_owned()),
            ..at_company("Ada Marlow", "Acme Robotics")
        },
        FindRequest {
            website: Some("https://www.acme-shop.test/".to_owned()),
            ..at_company("Ada Marlow", "Acme Robotics")
        },
    ] {
        let outcome = finder(&bed).find_asking(&request, &others).await;
        assert_eq!(outcome.conclusion, Conclusion::Verified, "{outcome:#?}");
    }
    assert_eq!(others.asked(), 0);
}

/// A memory for as long as a test runs.
#[derive(Debug, Default)]
struct Memory(Mutex<HashMap<(String, String), KnownDomain>>);

impl DomainCache for Memory {
    fn get<'a>(&'a self, caller: &'a str, key: &'a str) -> BoxFuture<'a, Option<KnownDomain>> {
        let known = self.0.lock().unwrap();
        let known = known.get(&(caller.to_owned(), key.to_owned())).cloned();
        Box::pin(std::future::ready(known))
    }

    fn put<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        finding: &'a DomainFinding,
    ) -> BoxFuture<'a, ()> {
        let known = KnownDomain {
            domain: finding.domain.clone(),
            probability: finding.probability,
        };
        let of = (caller.to_owned(), key.to_owned());
        self.0.lock().unwrap().insert(of, known);
        Box::pin(std::future::ready(()))
    }
}

#[tokio::test]
async fn what_was_confirmed_serves_who_asked_for_the_same() {
    let bed = bed(vec![
        with_site("acmerobotics.com", &["ada.marlow"], "Acme Robotics"),
        with_site("qvilco.com", &["ada.marlow"], "Qvilco"),
    ])
    .await;
    let memory = Arc::new(Memory::default());
    let verifier = Verifier::new(verify_config(&bed)).unwrap();
    let finder = Finder::with_cache(finder_config(&bed), verifier, memory.clone()).unwrap();
    let find = async |caller: Option<&str>, company: &str| {
        let request = FindRequest {
            caller: caller.map(str::to_owned),
            company_url: Some("https://www.linkedin.com/company/acme-robotics".to_owned()),
            ..at_company("Ada Marlow", company)
        };
        let outcome = finder.find(&request).await;
        assert_eq!(outcome.conclusion, Conclusion::Verified, "{outcome:#?}");
        outcome.domain.unwrap()
    };
    let site = DomainSource::WebsiteTitle;
    // Nobody's is not kept.
    assert_eq!(find(None, "Acme Robotics").await.how, site);
    assert!(memory.0.lock().unwrap().is_empty());
    // Another name beside the same page is another question.
    assert_eq!(find(Some("one"), "Qvilco").await.domain, "qvilco.com");
    let first = find(Some("one"), "Acme Robotics, Inc.").await;
    assert_eq!(
        (first.how, first.domain.as_str()),
        (site, "acmerobotics.com")
    );
    assert!(first.probability < 1.0);
    let again = find(Some("one"), "Acme Robotics").await;
    assert_eq!(again.how, DomainSource::Cache);
    // Remembered as it was, no surer.
    assert_eq!(
        (again.domain, again.probability, again.confirmed),
        (first.domain, first.probability, true)
    );
    assert_eq!(find(Some("two"), "Acme Robotics").await.how, site);
}
