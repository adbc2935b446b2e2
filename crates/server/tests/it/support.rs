//! A server with its mail internet, and a client that is paired with it.

use std::sync::Arc;
use std::time::Duration;

use lode_core::api::{CaptureChanges, CaptureState, CaptureView, PairingResponse};
use lode_server::app::Sources;
use lode_server::jobs::AddressFinder;
use lode_server::{Config, Running};
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

/// How long anything may take that a test waits for.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct Bench {
    pub server: Running,
    pub bed: Bed,
    pub client: Client,
    pub url: String,
    pub token: String,
    pub config: Config,
    pub _folder: TempDir,
}

/// Which database a server gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

impl Bench {
    /// A server on SQLite with these domains.
    pub async fn start(domains: Vec<DomainSpec>) -> Self {
        Self::start_with(Database::Sqlite, domains, |_| {})
            .await
            .unwrap()
    }

    /// `None`, visibly, where PostgreSQL was asked for and is not installed.
    pub async fn start_with(
        database: Database,
        domains: Vec<DomainSpec>,
        adjust: impl FnOnce(&mut Config),
    ) -> Option<Self> {
        let bed = Bed::start(Scenario {
            domains,
            ..Scenario::default()
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&bed, &folder);
        if database == Database::Postgres {
            match lode_testpg::shared() {
                Ok(cluster) => config.database_url = Some(cluster.new_database().unwrap()),
                Err(reason) => {
                    use std::io::Write as _;
                    // Not a print macro: the harness would swallow it.
                    let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {reason}");
                    return None;
                }
            }
        }
        adjust(&mut config);
        let server = lode_server::start(config.clone()).await.unwrap();
        Some(Self::paired(server, bed, config, folder).await)
    }

    /// A server on SQLite that asks another finder, made of the real one.
    pub async fn start_with_finder(
        domains: Vec<DomainSpec>,
        adjust: impl FnOnce(&mut Config),
        make: impl FnOnce(Arc<dyn AddressFinder>) -> Arc<dyn AddressFinder>,
    ) -> Self {
        Self::start_with_sources(domains, adjust, |sources| {
            sources.finder = make(sources.finder.clone());
        })
        .await
    }

    /// A server on SQLite with sources of the test's own beside the real ones.
    pub async fn start_with_sources(
        domains: Vec<DomainSpec>,
        adjust: impl FnOnce(&mut Config),
        change: impl FnOnce(&mut Sources),
    ) -> Self {
        let bed = Bed::start(Scenario {
            domains,
            ..Scenario::default()
        })
        .await
        .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(&bed, &folder);
        adjust(&mut config);
        let (store, pricing) = lode_server::open_store(&config).await.unwrap();
        let mut sources = lode_server::sources(&config, &store).unwrap();
        change(&mut sources);
        let server = lode_server::start_with(config.clone(), store, pricing, sources)
            .await
            .unwrap();
        Self::paired(server, bed, config, folder).await
    }

    pub async fn paired(server: Running, bed: Bed, config: Config, folder: TempDir) -> Self {
        let mut bench = Self {
            url: format!("http://{}", server.address),
            server,
            bed,
            client: Client::builder().timeout(PATIENCE).build().unwrap(),
            token: String::new(),
            config,
            _folder: folder,
        };
        let code = bench
            .server
            .pairing_code
            .clone()
            .expect("nothing is paired yet")
            .code;
        let paired: PairingResponse = json_of(bench.pair(&code).await, StatusCode::CREATED).await;
        bench.token = paired.token;
        bench
    }

    /// Stops the server and starts another one on the same data.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    /// The same with other settings.
    pub async fn restart_with(mut self, adjust: impl FnOnce(&mut Config)) -> Self {
        self.server.stop().await;
        adjust(&mut self.config);
        let server = lode_server::start(self.config.clone()).await.unwrap();
        Self {
            url: format!("http://{}", server.address),
            server,
            ..self
        }
    }

    pub async fn pair(&self, code: &str) -> Response {
        self.client
            .post(format!("{}/v1/pairings", self.url))
            .json(&json!({ "code": code, "device_name": "test" }))
            .send()
            .await
            .unwrap()
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client
            .get(self.url.clone() + path)
            .bearer_auth(&self.token)
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client
            .post(self.url.clone() + path)
            .bearer_auth(&self.token)
    }

    pub async fn capture(&self, body: &Value) -> CaptureView {
        let response = self.post("/v1/captures").json(body).send().await.unwrap();
        json_of(response, StatusCode::CREATED).await
    }

    /// Follows the changes as the extension does, until the capture is in that state.
    pub async fn until(
        &self,
        operation: Uuid,
        reached: impl Fn(CaptureState) -> bool,
    ) -> CaptureView {
        self.until_after(0, operation, reached).await
    }

    /// The same for changes after a version.
    pub async fn until_after(
        &self,
        mut after: i64,
        operation: Uuid,
        reached: impl Fn(CaptureState) -> bool,
    ) -> CaptureView {
        let follow = async {
            loop {
                let path = format!("/v1/captures?after={after}&wait=25");
                let response = self.get(&path).send().await.unwrap();
                let changes: CaptureChanges = json_of(response, StatusCode::OK).await;
                after = changes.next;
                if let Some(view) = changes
                    .captures
                    .into_iter()
                    .find(|view| view.operation_id == operation && reached(view.state))
                {
                    return view;
                }
            }
        };
        tokio::time::timeout(PATIENCE, follow)
            .await
            .expect("the state is reached")
    }

    pub async fn ended(&self, operation: Uuid) -> CaptureView {
        self.until(operation, |state| !state.is_open()).await
    }

    /// The end of a capture that was taken up at that version.
    pub async fn ended_after(&self, version: i64, operation: Uuid) -> CaptureView {
        self.until_after(version - 1, operation, |state| !state.is_open())
            .await
    }

    pub async fn assert_ledger_clean(&self) {
        let store = self.server.store();
        for account in store.accounts().await.unwrap() {
            let check = store.check_ledger(account.id).await.unwrap();
            assert_eq!(check.difference, None);
        }
    }
}

/// The settings of a test's server.
pub fn config(bed: &Bed, folder: &TempDir) -> Config {
    let ready = bed.ready();
    Config {
        listen: "127.0.0.1:0".parse().unwrap(),
        data_dir: folder.path().join("data"),
        durable_commits: false,
        probing: true,
        helo: Some("probe.lode.test".into()),
        mail_from: Some("probe@lode.test".into()),
        dns: Some(ready.dns),
        smtp_port: ready.smtp_port,
        web_port: Some(ready.http_port),
        allow_nets: ready
            .allow_nets
            .iter()
            .map(|net| net.parse().unwrap())
            .collect(),
        retry_after: vec![1, 1, 1],
        ..Config::default()
    }
}

/// A domain with ordinary mail servers.
pub fn ordinary(name: &str, mailboxes: &[&str]) -> DomainSpec {
    DomainSpec::new(name, Character::Ordinary, mailboxes)
}

/// A capture of an invented person.
pub fn person(name: &str, domain: Option<&str>) -> Value {
    let slug = name.to_lowercase().replace(' ', "-");
    let url = format!("https://www.linkedin.com/in/{slug}");
    json!({
        "operation_id": Uuid::now_v7(),
        "captured_at": 1_790_000_000_000_i64,
        "page_url": url,
        "page": { "site": "linkedin", "kind": "profile", "layout": "sdui" },
        "lead": {
            "kind": "person", "full_name": name, "company": "Xqzzy Works",
            "company_domain": domain, "profile_url": url,
        },
    })
}

pub fn operation(body: &Value) -> Uuid {
    body["operation_id"].as_str().unwrap().parse().unwrap()
}

pub async fn json_of<T: serde::de::DeserializeOwned>(response: Response, status: StatusCode) -> T {
    let got = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    serde_json::from_str(&text).unwrap()
}
