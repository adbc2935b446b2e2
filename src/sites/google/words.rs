//! Telling a job title from a company's name where a title has one part only ("Name - X").

use crate::rules::Rules;

/// Longest text taken for a company's name, in words and in bytes.
const COMPANY_WORDS_MAX: usize = 7;
const COMPANY_BYTES_MAX: usize = 80;

/// Whether a text is a job title: one of its words is a word for a job, in one of the
/// languages of the rule file. German, Dutch and the Nordic languages join words, so endings
/// count; scripts without spaces are searched whole.
pub(super) fn is_job(rules: &Rules, text: &str) -> bool {
    if rules.has_label("job_script", text) {
        return true;
    }
    let folded = crate::rules::fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric() && c != '\'');
    words.filter(|word| !word.is_empty()).any(|word| {
        rules.labels("job_word").iter().any(|job| job == word)
            || rules
                .labels("job_ending")
                .iter()
                .any(|ending| word.len() > ending.len() && word.ends_with(ending.as_str()))
    })
}

/// Whether a text reads as a company's name: short, a name rather than a sentence, no list.
pub(super) fn is_company(rules: &Rules, text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let short = words.len() <= COMPANY_WORDS_MAX && text.len() <= COMPANY_BYTES_MAX;
    if !short || rules.is_label("no_employer", text) {
        return false;
    }
    let legal = words
        .last()
        .is_some_and(|last| rules.is_label("legal_form", last.trim_matches(['.', ','])));
    let named = text
        .chars()
        .find(|c| c.is_alphanumeric())
        .is_some_and(|c| !c.is_lowercase());
    let listed = text.contains([',', '|', ';', '!', '?', '#', '\u{2022}']);
    // "Passionate about building things" is a sentence.
    let lower = words
        .iter()
        .filter(|word| word.chars().next().is_some_and(char::is_lowercase))
        .filter(|word| word.chars().count() > 3)
        .count();
    legal || (named && !listed && lower <= 1 && !rules.has_label("place_word", text))
}
