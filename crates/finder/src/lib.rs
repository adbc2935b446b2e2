//! Finds work e-mail addresses: company to domain, candidates from the name, evidence,
//! proof, score.
//!
//! The way of one look-up, each step in a module of its own:
//!
//! 1. [`person`]: the displayed name becomes weighted spellings of its parts.
//! 2. [`company`] and [`domain`]: the employer becomes a domain, with a probability and
//!    what it rests on.
//! 3. [`pattern`]: how organisations form addresses; the prior by company size, learned
//!    per domain from known addresses.
//! 4. [`candidates`]: spellings × patterns, ranked by posterior probability.
//! 5. [`finder`]: has the candidates proved by `lode-verify` and says what came of it.
//!
//! Everything but [`finder`] and [`domain::website`] is pure.

pub mod outcome;
pub mod request;

pub use outcome::{
    CandidateResult, CandidateStatus, Conclusion, DomainFinding, DomainSource, FindOutcome,
};
pub use request::{CompanySize, FindRequest, KnownAddress, PatternEvidence};
