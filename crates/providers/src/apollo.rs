//! Apollo, API v1 (<https://docs.apollo.io>).
//!
//! Parameters go into the query even of a POST. A person without a match is a 200 with
//! nothing in it; an address that is not unlocked is a placeholder. Mobile numbers come by
//! webhook only, so they are not offered here.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use serde_json::Value;

use crate::http::{Api, ProviderConfig, Reply, address};
use crate::key::ApiKey;
use crate::provider::{
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
    SetupError,
};

/// Apollo with the user's key.
#[derive(Debug, Clone)]
pub struct Apollo {
    api: Api,
}

impl Apollo {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("x-api-key", key.header("")?)];
        Ok(Self {
            api: Api::new("https://api.apollo.io/api/v1", headers, &[], config)?,
        })
    }
}

/// 422 stands for bad parameters and, with this code, for spent credits.
fn error_of(reply: &Reply) -> Option<ProviderError> {
    match reply.text("/error_code") {
        Some("INSUFFICIENT_CREDITS") => Some(ProviderError::OutOfCredits),
        Some("INVALID_ACCESS_TOKEN" | "API_INACCESSIBLE") => Some(ProviderError::Unauthorized),
        _ => reply.usual_error(),
    }
}

/// Price of a person who is matched, in milli-credits.
const MATCH: MilliCredits = 1_000;

/// Local part of the placeholder for an address that was not unlocked.
const LOCKED: &str = "email_not_unlocked";

fn question(person: &PersonQuery) -> Result<Vec<(&'static str, String)>, ProviderError> {
    let whole = person.whole_name();
    let url = person.linkedin_url.clone();
    if url.is_none() && (whole.is_none() || person.domain_or_company().is_none()) {
        return Err(ProviderError::Missing(
            "a name with a company, or a profile",
        ));
    }
    let mut query = Vec::new();
    match person.both_names() {
        Some((first, last)) => query.extend([
            ("first_name", first.to_owned()),
            ("last_name", last.to_owned()),
        ]),
        None => query.extend(whole.map(|name| ("name", name))),
    }
    query.extend(person.domain.clone().map(|domain| ("domain", domain)));
    let company = person.company.clone();
    query.extend(company.map(|company| ("organization_name", company)));
    query.extend(url.map(|url| ("linkedin_url", url)));
    Ok(query)
}

#[async_trait]
impl Provider for Apollo {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Apollo
    }

    fn prices(&self) -> Prices {
        Prices {
            find_found: MATCH,
            // A match without an address costs the same; no match nothing.
            find_missing: MATCH,
            verify: None,
            mobile: None,
            domain: None,
        }
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let query = question(person)?;
        let mut query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        query.push(("reveal_personal_emails", "false"));
        query.push(("reveal_phone_number", "false"));
        let reply = self.api.post_query("people/match", &query).await?;
        if reply.status == 404 {
            return Ok(Answer::nothing(Some(0)));
        }
        if let Some(error) = error_of(&reply) {
            return Err(error);
        }
        if !reply.json.is_object() {
            return Err(ProviderError::Malformed("no object"));
        }
        // Who is matched is paid for, with or without an address.
        let matched = reply.json.get("person").and_then(Value::as_object);
        if matched.is_none_or(serde_json::Map::is_empty) {
            return Ok(Answer::nothing(Some(0)));
        }
        let email = reply
            .mail("/person/email")
            .filter(|email| !email.starts_with(LOCKED));
        let Some(email) = email else {
            return Ok(Answer::nothing(Some(MATCH)));
        };
        let confidence = reply
            .json
            .pointer("/person/extrapolated_email_confidence")
            .and_then(Value::as_f64);
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability: match reply.text("/person/email_status") {
                    Some("verified") => Deliverability::Valid,
                    _ => Deliverability::Unknown,
                },
                confidence: confidence.and_then(as_percent),
            }),
            cost: Some(MATCH),
        })
    }
}

/// A share from 0 to 1 as percent.
fn as_percent(share: f64) -> Option<u8> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked against the range"
    )]
    (0.0..=1.0)
        .contains(&share)
        .then_some((share * 100.0).round() as u8)
}
