//! The extension's worker without the browser: what is kept, what a click, an answer or a
//! wake-up changes, and what is to be done next.
//!
//! The browser stops the worker whenever it likes. So everything that matters is in
//! [`Stored`], which the edge (`crate::wasm`) writes before it acts on any change, and reads
//! when it wakes; nothing here depends on having been awake before.

mod badge;
mod capture;
mod cards;
mod marks;
mod operations;
mod rules;
mod stored;
mod view;

pub use badge::{Badge, BadgeTone};
pub use capture::{CaptureClick, CaptureRefusal, Captured};
pub use marks::Marks;
pub use operations::OPERATIONS_MAX;
pub use rules::{Outcome, Rulebook, RulesAsked};
pub use stored::{Click, Pairing, Stored, Trouble};
pub use view::no_lead_message;

use uuid::Uuid;

use crate::api::{
    AccountView, CaptureChanges, CaptureRequest, CaptureView, MobileState, PairingResponse,
    UnixMillis,
};
use crate::client::CallError;
use crate::outbox::Outbox;
use crate::page::ParsedPage;
use crate::protocol::{AccountSummary, CaptureCard, CardState, Settings};

/// Captures shown and kept as recent. Unsent ones are kept beyond it.
pub const CARDS_MAX: usize = 200;

/// Refused captures kept for another try.
const REFUSED_MAX: usize = 100;

/// The worker's logic around what is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Worker {
    stored: Stored,
    poll_failures: u32,
}

impl Worker {
    /// A worker that goes on from what was stored.
    #[must_use]
    pub fn new(stored: Stored) -> Self {
        Self {
            stored,
            poll_failures: 0,
        }
    }

    /// What has to be stored.
    #[must_use]
    pub fn stored(&self) -> &Stored {
        &self.stored
    }

    /// Counts a page that was captured, or that had nothing to capture, for the health
    /// figure; `expected` are the rules' fields for its kind.
    pub fn record_health(&mut self, expected: &[String], parsed: &ParsedPage) {
        self.stored.health.record(expected, parsed);
    }

    /// Counts a look at a page that is not captured, for the health figure.
    pub fn saw(&mut self, parsed: &ParsedPage) {
        self.stored.health.look(parsed);
    }

    /// The next capture to be sent, if one is due and there is a server to send it to.
    #[must_use]
    pub fn due(&self, now: UnixMillis) -> Option<&CaptureRequest> {
        self.usable_pairing()?;
        self.stored.outbox.due(now)
    }

    /// Server and token, while the server takes the token.
    #[must_use]
    pub fn usable_pairing(&self) -> Option<&Pairing> {
        self.stored
            .pairing
            .as_ref()
            .filter(|_| !self.stored.unauthorized)
    }

    /// Takes the answer to a capture that was sent.
    pub fn sent(
        &mut self,
        operation_id: Uuid,
        answer: Result<CaptureView, CallError>,
        now: UnixMillis,
        jitter: f64,
    ) {
        match answer {
            Ok(view) => {
                self.stored.outbox.remove(operation_id);
                self.reached();
                self.take_view(view);
            }
            Err(CallError::Unauthorized) => self.stored.unauthorized = true,
            Err(CallError::Refused { detail, .. }) => {
                self.reached();
                if let Some(entry) = self.stored.outbox.remove(operation_id) {
                    push_bounded(&mut self.stored.refused, entry.request, REFUSED_MAX);
                }
                if let Some(card) = self.card_mut(operation_id) {
                    card.state = CardState::Refused;
                    card.error = Some(detail);
                }
            }
            Err(CallError::Later {
                detail,
                retry_after_ms,
            }) => {
                let until = self
                    .stored
                    .outbox
                    .put_off(operation_id, now, jitter, retry_after_ms);
                self.stored.trouble = Some(Trouble {
                    detail,
                    next_try: Some(until),
                });
            }
            Err(CallError::Unreachable(detail) | CallError::NotLode(detail)) => {
                let until = self.stored.outbox.put_off(operation_id, now, jitter, None);
                self.stored.trouble = Some(Trouble {
                    detail,
                    next_try: Some(until),
                });
            }
        }
    }

    /// Whether the server may be called now: it is there, or its back-off has ended.
    #[must_use]
    pub fn may_call(&self, now: UnixMillis) -> bool {
        let wait_until = self.stored.trouble.as_ref().and_then(|t| t.next_try);
        self.usable_pairing().is_some() && wait_until.is_none_or(|until| until <= now)
    }

    /// The version to wait for changes after, while the server works on something and may be
    /// called.
    #[must_use]
    pub fn wants_changes(&self, now: UnixMillis) -> Option<i64> {
        (self.may_call(now) && self.has_open()).then_some(self.stored.cursor)
    }

    /// Whether the server works on something.
    fn has_open(&self) -> bool {
        self.stored.cards.iter().any(|c| match c.state {
            CardState::Sent(state) => state.is_open() || unlocking(c),
            CardState::Unsent | CardState::Refused => false,
        })
    }

    /// Takes the answer to a wait for changes, and returns how long to pause before the next,
    /// in milliseconds.
    pub fn changed(
        &mut self,
        answer: Result<CaptureChanges, CallError>,
        now: UnixMillis,
        jitter: f64,
    ) -> i64 {
        match answer {
            Ok(changes) => {
                self.poll_failures = 0;
                self.reached();
                for view in changes.captures {
                    self.take_view(view);
                }
                self.stored.cursor = self.stored.cursor.max(changes.next);
                self.stored.credits = Some(changes.credits);
                0
            }
            Err(error) => self.failed(&error, now, jitter),
        }
    }

