//! Names of recipients that do not exist.

use std::hash::{Hash, Hasher};

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

use crate::address::{Address, AddressError, Domain};
use crate::names::{
    FAMILY, GIVEN, HEAD, LESS_COMMON, LONG_FAMILY, NOBODY, SHORT, SHORT_TAIL, TAIL,
};
use crate::shape::{Shape, Token, tokens};

/// The control questions of one domain. They depend on seed and domain alone: greylisting
/// lets through only what it has seen before, and the answers serve everybody there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoys {
    seed: u64,
    /// A random string.
    pub(crate) random: Address,
    /// Invented people, of the shapes of [`Shape::COMMON`].
    pub(crate) names: [Address; 2],
    /// `postmaster`.
    pub(crate) postmaster: Address,
}

/// Letters that initials seldom have.
const RARE: &[u8] = b"qxzvyu";

/// Length of a decoy: short enough for whoever takes short names only, long enough for
/// whoever takes long ones.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=12;
/// Names tried for one of the right length. One in seventeen `given.family` is, so that none
/// is left over.
const NAMES_TRIED: usize = 512;
/// People among whom the two are chosen whose family names are exchanged.
const EXCHANGED_AMONG: usize = 8;
/// Names among which the one of the target's length is chosen.
const KIN_TRIED: usize = 128;

impl Decoys {
    /// The decoys of a domain.
    ///
    /// # Errors
    /// Where the domain is too long for a decoy before it.
    pub(crate) fn new(seed: u64, domain: &Domain) -> Result<Self, AddressError> {
        let mut rng = StdRng::seed_from_u64(mix(seed, domain.as_str()));
        let random: String = std::iter::once(letter(&mut rng))
            .chain((0..15).map(|_| char::from_digit(rng.random_range(0..36), 36).unwrap_or('x')))
            .collect();
        let [first, second] = Shape::COMMON;
        Ok(Self {
            seed,
            random: Address::new(&random, domain.clone())?,
            names: [
                Address::new(&listed(&mut rng, first), domain.clone())?,
                Address::new(&listed(&mut rng, second), domain.clone())?,
            ],
            postmaster: Address::new("postmaster", domain.clone())?,
        })
    }

    /// The decoy of a shape that no name of the control has.
    pub(crate) fn of_shape(&self, shape: Shape) -> Option<Address> {
        let domain = self.postmaster.domain();
        let text = format!("{shape:?}@{}", domain.as_str());
        let mut rng = StdRng::seed_from_u64(mix(self.seed, &text));
        Address::new(&person(&mut rng, shape), domain.clone()).ok()
    }
}

impl Decoys {
    /// Names that stand alone, none of them among `others`: a given name that any list has, one
    /// that longer lists have, a family name, and another family name.
    pub(crate) fn names_alone(&self, others: &[Address]) -> Vec<Address> {
        let domain = self.postmaster.domain();
        let mut rng = StdRng::seed_from_u64(mix(self.seed, &format!("short@{domain}")));
        let mut some_of = |list: &[&'static str], count: usize| {
            let mut names: Vec<&str> = list.to_vec();
            let asked = |name: &str| {
                let mut others = others.iter();
                others.any(|known| known.local().eq_ignore_ascii_case(name))
            };
            names.retain(|name| name.len() <= 6 && !asked(name));
            names.shuffle(&mut rng);
            names.truncate(count);
            names
        };
        let names = [
            some_of(SHORT, 1),
            some_of(LESS_COMMON, 1),
            some_of(FAMILY, 2),
        ];
        let names = names.into_iter().flatten();
        names
            .filter_map(|name| Address::new(name, domain.clone()).ok())
            .collect()
    }

