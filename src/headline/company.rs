//! Where a company's name ends, and what can be one.

use super::lexicon;
use super::text::{Word, join};
use super::title;

/// Longest company name, in words.
const COMPANY_WORDS_MAX: usize = 9;

/// The company that stands at the front of `words` ("Acme & Advisor at Acorn" → "Acme");
/// `None` where no name stands there.
pub(super) fn name(words: &[Word]) -> Option<String> {
    let words = skip_lead(words);
    let end = end(words);
    let words = words.get(..end)?;
    if words.is_empty()
        || words.len() > COMPANY_WORDS_MAX
        || title::is_student(words)
        || is_kind_of_firm(words)
    {
        return None;
    }
    if !words.first()?.is_brand() && !words.iter().all(|word| word.starts_large()) {
        return None;
    }
    join(words)
}

/// "DSI en PME", "PME et associations": a kind of firm, not a firm.
fn is_kind_of_firm(words: &[Word]) -> bool {
    matches!(words, [word, rest @ ..] if rest.first().is_none_or(is_and) && matches!(
        word.key.as_str(),
        "eti" | "pme" | "tpe" | "pmi" | "pmes" | "sme" | "smes" | "smb" | "smbs" | "kmu" | "pyme" | "pymes"
            | "mpme" | "mkb" | "startup" | "startups" | "start-up" | "start-ups" | "scaleup"
            | "scaleups" | "scale-up" | "scale-ups"
    ))
}

/// What sites show in place of a company for people who work for themselves.
pub(super) fn is_nobody(words: &[Word]) -> bool {
    matches!(words, [word] if matches!(
        word.key.as_str(),
        "confidential" | "undisclosed" | "self-employed" | "self" | "freelance" | "freelancer" | "freelancing" | "myself" | "me"
            | "home" | "selbstständig" | "indépendant" | "autónomo" | "autônomo"
    ))
}

/// "the société Acme" → "Acme".
fn skip_lead(words: &[Word]) -> &[Word] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        let is_lead = !first.starts_large()
            && (lexicon::COMPANY_NOUNS.has(&first.key)
                || matches!(
                    first.key.as_str(),
                    "the"
                        | "der"
                        | "die"
                        | "das"
                        | "dem"
                        | "den"
                        | "la"
                        | "le"
                        | "el"
                        | "il"
                        | "lo"
                        | "a"
                        | "o"
                ));
        if !is_lead || rest.is_empty() {
            break;
        }
        words = rest;
    }
    words
}

/// Where the name ends: at what describes the company, or states another position.
fn end(words: &[Word]) -> usize {
    for (i, word) in words.iter().enumerate() {
        let rest = words.get(i + 1..).unwrap_or_default();
        let next = rest.first();
        if i > 0 {
            let cuts = word.is_dash()
                || word.key == "@"
                || (word.key == "+" && (continues_elsewhere(rest) || begins_field(rest)))
                || word.text.starts_with('#')
                || lexicon::PAST_IN_PASSING.has(&word.key)
                || word.key.starts_with("ex-")
                || (word.text.starts_with('(') && !is_acronym(word))
                || (!word.starts_large() && is_description(&word.key))
                || (is_and(word) && continues_elsewhere(rest))
                || (lexicon::AT.has(&word.key) && !word.starts_large());
            if cuts {
                return i;
            }
        }
        let ends_sentence = word.text.ends_with(['!', '?', ':'])
            || (word.text.ends_with('.')
                && next.is_some_and(Word::starts_large)
                && !lexicon::LEGAL_FORMS.has(&word.key)
                && word.key.chars().count() > 2
                && !word.key.contains('.'));
        let comma = word.text.ends_with(',')
            && !next
                .is_some_and(|next| lexicon::LEGAL_FORMS.has(&next.key) || is_list_with_and(rest));
        if ends_sentence || comma {
            return i + 1;
        }
    }
    words.len()
}

