//! `cargo xtask verify-bench`: the verifier beside those that the registries have, on the
//! same bed in the same run; then its own throughput, latency and memory.
//!
//! Peers are programs of their own under `xtask/peers`; nothing of Lode depends on them.
//! One that cannot be installed is named and left out.

use std::path::Path;

use anyhow::{Result, bail};

use crate::dist::target_dir;
use crate::run::{cargo, exists, program, root, run, step};

/// Versions that the figures in the documents were taken with.
const PYTHON: &[&str] = &["pigeontrust==0.2.0", "listwash==0.1.0"];
const NODE: &str = "@devmehq/email-validator-js@2.10.2";
/// Seconds for one domain or address, since some servers never stop.
const LIMIT: &str = "40";
const HELO: &str = "probe.lode.example";
const MAIL_FROM: &str = "verify@lode.example";

/// Measures and prints tables.
///
/// # Errors
/// The step that failed.
pub(crate) fn verify_bench() -> Result<()> {
    step("build the benchmark", || {
        run(cargo().args([
            "build",
            "--release",
            "--package",
            "lode-verify",
            "--example",
            "bench",
        ]))
    })?;
    let bench = target_dir().join("release/examples/bench");
    let peers = step("install the peers", || Ok(install()))?;
    step("beside the peers", || in_own_network(&bench, &peers))?;
    step("alone: more claims, throughput, memory, latency", || {
        run(&mut program(&bench))
    })
}

/// Peers that could be installed, as `NAME=COMMAND`.
fn install() -> Vec<String> {
    let folder = target_dir().join("peers");
    let mut found = Vec::new();
    let mut take = |name: &str, peers: Result<Vec<String>>| match peers {
        Ok(peers) => found.extend(peers),
        Err(error) => println!("NOT INSTALLED, left out: {name}: {error:#}"),
    };
    take("check-if-email-exists", reacher(&folder.join("reacher")));
    take("pigeontrust and listwash", python(&folder.join("python")));
    take("@devmehq/email-validator-js", node(&folder.join("node")));
    found
}

fn reacher(target: &Path) -> Result<Vec<String>> {
    run(cargo()
        .args(["build", "--release", "--locked", "--manifest-path"])
        .arg("xtask/peers/reacher/Cargo.toml")
        .arg("--target-dir")
        .arg(target))?;
    let binary = target.join("release/peer-reacher");
    let binary = binary.display();
    Ok(vec![format!(
        "check-if-email-exists 0.11.11={binary} 64 {HELO} {MAIL_FROM} 25 {LIMIT}"
    )])
}

fn python(folder: &Path) -> Result<Vec<String>> {
    if !folder.join("bin/pip").exists() {
        run(program("python3").args(["-m", "venv"]).arg(folder))?;
    }
    run(program(folder.join("bin/pip"))
        .args(["install", "--quiet", "--disable-pip-version-check"])
        .args(PYTHON))?;
    let (python, script) = (
        folder.join("bin/python"),
        root().join("xtask/peers/python.py"),
    );
    let (python, script) = (python.display(), script.display());
    let peer = |name: &str, tool: &str| {
        format!("{name}={python} {script} {tool} 64 {HELO} {MAIL_FROM} {LIMIT}")
    };
    Ok(vec![
        peer("pigeontrust 0.2.0", "pigeontrust"),
        peer("listwash 0.1.0", "listwash"),
    ])
}

fn node(folder: &Path) -> Result<Vec<String>> {
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("package.json"), "{\"private\":true}\n")?;
    run(program("npm")
        .args(["install", "--no-audit", "--no-fund", NODE])
        .current_dir(folder))?;
    let script = root().join("xtask/peers/devmehq.mjs");
    let (folder, script) = (folder.display(), script.display());
    Ok(vec![format!(
        "@devmehq/email-validator-js 2.10.2=node {script} {folder} 64 25 {LIMIT}"
    )])
}

/// Runs the comparison where the system's resolver and port 25 are the bed's and nothing
/// else can be reached.
fn in_own_network(bench: &Path, peers: &[String]) -> Result<()> {
    if !exists("unshare") {
        bail!("unshare (util-linux), ip (iproute2) and root are needed");
    }
    let resolver = target_dir().join("peers/resolv.conf");
    std::fs::write(&resolver, "nameserver 127.0.0.1\n")?;
    let inside =
        "set -e; ip link set lo up; mount --bind \"$1\" /etc/resolv.conf; shift; exec \"$@\"";
    let mut command = program("unshare");
    command.args(["--net", "--mount", "--fork", "sh", "-c", inside, "sh"]);
    command.arg(&resolver).arg(bench);
    for peer in peers {
        command.args(["--peer", peer]);
    }
    run(command.arg("--compare"))
}
