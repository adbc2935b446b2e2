//! What the toolbar icon shows: at most four characters, and a sentence on hover.

use super::Stored;
use crate::api::CaptureState;
use crate::protocol::CardState;

/// Colour class of the badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadgeTone {
    /// Work under way.
    Busy,
    /// Finished with an address.
    Good,
    /// Something waits for the user or the server.
    Waiting,
}

/// The badge of the toolbar icon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Text; empty for none.
    pub text: String,
    /// Colour class.
    pub tone: BadgeTone,
    /// Sentence on hover.
    pub title: String,
}

pub(super) fn of(stored: &Stored) -> Badge {
    let badge = |text: String, tone, title: String| Badge { text, tone, title };
    let unsent = stored.outbox.len();
    if stored.unauthorized {
        return badge(
            "!".to_owned(),
            BadgeTone::Waiting,
            "Lode: pair with the server again".into(),
        );
    }
    if unsent > 0 && (stored.trouble.is_some() || stored.pairing.is_none()) {
        let text = if unsent > 99 {
            "99+".to_owned()
        } else {
            unsent.to_string()
        };
        return badge(
            text,
            BadgeTone::Waiting,
            format!("Lode: {unsent} waiting for the server"),
        );
    }
    let open = stored.cards.iter().any(|card| match card.state {
        CardState::Sent(state) => state.is_open(),
        CardState::Unsent => true,
        CardState::Refused => false,
    }) || stored.operations.iter().any(|o| !o.is_answered());
    if open {
        return badge("…".to_owned(), BadgeTone::Busy, "Lode: looking up".into());
    }
    match stored.cards.first().map(|card| card.state) {
        Some(CardState::Sent(CaptureState::Found)) => badge(
            "✓".to_owned(),
            BadgeTone::Good,
            "Lode: verified address found".into(),
        ),
        Some(
            CardState::Refused
            | CardState::Sent(
                CaptureState::OutOfCredits | CaptureState::NeedsDomain | CaptureState::Failed,
            ),
        ) => badge(
            "!".to_owned(),
            BadgeTone::Waiting,
            "Lode: open to see what is needed".into(),
        ),
        _ => badge(String::new(), BadgeTone::Good, "Lode".into()),
    }
}
