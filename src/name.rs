//! Person names: from the displayed name to its parts.
//!
//! The steps, each in its file: [`clean`] takes emoji and ornaments away, [`asides`] what
//! stands in brackets and quotes, [`segments`] what follows the name; [`affix`] knows titles
//! and credentials; [`order`] tells given from family name in Latin, Cyrillic, Arabic and
//! other spaced writing, [`scripts`] in Chinese, Japanese and Korean. [`lexicon`] holds the
//! words.
//!
//! Parts keep the text as displayed: nothing is recased.

use crate::unicode::Lower;
use serde::{Deserialize, Serialize};

mod affix;
mod asides;
mod clean;
mod lexicon;
mod order;
mod romanised;
mod scripts;
mod segments;
#[cfg(test)]
mod tests;
mod word;

use affix::Case;
use word::{Word, join, words};

/// Parts of a person's name. An absent part is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    /// Given name; an initial where no more is shown. A name of one word is a given name.
    pub given: Option<String>,
    /// Middle names or initials.
    pub middle: Option<String>,
    /// Family name, with its particles.
    pub family: Option<String>,
    /// "Dr.", "Prof.".
    pub prefix: Option<String>,
    /// "Jr.", "PhD, MBA".
    pub suffix: Option<String>,
    /// A nickname in quotes or brackets, without them.
    pub nickname: Option<String>,
}

impl PersonName {
    /// Whether nothing was read: the text names no person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Splits a displayed name into its parts. Never fails: what cannot be read is left out,
/// and a text that names nobody ("LinkedIn Member", an e-mail address) gives no parts.
/// Only the first 500 characters are read.
#[must_use]
pub fn parse(input: &str) -> PersonName {
    let text = clean::displayed(input);
    let mut found = Found::default();
    let mut parted = asides::part(&text);
    if !parted.outside.chars().any(char::is_alphabetic) {
        // All of it stands in brackets or quotes.
        parted.outside = parted.inside.join(" ");
        parted.inside.clear();
    }
    // An address in brackets takes nothing from the name before it.
    if clean::names_nobody(&parted.outside) {
        return PersonName::default();
    }
    let mut segments = segments::of(&parted.outside).into_iter();
    if let Some(name) = segments.next() {
        found.read(&name);
    }
    for segment in segments {
        found.add_credentials(&segment);
    }
    for aside in &parted.inside {
        found.add_aside(aside);
    }
    found.finish()
}

/// Whether a word is a credential ("PhD", "PMP®") rather than a name.
pub(crate) fn is_credential(word: &str) -> bool {
    let word = Word::new(word);
    lexicon::CREDENTIALS.has(&word.key)
        || (lexicon::CREDENTIALS_OR_NAMES.has(&word.key) && word.is_capitals())
}

/// The parts as they are found.
#[derive(Debug, Default)]
struct Found {
    prefix: Vec<Word>,
    given: Vec<Word>,
    middle: Vec<Word>,
    family: Vec<Word>,
    /// One entry for each part that stood between commas.
    suffix: Vec<String>,
    nickname: Vec<String>,
}

impl Found {
    /// Reads what stood in brackets or quotes.
    fn add_aside(&mut self, aside: &str) {
        let words = words(aside);
        let is_pronoun_list = aside
            .split(|c: char| !c.is_alphanumeric())
            .filter(|part| !part.is_empty())
            .all(|part| lexicon::PRONOUNS.has(&part.lower()));
        let Some(first) = words.first() else { return };
        // "(R)" and "(Hiring!)" are no nicknames either.
        let is_short = words.len() == 1 && first.letters() == 1 && first.text.is_ascii();
        let is_tagline = words
            .iter()
            .any(|word| lexicon::TAGLINE_WORDS.has(&word.key));
        if is_pronoun_list
            || is_short
            || is_tagline
            || aside.starts_with('#')
            || clean::names_nobody(aside)
        {
            return;
        }
        if lexicon::BORN.has(&first.key) {
            return;
        }
        if words.iter().all(is_certain_suffix) {
            self.add_credentials(aside);
            return;
        }
        if words.iter().all(affix::is_title_word) {
            // "(Dr.)", "(Mrs.)".
            self.prefix.extend(words);
            return;
        }
        let words = match words.as_slice() {
            [aka, rest @ ..] if aka.key == "aka" => rest,
            words => words,
        };
        self.nickname.extend(join(words));
    }

