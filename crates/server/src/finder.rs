//! The finder as the configuration has it.

use std::sync::Arc;

use lode_finder::{Finder, FinderConfig};
use lode_store::Store;
use lode_verify::Verifier;

use crate::config::Config;
use crate::domains::StoredDomains;
use crate::serve::StartError;

/// Builds the finder on the process's one verifier. The domains that it confirms are kept in
/// the database.
pub(crate) fn build(
    config: &Config,
    store: &Store,
    verifier: Verifier,
) -> Result<Finder, StartError> {
    let mut finder = FinderConfig::default();
    finder.web.port = config.web_port;
    let domains = Arc::new(StoredDomains::new(store.clone()));
    Finder::with_cache(finder, verifier, domains).map_err(|e| StartError::Verifier(e.to_string()))
}
