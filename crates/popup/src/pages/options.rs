//! The options page.

use leptos::prelude::{event_target_checked, event_target_value};
use lode_core::protocol::{Settings, UiMessage};

use super::auto_unlock;
use super::capture::{submit, text_field};
use super::opinions;
use super::parts::{Page, button, problem};
use super::providers;
use crate::browser;
use crate::node::{Element, el};
use crate::session::{Session, Typed};
use crate::view::options::{
    NEVER, PairingView, pairing, permission_pattern, unsent_warning, with_scheme,
};

/// The whole page.
pub(crate) fn page(page: Page<'_>) -> Element {
    let session = page.session;
    let state = page.model.state.as_ref();
    let show_button = state.is_none_or(|state| state.settings.show_button);
    let server = section("server", "Your server")
        .children(
            state
                .map(pairing)
                .into_iter()
                .flat_map(|shown| server(page, &shown)),
        )
        .children(problem(page));
    let settings = section("on-pages", "On pages")
        .child(
            el("label")
                .class("check")
                .child(
                    el("input")
                        .set("type", "checkbox")
                        .test_id("show-button-setting")
                        .checked(show_button)
                        .on("change", move |event| {
                            let settings = Settings {
                                show_button: event_target_checked(&event),
                            };
                            session.act(UiMessage::SetSettings { settings });
                        }),
                )
                .text("Show the capture button on pages that Lode can read"),
        )
        .child(
            el("p")
                .class("hint")
                .text("Without it, captures are taken in Lode's own window, from the toolbar."),
        );
    let unlocking = auto_unlock::settings(page);
    let unlocking = (!unlocking.is_empty()).then(|| {
        section("numbers", "Mobile numbers")
            .test_id("numbers")
            .children(unlocking)
    });
    let troubles = providers::notices(page);
    let troubles = (!troubles.is_empty()).then(|| {
        section("providers", "Data providers")
            .test_id("providers")
            .children(troubles)
    });
    let opinions = opinions::settings(page);
    let opinions = (!opinions.is_empty()).then(|| {
        section("opinions", "Second opinions")
            .test_id("opinions")
            .children(opinions)
    });
    let has_read = state.is_some_and(|state| state.rules.is_some() || !state.health.is_empty());
    let reading =
        section("reading", "Reading pages")
            .children(
                state
                    .and_then(|state| state.rules.as_ref())
                    .map(|note| el("p").test_id("rules-note").class("status").text(note)),
            )
            .child(el("p").class("hint").text(
                "How much of what a page usually gives the last captures had, by kind of page:",
            ))
            .child(
                el("dl").test_id("health").children(
                    state
                        .into_iter()
                        .flat_map(|state| &state.health)
                        .flat_map(|(kind, figure)| [el("dt").text(kind), el("dd").text(figure)]),
                ),
            );
    let privacy = section("privacy", "What Lode captures, and what it never does").child(
        el("ul")
            .class("prose")
            .children(NEVER.iter().map(|text| el("li").text(text))),
    );
    el("div")
        .class("page")
        .child(
            el("header")
                .child(
                    el("img")
                        .set("src", "../icons/icon.svg")
                        .set("alt", "")
                        .set("width", "32")
                        .set("height", "32"),
                )
                .child(el("h1").text("Lode options")),
        )
        .child(
            el("main")
                .child(server)
                .children(troubles)
                .child(settings)
                .children(unlocking)
                .children(opinions)
                .children(has_read.then_some(reading))
                .child(privacy),
        )
}

fn section(id: &'static str, title: &str) -> Element {
    el("section")
        .set("aria-labelledby", id)
        .child(el("h2").set("id", id).text(title))
}

fn server(page: Page<'_>, shown: &PairingView) -> Vec<Element> {
    let mut parts = vec![
        el("p")
            .class("status")
            .set("role", "status")
            .test_id("pair-status")
            .set("data-state", shown.state)
            .set("tabindex", "-1")
            .set_if(!shown.form && !page.model.confirm_unpair, "data-focus", "")
            .text(&shown.status),
    ];
    if shown.form {
        parts.push(pairing_form(page));
        return parts;
    }
    parts.push(
        el("dl").children(
            shown
                .facts
                .iter()
                .flat_map(|(name, value)| [el("dt").text(name), el("dd").text(value)]),
        ),
    );
    parts.push(
        el("p")
            .key("to-dashboard".to_owned())
            .class("status")
            .child(
                el("a")
                    .test_id("to-dashboard")
                    .set("href", "dashboard.html")
                    .text("Credit and receipts"),
            ),
    );
    parts.push(unpair(page, shown.unsent));
    parts
}

fn pairing_form(page: Page<'_>) -> Element {
    let session = page.session;
    let typed = &page.model.typed;
    let server = typed.server.clone();
    let field =
        |label: &str, id: &'static str, hint: &str, value: &str, keep: fn(&mut Typed, String)| {
            let mode = if id == "server-input" { "url" } else { "text" };
            el("div")
                .class("field")
                .child(el("label").set("for", id).text(label))
                .child(
                    text_field(id, id, mode, value)
                        .set("aria-describedby", &[id, "-hint"].concat())
                        // The address is filled in already; the code is what is asked for.
                        .set_if(id == "code-input", "data-focus", "")
                        .on("input", move |event| {
                            let text = event_target_value(&event);
                            session.update(|model| keep(&mut model.typed, text));
                        }),
                )
                .child(
                    el("p")
                        .class("hint")
                        .set("id", &[id, "-hint"].concat())
                        .text(hint),
                )
        };
    el("form")
        .class("pair")
        .on("submit", move |event| {
            event.prevent_default();
            pair(session, &server);
        })
        .child(field(
            "Server address",
            "server-input",
            "The server prints it when it starts.",
            &typed.server,
            |typed, text| typed.server = text,
        ))
        .child(field(
            "One-time code",
            "code-input",
            "The server prints it too. It works once.",
            &typed.code,
            |typed, text| typed.code = text,
        ))
        .child(field(
            "Name of this device",
            "device-input",
            "Shown in the server's list of devices, from which it can be revoked.",
            &typed.device,
            |typed, text| typed.device = text,
        ))
        .child(submit(
            page,
            "pair",
            if page.model.busy {
                "Pairing…"
            } else {
                "Pair"
            },
        ))
}

fn pair(session: Session, typed: &str) {
    let server = with_scheme(typed);
    let (protocol, host) = browser::address_parts(&server).unwrap_or_default();
    match permission_pattern(&protocol, &host) {
        Ok(pattern) => session.pair(server, &pattern),
        Err(message) => session.fail("bad_address", message),
    }
}

fn unpair(page: Page<'_>, unsent: u32) -> Element {
    if !page.model.confirm_unpair {
        return button(page, "", "unpair", "Unpair this browser…", |session| {
            session.update(|model| model.confirm_unpair = true);
        });
    }
    el("div")
        .class("notice")
        .set("role", "group")
        .set("aria-labelledby", "sure")
        .set("data-tone", "warn")
        .child(el("p").set("id", "sure").text(&unsent_warning(unsent)))
        .child(button(
            page,
            "danger",
            "unpair-confirm",
            "Unpair",
            |session| session.act(UiMessage::Unpair),
        ))
        .child(
            button(page, "", "unpair-cancel", "Keep", |session| {
                session.update(|model| model.confirm_unpair = false);
            })
            .takes_focus(),
        )
}
