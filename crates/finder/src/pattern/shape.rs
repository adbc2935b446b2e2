//! What an address without a name says of its pattern: the shape of its local part.

use super::{Pattern, Template, Token};

/// Whether a local part could have been formed by a pattern, judged by separators and
/// lengths alone.
pub(super) fn fits(local: &str, pattern: &Pattern) -> bool {
    let Some(words) = words(&pattern.template) else {
        return false;
    };
    let separators: String = local
        .chars()
        .filter(|c| matches!(c, '.' | '_' | '-'))
        .collect();
    let expected: String = words.separators.iter().collect();
    let cut = pattern.template.length_max;
    if cut.is_some_and(|length| local.chars().count() != length) {
        return false;
    }
    separators == expected
        && local
            .split(['.', '_', '-'])
            .zip(&words.minimum)
            .all(|(word, minimum)| {
                let length = word.chars().count();
                word.chars().all(|c| c.is_ascii_alphabetic())
                    && match minimum {
                        Minimum::Exactly(n) => length == *n,
                        Minimum::AtLeast(n) => length >= *n,
                    }
            })
}

enum Minimum {
    Exactly(usize),
    AtLeast(usize),
}

struct Words {
    minimum: Vec<Minimum>,
    separators: Vec<char>,
}

fn words(template: &Template) -> Option<Words> {
    let (mut minimum, mut separators) = (Vec::new(), Vec::new());
    let (mut length, mut open) = (0, false);
    let close = |length: usize, open: bool| {
        if open {
            Minimum::AtLeast(length)
        } else {
            Minimum::Exactly(length)
        }
    };
    for token in &template.tokens {
        match token {
            Token::Separator(c) => {
                minimum.push(close(length, open));
                separators.push(*c);
                (length, open) = (0, false);
            }
            Token::FirstInitial | Token::MiddleInitial | Token::LastInitial => length += 1,
            Token::First | Token::Middle | Token::Last => {
                length += 2;
                open = true;
            }
        }
    }
    minimum.push(close(length, open));
    (length > 0).then_some(Words {
        minimum,
        separators,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        let fitting = |local: &str| {
            super::super::all()
                .iter()
                .filter(|pattern| fits(local, pattern))
                .map(|pattern| pattern.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(fitting("jane.doe"), ["first.last", "last.first"]);
        assert_eq!(fitting("j.doe"), ["f.last", "l.first"]);
        assert_eq!(fitting("jane.q.doe"), ["first.m.last"]);
        assert!(fitting("jdoe").contains(&"flast"));
        assert!(fitting("jane2").is_empty());
        assert!(fitting("").is_empty());
    }
}
