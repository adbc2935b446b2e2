//! The stable codes of verdicts and endings, in plain words.

use lode_core::email::EmailStatus;

use super::Tone;
use super::providers::name;

/// The short verdict on an address, for its badge.
#[must_use]
pub fn verdict(status: EmailStatus) -> (&'static str, Tone) {
    match status {
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
    let known = SENTENCES.iter().find(|(codes, _)| codes.contains(&code));
    if let Some((_, text)) = known {
        return (*text).to_owned();
    }
    let mut of_providers = OF_PROVIDERS.iter();
    let of_provider = of_providers.find_map(|(begin, says)| {
        let provider = code.strip_prefix(begin).filter(|name| !name.is_empty())?;
        // Of one that this version does not know, as much as of another code.
        let end = provider.char_indices().nth(CODE_CHARS_MAX);
        let provider = provider.get(..end.map_or(provider.len(), |(at, _)| at))?;
        Some([name(provider), " ", says, "."].concat())
    });
    of_provider.unwrap_or_else(|| readable(code))
}

/// Beginnings of codes that end with a data provider's name, and what it does then.
const OF_PROVIDERS: &[(&str, &str)] = &[
    ("confirmed_by_", "says that this address exists"),
    (
        "doubted_by_",
        "says that the likeliest address does not exist",
    ),
    ("found_by_", "names this address"),
];

/// Codes of the verifier, the finder and the server, by what they mean to a user.
const SENTENCES: &[(&[&str], &str)] = &[
    // The mail server's word on the address.
    (
        &["accepted_and_decoys_refused"],
        "The mail server accepted this address and refused made-up ones beside it.",
    ),
    (
        &["accepts_all", "accept_all"],
        "The company's mail server accepts every address, so its yes proves nothing.",
    ),
    (
        &["accepts_name_like_decoys"],
        "The mail server also accepted made-up names of the same form, so its yes proves nothing.",
    ),
    (
        &["accepted_without_verifying"],
        "The mail server takes mail for it without looking whether it exists.",
    ),
    (
        &["no_such_mailbox"],
        "The mail server says that this mailbox does not exist.",
    ),
    (
        &["refused_like_the_decoys"],
        "The mail server refused it exactly as it refuses addresses that cannot exist.",
    ),
    (
        &["ambiguous_refusal"],
        "The mail server refused it without saying why.",
    ),
    (&["mailbox_full"], "The mailbox exists, but it is full."),
    (
        &["mailbox_disabled"],
        "The mailbox exists, but it is switched off.",
    ),
    (
        &["server_knows_nobody"],
        "The mail server refused it, but it refuses everybody we asked for, its postmaster \
         included, so its no proves nothing.",
    ),
    (
        &["decoy_accepted"],
        "The mail server also accepted an address that we made up, so its yes proves nothing.",
    ),
    (
        &["control_incomplete", "control_contradictory"],
        "The mail server accepted it, but the counter-check with made-up addresses came to no \
         clear end.",
    ),
    (
        &["postmaster_not_sane"],
        "The mail server answers as if it knew no mailbox at all, so its yes proves nothing.",
    ),
    (
        &["not_proved"],
        "Nothing could be proved about the likely addresses.",
    ),
    // The mail server does not want to be asked, or cannot be.
    (
        &["greylisted", "deferred", "control_deferred"],
        "The mail server asked us to come back later.",
    ),
    (
        &["deferred_to_the_end", "deferred_too_long"],
        "The mail server kept asking us to come back later, until we stopped.",
    ),
    (
        &[
            "policy_refusal",
            "policy_refusal_in_session",
            "sender_refused",
            "provider_blocks_us",
            "blocked",
        ],
        "The mail server refuses to talk to your server. That says nothing about this address.",
    ),
    (
        &["rate_limited"],
        "The mail server limits how often it may be asked.",
    ),
    (
        &["hourly_limit", "backing_off", "session_limit"],
        "It was not asked more often, to spare the mail server.",
    ),
    (
        &["tls_required", "tls_failed"],
        "No encrypted connection to the mail server could be made.",
    ),
    (
        &[
            "server_busy",
            "connection_dropped",
            "connection_refused",
            "timeout",
            "protocol_error",
            "no_mail_service",
            "mx_without_address",
            "not_asked",
        ],
        "The company's mail server could not be reached, or broke off.",
    ),
    (
        &["mx_address_denied"],
        "The company's mail server has no address that your server may connect to.",
    ),
    (
        &["proxy_failed"],
        "Your server's way out to mail servers, its SOCKS5 proxy, cannot be used.",
    ),
    (
        &["dns_failed"],
        "The company's mail server could not be looked up.",
    ),
    (
        &["probing_off"],
        "Your server is set not to ask mail servers, so nothing can be proved.",
    ),
    (
        &["port_25_shut"],
        "Your server's network does not let it reach mail servers (port 25 is shut), so nothing \
         can be proved from there.",
    ),
    (
        &["domain_too_long_to_probe"],
        "The domain is too long for the counter-check with made-up addresses.",
    ),
    // Data providers.
    (
        &["provider_says_invalid"],
        "The data provider that names this address says that it does not exist.",
    ),
    (
        &["refuted_before"],
        "A data provider named it, but it was found not to exist.",
    ),
    (
        &["provider_spend_limit"],
        "A data provider was not asked: its limit for today is reached.",
    ),
    (
        &["provider_unauthorized", "provider_redirected"],
        "A data provider refused your key, so it could not be asked. The options page says what to \
         do.",
    ),
    (
        &["provider_out_of_credits"],
        "Your credits with a data provider are used up, so it could not be asked.",
    ),
    (
        &["key_unreadable"],
        "Your server cannot read its key of a data provider, so it could not be asked. The options \
         page says what to do.",
    ),
    (
        &["provider_resting", "provider_rate_limited"],
        "A data provider could not be asked for a while, longer than this search waits.",
    ),
    (
        &[
            "provider_failed",
            "provider_malformed",
            "provider_too_large",
            "provider_wrong_content_type",
            "provider_timeout",
            "provider_unreachable",
            "provider_try_later",
        ],
        "A data provider gave no answer that could be read.",
    ),
    (
        &["provider_pending", "provider_result_gone"],
        "A data provider worked on it and came to no end in time.",
    ),
    (
        &["provider_lost"],
        "A data provider's answer was lost. It was not asked again, since that could cost twice.",
    ),
    (
        &["person_opted_out"],
        "A data provider says that this person does not want to be found.",
    ),
    (
        &["no_second_opinion"],
        "A data provider was to be asked about the address, and gave no answer.",
    ),
    (&["next_likeliest"], "This is the next likeliest address."),
    (&["no_other_likely"], "No other address is likely."),
    // The domain.
    (
        &["no_mx", "null_mx"],
        "The company's domain does not take e-mail.",
    ),
    (
        &["domain_not_found"],
        "The company's domain does not exist.",
    ),
    (
        &["domain_unknown"],
        "The company's website could not be told.",
    ),
    (
        &["domain_unconfirmed"],
        "It is not certain that this domain is the company's.",
    ),
    (&["domain_given"], "The company's domain was given."),
    (
        &["domain_from_website"],
        "The company's domain stands on the captured page.",
    ),
    (
        &["domain_confirmed_before"],
        "The company's domain was confirmed by an earlier search.",
    ),
    (
        &["domain_named_by_site"],
        "The website at this domain names the company.",
    ),
    (
        &["domain_takes_mail"],
        "The domain was guessed from the company's name.",
    ),
    (
        &["domain_claimed"],
        "A data provider says that this domain is the company's.",
    ),
    (
        &["domain_malformed"],
        "What was given for the company's website is no domain.",
    ),
    (
        &["domain_shared_host"],
        "The company's website is at a shared host, so its domain is not the company's own.",
    ),
    (
        &["domain_free_mail"],
        "That domain is a free mail provider's, not the company's.",
    ),
    // The name and the kind of address.
    (
        &["no_candidate_accepted"],
        "The mail server refused every likely form of the name.",
    ),
    (
        &["name_unusable"],
        "No address can be formed from the name as shown.",
    ),
    (
        &["name_romanised"],
        "The name was written in Latin letters for it.",
    ),
    (
        &["not_a_person"],
        "A company was captured, so there is no person to find an address for.",
    ),
    (&["role"], "It is a shared address, not one person's own."),
    (&["free_mail"], "It is at a free mail provider."),
    (&["alias"], "It is a forwarding address."),
    (&["disposable"], "It is a throw-away address."),
    (
        &["needs_smtputf8"],
        "It holds letters that few mail servers can be asked about.",
    ),
    (&["syntax_empty"], "There is no address."),
    (&["syntax_no_at"], "An address has one @ in it."),
    (&["syntax_too_long"], "It is too long for an address."),
    (
        &["syntax_control_characters"],
        "It holds characters that no address may hold.",
    ),
    (
        &["syntax_local_part"],
        "What stands before the @ is no name of a mailbox.",
    ),
    (&["syntax_domain"], "What stands behind the @ is no domain."),
    (
        &["syntax_domain_literal"],
        "Behind the @ stands a number of a machine in place of a domain.",
    ),
    // Ourselves.
    (
        &["score_corrected_by_outcomes"],
        "The score is corrected by what became of earlier addresses with such a score.",
    ),
    (&["erased"], "The person's data were erased."),
    (
        &["internal"],
        "Something failed on your server. Its log tells more.",
    ),
    (
        &["gave_up", "timed_out"],
        "The search was begun on your server, but never came to an end.",
    ),
];

/// Longest part of an unknown code that is shown, in characters.
const CODE_CHARS_MAX: usize = 80;

fn readable(code: &str) -> String {
    let mut text = String::new();
    for c in code.chars().take(CODE_CHARS_MAX) {
        match c {
            '_' | '-' | '.' => text.push(' '),
            c if text.is_empty() => text.push(c.to_ascii_uppercase()),
            c => text.push(c),
        }
    }
    text.push('.');
    text
}

#[cfg(test)]
mod tests {
    use lode_core::reason;

    use super::*;

    #[test]
    fn known_codes_are_sentences() {
        let text = sentence("accepted_and_decoys_refused");
        assert!(text.starts_with("The mail server accepted"), "{text}");
    }

    #[test]
    fn every_code_has_one_sentence() {
        let mut seen = std::collections::BTreeSet::new();
        for (codes, text) in SENTENCES {
            assert!(text.ends_with('.'), "{text}");
            for code in *codes {
                assert!(seen.insert(code), "{code} is there twice");
                assert_eq!(sentence(code), *text);
                assert!(reason::is_known(code), "nobody says {code}");
            }
        }
        for code in reason::all() {
            assert!(seen.contains(&code), "{code} has no sentence");
        }
        for (begin, _) in OF_PROVIDERS {
            assert!(reason::is_known(&format!("{begin}hunter")), "{begin}");
        }
        assert_eq!(sentence("found_by_hunter"), "Hunter names this address.");
        assert_eq!(
            sentence("doubted_by_leadmagic"),
            "LeadMagic says that the likeliest address does not exist."
        );
    }

    #[test]
    fn unknown_codes_stay_readable_and_short() {
        assert_eq!(sentence("server_on_holiday"), "Server on holiday.");
        assert_eq!(sentence("öl"), "öl.");
        assert_eq!(sentence(&"x".repeat(5_000)).chars().count(), 81);
    }

    #[test]
    fn only_a_verified_address_looks_good() {
        for status in [
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
