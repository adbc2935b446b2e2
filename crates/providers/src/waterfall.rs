//! Whom to ask, in which order, and what may be spent.
//!
//! Providers are asked one after the other until one has an address that it calls valid.
//! The order is by expected cost per verified address ([`expected_cost`]), or the user's.
//! Before each call its worst price is reserved against the day's limit ([`SpendGuard`]),
//! and settled at what it cost; what nobody knew is not asked again for a while
//! ([`NegativeCache`]). Times are given by the caller; nothing here has a clock.

use lode_core::api::{MilliCredits, UnixMillis};
use serde::{Deserialize, Serialize};

mod misses;
mod spend;

pub use misses::NegativeCache;
pub use spend::{Day, Reservation, SpendGuard, SpendLimit, day_of};

use crate::provider::{
    Answer, Deliverability, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind,
};

/// What a provider's answers have come to so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Look-ups asked.
    pub asked: u64,
    /// Addresses found.
    pub found: u64,
    /// Found addresses that proved right: verified by us, or delivered.
    pub verified: u64,
}

/// Money of the user per credit of the provider, in millionths of their currency's unit.
pub type MicroMoney = u64;

/// A provider as the waterfall sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member {
    /// Which provider.
    pub kind: ProviderKind,
    /// What it charges.
    pub prices: Prices,
    /// What one of its credits costs the user.
    pub credit_price: MicroMoney,
    /// Its record.
    pub record: Record,
}

/// What a provider's record is taken to hold before it has one: as if it had been asked so
/// many times with these results. Own judgement; a few dozen look-ups outweigh it.
const PRIOR: Record = Record {
    asked: 10,
    found: 6,
    verified: 5,
};

/// The expected cost per verified address, in millionths of the user's currency.
#[must_use]
pub fn expected_cost(member: &Member) -> f64 {
    let record = member.record;
    let asked = as_f64(record.asked + PRIOR.asked);
    let found = as_f64(record.found.min(record.asked) + PRIOR.found) / asked;
    let verified = as_f64(record.verified.min(record.found) + PRIOR.verified) / asked;
    let credits = (found * as_credits(member.prices.find_found))
        + ((1.0 - found) * as_credits(member.prices.find_missing));
    credits * as_f64(member.credit_price) / verified.max(f64::MIN_POSITIVE)
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[expect(clippy::cast_precision_loss, reason = "an estimate")]
fn as_credits(milli: MilliCredits) -> f64 {
    milli as f64 / 1000.0
}

/// How providers are ordered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The lowest expected cost per verified address first.
    #[default]
    ExpectedCost,
    /// As the user says; those that are not named are not asked.
    Given(Vec<ProviderKind>),
}

/// The members in the order in which they are to be asked.
#[must_use]
pub fn order(members: &[Member], by: &Order) -> Vec<Member> {
    match by {
        Order::ExpectedCost => {
            let mut all = members.to_vec();
            all.sort_by(|a, b| {
                expected_cost(a)
                    .total_cmp(&expected_cost(b))
                    .then_with(|| a.kind.cmp(&b.kind))
            });
            all
        }
        Order::Given(kinds) => {
            let mut all = Vec::new();
            for kind in kinds {
                let member = members.iter().find(|member| member.kind == *kind);
                if let Some(member) =
                    member.filter(|_| !all.iter().any(|m: &Member| m.kind == *kind))
                {
                    all.push(*member);
                }
            }
            all
        }
    }
}

/// One line of a dry run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PlannedCall {
    /// Who would be asked.
    pub provider: ProviderKind,
    /// Price where an address is found, in the provider's milli-credits.
    pub if_found: MilliCredits,
    /// Price where none is found.
    pub if_missing: MilliCredits,
    /// Probability that the call is made at all: those before it found nothing.
    pub reached: f64,
    /// Expected cost of the call, in millionths of the user's currency.
    pub expected: f64,
    /// Whether the day's limit lets it through.
    pub affordable: bool,
}

/// What a look-up would cost, call by call, without asking anybody.
#[must_use]
pub fn dry_run(ordered: &[Member], guard: &SpendGuard, day: Day) -> Vec<PlannedCall> {
    let mut reached = 1.0;
    ordered
        .iter()
        .map(|member| {
            let asked = as_f64(member.record.asked + PRIOR.asked);
            let found = as_f64(member.record.found.min(member.record.asked) + PRIOR.found) / asked;
            let credits = found * as_credits(member.prices.find_found)
                + (1.0 - found) * as_credits(member.prices.find_missing);
            let affordable = guard.left(member.kind, day) >= worst(member.prices);
            let call = PlannedCall {
                provider: member.kind,
                if_found: member.prices.find_found,
                if_missing: member.prices.find_missing,
                reached,
                expected: reached * credits * as_f64(member.credit_price),
                affordable,
            };
            if affordable {
                reached *= 1.0 - found;
            }
            call
        })
        .collect()
}

fn worst(prices: Prices) -> MilliCredits {
    prices.find_found.max(prices.find_missing)
}

/// What became of one provider in a waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It was asked: what it found, and what that cost where known.
    Asked {
        /// Its answer.
        answer: Answer<FoundEmail>,
    },
    /// It was asked and gave no answer.
    Failed {
        /// Why.
        error: ProviderError,
    },
    /// It was not asked: it did not know the person a while ago.
    KnownMiss,
    /// It was not asked: the day's limit is reached.
    SpendLimit,
}

/// What a waterfall found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The best address, and who found it.
    pub best: Option<(ProviderKind, FoundEmail)>,
    /// What became of each provider, in the order asked.
    pub attempts: Vec<(ProviderKind, Attempt)>,
    /// Whether the person opted out with a provider: nobody was asked after it.
    pub opted_out: bool,
}