    /// Reads a segment that is credentials or a tagline; a tagline is left out.
    fn add_credentials(&mut self, segment: &str) {
        if segment.starts_with(|c: char| c.is_ascii_digit()) {
            // "· 2nd": how near the viewer is, not a suffix.
            return;
        }
        for part in comma_parts(segment) {
            if part.iter().all(is_certain_suffix) {
                self.suffix.extend(join(&part));
            }
        }
    }

    /// Reads the name itself.
    fn read(&mut self, text: &str) {
        let mut parts = comma_parts(text);
        for part in &mut parts {
            // "MBA & PMP".
            if part
                .iter()
                .all(|word| is_and(word) || is_certain_suffix(word))
            {
                part.retain(|word| !is_and(word));
            }
        }
        parts.retain(|part| !part.is_empty() && !is_et_al(part));
        if let Some(first) = parts.first_mut()
            && let Some(at) = first.iter().position(|word| word.key == "aka")
            && at > 0
        {
            // "Ada Field aka Addie".
            let aka = first.split_off(at);
            self.nickname.extend(join(aka.get(1..).unwrap_or_default()));
        }
        let Some((first, behind)) = parts.split_first() else {
            return;
        };
        if behind.is_empty() {
            self.read_natural(first);
            return;
        }
        if let [.., initial] = first.as_slice()
            && initial.is_initials()
            && first.iter().any(|word| !word.is_initials())
            && behind.len() == 1
            && !behind.iter().flatten().any(is_certain_suffix)
        {
            // "Ann B, Field": no family name ends with an initial.
            let words: Vec<Word> = parts.concat();
            self.read_natural(&words);
            return;
        }
        let case = Case::of(first);
        let is_listed = |word: &Word| {
            affix::is_generation(word)
                || lexicon::CREDENTIALS.has(&word.key)
                || lexicon::CREDENTIALS_OR_NAMES.has(&word.key)
        };
        let is_suffix = |part: &Vec<Word>| {
            let is_numeral = first.len() > 1
                && matches!(part.as_slice(), [word] if word.text == "V" || word.text == "I")
                && !first
                    .first()
                    .is_some_and(|word| lexicon::PARTICLES.has(&word.key));
            // "Ada Field, Ing.", "Ada Field, Dr. rer. nat.".
            let is_title = first.len() > 1
                && part.iter().any(affix::is_title_word)
                && part.iter().all(|word| {
                    affix::is_title_word(word) || affix::is_suffix_after_comma(word, case)
                });
            // "Ada Field, CPA auditor".
            let begins_with_credential = first.len() > 1
                && part.first().is_some_and(|word| {
                    lexicon::CREDENTIALS.has(&word.key)
                        && word.capitals() >= 3
                        && !case.all_capitals
                });
            is_numeral
                || is_title
                || begins_with_credential
                || part
                    .iter()
                    .all(|word| affix::is_suffix_after_comma(word, case))
        };
        let prefixes = affix::prefix_len(first);
        let (_, bare) = first.split_at(prefixes);
        let (bare, _) = bare.split_at(affix::suffixes_at(bare).max(1).min(bare.len()));
        let is_one_word = bare.len() < 2 && prefixes == 0;
        let given = if is_one_word {
            // "Field, Jr., Ann": the given name is the first that is no suffix. Two letters
            // are initials sooner than a credential: "Field, M.D.".
            behind.iter().enumerate().position(|(i, part)| {
                // Capitals alone are no credential here: "Field, ADA".
                !is_suffix(part)
                    || !part.iter().any(is_listed)
                    || (i == 0 && is_initials_like(part))
            })
        } else if behind.first().is_some_and(is_suffix) {
            None
        } else {
            Some(0)
        };
        match given.and_then(|at| Some((at, behind.get(at)?))) {
            Some((at, part)) if !is_tagline(part) => {
                self.read_family(first);
                self.read_given(part);
                for (i, part) in behind.iter().enumerate() {
                    if i != at && is_suffix(part) {
                        self.suffix.extend(join(part));
                    }
                }
            }
            _ => {
                self.read_natural(first);
                if is_one_word && self.family.is_empty() {
                    // "Field, PhD".
                    std::mem::swap(&mut self.family, &mut self.given);
                }
                for part in behind {
                    if is_suffix(part) {
                        self.suffix.extend(join(part));
                    }
                }
            }
        }
    }

