//! Brackets and quotes in a name: nicknames, former names, pronouns, credentials.

/// A text without its bracketed and quoted parts, and those parts in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parted {
    /// What stands outside.
    pub(super) outside: String,
    /// What stood inside, without brackets and quotes.
    pub(super) inside: Vec<String>,
}

/// Takes bracketed and quoted parts out. A bracket that never closes takes the rest, where
/// words stand before it.
pub(super) fn part(text: &str) -> Parted {
    let chars: Vec<char> = text.chars().collect();
    let mut parted = Parted::default();
    let mut rest = chars.as_slice();
    let mut before = ' ';
    while let [c, after @ ..] = rest {
        if let Some(kind) = Kind::opened_by(*c, before, after) {
            let end = kind.end(after);
            match end {
                Some(end) => {
                    let (inside, behind) = after.split_at(end);
                    parted.inside.push(inner(inside));
                    parted.outside.push(' ');
                    rest = behind.get(1..).unwrap_or_default();
                    before = ' ';
                    continue;
                }
                None if kind == Kind::Bracket && parted.outside.split_whitespace().count() > 1 => {
                    break;
                }
                None => parted
                    .outside
                    .push(if kind == Kind::Single { *c } else { ' ' }),
            }
        } else {
            parted.outside.push(if is_lone(*c) { ' ' } else { *c });
        }
        before = *c;
        rest = after;
    }
    parted
}

/// Closers without their openers.
fn is_lone(c: char) -> bool {
    matches!(
        c,
        ')' | ']' | '}' | '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›' | '」' | '』' | '】'
    )
}

fn inner(chars: &[char]) -> String {
    let text: String = chars.iter().collect();
    text.trim_matches(|c: char| {
        c.is_whitespace() || is_lone(c) || matches!(c, '(' | '[' | '\'' | '‘' | '’' | '`')
    })
    .to_owned()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Bracket,
    Double,
    /// A single quote, which is an apostrophe more often.
    Single,
}

impl Kind {
    fn opened_by(c: char, before: char, after: &[char]) -> Option<Self> {
        match c {
            '(' | '[' | '{' | '「' | '『' | '【' => Some(Self::Bracket),
            '"' | '“' | '„' | '«' | '‹' | '‟' => Some(Self::Double),
            '\'' | '‘' | '`' | '´' | '’'
                if before.is_whitespace()
                    && after.first().is_some_and(|next| next.is_alphabetic()) =>
            {
                Some(Self::Single)
            }
            _ => None,
        }
    }

    /// Where its closer is.
    fn end(self, after: &[char]) -> Option<usize> {
        match self {
            Self::Bracket => {
                let mut depth = 0_usize;
                after.iter().position(|c| {
                    match c {
                        '(' | '[' | '{' | '「' | '『' | '【' => depth += 1,
                        ')' | ']' | '}' | '」' | '』' | '】' if depth == 0 => return true,
                        ')' | ']' | '}' | '」' | '』' | '】' => depth -= 1,
                        _ => {}
                    }
                    false
                })
            }
            Self::Double => after
                .iter()
                .position(|c| matches!(c, '"' | '”' | '“' | '»' | '›')),
            // Closes at the end of a word: "'Bill' Smith", not "Ng'ang'a".
            Self::Single => after.iter().enumerate().position(|(i, c)| {
                matches!(c, '\'' | '’' | '`' | '´')
                    && after.get(i + 1).is_none_or(|next| !next.is_alphanumeric())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parted(text: &str) -> (String, Vec<String>) {
        let parted = part(text);
        let outside: Vec<&str> = parted.outside.split_whitespace().collect();
        (outside.join(" "), parted.inside)
    }

    #[test]
    fn takes_out_brackets_and_quotes() {
        for text in [
            "Ann (Nan) Field",
            "Ann \"Nan\" Field",
            "Ann “Nan” Field",
            "Ann (\"Nan\") Field",
            "Ann 'Nan' Field",
            "Ann ‹Nan› Field",
            "Ann Field (Nan)",
        ] {
            assert_eq!(
                parted(text),
                ("Ann Field".into(), vec!["Nan".into()]),
                "{text}"
            );
        }
    }

    #[test]
    fn apostrophes_stay() {
        for text in [
            "Ngũgĩ Ng'ang'a",
            "Gerard 't Hoog",
            "Mari' Aube'",
            "Sean O’Field",
        ] {
            assert_eq!(parted(text), (text.into(), vec![]), "{text}");
        }
    }

    #[test]
    fn open_ends() {
        assert_eq!(parted("Ann Field (Acme").0, "Ann Field");
        assert_eq!(parted("(Ann Field").0, "Ann Field");
        assert_eq!(parted("Ann) Field\"").0, "Ann Field");
    }
}
