//! What data providers say of an address that could not be proved: pure.
//!
//! An opinion is a claim about a mailbox. It moves the score within the caps, and may put the
//! next likeliest address in the place of one that is doubted. It proves and refutes nothing:
//! conclusion and status stay those of our own evidence.

use lode_core::email::EmailStatus;
use serde::{Deserialize, Serialize};

use crate::claims::{Claim, cap, claimed, supported};
use crate::conclude::{guesses, score};
use crate::outcome::{Conclusion, FindOutcome};

/// Most addresses of one look-up that others are asked about: each costs.
pub const ADDRESSES_MAX: usize = 3;

/// Most sources that are asked about one address.
pub const SOURCES_MAX: usize = 3;

/// Least probability of an address that is put in the place of a doubted one. Own judgement:
/// below it most of what is asked for would be paid in vain.
const LIKELY_MIN: f64 = 0.05;

/// What a source says of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// It exists.
    Valid,
    /// It does not.
    Invalid,
    /// Its domain accepts every address: the source cannot tell.
    AcceptAll,
    /// The source does not know.
    Unknown,
}

impl Says {
    /// Whether no other source need be asked.
    #[must_use]
    pub fn is_definite(self) -> bool {
        matches!(self, Self::Valid | Self::Invalid)
    }
}

/// What one source says of one address.
#[derive(Debug, Clone, PartialEq)]
pub struct Opinion {
    /// Who says so: a stable name.
    pub source: String,
    /// The address.
    pub email: String,
    /// What it says.
    pub says: Says,
    /// How often the source is right, 0 to 1.
    pub precision: f64,
}

impl Opinion {
    fn precision(&self) -> f64 {
        if self.precision.is_nan() {
            0.0
        } else {
            self.precision.clamp(0.0, 1.0)
        }
    }

    fn reason(&self) -> Option<String> {
        match self.says {
            Says::Valid => Some(format!("confirmed_by_{}", self.source)),
            Says::Invalid => Some(format!("doubted_by_{}", self.source)),
            Says::AcceptAll | Says::Unknown => None,
        }
    }
}

/// Whether a verdict leaves open if the mailbox exists: it is neither proved nor refuted.
#[must_use]
pub fn is_open(status: EmailStatus) -> bool {
    matches!(
        status,
        EmailStatus::AcceptAll
            | EmailStatus::Unknown
            | EmailStatus::Blocked
            | EmailStatus::Deferred
    )
}

/// The address that others may be asked about: what a look-up shows without a proof.
#[must_use]
pub fn to_ask(outcome: &FindOutcome) -> Option<&str> {
    let unproved = matches!(
        outcome.conclusion,
        Conclusion::AcceptAll
            | Conclusion::Unsure
            | Conclusion::ProbingOff
            | Conclusion::Blocked
            | Conclusion::Deferred
    );
    outcome
        .email
        .as_deref()
        .filter(|_| unproved && is_open(outcome.status))
}

/// The address to be asked about after a doubted one: the likeliest that nobody was asked about,
/// where any is likely. `outcome` is what `own` and the claims led to.
#[must_use]
pub fn next_to_ask(
    outcome: &FindOutcome,
    own: &FindOutcome,
    claims: &[Claim],
    heard: &[Opinion],
) -> Option<String> {
    weighed(outcome, own, claims, heard)
        .into_iter()
        .filter(|offer| offer.probability >= LIKELY_MIN)
        .filter(|offer| {
            !heard
                .iter()
                .any(|opinion| same(&opinion.email, offer.email))
        })
        .reduce(likelier)
        .map(|offer| offer.email.to_owned())
}

