//! What the truth of the shared pages says beside the leads, which `tests/sites.rs` scores: the
//! organic results of Google's pages in order, and Crunchbase's state in either element.
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

use lode_core::page::SearchResult;
use lode_core::sites;
use serde_json::Value;

#[path = "support/mutation.rs"]
#[allow(dead_code, reason = "shared with tests/sites.rs")]
mod mutation;

use mutation::Mutation;

fn pages_dir() -> PathBuf {
    std::env::var_os("LODE_PAGES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/pages"),
        PathBuf::from,
    )
}

/// The truth's entries; `None`, visibly, where the pages are not here.
fn truth() -> Option<Vec<Value>> {
    let dir = pages_dir();
    let Ok(truth) = std::fs::read_to_string(dir.join("truth.json")) else {
        println!("skipped: no shared pages at {} (0 ran)", dir.display());
        return None;
    };
    Some(serde_json::from_str(&truth).unwrap())
}

/// Whether a result is the one of the truth: its title, and its address, which may be given as
/// it stands on the page too.
fn is_same(expected: &Value, got: &SearchResult) -> bool {
    let url = got.url.as_deref().map(|url| url.trim_end_matches('/'));
    let is = |key: &str| {
        let known = expected[key].as_str().map(|url| url.trim_end_matches('/'));
        known.is_some() && known == url
    };
    expected["title"] == *got.title && (is("url") || is("url_raw"))
}

#[test]
fn results_are_the_organic_ones_in_order() {
    let Some(truth) = truth() else { return };
    let mut faults = Vec::new();
    let mut pages = 0;
    for entry in &truth {
        let Some(expected) = entry["results"].as_array() else {
            continue;
        };
        pages += 1;
        let (file, url) = (
            entry["file"].as_str().unwrap(),
            entry["url"].as_str().unwrap(),
        );
        let html = std::fs::read_to_string(pages_dir().join(file)).unwrap();
        let got = sites::read(url, &html).results.unwrap_or_default();
        let borderline = entry["borderline"].as_array().cloned().unwrap_or_default();
        let mut at = 0;
        for (n, result) in got.iter().enumerate() {
            if expected.get(at).is_some_and(|next| is_same(next, result)) {
                at += 1;
            } else if !borderline.iter().any(|one| is_same(one, result)) {
                faults.push(format!("{file}: result {n} is none, or out of order"));
            }
        }
        if at < expected.len() {
            faults.push(format!("{file}: {at} of {} results", expected.len()));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
    assert!(pages >= 8, "only {pages} pages");
}

/// The results are the same, in the same order, after every redesign: `tests/sites.rs` scores
/// the leads under them.
#[test]
fn results_survive_redesigns() {
    let Some(truth) = truth() else { return };
    let dir = pages_dir();
    let with_results = truth
        .iter()
        .filter(|entry| entry["results"].as_array().is_some_and(|r| !r.is_empty()));
    let mut pages = 0;
    for entry in with_results {
        let (file, url) = (
            entry["file"].as_str().unwrap(),
            entry["url"].as_str().unwrap(),
        );
        let html = std::fs::read_to_string(dir.join(file)).unwrap();
        let whole = sites::read(url, &html).results;
        assert!(whole.is_some());
        pages += 1;
        let all = Mutation::ALL.iter().fold(html.clone(), |html, mutation| {
            mutation::apply(*mutation, &html, 7)
        });
        assert_eq!(sites::read(url, &all).results, whole, "{file}, all at once");
        for kind in [Mutation::ClassNames, Mutation::TestIds, Mutation::Wrappers] {
            let changed = mutation::apply(kind, &html, 11);
            assert_eq!(
                sites::read(url, &changed).results,
                whole,
                "{file}, {}",
                kind.name()
            );
        }
    }
    assert!(pages >= 8, "only {pages} pages");
}

/// The state reads alike in the element of either Angular generation, escaped as each does it.
#[test]
fn state_reads_alike_in_both_elements() {
    let Some(truth) = truth() else { return };
    let dir = pages_dir();
    let mut pages = 0;
    for entry in truth
        .iter()
        .filter(|entry| entry["state_json"] == Value::Bool(true))
    {
        let (file, url) = (
            entry["file"].as_str().unwrap(),
            entry["url"].as_str().unwrap(),
        );
        let state = std::fs::read_to_string(dir.join(file)).unwrap();
        let plain = format!(
            "<script id=\"ng-state\" type=\"application/json\">{}</script>",
            state.replace('<', "\\u003C")
        );
        let escaped = state
            .replace('&', "&a;")
            .replace('"', "&q;")
            .replace('\'', "&s;")
            .replace('<', "&l;")
            .replace('>', "&g;");
        let escaped =
            format!("<script id=\"client-app-state\" type=\"application/json\">{escaped}</script>");
        let leads = sites::read(url, &plain).leads;
        assert_eq!(leads.len(), 1, "{file}");
        assert_eq!(sites::read(url, &escaped).leads, leads, "{file}");
        // Under another address it is the former page's state.
        let other = "https://www.crunchbase.com/person/somebody-else";
        assert_eq!(sites::read(other, &plain).leads, [], "{file}");
        pages += 1;
    }
    assert!(pages > 0);
}
