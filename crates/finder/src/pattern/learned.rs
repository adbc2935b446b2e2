//! How a domain forms its addresses: the prior by company size, and what its known
//! addresses show.

use lode_core::name;

use super::{Pattern, all, shape};
use crate::person::{Context, Form, Habits, Spellings, spellings};
use crate::request::{KnownAddress, PatternEvidence, SizeHint};

/// How strongly the prior may hold against known addresses, in known addresses, each with
/// its probability before any is known. Weak: the domain has one pattern; strong: it has
/// many. Around 1 on the whole (of 1, 2 and 4, that predicted best in cross-validation);
/// what the addresses show decides how mixed a domain is.
const STRENGTHS: [(f64, f64); 4] = [(0.13, 0.42), (1.0, 0.1), (4.0, 0.2), (16.0, 0.28)];

/// How much likelier a pattern with a middle name is where the name has one: the shares
/// count everybody, most of whom show none.
const MIDDLE_FACTOR: f64 = 5.0;

/// Share of a middle-name pattern that goes to its stand-in where a name has no middle
/// name; the rest cannot be derived.
const STAND_IN: f64 = 0.6;

/// Most known addresses read.
const ADDRESSES_MAX: usize = 200;

/// Probabilities of the patterns at one domain.
#[derive(Debug, Clone)]
pub struct PatternModel {
    counts: Vec<f64>,
    underivable: f64,
    /// Probability of each of [`STRENGTHS`].
    strengths: [f64; STRENGTHS.len()],
    observations: f64,
    size: SizeHint,
    domain: String,
    habits: Habits,
}

impl PatternModel {
    /// Learns from what is known of `domain` (lower case, ASCII form).
    #[must_use]
    pub fn learn(domain: &str, size: impl Into<SizeHint>, evidence: &PatternEvidence) -> Self {
        let mut model = Self {
            counts: vec![0.0; all().len()],
            underivable: 0.0,
            strengths: STRENGTHS.map(|(_, probability)| probability),
            observations: 0.0,
            size: size.into(),
            domain: domain.to_owned(),
            habits: Habits::default(),
        };
        for known in evidence.addresses.iter().take(ADDRESSES_MAX) {
            model.observe(known);
        }
        for wrong in evidence.refuted.iter().take(ADDRESSES_MAX) {
            model.refute(wrong);
        }
        model
    }

    /// The domain that this is about.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// How many observations it rests on; 0 is the prior alone.
    #[must_use]
    pub fn observations(&self) -> f64 {
        self.observations
    }

    /// All spellings of a name, by the conventions seen at the domain.
    #[must_use]
    pub fn spellings(&self, name: &name::PersonName) -> Spellings {
        spellings(
            name,
            Context {
                domain: &self.domain,
                habits: &self.habits,
            },
        )
    }

    /// The patterns with their probabilities, for a name with or without a middle name.
    /// What is missing to 1 is the probability that the address cannot be derived.
    #[must_use]
    pub fn probabilities(&self, has_middle: bool) -> Vec<(&'static Pattern, f64)> {
        let mut all: Vec<(&Pattern, f64)> = all()
            .iter()
            .zip(&self.counts)
            .map(|(pattern, count)| {
                let share = self.prior(pattern, has_middle);
                (pattern, self.posterior(share, *count))
            })
            .collect();
        if !has_middle {
            let moved: Vec<(&str, f64)> = all
                .iter()
                .filter_map(|(pattern, p)| Some((pattern.without_middle?, p * STAND_IN)))
                .collect();
            for (to, share) in moved {
                for (pattern, p) in &mut all {
                    if pattern.name == to {
                        *p += share;
                    }
                }
            }
            all.retain(|(pattern, _)| !pattern.needs_middle());
        }
        all
    }

