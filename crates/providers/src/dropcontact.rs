//! Dropcontact, API v1 (<https://developer.dropcontact.com>).
//!
//! A batch is handed in and fetched later; while it is worked on, the answer is a 200 with
//! `success: false`. Its verdict has two axes: whom the address reaches, and what kind of
//! domain it is at (`nominative@pro`). 403 is "not enough credits".

use async_trait::async_trait;
use lode_verify::Address;
use serde_json::{Map, Value, json};

use crate::http::{Api, ProviderConfig, Reply, address, is_task, mail, text};
use crate::key::ApiKey;
use crate::provider::{
    Answer, Deliverability, EmailSearch, FoundEmail, PersonQuery, Prices, Provider, ProviderError,
    ProviderKind, Search, SetupError, find_by_work,
};

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    verify: Some(1_000),
    mobile: None,
    domain: None,
};

/// Dropcontact with the user's key.
#[derive(Debug, Clone)]
pub struct Dropcontact {
    api: Api,
}

impl Dropcontact {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("x-access-token", key.header("")?)];
        Ok(Self {
            api: Api::new("https://api.dropcontact.com/v1", headers, &[], config)?,
        })
    }

    /// Hands one contact in: the request's id.
    async fn begin(&self, contact: Map<String, Value>) -> Result<String, ProviderError> {
        let body = json!({ "data": [contact] });
        let reply = self.api.post("enrich/all", &body).await?;
        let reply = reply.answered(error_of)?;
        reply.task("/request_id", "no request id")
    }

    /// Waits for a request's record.
    async fn record(&self, id: &str) -> Result<Value, ProviderError> {
        if !is_task(id) {
            return Err(ProviderError::Gone);
        }
        self.api
            .poll(true, || async {
                let reply = self.api.get(&format!("enrich/all/{id}"), &[]).await?;
                let reply = reply.looked(error_of)?;
                match reply.json.get("success").and_then(Value::as_bool) {
                    Some(true) => {
                        let record = reply.json.pointer("/data/0").cloned();
                        record
                            .map(Some)
                            .ok_or(ProviderError::Malformed("no record"))
                    }
                    Some(false)
                        if reply.json.get("error").and_then(Value::as_bool) == Some(true) =>
                    {
                        Err(ProviderError::InvalidRequest("refused".to_owned()))
                    }
                    Some(false) => Ok(None),
                    None => Err(ProviderError::Malformed("no success field")),
                }
            })
            .await
    }
}

fn error_of(reply: &Reply) -> Option<ProviderError> {
    match reply.status {
        403 => Some(ProviderError::OutOfCredits),
        _ => reply.usual_error(),
    }
}

/// The first address of a record with its qualification.
fn best(record: &Value) -> Option<(&str, Option<&str>)> {
    mail(record, "/email/0/email").map(|email| (email, text(record, "/email/0/qualification")))
}

fn deliverability(qualification: Option<&str>) -> Deliverability {
    let (local, domain) = qualification
        .and_then(|both| both.split_once('@'))
        .unwrap_or_default();
    match (local, domain) {
        ("invalid", _) | (_, "invalid") => Deliverability::Invalid,
        ("catch_all", _) => Deliverability::AcceptAll,
        ("nominative", "pro") => Deliverability::Valid,
        _ => Deliverability::Unknown,
    }
}

fn question(person: &PersonQuery) -> Result<Map<String, Value>, ProviderError> {
    let mut contact = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            contact.insert(name.to_owned(), value.into());
        }
    };
    let whole = person
        .whole_name()
        .ok_or(ProviderError::Missing("a name"))?;
    match person.both_names() {
        Some((first, last)) => {
            put("first_name", Some(first));
            put("last_name", Some(last));
        }
        None => put("full_name", Some(&whole)),
    }
    person
        .domain_or_company()
        .ok_or(ProviderError::Missing("a domain or company"))?;
    put("website", person.domain.as_deref());
    put("company", person.company.as_deref());
    put("linkedin", person.linkedin_url.as_deref());
    Ok(contact)
}

#[async_trait]
impl Provider for Dropcontact {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Dropcontact
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
        self.begin(question(person)?).await.map(Search::Begun)
    }

    async fn fetch_email(&self, task: &str) -> Result<Answer<FoundEmail>, ProviderError> {
        let record = self.record(task).await?;
        let Some((email, qualification)) = best(&record) else {
            // The credit comes back where nothing is found.
            return Ok(Answer::nothing(Some(0)));
        };
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability: deliverability(qualification),
                confidence: None,
            }),
            cost: Some(1_000),
        })
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let mut contact = Map::new();
        contact.insert("email".to_owned(), email.to_string().into());
        let id = self.begin(contact).await?;
        let record = self.record(&id).await?;
        // The record may hold other addresses of the person: only the one asked for counts.
        let listed = record.get("email").and_then(Value::as_array);
        let own = listed.into_iter().flatten().find(|entry| {
            mail(entry, "/email")
                .is_some_and(|found| found.eq_ignore_ascii_case(&email.to_string()))
        });
        Ok(Answer {
            found: Some(own.map_or(Deliverability::Unknown, |entry| {
                deliverability(text(entry, "/qualification"))
            })),
            cost: Some(1_000),
        })
    }
}
