//! The extension's worker without the browser: what is kept, what a click, an answer or a
//! wake-up changes, and what is to be done next.
//!
//! The browser stops the worker whenever it likes. So everything that matters is in
//! [`Stored`], which the edge (`crate::wasm`) writes before it acts on any change, and reads
//! when it wakes; nothing here depends on having been awake before.

mod badge;
mod cards;
mod marks;
mod operations;
mod rules;
mod stored;

pub use badge::{Badge, BadgeTone};
pub use marks::Marks;
pub use operations::OPERATIONS_MAX;
pub use rules::{Outcome, Rulebook, RulesAsked};
pub use stored::{Click, Pairing, Stored, Trouble};

use uuid::Uuid;

use crate::api::{
    AccountView, CaptureChanges, CaptureRequest, CaptureView, MobileState, PairingResponse,
    UnixMillis,
};
use crate::client::CallError;
use crate::outbox::{Outbox, OutboxFull};
use crate::page::ParsedPage;
use crate::protocol::{
    AccountSummary, CaptureCard, CardState, Connection, LeadRow, Settings, TabView, UiState,
};

/// Captures shown and kept as recent. Unsent ones are kept beyond it.
pub const CARDS_MAX: usize = 200;

/// Clicks remembered, so that one repeated by a content script is taken once.
const CLICKS_MAX: usize = 100;

/// Refused captures kept for another try.
const REFUSED_MAX: usize = 100;

/// The worker's logic around what is stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Worker {
    stored: Stored,
    poll_failures: u32,
}

/// Why a click captured nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaptureRefusal {
    /// The page shows nobody to capture.
    #[error("{0}")]
    NoLead(String),
    /// Another page, or other rows, than when the user chose.
    #[error("The page has changed since it was listed here. Look at the list again, then capture.")]
    Changed,
    /// Too many captures wait.
    #[error("{0}. Connect to the server first; nothing that waits is lost.")]
    Full(#[from] OutboxFull),
}

/// What a click did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Captured {
    /// The captures that stand for it, new or under way already.
    pub operations: Vec<Uuid>,
    /// How many of them are new.
    pub new: usize,
}

