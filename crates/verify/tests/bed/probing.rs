//! How the engine asks: candidates, greylisting, the network filter, probing switched off.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::harness::{assert_manners, bed, config, to_the_end, verifier};
use lode_core::email::EmailStatus;
use lode_testbed::{Character, DomainSpec};
use lode_verify::clock::ManualClock;
use lode_verify::{Address, CatchAll, Domain, MemoryProfiles, Verifier, VerifyConfig};

fn addresses(domain: &str, locals: &[&str]) -> (Domain, Vec<Address>) {
    let domain = Domain::parse(domain).unwrap();
    let parse = |local: &&str| Address::new(local, domain.clone()).unwrap();
    let addresses = locals.iter().map(parse).collect();
    (domain, addresses)
}

#[tokio::test]
async fn candidates_stop_at_the_first_accepted() {
    let bed = bed(vec![DomainSpec::new(
        "acme.test",
        Character::Ordinary,
        &["amarlow", "ada"],
    )])
    .await;
    let (domain, candidates) = addresses("acme.test", &["ada.marlow", "amarlow", "ada", "marlow"]);
    let outcome = verifier(&bed)
        .probe_candidates(&domain, &candidates, 0)
        .await;
    let statuses: Vec<EmailStatus> = outcome.verdicts.iter().map(|(_, v)| v.status).collect();
    assert_eq!(statuses, [EmailStatus::Invalid, EmailStatus::Verified]);
    let (best, verdict) = outcome.best().unwrap();
    assert_eq!((best.local(), verdict.score), ("amarlow", 100));
    assert_eq!(outcome.retry_after, None);
    assert_eq!(outcome.profile.unwrap().catch_all, CatchAll::No);
    let stats = bed.stats().of("acme.test");
    assert_eq!(stats.connections, 1);
    assert!(
        !stats
            .asked
            .iter()
            .any(|(_, recipient)| recipient == "ada@acme.test")
    );
    assert_manners(&bed).await;
}

#[tokio::test]
async fn a_catch_all_is_asked_once_and_remembered() {
    let bed = bed(vec![DomainSpec::new("all.test", Character::AcceptAll, &[])]).await;
    let verifier = verifier(&bed);
    let (domain, candidates) = addresses("all.test", &["ada.marlow", "amarlow"]);
    for _ in 0..2 {
        let outcome = verifier.probe_candidates(&domain, &candidates, 0).await;
        assert_eq!(outcome.verdicts.len(), 1);
        assert_eq!(outcome.verdicts[0].1.status, EmailStatus::AcceptAll);
        assert_eq!(outcome.profile.unwrap().catch_all, CatchAll::Yes);
    }
    assert_eq!(bed.stats().of("all.test").connections, 1);
}

/// Each closing question is asked once, however many sessions they take: among them two or three
/// common given names, where one was accepted.
#[tokio::test]
async fn servers_that_take_one_recipient_a_session_come_to_an_end() {
    for character in [Character::OneRecipient, Character::DropsAfterRefusal] {
        let people = ["emil", "ada.marlow", "blorne", "c_stone", "jana479"];
        let bed = bed(vec![DomainSpec::new("one.test", character, &people)]).await;
        let mut config = config(&bed);
        config.limits.sessions_per_run = u32::MAX;
        let verifier = Verifier::new(config).unwrap();
        let (domain, asked) = addresses("one.test", &people);
        let verdicts = verifier.verify_all(&domain, &asked, 0).await;
        for verdict in verdicts {
            assert_eq!(verdict.status, EmailStatus::Verified, "{verdict:?}");
        }
        let connections = bed.stats().of("one.test").connections;
        assert!(connections <= 30, "{character:?}: {connections}");
    }
}

#[tokio::test]
async fn many_missing_candidates_take_as_many_sessions_as_manners_ask() {
    let bed = bed(vec![DomainSpec::new(
        "acme.test",
        Character::Ordinary,
        &["last.one"],
    )])
    .await;
    let mut locals: Vec<String> = (0..20).map(|n| format!("guess{n}")).collect();
    locals.push("last.one".to_owned());
    let verdicts = to_the_end(&verifier(&bed), "acme.test", &locals).await;
    assert_eq!(verdicts[20].status, EmailStatus::Verified);
    assert!(
        verdicts[..20]
            .iter()
            .all(|v| v.status == EmailStatus::Invalid)
    );
    // 3 decoys and 20 guesses refused: at most 7 a session, one is kept for the closing decoy.
    assert_eq!(bed.stats().of("acme.test").connections, 4);
    assert_manners(&bed).await;
}

