//! Text patterns such as `{name} - {title} | LinkedIn`: fixed text with named gaps.

/// One part of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Text that must stand there.
    Literal(String),
    /// A gap: at least one character, as few as the next literal allows.
    Gap(String),
}

/// A parsed pattern. `{name}` is a gap; two gaps need a literal between them, so matching is
/// one pass without going back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

impl Pattern {
    /// Parses a pattern; `None` where a brace is left open, a gap has no name, two gaps touch
    /// or there is no gap.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            if literal.contains('}') {
                return None;
            }
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            } else if matches!(parts.last(), Some(Part::Gap(_))) {
                return None;
            }
            let (name, after) = after.split_once('}')?;
            let named =
                !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            if !named {
                return None;
            }
            parts.push(Part::Gap(name.to_owned()));
            rest = after;
        }
        if rest.contains('}') || parts.is_empty() {
            return None;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Some(Self { parts })
    }

    /// Matches the whole of `text`; gives the gaps' texts, trimmed, in order.
    #[must_use]
    pub fn captures<'p, 't>(&'p self, text: &'t str) -> Option<Vec<(&'p str, &'t str)>> {
        let mut found = Vec::new();
        let mut rest = text;
        let mut open: Option<&str> = None;
        for (at, part) in self.parts.iter().enumerate() {
            match part {
                Part::Gap(name) => open = Some(name),
                Part::Literal(literal) => {
                    let last = at + 1 == self.parts.len();
                    let (gap, after) = match (open, last) {
                        (None, _) => ("", rest.strip_prefix(literal.as_str())?),
                        (Some(_), true) => (rest.strip_suffix(literal.as_str())?, ""),
                        (Some(_), false) => rest.split_once(literal.as_str())?,
                    };
                    if let Some(name) = open.take() {
                        found.push((name, filled(gap)?));
                    }
                    rest = after;
                }
            }
        }
        if let Some(name) = open {
            found.push((name, filled(rest)?));
            rest = "";
        }
        rest.is_empty().then_some(found)
    }

    /// The text of one gap where the whole of `text` matches.
    #[must_use]
    pub fn capture<'t>(&self, text: &'t str, gap: &str) -> Option<&'t str> {
        self.captures(text)?
            .into_iter()
            .find_map(|(name, value)| (name == gap).then_some(value))
    }
}

fn filled(gap: &str) -> Option<&str> {
    let gap = gap.trim();
    (!gap.is_empty()).then_some(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_whole_texts_only() {
        let pattern = Pattern::parse("{name} - {title} | LinkedIn").unwrap();
        assert_eq!(
            pattern.captures("Ada Example - CTO | LinkedIn"),
            Some(vec![("name", "Ada Example"), ("title", "CTO")])
        );
        assert_eq!(pattern.captures("Ada Example | LinkedIn"), None);
        assert_eq!(pattern.captures("Ada - CTO | LinkedIn and more"), None);
        assert_eq!(pattern.captures(" - CTO | LinkedIn"), None);
    }

    #[test]
    fn bad_patterns_are_refused() {
        for bad in ["", "plain", "{", "{}", "{a}{b}", "{A}", "x}{a}", "{a} }"] {
            assert_eq!(Pattern::parse(bad).map(|p| p.parts), None, "{bad}");
        }
    }
}
