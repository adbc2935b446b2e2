//! What a fresh machine lacks, installed once. Debian as root is done here; on another
//! system the error says what to install.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::dist;
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

/// The packages of real mail servers, downloaded once into a folder; they conflict, and are
/// installed nowhere but in the test's own overlays. `None`, said aloud, where that cannot be
/// done: not Debian, not root, or a sandbox without mounts.
///
/// # Errors
/// Where they cannot be downloaded.
pub(crate) fn mail_servers() -> Result<Option<PathBuf>> {
    let lacking = if !Path::new("/etc/debian_version").exists() || !exists("apt-get") {
        Some("not Debian")
    } else if output(program("id").arg("-u"))?.trim() != "0" {
        Some("not root")
    } else if !may_mount() {
        Some("overlays cannot be mounted here")
    } else {
        None
    };
    if let Some(lacking) = lacking {
        println!("SKIPPED: real Postfix, postgrey, Exim and OpenSMTPD: {lacking}");
        return Ok(None);
    }
    // Per release: packages of another one would not fit.
    let version = std::fs::read_to_string("/etc/debian_version")?;
    let folder = dist::target_dir()
        .join("mail-servers")
        .join(version.trim().replace('/', "-"));
    let stamp = folder.join("complete");
    if !stamp.exists() {
        step("download real mail servers", || {
            download_mail_servers(&folder)
        })?;
        std::fs::write(&stamp, "")?;
    }
    Ok(Some(folder))
}

/// Whether this sandbox allows the mounts that the servers run on.
fn may_mount() -> bool {
    let mut probe = program("timeout");
    probe.arg("20").arg(serve()).arg("probe");
    probe.output().is_ok_and(|probed| probed.status.success())
}

fn serve() -> PathBuf {
    root().join("crates/testbed/real/serve")
}

/// Names that `serve` knows.
const MAIL_SERVERS: [&str; 3] = ["postfix", "exim", "opensmtpd"];

fn download_mail_servers(folder: &Path) -> Result<()> {
    let limited = |seconds: &str| {
        let mut command = program("timeout");
        command.args(["--kill-after=10", seconds]);
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    };
    let answers = "the package registry did not answer, or not in time; is there a network?";
    run(limited("180").args(["apt-get", "update", "-qq", "-o", "Acquire::Retries=3"]))
        .context(answers)?;
    for name in MAIL_SERVERS {
        run(limited("240")
            .arg(serve())
            .args(["download", name])
            .arg(folder))
        .context(answers)?;
    }
    Ok(())
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
