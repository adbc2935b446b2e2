//! From a company to its mail domain.
//!
//! In this order: the domain given with the request; the website that the page shows; an
//! earlier, confirmed finding ([`DomainCache`]); domains that others name ([`NamedDomains`])
//! and those guessed from the company's name ([`guess`]), each checked by MX and by what the
//! site at it says of itself ([`page`], [`identity`]). Neither comes without its probability
//! ([`weigh`]).

use std::fmt;

use futures::future::BoxFuture;
use lode_verify::Domain;
use lode_verify::address::class;
use url::{Host, Url};

pub mod charset;
pub mod discover;
pub mod guess;
pub mod identity;
pub mod page;
pub mod website;
pub mod weigh;

use crate::company::CompanyName;
use crate::outcome::DomainFinding;

/// Remembers confirmed domains of companies, for each caller apart: a page that one of them
/// captured may claim anything, and must decide nothing for another.
pub trait DomainCache: Send + Sync + fmt::Debug {
    /// What was confirmed before for this caller ([`crate::FindRequest::caller`]), under a key of
    /// [`memory_key`].
    fn get<'a>(&'a self, caller: &'a str, key: &'a str) -> BoxFuture<'a, Option<KnownDomain>>;
    /// Remembers a confirmed finding for this caller.
    fn put<'a>(
        &'a self,
        caller: &'a str,
        key: &'a str,
        finding: &'a DomainFinding,
    ) -> BoxFuture<'a, ()>;
}

/// A domain that was confirmed before.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownDomain {
    /// The domain.
    pub domain: String,
    /// How sure that was, 0 to 1.
    pub probability: f64,
}

/// What a confirmed domain is remembered under: everything that was asked for when it was
/// confirmed. The company's page alone would not do, since a capture may put any name beside
/// it; nor would the name without its legal form, which says where the company is at home.
#[must_use]
pub fn memory_key(company: &CompanyName, company_url: Option<&str>) -> String {
    let CompanyName {
        words,
        digraph_words,
        aliases,
        country_tlds,
        as_domain,
    } = company;
    let aliases: Vec<String> = aliases.iter().map(|alias| alias.join(" ")).collect();
    [
        words.join(" "),
        digraph_words.as_deref().unwrap_or_default().join(" "),
        aliases.join("\u{1e}"),
        country_tlds.join(" "),
        as_domain.clone().unwrap_or_default(),
        company_url.unwrap_or_default().to_owned(),
    ]
    .join("\u{1f}")
}

/// Names domains of companies by asking others: data providers, with the caller's keys. What
/// they say is a claim, judged as a guess is.
pub trait NamedDomains: Send + Sync {
    /// The domains that others name for the company of this displayed name; none where nobody
    /// is to be asked.
    fn named<'a>(&'a self, company: &'a str) -> BoxFuture<'a, Vec<Domain>>;
}

/// Asks nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl NamedDomains for Nobody {
    fn named<'a>(&'a self, _company: &'a str) -> BoxFuture<'a, Vec<Domain>> {
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// Remembers nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCache;

impl DomainCache for NoCache {
    fn get<'a>(&'a self, _caller: &'a str, _key: &'a str) -> BoxFuture<'a, Option<KnownDomain>> {
        Box::pin(std::future::ready(None))
    }

    fn put<'a>(
        &'a self,
        _caller: &'a str,
        _key: &'a str,
        _finding: &'a DomainFinding,
    ) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Why a text that should name a company's site gives no domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoCompanyDomain {
    /// It is no address of a site.
    #[error("not a domain")]
    NotADomain,
    /// It is a site where many have a page: a social network, a shop or blog host.
    #[error("a shared host, not the company's own")]
    SharedHost,
    /// Anybody may have a mailbox there.
    #[error("a free-mail domain")]
    FreeMail,
}

impl NoCompanyDomain {
    /// Stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotADomain => "domain_malformed",
            Self::SharedHost => "domain_shared_host",
            Self::FreeMail => "domain_free_mail",
        }
    }
}

/// Longest address of a website that is read, in bytes.
const WEBSITE_BYTES_MAX: usize = 2_048;

