//! Headlines: title and company out of "CTO at Acme" and its many forms.
//!
//! A headline is free text: a position, several, a slogan, a wish. The rules claim what it
//! states and nothing else: [`text`] cuts it into parts, [`part`] reads one part ("title at
//! company", "title, company", "founder of company"), [`company`] knows where a company's
//! name ends, [`title`] what can be a title. [`lexicon`] holds the words, in the languages
//! of the sites read.

mod company;
mod lexicon;
mod part;
#[cfg(test)]
mod tests;
mod text;
mod title;

use crate::unicode::Lower;
use part::Reading;
use text::Part;

/// What a headline states of the current position.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stated {
    /// Job title.
    pub title: Option<String>,
    /// Company name.
    pub company: Option<String>,
}

/// Reads title and company where the headline states them; claims nothing otherwise.
///
/// Of several positions the first that names its company counts, else the title that the
/// headline begins with. Former positions ("ex-Acme"), wishes ("Seeking …") and the schools
/// of students are none. Only the first 500 characters are read.
#[must_use]
pub fn split(headline: &str) -> Stated {
    let parts = text::parts(headline);
    let readings: Vec<Reading> = parts.iter().map(part::read).collect();
    let first_title = readings.iter().find_map(|reading| match reading {
        Reading::Position { title, .. } => title.clone(),
        Reading::Title(title) => Some(title.clone()),
        _ => None,
    });
    let is_major = |reading: &Reading| {
        matches!(
            reading,
            Reading::Position {
                is_minor: false,
                ..
            }
        )
    };
    let has_major = readings.iter().any(is_major);
    for (i, reading) in readings.iter().enumerate() {
        let Reading::Position {
            title,
            company,
            is_minor,
        } = reading
        else {
            continue;
        };
        // "Founder | Mentor at Acme": Acme is not what they founded.
        let earlier = readings.iter().take(i).any(Reading::is_title);
        if *is_minor && (earlier || has_major) {
            continue;
        }
        // "Project Manager ● Agile at Acme": a field is no title beside one.
        let is_field = |title: &String| {
            let parts = text::parts(title);
            earlier
                && !parts
                    .iter()
                    .any(|part| part.words.iter().any(title::is_job))
        };
        return Stated {
            title: title
                .clone()
                .filter(|title| !is_field(title))
                .or_else(|| first_title.filter(|_| earlier || i == 0)),
            company: Some(company.clone()),
        };
    }
    if let [first, second] = parts.as_slice()
        && let Some(stated) = two_parts(first, &readings, second)
    {
        return stated;
    }
    // A slogan may stand before the title.
    let is_slogan = parts
        .first()
        .is_some_and(|part| title::is_slogan(&part.words));
    match readings.get(usize::from(is_slogan)) {
        Some(Reading::Title(title)) => Stated {
            title: Some(title.clone()),
            company: None,
        },
        _ => Stated::default(),
    }
}

/// Whether a text says what somebody does ("Scaling software companies"), not what they are.
#[must_use]
pub fn tells_deeds(text: &str) -> bool {
    let parts = text::parts(text);
    parts
        .first()
        .is_some_and(|part| title::is_slogan(&part.words))
}

/// Whether a text begins by saying that somebody learns ("MBA Candidate"): a school named
/// beside it is no employer.
#[must_use]
pub fn tells_training(text: &str) -> bool {
    let parts = text::parts(text);
    parts
        .first()
        .is_some_and(|part| title::is_student(&part.words))
}

/// Whether each of several words names a job, its rank or its field ("Finance Director"): no
/// person is called so.
#[must_use]
pub fn is_bare_title(text: &str) -> bool {
    let parts = text::parts(text);
    let is_of_title = |word: &text::Word| {
        title::is_job(word)
            || title::is_department(std::slice::from_ref(word))
            || lexicon::LEVELS.has(&word.key)
            || lexicon::OF.has(&word.key)
    };
    let words: Vec<_> = parts.iter().flat_map(|part| &part.words).collect();
    words.len() > 1
        && words.iter().all(|word| is_of_title(word))
        && words.iter().any(|word| title::is_job(word))
}

