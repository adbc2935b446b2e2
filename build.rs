//! Writes the rule files without their white space, for the shipped core's size.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    println!("cargo::rerun-if-changed=build.rs");
    for site in ["linkedin", "crunchbase", "google", "generic"] {
        let path = format!("src/sites/{site}/rules.json");
        println!("cargo::rerun-if-changed={path}");
        let rules: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{path}: {error}"))?;
        let to = Path::new(&out).join(format!("{site}.rules.json"));
        fs::write(to, rules.to_string())?;
    }
    Ok(())
}
