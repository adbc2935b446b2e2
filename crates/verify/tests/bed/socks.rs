//! The way out through a SOCKS5 proxy: what it is told, and what its failures mean.

use std::net::SocketAddr;
use std::time::Duration;

use crate::harness::{assert_manners, config};
use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario, SocksManner, SocksProxy, SocksTarget};
use lode_verify::{Timeouts, Verdict, Verifier, VerifyConfig};

async fn bed() -> Bed {
    Bed::start(Scenario {
        domains: vec![
            DomainSpec::new("acme.test", Character::Ordinary, &["ada.marlow"]),
            DomainSpec::new("dead.test", Character::DeadFirstMx, &["ada.marlow"]),
            DomainSpec::new("six.test", Character::Ipv6Only, &["ada.marlow"]),
            DomainSpec::new("private.test", Character::PrivateMx, &["ada.marlow"]),
            DomainSpec::new("literal.test", Character::LiteralMx, &["ada.marlow"]),
            DomainSpec::new("turn.test", Character::Rebinding, &["ada.marlow"]),
        ],
        ..Scenario::default()
    })
    .await
    .unwrap()
}

/// Verifies `ada.marlow` there through the proxy, last attempt.
async fn ask(bed: &Bed, proxy: &str, domain: &str) -> (Verdict, bool) {
    let base = config(bed);
    let verifier = Verifier::new(VerifyConfig {
        socks5: Some(proxy.parse().unwrap()),
        timeouts: Timeouts {
            connect: Duration::from_millis(500),
            ..base.timeouts.clone()
        },
        ..base
    })
    .unwrap();
    let verdict = verifier
        .verify_text(&format!("ada.marlow@{domain}"), 9)
        .await;
    let failed = verifier.proxy_failed();
    (verdict, failed)
}

#[tokio::test]
async fn the_proxy_is_told_the_judged_address_and_no_other() {
    let bed = bed().await;
    let proxy = SocksProxy::start(SocksManner::Open).await.unwrap();
    let text = proxy.address().to_string();
    for (domain, status) in [
        ("acme.test", EmailStatus::Verified),
        ("dead.test", EmailStatus::Verified),
        ("six.test", EmailStatus::Verified),
        ("private.test", EmailStatus::Unknown),
        ("literal.test", EmailStatus::Unknown),
    ] {
        let (verdict, _) = ask(&bed, &text, domain).await;
        assert_eq!(verdict.status, status, "{domain}: {:?}", verdict.evidence);
    }
    for _ in 0..4 {
        ask(&bed, &text, "turn.test").await;
    }
    let allowed: Vec<ipnet::IpNet> = config(&bed).allow_nets;
    assert!(!proxy.asked().is_empty());
    for target in proxy.asked() {
        let SocksTarget::Address(SocketAddr::V4(_) | SocketAddr::V6(_)) = target else {
            panic!("a name was sent: {target:?}");
        };
        if let SocksTarget::Address(address) = target {
            assert_eq!(address.port(), bed.ready().smtp_port);
            assert!(
                allowed.iter().any(|net| net.contains(&address.ip())),
                "{address}"
            );
        }
    }
    for domain in bed.stats().all().keys() {
        assert_eq!(bed.stats().of(domain).trapped, 0);
    }
    assert_manners(&bed).await;
}

#[tokio::test]
async fn a_login_is_given_where_one_is_set() {
    let bed = bed().await;
    let manner = SocksManner::Login("ada".to_owned(), "wonder,land".to_owned());
    let proxy = SocksProxy::start(manner).await.unwrap();
    let with = |login: &str| format!("{}{login}", proxy.address());
    let (verdict, failed) = ask(&bed, &with(",ada:wonder,land"), "acme.test").await;
    assert_eq!((verdict.status, failed), (EmailStatus::Verified, false));
    for login in ["", ",ada:wrong"] {
        let (verdict, failed) = ask(&bed, &with(login), "acme.test").await;
        assert_eq!((verdict.status, failed), (EmailStatus::Unknown, true));
        assert_eq!(verdict.reasons, ["proxy_failed"], "{login}");
    }
    assert_eq!(bed.stats().of("acme.test").connections, 1);
}

#[tokio::test]
async fn a_proxy_that_fails_is_no_word_about_the_mailbox() {
    let bed = bed().await;
    for (manner, reason) in [
        (SocksManner::Forbids, "proxy_failed"),
        (SocksManner::Junk, "proxy_failed"),
        (SocksManner::TargetRefuses, "connection_refused"),
        (SocksManner::Silent, "timeout"),
    ] {
        let proxy = SocksProxy::start(manner.clone()).await.unwrap();
        let (verdict, failed) = ask(&bed, &proxy.address().to_string(), "acme.test").await;
        let last = verdict.reasons.last().map(String::as_str);
        assert_eq!(
            (verdict.status, last, failed),
            (EmailStatus::Unknown, Some(reason), reason == "proxy_failed"),
            "{manner:?}"
        );
    }
    // Nobody listens there any more.
    let gone = SocksProxy::start(SocksManner::Open)
        .await
        .unwrap()
        .address();
    let (verdict, failed) = ask(&bed, &gone.to_string(), "acme.test").await;
    assert_eq!((verdict.status, failed), (EmailStatus::Unknown, true));
    assert_eq!(bed.stats().of("acme.test").connections, 0);
}
