//! What only a look into the file itself can show.

use lode_store::Address;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use crate::bench::{Bench, NOW, capture_of, found};

async fn raw(bench: &Bench) -> SqliteConnection {
    let Address::Sqlite { path, .. } = &bench.address else {
        panic!("not SQLite");
    };
    SqliteConnectOptions::new()
        .filename(path)
        .connect()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_changed_balance_is_named() {
    let bench = Bench::sqlite().await;
    bench.create(&capture_of("ana"), NOW).await;
    bench.assert_ledger_clean().await;
    let mut raw = raw(&bench).await;
    sqlx::query("UPDATE ledger_grants SET available = available + 1")
        .execute(&mut raw)
        .await
        .unwrap();
    let check = bench.store.check_ledger(bench.account).await.unwrap();
    let difference = check.difference.unwrap();
    assert!(difference.contains("available"), "{difference}");
}

#[tokio::test]
async fn a_lost_job_is_named() {
    let bench = Bench::sqlite().await;
    bench.create(&capture_of("ana"), NOW).await;
    let mut raw = raw(&bench).await;
    sqlx::query("UPDATE lookups SET state = 'done'")
        .execute(&mut raw)
        .await
        .unwrap();
    let check = bench.store.check_ledger(bench.account).await.unwrap();
    assert!(check.difference.unwrap().contains("open hold"));
}

#[tokio::test]
async fn entries_cannot_be_changed_or_deleted() {
    let bench = Bench::sqlite().await;
    bench.create(&capture_of("ana"), NOW).await;
    let mut raw = raw(&bench).await;
    for statement in [
        "UPDATE ledger_entries SET amount = amount + 1",
        "DELETE FROM ledger_entries",
    ] {
        let error = sqlx::query(statement).execute(&mut raw).await.unwrap_err();
        assert!(error.to_string().contains("never"), "{error}");
    }
}

/// Erasure leaves nothing of the person in any table.
#[tokio::test]
async fn erasure_leaves_hashes_only() {
    let bench = Bench::sqlite().await;
    let view = bench.create(&capture_of("quincy"), NOW).await;
    bench.run(&found("quincy@acme.example", NOW), NOW).await;
    bench
        .store
        .erase_lead(bench.account, view.lead_id, &bench.pricing, NOW)
        .await
        .unwrap();
    let mut raw = raw(&bench).await;
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)")
        .execute(&mut raw)
        .await
        .unwrap();
    sqlx::query("VACUUM").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let Address::Sqlite { path, .. } = &bench.address else {
        panic!("not SQLite");
    };
    bench.store.close().await;
    let bytes = std::fs::read(path).unwrap().to_ascii_lowercase();
    assert!(!bytes.windows(6).any(|window| window == b"quincy"));
}

/// Tokens and codes are stored as hashes: the file alone lets nobody in.
#[tokio::test]
async fn no_token_and_no_code_stands_in_the_file() {
    let bench = Bench::sqlite().await;
    let code = bench
        .store
        .create_pairing_code(bench.account, NOW)
        .await
        .unwrap();
    let paired = bench
        .store
        .pair_device(&code.code, "tab", &bench.pricing, NOW)
        .await
        .unwrap()
        .unwrap();
    let open = bench
        .store
        .create_pairing_code(bench.account, NOW)
        .await
        .unwrap();
    let Address::Sqlite { path, .. } = &bench.address else {
        panic!("not SQLite");
    };
    bench.store.close().await;
    let bytes = std::fs::read(path).unwrap();
    let contains = |text: &str| {
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    };
    let secret = paired.token.trim_start_matches("lode_");
    assert!(contains("tab") && !contains(secret));
    assert!(!contains(&open.code) && !contains(&open.code.replace('-', "")));
}
