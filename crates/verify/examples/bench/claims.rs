//! What is claimed: domains of every kind with invented people.

use std::collections::BTreeSet;

use lode_testbed::{Character, DomainSpec, Script};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// Domains with the local parts that are asked for.
pub type Claims = Vec<(DomainSpec, Vec<String>)>;

const GIVEN: &[&str] = &[
    "ada", "ben", "clara", "dora", "emil", "finn", "gerd", "hana", "ivo", "jana",
];
const FAMILY: &[&str] = &[
    "marlow", "stone", "varnholm", "quill", "rost", "wend", "kamp", "lorne",
];

/// An invented person's local part in one of the usual shapes.
fn local(rng: &mut StdRng) -> String {
    let (given, family) = (*GIVEN.choose(rng).unwrap(), *FAMILY.choose(rng).unwrap());
    let initial = given.chars().next().unwrap();
    let number: u32 = rng.random_range(0..1000);
    match rng.random_range(0..10) {
        0..3 => format!("{given}.{family}"),
        3..5 => format!("{initial}{family}"),
        5 => format!("{given}_{family}"),
        6 => format!("{initial}.{family}"),
        7 => format!("{given}{number}"),
        8 => format!("{given}-{family}"),
        _ => given.to_owned(),
    }
}

/// So many different local parts.
fn locals(rng: &mut StdRng, count: usize) -> Vec<String> {
    let mut all = BTreeSet::new();
    while all.len() < count {
        all.insert(local(rng));
    }
    // In the order of their names the shapes would stand together.
    let mut all: Vec<String> = all.into_iter().collect();
    for index in (1..all.len()).rev() {
        all.swap(index, rng.random_range(0..=index));
    }
    all
}

/// How many kinds of domain there are: characters and scripts.
pub fn kinds() -> usize {
    Character::ALL.len() + Script::all().count()
}

/// The kind's name.
pub fn kind_of(spec: &DomainSpec) -> String {
    match &spec.script {
        Some(script) => format!("script {script}"),
        None => format!("character {:?}", spec.character),
    }
}

/// A domain of a kind. Below a listed suffix: some verifiers refuse others out of hand.
fn domain(index: usize) -> DomainSpec {
    let name = format!("d{index}.lode-bed.net");
    let kind = index % kinds();
    match Character::ALL.get(kind) {
        Some(&character) => DomainSpec::new(&name, character, &[]),
        None => {
            let script = Script::all().nth(kind - Character::ALL.len()).unwrap();
            DomainSpec {
                name,
                ..DomainSpec::scripted(script, &[])
            }
        }
    }
}

/// Random claims over every kind.
pub fn population(domains: usize, addresses: usize, seed: u64) -> Claims {
    let mut rng = StdRng::seed_from_u64(seed);
    (0..domains)
        .map(|index| {
            let mut spec = domain(index);
            let locals = locals(&mut rng, addresses);
            for local in &locals {
                match rng.random_range(0..10) {
                    0..5 => spec.mailboxes.push(local.clone()),
                    5 => spec.full.push(local.clone()),
                    6 => spec.disabled.push(local.clone()),
                    _ => {}
                }
            }
            (spec, locals)
        })
        .collect()
}

/// How companies form addresses, in per mille of the companies: the pattern that most of their
/// people have. Own measurement over companies of 10 to 29 known people (public git authors);
/// what no pattern explains left out.
const CONVENTIONS: &[(&str, u32)] = &[
    ("given.family", 590),
    ("gfamily", 115),
    ("family.given", 49),
    ("given", 49),
    ("g.family", 33),
    ("family", 16),
    ("given_family", 16),
];
/// The same in per mille of the people, for those who have not their company's pattern.
const OTHERS: &[(&str, u32)] = &[
    ("given.family", 500),
    ("gfamily", 113),
    ("given", 38),
    ("family.given", 37),
    ("g.family", 28),
    ("nick.family", 20),
    ("family", 15),
    ("given.m.family", 13),
    ("givenfamily", 12),
    ("giveng", 10),
    ("given_family", 8),
    ("familyg", 7),
    ("code", 90),
];
/// Share of a company's people who have its pattern, in per mille.
const SHARE: u32 = 733;

const ONSETS: &[&str] = &[
    "b", "br", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "st", "t", "v",
];
const MIDDLES: &[&str] = &[
    "al", "an", "ar", "el", "en", "er", "il", "in", "ol", "or", "un",
];
const ENDS: &[&str] = &[
    "berg", "dal", "er", "holm", "kamp", "ley", "man", "quist", "sen", "ton", "wood",
];

fn pick_weighted(rng: &mut StdRng, table: &[(&'static str, u32)]) -> &'static str {
    table.choose_weighted(rng, |(_, weight)| *weight).unwrap().0
}

/// An invented person's local part of a pattern.
fn local_of(rng: &mut StdRng, pattern: &str) -> String {
    let given = *GIVEN.choose(rng).unwrap();
    let family = format!(
        "{}{}{}",
        ONSETS.choose(rng).unwrap(),
        MIDDLES.choose(rng).unwrap(),
        ENDS.choose(rng).unwrap()
    );
    let (g, f) = (&given[..1], &family[..1]);
    match pattern {
        "gfamily" => format!("{g}{family}"),
        "family.given" => format!("{family}.{given}"),
        "given" => given.to_owned(),
        "g.family" => format!("{g}.{family}"),
        "family" => family,
        "given_family" => format!("{given}_{family}"),
        "nick.family" => format!("{}.{family}", &given[..2]),
        "given.m.family" => format!("{given}.{f}.{family}"),
        "givenfamily" => format!("{given}{family}"),
        "giveng" => format!("{given}{f}"),
        "familyg" => format!("{family}{g}"),
        "code" => format!("{g}{f}{}", rng.random_range(10..100)),
        _ => format!("{given}.{family}"),
    }
}

/// An ordinary domain and its people, most of whom follow one convention, and four fifths of
/// whom exist.
pub fn staff(name: &str, people: usize, seed: usize) -> (DomainSpec, Vec<String>) {
    let mut rng = StdRng::seed_from_u64(seed as u64);
    let convention = pick_weighted(&mut rng, CONVENTIONS);
    let mut locals: Vec<String> = vec![];
    while locals.len() < people {
        // There are only so many given names: further people have theirs with the family's.
        let pattern = if rng.random_range(0..1000) < SHARE {
            convention
        } else {
            pick_weighted(&mut rng, OTHERS)
        };
        let mut local = local_of(&mut rng, pattern);
        if locals.contains(&local) {
            local = local_of(&mut rng, "given.family");
        }
        if !locals.contains(&local) {
            locals.push(local);
        }
    }
    let mut spec = DomainSpec::new(name, Character::Ordinary, &[]);
    let exist = locals.iter().enumerate().filter(|(index, _)| index % 5 < 4);
    spec.mailboxes = exist.map(|(_, local)| local.clone()).collect();
    (spec, locals)
}
