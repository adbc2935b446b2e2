//! `cargo xtask bench`: the figures of the README's claims, measured in one run.

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
