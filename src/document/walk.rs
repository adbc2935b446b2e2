//! Walking through an element with its texts.

use super::{ElementRef, Kind, NodeId};

/// A step of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge<'a> {
    /// An element begins.
    Open(ElementRef<'a>),
    /// A text, and the element in which it stands.
    Text(&'a str, ElementRef<'a>),
    /// An element ends.
    Close(ElementRef<'a>),
}

/// Walks through an element: see [`ElementRef::traverse`].
#[derive(Debug, Clone)]
pub struct Traverse<'a> {
    root: ElementRef<'a>,
    /// The element that the walk is in; `None` before and after.
    open: Option<ElementRef<'a>>,
    next: u32,
}

impl<'a> Traverse<'a> {
    pub(super) fn new(root: ElementRef<'a>) -> Self {
        Self {
            root,
            open: None,
            next: root.id.0,
        }
    }

    /// Goes to the end of the element last opened: its end is what comes next.
    pub fn skip_within(&mut self) {
        if let Some(open) = self.open {
            self.next = self.next.max(open.node.end);
        }
    }
}

impl<'a> Iterator for Traverse<'a> {
    type Item = Edge<'a>;

    fn next(&mut self) -> Option<Edge<'a>> {
        let Some(open) = self.open else {
            if self.next != self.root.id.0 {
                return None;
            }
            self.next += 1;
            self.open = Some(self.root);
            return Some(Edge::Open(self.root));
        };
        if self.next < open.node.end
            && let Some(node) = open.document.nodes.get(self.next as usize)
        {
            let id = NodeId(self.next);
            self.next += 1;
            if node.kind == Kind::Text {
                return Some(Edge::Text(open.document.slice(node.text), open));
            }
            let element = ElementRef {
                document: open.document,
                id,
                node,
            };
            self.open = Some(element);
            return Some(Edge::Open(element));
        }
        self.open = (open.id != self.root.id).then(|| open.parent()).flatten();
        Some(Edge::Close(open))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Builder;

    #[test]
    fn every_element_is_opened_and_closed_around_what_is_in_it() {
        let mut page = Builder::default();
        page.open("a");
        page.text("1");
        page.open("b");
        page.close();
        page.open("c");
        page.text("2");
        page.close();
        page.text("3");
        let page = page.finish();
        let walk = |skip: &str| {
            let mut steps = String::new();
            let mut walk = page.root_element().traverse();
            while let Some(edge) = walk.next() {
                match edge {
                    Edge::Open(element) => {
                        steps.push_str(&format!("<{}>", element.name()));
                        if element.name() == skip {
                            walk.skip_within();
                        }
                    }
                    Edge::Text(text, parent) => {
                        steps.push_str(&format!("{text}{}", parent.name()));
                    }
                    Edge::Close(element) => steps.push_str(&format!("</{}>", element.name())),
                }
            }
            steps
        };
        assert_eq!(walk(""), "<a>1a<b></b><c>2c</c>3a</a>");
        assert_eq!(walk("c"), "<a>1a<b></b><c></c>3a</a>");
        assert_eq!(walk("a"), "<a></a>");
        let inner = page.root_element().child_elements().last().unwrap();
        assert_eq!(inner.traverse().count(), 3);
    }
}
