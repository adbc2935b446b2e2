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

/// An ordinary domain and its people, four fifths of whom exist.
pub fn staff(name: &str, people: usize, seed: usize) -> (DomainSpec, Vec<String>) {
    let mut rng = StdRng::seed_from_u64(seed as u64);
    let locals: Vec<String> = (0..people)
        .map(|n| format!("{}{n}", local(&mut rng)))
        .collect();
    let mut spec = DomainSpec::new(name, Character::Ordinary, &[]);
    let exist = locals.iter().enumerate().filter(|(index, _)| index % 5 < 4);
    spec.mailboxes = exist.map(|(_, local)| local.clone()).collect();
    (spec, locals)
}
