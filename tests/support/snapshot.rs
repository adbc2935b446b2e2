//! The extension's snapshot of a page, as `extension/content.js` takes it: by the lists in
//! `sites::snapshot`, in the format of `lode_core::snapshot`. The browser test
//! `tests/e2e/snapshot.test.mjs` holds the two to the same text.

use std::fmt::Write as _;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use lode_core::sites::Site;
use lode_core::sites::snapshot::{
    DROPPED_ELEMENTS, ELEMENT_ATTRIBUTES, HIDING_STYLES, Plan, VALUE_CHARS_MAX, own_names,
};
use lode_core::snapshot::{CLOSE, NAME, OPEN, TEXT, VALUE};
use scraper::{ElementRef, Html, Node, Selector};

/// Takes the snapshot of a page.
pub fn snapshot(url: &str, html: &str) -> String {
    let Ok(url) = url.trim().parse() else {
        return String::new();
    };
    let plan = Plan::of(Site::of(&url));
    let segments = url.path_segments().into_iter().flatten();
    let area = segments.into_iter().find(|segment| !segment.is_empty());
    let document = Html::parse_document(html);
    let regions = parsed(plan.regions_in(area.unwrap_or_default()));
    let pruned: Vec<NodeId> = regions
        .iter()
        .flat_map(|region| document.select(region))
        .map(|element| element.id())
        .collect();
    let taker = Taker {
        plan,
        kept: parsed(plan.kept().iter().map(String::as_str)),
        own: own_names(&url),
        pruned,
    };
    taker.take(&document)
}

fn parsed<'s>(selectors: impl Iterator<Item = &'s str>) -> Vec<Selector> {
    let parsed = selectors.map(|text| Selector::parse(text).map_err(|error| error.to_string()));
    parsed.filter_map(Result::ok).collect()
}

struct Taker {
    plan: &'static Plan,
    kept: Vec<Selector>,
    own: Vec<String>,
    pruned: Vec<NodeId>,
}

/// What becomes of an element.
#[derive(PartialEq)]
enum Fate {
    LeftOut,
    /// The element itself, with nothing in it.
    Emptied,
    Carried,
    /// With all text in it, and more attributes.
    Whole,
}

impl Taker {
    fn take(&self, document: &Html) -> String {
        let mut out = String::new();
        let mut skipping = None;
        let mut whole = None;
        for edge in document.root_element().traverse() {
            match edge {
                Edge::Open(node) if skipping.is_none() => match node.value() {
                    Node::Text(text) if whole.is_some() => {
                        let _ = write!(out, "{TEXT}{}", &**text);
                    }
                    Node::Text(text) => {
                        let _ = write!(out, "{TEXT}{}", narrowed(text));
                    }
                    Node::Element(inner) => {
                        let Some(element) = ElementRef::wrap(node) else {
                            continue;
                        };
                        let fate = self.fate(element);
                        if fate == Fate::LeftOut {
                            skipping = Some(node.id());
                            continue;
                        }
                        let _ = write!(out, "{OPEN}{}", inner.name());
                        for (name, value) in inner.attrs() {
                            if let Some(value) = self.attribute(name, value, &fate) {
                                let _ = write!(out, "{NAME}{name}{VALUE}{value}");
                            }
                        }
                        if fate == Fate::Emptied {
                            out.push(CLOSE);
                            skipping = Some(node.id());
                        }
                        if fate == Fate::Whole {
                            whole = Some(node.id());
                        }
                    }
                    _ => {}
                },
                Edge::Close(node) => match skipping {
                    Some(id) if id == node.id() => skipping = None,
                    Some(_) => {}
                    None if node.value().is_element() => {
                        whole = whole.filter(|id| *id != node.id());
                        out.push(CLOSE);
                    }
                    None => {}
                },
                Edge::Open(_) => {}
            }
        }
        out
    }

    fn fate(&self, element: ElementRef<'_>) -> Fate {
        let name = element.value().name();
        if self.pruned.contains(&element.id()) {
            return Fate::Emptied;
        }
        let with_id = name == "code" && element.attr("id").is_some_and(|id| !id.is_empty());
        if !DROPPED_ELEMENTS.contains(&name) && !with_id {
            return Fate::Carried;
        }
        let is_kept = self.kept.iter().any(|kept| kept.matches(&element));
        let is_own = || {
            let text = element.text().collect::<String>().to_lowercase();
            name != "code" || self.own.iter().any(|own| text.contains(own))
        };
        if is_kept && is_own() {
            Fate::Whole
        } else {
            Fate::LeftOut
        }
    }

    /// The value that is carried of an attribute.
    fn attribute(&self, name: &str, value: &str, fate: &Fate) -> Option<String> {
        if value.encode_utf16().count() > VALUE_CHARS_MAX {
            return None;
        }
        let more = *fate == Fate::Whole && ELEMENT_ATTRIBUTES.contains(&name);
        match name {
            "style" => {
                let value = value.to_lowercase();
                let hides = HIDING_STYLES.iter().any(|word| value.contains(word));
                hides.then_some(value)
            }
            _ if !more && !self.plan.attributes.contains(&name) => None,
            "class" => Some(self.plan.class_names(value)).filter(|names| !names.is_empty()),
            _ => Some(value.to_owned()),
        }
    }
}

/// A text with one space for each run of white space (as HTML has it).
fn narrowed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !c.is_ascii_whitespace() {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}
