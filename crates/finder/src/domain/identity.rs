//! Whether a website is a company's: what the page says of itself, beside the name.

use super::page::PageNames;
use crate::company::{self, CompanyName};

/// What a site says of itself, seen from a company's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SiteIdentity {
    /// It bears the company's name.
    Names,
    /// It mentions the name, among other things.
    Mentions,
    /// It bears another name.
    NamesOther,
    /// It bears no name.
    Silent,
    /// The domain is for sale or has a placeholder page.
    Parked,
    /// There is no site that answers.
    Unreachable,
}

/// Phrases of pages that registrars and servers put where no site is, lower case. Those of
/// sale pages must stand in a short page: a real one may sell domains.
const PARKED: &[&str] = &[
    "domain is for sale",
    "domain name is for sale",
    "domain may be for sale",
    "buy this domain",
    "this domain is parked",
    "domain is parked",
    "parked free",
    "parked domain",
    "domain parking",
    "diese domain steht zum verkauf",
    "domain kaufen",
    "ce nom de domaine est à vendre",
    "este dominio está en venta",
    "this domain has expired",
    "domain has been registered",
    "inquire about this domain",
    "make an offer on this domain",
    "welcome to nginx",
    "apache2 default page",
    "apache2 debian default page",
    "apache2 ubuntu default page",
    "iis windows server",
    "default web site page",
    "web server's default page",
    "website coming soon",
    "site is under construction",
    "future home of",
];

/// Hosts that parked domains are redirected to, by registrable domain.
pub(super) const PARKING_HOSTS: &[&str] = &[
    "above.com",
    "afternic.com",
    "atom.com",
    "bodis.com",
    "brandbucket.com",
    "dan.com",
    "efty.com",
    "godaddy.com",
    "hugedomains.com",
    "namecheap.com",
    "parkingcrew.net",
    "sedo.com",
    "sedoparking.com",
    "squadhelp.com",
    "undeveloped.com",
    "uniregistry.com",
];

/// Longest text of a parked page, in characters.
const PARKED_CHARS_MAX: usize = 6_000;

/// Judges a page by the company's name.
#[must_use]
pub fn judge(page: &PageNames, company: &CompanyName) -> SiteIdentity {
    let title = page.title.as_deref().unwrap_or_default();
    let text = page.text.to_lowercase();
    let parked = |text: &str| PARKED.iter().any(|phrase| text.contains(phrase));
    if parked(&title.to_lowercase()) || (page.text.len() <= PARKED_CHARS_MAX && parked(&text)) {
        return SiteIdentity::Parked;
    }
    let names: Vec<&[String]> = std::iter::once(company.words.as_slice())
        .chain(company.digraph_words.as_deref())
        .chain(company.aliases.iter().map(Vec::as_slice))
        .collect();
    let bears = |candidate: &str| {
        let own = CompanyName::parse(candidate);
        own.is_some_and(|own| names.iter().any(|name| same_name(&own.words, name)))
    };
    let shown = page.site_names.iter().map(String::as_str);
    if shown.clone().any(bears) || company::segments(title).any(bears) {
        return SiteIdentity::Names;
    }
    let contains = |haystack: &[String]| {
        names
            .iter()
            .any(|name| is_telling(name) && contains_words(haystack, name))
    };
    let title_words = company::words(title, false);
    if contains(&title_words)
        || shown
            .clone()
            .any(|name| contains(&company::words(name, false)))
    {
        return SiteIdentity::Mentions;
    }
    if names_in_text(&page.text, &names) {
        return SiteIdentity::Mentions;
    }
    if title_words.is_empty() && page.site_names.is_empty() {
        return SiteIdentity::Silent;
    }
    if is_generic(&title_words) && page.site_names.is_empty() {
        return SiteIdentity::Silent;
    }
    SiteIdentity::NamesOther
}

/// Whether two names are the same but for spaces, signs and "the".
fn same_name(a: &[String], b: &[String]) -> bool {
    let fold = |words: &[String]| {
        let words = words.strip_prefix(&["the".to_owned()]).unwrap_or(words);
        words
            .iter()
            .map(|word| if word == "&" { "and" } else { word.as_str() })
            .collect::<String>()
    };
    let (a, b) = (fold(a), fold(b));
    !a.is_empty() && a == b
}

/// Whether a name says something when it stands among other words: one short word does not.
fn is_telling(name: &[String]) -> bool {
    name.len() > 1 || name.first().is_some_and(|word| word.chars().count() > 5)
}

fn contains_words(haystack: &[String], needle: &[String]) -> bool {
    !needle.is_empty()
        && haystack
            .windows(needle.len())
            .any(|window| window == needle)
}

