//! What an action costs, and how that reads on a receipt.

use super::vocabulary::{self, ALWAYS_FREE};
use super::{DAY, Policy, RepeatWindow};
use crate::hold::{NewHold, PriceDecision};
use crate::id::{Action, MemberId, Outcome, Pool};
use crate::{MilliCredits, UnixMillis};

/// Why an action has no price.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotPriced {
    /// The policy does not offer the action.
    #[error("{policy} does not offer {action}")]
    NotOffered {
        /// The policy.
        policy: String,
        /// The action.
        action: Action,
    },
    /// The action cannot end so.
    #[error("{action} cannot end as {outcome}")]
    UnknownOutcome {
        /// The action.
        action: Action,
        /// The outcome.
        outcome: Outcome,
    },
    /// The number of units is 0, or the sum leaves the range.
    #[error("{units} units of {action} have no price")]
    BadUnits {
        /// The action.
        action: Action,
        /// How many.
        units: u32,
    },
}

impl Policy {
    /// What one `action` costs that ended as `outcome`. `repeat`: the team got the same
    /// datum of the same person before, within the window ([`RepeatWindow::covers`]). What
    /// is free for that reason has the outcome `repeat`.
    ///
    /// # Errors
    /// [`NotPriced`] for an action that is not offered or an outcome that it cannot have.
    pub fn price(
        &self,
        action: &Action,
        outcome: &Outcome,
        repeat: bool,
    ) -> Result<PriceDecision, NotPriced> {
        self.price_units(action, outcome, repeat, 1)
    }

    /// The same for several units: minutes of a call, leads of a download.
    ///
    /// # Errors
    /// [`NotPriced`] as for [`Policy::price`], or where the sum leaves 64 bits.
    pub fn price_units(
        &self,
        action: &Action,
        outcome: &Outcome,
        repeat: bool,
        units: u32,
    ) -> Result<PriceDecision, NotPriced> {
        let prices = self
            .actions
            .get(action)
            .ok_or_else(|| NotPriced::NotOffered {
                policy: self.name.clone(),
                action: action.clone(),
            })?;
        let one = match prices.prices.get(outcome) {
            Some(price) => *price,
            None if ALWAYS_FREE.contains(&outcome.as_str()) => 0,
            None => {
                return Err(NotPriced::UnknownOutcome {
                    action: action.clone(),
                    outcome: outcome.clone(),
                });
            }
        };
        let bad_units = || NotPriced::BadUnits {
            action: action.clone(),
            units,
        };
        if units == 0 {
            return Err(bad_units());
        }
        let full = one.checked_mul(i64::from(units)).ok_or_else(bad_units)?;
        let wording = vocabulary::wording(outcome.as_str());
        // What would have been free anyway is not free because it is a repeat.
        let repeated = repeat && prices.repeat_free && full > 0;
        let (amount, rule, line) = if repeated {
            let line = format!("Free: {wording}; {}", repeat_reason(self.repeat));
            (0, "repeat_window".to_owned(), line)
        } else if full == 0 {
            (0, format!("{action}.{outcome}"), format!("Free: {wording}"))
        } else {
            let sum = self.amount_text(full, prices.pools.first());
            let many = match vocabulary::known(action.as_str()).and_then(|known| known.unit) {
                Some(unit) if units > 1 => format!(", {units} {unit}s"),
                _ => String::new(),
            };
            let promise = match prices.repeat_free {
                true => repeat_promise(self.repeat),
                false => String::new(),
            };
            (
                full,
                format!("{action}.{outcome}"),
                format!("{sum}: {wording}{many}{promise}"),
            )
        };
        Ok(PriceDecision {
            outcome: if repeated {
                Outcome::repeat()
            } else {
                outcome.clone()
            },
            amount,
            rule,
            price_version: self.version.clone(),
            line,
        })
    }

