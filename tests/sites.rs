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
    assert_eq!(report.violations, Vec::<String>::new());
    for field in ["full_name", "title", "company", "profile_url"] {
        let tally = report.field(field);
        assert!(tally.precision() >= 0.995, "{field}: {tally:?}");
        assert!(tally.recall() >= 0.98, "{field}: {tally:?}");
    }
    for field in ["headline", "location"] {
        let tally = report.field(field);
        assert!(tally.precision() >= 0.97, "{field}: {tally:?}");
        assert!(tally.recall() >= 0.97, "{field}: {tally:?}");
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
        assert_eq!(nobody(&report), None, "{}", mutation.name());
        for field in accuracy::FIELDS {
            assert!(recall(field) >= 0.98, "{}: {field}", mutation.name());
            assert!(precision(field) >= 0.98, "{}: {field}", mutation.name());
        }
    }
}

/// A lead that there must not be, whatever a page is made of: a stranger, or one on a page
/// that has none.
fn nobody(report: &Report) -> Option<&String> {
    let is_nobody = |violation: &&String| {
        violation.contains("forbidden") || violation.contains("leads on a page without any")
    };
    report.violations.iter().find(is_nobody)
}

/// The project's own fixtures under every redesign, measured by what is read from them as
/// they are.
#[test]
fn mutated_fixtures() {
    let cases = accuracy::fixtures().unwrap();
    assert!(cases.len() > 40);
    for mutation in Mutation::ALL {
        let mut report = Report::default();
        for (seed, case) in cases.iter().enumerate() {
            let html = mutation::apply(mutation, &case.html, 7 + seed as u64);
            accuracy::score(&mut report, case, &html);
        }
        println!("{}", mutation.name());
        for field in accuracy::FIELDS {
            let tally = report.field(field);
            println!(
                "  {field:<12} {:.3} {:.3}",
                tally.precision(),
                tally.recall()
            );
        }
        for line in report.violations.iter().chain(&report.details) {
            println!("    {line}");
        }
        assert_eq!(nobody(&report), None, "{}", mutation.name());
        for field in ["full_name", "title", "company", "profile_url"] {
            let tally = report.field(field);
            // Sales Navigator's layouts are told by `data-*` attributes, old ones by ids.
            let least = match mutation {
                Mutation::TestIds => 0.93,
                Mutation::ClassNames => 0.95,
                _ => 0.99,
            };
            assert!(
                tally.recall() >= least,
                "{}: {field} {tally:?}",
                mutation.name()
            );
            assert!(
                tally.precision() >= 0.98,
                "{}: {field} {tally:?}",
                mutation.name()
            );
        }
    }
}

/// Every fixture in each language of the tests' own table, in every form that it has of a word.
#[test]
fn fixtures_in_every_language() {
    let cases = accuracy::fixtures().unwrap();
    assert!(cases.len() > 200);
    in_every_language(&cases, mutation::language::Language::forms());
}

/// The same for the real pages, in one form of each word.
#[test]
fn pages_in_every_language() {
    let Some(folder) = accuracy::pages_folder() else {
        println!("skipped: no shared pages (0 ran)");
        return;
    };
    in_every_language(&accuracy::load(&folder).unwrap(), 1);
}

fn in_every_language(cases: &[accuracy::Case], rounds: usize) {
    let languages = mutation::language::Language::codes();
    for (number, code) in languages.iter().enumerate() {
        let mut report = Report::default();
        let mut seen = std::collections::HashSet::new();
        for round in 0..rounds {
            let seed = (round * languages.len() + number) as u64;
            for case in cases {
                let html = mutation::apply(Mutation::Language, &case.html, seed);
                if seen.insert((case.file.as_str(), html.clone())) {
                    accuracy::score(&mut report, case, &html);
                }
            }
        }
        for line in report.violations.iter().chain(&report.details) {
            println!("{code} {line}");
        }
        assert_eq!(report.violations, Vec::<String>::new(), "{code}");
        for field in accuracy::FIELDS {
            let tally = report.field(field);
            assert!(tally.recall() >= 0.98, "{code}: {field} {tally:?}");
            assert!(tally.precision() >= 0.99, "{code}: {field} {tally:?}");
        }
    }
}

#[test]
fn snapshots_read_as_the_whole_page_does() {
    let Some(folder) = accuracy::pages_folder() else {
        println!("skipped: no shared pages (0 ran)");
        return;
    };
    for case in accuracy::load(&folder).unwrap() {
        let snapshot = mutation::snapshot(&case.url, &case.html);
        let whole = lode_core::sites::read(&case.url, &case.html);
        let small = lode_core::sites::read_snapshot(&case.url, &snapshot);
        let (file, before, after) = (&case.file, case.html.len(), snapshot.len());
        println!("{file:<64} {before:>8} {after:>8}");
        assert_eq!(whole, small, "{file}");
    }
}

