//! Cross-validation of the candidates: how often, and how surely, the right one leads.

use lode_core::name;
use lode_finder::candidates::rank;
use lode_finder::pattern::PatternModel;
use lode_finder::{CompanySize, KnownAddress, PatternEvidence, SizeHint};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::index::sample;

use super::population::Company;

/// Figures for one number of known examples.
#[derive(Debug, Clone)]
pub struct Figures {
    /// Known examples at the domain.
    pub known: usize,
    /// People asked for.
    pub people: usize,
    /// Share whose address led, was among the first five, among the first ten.
    pub hit: [f64; 3],
    /// Expected calibration error of the first guess's probability, ten equal bins.
    pub ece: f64,
    /// Brier score of the same.
    pub brier: f64,
    /// Mean first probability and share right, by bin.
    pub bins: Vec<(usize, f64, f64)>,
}

/// What is told of a company's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// Its class.
    Class,
    /// How many of its people are known, the one asked for among them: as the server asks.
    People,
    /// Nothing.
    Nothing,
}

/// Asks for every person of every domain with `known` others of the domain known.
pub fn measure(companies: &[Company], known: usize, told: Told, seed: u64) -> Figures {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut guesses: Vec<(f64, bool)> = Vec::new();
    let mut hits = [0_usize; 3];
    for company in companies
        .iter()
        .filter(|company| company.people.len() > known)
    {
        let class = || serde_json::from_value::<CompanySize>(company.size.clone().into());
        let size = match told {
            Told::Class => SizeHint::Employees(class().unwrap()),
            Told::People => SizeHint::AtLeast(known as u32 + 1),
            Told::Nothing => SizeHint::NONE,
        };
        for (at, person) in company.people.iter().enumerate() {
            let addresses = sample(&mut rng, company.people.len() - 1, known)
                .into_iter()
                .map(|other| &company.people[if other < at { other } else { other + 1 }])
                .map(|other| KnownAddress {
                    email: other.email.clone(),
                    name: Some(other.name.clone()),
                    weight: 1.0,
                })
                .collect();
            let evidence = PatternEvidence {
                addresses,
                refuted: Vec::new(),
            };
            let model = PatternModel::learn(&company.domain, size, &evidence);
            let ranked = rank(&name::parse(&person.name), &model, &evidence).list;
            let place = ranked
                .iter()
                .position(|candidate| candidate.email == person.email);
            for (hit, within) in hits.iter_mut().zip([1, 5, 10]) {
                *hit += usize::from(place.is_some_and(|place| place < within));
            }
            let top = ranked
                .first()
                .map_or(0.0, |candidate| candidate.probability);
            guesses.push((top, place == Some(0)));
        }
    }
    let people = guesses.len();
    let share = |count: usize| count as f64 / people as f64;
    let brier = guesses
        .iter()
        .map(|(p, right)| (p - f64::from(u8::from(*right))).powi(2))
        .sum::<f64>()
        / people as f64;
    let mut bins = vec![(0_usize, 0.0, 0.0); 10];
    for (p, right) in &guesses {
        let bin = &mut bins[((p * 10.0) as usize).min(9)];
        bin.0 += 1;
        bin.1 += p;
        bin.2 += f64::from(u8::from(*right));
    }
    let ece = bins
        .iter()
        .map(|(_, p, right)| (p - right).abs())
        .sum::<f64>()
        / people as f64;
    for (count, p, right) in &mut bins {
        let n = (*count).max(1) as f64;
        (*p, *right) = (*p / n, *right / n);
    }
    Figures {
        known,
        people,
        hit: hits.map(share),
        ece,
        brier,
        bins,
    }
}