    /// The most that `units` of an action can cost: what has to be put on hold.
    ///
    /// # Errors
    /// [`NotPriced`] as for [`Policy::price_units`].
    pub fn ceiling(&self, action: &Action, units: u32) -> Result<MilliCredits, NotPriced> {
        let prices = self
            .actions
            .get(action)
            .ok_or_else(|| NotPriced::NotOffered {
                policy: self.name.clone(),
                action: action.clone(),
            })?;
        let most = prices.prices.values().copied().max().unwrap_or(0);
        most.checked_mul(i64::from(units))
            .filter(|_| units > 0)
            .ok_or_else(|| NotPriced::BadUnits {
                action: action.clone(),
                units,
            })
    }

    /// The hold to make before `units` of an action; `None` where they are free whatever
    /// comes of them.
    ///
    /// # Errors
    /// [`NotPriced`] as for [`Policy::price_units`].
    pub fn hold_for(
        &self,
        action: &Action,
        units: u32,
        member: Option<&MemberId>,
        now: UnixMillis,
    ) -> Result<Option<NewHold>, NotPriced> {
        let amount = self.ceiling(action, units)?;
        if amount == 0 {
            return Ok(None);
        }
        let hours = DAY / 24;
        Ok(Some(NewHold {
            action: action.clone(),
            pools: self
                .actions
                .get(action)
                .map(|p| p.pools.clone())
                .unwrap_or_default(),
            amount,
            member: member.cloned(),
            expires_at: now.saturating_add(self.hold_hours.saturating_mul(hours)),
            rule: format!("{action}.hold"),
            price_version: self.version.clone(),
        }))
    }

    /// An amount with its unit: "1 credit", "0.05 credits", "2 premium credits".
    #[must_use]
    pub fn amount_text(&self, amount: MilliCredits, pool: Option<&Pool>) -> String {
        let names = pool.and_then(|pool| self.pools.get(pool));
        let name = match (names, amount) {
            (Some(names), 1000) => names.one.as_str(),
            (Some(names), _) => names.many.as_str(),
            (None, 1000) => "credit",
            (None, _) => "credits",
        };
        format!("{} {name}", credits_text(amount))
    }
}

/// An amount in credits: "1", "0.05", "-2.5".
#[must_use]
pub fn credits_text(amount: MilliCredits) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let amount = amount.unsigned_abs();
    let (whole, part) = (amount / 1000, amount % 1000);
    let text = format!("{sign}{whole}.{part:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn repeat_reason(window: RepeatWindow) -> String {
    match window {
        RepeatWindow::Days(days) => format!("repeat within {days} days"),
        RepeatWindow::BillingPeriod => "repeat within the billing period".to_owned(),
        RepeatWindow::Never | RepeatWindow::Forever => "repeat".to_owned(),
    }
}

fn repeat_promise(window: RepeatWindow) -> String {
    match window {
        RepeatWindow::Never => String::new(),
        window => format!("; {} is free", repeat_reason(window)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_well() {
        for (amount, text) in [
            (0, "0"),
            (1_000, "1"),
            (10_000, "10"),
            (50, "0.05"),
            (-2_500, "-2.5"),
            (1, "0.001"),
            (i64::MIN, "-9223372036854775.808"),
        ] {
            assert_eq!(credits_text(amount), text);
        }
    }

    #[test]
    fn a_line_says_what_why_and_what_a_repeat_costs() {
        let policy = Policy::preset("lode").unwrap();
        let find = Action::new("find").unwrap();
        let line = |outcome: &str, repeat| {
            policy
                .price(&find, &Outcome::new(outcome).unwrap(), repeat)
                .unwrap()
                .line
        };
        assert_eq!(
            line("verified", false),
            "1 credit: verified; repeat within 365 days is free"
        );
        assert_eq!(
            line("verified", true),
            "Free: verified; repeat within 365 days"
        );
        assert_eq!(line("not_found", true), "Free: nothing found");
        assert_eq!(line("failed", false), "Free: our own failure");
    }
}
