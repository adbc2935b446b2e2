//! Measures the engine on the test bed: `cargo run -p lode-verify --release --example bench`.
//!
//! Prints throughput and memory with 10,000 addresses in flight, latency of single look-ups,
//! both at 50 ms a reply; then, over every character and script of the bed, verdicts right,
//! over-claimed and falsely invalid, recall of provable mailboxes, and manners. The bed is a
//! process of its own on the same cores, so that the memory is the engine's. With `--peer
//! NAME=COMMAND` (see [`peers`]) and `--compare` it compares instead, with `--pace` throughput
//! alone; `--seed N` asks for other people.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::string_slice,
    unreachable_pub,
    missing_docs,
    reason = "a measurement: what goes wrong should stop it"
)]

mod claims;
mod command;
mod peers;
mod remote;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use claims::{Claims, kind_of, kinds, population, staff};
use lode_core::email::EmailStatus;
use lode_testbed::{Character, DomainSpec, DomainStats, Ready, Scenario};
use lode_verify::{
    Address, DnsServer, Domain, Identity, RetrySchedule, Timeouts, Verdict, Verifier, VerifyConfig,
};
use remote::RemoteBed;
use tokio::sync::Semaphore;

fn config(ready: &Ready) -> VerifyConfig {
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
        retry: RetrySchedule::new(vec![Duration::from_millis(100); 2]),
        timeouts: Timeouts {
            dns: Duration::from_secs(3),
            greeting: Duration::from_secs(4),
            rcpt: Duration::from_secs(4),
            ..Timeouts::default()
        },
        ..VerifyConfig::default()
    }
}

/// Verifies to the end of the retry schedule.
async fn to_the_end(verifier: &Verifier, domain: &Domain, addresses: &[Address]) -> Vec<Verdict> {
    let mut verdicts = verifier.verify_all(domain, addresses, 0).await;
    for attempt in 1.. {
        let open: Vec<usize> = (0..verdicts.len())
            .filter(|&index| verdicts[index].status == EmailStatus::Deferred)
            .collect();
        let Some(wait) = open
            .iter()
            .filter_map(|&index| verdicts[index].retry_after)
            .max()
        else {
            break;
        };
        tokio::time::sleep(wait).await;
        let again: Vec<Address> = open.iter().map(|&index| addresses[index].clone()).collect();
        let new = verifier.verify_all(domain, &again, attempt).await;
        for (index, verdict) in open.into_iter().zip(new) {
            verdicts[index] = verdict;
        }
    }
    verdicts
}

async fn run(
    verifier: &Verifier,
    claims: Claims,
    jobs: usize,
) -> Vec<(DomainSpec, String, Verdict)> {
    let places = Arc::new(Semaphore::new(jobs));
    let tasks: Vec<_> = claims
        .into_iter()
        .map(|(spec, locals)| {
            let (verifier, places) = (verifier.clone(), Arc::clone(&places));
            tokio::spawn(async move {
                let _place = places.acquire_owned().await;
                let domain = Domain::parse(&spec.name).unwrap();
                let addresses: Vec<Address> = locals
                    .iter()
                    .map(|local| Address::new(local, domain.clone()).unwrap())
                    .collect();
                let verdicts = to_the_end(&verifier, &domain, &addresses).await;
                (spec, locals, verdicts)
            })
        })
        .collect();
    let mut all = vec![];
    for task in tasks {
        let (spec, locals, verdicts) = task.await.unwrap();
        for (local, verdict) in locals.into_iter().zip(verdicts) {
            all.push((spec.clone(), local, verdict));
        }
    }
    all
}

/// The sum of a count over all domains.
fn sum(stats: &BTreeMap<String, DomainStats>, count: fn(&DomainStats) -> u64) -> u64 {
    stats.values().map(count).sum()
}

/// Share of the connections, as far as the server let us, that ended with QUIT.
fn quit_share(stats: &BTreeMap<String, DomainStats>) -> f64 {
    let (quit, left) = (sum(stats, |s| s.quit), sum(stats, |s| s.left_without_quit));
    100.0 * quit as f64 / (quit + left).max(1) as f64
}

