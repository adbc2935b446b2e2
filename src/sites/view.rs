//! What a reader is given: the address in view, the parsed document, the site's rules.

use std::cell::OnceCell;

use crate::address::Url;
use serde_json::Value;

use crate::canonical;
use crate::document::{Document, ElementRef};
use crate::dom;
use crate::rules::Rules;
use crate::selector::Selector;
use crate::snapshot::FORMER_TITLE;

/// Most embedded JSON documents parsed on one page.
const JSON_DOCUMENTS_MAX: usize = 400;

/// A page in view, parsed once.
pub struct View<'r> {
    /// The address in view.
    pub url: Url,
    /// The document or its pruned snapshot.
    pub document: Document,
    /// The site's rules.
    pub rules: &'r Rules,
    json_ld: OnceCell<Vec<Value>>,
}

impl<'r> View<'r> {
    /// A page in view.
    #[must_use]
    pub fn new(url: Url, document: Document, rules: &'r Rules) -> Self {
        Self {
            url,
            document,
            rules,
            json_ld: OnceCell::new(),
        }
    }

    /// The document's root element.
    #[must_use]
    pub fn root(&self) -> ElementRef<'_> {
        self.document.root_element()
    }

    /// The first element that one of the selectors of `key` finds: the first selector that
    /// finds anything wins, not the first element in the page.
    #[must_use]
    pub fn first(&self, key: &str) -> Option<ElementRef<'_>> {
        self.first_in(self.root(), key)
    }

    /// As [`View::first`], within `scope`.
    #[must_use]
    pub fn first_in<'a>(&self, scope: ElementRef<'a>, key: &str) -> Option<ElementRef<'a>> {
        self.rules
            .selectors(key)
            .iter()
            .find_map(|selector| selector.select(scope).next())
    }

    /// Whether one of the selectors of `key` finds anything.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.first(key).is_some()
    }

    /// All elements, in document order, of the first selector of `key` that finds any.
    #[must_use]
    pub fn all(&self, key: &str) -> Vec<ElementRef<'_>> {
        self.all_in(self.root(), key)
    }

    /// As [`View::all`], within `scope`.
    #[must_use]
    pub fn all_in<'a>(&self, scope: ElementRef<'a>, key: &str) -> Vec<ElementRef<'a>> {
        self.rules
            .selectors(key)
            .iter()
            .map(|selector| select(scope, selector))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// Text of the first element with text that the selectors of `key` find in `scope`.
    #[must_use]
    pub fn text_in(&self, scope: ElementRef<'_>, key: &str) -> Option<String> {
        self.rules
            .selectors(key)
            .iter()
            .find_map(|selector| selector.select(scope).find_map(dom::text))
    }

    /// Text of the first element with text that the selectors of `key` find.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        self.text_in(self.root(), key)
    }

    /// The title that the document had when the address came into view, where it did so on a page
    /// that was there before ([`crate::snapshot::FORMER_TITLE`]); collapsed.
    #[must_use]
    pub fn former_title(&self) -> Option<String> {
        self.root().attr(FORMER_TITLE).map(dom::collapse)
    }

    /// The element's `href`, resolved against the address in view. `None` where it leads to a part
    /// of the page itself: resolved it would be the address in view, whosever the page is.
    #[must_use]
    pub fn href(&self, element: ElementRef<'_>) -> Option<Url> {
        let href = element.attr("href")?.trim();
        let leads_away = !href.is_empty() && !href.starts_with(['#', '?']);
        leads_away.then(|| canonical::resolve(&self.url, href))?
    }

    /// Content of the first `meta` whose `name` or `property` is `key`.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<String> {
        let content = self
            .root()
            .descendent_elements()
            .filter(|element| element.name() == "meta")
            .find(|meta| meta.attr("name") == Some(key) || meta.attr("property") == Some(key))?
            .attr("content")?;
        let content = dom::collapse(content);
        (!content.is_empty()).then_some(content)
    }

    /// The address of `link[rel=canonical]`, resolved.
    #[must_use]
    pub fn canonical_link(&self) -> Option<Url> {
        let link = self.root().descendent_elements().find(|element| {
            element.name() == "link"
                && element
                    .attr("rel")
                    .is_some_and(|rel| rel.eq_ignore_ascii_case("canonical"))
        })?;
        self.href(link)
    }

    /// The JSON documents that the elements of `key` hold; what does not parse is left out.
    #[must_use]
    pub fn json(&self, key: &str) -> Vec<Value> {
        self.rules
            .selectors(key)
            .iter()
            .flat_map(|selector| selector.select(self.root()))
            .take(JSON_DOCUMENTS_MAX)
            .filter_map(|element| serde_json::from_str(dom::raw_text(element).trim()).ok())
            .collect()
    }

    /// The nodes of the page's JSON-LD: top-level objects, arrays and `@graph` flattened.
    #[must_use]
    pub fn json_ld(&self) -> &[Value] {
        self.json_ld.get_or_init(|| {
            let mut nodes = Vec::new();
            let scripts = self.root().descendent_elements().filter(|element| {
                element.name() == "script"
                    && element
                        .attr("type")
                        .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
            });
            for script in scripts.take(JSON_DOCUMENTS_MAX) {
                match serde_json::from_str(dom::raw_text(script).trim()) {
                    Ok(Value::Array(list)) => nodes.extend(list),
                    Ok(Value::Object(mut object)) => match object.remove("@graph") {
                        Some(Value::Array(list)) => nodes.extend(list),
                        _ => nodes.push(Value::Object(object)),
                    },
                    _ => {}
                }
            }
            nodes
        })
    }
}

/// All elements within `scope` that `selector` finds, in document order.
#[must_use]
pub fn select<'a>(scope: ElementRef<'a>, selector: &Selector) -> Vec<ElementRef<'a>> {
    selector.select(scope).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    #[test]
    fn a_link_within_the_page_leads_nowhere_else() {
        let rules = RuleSet::built_in().site("linkedin").unwrap();
        let url = Url::parse("https://www.linkedin.com/in/ada-example/overlay/contact-info/");
        let leads_to = |href: &str| {
            let page = crate::snapshot::document(&format!("\u{1}a\u{2}href\u{3}{href}"));
            let view = View::new(url.clone().unwrap(), page, rules);
            view.href(view.root()).map(String::from)
        };
        for within in ["", " ", "#", "#top", "?x=1"] {
            assert_eq!(leads_to(within), None, "{within}");
        }
        let other = "https://www.linkedin.com/in/bea-other/";
        assert_eq!(leads_to(" /in/bea-other/ ").as_deref(), Some(other));
    }
}