    fn prior(&self, pattern: &Pattern, has_middle: bool) -> f64 {
        let share = pattern.share(self.size);
        if !has_middle {
            return share;
        }
        // What the middle-name patterns gain, the others lose in proportion.
        let with: f64 = all()
            .iter()
            .filter(|pattern| pattern.needs_middle())
            .map(|pattern| pattern.share(self.size))
            .sum();
        if pattern.needs_middle() {
            share * MIDDLE_FACTOR
        } else {
            share * (1.0 - with * MIDDLE_FACTOR) / (1.0 - with)
        }
    }

    /// Mean of the Dirichlet posteriors, weighted by the probability of their strengths.
    fn posterior(&self, prior: f64, count: f64) -> f64 {
        STRENGTHS
            .iter()
            .zip(&self.strengths)
            .map(|((strength, _), probability)| {
                probability * (strength * prior + count) / (strength + self.observations)
            })
            .sum()
    }

    /// Updates the strengths' probabilities by how well each foresaw an observation: one
    /// that `prior` and `count` stand for, summed over all that explains it.
    fn weigh_strengths(&mut self, prior: f64, count: f64, weight: f64) {
        let observations = self.observations;
        for ((strength, _), probability) in STRENGTHS.iter().zip(&mut self.strengths) {
            let foreseen = (strength * prior + count) / (strength + observations);
            *probability *= foreseen.max(f64::MIN_POSITIVE).powf(weight);
        }
        let total: f64 = self.strengths.iter().sum();
        if total > 0.0 {
            for probability in &mut self.strengths {
                *probability /= total;
            }
        }
    }

    /// The local part of an address at the domain, and how much it counts.
    fn weighed(&self, known: &KnownAddress) -> Option<(String, f64)> {
        let weight = if known.weight.is_finite() {
            known.weight.clamp(0.0, 1.0)
        } else {
            0.0
        };
        let (local, domain) = known.email.rsplit_once('@')?;
        (weight > 0.0 && domain.eq_ignore_ascii_case(&self.domain))
            .then(|| (local.to_ascii_lowercase(), weight))
    }

    /// Takes in that a person's address is not this one: whoever it is has another, so the
    /// observation is shared among all that would not have given this one, by how likely
    /// each is.
    fn refute(&mut self, wrong: &KnownAddress) {
        let Some((local, weight)) = self.weighed(wrong) else {
            return;
        };
        let Some(name) = wrong.name.as_deref().map(name::parse) else {
            return;
        };
        let spellings = self.spellings(&name);
        if spellings.list.is_empty() {
            return;
        }
        let probabilities = self.probabilities(name.middle.is_some());
        let derivable: f64 = probabilities.iter().map(|(_, p)| p).sum();
        let gives = |pattern: &Pattern| {
            spellings
                .list
                .iter()
                .any(|spelling| pattern.template.render(spelling).as_deref() == Some(&*local))
        };
        let (giving, others): (Vec<_>, Vec<_>) = probabilities
            .into_iter()
            .partition(|(pattern, _)| gives(pattern));
        let underivable = (1.0 - derivable).max(0.0);
        let rest = underivable + others.iter().map(|(_, p)| p).sum::<f64>();
        // Nothing that we know of gave it: it says nothing of how addresses are formed here.
        if giving.is_empty() || rest <= 0.0 {
            return;
        }
        for (pattern, count) in all().iter().zip(&mut self.counts) {
            let share = others.iter().find(|(of, _)| of.name == pattern.name);
            *count += share.map_or(0.0, |(_, p)| p / rest * weight);
        }
        self.underivable += underivable / rest * weight;
        self.observations += weight;
    }

    fn observe(&mut self, known: &KnownAddress) {
        let Some((local, weight)) = self.weighed(known) else {
            return;
        };
        match known.name.as_deref().filter(|name| !name.trim().is_empty()) {
            Some(name) => self.observe_named(&local, name, weight),
            None => self.observe_shape(&local, weight),
        }
    }

