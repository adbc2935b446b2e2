//! `GET /v1/credits`: what there is, and what can be said before a click.

use lode_core::api::{MilliCredits, UnixMillis};
use serde_json::Value;

use super::{amounts, flag, list, maybe_number, maybe_text, number, strings, text};

/// The action that a capture is.
pub const FIND: &str = "find";

/// The action that an unlock of mobile numbers is.
pub const MOBILE: &str = "mobile_find";

/// The credit by pool, prices and capacity.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The credit by pool, in the policy's order.
    pub pools: Vec<Pool>,
    /// The plan.
    pub plan: Option<String>,
    /// The plan that follows at the next reset, where it is another one; `none`: none.
    pub next_plan: Option<String>,
    /// When the plan's credit resets next.
    pub resets_at: Option<UnixMillis>,
    /// Leads that are there, and the most that the plan allows.
    pub capacity: (i64, Option<i64>),
    /// The price list.
    pub actions: Vec<Price>,
    /// Version of the price list.
    pub price_version: String,
    /// Whether what there is no credit for is kept for an explicit click.
    pub pauses: bool,
    /// Unlocking with each capture; `None` where nothing of the kind is offered.
    pub auto_unlock: Option<AutoUnlock>,
    /// Whether the user may change the account's rules.
    pub may_set: bool,
}

/// A pool of credit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pool {
    /// Its key.
    pub pool: String,
    /// Its name for several (`premium credits`).
    pub name: String,
    /// Free to spend.
    pub available: MilliCredits,
    /// On hold.
    pub held: MilliCredits,
    /// The part of `available` that was bought.
    pub purchased: MilliCredits,
    /// What the plan tops up to.
    pub plan_limit: MilliCredits,
}

/// What an action costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Price {
    /// The action.
    pub action: String,
    /// The pools that pay, first one first.
    pub pools: Vec<String>,
    /// The price of each outcome.
    pub prices: Vec<(String, MilliCredits)>,
    /// The most that one can cost.
    pub most: MilliCredits,
    /// What the user could spend on it now.
    pub spendable: MilliCredits,
    /// Whether there is credit for one more.
    pub affordable: bool,
    /// The range of it for people: `1 to 5 credits`, `Free`.
    pub text: String,
}

/// Unlocking numbers with each capture, as it stands for the user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AutoUnlock {
    /// The account's rule: `off`, `on` or `member`.
    pub mode: String,
    /// The user's own choice; counts with `member`.
    pub choice: bool,
    /// Most in a day.
    pub daily_cap: i64,
    /// How many of them are used up.
    pub used_today: i64,
    /// Least quality that has to be promised.
    pub minimum_quality: i64,
}

impl Standing {
    /// Reads the answer; `None` where it is none.
    #[must_use]
    pub fn read(answer: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(answer).ok()?;
        let credits = value.get("credits")?;
        let capacity = value.get("capacity").unwrap_or(&Value::Null);
        let actions = value.get("actions").and_then(Value::as_object);
        Some(Self {
            pools: pools(credits),
            plan: maybe_text(credits, "plan"),
            next_plan: maybe_text(&value, "next_plan"),
            resets_at: maybe_number(credits, "resets_at"),
            capacity: (number(capacity, "used"), maybe_number(capacity, "limit")),
            actions: actions
                .into_iter()
                .flatten()
                .map(|(action, value)| Price {
                    action: action.clone(),
                    pools: strings(value, "pools"),
                    prices: amounts(value, "prices"),
                    most: number(value, "most"),
                    spendable: number(value, "spendable"),
                    affordable: flag(value, "affordable"),
                    text: text(value, "price_text"),
                })
                .collect(),
            price_version: text(&value, "price_version"),
            pauses: text(&value, "exhausted") == "pause",
            auto_unlock: value
                .get("auto_unlock")
                .filter(|rule| rule.get("action").is_some_and(Value::is_string))
                .map(|rule| AutoUnlock {
                    mode: text(rule, "mode"),
                    choice: flag(rule, "choice"),
                    daily_cap: number(rule, "daily_cap"),
                    used_today: number(rule, "used_today"),
                    minimum_quality: number(rule, "minimum_quality"),
                }),
            may_set: value
                .get("caller")
                .is_some_and(|caller| strings(caller, "may").iter().any(|may| may == "settings")),
        })
    }

    /// What an action costs; `None` where it is not offered.
    #[must_use]
    pub fn price(&self, action: &str) -> Option<&Price> {
        self.actions.iter().find(|price| price.action == action)
    }

    /// A pool's name for several (`premium credits`). The server does not list a pool of which
    /// there is nothing.
    #[must_use]
    pub fn pool_name(&self, pool: &str) -> String {
        let known = self.pools.iter().find(|known| known.pool == pool);
        known.map_or_else(|| [pool, " credits"].concat(), |known| known.name.clone())
    }

    /// The name of the credit that pays for an action.
    #[must_use]
    pub fn paid_with(&self, price: &Price) -> String {
        price
            .pools
            .first()
            .map_or_else(|| "credits".to_owned(), |pool| self.pool_name(pool))
    }
}

fn pools(credits: &Value) -> Vec<Pool> {
    list(credits, "pools", |pool| Pool {
        pool: text(pool, "pool"),
        name: text(pool, "name"),
        available: number(pool, "available"),
        held: number(pool, "held"),
        purchased: number(pool, "purchased"),
        plan_limit: number(pool, "plan_limit"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_whole_answer() {
        let standing = sample::standing();
        assert_eq!(standing.pools.len(), 2);
        assert_eq!(standing.pools[1].purchased, 20_000);
        assert_eq!(standing.pool_name("premium"), "premium credits");
        assert_eq!(standing.pool_name("calling"), "calling credits");
        assert_eq!(standing.capacity, (12, Some(500)));
        assert!(standing.pauses);
        let price = standing.price(MOBILE).unwrap();
        assert_eq!((price.most, price.affordable), (5_000, true));
        assert_eq!(standing.paid_with(price), "premium credits");
        assert!(standing.price("call_minute").is_none());
    }

    #[test]
    fn what_is_no_answer_is_none_and_what_is_half_of_one_is_read() {
        for no in [
            "",
            "null",
            "[]",
            "{}",
            "<html>",
            r#"{"title":"x","code":"internal"}"#,
        ] {
            assert_eq!(Standing::read(no), None, "{no}");
        }
        let half = r#"{"credits":{"pools":[{"pool":"p"},7]},"actions":{"find":null},"new":1}"#;
        let half = Standing::read(half).unwrap();
        assert_eq!((half.pools.len(), half.actions.len()), (2, 1));
    }
}
