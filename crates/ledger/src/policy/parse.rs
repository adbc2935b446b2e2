//! From a policy file to a [`Policy`].

use std::collections::{BTreeMap, BTreeSet};

use super::reader::{self, Problems, Section};
use super::vocabulary::{self, ALWAYS_FREE};
use super::{
    ActionPrices, AllocationRule, Anchor, CancellationRule, Exhausted, Permission, Plan, Policy,
    PolicyError, PoolNames, RepeatWindow, Role,
};
use crate::id::{Action, BadId, Outcome, PlanId, Pool};
use crate::subscription::{Allotment, Period, Rollover, Scope};
use crate::unlock::{AutoUnlockMode, AutoUnlockRule};

/// Most plans, pools or allotments in one file.
const ENTRIES_MAX: usize = 100;

pub(super) fn parse(file: &str, text: &str) -> Result<Policy, PolicyError> {
    let problems = Problems::default();
    let policy = reader::read(text, &problems).and_then(|root| {
        let root = Section::open(&root, String::new(), &problems)?;
        let policy = read_policy(&root);
        root.finish();
        policy
    });
    problems.into_result(file, policy)
}

fn read_policy(root: &Section<'_>) -> Option<Policy> {
    // Everything is read before anything is given up, so that all mistakes are named.
    let name = root.text("name");
    let title = root.text("title");
    let version = root.text("version");
    let anchor = root.word(
        "anchor",
        &[
            ("anniversary", Anchor::Anniversary),
            ("calendar_month", Anchor::CalendarMonth),
        ],
    );
    let exhausted = root.word(
        "exhausted",
        &[("stop", Exhausted::Stop), ("pause", Exhausted::Pause)],
    );
    let hold_hours = root.number("hold_hours", 1, 24 * 30);
    let refund_days = root.number("refund_days", 0, 3650);
    let allocation = root.word(
        "allocation",
        &[
            ("pool", AllocationRule::Pool),
            ("pool_or_member", AllocationRule::PoolOrMember),
        ],
    );
    let pools = read_pools(root);
    let plans = read_plans(root, &pools);
    let actions = read_actions(root, &pools);
    check_chains(root, &plans);
    let default_plan = known_plan(root, "default_plan", &plans, true);
    let repeat = read_repeat(root);
    let cancellation = read_cancellation(root, &plans);
    let purchases = read_purchases(root);
    let auto_unlock = read_auto_unlock(root, &actions);
    let permissions = read_permissions(root);
    Some(Policy {
        name: name?,
        title: title?,
        version: version?,
        default_plan: default_plan?,
        anchor: anchor?,
        pools,
        plans,
        actions,
        repeat: repeat?,
        exhausted: exhausted?,
        hold_hours: hold_hours?,
        cancellation: cancellation?,
        purchased_expires_after_days: purchases?,
        refund_days: refund_days?,
        auto_unlock: auto_unlock?,
        allocation: allocation?,
        permissions: permissions?,
    })
}

/// The tables of a table, by checked name.
fn named<'a, K: Ord>(
    section: &Section<'a>,
    parse: impl Fn(&str) -> Result<K, BadId>,
) -> Vec<(K, Section<'a>)> {
    let all = section.all();
    if all.is_empty() {
        section.complain_here("needs at least one entry");
    }
    if all.len() > ENTRIES_MAX {
        section.complain_here(format!("has more than {ENTRIES_MAX} entries"));
    }
    all.into_iter()
        .take(ENTRIES_MAX)
        .filter_map(|(key, node)| match parse(key) {
            Ok(id) => Some((id, section.open_child(key, node)?)),
            Err(error) => {
                section.complain(node.line, key, error.to_string());
                None
            }
        })
        .collect()
}

fn read_pools(root: &Section<'_>) -> BTreeMap<Pool, PoolNames> {
    let Some(section) = root.section("pools") else {
        return BTreeMap::new();
    };
    named(&section, |key| Pool::new(key))
        .into_iter()
        .filter_map(|(pool, section)| {
            let (one, many) = (section.text("one"), section.text("many"));
            section.finish();
            Some((
                pool,
                PoolNames {
                    one: one?,
                    many: many?,
                },
            ))
        })
        .collect()
}

/// A pool that the file defines.
fn known_pool(
    section: &Section<'_>,
    line: usize,
    key: &str,
    text: &str,
    pools: &BTreeMap<Pool, PoolNames>,
) -> Option<Pool> {
    let pool = Pool::new(text).ok().filter(|pool| pools.contains_key(pool));
    if pool.is_none() {
        let known: Vec<_> = pools.keys().map(Pool::as_str).collect();
        let message = format!("there is no pool {text:?}; there are: {}", known.join(", "));
        section.complain(line, key, message);
    }
    pool
}