    /// Shares one observation among the patterns and conventions that explain it.
    fn observe_named(&mut self, local: &str, name: &str, weight: f64) {
        let name = name::parse(name);
        let spellings = self.spellings(&name);
        if spellings.list.is_empty() {
            return self.observe_shape(local, weight);
        }
        let has_middle = name.middle.is_some();
        let mut explained: Vec<(&Pattern, &[Form], f64)> = Vec::new();
        for (pattern, probability) in self.probabilities(has_middle) {
            for spelling in &spellings.list {
                if pattern.template.render(spelling).as_deref() == Some(local) {
                    explained.push((pattern, &spelling.forms, probability * spelling.weight));
                }
            }
        }
        let total: f64 = explained.iter().map(|(.., share)| share).sum();
        if total <= 0.0 {
            let derivable: f64 = all().iter().map(|pattern| pattern.share(self.size)).sum();
            self.weigh_strengths(1.0 - derivable, self.underivable, weight);
            self.underivable += weight;
            self.observations += weight;
            return;
        }
        let mut shares = Vec::with_capacity(explained.len());
        for (pattern, forms, share) in explained {
            let share = share / total;
            shares.push((pattern, share));
            for form in forms {
                self.habits.add(*form, share * weight);
            }
        }
        self.count(&shares, weight);
    }

    /// The same for an address of nobody known: any pattern that fits its shape explains it.
    fn observe_shape(&mut self, local: &str, weight: f64) {
        let fitting: Vec<(&Pattern, f64)> = self
            .probabilities(true)
            .into_iter()
            .filter(|(pattern, _)| shape::fits(local, pattern))
            .collect();
        let total: f64 = fitting.iter().map(|(_, share)| share).sum();
        // A shape that no pattern fits says little: it may be no person's address at all.
        if total > 0.0 {
            let shares: Vec<_> = fitting
                .into_iter()
                .map(|(pattern, share)| (pattern, share / total))
                .collect();
            self.count(&shares, weight);
        }
    }

    fn count(&mut self, shares: &[(&Pattern, f64)], weight: f64) {
        let (mut prior, mut count) = (0.0, 0.0);
        for (pattern, known) in all().iter().zip(&self.counts) {
            for (_, share) in shares.iter().filter(|(of, _)| of.name == pattern.name) {
                prior += share * pattern.share(self.size);
                count += share * known;
            }
        }
        self.weigh_strengths(prior, count, weight);
        for (pattern, count) in all().iter().zip(&mut self.counts) {
            for (of, share) in shares {
                if of.name == pattern.name {
                    *count += share * weight;
                }
            }
        }
        self.observations += weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::CompanySize;

    fn known(email: &str, name: Option<&str>) -> KnownAddress {
        KnownAddress {
            email: email.to_owned(),
            name: name.map(str::to_owned),
            weight: 1.0,
        }
    }

    fn top(model: &PatternModel) -> (&'static str, f64) {
        model
            .probabilities(false)
            .into_iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(pattern, p)| (pattern.name, p))
            .unwrap()
    }

    fn learn(addresses: Vec<KnownAddress>) -> PatternModel {
        learn_all(addresses, Vec::new())
    }

    fn learn_all(addresses: Vec<KnownAddress>, refuted: Vec<KnownAddress>) -> PatternModel {
        let evidence = PatternEvidence { addresses, refuted };
        PatternModel::learn("firma.example", SizeHint::NONE, &evidence)
    }

    fn probability_of(model: &PatternModel, name: &str) -> f64 {
        let all = model.probabilities(false);
        all.iter()
            .find(|(pattern, _)| pattern.name == name)
            .unwrap()
            .1
    }

    #[test]
    fn a_bounce_lowers_and_a_delivery_confirms() {
        let nothing = learn(Vec::new());
        let wrong = known("ada.marlow@firma.example", Some("Ada Marlow"));
        let bounced = learn_all(Vec::new(), vec![wrong.clone()]);
        assert!(
            probability_of(&bounced, "first.last") < probability_of(&nothing, "first.last") * 0.8
        );
        assert!(probability_of(&bounced, "flast") > probability_of(&nothing, "flast"));
        let sum: f64 = bounced.probabilities(false).iter().map(|(_, p)| p).sum();
        assert!(sum <= 1.0 + 1e-9, "{sum}");
        // A pattern that many addresses confirm outlives one bounce: people leave.
        let many: Vec<_> = [
            ("bo.stone@firma.example", "Bo Stone"),
            ("cleo.hart@firma.example", "Cleo Hart"),
            ("dora.finch@firma.example", "Dora Finch"),
            ("emil.gross@firma.example", "Emil Gross"),
        ]
        .map(|(email, name)| known(email, Some(name)))
        .into();
        let sure = learn(many.clone());
        let after = learn_all(many, vec![wrong]);
        assert_eq!(top(&after).0, "first.last");
        assert!(top(&after).1 < top(&sure).1);
    }

