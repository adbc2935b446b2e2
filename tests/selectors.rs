//! Our selectors held against the `selectors` crate's (through `scraper`): on every rule and
//! page there is, and on documents and selectors made up.
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

use std::fs;
use std::path::{Path, PathBuf};

use lode_core::document::Document;
use lode_core::selector::Selector;
use proptest::prelude::*;
use scraper::{Html, Node};

/// Number of each element in document order, for those that are found. Contents of
/// `template` are no part of a document here.
fn theirs(html: &Html, selector: &scraper::Selector) -> Vec<usize> {
    let elements = html
        .tree
        .root()
        .descendants()
        .filter_map(scraper::ElementRef::wrap);
    elements
        .filter(|element| {
            !element
                .ancestors()
                .any(|node| matches!(node.value(), Node::Fragment))
        })
        .enumerate()
        .filter(|(_, element)| selector.matches(element))
        .map(|(number, _)| number)
        .collect()
}

fn ours(page: &Document, selector: &Selector) -> Vec<usize> {
    let elements = page.root_element().descendent_elements().enumerate();
    let found = elements.filter(|(_, element)| selector.matches(*element));
    found.map(|(number, _)| number).collect()
}

fn agree(selectors: &[String], source: &str) -> usize {
    // Another spelling of the same attribute, which the document reads as this one.
    let source = source.replace("data-component-key", "componentkey");
    let html = Html::parse_document(&source);
    let page = Document::copied(&html);
    let mut found = 0;
    for text in selectors {
        let ours = ours(&page, &Selector::parse(text).expect(text));
        let theirs = theirs(&html, &scraper::Selector::parse(text).expect(text));
        assert_eq!(ours, theirs, "{text}");
        found += ours.len();
    }
    found
}

/// The selectors of all rule files.
fn of_rules() -> Vec<String> {
    let sites = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sites");
    let mut all = Vec::new();
    for site in ["linkedin", "crunchbase", "google"] {
        let json = fs::read_to_string(sites.join(site).join("rules.json")).unwrap();
        let rules: serde_json::Value = serde_json::from_str(&json).unwrap();
        for list in rules["selectors"].as_object().unwrap().values() {
            all.extend(
                list.as_array()
                    .unwrap()
                    .iter()
                    .map(|s| s.as_str().unwrap().to_owned()),
            );
        }
    }
    assert!(all.len() > 150);
    all
}

fn pages_in(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages_in(&path, into);
        } else if path
            .extension()
            .is_some_and(|e| e == "html" || e == "htm" || e == "json")
        {
            into.push(path);
        }
    }
}

#[test]
fn every_rule_finds_the_same_on_every_page() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = std::env::var_os("LODE_SHARED").map_or(top.join("../shared"), PathBuf::from);
    let mut pages = Vec::new();
    pages_in(&top.join("tests/pages"), &mut pages);
    assert!(pages.len() > 40);
    let own = pages.len();
    pages_in(&shared.join("pages"), &mut pages);
    let (rules, mut found) = (of_rules(), 0);
    for path in &pages {
        let source = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        if source.len() < 4_000_000 {
            found += agree(&rules, &source);
        }
    }
    println!(
        "{own} own and {} shared pages, {found} elements found",
        pages.len() - own
    );
    assert!(found > 500);
}

/// What the rules do not use, but are allowed to.
#[test]
fn every_form_finds_the_same() {
    let source = "<html id=Top class='a  b\tc'><body Class='B b' data-x='' title='a-b c'>\
        <p id=\u{e9}1 lang=EN-us>t<b class=b></b><i></i>u</p>\
        <ul rel='NoFollow x'><li class=md:flex>1</li><li type=A>2</li> <li>3</li></ul>\
        <svg viewBox=v><g/></svg><custom-row a=b><div><div><p class=c><a href=/x>y</a></p>\
        </div></div></custom-row></body></html>";
    let known = [
        "*",
        "P",
        "#Top",
        "#top",
        ".b",
        ".B",
        ".a.b.c",
        "body.b.B",
        "[data-x]",
        "[DATA-X]",
        "[data-x='']",
        "[data-x^='']",
        "[data-x~='']",
        "[data-x*='']",
        "[data-x$='']",
        "[data-x|='']",
        "[lang|=en]",
        "[lang|=EN]",
        "[lang|='en-US']",
        "[title|=a]",
        "[title~=c]",
        "[title~='a-b']",
        "[title~='a-b c']",
        "[title^=a]",
        "[title$=c]",
        "[title*='-b ']",
        "[title='A-B C' i]",
        "[title=\"A-B C\"]",
        "[type=a]",
        "[type=a s]",
        "[type=A s]",
        "[rel~=nofollow]",
        "[rel*=FOLLOW]",
        "[rel^=no][rel$=x]",
        "body p",
        "body > p",
        "body>p",
        "ul>li+li",
        "li + li",
        "li+li+li",
        "div div p",
        "div > div > p > a",
        "custom-row div a",
        "custom-row > a",
        "html > body a",
        "p, li",
        "p , li ,a",
        "p:not(.c)",
        ":not(div)",
        ":not(div, p)",
        ":not(div p)",
        ":is(p, li)",
        ":is(div > div) p",
        "div :is(p a, b)",
        "li:first-child",
        "li:last-child",
        "b:first-child",
        "i:last-child",
        ":first-child",
        ":last-child",
        "p:not(:first-child)",
        ":not(:not(li))",
        ":is(:is(li):not(:first-child), b)",
        "#\\e9 1",
        "#\\E9\t1",
        "#\u{e9}1",
        ".md\\:flex",
        "svg g",
        "li:not([type])",
        "  p  ",
        "p\n>\ta",
        "html",
        "html + *",
        "\\70",
        "[title=a-b\\ c]",
        "[title='a-b\\20 c']",
        "[title=\"a\\\n-b c\"]",
        "custom-row",
        "--x",
        "-a",
    ];
    let refused = [
        "x|y",
        "*|p",
        "a:has(b)",
        "a ~ b",
        "p:nth-child(1)",
        "p:hover",
        "p::before",
        "",
        " ",
        ",",
        "p,",
        ",p",
        "p >",
        "> p",
        "p > > a",
        "p + + a",
        "#",
        ".",
        "#1",
        ".1",
        ".-",
        "[",
        "[a",
        "[a=",
        "[a=]",
        "[=b]",
        "[a=b",
        "[a='b]",
        "[a~b]",
        "[a b]",
        "[a=1]",
        "[a=b c]",
        "[a='b'x]",
        "a b)",
        ":not(",
        ":not()",
        ":is(p,)",
        "::",
        ":",
        "p:",
        "**",
        "p*",
        "p**",
        "#a b#",
        "-",
        "-1",
        "\\",
        "p\\",
        "a//b",
        "/**/p",
        "a{}",
        "!",
        "@x",
        "$",
        "&",
        "p!",
        "[a==b]",
        "[a'b']",
        "[\"a\"]",
        "..a",
        "##a",
        ":not(:not(:not(:not(:not(p)))))",
    ];
    let html = Html::parse_document(source);
    let page = Document::copied(&html);
    for text in known {
        let ours = ours(&page, &Selector::parse(text).expect(text));
        let other = scraper::Selector::parse(text).expect(text);
        assert_eq!(ours, theirs(&html, &other), "{text}");
    }
    for text in refused {
        assert!(Selector::parse(text).is_err(), "{text}");
    }
}

