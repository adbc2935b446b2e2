//! Small parts that both pages are made of.

use leptos::prelude::*;

use crate::session::Session;

/// Paragraphs.
pub(crate) fn paragraphs(class: &'static str, lines: Vec<String>) -> AnyView {
    lines
        .into_iter()
        .map(|line| view! { <p class=class>{line}</p> })
        .collect_view()
        .into_any()
}

/// A button that does `action`, held while another action is on its way.
pub(crate) fn button(
    session: Session,
    class: &'static str,
    test_id: &'static str,
    label: String,
    action: impl Fn() + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            class=class
            data-testid=test_id
            aria-disabled=move || session.busy.get().then_some("true")
            on:click=move |_| {
                if !session.busy.get_untracked() {
                    action();
                }
            }
        >
            {label}
        </button>
    }
    .into_any()
}

/// A Copy button. `key` tells it from the others, `spoken` is its full name.
pub(crate) fn copy_button(
    session: Session,
    key: String,
    test_id: &'static str,
    label: &'static str,
    spoken: String,
    value: String,
) -> AnyView {
    let own = key.clone();
    view! {
        <button
            type="button"
            class="copy"
            data-testid=test_id
            aria-label=spoken
            on:click=move |_| session.copy(key.clone(), value.clone())
        >
            {move || if session.copied.with(|now| *now == own) { "Copied" } else { label }}
        </button>
    }
    .into_any()
}

/// The failure of the last action.
pub(crate) fn problem(session: Session) -> AnyView {
    (move || {
        session.problem.get().map(|problem| {
            view! {
                <div class="notice" role="alert" data-tone="bad" data-testid="problem" data-code=problem.code>
                    <p>{problem.message}</p>
                    <button
                        type="button"
                        class="quiet"
                        on:click=move |_| session.problem.set(None)
                    >
                        "Close"
                    </button>
                </div>
            }
        })
    })
    .into_any()
}
