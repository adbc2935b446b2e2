//! What a page holds while it is open, and what its buttons do.

use leptos::prelude::*;
use leptos::task::spawn_local;
use lode_core::protocol::{TabView, UiMessage, UiReply, UiState};
use uuid::Uuid;

use crate::browser;
use crate::view::popup::{Local, chosen};
use crate::view::time::Clock;

/// How long a reply may take before the page says that something is wrong. Reading a large
/// page takes a second, pairing with a slow server some more.
const PATIENCE_SECONDS: u64 = 20;

/// The page's state: the worker's, and what only this page knows.
#[derive(Clone, Copy)]
pub(crate) struct Session {
    /// The worker's state as last heard.
    pub(crate) state: RwSignal<Option<UiState>>,
    /// What the user did that the worker need not know.
    pub(crate) local: RwSignal<Local>,
    /// An action that failed.
    pub(crate) problem: RwSignal<Option<Problem>>,
    /// Whether an action is on its way.
    pub(crate) busy: RwSignal<bool>,
    /// Which Copy button was used last.
    pub(crate) copied: RwSignal<String>,
    /// The domain that is being typed, and for which capture.
    pub(crate) domain: RwSignal<(Uuid, String)>,
    /// The time.
    pub(crate) clock: RwSignal<Clock>,
    order: StoredValue<Order>,
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
    /// The latest question whose reply is shown.
    shown: u32,
    /// Whether a `GetState` is on its way.
    refreshing: bool,
    /// Whether the state changed since that was asked.
    stale: bool,
}

impl Session {
    /// Begins a session: asks for the state, and again whenever it changes.
    pub(crate) fn begin() -> Self {
        let session = Self {
            state: RwSignal::new(None),
            local: RwSignal::new(Local::default()),
            problem: RwSignal::new(None),
            busy: RwSignal::new(false),
            copied: RwSignal::new(String::new()),
            domain: RwSignal::new((Uuid::nil(), String::new())),
            clock: RwSignal::new(browser::clock()),
            order: StoredValue::new(Order::default()),
        };
        browser::on_state_changed(move || session.refresh());
        set_interval(
            move || session.clock.set(browser::clock()),
            std::time::Duration::from_secs(1),
        );
        session.refresh();
        session
    }

    /// Asks for the state, unless that is being done; then once more after it.
    pub(crate) fn refresh(self) {
        let mut refreshing = false;
        self.order.update_value(|o| {
            refreshing = o.refreshing;
            o.stale = o.refreshing;
            o.refreshing = true;
        });
        if refreshing {
            return;
        }
        spawn_local(async move {
            loop {
                let asked = self.next();
                let reply = browser::ask(&UiMessage::GetState).await;
                self.take(asked, reply);
                let mut again = false;
                self.order.update_value(|o| {
                    again = o.stale;
                    o.stale = false;
                    o.refreshing = again;
                });
                if !again {
                    break;
                }
            }
        });
    }

    /// Reads the tab in view. Not an action of the user's: nothing is blocked meanwhile.
    pub(crate) fn preview(self) {
        spawn_local(async move {
            let asked = self.next();
            let reply = browser::ask(&UiMessage::Preview).await;
            self.take(asked, reply);
        });
    }

    /// Sends what a button asks for, one at a time; `done` hears whether it worked.
    pub(crate) fn act(self, message: UiMessage, done: impl FnOnce(bool) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.problem.set(None);
        let asked = self.next();
        set_timeout(
            move || {
                if self.busy.get_untracked() && self.order.with_value(|o| o.asked == asked) {
                    self.busy.set(false);
                    self.fail("slow", "This takes unusually long. You may try again.");
                }
            },
            std::time::Duration::from_secs(PATIENCE_SECONDS),
        );
        spawn_local(async move {
            let reply = browser::ask(&message).await;
            self.busy.set(false);
            done(self.take(asked, reply));
        });
    }

    /// Captures all leads of the page, or the ticked ones.
    pub(crate) fn capture(self, all: bool) {
        let rows = if all {
            None
        } else {
            self.state.with_untracked(|state| match state {
                Some(UiState {
                    tab: TabView::Ready { leads, .. },
                    ..
                }) => Some(self.local.with_untracked(|local| chosen(leads, local))),
                _ => None,
            })
        };
        self.act(UiMessage::Capture { rows }, move |worked| {
            if worked {
                self.local.update(|local| local.toggled.clear());
            }
        });
    }

    /// Copies `text`; `key` names the button, which says so for a moment.
    pub(crate) fn copy(self, key: String, text: String) {
        spawn_local(async move {
            if browser::copy(&text).await {
                self.copied.set(key.clone());
                set_timeout(
                    move || {
                        if self.copied.with_untracked(|now| *now == key) {
                            self.copied.set(String::new());
                        }
                    },
                    std::time::Duration::from_secs(2),
                );
            } else {
                self.fail(
                    "copy",
                    "The browser did not let Lode copy. Select the text and copy it by hand.",
                );
            }
        });
    }

    /// Shows a failure of this page's own.
    pub(crate) fn fail(self, code: &str, message: &str) {
        self.problem.set(Some(Problem {
            code: code.to_owned(),
            message: message.to_owned(),
        }));
    }

    fn next(self) -> u32 {
        let mut asked = 0;
        self.order.update_value(|o| {
            o.asked = o.asked.wrapping_add(1);
            asked = o.asked;
        });
        asked
    }

    /// Shows a reply, unless a later question's reply is shown already.
    fn take(self, asked: u32, reply: Result<UiReply, &'static str>) -> bool {
        match reply {
            Ok(UiReply::State { state }) => {
                let mut late = false;
                self.order.update_value(|o| {
                    late = asked < o.shown;
                    o.shown = o.shown.max(asked);
                });
                if late {
                    self.refresh();
                } else {
                    self.show(*state);
                }
                true
            }
            Ok(UiReply::Error { code, message }) => {
                self.problem.set(Some(Problem { code, message }));
                false
            }
            Err(message) => {
                self.fail("no_answer", message);
                false
            }
        }
    }

    fn show(self, state: UiState) {
        // Ticks belong to rows by their number: with other rows they mean nothing.
        let same = self
            .state
            .with_untracked(|old| old.as_ref().is_some_and(|old| names(old) == names(&state)));
        if !same && self.local.with_untracked(|local| !local.toggled.is_empty()) {
            self.local.update(|local| local.toggled.clear());
        }
        self.clock.set(browser::clock());
        self.state.set(Some(state));
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
