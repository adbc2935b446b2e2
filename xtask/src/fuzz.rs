//! `cargo xtask fuzz`: the fuzz targets by hand, with libFuzzer and a sanitiser.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use lode_fuzzing::{TARGETS, seeds::seeds};

use crate::run::{output, program, root, run, step};

/// Runs a target, or each in turn, for so many seconds.
///
/// # Errors
/// An unknown target, a missing tool, or a finding.
pub(crate) fn fuzz(target: Option<&str>, seconds: u32) -> Result<()> {
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    if let Some(unknown) = target.filter(|target| !names.contains(target)) {
        bail!("no target {unknown}; there are {}", names.join(", "));
    }
    // The sanitiser's flags are not in stable Rust.
    let toolchains = output(program("rustup").args(["toolchain", "list"]))
        .context("rustup is needed (https://rustup.rs)")?;
    ensure!(
        toolchains.lines().any(|line| line.starts_with("nightly")),
        "fuzzing needs nightly Rust: rustup toolchain install nightly"
    );
    output(program("cargo").args(["fuzz", "--version"]))
        .context("fuzzing needs cargo-fuzz: cargo install --locked cargo-fuzz")?;
    for name in names {
        if target.is_some_and(|only| only != name) {
            continue;
        }
        // Beside what was found before, each run begins with the fixtures.
        let corpus = root().join("fuzz/corpus").join(name);
        fs::create_dir_all(&corpus)?;
        for (n, seed) in seeds(&root(), name)?.iter().enumerate() {
            fs::write(corpus.join(format!("fixture-{n}")), seed)?;
        }
        step(&format!("fuzz {name} for {seconds} s"), || {
            run(program("rustup")
                .args(["run", "nightly", "cargo", "fuzz", "run", name, "--"])
                .args([&format!("-max_total_time={seconds}"), "-max_len=200000"]))
        })?;
    }
    Ok(())
}
