//! Icypeas (<https://api-doc.icypeas.com>).
//!
//! A search is dropped off and read later: running while its status is `NONE`, `SCHEDULED`
//! or `IN_PROGRESS`. The key is the whole `Authorization` header, without a scheme.

use std::sync::Arc;

use async_trait::async_trait;
use lode_verify::Address;
use serde_json::{Value, json};

use crate::http::{Api, ProviderConfig, Reply, address, mail, text};
use crate::key::ApiKey;
use crate::pace::{Limit, Pace};
use crate::provider::{
    Answer, Deliverability, EmailSearch, FoundEmail, PersonQuery, Prices, Provider, ProviderError,
    ProviderKind, Search, SetupError, find_by_work,
};

/// Of the single searches.
const LIMITS: &[Limit] = &[Limit::per_second(10)];

/// Of the route by which results are read.
const READ_LIMITS: &[Limit] = &[Limit::per_minute(30)];

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    verify: Some(100),
    mobile: None,
    domain: None,
};

/// Icypeas with the user's key.
#[derive(Debug, Clone)]
pub struct Icypeas {
    api: Api,
    reads: Arc<Pace>,
}

impl Icypeas {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("authorization", key.header("")?)];
        Ok(Self {
            api: Api::new("https://app.icypeas.com/api", headers, LIMITS, config)?,
            reads: Arc::new(Pace::within(READ_LIMITS, config)),
        })
    }

    /// Drops a search off: its id.
    async fn begin(&self, path: &str, body: &Value) -> Result<String, ProviderError> {
        let reply = self.api.post(path, body).await?;
        check(&reply)?;
        reply.task("/item/_id", "no search id")
    }

    /// Waits for a search's item; `None` where it found nothing.
    async fn item(&self, id: &str) -> Result<Option<Value>, ProviderError> {
        self.api
            .poll(true, || async {
                let read = json!({ "id": id });
                self.reads.turn().await?;
                let reply = self.api.post("bulk-single-searchs/read", &read).await?;
                check(&reply)?;
                let item = reply
                    .json
                    .pointer("/items/0")
                    .ok_or(ProviderError::Malformed("no item"))?;
                match text(item, "/status").unwrap_or_default() {
                    "NONE" | "SCHEDULED" | "IN_PROGRESS" => Ok(None),
                    "FOUND" | "DEBITED" => Ok(Some(Some(item.clone()))),
                    "NOT_FOUND" | "DEBITED_NOT_FOUND" => Ok(Some(None)),
                    "INSUFFICIENT_FUNDS" => Err(ProviderError::OutOfCredits),
                    "BAD_INPUT" => Err(ProviderError::InvalidRequest("BAD_INPUT".to_owned())),
                    "ABORTED" => Err(ProviderError::TryLater),
                    _ => Err(ProviderError::Malformed("an unknown status")),
                }
            })
            .await
    }
}

fn check(reply: &Reply) -> Result<(), ProviderError> {
    if let Some(error) = reply.usual_error() {
        return Err(error);
    }
    match reply.json.get("success").and_then(Value::as_bool) {
        Some(true) => Ok(()),
        // Validation errors come with status 200.
        Some(false) => Err(ProviderError::InvalidRequest("validation".to_owned())),
        None => Err(ProviderError::Malformed("no success field")),
    }
}

fn deliverability(certainty: Option<&str>) -> Deliverability {
    match certainty {
        Some("ultra_sure" | "very_sure" | "sure") => Deliverability::Valid,
        Some("undeliverable") => Deliverability::Invalid,
        _ => Deliverability::Unknown,
    }
}

fn question(person: &PersonQuery) -> Result<Value, ProviderError> {
    let company = person
        .domain_or_company()
        .ok_or(ProviderError::Missing("a domain or company"))?;
    Ok(match person.both_names() {
        Some((first, last)) => {
            json!({ "firstname": first, "lastname": last, "domainOrCompany": company })
        }
        None => {
            let whole = person
                .whole_name()
                .ok_or(ProviderError::Missing("a name"))?;
            json!({ "lastname": whole, "domainOrCompany": company })
        }
    })
}

#[async_trait]
impl Provider for Icypeas {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Icypeas
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
        self.begin("email-search", &body).await.map(Search::Begun)
    }

    async fn fetch_email(&self, task: &str) -> Result<Answer<FoundEmail>, ProviderError> {
        let Some(item) = self.item(task).await? else {
            return Ok(Answer::nothing(Some(0)));
        };
        if !item.pointer("/results/emails").is_some_and(Value::is_array) {
            return Err(ProviderError::Malformed("no addresses"));
        }
        let Some(email) = mail(&item, "/results/emails/0/email") else {
            return Ok(Answer::nothing(Some(0)));
        };
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability: deliverability(text(&item, "/results/emails/0/certainty")),
                confidence: None,
            }),
            cost: Some(1_000),
        })
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "email": email.to_string() });
        let id = self.begin("email-verification", &body).await?;
        let item = self.item(&id).await?;
        Ok(Answer {
            found: Some(match &item {
                Some(item) => deliverability(text(item, "/results/emails/0/certainty")),
                None => Deliverability::Invalid,
            }),
            cost: Some(100),
        })
    }
}