#[tokio::test]
async fn greylisting_is_retried_with_the_same_questions() {
    for character in [Character::Greylist, Character::GreylistCatchAll] {
        let bed = bed(vec![DomainSpec::new(
            "grey.test",
            character,
            &["ada.marlow"],
        )])
        .await;
        let verifier = verifier(&bed);
        let (domain, targets) = addresses("grey.test", &["ada.marlow", "no.body"]);
        let first = verifier.verify_all(&domain, &targets, 0).await;
        assert!(
            first
                .iter()
                .all(|v| v.status == EmailStatus::Deferred && v.retry_after.is_some())
        );
        let asked: BTreeSet<_> = bed.stats().of("grey.test").asked;
        let second = verifier.verify_all(&domain, &targets, 1).await;
        let expected = match character {
            Character::Greylist => [EmailStatus::Verified, EmailStatus::Invalid],
            _ => [EmailStatus::AcceptAll, EmailStatus::AcceptAll],
        };
        assert_eq!([second[0].status, second[1].status], expected);
        assert_eq!(bed.stats().of("grey.test").asked, asked, "{character:?}");
    }
}

#[tokio::test]
async fn a_restart_between_retries_keeps_the_questions() {
    let bed = bed(vec![DomainSpec::new(
        "grey.test",
        Character::Greylist,
        &["ada.marlow"],
    )])
    .await;
    let (domain, targets) = addresses("grey.test", &["ada.marlow"]);
    let first = verifier(&bed).verify_all(&domain, &targets, 0).await;
    assert_eq!(first[0].status, EmailStatus::Deferred);
    let second = verifier(&bed).verify_all(&domain, &targets, 1).await;
    assert_eq!(second[0].status, EmailStatus::Verified);
}

#[tokio::test]
async fn without_an_identity_nobody_is_asked() {
    let bed = bed(vec![
        DomainSpec::new("acme.test", Character::Ordinary, &["ada.marlow"]),
        DomainSpec::new("null.test", Character::NullMx, &[]),
    ])
    .await;
    let verifier = Verifier::new(VerifyConfig {
        identity: None,
        ..config(&bed)
    })
    .unwrap();
    let verdict = verifier.verify_text("ada.marlow@acme.test", 0).await;
    assert_eq!(
        (verdict.status, verdict.reasons[0].as_str()),
        (EmailStatus::Unknown, "probing_off")
    );
    let verdict = verifier.verify_text("ada.marlow@null.test", 0).await;
    assert_eq!(
        (verdict.status, verdict.reasons[0].as_str()),
        (EmailStatus::Invalid, "null_mx")
    );
    assert_eq!(bed.stats().of("acme.test").connections, 0);
}

#[tokio::test]
async fn nothing_reaches_a_network_that_is_not_opened() {
    let bed = bed(vec![
        DomainSpec::new("acme.test", Character::Ordinary, &["ada.marlow"]),
        DomainSpec::new("six.test", Character::Ipv6Only, &["ada.marlow"]),
        DomainSpec::new("bare.test", Character::ImplicitMx, &["ada.marlow"]),
    ])
    .await;
    let closed = Verifier::new(VerifyConfig {
        allow_nets: vec![],
        ..config(&bed)
    })
    .unwrap();
    for domain in ["acme.test", "six.test", "bare.test"] {
        let verdict = closed.verify_text(&format!("ada.marlow@{domain}"), 9).await;
        assert_eq!(verdict.status, EmailStatus::Unknown);
        assert_eq!(verdict.reasons, ["mx_address_denied"]);
        assert_eq!(bed.stats().of(domain).connections, 0);
    }
}

