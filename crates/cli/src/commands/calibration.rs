//! `lode calibration`: whether scores were true.

use lode_finder::calibration::{Calibration, Recalibration, calibration};
use lode_store::ScoredOutcome;
use serde::Serialize;

use super::serve::{DataArgs, runtime};
use crate::output::{Failure, JsonLines};

/// Compares scores with what became of mail
///
/// Reads the outcomes that were reported to `POST /v1/outcomes`, the first one of each
/// address, and writes one JSON object: {"bands","n","ece","brier"}. A band has the scores
/// "from" and "to", how many addresses ("n", "delivered", "bounced"), the share that arrived
/// ("observed", with Wilson's 95 % "interval") and the share that should have ("expected").
/// "recalibration" is what the outcomes make of the model's scores, for addresses that accept
/// everything ("accept_all") and for others that are not proved ("unproved"): each run of
/// scores that has outcomes, with the share that is shown for it.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: DataArgs,
}

/// What is written.
#[derive(Serialize)]
struct Table {
    #[serde(flatten)]
    calibration: Calibration,
    recalibration: Recalibration,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let (_, store, _) = args.data.open().await?;
        let outcomes = store.scored_outcomes().await;
        store.close().await;
        let outcomes = outcomes?;
        let shown: Vec<(u8, bool)> = outcomes.iter().map(ScoredOutcome::shown).collect();
        let mut recalibration = Recalibration::fit(outcomes.iter().map(ScoredOutcome::of_model));
        for steps in [&mut recalibration.accept_all, &mut recalibration.unproved] {
            steps.retain(|step| step.n > 0);
        }
        JsonLines::stdout().write(&Table {
            calibration: calibration(&shown),
            recalibration,
        })
    })
}
