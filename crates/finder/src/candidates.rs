//! Candidate addresses of a person at a domain, likeliest first.

use std::collections::HashMap;

use lode_core::name::PersonName;

use crate::pattern::PatternModel;
use crate::request::PatternEvidence;

/// A candidate address.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The address.
    pub email: String,
    /// Its local part.
    pub local: String,
    /// Name of the likeliest pattern that gives it.
    pub pattern: &'static str,
    /// Probability that it is the person's address.
    pub probability: f64,
}

/// Ranked candidates.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Candidates {
    /// Likeliest first; no address twice.
    pub list: Vec<Candidate>,
    /// Whether the name had to be romanised.
    pub romanised: bool,
}

/// Most candidates kept.
pub const CANDIDATES_MAX: usize = 40;

/// What is left of a candidate's probability where the address is known to be somebody
/// else's.
const TAKEN: f64 = 0.02;

/// The candidates for `name` at the model's domain. Several patterns and spellings that
/// give the same address add up.
#[must_use]
pub fn rank(name: &PersonName, model: &PatternModel, evidence: &PatternEvidence) -> Candidates {
    let spellings = model.spellings(name);
    let mut found: HashMap<String, (f64, &'static str, f64)> = HashMap::new();
    for has_middle in [false, true] {
        // A reading may use the middle name up ("Ana Garza Ruiz" as a double surname).
        let of_kind = || {
            spellings
                .list
                .iter()
                .filter(|spelling| spelling.middle_initial.is_some() == has_middle)
        };
        if of_kind().next().is_none() {
            continue;
        }
        for (pattern, probability) in model.probabilities(has_middle) {
            for spelling in of_kind() {
                let Some(local) = pattern.template.render(spelling) else {
                    continue;
                };
                let share = probability * spelling.weight;
                let entry = found.entry(local).or_insert((0.0, pattern.name, 0.0));
                entry.0 += share;
                if share > entry.2 {
                    (entry.1, entry.2) = (pattern.name, share);
                }
            }
        }
    }
    let mut list: Vec<Candidate> = found
        .into_iter()
        .map(|(local, (probability, pattern, _))| Candidate {
            email: format!("{local}@{}", model.domain()),
            local,
            pattern,
            probability,
        })
        .collect();
    discount_taken(&mut list, name, evidence);
    list.sort_by(|a, b| {
        b.probability
            .total_cmp(&a.probability)
            .then_with(|| a.local.cmp(&b.local))
    });
    list.truncate(CANDIDATES_MAX);
    Candidates {
        list,
        romanised: spellings.romanised,
    }
}

/// An address known to be another person's is hardly this one's too.
fn discount_taken(list: &mut [Candidate], name: &PersonName, evidence: &PatternEvidence) {
    let taken: HashMap<String, f64> = evidence
        .addresses
        .iter()
        .filter(|known| {
            known.name.as_deref().is_some_and(|other| {
                let other = lode_core::name::parse(other);
                other.family.is_some() && !same_person(&other, name)
            })
        })
        .map(|known| {
            (
                known.email.to_ascii_lowercase(),
                known.weight.clamp(0.0, 1.0),
            )
        })
        .collect();
    for candidate in list {
        if let Some(weight) = taken.get(&candidate.email) {
            candidate.probability *= 1.0 - weight * (1.0 - TAKEN);
        }
    }
}

fn same_person(a: &PersonName, b: &PersonName) -> bool {
    let fold = |part: &Option<String>| part.as_deref().unwrap_or_default().to_lowercase();
    fold(&a.given) == fold(&b.given) && fold(&a.family) == fold(&b.family)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{KnownAddress, SizeHint};

    fn name(given: &str, family: &str) -> PersonName {
        PersonName {
            given: Some(given.to_owned()),
            family: (!family.is_empty()).then(|| family.to_owned()),
            ..PersonName::default()
        }
    }

    fn ranked(name: &PersonName, domain: &str, evidence: &PatternEvidence) -> Candidates {
        rank(
            name,
            &PatternModel::learn(domain, SizeHint::NONE, evidence),
            evidence,
        )
    }

    fn first(candidates: &Candidates, n: usize) -> Vec<&str> {
        candidates
            .list
            .iter()
            .take(n)
            .map(|c| c.local.as_str())
            .collect()
    }

    #[test]
    fn the_common_patterns_lead() {
        let all = ranked(
            &name("Jane", "Doe"),
            "firma.example",
            &PatternEvidence::default(),
        );
        assert_eq!(first(&all, 3), ["jane.doe", "jdoe", "jane"]);
        let total: f64 = all.list.iter().map(|c| c.probability).sum();
        assert!(total < 0.9, "{total}");
        assert!(
            all.list
                .windows(2)
                .all(|w| w[0].probability >= w[1].probability)
        );
    }

    /// The given name alone is what small companies use: third at a company of which nothing is
    /// known, it falls back as more people are known there.
    #[test]
    fn the_more_people_are_known_the_less_is_the_given_name_alone() {
        let evidence = PatternEvidence::default();
        let place = |people| {
            let size = SizeHint::AtLeast(people);
            let model = PatternModel::learn("firma.example", size, &evidence);
            let all = rank(&name("Jane", "Doe"), &model, &evidence);
            let locals: Vec<&str> = all.list.iter().map(|c| c.local.as_str()).collect();
            assert_eq!(locals[..2], ["jane.doe", "jdoe"], "{people}");
            locals.iter().position(|local| *local == "jane").unwrap()
        };
        let places = [1, 4, 5, 10, 30].map(place);
        assert_eq!(places[..2], [2, 2]);
        assert!(places[3] > 2 && places.is_sorted(), "{places:?}");
    }

    #[test]
    fn umlauts_are_tried_both_ways() {
        let all = ranked(
            &name("Jürgen", "Müller"),
            "firma.de",
            &PatternEvidence::default(),
        );
        let locals = first(&all, 12);
        for expected in ["juergen.mueller", "jurgen.muller", "jmueller", "jmuller"] {
            assert!(locals.contains(&expected), "{expected} not in {locals:?}");
        }
        assert!(!locals.contains(&"juergen.muller"));
    }

    #[test]
    fn hard_names_give_their_forms_among_the_first() {
        for (given, family, expected) in [
            (
                "Anna",
                "van den Berg",
                &["anna.vandenberg", "anna.berg", "avandenberg"][..],
            ),
            (
                "Jean-Marc",
                "Petit",
                &["jean-marc.petit", "jean.marc.petit", "jeanmarc.petit"],
            ),
            ("Siobhán", "O'Connell", &["siobhan.oconnell", "soconnell"]),
            (
                "Ana",
                "Garza Ruiz",
                &["ana.garza", "ana.ruiz", "ana.garzaruiz"],
            ),
            (
                "Eva",
                "Muster-Beispiel",
                &["eva.muster-beispiel", "eva.muster"],
            ),
            ("Bill", "Sample", &["bill.sample", "william.sample"]),
            (
                "Юлия",
                "Примерова",
                &["yulia.primerova", "iuliia.primerova"],
            ),
            ("小明", "王", &["xiaoming.wang"]),
        ] {
            let all = ranked(
                &name(given, family),
                "firma.example",
                &PatternEvidence::default(),
            );
            let locals = first(&all, 12);
            for expected in expected {
                assert!(
                    locals.contains(expected),
                    "{given} {family}: {expected} not in {locals:?}"
                );
            }
        }
    }

    #[test]
    fn a_mononym_has_its_one_candidate() {
        let all = ranked(
            &name("Madonna", ""),
            "firma.example",
            &PatternEvidence::default(),
        );
        assert_eq!(first(&all, 5), ["madonna"]);
        let none = ranked(&name("★", ""), "firma.example", &PatternEvidence::default());
        assert!(none.list.is_empty());
    }

    #[test]
    fn an_address_of_somebody_else_is_not_the_guess() {
        let evidence = PatternEvidence {
            addresses: vec![KnownAddress {
                email: "jdoe@firma.example".to_owned(),
                name: Some("John Doe".to_owned()),
                weight: 1.0,
            }],
            refuted: Vec::new(),
        };
        let all = ranked(&name("Jane", "Doe"), "firma.example", &evidence);
        assert_ne!(first(&all, 1), ["jdoe"]);
        let own = ranked(&name("John", "Doe"), "firma.example", &evidence);
        assert_eq!(first(&own, 1), ["jdoe"]);
    }

    proptest::proptest! {
        #[test]
        fn any_name_gives_addresses_that_are_safe_to_ask_about(
            given in "\\PC{0,40}|[\\x00-\\x7f]{0,40}",
            middle in proptest::option::of("\\PC{0,20}"),
            family in proptest::option::of("\\PC{0,40}|(van|de|al|O)[ '-]\\PC{0,20}"),
            nickname in proptest::option::of("\\PC{0,20}"),
        ) {
            let name = PersonName {
                given: Some(given),
                middle,
                family,
                nickname,
                ..PersonName::default()
            };
            let all = ranked(&name, "firma.example", &PatternEvidence::default());
            let total: f64 = all.list.iter().map(|candidate| candidate.probability).sum();
            proptest::prop_assert!(total <= 1.0 + 1e-9, "{}", total);
            for candidate in &all.list {
                proptest::prop_assert!(candidate.probability >= 0.0);
                let address = lode_verify::Address::parse(&candidate.email);
                proptest::prop_assert!(address.is_ok(), "{}", candidate.email);
            }
        }

        #[test]
        fn any_evidence_keeps_probabilities_in_bounds(
            known in proptest::collection::vec(
                ("[a-z._-]{1,12}", proptest::option::of("[A-Z][a-z]{1,6} [A-Z][a-z]{1,6}"), proptest::num::f64::ANY),
                0..12,
            ),
        ) {
            let evidence = PatternEvidence {
                addresses: known
                    .into_iter()
                    .map(|(local, name, weight)| KnownAddress {
                        email: format!("{local}@firma.example"),
                        name,
                        weight,
                    })
                    .collect(),
                refuted: Vec::new(),
            };
            let all = ranked(&name("Jane", "Doe"), "firma.example", &evidence);
            let total: f64 = all.list.iter().map(|candidate| candidate.probability).sum();
            proptest::prop_assert!(total.is_finite() && total <= 1.0 + 1e-9, "{}", total);
        }
    }
}
