//! Whom to ask, in which order, and what may be spent.
//!
//! Providers are asked one after the other until the caller has what it needs. The order is
//! by expected cost per verified address ([`expected_cost`]), or the user's. Before each
//! call its worst price is reserved, and settled at what it cost; what was answered, or what
//! nobody knew, is not asked again. The purse and that memory are shared by all servers, so
//! they are not here but behind [`Backing`]; nothing here has a clock.

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::provider::{
    Answer, FoundEmail, PersonQuery, Prices, Provider, ProviderError, ProviderKind, Search,
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

impl Record {
    /// The share of found addresses that proved right, taken low: most could not be proved
    /// either way.
    #[must_use]
    pub fn precision(&self) -> f64 {
        let found = as_f64(self.found.saturating_add(PRIOR.found));
        as_f64(self.verified.min(self.found).saturating_add(PRIOR.verified)) / found
    }
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
    let verified = as_f64(record.verified.min(record.found) + PRIOR.verified) / asked;
    let (_, credits) = expected_call(member);
    credits * as_f64(member.credit_price) / verified.max(f64::MIN_POSITIVE)
}

/// The expected cost of a right opinion on an address, in millionths of the user's currency;
/// `price` is what the provider charges for one.
#[must_use]
pub fn opinion_cost(member: &Member, price: MilliCredits) -> f64 {
    let money = as_credits(price) * as_f64(member.credit_price);
    money / member.record.precision().max(f64::MIN_POSITIVE)
}

/// How likely a call finds an address, and how many credits it is expected to cost.
fn expected_call(member: &Member) -> (f64, f64) {
    let record = member.record;
    let asked = as_f64(record.asked + PRIOR.asked);
    let found = as_f64(record.found.min(record.asked) + PRIOR.found) / asked;
    let credits = found * as_credits(member.prices.find_found)
        + (1.0 - found) * as_credits(member.prices.find_missing);
    (found, credits)
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

/// What a look-up would cost, call by call, without asking anybody. `left` is what may
/// still be spent today at a provider.
#[must_use]
pub fn dry_run(
    ordered: &[Member],
    left: impl Fn(ProviderKind) -> MilliCredits,
) -> Vec<PlannedCall> {
    let mut reached = 1.0;
    ordered
        .iter()
        .map(|member| {
            let (found, credits) = expected_call(member);
            let affordable = left(member.kind) >= worst(member.prices);
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

/// The most that looking for one address may cost.
#[must_use]
pub fn worst(prices: Prices) -> MilliCredits {
    prices.find_found.max(prices.find_missing)
}

/// What look-ups share, kept by the caller: the purse, the memory of what was answered, and
/// the judgement on what was found.
#[async_trait]
pub trait Backing: Send + Sync {
    /// Whether a call may be made; if so, `worst` is set aside for it.
    async fn begin(&self, kind: ProviderKind, worst: MilliCredits, person: &PersonQuery) -> Begun;

    /// Keeps the provider's id of the work that a call has begun, so that whoever goes on with
    /// the look-up fetches it and does not begin it again. `false` where nobody is to go on.
    async fn keep(&self, id: Uuid, task: &str) -> bool;

    /// Whether the look-up can be put off for work that is not done in time; else that is its
    /// end.
    fn may_put_off(&self) -> bool;

    /// Writes down what came of a call; `cost` is `None` where nobody knows it: the worst
    /// stays spent.
    async fn end(
        &self,
        id: Uuid,
        kind: ProviderKind,
        person: &PersonQuery,
        answer: &Result<Answer<FoundEmail>, ProviderError>,
        cost: Option<MilliCredits>,
    );

    /// What an address that was found is worth.
    async fn judge(&self, id: Uuid, kind: ProviderKind, found: &FoundEmail) -> Judged;
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It may; the id is for its end.
    Go(Uuid),
    /// It was begun before in this look-up, and the provider works on it under this id.
    UnderWay(Uuid, String),
    /// It was made before in this look-up: its id, and what was found.
    Known(Uuid, Option<FoundEmail>),
    /// It was made before in this look-up, nobody knows what came of it, and it may be paid for:
    /// it is not made again.
    Unanswered,
    /// The provider did not know the person a while ago.
    KnownMiss,
    /// The day's limit is reached.
    SpendLimit,
    /// Nobody is to be asked any more: the look-up is no longer ours, or nothing can be
    /// written down.
    Stop,
}

/// What an address that was found is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// It settles the look-up, or nobody could tell more: no further provider is asked.
    Settled,
    /// It may be right, but another provider may know better.
    Open,
    /// It is wrong.
    Refuted,
    /// It cannot be told yet; nobody else is asked until then.
    Pending,
}

/// What became of one provider in a waterfall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// It was asked, now or earlier in this look-up: what it found, and what became of that.
    Asked(Option<(FoundEmail, Judged)>),
    /// It was asked and gave no answer.
    Failed(ProviderError),
    /// It was asked, now or earlier in this look-up, and works on it. Nobody else is asked until
    /// then, or both would be paid.
    Working,
    /// It was not asked: it did not know the person a while ago.
    KnownMiss,
    /// It was not asked: the day's limit is reached.
    SpendLimit,
}

/// What a waterfall found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// What became of each provider, in the order asked.
    pub attempts: Vec<(ProviderKind, Attempt)>,
    /// Whether the person opted out with a provider: nobody was asked after it.
    pub opted_out: bool,
}

impl Outcome {
    /// Whether an address cannot be judged yet.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.has(|attempt| matches!(attempt, Attempt::Asked(Some((_, Judged::Pending)))))
    }

    /// Whether an address settles the look-up, or nobody is to be asked any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let settles =
            |attempt: &Attempt| matches!(attempt, Attempt::Asked(Some((_, Judged::Settled))));
        self.opted_out || self.has(settles)
    }

    fn has(&self, is: impl Fn(&Attempt) -> bool) -> bool {
        self.attempts.iter().any(|(_, attempt)| is(attempt))
    }
}

