//! Outcomes beside the scores that they judge.

use std::collections::HashSet;

use lode_core::email::EmailStatus;

use crate::Store;
use crate::captures::status_by_name;
use crate::error::Result;
use crate::sql::sql;

/// Most reports that are read: the newest.
const REPORTS_MAX: i64 = 1_000_000;

/// Whether mail arrived, by the name of an outcome that is final.
pub(crate) fn arrived(outcome: &str) -> bool {
    outcome != "hard_bounce"
}

/// What became of mail to one address, beside what had been said of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoredOutcome {
    /// What was thought of the address at the time of the first report.
    pub status: EmailStatus,
    /// The score that was shown, 0 to 100.
    pub score: u8,
    /// The model's score, before outcomes corrected it.
    pub model_score: u8,
    /// Whether mail arrived.
    pub arrived: bool,
}

impl ScoredOutcome {
    /// What says how true the shown scores were.
    #[must_use]
    pub fn shown(&self) -> (u8, bool) {
        (self.score, self.arrived)
    }

    /// What corrects the model's scores.
    #[must_use]
    pub fn of_model(&self) -> (EmailStatus, u8, bool) {
        (self.status, self.model_score, self.arrived)
    }
}

impl Store {
    /// Every address with a score and a final outcome, as of the first report. Later reports are left out: by
    /// then the score knew of the first.
    ///
    /// # Errors
    /// The database.
    pub async fn scored_outcomes(&self) -> Result<Vec<ScoredOutcome>> {
        let mut tx = self.db.read().await?;
        let rows = tx
            .all(
                sql(
                    "SELECT account_id, address_hash, status, score, model_score, outcome
                     FROM outcomes
                     WHERE outcome <> 'soft_bounce'
                     ORDER BY created_at DESC, id DESC LIMIT $1",
                )
                .bind(REPORTS_MAX),
            )
            .await?;
        let mut seen = HashSet::new();
        let mut scored = Vec::new();
        for row in rows.iter().rev() {
            let first = seen.insert((row.text("account_id")?, row.bytes("address_hash")?));
            let known = row.opt_text("status")?.zip(row.opt_int("score")?);
            if let Some((status, score)) = known.filter(|_| first) {
                let share = |score: i64| u8::try_from(score).unwrap_or(100).min(100);
                scored.push(ScoredOutcome {
                    status: status_by_name(&status)?,
                    score: share(score),
                    model_score: share(row.opt_int("model_score")?.unwrap_or(score)),
                    arrived: arrived(&row.text("outcome")?),
                });
            }
        }
        Ok(scored)
    }
}
