//! Lode's build, test and benchmark commands: `cargo xtask --help`.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program talks to its user"
)]

mod accuracy;
mod bench;
mod dist;
mod fixture;
mod fuzz;
mod run;
mod setup;
mod start;
mod test;
mod verify_bench;

use std::path::PathBuf;

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
    /// Set up, build everything and start the backend; says what to do next
    Start {
        /// Start Chromium too, with the extension loaded and paired
        #[arg(long)]
        browser: bool,
        /// Where the data is kept [default: data/ in the repository]
        #[arg(long, value_name = "DIR")]
        data_dir: Option<PathBuf>,
        /// Address the backend listens on
        #[arg(long, default_value = "127.0.0.1:7317")]
        listen: String,
        /// Configuration file for the backend
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Set up and run everything: lints, unit, property and snapshot tests, the browser tests
    Test {
        /// Also the long runs: a million ledger operations; ten thousand operations on each
        /// database while the server is killed at random
        #[arg(long)]
        long: bool,
        /// Only the steps whose name holds this word
        #[arg(long, value_name = "WORD")]
        only: Option<String>,
    },
    /// Measure: pages read beside other parsers, and the size of what is shipped; the ledger
    /// beside the bare database; captures under load; the finder's guesses
    Bench {
        /// Only the parts whose name holds this word: pages, credits, captures, finder
        #[arg(long, value_name = "WORD")]
        only: Option<String>,
    },
    /// Measure the verifier beside others on the test bed (needs root, for a network of its own)
    VerifyBench,
    /// Score the page readers on real pages and fixtures, as they are and redesigned
    Accuracy {
        /// Folder with pages and their truth.json [default: the shared pages]
        #[arg(long, value_name = "DIR")]
        pages: Option<PathBuf>,
        /// Print every value that is not right (holds text of the pages)
        #[arg(long)]
        details: bool,
        /// Seed of the redesigns
        #[arg(long, default_value_t = 0)]
        seed: u64,
    },
    /// Make a fixture of invented people, with its snapshot, out of a saved page
    NewFixture {
        /// Address of the page
        #[arg(long)]
        url: String,
        /// The saved page
        file: PathBuf,
        /// The fixture [default: tests/pages/SITE/KIND-LAYOUT-new.html]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Fuzz with libFuzzer and a sanitiser; needs nightly Rust and cargo-fuzz
    Fuzz {
        /// Only this target: name, headline, linkedin, crunchbase, google, generic, snapshot, rules
        target: Option<String>,
        /// For how long each
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Build the extension into dist/
    Dist,
}

fn main() -> std::process::ExitCode {
    let outcome = match Cli::parse().command {
        Command::Start {
            browser,
            data_dir,
            listen,
            config,
        } => start::start(&start::Options {
            browser,
            data_dir,
            listen,
            config,
        }),
        Command::Test { long, only } => test::test(long, only.as_deref()),
        Command::Bench { only } => bench::bench(only.as_deref()),
        Command::VerifyBench => verify_bench::verify_bench(),
        Command::Accuracy {
            pages,
            details,
            seed,
        } => accuracy::accuracy(&accuracy::Options {
            pages,
            details,
            seed,
        }),
        Command::NewFixture { url, file, out } => fixture::new_fixture(&url, &file, out.as_deref()),
        Command::Fuzz { target, seconds } => fuzz::fuzz(target.as_deref(), seconds),
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
    dist::check_sizes(&dist::build()?)
}
