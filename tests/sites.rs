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

use accuracy::Report;

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
