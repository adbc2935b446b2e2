//! A lead, its Capture button and its result.

use leptos::prelude::event_target_value;
use lode_core::protocol::UiMessage;
use uuid::Uuid;

use super::parts::{Page, button, copy_button, paragraphs, receipt};
use super::unlock::unlock;
use crate::node::{Element, el};
use crate::view::Tone;
use crate::view::capture::{CaptureAction, CaptureView, EmailBlock, Stage, Step};
use crate::view::copy::CopyItem;
use crate::view::leads::LeadView;
use crate::view::popup::{CaptureButton, One};

/// One lead with its capture.
pub(crate) fn one(page: Page<'_>, one: One) -> Vec<Element> {
    let mut parts = Vec::new();
    if one.opened {
        parts.push(button(
            page,
            "quiet back",
            "back",
            "← Back to the page",
            |session| session.update(|model| model.local.opened = None),
        ));
    }
    parts.push(lead(&one.lead));
    parts.extend(one.capture.map(|capture| result(page, capture)));
    parts.extend(one.unlock.map(|shown| unlock(page, shown)));
    parts.extend(one.button.map(|shown| capture_button(page, &shown)));
    parts
}

fn lead(lead: &LeadView) -> Element {
    let name = match &lead.profile_url {
        Some(url) => el("a")
            .set("href", url)
            .set("target", "_blank")
            .set("rel", "noreferrer"),
        None => el("span"),
    };
    let line = |class: &'static str, test_id: &'static str, text: &Option<String>| {
        text.as_ref().map(|text| {
            el("p")
                .key(class.to_owned())
                .class(class)
                .test_id(test_id)
                .page_text(text)
        })
    };
    el("div")
        .class("lead")
        .child(el("h2").child(name.test_id("lead-name").page_text(&lead.name)))
        .children(line("title", "lead-title", &lead.title))
        .children(line("company", "lead-company", &lead.company))
        .children(line("place", "lead-location", &lead.location))
}

/// The Capture button with its price.
pub(crate) fn capture_button(page: Page<'_>, shown: &CaptureButton) -> Element {
    let class = if shown.primary { "primary" } else { "" };
    let mut capture = button(page, class, "capture", &shown.label, |session| {
        session.capture(true);
    })
    .set("aria-describedby", "price");
    if shown.primary {
        capture = capture.takes_focus();
    }
    el("div").class("act").child(capture).child(
        el("div")
            .set("id", "price")
            .children(shown.shortage.as_ref().map(|text| {
                el("p")
                    .key("shortage".to_owned())
                    .class("hint")
                    .test_id("shortage")
                    .set("data-tone", "warn")
                    .text(text)
            }))
            .children(paragraphs("hint", &shown.hints)),
    )
}

fn result(page: Page<'_>, capture: CaptureView) -> Element {
    let operation_id = capture.operation_id;
    let action = match capture.action {
        CaptureAction::None => None,
        CaptureAction::Resume(label) => {
            Some(button(page, "primary", "resume", label, move |session| {
                session.act(UiMessage::Resume { operation_id })
            }))
        }
        CaptureAction::Domain => Some(domain_form(page, operation_id)),
    };
    el("section")
        .class("result")
        .set("data-tone", capture.tone.name())
        .set_if(capture.tone == Tone::Busy, "aria-busy", "true")
        .child(
            el("h3")
                .set("tabindex", "-1")
                // A form takes it itself.
                .set_if(capture.action != CaptureAction::Domain, "data-focus", "")
                .text(capture.title),
        )
        .children(capture.email.iter().flat_map(|email| address(page, email)))
        .children(paragraphs("text", &capture.text))
        .children(capture.steps.as_ref().map(steps))
        .children(action)
        .children(
            capture
                .receipt
                .as_ref()
                .map(|line| receipt("receipt", line, operation_id)),
        )
        .children((!capture.copy.is_empty()).then(|| copies(page, capture.copy)))
}

