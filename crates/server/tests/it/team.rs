//! A team on a preset: its server, a clock that can be set, and short words for what
//! members do through the API.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::{CaptureView, PairingResponse};
use lode_server::app::now;
use lode_server::phones::{Phone, PhoneError, PhoneKind, PhoneQuestion, PhoneSource, Preview};
use lode_testbed::{Character, DomainSpec};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Bench, json_of, operation, ordinary, person};

/// Numbers of invented people, by name: what a provider would know.
#[derive(Default)]
pub struct Book {
    pub people: Mutex<HashMap<String, (Preview, Vec<Phone>)>>,
    pub asked: AtomicUsize,
    /// Whether the source is out of reach.
    pub away: std::sync::atomic::AtomicBool,
    /// Whether it works on what it is asked, for seconds.
    pub works_for: AtomicUsize,
}

#[async_trait]
impl PhoneSource for Book {
    async fn find(&self, question: PhoneQuestion<'_>) -> Result<Vec<Phone>, PhoneError> {
        if self.away.load(Ordering::SeqCst) {
            return Err(PhoneError::Unavailable);
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        let works_for = self.works_for.load(Ordering::SeqCst) as u64;
        if works_for > 0 {
            return Err(PhoneError::Pending(Duration::from_secs(works_for)));
        }
        let name = question.person.full_name.clone().unwrap_or_default();
        let people = self.people.lock().unwrap();
        Ok(people
            .get(&name)
            .map(|(_, p)| p.clone())
            .unwrap_or_default())
    }

    async fn preview(&self, question: PhoneQuestion<'_>) -> Result<Preview, PhoneError> {
        let name = question.person.full_name.clone().unwrap_or_default();
        let people = self.people.lock().unwrap();
        Ok(people.get(&name).map_or(Preview::Nothing, |(p, _)| *p))
    }
}

pub struct Team {
    pub bench: Bench,
    pub book: Arc<Book>,
    ahead: Arc<AtomicI64>,
    preset: String,
}

impl Team {
    /// A team on a preset's default plan, with a source of numbers.
    pub async fn on(preset: &str) -> Self {
        Self::start(preset, true, |_| {}).await
    }

    pub async fn start(
        preset: &str,
        phones: bool,
        adjust: impl FnOnce(&mut lode_server::Config),
    ) -> Self {
        let mailboxes: Vec<String> = ('a'..='z').map(|c| format!("p{c}pa.example")).collect();
        let mut mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
        mailboxes.extend(["ana.example", "bob.example"]);
        let domains = vec![
            ordinary("works.test", &mailboxes),
            DomainSpec::new("open.test", Character::AcceptAll, &[]),
        ];
        let ahead = Arc::new(AtomicI64::new(0));
        let book = Arc::new(Book::default());
        let bench = Bench::start_with_sources(
            domains,
            |config| {
                config.policy = preset.to_owned();
                adjust(config);
            },
            |sources| {
                let ahead = ahead.clone();
                sources.clock = Arc::new(move || now() + ahead.load(Ordering::SeqCst));
                sources.phones = phones.then(|| book.clone() as Arc<dyn PhoneSource>);
            },
        )
        .await;
        Self {
            bench,
            book,
            ahead,
            preset: preset.to_owned(),
        }
    }

    /// The same on another of the preset's plans.
    pub async fn on_plan(preset: &str, plan: &str) -> Self {
        let team = Self::on(preset).await;
        team.subscribe(plan).await;
        team
    }

    pub fn now(&self) -> i64 {
        now() + self.ahead.load(Ordering::SeqCst)
    }

    /// Lets time pass up to that moment.
    pub fn until(&self, at: i64) {
        self.ahead.store(at - now(), Ordering::SeqCst);
    }

    /// Lets the period end.
    pub async fn next_period(&self) {
        let at = self.standing().await["credits"]["resets_at"].as_i64();
        self.until(at.expect("a period that ends") + 1_000);
    }

