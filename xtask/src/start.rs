//! `cargo xtask start`: from a clone to a running Lode.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::dist::{self, target_dir};
use crate::run::{cargo, program, root, run, step};
use crate::setup;

/// What to start.
pub(crate) struct Options {
    pub(crate) browser: bool,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) listen: String,
    pub(crate) config: Option<PathBuf>,
}

/// Builds and starts everything; ends when the backend does.
///
/// # Errors
/// Where a step fails; its name is in the error.
pub(crate) fn start(options: &Options) -> Result<()> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let chromium = if options.browser {
        Some(setup::chromium()?)
    } else {
        None
    };
    dist::build()?;
    step("build the backend", || {
        run(cargo().args([
            "build",
            "--release",
            "--package",
            "lode-cli",
            "--bin",
            "lode",
        ]))
    })?;

    let data = options
        .data_dir
        .clone()
        .unwrap_or_else(|| root().join("data"));
    fs::create_dir_all(&data)?;
    let ready = data.join("ready.json");
    let _ = fs::remove_file(&ready);
    let mut command = program(target_dir().join("release/lode"));
    command
        .arg("serve")
        .arg("--data-dir")
        .arg(&data)
        .args(["--listen", &options.listen]);
    command.arg("--ready-file").arg(&ready);
    if let Some(config) = &options.config {
        command.arg("--config").arg(config);
    }
    let mut server = command.spawn().context("cannot start the backend")?;
    let told = wait_until_ready(&mut server, &ready)?;
    let address = told
        .get("address")
        .and_then(|v| v.as_str())
        .unwrap_or_default();
    let code = told.get("pairing_code").and_then(|v| v.as_str());
    dist::hand_over(code.map(|code| (address, code)))?;
    print_next_steps(address, code, options.browser);

    let mut browser = match &chromium {
        Some(chromium) => Some(start_browser(chromium, &data)?),
        None => None,
    };
    let status = server.wait()?;
    dist::hand_over(None)?;
    if let Some(browser) = &mut browser {
        let _ = browser.kill();
    }
    if !status.success() {
        bail!("the backend ended: {status}");
    }
    Ok(())
}

/// The backend writes the file once it listens.
fn wait_until_ready(server: &mut Child, ready: &Path) -> Result<serde_json::Value> {
    let end = Instant::now() + Duration::from_secs(60);
    while Instant::now() < end {
        if let Some(status) = server.try_wait()? {
            bail!("the backend ended at start: {status}");
        }
        // Half a file does not parse, and is read again.
        if let Ok(text) = fs::read_to_string(ready)
            && let Ok(value) = serde_json::from_str(&text)
        {
            return Ok(value);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let _ = server.kill();
    bail!("the backend was not ready within a minute")
}

fn print_next_steps(address: &str, code: Option<&str>, browser: bool) {
    println!("\nLode's backend is running at {address}. Ctrl-C stops it; the data stays.");
    if browser {
        println!("Chromium is starting with the extension loaded.");
        return;
    }
    println!("\nThe extension is in {}:", root().join("dist").display());
    println!("  1. Open chrome://extensions, turn on Developer mode, choose Load unpacked, and");
    println!("     pick that folder.");
    match code {
        Some(code) => {
            println!("     Within ten minutes it pairs by itself. Later, or from another machine,");
            println!("     enter in the extension's options:");
            println!("       server  {address}");
            println!("       code    {code}   (works once; `lode pair` makes another)");
        }
        None => println!("     A device is paired already; `lode pair` makes a code for another."),
    }
    println!("  2. Open a LinkedIn profile and click Capture.");
}

fn start_browser(chromium: &Path, data: &Path) -> Result<Child> {
    let mut command = Command::new(chromium);
    command
        .arg(format!(
            "--user-data-dir={}",
            data.join("browser").display()
        ))
        .arg(format!(
            "--load-extension={}",
            root().join("dist").display()
        ))
        .arg("--disable-features=DisableLoadExtensionCommandLineSwitch")
        .args(["--no-first-run", "--no-default-browser-check"]);
    if runs_as_root() {
        command.arg("--no-sandbox");
    }
    command
        .spawn()
        .with_context(|| format!("cannot start {}", chromium.display()))
}

fn runs_as_root() -> bool {
    crate::run::output(program("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
