//! The headline rules on the headlines of real pages.
//!
//! The pages are no part of the repository: their truth is read from
//! `../shared/pages/truth.json` (or `$LODE_PAGES/truth.json`), and skipped where it is not
//! there. `LODE_SHOW_WRONG=1` lists what is wrong or missed.
//!
//! A claim is right when the truth or one of its alternatives says so, wrong otherwise; a
//! value is missed when it stands in the headline, is not claimed, and leaving it out is not
//! one of the alternatives.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

use std::path::PathBuf;

use lode_core::headline;
use proptest::prelude::*;
use serde_json::Value;

#[derive(Default)]
struct Score {
    right: usize,
    wrong: usize,
    missed: usize,
}

fn folded(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[test]
fn headlines_of_real_pages() {
    let folder = std::env::var_os("LODE_PAGES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/pages"),
        PathBuf::from,
    );
    let Ok(truth) = std::fs::read_to_string(folder.join("truth.json")) else {
        println!("skipped: 1 table, since ../shared/pages is not there");
        return;
    };
    let show = std::env::var_os("LODE_SHOW_WRONG").is_some();
    let entries: Vec<Value> = serde_json::from_str(&truth).unwrap();
    let (mut titles, mut companies, mut total) = (Score::default(), Score::default(), 0);
    for entry in &entries {
        for (i, lead) in entry["leads"].as_array().into_iter().flatten().enumerate() {
            let Some(line) = lead["headline"]
                .as_str()
                .filter(|_| lead["kind"] != "company")
            else {
                continue;
            };
            if entry["kind"] == "company" {
                continue;
            }
            total += 1;
            let stated = headline::split(line);
            for (field, claim, score) in [
                ("title", &stated.title, &mut titles),
                ("company", &stated.company, &mut companies),
            ] {
                let key = format!("{i}.{field}");
                let uncertain = entry["uncertain"].as_array().into_iter().flatten();
                if uncertain.into_iter().any(|u| *u == key) {
                    continue;
                }
                let mut right: Vec<&Value> = vec![&lead[field]];
                right.extend(entry["alternatives"][&key].as_array().into_iter().flatten());
                let says = |claim: &str| {
                    right.iter().any(|right| {
                        right
                            .as_str()
                            .is_some_and(|right| folded(right) == folded(claim))
                    })
                };
                let in_line = lead[field]
                    .as_str()
                    .is_some_and(|right| folded(line).contains(&folded(right)));
                match claim {
                    Some(claim) if says(claim) => score.right += 1,
                    Some(claim) => {
                        score.wrong += 1;
                        if show {
                            println!("wrong {field}: {line:?}: {claim:?}, right {right:?}");
                        }
                    }
                    None if in_line && !right.iter().any(|right| right.is_null()) => {
                        score.missed += 1;
                        if show {
                            println!("missed {field}: {line:?}: right {right:?}");
                        }
                    }
                    None => {
                        if show && in_line {
                            println!("left out {field}: {line:?}: right {right:?}");
                        }
                    }
                }
            }
        }
    }
    println!(
        "{:10} {:>5} {:>5} {:>6}   ({total} headlines)",
        "", "right", "wrong", "missed"
    );
    println!(
        "{:10} {:>5} {:>5} {:>6}",
        "title", titles.right, titles.wrong, titles.missed
    );
    println!(
        "{:10} {:>5} {:>5} {:>6}",
        "company", companies.right, companies.wrong, companies.missed
    );
    assert!(total > 40, "only {total} headlines were read");
    // Reached: the one wrong title is a headline that says less than the page's position.
    assert!(titles.wrong <= 1, "{} titles are wrong", titles.wrong);
    assert_eq!(companies.wrong, 0, "companies are wrong");
    assert_eq!(titles.missed + companies.missed, 0, "values are missed");
}

fn holds(input: &str) {
    let stated = headline::split(input);
    for part in [&stated.title, &stated.company].into_iter().flatten() {
        assert!(
            part.chars().any(char::is_alphanumeric),
            "{input:?}: {part:?}"
        );
        assert_eq!(part, part.trim(), "{input:?}");
        assert!(!part.chars().any(char::is_control), "{input:?}: {part:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(input in any::<String>()) {
        holds(&input);
    }

    #[test]
    fn headline_like_text_is_read(pieces in proptest::collection::vec(piece(), 0..16)) {
        holds(&pieces.concat());
    }
}

fn piece() -> impl Strategy<Value = String> {
    let known = proptest::sample::select(vec![
        " ",
        " ",
        "CTO",
        "Founder ",
        " at ",
        "@",
        " of ",
        " - ",
        " | ",
        ", ",
        "&",
        " and ",
        "Acme ",
        "Inc.",
        "ex-",
        "(",
        ")",
        "🚀",
        " en ",
        " bei ",
        "株式会社",
        "代表",
        "\u{301}",
        "\u{1f}",
        " I ",
        " l ",
        ";",
        "/",
        ":",
        "!",
        "Student ",
        ".",
    ]);
    prop_oneof![
        known.prop_map(str::to_owned),
        "[A-Za-zÀ-ž]{1,8}",
        " [A-Z][a-z]{1,6} "
    ]
}

#[test]
fn endless_text_is_cut() {
    for unit in [
        "a", "CTO at ", "| ", "@", "- ", "& ", "🚀", "a, ", "(", "代表",
    ] {
        let stated = headline::split(&unit.repeat(4_000_000 / unit.len()));
        for part in [stated.title, stated.company].into_iter().flatten() {
            assert!(part.chars().count() <= 1_000, "{unit:?}");
        }
    }
}
