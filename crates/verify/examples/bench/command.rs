//! `lode verify -` as a program, as somebody would run it who knows nothing of its inside:
//! every kind of domain at once, lines in no order, some of them no addresses at all.
//!
//! `bench --command LODE [DOMAINS_AN_ADDRESS]`, where the last says how many domains share
//! a mail server's address.

use std::collections::{BTreeMap, HashMap};
use std::process::Stdio;
use std::time::{Duration, Instant};

use lode_testbed::{Character, DomainSpec, Expected, Scenario};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

use crate::claims::{kind_of, kinds, population};
use crate::remote::RemoteBed;
use crate::{quit_share, sum};

/// Addresses of each domain.
const ADDRESSES: usize = 12;
/// How long greylisting servers of the bed defer; the command asks again after 4 s.
const GREYLIST_MS: u64 = 3000;
/// The command has so long.
const LIMIT: Duration = Duration::from_secs(1800);

/// Lines that are no claims about a kind, and what may be said of each, joined with `|`.
fn odd_lines() -> Vec<(String, &'static str)> {
    let long = format!("{}@odd.lode-bed.net", "x".repeat(300));
    let label = "y".repeat(60);
    let deep = format!("ada@{label}.{label}.{label}.{label}.odd.lode-bed.net");
    [
        ("", "invalid"),
        ("   ", "invalid"),
        ("@", "invalid"),
        ("ada", "invalid"),
        ("ada@", "invalid"),
        ("@odd.lode-bed.net", "invalid"),
        (" ada.marlow@odd.lode-bed.net\t", "verified"),
        ("ada.marlow@odd.lode-bed.net\r", "verified"),
        ("ada.marlow@ODD.Lode-Bed.NET", "verified"),
        ("ADA.MARLOW@odd.lode-bed.net", "verified"),
        ("ada.marlow@bücher.lode-bed.net", "verified"),
        ("ada.marlow@BÜCHER.lode-bed.net", "verified"),
        ("ada.marlow@xn--bcher-kva.lode-bed.net", "verified"),
        ("\"ada marlow\"@odd.lode-bed.net", "invalid"),
        ("\"ada\\\"x\"@odd.lode-bed.net", "invalid"),
        ("jürgen@odd.lode-bed.net", "unknown"),
        ("<ada.marlow@odd.lode-bed.net>", "invalid"),
        ("Ada Marlow <ada.marlow@odd.lode-bed.net>", "invalid"),
        ("mailto:ada.marlow@odd.lode-bed.net", "invalid"),
        ("ada.marlow(home)@odd.lode-bed.net", "invalid"),
        ("ada.marlow@[127.0.0.1]", "invalid"),
        ("ada.marlow@127.0.0.1", "invalid"),
        ("ada.marlow@localhost", "invalid"),
        ("ada.marlow@odd.lode-bed.net.", "invalid"),
        ("ada.marlow@nowhere.lode-bed.net", "invalid"),
        ("ada..marlow@odd.lode-bed.net", "invalid"),
        (
            "ada.marlow@odd.lode-bed.net,ben@odd.lode-bed.net",
            "invalid",
        ),
        ("ada.marlow@odd.lode-bed.net\0", "invalid"),
        (long.as_str(), "invalid"),
        (deep.as_str(), "invalid"),
        ("o'hara+tag@odd.lode-bed.net", "invalid"),
        ("info@odd.lode-bed.net", "role"),
        ("postmaster@odd.lode-bed.net", "role"),
    ]
    .map(|(line, right)| (line.to_owned(), right))
    .to_vec()
}

/// What is right of a line, and which kind of domain it is about.
struct Truth {
    expected: Expected,
    kind: String,
    lines: usize,
}

fn memory_mb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let mut words = status
        .lines()
        .filter_map(|line| line.strip_prefix("VmHWM:"));
    let peak = words.next().unwrap_or_default().trim();
    peak.trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1024
}

