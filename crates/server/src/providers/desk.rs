//! The asking of one look-up: the waterfall over the database, with our own judgement.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_core::email::EmailStatus;
use lode_finder::claims::Claim;
use lode_providers::waterfall::{self, Attempt, Backing, Begun, Judged, person_key};
use lode_providers::{
    Answer, Deliverability, FoundEmail, PersonQuery, Provider, ProviderError, ProviderKind,
};
use lode_store::providers::{Call, CallBegun, CallEnd, CallFinding, CallState, StoredCall};
use lode_verify::Evidence;
use uuid::Uuid;

use super::Providers;
use super::opinions::Said;
use super::trouble::sum_up;
use crate::verification::AddressVerifier;

/// One look-up's question.
pub(crate) struct Question<'a> {
    pub(crate) account_id: Uuid,
    pub(crate) lookup_id: Uuid,
    pub(crate) worker: Uuid,
    pub(crate) lead_id: Uuid,
    pub(crate) person: PersonQuery,
    /// How often mail servers have put off verifying what providers found.
    pub(crate) attempt: u32,
    /// Whether the look-up may be put off until a provider can be asked, or is done.
    pub(crate) may_put_off: bool,
    pub(crate) verifier: &'a dyn AddressVerifier,
}

/// What the providers said.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// What they claim, with what we made of it.
    pub(crate) claims: Vec<Claim>,
    /// What they said of the addresses that they named.
    pub(crate) said: Vec<Said>,
    /// A mail server asked to come back before a claim could be judged: after which time.
    pub(crate) pending: Option<Duration>,
    /// With that: our own limits hold the verification, no mail server asked for it.
    pub(crate) held: bool,
    /// With that: no mail server could be reached.
    pub(crate) unreachable: bool,
    /// Nothing has settled it, and a provider can be asked again, or looked at, after this time.
    pub(crate) put_off: Option<Duration>,
    /// Stable codes of what else is to be said.
    pub(crate) notes: Vec<&'static str>,
}

impl Providers {
    /// Asks the account's providers for a person's address. Nothing where there are none,
    /// or the person has no name and no profile to ask by.
    pub(crate) async fn ask(&self, question: &Question<'_>) -> Asked {
        if person_key(&question.person).is_none() {
            return Asked::default();
        }
        let (ready, resting) = match self.ready_or_not(question.account_id).await {
            Ok(ready) => ready,
            Err(error) => {
                tracing::warn!(lookup.id = %question.lookup_id, %error, "providers are left out");
                return Asked::default();
            }
        };
        let desk = Desk {
            providers: self,
            question,
            precision: ready
                .iter()
                .map(|ready| (ready.member.kind, ready.member.record.precision()))
                .collect(),
            repeats_are_free: ready
                .iter()
                .filter(|ready| ready.provider.repeats_are_free())
                .map(|ready| ready.member.kind)
                .collect(),
            known: Mutex::default(),
            asked: Mutex::default(),
        };
        let list: Vec<&dyn Provider> = ready.iter().map(|ready| ready.provider.as_ref()).collect();
        let outcome = waterfall::find(&desk, &list, &question.person).await;
        let repeats_are_free = |kind| desk.repeats_are_free.contains(&kind);
        let (notes, put_off) = sum_up(&outcome, &resting, repeats_are_free);
        let mut asked = desk
            .asked
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if outcome.opted_out {
            asked.notes.push("person_opted_out");
        }
        let limited = |(_, attempt): &(ProviderKind, Attempt)| *attempt == Attempt::SpendLimit;
        if outcome.attempts.iter().any(limited) {
            asked.notes.push("provider_spend_limit");
        }
        asked.notes.extend(notes);
        asked.put_off = put_off.filter(|_| question.may_put_off);
        asked
    }
}

/// The waterfall's backing for one look-up.
struct Desk<'a> {
    providers: &'a Providers,
    question: &'a Question<'a>,
    precision: HashMap<ProviderKind, f64>,
    /// Those that may be asked once more where an answer was lost.
    repeats_are_free: HashSet<ProviderKind>,
    /// Verdicts of an earlier attempt, by call.
    known: Mutex<HashMap<Uuid, EmailStatus>>,
    asked: Mutex<Asked>,
}

