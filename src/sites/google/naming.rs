//! Whose a result is where its heading does not begin with the name: "CTO at Acme - LinkedIn",
//! "CTO \u{2013} Ada Example". A title is nobody's name: the name is taken from the site line,
//! from another part of the heading, from the snippet or from the address.

use crate::headline;
use crate::rules::{self, Rules};
use crate::unicode::{is_mark, nfd};

use super::by;
use super::results::Organic;
use super::snippet;
use super::title::{self, Parts};
use super::words;

/// Most words of a name.
const NAME_WORDS_MAX: usize = 6;

/// A heading's parts with the person's name in front, and the strategy that told the name.
/// `None` where the heading names a position and nothing says whose it is.
pub(super) fn person(
    rules: &Rules,
    result: &Organic,
    url: Option<&str>,
) -> Option<(Parts, &'static str)> {
    let mut parts = title::person(rules, &result.title)?;
    let slug = url.map(slug_words).unwrap_or_default();
    // "CTO at Acme", "Finance Director"; of others ("Dean Example") it is not sure.
    let is_sure = super::employer::stated(rules, &parts.name).is_some()
        || headline::is_bare_title(&parts.name);
    let is_title = is_sure || words::is_job(rules, &parts.name);
    let source = result
        .lines
        .iter()
        .find_map(|line| snippet::source_name(rules, line));
    let is_told = source
        .as_deref()
        .is_some_and(|name| snippet::same(name, &parts.name));
    // "Dean Example": some names are jobs too.
    let is_own = is_told || is_in_slug(rules, &parts.name, &slug);
    if !is_title || is_own || is_whole_in_slug(&parts.name, &slug) {
        return Some((parts, by::TITLE));
    }
    let can_be_name = |name: &str| {
        (1..=NAME_WORDS_MAX).contains(&name.split_whitespace().count())
            && !words::is_job(rules, name)
            && !words::has_company_form(rules, name)
            && !name.contains(|c: char| c.is_ascii_digit())
    };
    let in_heading = || {
        let mut rest = parts.rest.iter();
        rest.find(|part| can_be_name(part) && is_whole_in_slug(part, &slug))
            .cloned()
    };
    let (name, told_by) = source
        .filter(|name| can_be_name(name))
        .map(|name| (name, by::SOURCE))
        .or_else(|| Some((in_heading()?, by::TITLE)))
        .or_else(|| {
            let mut lines = result.lines.iter();
            let name = lines.find_map(|line| profile_of(rules, line))?;
            (name.contains(' ') && can_be_name(&name)).then_some((name, by::SNIPPET))
        })
        .or_else(|| {
            if is_sure {
                Some((name_in_slug(rules, &slug)?, by::LINK))
            } else {
                Some((parts.name.clone(), by::TITLE))
            }
        })?;
    if name != parts.name {
        parts.rest.retain(|part| !snippet::same(part, &name));
        let title = std::mem::replace(&mut parts.name, name);
        parts.rest.insert(0, title);
        if parts.dash.is_empty() {
            parts.dash = " - ";
        }
    }
    Some((parts, told_by))
}

/// "View Ada Example's professional profile on LinkedIn."
fn profile_of(rules: &Rules, line: &str) -> Option<String> {
    line.split([';', '\u{b7}'])
        .flat_map(|segment| segment.split(". "))
        .take(30)
        .find_map(|sentence| {
            let mut patterns = rules.patterns("profile_of").iter();
            patterns.find_map(|pattern| pattern.capture(sentence.trim(), "name"))
        })
        .map(str::to_owned)
}

/// The words of the slug in a profile's address, without what numbers are in.
fn slug_words(url: &str) -> Vec<String> {
    let mut segments = url.split('/').skip(3);
    let slug = segments.nth(1).unwrap_or_default();
    let slug = crate::canonical::percent_decode(slug).unwrap_or_default();
    plain(&slug)
        .split(['-', '_', '.'])
        .filter(|word| !word.is_empty() && word.chars().all(char::is_alphabetic))
        .map(str::to_owned)
        .collect()
}