/// Runs the command and prints what it got wrong, and which domains it waited for.
pub async fn run(program: &str, domains_per_address: usize) {
    let mut claims = population(kinds(), ADDRESSES, 9);
    for (name, people) in [
        ("odd.lode-bed.net", ["ada.marlow", "info"]),
        ("xn--bcher-kva.lode-bed.net", ["ada.marlow", "ben.stone"]),
    ] {
        claims.push((DomainSpec::new(name, Character::Ordinary, &people), vec![]));
    }
    let mut truths: HashMap<String, Truth> = HashMap::new();
    let mut list: Vec<String> = Vec::new();
    for (spec, locals) in &claims {
        for (index, local) in locals.iter().enumerate() {
            let email = format!("{local}@{}", spec.name);
            // One of each domain stands twice.
            let lines = if index == 0 { 2 } else { 1 };
            list.extend(std::iter::repeat_n(email.clone(), lines));
            let truth = Truth {
                expected: spec.expected(local),
                kind: kind_of(spec),
                lines,
            };
            truths.insert(email, truth);
        }
    }
    for (line, right) in odd_lines() {
        list.push(line.clone());
        let expected = Expected {
            statuses: right.split('|').map(str::to_owned).collect(),
            provable: right == "verified",
            exists: right != "invalid",
        };
        let truth = Truth {
            expected,
            kind: format!("line {line:?}"),
            lines: 1,
        };
        truths.insert(line.trim_end_matches('\r').to_owned(), truth);
    }
    list.shuffle(&mut StdRng::seed_from_u64(3));

    let bed = RemoteBed::start(&Scenario {
        greylist_ms: GREYLIST_MS,
        domains_per_address,
        domains: claims.iter().map(|(spec, _)| spec.clone()).collect(),
        ..Scenario::default()
    })
    .await;
    let mut child = Command::new(program)
        .args(["verify", "-", "--retry-after", "4,8", "--jobs", "32"])
        .args(["--dns", &bed.ready.dns.to_string()])
        .args(["--smtp-port", &bed.ready.smtp_port.to_string()])
        .args(["--allow-net", &bed.ready.allow_nets.join(",")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let started = Instant::now();
    let mut input = child.stdin.take().unwrap();
    let text = list.join("\n") + "\n";
    let feeding = tokio::spawn(async move {
        let _ = input.write_all(text.as_bytes()).await;
    });
    let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = child.id().unwrap_or_default();
    let (mut right, mut over, mut false_invalid, mut proved, mut provable) = (0, 0, 0, 0, 0);
    let (mut lines, mut memory) = (0, 0);
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut last: BTreeMap<String, Duration> = BTreeMap::new();
    let mut half = Duration::ZERO;
    while let Ok(Ok(Some(line))) = tokio::time::timeout(LIMIT, output.next_line()).await {
        let said: serde_json::Value = serde_json::from_str(&line).unwrap();
        let (email, status) = (
            said["email"].as_str().unwrap(),
            said["status"].as_str().unwrap(),
        );
        lines += 1;
        if lines % 64 == 0 {
            memory = memory_mb(process);
        }
        if lines == list.len() / 2 {
            half = started.elapsed();
        }
        let Some(truth) = truths.get_mut(email).filter(|truth| truth.lines > 0) else {
            println!("a verdict too many: {line}");
            continue;
        };
        truth.lines -= 1;
        last.insert(truth.kind.clone(), started.elapsed());
        let expected = &truth.expected;
        provable += usize::from(expected.provable);
        if expected.allows(status) {
            right += 1;
            proved += usize::from(expected.provable && status == "verified");
            continue;
        }
        over += usize::from(status == "verified");
        false_invalid += usize::from(status == "invalid" && expected.exists);
        let entry = wrong.entry(truth.kind.clone()).or_default();
        entry.push_str(&format!(
            "\n    {email} {status} {}, expected {:?}",
            said["reasons"], expected.statuses
        ));
    }
    let took = started.elapsed();
    let done = child.wait().await.unwrap();
    feeding.abort();
    let stats = bed.finish().await;
    for (kind, said) in &wrong {
        println!("not right at {kind}:{said}");
    }
    for (email, truth) in truths.iter().filter(|(_, truth)| truth.lines > 0) {
        println!("no verdict: {email:?} ({})", truth.kind);
    }
    let mut slow: Vec<(&String, &Duration)> = last.iter().collect();
    slow.sort_by_key(|(_, at)| std::cmp::Reverse(**at));
    for (kind, at) in slow.iter().take(25) {
        println!("last verdict after {:6.1} s: {kind}", at.as_secs_f64());
    }
    println!(
        "\n| domains an address | lines | verdicts | right | over-claimed | false invalid | provable found | connections | QUIT | half after, s | all after, s | memory peak, MB | ended |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    println!(
        "| {} | {} | {lines} | {right} | {over} | {false_invalid} | {proved} of {provable} | {} | {:.2} % | {:.0} | {:.0} | {memory} | {done} |",
        domains_per_address.max(1),
        list.len(),
        sum(&stats, |s| s.connections),
        quit_share(&stats),
        half.as_secs_f64(),
        took.as_secs_f64(),
    );
}
