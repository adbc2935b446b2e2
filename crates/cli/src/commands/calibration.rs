//! `lode calibration`: whether scores were true.

use lode_finder::calibration::calibration;

use super::serve::{DataArgs, runtime};
use crate::output::{Failure, JsonLines};

/// Compares scores with what became of mail
///
/// Reads the outcomes that were reported to `POST /v1/outcomes`, the first one of each
/// address, and writes one JSON object: {"bands","n","ece","brier"}. A band has the scores
/// "from" and "to", how many addresses ("n", "delivered", "bounced"), the share that arrived
/// ("observed", with Wilson's 95 % "interval") and the share that should have ("expected").
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: DataArgs,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (_, store, _) = args.data.open().await?;
        let outcomes = store.scored_outcomes().await;
        store.close().await;
        let outcomes = outcomes.map_err(|error| Failure::new(error.to_string()))?;
        JsonLines::stdout().write(&calibration(&outcomes))
    })
}
