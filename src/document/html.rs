//! From HTML: html5ever parses, its tree is copied into our list. Native builds only; the
//! shipped core holds no HTML parser.

use ego_tree::iter::Edge;
use scraper::{Html, Node};

use super::{Builder, Document};

impl Document {
    /// Parses HTML as a document. Comments and the contents of `template` elements, which
    /// are no part of what a browser shows or its selectors find, are left out.
    #[must_use]
    pub fn parse_html(html: &str) -> Self {
        Self::copied(&Html::parse_document(html))
    }

    /// Copies a tree of html5ever's.
    #[must_use]
    pub fn copied(html: &Html) -> Self {
        let mut builder = Builder::default();
        let mut within_template = 0_usize;
        for edge in html.root_element().traverse() {
            match edge {
                Edge::Open(node) => match node.value() {
                    Node::Fragment => within_template += 1,
                    _ if within_template > 0 => {}
                    Node::Element(element) => {
                        builder.open(element.name());
                        for (name, value) in &element.attrs {
                            // Attributes of other namespaces (`xlink:href`) are not read.
                            if name.ns.is_empty() {
                                builder.attribute(&name.local, value);
                            }
                        }
                    }
                    Node::Text(text) => builder.text(text),
                    _ => {}
                },
                Edge::Close(node) => match node.value() {
                    Node::Fragment => within_template -= 1,
                    Node::Element(_) if within_template == 0 => builder.close(),
                    _ => {}
                },
            }
        }
        builder.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_as_the_parser_has_it() {
        let page = Document::parse_html(
            "<!DOCTYPE html><!-- no --><title>T</title><p id=a class='x y'>one<!-- no --> \
             <b>two</b><template><i>no</i></template><svg xlink:href=no viewBox=v></svg>",
        );
        let root = page.root_element();
        let names: Vec<&str> = root.descendent_elements().map(|e| e.name()).collect();
        assert_eq!(
            names,
            ["html", "head", "title", "body", "p", "b", "template", "svg"]
        );
        let texts: Vec<&str> = root.text().collect();
        assert_eq!(texts, ["T", "one", " ", "two"]);
        let attributes: Vec<_> = root.descendent_elements().flat_map(|e| e.attrs()).collect();
        assert_eq!(
            attributes,
            [("class", "x y"), ("id", "a"), ("viewBox", "v")]
        );
    }
}
