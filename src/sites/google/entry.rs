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
use super::naming;
use super::place;
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

/// What the query restricts the results to, as far as that tells persons from companies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Searched {
    /// `site:linkedin.com/in`
    Persons,
    /// Anything else.
    Anything,
}

/// Reads what the address of a result page asks for.
pub(super) fn searched(url: &Url) -> Searched {
    let query = url.query_pairs().find(|(key, _)| key == "q");
    let asks = query.is_some_and(|(_, query)| {
        let query = query.lower();
        let mut words = query.split_whitespace();
        words.any(|word| {
            let path = word.strip_prefix("site:").and_then(|site| {
                let (host, path) = site.split_once('/')?;
                canonical::is_host_of(host, "linkedin.com").then_some(path)
            });
            path.is_some_and(|path| path.trim_end_matches(['/', '*']) == "in")
        }) && !query.contains(" or ")
            && !query.contains('|')
    });
    if asks {
        Searched::Persons
    } else {
        Searched::Anything
    }
}

/// The lead that a result is an entry of.
pub(super) fn lead(
    rules: &Rules,
    result: &Organic,
    searched: Searched,
) -> Option<(Lead, Vec<Note>)> {
    let entry = match &result.url {
        Some(address) => entry_of(&Url::parse(address).ok()?)?,
        None => displayed_entry(rules, result, searched)?,
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
            company(whole.unwrap_or(name), url, None)
        }
        Entry::CrunchbaseOrganization(url) => {
            let name = title::before_crunchbase(&result.title, "crunchbase");
            let name = title::company(rules, name)?;
            let place = result
                .lines
                .iter()
                .find_map(|line| place::of_company(line, &name));
            company(name, url, place)
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
            ["company", _, tab] if is_locale(tab) || is_own_tab(tab) => Some(
                Entry::LinkedInCompany(Some(canonical::linkedin_company(url)?)),
            ),
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

/// The tabs of a company's page that say whose they are in their title ("Acme: Jobs").
fn is_own_tab(segment: &str) -> bool {
    matches!(segment, "about" | "jobs" | "life" | "people")
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
/// person's; a bare name may be a company's too, unless the snippet or the query tells.
fn displayed_entry(rules: &Rules, result: &Organic, searched: Searched) -> Option<Entry> {
    if is_other_page(rules, result) {
        return None;
    }
    let has = |key: &str| result.lines.iter().any(|line| rules.has_label(key, line));
    let by_source = || {
        let name = result
            .lines
            .iter()
            .find_map(|line| snippet::source_name(rules, line))?;
        let parts = title::person(rules, &result.title)?;
        let is_named = snippet::same(&parts.name, &name);
        if !parts.rest.is_empty() {
            return is_named.then_some(Entry::LinkedInPerson(None));
        }
        // "Acme | 1,234 followers on LinkedIn" describes a company.
        let describes_company = |line: &String| {
            line.strip_prefix(parts.name.as_str())
                .and_then(|rest| rest.trim_start().strip_prefix('|'))
                .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
        };
        let words = parts.name.split_whitespace().count();
        let can_be_person =
            (2..=4).contains(&words) && !super::words::has_company_form(rules, &parts.name);
        if !is_named {
            None
        } else if result.lines.iter().any(describes_company) {
            Some(Entry::LinkedInCompany(None))
        } else if has("member_phrase") || (searched == Searched::Persons && can_be_person) {
            Some(Entry::LinkedInPerson(None))
        } else {
            None
        }
    };
    // "Ada Example - Acme | LinkedIn" over "500+ followers", with a job in the snippet.
    let by_site = || {
        let parts = title::person(rules, &result.title)?;
        let counts = |line: &String| is_count(rules, "followers", line);
        let rest = parts.rest.iter().chain(&result.lines);
        let is_person = parts.names_site
            && !parts.rest.is_empty()
            && result.lines.iter().any(counts)
            && rest.take(20).any(|text| super::words::is_job(rules, text));
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
        .or_else(by_site)
}

/// Longest line that only counts something, in bytes.
const COUNT_BYTES_MAX: usize = 90;

/// "500+ followers", "Über 500 Follower", "20+ reactions · 2 months ago".
fn is_count(rules: &Rules, key: &str, line: &str) -> bool {
    line.len() <= COUNT_BYTES_MAX
        && line.contains(char::is_numeric)
        && !line.contains(". ")
        && rules.has_label(key, line)
}

/// Whether the lines show that the result is another page of LinkedIn than an entry's own:
/// a post with its reactions, an article, a job.
fn is_other_page(rules: &Rules, result: &Organic) -> bool {
    result.lines.iter().any(|line| {
        let is_post = is_count(rules, "post_count", line);
        let host = link::displayed_host(line).map(Lower::lower);
        let is_linkedin = host.is_some_and(|host| canonical::is_host_of(&host, "linkedin.com"));
        let path = link::displayed_path(line);
        let is_elsewhere = is_linkedin
            && path.len() > 1
            && path
                .first()
                .is_some_and(|kind| !matches!(kind.lower().as_str(), "in" | "company"));
        is_post || is_elsewhere
    })
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
        .then(|| displayed_address(&["in", slug]))?
}

fn entry_in_address_line(lines: &[String]) -> Option<Entry> {
    lines.iter().find_map(|line| {
        let host = link::displayed_host(line)?.lower();
        let path = link::displayed_path(line);
        let kind = path.first()?.lower();
        if canonical::is_host_of(&host, "linkedin.com") {
            return match kind.as_str() {
                "in" => Some(Entry::LinkedInPerson(displayed_address(&path))),
                "company" => Some(Entry::LinkedInCompany(displayed_address(&path))),
                _ => None,
            };
        }
        if canonical::is_host_of(&host, "crunchbase.com") {
            return match kind.as_str() {
                "person" => Some(Entry::CrunchbasePerson(displayed_entity(&path))),
                "organization" => Some(Entry::CrunchbaseOrganization(displayed_entity(&path))),
                _ => None,
            };
        }
        None
    })
}

/// The address that the line shows whole: "linkedin.com › in › ada-example", maybe with the
/// language of a translation or a company's tab behind it.
fn displayed_address(path: &[&str]) -> Option<String> {
    let (kind, slug) = match path {
        [kind, slug] => (kind.lower(), slug),
        [kind, slug, tab] if is_locale(tab) || is_own_tab(tab) => (kind.lower(), slug),
        _ => return None,
    };
    let slug = canonical::normal_slug(slug).filter(|_| is_whole(slug))?;
    Some(format!("https://www.linkedin.com/{kind}/{slug}"))
}

/// The address of a Crunchbase entity that the line shows whole.
fn displayed_entity(path: &[&str]) -> Option<String> {
    let [kind, slug] = path else {
        return None;
    };
    let address = format!("https://www.crunchbase.com/{}/{slug}", kind.lower());
    let url = Url::parse(&address).ok().filter(|_| is_whole(slug))?;
    EntityAddress::of(&url).map(|entity| entity.canonical())
}

/// Whether a displayed segment is a slug, neither cut nor made readable ("Ada Example").
fn is_whole(slug: &str) -> bool {
    let Some(slug) = canonical::percent_decode(slug) else {
        return false;
    };
    let is_in_slug = |c: char| {
        c.is_alphanumeric() && !c.is_uppercase()
            || matches!(
                c,
                '-' | '%' | '\'' | '\u{2019}' | '_' | '.' | '&' | '+' | '~'
            )
    };
    slug.len() >= 2 && slug.chars().all(is_in_slug) && !slug.contains("..") && !slug.ends_with('.')
}

fn company(name: String, url: Option<String>, place: Option<&str>) -> Option<(Lead, Vec<Note>)> {
    let mut draft = Draft::company();
    draft.offer(Field::FullName, by::TITLE, Some(&name));
    draft.offer(Field::Location, by::SNIPPET, place);
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
            // "Name - Student @ Sample University"
            Some((job, company))
                if position::is_own_school(rules, &Snippet::default(), Some(job), company) => {}
            Some((job, company)) => {
                draft.offer(Field::Title, by::TITLE, Some(job));
                draft.offer(Field::Company, by::TITLE, Some(company));
            }
            None => {
                position::single::offer(rules, &mut draft, &rest, parts.cut, &Snippet::default())
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
    let (parts, named_by) = naming::person(rules, result, url.as_deref())?;
    let snippet = snippet::read(rules, &result.lines, &parts);
    let mut draft = Draft::person();
    let name_is_cut = parts.cut && parts.rest.is_empty();
    match &snippet.source_name {
        Some(name) if name_is_cut && snippet::begins(name, &parts.name) => {
            draft.offer(Field::FullName, by::SOURCE, Some(name));
        }
        _ => {
            draft.offer(Field::FullName, named_by, Some(&parts.name));
            if name_is_cut {
                draft.note("full_name", by::TITLE, "cut by the search engine");
            }
        }
    }
    offer_address(&mut draft, url);
    if let Some(grey) = &snippet.grey {
        draft.offer(Field::Location, by::GREY, Some(&grey.place));
        let title = grey.title.as_deref();
        let learns = |school: &str| position::is_own_school(rules, &snippet, title, school);
        if grey
            .company
            .as_deref()
            .is_none_or(|company| !learns(company))
        {
            draft.offer(Field::Title, by::GREY, title);
            draft.offer(Field::Company, by::GREY, grey.company.as_deref());
        }
    }
    if !(draft.has(Field::Title) && draft.has(Field::Company)) {
        position::offer(rules, &mut draft, &parts, &snippet);
    }
    draft.offer(Field::Location, by::SNIPPET, snippet.location());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_addresses_count_where_they_are_whole() {
        let shown = |line: &str| match entry_in_address_line(&[line.to_owned()]) {
            Some(
                Entry::LinkedInPerson(url)
                | Entry::LinkedInCompany(url)
                | Entry::CrunchbasePerson(url)
                | Entry::CrunchbaseOrganization(url),
            ) => url,
            None => Some("none".to_owned()),
        };
        for (line, url) in [
            (
                "https://de.linkedin.com \u{203a} in \u{203a} ada-example-1b2",
                "https://www.linkedin.com/in/ada-example-1b2",
            ),
            (
                "https://fr.linkedin.com \u{203a} in \u{203a} zoé-exemple \u{203a} en",
                "https://www.linkedin.com/in/zo%C3%A9-exemple",
            ),
            (
                "https://fr.linkedin.com \u{203a} in \u{203a} zo%C3%A9-exemple",
                "https://www.linkedin.com/in/zo%C3%A9-exemple",
            ),
            (
                "https://fr.linkedin.com \u{203a} company \u{203a} moulin-d'exemple",
                "https://www.linkedin.com/company/moulin-d%27exemple",
            ),
            (
                "https://www.linkedin.com \u{203a} company \u{203a} acme \u{203a} jobs",
                "https://www.linkedin.com/company/acme",
            ),
            (
                "https://www.crunchbase.com \u{203a} person \u{203a} ada-example",
                "https://www.crunchbase.com/person/ada-example",
            ),
            (
                "https://www.crunchbase.com \u{203a} organization \u{203a} acme",
                "https://www.crunchbase.com/organization/acme",
            ),
        ] {
            assert_eq!(shown(line).as_deref(), Some(url), "{line}");
        }
        for cut in [
            "https://www.linkedin.com \u{203a} in \u{203a} ada-exam...",
            "https://www.linkedin.com \u{203a} in \u{203a} ada-exam\u{2026}",
            "https://www.linkedin.com \u{203a} in \u{203a} ...",
            "https://www.linkedin.com \u{203a} in",
            "https://www.linkedin.com \u{203a} in \u{203a} Ada Example",
            "https://www.crunchbase.com \u{203a} person \u{203a} ada-...",
        ] {
            assert_eq!(shown(cut), None, "{cut}");
        }
        for other in [
            "https://www.linkedin.com \u{203a} posts \u{203a} ada-example",
            "https://www.linkedin.com \u{203a} jobs \u{203a} view",
            "500+ followers",
        ] {
            assert_eq!(shown(other).as_deref(), Some("none"), "{other}");
        }
    }

    #[test]
    fn the_query_tells_persons() {
        let asks = |query: &str| {
            let address = format!("https://www.google.com/search?q={query}");
            searched(&Url::parse(&address).unwrap()) == Searched::Persons
        };
        for query in [
            "site%3Alinkedin.com%2Fin+cto",
            "cto+site:www.linkedin.com/in/",
            "site:de.linkedin.com/in/*+%22Oslo%22",
        ] {
            assert!(asks(query), "{query}");
        }
        for query in [
            "site:linkedin.com+cto",
            "site:linkedin.com/company",
            "site:linkedin.com/in+OR+site:linkedin.com/company",
            "-site:linkedin.com/in",
            "site:notlinkedin.com/in",
            "",
        ] {
            assert!(!asks(query), "{query}");
        }
    }
}
