//! Reading text out of a parsed document. Every walk is iterative and linear: page depth is
//! hostile input.

use crate::document::{Document, Edge, ElementRef};

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

/// Inline elements that change the look of text and not what it belongs to.
fn is_emphasis(name: &str) -> bool {
    is_inline(name) && !matches!(name, "a" | "span" | "cite" | "img")
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
            .flat_map(crate::unicode::lower_char)
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
    element.ancestors()
}

/// Whether `inner` is `outer` or stands within it.
#[must_use]
pub fn contains(outer: ElementRef<'_>, inner: ElementRef<'_>) -> bool {
    inner.is_within(outer)
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
    text_of(element, Shown::All)
}

/// As [`text`], without what is not shown or is there for screen readers only.
#[must_use]
pub fn sighted_text(element: ElementRef<'_>) -> Option<String> {
    text_of(element, Shown::Sighted)
}

fn text_of(element: ElementRef<'_>, shown: Shown) -> Option<String> {
    let pieces = pieces(element, Grain::Block, shown);
    let texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let text = texts.join(" ");
    (!text.is_empty()).then_some(text)
}

/// Which text counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// All text that is not script, style and the like.
    All,
    /// Without what `hidden` or an inline style hides, without dialogs (the element itself may be
    /// one), and without what is there for screen
    /// readers only: a class `visually-hidden` or `a11y-text`, or, where classes say nothing,
    /// a twin beside an `aria-hidden` text that begins alike. LinkedIn writes list texts
    /// twice so.
    Sighted,
}

/// Where one piece of text ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// At block elements and `br`: a piece is one line or paragraph.
    Block,
    /// At `span` and `a` too: only emphasis and the like stay within a piece.
    Span,
}

/// A piece of an element's text.
#[derive(Debug, Clone)]
pub struct Piece<'a> {
    /// The text, collapsed, never empty.
    pub text: String,
    /// The element in which the piece begins (emphasis passed over).
    pub element: ElementRef<'a>,
}

/// The element's text in pieces, in document order.
#[must_use]
pub fn pieces(element: ElementRef<'_>, grain: Grain, shown: Shown) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut line = String::new();
    let mut begun_in = element;
    let splits = |inner: ElementRef<'_>| match grain {
        Grain::Block => !is_inline(inner.name()),
        // A span within emphasis marks a word found, nothing else.
        Grain::Span => {
            !(is_emphasis(inner.name()) || (inner.name() == "span" && is_within_emphasis(inner)))
        }
    };
    fn flush<'a>(line: &mut String, begun_in: ElementRef<'a>, out: &mut Vec<Piece<'a>>) {
        let text = collapse(line);
        if !text.is_empty() {
            out.push(Piece {
                text,
                element: begun_in,
            });
        }
        line.clear();
    }
    let mut walk = element.traverse();
    // An element left out is closed without having been opened.
    let mut left_out = None;
    while let Some(edge) = walk.next() {
        match edge {
            Edge::Text(text, parent) => {
                if line.trim_start().is_empty() {
                    begun_in = beyond_emphasis(parent);
                }
                line.push_str(text);
            }
            Edge::Open(inner) => {
                let is_root = inner.id() == element.id();
                if !is_root && (is_silent(inner.name()) || is_left_out(inner, shown)) {
                    left_out = Some(inner.id());
                    walk.skip_within();
                } else if splits(inner) {
                    flush(&mut line, begun_in, &mut out);
                }
            }
            Edge::Close(inner) => {
                if left_out.take_if(|id| *id == inner.id()).is_none() && splits(inner) {
                    flush(&mut line, begun_in, &mut out);
                }
            }
        }
    }
    flush(&mut line, begun_in, &mut out);
    out
}

fn is_within_emphasis(element: ElementRef<'_>) -> bool {
    element
        .parent()
        .is_some_and(|parent| is_emphasis(parent.name()))
}