impl Desk<'_> {
    fn call<'c>(&self, kind: ProviderKind, worst: MilliCredits, person: &'c str) -> Call<'c> {
        Call {
            account_id: self.question.account_id,
            provider: kind.as_str(),
            purpose: "email",
            operation: self.question.lookup_id,
            worker: Some(self.question.worker),
            lead_id: self.question.lead_id,
            person,
            worst,
            known_since: i64::MAX,
            once: !self.repeats_are_free.contains(&kind),
        }
    }

    fn known(&self, call: StoredCall) -> Begun {
        if let Some(verdict) = call
            .verdict
            .and_then(|name| serde_json::from_value(name.into()).ok())
        {
            let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.insert(call.id, verdict);
        }
        let found = (call.state == CallState::Found)
            .then(|| {
                call.answer
                    .as_deref()
                    .and_then(|text| serde_json::from_str(text).ok())
            })
            .flatten();
        Begun::Known(call.id, found)
    }

    /// What we make of an address, by our own verification; what was refuted stays so.
    async fn verified(&self, id: Uuid, found: &FoundEmail) -> Verified {
        let known = {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            known.get(&id).copied()
        };
        if let Some(status) = known.filter(|status| status.is_refuted()) {
            return Verified::unasked(status, "refuted_before");
        }
        if found.deliverability == Deliverability::Invalid {
            return Verified::unasked(EmailStatus::Invalid, "provider_says_invalid");
        }
        let question = self.question;
        let verdict = question
            .verifier
            .verify(&found.email.to_string(), question.attempt)
            .await;
        let waits = verdict.status == EmailStatus::Deferred && verdict.retry_after.is_some();
        if waits {
            let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
            asked.pending = verdict.retry_after;
            asked.held = verdict.held;
            asked.unreachable = verdict.is_unreachable();
        }
        Verified {
            status: verdict.status,
            reasons: verdict.reasons,
            evidence: Some(verdict.evidence),
            waits,
        }
    }
}

/// What our own verification made of a provider's address.
struct Verified {
    status: EmailStatus,
    reasons: Vec<String>,
    evidence: Option<Evidence>,
    /// Whether a mail server asked to come back.
    waits: bool,
}

impl Verified {
    fn unasked(status: EmailStatus, reason: &str) -> Self {
        Self {
            status,
            reasons: vec![reason.to_owned()],
            evidence: None,
            waits: false,
        }
    }
}

#[async_trait]
impl Backing for Desk<'_> {
    async fn begin(&self, kind: ProviderKind, worst: MilliCredits, person: &PersonQuery) -> Begun {
        let Some(key) = person_key(person) else {
            return Begun::Stop;
        };
        let providers = self.providers;
        let call = self.call(kind, worst, &key);
        match providers.store.begin_call(&call, providers.now()).await {
            Ok(CallBegun::Go(id)) => Begun::Go(id),
            Ok(CallBegun::Known(call)) => self.known(call),
            Ok(CallBegun::KnownMiss) => Begun::KnownMiss,
            Ok(CallBegun::SpendLimit) => Begun::SpendLimit,
            Ok(CallBegun::UnderWay { id, task }) => Begun::UnderWay(id, task),
            Ok(CallBegun::Unanswered) => Begun::Unanswered,
            // Nobody is at it who has not the lease.
            Ok(CallBegun::Lost | CallBegun::AtIt) => Begun::Stop,
            Err(error) => {
                // What cannot be written down is not spent.
                tracing::warn!(lookup.id = %self.question.lookup_id, %error, "cannot begin a provider call");
                Begun::Stop
            }
        }
    }

    async fn keep(&self, id: Uuid, task: &str) -> bool {
        self.providers.keep(id, task).await
    }

    fn may_put_off(&self) -> bool {
        self.question.may_put_off
    }

    async fn end(
        &self,
        id: Uuid,
        kind: ProviderKind,
        person: &PersonQuery,
        answer: &Result<Answer<FoundEmail>, ProviderError>,
        cost: Option<MilliCredits>,
    ) {
        let providers = self.providers;
        let now = providers.now();
        let finding = match answer {
            Ok(Answer {
                found: Some(found), ..
            }) => CallFinding::Found(serde_json::to_string(found).unwrap_or_default()),
            Ok(_) => CallFinding::Missing {
                until: now.saturating_add(providers.miss_ms),
            },
            Err(error) => CallFinding::Failed(error.code().to_owned()),
        };
        let key = person_key(person).unwrap_or_default();
        let call = self.call(kind, 0, &key);
        let ended = providers
            .store
            .end_call(id, &call, &CallEnd { finding, cost }, now)
            .await;
        if let Err(error) = ended {
            tracing::warn!(lookup.id = %self.question.lookup_id, %error, "cannot end a provider call");
        }
        if let Err(error) = answer {
            tracing::info!(lookup.id = %self.question.lookup_id, provider = %kind, code = error.code(), "no answer");
            providers
                .rest_after(self.question.account_id, kind, error)
                .await;
        }
    }

    async fn judge(&self, id: Uuid, kind: ProviderKind, found: &FoundEmail) -> Judged {
        let Verified {
            status,
            reasons,
            evidence,
            waits,
        } = self.verified(id, found).await;
        if let Err(error) = self.providers.store.judge_call(id, status).await {
            tracing::warn!(lookup.id = %self.question.lookup_id, %error, "cannot write a verdict down");
        }
        let sure = found.deliverability == Deliverability::Valid;
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.said.push(Said {
            kind,
            email: found.email.clone(),
            deliverability: found.deliverability,
        });
        asked.claims.push(Claim {
            source: kind.as_str().to_owned(),
            email: found.email.to_string(),
            sure,
            precision: self.precision.get(&kind).copied().unwrap_or(0.0),
            status,
            reasons,
            evidence,
        });
        match status {
            EmailStatus::Verified | EmailStatus::Full => Judged::Settled,
            status if status.is_refuted() => Judged::Refuted,
            EmailStatus::Deferred if waits => Judged::Pending,
            // Nobody could prove more than the provider is sure of.
            _ if sure => Judged::Settled,
            _ => Judged::Open,
        }
    }
}
