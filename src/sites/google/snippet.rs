//! What the texts around a result state of a person: the grey line "Place - Title - Company"
//! of 2016 to 2022, the labelled description "Experience: … · Location: …" since then.

use crate::headline;
use crate::rules::Rules;

use super::grey::{self, Grey};
use super::place;
use super::title;

/// What was found. Every value is as displayed, and whole: cut ones are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The name in the source line, "LinkedIn · Name".
    pub source_name: Option<String>,
    /// Place, title and company of the grey line.
    pub grey: Option<Grey>,
    /// After "Experience:": the company of the present position.
    pub experience: Option<String>,
    /// What a description with labels begins with, where it is whole: the person's headline.
    pub headline: Option<String>,
    /// After "Education:".
    pub education: Option<String>,
    /// After "Location:".
    pub location: Option<String>,
    /// The place that a description without labels gives.
    pub place: Option<String>,
    /// What the description begins with, where it states title and company.
    pub stated: headline::Stated,
}

/// Longest date before a snippet, in bytes.
const DATE_BYTES_MAX: usize = 40;

/// Reads the texts of a result. `parts` are those of its title: a grey line without labels
/// is believed where it says again what the title says, or begins with a place.
pub(super) fn read(rules: &Rules, lines: &[String], parts: &title::Parts) -> Snippet {
    let mut found = Snippet::default();
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = source_name(rules, line) {
            found.source_name.get_or_insert(name);
            continue;
        }
        let text = undated(line);
        let is_labelled = read_labels(rules, text, &mut found);
        if found.grey.is_none() {
            let whole = grey::whole(rules, text, parts).filter(|_| !is_labelled);
            found.grey = whole.or_else(|| grey::front(rules, text, parts));
            // Whatever it states is read.
            if found.grey.is_some() && !text.contains(" \u{b7} ") {
                continue;
            }
        }
        // "Town, Region" above what the title says again.
        let next = lines.get(at + 1).map(|next| undated(next));
        if found.place.is_none()
            && next.is_some_and(|next| grey::said(parts, next))
            && place::is_town_in_region(rules, text)
        {
            found.place = Some(text.to_owned());
        }
        if found.place.is_none() {
            found.place = place::in_description(rules, text, parts);
        }
        if !is_labelled && found.stated == headline::Stated::default() {
            found.stated = headline_in(rules, text, parts).unwrap_or_default();
        }
    }
    found
}

impl Snippet {
    /// The place: the whole one sooner than its first part or a postcode.
    pub(super) fn location(&self) -> Option<&str> {
        match (self.place.as_deref(), self.location.as_deref()) {
            (Some(place), Some(short))
                if !begins(place, short) && short.chars().any(char::is_alphabetic) =>
            {
                Some(short)
            }
            (place, short) => place.or(short),
        }
    }
}

/// The headline that a description without labels begins with: behind the name ("Name.
/// Headline. Company School. Place."), as the whole line, or going on where the result's
/// title was cut.
fn headline_in(rules: &Rules, line: &str, parts: &title::Parts) -> Option<headline::Stated> {
    let (text, cut) = title::uncut(line);
    let behind_name = text
        .strip_prefix(parts.name.as_str())
        .and_then(|rest| rest.strip_prefix(". "));
    let first = match (behind_name, parts.rest.as_slice()) {
        (Some(behind), _) => behind.get(..sentence_end(behind)?),
        (None, []) if !cut && !is_sentence(text) && !text.contains(" \u{b7} ") => {
            Some(grey::behind_place(rules, text))
        }
        (None, [begun]) if parts.cut => text
            .split(" \u{b7} ")
            .next()
            .filter(|first| first.len() < text.len() && begins(first, begun)),
        _ => None,
    }?;
    let stated = headline::split(first);
    (stated.title.is_some() && stated.company.is_some()).then_some(stated)
}

/// The text behind the date that a snippet may begin with: "12.01.2021 — Oslo, Norway · …".
fn undated(line: &str) -> &str {
    let Some((front, rest)) = line.split_once(" \u{2014} ") else {
        return line;
    };
    let is_date = front.len() <= DATE_BYTES_MAX && front.contains(|c: char| c.is_ascii_digit());
    if is_date { rest } else { line }
}

/// "LinkedIn · Ada Example"
pub(super) fn source_name(rules: &Rules, line: &str) -> Option<String> {
    let (site, name) = line.split_once(" \u{b7} ")?;
    let (name, cut) = title::uncut(name);
    let is_named = rules.is_label("site_name", site) && !cut && !name.is_empty();
    is_named.then(|| title::without_badges(name))
}

/// Reads "Experience: Acme · Education: … · Location: Oslo · 500+ connections". Gives whether
/// the line has a label.
fn read_labels(rules: &Rules, line: &str, found: &mut Snippet) -> bool {
    let mut labelled = false;
    let segments: Vec<&str> = line.split('\u{b7}').map(str::trim).take(30).collect();
    for (at, segment) in segments.iter().enumerate() {
        let last = at + 1 == segments.len();
        for (key, slot) in [
            ("experience", &mut found.experience),
            ("education", &mut found.education),
            ("location", &mut found.location),
        ] {
            let Some(value) = labelled_value(rules, key, segment) else {
                continue;
            };
            labelled = true;
            if slot.is_none() {
                *slot = whole_value(value, last);
            }
        }
    }
    if labelled
        && let Some(first) = segments.first()
        && !first.contains([':', '\u{ff1a}'])
    {
        let (first, cut) = title::uncut(first);
        if !cut && found.headline.is_none() {
            found.headline = Some(first.to_owned());
        }
        if !cut && found.stated == headline::Stated::default() {
            found.stated = headline::split(first);
            // "Talented engineer, glad to work on mills." is prose.
            if is_sentence(first) && found.stated.company.is_none() {
                found.stated = headline::Stated::default();
            }
        }
    }
    labelled
}

