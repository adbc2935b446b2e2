//! The table that says what replies mean. To teach Lode a new server, add a line here or
//! its words to `classify/words.rs`, and its reply to `classify/tests.rs`.
//!
//! Rules are tried in order, the first that fits decides. Those that speak of us (policy,
//! sender, TLS) come before those that speak of the mailbox: a refusal of us that is read
//! as "no such mailbox" would be a false verdict, the reverse is only a missed one.

use super::words::*;
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

/// Replies to RCPT.
const RCPT: &[Rule] = &[
    rule(Code::Either, &[], TLS, TlsRequired),
    rule(Code::Is(530), &[], &[], Policy),
    rule(Code::Is(535), &[], &[], Policy),
    rule(Code::Is(571), &[], &[], Policy),
    // Come back later.
    rule(Code::Never, &["5.5.3"], RELAY, Policy),
    rule(Code::Either, &["4.5.3", "5.5.3"], &[], TooManyRecipients),
    rule(Code::Either, &[], MANY, TooManyRecipients),
    rule(Code::Later, &[], GREYLIST, Temporary),
    // Postfix defers an unknown sender domain by default; waiting does not help it.
    rule(Code::Later, &[], PENDING, Temporary),
    rule(Code::Later, &[], &["server configuration"], Temporary),
    rule(Code::Later, &["4.1.7", "4.1.8"], &[], SenderRefused),
    rule(Code::Later, &[], SENDER_LATER, SenderRefused),
    rule(Code::Later, &[], OTHER_QUOTAS, RateLimited),
    both(Code::Later, &[], OR_ELSE, NO_MAILBOX, Temporary),
    rule(Code::Later, &["4.2.2"], &["temporary failure"], Temporary),
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
    rule(Code::Never, &[], PREFERENCES, Policy),
    rule(Code::Never, &[], OTHER_QUOTAS, Policy),
    rule(Code::Never, &[], SYNTAX, Ambiguous),
    both(Code::Never, &[], OR_ELSE, NO_MAILBOX, Ambiguous),
    rule(Code::Never, MISSING, RATE, Policy),
    rule(Code::Never, MISSING, SENDER_LATER, SenderRefused),
    both(Code::Never, &[], OURS, NO_MAILBOX, SenderRefused),
    // Exim's callout asks the sender's server: what is unknown is our sender.
    rule(Code::Never, &[], CALLOUT, SenderRefused),
    both(Code::Never, &[], OUR_HOST, NOT_THERE, Policy),
    rule(Code::Never, MISSING, NO_MAILBOX, NoMailbox),
    // Some greylist with a 5xx, whose words count more than the code here: asking again
    // later costs nothing.
    rule(Code::Never, &[], GREYLIST, Temporary),
    // Domino's directory, which is no blocklist.
    rule(Code::Never, &[], &["address book"], NoMailbox),
    rule(Code::Never, &[], BLOCKLIST, Policy),
    rule(Code::Never, &[], RELAY, Policy),
    // Microsoft's Directory-Based Edge Blocking: the directory has no such mailbox.
    rule(
        Code::Never,
        &["5.4.1"],
        &[
            "recipient address rejected: access denied",
            "recipient addresses rejected : access denied",
            "recipient addresses rejected: access denied",
        ],
        NoMailbox,
    ),
    rule(Code::Never, &[], SENDER, SenderRefused),
    // The mailbox, in words beside a code that names it; but of too much mail, not of its end.
    rule(
        Code::Never,
        &["5.2.*"],
        &["at a rate", "receive limit"],
        Policy,
    ),
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
    // cPanel's words for a recipient that its check did not find; of a sender they name it.
    rule(
        Code::Never,
        &[],
        &["account or domain may not exist"],
        Ambiguous,
    ),
    // What the server behind a gateway said of the recipient.
    both(
        Code::Never,
        &[],
        &["verification failed"],
        NO_MAILBOX,
        NoMailbox,
    ),
    rule(
        Code::Never,
        &[],
        &["recipient verification failed", "recipient verify failed"],
        Ambiguous,
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

/// The meaning of a reply; `words` in lower case, without echoes.
pub(super) fn class(asked: Asked, code: u16, enhanced: Option<&str>, words: &str) -> ReplyClass {
    match code {
        // 252, "cannot verify but will take it", is no word about the recipient.
        252 => return Ambiguous,
        200..=299 if UNSEEN.iter().any(|phrase| has_phrase(words, phrase)) => return Ambiguous,
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

/// Whether the text, in lower case, names two states of a mailbox and leaves open which
/// (`unknown or full`).
pub(super) fn names_alternatives(words: &str) -> bool {
    let has = |clause: &str, list: &[&str]| list.iter().any(|phrase| has_phrase(clause, phrase));
    clauses(words).any(|clause| has(clause, OR_ELSE) && has(clause, NO_MAILBOX))
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

/// Whether the phrase stands in the text at the start of a word; anywhere where it begins in a
/// script that writes no spaces between words.
fn has_phrase(words: &str, phrase: &str) -> bool {
    let without_spaces = phrase.chars().next().is_some_and(|c| c >= FIRST_CJK);
    words.match_indices(phrase).any(|(at, _)| {
        without_spaces
            || words
                .get(..at)
                .and_then(|before| before.chars().next_back())
                .is_none_or(|before| !before.is_alphanumeric())
    })
}

/// The first of the characters of Chinese, Japanese and their kin (Unicode's CJK Radicals
/// Supplement).
const FIRST_CJK: char = '\u{2E80}';
