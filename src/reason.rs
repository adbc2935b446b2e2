//! The reason codes of verdicts and endings, all of them: what the verifier, the finder and the
//! server say, and what the popup has a sentence for. Stable: they are stored and go through the
//! API. Which of them may stand where is the rule's that gives it.

/// What the mail server said, or did not.
const SERVER: &[&str] = &[
    "accepted_and_decoys_refused",
    "accepted_without_verifying",
    "accepts_all",
    "accepts_name_like_decoys",
    "ambiguous_refusal",
    "control_contradictory",
    "control_deferred",
    "control_incomplete",
    "decoy_accepted",
    "deferred",
    "deferred_to_the_end",
    "greylisted",
    "mailbox_disabled",
    "mailbox_full",
    "no_such_mailbox",
    "policy_refusal",
    "policy_refusal_in_session",
    "postmaster_not_sane",
    "rate_limited",
    "refused_like_the_decoys",
    "sender_refused",
    "server_knows_nobody",
    "tls_failed",
    "tls_required",
];

/// Why no mail server could be asked.
const WAY: &[&str] = &[
    "backing_off",
    "connection_dropped",
    "connection_refused",
    "dns_failed",
    "domain_too_long_to_probe",
    "hourly_limit",
    "mx_address_denied",
    "mx_without_address",
    "no_mail_service",
    "not_asked",
    "port_25_shut",
    "probing_off",
    "protocol_error",
    "provider_blocks_us",
    "proxy_failed",
    "server_busy",
    "session_limit",
    "timeout",
];

/// What the address itself says.
const ADDRESS: &[&str] = &[
    "alias",
    "disposable",
    "free_mail",
    "needs_smtputf8",
    "role",
    "syntax_control_characters",
    "syntax_domain",
    "syntax_domain_literal",
    "syntax_empty",
    "syntax_local_part",
    "syntax_no_at",
    "syntax_too_long",
];

/// What is known of the domain, and how it was come by.
const DOMAIN: &[&str] = &[
    "domain_claimed",
    "domain_confirmed_before",
    "domain_free_mail",
    "domain_from_website",
    "domain_given",
    "domain_malformed",
    "domain_named_by_site",
    "domain_not_found",
    "domain_shared_host",
    "domain_takes_mail",
    "domain_unconfirmed",
    "domain_unknown",
    "no_mx",
    "null_mx",
];

/// What the search came to.
const SEARCH: &[&str] = &[
    "accept_all",
    "blocked",
    "deferred_too_long",
    "erased",
    "gave_up",
    "internal",
    "name_romanised",
    "name_unusable",
    "no_candidate_accepted",
    "not_a_person",
    "not_proved",
    "score_corrected_by_outcomes",
    "timed_out",
];

/// What data providers said, or why they were not asked.
const PROVIDERS: &[&str] = &[
    "next_likeliest",
    "no_other_likely",
    "no_second_opinion",
    "person_opted_out",
    "provider_says_invalid",
    "provider_spend_limit",
    "refuted_before",
];

/// Why a data provider could not be asked, or gave no answer.
const PROVIDERS_TROUBLE: &[&str] = &[
    "key_unreadable",
    "provider_failed",
    "provider_lost",
    "provider_malformed",
    "provider_out_of_credits",
    "provider_pending",
    "provider_rate_limited",
    "provider_redirected",
    "provider_resting",
    "provider_result_gone",
    "provider_timeout",
    "provider_too_large",
    "provider_try_later",
    "provider_unauthorized",
    "provider_unreachable",
    "provider_wrong_content_type",
];

/// Beginnings of the codes that end with a provider's name.
const OF_PROVIDERS: &[&str] = &["confirmed_by_", "doubted_by_", "found_by_"];

/// Every code but those that end with a provider's name.
pub fn all() -> impl Iterator<Item = &'static str> {
    [
        SERVER,
        WAY,
        ADDRESS,
        DOMAIN,
        SEARCH,
        PROVIDERS,
        PROVIDERS_TROUBLE,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Whether the code says that a data provider could not be asked, or gave no answer: it might
/// have known what was not found.
#[must_use]
pub fn is_provider_trouble(code: &str) -> bool {
    PROVIDERS_TROUBLE.contains(&code)
}

/// Whether this is one of the codes.
#[must_use]
pub fn is_known(code: &str) -> bool {
    let of_provider = || {
        let beginnings = OF_PROVIDERS.iter();
        beginnings
            .filter_map(|begin| code.strip_prefix(begin))
            .any(|name| !name.is_empty())
    };
    all().any(|known| known == code) || of_provider()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_documented() {
        let document = include_str!("../docs/API.md");
        for code in all().chain(OF_PROVIDERS.iter().copied()) {
            assert!(document.contains(&format!("`{code}`")), "{code}");
        }
    }

    #[test]
    fn codes_are_told_apart() {
        let mut seen = std::collections::BTreeSet::new();
        for code in all() {
            assert!(seen.insert(code), "{code} is there twice");
            assert!(is_known(code));
        }
        assert!(is_known("found_by_hunter"));
        assert!(!is_known("found_by_"));
        assert!(!is_known("server_on_holiday"));
    }
}
