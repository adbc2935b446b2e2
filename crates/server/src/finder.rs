//! The finder as the configuration has it.

use lode_finder::{Finder, FinderConfig};
use lode_verify::Verifier;

use crate::config::Config;
use crate::serve::StartError;

/// Builds the finder on the process's one verifier.
pub(crate) fn build(config: &Config, verifier: Verifier) -> Result<Finder, StartError> {
    let mut finder = FinderConfig::default();
    finder.web.port = config.web_port;
    Finder::new(finder, verifier).map_err(|e| StartError::Verifier(e.to_string()))
}