/// What a look-up ends with, once others were heard. `outcome` is what `own` and the claims led
/// to; without a definite opinion it stays as it is.
#[must_use]
pub fn with_opinions(
    outcome: FindOutcome,
    own: &FindOutcome,
    claims: &[Claim],
    heard: &[Opinion],
) -> FindOutcome {
    let Some(shown) = to_ask(&outcome).map(str::to_owned) else {
        return outcome;
    };
    if !heard.iter().any(|opinion| opinion.says.is_definite()) {
        return outcome;
    }
    let offers = weighed(&outcome, own, claims, heard);
    let of_shown = offers.iter().find(|offer| same(offer.email, &shown));
    let now = of_shown.map_or(0.0, |offer| offer.probability);
    let doubted = is_doubted(&shown, heard);
    let other = offers
        .iter()
        .filter(|offer| !same(offer.email, &shown) && !is_doubted(offer.email, heard))
        .filter(|offer| offer.probability >= LIKELY_MIN)
        .copied()
        .reduce(likelier);
    let alone = doubted && other.is_none();
    let instead = other
        .filter(|other| doubted && other.probability > now)
        .map(|other| {
            let mut instead = offered(own, claims, &other);
            // First who doubts the likelier one, since that is why this one stands here.
            instead.reasons.extend(reasons(heard, &shown));
            instead.reasons.push("next_likeliest".to_owned());
            instead.reasons.extend(reasons(heard, other.email));
            instead
        });
    let mut ended = instead.unwrap_or_else(|| {
        let before = outcome.score;
        let limit = cap(outcome.status);
        let mut outcome = outcome;
        outcome.score = match last_word(&shown, heard) {
            Some(Says::Valid) => score(now, limit).max(before.min(limit)),
            Some(Says::Invalid) => score(now, limit).min(before),
            _ => before,
        };
        outcome.reasons.extend(reasons(heard, &shown));
        if alone {
            outcome.reasons.push("no_other_likely".to_owned());
        }
        outcome
    });
    let mut seen = std::collections::HashSet::new();
    ended.reasons.retain(|reason| seen.insert(reason.clone()));
    ended
}

/// The score of one address that we could not judge, and why, once others were heard of it: for
/// verifications, where no person and no other address comes in.
#[must_use]
pub fn of_address(status: EmailStatus, before: u8, heard: &[Opinion]) -> (u8, Vec<String>) {
    if !is_open(status) {
        return (before, Vec::new());
    }
    let mut probability = f64::from(before) / 100.0;
    for opinion in heard {
        probability = moved(probability, 1.0, opinion);
    }
    let limit = cap(status);
    let after = score(probability, limit);
    let last = heard
        .iter()
        .rev()
        .find(|opinion| opinion.says.is_definite());
    let after = match last.map(|opinion| opinion.says) {
        Some(Says::Valid) => after.max(before.min(limit)),
        Some(Says::Invalid) => after.min(before),
        _ => before,
    };
    (after, heard.iter().filter_map(Opinion::reason).collect())
}

/// An address that may be the person's.
#[derive(Clone, Copy)]
struct Offer<'a> {
    email: &'a str,
    /// Who names it; `None`: our own guess.
    claim: Option<&'a Claim>,
    probability: f64,
    /// The most that a working mailbox can make of it: it may be another company's.
    ceiling: f64,
}

fn likelier<'a>(a: Offer<'a>, b: Offer<'a>) -> Offer<'a> {
    if b.probability > a.probability { b } else { a }
}

/// Every address that may still be the person's, as likely as it is once others were heard.
fn weighed<'a>(
    outcome: &'a FindOutcome,
    own: &'a FindOutcome,
    claims: &'a [Claim],
    heard: &[Opinion],
) -> Vec<Offer<'a>> {
    let mut offers = offers(outcome, own, claims);
    for opinion in heard.iter().filter(|opinion| opinion.says.is_definite()) {
        let Some(about) = offers
            .iter()
            .find(|offer| same(offer.email, &opinion.email))
        else {
            continue;
        };
        let before = about.probability;
        let after = moved(before, about.ceiling, opinion);
        // What the one gains, the others lose.
        let rest = (1.0 - after) / (1.0 - before).max(f64::EPSILON);
        for offer in &mut offers {
            offer.probability = if same(offer.email, &opinion.email) {
                after
            } else {
                (offer.probability * rest).min(offer.ceiling)
            };
        }
    }
    offers
}