    /// Reads what stands before the comma of "family, given".
    fn read_family(&mut self, words: &[Word]) {
        let (prefix, words) = words.split_at(affix::prefix_len(words));
        let (family, suffix) = words.split_at(affix::suffixes_at(words).max(1).min(words.len()));
        self.prefix.extend_from_slice(prefix);
        self.family.extend_from_slice(family);
        self.suffix
            .extend(suffix.iter().map(|word| word.text.clone()));
    }

    /// Reads what stands behind the comma of "family, given".
    fn read_given(&mut self, words: &[Word]) {
        let words = without_partner(words);
        let (prefix, words) = words.split_at(affix::prefix_len(words));
        let mut end = words.len();
        while let Some((last, before)) = words.get(..end).and_then(<[Word]>::split_last) {
            let case = Case::of(words);
            let is_suffix = affix::is_generation(last)
                || (last.letters() >= 2
                    && !is_initials_like(std::slice::from_ref(last))
                    && lexicon::CREDENTIALS.has(&last.key)
                    && (last.capitals() >= 2 && !case.all_capitals || last.has_stop()))
                || (last.has_stop() && lexicon::CREDENTIALS_OR_NAMES.has(&last.key));
            if before.is_empty() || !is_suffix {
                break;
            }
            end -= 1;
        }
        let (words, suffix) = words.split_at(end);
        self.suffix
            .splice(0..0, suffix.iter().map(|word| word.text.clone()));
        // "Field, Anna van der": the particles belong to the family name.
        let particles = words
            .iter()
            .skip(1)
            .rev()
            .take_while(|word| {
                !matches!(word.key.as_str(), "e" | "ben")
                    && lexicon::PARTICLES.has(&word.key)
                    && !word.has_stop()
                    && word.letters() > 1
            })
            .count();
        let (words, particles) = words.split_at(words.len() - particles);
        self.family.splice(0..0, particles.iter().cloned());
        let (given, middle) = words.split_at(words.len().min(1));
        self.prefix.extend_from_slice(prefix);
        self.given.extend_from_slice(given);
        self.middle.extend_from_slice(middle);
    }

    /// Reads a name in the order "title given middle family suffix".
    fn read_natural(&mut self, words: &[Word]) {
        // "Ada Example née Field": the former name is none of the parts.
        let born = words.iter().skip(2).position(|word| {
            word.starts_small() && matches!(word.plain().as_str(), "nee" | "geb" | "geborene")
        });
        let words = born.map_or(words, |at| words.get(..at + 2).unwrap_or(words));
        let behind = affix::rest_at(words);
        let (words, rest) = words.split_at(behind.at.min(words.len()));
        // Titles that may be names need a name behind them that is no suffix.
        let (_, bare) = words.split_at(affix::prefix_len(words));
        let end = words.len() - bare.len() + affix::suffixes_at(bare).min(bare.len());
        let prefixes = words.get(..end).map_or(0, affix::prefix_len);
        let (prefix, words) = words.split_at(prefixes);
        let couple = as_couple(words);
        let words = couple.as_deref().unwrap_or(words);
        let (words, suffix) = words.split_at(affix::suffixes_at(words).min(words.len()));
        self.prefix.extend_from_slice(prefix);
        let case = Case::of(words);
        self.suffix.extend(
            suffix
                .iter()
                .filter(|word| {
                    affix::is_suffix_after_comma(word, case)
                        || matches!(word.key.as_str(), "v" | "i" | "dr" | "prof")
                })
                .map(|word| word.text.clone()),
        );
        if behind.kept {
            self.suffix.extend(join(rest));
        }
        let (eastern, western): (Vec<Word>, Vec<Word>) =
            words.iter().cloned().partition(scripts::is_east_asian);
        if eastern.is_empty() {
            self.read_spaced(&western, prefix);
        } else if western.len() > 1 {
            self.read_spaced(&western, prefix);
            self.nickname.extend(join(&eastern));
        } else if let ([given], true) = (western.as_slice(), scripts::is_family_alone(&eastern)) {
            // "Daniel 周".
            self.given.push(given.clone());
            self.family.extend(eastern);
        } else {
            let name = scripts::parse(&eastern);
            self.family.extend(name.family.as_deref().map(Word::new));
            self.given.extend(name.given.as_deref().map(Word::new));
            self.nickname.extend(join(&western));
        }
    }

