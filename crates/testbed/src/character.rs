//! The characters that a domain can play, and what is provable of each.

use serde::{Deserialize, Serialize};

/// A mailbox's state, as the bed knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mailbox {
    /// It takes mail.
    Exists,
    /// It exists, over quota.
    Full,
    /// It exists, disabled.
    Disabled,
    /// It does not exist.
    Missing,
}

/// What a right verifier may say of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Statuses that are right (serde names of `EmailStatus`), the best first.
    pub statuses: &'static [&'static str],
    /// Whether the mailbox is provable: `verified` is expected, anything else is a miss.
    pub provable: bool,
    /// Whether the mailbox can take mail: `invalid` would be false.
    pub exists: bool,
}

/// How a domain's DNS and mail servers behave. In JSON in snake case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Character {
    // Ordinary servers, by their way to refuse a missing mailbox.
    /// Postfix: `550 5.1.1 … User unknown in virtual mailbox table`.
    #[default]
    Ordinary,
    /// Exim: `550 Unrouteable address`, no enhanced code.
    Exim,
    /// OpenSMTPD: `524 5.2.4 Mailing list expansion problem`.
    OpenSmtpd,
    /// Microsoft 365 with edge blocking: `550 5.4.1 … Access denied`.
    Microsoft,
    /// qmail: the enhanced code at the end, `(#5.1.1)`.
    Qmail,
    /// `550 Requested action not taken: mailbox unavailable`: may mean anything, the
    /// control questions tell.
    PlainUnavailable,
    /// Ordinary, but without a postmaster.
    NoPostmaster,
    /// Every reply on several lines, one byte a packet.
    MultiLine,
    /// Lines end in a bare LF.
    BareLf,
    /// Replies have valid codes and bytes that are no UTF-8.
    BinaryText,
    /// `251 User not local; will forward` for existing mailboxes.
    Forwards,
    /// Text that echoes the address and the domain in every reply.
    Echoes,

    // Servers whose acceptance proves nothing.
    /// Accepts every recipient.
    AcceptAll,
    /// Accepts whatever looks like a person, refuses random strings.
    NameLike,
    /// Refuses three recipients, then accepts every one.
    FlipAfterThree,
    /// Accepts existing mailboxes; refuses the others for "policy" (`550 5.7.1`).
    PolicyForUnknown,
    /// Accepts existing mailboxes; defers the others for ever (`450 4.1.1`).
    DefersUnknown,

    // Greylisting.
    /// Defers every new pair of sender and recipient (postgrey), then behaves.
    Greylist,
    /// Refuses missing mailboxes at once, defers existing ones at first.
    GreylistKnown,
    /// Defers every new pair, then accepts every recipient.
    GreylistCatchAll,
    /// Defers for ever.
    GreylistForever,

    // Slow, busy and broken servers.
    /// Takes its time for every reply (200 ms), then behaves.
    Tarpit,
    /// Never replies to RCPT.
    TarpitForever,
    /// `421` in place of a greeting, always.
    Busy,
    /// `421` to the first connection, then behaves.
    BusyOnce,
    /// `450 4.7.1 rate limited` to every RCPT.
    RateLimited,
    /// Closes the connection in place of a greeting.
    DropsAtGreeting,
    /// Closes the connection at RCPT.
    DropsAtRcpt,
    /// `421` and closes after the third refused RCPT of a session.
    DropsAfterRefusals,
    /// `452 4.5.3` after three recipients of a transaction.
    RcptLimit,
    /// `452 4.5.3` after three recipients of a connection.
    RcptLimitSession,
    /// A greeting without end.
    EndlessGreeting,
    /// A reply without end to RCPT.
    EndlessReply,
    /// A reply line without end to RCPT.
    EndlessLine,
    /// Binary junk in place of replies.
    Binary,
    /// Two replies for every RCPT: whoever pairs them wrongly believes the wrong one.
    ExtraReplies,

    // Servers that want something else.
    /// `530` until STARTTLS.
    StartTls,
    /// Refuses EHLO; HELO works.
    EhloRefused,
    /// Refuses our sender at MAIL; the null sender works.
    SenderRefused,
    /// Refuses our sender at RCPT; the null sender works.
    SenderRefusedAtRcpt,
    /// Refuses every sender.
    EverySenderRefused,

    // Servers that refuse us.
    /// `554` with a blocklist's name in place of a greeting.
    BlockedAtGreeting,
    /// `554 5.7.1 … blocked using …` to every RCPT.
    BlockedAtRcpt,
    /// `550 5.7.1` for policy reasons to every RCPT.
    Policy,
    /// `554 5.7.1 Relay access denied` to every RCPT.
    RelayDenied,

    // DNS and routes.
    /// The first MX refuses connections; the second is ordinary.
    DeadFirstMx,
    /// The first MX accepts connections and is silent; the second is ordinary.
    SilentFirstMx,
    /// The first MX greets with `554 no SMTP service here`; the second is ordinary.
    NoServiceFirstMx,
    /// The first MX is busy (`421`); the second accepts every recipient.
    CatchAllBackup,
    /// The MX host has an IPv6 address only.
    Ipv6Only,
    /// No MX: the domain's own address takes mail.
    ImplicitMx,
    /// The MX host is an alias (CNAME).
    CnameMx,
    /// The domain is an alias of one with an MX.
    CnameDomain,
    /// `MX 0 .` (RFC 7505).
    NullMx,
    /// The domain has neither MX nor address.
    NoMailHost,
    /// The domain does not exist.
    NxDomain,
    /// DNS answers SERVFAIL.
    ServFail,
    /// DNS does not answer.
    DeadResolver,
    /// The MX is an address literal of a trap server.
    LiteralMx,
    /// The MX host has private addresses, among them a trap server's.
    PrivateMx,
    /// The MX host's address changes with every question, between an allowed and a trap
    /// server's.
    Rebinding,
}

