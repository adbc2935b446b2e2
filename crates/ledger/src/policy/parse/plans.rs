//! The plans of a policy file.

use std::collections::BTreeMap;

use super::{ENTRIES_MAX, known_pool, named};
use crate::id::{Action, PlanId, Pool};
use crate::policy::reader::Section;
use crate::policy::{Plan, PoolNames, vocabulary};
use crate::subscription::{Allotment, Period, Rollover, Scope};

pub(super) fn read_plans(
    root: &Section<'_>,
    pools: &BTreeMap<Pool, PoolNames>,
) -> BTreeMap<PlanId, Plan> {
    let Some(section) = root.section("plans") else {
        return BTreeMap::new();
    };
    named(&section, |key| PlanId::new(key))
        .into_iter()
        .filter_map(|(id, section)| Some((id, read_plan(section, pools)?)))
        .collect()
}

fn read_plan(section: Section<'_>, pools: &BTreeMap<Pool, PoolNames>) -> Option<Plan> {
    #[derive(Clone, Copy)]
    enum Length {
        Months(u8),
        Once,
    }
    let title = section.text("title");
    let paid = section.flag("paid", false);
    let length = section.word(
        "period",
        &[
            ("month", Length::Months(1)),
            ("quarter", Length::Months(3)),
            ("year", Length::Months(12)),
            ("once", Length::Once),
        ],
    );
    let days = section
        .optional_number("days", 1, 3650)
        .and_then(|days| u16::try_from(days).ok());
    let then = section.optional_text("then");
    let period = match length {
        Some(Length::Months(months)) => {
            for key in ["days", "then"] {
                if section.get(key).is_some() {
                    let message = "is for plans with period = \"once\" only";
                    section.complain(section.line_of(key), key, message);
                }
            }
            Some(Period::Months(months))
        }
        Some(Length::Once) => {
            if then.is_some() && section.get("days").is_none() {
                let message = "needs `days`: without an end nothing follows";
                section.complain(section.line_of("then"), "then", message);
            }
            Some(Period::Once { days })
        }
        None => None,
    };
    let then = then.and_then(|text| match PlanId::new(text) {
        Ok(plan) => Some(plan),
        Err(error) => {
            section.complain(section.line_of("then"), "then", error.to_string());
            None
        }
    });
    let leaver_loses_at_once = match section.get("seat_leaves") {
        None => Some(false),
        Some(_) => section.word("seat_leaves", &[("period_end", false), ("at_once", true)]),
    };
    let number = |key| section.optional_number(key, 1, i64::from(u32::MAX));
    let search_rows_max = number("search_rows_max").and_then(|n| u32::try_from(n).ok());
    let members_max = number("members_max").and_then(|n| u32::try_from(n).ok());
    let capacity = number("capacity").and_then(|n| u64::try_from(n).ok());
    let allotments = read_allotments(&section, pools);
    section.finish();
    Some(Plan {
        title: title?,
        paid,
        period: period?,
        allotments,
        then,
        leaver_loses_at_once: leaver_loses_at_once?,
        search_rows_max,
        members_max,
        capacity,
    })
}

fn read_allotments(section: &Section<'_>, pools: &BTreeMap<Pool, PoolNames>) -> Vec<Allotment> {
    let mut allotments: Vec<Allotment> = Vec::new();
    for item in section.tables("allotments").into_iter().take(ENTRIES_MAX) {
        let pool = item
            .text("pool")
            .and_then(|text| known_pool(&item, item.line_of("pool"), "pool", &text, pools));
        let amount = item.amount("credits", false);
        let scope = match item.get("scope") {
            None => Some(Scope::Account),
            Some(_) => item.word(
                "scope",
                &[
                    ("account", Scope::Account),
                    ("seat", Scope::Seat),
                    ("member", Scope::Member),
                ],
            ),
        };
        let rollover = read_rollover(&item);
        let actions: Vec<Action> = item
            .texts("actions")
            .into_iter()
            .filter_map(|(line, text)| {
                let known = vocabulary::known(&text).and_then(|_| Action::new(text.as_str()).ok());
                if known.is_none() {
                    item.complain(line, "actions", format!("there is no action {text:?}"));
                }
                known
            })
            .collect();
        if let (Some(pool), Some(amount), Some(scope), Some(rollover)) =
            (pool, amount, scope, rollover)
        {
            let twice = allotments
                .iter()
                .any(|a| a.pool == pool && a.scope == scope && a.actions == actions);
            if twice {
                item.complain_here("grants the same as another allotment of the plan");
            }
            allotments.push(Allotment {
                pool,
                amount,
                scope,
                rollover,
                actions,
            });
        }
        item.finish();
    }
    allotments
}

fn read_rollover(item: &Section<'_>) -> Option<Rollover> {
    match (item.get("rollover"), item.get("rollover_up_to")) {
        (None, None) => Some(Rollover::None),
        (Some(_), None) => item.word(
            "rollover",
            &[("none", Rollover::None), ("all", Rollover::All)],
        ),
        (None, Some(_)) => item.amount("rollover_up_to", false).map(Rollover::UpTo),
        (Some(_), Some(_)) => {
            let message = "stands beside `rollover`; one of them is enough";
            item.complain(item.line_of("rollover_up_to"), "rollover_up_to", message);
            None
        }
    }
}

/// Plans that follow one another must come to an end: a circle of trials would grant
/// without end.
pub(super) fn check_chains(root: &Section<'_>, plans: &BTreeMap<PlanId, Plan>) {
    let Some(section) = root
        .get("plans")
        .and_then(|node| root.open_child("plans", node))
    else {
        return;
    };
    for (id, plan) in plans {
        let key = format!("{id}.then");
        let line = || {
            section
                .get(id.as_str())
                .and_then(|node| section.open_child(id.as_str(), node))
                .map_or(section.line, |plan| plan.line_of("then"))
        };
        let Some(then) = &plan.then else { continue };
        if !plans.contains_key(then) {
            section.complain(
                line(),
                &key,
                format!("there is no plan {:?}", then.as_str()),
            );
            continue;
        }
        let mut way = vec![id.as_str()];
        let mut next = Some(then);
        while let Some(plan) = next {
            way.push(plan.as_str());
            if plan == id {
                let message = format!("goes in a circle: {}", way.join(" → "));
                section.complain(line(), &key, message);
                break;
            }
            if way.len() > plans.len() {
                break; // a circle further on; it is named at its own plans
            }
            next = plans.get(plan).and_then(|plan| plan.then.as_ref());
        }
    }
}
