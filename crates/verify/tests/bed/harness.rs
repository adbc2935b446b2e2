//! What the tests against the bed share.

use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use lode_verify::{
    Address, DnsServer, Domain, Identity, Limits, RetrySchedule, Timeouts, Verdict, Verifier,
    VerifyConfig,
};

/// `greylist_known` → `greylist-known.test`.
pub fn domain_name(character: Character) -> String {
    let name = serde_json::to_value(character).unwrap();
    format!("{}.test", name.as_str().unwrap().replace('_', "-"))
}

/// Settings for a bed: short waits, and two retries at once.
pub fn config(bed: &Bed) -> VerifyConfig {
    let ready = bed.ready();
    VerifyConfig {
        dns: DnsServer::Address(ready.dns),
        smtp_port: ready.smtp_port,
        allow_nets: ready
            .allow_nets
            .iter()
            .map(|net| net.parse().unwrap())
            .collect(),
        identity: Some(Identity {
            helo: Domain::parse("probe.lode.example").unwrap(),
            mail_from: Address::parse("verify@lode.example").unwrap(),
        }),
        retry: RetrySchedule::new(vec![Duration::from_millis(1), Duration::from_millis(1)]),
        timeouts: Timeouts {
            dns: Duration::from_millis(4000),
            connect: Duration::from_secs(5),
            greeting: Duration::from_secs(3),
            hello: Duration::from_secs(5),
            tls: Duration::from_secs(5),
            mail: Duration::from_secs(5),
            rcpt: Duration::from_secs(3),
            quit: Duration::from_secs(1),
            session: Duration::from_secs(20),
            run: Duration::from_secs(60),
        },
        limits: Limits::default(),
        test_identity: None,
        decoy_seed: Some(7),
        socks5: None,
    }
}

/// A bed of these domains.
pub async fn bed(domains: Vec<DomainSpec>) -> Bed {
    Bed::start(Scenario {
        domains,
        ..Scenario::default()
    })
    .await
    .unwrap()
}

pub fn verifier(bed: &Bed) -> Verifier {
    Verifier::new(config(bed)).unwrap()
}

/// Verifies addresses of one domain to the end of the retry schedule.
pub async fn to_the_end(verifier: &Verifier, domain: &str, locals: &[String]) -> Vec<Verdict> {
    let domain = Domain::parse(domain).unwrap();
    let addresses: Vec<Address> = locals
        .iter()
        .map(|local| Address::new(local, domain.clone()).unwrap())
        .collect();
    let mut verdicts = verifier.verify_all(&domain, &addresses, 0).await;
    let mut attempt = 0;
    loop {
        let open: Vec<usize> = (0..verdicts.len())
            .filter(|&index| verdicts[index].status == EmailStatus::Deferred)
            .collect();
        if open.is_empty() {
            return verdicts;
        }
        attempt += 1;
        assert!(attempt < 10, "deferred for ever: {:?}", verdicts[open[0]]);
        let again: Vec<Address> = open.iter().map(|&index| addresses[index].clone()).collect();
        for (verdict, index) in verifier
            .verify_all(&domain, &again, attempt)
            .await
            .into_iter()
            .zip(open)
        {
            verdicts[index] = verdict;
        }
    }
}

/// How a run went.
#[derive(Debug, Default)]
pub struct Score {
    pub right: usize,
    pub wrong: Vec<String>,
    pub over_claimed: usize,
    pub false_invalid: usize,
    pub provable: usize,
    pub proved: usize,
}

/// Verifies every claim, all domains at once, and compares with the truth.
pub async fn run(bed: &Bed, verifier: &Verifier, claims: Vec<(DomainSpec, Vec<String>)>) -> Score {
    let tasks: Vec<_> = claims
        .into_iter()
        .map(|(spec, locals)| {
            let verifier = verifier.clone();
            tokio::spawn(async move {
                let verdicts = to_the_end(&verifier, &spec.name, &locals).await;
                (spec, locals, verdicts)
            })
        })
        .collect();
    let mut score = Score::default();
    for task in tasks {
        let (spec, locals, verdicts) = task.await.unwrap();
        assert_eq!(locals.len(), verdicts.len());
        for (local, verdict) in locals.iter().zip(verdicts) {
            count(&mut score, &spec, local, &verdict);
        }
    }
    let _ = bed;
    score
}

fn count(score: &mut Score, spec: &DomainSpec, local: &str, verdict: &Verdict) {
    let expected = spec.expected(local);
    let status = serde_json::to_value(verdict.status).unwrap();
    let status = status.as_str().unwrap();
    if expected.allows(status) {
        score.right += 1;
    } else {
        score.wrong.push(format!(
            "{}: {status} {:?}, expected {:?}; {:?}",
            verdict.email, verdict.reasons, expected.statuses, verdict.evidence
        ));
    }
    assert_eq!(verdict.score == 100, status == "verified");
    score.provable += usize::from(expected.provable);
    score.proved += usize::from(expected.provable && status == "verified");
    score.over_claimed += usize::from(status == "verified" && !expected.allows("verified"));
    score.false_invalid += usize::from(status == "invalid" && expected.exists);
}

/// The verifier's manners, as the servers counted them.
pub async fn assert_manners(bed: &Bed) {
    // Goodbyes are said before a verdict, but the servers may still be counting them.
    for _ in 0..200 {
        if bed.stats().all().values().all(|stats| stats.open == 0) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for (domain, stats) in bed.stats().all() {
        assert_eq!(stats.data, 0, "{domain}");
        assert_eq!(stats.vrfy, 0, "{domain}");
        // Such a server says two things to one question, the second one late: what we ask
        // behind the first it takes for pipelined.
        if !domain.starts_with("wire-two-at-") {
            assert_eq!(stats.pipelined, 0, "{domain}");
        }
        assert_eq!(stats.unclean, 0, "{domain}");
        assert_eq!(stats.trapped, 0, "{domain}");
        assert_eq!(stats.left_without_quit, 0, "{domain}");
        assert!(stats.refused_per_session_max <= 8, "{domain}: {stats:?}");
        if domain != "ipv6-only.test" {
            // One that was closed without a goodbye counts until the server has noticed.
            let unnoticed = u64::from(stats.quit < stats.connections);
            assert!(
                stats.connections_at_once_max <= 1 + unnoticed,
                "{domain}: {stats:?}"
            );
        }
        for (sender, recipient) in &stats.asked {
            let clean = |text: &str| text.bytes().all(|byte| (32..127).contains(&byte));
            assert!(clean(sender) && clean(recipient));
        }
    }
}
