//! The dashboard: the credit, what waits, every operation and its receipt, members, prices.
//!
//! What is shown is worked out as a few kinds of block, which `crate::pages` draws.

use lode_core::api::MilliCredits;
use lode_core::protocol::{Connection, UiState};
use serde_json::Value;
use uuid::Uuid;

use super::connection::{Banner, ConnectionView, banner, connection};
use super::credits::{amount, named, pools};
use super::price::outcome_words;
use super::providers::name;
use super::reasons::sentence;
use super::time::{Clock, date, stamp};
use super::{Known, Tone};
use crate::answers::operation::{Ended, ended};
use crate::answers::receipts::Line;
use crate::answers::standing::{Pool, Standing};

/// Everything that the dashboard shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Dashboard {
    /// The dot.
    pub connection: ConnectionView,
    /// A notice.
    pub banner: Option<Banner>,
    /// The sections, in order.
    pub sections: Vec<Section>,
}

/// A part of the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its id in the page, and for the tests.
    pub id: &'static str,
    /// Its heading.
    pub title: String,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Words.
    Text(String),
    /// Something is on its way.
    Loading(&'static str),
    /// The credit by pool.
    Pools(Vec<PoolCard>),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A table: its head, then its rows.
    Table(Vec<Vec<String>>),
    /// Operations.
    Operations(Vec<OperationRow>),
    /// A button.
    Act(Act),
}

/// What a button of the dashboard does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Opens the options, to pair.
    Pair,
    /// Loads older operations.
    Older,
    /// Loads again what could not be loaded.
    Reload,
    /// Goes back from a receipt to the list.
    Back,
}

/// A pool of credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolCard {
    /// Its key.
    pub pool: String,
    /// `9 credits`.
    pub left: String,
    /// What is available of the plan's limit, in thousandths of it; `None` without a plan.
    pub part: Option<i64>,
    /// On hold, purchased, limit.
    pub facts: Vec<(String, String)>,
}

/// An operation in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationRow {
    /// Its id.
    pub operation_id: String,
    /// What it was of.
    pub title: String,
    /// What was done, by whom, when.
    pub about: String,
    /// The receipt's line, or why it waits.
    pub line: String,
    /// What it cost.
    pub cost: String,
    /// `Under way`, `Paused`, `Given back`.
    pub state: Option<(&'static str, Tone)>,
    /// How it is gone on with, where it is paused.
    pub resume: Option<Resume>,
}

/// How a paused operation is gone on with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resume {
    /// Its id.
    pub operation_id: Uuid,
    /// Whether it is a capture.
    pub capture: bool,
}

/// What the dashboard shows; `opened` is the operation whose receipt is looked at.
#[must_use]
pub fn dashboard(state: &UiState, known: &Known, opened: Option<&str>, clock: &Clock) -> Dashboard {
    let mut sections = Vec::new();
    if state.connection == Connection::NotPaired {
        sections.push(Section {
            id: "unpaired",
            title: "Not paired yet".to_owned(),
            blocks: vec![
                Block::Text(
                    "Pair this browser with your server to see its credit and receipts.".to_owned(),
                ),
                Block::Act(Act::Pair),
            ],
        });
    } else if let Some(id) = opened {
        sections.push(receipt(id, known, clock));
    } else {
        sections.push(credit(state, known, clock));
        sections.extend(waiting(state, known, clock));
        sections.push(operations(known, clock));
        sections.extend(members(known));
        sections.extend(known.standing.as_ref().map(prices));
    }
    Dashboard {
        connection: connection(&state.connection),
        banner: banner(state, clock),
        sections,
    }
}

