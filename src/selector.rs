//! Selectors: the part of CSS (<https://www.w3.org/TR/selectors-4/>) that rule files use.
//!
//! | | |
//! | --- | --- |
//! | `li`, `*`, `#id`, `.class` | names in any ASCII case, ids and classes as written |
//! | `[a]`, `[a=v]`, `[a="v" i]` | and `~=`, `\|=`, `^=`, `$=`, `*=`; values as HTML compares them |
//! | `:is(…)`, `:not(…)` | with lists of whole selectors |
//! | `:first-child`, `:last-child` | |
//! | `a b`, `a > b`, `a + b`, `a, b` | |
//!
//! All else is refused: what a browser would have to know (`:hover`), namespaces, and what
//! could take more than the depth of the page for one element (`:has`, `:nth-child`, `~`).
//! The tests hold parsing and matching against the `selectors` crate, which browsers are
//! built with; why this is not that crate is told in `docs/adr/0004-own-selectors.md`.

mod carried;
mod matching;
mod parse;

pub use carried::Carried;

use crate::document::{ElementRef, Marks};

/// A list of selectors: finds what any of them finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    list: List,
}

/// Why a text is no selector that this build knows. Rule files are told apart by it, so the
/// place is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelectorError {
    /// How many bytes were understood.
    pub at: usize,
}

impl Selector {
    /// Reads a list of selectors.
    ///
    /// # Errors
    /// Where the text is not CSS, or CSS that is not known here.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        parse::selectors(text).map(|list| Self { list })
    }

    /// Whether an element is one of those found.
    #[must_use]
    pub fn matches(&self, element: ElementRef<'_>) -> bool {
        matching::any(&self.list, element)
    }

    /// The elements within `scope`, without itself, in document order. As in a browser's
    /// `querySelectorAll`, what is left of a combinator may stand outside the scope.
    pub fn select<'a>(&self, scope: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> {
        scope
            .descendent_elements()
            .skip(1)
            .filter(|element| self.matches(*element))
    }
}

type List = Vec<Complex>;

/// Compounds with combinators between them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Complex {
    /// What the element itself must be.
    subject: Compound,
    /// What must be elsewhere, from right to left.
    left: Vec<(Combinator, Compound)>,
}

/// Where the left compound must be, seen from the right one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Combinator {
    /// Around it: white space.
    Ancestor,
    /// Directly around it: `>`.
    Parent,
    /// Directly before it: `+`.
    Previous,
}

/// What one element must be.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Compound {
    parts: Vec<Part>,
    /// What an element must hold for the parts to be true.
    marks: Marks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Its name, in lower case.
    Name(String),
    Id(String),
    Class(String),
    Attribute(Attribute),
    Is(List),
    Not(List),
    FirstChild,
    LastChild,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Attribute {
    /// In lower case.
    name: String,
    test: Test,
    value: String,
    /// Whether ASCII case counts in the value.
    case: bool,
}

/// How an attribute's value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Test {
    /// It is there: `[a]`.
    Present,
    /// `=`.
    Equal,
    /// One of the words: `~=`.
    Word,
    /// It, or it with `-` after it: `|=`.
    Dash,
    /// `^=`.
    Prefix,
    /// `$=`.
    Suffix,
    /// `*=`.
    Within,
}