/// Names few enough that selectors find something.
const NAME: &str = "div|p|a|li|b";

fn compound() -> impl Strategy<Value = String> {
    let name = proptest::option::of(NAME);
    let attribute = (
        "[xyt]",
        proptest::sample::select(vec!["=", "~=", "|=", "^=", "$=", "*="]),
        "[uv]{0,2}[ -]?[uvU]{0,1}",
        proptest::sample::select(vec!["", " i", " s"]),
    );
    let part = prop_oneof![
        "\\.[cdC]".boxed(),
        "#[ijI]".boxed(),
        "\\[[xyt]\\]".boxed(),
        attribute
            .prop_map(|(name, test, value, flag)| format!("[{name}{test}\"{value}\"{flag}]"))
            .boxed(),
        ":(first|last)-child".boxed(),
    ];
    (name, proptest::collection::vec(part, 0..3)).prop_map(|(name, parts)| {
        let all = name.unwrap_or_default() + &parts.concat();
        if all.is_empty() { "*".to_owned() } else { all }
    })
}

fn selector() -> impl Strategy<Value = String> {
    let combinator = proptest::sample::select(vec![" ", " > ", "+", " "]);
    let complex = |of: BoxedStrategy<String>| {
        (
            of.clone(),
            proptest::collection::vec((combinator.clone(), of), 0..4),
        )
            .prop_map(|(first, rest)| {
                rest.into_iter()
                    .fold(first, |all, (by, next)| all + by + &next)
            })
    };
    let flat = complex(compound().boxed());
    let inner = proptest::collection::vec(flat, 1..3).prop_map(|list| list.join(", "));
    let nested = (compound(), proptest::option::of(("is|not", inner))).prop_map(|(all, nested)| {
        all + &nested.map_or(String::new(), |(name, list)| format!(":{name}({list})"))
    });
    proptest::collection::vec(complex(nested.boxed()), 1..3).prop_map(|list| list.join(","))
}

/// A page as tags and texts in any order.
fn page() -> impl Strategy<Value = String> {
    let tag = (
        NAME,
        "( class=\"[cdC]( [cd])?\")?( id=[ijI])?( [xyt]=\"[uvU \\-]{0,3}\")?",
    );
    let step = prop_oneof![
        4 => tag.prop_map(|(name, attributes)| format!("<{name}{attributes}>")),
        3 => NAME.prop_map(|name| format!("</{name}>")),
        1 => "[a-c ]{0,2}",
        1 => Just("<!-- c -->".to_owned()),
    ];
    proptest::collection::vec(step, 0..60).prop_map(|steps| steps.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn made_up_selectors_find_the_same_on_made_up_pages(
        selectors in proptest::collection::vec(selector(), 1..12),
        source in page(),
    ) {
        agree(&selectors, &source);
    }

    #[test]
    fn what_is_read_is_read_alike(text in "[a-c#.:>+~,*|()\\[\\]=^$\"' \\\\\\-0-9isnot\u{e9}]{0,16}") {
        if let Ok(selector) = Selector::parse(&text) {
            let other = scraper::Selector::parse(&text);
            prop_assert!(other.is_ok(), "{text}");
            let html = Html::parse_document("<b id=a class=b a=c><a><b b='a b'><c></c><a></a></b></a>");
            let page = Document::copied(&html);
            prop_assert_eq!(ours(&page, &selector), theirs(&html, &other.unwrap()), "{}", text);
        }
    }
}
