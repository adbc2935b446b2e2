//! Person names as they are spelt in addresses.
//!
//! A name has several spellings: *Jörg van den Berg-Smith* may be `joerg` or `jorg`,
//! `vandenbergsmith`, `vandenberg`, `berg-smith` and more. [`spellings`] gives them all,
//! each consistent in itself (`ö` is not spelt one way in the given and another in the
//! family name), with a probability. How likely each convention is comes from counts
//! (`Form::prior`), the letters and the domain's country, and what a domain's known
//! addresses show ([`Habits`]).

use std::collections::HashMap;

use lode_core::name::PersonName;

mod form;
mod letters;
mod nickname;
mod parts;
mod reading;

pub use form::{Form, Habits};
pub use letters::is_latin;

use form::Weighted;
use letters::Script;
use parts::{Family, Given};
use reading::Reading;

/// Longest name read, in characters; a longer one is cut.
pub const NAME_CHARS_MAX: usize = 200;

/// Most spellings kept of one name.
const SPELLINGS_MAX: usize = 96;

/// A spelling this much less likely than the likeliest is dropped.
const WEIGHT_RATIO_MIN: f64 = 0.002;

/// One consistent spelling of a name in the letters of a local part.
#[derive(Debug, Clone, PartialEq)]
pub struct Spelling {
    /// Given name; may hold `-` or `.` where the convention keeps them.
    pub first: String,
    /// Initial or initials of the given name.
    pub first_initial: String,
    /// Middle name, where it is more than an initial.
    pub middle: Option<String>,
    /// Initial of the middle name.
    pub middle_initial: Option<String>,
    /// Family name; `None` for a mononym or where only its initial is shown.
    pub last: Option<String>,
    /// Initial of the family name.
    pub last_initial: Option<String>,
    /// Share among all spellings of the name; they sum to 1.
    pub weight: f64,
    /// The conventions followed.
    pub forms: Vec<Form>,
}

/// All spellings of a name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spellings {
    /// Likeliest first.
    pub list: Vec<Spelling>,
    /// Whether the name had to be romanised: every guess from it is less sure.
    pub romanised: bool,
}

/// What the spelling of a name depends on beside the name.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The mail domain: its country hints at how umlauts are spelt.
    pub domain: &'a str,
    /// Conventions seen at the domain.
    pub habits: &'a Habits,
}

/// Spells a name in every way that its holder's address may. Empty where the name has no
/// letter that an address could be made of.
#[must_use]
pub fn spellings(name: &PersonName, context: Context<'_>) -> Spellings {
    let (readings, romanised) = reading::readings(name);
    let mut merged: HashMap<Key, Spelling> = HashMap::new();
    for reading in &readings {
        for spelling in spell(reading, context) {
            merged
                .entry(Key::of(&spelling))
                .and_modify(|known| known.weight += spelling.weight)
                .or_insert(spelling);
        }
    }
    let mut list: Vec<Spelling> = merged.into_values().collect();
    list.sort_by(|a, b| {
        b.weight
            .total_cmp(&a.weight)
            .then_with(|| a.first.cmp(&b.first))
            .then_with(|| a.last.cmp(&b.last))
            .then_with(|| a.first_initial.cmp(&b.first_initial))
    });
    let floor = list.first().map_or(0.0, |s| s.weight * WEIGHT_RATIO_MIN);
    list.retain(|s| s.weight >= floor);
    list.truncate(SPELLINGS_MAX);
    let total: f64 = list.iter().map(|s| s.weight).sum();
    for spelling in &mut list {
        spelling.weight /= total;
    }
    Spellings { list, romanised }
}

/// A word in ASCII lower case, umlauts as digraphs (`ue`) or plain (`u`). Empty where no
/// letter or digit is left.
#[must_use]
pub fn ascii_word(word: &str, digraphs: bool) -> String {
    letters::spell(
        word,
        Script {
            digraphs,
            scheme: 0,
            apostrophes: false,
        },
    )
}

#[derive(PartialEq, Eq, Hash)]
struct Key {
    first: String,
    first_initial: String,
    middle: Option<String>,
    last: Option<String>,
    last_initial: Option<String>,
}

impl Key {
    fn of(spelling: &Spelling) -> Self {
        Self {
            first: spelling.first.clone(),
            first_initial: spelling.first_initial.clone(),
            middle: spelling.middle.clone(),
            last: spelling.last.clone(),
            last_initial: spelling.last_initial.clone(),
        }
    }
}

/// The spellings of one reading, weighted by the reading's own weight.
fn spell(reading: &Reading, context: Context<'_>) -> Vec<Spelling> {
    let mut all = Vec::new();
    for script in Script::choices(reading, context) {
        let given = Given::split(&reading.given, script.value);
        let Some(given) = given else { continue };
        let family = reading
            .family
            .as_deref()
            .and_then(|family| Family::split(family, script.value));
        let middle = reading
            .middle
            .as_deref()
            .map(|middle| letters::spell(middle, script.value))
            .filter(|middle| !middle.is_empty());
        let middle_initial = middle.as_deref().and_then(letters::initial);
        let middle_full = middle.filter(|middle| middle.chars().count() > 1);
        for first in given.choices(context.habits) {
            let lasts = family.as_ref().map_or_else(
                || vec![Weighted::none()],
                |family| family.choices(context.habits),
            );
            for last in lasts {
                let weight = reading.weight * script.weight * first.weight * last.weight;
                let mut forms: Vec<Form> = reading.forms.clone();
                forms.extend(script.forms.iter().chain(&first.forms).chain(&last.forms));
                all.push(Spelling {
                    first: first.value.full.clone(),
                    first_initial: first.value.initial.clone(),
                    middle: middle_full.clone(),
                    middle_initial: middle_initial.clone(),
                    last: last.value.as_ref().and_then(|part| part.full_if_known()),
                    last_initial: last.value.as_ref().map(|part| part.initial.clone()),
                    weight,
                    forms,
                });
            }
        }
    }
    all
}