#[tokio::test]
async fn a_name_that_changes_its_address_never_leads_astray() {
    let domains: Vec<DomainSpec> = (0..20)
        .map(|n| {
            DomainSpec::new(
                &format!("turn{n}.test"),
                Character::Rebinding,
                &["ada.marlow"],
            )
        })
        .chain([
            DomainSpec::new("literal.test", Character::LiteralMx, &["ada.marlow"]),
            DomainSpec::new("private.test", Character::PrivateMx, &["ada.marlow"]),
        ])
        .collect();
    let bed = bed(domains).await;
    let verifier = verifier(&bed);
    for spec in &bed.scenario().domains {
        for _ in 0..3 {
            let locals = ["ada.marlow".to_owned()];
            let verdict = to_the_end(&verifier, &spec.name, &locals).await.remove(0);
            let connected = verdict.evidence.failures.iter().filter_map(|f| f.address);
            let trap: ipnet::IpNet = "127.66.0.0/16".parse().unwrap();
            for address in connected {
                assert!(
                    !trap.contains(&address)
                        || verdict
                            .evidence
                            .failures
                            .iter()
                            .all(|f| f.stage == lode_verify::evidence::Stage::Resolve
                                || f.address != Some(address))
                );
            }
        }
        assert_eq!(bed.stats().of(&spec.name).trapped, 0, "{}", spec.name);
    }
}

#[tokio::test]
async fn old_control_evidence_is_taken_anew() {
    let bed = bed(vec![DomainSpec::new(
        "acme.test",
        Character::Ordinary,
        &["ada.marlow", "ben.stone"],
    )])
    .await;
    let clock = Arc::new(ManualClock::new(1_000));
    let verifier = Verifier::with_parts(
        config(&bed),
        Arc::new(MemoryProfiles::default()),
        clock.clone(),
    )
    .unwrap();
    let mut recipients = vec![];
    for local in ["ada.marlow", "ben.stone", "ada.marlow"] {
        let verdict = verifier.verify_text(&format!("{local}@acme.test"), 0).await;
        assert_eq!(verdict.status, EmailStatus::Verified);
        recipients.push(bed.stats().of("acme.test").recipients);
        clock.advance(std::time::Duration::from_secs(13 * 3600));
    }
    // Control (4), target, closing; then target and closing; then all anew after a day.
    assert_eq!(recipients, [6, 8, 14]);
}

#[tokio::test]
async fn classes_and_syntax_need_no_server() {
    let bed = bed(vec![DomainSpec::new(
        "acme.test",
        Character::Ordinary,
        &["info"],
    )])
    .await;
    let verifier = verifier(&bed);
    for (text, status, reason) in [
        ("ada@mailinator.com", EmailStatus::Disposable, "disposable"),
        ("ada@", EmailStatus::Invalid, "syntax_domain"),
        ("", EmailStatus::Invalid, "syntax_empty"),
        (
            "ada@[127.0.0.1]",
            EmailStatus::Invalid,
            "syntax_domain_literal",
        ),
        (
            "ada\r\nDATA@acme.test",
            EmailStatus::Invalid,
            "syntax_control_characters",
        ),
        ("jürgen@acme.test", EmailStatus::Unknown, "needs_smtputf8"),
    ] {
        let verdict = verifier.verify_text(text, 0).await;
        assert_eq!(
            (verdict.status, verdict.reasons[0].as_str()),
            (status, reason),
            "{text:?}"
        );
    }
    assert_eq!(bed.stats().of("acme.test").connections, 0);
    let verdict = verifier.verify_text("info@acme.test", 0).await;
    assert_eq!((verdict.status, verdict.score), (EmailStatus::Role, 80));
    let verdict = verifier.verify_text("sales@acme.test", 0).await;
    assert_eq!(verdict.status, EmailStatus::Invalid);
}

