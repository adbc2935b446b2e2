//! Snov.io, API v2 (<https://snov.io/api>).
//!
//! The key is an id and a secret, typed as `id:secret`, exchanged for a token that lasts an
//! hour. A search is started and fetched later; it has no state of failure, so our own
//! deadline ends it. Valid and unknown addresses cost a credit each, others nothing.

use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::Address;
use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::http::{Api, ProviderConfig, Reply, address, percent, text};
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
        let reply = self.api.post("v1/oauth/access_token", &body).await?;
        if reply.status == 400 {
            // OAuth's invalid_client and its kin (RFC 6749, 5.2).
            return Err(ProviderError::Unauthorized);
        }
        if let Some(error) = reply.usual_error() {
            return Err(error);
        }
        let token = reply
            .text("/access_token")
            .ok_or(ProviderError::Malformed("no token"))?;
        let header = ApiKey::new(token)
            .header("Bearer ")
            .map_err(|_| ProviderError::Malformed("no token"))?;
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
        let token = self.token().await?;
        let reply = self
            .api
            .send(method, path, query, body, Some(&token))
            .await?;
        if reply.status == 401 {
            // Revoked before its time: the next request fetches another.
            *self.token.lock().await = None;
        }
        match reply.usual_error() {
            Some(error) => Err(error),
            None => Ok(reply),
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

fn deliverability(status: Option<&str>) -> Deliverability {
    match status {
        Some("valid") => Deliverability::Valid,
        Some("not_valid") => Deliverability::Invalid,
        _ => Deliverability::Unknown,
    }
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
        }
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let (first, last) = person
            .both_names()
            .ok_or(ProviderError::Missing("given and family name"))?;
        let domain = person
            .domain
            .as_deref()
            .ok_or(ProviderError::Missing("a domain"))?;
        let body = json!({
            "rows": [{ "first_name": first, "last_name": last, "domain": domain }],
        });
        let row = self.task("v2/emails-by-domain-by-name", &body).await?;
        let Some(email) = text(&row, "/email") else {
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
