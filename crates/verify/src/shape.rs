//! The shapes of local parts: what a server that accepts by looks goes by. A decoy speaks
//! for the targets of its shape.

use crate::address::class::is_role;

/// Shape of a local part, as coarse as a rule of a catch-all would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Shape {
    /// `given.family`: words around a separator.
    Words(char),
    /// `sales-given`: a role before a separator.
    Role(char),
    /// `g.family`: an initial before a separator.
    Initial(char),
    /// One word of at least seven characters: `gfamily`.
    Long,
    /// One word of four to six characters: a given name.
    Short,
    /// Up to three characters: initials, so many of them.
    Initials(usize),
    /// One word of at least seven characters, with a digit among them.
    Digits,
    /// Up to six characters, with a digit among them: the code of a person or a place.
    Code,
}

/// Characters that separate the words of a local part.
const SEPARATORS: [char; 4] = ['.', '_', '-', '+'];

impl Shape {
    /// Those of the decoys that every control has.
    pub(crate) const COMMON: [Self; 2] = [Self::Words('.'), Self::Long];

    /// The shape of a local part.
    pub(crate) fn of(local: &str) -> Self {
        // Whoever takes tags may take them behind any name.
        if local.contains('+') {
            return Self::Words('+');
        }
        if let Some((before, _)) = local.split_once(SEPARATORS)
            && !before.is_empty()
            && let Some(separator) = local.chars().nth(before.chars().count())
        {
            return if is_role(before) {
                Self::Role(separator)
            } else if before.chars().count() == 1 {
                Self::Initial(separator)
            } else {
                Self::Words(separator)
            };
        }
        let length = local.chars().count();
        if local.chars().any(|c| c.is_ascii_digit()) {
            if length <= 6 {
                Self::Code
            } else {
                Self::Digits
            }
        } else if length <= 3 {
            Self::Initials(length.max(2))
        } else if length <= 6 {
            Self::Short
        } else {
            Self::Long
        }
    }

    /// The shape of an address's local part.
    pub(crate) fn of_address(address: &str) -> Self {
        Self::of(address.rsplit_once('@').map_or(address, |(local, _)| local))
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
            ("al.k", Shape::Words('.')),
            ("j.r.stone", Shape::Initial('.')),
            ("a.marlow", Shape::Initial('.')),
            ("a-marlow", Shape::Initial('-')),
            ("a.b", Shape::Initial('.')),
            ("ida+news", Shape::Words('+')),
            ("ada.marlow+news", Shape::Words('+')),
            ("sales-ada", Shape::Role('-')),
            ("amarlow", Shape::Long),
            ("finn", Shape::Short),
            ("ada", Shape::Initials(3)),
            ("jw", Shape::Initials(2)),
            ("x", Shape::Initials(2)),
            ("amarlow2", Shape::Digits),
            ("am29", Shape::Code),
            (".marlow", Shape::Long),
        ] {
            assert_eq!(Shape::of(local), shape, "{local}");
        }
    }
}
