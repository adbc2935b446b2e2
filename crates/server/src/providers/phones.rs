//! Mobile numbers from the providers that have them.

use std::time::Duration;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_providers::waterfall::{cost_of, person_key};
use lode_providers::{Answer, MobileLook, MobileSearch, PersonQuery, ProviderError};
use lode_store::providers::{Call, CallBegun, CallEnd, CallFinding, CallState};
use uuid::Uuid;

use super::{Providers, Ready, person_query};
use crate::phones::{Phone, PhoneError, PhoneKind, PhoneQuestion, PhoneSource, Preview};

/// When a search that a provider works on is looked at for the first time, and again where it
/// does not say when. Numbers take minutes.
const LOOK_AFTER: Duration = Duration::from_secs(5);

/// Longest time until it is looked at again: the extension asks after a minute at most.
const LOOK_AFTER_MAX: Duration = Duration::from_secs(60);

/// What one provider came to.
enum Answered {
    Numbers(Vec<String>),
    Nothing,
    SpendLimit,
    Failed,
    /// The person opted out: nobody else is asked.
    OptedOut,
    /// It works on it: nobody else is asked, or both would be paid.
    Pending(Duration),
}

#[async_trait]
impl PhoneSource for Providers {
    async fn is_configured(&self, account_id: Uuid) -> bool {
        self.sells_mobiles(account_id).await
    }

    async fn find(&self, question: PhoneQuestion<'_>) -> Result<Vec<Phone>, PhoneError> {
        let ready = self.with_mobiles(&question).await?;
        let mut person = person_query(question.person);
        // Some know a person by the work address, once it is proved.
        person.work_email = self
            .store
            .verified_address(question.account_id, question.lead_id)
            .await
            .unwrap_or_else(|error| {
                tracing::warn!(operation.id = %question.operation, %error, "cannot read the address");
                None
            });
        let (mut answered, mut limited) = (false, false);
        for (ready, price) in &ready {
            match self.ask_mobile(ready, *price, &question, &person).await {
                Answered::Numbers(numbers) => {
                    let provider = ready.member.kind.to_string();
                    let phone = |number| Phone {
                        number,
                        kind: PhoneKind::Mobile,
                        provider: provider.clone(),
                    };
                    return Ok(numbers.into_iter().map(phone).collect());
                }
                Answered::OptedOut => return Ok(Vec::new()),
                Answered::Pending(after) => return Err(PhoneError::Pending(after)),
                Answered::Nothing => answered = true,
                Answered::SpendLimit => limited = true,
                Answered::Failed => {}
            }
        }
        match (answered, limited) {
            (_, true) => Err(PhoneError::SpendLimit),
            (true, false) => Ok(Vec::new()),
            (false, false) => Err(PhoneError::Unavailable),
        }
    }

    /// None of the providers tells without being paid whether it knows a number; what can be
    /// said is whether there is anybody to ask.
    async fn preview(&self, question: PhoneQuestion<'_>) -> Result<Preview, PhoneError> {
        self.with_mobiles(&question).await?;
        Ok(Preview::Unknown)
    }
}

impl Providers {
    /// The account's providers that sell mobiles, with their price: in the user's own order,
    /// else the cheapest number first. An error where there are none.
    async fn with_mobiles(
        &self,
        question: &PhoneQuestion<'_>,
    ) -> Result<Vec<(Ready, MilliCredits)>, PhoneError> {
        let ready = self.ready(question.account_id).await.map_err(|error| {
            tracing::warn!(operation.id = %question.operation, %error, "providers are left out");
            PhoneError::Unavailable
        })?;
        let ordered_by_user = ready.iter().any(|ready| ready.stored.position.is_some());
        let mut with_mobiles: Vec<_> = ready
            .into_iter()
            .filter_map(|ready| ready.member.prices.mobile.map(|price| (ready, price)))
            .collect();
        if !with_mobiles.is_empty() {
            if !ordered_by_user {
                // The order that came was of what an e-mail address costs.
                with_mobiles.sort_by_key(|(ready, price)| {
                    let credits = u64::try_from(*price).unwrap_or(0);
                    let money = u128::from(credits) * u128::from(ready.member.credit_price);
                    (money, *price, ready.member.kind)
                });
            }
            return Ok(with_mobiles);
        }
        // One that rests is there all the same, and may be asked later.
        Err(if self.sells_mobiles(question.account_id).await {
            PhoneError::Unavailable
        } else {
            PhoneError::NotConfigured
        })
    }

