//! The shapes of local parts: what a server that accepts by looks goes by. A decoy speaks
//! for the targets of its shape.

use crate::address::class::is_role;
use crate::names::is_long_name;

/// Shape of a local part, as coarse as a rule of a catch-all would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// `given.family`: two words around a separator. With `+`: a tag behind whatever it is.
    Words(char),
    /// `sales-given`: a role before a separator.
    Role(char),
    /// `g.family`: an initial before a separator and a word.
    Initial(char),
    /// One word of at least seven letters that is no common name: `gfamily`.
    Long,
    /// One word of four to six letters, or a longer one that is a common name: a given or a
    /// family name alone.
    Name,
    /// Up to three letters: initials, so many of them.
    Initials(usize),
    /// Anything else, by its tokens: `given.m.family`, `given.f`, `given.family2`, `gfamily7`.
    Mixed(Skeleton),
}

/// Characters that separate the words of a local part.
const SEPARATORS: [char; 4] = ['.', '_', '-', '+'];

/// Most tokens and digits that tell skeletons apart.
const SKELETON_MAX: usize = 16;

/// The tokens of a local part: an initial, a word by its length, each digit, each separator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Skeleton([u8; SKELETON_MAX]);

/// A piece of a local part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'t> {
    /// Neither digits nor separators.
    Letters(&'t str),
    /// Digits.
    Digits(&'t str),
    /// One separator.
    Separator(char),
}

/// The pieces of a local part, in order.
pub(crate) fn tokens(local: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = local;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_digit = |c: char| c.is_ascii_digit();
        let is_separator = |c: char| SEPARATORS.contains(&c);
        let end = if is_separator(first) {
            Some(first.len_utf8())
        } else if is_digit(first) {
            rest.find(|c| !is_digit(c))
        } else {
            rest.find(|c| is_digit(c) || is_separator(c))
        };
        let (token, behind) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
        rest = behind;
        Some(if is_separator(first) {
            Token::Separator(first)
        } else if is_digit(first) {
            Token::Digits(token)
        } else {
            Token::Letters(token)
        })
    })
}

impl Skeleton {
    fn of(local: &str) -> Self {
        let parted = local.contains(SEPARATORS);
        let marks = tokens(local).flat_map(|token| {
            let (mark, times) = match token {
                Token::Separator(separator) => (u8::try_from(separator).unwrap_or(b'.'), 1),
                Token::Digits(digits) => (b'd', digits.len()),
                Token::Letters(word) => {
                    let mark = match word.chars().count() {
                        1 => b'i',
                        // Where a word is all there is beside digits, its length is its looks.
                        2..=3 if !parted => b'n',
                        4..=6 if !parted => b's',
                        _ => b'w',
                    };
                    (mark, 1)
                }
            };
            std::iter::repeat_n(mark, times)
        });
        let mut skeleton = [0; SKELETON_MAX];
        for (slot, mark) in skeleton.iter_mut().zip(marks) {
            *slot = mark;
        }
        Self(skeleton)
    }

    /// A local part with these tokens.
    pub(crate) fn example(self) -> String {
        let marks = self.0.into_iter().take_while(|mark| *mark != 0);
        marks.fold(String::new(), |mut made, mark| {
            match mark {
                b'i' => made.push('j'),
                b'n' => made.push_str("jo"),
                b's' => made.push_str("jonas"),
                b'w' => made.push_str("jonathan"),
                b'd' => made.push('2'),
                separator => made.push(char::from(separator)),
            }
            made
        })
    }
}

impl Shape {
    /// Those of the decoys that every control has.
    pub(crate) const COMMON: [Self; 2] = [Self::Words('.'), Self::Long];

