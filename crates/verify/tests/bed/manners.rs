//! Manners toward strangers, applied to the bed by `manners_everywhere` and counted at the
//! servers' end: connections at once, pauses, runs an hour, back-off, whom we may ask at all.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::harness::{bed, config};
use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario, Script};
use lode_verify::clock::ManualClock;
use lode_verify::{Domain, MemoryProfiles, RetrySchedule, Verdict, Verifier, VerifyConfig};
use tokio::net::{TcpSocket, TcpStream};

/// As toward strangers, with the usual retries and a clock of the test's own.
fn polite(bed: &Bed) -> VerifyConfig {
    let mut config = config(bed);
    config.limits.manners_everywhere = true;
    config.retry = RetrySchedule::default();
    config
}

fn with_clock(config: VerifyConfig) -> (Verifier, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(1_000_000));
    let profiles = Arc::new(MemoryProfiles::default());
    let verifier = Verifier::with_parts(config, profiles, clock.clone()).unwrap();
    (verifier, clock)
}

fn ordinary(name: &str) -> DomainSpec {
    DomainSpec::new(name, Character::Ordinary, &["ada.marlow"])
}

/// What is waited for, and whether we hold it ourselves.
fn wait(verdict: &Verdict) -> (&str, bool, u64) {
    let wait = verdict.retry_after.unwrap_or_default();
    (verdict.reasons[0].as_str(), verdict.held, wait.as_secs())
}

#[tokio::test]
async fn our_own_holds_use_up_no_attempt_and_count_as_new_runs() {
    let bed = bed(vec![DomainSpec::new(
        "grey.test",
        Character::Greylist,
        &["ada.marlow", "ben.stone"],
    )])
    .await;
    let (verifier, clock) = with_clock(polite(&bed));
    let email = "ada.marlow@grey.test";
    for status in [
        EmailStatus::Deferred,
        EmailStatus::Verified,
        EmailStatus::Verified,
    ] {
        assert_eq!(verifier.verify_text(email, 0).await.status, status);
    }
    let asked = bed.stats().of("grey.test").connections;
    // Held again and again, as one of many that wait: the attempt number stays, and with it
    // the limit.
    let mut attempt = 0;
    for minutes in [0, 20, 39] {
        let verdict = verifier.verify_text("ben.stone@grey.test", attempt).await;
        assert_eq!(wait(&verdict), ("hourly_limit", true, 3600 - minutes * 60));
        attempt += u32::from(!verdict.held);
        let step = if minutes == 0 { 20 } else { 19 };
        clock.advance(Duration::from_secs(step * 60));
    }
    assert_eq!(bed.stats().of("grey.test").connections, asked);
    clock.advance(Duration::from_secs(120));
    // First contact after all that: the greylisting is the server's first word, not its last.
    let verdict = verifier.verify_text("ben.stone@grey.test", attempt).await;
    assert_eq!(wait(&verdict), ("greylisted", false, 60));
    // Accepted now; the closing question is greylisted in its turn.
    let verdict = verifier.verify_text("ben.stone@grey.test", 1).await;
    assert_eq!(wait(&verdict), ("control_deferred", false, 330));
    let verdict = verifier.verify_text("ben.stone@grey.test", 2).await;
    assert_eq!(verdict.status, EmailStatus::Verified);
}

#[tokio::test]
async fn whoever_limits_our_rate_is_left_alone_ever_longer() {
    for (character, reason) in [
        (Character::RateLimited, "rate_limited"),
        (Character::Busy, "server_busy"),
        (Character::BusyAtMail, "server_busy"),
        (Character::DropsAfterRefusals, "rate_limited"),
    ] {
        let bed = bed(vec![DomainSpec::new(
            "busy.test",
            character,
            &["ada.marlow"],
        )])
        .await;
        let (verifier, clock) = with_clock(polite(&bed));
        let ask = async |attempt| verifier.verify_text("ada.marlow@busy.test", attempt).await;
        let mut attempt = 0;
        for minutes in [1, 2, 4] {
            let verdict = ask(attempt).await;
            assert_eq!(wait(&verdict).0, reason, "{character:?}");
            assert!(!verdict.held, "{character:?}");
            attempt += 1;
            let connections = bed.stats().of("busy.test").connections;
            assert_eq!(connections, u64::from(attempt), "{character:?}");
            clock.advance(Duration::from_secs(1));
            let verdict = ask(attempt).await;
            let held = ("backing_off", true, minutes * 60 - 1);
            assert_eq!(wait(&verdict), held, "{character:?}");
            assert_eq!(bed.stats().of("busy.test").connections, connections);
            clock.advance(Duration::from_secs(minutes * 60 - 1));
        }
    }
}

