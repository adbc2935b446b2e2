//! Runs a bed for another process: `lode-testbed SCENARIO.json`. Prints one JSON line with
//! its ports when it serves, and stops when its standard input closes.

use std::io::{self, Write};

use clap::Parser;
use lode_testbed::{Bed, Scenario};
use tokio::io::AsyncReadExt;

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
    let bed = Bed::start(scenario).await?;
    print_line(bed.ready())?;
    // Whatever comes is ignored; the end of the input is the sign to stop.
    let mut input = tokio::io::stdin();
    let mut ignored = [0_u8; 1024];
    while input.read(&mut ignored).await? > 0 {}
    if options.stats {
        print_line(&bed.stats().all())?;
    }
    Ok(())
}

fn print_line(value: &impl serde::Serialize) -> io::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, value)?;
    out.write_all(b"\n")?;
    out.flush()
}
