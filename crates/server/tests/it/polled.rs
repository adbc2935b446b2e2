//! Address searches that a provider takes its time for, or cannot take now: gone on with over
//! restarts, put off, and never begun twice.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::State;
use axum::http::{Method, StatusCode, Uri};
use lode_core::api::CaptureState;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::providers::{KEY, found, providers, put, receipt};
use crate::support::{Bench, Database, operation, ordinary, person};

/// What an API answers: status, `Retry-After` in seconds, body. `None`: nothing at all.
type Reply = Option<(u16, Option<u32>, Value)>;

/// A provider's API: searches are begun by POST and looked at by GET.
#[derive(Clone)]
struct Api {
    begins: Arc<Mutex<VecDeque<Reply>>>,
    look: Arc<Mutex<Value>>,
    /// How often each was asked.
    asked: watch::Sender<(usize, usize)>,
    base: String,
}

impl Api {
    async fn start(begins: Vec<Reply>, look: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = Self {
            begins: Arc::new(Mutex::new(begins.into())),
            look: Arc::new(Mutex::new(look)),
            asked: watch::Sender::new((0, 0)),
            base: format!("http://{}", listener.local_addr().unwrap()),
        };
        let app = axum::Router::new().fallback(answer).with_state(api.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        api
    }

    fn asked(&self) -> (usize, usize) {
        *self.asked.borrow()
    }

    /// Ends once so many searches were begun and looks taken.
    async fn until(&self, begun: usize, looks: usize) {
        let mut asked = self.asked.subscribe();
        let reached = asked.wait_for(|asked| asked.0 >= begun && asked.1 >= looks);
        let waited = tokio::time::timeout(Duration::from_secs(60), reached).await;
        waited.expect("it is asked").unwrap();
    }

    async fn bench(&self, database: Database, provider: &str) -> Option<Bench> {
        let domains = vec![ordinary("works.test", &["am77"])];
        let bench = Bench::start_with(database, domains, |config| {
            config.provider_urls = vec![format!("{provider}={}", self.base)];
            config.allow_nets.push("127.0.0.1/32".parse().unwrap());
        })
        .await?;
        let path = format!("/v1/providers/{provider}");
        let set = put(&bench, &path, json!({ "key": KEY })).await;
        assert_eq!(set.status(), StatusCode::OK);
        Some(bench)
    }
}

async fn answer(
    State(api): State<Api>,
    method: Method,
    _uri: Uri,
) -> (StatusCode, [(&'static str, String); 2], String) {
    let reply = if method == Method::POST {
        let reply = api.begins.lock().unwrap().pop_front().unwrap_or_default();
        api.asked.send_modify(|asked| asked.0 += 1);
        reply
    } else {
        let look = api.look.lock().unwrap().clone();
        api.asked.send_modify(|asked| asked.1 += 1);
        Some((200, None, look))
    };
    let Some((status, retry_after, body)) = reply else {
        return std::future::pending().await;
    };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("retry-after", retry_after.unwrap_or_default().to_string()),
    ];
    let status = StatusCode::from_u16(status).unwrap();
    (status, headers, body.to_string())
}

fn begun() -> Reply {
    Some((200, None, json!({"success": true, "request_id": "r1"})))
}

/// An ordinary restart in the middle of a search: the next worker fetches what was begun.
async fn gone_on_with(database: Database) {
    let api = Api::start(vec![begun()], json!({"success": false})).await;
    let Some(bench) = api.bench(database, "dropcontact").await else {
        return;
    };
    let ada = person("Ada Marlow", Some("works.test"));
    bench.capture(&ada).await;
    api.until(1, 1).await;
    let bench = bench.restart().await;
    let email = json!([{"email": "am77@works.test", "qualification": "nominative@pro"}]);
    *api.look.lock().unwrap() = json!({"success": true, "data": [{"email": email}]});
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!(view.email.unwrap().address, "am77@works.test");
    assert_eq!(api.asked().0, 1, "begun once");
    let calls = receipt(&bench, &ada).await.provider_calls;
    assert_eq!(calls.len(), 1);
    assert_eq!(
        (calls[0].outcome.as_str(), calls[0].cost),
        ("found", Some(1_000))
    );
    assert_eq!(providers(&bench).await.providers[0].spent_today, 1_000);
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_is_gone_on_with_after_a_restart_on_sqlite() {
    gone_on_with(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_begun_is_gone_on_with_after_a_restart_on_postgres() {
    gone_on_with(Database::Postgres).await;
}

/// Stopped before the provider had said under which id it works: it may be paid for, so it is
/// not asked again, and that is said.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_and_not_answered_is_not_sent_again() {
    let api = Api::start(vec![None, begun()], json!({"success": false})).await;
    let bench = api.bench(Database::Sqlite, "dropcontact").await.unwrap();
    let ada = person("Ada Marlow", Some("works.test"));
    bench.capture(&ada).await;
    api.until(1, 0).await;
    let bench = bench.restart().await;
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(
        (view.state, view.reason.as_deref()),
        (CaptureState::NotFound, Some("provider_lost")),
        "{view:?}"
    );
    assert_eq!(api.asked(), (1, 0));
    let calls = receipt(&bench, &ada).await.provider_calls;
    assert_eq!(calls[0].error.as_deref(), Some("provider_lost"));
    assert_eq!(providers(&bench).await.providers[0].spent_today, 1_000);
    bench.server.stop().await;
}

/// A limit on the rate passes: the look-up waits for it, and for whoever is behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rest_of_moments_is_waited_for() {
    let hit = json!({"email": "am77@works.test", "status": "valid", "credits_consumed": 1});
    let limited = Some((429, Some(1), json!({})));
    let api = Api::start(vec![limited, Some((200, None, hit))], Value::Null).await;
    let bench = api.bench(Database::Sqlite, "leadmagic").await.unwrap();
    let ada = person("Ada Marlow", Some("works.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!(api.asked().0, 2);
    let view = providers(&bench).await;
    assert_eq!(view.providers[0].trouble, None, "it answers again");
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

/// Credits do not come back by waiting: the look-up ends, with the reason.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_the_user_can_mend_is_said_and_not_waited_for() {
    let api = Api::start(vec![Some((402, None, json!({})))], Value::Null).await;
    let bench = api.bench(Database::Sqlite, "leadmagic").await.unwrap();
    // The first is told by the provider, the second by its rest.
    for name in ["Ada Marlow", "Bo Stone"] {
        let view = found(&bench, &person(name, Some("works.test"))).await;
        assert_eq!(
            (view.state, view.reason.as_deref()),
            (CaptureState::NotFound, Some("provider_out_of_credits")),
            "{view:?}"
        );
    }
    assert_eq!(api.asked().0, 1);
    let view = providers(&bench).await;
    let [provider] = view.providers.as_slice() else {
        panic!("{view:?}");
    };
    assert_eq!(provider.trouble.as_deref(), Some("provider_out_of_credits"));
    let (since, until) = (
        provider.trouble_since.unwrap(),
        provider.resting_until.unwrap(),
    );
    assert_eq!(until - since, 3_600_000);
    bench.server.stop().await;
}
