//! What a capture costs, and what is said of the credit before the click.

use lode_core::api::{Credits, MilliCredits};

use super::credits::{ONE, amount, named, until_credit};
use super::time::{Clock, date};
use crate::answers::standing::{FIND, Price, Standing};

/// As many captures ahead, running out is spoken of.
const LOW: MilliCredits = 3;

/// The price of captures in a sentence.
#[must_use]
pub fn capture_price(standing: Option<&Standing>, count: usize) -> String {
    let known = standing.and_then(|s| Some((s, s.price(FIND)?)));
    let (name, most, charged) = match known {
        Some((standing, price)) => (standing.paid_with(price), price.most, charged(price)),
        None => ("credits".to_owned(), ONE, vec!["verified".to_owned()]),
    };
    let Some(first) = charged.first() else {
        return "Captures are free.".to_owned();
    };
    if charged.iter().any(|outcome| outcome == "otherwise") {
        return [&named(most, &name), ", whatever is found."].concat();
    }
    if count > 1 {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        return [
            "Up to ",
            &named(most.saturating_mul(count), &name),
            ": ",
            &amount(most),
            " for each address that is ",
            &or(&charged),
            ", none for the others.",
        ]
        .concat();
    }
    if charged.len() == 1 && first == "verified" {
        return [&named(most, &name), ", only if the address is verified."].concat();
    }
    [
        &named(most, &name),
        ", only if the address is ",
        &or(&charged),
        ".",
    ]
    .concat()
}

/// The outcomes that cost something, in words.
#[must_use]
pub fn charged(price: &Price) -> Vec<String> {
    let costs = |(_, price): &&(String, MilliCredits)| *price > 0;
    let prices = price.prices.iter().filter(costs);
    prices.map(|(outcome, _)| outcome_words(outcome)).collect()
}

/// An outcome in words: `accept_all` → `accept-all`, `main_line` → `main line`.
#[must_use]
pub fn outcome_words(outcome: &str) -> String {
    match outcome {
        "accept_all" => "accept-all".to_owned(),
        _ => outcome.replace('_', " "),
    }
}

fn or(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => [&others.join(", "), " or ", last].concat(),
        None => String::new(),
    }
}

/// What stands against `count` captures now, or soon will; `None` where there is enough.
#[must_use]
pub fn capture_shortage(
    standing: Option<&Standing>,
    sum: Option<&Credits>,
    count: usize,
    clock: &Clock,
) -> Option<String> {
    let price = standing.and_then(|s| s.price(FIND));
    let (name, most, spendable, resets_at) = match (standing, price) {
        (Some(standing), Some(price)) => (
            standing.paid_with(price),
            price.most,
            price.spendable,
            standing.resets_at,
        ),
        _ => ("credits".to_owned(), ONE, sum?.available, sum?.resets_at),
    };
    if most <= 0 {
        return None;
    }
    let left = named(spendable, &name);
    let count = i64::try_from(count).unwrap_or(i64::MAX).max(1);
    if spendable < most {
        let pools = standing.map(|s| s.pools.as_slice()).unwrap_or_default();
        let payer = price.and_then(|p| p.pools.first());
        let there = pools.iter().find(|pool| Some(&pool.pool) == payer);
        // There is credit, but not for this member.
        if there.is_some_and(|pool| pool.available >= most) {
            return Some(
                [
                    "Your own limit for this period is reached: a capture is saved, and its \
                     search waits for the next period or until an admin raises the limit.",
                ]
                .concat(),
            );
        }
        return Some(
            [
                &left,
                ": a capture is saved, but its search waits",
                &until_credit(resets_at, clock),
                ". You resume it then.",
            ]
            .concat(),
        );
    }
    let paid = spendable / most;
    if paid < count {
        return Some(
            [
                &left,
                ": enough for ",
                &paid.to_string(),
                " of ",
                &count.to_string(),
                " searches. All leads are saved; the other searches wait.",
            ]
            .concat(),
        );
    }
    let after = paid.saturating_sub(count);
    (count == 1 && after < LOW).then(|| match resets_at {
        Some(at) => [&left, " left until ", &date(clock, at), "."].concat(),
        None => [&left, " left."].concat(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK};

    fn with(change: impl Fn(&mut Price)) -> Standing {
        let mut standing = sample::standing();
        let find = standing.actions.iter_mut().find(|a| a.action == FIND);
        change(find.unwrap());
        standing
    }

    #[test]
    fn the_price_follows_the_list() {
        let say = |standing: &Standing, count| capture_price(Some(standing), count);
        assert_eq!(
            capture_price(None, 1),
            "1 credit, only if the address is verified."
        );
        let ours = sample::standing();
        assert_eq!(say(&ours, 1), "1 credit, only if the address is verified.");
        assert_eq!(
            say(&ours, 7),
            "Up to 7 credits: 1 for each address that is verified, none for the others."
        );
        let risky = with(|price| {
            price.most = 5_000;
            price.prices = vec![
                ("accept_all".to_owned(), 5_000),
                ("otherwise".to_owned(), 0),
                ("verified".to_owned(), 5_000),
            ];
        });
        assert_eq!(
            say(&risky, 1),
            "5 credits, only if the address is accept-all or verified."
        );
        let always = with(|price| price.prices = vec![("otherwise".to_owned(), 1_000)]);
        assert_eq!(say(&always, 1), "1 credit, whatever is found.");
        assert_eq!(
            say(&with(|price| price.prices.clear()), 1),
            "Captures are free."
        );
    }

    #[test]
    fn running_out_is_said_before_the_click() {
        let say = |spendable, count| {
            let mut standing = with(|price| price.spendable = spendable);
            standing.pools[0].available = spendable;
            capture_shortage(Some(&standing), None, count, &CLOCK)
        };
        assert_eq!(
            say(0, 1).unwrap(),
            "0 credits: a capture is saved, but its search waits until 1 Dec, or until an admin \
             adds credit. You resume it then."
        );
        assert_eq!(say(2_000, 1).unwrap(), "2 credits left until 1 Dec.");
        assert_eq!(say(4_000, 1), None);
        assert_eq!(
            say(3_500, 7).unwrap(),
            "3.5 credits: enough for 3 of 7 searches. All leads are saved; the other searches \
             wait."
        );
    }

    #[test]
    fn a_members_own_limit_is_not_called_the_accounts() {
        let standing = with(|price| price.spendable = 0);
        let said = capture_shortage(Some(&standing), None, 1, &CLOCK).unwrap();
        assert!(said.starts_with("Your own limit"), "{said}");
    }

    #[test]
    fn without_the_prices_the_sum_speaks() {
        let sum = Credits {
            available: 0,
            held: 0,
            plan_limit: 0,
            resets_at: None,
        };
        let said = capture_shortage(None, Some(&sum), 1, &CLOCK).unwrap();
        assert!(said.contains("waits until an admin adds credit"), "{said}");
        assert_eq!(capture_shortage(None, None, 1, &CLOCK), None);
    }

    #[test]
    fn what_is_free_never_runs_out() {
        let free = with(|price| {
            price.most = 0;
            price.spendable = 0;
        });
        assert_eq!(capture_shortage(Some(&free), None, 9, &CLOCK), None);
    }
}