/// Whether the page's text holds a name of several words (an imprint, a footer).
fn names_in_text(text: &str, names: &[&[String]]) -> bool {
    let words = text_words(text);
    names
        .iter()
        .any(|name| name.len() > 1 && contains_words(&words, name))
}

fn text_words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '&')
        .filter(|word| !word.is_empty())
        .map(|word| {
            if word == "&" {
                word.to_owned()
            } else {
                crate::person::ascii_word(word, false)
            }
        })
        .collect()
}

/// Whether a title says nothing of whose site it is.
fn is_generic(words: &[String]) -> bool {
    const GENERIC: &[&str] = &[
        "home",
        "homepage",
        "index",
        "welcome",
        "startseite",
        "accueil",
        "inicio",
        "start",
        "page",
        "untitled",
        "document",
        "site",
        "website",
        "the",
        "to",
        "our",
        "loading",
        "just",
        "a",
        "moment",
        "attention",
        "required",
        "cloudflare",
        "access",
        "denied",
        "403",
        "404",
        "forbidden",
        "not",
        "found",
        "error",
        "redirecting",
    ];
    words.iter().all(|word| GENERIC.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(html: &str, company: &str) -> SiteIdentity {
        judge(
            &PageNames::read(html),
            &CompanyName::parse(company).unwrap(),
        )
    }

    #[test]
    fn a_page_bears_the_name() {
        for html in [
            "<title>Acme Robotics</title>",
            "<title>Acme Robotics GmbH | Robots that pick</title>",
            "<title>Robots that pick - Acme Robotics</title>",
            "<title>Home</title><meta property='og:site_name' content='Acme Robotics'>",
            "<title>Home</title><meta name='application-name' content='AcmeRobotics'>",
            r#"<title>Robots</title><script type="application/ld+json">
               {"@graph":[{"@type":["Organization"],"name":"ACME Robotics, Inc."}]}</script>"#,
        ] {
            assert_eq!(
                seen(html, "Acme Robotics Inc."),
                SiteIdentity::Names,
                "{html}"
            );
        }
    }

    #[test]
    fn another_name_is_told_apart() {
        assert_eq!(
            seen("<title>Acme Foods | Tasty</title>", "Acme Robotics"),
            SiteIdentity::NamesOther
        );
        assert_eq!(
            seen("<title>Acmeville Tourist Board</title>", "Acme"),
            SiteIdentity::NamesOther
        );
        // One short word among others says nothing.
        assert_eq!(
            seen("<title>The best acme in town</title>", "Acme"),
            SiteIdentity::NamesOther
        );
    }

    #[test]
    fn a_mention_is_less() {
        assert_eq!(
            seen(
                "<title>Robots by Acme Robotics for you</title>",
                "Acme Robotics"
            ),
            SiteIdentity::Mentions
        );
        assert_eq!(
            seen(
                "<title>Robots</title><footer>© Acme Robotics Ltd</footer>",
                "Acme Robotics"
            ),
            SiteIdentity::Mentions
        );
    }

    #[test]
    fn parked_and_empty_pages() {
        assert_eq!(
            seen(
                "<title>acme.com</title><p>Buy this domain today</p>",
                "Acme"
            ),
            SiteIdentity::Parked
        );
        assert_eq!(
            seen("<title>Welcome to nginx!</title>", "Acme"),
            SiteIdentity::Parked
        );
        assert_eq!(seen("<title>Home</title>", "Acme"), SiteIdentity::Silent);
        assert_eq!(seen("", "Acme"), SiteIdentity::Silent);
        let shop = format!(
            "<title>Acme</title><p>{} buy this domain</p>",
            "x ".repeat(9000)
        );
        assert_eq!(seen(&shop, "Acme"), SiteIdentity::Names);
    }

    #[test]
    fn hostile_pages_end() {
        let deep = "<div>".repeat(20_000) + "<title>Acme</title>";
        let _ = seen(&deep, "Acme");
        let json = format!(
            r#"<script type="application/ld+json">{}1{}</script>"#,
            "[".repeat(5_000),
            "]".repeat(5_000)
        );
        assert_eq!(seen(&json, "Acme"), SiteIdentity::Silent);
        assert_eq!(
            seen("\u{0}<title>\u{0}\u{ffff}", "Acme"),
            SiteIdentity::Silent
        );
    }

    proptest::proptest! {
        #[test]
        fn any_page_is_judged(html in "(<[a-z/! =\"']{0,12}>|\\PC{0,12}|&[a-z#0-9]{0,6};?){0,30}") {
            let _ = seen(&html, "Acme Robotics GmbH");
        }
    }
}
