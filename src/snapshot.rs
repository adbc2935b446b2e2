//! The extension's snapshot of a page, as one text, and the document made from it.
//!
//! The content script walks the DOM and writes nodes in document order; making a document
//! from that needs no HTML parser, so the shipped core holds none: it is smaller, and faster,
//! and what the browser has parsed is not parsed a second time in another way.
//!
//! | character | then follows, up to the next of these characters |
//! | --- | --- |
//! | [`OPEN`] | an element's local name; the element becomes the current one |
//! | [`NAME`] | the name of an attribute of it |
//! | [`VALUE`] | that attribute's value |
//! | [`TEXT`] | text in the current element |
//! | [`CLOSE`] | nothing; the parent becomes the current element |
//!
//! The content script takes these characters out of names, values and texts, so a page
//! cannot forge structure. Reading never fails: what makes no sense is passed over.

use crate::document::{Builder, Document};

/// Opens an element.
pub const OPEN: char = '\u{1}';
/// Names an attribute.
pub const NAME: char = '\u{2}';
/// Gives an attribute its value.
pub const VALUE: char = '\u{3}';
/// Text.
pub const TEXT: char = '\u{4}';
/// Closes the current element.
pub const CLOSE: char = '\u{5}';

/// The attribute of the root element that the content script adds where the address changed
/// without the document being loaded anew: the title that the document had then. As long as it
/// has no other, the page may still be the former one.
pub const FORMER_TITLE: &str = "data-former-title";

/// Makes a document from a snapshot. One pass, no recursion.
#[must_use]
pub fn document(snapshot: &str) -> Document {
    let mut builder = Builder::default();
    // The attribute whose value comes next.
    let mut named: Option<&str> = None;
    let mut pieces = snapshot.split(is_mark);
    // What stands before the first mark belongs to nothing.
    let mut at = pieces.next().map_or(0, str::len);
    for body in pieces {
        let mark = snapshot.as_bytes().get(at).copied().map(char::from);
        at += 1 + body.len();
        let name = named.take();
        if mark == Some(VALUE) {
            if let Some(name) = name {
                builder.attribute(name, body);
            }
            continue;
        }
        if let Some(name) = name {
            builder.attribute(name, "");
        }
        match mark {
            Some(OPEN) => builder.open(body),
            Some(NAME) => named = Some(body),
            Some(TEXT) => builder.text(body),
            _ => builder.close(),
        }
    }
    if let Some(name) = named {
        builder.attribute(name, "");
    }
    builder.finish()
}

fn is_mark(c: char) -> bool {
    ('\u{1}'..='\u{5}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use crate::document::DEPTH_MAX;
    use crate::selector::Selector;

    fn texts(page: &Document, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let all = page.root_element().descendent_elements();
        let found = all.filter(|element| selector.matches(*element));
        found.map(|element| element.text().collect()).collect()
    }

    #[test]
    fn elements_attributes_and_texts_stand_as_written() {
        let page = document(
            "\u{1}html\u{1}body\u{1}p\u{2}id\u{3}a\u{2}class\u{3}x y\u{4}one \u{1}b\u{4}two\u{5}\u{4} three\u{5}\u{1}br\u{5}\u{1}p\u{4}<b>four</b>\u{5}\u{5}\u{5}",
        );
        assert_eq!(texts(&page, "body > p"), ["one two three", "<b>four</b>"]);
        assert_eq!(texts(&page, "p#a.y > b"), ["two"]);
        assert_eq!(page.root_element().name(), "html");
    }

    #[test]
    fn nested_links_stay_nested() {
        let page =
            document("\u{1}html\u{1}a\u{2}href\u{3}/1\u{1}a\u{2}href\u{3}/2\u{4}x\u{5}\u{5}\u{5}");
        assert_eq!(texts(&page, "a > a[href='/2']"), ["x"]);
    }

    #[test]
    fn nonsense_is_passed_over() {
        for snapshot in [
            "",
            "text",
            "\u{5}\u{5}",
            "\u{3}v",
            "\u{2}n\u{1}",
            "\u{1}a\u{3}v\u{4}",
        ] {
            let _ = document(snapshot);
        }
    }

    #[test]
    fn a_hundred_thousand_levels_are_cut_and_their_text_stays() {
        let snapshot = format!(
            "\u{1}html{}\u{4}deep{}\u{4}end",
            "\u{1}div".repeat(100_000),
            "\u{5}".repeat(100_000)
        );
        let page = document(&snapshot);
        let elements = page.root_element().descendent_elements();
        let deepest = elements.map(|e| e.ancestors().count()).max();
        assert_eq!(deepest, Some(DEPTH_MAX - 1));
        assert_eq!(texts(&page, "html"), ["deepend"]);
    }

    proptest! {
        #[test]
        fn never_panics(snapshot in "[\u{1}-\u{5}a-c <\u{e9}]{0,200}") {
            let page = document(&snapshot);
            let _ = texts(&page, "*");
        }
    }
}
