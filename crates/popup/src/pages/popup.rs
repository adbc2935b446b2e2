//! The popup.

use lode_core::protocol::UiMessage;

use super::capture::one;
use super::list::{many, recent};
use super::parts::{Page, button, problem};
use crate::browser;
use crate::node::{Element, el};
use crate::view::connection::{Banner, BannerAction, ConnectionView};
use crate::view::credits::{Balance, PoolLine};
use crate::view::popup::{Body, Notice, NoticeAction, capture_name, popup};

/// The whole popup.
pub(crate) fn page(page: Page<'_>) -> Element {
    let root = el("div").class("page");
    let main = el("main")
        .test_id("state")
        .set_if(page.model.busy, "aria-busy", "true");
    let Some(state) = &page.model.state else {
        return root
            .children(problem(page))
            .child(main.set("data-state", "starting"))
            .children(page.model.problem.is_some().then(|| {
                button(page, "", "ask-again", "Try again", |session| {
                    session.refresh();
                    session.preview();
                })
            }));
    };
    let shown = popup(
        state,
        &page.model.known,
        &page.model.local,
        &page.model.clock,
    );
    let main = main
        .set("data-state", shown.body.state())
        .set("data-tab", shown.tab)
        .set("data-connection", shown.connection.state)
        .set("data-capture", capture_name(state).unwrap_or_default())
        .children(match shown.body {
            Body::Notice(notice) => vec![self::notice(page, &notice)],
            Body::One(shown) => one(page, *shown),
            Body::Many(shown) => many(page, shown),
        });
    root.child(head(shown.connection, "Lode", Some("dashboard.html")))
        .children(shown.balance.as_ref().map(balance))
        .children(shown.banner.map(|shown| banner(page, &shown)))
        .children(shown.changed.map(|why| changed(page, why)))
        .children(problem(page))
        .child(main)
        .children(recent(page, shown.recent))
        .child(
            el("p")
                .class("sr")
                .set("role", "status")
                .test_id("announcement")
                .text(&shown.announcement),
        )
        .child(
            el("p")
                .key("copied".to_owned())
                .class("sr")
                .set("role", "status")
                .text(if page.model.copied.is_some() {
                    "Copied"
                } else {
                    ""
                }),
        )
}

pub(crate) fn head(connection: ConnectionView, title: &str, dashboard: Option<&str>) -> Element {
    el("header")
        .child(
            el("img")
                .set("src", "../icons/icon.svg")
                .set("alt", "")
                .set("width", "24")
                .set("height", "24"),
        )
        .child(el("h1").text(title))
        .child(
            el("p")
                .class("connection")
                .test_id("connection")
                .set("data-state", connection.state)
                .set("data-tone", connection.tone.name())
                .text(connection.text),
        )
        .children(dashboard.map(|address| {
            el("a")
                .class("to-dashboard")
                .test_id("to-dashboard")
                .set("href", address)
                .set("target", "_blank")
                .text("Dashboard")
        }))
        .child(
            el("button")
                .set("type", "button")
                .class("gear")
                .test_id("options")
                .set("aria-label", "Options")
                .set("title", "Options")
                .on("click", |_| browser::open_options())
                .text("⚙"),
        )
}

/// The credit by pool, always in view.
fn balance(shown: &Balance) -> Element {
    el("section")
        .key("balance".to_owned())
        .class("balance")
        .set("aria-label", "Credits")
        .child(el("ul").children(shown.pools.iter().map(pool)))
        .children(shown.resets.as_ref().map(|text| {
            el("p")
                .key("resets".to_owned())
                .class("resets")
                .test_id("resets")
                .text(text)
        }))
}

fn pool(line: &PoolLine) -> Element {
    el("li")
        .key(line.pool.clone())
        .test_id("credits")
        .set("data-pool", &line.pool)
        .set_if(line.short, "data-short", "")
        .child(el("strong").text(&line.left))
        .children(
            line.details
                .iter()
                .map(|text| el("span").key(text.clone()).text(text)),
        )
}

pub(crate) fn banner(page: Page<'_>, shown: &Banner) -> Element {
    let action = match shown.action {
        BannerAction::None => None,
        BannerAction::RetryNow => Some(button(page, "", "retry", "Retry now", |session| {
            session.act(UiMessage::RetryNow);
        })),
        BannerAction::Pair => Some(button(
            page,
            "primary",
            "open-options",
            "Pair again",
            |_| browser::open_options(),
        )),
    };
    el("aside")
        .class("notice")
        .test_id("banner")
        .set("data-tone", shown.tone.name())
        .child(el("h2").text(shown.title))
        .child(
            el("p").text(&shown.text).text(" ").children(
                shown
                    .next_try
                    .as_ref()
                    .map(|text| el("span").test_id("next-try").text(text)),
            ),
        )
        .children(action)
}

fn changed(page: Page<'_>, why: &str) -> Element {
    let notice = el("aside")
        .key("changed".to_owned())
        .class("notice")
        .test_id("page-changed")
        .set("data-tone", "warn")
        .child(el("h2").text("This page seems to have changed"))
        .child(el("p").text(why).text(
            " A report shows whoever mends Lode how the page is built; it holds none of its text, \
             names or addresses.",
        ));
    match &page.model.report {
        Some(address) => notice.child(
            el("a")
                .key("save-report".to_owned())
                .test_id("save-report")
                .set("href", address)
                .set("download", "lode-page-report.txt")
                .takes_focus()
                .text("Save the report"),
        ),
        None => notice.child(button(page, "", "report", "Make a report", |session| {
            session.act(UiMessage::Report);
        })),
    }
}

fn notice(page: Page<'_>, shown: &Notice) -> Element {
    let action = match shown.action {
        NoticeAction::None => None,
        NoticeAction::Pair => Some(button(
            page,
            "primary",
            "open-options",
            "Open the options to pair",
            |_| browser::open_options(),
        )),
        NoticeAction::ReadAgain => Some(button(
            page,
            "",
            "read-again",
            "Read the page again",
            |session| session.act(UiMessage::Preview),
        )),
        NoticeAction::ReloadTab => Some(button(
            page,
            "primary",
            "reload-tab",
            "Reload the tab",
            |_| browser::reload_tab(),
        )),
    };
    el("div")
        .class("empty")
        .set_if(shown.busy, "aria-busy", "true")
        .child(
            el("h2")
                .set("tabindex", "-1")
                .takes_focus()
                .text(shown.title),
        )
        .child(el("p").text(&shown.text))
        .children(action)
}