/// How likely an address is after an opinion on it, taken as independent of what we know.
fn moved(before: f64, ceiling: f64, opinion: &Opinion) -> f64 {
    let right = opinion.precision();
    let moved = match opinion.says {
        Says::Valid => {
            // That a mailbox works says nothing of whose domain it is at.
            let ceiling = ceiling.max(before).max(f64::MIN_POSITIVE);
            ceiling * (1.0 - (1.0 - before / ceiling) * (1.0 - right))
        }
        Says::Invalid => {
            let left = before * (1.0 - right);
            left / (left + 1.0 - before).max(f64::EPSILON)
        }
        Says::AcceptAll | Says::Unknown => before,
    };
    moved.clamp(0.0, 1.0)
}

/// Every address that was not refuted: what is shown, what is claimed, our own candidates.
fn offers<'a>(
    outcome: &'a FindOutcome,
    own: &'a FindOutcome,
    claims: &'a [Claim],
) -> Vec<Offer<'a>> {
    let ceiling = |email: &str| {
        let at = email.rsplit_once('@').map_or("", |(_, domain)| domain);
        own.domain
            .iter()
            .chain(&own.other_domains)
            .find(|finding| finding.domain.eq_ignore_ascii_case(at) && !finding.confirmed)
            .map_or(1.0, |finding| finding.probability.clamp(0.0, 1.0))
    };
    let mut all: Vec<Offer<'a>> = Vec::new();
    let mut add = |email: &'a str, claim: Option<&'a Claim>, probability: f64| {
        if !all.iter().any(|offer| same(offer.email, email)) {
            all.push(Offer {
                email,
                claim,
                probability: probability.clamp(0.0, 1.0),
                ceiling: ceiling(email),
            });
        }
    };
    for claim in claims.iter().filter(|claim| is_open(claim.status)) {
        add(&claim.email, Some(claim), supported(own, claims, claim));
    }
    // Where our own search ended otherwise, nothing speaks for what it did not try.
    if to_ask(own).is_some() {
        let domain = own.domain.as_ref().map_or(1.0, |domain| domain.probability);
        let refuted = |email: &str| {
            let mut of = claims.iter().filter(|claim| same(&claim.email, email));
            of.any(|claim| claim.status.is_refuted())
        };
        for (candidate, probability) in guesses(&own.candidates) {
            if !refuted(&candidate.email) {
                add(&candidate.email, None, probability * domain);
            }
        }
    }
    if let Some(shown) = outcome.email.as_deref() {
        add(shown, None, f64::from(outcome.score) / 100.0);
    }
    all
}

/// An outcome that shows another address.
fn offered(own: &FindOutcome, claims: &[Claim], offer: &Offer<'_>) -> FindOutcome {
    let named = offer.claim.or_else(|| {
        let mut open = claims.iter().filter(|claim| is_open(claim.status));
        open.find(|claim| same(&claim.email, offer.email))
    });
    match named {
        Some(claim) => claimed(own.clone(), claim, offer.probability),
        None => FindOutcome {
            email: Some(offer.email.to_owned()),
            score: score(offer.probability, cap(own.status)),
            ..own.clone()
        },
    }
}

fn is_doubted(email: &str, heard: &[Opinion]) -> bool {
    last_word(email, heard) == Some(Says::Invalid)
}

/// The last definite word on an address.
fn last_word(email: &str, heard: &[Opinion]) -> Option<Says> {
    heard
        .iter()
        .rev()
        .find(|opinion| opinion.says.is_definite() && same(&opinion.email, email))
        .map(|opinion| opinion.says)
}

fn reasons(heard: &[Opinion], email: &str) -> Vec<String> {
    heard
        .iter()
        .filter(|opinion| same(&opinion.email, email))
        .filter_map(Opinion::reason)
        .collect()
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

#[cfg(test)]
mod tests;
