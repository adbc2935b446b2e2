//! The `lode` command: one binary for people who run or debug Lode.
//!
//! Results are JSON on standard output, one object a line; messages go to standard error.
//! Exit status: 0 done, 1 failed, 2 wrong usage. Each subcommand is a file under
//! `commands/` with its `Args` and `run`.

mod commands;
mod output;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands::{
    calibration, devices, find, ledger, name, pair, parse, providers, serve, verify,
};
use crate::output::Failure;

const EXIT_STATUS: &str = "\
Output is JSON, one object a line, on standard output; messages go to standard error.
Exit status: 0 done, 1 failed, 2 wrong usage.";

/// Reads B2B leads from pages, finds and verifies their work e-mail addresses, and serves
/// the extension.
#[derive(Debug, Parser)]
#[command(name = "lode", version, after_help = EXIT_STATUS, after_long_help = EXIT_STATUS)]
#[command(propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Pair(pair::Args),
    Calibration(calibration::Args),
    Devices(devices::ListArgs),
    Revoke(devices::RevokeArgs),
    Ledger(ledger::Args),
    Find(Box<find::Args>),
    Name(name::Args),
    Parse(parse::Args),
    Providers(providers::Args),
    Verify(Box<verify::Args>),
}

fn main() -> ExitCode {
    // Wrong usage ends here with status 2.
    let done = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Pair(args) => pair::run(args),
        Command::Calibration(args) => calibration::run(args),
        Command::Devices(args) => devices::list(args),
        Command::Revoke(args) => devices::revoke(args),
        Command::Ledger(args) => ledger::run(args),
        Command::Find(args) => find::run(*args),
        Command::Name(args) => name::run(args),
        Command::Parse(args) => parse::run(args),
        Command::Providers(args) => providers::run(args),
        Command::Verify(args) => verify::run(*args),
    };
    match done {
        // The reader has seen enough (`lode … | head`): not a failure.
        Ok(()) | Err(Failure::OutputClosed) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("lode: {failure}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }
}
