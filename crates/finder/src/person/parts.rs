//! Given and family names of several words, in every way that addresses write them.

use super::form::{Form, Habits, Weighted};
use super::letters::{self, Script};

/// A part of a name as it stands in a local part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Written out; empty where only the initial is known.
    pub(super) full: String,
    /// Its initial or initials.
    pub(super) initial: String,
}

impl Part {
    fn new(full: String, initial: String) -> Self {
        Self { full, initial }
    }

    /// The part written out, unless only its initial is known.
    pub(super) fn full_if_known(&self) -> Option<String> {
        (self
            .full
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .count()
            > 1)
        .then(|| self.full.clone())
    }
}

/// Most words read of a given or family name.
const WORDS_MAX: usize = 6;

fn words(text: &str, script: Script) -> Vec<String> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '‐' | '‑' | '–' | '.' | '/' | '·'))
        .map(|word| letters::spell(word, script))
        .filter(|word| word.chars().any(|c| c.is_ascii_alphanumeric()))
        .take(WORDS_MAX)
        .collect()
}

fn initials(words: &[String]) -> String {
    words
        .iter()
        .filter_map(|word| letters::initial(word))
        .collect()
}

/// A given name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Given {
    words: Vec<String>,
    hyphenated: bool,
}

impl Given {
    /// Splits a displayed given name; `None` where it has no usable letter.
    pub(super) fn split(text: &str, script: Script) -> Option<Self> {
        let words = words(text, script);
        (!words.is_empty()).then(|| Self {
            words,
            hyphenated: text.contains(['-', '‐', '‑', '–']),
        })
    }

    /// Every way of writing it.
    pub(super) fn choices(&self, habits: &Habits) -> Vec<Weighted<Part>> {
        let Some(first) = self.words.first() else {
            return Vec::new();
        };
        let initial = letters::initial(first).unwrap_or_default();
        if self.words.len() == 1 {
            return vec![Weighted::certain(Part::new(first.clone(), initial))];
        }
        // Counts for hyphenated given names: kept 32, dotted 24, first part 17, initials
        // 12, joined 9. For two words without a hyphen, which the display leaves open, own
        // judgement: mostly the first.
        let priors = if self.hyphenated {
            [0.34, 0.255, 0.18, 0.13, 0.095]
        } else {
            [0.07, 0.12, 0.55, 0.04, 0.22]
        };
        let forms = [
            (Form::GivenHyphen, self.words.join("-")),
            (Form::GivenDotted, self.words.join(".")),
            (Form::GivenFirstOnly, first.clone()),
            (Form::GivenInitials, initials(&self.words)),
            (Form::GivenJoined, self.words.concat()),
        ];
        forms
            .into_iter()
            .zip(priors)
            .map(|((form, full), prior)| {
                let initial = if form == Form::GivenInitials {
                    full.clone()
                } else {
                    initial.clone()
                };
                Weighted::by(
                    Part::new(full, initial),
                    form,
                    habits.probability(form, prior),
                )
            })
            .collect()
    }
}

/// Words that stand before a family name and are part of it.
const PARTICLES: &[&str] = &[
    "a", "ab", "abu", "ad", "af", "al", "am", "ap", "ar", "as", "at", "av", "aw", "bar", "ben",
    "bet", "bin", "bint", "d", "da", "dal", "dalla", "das", "de", "degli", "dei", "del", "dela",
    "della", "delle", "delos", "den", "der", "des", "di", "do", "dos", "du", "e", "el", "ibn",
    "im", "in", "l", "la", "las", "le", "lo", "los", "op", "san", "santa", "st", "t", "te", "ten",
    "ter", "the", "tho", "van", "vander", "vanden", "vd", "vom", "von", "y", "zu", "zum", "zur",
];

/// Beginnings of a family name that are never written apart from it.
const PREFIXES: &[&str] = &["mc", "mac", "o", "fitz", "ni", "nic"];

/// One of the words of a compound family name, with the particles before it.
#[derive(Debug, Clone, PartialEq)]
struct Component {
    particles: Vec<String>,
    word: String,
}

impl Component {
    fn joined(&self) -> String {
        self.with(&self.particles.concat(), "")
    }

    fn with(&self, particles: &str, separator: &str) -> String {
        if particles.is_empty() {
            self.word.clone()
        } else {
            format!("{particles}{separator}{}", self.word)
        }
    }
}

/// A family name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Family {
    components: Vec<Component>,
    hyphenated: bool,
}

impl Family {
    /// Splits a displayed family name; `None` where it has no usable letter.
    pub(super) fn split(text: &str, script: Script) -> Option<Self> {
        let words = words(text, script);
        let last = words.len().checked_sub(1)?;
        let mut components = Vec::new();
        let mut particles: Vec<String> = Vec::new();
        let mut prefix = String::new();
        for (at, word) in words.into_iter().enumerate() {
            if at < last && PREFIXES.contains(&word.as_str()) {
                prefix = word;
            } else if at < last && PARTICLES.contains(&word.as_str()) {
                particles.push(word);
            } else {
                components.push(Component {
                    particles: std::mem::take(&mut particles),
                    word: std::mem::take(&mut prefix) + &word,
                });
            }
        }
        Some(Self {
            components,
            hyphenated: text.contains(['-', '‐', '‑', '–']),
        })
    }

