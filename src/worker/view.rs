//! What popup, options page and toolbar icon show of the worker.

use uuid::Uuid;

use super::{Badge, Worker, badge, cards};
use crate::page::ParsedPage;
use crate::protocol::{Connection, LeadRow, TabView, UiState};

impl Worker {
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
