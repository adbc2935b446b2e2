//! Hold and settle, beside the bare database doing the same writes.
//!
//! `cargo run -p lode-store --release --example pairs -- [PAIRS]`: so many holds, each
//! followed by its settlement (2,000 by default), through the ledger; then the rows that
//! they write, written by hand into an empty database of the same schema, in as many
//! transactions. On SQLite with and without waiting for the disk, and on PostgreSQL.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::time::Instant;

use lode_ledger::account::{Held, Resolved};
use lode_ledger::{Action, OperationId, Outcome, Policy};
use lode_store::{Address, Pricing, Store};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use uuid::Uuid;

const NOW: i64 = 1_790_856_000_000;

#[tokio::main]
async fn main() {
    let pairs: usize = std::env::args()
        .nth(1)
        .map_or(2_000, |text| text.parse().expect("a number of pairs"));
    println!("{pairs} pairs, one after the other; pairs a second");
    println!("{:<28} {:>8} {:>8} {:>6}", "", "ledger", "bare", "share");
    for durable in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| Address::Sqlite {
            path: folder.path().join(name),
            durable,
        };
        let ledger = through_the_ledger(&at("ledger.db"), pairs).await;
        let bare = bare_sqlite(&at("bare.db"), pairs).await;
        let name = if durable {
            "SQLite, each commit on disk"
        } else {
            "SQLite"
        };
        print_line(name, ledger, bare);
    }
    match lode_testpg::shared() {
        Ok(cluster) => {
            let at = || Address::Postgres {
                url: cluster.new_database().unwrap(),
                connections: 4,
            };
            let ledger = through_the_ledger(&at(), pairs).await;
            let bare = bare_postgres(&at(), pairs).await;
            print_line("PostgreSQL, fsync off", ledger, bare);
        }
        Err(reason) => println!("PostgreSQL skipped: {reason}"),
    }
}

fn print_line(name: &str, ledger: f64, bare: f64) {
    println!(
        "{name:<28} {ledger:>8.0} {bare:>8.0} {:>5.0}%",
        ledger / bare * 100.0
    );
}

fn rate(pairs: usize, started: Instant) -> f64 {
    pairs as f64 / started.elapsed().as_secs_f64()
}

/// Lode's policy with credit enough.
fn policy() -> Policy {
    let own = include_str!("../../ledger/policies/lode.toml");
    let text = own.replace("credits = 10 }", "credits = 1_000_000 }");
    Policy::parse("pairs.toml", &text).unwrap()
}

async fn through_the_ledger(address: &Address, pairs: usize) -> f64 {
    let policy = policy();
    let store = Store::open(address).await.unwrap();
    let pricing = Pricing::new(policy.clone()).unwrap();
    let (account, _) = store
        .ensure_account("default", &pricing, NOW)
        .await
        .unwrap();
    let find = Action::new("find").unwrap();
    let price = policy
        .price(&find, &Outcome::new("verified").unwrap(), false)
        .unwrap();
    let started = Instant::now();
    for _ in 0..pairs {
        let operation = OperationId::from(Uuid::now_v7());
        let new = policy.hold_for(&find, 1, None, NOW).unwrap().unwrap();
        let held = store
            .hold_credit(account.id, &operation, &new, NOW)
            .await
            .unwrap();
        assert!(matches!(held, Held::Held(_)));
        let settled = store
            .settle_hold(account.id, &operation, &price, NOW)
            .await
            .unwrap();
        assert!(matches!(settled, Resolved::Done(_)));
    }
    let rate = rate(pairs, started);
    let check = store.check_ledger(account.id).await.unwrap();
    assert_eq!(check.difference, None);
    store.close().await;
    rate
}

/// The writes of a hold, each with what is bound to it in order: the account, the
/// operation, a number.
const HOLD: [(&str, &str); 5] = [
    (
        "INSERT INTO ledger_entries VALUES ($1, $3, $2, 'hold', 'available', 'held', 1000, 1,
         'standard', $2, NULL, 'find.hold', 'lode-1', NULL, 1790856000000)",
        "aon",
    ),
    (
        "INSERT INTO ledger_operations VALUES ($1, $2, 'hold for find', 1790856000000, 1, 2)",
        "ao",
    ),
    (
        "UPDATE ledger_grants SET available = available - 1000, held = held + 1000
         WHERE account_id = $1 AND id = 1",
        "a",
    ),
    (
        "INSERT INTO ledger_holds VALUES ($1, $2, 1, 1790856000000, '{\"a\":\"a hold is about \
         five hundred bytes of JSON, as far as its reader is concerned, and these are some of \
         them, which say nothing in particular but go on for as long as the others do\"}')",
        "ao",
    ),
    (
        "UPDATE accounts SET ledger_header = '{}' WHERE id = $1",
        "a",
    ),
];

/// The same of a settlement.
const SETTLE: [(&str, &str); 4] = [
    (
        "INSERT INTO ledger_entries VALUES ($1, $3 + 1, $2, 'settle', 'held', 'spent', 1000, 1,
         'standard', $2, NULL, 'find.verified', 'lode-1', 1, 1790856000000)",
        "aon",
    ),
    (
        "UPDATE ledger_grants SET held = held - 1000 WHERE account_id = $1 AND id = 1",
        "a",
    ),
    (
        "UPDATE ledger_holds SET is_open = 0, facts = '{}' WHERE account_id = $1 AND operation = $2",
        "ao",
    ),
    (
        "UPDATE accounts SET ledger_header = '{}' WHERE id = $1",
        "a",
    ),
];

/// An account with a grant in an empty database of our schema.
async fn prepare(address: &Address) -> Uuid {
    let store = Store::open(address).await.unwrap();
    let pricing = Pricing::new(policy()).unwrap();
    let (account, _) = store
        .ensure_account("default", &pricing, NOW)
        .await
        .unwrap();
    store.close().await;
    account.id
}

macro_rules! write_pairs {
    ($pool:expr, $account:expr, $pairs:expr) => {{
        let started = Instant::now();
        for pair in 0..$pairs {
            let operation = Uuid::now_v7().to_string();
            // The account's first entries are there already.
            let number = i64::try_from(pair * 2 + 10).unwrap();
            for statements in [HOLD.as_slice(), SETTLE.as_slice()] {
                let mut tx = $pool.begin().await.unwrap();
                for (statement, bound) in statements {
                    let mut query = sqlx::query(*statement);
                    for what in bound.chars() {
                        query = match what {
                            'a' => query.bind($account.to_string()),
                            'o' => query.bind(operation.clone()),
                            _ => query.bind(number),
                        };
                    }
                    query.execute(&mut *tx).await.unwrap();
                }
                tx.commit().await.unwrap();
            }
        }
        rate($pairs, started)
    }};
}

async fn bare_sqlite(address: &Address, pairs: usize) -> f64 {
    let account = prepare(address).await;
    let Address::Sqlite { path, durable } = address else {
        unreachable!("an address of SQLite");
    };
    let synchronous = if *durable { "full" } else { "normal" };
    let options = SqliteConnectOptions::new()
        .filename(path)
        .pragma("journal_mode", "wal")
        .pragma("synchronous", synchronous);
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await.unwrap();
    write_pairs!(pool, account, pairs)
}

async fn bare_postgres(address: &Address, pairs: usize) -> f64 {
    let account = prepare(address).await;
    let Address::Postgres { url, .. } = address else {
        unreachable!("an address of PostgreSQL");
    };
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .connect(url)
        .await
        .unwrap();
    write_pairs!(pool, account, pairs)
}
