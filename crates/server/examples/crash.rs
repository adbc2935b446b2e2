//! Kills the server at random while clients work, and looks what is left.
//!
//! `cargo run -p lode-server --release --example crash -- [OPERATIONS] [--postgres]
//! [--lode PATH]`: so many operations (10,000 by default; five of eight are captures, the
//! others imports, reported usage and unlocks) are sent by clients that repeat each one, with
//! its id, until it is answered, while `lode serve` is killed (SIGKILL) and started again,
//! over and over. Then: every operation is stored once, nothing was lost, nobody was charged
//! twice, no search that a provider works on was begun again once its id was known, and `lode
//! ledger check` is clean. Exit status 1 otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::extract::{Path as Segment, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use lode_core::api::{CaptureChanges, CaptureState, CaptureView, PairingResponse};
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use rand::Rng as _;
use reqwest::Client;
use serde_json::{Value, json};
use uuid::Uuid;

/// Clients at once.
const CLIENTS: usize = 16;

/// People at each domain, every second of whom has a mailbox.
const PEOPLE_PER_DOMAIN: usize = 20;

/// How long a server lives between two kills, in milliseconds.
const LIFE_MS: std::ops::Range<u64> = 150..1_500;

fn main() -> ExitCode {
    let mut operations = 10_000;
    let mut postgres = false;
    let mut lode = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--postgres" => postgres = true,
            "--lode" => lode = arguments.next().map(PathBuf::from),
            number => operations = number.parse().expect("a number of operations"),
        }
    }
    let lode = lode.unwrap_or_else(beside_this_program);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    match runtime.block_on(run(operations, postgres, &lode)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            println!("FAILED: {message}");
            ExitCode::FAILURE
        }
    }
}

/// `target/PROFILE/lode`, built where it is missing.
fn beside_this_program() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let profile = program.parent().unwrap().parent().unwrap();
    // By its name: rustup's cargo then uses one toolchain for all that it builds.
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "-p", "lode-cli", "--bin", "lode"]);
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "lode does not build");
    profile.join("lode")
}

