//! The bodies of the fuzz targets on the fixtures and on seeded changes of them: the same
//! cases in every run. `LODE_FUZZ_CASES` sets how many, `LODE_FUZZ_SEED` which.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::path::Path;

use lode_fuzzing::{TARGETS, seeds::seeds};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

/// Pieces that parsers stumble over.
const PIECES: &[&[u8]] = &[
    b"<",
    b">",
    b"\"",
    b"'",
    b"&",
    b"</",
    b"<!--",
    b"]]>",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\u0000",
    b"\x00",
    b"\x01",
    b"\x02",
    b"\x03",
    b"\x04",
    b"\x05",
    b"\xff",
    b"\xf0\x9f\x92\xa9",
    "\u{202e}".as_bytes(),
    "\u{a0}".as_bytes(),
    b" - ",
    b" | ",
    b" at ",
    b" @",
    b"/in/",
    b"%ff",
    b"<a href=\"/in/x\">",
    b"<script type=\"application/ld+json\">",
    b"99999999999999999999",
    b":has(",
    b"{name}",
    b"null",
];

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect(name))
}

/// A change of some seed: pieces put in, ranges cut, doubled, or taken from another seed.
fn changed(random: &mut StdRng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut data = seeds[random.random_range(0..seeds.len())].clone();
    for _ in 0..random.random_range(1..=8) {
        let at = random.random_range(0..=data.len());
        let end = (at + random.random_range(0..400)).min(data.len());
        match random.random_range(0..6) {
            0 => {
                data.drain(at..end);
            }
            1 => {
                let copy = data[at..end].to_vec();
                let times = random.random_range(1..20);
                data.splice(at..at, copy.repeat(times));
            }
            2 => {
                let other = &seeds[random.random_range(0..seeds.len())];
                let from = random.random_range(0..=other.len());
                let to = (from + random.random_range(0..2_000)).min(other.len());
                data.splice(at..end, other[from..to].iter().copied());
            }
            3 => {
                for byte in &mut data[at..end] {
                    if random.random_ratio(1, 8) {
                        *byte = random.random();
                    }
                }
            }
            _ => {
                let piece = PIECES[random.random_range(0..PIECES.len())];
                data.splice(at..at, piece.iter().copied());
            }
        }
    }
    data
}

#[test]
fn bodies_hold_on_seeded_changes_of_the_fixtures() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let cases = number("LODE_FUZZ_CASES", 400);
    for (target, body) in TARGETS {
        let seeds = seeds(&root, target).unwrap();
        assert!(!seeds.is_empty(), "{target} has no seeds");
        for seed in &seeds {
            body(seed);
        }
        let mut random = StdRng::seed_from_u64(number("LODE_FUZZ_SEED", 20_261_123));
        for case in 0..cases {
            let data = changed(&mut random, &seeds);
            let outcome = std::panic::catch_unwind(|| body(&data));
            assert!(
                outcome.is_ok(),
                "{target}, case {case}: {} bytes",
                data.len()
            );
        }
        println!("{target}: {} seeds, {cases} changes", seeds.len());
    }
}

/// Every target is one of cargo-fuzz's too.
#[test]
fn every_target_has_its_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let mut files: Vec<String> = std::fs::read_dir(folder.join("fuzz_targets"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let mut expected: Vec<String> = TARGETS
        .iter()
        .map(|(name, _)| format!("{name}.rs"))
        .collect();
    expected.sort();
    assert_eq!(files, expected);
    for (name, _) in TARGETS {
        assert!(
            manifest.contains(&format!("fuzz_targets/{name}.rs")),
            "{name}"
        );
    }
}
