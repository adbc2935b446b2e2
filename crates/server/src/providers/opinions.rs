//! Second opinions: what the account's providers say of an address that we could not judge.
//!
//! Asked only of those for which the account has said so, since each answer costs its credits
//! there; under the same purse, memory and rests as every other call.

use std::collections::HashSet;
use std::sync::Arc;

use lode_core::api::MilliCredits;
use lode_finder::opinions::{ADDRESSES_MAX, Opinion, SOURCES_MAX, Says};
use lode_providers::waterfall::{cost_of, opinion_cost};
use lode_providers::{Answer, Deliverability, ProviderError, ProviderKind};
use lode_store::providers::{
    Call, CallBegun, CallEnd, CallFinding, CallState, VERIFY, address_key,
};
use lode_verify::Address;
use uuid::Uuid;

use super::{Providers, ProvidersError, Ready};

/// For how long what a provider said of an address is not asked for again: 30 days.
const SAID_FOR_MS: i64 = 30 * 24 * 3600 * 1000;

/// Somebody was to be asked, and gave no answer.
const NO_ANSWER: &str = "no_second_opinion";

/// What is asked about an address for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpinionQuestion<'a> {
    pub(crate) account_id: Uuid,
    /// The look-up or the verification: within it nothing is paid twice.
    pub(crate) operation: Uuid,
    /// The worker that must hold the look-up's lease; `None` where it is none.
    pub(crate) worker: Option<Uuid>,
    /// The lead; nil where there is none.
    pub(crate) lead_id: Uuid,
    /// What providers said of addresses when they named them.
    pub(crate) said: &'a [Said],
}

/// What a provider said of an address that it named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) kind: ProviderKind,
    pub(crate) email: Address,
    pub(crate) deliverability: Deliverability,
}

/// What was heard.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) opinions: Vec<Opinion>,
    /// Stable codes of what else is to be said.
    pub(crate) notes: Vec<&'static str>,
}

impl Heard {
    /// Nobody answered in time.
    pub(crate) fn none() -> Self {
        Self {
            opinions: Vec::new(),
            notes: vec![NO_ANSWER],
        }
    }

    fn note(&mut self, code: &'static str) {
        if !self.notes.contains(&code) {
            self.notes.push(code);
        }
    }
}

/// What one provider came to.
enum Told {
    Says(Says),
    /// It has no answer.
    Nothing,
    SpendLimit,
    Failed,
    /// The person opted out: nobody else is asked.
    OptedOut,
    /// It was asked before, and its answer is under way or was lost: asking others would pay
    /// twice for one question.
    Unanswered,
    /// Nobody is to be asked any more: the look-up is no longer ours, or nothing can be written
    /// down.
    Stop,
}

impl Providers {
    /// Asks about an address, and after each that is doubted about the one that `following`
    /// names, until somebody confirms one or nobody can tell.
    pub(crate) async fn second_opinions(
        self: &Arc<Self>,
        question: &OpinionQuestion<'_>,
        first: &str,
        following: &(dyn Fn(&[Opinion]) -> Option<String> + Sync),
    ) -> Heard {
        let mut heard = Heard::default();
        let asked = match self.opinionated(question.account_id).await {
            Ok(asked) if asked.is_empty() => return heard,
            Ok(asked) => asked,
            Err(error) => {
                tracing::warn!(operation.id = %question.operation, %error, "providers are left out");
                return heard;
            }
        };
        let Some(mut silent) = self.silent(question, &mut heard).await else {
            return heard;
        };
        let mut email = Some(first.to_owned());
        for _ in 0..ADDRESSES_MAX {
            let Some(address) = email.as_deref().and_then(|text| Address::parse(text).ok()) else {
                break;
            };
            let word = self
                .about(question, &asked, &address, &mut silent, &mut heard)
                .await;
            // Who cannot tell of one address of a domain cannot of the next.
            if word != Some(Says::Invalid) {
                break;
            }
            email = following(&heard.opinions);
        }
        heard
    }

