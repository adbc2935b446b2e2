//! Redesigns of a page, seeded: what a site may change without changing what it shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use scraper::{ElementRef, Html, Node};

pub mod language;
mod snapshot;

use language::Language;

/// The extension's snapshot of a page, without what only a browser knows.
pub fn snapshot(url: &str, html: &str) -> String {
    snapshot::snapshot(url, html)
}

/// A way to change a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutation {
    /// Every class name replaced by a hash.
    ClassNames,
    /// Every `id` and `data-*` attribute dropped (but those of embedded JSON).
    TestIds,
    /// Random elements wrapped.
    Wrappers,
    /// Attributes in another order.
    AttributeOrder,
    /// White space between blocks.
    Whitespace,
    /// Label words in another language.
    Language,
}

impl Mutation {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::ClassNames,
        Self::TestIds,
        Self::Wrappers,
        Self::AttributeOrder,
        Self::Whitespace,
        Self::Language,
    ];

    /// A short name for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClassNames => "class names",
            Self::TestIds => "ids, data-*",
            Self::Wrappers => "wrappers",
            Self::AttributeOrder => "attribute order",
            Self::Whitespace => "white space",
            Self::Language => "language",
        }
    }
}

/// Applies a mutation to a page.
pub fn apply(mutation: Mutation, html: &str, seed: u64) -> String {
    let language = Language::of(seed);
    rewrite(html, &mut |event| edit(mutation, seed, &language, event))
}

/// What a rewriter may change.
pub enum Event<'e> {
    /// An element and its attributes.
    Element {
        /// The element.
        element: ElementRef<'e>,
        /// Number of the element in document order.
        number: u64,
        /// Its attributes, to change.
        attributes: &'e mut Vec<(String, String)>,
        /// Tag to wrap the element in.
        wrapper: &'e mut Option<&'static str>,
        /// Text to put before the element.
        before: &'e mut String,
    },
    /// A text.
    Text(&'e mut String),
}

fn edit(mutation: Mutation, seed: u64, language: &Language, event: Event<'_>) {
    match event {
        Event::Text(text) => {
            if mutation == Mutation::Language {
                language.translate(text);
            }
        }
        Event::Element {
            element,
            number,
            attributes,
            wrapper,
            before,
        } => match mutation {
            Mutation::ClassNames => {
                for (name, value) in attributes.iter_mut() {
                    if name == "class" {
                        let hashed: Vec<String> = value
                            .split_whitespace()
                            .map(|class| format!("_{:08x}", hash(seed, class.as_bytes()) as u32))
                            .collect();
                        *value = hashed.join(" ");
                    }
                }
            }
            Mutation::TestIds => {
                let holds_json = matches!(element.value().name(), "script" | "code");
                attributes
                    .retain(|(name, _)| (name != "id" || holds_json) && !name.starts_with("data-"));
            }
            Mutation::Wrappers => {
                if hash(seed, &number.to_le_bytes()).is_multiple_of(8) {
                    *wrapper = wrapper_for(element);
                }
            }
            Mutation::AttributeOrder => {
                attributes.sort_by_key(|(name, _)| hash(seed ^ number, name.as_bytes()));
            }
            Mutation::Whitespace => {
                if is_block(element.value().name()) {
                    let spaces = hash(seed, &number.to_le_bytes()) % 9;
                    let _ = write!(before, "\n{}", " ".repeat(spaces as usize));
                }
            }
            Mutation::Language => {
                for (name, value) in attributes.iter_mut() {
                    if name == "aria-label" {
                        language.translate(value);
                    }
                }
            }
        },
    }
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "div" | "section" | "main" | "ul" | "li" | "p" | "h1" | "h2" | "h3" | "article"
    )
}

/// A wrapper that leaves the document valid at this place.
fn wrapper_for(element: ElementRef<'_>) -> Option<&'static str> {
    let parent = element.parent().and_then(ElementRef::wrap)?;
    let inline = matches!(
        element.value().name(),
        "span" | "a" | "strong" | "b" | "em" | "img"
    );
    match parent.value().name() {
        "div" | "section" | "main" | "article" | "aside" | "li"
            if is_block(element.value().name()) && element.value().name() != "li" =>
        {
            Some("div")
        }
        "div" | "section" | "main" | "p" | "h1" | "h2" | "h3" | "li" | "span" if inline => {
            Some("span")
        }
        _ => None,
    }
}

/// FNV-1a with a seed: no need for more.
fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for byte in bytes {
        state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state ^ (state >> 29)
}

const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Parses a page and writes it again, with every element and text edited on the way.
pub fn rewrite(html: &str, edit: &mut dyn FnMut(Event<'_>)) -> String {
    let document = Html::parse_document(html);
    let mut out = String::with_capacity(html.len());
    let mut number = 0;
    let mut wrappers = BTreeMap::new();
    for edge in document.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => match node.value() {
                Node::Doctype(_) => out.push_str("<!DOCTYPE html>"),
                Node::Text(text) => {
                    let parent = node.parent().and_then(ElementRef::wrap);
                    let raw = parent.is_some_and(|parent| {
                        matches!(
                            parent.value().name(),
                            "script" | "style" | "noscript" | "iframe"
                        )
                    });
                    let mut text = text.to_string();
                    if raw {
                        out.push_str(&text);
                    } else {
                        edit(Event::Text(&mut text));
                        escape(&mut out, &text);
                    }
                }
                Node::Element(_) => {
                    let Some(element) = ElementRef::wrap(node) else {
                        continue;
                    };
                    number += 1;
                    let mut attributes: Vec<(String, String)> = element
                        .value()
                        .attrs()
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .collect();
                    let (mut wrapper, mut before) = (None, String::new());
                    edit(Event::Element {
                        element,
                        number,
                        attributes: &mut attributes,
                        wrapper: &mut wrapper,
                        before: &mut before,
                    });
                    out.push_str(&before);
                    if let Some(tag) = wrapper {
                        let _ = write!(out, "<{tag}>");
                        wrappers.insert(node.id(), tag);
                    }
                    let _ = write!(out, "<{}", element.value().name());
                    for (name, value) in attributes {
                        let _ = write!(out, " {name}=\"");
                        escape(&mut out, &value);
                        out.push('"');
                    }
                    out.push('>');
                }
                _ => {}
            },
            ego_tree::iter::Edge::Close(node) => {
                if let Node::Element(element) = node.value() {
                    if !VOID.contains(&element.name()) {
                        let _ = write!(out, "</{}>", element.name());
                    }
                    if let Some(tag) = wrappers.get(&node.id()) {
                        let _ = write!(out, "</{tag}>");
                    }
                }
            }
        }
    }
    out
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ => out.push(c),
        }
    }
}
