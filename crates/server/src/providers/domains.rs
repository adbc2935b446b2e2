//! A company's domain from the providers that tell it by name: asked with the account's keys,
//! under the same purse, memory and rests as every other call.

use futures::future::BoxFuture;
use lode_core::api::MilliCredits;
use lode_finder::NamedDomains;
use lode_finder::company::CompanyName;
use lode_providers::waterfall::cost_of;
use lode_providers::{Answer, ProviderError};
use lode_store::providers::{Call, CallBegun, CallEnd, CallFinding, CallState};
use lode_verify::Domain;
use uuid::Uuid;

use super::{Providers, Ready};

/// How long what a provider named is not asked for again: as long as a confirmed domain is
/// believed, 30 days.
pub(super) const NAMED_FOR_MS: i64 = 30 * 24 * 3600 * 1000;

/// One look-up's question for a company's domain.
pub(crate) struct DomainQuestion<'a> {
    pub(crate) providers: &'a Providers,
    pub(crate) account_id: Uuid,
    pub(crate) lookup_id: Uuid,
    pub(crate) worker: Uuid,
    pub(crate) lead_id: Uuid,
}

impl NamedDomains for DomainQuestion<'_> {
    fn named<'a>(&'a self, company: &'a str) -> BoxFuture<'a, Vec<Domain>> {
        Box::pin(self.ask(company))
    }
}

/// What the question is of, as calls and misses are kept: spellings of one name meet.
pub(super) fn company_key(company: &str) -> String {
    let key = CompanyName::parse(company).map(|name| name.key());
    format!("company\u{1f}{}", key.unwrap_or_default())
}

impl DomainQuestion<'_> {
    /// Asks in the account's order until one names a domain. None where nobody is to be asked.
    async fn ask(&self, company: &str) -> Vec<Domain> {
        let ready = match self.providers.ready(self.account_id).await {
            Ok(ready) => ready,
            Err(error) => {
                tracing::warn!(lookup.id = %self.lookup_id, %error, "providers are left out");
                return Vec::new();
            }
        };
        let key = company_key(company);
        for ready in &ready {
            if let Some(price) = ready.member.prices.domain
                && let Some(domain) = self.ask_one(ready, price, company, &key).await
            {
                return vec![domain];
            }
        }
        Vec::new()
    }

    async fn ask_one(
        &self,
        ready: &Ready,
        price: MilliCredits,
        company: &str,
        key: &str,
    ) -> Option<Domain> {
        let (providers, kind) = (self.providers, ready.member.kind);
        let begun_at = providers.now();
        let call = Call {
            account_id: self.account_id,
            provider: kind.as_str(),
            purpose: "domain",
            operation: self.lookup_id,
            worker: Some(self.worker),
            lead_id: self.lead_id,
            person: key,
            worst: price,
            known_since: begun_at.saturating_sub(NAMED_FOR_MS),
            once: !ready.provider.repeats_are_free(),
        };
        let id = match providers.store.begin_call(&call, begun_at).await {
            Ok(CallBegun::Go(id)) => id,
            Ok(CallBegun::Known(known)) => {
                let answer = known.answer.filter(|_| known.state == CallState::Found)?;
                let name: String = serde_json::from_str(&answer).ok()?;
                return Domain::parse(&name).ok();
            }
            Ok(
                CallBegun::KnownMiss
                | CallBegun::SpendLimit
                | CallBegun::Lost
                | CallBegun::UnderWay { .. }
                | CallBegun::AtIt
                | CallBegun::Unanswered,
            ) => return None,
            Err(error) => {
                // What cannot be written down is not spent.
                tracing::warn!(lookup.id = %self.lookup_id, %error, "cannot begin a provider call");
                return None;
            }
        };
        let answer = ready.provider.find_domain(company).await;
        let (found, end) = self.end_of(&answer);
        let now = providers.now();
        if let Err(error) = providers.store.end_call(id, &call, &end, now).await {
            tracing::warn!(lookup.id = %self.lookup_id, %error, "cannot end a provider call");
        }
        if let Err(error) = &answer {
            tracing::info!(lookup.id = %self.lookup_id, provider = %kind, code = error.code(), "no answer");
            providers.rest_after(self.account_id, kind, error).await;
        }
        found
    }

    /// What was found, and what is written down of it.
    fn end_of(&self, answer: &Result<Answer<Domain>, ProviderError>) -> (Option<Domain>, CallEnd) {
        let cost = cost_of(answer, 0);
        let (found, finding) = match answer {
            Ok(Answer {
                found: Some(domain),
                ..
            }) => {
                let text = serde_json::to_string(domain.as_str()).unwrap_or_default();
                (Some(domain.clone()), CallFinding::Found(text))
            }
            Ok(_) => {
                let until = self.providers.now().saturating_add(self.providers.miss_ms);
                (None, CallFinding::Missing { until })
            }
            Err(error) => (None, CallFinding::Failed(error.code().to_owned())),
        };
        (found, CallEnd { finding, cost })
    }
}