/// Whether the slug has one of the words of a text that name no job.
fn is_in_slug(rules: &Rules, text: &str, slug: &[String]) -> bool {
    words_of(text).iter().any(|word| {
        word.chars().count() > 2
            && !words::is_job(rules, word)
            && slug.iter().any(|part| part.contains(word))
    })
}

/// Whether the slug has all the words of a text, two at least.
fn is_whole_in_slug(text: &str, slug: &[String]) -> bool {
    let words = words_of(text);
    let has = |word: &String| slug.iter().any(|part| part.contains(word.as_str()));
    words.len() > 1 && words.iter().all(has)
}

/// "Ada Example", as "ada-example-1b2" has it.
fn name_in_slug(rules: &Rules, slug: &[String]) -> Option<String> {
    let capital = |word: &String| {
        let mut letters = word.chars();
        let first = letters.next()?;
        Some(first.to_uppercase().chain(letters).collect::<String>())
    };
    let words: Vec<String> = slug.iter().filter_map(capital).collect();
    let is_name = (2..=4).contains(&words.len())
        && words.iter().all(|word| word.chars().count() > 1)
        && !slug.iter().any(|word| words::is_job(rules, word));
    is_name.then(|| words.join(" "))
}

fn words_of(text: &str) -> Vec<String> {
    plain(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Small letters without accents, as slugs are written.
fn plain(text: &str) -> String {
    nfd(&rules::fold(text))
        .chars()
        .filter(|c| !is_mark(*c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn named(title: &str, line: &str, slug: &str) -> Option<(String, Vec<String>)> {
        let rules = RuleSet::built_in().site("google").unwrap();
        let result = Organic {
            title: title.to_owned(),
            url: None,
            lines: vec![line.to_owned()],
        };
        let url = format!("https://www.linkedin.com/in/{slug}");
        let url = (!slug.is_empty()).then_some(url.as_str());
        person(rules, &result, url).map(|(parts, _)| (parts.name, parts.rest))
    }

    #[test]
    fn a_title_is_nobodys_name() {
        let view = "CTO. View Ada Example's professional profile on LinkedIn. LinkedIn is";
        for (title, line, slug, name, rest) in [
            (
                "CTO at Acme - LinkedIn",
                view,
                "ax-1b2",
                "Ada Example",
                "CTO at Acme",
            ),
            (
                "CTO at Acme - LinkedIn",
                "",
                "ada-example-1b2",
                "Ada Example",
                "CTO at Acme",
            ),
            (
                "CTO \u{2013} Zoé Example",
                "",
                "zoe-example",
                "Zoé Example",
                "CTO",
            ),
            (
                "Head of Sales - Ada Example",
                "LinkedIn \u{b7} Ada Example",
                "",
                "Ada Example",
                "Head of Sales",
            ),
            ("Ada Example - CTO", view, "ax", "Ada Example", "CTO"),
            ("Dean Example - CTO", "", "tech-guy", "Dean Example", "CTO"),
            ("Mason Baker - CTO", "", "masonbaker", "Mason Baker", "CTO"),
            (
                "Finance Director | LinkedIn",
                "",
                "ada-example",
                "Ada Example",
                "Finance Director",
            ),
            (
                "Dean Cook - CTO",
                "LinkedIn \u{b7} Dean Cook",
                "dc-1",
                "Dean Cook",
                "CTO",
            ),
        ] {
            let found = named(title, line, slug);
            let expected = (name.to_owned(), vec![rest.to_owned()]);
            assert_eq!(found, Some(expected), "{title} / {line} / {slug}");
        }
        assert_eq!(named("CTO at Acme - LinkedIn", "", "ax1b2"), None);
        assert_eq!(named("Head of Sales - LinkedIn", "", "ax1b2"), None);
        assert_eq!(
            named("CTO at Acme - LinkedIn", "View Acme Ltd's page", ""),
            None
        );
    }
}
