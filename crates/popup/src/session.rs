//! What a page holds while it is open, and what its buttons do.

use std::collections::BTreeMap;
use std::time::Duration;

use leptos::prelude::{RwSignal, Update, UpdateUntracked, With, WithUntracked};
use leptos::prelude::{set_interval, set_timeout};
use leptos::task::spawn_local;
use lode_core::protocol::{CardState, TabView, UiMessage, UiReply, UiState};
use uuid::Uuid;

use crate::answers::operation::problem;
use crate::answers::providers::troubles;
use crate::answers::receipts::{self, Line};
use crate::answers::standing::Standing;
use crate::answers::text;
use crate::browser;
use crate::view::Known;
use crate::view::auto_unlock::Rule;
use crate::view::opinions;
use crate::view::options::SERVER_EXAMPLE;
use crate::view::popup::{Local, all_or_none, identities, popup};
use crate::view::time::Clock;

/// How long a reply may take before the page says that something is wrong. Reading a large
/// page takes a second, pairing with a slow server some more.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long to wait between two questions for the state, however often it changes.
const REFRESH_PAUSE: Duration = Duration::from_millis(200);

/// How often the worker is asked while something is under way.
const REMINDER: Duration = Duration::from_secs(5);

/// How often the options page asks for the data providers' state: they rest for a minute or more.
const PROVIDERS_EVERY: Duration = Duration::from_secs(30);

/// How long a Copy button says that it worked.
const COPIED_SHOWN: Duration = Duration::from_secs(2);

/// Code of a [`Problem`] that is over as soon as the worker answers.
const NO_ANSWER: &str = "no_answer";

/// An open page. One signal for all of it: the pages are small, and redrawing compares.
#[derive(Clone, Copy)]
pub(crate) struct Session(RwSignal<Model>);

/// Everything that a page is drawn from.
#[derive(Debug)]
pub(crate) struct Model {
    /// The worker's state as last heard.
    pub(crate) state: Option<UiState>,
    /// What the server has said beyond that.
    pub(crate) known: Known,
    /// What the user did that the worker need not know.
    pub(crate) local: Local,
    /// The operation whose receipt the dashboard shows.
    pub(crate) opened: Option<String>,
    /// An action that failed.
    pub(crate) problem: Option<Problem>,
    /// Whether an action is on its way.
    pub(crate) busy: bool,
    /// Address of the report that was made of the page in view.
    pub(crate) report: Option<String>,
    /// Which Copy button was used last.
    pub(crate) copied: Option<String>,
    /// What is typed.
    pub(crate) typed: Typed,
    /// Whether Unpair was clicked once.
    pub(crate) confirm_unpair: bool,
    /// The time.
    pub(crate) clock: Clock,
    /// Whether the data providers are shown.
    shows_providers: bool,
    order: Order,
}

/// What is typed in the pages' fields; it outlives every change of state.
#[derive(Debug)]
pub(crate) struct Typed {
    /// The company's domain, and for which capture.
    pub(crate) domain: (Uuid, String),
    /// Server address.
    pub(crate) server: String,
    /// One-time code.
    pub(crate) code: String,
    /// Name of this device.
    pub(crate) device: String,
    /// The choice on unlocking with each capture, until the server's word on it comes.
    pub(crate) choice: Option<bool>,
    /// The account's rule on unlocking with each capture, once it was touched.
    pub(crate) rule: Option<Rule>,
    /// Which providers are asked for opinions, by what was ticked since the server's last word.
    pub(crate) opinions: BTreeMap<String, bool>,
}

/// A failed action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Stable code.
    pub(crate) code: String,
    /// What happened and what to do.
    pub(crate) message: String,
}

/// The order of questions and replies.
#[derive(Debug, Clone, Copy, Default)]
struct Order {
    /// Questions asked.
    asked: u32,
    /// Actions begun.
    actions: u32,
    /// The latest question whose reply is shown.
    shown: u32,
    /// Whether a `GetState` is on its way, or was just now.
    refreshing: bool,
    /// Whether the state changed since that was asked.
    stale: bool,
}

impl Model {
    /// Whether the worker has something to send, or the server something to end.
    fn is_waiting(&self) -> bool {
        let Some(state) = &self.state else {
            return false;
        };
        let mut cards = state.current.iter().chain(&state.recent);
        state.unsent > 0
            || cards.any(|card| matches!(card.state, CardState::Sent(state) if state.is_open()))
    }

