//! Google and Crunchbase pages of invented people, one for each kind and layout: what is
//! read from them is kept as snapshots.
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

use lode_core::sites;

/// The address stands in the first line of a fixture: `<!-- url: … -->`.
fn address(html: &str) -> &str {
    html.lines()
        .next()
        .and_then(|line| line.strip_prefix("<!-- url: "))
        .and_then(|line| line.strip_suffix(" -->"))
        .expect("a fixture begins with its address")
}

fn snapshots(site: &str) {
    insta::with_settings!({snapshot_path => format!("pages/{site}"), prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::glob!(format!("pages/{site}"), "*.html", |path| {
            let html = std::fs::read_to_string(path).unwrap();
            let page = sites::read(address(&html), &html);
            insta::assert_json_snapshot!("read", page);
        });
    });
}

#[test]
fn google_fixtures() {
    snapshots("google");
}

#[test]
fn crunchbase_fixtures() {
    snapshots("crunchbase");
}
