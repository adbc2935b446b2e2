//! Data providers: the user's keys, what may be spent, what was asked, whom nobody knew.
//!
//! Every call is written down, and its worst price reserved, before it is made; all servers
//! share the day's purse. Amounts are thousandths of the provider's own credit.

mod calls;
mod keys;
mod outcome;
mod pace;
mod under_way;

pub use calls::{Call, CallBegun, CallEnd, CallFinding, CallState, Foreseen, StoredCall};
pub use keys::{ProviderEdit, ProviderRecord, StoredProvider};
pub(crate) use outcome::outcome_of;
pub use pace::PaceLimit;

use lode_core::api::UnixMillis;

/// Whole days since 1970-01-01 UTC: what a daily limit counts by.
#[must_use]
pub fn day_of(at: UnixMillis) -> i64 {
    at.div_euclid(24 * 3600 * 1000)
}

/// What an address is asked about under: the same text for every spelling of it
/// ([`Call::person`] of the purpose [`VERIFY`]).
#[must_use]
pub fn address_key(address: &str) -> String {
    crate::pricing::email_key(address)
}

/// Purpose of a call that asks about an address. Its answer holds no address.
pub const VERIFY: &str = "verify";
