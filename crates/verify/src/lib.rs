//! Proves e-mail addresses: syntax and classes, DNS, an SMTP conversation that never sends
//! mail, control questions whose truth is known, and a verdict with its evidence.
//!
//! The way of one address through it:
//!
//! 1. [`address`]: text → [`Address`]; classes (role, disposable, …).
//! 2. [`dns`]: the domain → its mail hosts; [`net::judge`] closes what is not the public
//!    internet.
//! 3. the controlled probe: decoys and `postmaster`, then the targets, over `smtp`; the
//!    meaning of each reply from [`classify`].
//! 4. [`verdict`]: the rules from evidence to state and score; pure.
//!
//! Start at [`Verifier`]. Rules for one server's replies: `classify/rules.rs`.

pub mod address;
pub mod classify;
pub mod clock;
pub mod config;
pub mod dns;
mod egress;
pub mod evidence;
mod limits;
pub mod net;
mod probe;
pub mod profile;
pub mod provider;
pub mod smtp;
pub mod verdict;
mod verifier;

pub use address::{Address, AddressError, Domain};
pub use config::{DnsServer, Identity, Limits, RetrySchedule, Timeouts, VerifyConfig};
pub use dns::{MailRoute, Resolver};
pub use evidence::{Control, Evidence};
pub use profile::{CatchAll, DomainProfile, MemoryProfiles, ProfileStore};
pub use verdict::{DomainOutcome, Verdict};
pub use verifier::Verifier;