impl Character {
    /// Every character.
    pub const ALL: &'static [Self] = {
        use Character::*;
        &[
            Ordinary,
            Exim,
            OpenSmtpd,
            Microsoft,
            Qmail,
            PlainUnavailable,
            NoPostmaster,
            MultiLine,
            BareLf,
            BinaryText,
            Forwards,
            Echoes,
            AcceptAll,
            NameLike,
            FlipAfterThree,
            PolicyForUnknown,
            DefersUnknown,
            Greylist,
            GreylistKnown,
            GreylistCatchAll,
            GreylistForever,
            Tarpit,
            TarpitForever,
            Busy,
            BusyOnce,
            RateLimited,
            DropsAtGreeting,
            DropsAtRcpt,
            DropsAfterRefusals,
            RcptLimit,
            RcptLimitSession,
            EndlessGreeting,
            EndlessReply,
            EndlessLine,
            Binary,
            ExtraReplies,
            StartTls,
            EhloRefused,
            SenderRefused,
            SenderRefusedAtRcpt,
            EverySenderRefused,
            BlockedAtGreeting,
            BlockedAtRcpt,
            Policy,
            RelayDenied,
            DeadFirstMx,
            SilentFirstMx,
            NoServiceFirstMx,
            CatchAllBackup,
            Ipv6Only,
            ImplicitMx,
            CnameMx,
            CnameDomain,
            NullMx,
            NoMailHost,
            NxDomain,
            ServFail,
            DeadResolver,
            LiteralMx,
            PrivateMx,
            Rebinding,
        ]
    };

    /// What a right verifier may say of a mailbox behind this character.
    #[must_use]
    pub fn expected(self, local: &str, mailbox: Mailbox) -> Expected {
        use Character::*;
        let may = |statuses| Expected {
            statuses,
            provable: false,
            exists: mailbox != Mailbox::Missing,
        };
        match self {
            AcceptAll | GreylistCatchAll | CatchAllBackup => match mailbox {
                Mailbox::Full => may(&["full", "accept_all"]),
                Mailbox::Disabled => may(&["disabled", "accept_all"]),
                _ => may(&["accept_all"]),
            },
            FlipAfterThree => may(&["accept_all", "unknown"]),
            // An existing mailbox that does not look like a name is none the more provable:
            // its server accepts what does not exist.
            NameLike if mailbox == Mailbox::Exists || looks_like_a_name(local) => match mailbox {
                Mailbox::Full => may(&["full", "accept_all"]),
                Mailbox::Disabled => may(&["disabled", "accept_all"]),
                _ => may(&["accept_all"]),
            },
            PolicyForUnknown | DefersUnknown => match mailbox {
                Mailbox::Exists => may(&["unknown", "blocked"]),
                Mailbox::Full => may(&["full", "unknown", "blocked"]),
                Mailbox::Disabled => may(&["disabled", "unknown", "blocked"]),
                Mailbox::Missing => may(&["unknown", "blocked"]),
            },
            GreylistForever | TarpitForever | DropsAtGreeting | DropsAtRcpt | EndlessGreeting
            | EndlessReply | EndlessLine | Binary | ExtraReplies | ServFail | DeadResolver => {
                may(&["unknown"])
            }
            Busy | RateLimited => may(&["unknown", "blocked"]),
            EverySenderRefused | BlockedAtGreeting | BlockedAtRcpt | Policy | RelayDenied => {
                may(&["blocked"])
            }
            NullMx | NoMailHost | NxDomain => Expected {
                statuses: &["invalid"],
                provable: false,
                exists: false,
            },
            LiteralMx | PrivateMx => may(&["unknown"]),
            // The allowed address, where DNS names it first, is an ordinary server.
            Rebinding => match mailbox {
                Mailbox::Missing => may(&["unknown", "invalid"]),
                Mailbox::Exists => may(&["unknown", "verified"]),
                Mailbox::Full => may(&["unknown", "full"]),
                Mailbox::Disabled => may(&["unknown", "disabled"]),
            },
            _ => match mailbox {
                Mailbox::Exists => Expected {
                    statuses: &["verified"],
                    provable: true,
                    exists: true,
                },
                Mailbox::Full => may(&["full"]),
                Mailbox::Disabled => may(&["disabled"]),
                Mailbox::Missing => may(&["invalid"]),
            },
        }
    }
}

/// What the name-like catch-all accepts: two words with a separator, or one of letters
/// only and of moderate length with a vowel pattern of speech.
pub(crate) fn looks_like_a_name(local: &str) -> bool {
    let word = |text: &str| {
        (2..=14).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphabetic())
    };
    let speakable = |text: &str| {
        let mut consonants = 0;
        text.bytes().all(|b| {
            consonants = if b"aeiouyAEIOUY".contains(&b) {
                0
            } else {
                consonants + 1
            };
            consonants <= 4
        })
    };
    match local.split_once(['.', '_', '-']) {
        Some((given, family)) => {
            (word(given) || given.len() == 1)
                && word(family)
                && speakable(given)
                && speakable(family)
        }
        None => word(local) && speakable(local),
    }
}
