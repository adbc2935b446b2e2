//! A report of a page that seems to have changed, for whoever mends its rules: the page's
//! structure without anything that it says.
//!
//! Made from the extension's snapshot ([`crate::snapshot`]) in one pass. Of the page it keeps
//! the nesting, names of elements and attributes that are in the lists below, the first
//! segment of a link where it is one of the sites' own, a few attribute values of fixed
//! vocabulary, and for each class name and id a hash of its shape (letters are all one letter).
//! A text becomes its length, its number of words and which sorts of characters are in it.

use std::fmt::Write as _;

use crate::health::Health;
use crate::page::PageInfo;
use crate::sites::Site;
use crate::sites::snapshot::{ELEMENT_ATTRIBUTES, Plan};
use crate::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};
use crate::word_list::WordList;

/// Longest report, in bytes; the rest of a larger page is left out.
pub const BYTES_MAX: usize = 400_000;

/// Most names of classes that are told of one element.
const SHAPES_MAX: usize = 12;

/// Elements of HTML, and the custom ones that Crunchbase's pages are made of; any other is
/// reported as `other`.
const TAGS: WordList = WordList::new(
    "a abbr article aside b body br button cite code dd details dialog div dl dt em \
     field-formatter fields-card fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 \
     head header hr html i identifier-formatter identifier-multi-formatter img input label \
     legend li link link-formatter main menu meta nav ol option p pre profile-header script \
     section select sheet-grid small span strong summary table tbody td textarea tfoot th \
     thead tile-field time title tr u ul wbr",
);

/// Values of attributes that say nothing of a person.
const VALUES: WordList = WordList::new(
    "0 1 2 3 4 5 6 _blank application/json application/ld+json button canonical checkbox \
     complementary dialog false grid gridcell heading hidden img link list listitem main \
     navigation nofollow none noopener person-name presentation radio region row search \
     submit tab table tabpanel text true",
);

/// First segments of the addresses that readers tell links by.
const SEGMENTS: WordList = WordList::new(
    "company discover goto in lists mynetwork organization overlay people person pub sales \
     school search showcase url",
);