    fn read_spaced(&mut self, words: &[Word], prefix: &[Word]) {
        let arranged = order::arrange(words);
        self.given.extend_from_slice(arranged.given);
        self.middle.extend_from_slice(arranged.middle);
        self.family.extend_from_slice(arranged.family);
        // "Dr. Field" is a family name, "Sir Ian" a given one.
        let before_given = prefix
            .last()
            .is_none_or(|last| lexicon::PREFIXES_BEFORE_GIVEN.has(&last.key));
        if self.family.is_empty() && !before_given {
            std::mem::swap(&mut self.given, &mut self.family);
        }
    }

    fn finish(mut self) -> PersonName {
        for word in [&mut self.given, &mut self.middle, &mut self.family]
            .into_iter()
            .flatten()
        {
            let bare = word.text.trim_end_matches(['®', '™', '℠']).len();
            word.text.truncate(bare);
        }
        let some =
            |parts: Vec<String>, between: &str| (!parts.is_empty()).then(|| parts.join(between));
        PersonName {
            given: join(&self.given),
            middle: join(&self.middle),
            family: join(&self.family),
            prefix: join(&self.prefix),
            suffix: some(self.suffix, ", "),
            nickname: some(self.nickname, " "),
        }
    }
}

fn is_et_al(part: &[Word]) -> bool {
    matches!(part, [et, al] if et.key == "et" && al.key == "al")
}

/// The words of each part between commas.
fn comma_parts(text: &str) -> Vec<Vec<Word>> {
    text.split([',', '，', '、', '،']).map(words).collect()
}

/// A suffix wherever it stands.
fn is_certain_suffix(word: &Word) -> bool {
    let case = Case {
        all_capitals: true,
        all_small: false,
    };
    affix::is_suffix_after_comma(word, case)
}

/// "M. D.", "JR", "DR R A": one or two letters each.
fn is_initials_like(part: &[Word]) -> bool {
    part.iter()
        .all(|word| word.is_initials() || (word.letters() <= 2 && word.is_capitals()))
        && !part.iter().any(|word| {
            matches!(word.key.as_str(), "ii" | "iv" | "vi")
                || (word.key == "jr" && !word.is_initials() && word.has_stop())
        })
}

/// A line about the person rather than a name.
fn is_tagline(part: &[Word]) -> bool {
    part.len() > 6
        || part
            .iter()
            .any(|word| lexicon::TAGLINE_WORDS.has(&word.key))
}

fn is_and(word: &Word) -> bool {
    matches!(word.key.as_str(), "and" | "und") || (word.key == "or" && word.starts_small())
}

/// "Ann and Tom" without Tom.
fn without_partner(words: &[Word]) -> &[Word] {
    let end = words.iter().position(is_and).filter(|at| *at > 0);
    words.get(..end.unwrap_or(words.len())).unwrap_or(words)
}

/// The first person of "Ann & Tom Field", "Ann Field and Tom Stone"; `None` for one person.
fn as_couple(words: &[Word]) -> Option<Vec<Word>> {
    let at = words.iter().position(is_and)?;
    let before = words.get(..at)?.last();
    if before.is_some_and(|word| lexicon::PARTICLES.has(&word.key)) {
        // "von und zu Field".
        return None;
    }
    let (first, rest) = words.split_at_checked(at)?;
    let (_, second) = rest.split_first()?;
    if first.is_empty() || second.is_empty() {
        return None;
    }
    let has_family = first.iter().skip(1).any(|word| !word.is_initials());
    let second = second.get(affix::prefix_len(second)..)?;
    let end = affix::suffixes_at(second);
    let family = order::arrange(second.get(..end)?).family;
    let mut words = first.to_vec();
    if !has_family {
        words.extend_from_slice(family);
    }
    Some(words)
}
