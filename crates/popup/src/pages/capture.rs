//! A lead, its Capture button and its result.

use leptos::prelude::*;
use lode_core::protocol::UiMessage;

use super::parts::{button, copy_button, paragraphs};
use crate::session::Session;
use crate::view::Tone;
use crate::view::capture::{CaptureAction, CaptureView, EmailBlock, Step};
use crate::view::leads::LeadView;
use crate::view::popup::{CaptureButton, One};

/// One lead with its capture.
pub(crate) fn one(session: Session, one: One) -> AnyView {
    view! {
        {one.opened.then(|| back(session))}
        {lead(one.lead)}
        {one.capture.map(|capture| result(session, capture))}
        {one.button.map(|button| capture_button(session, button))}
    }
    .into_any()
}

fn back(session: Session) -> AnyView {
    view! {
        <button
            type="button"
            class="quiet back"
            data-testid="back"
            on:click=move |_| session.local.update(|local| local.opened = None)
        >
            "← Back to the page"
        </button>
    }
    .into_any()
}

fn lead(lead: LeadView) -> AnyView {
    let name = match lead.profile_url {
        Some(url) => view! {
            <a href=url target="_blank" rel="noreferrer" dir="auto" data-testid="lead-name">
                {lead.name}
            </a>
        }
        .into_any(),
        None => view! { <span dir="auto" data-testid="lead-name">{lead.name}</span> }.into_any(),
    };
    view! {
        <div class="lead">
            <h2>{name}</h2>
            {line("title", "lead-title", lead.title)}
            {line("company", "lead-company", lead.company)}
            {line("place", "lead-location", lead.location)}
        </div>
    }
    .into_any()
}

fn line(class: &'static str, test_id: &'static str, text: Option<String>) -> AnyView {
    text.map(|text| view! { <p class=class dir="auto" data-testid=test_id>{text}</p> })
        .into_any()
}

/// The Capture button with its price.
pub(crate) fn capture_button(session: Session, shown: CaptureButton) -> AnyView {
    view! {
        <div class="act">
            <button
                type="button"
                class=if shown.primary { "primary" } else { "" }
                data-testid="capture"
                data-focus=shown.primary.then_some("")
                aria-describedby="price"
                aria-disabled=move || session.busy.get().then_some("true")
                on:click=move |_| session.capture(true)
            >
                {shown.label}
            </button>
            <div id="price">{paragraphs("hint", shown.hints)}</div>
        </div>
    }
    .into_any()
}

fn result(session: Session, capture: CaptureView) -> AnyView {
    let busy = (capture.tone == Tone::Busy).then_some("true");
    let id = capture.operation_id;
    let action = match capture.action {
        CaptureAction::None => None,
        CaptureAction::Resume(label) => Some(button(
            session,
            "primary",
            "resume",
            label.to_owned(),
            move || session.act(UiMessage::Resume { operation_id: id }, |_| {}),
        )),
        CaptureAction::Domain => Some(domain_form(session, id)),
    };
    view! {
        <section class="result" data-tone=capture.tone.name() aria-busy=busy>
            <h3 tabindex="-1" data-focus="">{capture.title}</h3>
            {capture.email.map(|email| address(session, email))}
            {paragraphs("text", capture.text)}
            {capture.steps.map(steps)}
            {action}
            {capture
                .receipt
                .map(|line| view! { <p class="receipt" data-testid="receipt">{line}</p> })}
            {(!capture.copy.is_empty())
                .then(|| {
                    view! {
                        <div class="copies" role="group" aria-label="Copy">
                            <span aria-hidden="true">"Copy"</span>
                            {capture
                                .copy
                                .into_iter()
                                .map(|item| {
                                    copy_button(
                                        session,
                                        item.what.to_owned(),
                                        match item.what {
                                            "name" => "copy-name",
                                            "link" => "copy-link",
                                            _ => "copy-lead",
                                        },
                                        item.label,
                                        ["Copy ", &item.label.to_lowercase()].concat(),
                                        item.value,
                                    )
                                })
                                .collect_view()}
                        </div>
                    }
                })}
        </section>
    }
    .into_any()
}

fn address(session: Session, email: EmailBlock) -> AnyView {
    let score = email.score.to_string();
    view! {
        <div class="address">
            <p class="email" dir="ltr" data-testid="email">{email.address.clone()}</p>
            {copy_button(
                session,
                "email".to_owned(),
                "copy-email",
                "Copy",
                "Copy e-mail address".to_owned(),
                email.address,
            )}
        </div>
        <div class="proof">
            <span class="badge" data-testid="verdict" data-tone=email.tone.name()>
                {email.verdict}
            </span>
            <meter min="0" max="100" value=score.clone() aria-hidden="true"></meter>
            <span class="score">
                <span class="sr">"Confidence "</span>
                <span data-testid="confidence">{[&score, " %"].concat()}</span>
            </span>
        </div>
        <ul class="reasons" data-testid="reasons" aria-label="Why">
            {email.reasons.into_iter().map(|reason| view! { <li>{reason}</li> }).collect_view()}
        </ul>
    }
    .into_any()
}

fn steps(steps: [Step; 3]) -> AnyView {
    view! {
        <ol class="steps" data-testid="steps">
            {steps
                .into_iter()
                .map(|step| {
                    let stage = step.stage.name();
                    view! {
                        <li data-stage=stage aria-current=(stage == "now").then_some("step")>
                            {step.text}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
    }
    .into_any()
}

/// The form for the company's domain. What is typed lives in the session, so that a change
/// of state cannot lose it.
fn domain_form(session: Session, operation_id: uuid::Uuid) -> AnyView {
    let typed = session
        .domain
        .with_untracked(|(of, text)| (*of == operation_id).then(|| text.clone()))
        .unwrap_or_default();
    view! {
        <form
            class="domain"
            on:submit=move |event| {
                event.prevent_default();
                let domain = session.domain.with_untracked(|(_, text)| text.trim().to_owned());
                session.act(UiMessage::SetDomain { operation_id, domain }, |_| {});
            }
        >
            <label for="domain">"Company website"</label>
            <div class="row">
                <input
                    id="domain"
                    data-testid="domain-input"
                    type="text"
                    inputmode="url"
                    autocomplete="off"
                    autocapitalize="off"
                    spellcheck="false"
                    placeholder="example.com"
                    required
                    prop:value=typed
                    on:input=move |event| {
                        session.domain.set((operation_id, event_target_value(&event)));
                    }
                />
                <button
                    type="submit"
                    class="primary"
                    data-testid="domain-send"
                    aria-disabled=move || session.busy.get().then_some("true")
                >
                    "Search"
                </button>
            </div>
        </form>
    }
    .into_any()
}
