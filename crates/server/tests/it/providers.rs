//! Data providers through the whole server: real HTTP to a server that answers as they
//! document, real verification of what they say.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode as Status, Uri};
use lode_core::api::{
    CaptureState, CaptureView, DryRunView, ProviderTest, ProvidersView, ReceiptView,
};
use lode_core::email::EmailStatus;
use lode_server::Config;
use lode_server::phones::{PhoneError, PhoneKind, PhoneQuestion};
use lode_testbed::{Character, DomainSpec};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::domains::PortShut;
use crate::support::{Bench, Database, json_of, operation, ordinary, person};

/// A key that would be recognised anywhere.
pub const KEY: &str = "key-7b1e-secret-93af";

/// A path, what its question holds, and the answer to that.
type Special = (String, String, u16, Value);

/// Providers' APIs: each answers the same each time, and counts.
#[derive(Clone)]
pub struct Apis {
    answers: Arc<HashMap<&'static str, (u16, Value)>>,
    asked: Arc<Mutex<Vec<String>>>,
    bodies: Arc<Mutex<Vec<(String, Value)>>>,
    /// Answers to what holds a text, at a path: before the others.
    special: Arc<Mutex<Vec<Special>>>,
    /// Held while nobody is answered at a path.
    gates: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
    /// Told of each question.
    questions: Arc<tokio::sync::Notify>,
    base: String,
}

