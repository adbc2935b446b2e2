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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// Statuses that are right (serde names of `EmailStatus`), the best first.
    pub statuses: Vec<String>,
    /// Whether the mailbox is provable: `verified` is expected, anything else is a miss.
    pub provable: bool,
    /// Whether the mailbox can take mail: `invalid` would be false.
    pub exists: bool,
}

impl Expected {
    /// Whether a verifier may say this.
    #[must_use]
    pub fn allows(&self, status: &str) -> bool {
        self.statuses.iter().any(|right| right == status)
    }
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
    /// Refuses in words of no language that a verifier knows, with the address among them.
    Foreign,
    /// `550 5.7.1 … does not exist`: a policy's code, a mailbox's words.
    PolicyCode,

    // Servers whose acceptance proves nothing.
    /// Accepts every recipient.
    AcceptAll,
    /// Accepts whatever looks like a person, refuses random strings.
    NameLike,
    /// `252`, "cannot verify, but will take it", to every recipient.
    AcceptsUnverified,
    /// Accepts every local part of at most twelve letters.
    ShortNames,
    /// Refuses three recipients, then accepts every one.
    FlipAfterThree,
    /// Ordinary, but `postmaster` is refused for policy.
    PostmasterPolicy,
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
    /// Defers every recipient of the first connection, then behaves (postscreen).
    GreylistSession,
    /// Defers the sender at MAIL in the first connection, then behaves.
    GreylistAtMail,
    /// Greylists with a 5xx.
    GreylistPermanent,
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
    /// Closes the connection at MAIL.
    DropsAtMail,
    /// `421` at MAIL, always.
    BusyAtMail,
    /// Closes the connection at RCPT.
    DropsAtRcpt,
    /// Closes the connection after each reply that refuses a recipient.
    DropsAfterRefusal,
    /// After three refused recipients of a session every one is unknown.
    HarvestUnknown,
    /// After three refused recipients of a session every one is refused for policy.
    HarvestPolicy,
    /// `421` and closes after the third refused RCPT of a session.
    DropsAfterRefusals,
    /// `452 4.5.3` after three recipients of a transaction.
    RcptLimit,
    /// `452 4.5.3` after three recipients of a connection.
    RcptLimitSession,
    /// `452 4.5.3` after one recipient, and one transaction a connection.
    OneRecipient,
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
    /// `530` at RCPT until STARTTLS, which EHLO does not offer.
    StartTlsAtRcpt,
    /// `530` until STARTTLS, whose handshake fails.
    StartTlsBroken,
    /// Refuses EHLO; HELO works.
    EhloRefused,
    /// Refuses EHLO and hangs up; HELO works.
    EhloRefusedAndGone,
    /// Hangs up on EHLO; HELO works.
    EhloDrops,
    /// Refuses our sender at MAIL; the null sender works.
    SenderRefused,
    /// Defers our sender for ever (`450 4.1.8`); the null sender works.
    SenderDeferred,
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
    /// Two MX of equal preference; one refuses connections, the other is ordinary.
    EqualOneDead,
    /// The MX host does not exist.
    DanglingMx,
    /// The first MX host does not exist; the second is ordinary.
    DanglingFirstMx,
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
    /// DNS answers SERVFAIL to the first question, then rightly.
    ServFailOnce,
    /// DNS answers over UDP are truncated; over TCP they are whole.
    TruncatedDns,
    /// DNS does not answer questions for AAAA.
    SilentAaaa,
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
            Foreign,
            PolicyCode,
            AcceptAll,
            NameLike,
            AcceptsUnverified,
            ShortNames,
            FlipAfterThree,
            PostmasterPolicy,
            PolicyForUnknown,
            DefersUnknown,
            Greylist,
            GreylistKnown,
            GreylistCatchAll,
            GreylistSession,
            GreylistAtMail,
            GreylistPermanent,
            GreylistForever,
            Tarpit,
            TarpitForever,
            Busy,
            BusyOnce,
            RateLimited,
            DropsAtGreeting,
            DropsAtMail,
            BusyAtMail,
            DropsAtRcpt,
            DropsAfterRefusal,
            DropsAfterRefusals,
            HarvestUnknown,
            HarvestPolicy,
            RcptLimit,
            RcptLimitSession,
            OneRecipient,
            EndlessGreeting,
            EndlessReply,
            EndlessLine,
            Binary,
            ExtraReplies,
            StartTls,
            StartTlsAtRcpt,
            StartTlsBroken,
            EhloRefused,
            EhloRefusedAndGone,
            EhloDrops,
            SenderRefused,
            SenderDeferred,
            SenderRefusedAtRcpt,
            EverySenderRefused,
            BlockedAtGreeting,
            BlockedAtRcpt,
            Policy,
            RelayDenied,
            DeadFirstMx,
            SilentFirstMx,
            NoServiceFirstMx,
            EqualOneDead,
            DanglingMx,
            DanglingFirstMx,
            CatchAllBackup,
            Ipv6Only,
            ImplicitMx,
            CnameMx,
            CnameDomain,
            NullMx,
            NoMailHost,
            NxDomain,
            ServFail,
            ServFailOnce,
            TruncatedDns,
            SilentAaaa,
            DeadResolver,
            LiteralMx,
            PrivateMx,
            Rebinding,
        ]
    };

    /// Whether its server has a plain route and shows what it is at RCPT only.
    pub(crate) fn can_share(self) -> bool {
        use Character::*;
        matches!(
            self,
            Ordinary
                | Exim
                | OpenSmtpd
                | Microsoft
                | Qmail
                | PlainUnavailable
                | NoPostmaster
                | Forwards
                | Echoes
                | Foreign
                | PolicyCode
                | AcceptAll
                | NameLike
                | AcceptsUnverified
                | ShortNames
                | FlipAfterThree
                | PostmasterPolicy
                | PolicyForUnknown
                | DefersUnknown
                | Greylist
                | GreylistKnown
                | GreylistCatchAll
                | GreylistPermanent
                | GreylistForever
                | TarpitForever
                | RateLimited
                | DropsAtRcpt
                | DropsAfterRefusal
                | DropsAfterRefusals
                | HarvestUnknown
                | HarvestPolicy
                | RcptLimit
                | RcptLimitSession
                | EndlessReply
                | EndlessLine
                | ExtraReplies
                | SenderRefusedAtRcpt
                | BlockedAtRcpt
                | Policy
                | RelayDenied
        )
    }

    /// What a right verifier may say of a mailbox behind this character.
    #[must_use]
    pub fn expected(self, local: &str, mailbox: Mailbox) -> Expected {
        use Character::*;
        let names = |statuses: &[&str]| statuses.iter().map(|&status| status.to_owned()).collect();
        let may = |statuses: &[&str]| Expected {
            statuses: names(statuses),
            provable: false,
            exists: mailbox != Mailbox::Missing,
        };
        match self {
            // An existing mailbox that a shape rule would refuse is none the more provable:
            // its server accepts what does not exist.
            ShortNames if mailbox == Mailbox::Missing && !is_short(local) => may(&["invalid"]),
            AcceptAll | AcceptsUnverified | ShortNames | GreylistCatchAll | CatchAllBackup => {
                match mailbox {
                    Mailbox::Full => may(&["full", "accept_all"]),
                    Mailbox::Disabled => may(&["disabled", "accept_all"]),
                    _ => may(&["accept_all"]),
                }
            }
            FlipAfterThree => may(&["accept_all", "unknown"]),
            PostmasterPolicy if mailbox == Mailbox::Exists => may(&["unknown"]),
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
            GreylistForever | TarpitForever | DropsAtGreeting | DropsAtMail | DropsAtRcpt
            | BusyAtMail | StartTlsBroken | EndlessGreeting | EndlessReply | EndlessLine
            | Binary | ExtraReplies | ServFail | DeadResolver => may(&["unknown"]),
            Busy | RateLimited => may(&["unknown", "blocked"]),
            EverySenderRefused | BlockedAtGreeting | BlockedAtRcpt | Policy | RelayDenied => {
                may(&["blocked"])
            }
            NullMx | NoMailHost | NxDomain | DanglingMx => Expected {
                statuses: names(&["invalid"]),
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
            // Whoever asks for nobody else cannot tell it from one that refuses everybody.
            NoPostmaster if mailbox == Mailbox::Missing => may(&["invalid", "unknown"]),
            _ => match mailbox {
                Mailbox::Exists => Expected {
                    statuses: names(&["verified"]),
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

/// What the short-name catch-all accepts.
pub(crate) fn is_short(local: &str) -> bool {
    local.len() <= 12 && local.bytes().all(|byte| !byte.is_ascii_digit())
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
