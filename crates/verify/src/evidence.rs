//! What was asked and what was answered: the facts that a verdict rests on.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::classify::ReplyClass;
use crate::shape::Shape;

/// A server's answer to one RCPT.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RcptAnswer {
    /// The recipient that was asked for.
    pub recipient: String,
    /// Reply code (RFC 5321 4.2).
    pub code: u16,
    /// Enhanced status code (RFC 3463), where the reply has one.
    pub enhanced: Option<String>,
    /// What the reply means.
    pub class: ReplyClass,
    /// The reply without what it echoed and without numbers: equal templates mean that
    /// the server said the same of two recipients.
    pub template: String,
    /// The reply's text, cut to 200 characters.
    pub text: String,
}

impl RcptAnswer {
    /// Whether the server takes mail for the recipient, whatever it says of having looked.
    #[must_use]
    pub fn is_accepting(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// Whether it accepts the recipient, or may once it is asked again.
    #[must_use]
    pub fn may_be_accepted(&self) -> bool {
        self.class == ReplyClass::Accepted || self.is_deferral()
    }

    /// Whether it puts the recipient off. Many greylist with the code of a rate limit, and in
    /// languages that nobody here reads.
    #[must_use]
    pub fn is_deferral(&self) -> bool {
        matches!(self.class, ReplyClass::Temporary | ReplyClass::RateLimited)
    }

    /// Whether it refuses the recipient for good in words that may be about the mailbox.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        match self.class {
            ReplyClass::NoMailbox => true,
            ReplyClass::Disabled | ReplyClass::Ambiguous => self.code >= 500,
            _ => false,
        }
    }
}

/// The control questions: recipients whose truth is known, asked of the same server as
/// the targets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Host name of the server.
    pub mx: String,
    /// Address of the server.
    pub address: Option<IpAddr>,
    /// A random string: cannot exist.
    pub random: Option<RcptAnswer>,
    /// Invented people: cannot exist, but look as if.
    pub names: Vec<RcptAnswer>,
    /// `postmaster`: must exist (RFC 5321 4.5.1).
    pub postmaster: Option<RcptAnswer>,
    /// Another invented person, as like an accepted target as can be, or one of the former
    /// again: the server must not go by looks, nor have changed its mind.
    pub closing: Option<RcptAnswer>,
    /// Decoys of other shapes than the names', each asked where a target of its shape was
    /// accepted: some servers accept by looks.
    #[serde(default)]
    pub shaped: Vec<RcptAnswer>,
    /// When it was asked for, `closing` aside: milliseconds since 1970-01-01 UTC.
    pub taken_at: i64,
}

impl Control {
    /// How many name-like decoys a complete control has.
    pub const NAMES: usize = 2;

    /// Takes the answer to the closing question. Once a session has shown that the server
    /// changes its mind, a later session in which it did not takes nothing back.
    pub fn close(&mut self, answer: RcptAnswer) {
        let settled = self
            .closing
            .as_ref()
            .is_some_and(|known| !known.is_refusal());
        if !settled {
            self.closing = Some(answer);
        }
    }

    /// The answer about the decoy of the shape of `recipient`, where that shape is not one
    /// of the names'. Of several the most telling: an acceptance, else anything but a refusal.
    #[must_use]
    pub fn of_shape(&self, recipient: &str) -> Option<&RcptAnswer> {
        let shape = Shape::of_address(recipient);
        let shaped = self.shaped.iter();
        shaped
            .filter(|answer| Shape::of_address(&answer.recipient) == shape)
            .max_by_key(|answer| (answer.is_accepting(), !answer.is_refusal()))
    }

    /// Whether `recipient` may be a given or a family name alone.
    #[must_use]
    pub fn may_be_name_alone(recipient: &str) -> bool {
        Shape::of_address(recipient).may_be_name_alone()
    }

    /// Whether names alone were asked for.
    #[must_use]
    pub fn has_names_alone(&self) -> bool {
        let mut shaped = self.shaped.iter();
        shaped.any(|answer| Shape::of_address(&answer.recipient) == Shape::Name)
    }