    /// Two of these people, of one shape, with their family names exchanged; neither is
    /// `asked` for. A catch-all that goes by lists of names knows these, whatever its lists
    /// hold. Of the pairs that there are, the one with the least common names: two common ones
    /// may be a third person's.
    pub(crate) fn exchanged(&self, people: &[&Address], asked: &[Address]) -> Option<[Address; 2]> {
        let domain = self.postmaster.domain();
        // Servers make no difference between "Ada" and "ada", so nor is one another person.
        let people = people.iter().take(EXCHANGED_AMONG);
        let locals: Vec<String> = people
            .map(|person| person.local().to_ascii_lowercase())
            .collect();
        let names: Vec<(&str, &str)> = locals.iter().filter_map(|local| apart(local)).collect();
        let is_asked = |local: &str| {
            let mut asked = asked.iter();
            asked.any(|known| known.local().eq_ignore_ascii_case(local))
        };
        let made = |begin: &str, family: &str| {
            let local = format!("{begin}{family}");
            let made = Address::new(&local, domain.clone()).ok()?;
            (!is_asked(&local)).then_some(made)
        };
        let mut best: Option<(usize, [Address; 2])> = None;
        for (at, (begin, family)) in names.iter().enumerate() {
            for (other_begin, other_family) in names.iter().skip(at + 1) {
                if begin == other_begin || family == other_family {
                    continue;
                }
                let known = [begin, family, other_begin, other_family];
                let common = known.into_iter().filter(|name| is_common(name)).count();
                if best.as_ref().is_none_or(|(least, _)| common < *least)
                    && let Some(one) = made(begin, other_family)
                    && let Some(two) = made(other_begin, family)
                {
                    best = Some((common, [one, two]));
                }
            }
        }
        best.map(|(_, pair)| pair)
    }

    /// A decoy as like this address as can be: the same given name or initial, the same
    /// length; of a tagged address (`ada.marlow+news`) the same tag behind another name, since
    /// every tag arrives where one does. Not for what is too short to differ.
    pub(crate) fn kin_of(&self, target: &Address) -> Option<Address> {
        let local = target.local();
        if let Some((name, tag)) = local.split_once('+') {
            let domain = self.postmaster.domain();
            let name = Address::new(name, domain.clone()).ok()?;
            let kin = self.kin_of(&name)?;
            return Address::new(&format!("{}+{tag}", kin.local()), domain.clone()).ok();
        }
        let shape = Shape::of(local);
        let mut rng = StdRng::seed_from_u64(mix(self.seed, &target.to_string()));
        let name = match shape {
            Shape::Words(separator) | Shape::Initial(separator) | Shape::Role(separator) => {
                let (given, family) = local.split_once(separator)?;
                let invented = (0..KIN_TRIED).map(|_| invented(&mut rng));
                let family = invented.min_by_key(|it| it.len().abs_diff(family.len()))?;
                format!("{given}{separator}{family}")
            }
            Shape::Long => {
                let initial = local.chars().next().filter(char::is_ascii_alphabetic)?;
                let room = local.len().saturating_sub(1);
                let invented = (0..KIN_TRIED).map(|_| invented(&mut rng));
                let family = invented.min_by_key(|it| it.len().abs_diff(room))?;
                format!("{initial}{family}")
            }
            Shape::Mixed(_) => mirrored(&mut rng, local),
            Shape::Name | Shape::Initials(_) => return None,
        };
        let fits = name != local && Shape::of(&name) == shape;
        let domain = self.postmaster.domain();
        fits.then(|| Address::new(&name, domain.clone()).ok())?
    }
}

/// A family name that nobody has, of four letters and more.
fn invented(rng: &mut StdRng) -> String {
    // As short as a family name is for whoever takes short names only.
    if rng.random_bool(0.2) {
        return pick(rng, NOBODY).to_owned();
    }
    let tails = if rng.random_bool(0.5) {
        TAIL
    } else {
        SHORT_TAIL
    };
    format!("{}{}", pick(rng, HEAD), pick(rng, tails))
}

/// The same tokens in the same order, each like the target's: the first word stays, the others are
/// invented; initials and digits are others. Of a word with one digit behind it the initial stays:
/// who is the fifth of a name has a second beside them.
fn mirrored(rng: &mut StdRng, local: &str) -> String {
    let is_word = |token: &Token<'_>| matches!(token, Token::Letters(_));
    let words = tokens(local).filter(is_word).count();
    let digits = local.bytes().filter(u8::is_ascii_digit).count();
    let stays = words > 1 || digits > 1;
    let mut first = true;
    let mut made = String::with_capacity(local.len());
    for token in tokens(local) {
        match token {
            Token::Separator(separator) => made.push(separator),
            Token::Digits(digits) => made.extend(
                digits
                    .bytes()
                    .map(|digit| char::from(b'0' + (digit.wrapping_sub(b'0') + 7) % 10)),
            ),
            Token::Letters(word) if first && stays => made.push_str(word),
            Token::Letters(word) => {
                let length = word.chars().count();
                let kept = if first { word.chars().next() } else { None };
                made.extend(kept);
                let room = length - usize::from(kept.is_some());
                made.push_str(&unlike(rng, word, room));
            }
        }
        first &= !is_word(&token);
    }
    made
}

