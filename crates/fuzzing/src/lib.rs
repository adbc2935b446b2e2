//! What the fuzz targets check. The targets of `fuzz/` hand libFuzzer's bytes to these
//! functions; `tests/fuzz_bodies.rs` runs them on the fixtures and on seeded changes of them,
//! on stable Rust in every test run.
//!
//! A body takes any bytes, must not panic by itself, and asserts what must hold of whatever
//! comes out.
#![allow(
    clippy::missing_panics_doc,
    reason = "a fuzz target's way of saying that something is wrong"
)]

pub mod mail;
pub mod seeds;

use lode_core::health::Health;
use lode_core::lead::{ALSO_AT_MAX, FIELD_CHARS_MAX};
use lode_core::page::{PageInfo, ParsedPage};
use lode_core::rules::RuleSet;
use lode_core::sites::draft::Field;
use lode_core::{headline, name, report, sites, snapshot};
use lode_finder::company::CompanyName;
use lode_finder::domain::charset;
use lode_finder::domain::identity;
use lode_finder::domain::page::{NAME_CHARS_MAX, PageNames, SITE_NAMES_MAX, TEXT_CHARS_MAX};

/// A target: its name, which is also its file in `fuzz/fuzz_targets`, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 12] = [
    ("name", name),
    ("headline", headline),
    ("linkedin", linkedin),
    ("crunchbase", crunchbase),
    ("google", google),
    ("generic", generic),
    ("snapshot", snapshot),
    ("rules", rules),
    ("smtp_reply", mail::smtp_reply),
    ("address", mail::address),
    ("provider_answer", mail::provider_answer),
    ("website", website),
];

/// Addresses of LinkedIn's page kinds; the first byte of the input chooses.
pub const LINKEDIN: &[&str] = &[
    "https://www.linkedin.com/in/someone/",
    "https://de.linkedin.com/in/someone",
    "https://www.linkedin.com/pub/someone/1/2/3",
    "https://www.linkedin.com/search/results/people/?keywords=x",
    "https://www.linkedin.com/company/acme/",
    "https://www.linkedin.com/company/acme/people/",
    "https://www.linkedin.com/mynetwork/invite-connect/connections/",
    "https://www.linkedin.com/sales/lead/ACwAAA,NAME_SEARCH,xxxx",
    "https://www.linkedin.com/sales/search/people",
    "https://www.linkedin.com/sales/company/1",
    "https://www.linkedin.com/feed/",
];

/// Addresses of Crunchbase's page kinds.
pub const CRUNCHBASE: &[&str] = &[
    "https://www.crunchbase.com/person/someone",
    "https://www.crunchbase.com/organization/acme",
    "https://www.crunchbase.com/discover/people",
    "https://www.crunchbase.com/discover/organization.companies",
];

/// Addresses of Google's page kinds.
pub const GOOGLE: &[&str] = &[
    "https://www.google.com/search?q=x",
    "https://www.google.de/search?q=site%3Alinkedin.com%2Fin",
    "https://www.google.com/sorry/index",
];

/// Addresses of sites without a reader of their own.
pub const GENERIC: &[&str] = &["https://acme.example/", "https://acme.example/team/someone"];

/// Any text as a displayed name: parts that can be shown and stored.
pub fn name(data: &[u8]) {
    let parts = name::parse(&String::from_utf8_lossy(data));
    for part in [
        &parts.given,
        &parts.middle,
        &parts.family,
        &parts.prefix,
        &parts.suffix,
        &parts.nickname,
    ]
    .into_iter()
    .flatten()
    {
        assert!(part.chars().any(char::is_alphabetic), "{part:?}");
        assert!(!part.chars().any(char::is_control), "{part:?}");
        assert_eq!(part, part.trim());
    }
}

/// Any text as a headline: claims that can be shown and stored.
pub fn headline(data: &[u8]) {
    let stated = headline::split(&String::from_utf8_lossy(data));
    for part in [stated.title, stated.company].into_iter().flatten() {
        assert!(part.chars().any(char::is_alphanumeric), "{part:?}");
        assert!(!part.chars().any(char::is_control), "{part:?}");
        assert_eq!(part, part.trim());
    }
}

/// Any text as a LinkedIn page.
pub fn linkedin(data: &[u8]) {
    page(LINKEDIN, data);
}