    /// How much the accepted decoys of [`Self::shaped`] weigh that speak for `recipient`: a name
    /// alone, which may be somebody's, one; what nobody is called, two.
    #[must_use]
    pub fn accepted_of_its_looks(&self, recipient: &str) -> usize {
        let shape = Shape::of_address(recipient);
        let accepted = self.shaped.iter().filter(|answer| answer.is_accepting());
        let weights = accepted.map(|answer| match Shape::of_address(&answer.recipient) {
            Shape::Name if shape.may_be_name_alone() => 1,
            of if of == shape => 2,
            _ => 0,
        });
        weights.sum()
    }

    /// Whether a decoy of the shape of `recipient` was asked for.
    #[must_use]
    pub fn covers(&self, recipient: &str) -> bool {
        Shape::of_address(recipient).is_common() || self.of_shape(recipient).is_some()
    }

    /// Every answer about a recipient that does not exist, those of [`Self::shaped`] aside.
    pub fn decoys(&self) -> impl Iterator<Item = &RcptAnswer> {
        self.random.iter().chain(&self.names).chain(&self.closing)
    }

    /// Whether every decoy and `postmaster` were answered, and none "later".
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.all_asked()
            && self
                .decoys()
                .chain(&self.postmaster)
                .all(|answer| !answer.class.is_temporary())
    }

    /// Whether `postmaster` was refused as a mailbox that does not exist.
    #[must_use]
    pub fn postmaster_is_unknown(&self) -> bool {
        self.postmaster.as_ref().is_some_and(RcptAnswer::is_refusal)
    }

    /// Whether `postmaster` was accepted.
    #[must_use]
    pub fn knows_postmaster(&self) -> bool {
        let answer = self.postmaster.as_ref();
        answer.is_some_and(RcptAnswer::is_accepting)
    }

    /// Whether every control question has an answer of some kind.
    #[must_use]
    pub fn all_asked(&self) -> bool {
        self.random.is_some() && self.names.len() >= Self::NAMES && self.postmaster.is_some()
    }
}

/// Why no recipient could be asked, or no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFailure {
    /// Host name of the server.
    pub mx: String,
    /// Its address, where one was tried.
    pub address: Option<IpAddr>,
    /// How far it went.
    pub stage: Stage,
    /// What went wrong.
    pub kind: FailureKind,
    /// The reply, where there was one; cut to 200 characters.
    pub text: Option<String>,
}

/// Stage of an SMTP session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Looking up the host's addresses.
    Resolve,
    /// TCP connection.
    Connect,
    /// The server's greeting.
    Greeting,
    /// EHLO or HELO.
    Hello,
    /// STARTTLS.
    Tls,
    /// MAIL FROM or RSET.
    Mail,
    /// RCPT TO.
    Rcpt,
}

/// What went wrong in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// DNS failed for the host.
    DnsFailed,
    /// The host has no address.
    NoAddress,
    /// This address of the host is closed by the filter ([`crate::net::judge`]), or the host is no
    /// name.
    Denied,
    /// Our own network lets nobody out to the mail port.
    PortShut,
    /// The operator has not allowed asking this server.
    ProbingOff,
    /// The operator's SOCKS5 proxy cannot be used.
    Proxy,
    /// Nobody listens, or the network is unreachable.
    Refused,
    /// No answer in time.
    Timeout,
    /// The server closed the connection.
    Dropped,
    /// The server's reply breaks the protocol: malformed, endless, or one that was not
    /// asked for.
    Protocol,
    /// The server asked to come back later (4xx).
    Temporary,
    /// The server limits our rate (421 4.7.0 and the like).
    RateLimited,
    /// The server refuses us: policy, blocklist, sender, HELO.
    Policy,
    /// The server offers no mail service at all (554 greeting and the like).
    NoService,
    /// TLS was demanded and failed.
    Tls,
}

impl FailureKind {
    /// Whether another try later may go better.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(
            self,
            Self::DnsFailed
                | Self::Refused
                | Self::Timeout
                | Self::Dropped
                | Self::Temporary
                | Self::RateLimited
        )
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The control questions, where they were asked.
    pub control: Option<Control>,
    /// The answer about the address itself.
    pub target: Option<RcptAnswer>,
    /// What went wrong on the way, in order.
    pub failures: Vec<SessionFailure>,
    /// Whether the null sender (`MAIL FROM:<>`) was used, because ours was refused.
    pub null_sender: bool,
    /// Whether the session was encrypted, because the server demanded it.
    pub tls: bool,
    /// When the evidence was taken: milliseconds since 1970-01-01 UTC.
    pub taken_at: i64,
}
