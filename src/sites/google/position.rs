//! Title, company and place from the parts after the name, completed from the snippet.

pub(super) mod single;

use crate::headline;
use crate::rules::Rules;
use crate::sites::draft::{Draft, Field};

use super::by;
use super::employer;
use super::place;
use super::snippet::{self, Snippet};
use super::title::Parts;
use super::words;

/// Offers what the parts of a result's title state of the present position.
pub(super) fn offer(rules: &Rules, draft: &mut Draft, parts: &Parts, snippet: &Snippet) {
    let mut end = parts.rest.len();
    let only_place = |part: &String| place::is_whole(rules, part) && !is_employer_of(snippet, part);
    if end == 1 && (parts.is_profile_form || parts.rest.first().is_some_and(only_place)) {
        draft.offer(Field::Location, by::TITLE, parts.join(0, 1));
        offer_stated(draft, snippet);
        return;
    }
    if ends_with_place(rules, parts, snippet) {
        end -= 1;
        draft.offer(Field::Location, by::TITLE, parts.join(end, end + 1));
    }
    let cut = parts.cut && end == parts.rest.len();
    match end {
        0 => offer_stated(draft, snippet),
        1 => {
            let only = parts.join(0, 1).unwrap_or_default();
            single::offer(rules, draft, &only, cut, snippet);
        }
        _ => offer_several(rules, draft, parts, end, cut, snippet),
    }
}

/// Whether what is named as a company is the school of somebody who learns there: the job
/// says so, or the snippet names it as the school and as no employer. Who teaches there may
/// have learnt there too.
pub(super) fn is_own_school(
    rules: &Rules,
    snippet: &Snippet,
    title: Option<&str>,
    company: &str,
) -> bool {
    let is = |known: &Option<String>| {
        let known = known.as_deref();
        known.is_some_and(|known| snippet::same(known, company) || snippet::begins(known, company))
    };
    if is(&snippet.experience) {
        return false;
    }
    if is(&snippet.education) {
        return !title.is_some_and(|title| words::is_school_job(rules, title));
    }
    let grey = snippet.grey.as_ref();
    title
        .or_else(|| grey.and_then(|grey| grey.title.as_deref()))
        .is_some_and(|title| {
            words::is_student(rules, title)
                && (!words::is_perhaps_student(title) || words::is_school(rules, company))
        })
        && !words::has_company_form(rules, company)
}

/// What the snippet alone states of the position.
fn offer_stated(draft: &mut Draft, snippet: &Snippet) {
    let stated = &snippet.stated;
    draft.offer(Field::Title, by::SNIPPET, stated.title.as_deref());
    draft.offer(Field::Company, by::SNIPPET, stated.company.as_deref());
    draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
}

/// "Title - Company", or the reverse where something says so.
fn offer_several(
    rules: &Rules,
    draft: &mut Draft,
    parts: &Parts,
    end: usize,
    cut: bool,
    snippet: &Snippet,
) {
    if let Some((title, company)) = employer::before_extra(rules, parts, end, snippet) {
        draft.offer(Field::Title, by::TITLE, Some(title));
        draft.offer(Field::Company, by::TITLE, Some(company));
        return;
    }
    let (from, to) = company_range(rules, parts, end, cut, snippet);
    let job = parts.join(0, from).or_else(|| parts.join(to, end));
    // "Retired - Retired": no employer at all.
    let is_none = |part: &str| {
        rules.is_label("no_employer", part)
            && job.as_deref().is_some_and(|job| snippet::same(job, part))
    };
    let company = parts
        .join(from, to)
        .filter(|part| !words::is_email(part) && !is_none(part));
    let learns = |school: &String| is_own_school(rules, snippet, job.as_deref(), school);
    if company.as_ref().is_some_and(learns) {
        let job = job.filter(|job| words::is_job(rules, job));
        draft.offer(Field::Title, by::TITLE, job);
        draft.note("company", by::TITLE, "a school, not the employer");
        return;
    }
    match (&company, &snippet.experience) {
        (Some(begun), Some(whole)) if cut && snippet::begins(whole, begun) => {
            draft.offer(Field::Company, by::SNIPPET, Some(whole));
        }
        _ => {
            draft.offer(Field::Company, by::TITLE, company.as_deref());
            if cut {
                draft.note("company", by::TITLE, "cut by the search engine");
            }
        }
    }
    let Some(job) = job else {
        return;
    };
    // "CTO at Acme - Acme": the title without the company that follows anyway.
    let stated = headline::split(&job);
    let repeats = match (&stated.company, &company) {
        (Some(a), Some(b)) => snippet::same(a, b),
        _ => false,
    };
    let job = if repeats {
        stated.title.unwrap_or(job)
    } else {
        job
    };
    // "Acme - Acme" names no job.
    if company.is_none_or(|company| !snippet::same(&company, &job)) {
        draft.offer(Field::Title, by::TITLE, Some(said_once(parts, from, job)));
    }
}

