//! `cargo xtask bench`: what issue and README name figures for, measured in one run.

use anyhow::Result;

use crate::run::{cargo, program, run, step};
use crate::{dist, setup};

/// Measures and prints tables.
///
/// # Errors
/// The step that failed.
pub(crate) fn bench() -> Result<()> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let chromium = setup::chromium()?;
    setup::openssl()?;
    let sizes = dist::build()?;
    step("sizes of what is shipped", || {
        crate::print_sizes(&sizes);
        Ok(())
    })?;
    step("reading, natively", || {
        run(cargo().args([
            "bench",
            "--quiet",
            "--package",
            "lode-core",
            "--bench",
            "read",
        ]))
    })?;
    step(
        "reading, in Chromium and beside cheerio and linkedom",
        || {
            run(program("node")
                .arg("tests/bench/read.mjs")
                .env("LODE_CHROMIUM", chromium))
        },
    )
}