/// A click on a page that has been read.
#[derive(Debug, Clone, Copy)]
pub struct CaptureClick<'a> {
    /// Made by who saw the click; the same click repeated is taken once.
    pub click_id: Uuid,
    /// Address in view.
    pub url: &'a str,
    /// What was read there.
    pub parsed: &'a ParsedPage,
    /// Which leads, by their [identity](crate::Lead::identity), as the user was shown them;
    /// `None` for all that were read.
    pub shown: Option<&'a [String]>,
    /// Now.
    pub now: UnixMillis,
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

    /// Takes a click's leads in: an operation id each, made here, before anything is sent.
    /// A lead whose capture is still under way is not captured again.
    ///
    /// # Errors
    /// [`CaptureRefusal`]; nothing is changed then.
    pub fn capture(
        &mut self,
        click: CaptureClick<'_>,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<Captured, CaptureRefusal> {
        if let Some(known) = self
            .stored
            .clicks
            .iter()
            .find(|c| c.click_id == click.click_id)
        {
            return Ok(Captured {
                operations: known.operations.clone(),
                new: 0,
            });
        }
        let leads = &click.parsed.leads;
        if leads.is_empty() {
            return Err(CaptureRefusal::NoLead(no_lead_message(click.parsed)));
        }
        let read: Vec<Option<String>> = leads.iter().map(crate::Lead::identity).collect();
        let is_chosen = |identity: &Option<String>| {
            let chosen = |shown: &[String]| shown.iter().any(|one| Some(one) == identity.as_ref());
            click.shown.is_none_or(chosen)
        };
        let is_there = |one: &String| read.iter().flatten().any(|identity| identity == one);
        if click
            .shown
            .is_some_and(|shown| shown.is_empty() || !shown.iter().all(is_there))
        {
            return Err(CaptureRefusal::Changed);
        }
        let chosen = leads.iter().zip(&read).filter(|(_, one)| is_chosen(one));
        let mut outbox = self.stored.outbox.clone();
        let mut operations = Vec::new();
        let mut fresh = Vec::new();
        for (lead, _) in chosen {
            if let Some(open) = cards::under_way(&self.stored.cards, lead) {
                operations.push(open.operation_id);
                continue;
            }
            let request = CaptureRequest {
                operation_id: new_id(),
                captured_at: click.now,
                page_url: page_address(click.url),
                page: click.parsed.page.clone(),
                lead: lead.clone(),
            };
            operations.push(request.operation_id);
            fresh.push(cards::unsent(&request));
            outbox.push(request)?;
        }
        let new = fresh.len();
        self.stored.outbox = outbox;
        for card in fresh {
            self.stored.marks.add(&card.lead);
            self.stored.cards.insert(0, card);
        }
        cards::trim(&mut self.stored.cards, CARDS_MAX);
        let done = Click {
            click_id: click.click_id,
            operations: operations.clone(),
        };
        push_bounded(&mut self.stored.clicks, done, CLICKS_MAX);
        Ok(Captured { operations, new })
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

    /// Puts a refused capture back into the outbox. `false` where it is not there.
    ///
    /// # Errors
    /// [`OutboxFull`]; it stays refused then.
    pub fn retry_refused(&mut self, operation_id: Uuid) -> Result<bool, OutboxFull> {
        let Some(at) = self
            .stored
            .refused
            .iter()
            .position(|r| r.operation_id == operation_id)
        else {
            return Ok(false);
        };
        let Some(request) = self.stored.refused.get(at).cloned() else {
            return Ok(false);
        };
        self.stored.outbox.push(request)?;
        self.stored.refused.remove(at);
        if let Some(card) = self.card_mut(operation_id) {
            card.state = CardState::Unsent;
            card.error = None;
        }
        Ok(true)
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

    /// What the toolbar icon shows.
    #[must_use]
    pub fn badge(&self) -> Badge {
        badge::of(&self.stored)
    }

    /// A page as the popup shows it.
    #[must_use]
    pub fn tab_view(&self, parsed: &ParsedPage) -> TabView {
        if parsed.leads.is_empty() {
            return TabView::NoLead {
                page: parsed.page.clone(),
                message: no_lead_message(parsed),
            };
        }
        let captured = |lead: &crate::Lead| {
            let card = cards::latest(&self.stored.cards, lead).map(|c| c.operation_id);
            card.or_else(|| self.stored.marks.has(lead).then_some(Uuid::nil()))
        };
        let row = |lead: &crate::Lead| LeadRow {
            lead: lead.clone(),
            captured: captured(lead),
        };
        TabView::Ready {
            page: parsed.page.clone(),
            leads: parsed.leads.iter().map(row).collect(),
            anonymous: parsed.anonymous_rows,
        }
    }

    /// Everything that popup and options page show.
    #[must_use]
    pub fn ui_state(&self, tab: TabView) -> UiState {
        let current = match &tab {
            TabView::Ready { leads, .. } => match leads.as_slice() {
                [only] => only.captured.and_then(|id| self.card(id)).cloned(),
                _ => None,
            },
            _ => None,
        };
        let changed = match &tab {
            TabView::Ready { page, .. } | TabView::NoLead { page, .. } => {
                let figure = self.stored.health.figure(&page.site, &page.kind);
                figure.changed
            }
            _ => false,
        };
        UiState {
            connection: self.connection(),
            server: self.stored.pairing.as_ref().map(|p| p.server.clone()),
            account: self.stored.account.clone(),
            credits: self.stored.credits,
            tab,
            current,
            recent: self.stored.cards.clone(),
            standing: self.stored.standing.clone(),
            operations: self.stored.operations.clone(),
            unsent: u32::try_from(self.stored.outbox.len()).unwrap_or(u32::MAX),
            settings: self.stored.settings.clone(),
            rules: self.stored.rules.note.clone(),
            health: self.stored.health.in_words(),
            changed,
        }
    }

    fn connection(&self) -> Connection {
        match (&self.stored.pairing, &self.stored.trouble) {
            (None, _) => Connection::NotPaired,
            _ if self.stored.unauthorized => Connection::Unauthorized,
            (_, Some(trouble)) => Connection::Unreachable {
                next_try: trouble.next_try,
                detail: trouble.detail.clone(),
            },
            _ if self.stored.account.is_none() => Connection::Connecting,
            _ => Connection::Online,
        }
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

/// The page's address without query and fragment: they may hold what the user searched for,
/// and the lead has its own canonical address.
fn page_address(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    url.get(..end)
        .unwrap_or_default()
        .chars()
        .take(crate::lead::FIELD_CHARS_MAX)
        .collect()
}

/// Why there is nothing to capture, and what to do about it.
#[must_use]
pub fn no_lead_message(parsed: &ParsedPage) -> String {
    let text = match parsed.page.kind.as_str() {
        "login_wall" => "This page asks you to sign in. Sign in, then open the profile again.",
        "captcha" => "This page asks whether you are a person. Answer it, then capture again.",
        "consent" => "Answer the page's consent question first, then capture again.",
        "error" => "The site shows an error instead of a profile. Reload the page.",
        "js_shell" => "The page has not been drawn. Reload it with JavaScript on.",
        "feed" => "This is a feed. Open a person's profile or a result page to capture.",
        "no_results" => "The search found nothing, so there is nobody to capture.",
        "loading" => "The page is still loading. Wait a moment and capture again.",
        "unsupported" => "Lode does not read this page. Open a profile or a result page.",
        _ => "Nobody to capture was found on this page.",
    };
    text.to_owned()
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
