//! What it costs to count a connection, and a provider's turn, for all servers.
//!
//! `cargo run -p lode-store --release --example slots -- [COUNT]`: so many times (2,000 by
//! default) a slot is taken and given back, and a turn is taken, one after the other; then slots
//! by eight at once. On SQLite with and without waiting for the disk, and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs
)]

use std::time::{Duration, Instant};

use lode_ledger::Policy;
use lode_store::providers::PaceLimit;
use lode_store::{Address, Pricing, Store};

const NOW: i64 = 1_790_856_000_000;
const LEASE: i64 = 60_000;
const AT_ONCE: u32 = 8;

#[tokio::main]
async fn main() {
    let count: u32 = std::env::args()
        .nth(1)
        .map_or(2_000, |text| text.parse().expect("a number"));
    println!("{count} of each; microseconds for one");
    println!("{:<28} {:>8} {:>8} {:>8}", "", "slot", "8 at once", "turn");
    for durable in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let address = Address::Sqlite {
            path: folder.path().join("lode.db"),
            durable,
        };
        let name = if durable {
            "SQLite, each commit on disk"
        } else {
            "SQLite"
        };
        measure(name, &address, count).await;
    }
    match lode_testpg::shared() {
        Ok(cluster) => {
            let address = Address::Postgres {
                url: cluster.new_database().unwrap(),
                connections: 16,
            };
            measure("PostgreSQL, fsync off", &address, count).await;
        }
        Err(reason) => println!("PostgreSQL skipped: {reason}"),
    }
}

async fn measure(name: &str, address: &Address, count: u32) {
    let store = Store::open(address).await.unwrap();
    let pricing = Pricing::new(Policy::preset("lode").unwrap()).unwrap();
    let account = store.ensure_account("default", &pricing, NOW).await;
    let account_id = account.unwrap().0.id;
    let begun = Instant::now();
    for _ in 0..count {
        take_and_free(&store, 0).await;
    }
    let slot = begun.elapsed();
    let begun = Instant::now();
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|worker| {
            let store = store.clone();
            tokio::spawn(async move {
                for _ in 0..count / AT_ONCE {
                    take_and_free(&store, worker).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let at_once = begun.elapsed();
    let limit = PaceLimit {
        account_id,
        provider: "hunter",
        name: "requests",
        every_ms: 1,
        early_ms: 0,
    };
    let begun = Instant::now();
    for _ in 0..count {
        let turn = store.take_provider_turn(&limit, i64::MAX / 4, NOW);
        turn.await.unwrap();
    }
    let turn = begun.elapsed();
    let each = |took: Duration| (took / count).as_micros();
    println!(
        "{name:<28} {:>8} {:>8} {:>8}",
        each(slot),
        each(at_once),
        each(turn)
    );
    store.close().await;
}

async fn take_and_free(store: &Store, worker: u32) {
    let (name, holder) = (format!("domain d{worker}.example"), format!("w{worker}"));
    let taken = store.take_probe_slot(&name, 1, &holder, NOW, NOW + LEASE);
    assert!(taken.await.unwrap());
    store.free_probe_slot(&name, &holder).await.unwrap();
}
