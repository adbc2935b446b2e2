//! Prints how well candidates are ranked on a synthetic population that follows published
//! aggregates: `cargo run -p lode-finder --release --example evaluate`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    missing_docs,
    unreachable_pub
)]

mod measure;
mod population;

use measure::{Told, measure};
use population::{SCALE, SEED};

fn main() {
    let seed = SEED;
    let companies = population::population(seed, SCALE);
    let people: usize = companies.iter().map(|company| company.people.len()).sum();
    println!(
        "{} domains, {people} people, seed {seed}\n",
        companies.len()
    );
    for (told, words) in [
        (
            Told::People,
            "the people known are counted, as the server asks",
        ),
        (Told::Class, "the company's size is told"),
        (Told::Nothing, "nothing is told of the company's size"),
    ] {
        println!("{words}");
        println!("known   people   hit@1   hit@5  hit@10     ECE   Brier");
        for known in [0, 1, 2, 3, 5] {
            let figures = measure(&companies, known, told, seed);
            println!(
                "{:>5} {:>8} {:>6.1}% {:>6.1}% {:>6.1}% {:>7.4} {:>7.4}",
                figures.known,
                figures.people,
                figures.hit[0] * 100.0,
                figures.hit[1] * 100.0,
                figures.hit[2] * 100.0,
                figures.ece,
                figures.brier,
            );
            if std::env::args().any(|arg| arg == "--bins") {
                for (count, said, right) in &figures.bins {
                    println!("        {count:>6}  said {said:.3}  right {right:.3}");
                }
            }
        }
        println!();
    }
}
