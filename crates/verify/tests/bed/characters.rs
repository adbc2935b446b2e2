//! The engine against every character of the test bed, in one run: what it may say, what
//! it must prove, and its manners as the servers counted them.

use crate::harness::{domain_name, run, verifier};
use lode_testbed::{Bed, Character, DomainSpec, Scenario};

/// Invented people, in several shapes of address.
const PEOPLE: &[&str] = &[
    "ada.marlow",
    "ben.stonefield",
    "c.varnholm",
    "dora_quillby",
    "emarlow",
    "finn",
    "g-rostwick",
    "hal.o'wend",
    "ida+news",
];

fn specs() -> Vec<DomainSpec> {
    let mut specs = vec![];
    for &character in Character::ALL {
        let mut spec = DomainSpec::new(&domain_name(character), character, &PEOPLE[..4]);
        spec.full = vec![PEOPLE[4].to_owned()];
        spec.disabled = vec![PEOPLE[5].to_owned()];
        specs.push(spec);
    }
    specs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_character_gets_its_verdict() {
    let bed = Bed::start(Scenario {
        domains: specs(),
        ..Scenario::default()
    })
    .await
    .unwrap();
    let verifier = verifier(&bed);
    let claims = bed
        .scenario()
        .domains
        .iter()
        .map(|spec| {
            let locals = PEOPLE.iter().map(|&local| local.to_owned()).collect();
            (spec.clone(), locals)
        })
        .collect();
    let score = run(&bed, &verifier, claims).await;
    println!("{score:?}");
    assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
    assert_eq!(score.over_claimed, 0);
    assert_eq!(score.false_invalid, 0);
    assert_eq!(score.proved, score.provable);
    crate::harness::assert_manners(&bed).await;
}

/// One address a domain, as a single look-up asks: the verdicts are the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_look_ups_agree() {
    let bed = Bed::start(Scenario {
        domains: specs(),
        ..Scenario::default()
    })
    .await
    .unwrap();
    for local in ["ada.marlow", "nobody.here", "emarlow"] {
        let verifier = verifier(&bed);
        let claims = bed
            .scenario()
            .domains
            .iter()
            .map(|spec| (spec.clone(), vec![local.to_owned()]))
            .collect();
        let score = run(&bed, &verifier, claims).await;
        assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
        assert_eq!(score.proved, score.provable);
    }
    crate::harness::assert_manners(&bed).await;
}
