//! What a mail server's reply means. Pure: the rules are the table in `classify/rules.rs`, the
//! words in `classify/words.rs`.

use serde::{Deserialize, Serialize};

use crate::evidence::RcptAnswer;
use crate::smtp::Reply;

mod echo;
mod rules;
mod words;

pub use echo::Echoes;

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

/// Which command a reply answers: the same words mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asked {
    /// The connection itself (greeting), EHLO or HELO: never about a mailbox.
    Session,
    /// MAIL: about us and our sender.
    Mail,
    /// RCPT: about the recipient, or about us.
    Rcpt,
}

/// The meaning of a reply to `asked`. What the reply echoes of our own words is not read.
#[must_use]
pub fn classify(asked: Asked, reply: &Reply, echoes: &Echoes) -> ReplyClass {
    let parts = Parts::of(reply, echoes);
    parts.class(asked, reply.code)
}

/// Whether an answer leaves open which of two states the mailbox is in: the same words about
/// a decoy prove nothing then.
#[must_use]
pub(crate) fn leaves_open(answer: &RcptAnswer) -> bool {
    rules::names_alternatives(&answer.text.to_lowercase())
}

/// Longest text of a reply that is kept, in characters.
pub const TEXT_CHARS_MAX: usize = 200;

/// A reply's text for the record.
#[must_use]
pub fn excerpt(reply: &Reply) -> String {
    reply.text().chars().take(TEXT_CHARS_MAX).collect()
}

/// The answer to RCPT for `recipient`, understood.
#[must_use]
pub fn rcpt_answer(recipient: &str, reply: &Reply, echoes: &Echoes) -> RcptAnswer {
    let parts = Parts::of(reply, echoes);
    RcptAnswer {
        recipient: recipient.to_owned(),
        code: reply.code,
        class: parts.class(Asked::Rcpt, reply.code),
        template: parts.template(reply.code, echoes),
        enhanced: parts.enhanced,
        text: excerpt(reply),
    }
}

/// A reply taken apart.
struct Parts {
    /// Enhanced status code (RFC 3463).
    enhanced: Option<String>,
    /// Lower-case text without enhanced codes and without what was echoed.
    words: String,
    /// The text names our sender and not the recipient.
    names_sender: bool,
}

impl Parts {
    fn of(reply: &Reply, echoes: &Echoes) -> Self {
        let mut enhanced = None;
        let mut words = String::new();
        for line in &reply.lines {
            let lower = line.to_lowercase();
            let (code, rest) = leading_code(&lower);
            if enhanced.is_none() {
                enhanced = code.or_else(|| marked_code(&lower)).map(str::to_owned);
            }
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(rest.trim());
        }
        // A code of another kind than the reply's (`550 4.2.1`) says nothing reliable.
        let kind = char::from_digit(u32::from(reply.code / 100), 10);
        enhanced = enhanced.filter(|code: &String| code.chars().next() == kind);
        let words = without_paths(&words);
        Self {
            enhanced,
            names_sender: echoes.names_sender(&words),
            words: echoes.strip(&words),
        }
    }

    fn class(&self, asked: Asked, code: u16) -> ReplyClass {
        use ReplyClass::{Ambiguous, Disabled, Full, NoMailbox, SenderRefused};
        match rules::class(asked, code, self.enhanced.as_deref(), &self.words) {
            // Whose address is unknown, or what is full, is said of the sender.
            NoMailbox | Full | Disabled | Ambiguous
                if self.names_sender && asked == Asked::Rcpt && code >= 500 =>
            {
                SenderRefused
            }
            class => class,
        }
    }

    /// Words only: numbers, identifiers and times differ between replies that say the same.
    fn template(&self, code: u16, echoes: &Echoes) -> String {
        let impersonal = echoes.strip_names(&self.words);
        let mut template = format!("{code} {}", self.enhanced.as_deref().unwrap_or("-"));
        for word in impersonal.split(|c: char| !c.is_alphanumeric()) {
            if word.len() > 1 && word.chars().all(char::is_alphabetic) {
                template.push(' ');
                template.push_str(word);
            }
        }
        template.chars().take(TEXT_CHARS_MAX).collect()
    }
}

/// The text with its web addresses cut to their hosts: a help page's path (`/policy/spam`)
/// is no word of the reply, a blocklist's host is.
fn without_paths(text: &str) -> String {
    let cut = |word: &str| match word.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
            format!("{scheme}://{host}")
        }
        None => word.to_owned(),
    };
    text.split(' ').map(cut).collect::<Vec<_>>().join(" ")
}

/// An enhanced code at the start of a line, with or without `#`, and what follows it.
fn leading_code(line: &str) -> (Option<&str>, &str) {
    let text = line.trim_start();
    let text = text.strip_prefix('#').unwrap_or(text);
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    match text.split_at_checked(end) {
        Some((code, rest)) if is_enhanced(code) => (Some(code), rest),
        _ => (None, line),
    }
}

/// An enhanced code marked with `#` or in brackets anywhere: `(#5.1.1)`, `[5.1.1]`, `(5.1.1)`.
fn marked_code(line: &str) -> Option<&str> {
    line.split(['(', '[', ' ', ')', ']'])
        .filter_map(|word| word.strip_prefix('#'))
        .find(|code| is_enhanced(code))
        .or_else(|| {
            line.split(['(', '['])
                .skip(1)
                .filter_map(|rest| rest.split([')', ']']).next())
                .find(|code| is_enhanced(code))
        })
}

/// `class "." subject "." detail` of RFC 3463: 2, 4 or 5, then up to three digits each.
fn is_enhanced(text: &str) -> bool {
    let mut parts = text.split('.');
    let class = parts
        .next()
        .is_some_and(|part| matches!(part, "2" | "4" | "5"));
    let number = |part: Option<&str>| {
        part.is_some_and(|part| {
            (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    class && number(parts.next()) && number(parts.next()) && parts.next().is_none()
}

#[cfg(test)]
mod tests;