/// So many letters that make another word: of a short one letters that are rare.
fn unlike(rng: &mut StdRng, word: &str, room: usize) -> String {
    if room >= 3 {
        let names = (0..KIN_TRIED).map(|_| invented(rng));
        let nearest = names.min_by_key(|name| name.len().abs_diff(room));
        return nearest.unwrap_or_default().chars().take(room).collect();
    }
    let others: Vec<u8> = RARE
        .iter()
        .copied()
        .filter(|letter| !word.as_bytes().contains(letter))
        .collect();
    let rare = (0..room).filter_map(|_| others.choose(rng).copied());
    rare.map(char::from).collect()
}

/// What stands before the family name, and that, of a local part that has one
/// ([`Shape::has_family`]).
fn apart(local: &str) -> Option<(&str, &str)> {
    match Shape::of(local) {
        Shape::Words(separator) | Shape::Initial(separator) if separator != '+' => {
            let at = local.find(separator)? + separator.len_utf8();
            local.split_at_checked(at)
        }
        Shape::Long => local.split_at_checked(1),
        _ => None,
    }
}

/// Whether a part of a name is one of the most common.
fn is_common(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    [GIVEN, SHORT, FAMILY, LONG_FAMILY]
        .iter()
        .any(|list| list.contains(&name))
}

fn mix(seed: u64, text: &str) -> u64 {
    // Only to spread the seed; std's hasher with fixed keys is stable within a toolchain,
    // and a change of decoys between releases costs no more than one greylisting delay.
    let mut hasher = std::hash::DefaultHasher::new();
    seed.hash(&mut hasher);
    text.hash(&mut hasher);
    hasher.finish()
}

fn letter(rng: &mut StdRng) -> char {
    char::from(rng.random_range(b'a'..=b'z'))
}

/// A local part of this shape, of moderate length.
fn person(rng: &mut StdRng, shape: Shape) -> String {
    (0..NAMES_TRIED)
        .map(|_| any_person(rng, shape))
        .find(|name| LENGTH.contains(&name.len()))
        .unwrap_or_else(|| any_person(rng, shape))
}

/// A local part of this shape whose parts are in lists of names.
fn listed(rng: &mut StdRng, shape: Shape) -> String {
    let any = |rng: &mut StdRng| match shape {
        Shape::Long => {
            let initial = char::from(RARE.choose(rng).copied().unwrap_or(b'x'));
            format!("{initial}{}", pick(rng, LONG_FAMILY))
        }
        _ => format!("{}.{}", pick(rng, GIVEN), pick(rng, FAMILY)),
    };
    (0..NAMES_TRIED)
        .map(|_| any(rng))
        .find(|name| LENGTH.contains(&name.len()))
        .unwrap_or_else(|| any_person(rng, shape))
}

