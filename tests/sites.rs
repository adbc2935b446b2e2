//! The page readers against real pages and the project's own fixtures.
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

#[path = "support/accuracy.rs"]
#[allow(dead_code, reason = "shared with cargo xtask accuracy")]
mod accuracy;

#[path = "support/mutation.rs"]
#[allow(dead_code, reason = "shared with cargo xtask accuracy")]
mod mutation;

use accuracy::Report;
use mutation::Mutation;

#[test]
fn real_pages() {
    let Some(folder) = accuracy::pages_folder() else {
        println!("skipped: no shared pages (0 ran)");
        return;
    };
    let mut report = Report::default();
    let cases = accuracy::load(&folder).unwrap();
    let only = std::env::var("LODE_PAGES_ONLY").unwrap_or_default();
    for case in cases.iter().filter(|case| case.file.contains(&only)) {
        accuracy::score(&mut report, case, &case.html);
    }
    println!("{}", report.tables());
    if std::env::var_os("LODE_PAGES_DETAILS").is_some() {
        for detail in &report.details {
            println!("{detail}");
        }
    }
}

#[test]
fn mutated_pages() {
    let Some(folder) = accuracy::pages_folder() else {
        println!("skipped: no shared pages (0 ran)");
        return;
    };
    let cases = accuracy::load(&folder).unwrap();
    let only = std::env::var("LODE_PAGES_ONLY").unwrap_or_default();
    for mutation in Mutation::ALL {
        let mut report = Report::default();
        for (seed, case) in cases
            .iter()
            .enumerate()
            .filter(|(_, case)| case.file.contains(&only))
        {
            let html = mutation::apply(mutation, &case.html, seed as u64);
            accuracy::score(&mut report, case, &html);
        }
        let recall = |field| report.field(field).recall();
        let precision = |field| report.field(field).precision();
        println!("{:<16}", mutation.name());
        for field in [
            "full_name",
            "headline",
            "title",
            "company",
            "location",
            "profile_url",
        ] {
            println!("  {field:<12} {:.3} {:.3}", precision(field), recall(field));
        }
        for violation in &report.violations {
            println!("  {violation}");
        }
        if std::env::var_os("LODE_PAGES_DETAILS").is_some() {
            for detail in &report.details {
                println!("    {detail}");
            }
        }
    }
}

#[test]
fn pruned_pages() {
    let Some(folder) = accuracy::pages_folder() else {
        println!("skipped: no shared pages (0 ran)");
        return;
    };
    for case in accuracy::load(&folder).unwrap() {
        let pruned = mutation::prune(&case.html);
        let whole = lode_core::sites::read(&case.url, &case.html);
        let small = lode_core::sites::read(&case.url, &pruned);
        println!(
            "{:<64} {:>8} {:>8}",
            case.file,
            case.html.len(),
            pruned.len()
        );
        assert_eq!(whole.leads, small.leads, "{}", case.file);
        assert_eq!(whole.page, small.page, "{}", case.file);
    }
}

/// The address stands in the first line of a fixture: `<!-- url: … -->`.
fn address(html: &str) -> &str {
    html.lines()
        .next()
        .and_then(|line| line.strip_prefix("<!-- url: "))
        .and_then(|line| line.strip_suffix(" -->"))
        .expect("a fixture begins with its address")
}

/// Pages of invented people, one for each kind and layout. A missing snapshot fails.
#[test]
fn linkedin_fixtures() {
    insta::with_settings!({snapshot_path => "pages/linkedin", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::glob!("pages/linkedin", "*.html", |path| {
            let html = std::fs::read_to_string(path).unwrap();
            let page = lode_core::sites::read(address(&html), &html);
            insta::assert_json_snapshot!("read", page);
        });
    });
}
