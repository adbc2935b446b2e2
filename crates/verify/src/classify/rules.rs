//! The table that says what replies mean. To teach Lode a new server, add a line here and
//! its reply to `classify/tests.rs`.
//!
//! Rules are tried in order, the first that fits decides. Those that speak of us (policy,
//! sender, TLS) come before those that speak of the mailbox: a refusal of us that is read
//! as "no such mailbox" would be a false verdict, the reverse is only a missed one.

use super::{Asked, ReplyClass};
use ReplyClass::{
    Accepted, Ambiguous, Disabled, Full, NoMailbox, Policy, RateLimited, SenderRefused, Temporary,
    TlsRequired, TooManyRecipients,
};

/// A rule: fits where the code, the enhanced code and the words do.
struct Rule {
    /// Reply code: exact, or its first digit.
    code: Code,
    /// Enhanced codes, one of which must be there; `5.7.*` stands for all of a subject.
    /// Empty: any or none.
    enhanced: &'static [&'static str],
    /// Phrases, one of which the text must have. Empty: any text.
    phrases: &'static [&'static str],
    /// Further phrases, one of which the same clause must have too. Empty: any text.
    also: &'static [&'static str],
    class: ReplyClass,
}

#[derive(Clone, Copy)]
enum Code {
    /// Any 4xx.
    Later,
    /// Any 5xx.
    Never,
    /// Any refusal.
    Either,
    /// This one.
    Is(u16),
}

const fn rule(
    code: Code,
    enhanced: &'static [&'static str],
    phrases: &'static [&'static str],
    class: ReplyClass,
) -> Rule {
    Rule {
        code,
        enhanced,
        phrases,
        also: &[],
        class,
    }
}

/// A rule that wants a phrase of each of two lists, in one clause of the reply: two clauses
/// may speak of two things.
const fn both(
    code: Code,
    enhanced: &'static [&'static str],
    phrases: &'static [&'static str],
    also: &'static [&'static str],
    class: ReplyClass,
) -> Rule {
    Rule {
        code,
        enhanced,
        phrases,
        also,
        class,
    }
}

const TLS: &[&str] = &[
    "starttls",
    "tls required",
    "tls is required",
    "tls encryption",
    "encryption required",
    "encryption is required",
    "encryption needed",
    "encrypted connection",
    "require tls",
    "requires tls",
    "require encryption",
    "requires encryption",
    "use tls",
];

const BLOCKLIST: &[&str] = &[
    "spamhaus",
    "spamcop",
    "barracudacentral",
    "sorbs",
    "uceprotect",
    "blocklist",
    "block list",
    "blacklist",
    "black list",
    "blacklisted",
    "dnsbl",
    "rbl",
    "is listed",
    "listed at",
    "listed in",
    "listed on",
    "blocked using",
    "blocked by",
    "reputation",
    "your ip",
    "client host",
    "client ip",
    "sending ip",
    "ip address is",
    "ip address has",
    "reverse dns",
    "reverse hostname",
    "ptr record",
    "ptr resource",
    "banned sending",
    "sending host",
    "spam source",
    "our block list",
];

const RELAY: &[&str] = &[
    "relay access denied",
    "relaying denied",
    "relay denied",
    "relaying not",
    "relay not",
    "unable to relay",
    "cannot relay",
    "not relay",
    "to relay",
    "no relay",
    "relay access",
    "rcpthosts",
    "open relay",
    "prohibited relay",
    "relaying is",
];

const SENDER: &[&str] = &[
    "resource record",
    "sender address rejected",
    "sender rejected",
    "sender denied",
    "sender verify",
    "sender verification",
    "sender address",
    "sender domain",
    "domain of sender",
    "invalid sender",
    "bad sender",
    "unknown sender",
    "sender unknown",
    "envelope sender",
    "envelope from",
    "mail from",
    "return path",
    "return address",
    "reverse-path",
    "null sender",
    "bounce",
    "spf",
    "dmarc",
    "dkim",
];

