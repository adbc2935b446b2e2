//! One part of a headline, between its separators.

use super::company;
use super::lexicon;
use super::text::{Part, Word};
use super::title;

/// What a part states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reading {
    /// A current position and its company.
    Position {
        /// The title beside the company; `None` for "Building things at Acme".
        title: Option<String>,
        /// The company.
        company: String,
        /// Whether the position is one held beside another (mentor, speaker).
        is_minor: bool,
    },
    /// A title without a company.
    Title(String),
    /// A former or wished-for position, or a school.
    NotCurrent,
    /// Anything else: a skill, a slogan, a company alone.
    Other,
}

impl Reading {
    /// Whether a title stands in it.
    pub(super) fn is_title(&self) -> bool {
        matches!(self, Self::Title(_) | Self::Position { title: Some(_), .. })
    }
}

/// Reads one part.
pub(super) fn read(part: &Part) -> Reading {
    let words = part.words.as_slice();
    let Some(first) = words.first() else {
        return Reading::Other;
    };
    if is_not_current(words) {
        return Reading::NotCurrent;
    }
    for (at, word) in words.iter().enumerate() {
        let (left, right) = (
            words.get(..at).unwrap_or_default(),
            words.get(at + 1..).unwrap_or_default(),
        );
        // "Attorney at Law".
        let is_idiom = word.key == "at"
            && matches!(right, [last] if lexicon::IDIOMS.has(&last.key) && last.key.chars().count() > 2)
            && !part.all_small;
        let reading = if is_idiom {
            None
        } else if lexicon::AT.has(&word.key) {
            at_company(left, word, right, part.all_small)
        } else if at > 0 && lexicon::AT_OR_IN.has(&word.key) {
            in_company(left, word, right)
        } else if at > 0 && lexicon::OF.has(&word.key) {
            of_company(left, right)
        } else if at > 0 && lexicon::COMPANY_NOUNS.has(&word.key) && !word.starts_large() {
            // "Основатель компании …": no word between.
            company::is_likely(right)
                .then(|| position(left, right))
                .flatten()
        } else if at > 0 && lexicon::TURKISH_AT.has(&word.key) {
            position(right, left)
        } else {
            None
        };
        if let Some(reading) = reading {
            return reading;
        }
    }
    if let Some(reading) = beside(words) {
        return reading;
    }
    if let Some(company) = company::in_japanese(words) {
        return Reading::Position {
            title: None,
            company,
            is_minor: false,
        };
    }
    if title::is_student(words) && !first.key.is_empty() {
        return Reading::NotCurrent;
    }
    title::read(words).map_or(Reading::Other, Reading::Title)
}

/// "Former …", "Seeking …", "ex-Acme".
fn is_not_current(words: &[Word]) -> bool {
    words.first().is_some_and(|first| {
        lexicon::NOT_CURRENT.has(&first.key)
            || first.key.starts_with("ex-")
            || first.key.starts_with("ex/")
    })
}

fn position(title: &[Word], company: &[Word]) -> Option<Reading> {
    Some(Reading::Position {
        title: Some(title::read(title)?),
        company: company::name(company)?,
        is_minor: title::is_minor(title),
    })
}

/// "CTO at Acme": the word means nothing else.
fn at_company(left: &[Word], at: &Word, right: &[Word], all_small: bool) -> Option<Reading> {
    if title::is_student(left) {
        return Some(Reading::NotCurrent);
    }
    if company::is_nobody(right) {
        // "Consultant at Self-employed".
        return title::read(left).map(Reading::Title);
    }
    let is_handle = at.text == "@";
    let starts_small = right.first().is_some_and(|word| !word.is_brand());
    let company = company::name(right).or_else(|| {
        // "developer @acme", "developer at acme": small, but a name all the same.
        let first = right.first()?;
        let names = starts_small
            && (is_handle || all_small)
            && !lexicon::IDIOMS.has(&first.key)
            && !lexicon::SENTENCE.has(&first.key);
        names.then(|| super::text::join(std::slice::from_ref(first)))?
    })?;
    if let Some(title) = title::read(left) {
        return Some(Reading::Position {
            title: Some(title),
            company,
            is_minor: title::is_minor(left),
        });
    }
    let is_school = right.iter().any(|word| lexicon::SCHOOLS.has(&word.key));
    if !is_handle && !is_school && is_role(left) {
        return Some(Reading::Position {
            title: super::text::join(left),
            company,
            is_minor: left.iter().all(|word| lexicon::MINOR_JOBS.has(&word.key)),
        });
    }
    let is_working = left
        .first()
        .is_some_and(|first| lexicon::WORKING.has(&first.key));
    if title::is_department(left) && !is_working {
        return Some(Reading::Position {
            title: super::text::join(left),
            company,
            is_minor: left.iter().all(|word| lexicon::MINOR_JOBS.has(&word.key)),
        });
    }
    let is_bare = left.is_empty() && is_handle && !right.iter().any(title::is_job);
    if is_bare || is_working || (is_owning(left) && !is_school) {
        return Some(Reading::Position {
            title: None,
            company,
            is_minor: false,
        });
    }
    None
}

