//! The same claims put to other verifiers, on the same bed in the same run.
//!
//! A peer is a command that reads addresses and writes `{"email","verdict"}` lines, where
//! the verdict is `valid`, `invalid`, `accept_all`, `risky`, `unknown` or `none`. Peers ask
//! the system's resolver and port 25, so this runs where those are the bed's: `cargo xtask
//! verify-bench` makes such a network.

use std::collections::{BTreeMap, HashMap};
use std::process::Stdio;
use std::time::{Duration, Instant};

use lode_core::email::EmailStatus;
use lode_testbed::{Character, DomainStats, Expected, Scenario};
use lode_verify::Verifier;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::claims::{Claims, kinds, population, staff};
use crate::remote::RemoteBed;
use crate::{config, quit_share, run, sum};

/// A peer has so long for a whole list.
const LIMIT: Duration = Duration::from_secs(900);
/// Claims of each kind.
const CLAIMS: usize = 10;

/// Another verifier.
pub struct Peer {
    /// Shown in the table.
    pub name: String,
    /// Program and arguments.
    pub command: Vec<String>,
}

/// `NAME=PROGRAM ARGUMENT…`, split at spaces.
pub fn parse(text: &str) -> Option<Peer> {
    let (name, command) = text.split_once('=')?;
    let command: Vec<String> = command.split(' ').map(str::to_owned).collect();
    Some(Peer {
        name: name.to_owned(),
        command,
    })
}

type Verdicts = HashMap<String, String>;

async fn start(claims: &Claims, latency_ms: u64) -> RemoteBed {
    RemoteBed::start(&Scenario {
        latency_ms,
        dns_port: 53,
        smtp_port: 25,
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await
}

async fn ask_lode(bed: &RemoteBed, claims: Claims, jobs: usize) -> Verdicts {
    let verifier = Verifier::new(config(&bed.ready)).unwrap();
    let word = |status| match status {
        EmailStatus::Verified => "valid",
        EmailStatus::Invalid => "invalid",
        EmailStatus::AcceptAll => "accept_all",
        EmailStatus::Unknown => "unknown",
        _ => "risky",
    };
    run(&verifier, claims, jobs)
        .await
        .into_iter()
        .map(|(_, _, verdict)| (verdict.email, word(verdict.status).to_owned()))
        .collect()
}

async fn ask_peer(peer: &Peer, claims: &Claims) -> Verdicts {
    let mut child = Command::new(&peer.command[0])
        .args(&peer.command[1..])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut list = String::new();
    for (spec, locals) in claims {
        for local in locals {
            list.push_str(&format!("{local}@{}\n", spec.name));
        }
    }
    let output = child.stdout.take().unwrap();
    let feeding = async move {
        let _ = input.write_all(list.as_bytes()).await;
    };
    let mut verdicts = Verdicts::new();
    let reading = async {
        use tokio::io::AsyncBufReadExt as _;
        let mut lines = tokio::io::BufReader::new(output).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&line)
                && let (Some(email), Some(verdict)) =
                    (value["email"].as_str(), value["verdict"].as_str())
            {
                verdicts.insert(email.to_owned(), verdict.to_owned());
            }
        }
    };
    let _ = tokio::time::timeout(LIMIT, async { tokio::join!(feeding, reading) }).await;
    let _ = child.kill().await;
    verdicts
}

/// Whether the word fits the truth. Peers know fewer states than Lode, so whatever claims
/// nothing is right where nothing is provable, and a disabled mailbox may be called invalid.
fn fits(word: &str, expected: &Expected) -> bool {
    match word {
        "valid" => expected.allows("verified"),
        "invalid" => expected.allows("invalid") || expected.allows("disabled"),
        "none" => false,
        _ => expected
            .statuses
            .iter()
            .any(|status| !matches!(status.as_str(), "verified" | "invalid")),
    }
}