fn pick(rng: &mut StdRng, list: &[&'static str]) -> &'static str {
    list.choose(rng).copied().unwrap_or("marlow")
}

fn any_person(rng: &mut StdRng, shape: Shape) -> String {
    let given = pick(rng, GIVEN);
    let head = pick(rng, HEAD);
    let family = format!("{head}{}", pick(rng, TAIL));
    let initial = given.chars().next().unwrap_or('a');
    match shape {
        // Behind a name that nobody has.
        Shape::Words('+') => format!("{initial}{family}+{given}"),
        Shape::Words(separator) => format!("{given}{separator}{family}"),
        Shape::Initial(separator) => format!("{initial}{separator}{family}"),
        Shape::Role(separator) => format!("info{separator}{family}"),
        Shape::Long => format!("{initial}{family}"),
        Shape::Name => pick(rng, SHORT).to_owned(),
        Shape::Initials(count) => (0..count.max(2))
            .map(|_| char::from(RARE.choose(rng).copied().unwrap_or(b'x')))
            .collect(),
        Shape::Mixed(skeleton) => mirrored(rng, &skeleton.example()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_same_seed_gives_the_same_decoys() {
        let domain = Domain::parse("firm.example").unwrap();
        let decoys = |seed| Decoys::new(seed, &domain).unwrap();
        assert_eq!(decoys(7), decoys(7));
        assert_ne!(decoys(7), decoys(8));
        assert_eq!(
            decoys(7).of_shape(Shape::Name),
            decoys(7).of_shape(Shape::Name)
        );
        let other = Domain::parse("other.example").unwrap();
        let elsewhere = Decoys::new(7, &other).unwrap();
        assert_ne!(decoys(7).random.local(), elsewhere.random.local());
    }

    #[test]
    fn family_names_are_exchanged_among_the_least_common() {
        let domain = Domain::parse("firm.example").unwrap();
        let decoys = Decoys::new(7, &domain).unwrap();
        let exchanged = |people: &[&str], asked: &[&str]| {
            let made = |locals: &[&str]| -> Vec<Address> {
                let made = |local: &&str| Address::new(local, domain.clone()).unwrap();
                locals.iter().map(made).collect()
            };
            let people = made(people);
            let pair = decoys.exchanged(&people.iter().collect::<Vec<_>>(), &made(asked));
            pair.map(|pair| pair.map(|it| it.local().to_owned()).join(" "))
        };
        let of = |people: &[&str]| exchanged(people, people);
        assert_eq!(
            of(&["ada.marlow", "ben.stonefield"]).as_deref(),
            Some("ada.stonefield ben.marlow")
        );
        assert_eq!(
            of(&["anna.costa", "ada.marlow", "ben.stonefield"]).as_deref(),
            Some("ada.stonefield ben.marlow")
        );
        assert_eq!(
            of(&["amarlow", "bstonefield"]).as_deref(),
            Some("astonefield bmarlow")
        );
        assert_eq!(
            of(&["a.marlow", "b.stonefield"]).as_deref(),
            Some("a.stonefield b.marlow")
        );
        // Nobody to exchange with, or only those who are asked for anyway.
        for people in [
            &["ada.marlow"][..],
            &["ada.marlow", "ada.stonefield"],
            &["ada.marlow", "ben.marlow"],
            &["ada+news", "ben+tips"],
            &["ada.marlow", "Ada.Marlow", "ADA.MARLOW"],
            &["amarlow", "AMarlow"],
        ] {
            assert_eq!(of(people), None, "{people:?}");
        }
        let asked = ["ada.marlow", "ben.stonefield", "ben.marlow"];
        assert_eq!(exchanged(&["ada.marlow", "ben.stonefield"], &asked), None);
    }

    proptest! {
        #[test]
        fn a_decoy_has_the_shape_that_it_speaks_for(seed in any::<u64>(), local in "[a-z]{1,9}([._+-][a-z]{1,9})?[0-9]?") {
            let domain = Domain::parse("firm.example").unwrap();
            let decoys = Decoys::new(seed, &domain).unwrap();
            for (name, shape) in decoys.names.iter().zip(Shape::COMMON) {
                prop_assert_eq!(Shape::of(name.local()), shape);
                prop_assert!((8..=12).contains(&name.local().len()), "{}", name);
            }
            let shape = Shape::of(&local);
            let decoy = decoys.of_shape(shape).unwrap();
            prop_assert_eq!(Shape::of(decoy.local()), shape);
            let target = Address::new(&local, domain.clone()).unwrap();
            let kin = decoys.kin_of(&target);
            prop_assert!(kin.is_some() || !shape.is_common());
            if let Some(kin) = kin {
                prop_assert_eq!(Shape::of(kin.local()), shape);
                prop_assert_ne!(kin.local(), &local);
                prop_assert_eq!(kin.local().get(..1), local.get(..1));
                prop_assert_eq!(decoys.kin_of(&target), Some(kin));
            }
        }
    }
}
