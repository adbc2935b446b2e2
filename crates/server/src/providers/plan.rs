//! What a look-up would cost at the providers, without asking anybody.

use lode_core::api::{
    DryRunRequest, DryRunView, LeftOutView, MilliCredits, PlannedCallView, PlannedOpinionView,
    UnixMillis,
};
use lode_core::lead::{Lead, LeadKind};
use lode_finder::company::CompanyName;
use lode_finder::domain::memory_key;
use lode_finder::opinions::{ADDRESSES_MAX, SOURCES_MAX};
use lode_providers::waterfall::{Member, PlannedCall, Record, dry_run, person_key};
use lode_providers::{PersonQuery, Prices, ProviderKind};
use lode_store::providers::{Call, Foreseen};
use uuid::Uuid;

use super::domains::{NAMED_FOR_MS, company_key};
use super::{Providers, ProvidersError, Ready, left, person_query};
use crate::domains::CONFIRMED_FOR_MS;

/// One purpose's part of a plan.
#[derive(Default)]
struct Part {
    calls: Vec<PlannedCallView>,
    left_out: Vec<LeftOutView>,
    /// Expected cost, in millionths of the user's currency.
    expected: f64,
}

impl Providers {
    /// What a look-up would cost at most and is expected to, call by call, without asking
    /// anybody: of somebody, where the request names whom, else of anybody. Who would not be
    /// asked is left out and named.
    ///
    /// # Errors
    /// [`ProvidersError`].
    pub async fn dry_run(
        &self,
        account_id: Uuid,
        of: &DryRunRequest,
    ) -> Result<DryRunView, ProvidersError> {
        let ready = self.ready(account_id).await?;
        let domain = self.domain_part(account_id, &ready, of).await?;
        let reserved = |kind: ProviderKind| -> MilliCredits {
            domain
                .calls
                .iter()
                .filter(|call| call.affordable && call.provider == kind.as_str())
                .map(|call| call.if_found)
                .sum()
        };
        let email = self.email_part(account_id, &ready, of, reserved).await?;
        let taken = |kind: ProviderKind| -> MilliCredits {
            domain
                .calls
                .iter()
                .chain(&email.calls)
                .filter(|call| call.affordable && call.provider == kind.as_str())
                .map(|call| call.if_found.max(call.if_missing))
                .sum()
        };
        let opinions = planned_opinions(&self.opinionated(account_id).await?, taken);
        Ok(DryRunView {
            second_opinion_worst: opinions.iter().map(|one| one.worst_cost).sum(),
            second_opinions: opinions,
            expected_cost: money(domain.expected + email.expected),
            calls: domain.calls.into_iter().chain(email.calls).collect(),
            left_out: domain.left_out.into_iter().chain(email.left_out).collect(),
        })
    }

    /// The company's domain by its name, where nothing else tells it.
    async fn domain_part(
        &self,
        account_id: Uuid,
        ready: &[Ready],
        of: &DryRunRequest,
    ) -> Result<Part, ProvidersError> {
        let now = self.now();
        let anybody = *of == DryRunRequest::default();
        if of.company_domain.is_some() || !(anybody || of.company.is_some()) {
            return Ok(Part::default());
        }
        let company = of.company.as_deref().unwrap_or_default();
        if self.domain_is_known(account_id, of).await? {
            return Ok(Part::default());
        }
        let key = company_key(company);
        let (mut members, mut left_out) = (Vec::new(), Vec::new());
        for ready in ready {
            let Some(price) = ready.member.prices.domain else {
                continue;
            };
            let call = question(account_id, ready.member.kind, "domain", &key, now);
            let foreseen = if anybody {
                Foreseen::Asked
            } else {
                self.store.foresee_call(&call, now).await?
            };
            match foreseen {
                // It is answered without asking; nobody behind it is asked.
                Foreseen::Known => break,
                Foreseen::KnownMiss => left_out.push(without(ready, "domain", "known_miss")),
                Foreseen::Asked => members.push(Member {
                    prices: Prices {
                        find_found: price,
                        find_missing: 0,
                        ..ready.member.prices
                    },
                    // The record is of addresses.
                    record: Record::default(),
                    ..ready.member
                }),
            }
        }
        let calls = dry_run(&members, |kind| left_of(ready, kind));
        Ok(part("domain", &calls, left_out))
    }

    /// Whether a look-up would know the company's domain without asking for it: an address there
    /// was verified before, or the finder has confirmed it.
    async fn domain_is_known(
        &self,
        account_id: Uuid,
        of: &DryRunRequest,
    ) -> Result<bool, ProvidersError> {
        let Some(company) = of.company.as_deref() else {
            return Ok(false);
        };
        let proved = self.store.proved_domain(account_id, company).await?;
        let Some(name) = CompanyName::parse(company).filter(|_| proved.is_none()) else {
            return Ok(proved.is_some());
        };
        // As the finder keeps it.
        let key = memory_key(&name, of.company_url.as_deref());
        let oldest = self.now().saturating_sub(CONFIRMED_FOR_MS);
        let known = self
            .store
            .confirmed_domain(account_id, &key, oldest)
            .await?;
        Ok(known.is_some())
    }