const RATE: &[&str] = &[
    "rate limit",
    "ratelimit",
    "rate-limit",
    "too many connections",
    "too many messages",
    "too many failed",
    "too many bad",
    "too many errors",
    "too many invalid",
    "too many unknown",
    "too fast",
    "too quickly",
    "throttl",
    "connection limit",
    "concurrent connections",
    "slow down",
    "sending limit",
    "too many requests",
    "connections from",
];

const POLICY: &[&str] = &[
    "policy",
    "policies",
    "spam",
    "denied by",
    "administrative prohibition",
    "administratively prohibited",
    "prohibited",
    "not authorized",
    "not authorised",
    "unauthorized",
    "authentication",
    "authenticate",
    "not permitted",
    "not allowed",
    "refused by",
    "blocked",
    "banned",
    "firewall",
    "security",
    "suspicious",
    "unsolicited",
    "harvest",
    "access denied",
    "permission denied",
    "restricted",
    "helo",
    "ehlo",
    "greeting",
    "content",
    "virus",
    "unsafe",
    "abuse",
    "trust",
    "verification failed",
];

const GREYLIST: &[&str] = &[
    "greylist",
    "graylist",
    "grey list",
    "gray list",
    "grey-list",
    "gray-list",
];

const MANY: &[&str] = &[
    "too many recipients",
    "many recipients",
    "recipient limit",
    "recipients limit",
    "maximum number of recipients",
];

const FULL: &[&str] = &[
    "mailbox full",
    "mailbox is full",
    "full mailbox",
    "inbox full",
    "inbox is full",
    "over quota",
    "overquota",
    "over the quota",
    "quota exceeded",
    "exceeded quota",
    "exceeds quota",
    "exceed quota",
    "out of quota",
    "disk quota",
    "storage quota",
    "mailbox quota",
    "quota full",
    "exceeded storage",
    "exceeded its storage",
    "exceeded the storage",
    "out of storage",
    "storage allocation",
    "mailbox size limit",
    "mailbox size exceeded",
    "mailbox exceeds",
    "full mail box",
    "not enough space in mailbox",
    "account is full",
    "storage limit",
    "over its quota",
    "over his quota",
    "over their quota",
    "reached its quota",
    "reached quota",
    "quota reached",
    "quota has been",
    "quota limit",
    "quota violation",
    "user quota",
    "out of storage space",
    "no space left in mailbox",
];

/// What can be full, and words for it.
const ROOM: &[&str] = &[
    "mailbox", "inbox", "maildir", "boîte", "boite", "postfach", "buzón", "buzon", "casella",
    "caixa", "postbus", "postvak", "skrzynka", "ящик",
];
const USED_UP: &[&str] = &[
    "full",
    "over limit",
    "exceeded",
    "pleine",
    "voll",
    "lleno",
    "llena",
    "piena",
    "cheia",
    "przepełniona",
    "pełna",
    "переполнен",
    "заполнен",
];

const DISABLED: &[&str] = &[
    "mailbox disabled",
    "mailbox is disabled",
    "mailbox has been disabled",
    "account disabled",
    "account is disabled",
    "account has been disabled",
    "user disabled",
    "user is disabled",
    "address disabled",
    "address is disabled",
    "recipient disabled",
    "recipient is disabled",
    "has been suspended",
    "account suspended",
    "is suspended",
    "mailbox suspended",
    "user suspended",
    "deactivated",
    "inactive",
    "not active",
    "no longer active",
    "account locked",
    "account is locked",
    "mailbox locked",
    "mailbox is locked",
    "closed mailbox",
    "account closed",
    "has been closed",
    "disabled account",
    "disabled mailbox",
    "disabled recipient",
    "temporarily disabled",
    "not accepting mail",
    "not accepting messages",
    "this mailbox is disabled",
];