/// Whether a text cannot be a title, whatever its other words: a field of work ("Sales &
/// Marketing"), or one that begins or goes on as sentences, wishes and deeds do ("Working").
#[must_use]
pub fn is_no_title(text: &str) -> bool {
    let parts = text::parts(text);
    let begins = [
        lexicon::DOINGS,
        lexicon::WORKING,
        lexicon::IN_FRONT,
        lexicon::NOT_CURRENT,
    ];
    parts.iter().all(|part| title::is_department(&part.words))
        || parts.iter().any(|part| {
            let mut words = part.words.iter();
            let first = words
                .next()
                .map(|word| word.key.as_str())
                .unwrap_or_default();
            begins.iter().any(|list| list.has(first))
                || words.any(|word| lexicon::SENTENCE.has(&word.key))
        })
}

/// Whether a word leads from a title to the company and means nothing else ("at", "bei").
#[must_use]
pub fn says_at(word: &str) -> bool {
    lexicon::AT.has(&word.lower())
}

/// The title that a headline states of somebody whose company is known from elsewhere:
/// "Acme | CTO", "CTO, Acme (the robots people)".
#[must_use]
pub fn title_beside(headline: &str, company: &str) -> Option<String> {
    let known = company.lower();
    let title = split(headline).title.or_else(|| {
        let parts = text::parts(headline);
        let is_known =
            |part: &Part| text::join(&part.words).is_some_and(|text| text.lower() == known);
        let mut others = parts.iter().filter(|part| !is_known(part));
        let first = others.next().filter(|_| parts.iter().any(is_known))?;
        match part::read(first) {
            Reading::Title(title) => Some(title),
            _ => None,
        }
    })?;
    let cut = title.char_indices().find(|(at, c)| {
        let after = title.get(at + 1..).unwrap_or_default().trim_start();
        *c == ',' && !known.is_empty() && after.lower().starts_with(&known)
    });
    match cut.and_then(|(at, _)| title.get(..at)) {
        Some(front) if !front.trim().is_empty() => Some(front.trim().to_owned()),
        _ => Some(title),
    }
}

/// The title that a headline states of the position at `company`; `None` where it states one
/// at another company.
#[must_use]
pub fn title_at(headline: &str, company: &str) -> Option<String> {
    let is_other = |stated: String| !begin_alike(&stated, company);
    if split(headline).company.is_some_and(is_other) {
        return None;
    }
    title_beside(headline, company)
}

/// Whether two texts name the same company: the same words, or one goes on with a legal form, a
/// place or the like ("Acme", "ACME GmbH").
#[must_use]
pub fn is_same_company(a: &str, b: &str) -> bool {
    let begins = |whole: &str, front: &str| {
        let letters = |text: &str| -> String {
            let lower = text.lower();
            lower.chars().filter(|c| c.is_alphanumeric()).collect()
        };
        let front = letters(front);
        let mut read = String::new();
        let words = whole.split(|c: char| !c.is_alphanumeric());
        !front.is_empty()
            && words.into_iter().any(|word| {
                read.push_str(&letters(word));
                read == front
            })
    };
    begins(a, b) || begins(b, a)
}

/// Whether one of two names begins with the other, but for case and punctuation.
fn begin_alike(a: &str, b: &str) -> bool {
    let (a, b) = (a.lower(), b.lower());
    let letters = |c: &char| c.is_alphanumeric();
    let mut both = a.chars().filter(letters).zip(b.chars().filter(letters));
    both.next().is_some_and(|(a, b)| a == b) && both.all(|(a, b)| a == b)
}

/// "Acme | CTO" and "CTO | Acme GmbH".
fn two_parts(first: &Part, readings: &[Reading], second: &Part) -> Option<Stated> {
    let (title, company) = match readings {
        [Reading::Title(title), Reading::Other] if company::is_surely(&second.words) => {
            (title, company::name(&second.words)?)
        }
        [Reading::Other, Reading::Title(title)]
            if company::is_surely(&first.words)
                || (company::is_likely(&first.words) && title::is_leading(&second.words)) =>
        {
            (title, company::name(&first.words)?)
        }
        _ => return None,
    };
    Some(Stated {
        title: Some(title.clone()),
        company: Some(company),
    })
}
