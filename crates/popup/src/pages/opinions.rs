//! The settings on second opinions.

use leptos::prelude::event_target_checked;

use super::parts::Page;
use crate::node::{Element, el};
use crate::session::Model;
use crate::view::opinions::{HINT, LOCKED, OpinionLine, change, may_set, read};

/// A box for each provider that verifies addresses; nothing where there is none.
pub(crate) fn settings(page: Page<'_>) -> Vec<Element> {
    let Some(may_set) = may_set(&page.model.known) else {
        return Vec::new();
    };
    let mut parts: Vec<_> = page
        .model
        .known
        .opinions
        .iter()
        .map(|line| choice(page, line, may_set))
        .collect();
    parts.push(el("p").class("hint").text(HINT));
    if !may_set {
        parts.push(el("p").class("hint").text(LOCKED));
    }
    parts
}

fn choice(page: Page<'_>, line: &OpinionLine, may_set: bool) -> Element {
    let session = page.session;
    let provider = line.provider.clone();
    let chosen = page.model.typed.opinions.get(&line.provider).copied();
    el("label")
        .key(line.provider.clone())
        .class("check")
        .child(
            el("input")
                .set("type", "checkbox")
                .test_id("second-opinion")
                .set("data-provider", &line.provider)
                .set_if(!may_set, "disabled", "")
                .checked(chosen.unwrap_or(line.on))
                .on("change", move |event| {
                    let on = event_target_checked(&event);
                    let name = provider.clone();
                    session.update(|model: &mut Model| {
                        model.typed.opinions.insert(name, on);
                    });
                    session.server(
                        ["providers/", &provider].concat(),
                        Some(("PUT", change(on))),
                        |session, body| {
                            session.update(|model| {
                                model.known.opinions = read(body);
                                model.typed.opinions.clear();
                            });
                        },
                    );
                }),
        )
        .text(&line.label())
}
