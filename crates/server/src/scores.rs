//! Scores as shown: the model's, corrected by what became of mail.

use std::sync::{Arc, Mutex, PoisonError};

use lode_core::api::UnixMillis;
use lode_core::email::EmailStatus;
use lode_finder::calibration::Recalibration;
use lode_store::{LookupEnd, ScoredOutcome, Store};

/// How long a correction is used before the outcomes are read again. Several servers need
/// not agree to the minute.
const FRESH_MS: i64 = 10 * 60 * 1000;

/// The correction in use.
pub(crate) struct Scores {
    current: Mutex<(Option<UnixMillis>, Arc<Recalibration>)>,
    /// Held by the one that reads the outcomes again.
    refresh: tokio::sync::Mutex<()>,
}

impl Default for Scores {
    fn default() -> Self {
        let model = Arc::new(Recalibration::fit([]));
        Self {
            current: Mutex::new((None, model)),
            refresh: tokio::sync::Mutex::default(),
        }
    }
}

impl Scores {
    /// An end with the score that outcomes warrant.
    pub(crate) async fn corrected(
        &self,
        store: &Store,
        mut end: LookupEnd,
        now: UnixMillis,
    ) -> LookupEnd {
        if let Some(email) = &mut end.email
            && email.status != EmailStatus::Verified
        {
            let recalibration = self.current(store, now).await;
            let score = recalibration.corrected(email.status, email.score);
            if score != email.score {
                end.model_score = Some(email.score);
                email.score = score;
                email.reasons.push("score_corrected_by_outcomes".to_owned());
            }
        }
        end
    }

    fn known(&self, now: UnixMillis) -> (Arc<Recalibration>, bool) {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let (read_at, known) = &*current;
        let age = read_at.map(|at| now.saturating_sub(at));
        let is_fresh = age.is_some_and(|age| (0..FRESH_MS).contains(&age));
        (Arc::clone(known), is_fresh)
    }

    async fn current(&self, store: &Store, now: UnixMillis) -> Arc<Recalibration> {
        let (known, is_fresh) = self.known(now);
        if is_fresh {
            return known;
        }
        // One reads, the others wait for what it finds.
        let _turn = self.refresh.lock().await;
        let (known, is_fresh) = self.known(now);
        if is_fresh {
            return known;
        }
        match store.scored_outcomes().await {
            Ok(outcomes) => {
                let outcomes = outcomes.iter().map(ScoredOutcome::of_model);
                let fitted = Arc::new(Recalibration::fit(outcomes));
                let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
                *current = (Some(now), fitted.clone());
                fitted
            }
            Err(error) => {
                // A score by an older correction is better than none.
                tracing::warn!(%error, "cannot read outcomes");
                known
            }
        }
    }
}
