//! The plan that an account is on: what it grants, and when its periods begin and end.
//!
//! Periods begin at 00:00 UTC on the anniversary of the first day. Each boundary is
//! counted from the first day, not from the boundary before it, so that 31 January is
//! followed by 28 (or 29) February and then by 31 March.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::error::LedgerError;
use crate::id::{Action, PlanId, Pool};
use crate::{MilliCredits, UnixMillis};

/// How long a plan's allotment lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// It is renewed every so many months.
    Months(u8),
    /// It is given once; where days are given, it ends after so many.
    Once {
        /// Days until it ends.
        days: Option<u16>,
    },
}

/// Who gets an allotment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The team, once.
    Account,
    /// The team, once for each seat: a shared pool that grows with the team.
    Seat,
    /// Each member, for the member alone.
    Member,
}

/// What happens to unspent credit at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rollover {
    /// It ends.
    None,
    /// It goes into the next period, up to this amount.
    UpTo(MilliCredits),
    /// All of it goes into the next period.
    All,
}

/// What a plan grants of one pool in each period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allotment {
    /// Which credit.
    pub pool: Pool,
    /// How much: the limit that each period tops up to.
    pub amount: MilliCredits,
    /// Who gets it.
    pub scope: Scope,
    /// What happens to what is left.
    pub rollover: Rollover,
    /// The actions that it pays for; empty: all.
    pub actions: Vec<Action>,
}

/// A plan's terms, as they were when the account took it: a later edit of the policy file
/// changes nothing before the account is put on the new terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanTerms {
    /// The plan.
    pub plan: PlanId,
    /// Version of the price list that it comes from.
    pub price_version: String,
    /// How long an allotment lasts.
    pub period: Period,
    /// What it grants.
    pub allotments: Vec<Allotment>,
    /// Whether a seat's or member's credit ends at once when the member leaves, rather
    /// than with the period.
    pub leaver_loses_at_once: bool,
    /// The plan that follows when one that is given once ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Box<PlanTerms>>,
}

impl PlanTerms {
    /// What the plan grants of a pool to one recipient in each scope.
    pub(crate) fn limit(&self, pool: &Pool, scope: Scope, actions: &[Action]) -> MilliCredits {
        self.allotments
            .iter()
            .filter(|a| a.pool == *pool && a.scope == scope && a.actions == actions)
            .fold(0, |sum: i64, a| sum.saturating_add(a.amount))
    }

    /// Whether the terms make sense.
    pub(crate) fn check(&self) -> Result<(), LedgerError> {
        let mut seen = Vec::new();
        for allotment in &self.allotments {
            if allotment.amount <= 0 {
                return Err(LedgerError::NotPositive {
                    what: "an allotment",
                    amount: allotment.amount,
                });
            }
            let key = (&allotment.pool, allotment.scope, &allotment.actions);
            if seen.contains(&key) {
                return Err(LedgerError::Plan("the plan grants the same twice"));
            }
            seen.push(key);
        }
        if matches!(
            self.period,
            Period::Months(0) | Period::Once { days: Some(0) }
        ) {
            return Err(LedgerError::Plan("the plan's period has no length"));
        }
        match &self.then {
            Some(then) => then.check(),
            None => Ok(()),
        }
    }

    /// Whether every recipient has at least as much on these terms as on `old`.
    pub(crate) fn covers(&self, old: &Self) -> bool {
        old.allotments.iter().all(|a| {
            self.limit(&a.pool, a.scope, &a.actions) >= old.limit(&a.pool, a.scope, &a.actions)
        })
    }
}

/// What follows at the end of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextPlan {
    /// The plan; `None`: no plan any more.
    pub terms: Option<PlanTerms>,
    /// Whether purchased credit ends too.
    pub purchased_ends: bool,
}

/// An account's place in its plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The terms in force.
    pub terms: PlanTerms,
    /// The day from which periods are counted.
    pub anchor: Date,
    /// How many periods have ended.
    pub period: u32,
    /// When this period began.
    pub started_at: UnixMillis,
    /// When it ends; `None`: never.
    pub ends_at: Option<UnixMillis>,
    /// What follows, where it is not the same again.
    pub next: Option<NextPlan>,
}

impl Subscription {
    /// The first period, from `now`.
    pub(crate) fn start(
        terms: PlanTerms,
        anchor: Option<Date>,
        now: UnixMillis,
    ) -> Result<Self, LedgerError> {
        let anchor = match anchor {
            Some(anchor) => anchor,
            None => civil_date(now)?,
        };
        let mut subscription = Self {
            terms,
            anchor,
            period: 0,
            started_at: now,
            ends_at: None,
            next: None,
        };
        subscription.ends_at = subscription.end_after(0, now)?;
        // An anchor in the past (the first of the month, the first day of a subscription
        // that moved here): the period is the one that `now` lies in.
        while subscription.ends_at.is_some_and(|end| end <= now) {
            subscription.period =
                subscription
                    .period
                    .checked_add(1)
                    .ok_or(LedgerError::Overflow {
                        what: "the number of periods",
                    })?;
            subscription.ends_at = subscription.end_after(subscription.period, now)?;
        }
        Ok(subscription)
    }

    /// The period after this one on the same count.
    pub(crate) fn advanced(&self, terms: PlanTerms) -> Result<Self, LedgerError> {
        let started_at = self
            .ends_at
            .ok_or(LedgerError::Plan("the plan has no periods"))?;
        let mut next = Self {
            terms,
            anchor: self.anchor,
            period: self.period.checked_add(1).ok_or(LedgerError::Overflow {
                what: "the number of periods",
            })?,
            started_at,
            ends_at: None,
            next: None,
        };
        if next.terms.period != self.terms.period {
            // Another length of period: the count starts anew.
            next.anchor = civil_date(started_at)?;
            next.period = 0;
        }
        next.ends_at = next.end_after(next.period, started_at)?;
        Ok(next)
    }

    fn end_after(
        &self,
        period: u32,
        started_at: UnixMillis,
    ) -> Result<Option<UnixMillis>, LedgerError> {
        match self.terms.period {
            Period::Once { days: None } => Ok(None),
            Period::Once { days: Some(days) } => {
                let length = i64::from(days).saturating_mul(24 * 60 * 60 * 1000);
                Ok(Some(started_at.saturating_add(length)))
            }
            Period::Months(months) => {
                let periods = i64::from(period).saturating_add(1);
                let months = periods.saturating_mul(i64::from(months.max(1)));
                boundary(self.anchor, months).map(Some)
            }
        }
    }
}

/// 00:00 UTC on the day `months` after `anchor`; the last day of a month that is too short.
pub(crate) fn boundary(anchor: Date, months: i64) -> Result<UnixMillis, LedgerError> {
    let overflow = LedgerError::Overflow {
        what: "the end of the period",
    };
    let span = match i32::try_from(months) {
        Ok(months) if months <= 12 * 9_999 => months.months(),
        _ => return Err(overflow),
    };
    let day = anchor.checked_add(span).map_err(|_| overflow.clone())?;
    let zoned = day.to_zoned(TimeZone::UTC).map_err(|_| overflow)?;
    Ok(zoned.timestamp().as_millisecond())
}

/// The day in UTC on which a moment lies.
///
/// # Errors
/// [`LedgerError::BadTime`] outside the years −9999 to 9999.
pub fn civil_date(at: UnixMillis) -> Result<Date, LedgerError> {
    let timestamp = Timestamp::from_millisecond(at).map_err(|_| LedgerError::BadTime { at })?;
    Ok(timestamp.to_zoned(TimeZone::UTC).date())
}