/// Whether a skill or a field of work comes next: "Acme + Sales".
fn begins_field(rest: &[Word]) -> bool {
    rest.first().is_none_or(|next| {
        lexicon::FUNCTIONS.has(&next.key)
            || lexicon::SKILLS.has(&next.key)
            || lexicon::NOT_CURRENT.has(&next.key)
    })
}

/// "(AWS)" belongs to a name, "(acquired by Acme)" does not.
fn is_acronym(word: &Word) -> bool {
    word.text.ends_with(')')
        && (2..=6).contains(&word.key.chars().count())
        && word.key.chars().all(char::is_alphabetic)
        && !word.text.chars().any(char::is_lowercase)
}

/// Small words that begin a description.
fn is_description(key: &str) -> bool {
    lexicon::DOINGS.has(key)
        || matches!(
            key,
            "where"
                | "who"
                | "that"
                | "which"
                | "to"
                | "as"
                | "since"
                | "until"
                | "from"
                | "with"
                | "via"
                | "while"
                | "als"
                | "seit"
                | "depuis"
                | "desde"
                | "dal"
                | "in"
                | "is"
                | "for"
                | "by"
        )
}

fn is_and(word: &Word) -> bool {
    matches!(
        word.key.as_str(),
        "&" | "and" | "und" | "et" | "y" | "e" | "i" | "og" | "och" | "en" | "/"
    )
}

/// Whether what follows "and" is another position, or a deed.
fn continues_elsewhere(rest: &[Word]) -> bool {
    let until_comma = rest
        .iter()
        .position(|word| word.text.ends_with(','))
        .map_or(rest, |at| rest.get(..=at).unwrap_or(rest));
    let names_partners = |i: usize, word: &Word| {
        word.key.starts_with("partner")
            && !until_comma
                .get(i + 1)
                .is_some_and(|next| lexicon::AT.has(&next.key))
    };
    let is_small = rest
        .first()
        .is_some_and(|word| !word.is_brand() && !lexicon::SMALL_WORDS.has(&word.key));
    is_small
        || until_comma.iter().take(4).any(|word| {
            matches!(
                word.key.as_str(),
                "student" | "phd" | "mba" | "candidate" | "lecturer" | "speaker"
            )
        })
        || until_comma.iter().enumerate().take(5).any(|(i, word)| {
            title::is_job(word)
                && !lexicon::COMPANY_WORDS.has(&word.key)
                && !names_partners(i, word)
        })
        || rest
            .first()
            .is_some_and(|word| lexicon::DOINGS.has(&word.key) && !word.starts_large())
}

/// "Field, Stone & Partners": names in a list that an "and" closes.
fn is_list_with_and(rest: &[Word]) -> bool {
    rest.len() <= 5
        && rest
            .iter()
            .any(|word| matches!(word.key.as_str(), "&" | "and" | "und"))
        && rest
            .iter()
            .all(|word| matches!(word.key.as_str(), "&" | "and" | "und") || word.starts_large())
        && !rest.iter().any(|word| {
            (title::is_job(word) || lexicon::FUNCTIONS.has(&word.key))
                && !lexicon::COMPANY_WORDS.has(&word.key)
                && !word.key.starts_with("partner")
        })
}

/// Whether words are a company's name by a sign of one: a legal form, "Group", "Labs".
pub(super) fn is_surely(words: &[Word]) -> bool {
    words.len() <= 6
        && words.iter().all(may_be_in_name)
        && !words.iter().any(is_comma_or_dash)
        && words.iter().enumerate().any(|(i, word)| {
            (i > 0 && lexicon::LEGAL_FORMS.has(&word.key) && word.starts_large())
                || (i + 1 == words.len() && i > 0 && is_company_word(word))
                || has_eastern_form(word)
        })
        && words
            .first()
            .is_some_and(|word| !lexicon::FUNCTIONS.has(&word.key) || has_legal_form(words))
        && !words
            .iter()
            .any(|word| title::is_job(word) && !is_company_word(word))
}

