//! The policies that come with Lode.

use super::{Policy, PolicyError, Problem};

/// Names of the presets.
pub const PRESETS: [&str; 6] = [
    "lode",
    "leadmine",
    "leadmagic",
    "leadiq",
    "success-ai",
    "lemlist",
];

pub(super) fn load(name: &str) -> Result<Policy, PolicyError> {
    let (file, text) = match name {
        "lode" => ("lode.toml", include_str!("../../policies/lode.toml")),
        "leadmine" => (
            "leadmine.toml",
            include_str!("../../policies/leadmine.toml"),
        ),
        "leadmagic" => (
            "leadmagic.toml",
            include_str!("../../policies/leadmagic.toml"),
        ),
        "leadiq" => ("leadiq.toml", include_str!("../../policies/leadiq.toml")),
        "success-ai" => (
            "success-ai.toml",
            include_str!("../../policies/success-ai.toml"),
        ),
        "lemlist" => ("lemlist.toml", include_str!("../../policies/lemlist.toml")),
        _ => {
            return Err(PolicyError {
                file: name.chars().take(80).collect(),
                problems: vec![Problem {
                    line: 1,
                    key: String::new(),
                    message: format!("there is no such preset; there are {}", PRESETS.join(", ")),
                }],
            });
        }
    };
    Policy::parse(file, text)
}
