//! One look-up's way through the domains that the company may have.

use lode_core::email::EmailStatus;
use lode_core::name::PersonName;

use super::FinderConfig;
use crate::conclude::nothing;
use crate::outcome::{CandidateStatus, Conclusion, DomainFinding, FindOutcome};

/// A look-up with its domains, likeliest first.
pub(super) struct Search {
    pub(super) name: PersonName,
    findings: Vec<DomainFinding>,
    /// Why there is no domain, where there is none.
    reason: &'static str,
    /// How many of the domains were looked at.
    at: usize,
    outcome: Option<FindOutcome>,
    done: bool,
}

impl Search {
    pub(super) fn new(
        name: PersonName,
        findings: Vec<DomainFinding>,
        reason: &'static str,
    ) -> Self {
        Self {
            name,
            findings,
            reason,
            at: 0,
            outcome: None,
            done: false,
        }
    }

    /// The next domain to be asked.
    pub(super) fn next(&mut self, config: &FinderConfig) -> Option<DomainFinding> {
        let (at, finding) = self.ahead(config)?;
        let finding = finding.clone();
        self.at = at + 1;
        Some(finding)
    }

    /// Whether there is another domain to be asked.
    pub(super) fn has_more(&self, config: &FinderConfig) -> bool {
        self.ahead(config).is_some()
    }

    fn ahead(&self, config: &FinderConfig) -> Option<(usize, &DomainFinding)> {
        let mut findings = self.findings.iter().enumerate().take(config.domains_max);
        findings.find(|(at, finding)| {
            let likely = finding.probability >= config.domain_probability_min;
            !self.done && *at >= self.at && (finding.confirmed || likely)
        })
    }

    /// Takes in what became of the domain that was asked.
    pub(super) fn take(&mut self, outcome: FindOutcome) {
        let settled = !matches!(
            outcome.conclusion,
            Conclusion::NotFound | Conclusion::NoMail | Conclusion::DomainUnknown
        );
        let last = self.at.checked_sub(1).and_then(|at| self.findings.get(at));
        self.done = settled || last.is_some_and(|finding| finding.confirmed);
        if self.outcome.is_none() || settled {
            self.outcome = Some(outcome);
        }
    }

    /// What it all comes to.
    pub(super) fn conclude(mut self) -> FindOutcome {
        if let Some(mut outcome) = self.outcome {
            self.findings.retain(|finding| {
                let taken = outcome.domain.as_ref();
                taken.is_none_or(|taken| taken.domain != finding.domain)
            });
            outcome.other_domains = self.findings;
            return outcome;
        }
        let conclusion = if self.reason == "dns_failed" {
            Conclusion::Failed
        } else {
            Conclusion::DomainUnknown
        };
        let mut outcome = nothing(conclusion, self.reason, None, self.findings);
        if conclusion == Conclusion::DomainUnknown && self.reason != "domain_unknown" {
            outcome.reasons.insert(0, "domain_unknown".to_owned());
        }
        outcome
    }
}

impl FindOutcome {
    /// Whether our own limits ended it when some candidates had their answer already: what the
    /// next attempt is told ([`crate::FindRequest::begun`]).
    #[must_use]
    pub fn is_begun(&self) -> bool {
        let mut statuses = self.candidates.iter().map(|candidate| candidate.status);
        let waits = CandidateStatus::Judged(EmailStatus::Deferred);
        self.held && statuses.any(|it| it != waits && it != CandidateStatus::NotTried)
    }
}
