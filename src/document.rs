//! A page as a tree of elements and texts: one list of nodes in document order.
//!
//! The shipped core makes it from the extension's snapshot ([`crate::snapshot`]), the `lode`
//! command from saved HTML (`from_html`, native builds only). Either way the readers and the
//! selectors ([`crate::selector`]) see the same. Nothing is ever changed in a tree once it is
//! built, so what is inside an element is simply the range of nodes that follows it.

mod build;
#[cfg(not(target_arch = "wasm32"))]
mod html;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod nesting;
mod per_node;
mod walk;

pub use build::{Builder, DEPTH_MAX};
pub(crate) use per_node::PerNode;
pub use walk::{Edge, Traverse};

use std::hash::{Hash, Hasher};

/// Which node of its document a node is: its place in document order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

/// A page's tree.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// All names, values and texts, one after the other.
    text: String,
    nodes: Vec<Node>,
    attributes: Vec<(Span, Span)>,
}

/// A piece of [`Document::text`], in bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    kind: Kind,
    /// An element's name, or the text.
    text: Span,
    /// Where the element's attributes stand in [`Document::attributes`].
    attributes: Span,
    /// The element around it; the root's is itself.
    parent: NodeId,
    /// The element before it in the same parent; itself where there is none.
    previous: NodeId,
    /// One past the last node within it.
    end: u32,
    marks: Marks,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Element,
    Text,
}

/// What stands in an element, as a set of hashes that may hold more than was put in: tells
/// quickly that an element lacks a name, an id, a class or an attribute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Marks(u64);

impl Marks {
    /// A set of one word; ASCII case does not count.
    pub(crate) fn of(word: &str) -> Self {
        // FNV-1a, 32 bits; the six bits that depend on most of the input.
        let hash = word.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
            (hash ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193)
        });
        Self(1 << (hash >> 26))
    }

    /// Adds a set.
    pub(crate) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether everything in `other` may be in it; never `false` where it is.
    pub(crate) fn may_hold(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Document {
    /// The root element: the one made first, or an `html` element where the page has none.
    #[must_use]
    pub fn root_element(&self) -> ElementRef<'_> {
        self.element(NodeId(0)).unwrap_or(ElementRef {
            document: self,
            id: NodeId(0),
            node: &NO_ELEMENT,
        })
    }

    /// Number of elements and texts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the page has no element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn element(&self, id: NodeId) -> Option<ElementRef<'_>> {
        let node = self.nodes.get(id.0 as usize)?;
        (node.kind == Kind::Element).then_some(ElementRef {
            document: self,
            id,
            node,
        })
    }

    fn slice(&self, span: Span) -> &str {
        self.text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default()
    }
}

/// Stands for the root of a document without elements.
static NO_ELEMENT: Node = Node {
    kind: Kind::Element,
    text: Span { start: 0, end: 0 },
    attributes: Span { start: 0, end: 0 },
    parent: NodeId(0),
    previous: NodeId(0),
    end: 0,
    marks: Marks(0),
};

/// An element of a document.
#[derive(Debug, Clone, Copy)]
pub struct ElementRef<'a> {
    document: &'a Document,
    id: NodeId,
    node: &'a Node,
}

impl PartialEq for ElementRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && std::ptr::eq(self.document, other.document)
    }
}

impl Eq for ElementRef<'_> {}

impl Hash for ElementRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.id.hash(state);
    }
}

impl<'a> ElementRef<'a> {
    /// Which node it is.
    #[must_use]
    pub fn id(self) -> NodeId {
        self.id
    }