/// 421 after the third refusal: the next session is another day's, and what was accepted
/// without a closing question waits for it.
#[tokio::test]
async fn a_421_about_our_rate_ends_the_run() {
    let bed = bed(vec![DomainSpec::new(
        "busy.test",
        Character::DropsAfterRefusals,
        &["ada.marlow"],
    )])
    .await;
    let domain = Domain::parse("busy.test").unwrap();
    let addresses = ["ada.marlow", "no.body"]
        .map(|local| lode_verify::Address::new(local, domain.clone()).unwrap());
    let (verifier, _) = with_clock(polite(&bed));
    let verdicts = verifier.verify_all(&domain, &addresses, 0).await;
    for verdict in &verdicts {
        assert_eq!(verdict.status, EmailStatus::Deferred, "{verdict:?}");
    }
    assert_eq!(bed.stats().of("busy.test").connections, 1);
    // In a test network it goes on at once.
    let (verifier, _) = with_clock(config(&bed));
    let verdicts = verifier.verify_all(&domain, &addresses, 0).await;
    assert_eq!(verdicts[0].status, EmailStatus::Verified);
    assert_eq!(verdicts[1].status, EmailStatus::Invalid);
}

#[tokio::test]
async fn a_name_that_nobody_owns_is_said_to_no_stranger() {
    let bed = bed(vec![ordinary("acme.test")]).await;
    let mut config = polite(&bed);
    config.test_identity = config.identity.take();
    let verdict = Verifier::new(config.clone()).unwrap();
    let verdict = verdict.verify_text("ada.marlow@acme.test", 0).await;
    assert_eq!(verdict.status, EmailStatus::Unknown);
    assert_eq!(verdict.reasons, ["probing_off"]);
    assert_eq!(bed.stats().of("acme.test").connections, 0);
    config.limits.manners_everywhere = false;
    let verifier = Verifier::new(config).unwrap();
    let verdict = verifier.verify_text("ada.marlow@acme.test", 0).await;
    assert_eq!(verdict.status, EmailStatus::Verified);
}

/// Domains of one hoster, so many on an address.
async fn hosted(domains: usize, domains_per_address: usize, latency_ms: u64) -> Bed {
    let domains = (0..domains)
        .map(|index| DomainSpec {
            mx_host: Some(format!(
                "in{}.hoster.test",
                index / domains_per_address.max(1)
            )),
            ..ordinary(&format!("h{index}.test"))
        })
        .collect();
    Bed::start(Scenario {
        latency_ms,
        domains_per_address,
        domains,
        ..Scenario::default()
    })
    .await
    .unwrap()
}

