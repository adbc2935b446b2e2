//! Prospeo, the enrich-person API (<https://prospeo.io/api-docs>).
//!
//! Errors, "no match" among them, are 400 with `error_code`. The same record again is free
//! for the lifetime of the account, and the answer says so.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use serde_json::{Map, Value, json};

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
    verify: None,
    mobile: Some(10_000),
    domain: None,
};

/// Prospeo with the user's key.
#[derive(Debug, Clone)]
pub struct Prospeo {
    api: Api,
}

impl Prospeo {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        let headers = [("x-key", key.header("")?)];
        let api = Api::new("https://api.prospeo.io", headers, &[], config)?;
        Ok(Self {
            api: api.refusing(is_refusal),
        })
    }

    /// The person's record; `None` where there is no match.
    async fn enrich(
        &self,
        person: &PersonQuery,
        mobile: bool,
    ) -> Result<Option<Reply>, ProviderError> {
        let body = json!({
            "only_verified_email": false,
            "enrich_mobile": mobile,
            "data": datapoints(person)?,
        });
        let reply = self.api.post("enrich-person", &body).await?;
        let failed = reply.json.get("error").and_then(Value::as_bool) == Some(true);
        if !failed {
            let reply = reply.answered(Reply::usual_error)?;
            reply.field("/person", "no person field")?;
            return Ok(Some(reply));
        }
        Err(match reply.text("/error_code").unwrap_or_default() {
            "NO_MATCH" | "NO_RESULTS" => return Ok(None),
            "INSUFFICIENT_CREDITS" => ProviderError::OutOfCredits,
            _ if is_refusal(&reply) => reply.rate_limited(),
            "INVALID_API_KEY" | "ACCOUNT_RESTRICTED" => ProviderError::Unauthorized,
            "INTERNAL_ERROR" => ProviderError::Server(reply.status),
            code if code.starts_with("INVALID_") => ProviderError::InvalidRequest(code.to_owned()),
            _ => reply
                .usual_error()
                .unwrap_or(ProviderError::Malformed("an error without a known code")),
        })
    }
}

/// Whether a reply refuses for the rate: by its status, or by its code whatever the status.
fn is_refusal(reply: &Reply) -> bool {
    let code = reply.text("/error_code");
    reply.status == 429 || matches!(code, Some("RATE_LIMITED" | "RATE_LIMIT_EXCEEDED"))
}

fn datapoints(person: &PersonQuery) -> Result<Map<String, Value>, ProviderError> {
    let mut data = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            data.insert(name.to_owned(), value.into());
        }
    };
    let whole = person.whole_name();
    match person.both_names() {
        Some((first, last)) => {
            put("first_name", Some(first));
            put("last_name", Some(last));
        }
        None => put("full_name", whole.as_deref()),
    }
    put("company_website", person.domain.as_deref());
    put("company_name", person.company.as_deref());
    put("linkedin_url", person.linkedin_url.as_deref());
    put("email", person.work_email.as_deref());
    let named = whole.is_some() && person.domain_or_company().is_some();
    if named || person.linkedin_url.is_some() || person.work_email.is_some() {
        Ok(data)
    } else {
        Err(ProviderError::Missing(
            "a name with a company, or a profile",
        ))
    }
}

fn cost(reply: &Reply, price: MilliCredits) -> Option<MilliCredits> {
    let free = reply.json.get("free_enrichment").and_then(Value::as_bool);
    free.map(|free| if free { 0 } else { price })
}

#[async_trait]
impl Provider for Prospeo {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Prospeo
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        datapoints(person).map(drop)
    }

    /// For the lifetime of the account.
    fn repeats_are_free(&self) -> bool {
        true
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let Some(reply) = self.enrich(person, false).await? else {
            return Ok(Answer::nothing(Some(0)));
        };
        let cost = cost(&reply, 1_000);
        // An address that is not revealed is masked.
        let revealed = reply
            .json
            .pointer("/person/email/revealed")
            .and_then(Value::as_bool);
        let email = reply
            .mail("/person/email/email")
            .filter(|email| revealed != Some(false) && !email.contains('*'));
        let Some(email) = email else {
            return Ok(Answer::nothing(cost));
        };
        Ok(Answer {
            found: Some(FoundEmail {
                email: address(email)?,
                deliverability: match reply.text("/person/email/status") {
                    Some("VERIFIED") => Deliverability::Valid,
                    _ => Deliverability::Unknown,
                },
                confidence: None,
            }),
            cost,
        })
    }

    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        let reply = self.api.get("account-information", &[]).await?;
        if reply.text("/error_code") == Some("INVALID_API_KEY") {
            return Err(ProviderError::Unauthorized);
        }
        reply.answered(Reply::usual_error)?;
        // Where the balance stands in the answer is not documented.
        Ok(None)
    }

    async fn find_mobile(
        &self,
        person: &PersonQuery,
    ) -> Result<Answer<Vec<String>>, ProviderError> {
        let Some(reply) = self.enrich(person, true).await? else {
            return Ok(Answer::nothing(Some(0)));
        };
        if reply
            .json
            .get("person")
            .is_some_and(|person| !person.is_null())
        {
            reply.field("/person/mobile", "no mobile field")?;
        }
        let number = number(&reply.json, "/person/mobile/mobile")?;
        Ok(Answer {
            // A match without a mobile is charged as a match.
            cost: cost(&reply, if number.is_some() { 10_000 } else { 1_000 }),
            found: number.map(|number| vec![number]),
        })
    }
}
