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

use ego_tree::NodeId;
use html5ever::{Attribute, LocalName, QualName, ns};
use scraper::node::{Element, Text};
use scraper::{Html, Node, StrTendril};

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

/// Deeper elements are left out; what is in them belongs to the deepest one kept. No real
/// page is near it, and every look-up of an ancestor costs this much at most.
pub const DEPTH_MAX: usize = 500;

/// Most attributes of one element; more are passed over.
const ATTRIBUTES_MAX: usize = 64;

/// Makes a document from a snapshot. One pass, no recursion.
#[must_use]
pub fn document(snapshot: &str) -> Html {
    let mut html = Html::new_document();
    let mut builder = Builder {
        open: vec![html.tree.root().id()],
        skipped: 0,
        pending: None,
    };
    let mut rest = snapshot;
    while let Some(at) = rest.find(is_mark) {
        let (_, from) = rest.split_at(at);
        let mut chars = from.chars();
        let mark = chars.next();
        let body = chars.as_str();
        let end = body.find(is_mark).unwrap_or(body.len());
        let (value, after) = body.split_at(end);
        match mark {
            Some(OPEN) => builder.open(&mut html, value),
            Some(NAME) => builder.name(value),
            Some(VALUE) => builder.value(value),
            Some(TEXT) => builder.text(&mut html, value),
            _ => builder.close(&mut html),
        }
        rest = after;
    }
    builder.place(&mut html);
    html
}

fn is_mark(c: char) -> bool {
    ('\u{1}'..='\u{5}').contains(&c)
}

struct Builder {
    /// The current element and its ancestors, the document first.
    open: Vec<NodeId>,
    /// How many elements that are left out are open.
    skipped: usize,
    /// The element whose attributes are being read.
    pending: Option<(QualName, Vec<Attribute>)>,
}

impl Builder {
    fn open(&mut self, html: &mut Html, tag: &str) {
        self.place(html);
        if self.open.len() > DEPTH_MAX {
            self.skipped += 1;
            return;
        }
        self.pending = Some((
            QualName::new(None, ns!(html), LocalName::from(tag)),
            Vec::new(),
        ));
    }

    fn name(&mut self, name: &str) {
        if let Some((_, attributes)) = &mut self.pending
            && attributes.len() < ATTRIBUTES_MAX
        {
            let name = QualName::new(None, ns!(), LocalName::from(name));
            attributes.push(Attribute {
                name,
                value: StrTendril::new(),
            });
        }
    }

    fn value(&mut self, value: &str) {
        if let Some(attribute) = self.pending.as_mut().and_then(|(_, all)| all.last_mut()) {
            attribute.value = StrTendril::from_slice(value);
        }
    }

    fn text(&mut self, html: &mut Html, text: &str) {
        self.place(html);
        let node = Node::Text(Text {
            text: StrTendril::from_slice(text),
        });
        self.append(html, node);
    }

    fn close(&mut self, html: &mut Html) {
        self.place(html);
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if self.open.len() > 1 {
            self.open.pop();
        }
    }

    /// Puts the element whose attributes are complete into the tree.
    fn place(&mut self, html: &mut Html) {
        let Some((name, attributes)) = self.pending.take() else {
            return;
        };
        let node = Node::Element(Element::new(name, attributes));
        if let Some(id) = self.append(html, node) {
            self.open.push(id);
        }
    }

    fn append(&self, html: &mut Html, node: Node) -> Option<NodeId> {
        let parent = *self.open.last()?;
        Some(html.tree.get_mut(parent)?.append(node).id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use scraper::Selector;

    fn texts(html: &Html, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        html.select(&selector).map(|e| e.text().collect()).collect()
    }

    #[test]
    fn elements_attributes_and_texts_stand_as_written() {
        let html = document(
            "\u{1}html\u{1}body\u{1}p\u{2}id\u{3}a\u{2}class\u{3}x y\u{4}one \u{1}b\u{4}two\u{5}\u{4} three\u{5}\u{1}br\u{5}\u{1}p\u{4}<b>four</b>\u{5}\u{5}\u{5}",
        );
        assert_eq!(texts(&html, "body > p"), ["one two three", "<b>four</b>"]);
        assert_eq!(texts(&html, "p#a.y > b"), ["two"]);
        assert_eq!(html.root_element().value().name(), "html");
    }

    #[test]
    fn nested_links_stay_nested() {
        let html =
            document("\u{1}html\u{1}a\u{2}href\u{3}/1\u{1}a\u{2}href\u{3}/2\u{4}x\u{5}\u{5}\u{5}");
        assert_eq!(texts(&html, "a > a[href='/2']"), ["x"]);
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
        let html = document(&snapshot);
        let deepest = html
            .tree
            .nodes()
            .map(|n| n.ancestors().count())
            .max()
            .unwrap();
        assert_eq!(deepest, DEPTH_MAX + 1);
        assert_eq!(texts(&html, "html"), ["deepend"]);
    }

    proptest! {
        #[test]
        fn never_panics(snapshot in "[\u{1}-\u{5}a-c <\u{e9}]{0,200}") {
            let html = document(&snapshot);
            let _ = texts(&html, "*");
        }
    }
}