/// Hosts where many organisations have a page, by registrable domain.
const SHARED_HOSTS: &[&str] = &[
    "about.me",
    "angel.co",
    "behance.net",
    "bio.link",
    "bit.ly",
    "calendly.com",
    "crunchbase.com",
    "facebook.com",
    "fb.com",
    "fb.me",
    "g.page",
    "github.com",
    "gitlab.com",
    "glassdoor.com",
    "goo.gl",
    "indeed.com",
    "instagram.com",
    "kickstarter.com",
    "linkedin.com",
    "linktr.ee",
    "lnkd.in",
    "medium.com",
    "meetup.com",
    "pinterest.com",
    "reddit.com",
    "slideshare.net",
    "snapchat.com",
    "substack.com",
    "t.co",
    "t.me",
    "telegram.me",
    "threads.net",
    "tiktok.com",
    "tinyurl.com",
    "tumblr.com",
    "twitter.com",
    "vimeo.com",
    "vk.com",
    "wa.me",
    "wellfound.com",
    "whatsapp.com",
    "wikipedia.org",
    "x.com",
    "xing.com",
    "yelp.com",
    "youtu.be",
    "youtube.com",
];

/// Hosts whose customers' sites live under a path or name of theirs although no public
/// suffix says so.
const SHARED_SUFFIXES: &[&str] = &[
    "sites.google.com",
    "docs.google.com",
    "play.google.com",
    "apps.apple.com",
    "business.site",
    "wordpress.com",
    "blogspot.com",
    "notion.site",
    "webflow.io",
    "squarespace.com",
    "weebly.com",
    "godaddysites.com",
    "myshopify.com",
    "wixsite.com",
    "carrd.co",
    "github.io",
];

/// The mail domain behind a company's website, as a page shows it: the registrable domain.
/// A shared host counts where the company bears its name: somebody works there too.
///
/// # Errors
/// Where it is no address of a site of the company's own.
pub fn of_website(website: &str, company: Option<&CompanyName>) -> Result<Domain, NoCompanyDomain> {
    let host = host_of(website)?;
    let registrable = psl::domain_str(&host).ok_or(NoCompanyDomain::NotADomain)?;
    check_own(&host, registrable, company)?;
    Domain::parse(registrable).map_err(|_| NoCompanyDomain::NotADomain)
}

/// The mail domain that a user or caller names: taken as it stands, but for a leading
/// `www.`; of a website's address, the registrable domain.
///
/// # Errors
/// Where it is no domain, or one where no company has its mail.
pub fn of_given(text: &str, company: Option<&CompanyName>) -> Result<Domain, NoCompanyDomain> {
    let text = text.trim();
    if text.contains("://") || text.contains('/') {
        return of_website(text, company);
    }
    let text = text.rsplit('@').next().unwrap_or(text);
    let text = text.trim_end_matches('.').to_lowercase();
    let domain = Domain::parse(text.strip_prefix("www.").unwrap_or(&text))
        .map_err(|_| NoCompanyDomain::NotADomain)?;
    let registrable = psl::domain_str(domain.as_str()).unwrap_or(domain.as_str());
    check_own(domain.as_str(), registrable, company)?;
    Ok(domain)
}

fn check_own(
    host: &str,
    registrable: &str,
    company: Option<&CompanyName>,
) -> Result<(), NoCompanyDomain> {
    let label = registrable.split('.').next().unwrap_or_default();
    let owner = company.is_some_and(|company| company.words.concat() == label);
    let under = |suffix: &str| {
        host == suffix
            || host
                .strip_suffix(suffix)
                .is_some_and(|rest| rest.ends_with('.'))
    };
    let shared =
        SHARED_HOSTS.contains(&registrable) || SHARED_SUFFIXES.iter().any(|suffix| under(suffix));
    if shared && !owner {
        return Err(NoCompanyDomain::SharedHost);
    }
    if class::is_free_mail(host) || class::is_free_mail(registrable) || class::is_disposable(host) {
        return Err(NoCompanyDomain::FreeMail);
    }
    Ok(())
}