    /// Every way of writing it.
    pub(super) fn choices(&self, habits: &Habits) -> Vec<Weighted<Option<Part>>> {
        let mut all = Vec::new();
        for component in self.component_choices(habits) {
            let Some(first) = component.value.first() else {
                continue;
            };
            if first.particles.is_empty() {
                let full = component.value.iter().map(Component::joined);
                all.push(Weighted {
                    value: Some(join(full, &component.forms, None)),
                    weight: component.weight,
                    forms: component.forms.clone(),
                });
                continue;
            }
            for (form, prior) in PARTICLE_FORMS {
                let weight = component.weight * habits.probability(form, prior);
                let (head, initial) = write_particles(first, form);
                let full = std::iter::once(head)
                    .chain(component.value.iter().skip(1).map(Component::joined));
                let mut forms = component.forms.clone();
                let part = join(full, &forms, Some(initial));
                forms.push(form);
                all.push(Weighted {
                    value: Some(part),
                    weight,
                    forms,
                });
            }
        }
        all
    }

    /// Which of the components are written, and how they are joined.
    fn component_choices(&self, habits: &Habits) -> Vec<Weighted<Vec<Component>>> {
        let (Some(first), Some(last)) = (self.components.first(), self.components.last()) else {
            return Vec::new();
        };
        if self.components.len() == 1 {
            return vec![Weighted::certain(self.components.clone())];
        }
        // Counts for hyphenated surnames: kept 15, first only 14, last only 11, joined 4.
        // For two surnames without a hyphen (Spanish, Portuguese), own judgement: the first
        // one leads.
        let priors = if self.hyphenated {
            [0.33, 0.31, 0.24, 0.09, 0.03]
        } else {
            [0.08, 0.42, 0.24, 0.18, 0.08]
        };
        let whole = self.components.clone();
        [
            (Form::FamilyHyphen, whole.clone()),
            (Form::FamilyFirstOnly, vec![first.clone()]),
            (Form::FamilyLastOnly, vec![last.clone()]),
            (Form::FamilyJoined, whole.clone()),
            (Form::FamilyDotted, whole),
        ]
        .into_iter()
        .zip(priors)
        .map(|((form, components), prior)| {
            Weighted::by(components, form, habits.probability(form, prior))
        })
        .collect()
    }
}

/// Counts: joined 31, separated by `-` or `_` 9, dropped 8, dotted 7, initials 1.
const PARTICLE_FORMS: [(Form, f64); 6] = [
    (Form::ParticleJoined, 0.55),
    (Form::ParticleHyphen, 0.11),
    (Form::ParticleUnderscore, 0.05),
    (Form::ParticleDropped, 0.14),
    (Form::ParticleDotted, 0.13),
    (Form::ParticleInitials, 0.02),
];

/// A component with its particles in one form, and the initial that goes with it.
fn write_particles(component: &Component, form: Form) -> (String, String) {
    let letters_of = initials(&component.particles);
    let of_word = letters::initial(&component.word).unwrap_or_default();
    let of_particles = letters::initial(&letters_of).unwrap_or_default();
    let separated = |separator: &str| {
        (
            component.with(&component.particles.join(separator), separator),
            of_particles.clone(),
        )
    };
    match form {
        Form::ParticleHyphen => separated("-"),
        Form::ParticleUnderscore => separated("_"),
        Form::ParticleDotted => separated("."),
        Form::ParticleDropped => (component.word.clone(), of_word),
        Form::ParticleInitials => (component.with(&letters_of, ""), letters_of + &of_word),
        _ => (component.joined(), of_particles),
    }
}

fn join(words: impl Iterator<Item = String>, forms: &[Form], initial: Option<String>) -> Part {
    let words: Vec<String> = words.collect();
    let full = if forms.contains(&Form::FamilyHyphen) {
        words.join("-")
    } else if forms.contains(&Form::FamilyDotted) {
        words.join(".")
    } else {
        words.concat()
    };
    let initial = initial
        .or_else(|| words.first().and_then(|word| letters::initial(word)))
        .unwrap_or_default();
    Part::new(full, initial)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Script = Script {
        digraphs: false,
        scheme: 0,
        apostrophes: false,
    };

    fn families(text: &str) -> Vec<String> {
        Family::split(text, PLAIN)
            .unwrap()
            .choices(&Habits::default())
            .into_iter()
            .map(|choice| choice.value.unwrap().full)
            .collect()
    }

    #[test]
    fn particles_are_written_in_every_form() {
        assert_eq!(
            families("van den Berg"),
            [
                "vandenberg",
                "van-den-berg",
                "van_den_berg",
                "berg",
                "van.den.berg",
                "vdberg"
            ]
        );
        assert!(families("al-Hassan").contains(&"hassan".to_owned()));
        assert_eq!(families("Mc Donald"), ["mcdonald"]);
        // A particle alone is a name (Vietnamese Van, Korean Do).
        assert_eq!(families("Van"), ["van"]);
    }

    #[test]
    fn compound_names_are_written_in_every_form() {
        assert_eq!(
            families("Smith-Jones"),
            ["smith-jones", "smith", "jones", "smithjones", "smith.jones"]
        );
        let given: Vec<_> = Given::split("Jean-Marc", PLAIN)
            .unwrap()
            .choices(&Habits::default())
            .into_iter()
            .map(|choice| (choice.value.full, choice.value.initial))
            .collect();
        assert_eq!(
            given,
            [
                ("jean-marc", "j"),
                ("jean.marc", "j"),
                ("jean", "j"),
                ("jm", "jm"),
                ("jeanmarc", "j")
            ]
            .map(|(full, initial)| (full.to_owned(), initial.to_owned()))
        );
    }

    #[test]
    fn probabilities_of_the_choices_sum_to_one() {
        for text in [
            "Smith",
            "van den Berg",
            "García López",
            "de la Cruz-von Hohenfels",
        ] {
            let total: f64 = Family::split(text, PLAIN)
                .unwrap()
                .choices(&Habits::default())
                .iter()
                .map(|choice| choice.weight)
                .sum();
            assert!((total - 1.0).abs() < 1e-9, "{text}: {total}");
        }
    }
}
