//! Runs a bed for another process: `lode-testbed SCENARIO.json`. Prints one JSON line with
//! its ports when it serves, and stops when its standard input closes.

use std::io;

use clap::Parser;
use lode_testbed::Scenario;

/// A local mail internet: DNS, SMTP and web servers on loopback, from a JSON scenario.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// The scenario; `-` takes it from the first line of standard input.
    scenario: String,
    /// On a line of its own after the end: what the servers were asked, as JSON.
    #[arg(long)]
    stats: bool,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let options = Options::parse();
    let text = if options.scenario == "-" {
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        line
    } else {
        std::fs::read_to_string(&options.scenario)?
    };
    let scenario: Scenario = serde_json::from_str(&text)?;
    lode_testbed::serve_until_input_ends(scenario, options.stats).await
}
