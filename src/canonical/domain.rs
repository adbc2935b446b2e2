//! The registrable domain of a company's website, without the full public suffix list: that
//! list is larger than the rest of the core. The backend, which looks domains up, has it.

use crate::address::Url;
use crate::unicode::Lower;

/// Second-level labels that registries of two-letter domains sell below ("example.co.uk").
const SECOND_LEVEL: &[&str] = &[
    "ac", "asn", "biz", "co", "com", "edu", "firm", "gen", "go", "gob", "gouv", "gov", "govt",
    "gub", "id", "idv", "ind", "info", "isa", "ltd", "me", "mil", "ne", "net", "nhs", "nom", "or",
    "org", "plc", "pro", "sch", "school", "web",
];

/// Hosts on which many owners have pages: their domain says nothing of a company.
const SHARED: &[&str] = &[
    "about.me",
    "amazonaws.com",
    "angel.co",
    "behance.net",
    "bit.ly",
    "blogspot.com",
    "carrd.co",
    "crunchbase.com",
    "discord.gg",
    "facebook.com",
    "github.com",
    "github.io",
    "gitlab.io",
    "godaddysites.com",
    "google.com",
    "herokuapp.com",
    "instagram.com",
    "linkedin.com",
    "linktr.ee",
    "lnkd.in",
    "medium.com",
    "myshopify.com",
    "netlify.app",
    "notion.site",
    "pages.dev",
    "pinterest.com",
    "squarespace.com",
    "substack.com",
    "t.me",
    "tiktok.com",
    "tumblr.com",
    "twitter.com",
    "vercel.app",
    "vimeo.com",
    "webflow.io",
    "weebly.com",
    "wixsite.com",
    "wordpress.com",
    "x.com",
    "xing.com",
    "youtube.com",
];

/// The domain a company registered for its website, lower case. `None` for addresses without
/// a domain name and for hosts that many owners share.
#[must_use]
pub fn company_domain(website: &Url) -> Option<String> {
    let host = website.host_str().filter(|host| !is_ip_literal(host))?;
    let host = host.trim_end_matches('.').lower();
    let labels: Vec<&str> = host.split('.').collect();
    if labels.len() < 2 || labels.iter().any(|label| label.is_empty()) {
        return None;
    }
    let takes_three = match labels.as_slice() {
        [.., _, second, top] => top.len() == 2 && SECOND_LEVEL.contains(second),
        _ => false,
    };
    let keep = if takes_three { 3 } else { 2 };
    let domain = labels.get(labels.len().saturating_sub(keep)..)?.join(".");
    // The sharing host's own front page is its owner's website.
    let is_front = website.path() == "/" && host.trim_start_matches("www.") == domain;
    let shared = SHARED.contains(&domain.as_str()) && !is_front;
    (!shared).then_some(domain)
}

/// Whether a parsed address's host is an IP address: in brackets, or dotted numbers, as the
/// parser writes every form of them.
fn is_ip_literal(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_of_companies() {
        for (website, domain) in [
            ("http://www.Example.com/de/", Some("example.com")),
            ("https://shop.example.co.uk", Some("example.co.uk")),
            ("https://example.com.br/", Some("example.com.br")),
            ("https://go.example", Some("go.example")),
            (
                "https://www.m\u{fc}ller-beispiel.de",
                Some("xn--mller-beispiel-gsb.de"),
            ),
            ("https://www.facebook.com/acme", None),
            ("https://acme.wordpress.com", None),
            ("https://www.google.com/", Some("google.com")),
            ("https://sites.google.com/view/acme", None),
            ("http://192.0.2.7/", None),
            ("http://localhost/", None),
        ] {
            let url = Url::parse(website).unwrap();
            assert_eq!(company_domain(&url).as_deref(), domain, "{website}");
        }
    }
}
