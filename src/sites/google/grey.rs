//! The grey line under a result's address, of 2014 to 2022: "Place - Title - Company",
//! "Place - Title at Company".

use crate::headline;
use crate::rules::Rules;

use super::employer;
use super::place;
use super::snippet::{begins, ends, is_sentence, same};
use super::title;
use super::words;

/// Longest grey line, in bytes.
const GREY_BYTES_MAX: usize = 260;

/// The grey line under a result's address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Grey {
    pub place: String,
    pub title: Option<String>,
    pub company: Option<String>,
}

/// "Zürich und Umgebung, Schweiz - Verkaufsleiter - Beispiel AG", with middle dots since 2020.
pub(super) fn whole(rules: &Rules, line: &str, parts: &title::Parts) -> Option<Grey> {
    if line.len() > GREY_BYTES_MAX || line.ends_with("...") || line.ends_with('\u{2026}') {
        return None;
    }
    let separator = if line.contains(" \u{b7} ") {
        " \u{b7} "
    } else {
        " - "
    };
    let segments: Vec<&str> = line.split(separator).map(str::trim).collect();
    let (place, rest) = segments.split_first()?;
    let (company, middle) = rest.split_last()?;
    if place.is_empty()
        || same(place, &parts.name)
        || place.chars().any(|c| c.is_ascii_digit())
        || headline::tells_deeds(place)
    {
        return None;
    }
    let title = middle.join(separator);
    let said = |text: &str| said(parts, text);
    if middle.is_empty() {
        // Two segments: the second is title or company, as the result's title says.
        // Beside a whole place, or going on where the title was cut, it is the company.
        let is_place = place::is_whole(rules, place);
        if let Some((title, company)) = employer::stated(rules, company)
            && place::is_likely(rules, place)
        {
            let ends_whole = !is_sentence(line) || words::has_company_form(rules, &company);
            let alone = parts.rest.is_empty() && ends_whole;
            return (alone || said(rest.first()?) || said(&title) || said(&company)).then(|| {
                Grey {
                    place: (*place).to_owned(),
                    title: Some(title),
                    company: Some(company),
                }
            });
        }
        let is_company = is_place && !words::is_job(rules, company);
        let is_told = is_company && words::is_company(rules, company);
        let is_job = is_place && !is_company && !is_sentence(line);
        let learns = is_place && words::is_student(rules, company);
        let alone = parts.rest.is_empty() && (is_told || is_job || learns);
        // "Leiterin WKS \u{2013} Werkplatz GmbH" ends with the company that the line names.
        let is_end = is_company && parts.rest.last().is_some_and(|last| ends(last, company));
        return (said(company) || alone || is_end).then(|| Grey {
            place: (*place).to_owned(),
            title: (alone && is_job).then(|| (*company).to_owned()),
            company: (is_company && !learns).then(|| (*company).to_owned()),
        });
    }
    let is_place = place.contains(',') || rules.has_label("place_word", place);
    // "Place - Title - more of it at Company".
    if is_place
        && !said(company)
        && !is_sentence(line)
        && let Some((end, employer)) = employer::stated(rules, company)
    {
        return Some(Grey {
            place: (*place).to_owned(),
            title: Some(format!("{title}{separator}{end}")),
            company: Some(employer),
        });
    }
    let believed = said(&title)
        || said(company)
        || (is_place && words::is_job(rules, &title) && !is_sentence(line));
    // "CTO at Acme · Acme": the title without the company that follows anyway.
    let stated = headline::split(&title);
    let employer = stated.company.as_deref();
    let repeats = employer.is_some_and(|employer| same(employer, company));
    // "CTO at Acme - Machinery": before 2017 the line ended with the industry.
    if let Some(employer) = employer
        && believed
        && !repeats
        && !said(company)
        && !words::has_company_form(rules, company)
    {
        return Some(Grey {
            place: (*place).to_owned(),
            title: stated.title.clone(),
            company: Some(employer.to_owned()),
        });
    }
    believed.then(|| Grey {
        place: (*place).to_owned(),
        title: stated.title.filter(|_| repeats).or(Some(title)),
        company: Some((*company).to_owned()),
    })
}

/// Whether the result's title says a text: in one of its parts, or in several.
pub(super) fn said(parts: &title::Parts, text: &str) -> bool {
    (0..parts.rest.len()).any(|from| {
        (from + 1..=parts.rest.len()).any(|to| {
            parts.join(from, to).is_some_and(|part| {
                same(&part, text) || (parts.cut && to == parts.rest.len() && begins(text, &part))
            })
        })
    })
}

/// "Town - CTO at Acme": what follows a front that is no job, where that states a position.
pub(super) fn behind_place<'t>(rules: &Rules, line: &'t str) -> &'t str {
    match line.split_once(" - ") {
        Some((front, rest)) if !words::is_job(rules, front) => rest,
        _ => line,
    }
}