/// What is left out of a snapshot is told by hooks that a redesign takes away: what is read must
/// not depend on it, whichever of them are left.
#[test]
fn snapshots_of_redesigned_pages_read_as_the_whole_page_does() {
    let mut cases = accuracy::fixtures().unwrap();
    if let Some(folder) = accuracy::pages_folder() {
        cases.extend(accuracy::load(&folder).unwrap());
    }
    for mutation in Mutation::ALL {
        for (seed, case) in cases.iter().enumerate() {
            let html = mutation::apply(mutation, &case.html, 7 + seed as u64);
            let snapshot = mutation::snapshot(&case.url, &html);
            let whole = lode_core::sites::read(&case.url, &html);
            let small = lode_core::sites::read_snapshot(&case.url, &snapshot);
            let (file, redesign) = (&case.file, mutation.name());
            assert_eq!(whole.leads, small.leads, "{file}: {redesign}");
            assert_eq!(whole.notes, small.notes, "{file}: {redesign}");
            assert_eq!(whole.results, small.results, "{file}: {redesign}");
        }
    }
}

/// A redesign that the built-in rules cannot read is read by a newer rule file, without a
/// new build.
#[test]
fn a_newer_rule_file_follows_a_redesign() {
    let html = "<html><body><main><header class=\"new-card\"><h2>Ada Example</h2>\
                <p>Tester</p><p>Paris</p><p>·</p><a href=\"/in/ada-example/overlay/x\">More</a>\
                </header></main></body></html>";
    let built_in = lode_core::sites::read(PROFILE, html);
    assert_eq!(built_in.leads, []);
    let file = include_str!("../src/sites/linkedin/rules.json");
    let mut newer: serde_json::Value = serde_json::from_str(file).unwrap();
    newer["version"] = (newer["version"].as_u64().unwrap() + 1).into();
    newer["selectors"]["top_card"] = serde_json::json!([".new-card"]);
    let mut rules = lode_core::rules::RuleSet::updatable();
    rules.update(&newer.to_string()).unwrap();
    let page = lode_core::sites::read_with(&rules, PROFILE, html);
    assert_eq!(page.leads[0].full_name.as_deref(), Some("Ada Example"));
    assert_eq!(page.leads[0].location.as_deref(), Some("Paris"));
}

/// In the browser links may stand within links; an HTML parser pulls them apart. Both read
/// the same.
#[test]
fn links_within_links_read_alike() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/pages/linkedin/search-sdui-2026-nested-links.html");
    let html = std::fs::read_to_string(path).unwrap();
    let url = address(&html);
    let nested = html.replace("<a ", "<x-a ").replace("</a>", "</x-a>");
    let snapshot = mutation::snapshot(url, &nested).replace("x-a", "a");
    let live = lode_core::sites::read_snapshot(url, &snapshot);
    assert_eq!(live.leads.len(), 2);
    assert_eq!(live, lode_core::sites::read(url, &html));
}

/// A profile of the layout with hashed classes, with any texts.
fn profile(name: &str, headline: &str, rest: &str) -> String {
    format!(
        "<html><head><title>{name} | LinkedIn</title></head><body><main>\
         <section componentkey=\"com.linkedin.sdui.profile.card.refxTopcard\">\
         <a href=\"/in/ada-example/\"><h2>{name}</h2></a><p>{headline}</p><p>Paris</p>\
         <p>·</p><a href=\"/in/ada-example/overlay/contact-info/\">Contact info</a></section>\
         {rest}</main></body></html>"
    )
}

const PROFILE: &str = "https://www.linkedin.com/in/ada-example/";

#[test]
fn deep_nesting_is_refused_with_a_reason() {
    for deep in ["<div>", "<span>", "<b id=x>", "<ul><li>", "<table><tr><td>"] {
        let page = lode_core::sites::read(PROFILE, &profile("Ada", "x", &deep.repeat(100_000)));
        assert_eq!(page.page.kind, "unsupported", "{deep}");
        assert_eq!(page.notes[0].strategy, "depth");
    }
}

#[test]
fn formatting_left_open_is_refused() {
    let open: String = (0..1_000).map(|n| format!("<font size={n}>")).collect();
    let page = lode_core::sites::read(PROFILE, &format!("{open}{}", "<p>x".repeat(100_000)));
    assert_eq!(page.page.kind, "unsupported");
}

