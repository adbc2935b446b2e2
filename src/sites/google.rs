//! Google result pages: desktop since 2016, mobile, and the pages without script.
//!
//! A page gives its organic results in order; those that are entries of LinkedIn or
//! Crunchbase become leads. Everything else on the page (advertisements, local packs,
//! "people also ask", carousels, sitelinks, panels) is neither.

mod employer;
mod entry;
mod grey;
mod kind;
mod link;
mod naming;
mod place;
mod plausible;
mod position;
mod results;
mod snippet;
mod title;
mod words;

/// Strategy names, as they stand in a lead's provenance.
mod by {
    pub(super) const LINK: &str = "result_link";
    pub(super) const TITLE: &str = "result_title";
    pub(super) const SOURCE: &str = "result_source_line";
    pub(super) const GREY: &str = "result_grey_line";
    pub(super) const SNIPPET: &str = "result_snippet";
}

use crate::page::{ParsedPage, SearchResult};
use crate::sites::view::View;

/// Whether a host is Google's search on one of its country domains, or the page in between
/// that asks for consent.
pub(crate) fn is_google_host(host: &str) -> bool {
    let host = ["www.", "m.", "consent.", "ipv4.", "ipv6."]
        .iter()
        .find_map(|front| host.strip_prefix(front))
        .unwrap_or(host);
    let Some(country) = host.strip_prefix("google.") else {
        return false;
    };
    // `com`, `de`, `co.uk`, `com.br`.
    let mut labels = country.split('.');
    let short =
        |label: &str| matches!(label.len(), 2 | 3) && label.bytes().all(|b| b.is_ascii_lowercase());
    match (labels.next(), labels.next(), labels.next()) {
        (Some(first), None, None) => short(first),
        (Some("co" | "com"), Some(second), None) => second.len() == 2 && short(second),
        _ => false,
    }
}

/// Reads a Google page.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    if let Some(kind) = kind::in_between(view) {
        return ParsedPage::empty("google", kind, None);
    }
    let Some(found) = results::read(view) else {
        let kind = kind::without_results(view);
        let mut page = ParsedPage::empty("google", kind, None);
        page.results = (kind == "no_results").then(Vec::new);
        return page;
    };
    let mut page = ParsedPage::empty("google", "search_results", Some(found.layout));
    let searched = entry::searched(&view.url);
    let mut found = found;
    for result in &mut found.results {
        let Some((lead, notes)) = entry::lead(view.rules, result, searched) else {
            continue;
        };
        // The link hides where it leads, the line below it shows the address.
        if result.url.is_none() {
            result.url.clone_from(&lead.profile_url);
        }
        // One profile on several country hosts is one lead.
        let is_known = |known: &crate::lead::Lead| known.profile_url == lead.profile_url;
        if lead.profile_url.is_some() && page.leads.iter().any(is_known) {
            continue;
        }
        page.leads.push(lead);
        page.notes.extend(notes);
    }
    page.results = Some(
        found
            .results
            .into_iter()
            .map(|result| SearchResult {
                title: result.title,
                url: result.url,
            })
            .collect(),
    );
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn country_domains_are_google_and_lookalikes_are_not() {
        for host in [
            "www.google.com",
            "google.de",
            "www.google.co.uk",
            "www.google.com.br",
            "m.google.fr",
            "consent.google.com",
            "www.google.cat",
        ] {
            assert!(is_google_host(host), "{host}");
        }
        for host in [
            "google.example.com",
            "www.google.com.evil.org",
            "googlee.com",
            "maps.google.com",
            "google.",
            "google.co.evil",
            "notgoogle.com",
        ] {
            assert!(!is_google_host(host), "{host}");
        }
    }
}
