//! From a result to a lead: LinkedIn members and companies, Crunchbase persons and
//! organizations. Every other result is none.

use url::Url;

use crate::canonical;
use crate::headline;
use crate::lead::Lead;
use crate::page::Note;
use crate::rules::Rules;
use crate::sites::crunchbase::{EntityAddress, EntityKind};
use crate::sites::draft::{Draft, Field};

use super::link;
use super::results::Organic;
use super::snippet::{self, Snippet};
use super::title::{self, Parts};
use super::words;

/// What a result is an entry of; the address is absent where the page hides it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    LinkedInPerson(Option<String>),
    LinkedInCompany(Option<String>),
    CrunchbasePerson(Option<String>),
    CrunchbaseOrganization(Option<String>),
}

/// Strategy names, as they stand in a lead's provenance.
mod by {
    pub(super) const LINK: &str = "result_link";
    pub(super) const TITLE: &str = "result_title";
    pub(super) const SOURCE: &str = "result_source_line";
    pub(super) const GREY: &str = "result_grey_line";
    pub(super) const SNIPPET: &str = "result_snippet";
}

/// The lead that a result is an entry of.
pub(super) fn lead(rules: &Rules, result: &Organic) -> Option<(Lead, Vec<Note>)> {
    let entry = match &result.url {
        Some(address) => entry_of(&Url::parse(address).ok()?)?,
        None => displayed_entry(rules, result)?,
    };
    match entry {
        Entry::LinkedInPerson(url) => linkedin_person(rules, result, url),
        Entry::CrunchbasePerson(url) => crunchbase_person(rules, result, url),
        Entry::LinkedInCompany(url) => company(title::company(rules, &result.title)?, url),
        Entry::CrunchbaseOrganization(url) => {
            let name = title::before_crunchbase(&result.title, "crunchbase");
            company(title::company(rules, name)?, url)
        }
    }
}

/// Tells the entry from the destination. Only the entry's own page counts: posts, jobs,
/// directories and other tabs are not it.
fn entry_of(url: &Url) -> Option<Entry> {
    let host = canonical::host(url);
    let segments: Vec<&str> = url.path_segments()?.filter(|s| !s.is_empty()).collect();
    if canonical::is_host_of(host, "linkedin.com") {
        return match segments.as_slice() {
            ["in", _] => Some(Entry::LinkedInPerson(Some(canonical::linkedin_profile(
                url,
            )?))),
            ["in", _, tongue] if is_locale(tongue) => Some(Entry::LinkedInPerson(Some(
                canonical::linkedin_profile(url)?,
            ))),
            // Addresses before vanity names: `/pub/ada-example/1/2a/3b4`.
            ["pub", name, a, b, c] if *name != "dir" => Some(Entry::LinkedInPerson(Some(format!(
                "https://www.linkedin.com/pub/{}/{a}/{b}/{c}",
                canonical::normal_slug(name)?
            )))),
            ["company", _] => Some(Entry::LinkedInCompany(Some(canonical::linkedin_company(
                url,
            )?))),
            ["company", _, tongue] if is_locale(tongue) => Some(Entry::LinkedInCompany(Some(
                canonical::linkedin_company(url)?,
            ))),
            _ => None,
        };
    }
    let entity = EntityAddress::of(url).filter(|entity| entity.is_front)?;
    let address = Some(entity.canonical());
    Some(match entity.kind {
        EntityKind::Person => Entry::CrunchbasePerson(address),
        EntityKind::Organization => Entry::CrunchbaseOrganization(address),
    })
}

/// "en", "fr", "zh_CN", "pt-br": the language of a profile's translation.
fn is_locale(segment: &str) -> bool {
    let mut parts = segment.split(['-', '_']);
    let letters = |part: Option<&str>| {
        part.is_some_and(|part| {
            matches!(part.len(), 2 | 3) && part.bytes().all(|b| b.is_ascii_alphabetic())
        })
    };
    letters(parts.next()) && (segment.len() <= 3 || letters(parts.next())) && parts.next().is_none()
}

/// Tells the entry from the address line, where the link hides its destination. Where the
/// line "LinkedIn · Name" stands in its place, a title that goes on after the same name is a
/// person's; a bare name may be a company's too.
fn displayed_entry(rules: &Rules, result: &Organic) -> Option<Entry> {
    let by_source = || {
        let name = result
            .lines
            .iter()
            .find_map(|line| snippet::source_name(rules, line))?;
        let parts = title::person(rules, &result.title)?;
        let is_person = !parts.rest.is_empty() && snippet::same(&parts.name, &name);
        is_person.then_some(Entry::LinkedInPerson(None))
    };
    entry_in_address_line(&result.lines).or_else(by_source)
}

fn entry_in_address_line(lines: &[String]) -> Option<Entry> {
    lines.iter().find_map(|line| {
        let host = link::displayed_host(line)?.to_lowercase();
        let path = link::displayed_path(line);
        let kind = path.first()?.to_lowercase();
        if canonical::is_host_of(&host, "linkedin.com") {
            return match kind.as_str() {
                "in" => Some(Entry::LinkedInPerson(None)),
                "company" => Some(Entry::LinkedInCompany(None)),
                _ => None,
            };
        }
        if canonical::is_host_of(&host, "crunchbase.com") {
            return match kind.as_str() {
                "person" => Some(Entry::CrunchbasePerson(None)),
                "organization" => Some(Entry::CrunchbaseOrganization(None)),
                _ => None,
            };
        }
        None
    })
}