const NO_MAILBOX: &[&str] = &[
    "user unknown",
    "unknown user",
    "unknown recipient",
    "recipient unknown",
    "unknown mailbox",
    "mailbox unknown",
    "unknown address",
    "address unknown",
    "unknown local",
    "unknown account",
    "unknown or illegal",
    "no such user",
    "no such recipient",
    "no such mailbox",
    "no such address",
    "no such account",
    "no such person",
    "no such local",
    "no such email",
    "no such mail",
    "no mailbox",
    "no user",
    "no account",
    "no recipient",
    "no valid recipient",
    "not a valid mailbox",
    "not a valid user",
    "not a valid recipient",
    "not a known",
    "is not known",
    "not known here",
    "user not known",
    "recipient not known",
    "not our customer",
    "not a user",
    "not a local",
    "user not found",
    "mailbox not found",
    "recipient not found",
    "account not found",
    "address not found",
    "was not found",
    "could not be found",
    "couldn't be found",
    "cannot be found",
    "not found in",
    "recipientnotfound",
    "recipnotfound",
    "does not exist",
    "doesn't exist",
    "do not exist",
    "not exist",
    "did not exist",
    "non-existent",
    "nonexistent",
    "non existent",
    "nonexisting",
    "invalid recipient",
    "invalid mailbox",
    "invalid user",
    "invalid address",
    "user invalid",
    "recipient invalid",
    "user is invalid",
    "bad destination mailbox",
    "bad address",
    "bad recipient",
    "unrouteable address",
    "unroutable address",
    "unroutable",
    "unrouteable",
    "undeliverable address",
    "address is undeliverable",
    "user does not",
    "user doesn't have",
    "doesn't have a",
    "does not have an account",
    "does not have a mailbox",
    "isn't a user",
    "no one by that name",
    "nobody by that name",
    "nobody here",
    "mailbox does not",
    "no longer valid",
    "no longer available",
    "no longer exists",
    "no longer on",
    "no longer in use",
    "no longer in service",
    "no longer employed",
    "no longer with",
    "unknown in",
    "mailbox invalid",
    "mailbox not available here",
    "not a mailbox",
    "there is no",
    "not listed in",
    "destination user",
    "utilisateur inconnu",
    "destinataire inconnu",
    "adresse inconnue",
    "empfänger unbekannt",
    "benutzer unbekannt",
    "adresse unbekannt",
    "usuario desconocido",
    "utente sconosciuto",
    "usuário desconhecido",
    "пользователь не найден",
    "kein solcher benutzer",
    "empfänger existiert nicht",
    "existiert nicht",
    "unbekannter empfänger",
    "unbekannter benutzer",
    "n'existe pas",
    "no existe",
    "não existe",
    "non esiste",
    "destinatario sconosciuto",
    "destinatario desconocido",
    "destinatário desconhecido",
    "bestaat niet",
    "onbekende gebruiker",
    "finns inte",
    "nie istnieje",
    "нет такого пользователя",
    "не существует",
    "ユーザーが見つかりません",
    "用户不存在",
];

/// Who is asked for, and words for not knowing them, in whatever order.
const WHO: &[&str] = &[
    "addressee",
    "recipient",
    "mailbox",
    "inbox",
    "alias",
    "person",
    "customer",
    "subscriber",
    "member",
    "employee",
    "local part",
];
const NOT_KNOWN: &[&str] = &[
    "unknown",
    "not known",
    "not found",
    "not recognized",
    "not recognised",
    "no such",
    "invalid",
    "not valid",
    "not exist",
];

const LATER: &[&str] = &["try again", "try later", "temporar", "later"];
/// A promise for later that names the time.
const SOON: &[&str] = &[
    "again in",
    "again after",
    "retry in",
    "retry after",
    "back in",
];
/// What is being found out about our sender.
const PENDING: &[&str] = &["in progress", "pending", "being verified"];

