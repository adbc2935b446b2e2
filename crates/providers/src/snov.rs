//! Snov.io, API v2 (<https://snov.io/api>).
//!
//! The key is an id and a secret, typed as `id:secret`, exchanged for a token that lasts an
//! hour. A search is started and fetched later; of failure it has one state,
//! `not_enough_credits`, so our own deadline ends it. Valid and unknown addresses cost a credit
//! each, others nothing.
//!
//! By the provider's own reference a row holds its addresses in a list
//! (`result[].{email, smtp_status, unknown_status_reason}`), by another document it is the
//! address itself (`email`, `status`, `confidence`).

use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::{Address, Domain};
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::http::{Api, ProviderConfig, Reply, address, mail, percent, text};
use crate::key::ApiKey;
use crate::pace::Limit;
use crate::provider::{
    Answer, Deliverability, EmailSearch, FoundEmail, PersonQuery, Prices, Provider, ProviderError,
    ProviderKind, Search, SetupError, find_by_work,
};

/// Passing it is answered by nothing that is documented.
const LIMITS: &[Limit] = &[Limit::per_minute(60)];

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    verify: Some(1_000),
    mobile: None,
    domain: Some(1_000),
};

/// Snov.io with the user's id and secret.
#[derive(Debug)]
pub struct Snov {
    api: Api,
    key: ApiKey,
    token: Mutex<Option<Token>>,
}

#[derive(Debug, Clone)]
struct Token {
    header: HeaderValue,
    until: Instant,
}

/// Most addresses that are read of one row.
const ADDRESSES_MAX: usize = 20;

/// How long before its end a token is no longer used.
const TOKEN_MARGIN: Duration = Duration::from_secs(60);

/// Longest life of a token that is believed.
const TOKEN_LIFE_MAX: u64 = 24 * 3600;

impl Snov {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        key.pair()?;
        Ok(Self {
            api: Api::new("https://api.snov.io", [], LIMITS, config)?,
            key: key.clone(),
            token: Mutex::new(None),
        })
    }

    /// The token, fetched where there is none that lasts.
    async fn token(&self) -> Result<HeaderValue, ProviderError> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|token| Instant::now() < token.until) {
            return Ok(token.header.clone());
        }
        let (id, secret) = self.key.pair().map_err(|_| ProviderError::Unauthorized)?;
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": id,
            "client_secret": secret,
        });
        // Nothing was asked for yet: whatever fails here costs nothing.
        let asked = self.api.post("v1/oauth/access_token", &body).await;
        let reply = asked.map_err(before_the_question)?;
        if reply.status == 400 {
            // OAuth's invalid_client and its kin (RFC 6749, 5.2).
            return Err(ProviderError::Unauthorized);
        }
        if let Some(error) = reply.usual_error() {
            return Err(before_the_question(error));
        }
        let token = reply
            .text("/access_token")
            .ok_or(ProviderError::Unreachable)?;
        let header = ApiKey::new(token)
            .header("Bearer ")
            .map_err(|_| ProviderError::Unreachable)?;
        let life = reply.json.get("expires_in").and_then(Value::as_u64);
        let life = Duration::from_secs(life.unwrap_or(3_600).min(TOKEN_LIFE_MAX));
        *held = Some(Token {
            header: header.clone(),
            until: Instant::now() + life.saturating_sub(TOKEN_MARGIN),
        });
        Ok(header)
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Reply, ProviderError> {
        let mut token = self.token().await?;
        let mut reply = self.send(&method, path, query, body, &token).await?;
        if reply.status == 401 {
            // Revoked before its time. What was begun with it goes on under another.
            self.drop_token(&token).await;
            token = self.token().await?;
            reply = self.send(&method, path, query, body, &token).await?;
        }
        if reply.status == 401 {
            self.drop_token(&token).await;
        }
        Ok(reply)
    }

    async fn send(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&Value>,
        token: &HeaderValue,
    ) -> Result<Reply, ProviderError> {
        self.api
            .send(method.clone(), path, query, body, Some(token))
            .await
    }

    /// Forgets a token, unless another was fetched meanwhile.
    async fn drop_token(&self, header: &HeaderValue) {
        let mut held = self.token.lock().await;
        if held.as_ref().is_some_and(|token| token.header == *header) {
            *held = None;
        }
    }

    /// Starts a task: its hash.
    async fn start(&self, path: &str, body: &Value) -> Result<String, ProviderError> {
        let path = format!("{path}/start");
        let reply = self.ask(Method::POST, &path, &[], Some(body)).await?;
        let reply = reply.answered(Reply::usual_error)?;
        if reply.text("/status") == Some(TOO_FEW_CREDITS) {
            return Err(ProviderError::OutOfCredits);
        }
        let flat = reply.task("/task_hash", "no task hash");
        flat.or_else(|_| reply.task("/data/task_hash", "no task hash"))
    }

    /// Waits for a task's first row; null where it has none.
    async fn row(&self, path: &str, hash: &str) -> Result<Value, ProviderError> {
        let path = format!("{path}/result");
        self.api
            .poll(true, || async {
                let query = [("task_hash", hash)];
                let reply = self.ask(Method::GET, &path, &query, None).await?;
                let reply = reply.looked(Reply::usual_error)?;
                match reply.text("/status") {
                    Some("in_progress") => Ok(None),
                    Some("completed") => {
                        let rows = reply.field("/data", "no data")?;
                        let rows = rows.as_array().ok_or(ProviderError::Malformed("no rows"))?;
                        Ok(Some(rows.first().cloned().unwrap_or_default()))
                    }
                    Some(TOO_FEW_CREDITS) => Err(ProviderError::OutOfCredits),
                    _ => Err(ProviderError::Malformed("an unknown status")),
                }
            })
            .await
    }

    /// Starts a task and waits for its first row.
    async fn task(&self, path: &str, body: &Value) -> Result<Value, ProviderError> {
        let hash = self.start(path, body).await?;
        self.row(path, &hash).await
    }
}

