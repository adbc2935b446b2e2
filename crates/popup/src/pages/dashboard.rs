//! The dashboard.

use lode_core::protocol::UiMessage;

use super::parts::{Page, button, problem};
use super::popup::{banner, head};
use crate::browser;
use crate::node::{Element, el};
use crate::view::dashboard::{Act, Block, OperationRow, PoolCard, Section, dashboard};

/// The whole page.
pub(crate) fn page(page: Page<'_>) -> Element {
    let model = page.model;
    let root = el("div").class("page");
    let main = el("main").test_id("dashboard");
    let Some(state) = &model.state else {
        return root
            .children(problem(page))
            .child(main.child(loading("Starting…")));
    };
    let shown = dashboard(state, &model.known, model.opened.as_deref(), &model.clock);
    root.child(head(shown.connection, "Lode: credits", None))
        .children(shown.banner.map(|shown| banner(page, &shown)))
        .children(problem(page))
        .child(
            main.set(
                "data-view",
                if model.opened.is_some() {
                    "receipt"
                } else {
                    "overview"
                },
            )
            .children(shown.sections.into_iter().map(|shown| section(page, shown))),
        )
}

fn section(page: Page<'_>, shown: Section) -> Element {
    el("section")
        .key(shown.id.to_owned())
        .test_id(shown.id)
        .set("aria-labelledby", shown.id)
        .child(
            el("h2")
                .set("id", shown.id)
                .set("tabindex", "-1")
                .set_if(shown.id == "receipt", "data-focus", "")
                .page_text(&shown.title),
        )
        .children(shown.blocks.into_iter().map(|shown| block(page, shown)))
}

fn block(page: Page<'_>, shown: Block) -> Element {
    match shown {
        Block::Text(text) => el("p").class("prose").page_text(&text),
        Block::Loading(text) => loading(text),
        Block::Pools(pools) => el("ul").class("pools").children(pools.iter().map(pool)),
        Block::Facts(facts) => self::facts(&facts),
        Block::Table(rows) => table(&rows),
        Block::Operations(rows) => el("ul")
            .class("operations")
            .children(rows.iter().map(|shown| operation(page, shown))),
        Block::Act(act) => self::act(page, &act),
    }
}

fn loading(text: &str) -> Element {
    el("p")
        .key("loading".to_owned())
        .class("prose")
        .set("role", "status")
        .set("aria-busy", "true")
        .text(text)
}

fn act(page: Page<'_>, act: &Act) -> Element {
    match act {
        Act::Pair => button(
            page,
            "primary",
            "open-options",
            "Open the options to pair",
            |_| {
                browser::open_options();
            },
        ),
        Act::Older => button(page, "", "older", "Show older ones", |session| {
            session.older()
        }),
        Act::Reload => button(page, "", "reload", "Try again", |session| session.load()),
        Act::Back => el("a")
            .key("back".to_owned())
            .test_id("back")
            .set("href", "#")
            .text("← All operations"),
    }
}

fn pool(card: &PoolCard) -> Element {
    el("li")
        .key(card.pool.clone())
        .test_id("pool")
        .set("data-pool", &card.pool)
        .child(el("p").class("left").text(&card.left))
        .children(card.part.map(|part| {
            el("meter")
                .set("min", "0")
                .set("max", "1000")
                .set("value", &part.to_string())
                .set("aria-label", "Part of the plan's credit that is left")
        }))
        .child(facts(&card.facts))
}

fn facts(facts: &[(String, String)]) -> Element {
    el("dl").children(
        facts
            .iter()
            .flat_map(|(name, value)| [el("dt").text(name), el("dd").page_text(value)]),
    )
}

fn table(rows: &[Vec<String>]) -> Element {
    let row = |(n, cells): (usize, &Vec<String>)| {
        let tag = if n == 0 { "th" } else { "td" };
        el("tr").children(
            cells
                .iter()
                .map(move |cell| el(tag).set_if(tag == "th", "scope", "col").page_text(cell)),
        )
    };
    // A wide table scrolls by itself, also by the keyboard.
    el("div")
        .class("table")
        .set("tabindex", "0")
        .set("role", "group")
        .child(el("table").children(rows.iter().enumerate().map(row)))
}

fn operation(page: Page<'_>, shown: &OperationRow) -> Element {
    let resume = shown.resume.map(|resume| {
        button(page, "", "resume", "Resume", move |session| {
            let operation_id = resume.operation_id;
            session.act(if resume.capture {
                UiMessage::Resume { operation_id }
            } else {
                UiMessage::Operate {
                    call: "unlocks".to_owned(),
                    lead_id: None,
                    operation_id: Some(operation_id),
                }
            });
        })
        .set("aria-label", &["Resume: ", &shown.title].concat())
    });
    el("li")
        .key(shown.operation_id.clone())
        .test_id("operation")
        .child(
            el("div")
                .class("what")
                .child(
                    el("a")
                        .class("name")
                        .set("href", &["#", &shown.operation_id].concat())
                        .page_text(&shown.title),
                )
                .child(el("p").class("about").text(&shown.about))
                .child(
                    el("p")
                        .key("line".to_owned())
                        .class("text")
                        .page_text(&shown.line),
                ),
        )
        .child(
            el("div")
                .class("cost")
                .child(el("span").text(&shown.cost))
                .children(shown.state.map(|(text, tone)| {
                    el("span")
                        .key("state".to_owned())
                        .class("badge")
                        .set("data-tone", tone.name())
                        .text(text)
                }))
                .children(resume),
        )
}
