//! The list of recent captures.

use lode_core::protocol::CaptureCard;
use uuid::Uuid;

use super::Tone;
use super::capture::state_words;
use super::leads::name;
use super::time::{Clock, ago};

/// Most rows shown: a popup is not the place for more.
pub const ROWS_MAX: usize = 20;

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentRow {
    /// The capture.
    pub operation_id: Uuid,
    /// Whose it is.
    pub name: String,
    /// The employer.
    pub company: Option<String>,
    /// The address, where there is one to show.
    pub email: Option<String>,
    /// The state in words.
    pub state: &'static str,
    /// Its mood.
    pub tone: Tone,
    /// How long ago it was taken.
    pub when: String,
}

/// The rows.
#[must_use]
pub fn rows(cards: &[CaptureCard], clock: &Clock) -> Vec<RecentRow> {
    cards
        .iter()
        .take(ROWS_MAX)
        .map(|card| {
            let (state, tone) = state_words(card.state);
            RecentRow {
                operation_id: card.operation_id,
                name: name(&card.lead),
                company: card.lead.company.clone(),
                email: settled_email(card),
                state,
                tone,
                when: ago(clock, card.captured_at),
            }
        })
        .collect()
}

/// The address of a capture that has ended.
#[must_use]
pub fn settled_email(card: &CaptureCard) -> Option<String> {
    card.email
        .as_ref()
        .filter(|email| email.status.is_final())
        .map(|email| email.address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK};
    use lode_core::email::EmailStatus;
    use lode_core::protocol::CardState;

    #[test]
    fn rows_say_who_what_and_when() {
        let rows = rows(
            &[sample::found_card(), sample::card(CardState::Unsent)],
            &CLOCK,
        );
        let shown: Vec<_> = rows
            .iter()
            .map(|r| (r.name.as_str(), r.state, r.email.is_some(), r.when.as_str()))
            .collect();
        assert_eq!(
            shown,
            [
                ("Ilse Varga-Brandt", "Found", true, "just now"),
                ("Ilse Varga-Brandt", "Not sent yet", false, "just now"),
            ]
        );
    }

    #[test]
    fn an_address_under_way_is_not_offered() {
        let mut card = sample::found_card();
        card.email = Some(sample::email(EmailStatus::Deferred, 0, &[]));
        assert_eq!(settled_email(&card), None);
    }

    #[test]
    fn the_list_is_bounded() {
        let cards = vec![sample::card(CardState::Unsent); 60];
        assert_eq!(rows(&cards, &CLOCK).len(), ROWS_MAX);
    }
}