    #[test]
    fn a_bounce_that_no_pattern_gives_says_nothing() {
        let nothing = learn(Vec::new());
        for wrong in [
            known("xq77@firma.example", Some("Ada Marlow")),
            known("ada.marlow@firma.example", None),
            known("ada.marlow@other.example", Some("Ada Marlow")),
        ] {
            let model = learn_all(Vec::new(), vec![wrong]);
            let same = (top(&model).1 - top(&nothing).1).abs() < 1e-12;
            assert!(same);
        }
    }

    #[test]
    fn the_prior_leads_where_nothing_is_known() {
        let model = learn(Vec::new());
        assert_eq!(top(&model).0, "first.last");
        assert!(model.observations().abs() < f64::EPSILON);
        let micro = PatternModel::learn(
            "firma.example",
            Some(CompanySize::Micro),
            &PatternEvidence::default(),
        );
        let first = |model: &PatternModel| {
            model
                .probabilities(false)
                .iter()
                .find(|(p, _)| p.name == "first")
                .unwrap()
                .1
        };
        assert!(first(&micro) > first(&model));
    }

    #[test]
    fn one_known_address_turns_the_domain() {
        let model = learn(vec![known("ADoe@Firma.example", Some("Ann Doe"))]);
        let (name, p) = top(&model);
        assert_eq!(name, "flast");
        assert!(p > 0.5 && p < 0.6, "{p}");
    }

    #[test]
    fn conventions_are_learned_with_the_pattern() {
        let model = learn(vec![
            known("jorg.muller@firma.example", Some("Jörg Müller")),
            known("eva.lena.muster@firma.example", Some("Eva-Lena Muster")),
        ]);
        let spelt = model.spellings(&name::PersonName {
            given: Some("Karl-Jürgen".to_owned()),
            family: Some("Böhm".to_owned()),
            ..name::PersonName::default()
        });
        let best = spelt.list.first().unwrap();
        assert_eq!(
            (best.first.as_str(), best.last.as_deref()),
            ("karl.jurgen", Some("bohm"))
        );
    }

    #[test]
    fn what_cannot_be_derived_lowers_every_guess() {
        let before = top(&learn(Vec::new())).1;
        let after = top(&learn(vec![known("xk92@firma.example", Some("Ann Doe"))])).1;
        assert!(after < before * 0.6);
    }

    #[test]
    fn other_domains_and_bad_weights_are_ignored() {
        let mut bad = known("ann.doe@firma.example", Some("Ann Doe"));
        bad.weight = f64::NAN;
        let model = learn(vec![
            bad,
            known("adoe@other.example", Some("Ann Doe")),
            known("no address", None),
        ]);
        assert!(model.observations().abs() < f64::EPSILON);
    }

    #[test]
    fn shapes_count_where_no_name_is_known() {
        let model = learn(vec![known("j.doe@firma.example", None)]);
        assert_eq!(top(&model).0, "f.last");
    }

    #[test]
    fn probabilities_never_exceed_one() {
        for has_middle in [false, true] {
            for size in [
                None,
                Some(CompanySize::Micro),
                Some(CompanySize::Enterprise),
            ] {
                let model = PatternModel::learn("a.example", size, &PatternEvidence::default());
                let total: f64 = model.probabilities(has_middle).iter().map(|(_, p)| p).sum();
                assert!(
                    total > 0.5 && total < 0.95,
                    "{size:?} {has_middle}: {total}"
                );
            }
        }
    }
}