/// Whether a legal form stands behind a name.
pub(super) fn has_legal_form(words: &[Word]) -> bool {
    words
        .iter()
        .skip(1)
        .any(|word| lexicon::LEGAL_FORMS.has(&word.key) && word.starts_large())
}

fn is_company_word(word: &Word) -> bool {
    lexicon::COMPANY_WORDS.has(&word.key)
        && !lexicon::PLACES.has(&word.key)
        && !lexicon::FUNCTIONS.has(&word.key)
}

/// A legal form that is written together with the name.
pub(super) fn has_eastern_form(word: &Word) -> bool {
    [
        "株式会社",
        "有限会社",
        "合同会社",
        "公司",
        "集团",
        "集團",
        "주식회사",
    ]
    .iter()
    .any(|form| word.text.contains(form) && word.text.chars().count() > form.chars().count() + 1)
}

/// "株式会社AcmeでXを…": the company in a Japanese sentence that says where somebody works.
pub(super) fn in_japanese(words: &[Word]) -> Option<String> {
    const FORM: &str = "株式会社";
    let (before, after) = words.iter().find_map(|word| word.text.split_once(FORM))?;
    if before.chars().count() >= 2 && after.starts_with('で') && !before.starts_with(['元', '前'])
    {
        return Some(format!("{before}{FORM}"));
    }
    if before.ends_with(['元', '前']) {
        return None;
    }
    let name: String = after
        .chars()
        .take_while(|c| c.is_alphanumeric() && !matches!(u32::from(*c), 0x3041..=0x309F))
        .collect();
    let behind = after.strip_prefix(name.as_str())?;
    (name.chars().count() >= 2 && behind.starts_with(['で', 'の', 'に']))
        .then(|| format!("{FORM}{name}"))
}

/// Whether words can be a company's name and hardly anything else: a few, with capitals, no
/// department, place, skill or job among them.
pub(super) fn is_likely(words: &[Word]) -> bool {
    is_surely(words)
        || (has_shape_of_name(words)
            && !words
                .iter()
                .any(|word| says_something_else(word) || lexicon::PLACES.has(&word.key)))
}

/// The same where a country may follow the name ("Acme España").
pub(super) fn is_likely_with_place(words: &[Word]) -> bool {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() && lexicon::PLACES.has(&last.key) => {
            is_likely(before)
        }
        _ => is_likely(words),
    }
}

fn has_shape_of_name(words: &[Word]) -> bool {
    (1..=4).contains(&words.len())
        && words.iter().all(may_be_in_name)
        && words.first().is_some_and(Word::starts_large)
        && !(words.len() == 1 && words.iter().any(|word| lexicon::LEGAL_FORMS.has(&word.key)))
}

/// Whether a word belongs to a department, a skill, a job or a sentence.
fn says_something_else(word: &Word) -> bool {
    let names_field = |key: &str| lexicon::FUNCTIONS.has(key) || lexicon::SKILLS.has(key);
    is_comma_or_dash(word)
        || names_field(&word.key)
        || lexicon::STUDENT.has(&word.key)
        || lexicon::DOINGS.has(&word.key)
        || lexicon::SENTENCE.has(&word.key)
        || lexicon::NOT_CURRENT.has(&word.key)
        || crate::name::is_credential(&word.text)
        || (title::is_job(word) && !is_company_word(word))
        || word
            .text
            .contains(['(', ')', '"', '“', '#', '+', '/', ':', '!', '?'])
        || (!word.key.chars().any(char::is_alphabetic) && word.key != "&")
        || word
            .key
            .split(['-', '/'])
            .any(|piece| names_field(piece) || title::is_job_key(piece))
}

fn may_be_in_name(word: &Word) -> bool {
    word.is_brand() || lexicon::SMALL_WORDS.has(&word.key)
}

fn is_comma_or_dash(word: &Word) -> bool {
    word.is_dash() || word.text.ends_with(',')
}
