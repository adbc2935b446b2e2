//! The worker's replies, from JSON into the protocol's types.

use lode_core::decode::{Unreadable, from_json};
use lode_core::protocol::UiReply;

/// Reads a reply from its JSON text.
///
/// # Errors
/// Names the first thing that is missing or of the wrong type.
pub fn reply(json: &str) -> Result<UiReply, Unreadable> {
    from_json(json)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use lode_core::api::CaptureState;
    use lode_core::email::EmailStatus;
    use lode_core::protocol::{CaptureCard, CardState, UiState};

    fn through_serde(reply_in: &UiReply) -> UiReply {
        let json = serde_json::to_string(reply_in).unwrap();
        let back: UiReply = serde_json::from_str(&json).unwrap();
        assert_eq!(&back, reply_in, "serde itself must carry it");
        reply(&json).unwrap()
    }

    fn check(state: UiState) {
        let reply = UiReply::State {
            state: Box::new(state),
        };
        assert_eq!(through_serde(&reply), reply);
    }

    #[test]
    fn every_field_arrives() {
        check(sample::full_state());
    }

    #[test]
    fn every_connection_and_tab_arrives() {
        for connection in sample::connections() {
            check(UiState {
                connection,
                ..sample::full_state()
            });
        }
        for tab in sample::tabs() {
            check(UiState {
                tab,
                ..sample::full_state()
            });
        }
    }

    #[test]
    fn absent_values_stay_absent() {
        let mut state = sample::full_state();
        state.server = None;
        state.account = None;
        state.credits = None;
        state.current = None;
        state.recent.clear();
        check(state);
    }

    #[test]
    fn every_card_state_and_email_status_arrives() {
        for state in [
            CardState::Unsent,
            CardState::Refused,
            CardState::Sent(CaptureState::Queued),
            CardState::Sent(CaptureState::Working),
            CardState::Sent(CaptureState::Deferred),
            CardState::Sent(CaptureState::Found),
            CardState::Sent(CaptureState::Unsure),
            CardState::Sent(CaptureState::NotFound),
            CardState::Sent(CaptureState::NeedsDomain),
            CardState::Sent(CaptureState::OutOfCredits),
            CardState::Sent(CaptureState::Failed),
        ] {
            let mut all = sample::full_state();
            all.current = Some(CaptureCard {
                state,
                ..sample::found_card()
            });
            check(all);
        }
        for status in [EmailStatus::AcceptAll, EmailStatus::NotFound] {
            let mut all = sample::full_state();
            let mut card = sample::found_card();
            card.email.as_mut().unwrap().status = status;
            all.current = Some(card);
            check(all);
        }
    }

    #[test]
    fn errors_arrive() {
        let report = UiReply::Report {
            text: "Lode page report 1".to_owned(),
        };
        assert_eq!(through_serde(&report), report);
        let error = UiReply::Error {
            code: "bad_code".to_owned(),
            message: "That code is used up.".to_owned(),
        };
        assert_eq!(through_serde(&error), error);
    }

    #[test]
    fn broken_replies_are_named_not_trusted() {
        assert_eq!(reply("null"), Err(Unreadable("reply")));
        assert_eq!(reply("{"), Err(Unreadable("json")));
        assert_eq!(reply("{}"), Err(Unreadable("kind")));
        assert_eq!(reply(r#"{"kind":"state"}"#), Err(Unreadable("state")));
        assert_eq!(
            reply(r#"{"kind":"state","state":{"connection":{"state":"odd"}}}"#),
            Err(Unreadable("connection"))
        );
    }
}
