//! Lists: several leads on a page, and recent captures.

use leptos::prelude::*;

use super::capture::capture_button;
use super::parts::{button, copy_button};
use crate::session::Session;
use crate::view::popup::{Many, ManyRow};
use crate::view::recent::RecentRow;

/// Several leads with their boxes.
pub(crate) fn many(session: Session, many: Many) -> AnyView {
    let some = (many.chosen > 0 && !many.all.primary).then(|| {
        button(session, "primary", "capture-chosen", many.some, move || {
            session.capture(false)
        })
    });
    view! {
        <h2 id="leads" tabindex="-1" data-focus="">{many.heading}</h2>
        <ul class="rows" aria-labelledby="leads">
            {(0..).zip(many.rows).map(|(i, shown)| row(session, i, shown)).collect_view()}
        </ul>
        {some}
        {capture_button(session, many.all)}
    }
    .into_any()
}

fn row(session: Session, index: u32, shown: ManyRow) -> AnyView {
    let about = match (shown.lead.title, shown.lead.company) {
        (Some(title), Some(company)) => [&title, " · ", &company].concat(),
        (title, company) => title.or(company).unwrap_or_default(),
    };
    view! {
        <li data-testid="lead-row">
            <label>
                <input
                    type="checkbox"
                    prop:checked=shown.chosen
                    on:change=move |_| {
                        session
                            .local
                            .update(|local| {
                                if !local.toggled.remove(&index) {
                                    local.toggled.insert(index);
                                }
                            });
                    }
                />
                <span class="who">
                    <span class="name" dir="auto" data-testid="lead-name">{shown.lead.name}</span>
                    <span class="about" dir="auto">{about}</span>
                </span>
            </label>
            {shown
                .status
                .map(|(text, tone)| {
                    view! {
                        <span class="badge" data-tone=tone.name() data-testid="row-status">
                            {text}
                        </span>
                    }
                })}
        </li>
    }
    .into_any()
}

/// Recent captures.
pub(crate) fn recent(session: Session, rows: Vec<RecentRow>) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section class="recent" aria-labelledby="recent">
            <h2 id="recent">"Recent captures"</h2>
            <ul>{rows.into_iter().map(|row| recent_row(session, row)).collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn recent_row(session: Session, row: RecentRow) -> AnyView {
    let id = row.operation_id;
    let spoken = ["Copy e-mail address of ", &row.name].concat();
    let copy = row.email.clone().map(|email| {
        copy_button(
            session,
            id.to_string(),
            "copy-recent",
            "Copy",
            spoken,
            email,
        )
    });
    view! {
        <li data-testid="recent-item">
            <button
                type="button"
                class="open"
                on:click=move |_| session.local.update(|local| local.opened = Some(id))
            >
                <span class="name" dir="auto">{row.name}</span>
                <span class="about" dir="auto">{row.company}</span>
                <span class="outcome" data-tone=row.tone.name()>
                    {row.email.unwrap_or_else(|| row.state.to_owned())}
                </span>
            </button>
            <span class="when">{row.when}</span>
            {copy}
        </li>
    }
    .into_any()
}
