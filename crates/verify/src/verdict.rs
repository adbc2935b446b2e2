//! The verdict on an address; the rules that lead to it are in [`rules`].

pub mod rules;

use std::time::Duration;

use lode_core::email::EmailStatus;
use serde::Serialize;

use crate::address::{Address, Domain};
use crate::evidence::{Evidence, Stage};
use crate::profile::DomainProfile;

/// What was found out about one address.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// The address as it was given.
    pub email: String,
    /// The verdict.
    pub status: EmailStatus,
    /// Confidence that mail arrives, 0 to 100; 100 only with [`EmailStatus::Verified`].
    pub score: u8,
    /// Why: stable codes, most telling first.
    pub reasons: Vec<String>,
    /// The mail host that answered, or the first that would be asked.
    pub mx: Option<String>,
    /// Time spent on it, waiting for turns not counted.
    pub duration: Duration,
    /// With [`EmailStatus::Deferred`]: after which time to ask again, with the next
    /// attempt number; where we held it ourselves (`held`), with the same.
    pub retry_after: Option<Duration>,
    /// It waits for our own limits (hourly limit, back-off, sessions of a run), not because
    /// the server asked for it: no attempt is used up.
    pub held: bool,
    /// What it rests on.
    pub evidence: Evidence,
}

/// What a probe of one domain's candidates found.
#[derive(Debug, Clone, PartialEq)]
pub struct DomainOutcome {
    /// The domain.
    pub domain: Domain,
    /// The candidates that were asked for, in order, with their verdicts. Probing stops at
    /// the first accepted one, so the list may be shorter than what was given.
    pub verdicts: Vec<(Address, Verdict)>,
    /// What is known of the domain now, where its server could be asked.
    pub profile: Option<DomainProfile>,
    /// Where no candidate could be asked: why (stable code), for every one of them.
    pub reason: Option<String>,
    /// The whole probe is to be repeated after this time with the next attempt number: the
    /// server deferred us and nothing is proved yet.
    pub retry_after: Option<Duration>,
    /// As [`Verdict::held`]: it is repeated with the same attempt number.
    pub held: bool,
}

impl Verdict {
    /// Whether nothing is known because no server could be reached: the network's fault, if
    /// it is so everywhere ([`crate::Verifier::port_shut`]).
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        let failures = &self.evidence.failures;
        self.evidence.target.is_none()
            && failures
                .last()
                .is_some_and(|failure| failure.stage == Stage::Connect)
    }
}

impl DomainOutcome {
    /// The candidate that decides: the verified one, else the first accepted one.
    #[must_use]
    pub fn best(&self) -> Option<&(Address, Verdict)> {
        let rank = |status: EmailStatus| match status {
            EmailStatus::Verified => 3,
            EmailStatus::Role | EmailStatus::Full => 2,
            EmailStatus::AcceptAll => 1,
            _ => 0,
        };
        let mut best: Option<&(Address, Verdict)> = None;
        for entry in &self.verdicts {
            let value = rank(entry.1.status);
            if value > 0 && best.is_none_or(|known| rank(known.1.status) < value) {
                best = Some(entry);
            }
        }
        best
    }
}