fn company(name: String, url: Option<String>) -> Option<(Lead, Vec<Note>)> {
    let mut draft = Draft::company();
    draft.offer(Field::FullName, by::TITLE, Some(&name));
    offer_address(&mut draft, url);
    Some(draft.finish())
}

fn crunchbase_person(
    rules: &Rules,
    result: &Organic,
    url: Option<String>,
) -> Option<(Lead, Vec<Note>)> {
    let parts = title::person(rules, title::before_crunchbase(&result.title, "crunchbase"))?;
    let mut draft = Draft::person();
    draft.offer(Field::FullName, by::TITLE, Some(&parts.name));
    offer_address(&mut draft, url);
    // "Name - Title @ Company"
    if let Some(rest) = parts.join(0, parts.rest.len()) {
        match rest.rsplit_once(" @ ") {
            Some((job, company)) => {
                draft.offer(Field::Title, by::TITLE, Some(job));
                draft.offer(Field::Company, by::TITLE, Some(company));
            }
            None => offer_single(rules, &mut draft, &rest, parts.cut, &Snippet::default()),
        }
    }
    Some(draft.finish())
}

fn linkedin_person(
    rules: &Rules,
    result: &Organic,
    url: Option<String>,
) -> Option<(Lead, Vec<Note>)> {
    let parts = title::person(rules, &result.title)?;
    let snippet = snippet::read(rules, &result.lines, &parts);
    let mut draft = Draft::person();
    let name_is_cut = parts.cut && parts.rest.is_empty();
    match &snippet.source_name {
        Some(name) if name_is_cut && snippet::begins(name, &parts.name) => {
            draft.offer(Field::FullName, by::SOURCE, Some(name));
        }
        _ => {
            draft.offer(Field::FullName, by::TITLE, Some(&parts.name));
            if name_is_cut {
                draft.note("full_name", by::TITLE, "cut by the search engine");
            }
        }
    }
    offer_address(&mut draft, url);
    if let Some(grey) = &snippet.grey {
        draft.offer(Field::Location, by::GREY, Some(&grey.place));
        draft.offer(Field::Title, by::GREY, grey.title.as_deref());
        draft.offer(Field::Company, by::GREY, grey.company.as_deref());
    }
    if !(draft.has(Field::Title) && draft.has(Field::Company)) {
        offer_position(rules, &mut draft, &parts, &snippet);
    }
    draft.offer(Field::Location, by::SNIPPET, snippet.location.as_deref());
    Some(draft.finish())
}

fn offer_address(draft: &mut Draft, url: Option<String>) {
    if url.is_none() {
        draft.note(
            "profile_url",
            by::LINK,
            "the page hides where the result leads",
        );
    }
    draft.offer(Field::ProfileUrl, by::LINK, url);
}

/// Title and company from the parts of the result's title, completed from its snippet.
fn offer_position(rules: &Rules, draft: &mut Draft, parts: &Parts, snippet: &Snippet) {
    let count = parts.rest.len();
    match count {
        0 => {
            draft.offer(Field::Title, by::SNIPPET, snippet.stated.title.as_deref());
            draft.offer(
                Field::Company,
                by::SNIPPET,
                snippet.stated.company.as_deref(),
            );
            draft.offer(Field::Company, by::SNIPPET, snippet.experience.as_deref());
        }
        1 => {
            let only = parts.join(0, 1).unwrap_or_default();
            if parts.is_profile_form {
                draft.offer(Field::Location, by::TITLE, Some(only));
            } else {
                offer_single(rules, draft, &only, parts.cut, snippet);
            }
        }
        _ => {
            // The company is the last part, or as many of the last ones as the snippet says.
            let at = (0..count)
                .find(|from| {
                    parts.join(*from, count).is_some_and(|tail| {
                        snippet.experience.as_deref().is_some_and(|company| {
                            snippet::same(company, &tail)
                                || (parts.cut && snippet::begins(company, &tail))
                        })
                    })
                })
                .unwrap_or(count - 1);
            let company = parts.join(at, count);
            match (&company, &snippet.experience) {
                (Some(cut), Some(whole)) if parts.cut && snippet::begins(whole, cut) => {
                    draft.offer(Field::Company, by::SNIPPET, Some(whole));
                }
                _ => {
                    draft.offer(Field::Company, by::TITLE, company.as_deref());
                    if parts.cut {
                        draft.note("company", by::TITLE, "cut by the search engine");
                    }
                }
            }
            let Some(job) = parts.join(0, at) else {
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
            draft.offer(Field::Title, by::TITLE, Some(job));
        }
    }
}

/// One part after the name: "CTO at Acme", a title, a company, or a line of the person's own.
fn offer_single(rules: &Rules, draft: &mut Draft, part: &str, cut: bool, snippet: &Snippet) {
    let whole = &snippet.stated;
    if cut
        && let Some(title) = &whole.title
        && snippet::begins(title, part)
    {
        draft.offer(Field::Title, by::SNIPPET, Some(title));
        draft.offer(Field::Company, by::SNIPPET, whole.company.as_deref());
        return;
    }
    let stated = headline::split(part);
    if stated.company.is_some() {
        draft.offer(Field::Title, by::TITLE, stated.title);
        let company = stated.company.unwrap_or_default();
        match &snippet.experience {
            Some(experience) if cut && snippet::begins(experience, &company) => {
                draft.offer(Field::Company, by::SNIPPET, Some(experience));
            }
            _ => draft.offer(Field::Company, by::TITLE, Some(company)),
        }
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
    } else if is(&snippet.education) {
        // A school is not the employer.
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
