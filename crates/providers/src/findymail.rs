//! Findymail (<https://app.findymail.com/docs/>).
//!
//! A miss is an answer without a contact, and free. The address may be at an alias of the
//! domain that was asked for. A bad key may be answered by a redirect to the login page.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::Address;
use serde_json::{Value, json};

use crate::http::{Api, ProviderConfig, Reply, address, number};
use crate::key::ApiKey;
use crate::provider::{
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
    SetupError,
};

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    // From a pool of its own, which does not convert.
    verify: Some(1_000),
    mobile: Some(10_000),
    domain: None,
};

/// Findymail with the user's key.
#[derive(Debug, Clone)]
pub struct Findymail {
    api: Api,
}

impl Findymail {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("authorization", key.header("Bearer ")?)];
        Ok(Self {
            api: Api::new("https://app.findymail.com", headers, &[], config)?,
        })
    }
}

/// 423 is a paused subscription: the user has to act, as for credits.
fn error_of(reply: &Reply) -> Option<ProviderError> {
    match reply.status {
        423 => Some(ProviderError::OutOfCredits),
        _ => reply.usual_error(),
    }
}

fn question(person: &PersonQuery) -> Result<(&'static str, Value), ProviderError> {
    let whole = person.whole_name();
    match (&whole, person.domain_or_company(), &person.linkedin_url) {
        (Some(name), Some(domain), _) => {
            Ok(("api/search/name", json!({ "name": name, "domain": domain })))
        }
        (_, _, Some(url)) => Ok(("api/search/linkedin", json!({ "linkedin_url": url }))),
        (None, ..) => Err(ProviderError::Missing("a name")),
        (_, None, _) => Err(ProviderError::Missing("a domain or company")),
    }
}

#[async_trait]
impl Provider for Findymail {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Findymail
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    /// Within 30 days.
    fn repeats_are_free(&self) -> bool {
        true
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let (path, body) = question(person)?;
        let reply = self.api.post(path, &body).await?;
        let Some(reply) = reply.searched(error_of)? else {
            return Ok(Answer::nothing(Some(0)));
        };
        // Older documents give the contact as a list of one.
        let email = reply
            .mail("/contact/email")
            .or_else(|| reply.mail("/contact/0/email"));
        let Some(email) = email else {
            if !is_empty(&reply.json) {
                reply.field("/contact", "no contact field")?;
            }
            return Ok(Answer::nothing(Some(0)));
        };
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                // Findymail gives out addresses that it has verified.
                deliverability: Deliverability::Valid,
                confidence: None,
            }),
            // Free again within 30 days, and the answer does not say so.
            cost: None,
        })
    }

    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        let reply = self.api.get("api/credits", &[]).await?;
        Ok(reply.answered(error_of)?.credits("/credits"))
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "email": email.to_string() });
        let reply = self.api.post("api/verify", &body).await?;
        let reply = reply.answered(error_of)?;
        let verified = reply
            .json
            .get("verified")
            .and_then(Value::as_bool)
            .ok_or(ProviderError::Malformed("no verified field"))?;
        Ok(Answer {
            found: Some(if verified {
                Deliverability::Valid
            } else {
                // "Not verified" is said of catch-alls as well as of missing mailboxes.
                Deliverability::Unknown
            }),
            cost: None,
        })
    }

    async fn find_mobile(
        &self,
        person: &PersonQuery,
    ) -> Result<Answer<Vec<String>>, ProviderError> {
        let url = person
            .linkedin_url
            .as_deref()
            .ok_or(ProviderError::Missing("a profile"))?;
        let reply = self
            .api
            .post("api/search/phone", &json!({ "linkedin_url": url }))
            .await?;
        let Some(reply) = reply.searched(error_of)? else {
            return Ok(Answer::nothing(Some(0)));
        };
        // A contact that is nobody has no number.
        let nobody = reply.json.get("contact").is_some_and(is_empty);
        if reply.json.get("phone").is_none() && !nobody {
            reply.field("/contact/phone", "no phone field")?;
        }
        let number = match number(&reply.json, "/phone")? {
            Some(number) => Some(number),
            None => number(&reply.json, "/contact/phone")?,
        };
        Ok(Answer {
            cost: number.is_none().then_some(0),
            found: number.map(|number| vec![number]),
        })
    }
}

fn is_empty(json: &Value) -> bool {
    match json {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