/// The element itself or the nearest around it that is not mere emphasis.
fn beyond_emphasis(element: ElementRef<'_>) -> ElementRef<'_> {
    // Emphasis nests a few levels at most; deeper, the nearest element will do.
    std::iter::once(element)
        .chain(element.ancestors())
        .take(8)
        .find(|around| !is_emphasis(around.name()))
        .unwrap_or(element)
}

fn is_left_out(element: ElementRef<'_>, shown: Shown) -> bool {
    match shown {
        Shown::All => false,
        Shown::Sighted => {
            is_hidden(element)
                || is_dialog(element)
                || element
                    .classes()
                    .any(|class| matches!(class, "visually-hidden" | "a11y-text" | "sr-only"))
                || is_screen_reader_twin(element)
        }
    }
}

/// Whether the element is a dialog: it stands over the page and is closed at first, which only
/// a style sheet says.
fn is_dialog(element: ElementRef<'_>) -> bool {
    element.name() == "dialog" || matches!(element.attr("role"), Some("dialog" | "alertdialog"))
}

/// Whether the element repeats, for screen readers, what an `aria-hidden` sibling shows: both
/// begin alike, or one holds the other ("2nd", "2nd degree connection").
fn is_screen_reader_twin(element: ElementRef<'_>) -> bool {
    if element.name() != "span" || element.attr("aria-hidden").is_some() {
        return false;
    }
    let previous = element.previous();
    let next = element.next();
    let mut hidden = [previous, next]
        .into_iter()
        .flatten()
        .filter(|sibling| sibling.attr("aria-hidden") == Some("true"))
        .map(|sibling| letters(sibling, 48))
        .filter(|shown| shown.chars().count() > 1)
        .peekable();
    if hidden.peek().is_none() {
        return false;
    }
    // A twin is plain text: whatever holds links, blocks or hidden parts is more than that.
    let plain = element.descendent_elements().take(64).skip(1).all(|inner| {
        is_inline(inner.name()) && inner.name() != "a" && inner.attr("aria-hidden").is_none()
    });
    let own = letters(element, 48);
    if own.is_empty() || !plain {
        return false;
    }
    hidden.any(|shown| {
        let start: String = shown.chars().take(5).collect();
        own.starts_with(&start) || own.contains(&shown) || shown.contains(&own)
    })
}

/// The first letters and digits of an element's text, lower case.
fn letters(element: ElementRef<'_>, limit: usize) -> String {
    element
        .text()
        .take(limit)
        .flat_map(str::chars)
        .take(8 * limit)
        .filter(|c| c.is_alphanumeric())
        .take(limit)
        .flat_map(crate::unicode::lower_char)
        .collect()
}

/// Decodes HTML character references in text that was escaped twice. References it does not
/// know stay as they are.
#[must_use]
pub fn decode_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest name worth knowing is short: look no further.
        let end = after
            .char_indices()
            .take(10)
            .find_map(|(at, c)| (c == ';').then_some(at));
        let reference = end.and_then(|end| after.get(..end));
        match reference.and_then(entity) {
            Some(c) => {
                out.push(c);
                rest = end.and_then(|end| after.get(end + 1..)).unwrap_or_default();
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

/// The raw text of a `script` or `code` element that holds JSON.
#[must_use]
pub fn raw_text(element: ElementRef<'_>) -> String {
    element.text().collect()
}

/// Text of the document's first `title` element, collapsed.
#[must_use]
pub fn title(document: &Document) -> Option<String> {
    // Only the first: after in-page navigation some pages keep several.
    let title = document
        .root_element()
        .descendent_elements()
        .find(|element| element.name() == "title")?;
    let title = collapse(&raw_text(title));
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str, grain: Grain, shown: Shown) -> Vec<String> {
        let document = Document::parse_html(html);
        pieces(document.root_element(), grain, shown)
            .into_iter()
            .map(|piece| piece.text)
            .collect()
    }

    #[test]
    fn pieces_follow_the_lines_a_reader_sees() {
        let html = "<div>One <b>line</b> <span>more</span><p>Two</p><script>no</script>\
                    <p hidden>no</p><span class='visually-hidden'>Two</span></div>";
        assert_eq!(
            texts(html, Grain::Block, Shown::Sighted),
            ["One line more", "Two"]
        );
        assert_eq!(
            texts(html, Grain::Span, Shown::Sighted),
            ["One line", "more", "Two"]
        );
        assert_eq!(
            texts(html, Grain::Block, Shown::All),
            ["One line more", "Two", "no", "Two"]
        );
    }

    #[test]
    fn texts_for_screen_readers_are_told_without_classes() {
        let html = "<p><span aria-hidden='true'>Jan 2020 - Now</span><span>Jan 2020 to Now</span></p>\
                    <p><span>2nd degree</span><span aria-hidden='true'>2nd</span></p>\
                    <p><span aria-hidden='true'>·</span><span>Place</span></p>\
                    <p><span><a>Ada <span aria-hidden='true'>2nd</span></a></span>\
                    <span aria-hidden='true'>2nd</span></p>";
        assert_eq!(
            texts(html, Grain::Span, Shown::Sighted),
            ["Jan 2020 - Now", "2nd", "·", "Place", "Ada", "2nd", "2nd"]
        );
    }

    #[test]
    fn collapse_keeps_joined_emoji() {
        assert_eq!(
            collapse(" a\u{a0}\u{200f} b \u{1f469}\u{200d}\u{1f680}"),
            "a b \u{1f469}\u{200d}\u{1f680}"
        );
    }
}
