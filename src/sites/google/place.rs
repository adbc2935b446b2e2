//! Places, told by structure: "City, Region, Country", a country alone, "Greater … Area";
//! and where in a description the member's own place stands.

use crate::rules::Rules;

use super::snippet;
use super::title::{self, Parts};
use super::words;

/// Longest part of a place, in words and in bytes.
const PART_WORDS_MAX: usize = 6;
const PART_BYTES_MAX: usize = 60;
/// Most parts of a place.
const PARTS_MAX: usize = 5;
/// Most sentences of a description looked at.
const SENTENCES_MAX: usize = 40;
/// What divides a description.
const STOPS: [&str; 6] = [" ... ", "\u{2026} ", ". ", "\u{3002}", " \u{b7} ", " | "];

/// Whether a text is a whole place: parts between commas of which the last is a country, or
/// a country alone.
pub(super) fn is_whole(rules: &Rules, text: &str) -> bool {
    let parts = parts(text);
    let Some((country, before)) = parts.split_last() else {
        return false;
    };
    if before.is_empty() {
        return is_country(rules, country) || is_spaced(rules, country);
    }
    parts.len() <= PARTS_MAX
        && is_country(rules, country)
        && before.iter().all(|part| can_be_part(part))
        && !before.first().is_some_and(|part| is_other(rules, part))
}

/// Whether what could be a part of a place is a slogan, an employer or a job.
fn is_other(rules: &Rules, part: &str) -> bool {
    let tells = |word: &str| rules.is_label("slogan_word", word) || word.eq_ignore_ascii_case("in");
    part.split_whitespace().any(tells)
        || words::has_company_form(rules, part)
        || words::is_employer(rules, part)
        || words::is_job(rules, part)
}

/// "Dallas, Texas": a place without its country, which something else has to speak for.
pub(super) fn is_town_in_region(rules: &Rules, text: &str) -> bool {
    let parts = parts(text);
    (2..=3).contains(&parts.len())
        && parts
            .iter()
            .all(|part| can_be_part(part) && !is_other(rules, part))
}

/// Whether a text is a whole place of at least three parts: with two, a company and its
/// country look the same.
pub(super) fn is_full(rules: &Rules, text: &str) -> bool {
    parts(text).len() > 2 && is_whole(rules, text)
}

/// Whether a text can be a place beside something that speaks for it.
pub(super) fn is_likely(rules: &Rules, text: &str) -> bool {
    is_whole(rules, text)
        || (can_be_part(text)
            && !words::has_company_form(rules, text)
            && (rules.has_label("place_word", text)
                || crate::rules::fold(text).starts_with("greater ")))
}

/// Whether a text is the name of a country.
pub(super) fn is_country(rules: &Rules, text: &str) -> bool {
    rules.is_label("country", text)
}

/// "دبي الإمارات العربية المتحدة", "日本 東京都": scripts that put no comma between.
fn is_spaced(rules: &Rules, text: &str) -> bool {
    if text.len() > PART_BYTES_MAX * 2 || text.chars().any(|c| c.is_ascii() && c != ' ') {
        return false;
    }
    text.match_indices(' ').take(PART_WORDS_MAX).any(|(at, _)| {
        let (front, back) = (text.get(..at), text.get(at + 1..));
        [front, back]
            .into_iter()
            .flatten()
            .any(|part| is_country(rules, part))
    })
}

fn parts(text: &str) -> Vec<&str> {
    text.split([',', '\u{60c}', '\u{ff0c}', '\u{3001}'])
        .take(PARTS_MAX + 1)
        .map(str::trim)
        .collect()
}

/// A name of a town or a region: short, no sentence, no list, no number.
fn can_be_part(text: &str) -> bool {
    let is_named = text
        .trim_start_matches(['\'', '\u{2019}'])
        .chars()
        .next()
        .is_some_and(char::is_alphabetic);
    let small = text.split_whitespace().filter(|word| {
        word.chars().next().is_some_and(char::is_lowercase) && word.chars().count() > 3
    });
    is_named
        && text.len() <= PART_BYTES_MAX
        && text.split_whitespace().count() <= PART_WORDS_MAX
        && small.count() < 2
        && !text.contains(|c: char| c.is_ascii_digit() || ":;!?/@#|\"\u{b7}".contains(c))
        && !text.chars().next().is_some_and(char::is_lowercase)
}

/// The member's place in a description: "Headline. Company School. City, Region, Country.",
/// "City, Region, Country. 1K followers 500+ connections", "City, Region, Country · Company".
/// Places of positions, which follow their dates, and of other members are not it.
pub(super) fn in_description(rules: &Rules, line: &str, title: &Parts) -> Option<String> {
    let sentences = sentences(line);
    let at = |i: usize| sentences.get(i).map(|sentence| sentence.text);
    sentences.iter().enumerate().find_map(|(i, sentence)| {
        if !is_whole(rules, sentence.text) {
            return None;
        }
        let next = at(i + 1);
        let before = i.checked_sub(1).and_then(at);
        let counts_follow = next.is_some_and(|next| next.starts_with(|c: char| c.is_ascii_digit()));
        let is_alone = parts(sentence.text).len() == 1;
        let told = match before {
            Some(before) if has_year(before) => false,
            // "590+ followers · City, Region, Country · Company".
            Some(before) if i == 1 && before.starts_with(|c: char| c.is_ascii_digit()) => !is_alone,
            Some(_) => {
                counts_follow
                    || (!is_alone
                        && (next.is_none() || matches!(sentence.stop, " ... " | "\u{2026} ")))
            }
            None if sentence.stop == " \u{b7} " => {
                !is_alone
                    || title.rest.first().zip(next).is_some_and(|(part, next)| {
                        snippet::begins(next, part) || snippet::begins(part, next)
                    })
            }
            None => counts_follow,
        };
        told.then(|| sentence.text.to_owned())
    })
}

