//! `cargo xtask test`: everything, step by step; the first failure ends it and is named.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::bench::example;
use crate::run::{cargo, exists, program, root, run, step};
use crate::{dist, setup};

/// What a step is called, and what it does.
type Step = (&'static str, fn() -> Result<()>);

/// Runs the steps whose name holds `only`, or all.
///
/// # Errors
/// The step that failed.
pub(crate) fn test(long: bool, only: Option<&str>) -> Result<()> {
    let steps: &[Step] = &[
        ("setup", set_up),
        ("format", || run(cargo().args(["fmt", "--all", "--check"]))),
        ("lints", lints),
        ("lints for WebAssembly", wasm_lints),
        ("unit, property and snapshot tests", unit),
        ("fuzz bodies", fuzz_bodies),
        ("real mail servers", real_mail_servers),
        ("extension build", || dist::check_sizes(&dist::build()?)),
        ("browser tests", browser),
    ];
    let long_steps: &[Step] = &[
        ("long: ledger model", ledger_model),
        ("long: crashes", crashes),
    ];
    let mut ran = 0;
    for (name, action) in steps.iter().chain(if long { long_steps } else { &[] }) {
        if only.is_none_or(|word| name.contains(word)) {
            step(name, action)?;
            ran += 1;
        }
    }
    if ran == 0 {
        bail!("no step is named so");
    }
    println!("\nAll {ran} steps passed.");
    Ok(())
}

fn set_up() -> Result<()> {
    for (tool, component) in [("rustfmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if !exists(tool) {
            run(program("rustup").args(["component", "add", component]))?;
        }
    }
    setup::wasm_target()?;
    setup::node_packages()?;
    setup::chromium()?;
    setup::openssl()?;
    setup::postgresql()
}

fn lints() -> Result<()> {
    run(cargo().args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn wasm_lints() -> Result<()> {
    let page: &[&str] = &["--no-default-features", "--features", "page"];
    for (package, features) in [
        ("lode-core", &[][..]),
        ("lode-core", page),
        ("lode-popup", &[]),
    ] {
        run(cargo()
            .args(["clippy", "--quiet", "--lib", "--package", package])
            .args(features)
            .args(["--target", "wasm32-unknown-unknown", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn unit() -> Result<()> {
    // A missing or changed snapshot fails and writes nothing.
    run(cargo()
        .args(["test", "--workspace", "--quiet"])
        .env("INSTA_UPDATE", "no"))
}

/// What the fuzz targets check, on the fixtures and on the same seeded changes of them each
/// time. Built as the step before builds, so that nothing is compiled twice.
fn fuzz_bodies() -> Result<()> {
    run(cargo().args(["test", "--workspace", "--quiet", "--test", "fuzz_bodies"]))
}

/// The verifier against real Postfix with postgrey, Exim and OpenSMTPD, each in namespaces
/// and on an overlay of its own; the system is not changed.
fn real_mail_servers() -> Result<()> {
    let Some(packages) = setup::mail_servers()? else {
        return Ok(());
    };
    run(program("timeout")
        .args(["--kill-after=10", "600"])
        .arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["test", "--workspace", "--quiet", "--test", "real_servers"])
        .env("LODE_REAL_SERVERS", "1")
        .env("LODE_REAL_PACKAGES", packages))
}

fn browser() -> Result<()> {
    run(cargo().args([
        "build",
        "--quiet",
        "--bins",
        "-p",
        "lode-cli",
        "-p",
        "lode-testbed",
    ]))?;
    // What the tests say of snapshots, for the browser's to be held to.
    run(cargo()
        .args(["build", "--quiet", "-p", "lode-core"])
        .args(["--example", "snapshot_parts"]))?;
    let chromium = setup::chromium()?;
    run(program("node")
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .args(browser_tests()?)
        .env("LODE_CHROMIUM", chromium)
        .env("LODE_BIN_DIR", dist::target_dir().join("debug")))
}

/// The browser tests' files. Which folders and patterns `node --test` takes differs between
/// its versions; names it always takes.
fn browser_tests() -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for folder in ["tests/e2e", "tests/ui"] {
        for entry in std::fs::read_dir(root().join(folder))? {
            let path = entry?.path();
            if path.to_string_lossy().ends_with(".test.mjs") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn ledger_model() -> Result<()> {
    example("lode-ledger", "model", &["1000000"])
}

fn crashes() -> Result<()> {
    example("lode-server", "crash", &["10000"])?;
    example("lode-server", "crash", &["10000", "--postgres"])
}