/// Asks for one address of every domain at once.
async fn ask_all(bed: &Bed, verifier: &Verifier) -> Vec<Verdict> {
    let asking: Vec<_> = bed
        .scenario()
        .domains
        .iter()
        .map(|spec| {
            let (verifier, email) = (verifier.clone(), format!("ada.marlow@{}", spec.name));
            tokio::spawn(async move { verifier.verify_text(&email, 0).await })
        })
        .collect();
    let mut verdicts = vec![];
    for task in asking {
        verdicts.push(task.await.unwrap());
    }
    verdicts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn limits_hold_as_the_servers_count_them() {
    // Eight domains on one address: two connections at once, used to the full.
    let bed = hosted(8, 8, 20).await;
    let mut config = polite(&bed);
    config.limits.rcpt_pause = Duration::from_millis(120);
    let (verifier, _) = with_clock(config);
    let verdicts = ask_all(&bed, &verifier).await;
    assert!(verdicts.iter().all(|it| it.status == EmailStatus::Verified));
    let stats = bed.stats().all();
    assert_eq!(bed.stats().at_once_max(), 2);
    // One RCPT follows at once; behind each other one stands the pause. What the scheduler
    // adds to one gap it may take from the next.
    for spec in &bed.scenario().domains {
        let gaps = &stats[&spec.name].rcpt_gaps_ms;
        assert_eq!(gaps.len(), 5, "{}", spec.name);
        assert!(gaps[1..].iter().all(|&gap| gap >= 90), "{gaps:?}");
        assert!(gaps[1..].iter().sum::<u64>() >= 4 * 115, "{gaps:?}");
    }
    // Twenty of one hoster, each on an address of its own: eight.
    let bed = hosted(20, 0, 20).await;
    let mut config = polite(&bed);
    config.limits.rcpt_pause = Duration::from_millis(5);
    let (verifier, _) = with_clock(config);
    let verdicts = ask_all(&bed, &verifier).await;
    assert!(verdicts.iter().all(|it| it.status == EmailStatus::Verified));
    assert_eq!(bed.stats().at_once_max(), 8);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_domains_of_a_hoster_are_left_alone_together() {
    let bed = bed(vec![
        DomainSpec {
            mx_host: Some("in1.hoster.test".to_owned()),
            ..DomainSpec::new("a.test", Character::BlockedAtGreeting, &[])
        },
        DomainSpec {
            mx_host: Some("in2.hoster.test".to_owned()),
            ..ordinary("b.test")
        },
        DomainSpec {
            mx_host: Some("in1.busy.test".to_owned()),
            ..DomainSpec::new("c.test", Character::RateLimited, &[])
        },
        DomainSpec {
            mx_host: Some("in2.busy.test".to_owned()),
            ..ordinary("d.test")
        },
        ordinary("self.test"),
    ])
    .await;
    let (verifier, _) = with_clock(polite(&bed));
    let mut reasons = vec![];
    for name in ["a", "b", "c", "d", "self"] {
        let verdict = verifier
            .verify_text(&format!("ada.marlow@{name}.test"), 0)
            .await;
        reasons.push(verdict.reasons[0].clone());
    }
    assert_eq!(
        reasons,
        [
            "policy_refusal",
            "provider_blocks_us",
            "rate_limited",
            "backing_off",
            "accepted_and_decoys_refused"
        ]
    );
    assert_eq!(bed.stats().of("b.test").connections, 0);
    assert_eq!(bed.stats().of("d.test").connections, 0);
}

/// Domains whose servers are at these addresses.
fn elsewhere(addresses: &[Ipv4Addr]) -> Vec<DomainSpec> {
    let far = addresses.iter().enumerate().map(|(index, ip)| DomainSpec {
        mx_address: Some(IpAddr::V4(*ip)),
        ..ordinary(&format!("far{index}.test"))
    });
    far.chain([ordinary("near.test")]).collect()
}

/// Loopback addresses of the bed's networks where nobody listens.
fn nobody(count: u8) -> Vec<Ipv4Addr> {
    (1..=count).map(|n| Ipv4Addr::new(127, 3, 250, n)).collect()
}

#[tokio::test]
async fn three_servers_that_refuse_are_a_shut_port_until_one_is_reached() {
    let bed = bed(elsewhere(&nobody(4))).await;
    let (verifier, _) = with_clock(polite(&bed));
    let ask = async |name: &str| {
        verifier
            .verify_text(&format!("ada.marlow@{name}.test"), 0)
            .await
    };
    for far in ["far0", "far1", "far2"] {
        assert!(!verifier.port_shut());
        let verdict = ask(far).await;
        assert_eq!(wait(&verdict), ("connection_refused", false, 60));
        assert!(verdict.is_unreachable());
    }
    assert!(verifier.port_shut());
    verifier.port_found_shut().await;
    // Whoever waited is told at once.
    let verdict = verifier.verify_text("ada.marlow@far0.test", 1).await;
    assert_eq!(verdict.reasons, ["port_25_shut"]);
    assert_eq!(verdict.retry_after, None);
    // One that was not tried yet may show that it was a coincidence.
    assert_eq!(ask("near").await.status, EmailStatus::Verified);
    assert!(!verifier.port_shut());
    assert_eq!(ask("far3").await.reasons, ["connection_refused"]);
    assert!(!verifier.port_shut());
}

#[tokio::test]
async fn servers_that_are_silent_to_connections_are_a_shut_port_too() {
    let addresses = nobody(3);
    let bed = bed(elsewhere(&addresses)).await;
    // Listeners whose queues are full: further connections hang, as behind a filter.
    let mut held = vec![];
    for ip in &addresses {
        let socket = TcpSocket::new_v4().unwrap();
        let address = SocketAddr::from((*ip, bed.ready().smtp_port));
        socket.bind(address).unwrap();
        let listener = socket.listen(0).unwrap();
        let first = TcpStream::connect(address).await.unwrap();
        held.push((listener, first));
    }
    let mut config = polite(&bed);
    config.timeouts.connect = Duration::from_millis(300);
    let (verifier, _) = with_clock(config);
    let waiting = {
        let verifier = verifier.clone();
        tokio::spawn(async move { verifier.port_found_shut().await })
    };
    for far in ["far0", "far1", "far2"] {
        let verdict = verifier
            .verify_text(&format!("ada.marlow@{far}.test"), 0)
            .await;
        assert_eq!(wait(&verdict), ("timeout", false, 60));
        assert!(verdict.is_unreachable());
    }
    waiting.await.unwrap();
    assert!(verifier.port_shut());
}

#[tokio::test]
async fn acceptance_beside_a_refusal_of_us_is_proved_by_itself() {
    for (name, status, reason) in [
        (
            "one-mailbox-closed",
            EmailStatus::Verified,
            "accepted_and_decoys_refused",
        ),
        (
            "one-mailbox-closed-then-all",
            EmailStatus::Unknown,
            "policy_refusal_in_session",
        ),
    ] {
        let script = Script::named(name).unwrap();
        let bed = bed(vec![DomainSpec::scripted(
            script,
            &["ada.marlow", "wilma.quist"],
        )])
        .await;
        let domain = Domain::parse(&format!("{name}.test")).unwrap();
        let addresses = ["wilma.quist", "no.body", "ada.marlow"]
            .map(|local| lode_verify::Address::new(local, domain.clone()).unwrap());
        let verifier = Verifier::new(config(&bed)).unwrap();
        let verdicts = verifier.verify_all(&domain, &addresses, 0).await;
        assert_eq!(verdicts[1].status, EmailStatus::Invalid, "{name}");
        assert_eq!(verdicts[2].status, status, "{name}");
        assert_eq!(verdicts[2].reasons, [reason], "{name}");
        if status == EmailStatus::Verified {
            assert_eq!(verdicts[0].status, EmailStatus::Blocked);
            // All; the one refused behind decoys again; the accepted one by itself.
            assert_eq!(bed.stats().of(domain.as_str()).connections, 3);
        }
        crate::harness::assert_manners(&bed).await;
    }
}

/// Many addresses of a stranger's domain: a run takes the sessions it may, and the rest waits
/// for the next run, which counts as one.
#[tokio::test]
async fn a_run_takes_no_more_sessions_than_it_may() {
    let bed = bed(vec![ordinary("acme.test")]).await;
    let mut config = polite(&bed);
    config.limits.sessions_per_run = 2;
    config.limits.rcpt_pause = Duration::from_millis(1);
    let (verifier, clock) = with_clock(config);
    let domain = Domain::parse("acme.test").unwrap();
    let mut open: Vec<_> = (0..40)
        .map(|n| lode_verify::Address::new(&format!("no.body{n}"), domain.clone()).unwrap())
        .collect();
    let mut runs = 0;
    while !open.is_empty() {
        let verdicts = verifier.verify_all(&domain, &open, 0).await;
        let mut again = vec![];
        for (address, verdict) in open.into_iter().zip(verdicts) {
            match verdict.status {
                EmailStatus::Invalid => {}
                EmailStatus::Deferred if runs < 3 => {
                    assert_eq!(wait(&verdict), ("session_limit", true, 60));
                    again.push(address);
                }
                _ => {
                    assert_eq!(wait(&verdict), ("hourly_limit", true, 3600));
                    again.push(address);
                }
            }
        }
        open = again;
        if runs == 3 {
            clock.advance(Duration::from_secs(3600));
        } else {
            assert!(bed.stats().of("acme.test").connections <= 2 * (runs + 1));
        }
        runs += 1;
        assert!(runs < 9, "{open:?}");
    }
    assert!(runs > 4, "the hour's runs were used up: {runs}");
    crate::harness::assert_manners(&bed).await;
}

/// In a test network: a server that takes one connection a client is asked one domain after the
/// other, though two at once would be allowed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_one_connection_gets_one() {
    let script = Script::named("one-connection").unwrap();
    let name = "one-connection.test";
    let mut domains = vec![DomainSpec::scripted(script, &["ada.marlow"])];
    // Further domains at the same server, which it does not know: what it says of them does not
    // matter, but that they are heard.
    domains.extend((0..5).map(|n| DomainSpec {
        mx_address: Some("127.1.0.1".parse().unwrap()),
        ..ordinary(&format!("guest{n}.test"))
    }));
    let bed = Bed::start(Scenario {
        latency_ms: 10,
        domains,
        ..Scenario::default()
    })
    .await
    .unwrap();
    assert_eq!(bed.ready().domains[name].to_string(), "127.1.0.1");
    let verifier = Verifier::new(config(&bed)).unwrap();
    let verdicts = ask_all(&bed, &verifier).await;
    assert_eq!(verdicts[0].status, EmailStatus::Verified, "{verdicts:#?}");
    for verdict in &verdicts[1..] {
        assert_eq!(verdict.reasons, ["policy_refusal"]);
    }
}
