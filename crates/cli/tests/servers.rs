//! Two servers on one PostgreSQL, one of them killed (SIGKILL) in the middle of its
//! look-ups: the other takes them over, everybody is found, and nothing is done twice.
//!
//! A provider that holds its answers back makes "in the middle" certain: both servers are
//! waiting for it when one dies.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Path as UrlPath, Query, State};
use axum::http::{StatusCode, header};
use axum::routing::get;
use lode_core::api::{CaptureChanges, CaptureState, CaptureView, PairingResponse};
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use uuid::Uuid;

/// As many as the free plan pays for, less some.
const PEOPLE: usize = 8;

/// How long anything may take that the test waits for.
const PATIENCE: Duration = Duration::from_secs(90);

/// A server process; never left behind.
struct Server {
    process: Child,
    ready: PathBuf,
}

impl Server {
    fn start(folder: &Path, name: &str, variables: &[(&str, String)]) -> Self {
        let ready = folder.join(format!("{name}.json"));
        let process = Command::new(env!("CARGO_BIN_EXE_lode"))
            .arg("serve")
            .arg("--data-dir")
            .arg(folder.join(name))
            .args(["--listen", "127.0.0.1:0"])
            .arg("--ready-file")
            .arg(&ready)
            .envs(variables.iter().map(|(key, value)| (key, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self { process, ready }
    }

    async fn ready(&self) -> Value {
        let wait = async {
            loop {
                let text = std::fs::read_to_string(&self.ready).unwrap_or_default();
                if let Ok(ready) = serde_json::from_str(&text) {
                    return ready;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait)
            .await
            .expect("it starts")
    }

    /// SIGKILL, and gone when this returns.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A provider that knows everybody and answers once the gate is open.
#[derive(Clone)]
struct Provider {
    open: watch::Sender<bool>,
    /// Which server asked for whom, in order.
    asked: Arc<Mutex<Vec<(String, String)>>>,
    news: watch::Sender<usize>,
}

impl Provider {
    fn asked_by(&self, server: &str) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        asked
            .iter()
            .filter(|(by, _)| by == server)
            .map(|(_, whom)| whom.clone())
            .collect()
    }

    async fn until_asked_by(&self, server: &str) {
        let mut news = self.news.subscribe();
        let asked = news.wait_for(|_| !self.asked_by(server).is_empty());
        let asked = tokio::time::timeout(PATIENCE, asked).await;
        asked.expect("the server asks").unwrap();
    }
}

async fn answer(
    State(provider): State<Provider>,
    UrlPath(server): UrlPath<String>,
    Query(query): Query<BTreeMap<String, String>>,
) -> (StatusCode, [(header::HeaderName, &'static str); 1], String) {
    let domain = query["domain"].clone();
    {
        let mut asked = provider.asked.lock().unwrap();
        asked.push((server, domain.clone()));
    }
    provider.news.send_modify(|count| *count += 1);
    provider
        .open
        .subscribe()
        .wait_for(|open| *open)
        .await
        .unwrap();
    let body = json!({"data": {
        "email": format!("am77@{domain}"), "score": 90, "verification": {"status": "valid"},
    }});
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
}

fn capture(number: usize) -> Value {
    let url = format!("https://www.linkedin.com/in/ada-{number}");
    json!({
        "operation_id": Uuid::now_v7(),
        "captured_at": 1_790_000_000_000_i64,
        "page_url": url,
        "page": { "site": "linkedin", "kind": "profile", "layout": null },
        "lead": {
            "kind": "person", "full_name": "Ada Marlow", "company": format!("Works {number}"),
            "company_domain": format!("works{number}.test"), "profile_url": url,
        },
    })
}

/// Follows the changes until every capture has ended.
async fn all_ended(client: &Client, url: &str, token: &str) -> BTreeMap<Uuid, CaptureView> {
    let mut after = 0;
    let mut views = BTreeMap::new();
    let follow = async {
        loop {
            let path = format!("{url}/v1/captures?after={after}&wait=5");
            let response = client.get(path).bearer_auth(token).send().await.unwrap();
            let changes: CaptureChanges = response.json().await.unwrap();
            after = changes.next;
            for view in changes.captures {
                views.insert(view.operation_id, view);
            }
            if views.len() == PEOPLE && views.values().all(|view| !view.state.is_open()) {
                break;
            }
        }
    };
    let ended = tokio::time::timeout(PATIENCE, follow).await;
    ended.expect("every look-up ends");
    views
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_servers_look_ups_are_taken_over_and_nothing_is_done_twice() {
    let cluster = match lode_testpg::shared() {
        Ok(cluster) => cluster,
        Err(reason) => {
            // Not a print macro: the harness would swallow it.
            let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {reason}");
            return;
        }
    };
    let domains = (0..PEOPLE)
        .map(|n| DomainSpec::new(&format!("works{n}.test"), Character::Ordinary, &["am77"]))
        .collect();
    let bed = Bed::start(Scenario {
        domains,
        ..Scenario::default()
    })
    .await
    .unwrap();
    let provider = Provider {
        open: watch::Sender::new(false),
        asked: Arc::default(),
        news: watch::Sender::new(0),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = axum::Router::new()
        .route("/{server}/email-finder", get(answer))
        .with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });

    let folder = tempfile::tempdir().unwrap();
    let ready = bed.ready();
    let database = cluster.new_database().unwrap();
    let variables = |name: &str| {
        vec![
            ("LODE_DATABASE_URL", database.clone()),
            ("LODE_PROBING", "true".to_owned()),
            ("LODE_HELO", "probe.lode.test".to_owned()),
            ("LODE_MAIL_FROM", "probe@lode.test".to_owned()),
            ("LODE_DNS", ready.dns.to_string()),
            ("LODE_SMTP_PORT", ready.smtp_port.to_string()),
            ("LODE_WEB_PORT", ready.http_port.to_string()),
            (
                "LODE_ALLOW_NETS",
                format!("{},127.0.0.1/32", ready.allow_nets.join(",")),
            ),
            ("LODE_LEASE_SECONDS", "5".to_owned()),
            ("LODE_WORKERS", "3".to_owned()),
            ("LODE_LOG", "error".to_owned()),
            (
                "LODE_SECRET_KEY",
                "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
            ),
            ("LODE_PROVIDER_URLS", format!("hunter={base}/{name}")),
        ]
    };
    let heir = Server::start(folder.path(), "heir", &variables("heir"));
    let told = heir.ready().await;
    let url = told["address"].as_str().unwrap();
    let client = Client::builder().timeout(PATIENCE).build().unwrap();
    let code = json!({ "code": told["pairing_code"], "device_name": "test" });
    let paired = client.post(format!("{url}/v1/pairings")).json(&code).send();
    let paired: PairingResponse = paired.await.unwrap().json().await.unwrap();
    let token = paired.token;
    let set = client
        .put(format!("{url}/v1/providers/hunter"))
        .bearer_auth(&token)
        .json(&json!({ "key": "key-7b1e" }))
        .send();
    assert_eq!(set.await.unwrap().status(), 200);
    let mut doomed = Server::start(folder.path(), "doomed", &variables("doomed"));
    doomed.ready().await;

    for number in 0..PEOPLE {
        let sent = client
            .post(format!("{url}/v1/captures"))
            .bearer_auth(&token)
            .json(&capture(number))
            .send();
        assert_eq!(sent.await.unwrap().status(), 201);
    }
    provider.until_asked_by("doomed").await;
    provider.until_asked_by("heir").await;
    doomed.kill();
    provider.open.send_replace(true);

    let views = all_ended(&client, url, &token).await;
    for view in views.values() {
        assert_eq!(view.state, CaptureState::Found, "{view:?}");
        assert_eq!(view.receipt.as_ref().unwrap().charged, 1_000);
    }
    // The living one asked for everybody, once: for those of the dead one again, whose
    // answers nobody has.
    let mut by_heir = provider.asked_by("heir");
    by_heir.sort();
    let everybody: Vec<String> = (0..PEOPLE).map(|n| format!("works{n}.test")).collect();
    assert_eq!(by_heir, everybody);
    let by_doomed = provider.asked_by("doomed");
    assert!(!by_doomed.is_empty() && by_doomed.len() <= 3);
    let ask = async |path: &str| -> Value {
        let request = client.get(format!("{url}{path}")).bearer_auth(&token);
        request.send().await.unwrap().json().await.unwrap()
    };
    let providers = ask("/v1/providers").await;
    let hunter = &providers["providers"][0];
    assert_eq!(hunter["record"]["verified"], json!(PEOPLE));
    // It may have died between writing a call down and making it.
    let asked = hunter["record"]["asked"].as_u64().unwrap();
    let fewest = PEOPLE + by_doomed.len();
    assert!((fewest..=PEOPLE + 3).contains(&usize::try_from(asked).unwrap()));
    // Hunter documents that the same question costs nothing again: what the dead one had reserved
    // is replaced by what the living one paid.
    assert_eq!(hunter["spent_today"], json!(PEOPLE * 1_000));
    let credits = &ask("/v1/account").await["credits"];
    assert_eq!(
        (&credits["available"], &credits["held"]),
        (&json!(2_000), &json!(0))
    );
    let check = Command::new(env!("CARGO_BIN_EXE_lode"))
        .args(["ledger", "check", "--data-dir"])
        .arg(folder.path().join("heir"))
        .env("LODE_DATABASE_URL", &database)
        .output()
        .unwrap();
    assert!(check.status.success(), "{check:?}");
}
