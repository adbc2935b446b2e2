//! The credit policy that the configuration names.

use lode_ledger::Policy;
use lode_store::Pricing;

use crate::config::ConfigError;

/// The price list of a preset, or of a policy file (`*.toml`).
///
/// # Errors
/// A preset or file that does not exist, or a file with mistakes: each with key and line.
pub fn pricing(name: &str) -> Result<Pricing, ConfigError> {
    let wrong = |message: String| ConfigError::Value {
        key: "policy",
        message,
    };
    let is_file = std::path::Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "toml");
    let policy = if is_file {
        let text = std::fs::read_to_string(name).map_err(|e| wrong(format!("{name}: {e}")))?;
        Policy::parse(name, &text)
    } else {
        Policy::preset(name)
    };
    let policy = policy.map_err(|e| wrong(e.to_string()))?;
    Pricing::new(policy).map_err(|e| wrong(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_preset_prices_captures() {
        for preset in lode_ledger::policy::PRESETS {
            pricing(preset).unwrap();
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(pricing("nope").unwrap_err().to_string().contains("policy"));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("own.toml");
        std::fs::write(&file, "name = \"own\"\nsurprise = 1\n").unwrap();
        let message = pricing(file.to_str().unwrap()).unwrap_err().to_string();
        assert!(
            message.contains("own.toml") && message.contains("surprise"),
            "{message}"
        );
        assert!(
            pricing("missing.toml")
                .unwrap_err()
                .to_string()
                .contains("missing.toml")
        );
    }
}