/// A failure of the token's route: the question was not asked.
fn before_the_question(error: ProviderError) -> ProviderError {
    if error.may_be_charged() {
        ProviderError::Unreachable
    } else {
        error
    }
}

/// Status of a task that the account has not the credits for.
const TOO_FEW_CREDITS: &str = "not_enough_credits";

/// The route of addresses by name and domain.
const BY_NAME: &str = "v2/emails-by-domain-by-name";

/// A verdict in the fields of either document; `None` where there is no such field.
fn verdict(entry: &Value) -> Option<Deliverability> {
    let status = text(entry, "/smtp_status").or_else(|| text(entry, "/status"))?;
    let reason = text(entry, "/unknown_status_reason").unwrap_or_default();
    let disposable = entry.get("is_disposable").and_then(Value::as_bool);
    Some(match status {
        "not_valid" => Deliverability::Invalid,
        _ if disposable == Some(true) => Deliverability::Disposable,
        "valid" => Deliverability::Valid,
        _ if reason.eq_ignore_ascii_case("catchall") => Deliverability::AcceptAll,
        _ => Deliverability::Unknown,
    })
}

/// The addresses of a row, by either document.
fn addresses(row: &Value) -> Result<&[Value], ProviderError> {
    match row.get("result") {
        Some(Value::Array(list)) => Ok(list),
        None if row.get("email").is_some() => Ok(std::slice::from_ref(row)),
        None if row.is_null() => Ok(&[]),
        _ => Err(ProviderError::Malformed("no address field")),
    }
}

/// What a row's addresses come to: the best of them, and a credit for each that is charged.
fn answer(row: &Value) -> Result<Answer<FoundEmail>, ProviderError> {
    let mut best: Option<FoundEmail> = None;
    let mut cost: MilliCredits = 0;
    for entry in addresses(row)?.iter().take(ADDRESSES_MAX) {
        if entry.get("email").is_none() {
            return Err(ProviderError::Malformed("no address field"));
        }
        let Some(email) = mail(entry, "/email") else {
            continue;
        };
        let deliverability = verdict(entry).unwrap_or(Deliverability::Unknown);
        if deliverability != Deliverability::Invalid {
            cost += 1_000;
        }
        let found = FoundEmail {
            email: address(email)?,
            deliverability,
            confidence: percent(entry, "/confidence"),
        };
        let is_sure = |found: &FoundEmail| found.deliverability == Deliverability::Valid;
        if best
            .as_ref()
            .is_none_or(|best| is_sure(&found) && !is_sure(best))
        {
            best = Some(found);
        }
    }
    Ok(Answer {
        found: best,
        cost: Some(cost),
    })
}

fn question(person: &PersonQuery) -> Result<Value, ProviderError> {
    let (first, last) = person
        .both_names()
        .ok_or(ProviderError::Missing("given and family name"))?;
    let domain = person
        .domain
        .as_deref()
        .ok_or(ProviderError::Missing("a domain"))?;
    Ok(json!({
        "rows": [{ "first_name": first, "last_name": last, "domain": domain }],
    }))
}

/// The domain of a row, by either document: as such, or within a result, or as an address.
fn domain_of(row: &Value) -> Result<Option<Domain>, ProviderError> {
    let shown = ["/domain", "/result/domain", "/result/url", "/url"]
        .iter()
        .find_map(|pointer| text(row, pointer));
    let Some(shown) = shown else { return Ok(None) };
    let host = shown.split_once("://").map_or(shown, |(_, rest)| rest);
    let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
    Domain::parse(host.strip_prefix("www.").unwrap_or(host))
        .map(Some)
        .map_err(|_| ProviderError::Malformed("no domain"))
}

#[async_trait]
impl Provider for Snov {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Snov
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        find_by_work(self, person).await
    }

    async fn begin_email(&self, person: &PersonQuery) -> Result<EmailSearch, ProviderError> {
        let body = question(person)?;
        self.start(BY_NAME, &body).await.map(Search::Begun)
    }

    async fn fetch_email(&self, task: &str) -> Result<Answer<FoundEmail>, ProviderError> {
        answer(&self.row(BY_NAME, task).await?)
    }

    async fn find_domain(&self, company: &str) -> Result<Answer<Domain>, ProviderError> {
        let body = json!({ "names": [company] });
        let row = self.task("v2/company-domain-by-name", &body).await?;
        let found = domain_of(&row)?;
        Ok(Answer {
            cost: Some(if found.is_some() { 1_000 } else { 0 }),
            found,
        })
    }

    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        let reply = self.ask(Method::GET, "v1/get-balance", &[], None).await?;
        let reply = reply.answered(Reply::usual_error)?;
        Ok(reply
            .credits("/balance")
            .or_else(|| reply.credits("/data/balance")))
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "emails": [email.to_string()] });
        let row = self.task("v2/email-verification", &body).await?;
        // The row carries the verdict itself, or within `result`.
        let verdict = verdict(&row).or_else(|| verdict(row.get("result")?));
        Ok(Answer {
            found: Some(verdict.ok_or(ProviderError::Malformed("no status"))?),
            cost: None,
        })
    }
}
