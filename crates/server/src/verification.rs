//! Verifying single addresses: the engine that look-ups use, asked directly.

use std::sync::Arc;

use async_trait::async_trait;
use lode_core::email::EmailStatus;
use lode_store::Store;
use lode_verify::clock::SystemClock;
use lode_verify::{Verdict, Verifier};

use crate::config::Config;
use crate::domains::StoredDomains;
use crate::serve::StartError;

/// Verifies an address; [`lode_verify::Verifier`], but in tests of the routes.
#[async_trait]
pub trait AddressVerifier: Send + Sync {
    /// One verification of what somebody typed. `attempt` counts from 0 and grows with
    /// each time that a mail server asked to come back, not where we hold it ourselves.
    async fn verify(&self, address: &str, attempt: u32) -> Verdict;
}

#[async_trait]
impl AddressVerifier for Verifier {
    async fn verify(&self, address: &str, attempt: u32) -> Verdict {
        self.verify_text(address, attempt).await
    }
}

/// Builds the verifier: one for the process, since its clones share the limits on asking
/// mail servers. Decoys keep their names over restarts: greylisting lets through only what
/// it has seen before. What it learns of domains is kept in the database.
pub(crate) fn build(config: &Config, store: &Store) -> Result<Verifier, StartError> {
    let verify = config.verify(store.seed("decoys"))?;
    let profiles = Arc::new(StoredDomains::new(store.clone()));
    Verifier::with_parts(verify, profiles, Arc::new(SystemClock))
        .map_err(|e| StartError::Verifier(e.to_string()))
}

/// A status as price lists name it (`lode_ledger::policy::vocabulary`).
pub(crate) fn priced_as(status: EmailStatus) -> &'static str {
    match status {
        EmailStatus::Verified => "verified",
        EmailStatus::Invalid => "invalid",
        EmailStatus::AcceptAll => "accept_all",
        EmailStatus::Full => "full",
        EmailStatus::Disabled => "disabled",
        EmailStatus::Role => "role",
        EmailStatus::Disposable => "disposable",
        EmailStatus::Blocked => "blocked",
        EmailStatus::Deferred | EmailStatus::Unknown | EmailStatus::NotFound => "unknown",
    }
}
