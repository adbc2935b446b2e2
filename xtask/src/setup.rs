//! What a fresh machine lacks, installed once. Debian as root is done here; on another
//! system the error says what to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{exists, output, program, root, run, step};

/// The compiler's WebAssembly target.
///
/// # Errors
/// Where rustup is missing or cannot add it.
pub(crate) fn wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let installed = output(program("rustup").args(["target", "list", "--installed"]))
        .context("rustup is needed (https://rustup.rs)")?;
    if installed.lines().any(|line| line.trim() == TARGET) {
        return Ok(());
    }
    step("rustup target add wasm32-unknown-unknown", || {
        run(program("rustup").args(["target", "add", TARGET]))
    })
}

/// Where the Node packages stand.
pub(crate) fn node_dir() -> PathBuf {
    root().join("xtask/node")
}

/// The Node packages of `xtask/node`: wasm-opt, the browser driver, the benchmark's peers.
///
/// # Errors
/// Where Node cannot be installed, or the packages cannot.
pub(crate) fn node_packages() -> Result<()> {
    debian_packages(
        "Node.js",
        || exists("node") && exists("npm"),
        &["nodejs", "npm"],
    )?;
    let dir = node_dir();
    let lock = std::fs::read(dir.join("package-lock.json"))?;
    let stamp = dir.join("node_modules/.lode-lock");
    if std::fs::read(&stamp).is_ok_and(|done| done == lock) {
        return Ok(());
    }
    step("npm ci (xtask/node)", || {
        run(program("npm").arg("ci").current_dir(&dir))
    })?;
    std::fs::write(stamp, lock)?;
    Ok(())
}

/// The browser that tests and `start --browser` use.
///
/// # Errors
/// Where none is found and none can be installed.
pub(crate) fn chromium() -> Result<PathBuf> {
    if let Some(given) = std::env::var_os("LODE_CHROMIUM") {
        return Ok(given.into());
    }
    let find = || {
        [
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/snap/bin/chromium",
        ]
        .into_iter()
        .map(Path::new)
        .find(|path| path.exists())
        .map(Path::to_path_buf)
    };
    debian_packages("Chromium", || find().is_some(), &["chromium"])?;
    find().context("Chromium was installed but is not where it is expected; set LODE_CHROMIUM")
}

/// Real PostgreSQL, for the store's conformance suite.
///
/// # Errors
/// Where it cannot be installed.
pub(crate) fn postgresql() -> Result<()> {
    let present = || {
        std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|mut versions| {
            versions.any(|v| v.is_ok_and(|v| v.path().join("bin/initdb").exists()))
        })
    };
    debian_packages("PostgreSQL", present, &["postgresql"])
}

/// OpenSSL's command, for the test pages' certificate.
///
/// # Errors
/// Where it cannot be installed.
pub(crate) fn openssl() -> Result<()> {
    debian_packages(
        "OpenSSL",
        || Path::new("/usr/bin/openssl").exists(),
        &["openssl"],
    )
}

fn debian_packages(what: &str, present: impl Fn() -> bool, packages: &[&str]) -> Result<()> {
    if present() {
        return Ok(());
    }
    if !exists("apt-get") {
        bail!("{what} is needed: install it with your system's package manager");
    }
    step(&format!("apt-get install {}", packages.join(" ")), || {
        let apt = || {
            let mut command = program("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive");
            command
        };
        run(apt().args(["update", "-qq"]))?;
        run(apt()
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages))
        .with_context(|| format!("installing {what} needs root"))
    })?;
    if !present() {
        bail!("{what} was installed but is not where it is expected");
    }
    Ok(())
}
