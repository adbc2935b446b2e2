//! Lode's build, test and benchmark commands: `cargo xtask --help`.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program talks to its user"
)]

mod dist;
mod run;
mod setup;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Builds, starts, tests and measures Lode.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the extension into dist/
    Dist,
}

fn main() -> std::process::ExitCode {
    let outcome = match Cli::parse().command {
        Command::Dist => dist(),
    };
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn dist() -> Result<()> {
    setup::wasm_target()?;
    setup::node_packages()?;
    let sizes = dist::build()?;
    for (file, bytes) in sizes {
        println!("  {:>8.1} KB  dist/{file}", bytes as f64 / 1000.0);
    }
    Ok(())
}