#[test]
fn a_hundred_thousand_siblings_are_read() {
    let html = profile("Ada Example", "Tester", &"<div>x</div>".repeat(100_000));
    let page = lode_core::sites::read(PROFILE, &html);
    assert_eq!(page.leads[0].full_name.as_deref(), Some("Ada Example"));
}

#[test]
fn megabytes_of_text_are_cut() {
    let long = "Ada ".repeat(1_300_000);
    let page = lode_core::sites::read(PROFILE, &profile(&long, &long, ""));
    for lead in &page.leads {
        let name = lead.full_name.as_deref().unwrap_or_default();
        assert!(name.chars().count() <= lode_core::lead::FIELD_CHARS_MAX);
    }
    let too_large = "x".repeat(lode_core::sites::PAGE_BYTES_MAX + 1);
    let page = lode_core::sites::read(PROFILE, &too_large);
    assert_eq!(page.page.kind, "unsupported");
}

#[test]
fn script_like_names_stay_text() {
    let name = "&lt;script&gt;alert(1)&lt;/script&gt; Ada";
    let page = lode_core::sites::read(PROFILE, &profile(name, "\u{0}\u{7}\u{fffd}", ""));
    assert_eq!(
        page.leads[0].full_name.as_deref(),
        Some("<script>alert(1)</script> Ada")
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 48, failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    /// Whatever is cut out of a page or put into it: no panic, and a lead has a name.
    #[test]
    fn mangled_fixtures_never_panic(pick in 0_usize..1_000, cuts in proptest::collection::vec((0.0..1.0_f64, 0_usize..2_000), 1..6), junk in "\\PC{0,40}") {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/linkedin");
        let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|ext| ext == "html")).collect();
        files.sort();
        let html = std::fs::read_to_string(&files[pick % files.len()]).unwrap();
        let url = address(&html).to_owned();
        let mut bytes = html.into_bytes();
        for (at, length) in cuts {
            let start = (at * bytes.len() as f64) as usize;
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, junk.bytes());
        }
        let page = lode_core::sites::read(&url, &String::from_utf8_lossy(&bytes));
        for lead in &page.leads {
            proptest::prop_assert!(lead.full_name.as_deref().is_some_and(|name| !name.is_empty()));
        }
    }

    /// The same for text that was never a page, under every kind of address.
    #[test]
    fn anything_is_read(html in "(<[a-z]{1,6}( [a-z]{1,5}=\"[^\"]{0,9}\")?>|</[a-z]{1,6}>|\\PC{0,9}){0,60}", pick in 0_usize..9) {
        let urls = ["in/x", "search/results/people/", "company/x", "company/x/people/", "mynetwork/invite-connect/connections/", "sales/lead/x", "sales/search/people", "sales/company/1", ""];
        let _ = lode_core::sites::read(&format!("https://www.linkedin.com/{}", urls[pick]), &html);
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
    snapshots("linkedin");
}

#[test]
fn generic_fixtures() {
    snapshots("generic");
}

fn snapshots(site: &str) {
    insta::with_settings!({snapshot_path => format!("pages/{site}"), prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::glob!(format!("pages/{site}"), "*.html", |path| {
            let html = std::fs::read_to_string(path).unwrap();
            let url = address(&html);
            let page = lode_core::sites::read(url, &html);
            // As the extension sends it: with what readers look at, and nothing else. It never
            // sees a page of scripts alone, whose kind they tell.
            let sent = mutation::snapshot(url, &html);
            let small = lode_core::sites::read_snapshot(url, &sent);
            let told = |page: &lode_core::ParsedPage| (page.leads.clone(), page.notes.clone());
            assert_eq!(told(&page), told(&small), "{}", path.display());
            assert_eq!(page.anonymous_rows, small.anonymous_rows, "{}", path.display());
            insta::assert_json_snapshot!("read", page);
        });
    });
}

/// The links of one's own page may name the member by id where the address has the slug.
#[test]
fn own_sections_may_link_by_member_id() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/linkedin");
    let html =
        std::fs::read_to_string(folder.join("profile-sdui-2026-stacked-roles.html")).unwrap();
    let url = "https://www.linkedin.com/in/mira-beispiel/";
    let id = format!("ACoAA{}", "B1".repeat(17));
    let by_id = html.replace("/in/mira-beispiel/details/", &format!("/in/{id}/details/"));
    assert_ne!(html, by_id);
    let leads = |html: &str| lode_core::sites::read(url, html).leads;
    assert!(leads(&html)[0].title.is_some());
    assert_eq!(leads(&by_id), leads(&html));
}
