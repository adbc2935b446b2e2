//! Credits in words. They are integers in thousandths; no floating point comes near them.

use lode_core::api::{Credits, MilliCredits, UnixMillis};

use super::time::{Clock, date};
use crate::answers::standing::{Pool, Standing};

/// The credit as it stands under the popup's header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// By pool.
    pub pools: Vec<PoolLine>,
    /// `resets 1 Dec`, where the plan resets.
    pub resets: Option<String>,
}

/// One pool's credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolLine {
    /// Its key.
    pub pool: String,
    /// `9 credits`.
    pub left: String,
    /// `of 10`, or `6 of 10 + 3 purchased`; `1 on hold`.
    pub details: Vec<String>,
    /// Whether there is less than one credit.
    pub short: bool,
}

/// One credit.
pub const ONE: MilliCredits = 1_000;

/// The credit by pool; as a sum where the server has not told the pools yet.
#[must_use]
pub fn balance(
    standing: Option<&Standing>,
    sum: Option<&Credits>,
    clock: &Clock,
) -> Option<Balance> {
    let pools = pools(standing, sum)?;
    let resets_at = match (standing, sum) {
        (Some(standing), _) => standing.resets_at,
        (None, Some(sum)) => sum.resets_at,
        (None, None) => None,
    };
    Some(Balance {
        pools: pools.iter().map(line).collect(),
        resets: resets_at.map(|at| ["resets ", &date(clock, at)].concat()),
    })
}

/// The pools that have or get credit.
#[must_use]
pub fn pools(standing: Option<&Standing>, sum: Option<&Credits>) -> Option<Vec<Pool>> {
    let Some(standing) = standing else {
        let sum = sum?;
        return Some(vec![Pool {
            pool: "standard".to_owned(),
            name: "credits".to_owned(),
            available: sum.available,
            held: sum.held,
            purchased: 0,
            plan_limit: sum.plan_limit,
        }]);
    };
    let in_use = |pool: &&Pool| pool.available != 0 || pool.held != 0 || pool.plan_limit != 0;
    let mut pools: Vec<Pool> = standing.pools.iter().filter(in_use).cloned().collect();
    if pools.is_empty() {
        pools.extend(standing.pools.first().cloned());
    }
    // The sum comes with each capture, the pools a moment later: where it is one pool's, it is
    // the newer word.
    if let ([only], Some(sum)) = (pools.as_mut_slice(), sum) {
        only.available = sum.available;
        only.held = sum.held;
    }
    Some(pools)
}

fn line(pool: &Pool) -> PoolLine {
    let own = pool.available.saturating_sub(pool.purchased).max(0);
    let limit = amount(pool.plan_limit);
    let purchased = (pool.purchased > 0).then(|| [&amount(pool.purchased), " purchased"].concat());
    let mut details = Vec::new();
    if pool.plan_limit <= 0 {
        details.extend(purchased);
    } else if own > pool.plan_limit {
        details.push(["the plan gives ", &limit].concat());
        details.extend(purchased);
    } else if let Some(purchased) = purchased {
        details.push([&amount(own), " of ", &limit, " + ", &purchased].concat());
    } else {
        details.push(["of ", &limit].concat());
    }
    if pool.held > 0 {
        details.push([&amount(pool.held), " on hold"].concat());
    }
    PoolLine {
        pool: pool.pool.clone(),
        left: named(pool.available, &pool.name),
        details,
        short: pool.available < ONE,
    }
}

/// An amount with its credit's name: `1 credit`, `5 premium credits`. The server names the
/// credit of a pool for several.
#[must_use]
pub fn named(milli: MilliCredits, name: &str) -> String {
    let name = if milli == ONE {
        name.strip_suffix('s').unwrap_or(name)
    } else {
        name
    };
    [&amount(milli), " ", name].concat()
}