fn copies(page: Page<'_>, items: Vec<CopyItem>) -> Element {
    el("div")
        .key("copies".to_owned())
        .class("copies")
        .set("role", "group")
        .set("aria-label", "Copy")
        .child(el("span").set("aria-hidden", "true").text("Copy"))
        .children(items.into_iter().map(|item| {
            copy_button(
                page,
                item.test_id.to_owned(),
                item.test_id,
                item.label,
                item.spoken,
                item.value,
            )
        }))
}

fn address(page: Page<'_>, email: &EmailBlock) -> [Element; 3] {
    let score = email.score.to_string();
    let proof = el("div")
        .key("proof".to_owned())
        .class("proof")
        .child(
            el("span")
                .class("badge")
                .test_id("verdict")
                .set("data-tone", email.tone.name())
                .text(email.verdict),
        )
        .child(
            el("meter")
                .set("min", "0")
                .set("max", "100")
                .set("value", &score)
                .set("aria-hidden", "true"),
        )
        .child(
            el("span")
                .class("score")
                .child(el("span").class("sr").text("Confidence "))
                .child(
                    el("span")
                        .key("score".to_owned())
                        .test_id("confidence")
                        .text(&[&score, " %"].concat()),
                ),
        );
    [
        el("div")
            .key("address".to_owned())
            .class("address")
            .child(
                el("p")
                    .class("email")
                    .set("dir", "ltr")
                    .test_id("email")
                    .children(halves(&email.address)),
            )
            .child(copy_button(
                page,
                "email".to_owned(),
                "copy-email",
                "Copy",
                "Copy e-mail address",
                email.address.clone(),
            )),
        proof,
        el("ul")
            .class("reasons")
            .test_id("reasons")
            .set("aria-label", "Why")
            .children(email.reasons.iter().map(|reason| el("li").text(reason))),
    ]
}

/// An address as two pieces, between which the line may break.
fn halves(address: &str) -> [Element; 2] {
    let (local, domain) = match address.rsplit_once('@') {
        Some((local, domain)) => (local, ["@", domain].concat()),
        None => (address, String::new()),
    };
    [
        el("span").text(local),
        el("span").key("domain".to_owned()).text(&domain),
    ]
}

fn steps(steps: &[Step; 3]) -> Element {
    el("ol")
        .class("steps")
        .test_id("steps")
        .children(steps.iter().map(|step| {
            el("li")
                .set("data-stage", step.stage.name())
                .set_if(step.stage == Stage::Now, "aria-current", "step")
                .text(step.text)
        }))
}

/// The form for the company's domain. What is typed lives in the model, so that a change
/// of state cannot lose it.
fn domain_form(page: Page<'_>, operation_id: Uuid) -> Element {
    let session = page.session;
    let (of, typed) = &page.model.typed.domain;
    let typed = if *of == operation_id { typed } else { "" };
    let domain = typed.trim().to_owned();
    el("form")
        .class("domain")
        .on("submit", move |event| {
            event.prevent_default();
            session.act(UiMessage::SetDomain {
                operation_id,
                domain: domain.clone(),
            });
        })
        .child(el("label").set("for", "domain").text("Company website"))
        .child(
            el("div")
                .class("row")
                .child(
                    text_field("domain", "domain-input", "url", typed)
                        .set("placeholder", "example.com")
                        .takes_focus()
                        .on("input", move |event| {
                            let text = event_target_value(&event);
                            session.update(|model| model.typed.domain = (operation_id, text));
                        }),
                )
                .child(submit(page, "domain-send", "Search")),
        )
}

/// A text field without the browser's help, which would meddle with addresses and codes.
pub(crate) fn text_field(
    id: &'static str,
    test_id: &'static str,
    mode: &'static str,
    value: &str,
) -> Element {
    el("input")
        .set("id", id)
        .test_id(test_id)
        .set("type", "text")
        .set("inputmode", mode)
        .set("autocomplete", "off")
        .set("autocapitalize", "off")
        .set("spellcheck", "false")
        .set("required", "")
        .value(value)
}

/// A form's button. The form's own event does the work, also for the Enter key.
pub(crate) fn submit(page: Page<'_>, test_id: &'static str, label: &str) -> Element {
    el("button")
        .set("type", "submit")
        .class("primary")
        .test_id(test_id)
        .set_if(page.model.busy, "aria-disabled", "true")
        .text(label)
}