fn fact(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

fn credit(state: &UiState, known: &Known, clock: &Clock) -> Section {
    let standing = known.standing.as_ref();
    let mut blocks = Vec::new();
    match pools(standing, state.credits.as_ref()) {
        Some(pools) => blocks.push(Block::Pools(pools.iter().map(pool_card).collect())),
        None => blocks.push(Block::Loading("Asking your server…")),
    }
    if let Some(standing) = standing {
        let mut facts = Vec::new();
        if let Some(plan) = &standing.plan {
            facts.push(fact("Plan", plan.clone()));
        }
        if let Some(next) = &standing.next_plan {
            facts.push(fact("Plan after the reset", next.clone()));
        }
        if let Some(at) = standing.resets_at {
            facts.push(fact("Resets", date(clock, at)));
        }
        let (used, limit) = standing.capacity;
        let mut leads = [&used.to_string(), " stored"].concat();
        if let Some(limit) = limit {
            leads.push_str(" of at most ");
            leads.push_str(&limit.to_string());
        }
        facts.push(fact("Leads", leads));
        facts.push(fact(
            "Without credit",
            if standing.pauses {
                "what you start is kept, and goes on when you say so"
            } else {
                "what you start is refused; captured leads are kept"
            }
            .to_owned(),
        ));
        blocks.push(Block::Facts(facts));
    }
    Section {
        id: "credit",
        title: "Credit".to_owned(),
        blocks,
    }
}

fn pool_card(pool: &Pool) -> PoolCard {
    let mut facts = vec![fact("On hold", amount(pool.held))];
    if pool.plan_limit > 0 {
        facts.push(fact("Plan gives", amount(pool.plan_limit)));
    }
    facts.push(fact("Purchased", amount(pool.purchased)));
    let own = pool.available.saturating_sub(pool.purchased);
    PoolCard {
        pool: pool.pool.clone(),
        left: named(pool.available, &pool.name),
        part: own
            .clamp(0, pool.plan_limit.max(0))
            .saturating_mul(1_000)
            .checked_div(pool.plan_limit),
        facts,
    }
}

fn waiting(state: &UiState, known: &Known, clock: &Clock) -> Option<Section> {
    // What the server said to a click on "Resume".
    let refusal = |row: &OperationRow| {
        let id = row.resume?.operation_id;
        let mut clicked = state.operations.iter();
        match ended(clicked.find(|operation| operation.operation_id == id)?)? {
            Ended::Refused(refusal) => Some(refusal.detail),
            Ended::Done { .. } => None,
        }
    };
    let rows: Vec<_> = known
        .lines
        .iter()
        .flatten()
        .filter(|line| !line.is_settled())
        .map(|line| {
            let mut row = row(line, known, clock);
            row.line = refusal(&row).unwrap_or(row.line);
            row
        })
        .collect();
    (!rows.is_empty()).then(|| Section {
        id: "waiting",
        title: "On hold or waiting for you".to_owned(),
        blocks: vec![Block::Operations(rows)],
    })
}

fn operations(known: &Known, clock: &Clock) -> Section {
    let mut blocks = Vec::new();
    match &known.lines {
        Some(lines) => {
            let settled = lines.iter().filter(|line| line.is_settled());
            let rows: Vec<_> = settled.map(|line| row(line, known, clock)).collect();
            blocks.push(if rows.is_empty() {
                Block::Text(
                    "Nothing yet. What you capture and unlock is listed here once it has ended, \
                     with what it cost and why."
                        .to_owned(),
                )
            } else {
                Block::Operations(rows)
            });
        }
        None if known.failed.is_none() => blocks.push(Block::Loading("Loading the list…")),
        None => {}
    }
    failure(known, &mut blocks);
    if known.failed.is_none() && known.next.is_some() {
        blocks.push(Block::Act(Act::Older));
    }
    Section {
        id: "operations",
        title: "Operations".to_owned(),
        blocks,
    }
}

fn failure(known: &Known, blocks: &mut Vec<Block>) {
    if let Some(why) = &known.failed {
        blocks.push(Block::Text(["This could not be loaded. ", why].concat()));
        blocks.push(Block::Act(Act::Reload));
    }
}

fn row(line: &Line, known: &Known, clock: &Clock) -> OperationRow {
    let mut about = action_words(&line.action);
    if line.automatic {
        about.push_str(", with the capture");
    }
    let who = known
        .members
        .iter()
        .find(|member| Some(&member.id) == line.member_id.as_ref());
    if let (Some(member), true) = (who, known.members.len() > 1) {
        about.push_str(" · ");
        about.push_str(&member.name);
    }
    about.push_str(" · ");
    about.push_str(&stamp(clock, line.at));
    let reason = line.reason.as_deref().map(|code| match code {
        "out_of_credits" => "There was too little credit. Nothing was charged.".to_owned(),
        "domain_unknown" => NO_WEBSITE.to_owned(),
        code => sentence(code),
    });
    let paused = line.state == "paused";
    // While it is paused its receipt says what was charged so far, not what it waits for.
    let text = if paused {
        reason.or(line.line.clone())
    } else {
        line.line.clone().or(reason)
    };
    OperationRow {
        operation_id: line.operation_id.clone(),
        title: line
            .subject
            .clone()
            .unwrap_or_else(|| action_words(&line.action)),
        about,
        line: text.unwrap_or_default(),
        cost: if line.is_settled() {
            // Where all of it is given back, the state says so.
            let part = if line.state == "refunded" {
                0
            } else {
                line.refunded
            };
            cost(&line.pools, part, known.standing.as_ref())
        } else {
            String::new()
        },
        state: match line.state.as_str() {
            "queued" | "working" => Some(("Under way", Tone::Busy)),
            "paused" => Some(("Paused", Tone::Warn)),
            "refunded" => Some(("Given back", Tone::Neutral)),
            _ => None,
        },
        resume: Uuid::try_parse(&line.operation_id)
            .ok()
            .filter(|_| paused && line.reason.as_deref() != Some("domain_unknown"))
            .map(|operation_id| Resume {
                operation_id,
                capture: line.action == "find",
            }),
    }
}

/// What a capture waits for that credit does not bring.
const NO_WEBSITE: &str = "The company's website is not known. Enter it beside the lead in the \
                          popup. Nothing was charged.";

fn cost(
    pools: &[(String, MilliCredits)],
    refunded: MilliCredits,
    standing: Option<&Standing>,
) -> String {
    let mut text = of_pools(pools, standing);
    if text.is_empty() {
        text.push_str("Free");
    }
    if refunded > 0 {
        text.push_str(", ");
        text.push_str(&amount(refunded));
        text.push_str(" given back");
    }
    text
}

fn of_pools(pools: &[(String, MilliCredits)], standing: Option<&Standing>) -> String {
    let amounts = pools.iter().filter(|(_, amount)| *amount != 0);
    let texts: Vec<String> = amounts
        .map(|(pool, amount)| {
            let name = standing.map_or_else(|| [pool, " credits"].concat(), |s| s.pool_name(pool));
            named(*amount, &name)
        })
        .collect();
    texts.join(", ")
}

/// An action in words: `mobile_find` → `Mobile unlock`.
#[must_use]
pub fn action_words(action: &str) -> String {
    match action {
        "find" => "Capture".to_owned(),
        "mobile_find" => "Mobile unlock".to_owned(),
        "verify" => "Verification".to_owned(),
        "ai_text" => "AI text".to_owned(),
        _ => title(action),
    }
}

pub(super) fn title(code: &str) -> String {
    let mut text = code.replace('_', " ");
    // Codes are ASCII; the tables of all letters would be 12 KB.
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

fn members(known: &Known) -> Option<Section> {
    let standing = known.standing.as_ref();
    let mut table = vec![
        ["Member", "Role", "Used in this period", "At most"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for member in &known.members {
        let or = |text: String, none: &str| {
            if text.is_empty() {
                none.to_owned()
            } else {
                text
            }
        };
        table.push(vec![
            member.name.clone(),
            title(&member.role),
            or(of_pools(&member.used, standing), "nothing"),
            or(of_pools(&member.caps, standing), "no limit"),
        ]);
    }
    // One's own use is the account's.
    (known.members.len() > 1).then(|| Section {
        id: "members",
        title: "Members".to_owned(),
        blocks: vec![Block::Table(table)],
    })
}

fn prices(standing: &Standing) -> Section {
    let mut table = vec![
        ["Action", "Ended with", "Costs"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for price in &standing.actions {
        let name = standing.paid_with(price);
        let (others, named_ones): (Vec<_>, Vec<_>) = price
            .prices
            .iter()
            .partition(|(outcome, _)| outcome == "otherwise");
        for (n, (outcome, each)) in named_ones.into_iter().chain(others).enumerate() {
            table.push(vec![
                if n == 0 {
                    action_words(&price.action)
                } else {
                    String::new()
                },
                match outcome.as_str() {
                    "otherwise" => "anything else".to_owned(),
                    other => outcome_words(other),
                },
                if *each > 0 {
                    named(*each, &name)
                } else {
                    "Free".to_owned()
                },
            ]);
        }
    }
    Section {
        id: "prices",
        title: "Prices".to_owned(),
        blocks: vec![
            Block::Table(table),
            Block::Text(["Price list ", &standing.price_version].concat()),
        ],
    }
}

/// Most facts shown of the evidence.
const FACTS_MAX: usize = 60;

fn receipt(id: &str, known: &Known, clock: &Clock) -> Section {
    let mut blocks = vec![Block::Act(Act::Back)];
    let line = known.line(id);
    let heading = line.map(|line| {
        let shown = row(line, known, clock);
        blocks.push(Block::Text(shown.about));
        shown.title
    });
    match known.receipt.as_ref().filter(|(of, _)| of == id) {
        Some((_, receipt)) => details(receipt, known, clock, &mut blocks),
        None if line.is_some_and(|line| !line.is_settled()) => blocks.push(Block::Text(
            "It has not ended yet. Nothing is charged before it has.".to_owned(),
        )),
        None if known.failed.is_none() => blocks.push(Block::Loading("Loading the receipt…")),
        None => {}
    }
    failure(known, &mut blocks);
    Section {
        id: "receipt",
        title: heading.unwrap_or_else(|| "Receipt".to_owned()),
        blocks,
    }
}

fn details(receipt: &Value, known: &Known, clock: &Clock, blocks: &mut Vec<Block>) {
    use crate::answers::{amounts, list, maybe_text, number, text};

    let standing = known.standing.as_ref();
    blocks.push(Block::Text(text(receipt, "line")));
    let grants = list(receipt, "grants", |grant| {
        [
            &amount(number(grant, "amount")),
            " from ",
            &outcome_words(&text(grant, "kind")),
        ]
        .concat()
    });
    let entries = list(receipt, "entries", |entry| {
        ["#", &entry.as_i64().unwrap_or_default().to_string()].concat()
    });
    let mut facts = vec![
        fact("Action", action_words(&text(receipt, "action"))),
        fact("Ended with", outcome_words(&text(receipt, "outcome"))),
        fact(
            "Cost",
            cost(
                &amounts(receipt, "pools"),
                number(receipt, "refunded"),
                standing,
            ),
        ),
        fact("Rule", text(receipt, "rule")),
        fact("Price list", text(receipt, "price_version")),
        fact("Settled", stamp(clock, number(receipt, "settled_at"))),
    ];
    if !grants.is_empty() {
        facts.push(fact("Paid with", grants.join(", ")));
    }
    if !entries.is_empty() {
        facts.push(fact("Ledger entries", entries.join(", ")));
    }
    facts.push(fact("Operation", text(receipt, "operation_id")));
    blocks.push(Block::Facts(facts));
    let mut table = vec![
        ["Provider", "Asked for", "Came to", "Our verdict"]
            .map(str::to_owned)
            .to_vec(),
    ];
    table.extend(list(receipt, "provider_calls", |call| {
        vec![
            name(&text(call, "provider")).to_owned(),
            text(call, "purpose"),
            maybe_text(call, "error")
                .or_else(|| maybe_text(call, "said"))
                .unwrap_or_else(|| text(call, "outcome")),
            maybe_text(call, "verdict").unwrap_or_default(),
        ]
    }));
    if table.len() > 1 {
        blocks.push(Block::Table(table));
    }
    let mut evidence = Vec::new();
    if let Some(value) = receipt.get("evidence") {
        outline(value, "", clock, &mut evidence);
    }
    if !evidence.is_empty() {
        blocks.push(Block::Text("What it rests on:".to_owned()));
        blocks.push(Block::Facts(evidence));
    }
}

/// Evidence of whatever shape, as names and values.
fn outline(value: &Value, name: &str, clock: &Clock, into: &mut Vec<(String, String)>) {
    if into.len() >= FACTS_MAX {
        return;
    }
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let key = title(key);
                let name = if name.is_empty() {
                    key
                } else {
                    [name, " · ", &key].concat()
                };
                outline(value, &name, clock, into);
            }
        }
        Value::Array(items) => {
            for item in items {
                outline(item, name, clock, into);
            }
        }
        Value::String(text) => into.push(fact(name, text.clone())),
        Value::Bool(yes) => into.push(fact(name, if *yes { "yes" } else { "no" }.to_owned())),
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                into.push(fact(
                    name,
                    if name.ends_with(" at") {
                        stamp(clock, number)
                    } else {
                        number.to_string()
                    },
                ));
            }
        }
        Value::Null => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::receipts;
    use crate::sample::{self, CLOCK};

    fn known() -> Known {
        let (lines, next) = receipts::page(sample::RECEIPTS).unwrap();
        Known {
            standing: Some(sample::standing()),
            lines: Some(lines),
            next,
            members: receipts::members(sample::MEMBERS),
            ..Known::default()
        }
    }

    fn section<'a>(shown: &'a Dashboard, id: &str) -> &'a Section {
        shown.sections.iter().find(|s| s.id == id).unwrap()
    }

    fn rows(section: &Section) -> &[OperationRow] {
        let Some(Block::Operations(rows)) = section.blocks.first() else {
            panic!("{section:?}")
        };
        rows
    }

    #[test]
    fn the_overview_has_its_parts_in_order() {
        let shown = dashboard(&sample::full_state(), &known(), None, &CLOCK);
        let ids: Vec<_> = shown.sections.iter().map(|s| s.id).collect();
        assert_eq!(
            ids,
            ["credit", "waiting", "operations", "members", "prices"]
        );
        let Block::Pools(pools) = &section(&shown, "credit").blocks[0] else {
            panic!("pools")
        };
        assert_eq!(pools[0].part, Some(900));
        assert_eq!(pools[1].part, Some(400), "purchased credit is apart");
    }

    #[test]
    fn each_operation_says_what_it_cost_and_why() {
        let shown = dashboard(&sample::full_state(), &known(), None, &CLOCK);
        let rows = rows(section(&shown, "operations"));
        assert_eq!(rows[0].title, "Ilse Varga-Brandt");
        assert_eq!(rows[0].cost, "5 premium credits");
        assert!(
            rows[0]
                .about
                .starts_with("Mobile unlock, with the capture · Bea")
        );
        assert_eq!(rows[1].cost, "1 credit");
        assert_eq!(rows[1].line, "1 credit: verified");
        assert_eq!(rows[2].state, Some(("Given back", Tone::Neutral)));
        assert_eq!(rows[2].cost, "1 credit");
        let partly = cost(&[("standard".to_owned(), 2_000)], 1_000, None);
        assert_eq!(partly, "2 standard credits, 1 given back");
    }

    #[test]
    fn only_what_has_not_ended_waits() {
        let shown = dashboard(&sample::full_state(), &known(), None, &CLOCK);
        let [waiting] = rows(section(&shown, "waiting")) else {
            panic!("one waits")
        };
        assert_eq!(waiting.state, Some(("Paused", Tone::Warn)));
        assert!(waiting.resume.unwrap().capture);
        assert_eq!(waiting.cost, "");
        assert_eq!(
            waiting.line,
            "There was too little credit. Nothing was charged."
        );
        // Credit is not what this one waits for, whatever its receipt says so far.
        let mut known = known();
        let line = &mut known.lines.as_mut().unwrap()[2];
        line.reason = Some("domain_unknown".to_owned());
        line.line = Some("Free: nothing found".to_owned());
        let shown = dashboard(&sample::full_state(), &known, None, &CLOCK);
        let waiting = &rows(section(&shown, "waiting"))[0];
        assert_eq!((waiting.line.as_str(), waiting.resume), (NO_WEBSITE, None));
        known.lines.as_mut().unwrap().remove(2);
        let shown = dashboard(&sample::full_state(), &known, None, &CLOCK);
        assert!(shown.sections.iter().all(|s| s.id != "waiting"));
    }

    #[test]
    fn empty_loading_and_failing_are_three_things() {
        let state = sample::full_state();
        let blocks = |known: &Known| {
            let shown = dashboard(&state, known, None, &CLOCK);
            section(&shown, "operations").blocks.clone()
        };
        assert!(matches!(blocks(&Known::default())[0], Block::Loading(_)));
        let empty = Known {
            lines: Some(Vec::new()),
            ..Known::default()
        };
        assert!(matches!(&blocks(&empty)[0], Block::Text(text) if text.starts_with("Nothing yet")));
        let failing = Known {
            failed: Some("No answer.".to_owned()),
            ..known()
        };
        let shown = blocks(&failing);
        assert!(
            matches!(shown[0], Block::Operations(_)),
            "what is known stays"
        );
        assert_eq!(shown.last(), Some(&Block::Act(Act::Reload)));
    }

    #[test]
    fn older_ones_are_offered_while_there_are_any() {
        let mut known = known();
        let shown = dashboard(&sample::full_state(), &known, None, &CLOCK);
        let last = section(&shown, "operations").blocks.last();
        assert_eq!(last, Some(&Block::Act(Act::Older)));
        known.next = None;
        let shown = dashboard(&sample::full_state(), &known, None, &CLOCK);
        let last = section(&shown, "operations").blocks.last();
        assert!(matches!(last, Some(Block::Operations(_))));
    }

    #[test]
    fn a_receipt_is_whole() {
        let mut known = known();
        let id = known.lines.as_ref().unwrap()[0].operation_id.clone();
        let shown = dashboard(&sample::full_state(), &known, Some(&id), &CLOCK);
        assert!(matches!(
            section(&shown, "receipt").blocks.last(),
            Some(Block::Loading(_))
        ));
        known.receipt = Some((id.clone(), serde_json::from_str(sample::RECEIPT).unwrap()));
        let shown = dashboard(&sample::full_state(), &known, Some(&id), &CLOCK);
        let shown = section(&shown, "receipt");
        assert_eq!(shown.title, "Ilse Varga-Brandt");
        let text = format!("{:?}", shown.blocks);
        for part in [
            "mobile_find.found",
            "lode-1",
            "5 from purchased",
            "#12, #15",
            "LeadMagic",
            "Result · Phones · Number",
            "+49 151 5550 200",
            "23 Nov, 15:00",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(!text.contains("0.5"), "no fractions are made up");
    }

    #[test]
    fn hostile_evidence_is_bounded() {
        let many: Vec<Value> = (0..10_000).map(Value::from).collect();
        let mut into = Vec::new();
        outline(&Value::Array(many), "n", &CLOCK, &mut into);
        assert_eq!(into.len(), FACTS_MAX);
    }

    #[test]
    fn not_paired_asks_to_pair() {
        let mut state = sample::full_state();
        state.connection = Connection::NotPaired;
        let shown = dashboard(&state, &Known::default(), None, &CLOCK);
        assert_eq!(
            section(&shown, "unpaired").blocks.last(),
            Some(&Block::Act(Act::Pair))
        );
    }

    #[test]
    fn the_price_list_names_every_outcome() {
        let shown = dashboard(&sample::full_state(), &known(), None, &CLOCK);
        let Block::Table(table) = &section(&shown, "prices").blocks[0] else {
            panic!("a table")
        };
        assert!(table.contains(&vec![
            String::new(),
            "main line".to_owned(),
            "Free".to_owned()
        ]));
        assert_eq!(table[1], ["Capture", "verified", "1 credit"]);
        assert_eq!(table[2], ["", "anything else", "Free"]);
    }
}