/// The text after a label word and a colon; the label may follow other text ("… Location: X"
/// after a sentence).
fn labelled_value<'t>(rules: &Rules, key: &str, segment: &'t str) -> Option<&'t str> {
    if let Some(value) = rules.after_label(key, segment) {
        return Some(value);
    }
    let (front, value) = segment.split_once([':', '\u{ff1a}'])?;
    let label = front.rsplit(['.', '!', '?', ';', '\u{3002}']).next()?;
    (label.len() < front.len() && rules.is_label(key, label)).then(|| value.trim())
}

/// The value up to the end of its sentence. Cut by the search engine, it may lack words that
/// change its meaning ("San …"): then there is none.
fn whole_value(value: &str, last: bool) -> Option<String> {
    let mut value = value;
    if last {
        let (text, cut) = title::uncut(value);
        value = text;
        match sentence_end(value) {
            Some(at) => value = value.get(..at).unwrap_or(value),
            None if cut => return None,
            None => {}
        }
    }
    let value = without_full_stop(value.trim());
    (!value.is_empty()).then(|| value.to_owned())
}

/// Where the first sentence ends: a full stop and a space after a word of more than three
/// letters ("St. Gallen", "Inc. and" do not end one).
fn sentence_end(text: &str) -> Option<usize> {
    text.match_indices(". ").map(|(at, _)| at).find(|at| {
        let word = text
            .get(..*at)
            .unwrap_or_default()
            .rsplit([' ', '.'])
            .next()
            .unwrap_or_default();
        word.chars().count() > 3
    })
}

/// Drops the full stop that ends a sentence, but not that of "D.C." or "Co.".
fn without_full_stop(text: &str) -> &str {
    let Some(front) = text.strip_suffix(['.', '\u{3002}']) else {
        return text;
    };
    let word = front.rsplit(' ').next().unwrap_or_default();
    if word.contains('.') || word.chars().count() <= 3 {
        text
    } else {
        front
    }
}

/// Whether a line ends as sentences do.
pub(super) fn is_sentence(line: &str) -> bool {
    line.ends_with(['.', '!', '?', '\u{3002}'])
}

/// Whether two texts are the same but for case and punctuation.
pub(super) fn same(a: &str, b: &str) -> bool {
    let (a, b) = (letters(a), letters(b));
    !a.is_empty() && a == b
}

/// Whether `text` ends with `tail`, but for case and punctuation.
pub(super) fn ends(text: &str, tail: &str) -> bool {
    let (text, tail) = (letters(text), letters(tail));
    !tail.is_empty() && text.ends_with(&tail)
}

/// Whether `whole` goes on where `cut` ends, but for case and punctuation.
pub(super) fn begins(whole: &str, cut: &str) -> bool {
    let (whole, cut) = (letters(whole), letters(cut));
    !cut.is_empty() && whole.starts_with(&cut)
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(crate::unicode::lower_char)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;

    fn read_lines(title: &str, lines: &[&str]) -> Snippet {
        let rules = RuleSet::built_in().site("google").unwrap();
        let parts = title::person(rules, title).unwrap();
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        read(rules, &lines, &parts)
    }

    #[test]
    fn labels_are_read_in_many_languages() {
        for (line, company, place) in [
            (
                "Experience: Acme \u{b7} Education: Sample College \u{b7} Location: Oslo \u{b7} 500+ connections on LinkedIn.",
                "Acme",
                "Oslo",
            ),
            (
                "CTO bei Acme \u{b7} Berufserfahrung: Acme \u{b7} Ort: St. Gallen",
                "Acme",
                "St. Gallen",
            ),
            ("Expérience : Acme \u{b7} Lieu : Lyon.", "Acme", "Lyon"),
            ("職歴：見本 \u{b7} 場所：東京", "見本", "東京"),
            (
                "12. jan. 2021 \u{2014} Erfaring: Acme \u{b7} Beliggenhed: Odense",
                "Acme",
                "Odense",
            ),
            (
                "Experience: Acme Co. \u{b7} Location: Washington D.C.",
                "Acme Co.",
                "Washington D.C.",
            ),
            (
                "I sell mills. Experience: Acme \u{b7} Location: Leeds. View the profile ...",
                "Acme",
                "Leeds",
            ),
        ] {
            let found = read_lines("Ada Example", &[line]);
            assert_eq!(found.experience.as_deref(), Some(company), "{line}");
            assert_eq!(found.location.as_deref(), Some(place), "{line}");
        }
    }

    #[test]
    fn a_value_that_was_cut_is_left_out() {
        assert_eq!(
            read_lines("Ada Example", &["Location: San ..."]).location,
            None
        );
        assert_eq!(
            read_lines("Ada Example", &["Experience: Acme \u{b7} Location: ..."]).location,
            None
        );
    }

    #[test]
    fn the_whole_place_wins_over_a_part_of_it_or_a_postcode() {
        for (line, place) in [
            (
                "Bath, England, United Kingdom \u{b7} Acme \u{b7} Location: Bath",
                "Bath, England, United Kingdom",
            ),
            (
                "590 followers \u{b7} Gdynia, Pomorskie, Polska \u{b7} Acme \u{b7} Lokalizacja: 81-001",
                "Gdynia, Pomorskie, Polska",
            ),
            (
                "Bath, England, United Kingdom \u{b7} Acme \u{b7} Location: Leeds",
                "Leeds",
            ),
            ("Acme \u{b7} Location: Leeds", "Leeds"),
        ] {
            let found = read_lines("Ada Example - Acme", &[line]);
            assert_eq!(found.location(), Some(place), "{line}");
        }
    }
}