fn known_plan(
    section: &Section<'_>,
    key: &str,
    plans: &BTreeMap<PlanId, Plan>,
    required: bool,
) -> Option<PlanId> {
    let text = if required {
        section.text(key)?
    } else {
        section.optional_text(key)?
    };
    let plan = PlanId::new(text.as_str())
        .ok()
        .filter(|plan| plans.contains_key(plan));
    if plan.is_none() {
        let known: Vec<_> = plans.keys().map(PlanId::as_str).collect();
        let message = format!("there is no plan {text:?}; there are: {}", known.join(", "));
        section.complain(section.line_of(key), key, message);
    }
    plan
}

fn read_plans(root: &Section<'_>, pools: &BTreeMap<Pool, PoolNames>) -> BTreeMap<PlanId, Plan> {
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
fn check_chains(root: &Section<'_>, plans: &BTreeMap<PlanId, Plan>) {
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

fn read_actions(
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

fn read_repeat(root: &Section<'_>) -> Option<RepeatWindow> {
    let section = root.section("repeat")?;
    #[derive(Clone, Copy)]
    enum Word {
        Never,
        Period,
        Days,
        Forever,
    }
    let word = section.word(
        "window",
        &[
            ("never", Word::Never),
            ("billing_period", Word::Period),
            ("days", Word::Days),
            ("forever", Word::Forever),
        ],
    );
    let window = match word {
        Some(Word::Never) => Some(RepeatWindow::Never),
        Some(Word::Period) => Some(RepeatWindow::BillingPeriod),
        Some(Word::Forever) => Some(RepeatWindow::Forever),
        Some(Word::Days) => section.number("days", 1, 36_500).map(RepeatWindow::Days),
        None => None,
    };
    section.finish();
    window
}

fn read_cancellation(
    root: &Section<'_>,
    plans: &BTreeMap<PlanId, Plan>,
) -> Option<CancellationRule> {
    let section = root.section("cancellation")?;
    let at_once = section.word(
        "plan_credits_end",
        &[("period_end", false), ("at_once", true)],
    );
    let purchased_ends = section.word("purchased", &[("kept", false), ("ends", true)]);
    let then = known_plan(&section, "then", plans, false);
    section.finish();
    Some(CancellationRule {
        at_once: at_once?,
        purchased_ends: purchased_ends?,
        then,
    })
}

/// Outer `None`: a mistake; inner: purchased credit never ends.
fn read_purchases(root: &Section<'_>) -> Option<Option<i64>> {
    let section = root.section("purchases")?;
    let expire = section.word("expire", &[("never", false), ("days", true)]);
    let days = match expire {
        Some(true) => section.number("days", 1, 36_500).map(Some),
        Some(false) => Some(None),
        None => None,
    };
    section.finish();
    days
}

fn read_auto_unlock(
    root: &Section<'_>,
    actions: &BTreeMap<Action, ActionPrices>,
) -> Option<AutoUnlockRule> {
    let section = root.section("auto_unlock")?;
    let mode = section.word(
        "mode",
        &[
            ("off", AutoUnlockMode::Off),
            ("on", AutoUnlockMode::On),
            ("member", AutoUnlockMode::Member),
        ],
    );
    let action = section.optional_text("action").and_then(|text| {
        let action = Action::new(text.as_str())
            .ok()
            .filter(|action| actions.contains_key(action));
        if action.is_none() {
            let message = format!("there is no action {text:?} in this file");
            section.complain(section.line_of("action"), "action", message);
        }
        action
    });
    if section.get("action").is_none() && mode.is_some_and(|mode| mode != AutoUnlockMode::Off) {
        section.complain(
            section.line,
            "action",
            "is missing: what is to be unlocked?",
        );
    }
    let daily_cap = section
        .number("daily_cap", 0, 100_000)
        .and_then(|n| u32::try_from(n).ok());
    let quality = section
        .number("minimum_quality", 0, 100)
        .and_then(|n| u8::try_from(n).ok());
    section.finish();
    Some(AutoUnlockRule {
        mode: mode?,
        action,
        daily_cap: daily_cap?,
        minimum_quality: quality?,
    })
}

fn read_permissions(root: &Section<'_>) -> Option<BTreeMap<Permission, Vec<Role>>> {
    let section = root.section("permissions")?;
    let mut permissions = BTreeMap::new();
    for (name, permission) in Permission::ALL {
        if section.get(name).is_none() {
            section.complain(section.line, name, "is missing");
        }
        let mut roles = Vec::new();
        for (line, text) in section.texts(name) {
            match text.as_str() {
                "admin" => roles.push(Role::Admin),
                "user" => roles.push(Role::User),
                _ => {
                    let message = format!("there is no role {text:?}; there are: admin, user");
                    section.complain(line, name, message);
                }
            }
        }
        permissions.insert(permission, roles);
    }
    section.finish();
    Some(permissions)
}
