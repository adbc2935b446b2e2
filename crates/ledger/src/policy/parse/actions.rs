//! The rate card of a policy file.

use std::collections::{BTreeMap, BTreeSet};

use super::{known_pool, named};
use crate::id::{Action, Outcome, Pool};
use crate::policy::reader::Section;
use crate::policy::vocabulary::{self, ALWAYS_FREE};
use crate::policy::{ActionPrices, PoolNames};

pub(super) fn read_actions(
    root: &Section<'_>,
    pools: &BTreeMap<Pool, PoolNames>,
) -> BTreeMap<Action, ActionPrices> {
    let Some(section) = root.section("actions") else {
        return BTreeMap::new();
    };
    let tables: BTreeMap<Action, Section<'_>> = named(&section, |key| Action::new(key))
        .into_iter()
        .collect();
    let mut actions = BTreeMap::new();
    for (action, table) in &tables {
        let Some(known) = vocabulary::known(action.as_str()) else {
            let names: Vec<_> = vocabulary::ACTIONS.iter().map(|known| known.name).collect();
            table.complain_here(format!(
                "is not a known action; there are: {}",
                names.join(", ")
            ));
            table.all(); // its keys need no complaints of their own
            continue;
        };
        let source = resolve_same_as(action, table, &tables);
        if let Some(prices) = source.and_then(|source| read_action(source, known.outcomes, pools)) {
            actions.insert(action.clone(), prices);
        }
    }
    for (_, table) in tables {
        table.finish();
    }
    actions
}

/// Follows `same_as` to the action that has the prices.
fn resolve_same_as<'s, 'a>(
    action: &Action,
    table: &'s Section<'a>,
    tables: &'s BTreeMap<Action, Section<'a>>,
) -> Option<&'s Section<'a>> {
    let mut seen = BTreeSet::from([action.to_string()]);
    let mut way = vec![action.to_string()];
    let mut current = table;
    while current.get("same_as").is_some() {
        let other = current.text("same_as")?;
        let line = current.line_of("same_as");
        if current.get("prices").is_some() || current.get("pools").is_some() {
            current.complain(
                line,
                "same_as",
                "stands beside prices of its own; one of them is enough",
            );
            return None;
        }
        way.push(other.clone());
        let Some(next) = tables
            .iter()
            .find(|(id, _)| id.as_str() == other)
            .map(|(_, t)| t)
        else {
            current.complain(
                line,
                "same_as",
                format!("there is no action {other:?} in this file"),
            );
            return None;
        };
        if !seen.insert(other) {
            table.complain(
                table.line_of("same_as"),
                "same_as",
                format!("goes in a circle: {}", way.join(" → ")),
            );
            return None;
        }
        current = next;
    }
    Some(current)
}

fn read_action(
    table: &Section<'_>,
    outcomes: &[&str],
    pools: &BTreeMap<Pool, PoolNames>,
) -> Option<ActionPrices> {
    let repeat_free = match table.get("repeat") {
        None => Some(true),
        Some(_) => table.word("repeat", &[("free", true), ("charged", false)]),
    };
    let mut paying = Vec::new();
    for (line, text) in table.texts("pools") {
        paying.extend(known_pool(table, line, "pools", &text, pools));
    }
    if table.get("pools").is_none() {
        table.complain_here("names no pools that pay for it");
    }
    let prices = table.section("prices")?;
    let otherwise = prices.optional_amount("otherwise", true);
    let mut read = BTreeMap::new();
    for outcome in outcomes {
        let price = match prices.get(outcome) {
            Some(_) => prices.optional_amount(outcome, true),
            None => {
                if prices.get("otherwise").is_none() {
                    prices.complain(
                        prices.line,
                        outcome,
                        "has no price, and there is no `otherwise`",
                    );
                }
                otherwise
            }
        };
        if let (Some(price), Ok(outcome)) = (price, Outcome::new(*outcome)) {
            read.insert(outcome, price);
        }
    }
    for free in ALWAYS_FREE {
        if prices.get(free).is_some() {
            let message = "is always free and has no price";
            prices.complain(prices.line_of(free), free, message);
        }
    }
    if paying.is_empty() && read.values().any(|price| *price > 0) {
        table.complain_here("has a price, but names no pools that pay for it");
    }
    prices.finish();
    Some(ActionPrices {
        pools: paying,
        prices: read,
        repeat_free: repeat_free?,
    })
}
