//! Measures the engine on the test bed: `cargo run -p lode-verify --release --example bench`.
//!
//! Prints one table: verdicts right, over-claimed and falsely invalid, recall of provable
//! mailboxes, sessions, manners; then throughput and latency at 50 ms a reply. Bed and
//! engine share the process and its cores. With `--peer NAME=COMMAND` (see [`peers`]) it
//! and `--compare` it compares instead.
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

mod peers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use lode_verify::{
    Address, DnsServer, Domain, Identity, Limits, RetrySchedule, Timeouts, Verdict, Verifier,
    VerifyConfig,
};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use tokio::sync::Semaphore;

const GIVEN: &[&str] = &[
    "ada", "ben", "clara", "dora", "emil", "finn", "gerd", "hana", "ivo", "jana",
];
const FAMILY: &[&str] = &[
    "marlow", "stone", "varnholm", "quill", "rost", "wend", "kamp", "lorne",
];

/// An invented person's local part in one of the usual shapes.
fn local(rng: &mut StdRng) -> String {
    let (given, family) = (*GIVEN.choose(rng).unwrap(), *FAMILY.choose(rng).unwrap());
    let initial = given.chars().next().unwrap();
    let number: u32 = rng.random_range(0..1000);
    match rng.random_range(0..6) {
        0 => format!("{given}.{family}"),
        1 => format!("{initial}{family}"),
        2 => format!("{given}_{family}"),
        3 => format!("{initial}.{family}"),
        4 => format!("{given}{number}"),
        _ => format!("{given}-{family}"),
    }
}

fn config(bed: &Bed) -> VerifyConfig {
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
        retry: RetrySchedule::new(vec![Duration::from_millis(100); 2]),
        // As `lode verify` has it.
        limits: Limits {
            sessions_per_run: u32::MAX,
            ..Limits::default()
        },
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

type Claims = Vec<(DomainSpec, Vec<String>)>;

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

/// Random claims over every character.
fn population(domains: usize, addresses: usize, seed: u64) -> Claims {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..domains)
        .map(|index| {
            let character = Character::ALL[index % Character::ALL.len()];
            let locals: Vec<String> = (0..addresses).map(|_| local(&mut rng)).collect();
            let mut spec = DomainSpec::new(&format!("d{index}.test"), character, &[]);
            for local in &locals {
                match rng.random_range(0..10) {
                    0..5 => spec.mailboxes.push(local.clone()),
                    5 => spec.full.push(local.clone()),
                    6 => spec.disabled.push(local.clone()),
                    _ => {}
                }
            }
            (spec, locals)
        })
        .collect()
}

async fn correctness(domains: usize, addresses: usize, seed: u64) {
    let claims = population(domains, addresses, seed);
    let bed = Bed::start(Scenario {
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await
    .unwrap();
    let verifier = Verifier::new(config(&bed)).unwrap();
    let results = run(&verifier, claims, 200).await;
    let (mut right, mut verified, mut over, mut false_invalid) = (0, 0, 0, 0);
    let (mut provable, mut proved) = (0, 0);
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
            println!(
                "  not right: {} {status} {:?}, expected {:?}",
                verdict.email, verdict.reasons, expected.statuses
            );
        }
    }
    let stats = bed.stats().all();
    let sum = |count: fn(&lode_testbed::DomainStats) -> u64| stats.values().map(count).sum::<u64>();
    println!(
        "| claims | right | verified | over-claimed | false invalid | recall | connections | refused RCPT a session | DATA+VRFY | left without QUIT |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {} | {right} | {verified} | {over} | {false_invalid} | {proved}/{provable} | {} | {} | {} | {} |\n",
        results.len(),
        sum(|s| s.connections),
        stats
            .values()
            .map(|s| s.refused_per_session_max)
            .max()
            .unwrap_or(0),
        sum(|s| s.data + s.vrfy),
        sum(|s| s.left_without_quit),
    );
}

/// An ordinary domain and its people.
fn staff(name: &str, people: usize, seed: usize) -> (DomainSpec, Vec<String>) {
    let mut rng = StdRng::seed_from_u64(seed as u64);
    let locals = (0..people).map(|n| format!("{}{n}", local(&mut rng)));
    peers::ordinary(name, locals.collect())
}

async fn throughput(domains: usize, addresses: usize, jobs: usize) {
    let claims: Claims = (0..domains)
        .map(|index| staff(&format!("t{index}.test"), addresses, index))
        .collect();
    let bed = Bed::start(Scenario {
        latency_ms: 50,
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await
    .unwrap();
    let verifier = Verifier::new(config(&bed)).unwrap();
    let started = Instant::now();
    let results = run(&verifier, claims, jobs).await;
    let took = started.elapsed();
    let connections: u64 = bed
        .stats()
        .all()
        .values()
        .map(|stats| stats.connections)
        .sum();
    let wrong = results
        .iter()
        .filter(|(spec, local, verdict)| {
            let exists = spec.mailboxes.contains(local);
            (verdict.status == EmailStatus::Verified) != exists
        })
        .count();
    println!(
        "| verdicts | domains at once | seconds | verdicts a second | connections | verdicts a connection | wrong | memory peak, MB |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {} | {jobs} | {:.1} | {:.0} | {connections} | {:.1} | {wrong} | {} |\n",
        results.len(),
        took.as_secs_f64(),
        results.len() as f64 / took.as_secs_f64(),
        results.len() as f64 / connections as f64,
        memory_peak_mb(),
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
    let bed = Bed::start(Scenario {
        latency_ms: 50,
        domains: specs.clone(),
        ..Scenario::default()
    })
    .await
    .unwrap();
    let mut config = config(&bed);
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

/// Peak of this process's memory, bed included.
fn memory_peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
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
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--peer" => peers.extend(arguments.next().as_deref().and_then(peers::parse)),
            "--compare" => return peers::compare(&peers).await,
            other => panic!("unknown argument {other}"),
        }
    }
    correctness(10 * Character::ALL.len(), 4, 1).await;
    // Every address is in flight at once.
    throughput(1000, 10, 1000).await;
    latency(40, false).await;
    latency(40, true).await;
}
