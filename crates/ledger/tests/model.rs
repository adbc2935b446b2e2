//! The ledger against a deliberately simple model, with random commands, repeats,
//! reorderings and time jumps: a fixed-seed share of what
//! `cargo run -p lode-ledger --release --example model -- 1000000` does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::type_complexity,
    // Remainders are dice here.
    clippy::manual_is_multiple_of
)]

#[path = "model/drive.rs"]
mod drive;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

#[test]
fn the_ledger_agrees_with_the_coins() {
    let mut counts = drive::Counts::default();
    let shared = std::cell::RefCell::new(&mut counts);
    let config = Config {
        cases: 60,
        rng_seed: RngSeed::Fixed(20_261_123),
        failure_persistence: None,
        ..Config::default()
    };
    let lives = proptest::collection::vec(any::<drive::Raw>(), 1..160);
    TestRunner::new(config)
        .run(&lives, |raws| {
            let mut counts = drive::Counts::default();
            drive::run(&raws, &mut counts);
            let mut sum = shared.borrow_mut();
            sum.operations += counts.operations;
            for (word, count) in counts.said {
                *sum.said.entry(word).or_default() += count;
            }
            Ok(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
    // A run that never gets anywhere proves nothing.
    assert!(counts.operations > 3_000, "{counts:?}");
    for word in [
        "held",
        "repeated",
        "resolved",
        "already expired",
        "insufficient",
        "cap",
        "refunded",
        "granted",
        "now",
        "next period",
        "error: conflict",
        "error: overflow",
    ] {
        assert!(
            counts.said.get(word).is_some_and(|count| *count > 2),
            "{word}: {counts:?}"
        );
    }
}
