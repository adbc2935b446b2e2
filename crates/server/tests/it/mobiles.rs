//! Numbers that a provider takes its time for: waited for, over restarts, and paid once.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::Uri;
use lode_server::phones::{PhoneError, PhoneKind, PhoneQuestion, PhoneSource, Preview};
use lode_store::providers::CallState;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::providers::{KEY, put};
use crate::support::{Bench, Database, person};
use crate::team::Team;

const MOBILE: &str = "+447700900001";

/// Apollo's API: what it answers to a look, and what it was asked.
#[derive(Clone)]
struct Apollo {
    look: Arc<Mutex<(u16, Value)>>,
    asked: Arc<Mutex<Vec<String>>>,
    base: String,
}

impl Apollo {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pending = json!({"error_code": "result_pending", "retry_after_seconds": 30});
        let apollo = Self {
            look: Arc::new(Mutex::new((404, pending))),
            asked: Arc::default(),
            base: format!("http://{}", listener.local_addr().unwrap()),
        };
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(apollo.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        apollo
    }

    fn says(&self, status: u16, body: Value) {
        *self.look.lock().unwrap() = (status, body);
    }

    fn asked(&self, path: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| *asked == path).count()
    }
}

async fn answer(
    State(apollo): State<Apollo>,
    uri: Uri,
) -> (StatusCode, [(&'static str, &'static str); 1], String) {
    let path = uri.path().to_owned();
    let (status, body) = match path.as_str() {
        "/webhook_result/1" => (404, json!({"error_code": "request_id_unknown"})),
        "/webhook_result/77" => apollo.look.lock().unwrap().clone(),
        _ => (200, json!({"person": {"id": "1"}, "request_id": 77})),
    };
    apollo.asked.lock().unwrap().push(path);
    let status = StatusCode::from_u16(status).unwrap();
    let json = [("content-type", "application/json")];
    (status, json, body.to_string())
}

/// The numbers' source as a server has it after a start.
fn source(bench: &Bench, ahead: &Arc<AtomicI64>) -> Arc<dyn PhoneSource> {
    let store = bench.server.store();
    let mut sources = lode_server::sources(&bench.config, store).unwrap();
    let ahead = ahead.clone();
    sources.clock = Arc::new(move || lode_server::app::now() + ahead.load(Ordering::SeqCst));
    sources.phones.unwrap()
}