    fn new() -> Self {
        Self {
            state: None,
            known: Known::default(),
            local: Local::default(),
            opened: None,
            problem: None,
            busy: false,
            report: None,
            copied: None,
            typed: Typed {
                domain: (Uuid::nil(), String::new()),
                server: SERVER_EXAMPLE.to_owned(),
                code: String::new(),
                device: match browser::platform() {
                    Some(os) => ["Chrome on ", &os].concat(),
                    None => "Chrome".to_owned(),
                },
                choice: None,
                rule: None,
                opinions: BTreeMap::new(),
            },
            confirm_unpair: false,
            clock: browser::clock(),
            shows_providers: false,
            order: Order::default(),
        }
    }

    /// Changes with the screen that is shown, not with its details.
    pub(crate) fn screen(&self) -> (&'static str, Option<Uuid>, bool, Option<String>) {
        let state = self.state.as_ref().map_or("starting", |state| {
            popup(state, &self.known, &self.local, &self.clock)
                .body
                .state()
        });
        (
            state,
            self.local.opened,
            self.confirm_unpair,
            self.opened.clone(),
        )
    }

    /// Ticks every row, or, where all are ticked, none.
    pub(crate) fn choose_all_or_none(&mut self) {
        if let Some(UiState {
            tab: TabView::Ready { leads, .. },
            ..
        }) = &self.state
        {
            self.local.toggled = all_or_none(leads, &self.local);
        }
    }

    fn fail(&mut self, code: &str, message: &str) {
        self.problem = Some(Problem {
            code: code.to_owned(),
            message: message.to_owned(),
        });
    }

    fn next_question(&mut self) -> u32 {
        self.order.asked = self.order.asked.wrapping_add(1);
        self.order.asked
    }

    /// Takes the state; whether what was loaded beside it has to be loaded again for it.
    fn show(&mut self, state: UiState) -> bool {
        // Ticks belong to rows by their number: with other rows they mean nothing.
        if self
            .state
            .as_ref()
            .is_some_and(|old| names(old) != names(&state))
        {
            self.local.toggled.clear();
            self.report = None;
        }
        let before = self.state.as_ref().and_then(|old| old.standing.as_ref());
        let changed = before != state.standing.as_ref();
        if changed {
            self.typed.choice = None;
            self.known.standing = state.standing.as_deref().and_then(Standing::read);
        }
        self.clock = browser::clock();
        self.state = Some(state);
        changed
    }
}

impl Session {
    /// Begins a session: asks for the state, and again whenever it changes.
    pub(crate) fn begin() -> Self {
        let session = Self(RwSignal::new(Model::new()));
        browser::on_state_changed(move || session.refresh());
        set_interval(
            move || session.update(|model| model.clock = browser::clock()),
            Duration::from_secs(1),
        );
        // The browser may stop the worker at any time, and asking starts it again: who looks on
        // need not wait for the worker's alarm.
        set_interval(
            move || {
                if session.0.with_untracked(Model::is_waiting) {
                    session.refresh();
                }
            },
            REMINDER,
        );
        session.refresh();
        session
    }

    /// Draws from the model, again after each change.
    pub(crate) fn draw<T>(self, draw: impl FnOnce(&Model) -> T) -> T {
        self.0.with(draw)
    }

    /// Changes the model.
    pub(crate) fn update(self, change: impl FnOnce(&mut Model)) {
        self.0.update(change);
    }

    /// Asks for the state, unless that is being done; then once more after it.
    pub(crate) fn refresh(self) {
        let mut under_way = false;
        self.0.update_untracked(|model| {
            under_way = model.order.refreshing;
            model.order.refreshing = true;
            model.order.stale = under_way;
        });
        if under_way {
            return;
        }
        spawn_local(async move {
            self.ask(&UiMessage::GetState).await;
            set_timeout(
                move || {
                    let mut again = false;
                    self.0.update_untracked(|model| {
                        model.order.refreshing = false;
                        again = std::mem::take(&mut model.order.stale);
                    });
                    if again {
                        self.refresh();
                    }
                },
                REFRESH_PAUSE,
            );
        });
    }

    /// Begins the dashboard: loads its lists, again whenever the credit changes, and the receipt
    /// that the address names.
    pub(crate) fn begin_dashboard(self) {
        let open = move || {
            self.update(|model| {
                model.opened = browser::fragment();
                model.known.failed = None;
            });
            self.load_receipt();
        };
        browser::on_fragment(open);
        open();
        self.load();
    }

    /// Begins the options page: loads the data providers, and what keeps them from being asked
    /// again and again.
    pub(crate) fn begin_options(self) {
        self.0
            .update_untracked(|model| model.shows_providers = true);
        self.load_providers();
        set_interval(move || self.load_providers(), PROVIDERS_EVERY);
    }

