//! Finds work e-mail addresses: company to domain, candidates from the name, evidence,
//! proof, score.
//!
//! The way of one look-up, each step in a module of its own:
//!
//! 1. [`person`]: the displayed name becomes weighted spellings of its parts.
//! 2. [`pattern`]: how organisations form addresses; the prior by company size, learned
//!    per domain from known addresses.
//! 3. [`candidates`]: spellings × patterns, ranked by posterior probability.

pub mod candidates;
pub mod outcome;
pub mod pattern;
pub mod person;
pub mod request;

pub use outcome::{
    CandidateResult, CandidateStatus, Conclusion, DomainFinding, DomainSource, FindOutcome,
};
pub use request::{CompanySize, FindRequest, KnownAddress, PatternEvidence};
