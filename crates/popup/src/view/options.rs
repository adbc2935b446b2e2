//! The options page: pairing and settings.

use lode_core::protocol::{Connection, UiState};

/// The server address that is offered: where `lode serve` listens by default.
pub const SERVER_EXAMPLE: &str = "http://127.0.0.1:7317";

/// What is captured, where it goes, and what never happens.
pub const NEVER: [&str; 5] = [
    "Only when you click, and only the page you are looking at: name, title, company, place, \
     industry, the addresses of the profile and the company, and where on the page each was read.",
    "It goes to your own server, at the address above. To find an e-mail, that server asks name \
     servers, the company's website and its mail servers.",
    "Never: your cookies or passwords, messages, contacts, pages you only visit, or anything in \
     the background. Lode does not scroll, click or open pages for you.",
    "The people you capture have rights over what is stored. Your server erases it for good when \
     asked to.",
    "LinkedIn's terms forbid extensions that read its pages, and it may restrict members who use \
     them. That risk is yours to weigh.",
];

/// The pairing part of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingView {
    /// `data-state` of the status line.
    pub state: &'static str,
    /// The status line.
    pub status: String,
    /// Rows of facts about the paired server; empty if there is none.
    pub facts: Vec<(&'static str, String)>,
    /// Whether to show the form.
    pub form: bool,
    /// Captures that would be lost to sight with the pairing.
    pub unsent: u32,
}

/// What the pairing part shows.
#[must_use]
pub fn pairing(state: &UiState) -> PairingView {
    let server = state.server.clone().unwrap_or_default();
    let (name, status, form) = match &state.connection {
        Connection::NotPaired => (
            "not_paired",
            "This browser is not paired with a server.".to_owned(),
            true,
        ),
        Connection::Unauthorized => (
            "unauthorized",
            [
                "The server ",
                &server,
                " no longer accepts this browser. Pair again with a new code.",
            ]
            .concat(),
            true,
        ),
        Connection::Unreachable { detail, .. } => (
            "unreachable",
            ["Paired, but the server does not answer. ", detail].concat(),
            false,
        ),
        Connection::Connecting => ("connecting", "Paired. Asking the server…".to_owned(), false),
        Connection::Online => ("paired", "Paired and connected.".to_owned(), false),
    };
    let mut facts = Vec::new();
    if !form {
        facts.push(("Server", server));
        if let Some(account) = &state.account {
            facts.push(("Account", account.name.clone()));
            facts.push(("Plan", account.plan.clone()));
            facts.push((
                "Asking mail servers",
                if account.probing {
                    "allowed by the server"
                } else {
                    "switched off on the server: no address can be verified"
                }
                .to_owned(),
            ));
        }
    }
    PairingView {
        state: name,
        status,
        facts,
        form,
        unsent: state.unsent,
    }
}

/// The question before unpairing.
#[must_use]
pub fn unsent_warning(unsent: u32) -> String {
    let mut text =
        "Unpair this browser? Its access is revoked. What the server holds stays there.".to_owned();
    if unsent > 0 {
        text.push(' ');
        text.push_str(&unsent.to_string());
        text.push_str(if unsent == 1 {
            " capture has not reached it yet."
        } else {
            " captures have not reached it yet."
        });
    }
    text
}

/// A server address with its scheme: as typed, or `http` for this computer and `https` for
/// any other.
#[must_use]
pub fn with_scheme(typed: &str) -> String {
    let typed = typed.trim();
    if typed
        .split_once(':')
        .is_some_and(|(_, rest)| rest.starts_with("//"))
    {
        return typed.to_owned();
    }
    let host = typed.split(['/', ':']).next().unwrap_or_default();
    let scheme = if is_this_computer(host) {
        "http://"
    } else {
        "https://"
    };
    [scheme, typed].concat()
}

/// Whether a host name means this computer; only there may the token travel unencrypted.
#[must_use]
pub fn is_this_computer(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "localhost")
}

/// The match pattern to ask the browser's permission for, from the parts of a parsed
/// address.
///
/// # Errors
/// A message for people where the address cannot be used.
pub fn permission_pattern(protocol: &str, host: &str) -> Result<String, &'static str> {
    match protocol {
        "https:" if !host.is_empty() => Ok(["https://", host, "/*"].concat()),
        "http:" if is_this_computer(host) => Ok(["http://", host, "/*"].concat()),
        "http:" => Err(
            "A server on another computer must use https://, so that nobody on the way can read \
             your leads.",
        ),
        _ => Err(
            "This is not a server address. It looks like http://127.0.0.1:7317 or \
                  https://lode.example.com.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn schemes() {
        for (typed, full) in [
            (" 127.0.0.1:7317 ", "http://127.0.0.1:7317"),
            ("localhost", "http://localhost"),
            ("lode.example.com/x", "https://lode.example.com/x"),
            ("http://lode.example.com", "http://lode.example.com"),
            ("localhost.evil.example", "https://localhost.evil.example"),
            ("", "https://"),
        ] {
            assert_eq!(with_scheme(typed), full, "{typed}");
        }
    }

    #[test]
    fn the_question_counts_what_is_unsent() {
        assert!(unsent_warning(0).ends_with("stays there."));
        assert!(unsent_warning(1).ends_with("1 capture has not reached it yet."));
        assert!(unsent_warning(2).ends_with("2 captures have not reached it yet."));
    }

    #[test]
    fn permissions() {
        assert_eq!(
            permission_pattern("https:", "lode.example.com").unwrap(),
            "https://lode.example.com/*"
        );
        assert_eq!(
            permission_pattern("http:", "127.0.0.1").unwrap(),
            "http://127.0.0.1/*"
        );
        assert!(permission_pattern("http:", "lode.example.com").is_err());
        assert!(permission_pattern("ftp:", "lode.example.com").is_err());
        assert!(permission_pattern("https:", "").is_err());
    }

    #[test]
    fn the_form_is_there_when_it_is_needed() {
        for (connection, form) in sample::connections()
            .into_iter()
            .zip([true, false, false, false, false, true])
        {
            let state = UiState {
                connection,
                ..sample::full_state()
            };
            let view = pairing(&state);
            assert_eq!(view.form, form, "{view:?}");
            assert_eq!(view.facts.is_empty(), form, "{view:?}");
        }
    }
}
