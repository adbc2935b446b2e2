//! What is known of an e-mail address: the states of a verification, shared by the
//! backend, which finds them, and the extension, which shows them.

use serde::{Deserialize, Serialize};

/// What a verification of an address came to, or that it waits. That one is under way is a state
/// of the capture or action ([`crate::api::CaptureState`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailStatus {
    /// The server asked to come back later (greylisting, 4xx).
    Deferred,
    /// The mailbox exists, proved by the controlled probe; score 100; the only billable state.
    Verified,
    /// The mailbox does not exist, or the address cannot receive mail.
    Invalid,
    /// The server accepts every address, so acceptance proves nothing; score at most 95.
    AcceptAll,
    /// The mailbox exists but is over quota.
    Full,
    /// The mailbox exists but is disabled.
    Disabled,
    /// A role address (`info@`, `sales@`), not a person.
    Role,
    /// A throw-away address.
    Disposable,
    /// The server refused us, not the mailbox: a fact about us, never charged.
    Blocked,
    /// Nothing could be proved; score at most 80.
    Unknown,
    /// No address was found.
    NotFound,
}

impl EmailStatus {
    /// Whether the state is an end: no further work will change it by itself.
    #[must_use]
    pub fn is_final(self) -> bool {
        self != Self::Deferred
    }

    /// Whether the address is not the person's, or must not be used for one.
    #[must_use]
    pub fn is_refuted(self) -> bool {
        matches!(
            self,
            Self::Invalid | Self::Disabled | Self::Role | Self::Disposable
        )
    }
}
