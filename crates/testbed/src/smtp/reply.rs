//! What a server does in place of a reply, and each character's wording.

use crate::character::{Character, Mailbox};

/// What a server does next.
#[derive(Debug)]
pub(super) enum Act {
    /// Replies: lines joined with CRLF, without the last.
    Say(String),
    /// Writes bytes that are no valid reply.
    Raw(Vec<u8>),
    /// Replies and hangs up.
    CloseWith(String),
    /// Hangs up.
    Close,
    /// Says nothing any more.
    Silence,
    /// What a script says.
    Scripted(super::scripted::Reply),
    /// Repeats this for ever.
    Endless(&'static [u8]),
}

impl Act {
    pub(super) fn say(text: &str) -> Self {
        Self::Say(text.to_owned())
    }

    pub(super) fn close_with(text: &str) -> Self {
        Self::CloseWith(text.to_owned())
    }

    /// Whether it is a refusal of the command.
    pub(super) fn refuses(&self) -> bool {
        match self {
            Self::Say(text) | Self::CloseWith(text) => text.starts_with(['4', '5']),
            Self::Scripted(reply) => reply.bytes.first().is_some_and(|byte| b"45".contains(byte)),
            _ => false,
        }
    }

    /// Whether it says nothing more.
    pub(super) fn hangs_up(&self) -> bool {
        match self {
            Self::Scripted(reply) => reply.close || reply.silent,
            _ => false,
        }
    }

    /// Whether it is the word to begin with TLS.
    pub(super) fn starts_tls(&self) -> bool {
        match self {
            Self::Scripted(reply) => reply.bytes.starts_with(b"220") && !reply.broken,
            _ => false,
        }
    }
}

/// The character's answer to a recipient whose mailbox is in this state.
pub(super) fn to_mailbox(character: Character, mailbox: Mailbox, recipient: &str) -> Act {
    let (local, domain) = recipient.rsplit_once('@').unwrap_or((recipient, ""));
    let text = match mailbox {
        Mailbox::Exists => match character {
            Character::Forwards => {
                format!("251 2.1.5 User not local; will forward to <{local}@mail.{domain}>")
            }
            Character::Echoes => format!("250 2.1.5 <{recipient}> recipient of {domain} ok"),
            Character::Exim => "250 Accepted".to_owned(),
            Character::AcceptsUnverified => {
                "252 2.0.0 Cannot verify the user, but will take the message".to_owned()
            }
            _ => "250 2.1.5 Ok".to_owned(),
        },
        Mailbox::Full => match character {
            Character::Exim | Character::PlainUnavailable => {
                "552 Mailbox full / over quota".to_owned()
            }
            Character::Qmail => "552 sorry, this mailbox is over quota (#5.2.2)".to_owned(),
            _ => format!("452 4.2.2 <{recipient}>: Recipient address rejected: mailbox full"),
        },
        Mailbox::Disabled => match character {
            Character::Exim | Character::PlainUnavailable => {
                "550 This account has been disabled".to_owned()
            }
            _ => format!("550 5.2.1 <{recipient}>: Recipient address rejected: mailbox disabled"),
        },
        Mailbox::Missing => match character {
            Character::Exim => "550 Unrouteable address".to_owned(),
            Character::OpenSmtpd => "524 5.2.4 Mailing list expansion problem".to_owned(),
            Character::Microsoft => format!(
                "550 5.4.1 Recipient address rejected: Access denied. [{domain} 2026-01-01T00:00:00.000Z]"
            ),
            Character::Qmail => "553 sorry, no mailbox here by that name. (#5.1.1)".to_owned(),
            Character::Foreign => format!("550 {local}: taki odbiorca u nas nie mieszka"),
            Character::PolicyCode => format!("550 5.7.1 <{recipient}> does not exist"),
            Character::PlainUnavailable => {
                "550 Requested action not taken: mailbox unavailable".to_owned()
            }
            Character::Echoes => {
                format!("550 5.1.1 <{recipient}>: {local} is not known at {domain}: User unknown")
            }
            _ => format!(
                "550 5.1.1 <{recipient}>: Recipient address rejected: User unknown in virtual mailbox table"
            ),
        },
    };
    Act::Say(text)
}

/// The answer of a catch-all: missing mailboxes exist.
pub(super) fn unless_missing(character: Character, mailbox: Mailbox, recipient: &str) -> Act {
    let mailbox = match mailbox {
        Mailbox::Missing => Mailbox::Exists,
        other => other,
    };
    to_mailbox(character, mailbox, recipient)
}

/// The reply's bytes in the character's manner.
pub(super) fn dress(character: Character, text: &str) -> Vec<u8> {
    match character {
        Character::BareLf => format!("{}\n", text.replace("\r\n", "\n")).into_bytes(),
        Character::BinaryText => {
            let mut bytes = text.as_bytes().to_vec();
            bytes.extend(b" \xff\xfe\x80\x00\xc3\x28\r\n");
            bytes
        }
        Character::MultiLine if !text.contains('\n') => {
            let (code, rest) = text.split_once(' ').unwrap_or((text, ""));
            format!("{code}-{rest}\r\n{code}-(more)\r\n{code} {rest}\r\n").into_bytes()
        }
        _ => format!("{text}\r\n").into_bytes(),
    }
}