    fn load_providers(self) {
        self.server("providers".to_owned(), None, |session, body| {
            session.update(|model| {
                model.known.troubles = troubles(body);
                model.known.opinions = opinions::read(body);
            });
        });
    }

    /// Loads again what the page has loaded.
    fn load_again(self) {
        let (lists, providers) = self.0.with_untracked(|model| {
            let known = &model.known;
            let lists = known.lines.is_some() || known.failed.is_some();
            let providers = model.shows_providers && known.standing.is_some();
            (lists && !model.shows_providers, providers)
        });
        if lists {
            self.load();
        }
        if providers {
            self.load_providers();
        }
    }

    /// Loads the newest operations and the members.
    pub(crate) fn load(self) {
        self.update(|model| model.known.failed = None);
        self.server("receipts?limit=25".to_owned(), None, |session, body| {
            let Some((mut lines, next)) = receipts::page(body) else {
                return;
            };
            session.update(|model| {
                // What was loaded before stays, where it goes on from what is new.
                let old = model.known.lines.take().unwrap_or_default();
                let last = lines.last().map(|line| line.operation_id.clone());
                let from = old
                    .iter()
                    .position(|line| Some(&line.operation_id) == last.as_ref());
                let older: Vec<_> = old
                    .into_iter()
                    .skip(from.map_or(usize::MAX, |at| at + 1))
                    .collect();
                if older.is_empty() {
                    model.known.next = next;
                }
                lines.extend(older);
                model.known.lines = Some(lines);
            });
            // The list tells whether the operation that is looked at has ended by now.
            session.load_receipt();
        });
        self.server("members".to_owned(), None, |session, body| {
            session.update(|model| model.known.members = receipts::members(body));
        });
    }

    /// Loads operations older than those that are there.
    pub(crate) fn older(self) {
        let next = self.0.with_untracked(|model| model.known.next.clone());
        if let Some(next) = next {
            let path = ["receipts?limit=25&before=", &next].concat();
            self.server(path, None, |session, body| {
                let Some((mut older, next)) = receipts::page(body) else {
                    return;
                };
                session.update(|model| {
                    // Clicked twice, the same page comes twice.
                    older.retain(|line| model.known.line(&line.operation_id).is_none());
                    model.known.lines.get_or_insert_default().extend(older);
                    model.known.next = next;
                });
            });
        }
    }

    fn load_receipt(self) {
        let id = self.0.with_untracked(|model| {
            let id = model.opened.clone();
            // There is none before the operation has ended.
            let line = model.known.line(id.as_deref()?);
            id.filter(|_| line.is_none_or(Line::is_settled))
        });
        if let Some(id) = id.and_then(|id| Uuid::try_parse(&id).ok()) {
            let path = ["receipts/", &id.to_string()].concat();
            self.server(path, None, |session, body| {
                if let Ok(receipt) = serde_json::from_str::<serde_json::Value>(body) {
                    let id = text(&receipt, "operation_id");
                    session.update(|model| model.known.receipt = Some((id, receipt)));
                }
            });
        }
    }

