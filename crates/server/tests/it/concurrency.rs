//! 64 requests at once, on both databases.

use std::collections::BTreeMap;

use futures::future::join_all;
use lode_core::api::{AccountView, CaptureState, CaptureView};
use reqwest::StatusCode;

use crate::support::{Bench, Database, json_of, ordinary, person};

const AT_ONCE: usize = 64;

/// Ten credits, 64 different people: exactly ten look-ups get a hold.
async fn exactly_those_that_fit(database: Database) {
    // No mail server answers: what is held stays held until the last request is in.
    let Some(bench) = Bench::start_with(database, vec![ordinary("works.test", &[])], |config| {
        config.workers = 1;
        config.dns = Some("127.0.0.1:9".parse().unwrap());
    })
    .await
    else {
        return;
    };
    let bodies: Vec<_> = (0..AT_ONCE)
        .map(|i| person(&format!("P{i} Person"), Some("works.test")))
        .collect();
    let views = join_all(bodies.iter().map(|body| bench.capture(body))).await;
    let mut states = BTreeMap::new();
    for view in &views {
        let queued = view.state.is_open();
        *states.entry(queued).or_insert(0) += 1;
        assert!(
            queued || view.state == CaptureState::OutOfCredits,
            "{:?}",
            view.state
        );
    }
    // A look-up that ended in between gave its credit back to one that came later.
    assert!(states[&true] >= 10, "{states:?}");
    let store = bench.server.store();
    let account = store.accounts().await.unwrap()[0].id;
    let entries = store.entries_after(account, 0, 1_000).await.unwrap();
    let (mut held, mut most) = (0_i64, 0_i64);
    for entry in &entries {
        match entry.kind.as_str() {
            "hold" => held += entry.amount,
            "settle" | "return" | "release" | "hold_expiry" => held -= entry.amount,
            _ => {}
        }
        most = most.max(held);
    }
    assert_eq!(most, 10_000, "never more on hold than there is");
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_those_that_fit_are_held_on_sqlite() {
    exactly_those_that_fit(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_those_that_fit_are_held_on_postgres() {
    exactly_those_that_fit(Database::Postgres).await;
}

/// One click, sent 64 times at once: stored once, answered alike.
async fn one_of_many_identical(database: Database) {
    let domains = vec![ordinary("works.test", &["ana.example"])];
    let Some(bench) = Bench::start_with(database, domains, |_| {}).await else {
        return;
    };
    let body = person("Ana Example", Some("works.test"));
    let responses =
        join_all((0..AT_ONCE).map(|_| bench.post("/v1/captures").json(&body).send())).await;
    let mut created = 0;
    for response in responses {
        let response = response.unwrap();
        created += u32::from(response.status() == StatusCode::CREATED);
        let status = response.status();
        assert!(status.is_success(), "{status}");
        let view: CaptureView = json_of(response, status).await;
        assert_eq!(view.operation_id, crate::support::operation(&body));
    }
    assert_eq!(created, 1);
    let view = bench.ended(crate::support::operation(&body)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    let account: AccountView = json_of(
        bench.get("/v1/account").send().await.unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(
        (account.credits.available, account.credits.held),
        (9_000, 0)
    );
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_identical_is_stored_on_sqlite() {
    one_of_many_identical(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_identical_is_stored_on_postgres() {
    one_of_many_identical(Database::Postgres).await;
}