/// "Engineer - Engineer - Acme": the headline and the title, which say the same.
fn said_once(parts: &Parts, to: usize, job: String) -> String {
    let halves = (parts.join(0, to / 2), parts.join(to / 2, to));
    match halves {
        (Some(first), Some(second)) if to.is_multiple_of(2) && snippet::same(&first, &second) => {
            second
        }
        _ => job,
    }
}

/// Which parts are the company: those that the snippet names, at the end sooner than before;
/// else the last one, unless it is a title behind what can only be a company.
fn company_range(
    rules: &Rules,
    parts: &Parts,
    end: usize,
    cut: bool,
    snippet: &Snippet,
) -> (usize, usize) {
    if let Some(known) = &snippet.experience {
        let tails = (0..end).map(|from| (from, end));
        let fronts = (1..end).map(|to| (0, to));
        let named = tails.chain(fronts).find(|(from, to)| {
            parts.join(*from, *to).is_some_and(|part| {
                snippet::same(known, &part) || (cut && *to == end && snippet::begins(known, &part))
            })
        });
        if let Some(range) = named {
            return range;
        }
    }
    let part = |at: usize| parts.join(at, at + 1).unwrap_or_default();
    let is_reversed = words::has_company_form(rules, &part(0)) && words::is_job(rules, &part(1));
    if end == 2 && (is_reversed || words::is_student(rules, &part(1))) {
        return (0, 1);
    }
    (end - 1, end)
}

/// Whether the snippet names a text as the employer.
fn is_employer_of(snippet: &Snippet, text: &str) -> bool {
    let known = snippet.experience.as_deref();
    known.is_some_and(|known| snippet::same(known, text))
}

