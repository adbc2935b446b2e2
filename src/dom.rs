//! Reading text out of a parsed document. Every walk is iterative and linear: page depth is
//! hostile input.

use ego_tree::iter::Edge;
use scraper::{ElementRef, Html, Node};

/// Deepest nesting of elements read. Browsers stop at 512 when they parse; script can go
/// further, but no real page does.
pub const DEPTH_MAX: usize = 1_500;

/// Elements whose text is never shown.
fn is_silent(name: &str) -> bool {
    matches!(
        name,
        "script" | "style" | "template" | "noscript" | "head" | "svg" | "code" | "iframe"
    )
}

/// Elements that flow within a line; all others begin a new block of text.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "b"
            | "bdi"
            | "bdo"
            | "cite"
            | "em"
            | "font"
            | "i"
            | "img"
            | "mark"
            | "q"
            | "s"
            | "small"
            | "span"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "u"
            | "wbr"
    )
}

/// Whether the element itself is marked as not shown: `hidden`, or an inline style. What a
/// style sheet hides cannot be seen in a saved page.
#[must_use]
pub fn is_hidden(element: ElementRef<'_>) -> bool {
    if element.attr("hidden").is_some() {
        return true;
    }
    element.attr("style").is_some_and(|style| {
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    })
}

/// Whether the element or one of its ancestors is marked as not shown.
#[must_use]
pub fn is_within_hidden(element: ElementRef<'_>) -> bool {
    is_hidden(element) || ancestors(element).any(is_hidden)
}

/// The element's ancestors, the nearest first.
pub fn ancestors(element: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    element.ancestors().filter_map(ElementRef::wrap)
}

/// Whether `inner` is `outer` or stands within it.
#[must_use]
pub fn contains(outer: ElementRef<'_>, inner: ElementRef<'_>) -> bool {
    outer.id() == inner.id() || inner.ancestors().any(|node| node.id() == outer.id())
}

/// Collapses white space (no-break spaces too) to single spaces, drops characters that only
/// steer the layout, trims. Zero-width joiners stay: emoji and several scripts need them.
#[must_use]
pub fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
            continue;
        }
        let steers = matches!(
            c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{ad}'
        ) || (c.is_control());
        if steers {
            continue;
        }
        if gap && !out.is_empty() {
            out.push(' ');
        }
        gap = false;
        out.push(c);
    }
    out
}

/// All text of the element, collapsed, with a space between blocks. `None` when empty.
#[must_use]
pub fn text(element: ElementRef<'_>) -> Option<String> {
    let text = blocks(element, Shown::All).join(" ");
    (!text.is_empty()).then_some(text)
}

/// Which text counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All text that is not script, style and the like.
    All,
    /// As [`Shown::All`], without what `hidden` or an inline style hides.
    Visible,
    /// As [`Shown::Visible`], without what is there for screen readers only (a class
    /// `visually-hidden` or `a11y-text`). LinkedIn writes list texts twice: once
    /// `aria-hidden`, once for screen readers.
    Sighted,
}

/// The element's text as blocks in document order: text of one line box is one entry, a new
/// block element or `br` begins another. Empty ones are left out.
#[must_use]
pub fn blocks(element: ElementRef<'_>, shown: Shown) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = String::new();
    let flush = |line: &mut String, out: &mut Vec<String>| {
        let collapsed = collapse(line);
        if !collapsed.is_empty() {
            out.push(collapsed);
        }
        line.clear();
    };
    // While inside a skipped element, its node id.
    let mut skipping = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) => {
                if skipping.is_some() {
                    continue;
                }
                match node.value() {
                    Node::Text(text) => line.push_str(text),
                    Node::Element(inner) => {
                        let name = inner.name();
                        let is_root = node.id() == element.id();
                        let skip = !is_root
                            && (is_silent(name)
                                || ElementRef::wrap(node).is_some_and(|e| is_left_out(e, shown)));
                        if skip {
                            skipping = Some(node.id());
                        } else if !is_inline(name) {
                            flush(&mut line, &mut out);
                        }
                    }
                    _ => {}
                }
            }
            Edge::Close(node) => {
                if let Some(id) = skipping {
                    if id == node.id() {
                        skipping = None;
                    }
                    continue;
                }
                if let Node::Element(inner) = node.value()
                    && !is_inline(inner.name())
                {
                    flush(&mut line, &mut out);
                }
            }
        }
    }
    flush(&mut line, &mut out);
    out
}

