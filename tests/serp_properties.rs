//! Google and Crunchbase readers on arbitrary pages: no panic, no unbounded time, no value
//! that is empty or too long.
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

#[path = "support/growth.rs"]
mod growth;

use lode_core::lead::FIELD_CHARS_MAX;
use lode_core::sites;
use proptest::prelude::*;

const GOOGLE: &str = "https://www.google.com/search?q=x";
const PERSON: &str = "https://www.crunchbase.com/person/ada-example";
const PEOPLE: &str = "https://www.crunchbase.com/discover/people";

fn check(url: &str, html: &str) {
    let page = sites::read(url, html);
    let json = serde_json::to_value(&page).unwrap();
    for lead in json["leads"].as_array().unwrap() {
        assert!(lead["full_name"].is_string(), "a lead without a name");
        for value in lead.as_object().unwrap().values() {
            if let Some(text) = value.as_str() {
                assert!(!text.trim().is_empty());
                assert!(text.chars().count() <= FIELD_CHARS_MAX);
            }
        }
    }
}

/// Pieces that make titles: names, separators, labels, letters of every width.
fn title() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(" - ".to_owned()),
        Just(" \u{2013} ".to_owned()),
        Just(" | ".to_owned()),
        Just(" @ ".to_owned()),
        Just(" \u{b7} ".to_owned()),
        Just("LinkedIn".to_owned()),
        Just("Crunchbase Person Profile".to_owned()),
        Just("...".to_owned()),
        Just("\u{2026}".to_owned()),
        Just("Location: ".to_owned()),
        Just("Lieu : ".to_owned()),
        Just("Berufsprofil".to_owned()),
        "\\PC{0,12}",
        "[A-Za-zÀ-ž’. ]{0,12}",
    ];
    proptest::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

fn link() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("https://de.linkedin.com/in/ada-example/".to_owned()),
        Just("/url?q=https://www.linkedin.com/in/ada-example&sa=U".to_owned()),
        Just("/goto?url=CAES".to_owned()),
        Just("https://www.linkedin.com/company/acme".to_owned()),
        Just("https://www.crunchbase.com/person/ada-example".to_owned()),
        Just("https://www.crunchbase.com/organization/acme".to_owned()),
        "https://[a-z.]{0,9}linkedin\\.com/(in|pub|company)/\\PC{0,12}",
        "/(url|goto|amp|search)[?/]\\PC{0,30}",
        "\\PC{0,30}",
    ]
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_html(html in "(<(a|h1|h3|div|dl|dt|dd|table|span|script|grid-row)( href=\"/url\\?q=\\PC{0,9}\"| id=\"ng-state\"| aria-expanded)?>|</(a|h3|div|dl|script)>|\\PC{0,9}){0,60}") {
        for url in [GOOGLE, PERSON, PEOPLE] {
            check(url, &html);
        }
    }

    #[test]
    fn any_result(entries in proptest::collection::vec((link(), title(), title()), 0..6), form in 0..4_u8) {
        let html: String = entries.iter().map(|(href, title, line)| {
            let (href, title, line) = (escaped(href), escaped(title), escaped(line));
            match form {
                0 => format!("<div><div><a href=\"{href}\"><h3>{title}</h3><cite>{line}</cite></a></div><div>{line}</div></div>"),
                1 => format!("<div class=\"g\"><h3><a href=\"{href}\">{title}</a></h3><div>{line}</div></div>"),
                2 => format!("<div><a role=\"presentation\" href=\"{href}\"><div>{line}</div><div role=\"heading\" aria-level=\"3\">{title}</div></a></div>"),
                _ => format!("<div><a href=\"{href}\"><span>{title}</span><span>{line}</span></a></div>"),
            }
        }).collect();
        check(GOOGLE, &html);
    }

    #[test]
    fn any_state(text in "(\\{|\\}|\\[|\\]|:|,|&q;|\"|properties|identifier|permalink|ada-example|value|cards|\\PC){0,60}", name in "\\PC{0,20}") {
        check(PERSON, &format!("<script id=\"client-app-state\">{text}</script>"));
        let state = serde_json::json!({"properties": {"identifier": {"permalink": "ada-example", "value": name}},
            "cards": {"a": {"location_identifiers": [{"value": text}], "primary_job_title": text}, "current_jobs_x": [text, {"title": name}]}});
        let state = state.to_string().replace('<', "\\u003C");
        check(PERSON, &format!("<script id=\"ng-state\">{state}</script><dl><dt>{}</dt><dd>{}</dd></dl>", escaped(&text), escaped(&name)));
    }
}

/// Repeats a piece of page to at least `bytes`.
fn page(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len() + 1)
}

#[test]
fn time_grows_with_the_page_and_not_with_its_square() {
    let pieces = [
        "<div><div><a href=\"https://de.linkedin.com/in/ada-example\"><h3>Ada Example - CTO - Acme | LinkedIn</h3></a></div><div>Oslo, Norway - CTO - Acme</div></div>",
        "<a href=\"/url?q=https://a.example/\"><span>A</span><span>a.example</span></a>",
        "<h3><a href=\"https://a.example\">A</a></h3><table><tr><td><h3><a href=\"https://a.example/b\">B</a></h3></td></tr></table>",
        "<div aria-expanded><span>x</span><a href=\"https://a.example\"><h3>A</h3></a></div>",
        "<span>Location: x \u{b7} Experience: y - z - </span>",
        "<dl><dt>Location</dt><dd><a href=\"/organization/x\">X</a> @ y</dd></dl>",
        "<grid-row><grid-cell><a href=\"/person/ada\">Ada</a></grid-cell><grid-cell>CTO</grid-cell></grid-row>",
        "<b>bold <i>and</i></b> text ",
    ];
    for url in [GOOGLE, PERSON, PEOPLE] {
        for piece in pieces {
            growth::assert_in_proportion(url, 60_000, |bytes| page(piece, bytes));
        }
    }
}
