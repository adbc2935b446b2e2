//! The options page.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lode_core::protocol::{Settings, UiMessage};

use super::parts::{button, problem};
use crate::browser;
use crate::session::Session;
use crate::view::options::{PairingView, SERVER_EXAMPLE, pairing, permission_pattern, with_scheme};

/// What is typed on the page; it outlives every change of state.
#[derive(Clone, Copy)]
struct Form {
    server: RwSignal<String>,
    code: RwSignal<String>,
    device: RwSignal<String>,
    /// Whether Unpair was clicked once.
    confirm: RwSignal<bool>,
}

/// The whole page.
pub(crate) fn page(session: Session) -> AnyView {
    let form = Form {
        server: RwSignal::new(SERVER_EXAMPLE.to_owned()),
        code: RwSignal::new(String::new()),
        device: RwSignal::new(
            browser::platform()
                .map_or_else(|| "Chrome".to_owned(), |os| ["Chrome on ", &os].concat()),
        ),
        confirm: RwSignal::new(false),
    };
    let shown = Memo::new(move |_| session.state.with(|state| state.as_ref().map(pairing)));
    let show_button = move || {
        session
            .state
            .with(|state| state.as_ref().is_none_or(|s| s.settings.show_button))
    };
    view! {
        <header>
            <img src="../icons/icon.svg" alt="" width="32" height="32" />
            <h1>"Lode options"</h1>
        </header>
        <main>
            <section aria-labelledby="pairing">
                <h2 id="pairing">"Your server"</h2>
                {move || shown.get().map(|view| server(session, form, view))}
                {problem(session)}
            </section>
            <section aria-labelledby="settings">
                <h2 id="settings">"On pages"</h2>
                <label class="check">
                    <input
                        type="checkbox"
                        data-testid="show-button-setting"
                        prop:checked=show_button
                        on:change=move |event| {
                            let settings = Settings {
                                show_button: event_target_checked(&event),
                            };
                            session.act(UiMessage::SetSettings { settings }, |_| {});
                        }
                    />
                    "Show the capture button on pages that Lode can read"
                </label>
                <p class="hint">
                    "Without it, captures are taken in Lode's own window, from the toolbar."
                </p>
            </section>
            {privacy()}
        </main>
    }
    .into_any()
}

fn server(session: Session, form: Form, shown: PairingView) -> AnyView {
    let body = if shown.form {
        pairing_form(session, form)
    } else {
        paired(session, form, shown.unsent)
    };
    view! {
        <p class="status" role="status" data-testid="pair-status" data-state=shown.state>
            {shown.status}
        </p>
        <dl>
            {shown
                .facts
                .into_iter()
                .map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> })
                .collect_view()}
        </dl>
        {body}
    }
    .into_any()
}

fn pairing_form(session: Session, form: Form) -> AnyView {
    view! {
        <form
            class="pair"
            on:submit=move |event| {
                event.prevent_default();
                pair(session, form);
            }
        >
            {field("Server address", "server-input", "url", "The server prints it when it starts.", form.server)}
            {field("One-time code", "code-input", "text", "Printed by the server too. It works once.", form.code)}
            {field(
                "Name of this device",
                "device-input",
                "text",
                "Shown in the server's list of devices, from which it can be revoked.",
                form.device,
            )}
            <button
                type="submit"
                class="primary"
                data-testid="pair"
                aria-disabled=move || session.busy.get().then_some("true")
            >
                {move || if session.busy.get() { "Pairing…" } else { "Pair" }}
            </button>
        </form>
    }
    .into_any()
}

fn field(
    label: &'static str,
    id: &'static str,
    mode: &'static str,
    hint: &'static str,
    value: RwSignal<String>,
) -> AnyView {
    let hint_id = [id, "-hint"].concat();
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                data-testid=id
                type="text"
                inputmode=mode
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                required
                aria-describedby=hint_id.clone()
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            <p class="hint" id=hint_id>{hint}</p>
        </div>
    }
    .into_any()
}

/// Asks the browser for the server's origin, then the worker to pair. The question comes
/// first, within the click: afterwards the browser would not show it.
fn pair(session: Session, form: Form) {
    if session.busy.get_untracked() {
        return;
    }
    session.problem.set(None);
    let server = with_scheme(&form.server.get_untracked());
    let pattern = match browser::address_parts(&server) {
        Some((protocol, host)) => permission_pattern(&protocol, &host),
        None => permission_pattern("", ""),
    };
    let pattern = match pattern {
        Ok(pattern) => pattern,
        Err(message) => return session.fail("bad_address", message),
    };
    let granted = browser::ask_permission(&pattern);
    spawn_local(async move {
        if !granted.await {
            return session.fail(
                "permission",
                "Lode may not speak to that server: the browser's question was declined. Pair \
                 again and allow it.",
            );
        }
        let message = UiMessage::Pair {
            server,
            code: form.code.get_untracked().trim().to_owned(),
            device_name: form.device.get_untracked().trim().to_owned(),
        };
        session.act(message, move |worked| {
            if worked {
                form.code.set(String::new());
                form.confirm.set(false);
            }
        });
    });
}

fn paired(session: Session, form: Form, unsent: u32) -> AnyView {
    let warning = (unsent > 0).then(|| {
        [
            " ",
            &unsent.to_string(),
            if unsent == 1 {
                " capture has not reached it yet."
            } else {
                " captures have not reached it yet."
            },
        ]
        .concat()
    });
    (move || {
        if form.confirm.get() {
            view! {
                <div class="notice" data-tone="warn" role="group" aria-labelledby="sure">
                    <p id="sure">
                        "Unpair this browser? Its access is revoked. What the server holds stays there."
                        {warning.clone()}
                    </p>
                    {button(session, "danger", "unpair-confirm", "Unpair".to_owned(), move || {
                        session.act(UiMessage::Unpair, move |_| form.confirm.set(false));
                    })}
                    {button(session, "", "unpair-cancel", "Keep".to_owned(), move || {
                        form.confirm.set(false);
                    })}
                </div>
            }
            .into_any()
        } else {
            button(session, "", "unpair", "Unpair this browser…".to_owned(), move || {
                form.confirm.set(true);
            })
        }
    })
    .into_any()
}

fn privacy() -> AnyView {
    view! {
        <section aria-labelledby="privacy">
            <h2 id="privacy">"What Lode captures, and what it never does"</h2>
            <ul class="prose">
                <li>
                    "Only when you click, and only the page you are looking at: name, title, company, place, industry, the profile's and the company's address, and where on the page each was read."
                </li>
                <li>
                    "It goes to your own server, at the address above. To find an e-mail, that server asks the mail servers and look-up services that its operator has set up."
                </li>
                <li>
                    "Never: your cookies or passwords, messages, contacts, pages you only visit, or anything in the background. Lode does not scroll, click or open pages for you."
                </li>
                <li>
                    "A person you capture has rights over what is stored. Your server can export and delete it."
                </li>
                <li>
                    "LinkedIn's terms forbid extensions that read its pages, and it may restrict members who use them. That risk is yours to weigh."
                </li>
            </ul>
        </section>
    }
    .into_any()
}
