//! How many captures a server takes in, and how long one takes.
//!
//! `cargo run -p lode-server --release --example load -- [SECONDS] [RATE] [--postgres]`:
//! sends captures of different people at a fixed rate (500 a second by default; a late
//! answer does not delay the next request) and prints the rate reached and the
//! percentiles, then the most that 64 clients get through without a rate. Look-ups run
//! meanwhile, with probing off.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lode_core::api::PairingResponse;
use lode_server::Config;
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

#[tokio::main]
async fn main() {
    let mut numbers = Vec::new();
    let mut postgres = false;
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--postgres" => postgres = true,
            number => numbers.push(number.parse::<u64>().expect("a number")),
        }
    }
    let seconds = numbers.first().copied().unwrap_or(10);
    let rate = numbers.get(1).copied().unwrap_or(500);
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("load.toml");
    let own = include_str!("../../ledger/policies/lode.toml");
    std::fs::write(
        &policy,
        own.replace("credits = 10 }", "credits = 1_000_000 }"),
    )
    .unwrap();
    let config = Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: folder.path().join("data"),
        policy: policy.display().to_string(),
        database_url: postgres.then(|| lode_testpg::shared().unwrap().new_database().unwrap()),
        ..Config::default()
    };
    let server = lode_server::start(config).await.unwrap();
    let url = format!("http://{}", server.address);
    let client = Client::new();
    let code = server.pairing_code.clone().unwrap().code;
    let paired: PairingResponse = client
        .post(format!("{url}/v1/pairings"))
        .json(&json!({ "code": code, "device_name": "load" }))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let token = Arc::new(paired.token);

    let started = Instant::now();
    let mut pending = Vec::new();
    let mut ticks = tokio::time::interval(Duration::from_micros(1_000_000 / rate));
    for number in 0..seconds * rate {
        ticks.tick().await;
        let (client, url, token) = (client.clone(), url.clone(), token.clone());
        pending.push(tokio::spawn(async move {
            send(&client, &url, &token, number).await
        }));
    }
    let mut times = Vec::new();
    for request in pending {
        times.push(request.await.unwrap());
    }
    print_line(
        &format!("at {rate} a second"),
        started.elapsed(),
        &mut times,
    );

    let next = Arc::new(AtomicUsize::new(usize::try_from(seconds * rate).unwrap()));
    let started = Instant::now();
    let end = started + Duration::from_secs(seconds);
    let clients: Vec<_> = (0..64)
        .map(|_| {
            let (client, url, token, next) =
                (client.clone(), url.clone(), token.clone(), next.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    times.push(send(&client, &url, &token, number as u64).await);
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await.unwrap());
    }
    print_line("64 clients at full speed", started.elapsed(), &mut times);
    server.stop().await;
}

async fn send(client: &Client, url: &str, token: &str, number: u64) -> Duration {
    let started = Instant::now();
    let response = client
        .post(format!("{url}/v1/captures"))
        .bearer_auth(token)
        .json(&capture(number))
        .send()
        .await
        .unwrap();
    assert_eq!(response.status().as_u16(), 201);
    response.bytes().await.unwrap();
    started.elapsed()
}

fn capture(number: u64) -> Value {
    let url = format!("https://www.linkedin.com/in/person-{number}");
    json!({
        "operation_id": Uuid::now_v7(),
        "captured_at": 1_790_000_000_000_i64,
        "page_url": url,
        "page": { "site": "linkedin", "kind": "profile", "layout": null },
        "lead": {
            "kind": "person", "full_name": format!("Person N{number}"), "company": "Works",
            "company_domain": "works.test", "profile_url": url,
        },
    })
}

fn print_line(what: &str, elapsed: Duration, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{what}: {:.0} captures a second; p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        times.len() as f64 / elapsed.as_secs_f64(),
        at(0.5),
        at(0.95),
        at(0.99),
        at(1.0)
    );
}
