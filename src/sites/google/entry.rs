//! From a result to a lead: LinkedIn members and companies, Crunchbase persons and
//! organizations. Every other result is none.

use crate::address::Url;
use crate::unicode::Lower;

use crate::canonical;
use crate::lead::Lead;
use crate::page::Note;
use crate::rules::Rules;
use crate::sites::crunchbase::{EntityAddress, EntityKind};
use crate::sites::draft::{Draft, Field};

use super::by;
use super::link;
use super::position;
use super::results::Organic;
use super::snippet::{self, Snippet};
use super::title;

/// What a result is an entry of; the address is absent where the page hides it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Entry {
    LinkedInPerson(Option<String>),
    LinkedInCompany(Option<String>),
    CrunchbasePerson(Option<String>),
    CrunchbaseOrganization(Option<String>),
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
        Entry::LinkedInCompany(url) => {
            let name = title::company(rules, &result.title)?;
            let whole = result
                .lines
                .iter()
                .find_map(|line| snippet::source_name(rules, line))
                .filter(|whole| title::uncut(&result.title).1 && snippet::begins(whole, &name));
            company(whole.unwrap_or(name), url)
        }
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
    let by_slug = || {
        let parts = title::person(rules, &result.title)?;
        let lines = result.lines.iter();
        let mut slugs = lines.filter_map(|line| displayed_slug(line, &parts));
        slugs.next().map(|url| Entry::LinkedInPerson(Some(url)))
    };
    entry_in_address_line(&result.lines)
        .or_else(by_source)
        .or_else(by_slug)
}

/// "https://www.linkedin.com › ada-example": the breadcrumb may leave the folder out. A title
/// that goes on after a name of which the slug has a word tells that it is a person's.
fn displayed_slug(line: &str, parts: &title::Parts) -> Option<String> {
    let host = link::displayed_host(line)?.lower();
    let path = link::displayed_path(line);
    let [slug] = path.as_slice() else {
        return None;
    };
    let mut words = parts.name.split([' ', '-']).map(Lower::lower);
    let names = words.any(|word| word.chars().count() > 2 && slug.contains(&word));
    (canonical::is_host_of(&host, "linkedin.com") && names && !parts.rest.is_empty())
        .then(|| displayed_address("in", &["in", slug]))?
}

fn entry_in_address_line(lines: &[String]) -> Option<Entry> {
    lines.iter().find_map(|line| {
        let host = link::displayed_host(line)?.lower();
        let path = link::displayed_path(line);
        let kind = path.first()?.lower();
        if canonical::is_host_of(&host, "linkedin.com") {
            return match kind.as_str() {
                "in" => Some(Entry::LinkedInPerson(displayed_address("in", &path))),
                "company" => Some(Entry::LinkedInCompany(displayed_address("company", &path))),
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

/// The address that the line shows whole: "linkedin.com › in › ada-example".
fn displayed_address(kind: &str, path: &[&str]) -> Option<String> {
    let [_, slug] = path else {
        return None;
    };
    let is_whole = slug.len() >= 3
        && slug
            .chars()
            .all(|c| c.is_alphanumeric() && !c.is_uppercase() || matches!(c, '-' | '%'));
    let slug = canonical::normal_slug(slug).filter(|_| is_whole)?;
    Some(format!("https://www.linkedin.com/{kind}/{slug}"))
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
            None => {
                position::offer_single(rules, &mut draft, &rest, parts.cut, &Snippet::default())
            }
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
        position::offer(rules, &mut draft, &parts, &snippet);
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