/// Whether the aims are met: nothing over-claimed, nothing falsely invalid, 98 % of the provable
/// found, manners kept.
async fn correctness(domains: usize, addresses: usize, seed: u64) -> bool {
    let claims = population(domains, addresses, seed);
    let bed = RemoteBed::start(&Scenario {
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await;
    let verifier = Verifier::new(config(&bed.ready)).unwrap();
    let started = Instant::now();
    let results = run(&verifier, claims, 200).await;
    let took = started.elapsed();
    let (mut right, mut verified, mut over, mut false_invalid) = (0, 0, 0, 0);
    let (mut provable, mut proved) = (0, 0);
    let mut wrong: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (spec, local, verdict) in &results {
        let expected = spec.expected(local);
        let status = serde_json::to_value(verdict.status).unwrap();
        let status = status.as_str().unwrap();
        let is_verified = verdict.status == EmailStatus::Verified;
        let fits = expected.allows(status);
        right += usize::from(fits);
        verified += usize::from(is_verified);
        over += usize::from(is_verified && !fits);
        false_invalid += usize::from(verdict.status == EmailStatus::Invalid && expected.exists);
        provable += usize::from(expected.provable);
        proved += usize::from(expected.provable && is_verified);
        if !fits {
            let entry = wrong.entry(kind_of(spec)).or_default();
            entry.0 += 1;
            let said = format!(
                "{local} ({:?}) {status} {:?}, expected {:?}",
                spec.mailbox(local),
                verdict.reasons,
                expected.statuses
            );
            entry.1.push_str("\n    ");
            entry.1.push_str(&said);
        }
    }
    let stats = bed.finish().await;
    for (kind, (count, said)) in &wrong {
        println!("not right, {count} at {kind}:{said}");
    }
    let refused_most = stats.values().map(|s| s.refused_per_session_max).max();
    let refused_most = refused_most.unwrap_or(0);
    let asked_wrongly = sum(&stats, |s| s.data + s.vrfy + s.trapped);
    let (connections, claims) = (sum(&stats, |s| s.connections), results.len());
    println!(
        "\n| kinds | claims | right | verified | over-claimed | false invalid | provable found | connections | verdicts a connection | refused RCPT a session, most | DATA+VRFY | QUIT | denied addresses reached | seconds |"
    );
    println!(
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    println!(
        "| {} | {claims} | {right} | {verified} | {over} | {false_invalid} | {proved} of {provable} | {connections} | {:.2} | {} | {} | {:.2} % | {} | {:.0} |\n",
        kinds(),
        claims as f64 / connections as f64,
        refused_most,
        sum(&stats, |s| s.data + s.vrfy),
        quit_share(&stats),
        sum(&stats, |s| s.trapped),
        took.as_secs_f64(),
    );
    over == 0
        && false_invalid == 0
        && proved * 100 >= provable * 98
        && refused_most <= 8
        && asked_wrongly == 0
}

async fn throughput(domains: usize, addresses: usize, jobs: usize) {
    let claims: Claims = (0..domains)
        .map(|index| staff(&format!("t{index}.test"), addresses, index))
        .collect();
    let bed = RemoteBed::start(&Scenario {
        latency_ms: 50,
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await;
    let verifier = Verifier::new(config(&bed.ready)).unwrap();
    let before = memory_mb("VmRSS:");
    let started = Instant::now();
    let results = run(&verifier, claims, jobs).await;
    let took = started.elapsed();
    let peak = memory_mb("VmHWM:");
    let connections = sum(&bed.finish().await, |s| s.connections);
    let wrong = results
        .iter()
        .filter(|(spec, local, verdict)| {
            let exists = spec.mailboxes.contains(local);
            (verdict.status == EmailStatus::Verified) != exists
        })
        .count();
    println!(
        "| verdicts | domains at once | seconds | verdicts a second | connections | verdicts a connection | wrong | memory before and at its peak, MB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {} | {jobs} | {:.1} | {:.0} | {connections} | {:.1} | {wrong} | {before}, {peak} |\n",
        results.len(),
        took.as_secs_f64(),
        results.len() as f64 / took.as_secs_f64(),
        results.len() as f64 / connections as f64,
    );
}

async fn latency(look_ups: usize, manners_everywhere: bool) {
    let specs: Vec<DomainSpec> = (0..look_ups)
        .map(|index| {
            DomainSpec::new(
                &format!("l{index}.test"),
                Character::Ordinary,
                &["ada.marlow"],
            )
        })
        .collect();
    let bed = RemoteBed::start(&Scenario {
        latency_ms: 50,
        domains: specs.clone(),
        ..Scenario::default()
    })
    .await;
    let mut config = config(&bed.ready);
    config.limits.manners_everywhere = manners_everywhere;
    let verifier = Verifier::new(config).unwrap();
    let mut times = vec![];
    for spec in specs {
        let started = Instant::now();
        let verdict = verifier
            .verify_text(&format!("ada.marlow@{}", spec.name), 0)
            .await;
        assert_eq!(verdict.status, EmailStatus::Verified);
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let pauses = if manners_everywhere { "yes" } else { "no" };
    println!(
        "| single look-ups | pauses as toward strangers | p50, ms | p95, ms |\n| --- | --- | --- | --- |"
    );
    println!(
        "| {look_ups} | {pauses} | {} | {} |\n",
        times[times.len() / 2].as_millis(),
        times[times.len() * 95 / 100].as_millis()
    );
}

/// This process's memory by a line of its status: `VmRSS:` now, `VmHWM:` at its peak. The
/// bed is another process.
fn memory_mb(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|known| known.strip_prefix(line))
        .and_then(|rest| {
            rest.trim()
                .trim_end_matches(" kB")
                .trim()
                .parse::<u64>()
                .ok()
        })
        .map_or(0, |kilobytes| kilobytes / 1024)
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut peers = vec![];
    let mut seed = 1;
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--peer" => peers.extend(arguments.next().as_deref().and_then(peers::parse)),
            "--command" => {
                let program = arguments.next().unwrap();
                let shared = arguments.next().map_or(0, |number| number.parse().unwrap());
                return command::run(&program, shared).await;
            }
            "--seed" => seed = arguments.next().unwrap().parse().unwrap(),
            "--bed" => return remote::serve().await,
            "--compare" => return peers::compare(&peers).await,
            "--pace" => return peers::paces(&peers).await,
            other => panic!("unknown argument {other}"),
        }
    }
    // First of all, since the peak is the process's: every address is in flight at once.
    throughput(1000, 10, 1000).await;
    throughput(200, 50, 1000).await;
    latency(40, false).await;
    latency(40, true).await;
    if !correctness(2 * kinds(), 8, seed).await {
        println!("AIMS MISSED: see the table above");
        std::process::exit(1);
    }
}
