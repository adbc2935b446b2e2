//! A title with one part after the name: "CTO at Acme", a title, a company, or a line of the
//! person's own.

use crate::headline;
use crate::rules::Rules;
use crate::sites::draft::{Draft, Field};

use super::is_own_school;
use crate::sites::google::snippet::{self, Snippet};
use crate::sites::google::{by, employer, plausible, title, words};

/// Offers what the one part states, completed from the snippet.
pub(in crate::sites::google) fn offer(
    rules: &Rules,
    draft: &mut Draft,
    part: &str,
    cut: bool,
    snippet: &Snippet,
) {
    let whole = &snippet.stated;
    let part = if cut {
        title::without_dangling(rules, part)
    } else {
        part
    };
    if cut
        && let Some(title) = &whole.title
        && snippet::begins(title, part)
    {
        draft.offer(Field::Title, by::SNIPPET, Some(title));
        draft.offer(Field::Company, by::SNIPPET, whole.company.as_deref());
        return;
    }
    let known = draft.get(Field::Company).map(str::to_owned);
    let known = known.as_deref().or(snippet.experience.as_deref());
    if let Some(company) = known
        && let Some(front) = employer::title_before(rules, part, company)
    {
        draft.offer(Field::Title, by::TITLE, Some(front));
        draft.offer(Field::Company, by::SNIPPET, Some(company));
        return;
    }
    let stated = headline::split(part);
    if let Some(company) = stated.company {
        draft.offer(Field::Title, by::TITLE, stated.title);
        let company = employer::beyond_dash(rules, part, &company).unwrap_or(company);
        match &snippet.experience {
            // "at Institute of Examples, Oslo": the whole name, as the snippet has it.
            Some(experience)
                if snippet::begins(experience, &company)
                    && (cut || snippet::ends(part, experience)) =>
            {
                draft.offer(Field::Company, by::SNIPPET, Some(experience));
            }
            _ => draft.offer(Field::Company, by::TITLE, Some(company)),
        }
        return;
    }
    if !cut && let Some((title, company)) = employer::stated(rules, part) {
        draft.offer(Field::Title, by::TITLE, Some(title));
        draft.offer(Field::Company, by::TITLE, Some(company));
        return;
    }
    let is = |known: &Option<String>| {
        known
            .as_deref()
            .is_some_and(|known| snippet::same(known, part) || snippet::begins(known, part))
    };
    if is(&snippet.experience) {
        draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
    } else if words::is_job(rules, part) {
        // Of a list, "CTO | Speaker", the headline rules say which is the title.
        let title = stated.title.filter(|_| part.contains('|'));
        draft.offer(
            Field::Title,
            by::TITLE,
            Some(title.as_deref().unwrap_or(part)),
        );
        draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
    } else if is(&snippet.education) || is_own_school(rules, snippet, None, part) {
        // A school is not the employer.
    } else if !cut
        && plausible::is_told(rules, part, snippet)
        && draft
            .get(Field::FullName)
            .is_none_or(|name| !snippet::same(name, part))
    {
        draft.offer(Field::Title, by::TITLE, Some(part));
        draft.note("title", by::TITLE, "told by where it stands, not by a word");
        draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
    } else if !cut && words::is_company(rules, part) && snippet.experience.is_none() {
        draft.offer(Field::Company, by::TITLE, Some(part));
        draft.note(
            "company",
            by::TITLE,
            "one part after the name: company or title",
        );
    } else {
        if !cut {
            draft.offer(Field::Headline, by::TITLE, Some(part));
        }
        draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
    }
    if !draft.has(Field::Title) && !draft.has(Field::Company) {
        draft.offer(Field::Title, by::SNIPPET, whole.title.as_deref());
        draft.offer(Field::Company, by::SNIPPET, whole.company.as_deref());
    }
}
