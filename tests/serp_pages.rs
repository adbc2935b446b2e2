//! Google and Crunchbase readers against the shared real pages and their truth.
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

use std::collections::BTreeMap;
use std::path::PathBuf;

use lode_core::sites;
use serde_json::Value;

#[path = "support/mutation.rs"]
#[allow(dead_code, reason = "shared with tests/sites.rs")]
mod mutation;

use mutation::Mutation;

/// Fields scored on every lead.
const FIELDS: [&str; 12] = [
    "kind",
    "full_name",
    "first_name",
    "last_name",
    "title",
    "company",
    "company_url",
    "company_domain",
    "location",
    "industry",
    "profile_url",
    "website",
];

fn pages_dir() -> PathBuf {
    std::env::var_os("LODE_PAGES").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/pages"),
        PathBuf::from,
    )
}

#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missed: u32,
}

/// Whether `got` is right: the truth, or one of the other right values.
fn is_right(entry: &Value, lead: &Value, index: usize, field: &str, got: &Value) -> bool {
    let norm = |v: &Value| v.as_str().map(|s| s.trim_end_matches('/').to_owned());
    let truth = &lead[field];
    let key = format!("{index}.{field}");
    let mut allowed: Vec<&Value> = vec![truth];
    if let Some(list) = entry["alternatives"][&key].as_array() {
        allowed.extend(list);
    }
    if let Some(list) = lead["alternatives"][field].as_array() {
        allowed.extend(list);
    }
    allowed.iter().any(|v| norm(v) == norm(got))
}

fn score(site: &str) -> Option<(BTreeMap<&'static str, Tally>, Vec<String>)> {
    let dir = pages_dir();
    let Ok(truth) = std::fs::read_to_string(dir.join("truth.json")) else {
        println!("SKIPPED: no shared pages at {}", dir.display());
        return None;
    };
    let truth: Vec<Value> = serde_json::from_str(&truth).unwrap();
    let mut tally: BTreeMap<&'static str, Tally> = BTreeMap::new();
    let mut faults = Vec::new();
    let mut pages = 0;
    for entry in truth
        .iter()
        .filter(|e| e["file"].as_str().unwrap().starts_with(site))
    {
        pages += 1;
        let file = entry["file"].as_str().unwrap();
        let mut html = std::fs::read_to_string(dir.join(file)).unwrap();
        if entry["state_json"] == Value::Bool(true) {
            html = format!(
                "<html><body><script id=\"ng-state\" type=\"application/json\">{}</script></body></html>",
                html.replace('<', "\\u003C")
            );
        }
        let page = sites::read(entry["url"].as_str().unwrap(), &html);
        println!(
            "{file}: {}/{:?} {} leads {:?} results",
            page.page.kind,
            page.page.layout,
            page.leads.len(),
            page.results.as_ref().map(Vec::len)
        );
        let mut fault = |what: String| faults.push(format!("{file}: {what}"));
        if page.page.kind != entry["kind"].as_str().unwrap() {
            fault(format!("kind {} for {}", page.page.kind, entry["kind"]));
        }
        if let Some(expected) = entry["results"].as_array() {
            let borderline = entry["borderline"].as_array().cloned().unwrap_or_default();
            let same = |r: &Value, title: &str, url: Option<&str>| {
                let is = |key: &str| {
                    r[key].as_str().is_some_and(|u| {
                        Some(u.trim_end_matches('/')) == url.map(|u| u.trim_end_matches('/'))
                    })
                };
                r["title"] == *title && (is("url") || is("url_raw"))
            };
            let got = page.results.clone().unwrap_or_default();
            let mut at = 0;
            for result in &got {
                if at < expected.len() && same(&expected[at], &result.title, result.url.as_deref())
                {
                    at += 1;
                } else if !borderline
                    .iter()
                    .any(|b| same(b, &result.title, result.url.as_deref()))
                {
                    fault(format!(
                        "result {:?} {:?}, expected {:?}",
                        result.title,
                        result.url,
                        expected.get(at)
                    ));
                }
            }
            if at < expected.len() {
                fault(format!(
                    "{} of {} results, first missing {}",
                    at,
                    expected.len(),
                    expected[at]
                ));
            }
        }
        let expected = entry["leads"].as_array().unwrap();
        let mut optional: Vec<Value> = entry["borderline_leads"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        optional.extend(
            entry["optional_leads"]
                .as_array()
                .cloned()
                .unwrap_or_default(),
        );
        let got: Vec<Value> = page
            .leads
            .iter()
            .map(|l| serde_json::to_value(l).unwrap())
            .collect();
        let got: Vec<&Value> = got
            .iter()
            .filter(|l| {
                expected
                    .iter()
                    .any(|e| e["profile_url"] == l["profile_url"])
                    || !optional
                        .iter()
                        .any(|o| o["profile_url"] == l["profile_url"])
            })
            .collect();
        if got.len() != expected.len() {
            fault(format!("{} leads for {}", got.len(), expected.len()));
        }
        for (index, lead) in expected.iter().enumerate() {
            let Some(found) = got
                .iter()
                .find(|l| is_right(entry, lead, index, "profile_url", &l["profile_url"]))
            else {
                fault(format!("no lead {}", lead["profile_url"]));
                continue;
            };
            for field in FIELDS {
                if lead.get(field).is_none() {
                    if !found[field].is_null() && !matches!(field, "first_name" | "last_name") {
                        println!("  extra {field} of {index}: {}", found[field]);
                    }
                    continue;
                }
                let tally = tally.entry(field).or_default();
                if is_right(entry, lead, index, field, &found[field]) {
                    tally.right += 1;
                } else if found[field].is_null() {
                    tally.missed += 1;
                    fault(format!("{index}.{field} missed: {}", lead[field]));
                } else {
                    tally.wrong += 1;
                    fault(format!(
                        "{index}.{field} is {} for {}",
                        found[field], lead[field]
                    ));
                }
            }
        }
    }
    assert!(pages > 0, "no pages of {site}");
    for (field, t) in &tally {
        println!(
            "{field:15} right {:3} wrong {:3} missed {:3}",
            t.right, t.wrong, t.missed
        );
    }
    Some((tally, faults))
}

/// Nothing wrong, and next to nothing missed.
fn expect(site: &str) {
    let Some((tally, faults)) = score(site) else {
        return;
    };
    let wrong: Vec<_> = faults
        .iter()
        .filter(|fault| !fault.contains(" missed: "))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for (field, tally) in tally {
        let all = tally.right + tally.missed;
        assert!(
            f64::from(tally.right) >= 0.97 * f64::from(all),
            "{field}: {} of {all}: {faults:#?}",
            tally.right
        );
    }
}

#[test]
fn google_pages_are_read_as_the_truth_says() {
    expect("serp/");
}

#[test]
fn crunchbase_pages_are_read_as_the_truth_says() {
    expect("crunchbase/");
}

/// The results are the same, in the same order, after every redesign: `tests/sites.rs` scores
/// the leads under them.
#[test]
fn results_survive_redesigns() {
    let dir = pages_dir();
    let Ok(truth) = std::fs::read_to_string(dir.join("truth.json")) else {
        println!("SKIPPED: no shared pages at {}", dir.display());
        return;
    };
    let truth: Vec<Value> = serde_json::from_str(&truth).unwrap();
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
    let dir = pages_dir();
    let Ok(truth) = std::fs::read_to_string(dir.join("truth.json")) else {
        println!("SKIPPED: no shared pages at {}", dir.display());
        return;
    };
    let truth: Vec<Value> = serde_json::from_str(&truth).unwrap();
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