    /// The shape of a local part.
    pub(crate) fn of(local: &str) -> Self {
        // Whoever takes tags may take them behind any name.
        if local.contains('+') {
            return Self::Words('+');
        }
        let mut pieces = tokens(local);
        match (pieces.next(), pieces.next(), pieces.next(), pieces.next()) {
            (Some(Token::Letters(role)), Some(Token::Separator(separator)), _, _)
                if is_role(role) =>
            {
                Self::Role(separator)
            }
            (
                Some(Token::Letters(given)),
                Some(Token::Separator(separator)),
                Some(Token::Letters(family)),
                None,
            ) if family.chars().count() > 1 => {
                if given.chars().count() == 1 {
                    Self::Initial(separator)
                } else {
                    Self::Words(separator)
                }
            }
            (Some(Token::Letters(word)), None, _, _) => match word.chars().count() {
                length @ ..=3 => Self::Initials(length.max(2)),
                4..=6 => Self::Name,
                _ if is_long_name(&word.to_lowercase()) => Self::Name,
                _ => Self::Long,
            },
            _ => Self::Mixed(Skeleton::of(local)),
        }
    }

    /// The shape of an address's local part.
    pub(crate) fn of_address(address: &str) -> Self {
        Self::of(address.rsplit_once('@').map_or(address, |(local, _)| local))
    }

    /// Whether it may be a name alone: one word that is, or is as short or as long as, a given or
    /// a family name.
    pub(crate) fn may_be_name_alone(self) -> bool {
        matches!(self, Self::Name | Self::Long | Self::Initials(3))
    }

    /// Whether names alone are asked for on its account. Not for long words, which are an
    /// initial and a family name as a rule.
    pub(crate) fn asks_names_alone(self) -> bool {
        matches!(self, Self::Name | Self::Initials(3))
    }

    /// Whether it is a family name behind a given one or an initial.
    pub(crate) fn has_family(self) -> bool {
        match self {
            Self::Words(separator) => separator != '+',
            Self::Initial(_) | Self::Long => true,
            Self::Role(_) | Self::Name | Self::Initials(_) | Self::Mixed(_) => false,
        }
    }

    /// Whether every control has a decoy of this shape.
    pub(crate) fn is_common(self) -> bool {
        Self::COMMON.contains(&self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_common_conventions() {
        for (local, shape) in [
            ("ada.marlow", Shape::Words('.')),
            ("ada_marlow", Shape::Words('_')),
            ("a.marlow", Shape::Initial('.')),
            ("a-marlow", Shape::Initial('-')),
            ("ida+news", Shape::Words('+')),
            ("ada.marlow+news", Shape::Words('+')),
            ("sales-ada", Shape::Role('-')),
            ("amarlow", Shape::Long),
            ("finn", Shape::Name),
            ("matthew", Shape::Name),
            ("anderson", Shape::Name),
            ("ada", Shape::Initials(3)),
            ("jw", Shape::Initials(2)),
            ("x", Shape::Initials(2)),
        ] {
            assert_eq!(Shape::of(local), shape, "{local}");
        }
    }

    #[test]
    fn anything_else_has_the_shape_of_its_tokens() {
        let alike = [
            &["ada.m", "benedict.k"][..],
            &["a.b", "x.y"],
            &["ada.j.marlow", "ben.t.stone"],
            &["j.r.stone", "a.b.li"],
            &["ada.marlow2", "jo.stone9"],
            &["ada.marlow-stone", "jo.li-wu"],
            &["am29", "jwx10"],
            &["amlow2", "jston7"],
            &["amarlow2", "jstonefield7"],
            &["29", "10"],
            &[".marlow", ".li"],
        ];
        for (at, locals) in alike.iter().enumerate() {
            let shape = Shape::of(locals[0]);
            assert!(matches!(shape, Shape::Mixed(_)), "{}", locals[0]);
            for local in *locals {
                assert_eq!(Shape::of(local), shape, "{local}");
            }
            for (other, others) in alike.iter().enumerate() {
                assert_eq!(Shape::of(others[0]) == shape, at == other, "{}", others[0]);
            }
            let Shape::Mixed(skeleton) = shape else {
                return;
            };
            assert_eq!(Shape::of(&skeleton.example()), shape);
        }
    }
}
