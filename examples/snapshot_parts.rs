//! What the extension's snapshots of pages are made of:
//!
//! - `snapshot_parts [PART]` prints a table of bytes by site and page kind, for the real pages
//!   where they are (`LODE_PAGES`) and for the project's own fixtures; with PART, a line for each
//!   page whose file name holds it.
//! - `snapshot_parts --fixtures` prints the snapshots of the fixtures, as one JSON list, for the
//!   browser test that holds the content script to them.
#![expect(
    clippy::print_stdout,
    reason = "a command-line program talks to its caller"
)]

#[path = "../tests/support/accuracy.rs"]
#[allow(dead_code, unreachable_pub, clippy::indexing_slicing)]
mod accuracy;
#[path = "../tests/support/mutation.rs"]
#[allow(dead_code, unreachable_pub, clippy::indexing_slicing)]
mod mutation;

use std::collections::BTreeMap;

use lode_core::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};

/// Bytes by what they are of.
#[derive(Default, Clone)]
struct Parts {
    pages: usize,
    whole: usize,
    snapshot: usize,
    tags: usize,
    text: usize,
    json: usize,
    attributes: BTreeMap<String, usize>,
}

impl Parts {
    fn add(&mut self, whole: usize, snapshot: &str) {
        self.pages += 1;
        self.whole += whole;
        self.snapshot += snapshot.len();
        let mut open: Vec<&str> = Vec::new();
        let mut attribute = "";
        let is_mark = |c: char| (OPEN..=CLOSE).contains(&c);
        let mut rest = snapshot;
        while let Some((_, from)) = rest.find(is_mark).and_then(|at| rest.split_at_checked(at)) {
            let mut chars = from.chars();
            let mark = chars.next();
            let after = chars.as_str();
            let body = after.split(is_mark).next().unwrap_or_default();
            rest = after.get(body.len()..).unwrap_or_default();
            let size = 1 + body.len();
            match mark {
                Some(OPEN) => {
                    open.push(body);
                    self.tags += size;
                }
                Some(NAME) => {
                    attribute = body;
                    *self.attributes.entry(body.to_owned()).or_default() += size;
                }
                Some(VALUE) => {
                    *self.attributes.entry(attribute.to_owned()).or_default() += size;
                }
                Some(TEXT) if matches!(open.last(), Some(&("script" | "code"))) => {
                    self.json += size;
                }
                Some(TEXT) => self.text += size,
                _ => {
                    open.pop();
                    self.tags += size;
                }
            }
        }
    }

    fn line(&self, what: &str) {
        let kb = |bytes: usize| bytes as f64 / 1_000.0;
        let all: usize = self.attributes.values().sum();
        let mut by_size: Vec<(&String, &usize)> = self.attributes.iter().collect();
        by_size.sort_by_key(|(_, size)| std::cmp::Reverse(**size));
        let most: Vec<String> = by_size
            .iter()
            .take(5)
            .map(|(name, size)| format!("{name} {:.1}", kb(**size)))
            .collect();
        println!(
            "{what:<44} {:>3} {:>8.1} {:>7.1} {:>6.1} {:>6.1} {:>6.1} {:>6.1}  {}",
            self.pages,
            kb(self.whole),
            kb(self.snapshot),
            kb(self.tags),
            kb(all),
            kb(self.text),
            kb(self.json),
            most.join(", ")
        );
    }
}

fn fixtures() -> Result<serde_json::Value, String> {
    let taken = accuracy::fixtures()?.into_iter().map(|case| {
        let snapshot = mutation::snapshot(&case.url, &case.html);
        serde_json::json!({ "file": case.file, "url": case.url, "snapshot": snapshot })
    });
    Ok(taken.collect())
}

fn main() -> Result<(), String> {
    let only = std::env::args().nth(1);
    if only.as_deref() == Some("--fixtures") {
        println!("{}", fixtures()?);
        return Ok(());
    }
    println!(
        "{:<44} {:>3} {:>8} {:>7} {:>6} {:>6} {:>6} {:>6}  KB; the largest attributes",
        "", "n", "whole", "snap", "tags", "attrs", "text", "JSON"
    );
    let real = accuracy::pages_folder().map_or(Ok(Vec::new()), |folder| accuracy::load(&folder))?;
    for (what, cases) in [("real", real), ("own", accuracy::fixtures()?)] {
        let mut kinds: BTreeMap<String, Parts> = BTreeMap::new();
        for case in cases {
            let page = lode_core::sites::read(&case.url, &case.html).page;
            let snapshot = mutation::snapshot(&case.url, &case.html);
            if let Some(only) = &only {
                if case.file.contains(only.as_str()) {
                    let mut parts = Parts::default();
                    parts.add(case.html.len(), &snapshot);
                    parts.line(&case.file);
                }
                continue;
            }
            for kind in [
                format!("{what} {} {}", page.site, page.kind),
                format!("{what}: all"),
            ] {
                kinds
                    .entry(kind)
                    .or_default()
                    .add(case.html.len(), &snapshot);
            }
        }
        for (kind, parts) in kinds {
            parts.line(&kind);
        }
    }
    Ok(())
}
