//! A bed in a process of its own, told to stop by the end of its standard input.

use std::io::{self, Write};
use std::time::Duration;

use tokio::io::AsyncReadExt;

use crate::bed::Bed;
use crate::scenario::Scenario;

/// How long the last connections are waited for before the counts are said.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Serves a scenario: prints one JSON line ([`crate::Ready`]) when everything listens, and
/// returns when standard input ends; with `stats`, after one more line of what the servers
/// were asked ([`crate::DomainStats`] by domain).
///
/// # Errors
/// Where a port cannot be bound, or standard output is closed.
pub async fn serve_until_input_ends(scenario: Scenario, stats: bool) -> io::Result<()> {
    let bed = Bed::start(scenario).await?;
    print_line(bed.ready())?;
    // Whatever comes is ignored.
    let mut input = tokio::io::stdin();
    let mut ignored = [0_u8; 1024];
    while input.read(&mut ignored).await? > 0 {}
    if stats {
        // Goodbyes are said before a verdict, but the servers may still be counting them.
        let step = Duration::from_millis(20);
        let mut waited = Duration::ZERO;
        while waited < LAST_WORDS && bed.stats().all().values().any(|stats| stats.open > 0) {
            tokio::time::sleep(step).await;
            waited += step;
        }
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
