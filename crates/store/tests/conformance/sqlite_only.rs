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

/// A database of the first version: its owner becomes a member with a seat, its device is
/// the owner's, its charges are kept.
#[tokio::test]
async fn a_database_from_before_there_were_members_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lode.db");
    let first = folder.path().join("first");
    std::fs::create_dir(&first).unwrap();
    let migrations = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    std::fs::copy(
        migrations.join("0001_initial.sql"),
        first.join("0001_initial.sql"),
    )
    .unwrap();
    let mut raw = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .connect()
        .await
        .unwrap();
    let old = sqlx::migrate::Migrator::new(first.as_path()).await.unwrap();
    old.run(&mut raw).await.unwrap();
    let (account, device) = (uuid::Uuid::now_v7(), uuid::Uuid::now_v7());
    let header = serde_json::to_string(&lode_ledger::AccountHeader::default()).unwrap();
    sqlx::query("INSERT INTO accounts VALUES ($1, 'default', 0, $2, $3)")
        .bind(account.to_string())
        .bind(header)
        .bind(NOW)
        .execute(&mut raw)
        .await
        .unwrap();
    let token = "lode_of_the_first_version";
    sqlx::query("INSERT INTO devices VALUES ($1, $2, 'tab', $3, $4, NULL, NULL)")
        .bind(device.to_string())
        .bind(account.to_string())
        .bind(lode_store::secret::hash(token.as_bytes()).to_vec())
        .bind(NOW)
        .execute(&mut raw)
        .await
        .unwrap();
    sqlx::query("INSERT INTO charges VALUES ($1, 'op', 'lead', 'email', $2, 1000, $3)")
        .bind(account.to_string())
        .bind(vec![7_u8; 32])
        .bind(NOW)
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();

    let address = Address::Sqlite {
        path: path.clone(),
        durable: false,
    };
    let store = lode_store::Store::open(&address).await.unwrap();
    store.advance_accounts(NOW + 1).await.unwrap();
    let known = store.authenticate(token, NOW + 1).await.unwrap().unwrap();
    assert_eq!((known.id, known.account_id), (device, account));
    assert_eq!(known.role, lode_ledger::policy::Role::Admin);
    let (members, _) = store.members(account, NOW + 1).await.unwrap();
    assert_eq!((members.len(), members[0].id), (1, known.member_id));
    let mut raw = SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    let (item, amount): (i64, i64) = sqlx::query_as("SELECT item, amount FROM charges")
        .fetch_one(&mut raw)
        .await
        .unwrap();
    assert_eq!((item, amount), (0, 1_000));
}

/// Erasing an account leaves nothing of its people, members and devices in any table.
#[tokio::test]
async fn an_erased_account_leaves_no_name() {
    use lode_store::{ActionEnd, ActionRequest, ActionSubject, Begun, FoundPhone};

    let bench = Bench::sqlite().await;
    let lead = bench.create(&capture_of("quincy"), NOW).await.lead_id;
    bench.run(&found("quincy@acme.example", NOW), NOW).await;
    let (members, _) = bench.store.members(bench.account, NOW).await.unwrap();
    let role = lode_ledger::policy::Role::User;
    bench
        .store
        .invite(bench.account, "Zebedee", role, &bench.pricing, NOW)
        .await
        .unwrap();
    let (account, pricing) = (bench.account, &bench.pricing);
    bench.on_plan("team").await;
    let verify = ActionRequest {
        id: uuid::Uuid::now_v7(),
        action: "verify",
        body_hash: [1; 32],
        member_id: members[0].id,
        subject: ActionSubject::Email("quincy@other.example".into()),
        request: "{\"address\":\"quincy@other.example\"}".into(),
    };
    let unlock = lode_store::Store::unlock_request(uuid::Uuid::now_v7(), members[0].id, lead);
    let numbers = ActionEnd::Phones(vec![FoundPhone {
        number: "+49 151 5550 200".into(),
        kind: "mobile".into(),
        provider: "book".into(),
    }]);
    let verified = ActionEnd::Outcome {
        outcome: "verified".into(),
        result: "{\"address\":\"quincy@other.example\"}".into(),
    };
    for (request, end) in [(verify, verified), (unlock, numbers)] {
        let begun = bench
            .store
            .begin_action(account, &request, pricing, NOW, NOW + 1_000)
            .await
            .unwrap();
        let Begun::Work(ticket) = begun else {
            panic!("{begun:?}");
        };
        bench
            .store
            .finish_action(&ticket, &end, pricing, NOW)
            .await
            .unwrap();
    }
    assert!(
        bench
            .store
            .erase_account(account, pricing, NOW)
            .await
            .unwrap()
    );
    let mut raw = raw(&bench).await;
    for statement in ["PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM"] {
        sqlx::query(statement).execute(&mut raw).await.unwrap();
    }
    raw.close().await.unwrap();
    let Address::Sqlite { path, .. } = &bench.address else {
        panic!("not SQLite");
    };
    bench.store.close().await;
    let bytes = std::fs::read(path).unwrap().to_ascii_lowercase();
    for gone in ["quincy", "zebedee", "5550 200", "other.example"] {
        let found = bytes
            .windows(gone.len())
            .any(|window| window == gone.as_bytes());
        assert!(!found, "{gone}");
    }
}
