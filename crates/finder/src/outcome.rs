//! What a look-up ends with.

use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_verify::Evidence;
use lode_verify::evidence::RcptAnswer;
use serde::{Deserialize, Serialize};

/// How a look-up ended: what a caller decides on. Only [`Self::Verified`] is billable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// The mailbox is proved, at a confirmed domain. Score 100. The only billable end.
    Verified,
    /// The mailbox is proved, but the domain is a guess: not billable, score at most
    /// `100 · P(domain)` and at most 80.
    DomainUnconfirmed,
    /// The domain accepts every address; the address is the likeliest one. Score at most 95.
    AcceptAll,
    /// Nothing could be proved; the address is a guess with its posterior as score.
    Unsure,
    /// Probing is off: the address is a guess, as for [`Self::Unsure`].
    ProbingOff,
    /// A mail server refused us, or the network does not let us out: a fact about us. The
    /// address is a guess.
    Blocked,
    /// A mail server asked to come back, or our limits do ([`FindOutcome::held`]):
    /// [`FindOutcome::retry_after`] says when.
    Deferred,
    /// Every candidate was refused as no mailbox.
    NotFound,
    /// The domain takes no mail.
    NoMail,
    /// No domain could be found for the company, or none was likely enough to ask.
    DomainUnknown,
    /// The name gives no candidate.
    NameUnusable,
    /// Our own failure (no DNS answer, internal error): not charged, can be tried again.
    Failed,
}

impl Conclusion {
    /// Whether a find may be charged.
    #[must_use]
    pub fn is_billable(self) -> bool {
        self == Self::Verified
    }
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindOutcome {
    /// How it ended.
    pub conclusion: Conclusion,
    /// The address, proved or guessed; `None` where there is none to show.
    pub email: Option<String>,
    /// State of that address; [`EmailStatus::Verified`] exactly if
    /// [`Conclusion::Verified`].
    pub status: EmailStatus,
    /// Confidence that the address is the person's and works, 0 to 100; 100 exactly if
    /// verified.
    pub score: u8,
    /// Why, in stable snake_case codes, most telling first.
    pub reasons: Vec<String>,
    /// The candidates, likeliest first, with what became of each.
    pub candidates: Vec<CandidateResult>,
    /// The domain that was taken.
    pub domain: Option<DomainFinding>,
    /// The other domains considered, likeliest first.
    pub other_domains: Vec<DomainFinding>,
    /// The mail host that answered, or the first that should have.
    pub mx: Option<String>,
    /// With [`Conclusion::Deferred`]: how long to wait before asking again.
    pub retry_after: Option<Duration>,
    /// What the decisive verdict rests on, or where everybody was refused the first: the
    /// questions and the servers' answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// With that: it waits for our own limits, not because a mail server asked for it, and no
    /// attempt is used up.
    #[serde(default)]
    pub held: bool,
    /// With that: no mail server could be reached, so that there is nothing to wait for once our
    /// own network is known to shut the port.
    #[serde(default)]
    pub unreachable: bool,
}

/// A candidate address and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CandidateResult {
    /// The address.
    pub email: String,
    /// How it is formed (`first.last`, `flast`, …).
    pub pattern: String,
    /// Probability that it is the person's address, before any probe, given the domain.
    pub probability: f64,
    /// What became of it.
    pub status: CandidateStatus,
    /// Why, in stable codes.
    pub reasons: Vec<String>,
    /// What the mail server answered, where it was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<RcptAnswer>,
}

/// What became of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum CandidateStatus {
    /// It was asked about, or judged without asking.
    Judged(EmailStatus),
    /// It was not asked about: an earlier one was accepted, or it was too unlikely.
    #[serde(with = "not_tried")]
    NotTried,
}

mod not_tried {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("not_tried")
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "not_tried" => Ok(()),
            other => Err(de::Error::unknown_variant(other, &["not_tried"])),
        }
    }
}

/// A domain taken for a company's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DomainFinding {
    /// The registrable domain, lower case, in ASCII form.
    pub domain: String,
    /// Probability that it is the company's mail domain.
    pub probability: f64,
    /// What that rests on.
    pub how: DomainSource,
    /// Whether it is sure enough for a verified address there to count as found.
    pub confirmed: bool,
}

/// What a domain finding rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DomainSource {
    /// Given with the request.
    Given,
    /// The website that the captured page shows.
    Website,
    /// Confirmed by an earlier look-up.
    Cache,
    /// Guessed from the company's name; the site at it names the company.
    WebsiteTitle,
    /// Guessed from the company's name; it takes mail, nothing more is known.
    MxOnly,
    /// A data provider names it, or an address there.
    Claimed,
}
