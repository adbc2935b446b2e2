//! Names of recipients that do not exist.

use std::hash::{Hash, Hasher};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

use crate::address::{Address, AddressError, Domain};

/// The control questions of one domain. The same seed gives the same ones: greylisting
/// lets through only what it has seen before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decoys {
    /// A random string.
    pub(crate) random: Address,
    /// Invented people: one as `given.family`, one in the most common other shape of the
    /// targets.
    pub(crate) names: [Address; 2],
    /// `postmaster`.
    pub(crate) postmaster: Address,
}

/// How a local part is built from a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    /// `given.family`, with its separator.
    Two(char),
    /// `g.family`, with its separator.
    InitialTwo(char),
    /// One word that is read as initial and family name, given name, or both.
    One,
}

/// The most common given names, which any list of names has: a catch-all that knows names
/// must take the decoy for a person.
const GIVEN: &[&str] = &[
    "anna", "maria", "laura", "julia", "emma", "sarah", "lisa", "mary", "linda", "karen", "susan",
    "nancy", "james", "john", "michael", "william", "richard", "joseph", "peter", "thomas",
    "daniel", "david", "robert", "mark", "paul", "george",
];
/// Syllables of family names that sound like names and are hardly anybody's.
const HEAD: &[&str] = &[
    "bran", "cald", "dorn", "fenn", "garn", "hale", "kest", "lorn", "marl", "nev", "orm", "penn",
    "rost", "sel", "tarn", "uld", "varn", "wend",
];
/// Short enough, with a head, for whoever takes names of moderate length only.
const TAIL: &[&str] = &[
    "avik", "borne", "cotte", "dale", "erson", "field", "gate", "holm", "kamp", "lund", "mere",
    "oway", "rick", "sby", "umber", "wick", "yard", "zell",
];

/// Length of a decoy where no target has its shape.
const LENGTH: usize = 12;
/// Names among which the one of the right length is chosen.
const NAMES_TRIED: usize = 24;

impl Decoys {
    /// The decoys of a domain. The second name takes a shape of the targets that the first
    /// does not have: a catch-all may tell people from random strings by shape.
    ///
    /// # Errors
    /// Where the domain is too long for a decoy before it.
    pub(crate) fn new(
        seed: u64,
        domain: &Domain,
        targets: &[Address],
    ) -> Result<Self, AddressError> {
        let mut rng = StdRng::seed_from_u64(mix(seed, domain.as_str()));
        let random: String = std::iter::once(letter(&mut rng))
            .chain((0..15).map(|_| char::from_digit(rng.random_range(0..36), 36).unwrap_or('x')))
            .collect();
        let shape = second_shape(targets);
        let length = |shape: Shape| {
            let mut alike = targets.iter().map(Address::local);
            alike
                .find(|local| shape_of(local) == shape)
                .map_or(LENGTH, str::len)
        };
        let first = Shape::Two('.');
        Ok(Self {
            random: Address::new(&random, domain.clone())?,
            names: [
                Address::new(&person(&mut rng, first, length(first)), domain.clone())?,
                Address::new(&person(&mut rng, shape, length(shape)), domain.clone())?,
            ],
            postmaster: Address::new("postmaster", domain.clone())?,
        })
    }
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

/// A local part of this shape, of about this length: whoever takes only names of moderate
/// length must take the decoy too.
fn person(rng: &mut StdRng, shape: Shape, length: usize) -> String {
    (0..NAMES_TRIED)
        .map(|_| any_person(rng, shape))
        .min_by_key(|name| name.len().abs_diff(length))
        .unwrap_or_else(|| any_person(rng, shape))
}

fn any_person(rng: &mut StdRng, shape: Shape) -> String {
    let mut pick = |list: &[&'static str]| list.choose(rng).copied().unwrap_or("marlow");
    let given = pick(GIVEN);
    let family = format!("{}{}", pick(HEAD), pick(TAIL));
    let initial = given.chars().next().unwrap_or('a');
    match shape {
        Shape::Two(separator) => format!("{given}{separator}{family}"),
        Shape::InitialTwo(separator) => format!("{initial}{separator}{family}"),
        Shape::One => format!("{initial}{family}"),
    }
}

fn shape_of(local: &str) -> Shape {
    match local.split_once(['.', '_', '-']) {
        Some((given, rest)) => {
            let separator = local.chars().nth(given.chars().count()).unwrap_or('.');
            if given.len() == 1 && !rest.is_empty() {
                Shape::InitialTwo(separator)
            } else {
                Shape::Two(separator)
            }
        }
        None => Shape::One,
    }
}

/// The most common shape of the targets other than `given.family`.
fn second_shape(targets: &[Address]) -> Shape {
    let mut best = (0, Shape::Two('.'));
    for target in targets.iter().take(32) {
        let shape = shape_of(target.local());
        if shape == Shape::Two('.') {
            continue;
        }
        let count = targets
            .iter()
            .take(32)
            .filter(|other| shape_of(other.local()) == shape)
            .count();
        if count > best.0 {
            best = (count, shape);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(locals: &[&str]) -> Vec<Address> {
        let parse = |local: &&str| Address::parse(&format!("{local}@firm.example")).unwrap();
        locals.iter().map(parse).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_decoys() {
        let domain = Domain::parse("firm.example").unwrap();
        let targets = addresses(&["ada.marlow"]);
        let decoys = |seed| Decoys::new(seed, &domain, &targets).unwrap();
        assert_eq!(decoys(7), decoys(7));
        assert_ne!(decoys(7), decoys(8));
        let other = Domain::parse("other.example").unwrap();
        let elsewhere = Decoys::new(7, &other, &targets).unwrap();
        assert_ne!(decoys(7).random.local(), elsewhere.random.local());
    }

    #[test]
    fn the_second_name_has_the_targets_shape() {
        let domain = Domain::parse("firm.example").unwrap();
        for (locals, separator) in [
            (&["ada_marlow", "b_stone", "c_d_e"][..], Some('_')),
            (&["ada-marlow"], Some('-')),
            (&["amarlow", "bstone", "x.y"], None),
            (&["ada.marlow", "ben.stone", "cquill"], None),
            (&["ada.marlow", "ben.stone"], Some('.')),
            (&[], Some('.')),
        ] {
            let decoys = Decoys::new(1, &domain, &addresses(locals)).unwrap();
            assert!(decoys.names[0].local().contains('.'));
            let second = decoys.names[1].local();
            match separator {
                Some(separator) => assert!(second.contains(separator), "{second}"),
                None => assert!(second.bytes().all(|b| b.is_ascii_lowercase()), "{second}"),
            }
        }
    }
}