/// Whether words before "at" are a role, though no known job is among them: "Senior Creative",
/// "Quietmaker".
fn is_role(left: &[Word]) -> bool {
    let is_plain = |word: &Word| {
        let is_link = matches!(word.key.as_str(), "&" | "and" | "of");
        is_link || (word.starts_large() && word.text.chars().all(|c| c.is_alphabetic() || c == '-'))
    };
    let refused = [
        lexicon::SENTENCE,
        lexicon::STUDENT,
        lexicon::DOINGS,
        lexicon::SKILLS,
    ];
    let is_refused = |word: &Word| refused.iter().any(|list| list.has(&word.key));
    if left.len() > 4 || !left.iter().all(is_plain) || left.iter().skip(1).any(is_refused) {
        return false;
    }
    match left {
        [first, _, ..] if lexicon::LEVELS.has(&first.key) => true,
        [first, ..] if is_refused(first) => false,
        [.., last] => {
            last.key.chars().count() > 5
                && lexicon::ROLE_ENDS.iter().any(|end| last.key.ends_with(end))
        }
        [] => false,
    }
}

/// A field of work beside "at": "P&L Ownership at Acme" beside a title elsewhere.
fn is_owning(left: &[Word]) -> bool {
    (1..=5).contains(&left.len())
        && left
            .last()
            .is_some_and(|last| lexicon::FUNCTIONS.has(&last.key))
        && left.iter().all(Word::starts_large)
}

/// "Gerente en Acme": the word means "in" or "with" as often, so the company must look it.
fn in_company(left: &[Word], word: &Word, right: &[Word]) -> Option<Reading> {
    if word.starts_large() || title::is_student(left) {
        return None;
    }
    let first = right.first()?;
    if lexicon::COMPANY_NOUNS.has(&first.key) {
        return position(left, right);
    }
    let until_comma = right
        .iter()
        .position(|word| word.text.ends_with(',') || word.is_dash())
        .map_or(right, |at| right.get(..=at).unwrap_or(right));
    let bare: Vec<Word> = until_comma
        .iter()
        .filter(|word| !word.is_dash())
        .map(|word| Word {
            text: word.text.trim_end_matches(',').to_owned(),
            key: word.key.clone(),
        })
        .collect();
    let rest = match bare.split_first() {
        // "na Acme", "en la Acme".
        Some((first, rest)) if !first.starts_large() && !rest.is_empty() => rest,
        _ => bare.as_slice(),
    };
    // "Experte in Recht" and "Ingeniero en Sistemas" say what, not where.
    let of_a_field = word.key != "with"
        && left.last().is_some_and(|last| {
            matches!(
                last.key.as_str(),
                "expert"
                    | "experte"
                    | "expertin"
                    | "experto"
                    | "experta"
                    | "especialista"
                    | "ingeniero"
                    | "ingeniera"
                    | "ingénieur"
                    | "ingénieure"
                    | "consultante"
                    | "técnico"
                    | "técnica"
                    | "licenciado"
                    | "licenciada"
                    | "specialist"
                    | "specialista"
                    | "specjalista"
                    | "esperto"
                    | "responsable"
            )
        });
    let is_company = if of_a_field {
        company::is_surely(rest)
    } else {
        company::is_likely_with_place(rest)
    };
    (is_company && title::is_title(left))
        .then(|| position(left, rest))
        .flatten()
}

/// "Founder & CEO of Acme".
fn of_company(left: &[Word], right: &[Word]) -> Option<Reading> {
    let last = left.last()?;
    let owns = last
        .key
        .split(['/', '-', ','])
        .chain([last.key.as_str()])
        .any(|piece| lexicon::OWNER_JOBS.has(piece))
        || (left.len() >= 2 && ends_with_words(left, &["managing", "director"]))
        || ends_with_words(left, &["directeur", "général"])
        || ends_with_words(left, &["directrice", "générale"])
        || ends_with_words(left, &["director", "general"])
        || ends_with_words(left, &["amministratore", "delegato"])
        || ends_with_words(left, &["executive", "officer"]);
    let until = right
        .iter()
        .position(|word| word.is_dash() || lexicon::AT.has(&word.key))
        .unwrap_or(right.len());
    let until = right.get(..until)?;
    let end = until
        .iter()
        .position(|word| word.text.ends_with([',', '.', '!', ':']))
        .map_or(until.len(), |at| at + 1);
    let until = until.get(..end)?;
    // "President of Sales", "Founder of 3 companies".
    let is_article =
        |word: &&Word| matches!(word.key.as_str(), "the" | "la" | "le" | "der" | "die");
    let is_field = until
        .iter()
        .find(|word| !is_article(word))
        .is_none_or(|word| {
            lexicon::FUNCTIONS.has(&word.key)
                || lexicon::PLACES.has(&word.key)
                || title::is_job(word)
                || !word.text.chars().any(char::is_alphabetic)
        })
        && !company::is_surely(until);
    let is_vice = left
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|word| matches!(word.key.as_str(), "vice" | "deputy" | "assistant"));
    // "Diretor Executivo da Acme S.A.": the legal form tells.
    let owns = owns || (company::is_surely(until) && company::has_legal_form(until));
    if !owns || is_field || is_vice {
        return None;
    }
    position(left, right)
}

