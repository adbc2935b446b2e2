//! The finder and the verifier as the configuration has them.

use lode_finder::{Finder, FinderConfig};
use lode_store::Store;
use lode_verify::Verifier;

use crate::config::Config;
use crate::serve::StartError;

/// Builds the finder. Decoys keep their names over restarts: greylisting lets through only
/// what it has seen before.
pub(crate) fn build(config: &Config, store: &Store) -> Result<Finder, StartError> {
    let verify = config.verify(store.seed("decoys"))?;
    let verifier = Verifier::new(verify).map_err(|e| StartError::Verifier(e.to_string()))?;
    let mut finder = FinderConfig::default();
    finder.web.port = config.web_port;
    Finder::new(finder, verifier).map_err(|e| StartError::Verifier(e.to_string()))
}