fn is_left_out(element: ElementRef<'_>, shown: Shown) -> bool {
    match shown {
        Shown::All => false,
        Shown::Visible => is_hidden(element),
        Shown::Sighted => {
            is_hidden(element)
                || element
                    .value()
                    .classes()
                    .any(|class| matches!(class, "visually-hidden" | "a11y-text"))
        }
    }
}

/// The raw text of a `script` or `code` element that holds JSON.
#[must_use]
pub fn raw_text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// Whether a document would nest deeper than `limit`, told from the source by counting tags
/// (those with an optional end tag are not counted). One linear pass before parsing: HTML
/// parsers take quadratic time on deep nesting.
#[must_use]
pub fn nests_deeper(html: &str, limit: usize) -> bool {
    let bytes = html.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr(b'<', rest)) {
        at += found + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let (closing, rest) = match rest.first() {
            Some(b'/') => (true, rest.get(1..).unwrap_or_default()),
            Some(b'!') if rest.starts_with(b"!--") => {
                // Left open, it swallows the rest (and is looked for once only).
                at += find(rest, b"-->").unwrap_or(rest.len());
                continue;
            }
            Some(c) if c.is_ascii_alphabetic() => (false, rest),
            _ => continue,
        };
        let end = rest
            .iter()
            .position(|c| !c.is_ascii_alphanumeric() && *c != b'-')
            .unwrap_or(rest.len());
        let name = rest
            .get(..end.min(16))
            .unwrap_or_default()
            .to_ascii_lowercase();
        let name = std::str::from_utf8(&name).unwrap_or_default();
        if closing {
            if !closes_itself(name) {
                depth = depth.saturating_sub(1);
            }
            continue;
        }
        if matches!(name, "script" | "style" | "textarea" | "title" | "noscript") {
            // Raw text: skip to its end tag, whatever stands in it.
            let mut close = b"</".to_vec();
            close.extend_from_slice(name.as_bytes());
            at += find_ignore_case(rest, &close).unwrap_or(rest.len());
            continue;
        }
        if !closes_itself(name) {
            depth += 1;
            if depth > limit {
                return true;
            }
        }
    }
    false
}

/// Void elements, and those whose end tag may be left out.
fn closes_itself(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
            | "p"
            | "li"
            | "dt"
            | "dd"
            | "option"
            | "optgroup"
            | "tr"
            | "td"
            | "th"
            | "tbody"
            | "thead"
            | "tfoot"
            | "colgroup"
            | "html"
            | "head"
            | "body"
            | "rp"
            | "rt"
            | "script"
            | "style"
            | "textarea"
            | "title"
            | "noscript"
            | "path"
            | "use"
            | "circle"
            | "rect"
    )
}

fn memchr(needle: u8, haystack: &[u8]) -> Option<usize> {
    haystack.iter().position(|b| *b == needle)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

fn find_ignore_case(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|w| w.eq_ignore_ascii_case(needle))
}

/// Text of the document's first `title` element, collapsed.
#[must_use]
pub fn title(document: &Html) -> Option<String> {
    // Only the first: after in-page navigation some pages keep several.
    let title = document
        .root_element()
        .descendent_elements()
        .find(|element| element.value().name() == "title")?;
    let title = collapse(&raw_text(title));
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_the_lines_a_reader_sees() {
        let document = Html::parse_document(
            "<div>One <b>line</b><p>Two</p><script>no</script><p hidden>no</p>\
             <span class='visually-hidden'>Two</span></div>",
        );
        let root = document.root_element();
        assert_eq!(blocks(root, Shown::Sighted), ["One line", "Two"]);
        assert_eq!(blocks(root, Shown::All), ["One line", "Two", "no", "Two"]);
    }

    #[test]
    fn collapse_keeps_joined_emoji() {
        assert_eq!(
            collapse(" a\u{a0}\u{200f} b \u{1f469}\u{200d}\u{1f680}"),
            "a b \u{1f469}\u{200d}\u{1f680}"
        );
    }

    #[test]
    fn depth_is_told_from_the_source() {
        assert!(nests_deeper(&"<div>".repeat(11), 10));
        assert!(!nests_deeper(&"<div></div>".repeat(1000), 10));
        assert!(!nests_deeper(&"<p><li><br>".repeat(1000), 10));
        assert!(!nests_deeper(
            &format!("<script>{}</script>", "<b>".repeat(99)),
            10
        ));
        assert!(!nests_deeper("<!-- <a <a <a", 2));
        assert!(!nests_deeper("<", 0));
    }
}
