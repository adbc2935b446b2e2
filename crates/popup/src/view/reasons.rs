//! The stable codes of verdicts and endings, in plain words.

use lode_core::email::EmailStatus;

use super::Tone;

/// The short verdict on an address, for its badge.
#[must_use]
pub fn verdict(status: EmailStatus) -> (&'static str, Tone) {
    match status {
        EmailStatus::Queued | EmailStatus::Resolving | EmailStatus::Probing => {
            ("Being checked", Tone::Busy)
        }
        EmailStatus::Deferred => ("Waiting for the mail server", Tone::Busy),
        EmailStatus::Verified => ("Verified", Tone::Good),
        EmailStatus::Invalid => ("Does not exist", Tone::Bad),
        EmailStatus::AcceptAll => ("Likely, not proved", Tone::Warn),
        EmailStatus::Full => ("Mailbox is full", Tone::Warn),
        EmailStatus::Disabled => ("Mailbox is disabled", Tone::Bad),
        EmailStatus::Role => ("Shared address", Tone::Warn),
        EmailStatus::Disposable => ("Throw-away address", Tone::Bad),
        EmailStatus::Blocked => ("Could not be checked", Tone::Warn),
        EmailStatus::Unknown => ("A guess, not proved", Tone::Warn),
        EmailStatus::NotFound => ("No address", Tone::Neutral),
    }
}

/// One sentence for a code. A code that this version does not know is shown readably
/// rather than hidden: `some_new_code` → `Some new code.`
#[must_use]
pub fn sentence(code: &str) -> String {
    known(code).map_or_else(|| readable(code), str::to_owned)
}

fn known(code: &str) -> Option<&'static str> {
    Some(match code {
        "decoys_refused" => {
            "The mail server accepted this address and refused made-up ones beside it."
        }
        "mx_accepts_all" => {
            "This company's mail server accepts every address, so an acceptance proves nothing."
        }
        "domain_unknown" => "The company's website could not be told.",
        "no_mx" => "The company's domain does not take e-mail.",
        "no_candidate_accepted" => "The mail server refused every likely form of the name.",
        "probing_off" => "Your server is set not to ask mail servers, so nothing can be proved.",
        _ => return None,
    })
}

/// Longest part of an unknown code that is shown, in characters.
const CODE_CHARS_MAX: usize = 80;

fn readable(code: &str) -> String {
    let mut text = String::new();
    for c in code.chars().take(CODE_CHARS_MAX) {
        match c {
            '_' | '-' | '.' => text.push(' '),
            c if text.is_empty() => text.extend(c.to_uppercase()),
            c => text.push(c),
        }
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_are_sentences() {
        let text = sentence("decoys_refused");
        assert!(text.starts_with("The mail server accepted"), "{text}");
    }

    #[test]
    fn unknown_codes_stay_readable_and_short() {
        assert_eq!(sentence("server_on_holiday"), "Server on holiday.");
        assert_eq!(sentence("öl"), "Öl.");
        assert_eq!(sentence(&"x".repeat(5_000)).chars().count(), 81);
    }

    #[test]
    fn only_a_verified_address_looks_good() {
        for status in [
            EmailStatus::Queued,
            EmailStatus::Resolving,
            EmailStatus::Probing,
            EmailStatus::Deferred,
            EmailStatus::Invalid,
            EmailStatus::AcceptAll,
            EmailStatus::Full,
            EmailStatus::Disabled,
            EmailStatus::Role,
            EmailStatus::Disposable,
            EmailStatus::Blocked,
            EmailStatus::Unknown,
            EmailStatus::NotFound,
        ] {
            assert_ne!(verdict(status).1, Tone::Good, "{status:?}");
        }
        assert_eq!(verdict(EmailStatus::Verified), ("Verified", Tone::Good));
    }
}