/// "Acme is located in Lisbon, Lisboa, Portugal.": what Crunchbase says of a company.
pub(super) fn of_company<'t>(line: &'t str, name: &str) -> Option<&'t str> {
    let (front, behind) = line.split_once(" is located in ")?;
    let behind = behind.split(". ").next()?;
    let (place, cut) = title::uncut(behind);
    let place = place.trim_end_matches('.');
    let is_own = front == name || front.ends_with(&format!(" {name}"));
    (is_own && !cut && parts(place).iter().all(|part| can_be_part(part))).then_some(place)
}

/// A piece of a description, and what ends it.
struct Sentence<'t> {
    text: &'t str,
    stop: &'static str,
}

fn sentences(line: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let mut rest = line;
    // Where to look on: a full stop behind "St" ends nothing.
    let mut from = 0;
    while found.len() < SENTENCES_MAX {
        let ahead = rest.get(from..).unwrap_or_default();
        let first = STOPS
            .iter()
            .filter_map(|stop| ahead.find(stop).map(|at| (at + from, *stop)))
            .min_by_key(|(at, _)| *at);
        let Some((at, stop)) = first else {
            break;
        };
        let text = rest.get(..at).unwrap_or_default();
        let after = at + stop.len();
        if stop == ". " && is_abbreviated(text) {
            from = after;
            continue;
        }
        found.push(Sentence {
            text: text.trim(),
            stop,
        });
        rest = rest.get(after..).unwrap_or_default();
        from = 0;
    }
    let (last, _) = title::uncut(rest);
    let last = last.trim_end_matches(['.', '\u{3002}']).trim();
    if !last.is_empty() {
        found.push(Sentence {
            text: last,
            stop: "",
        });
    }
    found
}

/// "St. Gallen", "Ft. Worth"
fn is_abbreviated(text: &str) -> bool {
    let word = text.rsplit([' ', ',']).next().unwrap_or_default();
    ["st", "ste", "ft", "mt", "dr", "sta"]
        .iter()
        .any(|short| word.eq_ignore_ascii_case(short))
}

/// Whether a year stands in a text, as in the dates of a position.
fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() == 4 && (number.starts_with("19") || number.starts_with("20")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn rules() -> &'static Rules {
        RuleSet::built_in().site("google").unwrap()
    }

    #[test]
    fn places_end_in_a_country() {
        for place in [
            "London, England, United Kingdom",
            "New York, New York, United States",
            "St. Gallen, Schweiz",
            "Hamburg, Deutschland",
            "Lyon, Auvergne-Rhône-Alpes, France",
            "Sevilla, Andalucía, España",
            "São Paulo, São Paulo, Brasil",
            "Torino, Piemonte, Italia",
            "'s-Hertogenbosch, Noord-Brabant, Nederland",
            "Warszawa, Mazowieckie, Polska",
            "Praha, Česko",
            "Москва, Россия",
            "日本 東京都",
            "دبي الإمارات العربية المتحدة",
            "دبي، الإمارات العربية المتحدة",
            "United States",
        ] {
            assert!(is_whole(rules(), place), "{place}");
        }
        for other in [
            "Sales Director, Brazil",
            "Acme GmbH, Deutschland",
            "University of Example, United Kingdom",
            "Helping teams in Spain, France, Italy",
            "CTO, Speaker, Mentor",
            "24 High Street, Leeds, United Kingdom",
            "Clearfield, Utah, United",
            "Oslo",
            "",
            ",",
        ] {
            assert!(!is_whole(rules(), other), "{other}");
        }
    }

    #[test]
    fn descriptions_give_the_members_own_place() {
        let in_line = |line: &str| {
            let title = title::person(rules(), "Ada Example - Acme").unwrap();
            in_description(rules(), line, &title)
        };
        for (line, place) in [
            (
                "Ada Example. Head of Looms. Acme Sample College. Leeds, England, United Kingdom.",
                "Leeds, England, United Kingdom",
            ),
            (
                "London, England, United Kingdom. 1K followers 500+ connections. See your ...",
                "London, England, United Kingdom",
            ),
            ("Acme. United Kingdom. 441 followers", "United Kingdom"),
            ("United States · Acme. More", "United States"),
            (
                "590+ followers · Bath, England, United Kingdom · Acme · Experience: Acme",
                "Bath, England, United Kingdom",
            ),
            (
                "Mills ... Saint Helens, England, United Kingdom ... More",
                "Saint Helens, England, United Kingdom",
            ),
            (
                "Acme Inc. St. Louis, Missouri, United States.",
                "St. Louis, Missouri, United States",
            ),
            (
                "Ada Example. Acme. Hamburg, Deutschland. 90 Follower:innen",
                "Hamburg, Deutschland",
            ),
            (
                "Acme. Kraków, Małopolskie, Polska. 500 obserwujących",
                "Kraków, Małopolskie, Polska",
            ),
            ("見本. 日本 東京都. 120 人のフォロワー", "日本 東京都"),
        ] {
            assert_eq!(in_line(line).as_deref(), Some(place), "{line}");
        }
        for line in [
            "Acme. May 2017 - Present 6 years. London, England, United Kingdom.",
            "London, England, United Kingdom. Company ghost image",
            "Ben Sample. Helsinki, Finland · Connect · Cleo Probe",
            "We sell in Spain, France, Italy. 20 shops",
            "Clearfield, Utah, United ...",
            "United States · Connect",
            "",
        ] {
            assert_eq!(in_line(line), None, "{line}");
        }
    }
}
