//! The header's connection dot, and the notice under it when something is wrong.

use lode_core::protocol::{CardState, Connection, UiState};

use super::Tone;
use super::time::{Clock, until};

/// The dot and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionView {
    /// `data-state`: the protocol's name of the state.
    pub state: &'static str,
    /// Text beside the dot.
    pub text: &'static str,
    /// Colour of the dot.
    pub tone: Tone,
}

/// A notice across the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// Mood.
    pub tone: Tone,
    /// What is wrong.
    pub title: &'static str,
    /// What it means and what is kept.
    pub text: String,
    /// When the next try comes; apart, as it changes every second.
    pub next_try: Option<String>,
    /// What the user can do.
    pub action: BannerAction,
}

/// The button of a [`Banner`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BannerAction {
    /// None.
    None,
    /// Ask the server now.
    RetryNow,
    /// Open the options page, to pair.
    Pair,
}

/// The dot of a connection.
#[must_use]
pub fn connection(connection: &Connection) -> ConnectionView {
    let (state, text, tone) = match connection {
        Connection::NotPaired => ("not_paired", "Not paired", Tone::Neutral),
        Connection::Connecting => ("connecting", "Connecting", Tone::Busy),
        Connection::Online => ("online", "Connected", Tone::Good),
        Connection::Unreachable { .. } => ("unreachable", "Unreachable", Tone::Warn),
        Connection::Unauthorized => ("unauthorized", "Pair again", Tone::Bad),
    };
    ConnectionView { state, text, tone }
}

/// The notice under the header.
#[must_use]
pub fn banner(state: &UiState, clock: &Clock) -> Option<Banner> {
    match &state.connection {
        Connection::NotPaired => None,
        Connection::Connecting | Connection::Online => {
            // The capture in view says for itself that it is being sent.
            let in_view = state
                .current
                .as_ref()
                .is_some_and(|card| card.state == CardState::Unsent);
            let others = state.unsent.saturating_sub(u32::from(in_view));
            (others > 0).then(|| Banner {
                tone: Tone::Busy,
                title: "Sending",
                text: [&captures(others), " on the way to your server."].concat(),
                next_try: None,
                action: BannerAction::None,
            })
        }
        Connection::Unreachable { next_try, detail } => {
            let mut text = detail.trim().to_owned();
            if !text.is_empty() {
                if !text.ends_with(['.', '!', '?']) {
                    text.push('.');
                }
                text.push(' ');
            }
            text.push_str(&kept(state.unsent, "when it answers."));
            Some(Banner {
                tone: Tone::Warn,
                title: "Your server does not answer",
                text,
                next_try: next_try.map(|at| ["Next try ", &until(clock, at), "."].concat()),
                action: BannerAction::RetryNow,
            })
        }
        Connection::Unauthorized => Some(Banner {
            tone: Tone::Warn,
            title: "Your server no longer accepts this browser",
            text: [
                "Its access was revoked. Pair again with a new code. ",
                &kept(state.unsent, "after that."),
            ]
            .concat(),
            next_try: None,
            action: BannerAction::Pair,
        }),
    }
}

fn captures(n: u32) -> String {
    if n == 1 {
        "1 capture is".to_owned()
    } else {
        [&n.to_string(), " captures are"].concat()
    }
}

fn kept(unsent: u32, until: &str) -> String {
    if unsent == 0 {
        ["What you capture meanwhile is kept here and sent ", until].concat()
    } else {
        [&captures(unsent), " kept here, to be sent ", until].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK, NOW};

    fn shown(connection: Connection, unsent: u32) -> Option<Banner> {
        banner(
            &UiState {
                connection,
                unsent,
                ..sample::full_state()
            },
            &CLOCK,
        )
    }

    #[test]
    fn nothing_to_say_when_all_is_well() {
        assert_eq!(shown(Connection::Online, 0), None);
        assert_eq!(shown(Connection::NotPaired, 3), None);
    }

    #[test]
    fn a_capture_in_view_is_not_announced_twice() {
        let mut state = UiState {
            current: Some(sample::card(CardState::Unsent)),
            unsent: 1,
            ..sample::full_state()
        };
        assert_eq!(banner(&state, &CLOCK), None);
        state.unsent = 3;
        let shown = banner(&state, &CLOCK).unwrap();
        assert_eq!(shown.text, "2 captures are on the way to your server.");
    }

    #[test]
    fn an_unreachable_server_says_what_is_kept_and_when_it_is_tried() {
        let banner = shown(
            Connection::Unreachable {
                next_try: Some(NOW + 12_000),
                detail: "Connection refused".to_owned(),
            },
            2,
        )
        .unwrap();
        assert_eq!(
            banner.text,
            "Connection refused. 2 captures are kept here, to be sent when it answers."
        );
        assert_eq!(banner.next_try.as_deref(), Some("Next try in 12 s."));
        assert_eq!(banner.action, BannerAction::RetryNow);
    }

    #[test]
    fn a_revoked_token_asks_to_pair() {
        let banner = shown(Connection::Unauthorized, 1).unwrap();
        assert!(banner.text.contains("1 capture is kept"), "{}", banner.text);
        assert_eq!(banner.action, BannerAction::Pair);
    }
}