    /// Asks the server something, or changes a setting there, through the worker.
    pub(crate) fn server(
        self,
        path: String,
        change: Option<(&'static str, String)>,
        then: fn(Self, &str),
    ) {
        let (method, body) = match change {
            Some((method, body)) => (method, Some(body)),
            None => ("GET", None),
        };
        let setting = body.is_some();
        let message = UiMessage::Call {
            method: method.to_owned(),
            path,
            body,
        };
        spawn_local(async move {
            let reply = browser::ask(&message).await;
            let why = match reply {
                Ok(UiReply::Answer {
                    status: 200..=299,
                    body,
                }) => {
                    then(self, &body);
                    None
                }
                Ok(UiReply::Answer { body, .. }) => Some(problem(&body).detail),
                Ok(UiReply::Error { message, .. }) => Some(message),
                Ok(_) => None,
                Err(message) => Some(message.to_owned()),
            };
            if let Some(why) = why {
                self.update(|model| {
                    if setting {
                        model.typed.choice = None;
                        model.typed.opinions.clear();
                        model.fail("setting", &why);
                    } else {
                        model.known.failed = Some(why);
                    }
                });
            }
            if setting {
                self.refresh();
            }
        });
    }

    /// Reads the tab in view. Not an action of the user's: nothing is held up meanwhile.
    pub(crate) fn preview(self) {
        spawn_local(async move {
            self.ask(&UiMessage::Preview).await;
        });
    }

    /// Sends what a button asks for, one at a time; a setting at once, since the last one
    /// counts and none may be lost.
    pub(crate) fn act(self, message: UiMessage) {
        let setting = matches!(message, UiMessage::SetSettings { .. });
        if !setting && self.0.with_untracked(|model| model.busy) {
            return;
        }
        let mut action = 0;
        self.update(|model| {
            model.busy = true;
            model.problem = None;
            model.order.actions = model.order.actions.wrapping_add(1);
            action = model.order.actions;
        });
        set_timeout(
            move || {
                self.update(|model| {
                    if model.busy && model.order.actions == action {
                        model.busy = false;
                        model.fail("slow", "This takes unusually long. You may try again.");
                    }
                });
            },
            PATIENCE,
        );
        spawn_local(async move {
            let worked = self.ask(&message).await;
            self.update(|model| {
                // One that took too long no longer holds anything up.
                if model.order.actions == action {
                    model.busy = false;
                }
                if worked {
                    match message {
                        UiMessage::Capture { .. } => model.local.toggled.clear(),
                        UiMessage::Pair { .. } => model.typed.code.clear(),
                        _ => {}
                    }
                    model.confirm_unpair = false;
                }
            });
        });
    }

    /// Captures all leads that are shown, or the ticked ones.
    pub(crate) fn capture(self, all: bool) {
        let leads = self.0.with_untracked(|model| match &model.state {
            Some(UiState {
                tab: TabView::Ready { leads, .. },
                ..
            }) => identities(leads, (!all).then_some(&model.local)),
            _ => Vec::new(),
        });
        self.act(UiMessage::Capture { leads });
    }

    /// Copies `text`; `key` names the button, which says so for a moment.
    pub(crate) fn copy(self, key: &str, text: &str) {
        let (key, text) = (key.to_owned(), text.to_owned());
        spawn_local(async move {
            if !browser::copy(&text).await {
                self.fail(
                    "copy",
                    "The browser did not let Lode copy. Select the text and copy it by hand.",
                );
                return;
            }
            self.update(|model| model.copied = Some(key.clone()));
            set_timeout(
                move || {
                    self.update(|model| {
                        if model.copied.as_ref() == Some(&key) {
                            model.copied = None;
                        }
                    });
                },
                COPIED_SHOWN,
            );
        });
    }

    /// Asks the browser for a server's origin, then the worker to pair. Has to be called
    /// while the click is handled: afterwards the browser would not show its question.
    pub(crate) fn pair(self, server: String, pattern: &str) {
        if self.0.with_untracked(|model| model.busy) {
            return;
        }
        self.update(|model| model.problem = None);
        let granted = browser::ask_permission(pattern);
        spawn_local(async move {
            if granted.await {
                let (code, device_name) = self.0.with_untracked(|model| {
                    (
                        model.typed.code.trim().to_owned(),
                        model.typed.device.trim().to_owned(),
                    )
                });
                self.act(UiMessage::Pair {
                    server,
                    code,
                    device_name,
                });
            } else {
                self.fail(
                    "permission",
                    "Lode may not speak to that server: the browser's question was declined. \
                     Pair again and allow it.",
                );
            }
        });
    }

    /// Shows a failure of this page's own.
    pub(crate) fn fail(self, code: &str, message: &str) {
        self.update(|model| model.fail(code, message));
    }

    /// Asks the worker and shows its reply, unless that of a later question is shown
    /// already. Whether it was done.
    async fn ask(self, message: &UiMessage) -> bool {
        let mut asked = 0;
        self.0
            .update_untracked(|model| asked = model.next_question());
        let reply = browser::ask(message).await;
        let mut done = false;
        let mut late = false;
        let mut load = false;
        self.update(|model| match reply {
            Ok(UiReply::State { state }) => {
                done = true;
                late = asked < model.order.shown;
                if model
                    .problem
                    .as_ref()
                    .is_some_and(|problem| problem.code == NO_ANSWER)
                {
                    model.problem = None;
                }
                if !late {
                    model.order.shown = asked;
                    load = model.show(*state);
                }
            }
            Ok(UiReply::Report { text }) => {
                done = true;
                model.report = browser::text_file(&text);
            }
            // To questions that are asked elsewhere.
            Ok(UiReply::Answer { .. }) => {}
            Ok(UiReply::Error { code, message }) => model.fail(&code, &message),
            Err(message) => model.fail(NO_ANSWER, message),
        });
        if late {
            self.refresh();
        }
        if load {
            self.load_again();
        }
        done
    }
}

/// What tells the rows of the page in view from those of another.
fn names(state: &UiState) -> Vec<(Option<&str>, Option<&str>)> {
    match &state.tab {
        TabView::Ready { leads, .. } => leads
            .iter()
            .map(|row| {
                (
                    row.lead.profile_url.as_deref(),
                    row.lead.full_name.as_deref(),
                )
            })
            .collect(),
        _ => Vec::new(),
    }
}
