//! Apollo, API v1 (<https://docs.apollo.io>).
//!
//! Parameters go into the query even of a POST. A person without a match is a 200 with
//! nothing in it; an address that is not unlocked is a placeholder.
//!
//! Numbers take minutes. With `poll_only` no webhook is needed: the answer names a request, a
//! signed 64-bit number, whose result is read at `webhook_result/{request_id}` for 30 days. That
//! needs a right of its own, so a key is tried for it before anything is paid.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use serde_json::Value;

use crate::http::{Api, ProviderConfig, Reply, address, number, text};
use crate::key::ApiKey;
use crate::provider::{
    Answer, Deliverability, FoundEmail, MobileLook, MobileSearch, PersonQuery, Prices, Provider,
    ProviderError, ProviderKind, SetupError,
};
use crate::rate;

/// By its documents.
pub(crate) const PRICES: Prices = Prices {
    find_found: MATCH,
    // A match without an address costs the same; no match nothing.
    find_missing: MATCH,
    verify: None,
    mobile: Some(MATCH + MOBILE),
    domain: None,
};

/// Apollo with the user's key.
#[derive(Debug, Clone)]
pub struct Apollo {
    api: Api,
    /// The key was seen to be let at the results of searches.
    may_look: Arc<AtomicBool>,
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
            may_look: Arc::default(),
        })
    }

    /// Whether the key may read results: asked for one that nobody has begun, which is free. A
    /// key for addresses alone is a good one.
    async fn try_to_look(&self) -> Result<(), ProviderError> {
        if self.may_look.load(Ordering::Relaxed) {
            return Ok(());
        }
        let reply = self.api.get("webhook_result/1", &[]).await?;
        if reply.status == 403 {
            return Err(ProviderError::NotOffered);
        }
        let known = matches!(reply.status, 200 | 400 | 404 | 410);
        if !known && let Some(error) = error_of(&reply) {
            return Err(error);
        }
        self.may_look.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Matches a person; `None` where nobody is.
    async fn matched(
        &self,
        person: &PersonQuery,
        flags: &[(&str, &str)],
    ) -> Result<Option<Reply>, ProviderError> {
        let query = question(person)?;
        let named = query.iter().map(|(name, value)| (*name, value.as_str()));
        let query: Vec<(&str, &str)> = named.chain(flags.iter().copied()).collect();
        let reply = self.api.post_query("people/match", &query).await?;
        let Some(reply) = reply.searched(error_of)? else {
            return Ok(None);
        };
        // Who is matched is paid for, with or without an address.
        let matched = reply.json.get("person").and_then(Value::as_object);
        let is_matched = matched.is_some_and(|person| !person.is_empty());
        Ok(is_matched.then_some(reply))
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

/// Price of a mobile number beside it.
const MOBILE: MilliCredits = 8_000;

/// Most numbers that are read of one answer.
const NUMBERS_MAX: usize = 20;

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
    let email = person.work_email.clone();
    query.extend(email.map(|email| ("email", email)));
    Ok(query)
}

#[async_trait]
impl Provider for Apollo {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Apollo
    }

    fn prices(&self) -> Prices {
        PRICES
    }

    fn check(&self, person: &PersonQuery) -> Result<(), ProviderError> {
        question(person).map(drop)
    }

    async fn find_email(&self, person: &PersonQuery) -> Result<Answer<FoundEmail>, ProviderError> {
        let flags = [
            ("reveal_personal_emails", "false"),
            ("reveal_phone_number", "false"),
        ];
        let Some(reply) = self.matched(person, &flags).await? else {
            return Ok(Answer::nothing(Some(0)));
        };
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

    fn works_on_mobiles(&self) -> bool {
        true
    }

    async fn begin_mobile(&self, person: &PersonQuery) -> Result<MobileSearch, ProviderError> {
        question(person)?;
        self.try_to_look().await?;
        let flags = [
            ("reveal_personal_emails", "false"),
            ("reveal_phone_number", "true"),
            ("poll_only", "true"),
        ];
        match self.matched(person, &flags).await? {
            Some(reply) => request_id(&reply).map(MobileSearch::Begun),
            None => Ok(MobileSearch::Answered(Answer::nothing(Some(0)))),
        }
    }

    async fn look_at_mobile(&self, task: &str) -> Result<MobileLook, ProviderError> {
        // It becomes a part of a path.
        let id: i64 = task.parse().map_err(|_| ProviderError::Gone)?;
        let path = format!("webhook_result/{id}");
        let reply = self.api.get(&path, &[]).await?;
        match (reply.status, reply.text("/error_code")) {
            (404, Some("result_pending")) => {
                let seconds = reply.json.pointer("/retry_after_seconds");
                let retry_after = seconds.and_then(Value::as_u64).map(rate::bounded);
                Ok(MobileLook::Pending { retry_after })
            }
            // Never issued, mistyped, or older than 30 days.
            (400 | 404 | 410, _) => Err(ProviderError::Gone),
            _ => match error_of(&reply) {
                Some(error) => Err(error),
                None => mobiles(&reply).map(MobileLook::Answered),
            },
        }
    }
}

/// The id under which a search is looked at: a signed 64-bit number, kept as it was written.
fn request_id(reply: &Reply) -> Result<String, ProviderError> {
    let id = reply.json.get("request_id");
    let id = id.and_then(|id| id.as_i64().or_else(|| id.as_str()?.parse().ok()));
    id.map(|id| id.to_string())
        .ok_or(ProviderError::Malformed("no request id"))
}

/// The mobile numbers of a finished search, and what it cost beside the match: the documents
/// charge for a mobile that is returned, and for no other number.
fn mobiles(reply: &Reply) -> Result<Answer<Vec<String>>, ProviderError> {
    let people = reply.json.get("people").and_then(Value::as_array);
    let people = people.ok_or(ProviderError::Malformed("no people"))?;
    let listed = people.iter().filter_map(|person| {
        let numbers = person.get("phone_numbers")?.as_array()?;
        Some(numbers.iter())
    });
    let mut numbers: Vec<String> = Vec::new();
    for entry in listed.flatten().take(NUMBERS_MAX) {
        let is_mobile = text(entry, "/type_cd") == Some("mobile");
        if !is_mobile || text(entry, "/status_cd") == Some("invalid_number") {
            continue;
        }
        let found = match number(entry, "/sanitized_number")? {
            Some(found) => Some(found),
            None => number(entry, "/raw_number")?,
        };
        numbers.extend(found.filter(|found| !numbers.contains(found)));
    }
    if numbers.is_empty() {
        return Ok(Answer::nothing(Some(MATCH)));
    }
    Ok(Answer {
        found: Some(numbers),
        cost: Some(MATCH + MOBILE),
    })
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