/// Asks the providers in turn, until an address settles the look-up. Stops where the person
/// has opted out.
pub async fn find(
    backing: &dyn Backing,
    providers: &[&dyn Provider],
    person: &PersonQuery,
) -> Outcome {
    let mut outcome = Outcome::default();
    for provider in providers {
        let kind = provider.kind();
        let Some(attempt) = ask(backing, *provider, person).await else {
            break;
        };
        let ends = matches!(
            attempt,
            Attempt::Working | Attempt::Asked(Some((_, Judged::Settled | Judged::Pending)))
        );
        outcome.opted_out = attempt == Attempt::Failed(ProviderError::OptedOut);
        outcome.attempts.push((kind, attempt));
        if ends || outcome.opted_out {
            break;
        }
    }
    outcome
}

/// Asks one provider; `None` where nobody is to be asked any more.
async fn ask(
    backing: &dyn Backing,
    provider: &dyn Provider,
    person: &PersonQuery,
) -> Option<Attempt> {
    let kind = provider.kind();
    let prices = provider.prices();
    if let Err(error) = provider.check(person) {
        // What cannot be asked is neither reserved nor written down.
        return Some(Attempt::Failed(error));
    }
    let (id, works, answer) = match backing.begin(kind, worst(prices), person).await {
        Begun::Go(id) => match provider.begin_email(person).await {
            Ok(Search::Begun(task)) => {
                if !backing.keep(id, &task).await {
                    return None;
                }
                (id, true, provider.fetch_email(&task).await)
            }
            Ok(Search::Answered(answer)) => (id, false, Ok(answer)),
            Err(error) => (id, false, Err(error)),
        },
        Begun::UnderWay(id, task) => (id, true, provider.fetch_email(&task).await),
        Begun::Known(id, found) => return Some(judged(backing, id, kind, found).await),
        Begun::Unanswered => return Some(Attempt::Failed(ProviderError::Lost)),
        Begun::KnownMiss => return Some(Attempt::KnownMiss),
        Begun::SpendLimit => return Some(Attempt::SpendLimit),
        Begun::Stop => return None,
    };
    if works && answer == Err(ProviderError::Pending) && backing.may_put_off() {
        return Some(Attempt::Working);
    }
    let cost = cost_of(&answer, prices.find_missing);
    backing.end(id, kind, person, &answer, cost).await;
    Some(match answer {
        Ok(answer) => judged(backing, id, kind, answer.found).await,
        Err(error) => Attempt::Failed(error),
    })
}