    /// Its local name; HTML's are in lower case.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.document.slice(self.node.text)
    }

    /// Its attributes, names and values.
    pub fn attrs(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let range = self.node.attributes.start as usize..self.node.attributes.end as usize;
        let attributes = self.document.attributes.get(range).unwrap_or_default();
        attributes
            .iter()
            .map(move |(name, value)| (self.document.slice(*name), self.document.slice(*value)))
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<&'a str> {
        if !self.node.marks.may_hold(Marks::of(name)) {
            return None;
        }
        self.attrs()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// Its classes.
    pub fn classes(self) -> impl Iterator<Item = &'a str> {
        self.attr("class")
            .unwrap_or_default()
            .split_ascii_whitespace()
    }

    /// Quick refusal: see [`Marks`].
    pub(crate) fn marks(self) -> Marks {
        self.node.marks
    }

    /// The element around it.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        if self.node.parent == self.id {
            return None;
        }
        self.document.element(self.node.parent)
    }

    /// The elements around it, the nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |element| element.parent())
    }

    /// The element before it in the same parent.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        if self.node.previous == self.id {
            return None;
        }
        self.document.element(self.node.previous)
    }

    /// The element after it in the same parent.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        let end = self.parent()?.node.end;
        (self.node.end..end).find_map(|at| self.document.element(NodeId(at)))
    }

    /// The elements before it in the same parent, the nearest first.
    pub fn prev_siblings(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.previous(), |element| element.previous())
    }

    /// The elements after it in the same parent, the nearest first.
    pub fn next_siblings(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.next(), |element| element.next())
    }

    /// The elements directly within it, in order.
    pub fn child_elements(self) -> impl Iterator<Item = Self> {
        let within = self.id.0 + 1..self.node.end;
        let first = within
            .into_iter()
            .find_map(|at| self.document.element(NodeId(at)));
        std::iter::successors(first, |element| element.next())
    }

    /// The element itself and all elements within it, in document order.
    pub fn descendent_elements(self) -> impl Iterator<Item = Self> {
        let within = self.id.0 + 1..self.node.end;
        std::iter::once(self).chain(within.filter_map(move |at| self.document.element(NodeId(at))))
    }

    /// How many elements and texts there are: itself and all within it.
    #[must_use]
    pub fn node_count(self) -> usize {
        self.node.end.saturating_sub(self.id.0) as usize
    }

    /// The texts within it, in document order, each as the page has it.
    pub fn text(self) -> impl Iterator<Item = &'a str> {
        let range = self.id.0 as usize..self.node.end as usize;
        let nodes = self.document.nodes.get(range).unwrap_or_default();
        nodes
            .iter()
            .filter(|node| node.kind == Kind::Text)
            .map(move |node| self.document.slice(node.text))
    }

    /// Walks through it: each element is opened and closed, with its texts between.
    #[must_use]
    pub fn traverse(self) -> Traverse<'a> {
        Traverse::new(self)
    }

    /// Whether it stands within `outer`, or is `outer`.
    #[must_use]
    pub fn is_within(self, outer: Self) -> bool {
        outer.id <= self.id && self.id.0 < outer.node.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<html><body>a<p class="x y">b<i>c</i></p>d<p hidden>e</p></body></html>`
    fn page() -> Document {
        let mut page = Builder::default();
        page.open("html");
        page.open("body");
        page.text("a");
        page.open("p");
        page.attribute("class", "x y");
        page.text("b");
        page.open("i");
        page.text("c");
        page.close();
        page.close();
        page.text("d");
        page.open("p");
        page.attribute("hidden", "");
        page.text("e");
        page.finish()
    }

    fn names<'a>(elements: impl Iterator<Item = ElementRef<'a>>) -> Vec<&'a str> {
        elements.map(ElementRef::name).collect()
    }

    #[test]
    fn relations_are_those_of_the_page() {
        let page = page();
        let root = page.root_element();
        assert_eq!(
            names(root.descendent_elements()),
            ["html", "body", "p", "i", "p"]
        );
        let body = root.child_elements().next().unwrap();
        assert_eq!(names(body.child_elements()), ["p", "p"]);
        let (first, last) = (
            body.child_elements().next().unwrap(),
            body.child_elements().last().unwrap(),
        );
        assert_eq!(first.next(), Some(last));
        assert_eq!(last.previous(), Some(first));
        assert_eq!((first.previous(), last.next()), (None, None));
        assert_eq!(names(last.ancestors()), ["body", "html"]);
        assert_eq!(root.parent(), None);
        assert!(first.is_within(body) && body.is_within(body));
        assert!(!body.is_within(first) && !last.is_within(first));
        assert_eq!(first.node_count(), 4);
    }

    #[test]
    fn attributes_and_texts_are_those_of_the_page() {
        let page = page();
        let root = page.root_element();
        let first = root.descendent_elements().nth(2).unwrap();
        assert_eq!(first.classes().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!((first.attr("hidden"), first.attr("Class")), (None, None));
        assert_eq!(first.attrs().collect::<Vec<_>>(), [("class", "x y")]);
        assert_eq!(root.text().collect::<String>(), "abcde");
        assert_eq!(first.text().collect::<String>(), "bc");
    }

    #[test]
    fn an_empty_page_has_a_root_without_anything() {
        let page = Document::default();
        let root = page.root_element();
        assert_eq!((root.name(), root.parent(), root.next()), ("", None, None));
        assert_eq!(root.descendent_elements().count(), 1);
        assert_eq!(root.text().count() + root.child_elements().count(), 0);
        assert_eq!(root.traverse().count(), 2);
    }
}