    /// Those that gave no answer in this operation, and are not asked again in it; `None` where
    /// nobody is, since an answer that may be paid for was lost.
    async fn silent(
        &self,
        question: &OpinionQuestion<'_>,
        heard: &mut Heard,
    ) -> Option<HashSet<String>> {
        let calls = self
            .store
            .calls_of(question.account_id, question.operation)
            .await;
        let calls = match calls {
            Ok(calls) => calls,
            Err(error) => {
                tracing::warn!(operation.id = %question.operation, %error, "cannot read the calls");
                return None;
            }
        };
        let mut silent = HashSet::new();
        let failed = |call: &&lode_store::providers::StoredCall| {
            call.purpose == VERIFY && call.state == CallState::Failed
        };
        for call in calls.iter().filter(failed) {
            heard.note(match call.error.as_deref() {
                Some("person_opted_out") => "person_opted_out",
                _ => NO_ANSWER,
            });
            if matches!(
                call.error.as_deref(),
                Some("provider_lost" | "person_opted_out")
            ) {
                return None;
            }
            silent.insert(call.provider.clone());
        }
        Some(silent)
    }

    /// Asks about one address until somebody knows. The definite word on it, if any.
    async fn about(
        self: &Arc<Self>,
        question: &OpinionQuestion<'_>,
        asked: &[(Ready, MilliCredits)],
        address: &Address,
        silent: &mut HashSet<String>,
        heard: &mut Heard,
    ) -> Option<Says> {
        let mut left = SOURCES_MAX;
        let before = heard.notes.len();
        for (ready, price) in asked {
            let kind = ready.member.kind;
            if left == 0 || silent.contains(kind.as_str()) {
                continue;
            }
            // It has said so already, when it named the address; what it is worth is weighed.
            let has_said = question.said.iter().any(|said| {
                said.kind == kind
                    && said
                        .email
                        .to_string()
                        .eq_ignore_ascii_case(&address.to_string())
                    && said.deliverability != Deliverability::Unknown
            });
            if has_said {
                continue;
            }
            match self.opinion_of(question, ready, *price, address).await {
                Told::Says(says) => {
                    left -= 1;
                    heard.opinions.push(Opinion {
                        source: kind.as_str().to_owned(),
                        email: address.to_string(),
                        says,
                        precision: ready.member.record.precision(),
                    });
                    if says.is_definite() {
                        // Nobody was missed.
                        heard.notes.truncate(before);
                        return Some(says);
                    }
                }
                Told::Nothing => left -= 1,
                Told::SpendLimit => heard.note("provider_spend_limit"),
                Told::Failed => {
                    left -= 1;
                    heard.note(NO_ANSWER);
                    silent.insert(kind.as_str().to_owned());
                }
                Told::OptedOut => {
                    heard.note("person_opted_out");
                    return None;
                }
                Told::Unanswered => {
                    heard.note(NO_ANSWER);
                    return None;
                }
                Told::Stop => return None,
            }
        }
        None
    }

    async fn opinion_of(
        self: &Arc<Self>,
        question: &OpinionQuestion<'_>,
        ready: &Ready,
        price: MilliCredits,
        address: &Address,
    ) -> Told {
        let key = address_key(&address.to_string());
        let call = call(question, ready.member.kind, price, &key, self.now());
        let id = match self.store.begin_call(&call, self.now()).await {
            Ok(CallBegun::Go(id)) => id,
            Ok(CallBegun::Known(known)) => {
                let said = known.answer.filter(|_| known.state == CallState::Found);
                let said = said.and_then(|said| serde_json::from_str(&said).ok());
                return said.map_or(Told::Nothing, |said| Told::Says(says(said)));
            }
            Ok(CallBegun::KnownMiss) => return Told::Nothing,
            Ok(CallBegun::SpendLimit) => return Told::SpendLimit,
            Ok(CallBegun::AtIt | CallBegun::Unanswered | CallBegun::UnderWay { .. }) => {
                return Told::Unanswered;
            }
            Ok(CallBegun::Lost) => return Told::Stop,
            Err(error) => {
                // What cannot be written down is not spent.
                tracing::warn!(operation.id = %question.operation, %error, "cannot begin a provider call");
                return Told::Stop;
            }
        };
        let asking = Asking {
            providers: self.clone(),
            provider: ready.provider.clone(),
            id,
            account_id: question.account_id,
            operation: question.operation,
            lead_id: question.lead_id,
            worker: question.worker,
            price,
            address: address.clone(),
        };
        // A task of its own: an answer that is paid for is written down, though whoever waits
        // for it goes away.
        tokio::spawn(asking.ask()).await.unwrap_or(Told::Failed)
    }

