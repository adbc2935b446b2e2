//! Lists: several leads on a page, and recent captures.

use super::capture::capture_button;
use super::parts::{Page, button, copy_button};
use crate::node::{Element, el};
use crate::session::Model;
use crate::view::popup::{Many, ManyRow};
use crate::view::recent::RecentRow;

/// Several leads with their boxes.
pub(crate) fn many(page: Page<'_>, many: Many) -> Vec<Element> {
    let mut parts = vec![
        el("div")
            .class("heading")
            .child(
                el("h2")
                    .set("id", "leads")
                    .set("tabindex", "-1")
                    .takes_focus()
                    .text(&many.heading),
            )
            .child(button(
                page,
                "quiet",
                "choose-all",
                if many.chosen == many.rows.len() {
                    "Choose none"
                } else {
                    "Choose all"
                },
                |session| session.update(Model::choose_all_or_none),
            )),
        el("ul")
            .class("rows")
            .set("aria-labelledby", "leads")
            .children((0..).zip(&many.rows).map(|(i, shown)| row(page, i, shown))),
    ];
    parts.extend(
        many.unnamed
            .as_ref()
            .map(|text| el("p").class("hint").test_id("unnamed").text(text)),
    );
    if many.chosen > 0 && !many.all.primary {
        parts.push(button(
            page,
            "primary",
            "capture-chosen",
            &many.some,
            |session| session.capture(false),
        ));
    }
    parts.push(capture_button(page, &many.all));
    parts
}

fn row(page: Page<'_>, index: u32, shown: &ManyRow) -> Element {
    let session = page.session;
    let about = match (&shown.lead.title, &shown.lead.company) {
        (Some(title), Some(company)) => [title, " · ", company].concat(),
        (title, company) => title.clone().or(company.clone()).unwrap_or_default(),
    };
    el("li")
        .test_id("lead-row")
        .child(
            el("label")
                .child(
                    el("input")
                        .set("type", "checkbox")
                        .checked(shown.chosen)
                        .on("change", move |_| {
                            session.update(|model| {
                                model.local.toggle(index);
                            });
                        }),
                )
                .child(
                    el("span")
                        .class("who")
                        .child(
                            el("span")
                                .class("name")
                                .test_id("lead-name")
                                .page_text(&shown.lead.name),
                        )
                        .child(
                            el("span")
                                .key("about".to_owned())
                                .class("about")
                                .page_text(&about),
                        ),
                ),
        )
        .children(shown.status.as_ref().map(|(text, tone)| {
            el("span")
                .class("outcome")
                .test_id("row-status")
                .set("data-tone", tone.name())
                .text(text)
        }))
}

/// Recent captures.
pub(crate) fn recent(page: Page<'_>, rows: Vec<RecentRow>) -> Option<Element> {
    if rows.is_empty() {
        return None;
    }
    Some(
        el("section")
            .class("recent")
            .set("aria-labelledby", "recent")
            .child(el("h2").set("id", "recent").text("Recent captures"))
            .child(el("ul").children(rows.into_iter().map(|row| recent_row(page, row)))),
    )
}

fn recent_row(page: Page<'_>, row: RecentRow) -> Element {
    let session = page.session;
    let id = row.operation_id;
    let copy = row.email.as_ref().map(|email| {
        copy_button(
            page,
            id.to_string(),
            "copy-recent",
            "Copy",
            &["Copy e-mail address of ", &row.name].concat(),
            email.clone(),
        )
    });
    el("li")
        .key(id.to_string())
        .test_id("recent-item")
        .child(
            el("button")
                .set("type", "button")
                .class("open")
                .on("click", move |_| {
                    session.update(|model| model.local.opened = Some(id));
                })
                .child(el("span").class("name").page_text(&row.name))
                .children(row.company.as_ref().map(|company| {
                    el("span")
                        .key("about".to_owned())
                        .class("about")
                        .page_text(company)
                }))
                .child(
                    el("span")
                        .key("outcome".to_owned())
                        .class("outcome")
                        .set("data-tone", row.tone.name())
                        .text(row.email.as_deref().unwrap_or(row.state)),
                ),
        )
        .child(el("span").class("when").text(&row.when))
        .children(copy)
}