    pub fn knows(&self, name: &str, preview: Preview, phones: &[(&str, PhoneKind)]) {
        let phones = phones
            .iter()
            .map(|(number, kind)| Phone {
                number: (*number).to_owned(),
                kind: *kind,
                provider: "book".to_owned(),
            })
            .collect();
        let mut people = self.book.people.lock().unwrap();
        people.insert(name.to_owned(), (preview, phones));
    }

    pub async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> Response {
        let mut request = self
            .bench
            .client
            .request(method, self.bench.url.clone() + path)
            .bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        request.send().await.unwrap()
    }

    /// A call by the owner that must succeed.
    pub async fn call(&self, method: Method, path: &str, body: &Value) -> Value {
        self.call_as(&self.bench.token, method, path, body).await
    }

    pub async fn call_as(&self, token: &str, method: Method, path: &str, body: &Value) -> Value {
        let response = self.send(token, method, path, body).await;
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        self.call(Method::POST, path, &body).await
    }

    pub async fn get(&self, path: &str) -> Value {
        self.call(Method::GET, path, &Value::Null).await
    }

    /// A call that must be refused: status and code.
    pub async fn refused(&self, path: &str, body: Value) -> (u16, String) {
        self.refused_as(&self.bench.token, Method::POST, path, &body)
            .await
    }

    pub async fn refused_as(
        &self,
        token: &str,
        method: Method,
        path: &str,
        body: &Value,
    ) -> (u16, String) {
        let response = self.send(token, method, path, body).await;
        let status = response.status();
        let body: Value = response.json().await.unwrap_or_default();
        assert!(!status.is_success(), "{path}: {status} {body}");
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        (status.as_u16(), code)
    }

    pub async fn standing(&self) -> Value {
        self.get("/v1/credits").await
    }

    /// Whole credits of a pool that are left, as the owner sees it.
    pub async fn left(&self, pool: &str) -> i64 {
        self.left_as(&self.bench.token, pool).await
    }

    pub async fn left_as(&self, token: &str, pool: &str) -> i64 {
        let standing = self
            .call_as(token, Method::GET, "/v1/credits", &Value::Null)
            .await;
        let available = pool_of(&standing["credits"], pool)["available"].clone();
        let available = available.as_i64().unwrap_or(0);
        assert_eq!(available % 1000, 0, "whole credits");
        available / 1000
    }

    pub async fn subscribe(&self, plan: &str) -> String {
        let body = json!({ "operation_id": Uuid::now_v7(), "plan": plan });
        let changed = self.post("/v1/subscription", body).await;
        changed["takes_effect"].as_str().unwrap().to_owned()
    }

    pub async fn cancel(&self) -> String {
        let body = json!({ "operation_id": Uuid::now_v7() });
        let changed = self.post("/v1/subscription/cancel", body).await;
        changed["takes_effect"].as_str().unwrap().to_owned()
    }

    /// Buys whole credits.
    pub async fn buy(&self, pool: &str, credits: i64) -> Value {
        let body = json!({ "payment_reference": Uuid::now_v7(), "pool": pool,
                           "amount": credits * 1000 });
        self.post("/v1/purchases", body).await
    }

    /// A new member of that role: its token.
    pub async fn join(&self, name: &str, role: &str) -> String {
        let body = json!({ "name": name, "role": role });
        let invitation = self.post("/v1/invitations", body).await;
        let response = self.bench.pair(invitation["code"].as_str().unwrap()).await;
        let paired: PairingResponse = json_of(response, StatusCode::CREATED).await;
        paired.token
    }

    /// Captures a person by a click and waits for the end.
    pub async fn capture(&self, name: &str, domain: &str) -> CaptureView {
        self.capture_as(&self.bench.token, name, domain).await
    }

    pub async fn capture_as(&self, token: &str, name: &str, domain: &str) -> CaptureView {
        let body = person(name, Some(domain));
        let response = self.send(token, Method::POST, "/v1/captures", &body).await;
        let view: CaptureView = json_of(response, StatusCode::CREATED).await;
        if view.state.is_open() {
            return self.bench.ended(operation(&body)).await;
        }
        view
    }

