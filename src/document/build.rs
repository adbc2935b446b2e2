//! Building a document, node by node, in document order.

use super::{Document, Kind, Marks, Node, NodeId, Span};

/// Most elements and texts of a document. The largest pages seen have 30,000.
const NODES_MAX: usize = 4_000_000;

/// Most bytes of all names, values and texts of a document.
const TEXT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Deeper elements are left out; what is in them belongs to the deepest one kept. No real
/// page is near it, and every look-up of an ancestor costs this much at most.
pub const DEPTH_MAX: usize = 500;

/// Most attributes of one element; more are passed over.
const ATTRIBUTES_MAX: u32 = 64;

/// A document in the making. What would go beyond the limits is left out, and so is all that
/// stands outside the first element.
#[derive(Debug, Default)]
pub struct Builder {
    document: Document,
    /// The elements that are open, each with the last element closed within it.
    open: Vec<(NodeId, Option<NodeId>)>,
    /// How many elements are open that were left out.
    left_out: usize,
}

impl Builder {
    /// Opens an element within the one open.
    pub fn open(&mut self, name: &str) {
        let id = if self.left_out > 0 || self.open.len() >= DEPTH_MAX {
            None
        } else {
            self.push(Kind::Element, name)
        };
        let Some(id) = id else {
            self.left_out += 1;
            return;
        };
        if let Some(node) = self.node(id) {
            node.marks = Marks::of(name);
        }
        if let Some((_, last)) = self.open.last_mut() {
            *last = Some(id);
        }
        self.open.push((id, None));
    }

    /// Gives the element opened last an attribute; of two with one name the first counts.
    /// Once something is in the element it comes too late and is passed over. LinkedIn spells
    /// one attribute in two ways, which readers need not know.
    pub fn attribute(&mut self, name: &str, value: &str) {
        let name = match name {
            "data-component-key" => "componentkey",
            other => other,
        };
        let Some((id, _)) = self.open.last().copied() else {
            return;
        };
        let is_open = self.left_out == 0 && id.0 as usize + 1 == self.document.nodes.len();
        let end = self.document.attributes.len() as u32;
        let Some(node) = self.node(id).filter(|_| is_open) else {
            return;
        };
        if end - node.attributes.start >= ATTRIBUTES_MAX {
            return;
        }
        node.attributes.end = end + 1;
        node.marks.add(Marks::of(name));
        match name {
            "class" => value
                .split_ascii_whitespace()
                .for_each(|class| node.marks.add(Marks::of(class))),
            "id" => node.marks.add(Marks::of(value)),
            _ => {}
        }
        let pair = (self.keep(name), self.keep(value));
        self.document.attributes.push(pair);
    }

    /// Adds a text to the element that is open; where none is, it is passed over.
    pub fn text(&mut self, text: &str) {
        if !self.open.is_empty() {
            self.push(Kind::Text, text);
        }
    }

    /// Closes the element opened last.
    pub fn close(&mut self) {
        if self.left_out > 0 {
            self.left_out -= 1;
            return;
        }
        let end = self.document.nodes.len() as u32;
        if let Some((id, _)) = self.open.pop()
            && let Some(node) = self.node(id)
        {
            node.end = end;
        }
    }

    /// The document; what is still open is closed.
    #[must_use]
    pub fn finish(mut self) -> Document {
        self.left_out = 0;
        while !self.open.is_empty() {
            self.close();
        }
        self.document
    }

    fn push(&mut self, kind: Kind, text: &str) -> Option<NodeId> {
        let count = self.document.nodes.len();
        let full = count >= NODES_MAX || self.document.text.len() + text.len() > TEXT_BYTES_MAX;
        let (parent, previous) = match self.open.last() {
            Some(open) => *open,
            // The root.
            None if count == 0 => (NodeId(0), None),
            None => return None,
        };
        if full {
            return None;
        }
        let id = NodeId(count as u32);
        let attributes = self.document.attributes.len() as u32;
        let text = self.keep(text);
        self.document.nodes.push(Node {
            kind,
            text,
            attributes: Span {
                start: attributes,
                end: attributes,
            },
            parent,
            previous: previous.unwrap_or(id),
            end: id.0 + 1,
            marks: Marks::default(),
        });
        Some(id)
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.document.text.len() as u32;
        if start as usize + text.len() <= TEXT_BYTES_MAX {
            self.document.text.push_str(text);
        }
        Span {
            start,
            end: self.document.text.len() as u32,
        }
    }

    fn node(&mut self, id: NodeId) -> Option<&mut Node> {
        self.document.nodes.get_mut(id.0 as usize)
    }
}