    /// The account's providers that may be asked for opinions, with their price: in the user's
    /// own order, else the cheapest right opinion first.
    pub(super) async fn opinionated(
        &self,
        account_id: Uuid,
    ) -> Result<Vec<(Ready, MilliCredits)>, ProvidersError> {
        let ready = self.ready(account_id).await?;
        let ordered_by_user = ready.iter().any(|ready| ready.stored.position.is_some());
        let mut all: Vec<_> = ready
            .into_iter()
            .filter(|ready| ready.stored.second_opinion)
            .filter_map(|ready| ready.member.prices.verify.map(|price| (ready, price)))
            .collect();
        if !ordered_by_user {
            // The order that came was of what finding an address costs.
            all.sort_by(|(a, price_of_a), (b, price_of_b)| {
                let cost_of_a = opinion_cost(&a.member, *price_of_a);
                let cost_of_b = opinion_cost(&b.member, *price_of_b);
                cost_of_a
                    .total_cmp(&cost_of_b)
                    .then_with(|| a.member.kind.cmp(&b.member.kind))
            });
        }
        Ok(all)
    }
}

/// One call that has begun.
struct Asking {
    providers: Arc<Providers>,
    provider: Arc<dyn lode_providers::Provider>,
    id: Uuid,
    account_id: Uuid,
    operation: Uuid,
    lead_id: Uuid,
    worker: Option<Uuid>,
    price: MilliCredits,
    address: Address,
}

impl Asking {
    /// Asks, and writes down what came of it.
    async fn ask(self) -> Told {
        let (providers, kind) = (&self.providers, self.provider.kind());
        let answer = self.provider.verify_email(&self.address).await;
        // A test costs whether or not it tells anything.
        let cost = cost_of(&answer, self.price);
        let (finding, told) = match &answer {
            Ok(Answer {
                found: Some(said), ..
            }) => (
                CallFinding::Found(serde_json::to_string(said).unwrap_or_default()),
                Told::Says(says(*said)),
            ),
            Ok(_) => {
                let until = providers.now().saturating_add(SAID_FOR_MS);
                (CallFinding::Missing { until }, Told::Nothing)
            }
            Err(error) => {
                let told = if *error == ProviderError::OptedOut {
                    Told::OptedOut
                } else {
                    Told::Failed
                };
                (CallFinding::Failed(error.code().to_owned()), told)
            }
        };
        let key = address_key(&self.address.to_string());
        let now = providers.now();
        let question = OpinionQuestion {
            account_id: self.account_id,
            operation: self.operation,
            worker: self.worker,
            lead_id: self.lead_id,
            said: &[],
        };
        let call = call(&question, kind, self.price, &key, now);
        let end = CallEnd { finding, cost };
        if let Err(error) = providers.store.end_call(self.id, &call, &end, now).await {
            tracing::warn!(operation.id = %self.operation, %error, "cannot end a provider call");
        }
        if let Err(error) = &answer {
            tracing::info!(operation.id = %self.operation, provider = %kind, code = error.code(), "no answer");
            providers.rest_after(self.account_id, kind, error).await;
        }
        told
    }
}

fn call<'a>(
    question: &OpinionQuestion<'_>,
    kind: ProviderKind,
    worst: MilliCredits,
    key: &'a str,
    now: i64,
) -> Call<'a> {
    Call {
        account_id: question.account_id,
        provider: kind.as_str(),
        purpose: VERIFY,
        operation: question.operation,
        worker: question.worker,
        lead_id: question.lead_id,
        person: key,
        worst,
        known_since: now.saturating_sub(SAID_FOR_MS),
        once: true,
    }
}

fn says(said: Deliverability) -> Says {
    match said {
        Deliverability::Valid => Says::Valid,
        Deliverability::Invalid => Says::Invalid,
        Deliverability::AcceptAll => Says::AcceptAll,
        // Of a throw-away domain nothing follows for the mailbox.
        Deliverability::Disposable | Deliverability::Unknown => Says::Unknown,
    }
}
