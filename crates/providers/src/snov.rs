//! Snov.io, API v2 (<https://snov.io/api>).
//!
//! The key is an id and a secret, typed as `id:secret`, exchanged for a token that lasts an
//! hour. A search is started and fetched later; it has no state of failure, so our own
//! deadline ends it. Valid and unknown addresses cost a credit each, others nothing.

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
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
    SetupError,
};

/// Passing it is answered by nothing that is documented.
const LIMITS: &[Limit] = &[Limit::per_minute(60)];

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
        match reply.usual_error() {
            Some(error) => Err(error),
            None => Ok(reply),
        }
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

    /// Starts a task and waits for its first row.
    async fn task(&self, path: &str, body: &Value) -> Result<Value, ProviderError> {
        let started = self
            .ask(Method::POST, &format!("{path}/start"), &[], Some(body))
            .await?;
        let hash = started
            .text("/task_hash")
            .or_else(|| started.text("/data/task_hash"))
            .ok_or(ProviderError::Malformed("no task hash"))?
            .to_owned();
        let path = format!("{path}/result");
        self.api
            .poll(true, || async {
                let query = [("task_hash", hash.as_str())];
                let reply = self.ask(Method::GET, &path, &query, None).await?;
                match reply.text("/status") {
                    Some("in_progress") => Ok(None),
                    Some("completed") => Ok(Some(
                        reply.json.pointer("/data/0").cloned().unwrap_or_default(),
                    )),
                    _ => Err(ProviderError::Malformed("an unknown status")),
                }
            })
            .await
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

fn deliverability(status: Option<&str>) -> Deliverability {
    match status {
        Some("valid") => Deliverability::Valid,
        Some("not_valid") => Deliverability::Invalid,
        _ => Deliverability::Unknown,
    }
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
        Prices {
            find_found: 1_000,
            find_missing: 0,
            verify: Some(1_000),
            mobile: None,
            domain: Some(1_000),
        }
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let body = question(person)?;
        let row = self.task("v2/emails-by-domain-by-name", &body).await?;
        let Some(email) = mail(&row, "/email") else {
            return Ok(Answer::nothing(Some(0)));
        };
        let deliverability = deliverability(text(&row, "/status"));
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability,
                confidence: percent(&row, "/confidence"),
            }),
            cost: Some(if deliverability == Deliverability::Invalid {
                0
            } else {
                1_000
            }),
        })
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
        Ok(reply
            .credits("/balance")
            .or_else(|| reply.credits("/data/balance")))
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "emails": [email.to_string()] });
        let row = self.task("v2/email-verification", &body).await?;
        // The row carries the verdict in `status`, or within `result`.
        let status = text(&row, "/status")
            .or_else(|| text(&row, "/result/status"))
            .or_else(|| text(&row, "/result/smtp_status"))
            .ok_or(ProviderError::Malformed("no status"))?;
        Ok(Answer {
            found: Some(deliverability(Some(status))),
            cost: None,
        })
    }
}
