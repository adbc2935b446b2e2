//! The actions that can have a price, and how each can end.

/// An action and its outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownAction {
    /// Name of the action, as in policy files and receipts.
    pub name: &'static str,
    /// Its outcomes; each needs a price.
    pub outcomes: &'static [&'static str],
    /// What a price is for, where it is not the action itself (`minute`).
    pub unit: Option<&'static str>,
}

/// Outcomes that never cost anything, under any policy: our own failure, a mail server
/// that refused us rather than the mailbox, and a hold that nobody ended.
pub const ALWAYS_FREE: [&str; 3] = ["failed", "blocked", "expired"];

/// Ends of a look-up or verification of an e-mail address, as in
/// `lode_core::email::EmailStatus`; `guess` is an address that follows the company's
/// pattern and was never asked for.
const FIND: &[&str] = &[
    "verified",
    "accept_all",
    "guess",
    "role",
    "full",
    "disabled",
    "disposable",
    "invalid",
    "unknown",
    "not_found",
];

/// Every action that a policy can price.
pub const ACTIONS: [KnownAction; 12] = [
    KnownAction {
        name: "find",
        outcomes: FIND,
        unit: None,
    },
    KnownAction {
        name: "verify",
        outcomes: &[
            "verified",
            "accept_all",
            "role",
            "full",
            "disabled",
            "disposable",
            "invalid",
            "unknown",
            // Not an address by RFC 5321: nobody was asked.
            "malformed",
        ],
        unit: None,
    },
    KnownAction {
        name: "preview",
        outcomes: &["found", "not_found"],
        unit: None,
    },
    KnownAction {
        name: "profile_enrichment",
        outcomes: &["found", "not_found"],
        unit: None,
    },
    KnownAction {
        name: "company_enrichment",
        outcomes: &["found", "not_found"],
        unit: None,
    },
    KnownAction {
        name: "mobile_find",
        // `main_line`: the direct dial is the company's main number.
        outcomes: &["found", "main_line", "not_found"],
        unit: None,
    },
    KnownAction {
        name: "mobile_verify",
        outcomes: &["valid", "invalid", "unknown", "malformed"],
        unit: None,
    },
    KnownAction {
        name: "job_alert",
        outcomes: &["delivered", "nothing_new"],
        unit: None,
    },
    KnownAction {
        name: "ai_text",
        outcomes: &["written"],
        unit: None,
    },
    KnownAction {
        name: "call_minute",
        outcomes: &["connected", "unanswered"],
        unit: Some("minute"),
    },
    KnownAction {
        name: "search_result_download",
        outcomes: &["delivered", "already_held"],
        unit: Some("lead"),
    },
    KnownAction {
        name: "import",
        outcomes: &["imported", "already_held", "no_capacity"],
        unit: Some("lead"),
    },
];

/// The known action of a name.
#[must_use]
pub fn known(action: &str) -> Option<&'static KnownAction> {
    ACTIONS.iter().find(|known| known.name == action)
}

/// How an outcome reads on a receipt.
#[must_use]
pub fn wording(outcome: &str) -> &str {
    match outcome {
        "accept_all" => "the server accepts every address",
        "guess" => "address guessed, not proved",
        "role" => "role address",
        "full" => "mailbox full",
        "disabled" => "mailbox disabled",
        "disposable" => "throw-away address",
        "not_found" => "nothing found",
        "unknown" => "could not be proved",
        "malformed" => "not an address",
        "blocked" => "the mail server refused to answer us",
        "failed" => "our own failure",
        "expired" => "it did not end in time",
        "main_line" => "the company's main line",
        "nothing_new" => "nothing new",
        "already_held" => "your team has it already",
        "no_capacity" => "no room for it",
        other => other,
    }
}
