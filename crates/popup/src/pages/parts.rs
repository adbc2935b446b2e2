//! Small parts that both pages are made of.

use uuid::Uuid;

use crate::node::{Element, el};
use crate::session::{Model, Problem, Session};

/// What every part needs: the session for its buttons, the model for their looks.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    /// Where actions go.
    pub(crate) session: Session,
    /// What is drawn.
    pub(crate) model: &'a Model,
}

/// A button. It does nothing while an action is on its way, and keeps its focus.
pub(crate) fn button(
    page: Page<'_>,
    class: &'static str,
    test_id: &'static str,
    label: &str,
    action: impl Fn(Session) + 'static,
) -> Element {
    let session = page.session;
    let busy = page.model.busy;
    el("button")
        .key(test_id.to_owned())
        .set("type", "button")
        .class(class)
        .test_id(test_id)
        .set_if(busy, "aria-disabled", "true")
        .on("click", move |_| {
            if !busy {
                action(session);
            }
        })
        .text(label)
}

/// A Copy button. `key` tells it from the others, `spoken` is its full name.
pub(crate) fn copy_button(
    page: Page<'_>,
    key: String,
    test_id: &'static str,
    label: &str,
    spoken: &str,
    value: String,
) -> Element {
    let session = page.session;
    let copied = page.model.copied.as_ref() == Some(&key);
    el("button")
        .key(key.clone())
        .set("type", "button")
        .class("copy")
        .test_id(test_id)
        .set("aria-label", if copied { "Copied" } else { spoken })
        .on("click", move |_| session.copy(&key, &value))
        .text(if copied { "Copied" } else { label })
}

/// Paragraphs of one class.
pub(crate) fn paragraphs(class: &'static str, lines: &[String]) -> impl Iterator<Item = Element> {
    lines
        .iter()
        .map(move |line| el("p").class(class).text(line))
}

/// A receipt's one line, and the way to the whole of it.
pub(crate) fn receipt(test_id: &'static str, line: &str, operation_id: Uuid) -> Element {
    el("p")
        .key("receipt".to_owned())
        .class("receipt")
        .child(el("span").test_id(test_id).text(line))
        .text(" ")
        .child(
            el("a")
                .test_id("to-receipt")
                .set(
                    "href",
                    &["dashboard.html#", &operation_id.to_string()].concat(),
                )
                .set("target", "_blank")
                .text("Receipt"),
        )
}

/// The failure of the last action.
pub(crate) fn problem(page: Page<'_>) -> Option<Element> {
    let Problem { code, message } = page.model.problem.as_ref()?;
    Some(
        el("div")
            .key("problem".to_owned())
            .class("notice")
            .set("role", "alert")
            .set("data-tone", "bad")
            .test_id("problem")
            .set("data-code", code)
            .child(el("p").text(message))
            .child(button(page, "quiet", "problem-close", "Close", |session| {
                session.update(|model| model.problem = None);
            })),
    )
}
