//! What a mail server's reply means.

use serde::{Deserialize, Serialize};

/// Meaning of a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplyClass {
    /// 2xx: the recipient is accepted.
    Accepted,
    /// The mailbox does not exist.
    NoMailbox,
    /// The mailbox exists and is over quota.
    Full,
    /// The mailbox exists and is disabled.
    Disabled,
    /// Come back later; greylisting among it.
    Temporary,
    /// We are too fast or too many.
    RateLimited,
    /// Too many recipients in one session; not about the recipient.
    TooManyRecipients,
    /// Our sender address is refused.
    SenderRefused,
    /// We are refused: policy, blocklist, relay denied, authentication.
    Policy,
    /// Encryption is demanded first.
    TlsRequired,
    /// A permanent refusal that may mean anything.
    Ambiguous,
}

impl ReplyClass {
    /// Whether the same question may be answered differently later.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::Temporary | Self::RateLimited | Self::TooManyRecipients
        )
    }

    /// Whether it says something about us, not about the mailbox.
    #[must_use]
    pub fn is_about_us(self) -> bool {
        matches!(self, Self::SenderRefused | Self::Policy | Self::TlsRequired)
    }
}
