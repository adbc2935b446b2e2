//! Whether scores are true: what was expected of addresses beside what became of mail to
//! them. Pure.

use serde::Serialize;

mod isotonic;

pub use isotonic::{Recalibration, Step};

/// Lower ends of the bands; each reaches to the next one. A proof stands alone.
const BANDS: [u8; 7] = [0, 20, 40, 60, 80, 95, 100];

/// Two-sided 95 % quantile of the normal distribution, for Wilson's interval.
const Z: f64 = 1.959_964;

/// Addresses of one range of scores.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Band {
    /// Lowest score.
    pub from: u8,
    /// Highest score.
    pub to: u8,
    /// Addresses with an outcome.
    pub n: u64,
    /// Mail arrived.
    pub delivered: u64,
    /// Mail came back for good.
    pub bounced: u64,
    /// Share that arrived; `None` where there is no outcome.
    pub observed: Option<f64>,
    /// Wilson's 95 % interval of that share.
    pub interval: Option<(f64, f64)>,
    /// Mean score as a share: what should have arrived.
    pub expected: Option<f64>,
}

/// How true the scores were.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// By range of scores, lowest first.
    pub bands: Vec<Band>,
    /// Addresses with an outcome.
    pub n: u64,
    /// Expected calibration error: mean distance of expected and observed share, weighted by
    /// addresses; `None` where there is no outcome.
    pub ece: Option<f64>,
    /// Mean squared error of the scores as probabilities (Brier); `None` where there is no
    /// outcome.
    pub brier: Option<f64>,
}

/// Calibration of addresses with their score, 0 to 100, and whether mail arrived.
#[must_use]
pub fn calibration(outcomes: &[(u8, bool)]) -> Calibration {
    let ends = BANDS.iter().skip(1).map(|next| next - 1).chain([100]);
    let bands: Vec<Band> = BANDS
        .iter()
        .zip(ends)
        .map(|(from, to)| band(*from, to, outcomes))
        .collect();
    let n = count(outcomes.iter());
    let of_all = |sum: f64| (n > 0).then(|| sum / as_f64(n));
    let gap: f64 = bands
        .iter()
        .filter_map(|band| Some(as_f64(band.n) * (band.expected? - band.observed?).abs()))
        .sum();
    let squares: f64 = outcomes
        .iter()
        .map(|(score, delivered)| (share(*score) - f64::from(u8::from(*delivered))).powi(2))
        .sum();
    Calibration {
        bands,
        n,
        ece: of_all(gap),
        brier: of_all(squares),
    }
}

fn band(from: u8, to: u8, outcomes: &[(u8, bool)]) -> Band {
    let within = || {
        outcomes
            .iter()
            .filter(|(score, _)| (from..=to).contains(&(*score).min(100)))
    };
    let n = count(within());
    let delivered = count(within().filter(|(_, delivered)| *delivered));
    let scores: f64 = within().map(|(score, _)| share(*score)).sum();
    let some = n > 0;
    Band {
        from,
        to,
        n,
        delivered,
        bounced: n - delivered,
        observed: some.then(|| as_f64(delivered) / as_f64(n)),
        interval: some.then(|| wilson(as_f64(delivered), as_f64(n))),
        expected: some.then(|| scores / as_f64(n)),
    }
}

/// Wilson's score interval (1927) of `hits` in `n`.
fn wilson(hits: f64, n: f64) -> (f64, f64) {
    let p = hits / n;
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let (middle, scale) = (p + Z * Z / (2.0 * n), 1.0 + Z * Z / n);
    (
        ((middle - spread) / scale).max(0.0),
        ((middle + spread) / scale).min(1.0),
    )
}

fn share(score: u8) -> f64 {
    f64::from(score.min(100)) / 100.0
}

fn count<'a>(outcomes: impl Iterator<Item = &'a (u8, bool)>) -> u64 {
    outcomes.fold(0, |n, _| n + 1)
}

#[expect(clippy::cast_precision_loss, reason = "counts of addresses")]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-4
    }

    #[test]
    fn bands_cover_every_score_once() {
        let every: Vec<(u8, bool)> = (0..=100).map(|score| (score, true)).collect();
        let calibration = calibration(&every);
        assert_eq!(calibration.n, 101);
        let counted: Vec<u64> = calibration.bands.iter().map(|band| band.n).collect();
        assert_eq!(counted, [20, 20, 20, 20, 15, 5, 1]);
        assert_eq!(calibration.bands[5].to, 99);
    }

    #[test]
    fn figures_by_hand() {
        let outcomes = [
            (100, true),
            (100, true),
            (100, false),
            (50, true),
            (50, false),
        ];
        let calibration = calibration(&outcomes);
        let proof = &calibration.bands[6];
        assert_eq!((proof.n, proof.delivered, proof.bounced), (3, 2, 1));
        assert!(near(proof.observed.unwrap(), 2.0 / 3.0));
        // 2 of 3: 0.2077 to 0.9385, by Wilson's formula.
        let (low, high) = proof.interval.unwrap();
        assert!(near(low, 0.2077) && near(high, 0.9385), "{low} {high}");
        assert!(near(calibration.ece.unwrap(), 3.0 / 5.0 * (1.0 / 3.0)));
        assert!(near(calibration.brier.unwrap(), (1.0 + 0.25 + 0.25) / 5.0));
    }

    #[test]
    fn without_outcomes_nothing_is_claimed() {
        let calibration = calibration(&[]);
        assert_eq!(
            (calibration.n, calibration.ece, calibration.brier),
            (0, None, None)
        );
        assert!(calibration.bands.iter().all(|band| band.observed.is_none()));
    }
}