/// "Name - Title - Company - Oslo, Norway": the place that the snippet names, or what reads
/// as one where two parts are left before it.
fn ends_with_place(rules: &Rules, parts: &Parts, snippet: &Snippet) -> bool {
    let count = parts.rest.len();
    let Some(last) = parts.rest.last() else {
        return false;
    };
    if parts.cut
        || words::has_company_form(rules, last)
        || words::is_job(rules, last)
        || is_employer_of(snippet, last)
    {
        return false;
    }
    let is_named = |place: &Option<String>| {
        place
            .as_deref()
            .is_some_and(|place| snippet::same(place, last))
    };
    is_named(&snippet.location)
        || (count >= 2 && rules.has_label("place_word", last))
        || (count >= 3 && last.contains(", "))
        || (count >= 2 && place::is_full(rules, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RuleSet;
    use crate::sites::google::title;

    type Read = (Option<String>, Option<String>, Option<String>);

    /// Title, company and place.
    fn read(heading: &str, line: &str) -> Read {
        let rules = RuleSet::built_in().site("google").unwrap();
        let parts = title::person(rules, heading).unwrap();
        let snippet = snippet::read(rules, &[line.to_owned()], &parts);
        let mut draft = Draft::person();
        offer(rules, &mut draft, &parts, &snippet);
        let get = |field| draft.get(field).map(str::to_owned);
        (get(Field::Title), get(Field::Company), get(Field::Location))
    }

    #[test]
    fn positions_are_read_as_the_page_states_them() {
        let acme = "Experience: Acme \u{b7} Location: Oslo";
        for (heading, line, title, company, place) in [
            ("Ada Example - CTO - Acme", "", "CTO", "Acme", ""),
            (
                "Ada Example - VP - East - Acme",
                "",
                "VP - East",
                "Acme",
                "",
            ),
            (
                "Ada Example - VP - Acme - East",
                "Experience: Acme - East \u{b7}",
                "VP",
                "Acme - East",
                "",
            ),
            (
                "Ada Example - CTO - Acme Rob ...",
                "Experience: Acme Robotics \u{b7} Location: Oslo",
                "CTO",
                "Acme Robotics",
                "",
            ),
            ("Ada Example - CTO at Acme - Acme", "", "CTO", "Acme", ""),
            ("Ada Example - Acme - CTO", acme, "CTO", "Acme", ""),
            ("Ada Example - Acme GmbH - CTO", "", "CTO", "Acme GmbH", ""),
            (
                "Ada Example - CTO - Acme - Oslo, Norway",
                "",
                "CTO",
                "Acme",
                "Oslo, Norway",
            ),
            (
                "Ada Example - CTO - Acme - Oslo",
                acme,
                "CTO",
                "Acme",
                "Oslo",
            ),
            ("Ada Example - CTO at Acme", "", "CTO", "Acme", ""),
            ("Ada Example - CTO", acme, "CTO", "Acme", ""),
            ("Ada Example - CTO", "", "CTO", "", ""),
            // No list knows the word: heading and snippet say it, beside the employer.
            (
                "Ada Example - Zwirnmeisternde",
                "Zwirnmeisternde \u{b7} Experience: Acme \u{b7} Location: Oslo",
                "Zwirnmeisternde",
                "Acme",
                "",
            ),
            (
                "Ada Example - Loom tunester",
                acme,
                "Loom tunester",
                "Acme",
                "",
            ),
            ("Ada Example - Globex", acme, "", "Acme", ""),
            (
                "Ada Example - Sustainability",
                "Sustainability \u{b7} Experience: Acme",
                "",
                "Acme",
                "",
            ),
            (
                "Ada Example - CTO @ Acme - Speaker",
                "Experience: Acme",
                "CTO",
                "Acme",
                "",
            ),
            ("Ada Example - CTO @ Acme - Looms", "", "CTO", "Acme", ""),
            (
                "Ada Example - CTO at Acme - Board Member",
                "",
                "CTO",
                "Acme",
                "",
            ),
            ("Ada Example - Acme", acme, "", "Acme", ""),
            ("Ada Example - Acme", "", "", "Acme", ""),
            (
                "Ada Example - Sample College",
                "Education: Sample College \u{b7} Location: Oslo",
                "",
                "",
                "",
            ),
            ("Ada Example - Acme - Acme", "", "", "Acme", ""),
            ("Ada Example - Retired - Retired", "", "Retired", "", ""),
            ("Ada Example - CTO - CTO - Acme", "", "CTO", "Acme", ""),
            // A school is not the employer of those who learn there.
            (
                "Ada Example - Studentin - Universität Musterstadt",
                "",
                "",
                "",
                "",
            ),
            ("Ada Example - Student - Sample Business", "", "", "", ""),
            (
                "Ada Example - Étudiante - Sample Business School",
                "",
                "",
                "",
                "",
            ),
            (
                "Ada Example - Sample Business School - Student",
                "",
                "",
                "",
                "",
            ),
            (
                "Ada Example - Sample Business",
                "Oslo, Norway \u{b7} Student \u{b7} Sample Business",
                "",
                "",
                "",
            ),
            ("Ada Example - 学生 - 見本大学", "", "", "", ""),
            (
                "Ada Example - Estudante - Universidade Modelo",
                "",
                "",
                "",
                "",
            ),
            (
                "Ada Example - Data Analyst - Sample College",
                "Education: Sample College \u{b7} Location: Oslo",
                "Data Analyst",
                "",
                "",
            ),
            (
                "Ada Example - Economics and Law - Sample College",
                "Education: Sample College \u{b7} Location: Oslo",
                "",
                "",
                "",
            ),
            (
                "Ada Example - Data Analyst - Sample Coll ...",
                "Education: Sample College \u{b7} Location: Oslo",
                "Data Analyst",
                "",
                "",
            ),
            ("Ada Example - Junior - Sample College", "", "", "", ""),
            ("Ada Example - MBA Candidate - SAMPLEAD", "", "", "", ""),
            // Of those who work there it is.
            (
                "Ada Example - Graduate Programme - Acme",
                "",
                "Graduate Programme",
                "Acme",
                "",
            ),
            (
                "Ada Example - Professorin - Universität Musterstadt",
                "",
                "Professorin",
                "Universität Musterstadt",
                "",
            ),
            (
                "Ada Example - Dean - Sample University",
                "Education: Sample University \u{b7} Location: Oslo",
                "Dean",
                "Sample University",
                "",
            ),
            (
                "Ada Example - Data Analyst - Sample College",
                "Experience: Sample College \u{b7} Education: Sample College",
                "Data Analyst",
                "Sample College",
                "",
            ),
            (
                "Ada Example - Student Adviser - Sample College",
                "",
                "Student Adviser",
                "Sample College",
                "",
            ),
            (
                "Ada Example - Werkstudentin Marketing - Acme GmbH",
                "",
                "Werkstudentin Marketing",
                "Acme GmbH",
                "",
            ),
            (
                "Ada Example - Intern - Acme",
                "Experience: Acme \u{b7} Education: Sample College",
                "Intern",
                "Acme",
                "",
            ),
            ("Ada Example - Making mills sing again", "", "", "", ""),
            (
                "Ada Example - Making mills sing again",
                acme,
                "",
                "Acme",
                "",
            ),
            ("Ada Example - Something cut ...", "", "", "", ""),
            (
                "Ada Example",
                "CTO at Acme \u{b7} Location: Oslo",
                "CTO",
                "Acme",
                "",
            ),
            ("Ada Example", "", "", "", ""),
            (
                "Ada Example - CTO at The ...",
                "CTO at The Acme Trust \u{b7} Looms since",
                "CTO",
                "The Acme Trust",
                "",
            ),
            (
                "Ada Example - Leiterin Vertrieb bei ...",
                "",
                "Leiterin Vertrieb",
                "",
                "",
            ),
            ("Ada Example - Head of ...", "", "Head of", "", ""),
            (
                "Ada Example - Professor at Institute of Looms, Oslo",
                "Experience: Institute of Looms, Oslo \u{b7} Location: Oslo",
                "Professor",
                "Institute of Looms, Oslo",
                "",
            ),
            (
                "Ada Example - Gdynia, Pomorskie, Polska",
                "",
                "",
                "",
                "Gdynia, Pomorskie, Polska",
            ),
            (
                "Ada Example - CTO - Acme, Oslo, Norway",
                "Experience: Acme, Oslo, Norway",
                "CTO",
                "Acme, Oslo, Norway",
                "",
            ),
            (
                "Ada Example - Directeur - Lyon, Rhône, France",
                "",
                "Directeur",
                "",
                "Lyon, Rhône, France",
            ),
            ("Ada Example - CEO - ada@mail.example", "", "CEO", "", ""),
            ("Ada Example - acme.example", "", "", "acme.example", ""),
            (
                "Ada Example - Scaling Mill & Loom Companies",
                "",
                "",
                "",
                "",
            ),
            ("Ada Example", "CTO at Acme Labs", "CTO", "Acme Labs", ""),
            (
                "Ada Example",
                "Talented engineer, glad to work on looms. \u{b7} Location: Oslo",
                "",
                "",
                "",
            ),
        ] {
            let owned = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            assert_eq!(
                read(heading, line),
                (owned(title), owned(company), owned(place)),
                "{heading} / {line}"
            );
        }
    }
}
