//! Names of recipients that do not exist.

use std::hash::{Hash, Hasher};

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};

use crate::address::{Address, AddressError, Domain};
use crate::shape::Shape;

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

/// The most common given names, which any list of names has: a catch-all that knows names
/// must take the decoy for a person.
const GIVEN: &[&str] = &[
    "anna", "maria", "laura", "julia", "emma", "sarah", "lisa", "mary", "linda", "karen", "susan",
    "nancy", "james", "john", "michael", "william", "richard", "joseph", "peter", "thomas",
    "daniel", "david", "robert", "mark", "paul", "george",
];
/// Given names of the most common, as short as a given name is for whoever takes short names
/// only. One may be somebody's; two of them hardly are.
const SHORT: &[&str] = &[
    "anna", "emma", "john", "mark", "mary", "paul", "lisa", "jack", "adam", "eric", "rosa", "karl",
];
/// Common family names of other countries than most of the given names: a list has them, and
/// hardly a company has the person.
const FAMILY: &[&str] = &[
    "becker", "costa", "dubois", "ferrari", "garcia", "hansen", "horvat", "hughes", "jensen",
    "kelly", "lopez", "meyer", "moreau", "murphy", "novak", "rossi", "santos", "silva", "wagner",
    "weber",
];
/// The same, long enough behind an initial.
const LONG_FAMILY: &[&str] = &[
    "campbell", "hoffmann", "johnson", "kowalski", "laurent", "lefebvre", "lindberg", "martinez",
    "phillips", "richter", "schwarz", "stewart",
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
/// Ends of short names that nobody has.
const SHORT_TAIL: &[&str] = &["ix", "ok", "ux", "yv"];
/// Names of four letters that nobody has.
const NOBODY: &[&str] = &[
    "nevu", "ormy", "selu", "uldo", "tarv", "kesp", "penv", "rosq",
];
/// Letters that initials seldom have.
const RARE: &[u8] = b"qxzvyu";

/// So many common given names are asked for at most: of three, two say the same.
const SHORT_NAMES: usize = 3;
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
    /// Three common given names, none of them among `others`.
    pub(crate) fn short_names(&self, others: &[Address]) -> Vec<Address> {
        let domain = self.postmaster.domain();
        let mut rng = StdRng::seed_from_u64(mix(self.seed, &format!("short@{domain}")));
        let mut names = SHORT.to_vec();
        names.shuffle(&mut rng);
        names.retain(|name| !others.iter().any(|known| known.local() == *name));
        let names = names.into_iter().take(SHORT_NAMES);
        names
            .filter_map(|name| Address::new(name, domain.clone()).ok())
            .collect()
    }

    /// Two of these people, of one common shape, with their family names exchanged; neither is
    /// `asked` for. A catch-all that goes by lists of names knows these, whatever its lists
    /// hold. Of the pairs that there are, the one with the least common names: two common ones
    /// may be a third person's.
    pub(crate) fn exchanged(&self, people: &[&Address], asked: &[Address]) -> Option<[Address; 2]> {
        let domain = self.postmaster.domain();
        let names: Vec<(&str, &str)> = people
            .iter()
            .take(EXCHANGED_AMONG)
            .filter_map(|person| apart(person.local()))
            .collect();
        let made = |begin: &str, family: &str| {
            let made = Address::new(&format!("{begin}{family}"), domain.clone()).ok()?;
            (!asked.contains(&made)).then_some(made)
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
        let begin = match Shape::of(local) {
            Shape::Words(separator) | Shape::Initial(separator) | Shape::Role(separator) => {
                let (given, _) = local.split_once(separator)?;
                format!("{given}{separator}")
            }
            Shape::Long | Shape::Digits => local
                .chars()
                .next()
                .filter(char::is_ascii_alphabetic)?
                .to_string(),
            _ => return None,
        };
        // Behind it another number of as many digits.
        let word = match Shape::of(local) {
            Shape::Digits => local.trim_end_matches(|c: char| c.is_ascii_digit()),
            _ => local,
        };
        let number: String = local
            .bytes()
            .skip(word.len())
            .map(|digit| char::from(b'0' + (digit - b'0' + 7) % 10))
            .collect();
        let room = word.len().saturating_sub(begin.len());
        let mut rng = StdRng::seed_from_u64(mix(self.seed, &target.to_string()));
        let name = (0..KIN_TRIED)
            .map(|_| {
                let tails = if rng.random_bool(0.5) {
                    TAIL
                } else {
                    SHORT_TAIL
                };
                // As short as a family name is for whoever takes short names only.
                if rng.random_bool(0.2) {
                    format!("{begin}{}", pick(&mut rng, NOBODY))
                } else {
                    format!("{begin}{}{}", pick(&mut rng, HEAD), pick(&mut rng, tails))
                }
            })
            .min_by_key(|name| (name.len() - begin.len()).abs_diff(room))?;
        let name = format!("{name}{number}");
        let fits = name != local && Shape::of(&name) == Shape::of(local);
        let domain = self.postmaster.domain();
        fits.then(|| Address::new(&name, domain.clone()).ok())?
    }
}

/// A local part of a common shape: what stands before the family name, and that.
fn apart(local: &str) -> Option<(&str, &str)> {
    match Shape::of(local) {
        Shape::Words(separator) if separator != '+' => {
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
        Shape::Short => pick(rng, SHORT).to_owned(),
        Shape::Initials(count) => (0..count.max(2))
            .map(|_| char::from(RARE.choose(rng).copied().unwrap_or(b'x')))
            .collect(),
        Shape::Digits => format!("{initial}{family}{}", rng.random_range(3..10)),
        Shape::Code => {
            let letters = any_person(rng, Shape::Initials(2));
            format!("{letters}{}", rng.random_range(11..99))
        }
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
            decoys(7).of_shape(Shape::Short),
            decoys(7).of_shape(Shape::Short)
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
        // Nobody to exchange with, or only those who are asked for anyway.
        for people in [
            &["ada.marlow"][..],
            &["ada.marlow", "ada.stonefield"],
            &["ada.marlow", "ben.marlow"],
            &["ada+news", "ben+tips"],
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
