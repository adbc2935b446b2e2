//! Kills the server at random while clients capture, and looks what is left.
//!
//! `cargo run -p lode-server --release --example crash -- [OPERATIONS] [--postgres]
//! [--lode PATH]`: so many captures (10,000 by default) are sent by clients that repeat
//! each one, with its id, until it is answered, while `lode serve` is killed (SIGKILL) and
//! started again, over and over. Then: every capture is stored once, nothing was lost,
//! nobody was charged twice, and `lode ledger check` is clean. Exit status 1 otherwise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lode_core::api::{CaptureChanges, CaptureState, PairingResponse};
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
    let setting = setting(&bed, folder.path(), postgres, operations, lode)?;
    let mut server = setting.start();
    let token = Arc::new(pair(&setting).await?);

    let bodies: Arc<Vec<Value>> = Arc::new((0..operations).map(|i| capture(i, people)).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let (retries, done) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (bodies, next, retries, token) =
                (bodies.clone(), next.clone(), retries.clone(), token.clone());
            let url = setting.url();
            tokio::spawn(async move { send_all(&url, &token, &bodies, &next, &retries).await })
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

    let states = wait_until_ended(&setting, &token, &bodies).await;
    server.kill()?;
    let states = states?;
    println!(
        "{operations} captures in {:.1} s, {kills} kills, {} repeated requests; {states:?}",
        sent_in.as_secs_f64(),
        retries.load(Ordering::Relaxed)
    );
    check_entries(&setting, operations)?;
    println!("ledger clean; every capture stored once; no person charged twice");
    Ok(())
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

fn capture(number: usize, people: usize) -> Value {
    let person = number % people;
    let (domain, who) = (person / PEOPLE_PER_DOMAIN, person % PEOPLE_PER_DOMAIN);
    let url = format!("https://www.linkedin.com/in/ana-{domain}-{who}");
    json!({
        "operation_id": Uuid::now_v7(),
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
) -> Result<Setting, String> {
    let ready = bed.ready();
    // Credit for three quarters of the people: the rest shows what happens without.
    let policy = folder.join("crash.toml");
    std::fs::write(&policy, policy_with(people(operations) * 3 / 8)).map_err(|e| e.to_string())?;
    let mut variables = vec![
        ("LODE_PROBING", "true".to_owned()),
        ("LODE_HELO", "probe.lode.test".to_owned()),
        ("LODE_MAIL_FROM", "probe@lode.test".to_owned()),
        ("LODE_DNS", ready.dns.to_string()),
        ("LODE_SMTP_PORT", ready.smtp_port.to_string()),
        ("LODE_WEB_PORT", ready.http_port.to_string()),
        ("LODE_ALLOW_NETS", ready.allow_nets.join(",")),
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

/// Lode's own policy with another allotment.
fn policy_with(credits: usize) -> String {
    let own = include_str!("../../ledger/policies/lode.toml");
    let free = "allotments = [{ pool = \"standard\", credits = 10 }]";
    assert!(own.contains(free), "the free plan reads otherwise");
    own.replace(
        free,
        &format!("allotments = [{{ pool = \"standard\", credits = {credits} }}]"),
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

/// Sends captures until none is left, each until it is answered.
async fn send_all(
    url: &str,
    token: &str,
    bodies: &[Value],
    next: &AtomicUsize,
    retries: &AtomicUsize,
) -> Result<(), String> {
    let client = Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
        loop {
            let request = client
                .post(format!("{url}/v1/captures"))
                .bearer_auth(token)
                .json(body);
            match request.send().await {
                Ok(response) if response.status().is_success() => break,
                // Busy or dying: the same again.
                Ok(response) if response.status().is_server_error() => {}
                Ok(response) => {
                    let status = response.status();
                    let text = response.text().await.unwrap_or_default();
                    return Err(format!("a capture was refused: {status} {text}"));
                }
                Err(_) => {}
            }
            retries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    Ok(())
}

/// Waits for the last look-up; then every capture that was sent, and no other, is there.
async fn wait_until_ended(
    setting: &Setting,
    token: &str,
    bodies: &[Value],
) -> Result<BTreeMap<String, usize>, String> {
    let client = Client::new();
    let started = Instant::now();
    let mut after = 0;
    let mut states: BTreeMap<Uuid, CaptureState> = BTreeMap::new();
    let mut charged: BTreeMap<Uuid, (Uuid, i64)> = BTreeMap::new();
    loop {
        let url = format!("{}/v1/captures?after={after}&wait=5", setting.url());
        match client.get(url).bearer_auth(token).send().await {
            Ok(response) => {
                let changes: CaptureChanges = response.json().await.map_err(|e| e.to_string())?;
                after = changes.next;
                for capture in changes.captures {
                    states.insert(capture.operation_id, capture.state);
                    let amount = capture.receipt.map_or(0, |receipt| receipt.charged);
                    charged.insert(capture.operation_id, (capture.lead_id, amount));
                }
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
        let open = states.values().filter(|state| state.is_open()).count();
        if states.len() == bodies.len() && open == 0 {
            break;
        }
        if states.len() > bodies.len() {
            return Err(format!(
                "{} captures of {} sent",
                states.len(),
                bodies.len()
            ));
        }
        if started.elapsed() > Duration::from_secs(600) {
            return Err(format!(
                "{open} look-ups do not end, {} captures",
                states.len()
            ));
        }
    }
    for body in bodies {
        let id: Uuid = body["operation_id"].as_str().unwrap().parse().unwrap();
        if !states.contains_key(&id) {
            return Err(format!("capture {id} is lost"));
        }
    }
    let mut by_lead: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (lead, amount) in charged.into_values() {
        *by_lead.entry(lead).or_insert(0) += amount;
    }
    if let Some((lead, amount)) = by_lead.iter().find(|(_, amount)| **amount > 1_000) {
        return Err(format!("lead {lead} was charged {amount}"));
    }
    let stored = by_lead.len();
    if stored != people(bodies.len()) {
        return Err(format!(
            "{stored} leads for {} people",
            people(bodies.len())
        ));
    }
    let mut counts = BTreeMap::new();
    for state in states.values() {
        *counts.entry(format!("{state:?}")).or_insert(0) += 1;
    }
    Ok(counts)
}

/// `lode ledger check`, and nobody charged more than there are mailboxes.
fn check_entries(setting: &Setting, operations: usize) -> Result<(), String> {
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
    let mailboxes = people(operations).div_ceil(2);
    println!("{settled} charges for {mailboxes} mailboxes");
    if settled > mailboxes {
        return Err(format!("{settled} charges for {mailboxes} mailboxes"));
    }
    if settled == 0 {
        return Err("nothing was charged: nothing was tested".to_owned());
    }
    Ok(())
}
