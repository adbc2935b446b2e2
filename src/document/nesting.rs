//! How deep HTML nests, told before it is parsed.

/// Deepest nesting of tags in HTML that is parsed. Browsers stop at 512 when they parse;
/// script can go further, but no real page does.
pub(crate) const DEPTH_MAX: usize = 1_500;

/// Most elements that an HTML parser may add by itself to reopen formatting left open.
const REOPENED_MAX: usize = 20_000_000;

/// Whether a document would nest deeper than `limit`, told from the source by counting tags
/// (those with an optional end tag are not counted), or leaves so much formatting open that a
/// parser would copy it into every block. One linear pass before parsing: HTML parsers take
/// quadratic time and space on such input.
#[must_use]
pub(crate) fn nests_deeper(html: &str, limit: usize) -> bool {
    let bytes = html.as_bytes();
    let mut depth = 0_usize;
    let mut formatting = 0_usize;
    let mut reopened = 0_usize;
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
            if is_formatting(name) {
                formatting = formatting.saturating_sub(1);
            }
            if !closes_itself(name) {
                depth = depth.saturating_sub(1);
            }
            continue;
        }
        if is_formatting(name) {
            formatting += 1;
        } else {
            reopened += formatting;
        }
        if reopened > REOPENED_MAX {
            return true;
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

/// Elements of the HTML standard's formatting category, but `a`, which never nests.
fn is_formatting(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "nobr"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
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

#[cfg(test)]
mod tests {
    use super::*;

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
