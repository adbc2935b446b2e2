//! What may be spent in a day.

use std::collections::HashMap;

use lode_core::api::{MilliCredits, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::provider::ProviderKind;

/// A day: whole days since 1970-01-01 UTC.
pub type Day = i64;

/// The day of a moment.
#[must_use]
pub fn day_of(at: UnixMillis) -> Day {
    at.div_euclid(24 * 3600 * 1000)
}

/// What was spent today, and what may be. Days only move forward: a clock that goes back
/// cannot open the purse again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendGuard {
    limits: HashMap<ProviderKind, MilliCredits>,
    day: Day,
    spent: HashMap<ProviderKind, MilliCredits>,
}

/// The day's limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the day's limit for {0} is reached")]
pub struct SpendLimit(pub ProviderKind);

/// An amount that is set aside for a call, until it is settled.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a reservation counts as spent until it is settled"]
pub struct Reservation {
    kind: ProviderKind,
    day: Day,
    amount: MilliCredits,
}

impl SpendGuard {
    /// A guard with a limit a day for each provider, in its milli-credits; one without a
    /// limit may not be spent on at all.
    #[must_use]
    pub fn new(limits: HashMap<ProviderKind, MilliCredits>) -> Self {
        Self {
            limits,
            ..Self::default()
        }
    }

    /// What is left of the day's limit.
    #[must_use]
    pub fn left(&self, kind: ProviderKind, day: Day) -> MilliCredits {
        let limit = self.limits.get(&kind).copied().unwrap_or(0);
        let spent = if day > self.day {
            0
        } else {
            self.spent.get(&kind).copied().unwrap_or(0)
        };
        limit.saturating_sub(spent).max(0)
    }

    /// Sets the worst price of a call aside.
    ///
    /// # Errors
    /// Where it does not fit into what is left of the day.
    pub fn reserve(
        &mut self,
        kind: ProviderKind,
        amount: MilliCredits,
        day: Day,
    ) -> Result<Reservation, SpendLimit> {
        if amount < 0 || amount > self.left(kind, day) {
            return Err(SpendLimit(kind));
        }
        if day > self.day {
            self.day = day;
            self.spent.clear();
        }
        let spent = self.spent.entry(kind).or_insert(0);
        *spent = spent.saturating_add(amount);
        Ok(Reservation {
            kind,
            day: self.day,
            amount,
        })
    }

    /// Replaces a reservation by what the call did cost; `None`: not known, the whole
    /// reservation stays spent.
    pub fn settle(&mut self, reservation: Reservation, cost: Option<MilliCredits>) {
        // What was reserved yesterday weighs on yesterday.
        if reservation.day == self.day
            && let (Some(cost), Some(spent)) = (cost, self.spent.get_mut(&reservation.kind))
        {
            *spent = spent
                .saturating_sub(reservation.amount)
                .saturating_add(cost.max(0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_days_limit_holds() {
        let hunter = ProviderKind::Hunter;
        let mut guard = SpendGuard::new(HashMap::from([(hunter, 2_500)]));
        let first = guard.reserve(hunter, 1_000, 10).unwrap();
        let second = guard.reserve(hunter, 1_000, 10).unwrap();
        assert_eq!(guard.reserve(hunter, 1_000, 10), Err(SpendLimit(hunter)));
        // A miss gives its amount back, an unknown cost does not.
        guard.settle(first, Some(0));
        guard.settle(second, None);
        assert_eq!(guard.left(hunter, 10), 1_500);
        let third = guard.reserve(hunter, 1_000, 10).unwrap();
        // The next day is new; what was reserved before does not weigh on it.
        assert_eq!(guard.left(hunter, 11), 2_500);
        let fourth = guard.reserve(hunter, 1_000, 11).unwrap();
        guard.settle(third, Some(900));
        assert_eq!(guard.left(hunter, 11), 1_500);
        // A clock that goes back opens nothing.
        assert_eq!(guard.left(hunter, 10), 1_500);
        guard.settle(fourth, Some(1_000));
        assert_eq!(guard.reserve(hunter, -5, 11), Err(SpendLimit(hunter)));
        assert_eq!(
            guard.reserve(ProviderKind::Snov, 1, 11),
            Err(SpendLimit(ProviderKind::Snov))
        );
    }

    proptest::proptest! {
        #[test]
        fn never_more_than_the_limit_is_spent(
            steps in proptest::collection::vec((0_i64..2_000, 0_i64..3_000, 0_i64..4), 1..200),
            limit in 0_i64..10_000,
        ) {
            let kind = ProviderKind::Hunter;
            let mut guard = SpendGuard::new(HashMap::from([(kind, limit)]));
            let mut day = 0;
            let mut spent = 0;
            for (amount, cost, move_on) in steps {
                if move_on == 3 {
                    day += 1;
                    spent = 0;
                }
                if let Ok(reserved) = guard.reserve(kind, amount, day) {
                    let cost = cost.min(amount);
                    guard.settle(reserved, Some(cost));
                    spent += cost;
                }
                proptest::prop_assert!(spent <= limit);
                proptest::prop_assert_eq!(guard.left(kind, day), limit - spent);
            }
        }
    }
}