struct Setting {
    lode: PathBuf,
    folder: PathBuf,
    variables: Vec<(&'static str, String)>,
    port: u16,
}

/// A server process; never left behind.
struct Server(Child);

impl Server {
    /// SIGKILL, and gone when this returns.
    fn kill(&mut self) -> Result<(), String> {
        self.0.kill().map_err(|e| e.to_string())?;
        self.0.wait().map(|_| ()).map_err(|e| e.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

impl Setting {
    fn start(&self) -> Server {
        let child = Command::new(&self.lode)
            .arg("serve")
            .arg("--data-dir")
            .arg(self.folder.join("data"))
            .args(["--listen", &format!("127.0.0.1:{}", self.port)])
            .arg("--ready-file")
            .arg(self.folder.join("ready.json"))
            .envs(self.variables.iter().map(|(k, v)| (k, v)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("lode starts");
        Server(child)
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// One run; what is wrong, in words.
pub async fn run(operations: usize, postgres: bool, lode: &Path) -> Result<(), String> {
    let people = people(operations);
    let domains = people.div_ceil(PEOPLE_PER_DOMAIN);
    let bed = Bed::start(Scenario {
        domains: (0..domains).map(domain).collect(),
        ..Scenario::default()
    })
    .await
    .map_err(|e| e.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    let searches = Arc::new(Mutex::new(Searches::default()));
    let provider = provider(searches.clone()).await?;
    let setting = setting(&bed, folder.path(), postgres, operations, lode, &provider)?;
    let mut server = setting.start();
    let token = pair(&setting).await?;
    for provider in PROVIDERS {
        set_provider(&setting, &token, provider).await?;
    }

    let work = Arc::new(Work {
        url: setting.url(),
        token: token.clone(),
        operations: (0..operations).map(|i| Operation::new(i, people)).collect(),
        ..Work::default()
    });
    let done = Arc::new(AtomicBool::new(false));
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let work = work.clone();
            tokio::spawn(async move { work.send_all().await })
        })
        .collect();
    let watching = {
        let done = done.clone();
        tokio::spawn(async move {
            for client in clients {
                client.await.map_err(|e| e.to_string())??;
            }
            done.store(true, Ordering::Release);
            Ok::<(), String>(())
        })
    };

    let started = Instant::now();
    let mut kills = 0_u32;
    while !done.load(Ordering::Acquire) && !watching.is_finished() {
        let life = Duration::from_millis(rand::rng().random_range(LIFE_MS));
        tokio::time::sleep(life).await;
        server.kill()?;
        kills += 1;
        server = setting.start();
    }
    watching.await.map_err(|e| e.to_string())??;
    let sent_in = started.elapsed();

    let ended = async {
        let states = wait_until_ended(&setting, &token, &work).await?;
        check_leads(&setting, &token, &work).await?;
        Ok::<_, String>((states, receipts(&setting, &token).await?))
    };
    let ended = ended.await;
    server.kill()?;
    let (states, receipts) = ended?;
    println!(
        "{operations} operations in {:.1} s, {kills} kills, {} repeated requests; {states:?}",
        sent_in.as_secs_f64(),
        work.retries.load(Ordering::Relaxed)
    );
    check_receipts(&work, &receipts)?;
    check_entries(&setting, operations, &receipts)?;
    check_searches(&searches.lock().unwrap())?;
    println!("ledger clean; every operation stored once; nobody charged twice");
    Ok(())
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Capture,
    Import,
    Usage,
    Unlock,
}

impl Kind {
    fn of(number: usize) -> Self {
        match number % 8 {
            2 => Self::Import,
            4 => Self::Usage,
            7 => Self::Unlock,
            _ => Self::Capture,
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Capture => "/v1/captures",
            Self::Import => "/v1/imports",
            Self::Usage => "/v1/usage",
            Self::Unlock => "/v1/unlocks",
        }
    }
}

/// How many of so many operations are of a kind.
fn count(operations: usize, kind: Kind) -> usize {
    (0..operations).filter(|i| Kind::of(*i) == kind).count()
}

/// Rows of an import.
const ROWS: usize = 2;

/// An operation with its id, made before anything is sent.
struct Operation {
    id: Uuid,
    number: usize,
    kind: Kind,
    /// Without the lead, where it is an unlock: that is known when one was captured.
    body: Value,
}

impl Operation {
    fn new(number: usize, people: usize) -> Self {
        let (id, kind) = (Uuid::now_v7(), Kind::of(number));
        let body = match kind {
            Kind::Capture => capture(id, number, people),
            Kind::Import => {
                let rows: Vec<Value> = (0..ROWS)
                    .map(|row| {
                        let url = format!("https://www.linkedin.com/in/row-{number}-{row}");
                        json!({ "full_name": format!("Row {number}"), "profile_url": url })
                    })
                    .collect();
                json!({ "operation_id": id, "rows": rows })
            }
            Kind::Usage => json!({
                "operation_id": id, "action": "ai_text", "subject": format!("text-{number}"),
                "outcome": "written",
            }),
            Kind::Unlock => json!({ "operation_id": id }),
        };
        Self {
            id,
            number,
            kind,
            body,
        }
    }
}

/// What the clients share.
#[derive(Default)]
struct Work {
    url: String,
    token: String,
    operations: Vec<Operation>,
    next: AtomicUsize,
    retries: AtomicUsize,
    /// Leads that captures were answered with.
    leads: Mutex<Vec<Uuid>>,
    /// Operations that were refused for want of credit and that nothing is kept of.
    refused: Mutex<BTreeSet<Uuid>>,
}

impl Work {
    /// Sends operations until none is left, each until it is answered.
    async fn send_all(&self) -> Result<(), String> {
        let client = Client::builder()
            .timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        loop {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(operation) = self.operations.get(next) else {
                return Ok(());
            };
            let mut body = operation.body.clone();
            if operation.kind == Kind::Unlock {
                body["lead_id"] = json!(self.some_lead(operation.number).await);
            }
            while !self.send(&client, operation, &body).await? {
                self.retries.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }

    /// A lead that was captured.
    async fn some_lead(&self, number: usize) -> Uuid {
        loop {
            {
                let leads = self.leads.lock().unwrap();
                if !leads.is_empty() {
                    return leads[number * 7 % leads.len()];
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Whether the operation was answered.
    async fn send(
        &self,
        client: &Client,
        operation: &Operation,
        body: &Value,
    ) -> Result<bool, String> {
        let request = client
            .post(format!("{}{}", self.url, operation.kind.path()))
            .bearer_auth(&self.token)
            .json(body);
        let Ok(response) = request.send().await else {
            return Ok(false);
        };
        let status = response.status();
        let Ok(text) = response.text().await else {
            return Ok(false);
        };
        match status.as_u16() {
            200 | 201 => {
                if operation.kind == Kind::Capture {
                    let view: CaptureView =
                        serde_json::from_str(&text).map_err(|e| e.to_string())?;
                    self.leads.lock().unwrap().push(view.lead_id);
                }
                Ok(true)
            }
            // Unlocks are kept, paused; nothing is kept of a report.
            402 => {
                if operation.kind == Kind::Usage {
                    self.refused.lock().unwrap().insert(operation.id);
                }
                Ok(true)
            }
            // Busy or dying, or the dead server's lease: the same again.
            409 if text.contains("operation_in_progress") => Ok(false),
            500..=599 => Ok(false),
            _ => Err(format!("{:?} was refused: {status} {text}", operation.kind)),
        }
    }
}

/// Those that have a key: one that answers at once, and one that works on a search.
const PROVIDERS: [&str; 2] = ["leadmagic", "dropcontact"];

/// What the provider that works on searches was asked: whom each is of, by its number, and
/// which of them were looked at.
#[derive(Default)]
struct Searches {
    whom: Vec<String>,
    looked_at: BTreeSet<usize>,
    /// Searches begun of somebody of whom one was looked at already.
    twice: Vec<String>,
    /// Looks at them all.
    looks: usize,
}

impl Searches {
    /// Its id.
    fn begin(&mut self, whom: String) -> String {
        let mut earlier = self.whom.iter().enumerate();
        if earlier.any(|(number, known)| *known == whom && self.looked_at.contains(&number)) {
            self.twice.push(whom.clone());
        }
        self.whom.push(whom);
        format!("r{}", self.whom.len() - 1)
    }

    /// What a look says: of every fourth search it is not done at the first one.
    fn look(&mut self, id: &str) -> Value {
        self.looks += 1;
        let Some(number) = id.strip_prefix('r').and_then(|id| id.parse().ok()) else {
            return json!({"error": true, "success": false});
        };
        if self.looked_at.insert(number) && number % 4 == 0 {
            return json!({"error": false, "success": false});
        }
        json!({"error": false, "success": true, "data": [{"email": []}]})
    }
}

/// Whom nobody knows: what was begun once, and looked at, is never begun again, however often
/// the server was killed in between.
fn check_searches(searches: &Searches) -> Result<(), String> {
    let (begun, looked_at) = (searches.whom.len(), searches.looked_at.len());
    println!(
        "{begun} searches begun, {looked_at} looked at, {} looks",
        searches.looks
    );
    if let Some(whom) = searches.twice.first() {
        return Err(format!(
            "{whom} was searched for again, {} in all",
            searches.twice.len()
        ));
    }
    if looked_at == 0 {
        return Err("no search was looked at".to_owned());
    }
    Ok(())
}

/// The providers on loopback, at one address: one knows a number of everybody, the other works
/// on searches and finds nobody.
async fn provider(searches: Arc<Mutex<Searches>>) -> Result<String, String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .map_err(|e| e.to_string())?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    let answer =
        || async { Json(json!({ "mobile_number": "+49 151 5550 200", "credits_consumed": 5 })) };
    let begin = |State(searches): State<Arc<Mutex<Searches>>>, Json(body): Json<Value>| async move {
        let contact = body["data"][0].to_string();
        let id = searches.lock().unwrap().begin(contact);
        Json(json!({"error": false, "success": true, "request_id": id}))
    };
    let look = |State(searches): State<Arc<Mutex<Searches>>>, Segment(id): Segment<String>| async move {
        Json(searches.lock().unwrap().look(&id))
    };
    let app = Router::new()
        .route("/v1/people/mobile-finder", post(answer))
        .route("/enrich/all", post(begin))
        .route("/enrich/all/{id}", get(look))
        .with_state(searches);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(format!("http://{address}"))
}

async fn set_provider(setting: &Setting, token: &str, provider: &str) -> Result<(), String> {
    let set = Client::new()
        .put(format!("{}/v1/providers/{provider}", setting.url()))
        .bearer_auth(token)
        .json(&json!({ "key": "key-of-a-run", "daily_limit": 1_000_000_000 }))
        .send()
        .await
        .map_err(|e| e.to_string())?;
    if set.status().is_success() {
        return Ok(());
    }
    Err(format!(
        "no provider: {}",
        set.text().await.unwrap_or_default()
    ))
}

/// A domain where every second person has a mailbox.
fn domain(number: usize) -> DomainSpec {
    let mailboxes: Vec<String> = (0..PEOPLE_PER_DOMAIN)
        .step_by(2)
        .map(|i| format!("ana.{}", family(i)))
        .collect();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    DomainSpec::new(&format!("d{number}.test"), Character::Ordinary, &mailboxes)
}

/// A family name in letters only.
fn family(number: usize) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    format!("ex{}{}ample", letter(number / 26), letter(number))
}

/// How many different people are captured: some are clicked on more than once, in a long
/// run all of them over and over.
fn people(operations: usize) -> usize {
    (operations * 4 / 5).clamp(1, 40 * PEOPLE_PER_DOMAIN)
}

/// How many of them are captured at least once.
fn captured(operations: usize) -> usize {
    let people = people(operations);
    (0..operations)
        .filter(|i| Kind::of(*i) == Kind::Capture)
        .map(|i| i % people)
        .collect::<BTreeSet<_>>()
        .len()
}

fn capture(id: Uuid, number: usize, people: usize) -> Value {
    let person = number % people;
    let (domain, who) = (person / PEOPLE_PER_DOMAIN, person % PEOPLE_PER_DOMAIN);
    let url = format!("https://www.linkedin.com/in/ana-{domain}-{who}");
    json!({
        "operation_id": id,
        "captured_at": 1_790_000_000_000_i64,
        "page_url": url,
        "page": { "site": "linkedin", "kind": "profile", "layout": null },
        "lead": {
            "kind": "person", "full_name": format!("Ana {}", family(who)),
            "company": format!("Works {domain}"), "company_domain": format!("d{domain}.test"),
            "profile_url": url,
        },
    })
}

fn setting(
    bed: &Bed,
    folder: &Path,
    postgres: bool,
    operations: usize,
    lode: &Path,
    provider: &str,
) -> Result<Setting, String> {
    let ready = bed.ready();
    // Credit for three quarters of it: the rest shows what happens without.
    let standard = people(operations) * 3 / 8 + count(operations, Kind::Usage) / 2;
    let premium = count(operations, Kind::Unlock) * 3 / 4;
    let policy = folder.join("crash.toml");
    std::fs::write(&policy, policy_with(standard, premium)).map_err(|e| e.to_string())?;
    let mut variables = vec![
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
        (
            "LODE_SECRET_KEY",
            "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=".to_owned(),
        ),
        (
            "LODE_PROVIDER_URLS",
            PROVIDERS.map(|name| format!("{name}={provider}")).join(","),
        ),
        ("LODE_POLICY", policy.display().to_string()),
        ("LODE_LEASE_SECONDS", "5".to_owned()),
        // Killed over and over, a look-up may need many beginnings.
        ("LODE_ATTEMPTS_MAX", "1000".to_owned()),
        ("LODE_WORKERS", "16".to_owned()),
        ("LODE_LOG", "error".to_owned()),
    ];
    if postgres {
        let cluster = lode_testpg::shared().map_err(str::to_owned)?;
        variables.push(("LODE_DATABASE_URL", cluster.new_database()?));
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .map_err(|e| e.to_string())?
        .port();
    Ok(Setting {
        lode: lode.to_owned(),
        folder: folder.to_owned(),
        variables,
        port,
    })
}

/// Lode's own policy with other allotments.
fn policy_with(standard: usize, premium: usize) -> String {
    let own = include_str!("../../ledger/policies/lode.toml");
    let free = "allotments = [{ pool = \"standard\", credits = 10 }]";
    assert!(own.contains(free), "the free plan reads otherwise");
    own.replace(
        free,
        &format!(
            "allotments = [{{ pool = \"standard\", credits = {standard} }}, \
             {{ pool = \"premium\", credits = {premium} }}]"
        ),
    )
}

async fn pair(setting: &Setting) -> Result<String, String> {
    let ready = setting.folder.join("ready.json");
    let started = Instant::now();
    let told: Value = loop {
        let told = std::fs::read_to_string(&ready).ok();
        if let Some(told) = told.and_then(|text| serde_json::from_str(&text).ok()) {
            break told;
        }
        if started.elapsed() > Duration::from_secs(60) {
            return Err("the server does not start".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    let body = json!({ "code": told["pairing_code"], "device_name": "crash" });
    let request = Client::new()
        .post(format!("{}/v1/pairings", setting.url()))
        .json(&body);
    let answer: PairingResponse = request
        .send()
        .await
        .map_err(|e| e.to_string())?
        .json()
        .await
        .map_err(|e| e.to_string())?;
    Ok(answer.token)
}

/// Waits for the last look-up; then every capture that was sent, and no other, is there.
async fn wait_until_ended(
    setting: &Setting,
    token: &str,
    work: &Work,
) -> Result<BTreeMap<String, usize>, String> {
    let client = Client::new();
    let started = Instant::now();
    let sent = count(work.operations.len(), Kind::Capture);
    let mut after = 0;
    let mut states: BTreeMap<Uuid, CaptureState> = BTreeMap::new();
    let mut leads = BTreeSet::new();
    loop {
        let url = format!("{}/v1/captures?after={after}&wait=5", setting.url());
        match client.get(url).bearer_auth(token).send().await {
            Ok(response) => {
                let changes: CaptureChanges = response.json().await.map_err(|e| e.to_string())?;
                after = changes.next;
                for capture in changes.captures {
                    states.insert(capture.operation_id, capture.state);
                    leads.insert(capture.lead_id);
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        let open = states.values().filter(|state| state.is_open()).count();
        if states.len() == sent && open == 0 {
            break;
        }
        if states.len() > sent {
            return Err(format!("{} captures of {sent} sent", states.len()));
        }
        if started.elapsed() > Duration::from_secs(600) {
            return Err(format!(
                "{open} look-ups do not end, {} captures",
                states.len()
            ));
        }
    }
    let people = captured(work.operations.len());
    if leads.len() != people {
        return Err(format!("{} leads for {people} people", leads.len()));
    }
    let mut counts = BTreeMap::new();
    for state in states.values() {
        *counts.entry(format!("{state:?}")).or_insert(0) += 1;
    }
    Ok(counts)
}

/// Everybody who was captured or imported is a lead, once.
async fn check_leads(setting: &Setting, token: &str, work: &Work) -> Result<(), String> {
    let found = Client::new()
        .post(format!("{}/v1/searches", setting.url()))
        .bearer_auth(token)
        .json(&json!({ "query": "", "limit": 1 }))
        .send()
        .await
        .map_err(|e| e.to_string())?;
    let found: Value = found.json().await.map_err(|e| e.to_string())?;
    let operations = work.operations.len();
    let expected = captured(operations) + ROWS * count(operations, Kind::Import);
    if found["found"] != json!(expected) {
        return Err(format!("{} leads, not {expected}", found["found"]));
    }
    Ok(())
}

/// All receipts, page by page.
async fn receipts(setting: &Setting, token: &str) -> Result<Vec<Value>, String> {
    let (client, mut all) = (Client::new(), Vec::new());
    let mut path = "/v1/receipts?limit=200".to_owned();
    loop {
        let page = client
            .get(format!("{}{path}", setting.url()))
            .bearer_auth(token)
            .send()
            .await
            .map_err(|e| e.to_string())?;
        let page: Value = page.json().await.map_err(|e| e.to_string())?;
        all.extend(page["receipts"].as_array().into_iter().flatten().cloned());
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/receipts?limit=200&before={next}"),
            None => return Ok(all),
        }
    }
}

/// Every operation that was not refused is there once, has ended or waits for credit, and
/// nothing was charged twice.
fn check_receipts(work: &Work, receipts: &[Value]) -> Result<(), String> {
    let refused = work.refused.lock().unwrap();
    let mut expected: BTreeMap<Uuid, Kind> = work
        .operations
        .iter()
        .filter(|operation| !refused.contains(&operation.id))
        .map(|operation| (operation.id, operation.kind))
        .collect();
    let mut by_lead: BTreeMap<(String, String), i64> = BTreeMap::new();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for row in receipts {
        let id: Uuid = row["operation_id"].as_str().unwrap().parse().unwrap();
        let kind = expected
            .remove(&id)
            .ok_or_else(|| format!("{id} is there twice, or was never sent: {row}"))?;
        let (state, charged) = (
            row["state"].as_str().unwrap(),
            row["charged"].as_i64().unwrap(),
        );
        *kinds
            .entry(format!("{kind:?} {state} {charged}"))
            .or_insert(0) += 1;
        let right = match kind {
            Kind::Capture => matches!((state, charged), ("done", 0 | 1_000) | ("paused", 0)),
            Kind::Import => (state, charged) == ("done", 0),
            Kind::Usage => (state, charged) == ("done", 1_000),
            Kind::Unlock => matches!((state, charged), ("done", 0 | 1_000) | ("paused", 0)),
        };
        if !right {
            return Err(format!("{kind:?}: {row}"));
        }
        if let Some(lead) = row["lead_id"].as_str() {
            let sum = by_lead
                .entry((lead.to_owned(), format!("{kind:?}")))
                .or_insert(0);
            *sum += charged;
        }
    }
    if let Some((id, kind)) = expected.first_key_value() {
        return Err(format!(
            "{kind:?} {id} is lost, and {} more",
            expected.len() - 1
        ));
    }
    if let Some((lead, amount)) = by_lead.iter().find(|(_, amount)| **amount > 1_000) {
        return Err(format!("lead {lead:?} was charged {amount}"));
    }
    println!("{kinds:?}, {} refused", refused.len());
    // What was never paid for was never tested.
    for paid in [
        "Capture done 1000",
        "Usage done 1000",
        "Unlock done 1000",
        "Import done 0",
    ] {
        if !kinds.contains_key(paid) {
            return Err(format!("there was no {paid}"));
        }
    }
    Ok(())
}

/// `lode ledger check`; what the ledger has charged is what the receipts say.
fn check_entries(setting: &Setting, operations: usize, receipts: &[Value]) -> Result<(), String> {
    let lode = |arguments: &[&str]| {
        Command::new(&setting.lode)
            .args(arguments)
            .arg("--data-dir")
            .arg(setting.folder.join("data"))
            .envs(setting.variables.iter().map(|(k, v)| (k, v)))
            .output()
            .map_err(|e| e.to_string())
    };
    let check = lode(&["ledger", "check"])?;
    if !check.status.success() {
        return Err(format!(
            "ledger check: {}{}",
            String::from_utf8_lossy(&check.stdout),
            String::from_utf8_lossy(&check.stderr)
        ));
    }
    let export = lode(&["ledger", "export"])?;
    let export = String::from_utf8_lossy(&export.stdout);
    let settled = export
        .lines()
        .filter(|line| line.contains(",settle,"))
        .count();
    let said = receipts
        .iter()
        .filter(|row| row["charged"].as_i64() > Some(0))
        .count();
    // Each price here is one credit of one grant: one entry.
    if settled != said {
        return Err(format!("{settled} charges, but {said} receipts say so"));
    }
    let found = receipts
        .iter()
        .filter(|row| row["action"] == "find" && row["charged"].as_i64() > Some(0))
        .count();
    let mailboxes = people(operations).div_ceil(2);
    println!("{settled} charges, {found} of them for {mailboxes} mailboxes");
    if found > mailboxes {
        return Err(format!("{found} charges for {mailboxes} mailboxes"));
    }
    Ok(())
}
