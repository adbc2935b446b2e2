//! LeadMagic, API v1 (<https://leadmagic.io/docs>).
//!
//! A miss is a 200 without an address, and free. The status stands in `status` by one
//! document and in `email_status` by another; in a real miss it is null.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::Address;
use serde_json::{Map, Value, json};

use crate::http::{Api, ProviderConfig, Reply, address, number};
use crate::key::ApiKey;
use crate::pace::Limit;
use crate::provider::{
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
    SetupError,
};

/// The newest documents; older ones say 3,000.
const LIMITS: &[Limit] = &[Limit::per_minute(300)];

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    // The dearest of the three published prices.
    verify: Some(1_000),
    mobile: Some(5_000),
    domain: None,
};

/// LeadMagic with the user's key.
#[derive(Debug, Clone)]
pub struct LeadMagic {
    api: Api,
}

impl LeadMagic {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("x-api-key", key.header("")?)];
        Ok(Self {
            api: Api::new("https://api.leadmagic.io", headers, LIMITS, config)?,
        })
    }
}

fn status(reply: &Reply) -> Option<&str> {
    reply
        .text("/email_status")
        .or_else(|| reply.text("/status"))
}

fn deliverability(status: Option<&str>) -> Deliverability {
    match status {
        Some("valid") => Deliverability::Valid,
        // "Valid" behind a catch-all is a claim that nobody can prove.
        Some("valid_catch_all" | "catch_all") => Deliverability::AcceptAll,
        Some("invalid") => Deliverability::Invalid,
        _ => Deliverability::Unknown,
    }
}

fn question(person: &PersonQuery) -> Result<Map<String, Value>, ProviderError> {
    let mut body = Map::new();
    match person.both_names() {
        Some((first, last)) => {
            body.insert("first_name".to_owned(), first.into());
            body.insert("last_name".to_owned(), last.into());
        }
        None => {
            let whole = person
                .whole_name()
                .ok_or(ProviderError::Missing("a name"))?;
            body.insert("full_name".to_owned(), whole.into());
        }
    }
    match (&person.domain, &person.company) {
        (Some(domain), _) => body.insert("domain".to_owned(), domain.as_str().into()),
        (None, Some(company)) => body.insert("company_name".to_owned(), company.as_str().into()),
        (None, None) => return Err(ProviderError::Missing("a domain or company")),
    };
    Ok(body)
}

#[async_trait]
impl Provider for LeadMagic {
    fn kind(&self) -> ProviderKind {
        ProviderKind::LeadMagic
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let body = question(person)?;
        let reply = self
            .api
            .post("v1/people/email-finder", &Value::Object(body))
            .await?;
        let Some(reply) = reply.searched(Reply::usual_error)? else {
            return Ok(Answer::nothing(Some(0)));
        };
        reply.field("/email", "no email field")?;
        let cost = reply.credits("/credits_consumed");
        let Some(email) = reply.mail("/email") else {
            return Ok(Answer::nothing(cost));
        };
        let catch_all = reply
            .json
            .get("is_domain_catch_all")
            .and_then(Value::as_bool);
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability: match deliverability(status(&reply)) {
                    Deliverability::Valid if catch_all == Some(true) => Deliverability::AcceptAll,
                    known => known,
                },
                confidence: None,
            }),
            cost,
        })
    }

    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        let reply = self.api.get("v1/credits", &[]).await?;
        let reply = reply.answered(Reply::usual_error)?;
        // Frozen credits are there and cannot be spent.
        let liquid = reply.credits("/credits_liquid");
        let frozen = reply.json.get("is_frozen").and_then(Value::as_bool);
        if frozen == Some(true) && liquid.unwrap_or(0) <= 0 {
            return Err(ProviderError::OutOfCredits);
        }
        Ok(liquid.or_else(|| reply.credits("/credits")))
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "email": email.to_string() });
        let reply = self.api.post("v1/people/email-validation", &body).await?;
        let reply = reply.answered(Reply::usual_error)?;
        let status = status(&reply).ok_or(ProviderError::Malformed("no status"))?;
        Ok(Answer {
            found: Some(deliverability(Some(status))),
            cost: reply.credits("/credits_consumed"),
        })
    }

    async fn find_mobile(
        &self,
        person: &PersonQuery,
    ) -> Result<Answer<Vec<String>>, ProviderError> {
        let body = match (&person.linkedin_url, &person.work_email) {
            (Some(url), Some(email)) => json!({ "profile_url": url, "work_email": email }),
            (Some(url), None) => json!({ "profile_url": url }),
            (None, Some(email)) => json!({ "work_email": email }),
            (None, None) => return Err(ProviderError::Missing("a profile or address")),
        };
        let reply = self.api.post("v1/people/mobile-finder", &body).await?;
        let Some(reply) = reply.searched(Reply::usual_error)? else {
            return Ok(Answer::nothing(Some(0)));
        };
        reply.field("/mobile_number", "no number field")?;
        Ok(Answer {
            found: number(&reply.json, "/mobile_number")?.map(|number| vec![number]),
            cost: reply.credits("/credits_consumed"),
        })
    }
}