/// The same line in front of other text, or cut: "City, Region, Country · Acme ... More".
/// The second segment must say what the title says.
pub(super) fn front(rules: &Rules, line: &str, parts: &title::Parts) -> Option<Grey> {
    let (place, rest) = line.split_once(" \u{b7} ")?;
    let second = rest.split(" \u{b7} ").next()?;
    let second = second.split(" ... ").next()?;
    let [part] = parts.rest.as_slice() else {
        return None;
    };
    let is_whole = second.len() < rest.len();
    let said = same(part, second) || (parts.cut && begins(second, part));
    // By the title, which is never longer: an office may be named after its job.
    let is_job = words::is_job(rules, part);
    (is_whole && said && place::is_likely(rules, place)).then(|| Grey {
        place: place.to_owned(),
        title: is_job.then(|| second.to_owned()),
        company: (!is_job).then(|| second.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::super::snippet::{self, Snippet};
    use super::*;
    use crate::rules::RuleSet;

    fn read_lines(title: &str, lines: &[&str]) -> Snippet {
        let rules = RuleSet::built_in().site("google").unwrap();
        let parts = title::person(rules, title).unwrap();
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        snippet::read(rules, &lines, &parts)
    }

    #[test]
    fn grey_lines_are_believed_where_something_speaks_for_them() {
        let grey = |title: &str, line: &str| {
            read_lines(title, &[line])
                .grey
                .map(|grey| (grey.place, grey.title, grey.company))
        };
        let whole = Some((
            "Oslo, Norway".to_owned(),
            Some("CTO".to_owned()),
            Some("Acme".to_owned()),
        ));
        assert_eq!(
            grey("Ada Example | LinkedIn", "Oslo, Norway - CTO - Acme"),
            whole
        );
        assert_eq!(
            grey("Ada Example - Acme", "Oslo, Norway \u{b7} CTO \u{b7} Acme"),
            whole
        );
        assert_eq!(
            grey(
                "Ada Example - CTO - Acme",
                "12.01.2021 \u{2014} Oslo, Norway \u{b7} CTO \u{b7} Acme"
            ),
            whole
        );
        assert_eq!(
            grey("Ada Example - Acme", "Oslo - Acme"),
            Some(("Oslo".to_owned(), None, None))
        );
        let beside = |place: &str| Some((place.to_owned(), None, Some("Acme Labs".to_owned())));
        assert_eq!(
            grey("Ada Example", "Oslo, Oslo, Norway \u{b7} Acme Labs"),
            beside("Oslo, Oslo, Norway")
        );
        assert_eq!(
            grey("Ada Example - Acme La ...", "Norway \u{b7} Acme Labs"),
            beside("Norway")
        );
        assert_eq!(
            grey(
                "Ada Example - Acme Labs",
                "Greater Oslo \u{b7} Acme Labs \u{b7} Looms in all sizes ..."
            ),
            beside("Greater Oslo")
        );
        assert_eq!(
            grey(
                "Ada Example - CTO at Acme",
                "Oslo, Norway \u{b7} CTO at Acme \u{b7} Acme"
            ),
            whole
        );
        for (title, line) in [
            ("Ada Example - Acme", "3.1K+ followers \u{b7} 2 months ago"),
            ("Ada Example - Acme", "Ada Example - CTO - Acme"),
            ("Ada Example", "Read this - and that - and more"),
            ("Ada Example", "Oslo, Norway - CTO - Acme ..."),
            ("Ada Example", "Oslo \u{b7} Acme Labs"),
            (
                "Ada Example - Acme",
                "Making looms sing again \u{b7} Acme \u{b7} More",
            ),
            ("Ada Example", "Making looms, and mills - Partner at Acme"),
        ] {
            assert_eq!(grey(title, line), None, "{line}");
        }
        for (line, title, company) in [
            ("Oslo, Norway - CTO at Acme", "CTO", "Acme"),
            ("Greater Oslo Area - CTO at Acme", "CTO", "Acme"),
            (
                "Bern, Schweiz - Leiterin bei A \u{2013} B GmbH",
                "Leiterin",
                "A \u{2013} B GmbH",
            ),
            (
                "Torino, Italia - Direttrice presso Esempio",
                "Direttrice",
                "Esempio",
            ),
            (
                "Utrecht, Nederland - Directeur bij Voorbeeld",
                "Directeur",
                "Voorbeeld",
            ),
            (
                "Gdynia, Polska - Kierownik w Przykład S.A.",
                "Kierownik",
                "Przykład S.A.",
            ),
            (
                "Odense, Danmark - Direktør hos Eksempel",
                "Direktør",
                "Eksempel",
            ),
            ("Oslo, Norway - VP - Sales at Acme", "VP - Sales", "Acme"),
            ("Oslo, Norway - CTO - Acme", "CTO", "Acme"),
        ] {
            let (_, job, employer) = grey("Ada Example | LinkedIn", line).expect(line);
            assert_eq!(
                (job.as_deref(), employer.as_deref()),
                (Some(title), Some(company)),
                "{line}"
            );
        }
        // Who learns has no employer, and the line is no headline either.
        for line in [
            "Oslo, Norway - Student at Sample College",
            "Oslo, Norge - Studentin bei Acme Akademie",
            "Sevilla, España - Estudiante en Universidad Modelo",
        ] {
            let found = read_lines("Ada Example | LinkedIn", &[line]);
            assert_eq!(found.stated, headline::Stated::default(), "{line}");
            assert_eq!(found.grey.and_then(|grey| grey.company), None, "{line}");
        }
    }
}
