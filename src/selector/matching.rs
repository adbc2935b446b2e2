//! Whether an element is what a selector says, from right to left.

use super::{Attribute, Combinator, Complex, Compound, Part, Test};
use crate::document::ElementRef;

/// Whether one of the selectors of a list finds the element.
pub(super) fn any(list: &[Complex], element: ElementRef<'_>) -> bool {
    list.iter().any(|complex| {
        compound(&complex.subject, element) && left(&complex.left, element) == Outcome::Found
    })
}

/// How looking for the compounds on the left went.
#[derive(PartialEq)]
enum Outcome {
    Found,
    /// Not from here; from another ancestor it may.
    NotHere,
    /// Not from any other ancestor either: there is nothing further up.
    Nowhere,
}

/// Looks for the compounds on the left. Each ancestor is tried, but never again once those
/// further left have been looked for up to the root: the time is the number of compounds
/// times the depth.
fn left(rest: &[(Combinator, Compound)], from: ElementRef<'_>) -> Outcome {
    let Some(((combinator, wanted), rest)) = rest.split_first() else {
        return Outcome::Found;
    };
    let next = match combinator {
        Combinator::Ancestor => {
            for ancestor in from.ancestors() {
                if compound(wanted, ancestor) {
                    let outcome = left(rest, ancestor);
                    if outcome != Outcome::NotHere {
                        return outcome;
                    }
                }
            }
            return Outcome::Nowhere;
        }
        Combinator::Parent => match from.parent() {
            Some(parent) => Some(parent),
            None => return Outcome::Nowhere,
        },
        Combinator::Previous => from.previous(),
    };
    match next {
        Some(next) if compound(wanted, next) => left(rest, next),
        _ => Outcome::NotHere,
    }
}

fn compound(compound: &Compound, element: ElementRef<'_>) -> bool {
    element.marks().may_hold(compound.marks)
        && compound.parts.iter().all(|wanted| part(wanted, element))
}

fn part(part: &Part, element: ElementRef<'_>) -> bool {
    match part {
        Part::Name(name) => element.name().eq_ignore_ascii_case(name),
        Part::Id(id) => element.attr("id") == Some(id),
        Part::Class(class) => element.classes().any(|own| own == class),
        Part::Attribute(wanted) => element
            .attr(&wanted.name)
            .is_some_and(|value| attribute(wanted, value)),
        Part::Is(list) => any(list, element),
        Part::Not(list) => !any(list, element),
        Part::FirstChild => element.previous().is_none(),
        Part::LastChild => element.next().is_none(),
    }
}

fn attribute(wanted: &Attribute, value: &str) -> bool {
    let (value, wanted_value) = (value.as_bytes(), wanted.value.as_bytes());
    let len = wanted_value.len();
    let same = |value: &[u8]| {
        if wanted.case {
            value == wanted_value
        } else {
            value.eq_ignore_ascii_case(wanted_value)
        }
    };
    let begins = || value.get(..len).is_some_and(same);
    match wanted.test {
        Test::Present => true,
        Test::Equal => same(value),
        Test::Dash => begins() && value.get(len).is_none_or(|next| *next == b'-'),
        // An empty value is in nothing.
        _ if len == 0 => false,
        Test::Word => value.split(|b| is_space(*b)).any(same),
        Test::Prefix => begins(),
        Test::Suffix => {
            let from = value.len().checked_sub(len);
            from.and_then(|from| value.get(from..)).is_some_and(same)
        }
        Test::Within => value.windows(len).any(same),
    }
}

/// White space of HTML and CSS.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}
