//! The long run of the property test: `cargo run -p lode-ledger --release --example model
//! -- OPERATIONS [SEED]`. Exits 1 with the shortest run that fails, if one does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::type_complexity,
    // Remainders are dice here.
    clippy::manual_is_multiple_of
)]

#[path = "../tests/model/drive.rs"]
mod drive;

use std::cell::RefCell;
use std::process::ExitCode;
use std::time::Instant;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(operations)), seed) = (arguments.next(), arguments.next()) else {
        println!("usage: model OPERATIONS [SEED]");
        return ExitCode::from(2);
    };
    let mut seed = match seed {
        None => 1,
        Some(Ok(seed)) => seed,
        Some(Err(error)) => {
            println!("SEED: {error}");
            return ExitCode::from(2);
        }
    };
    // Shrinking panics a thousand times; the shortest run says it all.
    std::panic::set_hook(Box::new(|_| {}));
    let begin = Instant::now();
    let counts = RefCell::new(drive::Counts::default());
    while counts.borrow().operations < operations {
        let config = Config {
            cases: 100,
            rng_seed: RngSeed::Fixed(seed),
            failure_persistence: None,
            ..Config::default()
        };
        let lives = proptest::collection::vec(any::<drive::Raw>(), 40..160);
        let outcome = TestRunner::new(config).run(&lives, |raws| {
            if counts.borrow().operations < operations {
                drive::run(&raws, &mut counts.borrow_mut());
            }
            Ok(())
        });
        if let Err(failure) = outcome {
            println!("seed {seed}: {failure}");
            return ExitCode::FAILURE;
        }
        seed += 1;
    }
    let seconds = begin.elapsed().as_secs_f64();
    let counts = counts.into_inner();
    for (word, count) in &counts.said {
        println!("{count:>9}  {word}");
    }
    println!(
        "{} operations, {} entries, every invariant after every operation: {seconds:.1} s",
        counts.operations, counts.entries
    );
    ExitCode::SUCCESS
}
