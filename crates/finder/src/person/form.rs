//! Conventions of spelling, and which of them a domain follows.

use std::collections::BTreeMap;

/// One way of writing a part of a name that can be written in several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Form {
    /// `ü` as `ue`.
    UmlautDigraph,
    /// `ü` as `u`.
    UmlautPlain,
    /// The given name as displayed.
    GivenLiteral,
    /// A short or full form in place of the displayed given name.
    GivenNickname,
    /// `jean-marc`.
    GivenHyphen,
    /// `jean.marc`.
    GivenDotted,
    /// `jean`.
    GivenFirstOnly,
    /// `jm`.
    GivenInitials,
    /// `jeanmarc`.
    GivenJoined,
    /// `vandenberg`.
    ParticleJoined,
    /// `van-den-berg`.
    ParticleHyphen,
    /// `van_den_berg`.
    ParticleUnderscore,
    /// `berg`.
    ParticleDropped,
    /// `van.den.berg`.
    ParticleDotted,
    /// `vdberg`.
    ParticleInitials,
    /// `smith-jones`.
    FamilyHyphen,
    /// `smith`.
    FamilyFirstOnly,
    /// `jones`.
    FamilyLastOnly,
    /// `smithjones`.
    FamilyJoined,
    /// `smith.jones`.
    FamilyDotted,
    /// `obrien`.
    ApostropheRemoved,
    /// `o'brien`.
    ApostropheKept,
}

/// A question of spelling that a domain answers mostly one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Question {
    Umlaut,
    GivenSource,
    CompoundGiven,
    Particle,
    CompoundFamily,
    Apostrophe,
}

impl Form {
    fn question(self) -> Question {
        match self {
            Self::UmlautDigraph | Self::UmlautPlain => Question::Umlaut,
            Self::GivenLiteral | Self::GivenNickname => Question::GivenSource,
            Self::GivenHyphen
            | Self::GivenDotted
            | Self::GivenFirstOnly
            | Self::GivenInitials
            | Self::GivenJoined => Question::CompoundGiven,
            Self::ParticleJoined
            | Self::ParticleHyphen
            | Self::ParticleUnderscore
            | Self::ParticleDropped
            | Self::ParticleDotted
            | Self::ParticleInitials => Question::Particle,
            Self::FamilyHyphen
            | Self::FamilyFirstOnly
            | Self::FamilyLastOnly
            | Self::FamilyJoined
            | Self::FamilyDotted => Question::CompoundFamily,
            Self::ApostropheRemoved | Self::ApostropheKept => Question::Apostrophe,
        }
    }
}

/// How strongly the general counts hold against what a domain shows: as much as one known
/// address, as for patterns.
const PRIOR_STRENGTH: f64 = 1.0;

/// The conventions seen at a domain: (soft) counts of the forms that its known addresses
/// follow.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Habits {
    seen: BTreeMap<Form, f64>,
}

impl Habits {
    /// Adds an observation, or a share of one.
    pub fn add(&mut self, form: Form, share: f64) {
        *self.seen.entry(form).or_insert(0.0) += share;
    }

    /// The probability of `form`, which is `prior` where nothing is known of the domain:
    /// the mean of a Dirichlet posterior.
    #[must_use]
    pub fn probability(&self, form: Form, prior: f64) -> f64 {
        let question = form.question();
        let (mut of_form, mut of_question) = (0.0, 0.0);
        for (seen, count) in &self.seen {
            if seen.question() == question {
                of_question += count;
                if *seen == form {
                    of_form += count;
                }
            }
        }
        (PRIOR_STRENGTH * prior + of_form) / (PRIOR_STRENGTH + of_question)
    }
}

/// One of several values, with its probability and the conventions that it follows.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Weighted<T> {
    pub(super) value: T,
    pub(super) weight: f64,
    pub(super) forms: Vec<Form>,
}

impl<T> Weighted<T> {
    /// The only value there is.
    pub(super) fn certain(value: T) -> Self {
        Self {
            value,
            weight: 1.0,
            forms: Vec::new(),
        }
    }

    /// A value that follows one convention.
    pub(super) fn by(value: T, form: Form, weight: f64) -> Self {
        Self {
            value,
            weight,
            forms: vec![form],
        }
    }
}

impl<T> Weighted<Option<T>> {
    /// No value, for certain.
    pub(super) fn none() -> Self {
        Self::certain(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_shows_its_habit_is_believed() {
        let mut habits = Habits::default();
        assert!((habits.probability(Form::UmlautPlain, 0.4) - 0.4).abs() < 1e-12);
        habits.add(Form::UmlautPlain, 1.0);
        habits.add(Form::GivenJoined, 5.0);
        assert!((habits.probability(Form::UmlautPlain, 0.4) - 0.7).abs() < 1e-12);
        assert!((habits.probability(Form::UmlautDigraph, 0.6) - 0.3).abs() < 1e-12);
    }
}