/// Until when there is no more credit by itself: ` until 1 Dec or until an admin adds some`.
#[must_use]
pub fn until_credit(resets_at: Option<UnixMillis>, clock: &Clock) -> String {
    match resets_at {
        Some(at) => [
            " until ",
            &date(clock, at),
            ", or until an admin adds credit",
        ]
        .concat(),
        None => " until an admin adds credit".to_owned(),
    }
}

/// An amount as people write it: `9`, `9.5`, `-0.001`, `12,500`.
#[must_use]
pub fn amount(milli: MilliCredits) -> String {
    let whole = (milli / ONE).unsigned_abs().to_string();
    let mut text = String::new();
    if milli < 0 {
        text.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let rest = (milli % ONE).unsigned_abs();
    if rest > 0 {
        // 1,050 thousandths for 0.05, so that the leading zeros are there to be taken.
        let digits = (ONE.unsigned_abs() + rest).to_string();
        text.push('.');
        text.extend(digits.trim_end_matches('0').chars().skip(1));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK, NOW};

    #[test]
    fn amounts() {
        for (milli, text) in [
            (0, "0"),
            (9_000, "9"),
            (9_500, "9.5"),
            (1, "0.001"),
            (1_010, "1.01"),
            (1_110, "1.11"),
            (1_111, "1.111"),
            (999, "0.999"),
            (100, "0.1"),
            (-1, "-0.001"),
            (-2_500, "-2.5"),
            (12_500_000, "12,500"),
            (1_234_567_800, "1,234,567.8"),
        ] {
            assert_eq!(amount(milli), text, "{milli}");
        }
        assert_eq!(amount(i64::MIN), "-9,223,372,036,854,775.808");
        assert_eq!(named(1_000, "premium credits"), "1 premium credit");
        assert_eq!(named(1_500, "credits"), "1.5 credits");
    }

    #[test]
    fn each_pool_has_its_line() {
        let shown = balance(Some(&sample::standing()), None, &CLOCK).unwrap();
        let lines: Vec<_> = shown
            .pools
            .iter()
            .map(|line| (line.left.as_str(), line.details.join(" · "), line.short))
            .collect();
        assert_eq!(
            lines,
            [
                ("9 credits", "of 10 · 1 on hold".to_owned(), false),
                (
                    "22 premium credits",
                    "2 of 5 + 20 purchased".to_owned(),
                    false
                ),
            ]
        );
        assert_eq!(shown.resets.as_deref(), Some("resets 1 Dec"));
    }

    #[test]
    fn before_the_pools_are_known_the_sum_stands_for_them() {
        let sum = Credits {
            available: 500,
            held: 0,
            plan_limit: 0,
            resets_at: None,
        };
        let shown = balance(None, Some(&sum), &CLOCK).unwrap();
        assert_eq!(shown.pools[0].left, "0.5 credits");
        assert!(shown.pools[0].details.is_empty());
        assert!(shown.pools[0].short);
        assert_eq!(shown.resets, None);
        assert_eq!(balance(None, None, &CLOCK), None);
    }

    #[test]
    fn a_pool_that_nobody_has_is_left_out_and_the_newer_word_counts() {
        let mut standing = sample::standing();
        standing.pools[1] = Pool {
            pool: "premium".to_owned(),
            name: "premium credits".to_owned(),
            ..Pool::default()
        };
        let sum = Credits {
            available: 8_000,
            held: 0,
            plan_limit: 10_000,
            resets_at: Some(NOW),
        };
        let shown = balance(Some(&standing), Some(&sum), &CLOCK).unwrap();
        assert_eq!(shown.pools.len(), 1);
        assert_eq!(shown.pools[0].left, "8 credits");
        assert_eq!(shown.pools[0].details, ["of 10"]);
    }

    #[test]
    fn more_than_the_plan_gives_is_not_called_part_of_it() {
        let mut standing = sample::standing();
        standing.pools[0].available = 14_000;
        let shown = balance(Some(&standing), None, &CLOCK).unwrap();
        assert_eq!(shown.pools[0].details, ["the plan gives 10", "1 on hold"]);
    }
}
