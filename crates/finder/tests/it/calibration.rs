//! A small share of `--example evaluate`, as a floor under the ranking and its
//! probabilities. The aims (ECE at most 0.02, Brier at most 0.17) are for the whole
//! population; so few domains scatter more.

#[allow(dead_code)]
#[path = "../../examples/evaluate/measure.rs"]
mod measure;
#[path = "../../examples/evaluate/population.rs"]
mod population;

use measure::measure;

#[test]
fn candidates_are_ranked_and_their_probabilities_hold() {
    let companies = population::population(11, 1.0);
    for (known, hit, ece, brier) in [
        (0, [0.36, 0.62, 0.70], 0.06, 0.25),
        (1, [0.46, 0.66, 0.70], 0.06, 0.23),
        (3, [0.48, 0.66, 0.70], 0.06, 0.19),
    ] {
        let figures = measure(&companies, known, true, 11);
        assert!(figures.people > 2_000, "{figures:?}");
        for (reached, floor) in figures.hit.iter().zip(hit) {
            assert!(*reached >= floor, "{known} known: {figures:?}");
        }
        assert!(figures.ece <= ece, "{known} known: {figures:?}");
        assert!(figures.brier <= brier, "{known} known: {figures:?}");
    }
}