/// People of one company looked up one by one, as captures come in: the control questions
/// are asked once, not once for each length of name.
#[tokio::test]
async fn people_of_one_domain_share_the_control_questions() {
    let people: Vec<String> = [
        "ada.marlow",
        "ben.stonefield",
        "christabel.vandenbrugge",
        "al.ko",
        "amarlow",
        "bstonefield",
        "finn",
        "c.varnholm",
        "dora_quillby",
        "jw",
    ]
    .map(str::to_owned)
    .to_vec();
    let locals: Vec<&str> = people.iter().map(String::as_str).collect();
    let bed = bed(vec![DomainSpec::new(
        "acme.test",
        Character::Ordinary,
        &locals,
    )])
    .await;
    let verifier = verifier(&bed);
    for local in &locals {
        let verdict = verifier.verify_text(&format!("{local}@acme.test"), 0).await;
        assert_eq!(verdict.status, EmailStatus::Verified, "{local}");
    }
    let stats = bed.stats().of("acme.test");
    println!("{} sessions, {} RCPTs", stats.sessions, stats.recipients);
    assert_eq!(stats.sessions, 10);
    assert!(stats.recipients <= 4 + 10 * 2 + 7, "{}", stats.recipients);
    assert_manners(&bed).await;
}

#[tokio::test]
async fn no_address_of_a_closed_network_is_connected_to() {
    let script = lode_testbed::Script::named("host-closed-everywhere").unwrap();
    let bed = bed(vec![DomainSpec::scripted(script, &["ada.marlow"])]).await;
    let email = format!("ada.marlow@{}.test", script.name);
    let verdict = verifier(&bed).verify_text(&email, 9).await;
    assert_eq!(verdict.reasons, ["mx_address_denied"]);
    let failures = &verdict.evidence.failures;
    // Each address was refused before any connection; of the refusals as many are kept as a
    // host may have addresses.
    let records = script
        .zone
        .iter()
        .filter(|line| line.starts_with("all "))
        .count();
    let kept = lode_verify::Limits::default().addresses_per_host;
    assert!(records > 30 && kept < records);
    assert_eq!(failures.len(), kept, "{failures:?}");
    for failure in failures {
        assert_eq!(failure.stage, lode_verify::evidence::Stage::Resolve);
        assert_eq!(failure.kind, lode_verify::evidence::FailureKind::Denied);
    }
}

/// A server that takes every tag is told by a tag behind a name that nobody has.
#[tokio::test]
async fn a_tagged_address_has_a_tagged_decoy() {
    let script = lode_testbed::Script::named("every-tag").unwrap();
    let locals = ["ada.marlow", "ben.stone+news"];
    let bed = bed(vec![
        DomainSpec::scripted(script, &locals[..1]),
        DomainSpec::new("acme.test", Character::Ordinary, &locals),
    ])
    .await;
    for (name, status) in [
        ("every-tag.test", EmailStatus::AcceptAll),
        ("acme.test", EmailStatus::Verified),
    ] {
        let (domain, addresses) = addresses(name, &locals);
        let verdicts = verifier(&bed).verify_all(&domain, &addresses, 0).await;
        assert_eq!(verdicts[0].status, EmailStatus::Verified, "{name}");
        assert_eq!(verdicts[1].status, status, "{name}");
        assert_eq!(bed.stats().of(name).connections, 1);
    }
}

/// Where `postmaster` is unknown too, a refusal counts once the server was seen to know anybody.
#[tokio::test]
async fn a_server_that_knows_nobody_refutes_nobody() {
    let domain = "acme.test";
    let people = ["ada.marlow"];
    let bed = bed(vec![DomainSpec::new(
        domain,
        Character::NoPostmaster,
        &people,
    )])
    .await;
    let verifier = verifier(&bed);
    let ask = async |locals: &[&str]| {
        let (domain, addresses) = addresses(domain, locals);
        let verdicts = verifier.verify_all(&domain, &addresses, 0).await;
        verdicts
            .into_iter()
            .map(|verdict| (verdict.status, verdict.reasons.join(" ")))
            .collect::<Vec<_>>()
    };
    let unknown = (EmailStatus::Unknown, "server_knows_nobody".to_owned());
    let invalid = (EmailStatus::Invalid, "no_such_mailbox".to_owned());
    assert_eq!(ask(&["wilma.quist"]).await, [unknown]);
    let together = ask(&["wilma.quist", "ada.marlow"]).await;
    assert_eq!(together[0], invalid);
    assert_eq!(together[1].0, EmailStatus::Verified);
    // It is remembered.
    assert_eq!(ask(&["tove.brandvold"]).await, [invalid]);
    assert_manners(&bed).await;
}