    /// What capturing somebody cost, in milli-credits.
    pub async fn find(&self, name: &str, domain: &str) -> i64 {
        charge(&self.capture(name, domain).await)
    }

    /// Verifies an address: what it cost and the verdict.
    pub async fn verify(&self, address: &str) -> (i64, String) {
        let body = json!({ "operation_id": Uuid::now_v7(), "address": address });
        let done = self.post("/v1/verifications", body).await;
        (
            done["receipt"]["charged"].as_i64().unwrap(),
            done["result"]["status"].as_str().unwrap().to_owned(),
        )
    }

    /// Unlocks a lead's numbers by a click: what it cost.
    pub async fn unlock(&self, lead_id: Uuid) -> Value {
        let body = json!({ "operation_id": Uuid::now_v7(), "lead_id": lead_id });
        self.post("/v1/unlocks", body).await
    }

    pub async fn preview(&self, lead_id: Uuid, datum: &str) -> Value {
        let body = json!({ "operation_id": Uuid::now_v7(), "lead_id": lead_id, "datum": datum });
        self.post("/v1/previews", body).await
    }

    /// Reports an action of an integration: what it cost.
    pub async fn report(&self, action: &str, outcome: &str) -> i64 {
        let subject = Uuid::now_v7().to_string();
        self.report_of(action, &subject, outcome, 1).await
    }

    pub async fn report_of(&self, action: &str, subject: &str, outcome: &str, units: u32) -> i64 {
        let body = usage(action, subject, outcome, units);
        let done = self.post("/v1/usage", body).await;
        done["receipt"]["charged"].as_i64().unwrap()
    }

    /// Imports so many invented people.
    pub async fn import(&self, names: std::ops::Range<u32>) -> Value {
        let rows: Vec<Value> = names
            .map(|i| {
                json!({ "full_name": format!("Row{i} Example"), "company": "Xqzzy Works",
                        "profile_url": format!("https://www.linkedin.com/in/row-{i}") })
            })
            .collect();
        let body = json!({ "operation_id": Uuid::now_v7(), "rows": rows });
        self.post("/v1/imports", body).await
    }

    /// Asks again, woken by each change of the account, until the answer is as it should be.
    pub async fn eventually(&self, path: &str, reached: impl Fn(&Value) -> bool) -> Value {
        let follow = async {
            let mut after = 0;
            loop {
                let answer = self.get(path).await;
                if reached(&answer) {
                    return answer;
                }
                let changes = self
                    .get(&format!("/v1/captures?after={after}&wait=5"))
                    .await;
                after = changes["next"].as_i64().unwrap();
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), follow)
            .await
            .expect("it comes to that")
    }

    /// The ledger replays to what is stored.
    pub async fn check(&self) {
        self.bench.assert_ledger_clean().await;
        assert!(!self.preset.is_empty());
    }
}

pub fn usage(action: &str, subject: &str, outcome: &str, units: u32) -> Value {
    json!({ "operation_id": Uuid::now_v7(), "action": action, "subject": subject,
            "outcome": outcome, "units": units,
            "evidence": { "provider": "integration", "reference": "r-1" } })
}

/// What a capture cost, in milli-credits.
pub fn charge(view: &CaptureView) -> i64 {
    view.receipt.as_ref().map_or(0, |receipt| receipt.charged)
}

/// What an action cost, in milli-credits.
pub fn charged(done: &Value) -> i64 {
    let receipt = &done["receipt"];
    receipt["charged"].as_i64().expect("a receipt")
}

/// A pool in an answer's credit.
pub fn pool_of<'a>(credits: &'a Value, pool: &str) -> &'a Value {
    static NONE: Value = Value::Null;
    credits["pools"]
        .as_array()
        .and_then(|pools| pools.iter().find(|p| p["pool"] == pool))
        .unwrap_or(&NONE)
}
