//! What a click on a page takes in.

use uuid::Uuid;

use super::stored::Click;
use super::{CARDS_MAX, Worker, cards, no_lead_message, push_bounded};
use crate::api::{CaptureRequest, UnixMillis};
use crate::outbox::OutboxFull;
use crate::page::ParsedPage;
use crate::protocol::CardState;

/// Clicks remembered, so that one repeated by a content script is taken once.
const CLICKS_MAX: usize = 100;

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
