//! Outcomes beside the scores that they judge.

use std::collections::HashSet;

use crate::Store;
use crate::error::Result;
use crate::sql::sql;

/// Most reports that are read: the newest.
const REPORTS_MAX: i64 = 1_000_000;

/// Whether mail arrived, by the name of an outcome that is final.
pub(crate) fn arrived(outcome: &str) -> bool {
    outcome != "hard_bounce"
}

impl Store {
    /// For every address with a score and a final outcome: the score at the time of the
    /// first report, 0 to 100, and whether mail arrived. Later reports are left out: by
    /// then the score knew of the first.
    ///
    /// # Errors
    /// The database.
    pub async fn scored_outcomes(&self) -> Result<Vec<(u8, bool)>> {
        let mut tx = self.db.read().await?;
        let rows = tx
            .all(
                sql(
                    "SELECT account_id, address_hash, score, outcome FROM outcomes
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
            if let Some(score) = row.opt_int("score")?.filter(|_| first) {
                let score = u8::try_from(score).unwrap_or(100).min(100);
                scored.push((score, arrived(&row.text("outcome")?)));
            }
        }
        Ok(scored)
    }
}
