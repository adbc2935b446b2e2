//! Finds work e-mail addresses: company to domain, candidates from the name, evidence,
//! proof, score.
//!
//! The way of one look-up, each step in a module of its own:
//!
//! 1. [`person`]: the displayed name becomes weighted spellings of its parts.
//! 2. [`company`] and [`domain`]: the employer becomes a domain, with its probability and
//!    what that rests on.
//! 3. [`pattern`]: how organisations form addresses; the prior by company size, learned
//!    per domain from known addresses.
//! 4. [`candidates`]: spellings × patterns, ranked by posterior probability.
//! 5. [`Finder`]: has the candidates proved by `lode-verify` and concludes ([`conclude`]); those of
//!    several people of one company together ([`Finder::find_together`]).
//! 6. [`claims`]: what data providers say, once the caller has asked them, weighed with that.
//! 7. [`opinions`]: what they say of an address that could not be proved, when asked about it.
//!
//! Only [`Finder`], [`domain::discover`] and [`domain::website`] touch the network. How it is held
//! to the truth: `docs/FINDER.md`.

pub mod calibration;
pub mod candidates;
pub mod claims;
pub mod company;
pub mod conclude;
pub mod domain;
mod finder;
pub mod opinions;
pub mod outcome;
pub mod pattern;
pub mod person;
pub mod request;

pub use domain::{DomainCache, KnownDomain, NamedDomains, NoCache, Nobody};
pub use finder::{Finder, FinderConfig, Seeker};
pub use outcome::{
    CandidateResult, CandidateStatus, Conclusion, DomainFinding, DomainSource, FindOutcome,
};
pub use request::{CompanySize, FindRequest, KnownAddress, PatternEvidence, SizeHint};
