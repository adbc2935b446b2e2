//! From a policy file to a [`Policy`].

mod actions;
mod plans;

use std::collections::BTreeMap;

use super::reader::{self, Problems, Section};
use super::{
    ActionPrices, AllocationRule, Anchor, CancellationRule, Exhausted, Permission, Plan, Policy,
    PolicyError, PoolNames, RepeatWindow, Role,
};
use crate::id::{Action, BadId, PlanId, Pool};
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
    let plans = plans::read_plans(root, &pools);
    let actions = actions::read_actions(root, &pools);
    plans::check_chains(root, &plans);
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