/// The report, as lines of text. `health` gives how often each expected field was there.
#[must_use]
pub fn report(page: &PageInfo, rules: u64, health: &Health, snapshot: &str) -> String {
    let mut out = format!(
        "Lode page report 1\nsite {}\nkind {}\nlayout {}\nrules {rules}\ncore {}\n",
        page.site,
        page.kind,
        page.layout.as_deref().unwrap_or("-"),
        env!("CARGO_PKG_VERSION"),
    );
    for (field, had, of) in health.fields(&page.site, &page.kind) {
        let _ = writeln!(out, "field {field} {had}/{of}");
    }
    let plan = Plan::of(Site::named(&page.site));
    let is_known = |name: &str| {
        let lists = [plan.attributes, ELEMENT_ATTRIBUTES, &["style"]];
        lists.iter().any(|list| list.contains(&name))
    };
    let mut depth = 0_usize;
    let mut attribute = "";
    let mut rest = snapshot;
    while let Some(at) = rest.find(is_mark) {
        let (_, from) = rest.split_at(at);
        let mut chars = from.chars();
        let mark = chars.next();
        let body = chars.as_str();
        let end = body.find(is_mark).unwrap_or(body.len());
        let (value, after) = body.split_at(end);
        rest = after;
        if out.len() > BYTES_MAX {
            out.push_str("\ncut");
            break;
        }
        match mark {
            Some(OPEN) => {
                let tag = if TAGS.has(value) { value } else { "other" };
                let _ = write!(out, "\n{depth} {tag}");
                depth += 1;
                attribute = "";
            }
            Some(NAME) => attribute = value,
            Some(VALUE) if is_known(attribute) => {
                describe(&mut out, attribute, value);
            }
            Some(TEXT) if !value.trim().is_empty() => {
                let _ = write!(out, "\n{depth} {}", text_shape(value));
            }
            Some(CLOSE) => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    out.push('\n');
    out
}

fn is_mark(c: char) -> bool {
    (OPEN..=CLOSE).contains(&c)
}

fn describe(out: &mut String, attribute: &str, value: &str) {
    let _ = write!(out, " {attribute}");
    match attribute {
        "class" | "id" | "componentkey" => {
            for word in value.split_ascii_whitespace().take(SHAPES_MAX) {
                let _ = write!(out, "~{:06x}", shape_hash(word));
            }
        }
        "href" | "action" => {
            // The path alone: `https://host/in/…` and `/in/…` alike.
            let path = value.split_once("//").map_or(value, |(_, rest)| rest);
            let path = path.split_once('/').map_or("", |(_, path)| path);
            let first = path.split(['/', '?', '#']).next().unwrap_or_default();
            if SEGMENTS.has(first) {
                let _ = write!(out, "=/{first}/");
            }
        }
        _ if VALUES.has(value) => {
            let _ = write!(out, "={value}");
        }
        _ => {}
    }
}

/// A hash of a name's shape: letters are all one letter, digits one digit. The same name has
/// the same hash on every page, so that rows of a list show; no name can be told from it.
fn shape_hash(name: &str) -> u32 {
    let mut hash = 0x811c_9dc5_u32;
    for c in name.chars().take(200) {
        let sort = match sort(c) {
            Sort::Mark if c.is_ascii() => u32::from(c),
            sort => 0x8000 + sort as u32,
        };
        // FNV-1a.
        hash = (hash ^ sort).wrapping_mul(0x0100_0193);
    }
    (hash ^ (hash >> 24)) & 0x00ff_ffff
}

#[derive(Clone, Copy, PartialEq)]
enum Sort {
    Upper,
    Lower,
    Digit,
    OtherLetter,
    Mark,
    Space,
}

fn sort(c: char) -> Sort {
    if c.is_whitespace() {
        Sort::Space
    } else if c.is_numeric() {
        Sort::Digit
    } else if c.is_uppercase() {
        Sort::Upper
    } else if c.is_lowercase() {
        Sort::Lower
    } else if c.is_alphabetic() {
        Sort::OtherLetter
    } else {
        Sort::Mark
    }
}

/// `24/4 Aa0` for a text of 24 characters and four words with capitals, small letters, digits.
fn text_shape(text: &str) -> String {
    let mut characters = 0_usize;
    let mut sorts = [false; 6];
    for c in text.trim().chars() {
        characters += 1;
        if let Some(seen) = sorts.get_mut(sort(c) as usize) {
            *seen = true;
        }
    }
    let mut shape = format!("{characters}/{} ", text.split_whitespace().count());
    for (seen, sign) in sorts.into_iter().zip(['A', 'a', '0', 'x', '.']) {
        if seen {
            shape.push(sign);
        }
    }
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn page() -> PageInfo {
        PageInfo {
            site: "linkedin".to_owned(),
            kind: "profile".to_owned(),
            layout: None,
        }
    }

    fn of(snapshot: &str) -> String {
        report(&page(), 7, &Health::default(), snapshot)
    }

    #[test]
    fn structure_stays_and_text_goes() {
        let text = of(
            "\u{1}html\u{1}body\u{1}a\u{2}href\u{3}https://www.linkedin.com/in/ada-example/?x=1\
             \u{2}class\u{3}pv-card aB1\u{2}role\u{3}link\u{4}Ada Example\u{5}\
             \u{1}ada-example\u{2}title\u{3}Ada\u{2}data-ada\u{3}1\u{5}\u{5}\u{5}",
        );
        let body: Vec<&str> = text.lines().skip(6).collect();
        assert_eq!(
            body,
            [
                "",
                "0 html",
                "1 body",
                &format!(
                    "2 a href=/in/ class~{:06x}~{:06x} role=link",
                    shape_hash("pv-card"),
                    shape_hash("zZ9")
                ),
                "3 11/2 Aa",
                "2 other title",
            ]
        );
        assert!(!text.to_lowercase().contains("ada"));
    }

    #[test]
    fn the_same_shape_has_the_same_hash_and_another_has_not() {
        assert_eq!(shape_hash("ada-example-1"), shape_hash("bob-company-2"));
        assert_ne!(shape_hash("top-card"), shape_hash("top_card"));
    }

    #[test]
    fn lists_are_sorted_as_their_look_up_needs() {
        for list in [TAGS, VALUES, SEGMENTS] {
            assert!(list.is_sorted());
        }
    }

    #[test]
    fn a_large_page_is_cut() {
        let text = of(&"\u{1}div".repeat(200_000));
        assert!(text.len() < BYTES_MAX + 100);
        assert!(text.ends_with("cut\n"));
    }

    proptest! {
        /// Words of six letters cannot come about by chance among what a report holds.
        #[test]
        fn none_of_the_pages_words_is_in_the_report(words in proptest::collection::vec("[qxzjkv]{6,12}", 8..30)) {
            let mut snapshot = String::new();
            for chunk in words.chunks(8) {
                let word = |n: usize| chunk.get(n).map_or("p", String::as_str);
                snapshot.push_str(&format!(
                    "\u{1}{}\u{2}{}\u{3}x\u{2}class\u{3}{} {}\u{2}href\u{3}https://{}/{}/{}\u{2}title\u{3}{}\u{4}{} {}\u{5}\u{1}script\u{4}{{\"{}\":1}}\u{5}",
                    word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7), word(0), word(1), word(2),
                ));
            }
            let text = of(&snapshot);
            for word in &words {
                prop_assert!(!text.contains(word.as_str()), "{word} in {text}");
            }
        }

        #[test]
        fn anything_is_reported(snapshot in "[\u{1}-\u{5}a-c /.\u{e9}]{0,200}") {
            let _ = of(&snapshot);
        }
    }
}
