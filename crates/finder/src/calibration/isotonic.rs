//! Scores as outcomes correct them: isotonic regression (pool adjacent violators; Ayer and
//! others, 1955), held to the model's scores until there is evidence. Pure.

use lode_core::email::EmailStatus;
use serde::Serialize;

use crate::conclude::{ACCEPT_ALL_SCORE_MAX, UNKNOWN_SCORE_MAX};

/// So many outcomes, for every single score, is the model taken to be worth: one report
/// moves little, some dozens do. Own judgement.
const MODEL_WEIGHT: f64 = 2.0;

/// Scores that are corrected: all below a proof's.
const SCORES: usize = 100;

/// What the model's scores turned out to be worth.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recalibration {
    /// At domains that accept every address. A delivery proves little there, so that these
    /// are only ever lowered.
    pub accept_all: Vec<Step>,
    /// Addresses that could not be proved for another reason.
    pub unproved: Vec<Step>,
}

/// A run of scores that are shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Step {
    /// Lowest score of the model.
    pub from: u8,
    /// Highest score of the model.
    pub to: u8,
    /// Addresses with an outcome.
    pub n: u64,
    /// The share that arrives, by them and by the model.
    pub share: f64,
}

impl Recalibration {
    /// Fits the corrections to addresses with what was thought of them, the model's score
    /// before any correction, 0 to 100, and whether mail arrived.
    #[must_use]
    pub fn fit(outcomes: impl IntoIterator<Item = (EmailStatus, u8, bool)>) -> Self {
        let (mut accept_all, mut unproved) = (Counts::default(), Counts::default());
        for (status, model_score, arrived) in outcomes {
            match status {
                EmailStatus::AcceptAll => accept_all.add(model_score, arrived),
                _ => unproved.add(model_score, arrived),
            }
        }
        Self {
            accept_all: accept_all.fit(),
            unproved: unproved.fit(),
        }
    }

    /// The score to show for an address of which the model says `score`. A proof stays one,
    /// and nothing becomes one; the highest scores of what is not proved hold.
    #[must_use]
    pub fn corrected(&self, status: EmailStatus, score: u8) -> u8 {
        match status {
            EmailStatus::Verified => score,
            EmailStatus::AcceptAll => {
                shown(&self.accept_all, score, ACCEPT_ALL_SCORE_MAX).min(score)
            }
            // Said of the address itself; not a guess at it.
            status if status.is_refuted() => score,
            _ => shown(&self.unproved, score, UNKNOWN_SCORE_MAX),
        }
    }
}

fn shown(steps: &[Step], score: u8, cap: u8) -> u8 {
    steps
        .iter()
        // A score that nothing was heard of is the model's own.
        .find(|step| (step.from..=step.to).contains(&score) && step.n > 0)
        .map_or(score, |step| crate::conclude::score(step.share, cap))
}

/// Addresses with an outcome, and those where mail arrived, by score.
struct Counts([(u64, u64); SCORES]);

impl Default for Counts {
    fn default() -> Self {
        Self([(0, 0); SCORES])
    }
}

impl Counts {
    /// Counts an address; a proof is not corrected, and not counted.
    fn add(&mut self, score: u8, arrived: bool) {
        if let Some((n, good)) = self.0.get_mut(usize::from(score)) {
            *n += 1;
            *good += u64::from(arrived);
        }
    }

    fn fit(self) -> Vec<Step> {
        let mut pools: Vec<Pool> = Vec::new();
        for (score, (n, arrived)) in (0_u8..).zip(self.0) {
            let mut pool = Pool {
                from: score,
                to: score,
                n,
                weight: super::as_f64(n) + MODEL_WEIGHT,
                arrived: super::as_f64(arrived) + MODEL_WEIGHT * super::share(score),
            };
            // A higher score that did no better is pooled with the one below.
            while let Some(below) = pools.pop_if(|below| below.share() >= pool.share()) {
                pool = below.with(&pool);
            }
            pools.push(pool);
        }
        pools
            .iter()
            .map(|pool| Step {
                from: pool.from,
                to: pool.to,
                n: pool.n,
                share: pool.share(),
            })
            .collect()
    }
}

struct Pool {
    from: u8,
    to: u8,
    n: u64,
    weight: f64,
    arrived: f64,
}

impl Pool {
    fn share(&self) -> f64 {
        self.arrived / self.weight
    }

    fn with(self, above: &Self) -> Self {
        Self {
            from: self.from,
            to: above.to,
            n: self.n + above.n,
            weight: self.weight + above.weight,
            arrived: self.arrived + above.arrived,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcomes(
        status: EmailStatus,
        model_score: u8,
        arrived: u64,
        n: u64,
    ) -> impl Iterator<Item = (EmailStatus, u8, bool)> {
        (0..n).map(move |at| (status, model_score, at < arrived))
    }

    #[test]
    fn without_outcomes_every_score_stays() {
        let none = Recalibration::fit([]);
        for score in 0..=99 {
            assert_eq!(none.corrected(EmailStatus::Unknown, score), score);
            assert_eq!(none.corrected(EmailStatus::AcceptAll, score), score);
        }
    }

    #[test]
    fn many_outcomes_outweigh_the_model_and_few_do_not() {
        let unknown = EmailStatus::Unknown;
        // 300 of which 90 arrived, said to be 60 %: 30 %, and a little of the model.
        let many = Recalibration::fit(outcomes(unknown, 60, 90, 300));
        assert!((30..=35).contains(&many.corrected(unknown, 60)));
        // One bounce is little reason.
        let one = Recalibration::fit(outcomes(unknown, 60, 0, 1));
        assert!((45..60).contains(&one.corrected(unknown, 60)));
        // What was said too low is raised, but never to a proof.
        let low = Recalibration::fit(outcomes(unknown, 40, 300, 300));
        assert_eq!(low.corrected(unknown, 40), UNKNOWN_SCORE_MAX);
    }

    #[test]
    fn a_delivery_at_a_catch_all_proves_nothing() {
        let all = EmailStatus::AcceptAll;
        let good = Recalibration::fit(outcomes(all, 40, 300, 300));
        assert_eq!(good.corrected(all, 40), 40);
        let bad = Recalibration::fit(outcomes(all, 40, 30, 300));
        assert!(bad.corrected(all, 40) < 15);
        assert_eq!(bad.corrected(EmailStatus::Unknown, 40), 40);
    }

    #[test]
    fn a_proof_and_a_refutation_stay() {
        let bad = Recalibration::fit(outcomes(EmailStatus::Verified, 100, 0, 300));
        assert_eq!(bad.corrected(EmailStatus::Verified, 100), 100);
        assert_eq!(bad.corrected(EmailStatus::Invalid, 0), 0);
    }

    proptest! {
        /// A higher score is never shown lower, and every score is in one step.
        #[test]
        fn the_order_of_scores_stays(
            reports in proptest::collection::vec((0_u8..100, any::<bool>()), 0..400)
        ) {
            let count = reports.len() as u64;
            let reports = reports
                .into_iter()
                .map(|(model_score, arrived)| (EmailStatus::Unknown, model_score, arrived));
            let steps = Recalibration::fit(reports).unproved;
            prop_assert_eq!(steps.first().unwrap().from, 0);
            prop_assert_eq!(steps.last().unwrap().to, 99);
            prop_assert_eq!(steps.iter().map(|step| step.n).sum::<u64>(), count);
            for pair in steps.windows(2) {
                prop_assert_eq!(pair[0].to + 1, pair[1].from);
                prop_assert!(pair[0].share < pair[1].share);
            }
        }
    }
}
