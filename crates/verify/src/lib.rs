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
//! # Probing is the operator's choice
//!
//! Spamhaus (2015) calls probing of servers that have VRFY switched off an attempted breach
//! of the receiver's policy, and lists who does it. So nothing is probed until the operator
//! names themselves ([`Identity`]); what is known is not asked again; one conversation
//! serves all addresses of a domain; limits and pauses ([`Limits`]) stay below what common
//! servers mind; and there is no command in [`smtp`] that would send mail or list users.
//! Not built, and not to be: account-enumeration endpoints of any provider.
//!
//! # Measured
//!
//! `cargo xtask verify-bench`, or without the peers `cargo run -p lode-verify --release
//! --example bench`, prints verdicts against the truth of
//! the test bed, manners as its servers count them, throughput and latency.
//! `cargo xtask test --only "real mail servers"` (root, Debian) asks real Postfix with
//! postgrey, Exim and OpenSMTPD. What is taught by whom: `docs/VERIFIER.md`.
//!
//! Start at [`Verifier`]. Rules for one server's replies: `classify/rules.rs`, their words
//! `classify/words.rs`.

pub mod address;
pub mod classify;
pub mod clock;
pub mod config;
pub mod dns;
mod egress;
pub mod evidence;
mod limits;
mod names;
pub mod net;
mod probe;
pub mod profile;
pub mod provider;
mod shape;
pub mod smtp;
pub mod socks;
pub mod verdict;
mod verifier;

pub use address::{Address, AddressError, Domain};
pub use config::{DnsServer, Identity, Limits, RetrySchedule, Timeouts, VerifyConfig};
pub use dns::{MailRoute, Resolver};
pub use evidence::{Control, Evidence};
pub use profile::{CatchAll, DomainProfile, GroupHold, MemoryProfiles, ProfileStore, SlotAnswer};
pub use socks::{Socks5, Socks5Error};
pub use verdict::{DomainOutcome, Verdict};
pub use verifier::{Turn, Verifier};