fn row(
    name: &str,
    claims: &Claims,
    verdicts: &Verdicts,
    stats: &BTreeMap<String, DomainStats>,
    took: Duration,
) {
    let (mut all, mut right, mut valid, mut over, mut false_invalid, mut none) = (0, 0, 0, 0, 0, 0);
    let (mut provable, mut proved) = (0, 0);
    for (spec, locals) in claims {
        for local in locals {
            let expected = spec.expected(local);
            let email = format!("{local}@{}", spec.name);
            let word = verdicts.get(&email).map_or("none", String::as_str);
            let fits = fits(word, &expected);
            all += 1;
            right += usize::from(fits);
            valid += usize::from(word == "valid");
            over += usize::from(word == "valid" && !fits);
            false_invalid += usize::from(word == "invalid" && expected.exists && !fits);
            none += usize::from(word == "none");
            provable += usize::from(expected.provable);
            proved += usize::from(expected.provable && word == "valid");
        }
    }
    println!(
        "| {name} | {right} of {all} | {valid} | {over} | {false_invalid} | {proved} of {provable} | {none} | {} | {} | {} | {:.0} % | {} | {:.0} |",
        sum(stats, |s| s.connections),
        sum(stats, |s| s.recipients),
        sum(stats, |s| s.data + s.vrfy),
        quit_share(stats),
        sum(stats, |s| s.trapped),
        took.as_secs_f64(),
    );
}

/// Claims over every kind; those that never stop talking last, since they hold some
/// peers for ever.
fn every_kind(addresses: usize) -> Claims {
    use Character::{EndlessGreeting, EndlessLine, EndlessReply};
    let mut claims = population(kinds(), addresses, 5);
    claims.sort_by_key(|(spec, _)| {
        matches!(spec.character, EndlessGreeting | EndlessLine | EndlessReply)
    });
    claims
}

/// Verdicts and manners, then throughput, of Lode and of each peer.
pub async fn compare(peers: &[Peer]) {
    println!(
        "| verifier | right | said valid | over-claimed | false invalid | provable found | no verdict | connections | RCPT | DATA+VRFY | QUIT | denied addresses reached | seconds |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let claims = every_kind(CLAIMS);
    let bed = start(&claims, 0).await;
    let started = Instant::now();
    let verdicts = ask_lode(&bed, claims.clone(), 64).await;
    let took = started.elapsed();
    row("Lode", &claims, &verdicts, &bed.finish().await, took);
    for peer in peers {
        let bed = start(&claims, 0).await;
        let started = Instant::now();
        let verdicts = ask_peer(peer, &claims).await;
        let took = started.elapsed();
        let stats = bed.finish().await;
        row(&peer.name, &claims, &verdicts, &stats, took);
    }
    paces(peers).await;
}

/// Throughput and connections of Lode and of each peer.
pub async fn paces(peers: &[Peer]) {
    for (domains, addresses) in [(100, 10), (50, 20), (20, 50)] {
        pace(peers, domains, addresses).await;
    }
}

/// Throughput and connections at 50 ms a reply, of Lode and of each peer.
async fn pace(peers: &[Peer], domains: usize, addresses: usize) {
    println!("\nAt 50 ms a reply, {domains} ordinary servers, {addresses} addresses a domain:\n");
    println!(
        "| verifier | verdicts | seconds | verdicts a second | connections | times Lode's connections |"
    );
    println!("| --- | --- | --- | --- | --- | --- |");
    let claims: Claims = (0..domains)
        .map(|index| staff(&format!("p{index}.lode-bed.net"), addresses, index))
        .collect();
    let mut own = 0;
    for peer in std::iter::once(None).chain(peers.iter().map(Some)) {
        let bed = start(&claims, 50).await;
        let started = Instant::now();
        let verdicts = match peer {
            None => ask_lode(&bed, claims.clone(), 100).await,
            Some(peer) => ask_peer(peer, &claims).await,
        };
        let took = started.elapsed();
        let connections = sum(&bed.finish().await, |s| s.connections);
        if peer.is_none() {
            own = connections;
        }
        let answered = verdicts.values().filter(|word| *word != "none").count();
        println!(
            "| {} | {answered} | {:.1} | {:.0} | {connections} | {:.1} |",
            peer.map_or("Lode", |peer| peer.name.as_str()),
            took.as_secs_f64(),
            answered as f64 / took.as_secs_f64(),
            connections as f64 / own as f64,
        );
    }
}