/// What can end, and words for the end of it.
const OWNED: &[&str] = &[
    "account",
    "mailbox",
    "user",
    "konto",
    "compte",
    "cuenta",
    "conta ",
    "аккаунт",
    "учётная запись",
    "учетная запись",
];
const ENDED: &[&str] = &[
    "terminated",
    "expired",
    "cancelled",
    "canceled",
    "suspended",
    "gesperrt",
    "deaktiviert",
    "désactivé",
    "suspendu",
    "deshabilitad",
    "desactivad",
    "suspendid",
    "desativad",
    "disattivat",
    "заблокирован",
    "отключен",
];

/// Enhanced codes of a mailbox that does not exist.
const MISSING: &[&str] = &["5.1.1", "5.1.10", "5.1.6"];

/// What a 4xx reply says of our sender; waiting does not help it.
const SENDER_LATER: &[&str] = &[
    "sender address rejected",
    "sender verify",
    "sender domain",
    "domain of sender",
];

/// Replies to RCPT.
const RCPT: &[Rule] = &[
    rule(Code::Either, &[], TLS, TlsRequired),
    rule(Code::Is(530), &[], &[], Policy),
    rule(Code::Is(535), &[], &[], Policy),
    rule(Code::Is(571), &[], &[], Policy),
    // Come back later.
    rule(Code::Either, &["4.5.3", "5.5.3"], &[], TooManyRecipients),
    rule(Code::Either, &[], MANY, TooManyRecipients),
    rule(Code::Later, &[], GREYLIST, Temporary),
    // Postfix defers an unknown sender domain by default; waiting does not help it.
    rule(Code::Later, &[], PENDING, Temporary),
    rule(Code::Later, &["4.1.7", "4.1.8"], &[], SenderRefused),
    rule(Code::Later, &[], SENDER_LATER, SenderRefused),
    rule(Code::Later, &["4.2.2"], &[], Full),
    rule(Code::Later, &[], FULL, Full),
    both(Code::Later, &[], ROOM, USED_UP, Full),
    rule(Code::Later, &[], RATE, RateLimited),
    rule(Code::Is(421), &["4.7.*"], &[], RateLimited),
    rule(Code::Later, &["4.7.*"], &[], RateLimited),
    rule(Code::Later, &[], BLOCKLIST, RateLimited),
    rule(Code::Later, &[], &[], Temporary),
    // About us.
    rule(Code::Never, &["5.1.7", "5.1.8"], &[], SenderRefused),
    // The mailbox in code and words; what follows is advice. "Too many unknown users" and
    // words about the sender speak of us all the same.
    rule(Code::Never, MISSING, RATE, Policy),
    rule(Code::Never, MISSING, SENDER_LATER, SenderRefused),
    rule(Code::Never, MISSING, NO_MAILBOX, NoMailbox),
    // Some greylist with a 5xx, whose words count more than the code here: asking again
    // later costs nothing.
    rule(Code::Never, &[], GREYLIST, Temporary),
    rule(Code::Never, &[], BLOCKLIST, Policy),
    rule(Code::Never, &[], RELAY, Policy),
    // Microsoft's Directory-Based Edge Blocking: the directory has no such mailbox.
    rule(
        Code::Never,
        &["5.4.1"],
        &["recipient address rejected: access denied"],
        NoMailbox,
    ),
    rule(Code::Never, &[], SENDER, SenderRefused),
    // The mailbox, in words beside a code that names it.
    rule(Code::Never, &["5.2.2"], &[], Full),
    rule(Code::Never, &["5.2.1"], DISABLED, Disabled),
    rule(Code::Never, &["5.2.1"], NO_MAILBOX, NoMailbox),
    rule(Code::Never, &["5.2.1"], &[], Disabled),
    rule(Code::Never, &["5.7.13"], DISABLED, Disabled),
    rule(Code::Never, &["5.1.1", "5.1.10"], DISABLED, Disabled),
    rule(Code::Never, &["5.1.1", "5.1.10"], FULL, Full),
    rule(
        Code::Never,
        &["5.1.1", "5.1.10", "5.1.6"],
        &["spam", "policy", "blocked"],
        Ambiguous,
    ),
    rule(Code::Never, &["5.1.1", "5.1.10", "5.1.6"], &[], NoMailbox),
    // The domain takes no mail at all (RFC 7504).
    rule(Code::Is(556), &[], &[], NoMailbox),
    // OpenSMTPD has no virtual user of the name.
    rule(Code::Is(524), &["5.2.4"], &[], NoMailbox),
    rule(Code::Is(524), &[], &["mailing list expansion"], NoMailbox),
    // "Too many invalid recipients" is about us, whatever else its words say.
    rule(Code::Never, &["5.7.*"], RATE, Policy),
    // As in greylisting; whoever means it is asked again, and nothing is lost otherwise.
    rule(Code::Never, &[], SOON, Temporary),
    // A policy of the mailbox's: where it is ours, the decoys are told the same.
    rule(Code::Never, &["5.7.*"], FULL, Full),
    rule(Code::Never, &["5.7.*"], DISABLED, Disabled),
    both(Code::Never, &["5.7.*"], OWNED, ENDED, Disabled),
    // A policy code with a mailbox's words may be either; the control questions tell.
    rule(Code::Never, &["5.7.*"], NO_MAILBOX, Ambiguous),
    rule(Code::Never, &["5.7.*"], &[], Policy),
    rule(Code::Never, &["5.3.2"], &[], Policy),
    // Words alone.
    rule(Code::Never, &[], FULL, Full),
    both(Code::Never, &[], ROOM, USED_UP, Full),
    rule(Code::Never, &[], DISABLED, Disabled),
    both(Code::Never, &[], OWNED, ENDED, Disabled),
    rule(Code::Never, &[], LATER, Ambiguous),
    rule(Code::Never, &[], RATE, Policy),
    // One reply for both; the control questions tell.
    rule(Code::Never, &[], &["or access denied"], Ambiguous),
    // What the server behind a gateway said of the recipient.
    both(
        Code::Never,
        &[],
        &["verification failed"],
        NO_MAILBOX,
        NoMailbox,
    ),
    rule(Code::Never, &[], POLICY, Policy),
    // Cisco's way to say that its directory has no such recipient.
    rule(Code::Never, &["5.1.0"], &["address rejected"], NoMailbox),
    rule(Code::Never, &[], NO_MAILBOX, NoMailbox),
    both(Code::Never, &[], WHO, NOT_KNOWN, NoMailbox),
    rule(Code::Never, &[], &[], Ambiguous),
];

