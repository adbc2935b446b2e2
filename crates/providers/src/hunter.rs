//! Hunter, API v2 (<https://hunter.io/api-documentation/v2>).
//!
//! Odd among providers: 403 is the rate limit and 429 the usage limit; 202 means "ask
//! again", as often as one likes, and counts once; 222 means that the mail server could not
//! be judged now.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_verify::Address;

use crate::http::{Api, ProviderConfig, Reply, address, percent};
use crate::key::ApiKey;
use crate::pace::Limit;
use crate::provider::{
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
    SetupError,
};

/// The verifier's, the lower ones; the finder takes 15 a second and 500 a minute.
const LIMITS: &[Limit] = &[Limit::per_second(10), Limit::per_minute(300)];

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: 1_000,
    find_missing: 0,
    verify: Some(500),
    mobile: None,
    domain: None,
};

/// Hunter with the user's key.
#[derive(Debug, Clone)]
pub struct Hunter {
    api: Api,
}

impl Hunter {
    /// Connects nothing yet.
    ///
    /// # Errors
    /// See [`SetupError`].
    pub fn new(key: &ApiKey, config: &ProviderConfig) -> Result<Self, SetupError> {
        // In the header: an address with the key in it would end up in logs.
        let headers = [("x-api-key", key.header("")?)];
        let api = Api::new("https://api.hunter.io/v2", headers, LIMITS, config)?;
        Ok(Self {
            api: api.refusing(|reply| reply.status == 403),
        })
    }
}

fn error_of(reply: &Reply) -> Option<ProviderError> {
    match reply.status {
        222 => Some(ProviderError::TryLater),
        403 => Some(reply.rate_limited()),
        429 => Some(ProviderError::OutOfCredits),
        _ => reply.usual_error(),
    }
}

/// `status`, or the deprecated `result` where only that is there.
fn deliverability(status: Option<&str>, result: Option<&str>) -> Deliverability {
    match status.or(result) {
        Some("valid" | "deliverable") => Deliverability::Valid,
        Some("invalid" | "undeliverable") => Deliverability::Invalid,
        Some("accept_all") => Deliverability::AcceptAll,
        Some("disposable") => Deliverability::Disposable,
        _ => Deliverability::Unknown,
    }
}

fn question(person: &PersonQuery) -> Result<Vec<(&'static str, String)>, ProviderError> {
    let mut query = vec![match (&person.domain, &person.company) {
        (Some(domain), _) => ("domain", domain.clone()),
        (None, Some(company)) => ("company", company.clone()),
        (None, None) => return Err(ProviderError::Missing("a domain or company")),
    }];
    match person.both_names() {
        Some((first, last)) => query.extend([
            ("first_name", first.to_owned()),
            ("last_name", last.to_owned()),
        ]),
        None => query.push((
            "full_name",
            person
                .whole_name()
                .ok_or(ProviderError::Missing("a name"))?,
        )),
    }
    Ok(query)
}

#[async_trait]
impl Provider for Hunter {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Hunter
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    /// Within the billing period.
    fn repeats_are_free(&self) -> bool {
        true
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let query = question(person)?;
        let query: Vec<(&str, &str)> = query
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.api
            .poll(false, || async {
                let reply = self.api.get("email-finder", &query).await?;
                if reply.status == 202 {
                    return Ok(None);
                }
                let Some(reply) = reply.searched(error_of)? else {
                    return Ok(Some(Answer::nothing(Some(0))));
                };
                let data = reply.field("/data", "no data")?;
                let Some(email) = reply.mail("/data/email") else {
                    return Ok(Some(Answer::nothing(Some(0))));
                };
                let status = reply.text("/data/verification/status");
                let accept_all = data.get("accept_all").and_then(serde_json::Value::as_bool);
                Ok(Some(Answer {
                    found: Some(FoundEmail {
                        email: address(email)?,
                        deliverability: match deliverability(status, None) {
                            Deliverability::Unknown if accept_all == Some(true) => {
                                Deliverability::AcceptAll
                            }
                            known => known,
                        },
                        confidence: percent(data, "/score"),
                    }),
                    // A repeat within the billing period is free, and looks the same.
                    cost: None,
                }))
            })
            .await
    }

    async fn check_key(&self) -> Result<Option<MilliCredits>, ProviderError> {
        let reply = self.api.get("account", &[]).await?.answered(error_of)?;
        // The fractional meter is the one that money is counted by; older plans have searches
        // only.
        Ok(reply
            .credits("/data/requests/credits/available")
            .or_else(|| reply.credits("/data/requests/searches/available")))
    }

    async fn verify_email(&self, email: &Address) -> Result<Answer<Deliverability>, ProviderError> {
        let email = email.to_string();
        let query = [("email", email.as_str())];
        self.api
            .poll(false, || async {
                let reply = self.api.get("email-verifier", &query).await?;
                if reply.status == 202 {
                    return Ok(None);
                }
                let reply = reply.answered(error_of)?;
                let (status, result) = (reply.text("/data/status"), reply.text("/data/result"));
                if status.or(result).is_none() {
                    return Err(ProviderError::Malformed("no status"));
                }
                Ok(Some(Answer {
                    found: Some(deliverability(status, result)),
                    cost: None,
                }))
            })
            .await
    }
}
