//! A lead's mobile numbers.

use lode_core::protocol::UiMessage;

use super::parts::{Page, button, copy_button, paragraphs, receipt};
use crate::node::{Element, el};
use crate::view::Tone;
use crate::view::unlock::{PhoneLine, UNLOCKS, UnlockButton, UnlockView};

/// The numbers, or the button that unlocks them.
pub(crate) fn unlock(page: Page<'_>, shown: UnlockView) -> Element {
    let lead_id = shown.lead_id;
    let section = el("section")
        .key("unlock".to_owned())
        .test_id("unlock")
        .set("data-unlock", shown.state)
        .set("aria-label", "Mobile numbers");
    let act = shown
        .button
        .as_ref()
        .map(|shown| unlock_button(page, lead_id, shown));
    let Some(title) = shown.title else {
        return section.class("unlock").children(act);
    };
    section
        .class("result unlock")
        .set("data-tone", shown.tone.name())
        .set_if(shown.tone == Tone::Busy, "aria-busy", "true")
        .child(el("h3").set("tabindex", "-1").text(title))
        .children((!shown.phones.is_empty()).then(|| {
            el("ul")
                .class("phones")
                .children(shown.phones.iter().map(|line| phone(page, line)))
        }))
        .children(paragraphs("text", &shown.text))
        .children(act)
        .children(
            shown
                .receipt
                .as_ref()
                .zip(shown.operation_id)
                .map(|(line, id)| receipt("unlock-receipt", line, id)),
        )
}

fn phone(page: Page<'_>, line: &PhoneLine) -> Element {
    el("li")
        .key(line.number.clone())
        .child(
            el("span")
                .class("number")
                .set("dir", "ltr")
                .test_id("phone")
                .text(&line.number),
        )
        .child(
            el("span")
                .key("kind".to_owned())
                .class("about")
                .text(&[&line.kind, " · ", &line.provider].concat()),
        )
        .child(copy_button(
            page,
            line.number.clone(),
            "copy-phone",
            "Copy",
            &["Copy number ", &line.number].concat(),
            line.number.clone(),
        ))
}

/// A button that cannot be had stays in reach of the keyboard, with its reason.
fn unlock_button(page: Page<'_>, lead_id: uuid::Uuid, shown: &UnlockButton) -> Element {
    let barred = shown.against.is_some();
    let operation_id = shown.operation_id;
    let click = button(page, "", "unlock-button", &shown.label, move |session| {
        if !barred {
            session.act(UiMessage::Operate {
                call: UNLOCKS.to_owned(),
                lead_id: Some(lead_id),
                operation_id,
            });
        }
    })
    .set_if(barred && !page.model.busy, "aria-disabled", "true")
    .set("aria-describedby", "unlock-note");
    let note = shown.against.as_deref().unwrap_or(if shown.free {
        "It costs nothing."
    } else {
        "Charged only if a number is found."
    });
    el("div").class("act").child(click).child(
        el("p")
            .class("hint")
            .set("id", "unlock-note")
            .test_id("unlock-note")
            .set_if(barred, "data-tone", "warn")
            .text(note),
    )
}
