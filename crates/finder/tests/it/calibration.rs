//! A share of `--example evaluate`, as a floor under the ranking and its probabilities, and the
//! aims on the whole population. Seeds are fixed: what a figure leaves to its floor is for changes
//! of the finder that shift it without harm.

#[allow(dead_code)]
#[path = "../../examples/evaluate/measure.rs"]
mod measure;
#[path = "../../examples/evaluate/population.rs"]
mod population;

use measure::{Told, measure};
use population::{SCALE, SEED};

#[test]
fn candidates_are_ranked_and_their_probabilities_hold() {
    let companies = population::population(11, 1.0);
    for (told, known, hit, ece, brier) in [
        (Told::People, 0, [0.385, 0.64, 0.75], 0.035, 0.241),
        (Told::People, 1, [0.50, 0.715, 0.765], 0.035, 0.22),
        (Told::People, 3, [0.53, 0.715, 0.77], 0.03, 0.18),
        (Told::Class, 0, [0.385, 0.66, 0.765], 0.03, 0.236),
        (Told::Class, 1, [0.50, 0.725, 0.77], 0.025, 0.219),
        (Told::Class, 3, [0.535, 0.725, 0.77], 0.03, 0.18),
    ] {
        let figures = measure(&companies, known, told, 11);
        assert!(figures.people > 2_900, "{figures:?}");
        for (reached, floor) in figures.hit.iter().zip(hit) {
            assert!(*reached >= floor, "{told:?}, {known} known: {figures:?}");
        }
        assert!(figures.ece <= ece, "{told:?}, {known} known: {figures:?}");
        assert!(
            figures.brier <= brier,
            "{told:?}, {known} known: {figures:?}"
        );
    }
}

/// As the server asks, with three addresses known: so few domains as above scatter more.
#[test]
fn the_aims_are_reached_on_the_whole_population() {
    let companies = population::population(SEED, SCALE);
    let figures = measure(&companies, 3, Told::People, SEED);
    assert!(figures.people > 17_000, "{figures:?}");
    assert!(figures.ece <= 0.02, "{figures:?}");
    assert!(figures.brier <= 0.17, "{figures:?}");
    assert!(figures.hit[0] >= 0.535, "{figures:?}");
}