/// What becomes of an answer.
async fn judged(
    backing: &dyn Backing,
    id: Uuid,
    kind: ProviderKind,
    found: Option<FoundEmail>,
) -> Attempt {
    Attempt::Asked(match found {
        Some(found) => {
            let judged = backing.judge(id, kind, &found).await;
            Some((found, judged))
        }
        None => None,
    })
}

/// What a call cost, as far as it is known; `missing` is the price of an answer without a find
/// that does not name its own.
pub fn cost_of<T>(
    answer: &Result<Answer<T>, ProviderError>,
    missing: MilliCredits,
) -> Option<MilliCredits> {
    match answer {
        Ok(Answer {
            found: None,
            cost: None,
        }) => Some(missing),
        Ok(answer) => answer.cost,
        Err(error) => (!error.may_be_charged()).then_some(0),
    }
}

/// Who is asked for, as one text: the same person at the same company gives the same text.
/// `None` where the query names nobody.
#[must_use]
pub fn person_key(person: &PersonQuery) -> Option<String> {
    let fold = |text: &str| {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_lowercase()
    };
    let name = person.whole_name().map(|name| fold(&name));
    let at = person.domain_or_company().map(fold);
    let profile = person.linkedin_url.as_deref().map(fold);
    (name.is_some() || profile.is_some()).then(|| {
        let mut key = [name, at, profile]
            .map(Option::unwrap_or_default)
            .join("\u{1f}");
        // Who was not known without their address may be with it.
        if let Some(email) = &person.work_email {
            key.push('\u{1f}');
            key.push_str(&fold(email));
        }
        key
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: Prices = Prices {
        find_found: 1_000,
        find_missing: 0,
        verify: None,
        mobile: None,
        domain: None,
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
    fn an_opinion_costs_by_price_and_by_how_often_it_is_right() {
        let good = Record {
            asked: 100,
            found: 90,
            verified: 90,
        };
        let cost =
            |price, record| opinion_cost(&member(ProviderKind::Hunter, 40_000, record), price);
        assert!(cost(500, good) < cost(1_000, good));
        assert!(cost(500, good) < cost(500, Record::default()));
        // Half a credit of 40,000, right in 95 of 96.
        assert!((cost(500, good) - 20_000.0 * 96.0 / 95.0).abs() < 1e-6);
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
        let left = |kind| {
            if kind == ProviderKind::Hunter {
                5_000
            } else {
                0
            }
        };
        let plan = dry_run(&members, left);
        assert!((plan[0].reached - 1.0).abs() < 1e-12);
        assert!((plan[0].expected - 0.6 * 50_000.0).abs() < 1e-6);
        assert!((plan[1].reached - 0.4).abs() < 1e-12);
        assert!(plan[0].affordable && !plan[1].affordable);
    }

    #[test]
    fn the_same_person_is_asked_for_alike() {
        let person = PersonQuery {
            full_name: Some("Ada Marlow".to_owned()),
            domain: Some("acme.example".to_owned()),
            ..PersonQuery::default()
        };
        let same = PersonQuery {
            full_name: None,
            first_name: Some(" ada ".to_owned()),
            last_name: Some("MARLOW".to_owned()),
            ..person.clone()
        };
        let other = PersonQuery {
            domain: Some("acme.test".to_owned()),
            ..person.clone()
        };
        assert_eq!(person_key(&person), person_key(&same));
        let with_address = PersonQuery {
            work_email: Some("Ada@acme.example".to_owned()),
            ..person.clone()
        };
        assert_ne!(person_key(&person), person_key(&with_address));
        assert_ne!(person_key(&person), person_key(&other));
        assert_eq!(person_key(&PersonQuery::default()), None);
    }
}