async fn waited_for(database: Database) {
    let apollo = Apollo::start().await;
    let Some(bench) = Bench::start_with(database, Vec::new(), |config| {
        config.provider_urls = vec![format!("apollo={}", apollo.base)];
        config.allow_nets.push("127.0.0.1/32".parse().unwrap());
    })
    .await
    else {
        return;
    };
    put(&bench, "/v1/providers/apollo", json!({ "key": KEY })).await;
    let store = bench.server.store().clone();
    let account_id = store.accounts().await.unwrap()[0].id;
    let lead =
        serde_json::from_value(person("Ada Marlow", Some("works.test"))["lead"].clone()).unwrap();
    let question = |operation| PhoneQuestion {
        account_id,
        operation,
        lead_id: Uuid::from_u128(9),
        person: &lead,
    };
    let spent = async || {
        let providers = store.providers(account_id, lode_server::app::now()).await;
        providers.unwrap()[0].spent_today
    };
    let click = Uuid::now_v7();
    let ahead = Arc::new(AtomicI64::new(0));
    let begun = source(&bench, &ahead).find(question(click)).await;
    assert!(matches!(begun, Err(PhoneError::Pending(_))), "{begun:?}");
    assert_eq!(spent().await, 9_000, "the most that it may cost");
    // Each time another server, as after a restart or a kill; and another click.
    for operation in [click, click, Uuid::now_v7()] {
        let pending = source(&bench, &ahead).find(question(operation)).await;
        assert_eq!(pending, Err(PhoneError::Pending(Duration::from_secs(30))));
    }
    // What is about the look ends nothing.
    for (status, body) in [
        (429, json!({"retry_after_seconds": 40})),
        (502, json!({})),
        (503, json!({})),
    ] {
        apollo.says(status, body);
        let pending = source(&bench, &ahead).find(question(click)).await;
        assert!(
            matches!(pending, Err(PhoneError::Pending(_))),
            "{status}: {pending:?}"
        );
    }
    let numbers = json!([{"sanitized_number": MOBILE, "type_cd": "mobile"}]);
    apollo.says(200, json!({"people": [{"phone_numbers": numbers}]}));
    for _ in 0..2 {
        let found = source(&bench, &ahead).find(question(click)).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(
            (
                found[0].number.as_str(),
                found[0].kind,
                found[0].provider.as_str()
            ),
            (MOBILE, PhoneKind::Mobile, "apollo")
        );
    }
    assert_eq!(apollo.asked("/people/match"), 1, "paid once");
    assert_eq!(spent().await, 9_000);
    let calls = store.calls_of(account_id, click).await.unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].state, calls[0].cost),
        (CallState::Found, Some(9_000))
    );
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_apollo_works_on_is_waited_for_and_paid_once_on_sqlite() {
    waited_for(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_apollo_works_on_is_waited_for_and_paid_once_on_postgres() {
    waited_for(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_apollo_has_no_more_ends_and_stays_spent() {
    let apollo = Apollo::start().await;
    let bench = Bench::start_with(Database::Sqlite, Vec::new(), |config| {
        config.provider_urls = vec![format!("apollo={}", apollo.base)];
        config.allow_nets.push("127.0.0.1/32".parse().unwrap());
    })
    .await
    .unwrap();
    put(&bench, "/v1/providers/apollo", json!({ "key": KEY })).await;
    let store = bench.server.store();
    let account_id = store.accounts().await.unwrap()[0].id;
    let lead = serde_json::from_value(person("Ada Marlow", None)["lead"].clone()).unwrap();
    let operation = Uuid::now_v7();
    let question = PhoneQuestion {
        account_id,
        operation,
        lead_id: Uuid::from_u128(9),
        person: &lead,
    };
    let ahead = Arc::new(AtomicI64::new(0));
    let source = source(&bench, &ahead);
    assert!(matches!(
        source.find(question).await,
        Err(PhoneError::Pending(_))
    ));
    apollo.says(410, json!({"error_code": "request_id_expired"}));
    assert_eq!(source.find(question).await, Err(PhoneError::Unavailable));
    let calls = store.calls_of(account_id, operation).await.unwrap();
    assert_eq!(calls[0].error.as_deref(), Some("provider_result_gone"));
    let providers = store
        .providers(account_id, lode_server::app::now())
        .await
        .unwrap();
    assert_eq!(providers[0].spent_today, 9_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unlock_shows_as_under_way_until_it_has_ended() {
    let team = Team::on_plan("lode", "team").await;
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    team.knows(
        "Ana Example",
        Preview::Exists(90),
        &[(MOBILE, PhoneKind::Mobile)],
    );
    team.book.works_for.store(30, Ordering::SeqCst);
    let body = json!({ "operation_id": Uuid::now_v7(), "lead_id": ana });
    let token = team.bench.token.clone();
    let response = team.send(&token, Method::POST, "/v1/unlocks", &body).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(response.headers()["retry-after"], "30");
    let problem: Value = response.json().await.unwrap();
    assert_eq!(problem["code"], "operation_in_progress");
    let path = format!("/v1/leads/{ana}");
    assert_eq!(team.get(&path).await["mobile"]["state"], "working");
    assert_eq!(team.left("premium").await, 49, "its credit is set aside");
    let early = team.refused("/v1/unlocks", body.clone()).await;
    assert_eq!(early, (409, "operation_in_progress".to_owned()));
    let asked = team.book.asked.load(Ordering::SeqCst);
    team.until(team.now() + 30_000);
    team.book.works_for.store(0, Ordering::SeqCst);
    let done = team.post("/v1/unlocks", body).await;
    assert_eq!(done["receipt"]["charged"], 1_000, "{done}");
    assert_eq!(team.book.asked.load(Ordering::SeqCst), asked + 1);
    assert_eq!(team.get(&path).await["mobile"]["state"], "unlocked");
    assert_eq!(team.left("premium").await, 49);
    team.check().await;
}
