//! Titles that no list of words knows, where the structure of heading and snippet names them.

use crate::headline;
use crate::rules::Rules;

use super::link;
use super::place;
use super::snippet::{self, Snippet};
use super::words;

/// Longest title taken without a known word, in words and in bytes.
const WORDS_MAX: usize = 6;
const BYTES_MAX: usize = 80;
/// Signs of lists and sentences, which titles have none of.
const SIGNS: &[char] = &[
    ',', '|', ';', ':', '!', '?', '#', '@', '"', '\u{201c}', '\u{201e}', '\u{2022}', '\u{ab}',
];

/// Whether a text can be a title, whatever its words: short, and neither a sentence, a list, a
/// field of work, a place, a school nor a company.
pub(super) fn is_title(rules: &Rules, text: &str) -> bool {
    let is_short = (1..=WORDS_MAX).contains(&text.split_whitespace().count())
        && text.len() <= BYTES_MAX
        && text
            .chars()
            .find(|c| c.is_alphabetic())
            .is_some_and(|c| !c.is_lowercase());
    let is_other = || {
        text.contains(SIGNS)
            || text.contains(|c: char| c.is_ascii_digit())
            || words::is_slogan(rules, text)
            || words::is_student(rules, text)
            || words::is_school(rules, text)
            || words::is_employer(rules, text)
            || words::has_company_form(rules, text)
            || headline::is_no_title(text)
            || link::displayed_host(text).is_some()
            || rules.has_label("place_word", text)
            || place::is_whole(rules, text)
    };
    is_short && !is_other()
}

/// Whether the one part behind the name is the title although no word tells it: the snippet
/// names the employer, which it is not, and begins with the same text as the person's headline.
/// Where the snippet begins with something else, the form must tell: no company's name has a
/// word written small ("Yoga teacher").
pub(super) fn is_told(rules: &Rules, part: &str, snippet: &Snippet) -> bool {
    let Some(employer) = &snippet.experience else {
        return false;
    };
    let is_employer = snippet::begins(employer, part) || snippet::begins(part, employer);
    let is_headline = || {
        let headline = snippet.headline.as_deref();
        headline.is_some_and(|headline| snippet::same(headline, part))
    };
    let is_written_small = || {
        let mut rest = part.split_whitespace().skip(1);
        rest.any(|word| word.chars().count() > 3 && word.chars().all(char::is_lowercase))
    };
    !is_employer && (is_headline() || is_written_small()) && is_title(rules, part)
}
