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
        Prices {
            find_found: 1_000,
            find_missing: 0,
            // From a pool of its own, which does not convert.
            verify: Some(1_000),
            mobile: Some(10_000),
            domain: None,
        }
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let (path, body) = question(person)?;
        let reply = self.api.post(path, &body).await?;
        if reply.status == 404 {
            return Ok(Answer::nothing(Some(0)));
        }
        if let Some(error) = error_of(&reply) {
            return Err(error);
        }
        // Older documents give the contact as a list of one.
        let email = reply
            .mail("/contact/email")
            .or_else(|| reply.mail("/contact/0/email"));
        let Some(email) = email else {
            let answer = reply.json.is_object() || reply.json.is_null();
            let known = answer && (reply.json.get("contact").is_some() || is_empty(&reply.json));
            return if known {
                Ok(Answer::nothing(Some(0)))
            } else {
                Err(ProviderError::Malformed("no contact field"))
            };
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
        match error_of(&reply) {
            Some(error) => Err(error),
            None => Ok(reply.credits("/credits")),
        }
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let body = json!({ "email": email.to_string() });
        let reply = self.api.post("api/verify", &body).await?;
        if let Some(error) = error_of(&reply) {
            return Err(error);
        }
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
        if reply.status == 404 {
            return Ok(Answer::nothing(Some(0)));
        }
        if let Some(error) = error_of(&reply) {
            return Err(error);
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
    json.as_object().is_none_or(serde_json::Map::is_empty)
}