/// Any text as a Crunchbase page.
pub fn crunchbase(data: &[u8]) {
    page(CRUNCHBASE, data);
}

/// Any text as a Google page.
pub fn google(data: &[u8]) {
    page(GOOGLE, data);
}

/// Any text as a page of another site.
pub fn generic(data: &[u8]) {
    page(GENERIC, data);
}

fn page(addresses: &[&str], data: &[u8]) {
    if let Some((address, html)) = chosen(addresses, data) {
        check(&sites::read(address, &html));
    }
}

/// Any text as the extension's snapshot of a page of any kind, read and reported.
pub fn snapshot(data: &[u8]) {
    let all: Vec<&str> = [LINKEDIN, CRUNCHBASE, GOOGLE, GENERIC].concat();
    if let Some((address, text)) = chosen(&all, data) {
        let read = sites::read_snapshot(address, &text);
        check(&read);
        let report = report::report(&read.page, 1, &Health::default(), &text);
        assert!(report.len() < report::BYTES_MAX + 4_096);
        assert!(!report.contains([snapshot::OPEN, snapshot::CLOSE]));
    }
}

/// Any text as a rule file: refused, or taken over whole with a newer version.
pub fn rules(data: &[u8]) {
    let mut rules = RuleSet::updatable();
    let json = String::from_utf8_lossy(data);
    if let Ok(site) = rules.update(&json) {
        let version = |set: &RuleSet| set.site(&site).map(|rules| rules.version());
        assert!(version(&rules) > version(RuleSet::built_in()));
        // Whatever it says, pages are read with it.
        for address in [LINKEDIN, CRUNCHBASE, GOOGLE].into_iter().flatten() {
            let html = "<html><body><main><h1>Ada Example</h1><a href='/in/someone'>Ada</a>";
            check(&sites::read_with(&rules, address, html));
        }
    }
}

/// Any bytes as a company's website, whose first line is the server's content type.
pub fn website(data: &[u8]) {
    let end = data.iter().position(|byte| *byte == b'\n');
    let (kind, bytes) = data.split_at_checked(end.unwrap_or(0)).unwrap_or_default();
    let kind = std::str::from_utf8(kind)
        .ok()
        .filter(|kind| !kind.is_empty());
    let html = charset::decode(kind, bytes);
    assert!(html.len() <= bytes.len() * 3 + 16);
    let page = PageNames::read(&html);
    assert!(page.site_names.len() <= SITE_NAMES_MAX);
    assert!(page.text.chars().count() <= TEXT_CHARS_MAX);
    for name in page.title.iter().chain(&page.site_names) {
        assert!(!name.is_empty() && name.chars().count() <= NAME_CHARS_MAX);
        assert!(!name.contains(char::REPLACEMENT_CHARACTER), "{name:?}");
        assert_eq!(name.trim(), name);
    }
    if let Some(company) = CompanyName::parse("Acme Robotics GmbH") {
        let _ = identity::judge(&page, &company);
    }
}

fn chosen<'a>(addresses: &[&'a str], data: &[u8]) -> Option<(&'a str, String)> {
    let (choice, rest) = data.split_first()?;
    let address = addresses.get(usize::from(*choice) % addresses.len().max(1))?;
    Some((address, String::from_utf8_lossy(rest).into_owned()))
}

/// What holds of every reading: values are there or absent, never empty or endless, and who
/// has a lead has something to call it by.
fn check(read: &ParsedPage) {
    let PageInfo { site, kind, .. } = &read.page;
    assert!(!site.is_empty() && !kind.is_empty());
    for lead in &read.leads {
        for field in Field::ALL {
            if let Some(value) = field.of(lead) {
                let name = field.name();
                assert!(!value.trim().is_empty(), "{name} is empty");
                assert!(value.chars().count() <= FIELD_CHARS_MAX, "{name} is long");
                assert!(lead.provenance.contains_key(name), "{name} has no source");
            }
        }
        assert!(lead.full_name.is_some() || lead.profile_url.is_some());
        assert!(lead.also_at.len() <= ALSO_AT_MAX);
        for url in [&lead.profile_url, &lead.company_url].into_iter().flatten() {
            assert!(
                url.starts_with("https://") || url.starts_with("http://"),
                "{url}"
            );
        }
    }
}