/// The purse and the memory that look-ups share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waterfall {
    /// What may be spent.
    pub guard: SpendGuard,
    /// Whom providers did not know.
    pub misses: NegativeCache,
}

impl Waterfall {
    /// Asks the providers in turn, until one has an address that it calls valid; else the
    /// best of what they found. Stops where the person has opted out.
    pub async fn find(
        &mut self,
        providers: &[&dyn Provider],
        person: &PersonQuery,
        now: UnixMillis,
    ) -> Outcome {
        let mut outcome = Outcome::default();
        for provider in providers {
            let kind = provider.kind();
            let attempt = self.ask(*provider, person, now).await;
            let opted_out = matches!(
                attempt,
                Attempt::Failed {
                    error: ProviderError::OptedOut
                }
            );
            if let Attempt::Asked {
                answer: Answer {
                    found: Some(found), ..
                },
            } = &attempt
            {
                let better = outcome
                    .best
                    .as_ref()
                    .is_none_or(|(_, best)| rank(found.deliverability) > rank(best.deliverability));
                if better && found.deliverability != Deliverability::Invalid {
                    outcome.best = Some((kind, found.clone()));
                }
            }
            outcome.attempts.push((kind, attempt));
            if opted_out {
                outcome.opted_out = true;
                outcome.best = None;
                break;
            }
            if outcome
                .best
                .as_ref()
                .is_some_and(|(_, best)| best.deliverability == Deliverability::Valid)
            {
                break;
            }
        }
        outcome
    }

    async fn ask(
        &mut self,
        provider: &dyn Provider,
        person: &PersonQuery,
        now: UnixMillis,
    ) -> Attempt {
        let kind = provider.kind();
        if self.misses.contains(kind, person, now) {
            return Attempt::KnownMiss;
        }
        let price = worst(provider.prices());
        let Ok(reserved) = self.guard.reserve(kind, price, day_of(now)) else {
            return Attempt::SpendLimit;
        };
        match provider.find_email(person).await {
            Ok(answer) => {
                let cost = match (&answer.found, answer.cost) {
                    (None, None) => Some(provider.prices().find_missing),
                    (_, cost) => cost,
                };
                self.guard.settle(reserved, cost);
                if answer.found.is_none() {
                    self.misses.put(kind, person, now);
                }
                Attempt::Asked { answer }
            }
            Err(error) => {
                // Work that was begun may still be charged; a refusal is not.
                let charged = matches!(
                    error,
                    ProviderError::Pending
                        | ProviderError::Timeout
                        | ProviderError::Malformed(_)
                        | ProviderError::TooLarge
                );
                self.guard.settle(reserved, (!charged).then_some(0));
                Attempt::Failed { error }
            }
        }
    }
}

fn rank(deliverability: Deliverability) -> u8 {
    match deliverability {
        Deliverability::Valid => 3,
        Deliverability::AcceptAll => 2,
        Deliverability::Unknown => 1,
        Deliverability::Invalid | Deliverability::Disposable => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    const PRICES: Prices = Prices {
        find_found: 1_000,
        find_missing: 0,
        verify: None,
        mobile: None,
    };

    fn member(kind: ProviderKind, credit_price: MicroMoney, record: Record) -> Member {
        Member {
            kind,
            prices: PRICES,
            credit_price,
            record,
        }
    }

    #[test]
    fn the_cheapest_per_verified_address_comes_first() {
        let good = Record {
            asked: 100,
            found: 80,
            verified: 78,
        };
        let poor = Record {
            asked: 100,
            found: 80,
            verified: 20,
        };
        let members = [
            member(ProviderKind::Hunter, 30_000, poor),
            member(ProviderKind::Snov, 40_000, good),
            member(ProviderKind::Icypeas, 90_000, good),
        ];
        let kinds = |by: &Order| -> Vec<_> {
            order(&members, by)
                .iter()
                .map(|member| member.kind)
                .collect()
        };
        assert_eq!(
            kinds(&Order::ExpectedCost),
            [
                ProviderKind::Snov,
                ProviderKind::Icypeas,
                ProviderKind::Hunter
            ]
        );
        let given = Order::Given(vec![
            ProviderKind::Icypeas,
            ProviderKind::Apollo,
            ProviderKind::Hunter,
            ProviderKind::Icypeas,
        ]);
        assert_eq!(kinds(&given), [ProviderKind::Icypeas, ProviderKind::Hunter]);
    }

    #[test]
    fn a_record_that_cannot_be_does_no_harm() {
        let odd = Record {
            asked: 0,
            found: u64::MAX / 4,
            verified: u64::MAX / 4,
        };
        let cost = expected_cost(&member(ProviderKind::Hunter, 1, odd));
        assert!(cost.is_finite() && cost > 0.0);
    }

    #[test]
    fn a_dry_run_says_what_a_look_up_would_cost() {
        let members = [
            member(ProviderKind::Hunter, 50_000, Record::default()),
            member(ProviderKind::Snov, 40_000, Record::default()),
        ];
        let guard = SpendGuard::new(HashMap::from([(ProviderKind::Hunter, 5_000)]));
        let plan = dry_run(&members, &guard, 1);
        assert!((plan[0].reached - 1.0).abs() < 1e-12);
        assert!((plan[0].expected - 0.6 * 50_000.0).abs() < 1e-6);
        assert!((plan[1].reached - 0.4).abs() < 1e-12);
        assert!(plan[0].affordable && !plan[1].affordable);
    }
}