/// The host of a website's address, with or without its scheme.
fn host_of(website: &str) -> Result<String, NoCompanyDomain> {
    let website = website.trim();
    if website.is_empty() || website.len() > WEBSITE_BYTES_MAX {
        return Err(NoCompanyDomain::NotADomain);
    }
    let url = if website.contains("://") {
        Url::parse(website)
    } else {
        Url::parse(&format!("https://{website}"))
    }
    .map_err(|_| NoCompanyDomain::NotADomain)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(NoCompanyDomain::NotADomain);
    }
    match url.host() {
        Some(Host::Domain(host)) => Ok(host.trim_end_matches('.').to_owned()),
        _ => Err(NoCompanyDomain::NotADomain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn websites_give_their_registrable_domain() {
        for (website, expected) in [
            ("https://www.acme.example.com/about?x=1", "example.com"),
            ("acme.co.uk", "acme.co.uk"),
            ("HTTP://Shop.Acme.CO.UK/", "acme.co.uk"),
            ("https://bücher-muster.de", "xn--bcher-muster-dlb.de"),
            ("http://acme.test.", "acme.test"),
        ] {
            assert_eq!(
                of_website(website, None).map(String::from).as_deref(),
                Ok(expected),
                "{website}"
            );
        }
    }

    #[test]
    fn what_is_not_the_companys_own_is_refused() {
        for (website, why) in [
            (
                "https://www.linkedin.com/company/acme",
                NoCompanyDomain::SharedHost,
            ),
            ("https://m.facebook.com/acme", NoCompanyDomain::SharedHost),
            ("https://acme.wordpress.com", NoCompanyDomain::SharedHost),
            ("https://sites.google.com/acme", NoCompanyDomain::SharedHost),
            ("gmail.com", NoCompanyDomain::FreeMail),
            ("https://127.0.0.1/", NoCompanyDomain::NotADomain),
            ("https://[::1]/", NoCompanyDomain::NotADomain),
            ("javascript://acme.com/", NoCompanyDomain::NotADomain),
            ("co.uk", NoCompanyDomain::NotADomain),
            ("", NoCompanyDomain::NotADomain),
        ] {
            assert_eq!(of_website(website, None), Err(why), "{website}");
        }
        // The own site of a host's owner is not refused with it.
        assert!(of_website("https://about.google", None).is_ok());
    }

    #[test]
    fn what_is_remembered_is_what_was_asked_for() {
        let key =
            |name: &str, url: Option<&str>| memory_key(&CompanyName::parse(name).unwrap(), url);
        let acme = Some("https://www.linkedin.com/company/acme");
        assert_eq!(key("Acme, Inc.", acme), key("ACME Inc", acme));
        let all = [
            key("Acme, Inc.", acme),
            key("Acme, Inc.", None),
            key("Acme GmbH", None),
            key("Acme GmbH", acme),
            key("Evilco", acme),
            key("Acme (Evilco)", acme),
            key("Acme.com", None),
            key("Acme com", None),
            key("Müßig", None),
            key("Mussig", None),
        ];
        let apart: std::collections::HashSet<&String> = all.iter().collect();
        assert_eq!(apart.len(), all.len(), "{all:?}");
    }

    #[test]
    fn a_shared_hosts_owner_works_there() {
        let of = |website: &str, company: &str| {
            of_website(website, CompanyName::parse(company).as_ref()).map(String::from)
        };
        assert_eq!(
            of("https://github.com/about", "GitHub, Inc.").as_deref(),
            Ok("github.com")
        );
        assert_eq!(
            of("https://github.com/acme", "Acme"),
            Err(NoCompanyDomain::SharedHost)
        );
    }

    #[test]
    fn a_given_domain_is_taken_as_it_stands() {
        for (given, expected) in [
            ("Acme.example", "acme.example"),
            ("www.acme.example", "acme.example"),
            ("mail.acme.example", "mail.acme.example"),
            ("@acme.example", "acme.example"),
            ("https://www.acme.com/about", "acme.com"),
        ] {
            assert_eq!(
                of_given(given, None).map(String::from).as_deref(),
                Ok(expected),
                "{given}"
            );
        }
        assert_eq!(of_given("gmail.com", None), Err(NoCompanyDomain::FreeMail));
        assert_eq!(
            of_given("no domain", None),
            Err(NoCompanyDomain::NotADomain)
        );
    }
}