/// Replies to MAIL: never about a mailbox.
const MAIL: &[Rule] = &[
    rule(Code::Either, &[], TLS, TlsRequired),
    rule(Code::Later, &[], GREYLIST, Temporary),
    rule(Code::Later, &[], PENDING, Temporary),
    rule(Code::Later, &["4.1.7", "4.1.8"], &[], SenderRefused),
    rule(Code::Later, &[], SENDER_LATER, SenderRefused),
    rule(Code::Later, &[], RATE, RateLimited),
    rule(Code::Later, &["4.7.*"], &[], RateLimited),
    rule(Code::Later, &[], BLOCKLIST, RateLimited),
    rule(Code::Later, &[], &[], Temporary),
    rule(Code::Is(530), &[], &[], Policy),
    rule(Code::Is(535), &[], &[], Policy),
    rule(Code::Never, &[], &["sender"], SenderRefused),
    rule(Code::Never, &[], BLOCKLIST, Policy),
    rule(
        Code::Never,
        &[],
        &["authentication", "authenticate"],
        Policy,
    ),
    // Whatever else is wrong here, another sender may do.
    rule(Code::Never, &[], &[], SenderRefused),
];

/// Greetings and replies to EHLO and HELO.
const SESSION: &[Rule] = &[
    rule(Code::Later, &[], GREYLIST, Temporary),
    rule(Code::Later, &[], RATE, RateLimited),
    rule(Code::Later, &["4.7.*"], &[], RateLimited),
    rule(Code::Later, &[], BLOCKLIST, RateLimited),
    rule(Code::Later, &[], &[], Temporary),
    rule(Code::Never, &["5.7.*"], &[], Policy),
    rule(Code::Never, &[], BLOCKLIST, Policy),
    rule(Code::Never, &[], RATE, Policy),
    rule(Code::Never, &[], POLICY, Policy),
    rule(Code::Never, &[], &[], Ambiguous),
];