    /// The address. `reserved` is what other calls of the look-up take of a day's limit.
    async fn email_part(
        &self,
        account_id: Uuid,
        ready: &[Ready],
        of: &DryRunRequest,
        reserved: impl Fn(ProviderKind) -> MilliCredits,
    ) -> Result<Part, ProvidersError> {
        let now = self.now();
        let person = person_of(of);
        let key = person_key(&person);
        let anybody = *of == DryRunRequest::default();
        let (mut members, mut left_out) = (Vec::new(), Vec::new());
        for ready in ready {
            if !anybody {
                let Some(key) = key
                    .as_deref()
                    .filter(|_| ready.provider.check(&person).is_ok())
                else {
                    left_out.push(without(ready, "email", "query_incomplete"));
                    continue;
                };
                let call = question(account_id, ready.member.kind, "email", key, now);
                if self.store.foresee_call(&call, now).await? == Foreseen::KnownMiss {
                    left_out.push(without(ready, "email", "known_miss"));
                    continue;
                }
            }
            members.push(ready.member);
        }
        let calls = dry_run(&members, |kind| {
            left_of(ready, kind).saturating_sub(reserved(kind))
        });
        Ok(part("email", &calls, left_out))
    }
}

/// Who would be asked about addresses that cannot be proved, at worst: how many there will be,
/// and what anybody says of them, nobody knows beforehand.
fn planned_opinions(
    asked: &[(Ready, MilliCredits)],
    taken: impl Fn(ProviderKind) -> MilliCredits,
) -> Vec<PlannedOpinionView> {
    let mut so_many = 0;
    asked
        .iter()
        .filter_map(|(ready, price)| {
            if so_many == SOURCES_MAX {
                return None;
            }
            let left = left(&ready.stored).saturating_sub(taken(ready.member.kind));
            let affordable = left.max(0).checked_div(*price).unwrap_or(i64::MAX);
            let addresses = u32::try_from(affordable)
                .unwrap_or(u32::MAX)
                .min(u32::try_from(ADDRESSES_MAX).unwrap_or(u32::MAX));
            so_many += usize::from(addresses > 0);
            let credits = u64::try_from(*price).unwrap_or(0) * u64::from(addresses);
            Some(PlannedOpinionView {
                provider: ready.member.kind.to_string(),
                price: *price,
                addresses,
                worst_cost: credits
                    .saturating_mul(ready.member.credit_price)
                    .div_ceil(1_000),
            })
        })
        .collect()
}

/// Whom the request names.
fn person_of(of: &DryRunRequest) -> PersonQuery {
    let mut lead = Lead::new(LeadKind::Person);
    lead.full_name.clone_from(&of.full_name);
    lead.company.clone_from(&of.company);
    lead.company_domain.clone_from(&of.company_domain);
    lead.profile_url.clone_from(&of.profile_url);
    person_query(&lead)
}

/// The call that would be made.
fn question<'a>(
    account_id: Uuid,
    kind: ProviderKind,
    purpose: &'static str,
    person: &'a str,
    now: UnixMillis,
) -> Call<'a> {
    Call {
        account_id,
        provider: kind.as_str(),
        purpose,
        operation: Uuid::nil(),
        worker: None,
        lead_id: Uuid::nil(),
        person,
        worst: 0,
        known_since: if purpose == "domain" {
            now.saturating_sub(NAMED_FOR_MS)
        } else {
            UnixMillis::MAX
        },
        once: false,
    }
}

fn left_of(all: &[Ready], kind: ProviderKind) -> MilliCredits {
    let of = all.iter().find(|ready| ready.member.kind == kind);
    of.map_or(0, |ready| left(&ready.stored))
}

fn without(ready: &Ready, purpose: &str, reason: &str) -> LeftOutView {
    LeftOutView {
        provider: ready.member.kind.to_string(),
        purpose: purpose.to_owned(),
        reason: reason.to_owned(),
    }
}

fn part(purpose: &str, calls: &[PlannedCall], left_out: Vec<LeftOutView>) -> Part {
    Part {
        expected: calls
            .iter()
            .filter(|call| call.affordable)
            .map(|call| call.expected)
            .sum(),
        calls: calls.iter().map(|call| planned(purpose, call)).collect(),
        left_out,
    }
}

fn planned(purpose: &str, call: &PlannedCall) -> PlannedCallView {
    PlannedCallView {
        provider: call.provider.to_string(),
        purpose: purpose.to_owned(),
        if_found: call.if_found,
        if_missing: call.if_missing,
        reached: call.reached,
        expected_cost: money(call.expected),
        affordable: call.affordable,
    }
}

/// Whole millionths of the user's currency.
fn money(expected: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "saturates, and an expected cost is never negative"
    )]
    let whole = expected.round() as u64;
    whole
}