impl Apis {
    pub async fn start(answers: &[(&'static str, u16, Value)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let apis = Self {
            answers: Arc::new(
                answers
                    .iter()
                    .map(|(name, status, body)| (*name, (*status, body.clone())))
                    .collect(),
            ),
            asked: Arc::default(),
            bodies: Arc::default(),
            special: Arc::default(),
            gates: Arc::default(),
            questions: Arc::default(),
            base: format!("http://{}", listener.local_addr().unwrap()),
        };
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(apis.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        apis
    }

    pub fn configure(&self, config: &mut Config) {
        config.provider_urls = self
            .answers
            .keys()
            .map(|name| format!("{name}={}/{name}", self.base))
            .collect();
        config.allow_nets.push("127.0.0.1/32".parse().unwrap());
    }

    /// From now on, this answer at a path to whatever holds a text.
    pub fn says(&self, path: &str, of: &str, status: u16, body: Value) {
        let special = (path.to_owned(), of.to_owned(), status, body);
        self.special.lock().unwrap().insert(0, special);
    }

    fn gate(&self, path: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut gates = self.gates.lock().unwrap();
        gates.entry(path.to_owned()).or_default().clone()
    }

    /// Holds the answers at a path back for as long as what is returned lives.
    pub async fn hold(&self, path: &str) -> tokio::sync::OwnedMutexGuard<()> {
        self.gate(path).lock_owned().await
    }

    /// Waits until so many questions have come at a path.
    pub async fn until_asked(&self, path: &str, times: usize) {
        loop {
            let next = self.questions.notified();
            if self.bodies(path).len() >= times {
                return;
            }
            next.await;
        }
    }

    /// How often a provider was asked.
    pub fn asked(&self, name: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| *asked == name).count()
    }

    /// What was asked at a path, in order.
    pub fn bodies(&self, path: &str) -> Vec<Value> {
        let bodies = self.bodies.lock().unwrap();
        let at = bodies.iter().filter(|(at, _)| at == path);
        at.map(|(_, body)| body.clone()).collect()
    }
}

async fn answer(
    State(apis): State<Apis>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> (Status, [(&'static str, &'static str); 1], String) {
    assert!(!uri.to_string().contains(KEY), "the key is in no address");
    let sent = headers
        .values()
        .any(|value| value.to_str().is_ok_and(|value| value.contains(KEY)));
    // Snov's is exchanged for a token, by a body.
    let snov = uri.path().starts_with("/snov/");
    assert!(sent || snov, "the user's key is sent");
    let asked = serde_json::from_slice(&body).unwrap_or_default();
    let path = uri.path().to_owned();
    apis.bodies.lock().unwrap().push((path.clone(), asked));
    let name = uri.path().split('/').nth(1).unwrap_or_default().to_owned();
    let text = uri.to_string().replace("%40", "@") + &String::from_utf8_lossy(&body);
    let special = {
        let special = apis.special.lock().unwrap();
        let of = special
            .iter()
            .find(|(at, of, ..)| *at == path && text.contains(of));
        of.map(|(_, _, status, body)| (*status, body.clone()))
    };
    let (status, body) = special.unwrap_or_else(|| apis.answers[name.as_str()].clone());
    apis.asked.lock().unwrap().push(name);
    apis.questions.notify_one();
    let gate = apis.gate(&path);
    drop(gate.lock().await);
    (
        Status::from_u16(status).unwrap(),
        [("content-type", "application/json")],
        body.to_string(),
    )
}

pub fn hunter(email: &str) -> Value {
    json!({"data": {"email": email, "score": 90, "verification": {"status": "valid"}}})
}

pub fn leadmagic(email: Option<&str>) -> Value {
    json!({"email": email, "status": email.map(|_| "valid"), "credits_consumed": i32::from(email.is_some())})
}

pub async fn put(bench: &Bench, path: &str, body: Value) -> Response {
    bench
        .client
        .put(bench.url.clone() + path)
        .bearer_auth(&bench.token)
        .json(&body)
        .send()
        .await
        .unwrap()
}

pub async fn providers(bench: &Bench) -> ProvidersView {
    json_of(
        bench.get("/v1/providers").send().await.unwrap(),
        StatusCode::OK,
    )
    .await
}

/// A server whose user has keys of these providers, asked in this order.
pub async fn with_keys(
    database: Database,
    domains: Vec<DomainSpec>,
    apis: &Apis,
    order: &[&str],
    adjust: impl FnOnce(&mut Config),
) -> Option<Bench> {
    let bench = Bench::start_with(database, domains, |config| {
        apis.configure(config);
        adjust(config);
    })
    .await?;
    for name in order {
        let path = format!("/v1/providers/{name}");
        let key = if *name == "snov" {
            format!("id:{KEY}")
        } else {
            KEY.to_owned()
        };
        let response = put(&bench, &path, json!({ "key": key })).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
    let response = put(&bench, "/v1/providers", json!({ "order": order })).await;
    assert_eq!(response.status(), StatusCode::OK);
    Some(bench)
}

pub async fn found(bench: &Bench, body: &Value) -> CaptureView {
    bench.capture(body).await;
    bench.ended(operation(body)).await
}

pub async fn receipt(bench: &Bench, body: &Value) -> ReceiptView {
    let path = format!("/v1/receipts/{}", operation(body));
    json_of(bench.get(&path).send().await.unwrap(), StatusCode::OK).await
}

/// An address that no pattern gives is found by the second provider and proved by us; what
/// the first said is refuted.
async fn claims_are_proved(database: Database) {
    let apis = Apis::start(&[
        ("hunter", 200, hunter("ada.marlow@works.test")),
        ("leadmagic", 200, leadmagic(Some("am77@works.test"))),
    ])
    .await;
    let domains = vec![ordinary("works.test", &["am77"])];
    let order = ["hunter", "leadmagic"];
    let Some(bench) = with_keys(database, domains, &apis, &order, |_| {}).await else {
        return;
    };
    let ada = person("Ada Marlow", Some("works.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    let email = view.email.unwrap();
    assert_eq!(
        (email.address.as_str(), email.status, email.score),
        ("am77@works.test", EmailStatus::Verified, 100)
    );
    assert!(
        email
            .reasons
            .iter()
            .any(|code| code == "found_by_leadmagic")
    );
    assert_eq!(view.credits.available, 9_000);
    let receipt = receipt(&bench, &ada).await;
    assert_eq!(receipt.receipt.charged, 1_000);
    let calls: Vec<_> = receipt
        .provider_calls
        .iter()
        .map(|call| {
            (
                call.provider.as_str(),
                call.outcome.as_str(),
                call.verdict.as_deref(),
                call.cost,
            )
        })
        .collect();
    assert_eq!(
        calls,
        [
            ("hunter", "found", Some("invalid"), None),
            ("leadmagic", "found", Some("verified"), Some(1_000)),
        ]
    );
    let view = providers(&bench).await;
    let [hunter, leadmagic] = view.providers.as_slice() else {
        panic!("{view:?}");
    };
    assert_eq!((hunter.record.found, hunter.record.verified), (1, 0));
    assert_eq!((leadmagic.record.found, leadmagic.record.verified), (1, 1));
    assert_eq!((hunter.spent_today, leadmagic.spent_today), (1_000, 1_000));
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_are_proved_on_sqlite() {
    claims_are_proved(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn claims_are_proved_on_postgres() {
    claims_are_proved(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn own_evidence_comes_first() {
    let apis = Apis::start(&[("hunter", 200, hunter("x@works.test"))]).await;
    let domains = vec![ordinary("works.test", &["ana.example"])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    let ana = person("Ana Example", Some("works.test"));
    assert_eq!(found(&bench, &ana).await.state, CaptureState::Found);
    assert_eq!(apis.asked("hunter"), 0);
    assert_eq!(receipt(&bench, &ana).await.provider_calls, []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_found_is_free_and_not_asked_again() {
    let apis = Apis::start(&[("leadmagic", 200, leadmagic(None))]).await;
    let domains = vec![ordinary("works.test", &[])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["leadmagic"], |_| {})
        .await
        .unwrap();
    let ada = person("Ada Marlow", Some("works.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.state, CaptureState::NotFound, "{view:?}");
    let first = receipt(&bench, &ada).await;
    assert_eq!(first.receipt.charged, 0);
    assert_eq!(first.provider_calls[0].outcome, "missing");
    assert_eq!(first.provider_calls[0].cost, Some(0));
    let again = person("Ada Marlow", Some("works.test"));
    let view = found(&bench, &again).await;
    assert_eq!(view.state, CaptureState::NotFound, "{view:?}");
    assert_eq!(apis.asked("leadmagic"), 1);
    assert_eq!(view.credits.available, 10_000);
    assert_eq!(providers(&bench).await.providers[0].spent_today, 0);
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_behind_greylisting_is_waited_for_and_asked_once() {
    let apis = Apis::start(&[("hunter", 200, hunter("am77@grey.test"))]).await;
    let domains = vec![DomainSpec::new("grey.test", Character::Greylist, &["am77"])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    let ada = person("Ada Marlow", Some("grey.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!(view.email.unwrap().address, "am77@grey.test");
    assert_eq!(apis.asked("hunter"), 1, "asked once, verified later");
    assert_eq!(receipt(&bench, &ada).await.provider_calls.len(), 1);
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_proved_keeps_its_cap_and_costs_nothing() {
    let apis = Apis::start(&[("hunter", 200, hunter("am77@open.test"))]).await;
    let domains = || vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let ada = person("Ada Marlow", Some("open.test"));
    let bench = with_keys(Database::Sqlite, domains(), &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    let view = found(&bench, &ada).await;
    assert_eq!(
        (view.state, view.reason.as_deref()),
        (CaptureState::Unsure, Some("accept_all")),
        "{view:?}"
    );
    let email = view.email.unwrap();
    assert_eq!(email.address, "am77@open.test");
    assert!(email.score > 50 && email.score <= 95, "{}", email.score);
    assert_eq!(view.receipt.unwrap().charged, 0);
    bench.server.stop().await;

    // The same without probing: the provider's word is all there is.
    let bench = with_keys(Database::Sqlite, domains(), &apis, &["hunter"], |config| {
        config.probing = false;
    })
    .await
    .unwrap();
    let view = found(&bench, &ada).await;
    assert_eq!(view.reason.as_deref(), Some("probing_off"), "{view:?}");
    let email = view.email.unwrap();
    assert_eq!(email.address, "am77@open.test");
    assert!(email.score <= 80 && email.status == EmailStatus::Unknown);
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(bench.bed.stats().of("open.test").connections, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_the_mail_port_is_shut_providers_still_answer() {
    let apis = Apis::start(&[("hunter", 200, hunter("am77@works.test"))]).await;
    let bench = Bench::start_with_finder(
        vec![ordinary("works.test", &["am77"])],
        |config| {
            apis.configure(config);
            let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            config.smtp_port = closed.local_addr().unwrap().port();
            config.retry_after = Vec::new();
        },
        |finder| Arc::new(PortShut(finder)),
    )
    .await;
    put(&bench, "/v1/providers/hunter", json!({ "key": KEY })).await;
    let view = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    assert_eq!(
        (view.state, view.reason.as_deref()),
        (CaptureState::Unsure, Some("port_25_shut")),
        "{view:?}"
    );
    let email = view.email.unwrap();
    assert_eq!(email.address, "am77@works.test");
    assert!(email.score <= 80);
    assert_eq!(view.receipt.unwrap().charged, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_elsewhere_is_shown_and_not_charged() {
    let apis = Apis::start(&[("hunter", 200, hunter("ada@other.test"))]).await;
    let domains = vec![
        ordinary("works.test", &[]),
        ordinary("other.test", &["ada"]),
    ];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    let view = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    assert_eq!(
        (view.state, view.reason.as_deref()),
        (CaptureState::Unsure, Some("domain_unconfirmed")),
        "{view:?}"
    );
    assert!(view.email.unwrap().score <= 80);
    assert_eq!(view.receipt.unwrap().charged, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_opted_out_is_asked_for_nowhere_else() {
    let apis = Apis::start(&[
        ("hunter", 451, json!({"errors": []})),
        ("leadmagic", 200, leadmagic(Some("am77@works.test"))),
    ])
    .await;
    let domains = vec![ordinary("works.test", &["am77"])];
    let order = ["hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    let ada = person("Ada Marlow", Some("works.test"));
    assert_eq!(found(&bench, &ada).await.state, CaptureState::NotFound);
    assert_eq!((apis.asked("hunter"), apis.asked("leadmagic")), (1, 0));
    let calls = receipt(&bench, &ada).await.provider_calls;
    assert_eq!(calls[0].error.as_deref(), Some("person_opted_out"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_days_limit_and_a_refused_key_stop_the_asking() {
    let apis = Apis::start(&[
        (
            "hunter",
            401,
            json!({"errors": [{"id": "authentication_failed"}]}),
        ),
        ("leadmagic", 200, leadmagic(Some("am77@works.test"))),
    ])
    .await;
    let domains = vec![ordinary("works.test", &[])];
    let order = ["hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    let limit = put(
        &bench,
        "/v1/providers/leadmagic",
        json!({ "daily_limit": 1_500 }),
    );
    assert_eq!(limit.await.status(), StatusCode::OK);
    for name in ["Ada Marlow", "Bo Stone", "Cleo Hart"] {
        let view = found(&bench, &person(name, Some("works.test"))).await;
        assert_eq!(
            (view.state, view.reason.as_deref()),
            (CaptureState::NotFound, Some("provider_unauthorized")),
            "{view:?}"
        );
    }
    assert_eq!((apis.asked("hunter"), apis.asked("leadmagic")), (1, 1));
    let view = providers(&bench).await;
    assert_eq!(
        view.providers[0].trouble.as_deref(),
        Some("provider_unauthorized")
    );
    assert_eq!(view.providers[1].spent_today, 1_000);
    let path = "/v1/providers/dry-run";
    let plan: DryRunView = json_of(bench.get(path).send().await.unwrap(), StatusCode::OK).await;
    let [call] = plan.calls.as_slice() else {
        panic!("the resting one is not in the plan: {plan:?}");
    };
    assert_eq!(
        (call.provider.as_str(), call.affordable),
        ("leadmagic", false)
    );
    assert_eq!(plan.expected_cost, 0);
    // A new key is a new try.
    put(&bench, "/v1/providers/hunter", json!({ "key": KEY })).await;
    found(&bench, &person("Dora Finch", Some("works.test"))).await;
    assert_eq!(apis.asked("hunter"), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_go_in_and_never_come_out() {
    let apis = Apis::start(&[
        (
            "hunter",
            200,
            json!({"data": {"requests": {"credits": {"available": 12.5}}}}),
        ),
        ("icypeas", 200, json!({})),
    ])
    .await;
    let bench = with_keys(
        Database::Sqlite,
        Vec::new(),
        &apis,
        &["icypeas", "hunter"],
        |_| {},
    )
    .await
    .unwrap();
    let text = bench.get("/v1/providers").send().await.unwrap();
    assert_eq!(text.headers()["cache-control"], "no-store");
    let text = text.text().await.unwrap();
    assert!(!text.contains(KEY), "{text}");
    let view = providers(&bench).await;
    assert_eq!(
        view.order,
        Some(vec!["icypeas".to_owned(), "hunter".to_owned()])
    );
    let tried = |name: &str| {
        let request = bench.post(&format!("/v1/providers/{name}/test"));
        async { json_of::<ProviderTest>(request.send().await.unwrap(), StatusCode::OK).await }
    };
    let hunter = tried("hunter").await;
    assert_eq!(
        (hunter.result.as_str(), hunter.balance),
        ("works", Some(12_500))
    );
    assert_eq!(tried("icypeas").await.result, "unknown");
    for (path, body, status) in [
        ("/v1/providers/nobody", json!({ "key": KEY }), 404),
        ("/v1/providers/apollo", json!({ "daily_limit": 1 }), 400),
        ("/v1/providers/snov", json!({ "key": "only-an-id" }), 400),
        ("/v1/providers/hunter", json!({ "key": " " }), 400),
        ("/v1/providers/hunter", json!({ "daily_limit": -1 }), 400),
        ("/v1/providers/hunter", json!({ "kee": "x" }), 400),
        ("/v1/providers", json!({ "order": ["apollo"] }), 400),
        ("/v1/providers", json!({ "order": null }), 200),
    ] {
        let response = put(&bench, path, body.clone()).await;
        assert_eq!(response.status().as_u16(), status, "{path} {body}");
        assert!(!response.text().await.unwrap().contains(KEY));
    }
    assert_eq!(providers(&bench).await.order, None);
    // Another secret opens nothing: it is said, and nobody is asked.
    let bench = bench.restart_with(|config| {
        config.secret_key = Some("BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".into());
    });
    let bench = bench.await;
    assert_eq!(
        providers(&bench).await.providers[0].trouble.as_deref(),
        Some("key_unreadable")
    );
    let remove = |name: &str| {
        bench
            .client
            .delete(format!("{}/v1/providers/{name}", bench.url))
            .bearer_auth(&bench.token)
            .send()
    };
    assert_eq!(remove("hunter").await.unwrap().status(), 204);
    assert_eq!(remove("hunter").await.unwrap().status(), 404);
    // Nothing in the data folder holds a key in clear.
    bench.server.stop().await;
    for file in std::fs::read_dir(&bench.config.data_dir).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mobiles_come_from_those_that_have_them_and_are_paid_once() {
    let apis = Apis::start(&[
        ("hunter", 200, json!({})),
        (
            "leadmagic",
            200,
            json!({"mobile_number": "+44 20 7946 0018", "credits_consumed": 5}),
        ),
    ])
    .await;
    let order = ["hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, Vec::new(), &apis, &order, |_| {})
        .await
        .unwrap();
    let store = bench.server.store();
    let sources = lode_server::sources(&bench.config, store).unwrap();
    let phones = sources.phones.unwrap();
    let lead = serde_json::from_value(person("Ada Marlow", None)["lead"].clone()).unwrap();
    let question = |account_id, operation| PhoneQuestion {
        account_id,
        operation,
        lead_id: Uuid::from_u128(9),
        person: &lead,
    };
    let account = store.accounts().await.unwrap()[0].id;
    let unlock = Uuid::now_v7();
    for _ in 0..2 {
        let found = phones.find(question(account, unlock)).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].number, "+44 20 7946 0018");
        assert_eq!(
            (found[0].kind, found[0].provider.as_str()),
            (PhoneKind::Mobile, "leadmagic")
        );
    }
    assert_eq!((apis.asked("hunter"), apis.asked("leadmagic")), (0, 1));
    put(
        &bench,
        "/v1/providers/leadmagic",
        json!({ "daily_limit": 9_999 }),
    )
    .await;
    assert_eq!(
        phones.find(question(account, Uuid::now_v7())).await,
        Err(PhoneError::SpendLimit)
    );
    assert_eq!(
        phones.find(question(Uuid::from_u128(4), unlock)).await,
        Err(PhoneError::NotConfigured),
        "another account has no key"
    );
}