fn ends_with_words(words: &[Word], keys: &[&str]) -> bool {
    words.len() >= keys.len()
        && words
            .iter()
            .rev()
            .zip(keys.iter().rev())
            .all(|(word, key)| word.key == *key)
}

/// "Geschäftsführer Muster GmbH": nothing stands between, but the legal form tells.
fn before_legal_form(words: &[Word]) -> Option<Reading> {
    let legal = words.last()?;
    let told = lexicon::LEGAL_FORMS.has(&legal.key) && legal.starts_large();
    if !told || words.iter().any(|word| word.text.ends_with(',')) {
        return None;
    }
    let job = words.iter().rposition(title::is_job)?;
    let fields = words
        .iter()
        .skip(job + 1)
        .take_while(|word| lexicon::FUNCTIONS.has(&word.key))
        .count();
    let (left, right) = words.split_at_checked(job + 1 + fields)?;
    (right.len() >= 2 && company::is_surely(right)).then(|| position(left, right))?
}

/// "CTO, Acme", "CTO - Acme", "Acme - CTO", "株式会社Acme 代表取締役".
fn beside(words: &[Word]) -> Option<Reading> {
    if let Some((first, rest)) = words.split_first()
        && company::has_eastern_form(first)
        && rest.iter().any(title::is_job)
        && !title::is_job(first)
    {
        return Some(Reading::Position {
            title: super::text::join(rest),
            company: super::text::join(std::slice::from_ref(first))?,
            is_minor: false,
        });
    }
    for (at, word) in words.iter().enumerate() {
        if !word.is_dash() {
            continue;
        }
        let (left, right) = (words.get(..at)?, words.get(at + 1..)?);
        let until = right.iter().position(Word::is_dash).unwrap_or(right.len());
        let right = right.get(..until)?;
        if title::is_title(left) && company::is_likely(right) {
            return position(left, right);
        }
        if title::is_title(right)
            && !left.iter().any(title::is_job)
            && (company::is_surely(left) || (company::is_likely(left) && title::is_leading(right)))
        {
            return position(right, left);
        }
        // "Acme - Engineer": perhaps a company, perhaps a boast; the title is sure.
        if title::is_title(right) && company::is_likely(left) {
            return title::read(right).map(Reading::Title);
        }
    }
    if let Some(reading) = before_legal_form(words) {
        return Some(reading);
    }
    let comma = words.iter().rposition(|word| word.text.ends_with(','))?;
    let (left, right) = (words.get(..=comma)?, words.get(comma + 1..)?);
    // The legal form after a comma belongs to the name.
    let (left, right) = match right {
        [form] if lexicon::LEGAL_FORMS.has(&form.key) => {
            let before = left
                .get(..comma)?
                .iter()
                .rposition(|word| word.text.ends_with(','))?;
            (words.get(..=before)?, words.get(before + 1..)?)
        }
        _ => (left, right),
    };
    let bare: Vec<Word> = right
        .iter()
        .enumerate()
        .take_while(|(i, word)| *i == 0 || !word.text.starts_with('('))
        .map(|(_, word)| word)
        .map(|word| Word {
            text: word.text.trim_end_matches(',').to_owned(),
            key: word.key.clone(),
        })
        .collect();
    let without_form = match bare.split_last() {
        Some((last, before)) if lexicon::LEGAL_FORMS.has(&last.key) => before,
        _ => bare.as_slice(),
    };
    let lists_skills = left.iter().any(|word| lexicon::SKILLS.has(&word.key));
    if title::is_title(left)
        && !lists_skills
        && (company::is_surely(&bare) || company::is_likely(without_form))
    {
        return position(left, right);
    }
    // "Acme Japan, Sales Manager".
    let [.., _] = left else { return None };
    let names: Vec<Word> = left
        .iter()
        .map(|word| Word {
            text: word.text.trim_end_matches(',').to_owned(),
            key: word.key.clone(),
        })
        .collect();
    (title::is_title(right) && company::is_likely_with_place(&names) && names.len() > 1)
        .then(|| position(right, left))
        .flatten()
}