    /// Takes a view that a call on one capture was answered with.
    pub fn took(&mut self, view: CaptureView) {
        self.reached();
        self.take_view(view);
    }

    /// Takes the account.
    pub fn account(&mut self, account: AccountView) {
        self.reached();
        self.take_account(account);
    }

    /// Takes the failure of a call that waits in no outbox, and returns the pause before the
    /// next of its kind, in milliseconds.
    pub fn failed(&mut self, error: &CallError, now: UnixMillis, jitter: f64) -> i64 {
        match error {
            CallError::Unauthorized => {
                self.stored.unauthorized = true;
                0
            }
            CallError::Refused { .. } => 0,
            CallError::Unreachable(detail)
            | CallError::NotLode(detail)
            | CallError::Later { detail, .. } => {
                self.poll_failures = self.poll_failures.saturating_add(1);
                let asked = match error {
                    CallError::Later { retry_after_ms, .. } => retry_after_ms.unwrap_or(0),
                    _ => 0,
                };
                let pause = crate::outbox::backoff_ms(self.poll_failures, jitter).max(asked);
                let next_try = Some(now.saturating_add(pause));
                self.stored.trouble = Some(Trouble {
                    detail: detail.clone(),
                    next_try,
                });
                pause
            }
        }
    }

    /// When a server in trouble may be tried again; `None` where there is no trouble.
    #[must_use]
    pub fn next_try(&self) -> Option<UnixMillis> {
        let trouble = self.stored.trouble.as_ref()?;
        Some(trouble.next_try.unwrap_or(UnixMillis::MIN))
    }

    /// The user asked for a try now.
    pub fn hurry(&mut self) {
        self.poll_failures = 0;
        self.stored.outbox.hurry();
        for operation in &mut self.stored.operations {
            operation.not_before = 0;
        }
        if let Some(trouble) = &mut self.stored.trouble {
            trouble.next_try = None;
        }
    }

    /// Takes a new pairing. What waits is kept and goes to the new server; what the former
    /// one knew stays as history.
    pub fn paired(&mut self, server: String, answer: PairingResponse) {
        let same = self.stored.pairing.as_ref().map(|p| &p.server) == Some(&server);
        if !same {
            // Unlocks are of leads that the former server knows.
            self.stored.operations.clear();
            self.stored.standing = None;
        }
        self.stored.pairing = Some(Pairing {
            server,
            token: answer.token,
            device_id: answer.device_id,
        });
        self.stored.unauthorized = false;
        self.stored.cursor = 0;
        self.stored.rules = RulesAsked::default();
        self.hurry();
        self.reached();
        self.take_account(answer.account);
    }

    /// Forgets the server and its token. What waits is kept.
    pub fn unpaired(&mut self) {
        self.stored.pairing = None;
        self.stored.operations.clear();
        self.stored.standing = None;
        self.stored.account = None;
        self.stored.credits = None;
        self.stored.unauthorized = false;
        self.stored.trouble = None;
        // Rules of a server that is no longer trusted go with it.
        self.stored.rules = RulesAsked::default();
    }

    /// Takes new settings.
    pub fn set_settings(&mut self, settings: Settings) {
        self.stored.settings = settings;
    }

    /// A capture by its id.
    #[must_use]
    pub fn card(&self, operation_id: Uuid) -> Option<&CaptureCard> {
        self.stored
            .cards
            .iter()
            .find(|c| c.operation_id == operation_id)
    }

    /// When the worker must be woken at the latest; `None` where nothing is left to do.
    #[must_use]
    pub fn next_wake(&self, now: UnixMillis) -> Option<UnixMillis> {
        self.usable_pairing()?;
        let send = self.stored.outbox.next_due().map(|at| at.max(now));
        let poll = self
            .has_open()
            .then(|| self.next_try().map_or(now, |at| at.max(now)));
        let operate = self.operations_wake().map(|at| at.max(now));
        [send, poll, operate].into_iter().flatten().min()
    }

    fn card_mut(&mut self, operation_id: Uuid) -> Option<&mut CaptureCard> {
        self.stored
            .cards
            .iter_mut()
            .find(|c| c.operation_id == operation_id)
    }

    /// The server has answered: what waits need not wait for the back-off any longer.
    fn reached(&mut self) {
        if self.stored.trouble.take().is_some() {
            self.stored.outbox.hurry();
        }
    }

    fn take_view(&mut self, view: CaptureView) {
        self.stored.credits = Some(view.credits);
        self.stored.marks.add(&view.lead);
        cards::take_view(&mut self.stored.cards, view);
        cards::trim(&mut self.stored.cards, CARDS_MAX);
    }

    fn take_account(&mut self, account: AccountView) {
        self.stored.credits = Some(account.credits);
        self.stored.account = Some(AccountSummary {
            name: account.name,
            plan: account.plan,
            probing: account.probing,
        });
    }

    /// What waits for the server.
    #[must_use]
    pub fn outbox(&self) -> &Outbox {
        &self.stored.outbox
    }
}

/// Whether the server unlocks a lead's numbers, as it may with a capture.
fn unlocking(card: &CaptureCard) -> bool {
    let state = card.mobile.as_ref().map(|mobile| mobile.state);
    state == Some(MobileState::Working)
}

fn push_bounded<T>(list: &mut Vec<T>, value: T, most: usize) {
    if list.len() >= most {
        list.remove(0);
    }
    list.push(value);
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
