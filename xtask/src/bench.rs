//! `cargo xtask bench`: the figures of the README's and the notes' claims, each part measured
//! in one run beside what it is compared with.

use anyhow::{Result, bail};

use crate::run::{cargo, program, run, step};
use crate::{dist, setup};

/// A part's name and what measures it.
type Part = (&'static str, fn() -> Result<()>);

const PARTS: [Part; 4] = [
    ("pages", pages),
    ("credits", credits),
    ("captures", captures),
    ("finder", finder),
];

/// Measures and prints tables; `only` the parts whose name holds that word.
///
/// # Errors
/// The step that failed; a word that no part's name holds.
pub(crate) fn bench(only: Option<&str>) -> Result<()> {
    let chosen: Vec<&Part> = PARTS
        .iter()
        .filter(|(name, _)| only.is_none_or(|word| name.contains(word)))
        .collect();
    if chosen.is_empty() {
        bail!("no part is named so");
    }
    chosen.into_iter().try_for_each(|(_, measure)| measure())
}

/// Click to lead on every page, and its memory, beside cheerio and linkedom.
fn pages() -> Result<()> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let chromium = setup::chromium()?;
    setup::openssl()?;
    let sizes = dist::build()?;
    step("build the native reader", || {
        run(cargo().args([
            "build",
            "--release",
            "--package",
            "lode-core",
            "--example",
            "time_read",
        ]))
    })?;
    step("snapshot to lead", || {
        run(program("node")
            .arg("tests/bench/read.mjs")
            .env("LODE_CHROMIUM", chromium)
            .env("LODE_TARGET_DIR", dist::target_dir()))
    })?;
    step("sizes of what is shipped", || dist::check_sizes(&sizes))
}

/// Hold and settle, beside the bare databases.
fn credits() -> Result<()> {
    setup::postgresql()?;
    step("hold and settle", || example("lode-store", "pairs", &[]))
}

/// Captures at a fixed rate, on both databases; the client is on the same machine.
fn captures() -> Result<()> {
    setup::postgresql()?;
    step("captures on SQLite", || {
        example("lode-server", "load", &["20", "500"])
    })?;
    step("captures on PostgreSQL", || {
        example("lode-server", "load", &["20", "500", "--postgres"])
    })
}

/// Hits and calibration on the synthetic population.
fn finder() -> Result<()> {
    step("the finder's guesses", || {
        example("lode-finder", "evaluate", &[])
    })
}

/// Runs a package's example, optimised.
pub(crate) fn example(package: &str, name: &str, arguments: &[&str]) -> Result<()> {
    run(cargo()
        .args(["run", "--release", "--quiet", "-p", package])
        .args(["--example", name, "--"])
        .args(arguments))
}