    async fn ask_mobile(
        &self,
        ready: &Ready,
        price: MilliCredits,
        question: &PhoneQuestion<'_>,
        person: &PersonQuery,
    ) -> Answered {
        let kind = ready.member.kind;
        let Some(key) = person_key(person) else {
            return Answered::Failed;
        };
        let call = Call {
            account_id: question.account_id,
            provider: kind.as_str(),
            purpose: "mobile",
            operation: question.operation,
            worker: None,
            lead_id: question.lead_id,
            person: &key,
            worst: price,
            known_since: i64::MAX,
            once: ready.provider.works_on_mobiles(),
        };
        let (id, answer) = match self.store.begin_call(&call, self.now()).await {
            Ok(CallBegun::Go(id)) => match ready.provider.begin_mobile(person).await {
                Ok(MobileSearch::Begun(task)) => {
                    return if self.keep(id, &task).await {
                        pending(None)
                    } else {
                        Answered::Failed
                    };
                }
                Ok(MobileSearch::Answered(answer)) => (id, Ok(answer)),
                Err(error) => (id, Err(error)),
            },
            Ok(CallBegun::UnderWay { id, task }) => {
                match ready.provider.look_at_mobile(&task).await {
                    Ok(MobileLook::Answered(answer)) => (id, Ok(answer)),
                    Ok(MobileLook::Pending { retry_after }) => return pending(retry_after),
                    Err(error) => match self.look_again(question, ready, &error).await {
                        Some(answered) => return answered,
                        None => (id, Err(error)),
                    },
                }
            }
            Ok(CallBegun::Known(known)) => {
                let numbers = (known.state == CallState::Found)
                    .then(|| serde_json::from_str(&known.answer?).ok())
                    .flatten();
                return numbers.map_or(Answered::Nothing, Answered::Numbers);
            }
            Ok(CallBegun::KnownMiss) => return Answered::Nothing,
            Ok(CallBegun::SpendLimit) => return Answered::SpendLimit,
            Ok(CallBegun::AtIt) => return pending(None),
            Ok(CallBegun::Lost | CallBegun::Unanswered) => return Answered::Failed,
            Err(error) => {
                tracing::warn!(operation.id = %question.operation, %error, "cannot begin a provider call");
                return Answered::Failed;
            }
        };
        let cost = cost_of(&answer, 0);
        let (finding, answered) = match answer {
            Ok(Answer {
                found: Some(numbers),
                ..
            }) => (
                CallFinding::Found(serde_json::to_string(&numbers).unwrap_or_default()),
                Answered::Numbers(numbers),
            ),
            Ok(_) => {
                let until = self.now().saturating_add(self.miss_ms);
                (CallFinding::Missing { until }, Answered::Nothing)
            }
            Err(error) => {
                self.rest_after(question.account_id, kind, &error).await;
                let answered = if error == ProviderError::OptedOut {
                    Answered::OptedOut
                } else {
                    Answered::Failed
                };
                (CallFinding::Failed(error.code().to_owned()), answered)
            }
        };
        let end = CallEnd { finding, cost };
        if let Err(error) = self.store.end_call(id, &call, &end, self.now()).await {
            tracing::warn!(operation.id = %question.operation, %error, "cannot end a provider call");
        }
        answered
    }

    /// Keeps what a provider works on, so that whoever asks next looks at it, after a restart
    /// and on another server too. `false` where the call has ended, its lead was erased, or the
    /// database does not answer.
    pub(super) async fn keep(&self, id: Uuid, task: &str) -> bool {
        // A busy database must not lose what is paid for.
        for pause_ms in [50, 500, 3_000, 0] {
            match self.store.keep_task(id, task).await {
                Ok(kept) => return kept,
                Err(error) => {
                    tracing::warn!(call.id = %id, %error, "cannot keep what a provider works on");
                    tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                }
            }
        }
        false
    }

    /// What follows from a look that failed: the work goes on all the same. `None` where the
    /// failure is its end.
    async fn look_again(
        &self,
        question: &PhoneQuestion<'_>,
        ready: &Ready,
        error: &ProviderError,
    ) -> Option<Answered> {
        match error {
            ProviderError::RateLimited { retry_after } => Some(pending(*retry_after)),
            // Nobody but the user can do something about it; it is looked at once they have.
            error if error.needs_user() => {
                let kind = ready.member.kind;
                self.rest_after(question.account_id, kind, error).await;
                Some(Answered::Failed)
            }
            error if error.is_about_the_look() => Some(pending(None)),
            _ => None,
        }
    }
}

fn pending(retry_after: Option<Duration>) -> Answered {
    let after = retry_after.unwrap_or(LOOK_AFTER);
    Answered::Pending(after.clamp(LOOK_AFTER, LOOK_AFTER_MAX))
}
