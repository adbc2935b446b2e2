//! The popup.

use leptos::prelude::*;
use lode_core::protocol::UiMessage;

use super::capture::one;
use super::list::{many, recent};
use super::parts::{button, problem};
use crate::browser;
use crate::session::Session;
use crate::view::connection::{Banner, BannerAction, ConnectionView};
use crate::view::credits::CreditsView;
use crate::view::popup::{Body, Notice, NoticeAction, PopupView, capture_name, popup};

/// The whole popup.
pub(crate) fn page(session: Session) -> AnyView {
    session.preview();
    browser::on_tab_loaded(move || session.preview());
    let shown = Memo::new(move |_| {
        session.state.with(|state| {
            session.local.with(|local| {
                session
                    .clock
                    .with(|clock| state.as_ref().map(|state| popup(state, local, clock)))
            })
        })
    });
    let part = move |of: fn(&PopupView) -> Part| {
        // A part is drawn anew only when it has changed.
        let memo = Memo::new(move |_| shown.with(|view| view.as_ref().map(of)));
        move || memo.get().map(|part| draw(session, part))
    };
    let states = Memo::new(move |_| {
        shown.with(|view| {
            view.as_ref().map_or(("starting", "", ""), |v| {
                (v.body.state(), v.tab, v.connection.state)
            })
        })
    });
    let capture = move || session.state.with(|s| s.as_ref().and_then(capture_name));
    let announcement = move || shown.with(|v| v.as_ref().map(|v| v.announcement.clone()));
    Effect::new(move |_| {
        states.track();
        session.local.track();
        request_animation_frame(browser::mend_focus);
    });
    view! {
        {part(|view| Part::Head(view.connection, view.credits.clone()))}
        {part(|view| Part::Banner(view.banner.clone()))}
        {problem(session)}
        <main
            data-testid="state"
            data-state=move || states.get().0
            data-tab=move || states.get().1
            data-connection=move || states.get().2
            data-capture=capture
            aria-busy=move || session.busy.get().then_some("true")
        >
            {part(|view| Part::Body(view.body.clone()))}
        </main>
        {part(|view| Part::Recent(view.recent.clone()))}
        <p class="sr" role="status" data-testid="announcement">{announcement}</p>
    }
    .into_any()
}

/// A part of the popup, drawn for itself.
#[derive(Clone, PartialEq)]
enum Part {
    Head(ConnectionView, Option<CreditsView>),
    Banner(Option<Banner>),
    Body(Body),
    Recent(Vec<crate::view::recent::RecentRow>),
}

fn draw(session: Session, part: Part) -> AnyView {
    match part {
        Part::Head(connection, credits) => head(connection, credits),
        Part::Banner(shown) => shown.map(|shown| banner(session, shown)).into_any(),
        Part::Body(Body::Notice(shown)) => notice(session, shown),
        Part::Body(Body::One(shown)) => one(session, *shown),
        Part::Body(Body::Many(shown)) => many(session, shown),
        Part::Recent(rows) => recent(session, rows),
    }
}

fn head(connection: ConnectionView, credits: Option<CreditsView>) -> AnyView {
    view! {
        <header>
            <img src="../icons/icon.svg" alt="" width="24" height="24" />
            <h1>"Lode"</h1>
            <p
                class="connection"
                data-testid="connection"
                data-state=connection.state
                data-tone=connection.tone.name()
            >
                {connection.text}
            </p>
            {credits.map(credits_left)}
            <button
                type="button"
                class="gear"
                aria-label="Options"
                title="Options"
                data-testid="options"
                on:click=move |_| browser::open_options()
            >
                "⚙"
            </button>
        </header>
    }
    .into_any()
}

fn credits_left(credits: CreditsView) -> AnyView {
    let tooltip = credits.reset.clone();
    view! {
        <p class="credits" data-testid="credits" title=tooltip data-short=credits.short.then_some("")>
            <strong>{credits.left}</strong>
            {credits.held.map(|held| view! { <span class="held">{held}</span> })}
            {credits.reset.map(|reset| view! { <span class="sr">{reset}</span> })}
        </p>
    }
    .into_any()
}

fn banner(session: Session, shown: Banner) -> AnyView {
    let action = match shown.action {
        BannerAction::None => None,
        BannerAction::RetryNow => Some(button(
            session,
            "",
            "retry",
            "Retry now".to_owned(),
            move || session.act(UiMessage::RetryNow, |_| {}),
        )),
        BannerAction::Pair => Some(button(
            session,
            "primary",
            "open-options",
            "Pair again".to_owned(),
            browser::open_options,
        )),
    };
    view! {
        <aside class="notice" data-tone="warn" data-testid="banner">
            <h2>{shown.title}</h2>
            <p>{shown.text} " " <span data-testid="next-try">{shown.next_try}</span></p>
            {action}
        </aside>
    }
    .into_any()
}

fn notice(session: Session, shown: Notice) -> AnyView {
    let action = match shown.action {
        NoticeAction::None => None,
        NoticeAction::Pair => Some(button(
            session,
            "primary",
            "open-options",
            "Open the options to pair".to_owned(),
            browser::open_options,
        )),
        NoticeAction::ReadAgain => Some(button(
            session,
            "",
            "read-again",
            "Read the page again".to_owned(),
            move || session.act(UiMessage::Preview, |_| {}),
        )),
        NoticeAction::ReloadTab => Some(button(
            session,
            "primary",
            "reload-tab",
            "Reload the tab".to_owned(),
            browser::reload_tab,
        )),
    };
    view! {
        <div class="empty" aria-busy=shown.busy.then_some("true")>
            <h2 tabindex="-1" data-focus="">{shown.title}</h2>
            <p>{shown.text}</p>
            {action}
        </div>
    }
    .into_any()
}