/// Whether replies are made of this word: then it does not tell whose reply it is.
pub(super) fn is_vocabulary(word: &str) -> bool {
    let tables = [
        TLS,
        BLOCKLIST,
        RELAY,
        SENDER,
        RATE,
        POLICY,
        GREYLIST,
        MANY,
        FULL,
        DISABLED,
        NO_MAILBOX,
        LATER,
        ROOM,
        USED_UP,
        WHO,
        NOT_KNOWN,
        SOON,
        PENDING,
        OWNED,
        ENDED,
        SENDER_LATER,
    ];
    let mut known = tables
        .into_iter()
        .flatten()
        .flat_map(|phrase| phrase.split(' '));
    // Some phrases are stems (`greylist`).
    known.any(|known| known == word || known.len() >= 6 && word.starts_with(known))
}

/// The meaning of a reply; `words` in lower case, without echoes.
pub(super) fn class(asked: Asked, code: u16, enhanced: Option<&str>, words: &str) -> ReplyClass {
    match code {
        // 252, "cannot verify but will take it", is no word about the recipient.
        252 => return Ambiguous,
        200..=299 => return Accepted,
        400..=599 => {}
        // 3xx answers none of our commands.
        _ => return Ambiguous,
    }
    let rules = match asked {
        Asked::Session => SESSION,
        Asked::Mail => MAIL,
        Asked::Rcpt => RCPT,
    };
    let class = rules
        .iter()
        .find(|rule| rule.fits(code, enhanced, words))
        .map_or(Ambiguous, |rule| rule.class);
    match (asked, class) {
        // A greeting that says no and names an address: ours.
        (Asked::Session, Ambiguous) if names_ip(words) => Policy,
        _ => class,
    }
}

/// Whether an IP address stands in the text.
fn names_ip(words: &str) -> bool {
    words
        .split(|c: char| !c.is_ascii_hexdigit() && !matches!(c, '.' | ':'))
        .map(|word| word.trim_matches('.'))
        .any(|word| word.len() >= 7 && word.parse::<std::net::IpAddr>().is_ok())
}

impl Rule {
    fn fits(&self, code: u16, enhanced: Option<&str>, words: &str) -> bool {
        let code_fits = match self.code {
            Code::Later => (400..500).contains(&code),
            Code::Never => (500..600).contains(&code),
            Code::Either => true,
            Code::Is(one) => code == one,
        };
        let enhanced_fits = self.enhanced.is_empty()
            || enhanced.is_some_and(|known| {
                self.enhanced
                    .iter()
                    .any(|wanted| match wanted.strip_suffix('*') {
                        Some(subject) => known.starts_with(subject),
                        None => known == *wanted,
                    })
            });
        let has_any = |words: &str, phrases: &[&str]| {
            phrases.is_empty() || phrases.iter().any(|phrase| has_phrase(words, phrase))
        };
        code_fits
            && enhanced_fits
            && if self.also.is_empty() {
                has_any(words, self.phrases)
            } else {
                clauses(words)
                    .any(|clause| has_any(clause, self.phrases) && has_any(clause, self.also))
            }
    }
}

/// The parts of a text between full stops, semicolons, commas and brackets. A full stop
/// within a word ends nothing.
fn clauses(words: &str) -> impl Iterator<Item = &str> {
    words
        .split(". ")
        .flat_map(|sentence| sentence.split([';', ',', '(', ')']))
}

/// Whether the phrase stands in the text at the start of a word.
fn has_phrase(words: &str, phrase: &str) -> bool {
    words.match_indices(phrase).any(|(at, _)| {
        words
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|before| !before.is_alphanumeric())
    })
}
