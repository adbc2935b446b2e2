//! Page readers: one folder per site, one file per page kind.
//!
//! [`read`] is the way in: it tells the site from the address, parses the document once and
//! hands a [`view::View`] to the site's reader. A reader first *detects* the page kind and
//! layout with a few cheap look-ups, then *extracts* with [`draft::Draft`], which takes
//! each field from an ordered list of strategies, the most durable first. Selectors, label
//! words and title patterns come from the site's rule file ([`crate::rules`]).

pub mod draft;
pub mod snapshot;
pub mod view;

mod crunchbase;
mod generic;
mod google;
mod linkedin;

use crate::address::Url;

use crate::canonical;
use crate::document::Document;
#[cfg(not(target_arch = "wasm32"))]
use crate::document::nesting;
use crate::page::{Note, ParsedPage};
use crate::rules::RuleSet;
use view::View;

/// Largest page read, in bytes; a larger one is refused with kind `unsupported`.
pub const PAGE_BYTES_MAX: usize = 24 * 1024 * 1024;

/// A site that has a reader of its own, or [`Site::Other`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Site {
    /// LinkedIn, with its country hosts.
    LinkedIn,
    /// Crunchbase.
    Crunchbase,
    /// Google's result pages, on any of its country domains.
    Google,
    /// Any other site: read by the generic fallback.
    Other,
}

impl Site {
    /// Tells the site from an address.
    #[must_use]
    pub fn of(url: &Url) -> Self {
        let host = canonical::host(url);
        if canonical::is_host_of(host, "linkedin.com") {
            Self::LinkedIn
        } else if canonical::is_host_of(host, "crunchbase.com") {
            Self::Crunchbase
        } else if google::is_google_host(host) {
            Self::Google
        } else {
            Self::Other
        }
    }

    /// The site with a name; [`Site::Other`] for any that has no reader of its own.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let known = [Self::LinkedIn, Self::Crunchbase, Self::Google];
        let named = known.into_iter().find(|site| site.name() == name);
        named.unwrap_or(Self::Other)
    }

    /// The site's name, as in [`crate::page::PageInfo::site`] and in rule files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::LinkedIn => "linkedin",
            Self::Crunchbase => "crunchbase",
            Self::Google => "google",
            Self::Other => "other",
        }
    }
}

/// Reads a page: `url` is the address in view, `html` the document. Not in the shipped core,
/// which holds no HTML parser.
///
/// Never fails and never panics: a page that cannot be read comes back without leads, with
/// a kind and notes that say why.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn read(url: &str, html: &str) -> ParsedPage {
    read_with(RuleSet::built_in(), url, html)
}

/// As [`read`], with other rules than the built-in ones.
#[cfg(not(target_arch = "wasm32"))]
#[must_use]
pub fn read_with(rules: &RuleSet, url: &str, html: &str) -> ParsedPage {
    if html.len() <= PAGE_BYTES_MAX && nesting::nests_deeper(html, nesting::DEPTH_MAX) {
        return unsupported("other", "depth", "the page nests too deeply to read");
    }
    read_document(rules, url, html.len(), || Document::parse_html(html))
}

/// Reads the extension's snapshot ([`crate::snapshot`]) of the page at `url`.
#[must_use]
pub fn read_snapshot(url: &str, snapshot: &str) -> ParsedPage {
    read_snapshot_with(RuleSet::built_in(), url, snapshot)
}

/// As [`read_snapshot`], with other rules than the built-in ones.
#[must_use]
pub fn read_snapshot_with(rules: &RuleSet, url: &str, snapshot: &str) -> ParsedPage {
    read_document(rules, url, snapshot.len(), || {
        crate::snapshot::document(snapshot)
    })
}

fn read_document(
    rules: &RuleSet,
    url: &str,
    bytes: usize,
    document: impl FnOnce() -> Document,
) -> ParsedPage {
    let Ok(url) = Url::parse(url.trim()) else {
        return unsupported("other", "address", "the address is not a URL");
    };
    let site = Site::of(&url);
    if bytes > PAGE_BYTES_MAX {
        return unsupported(site.name(), "size", "the page is too large to read");
    }
    let Some(rules) = rules.site(site.name()) else {
        return unsupported(site.name(), "rules", "no rules for this site");
    };
    let view = View::new(url, document(), rules);
    match site {
        Site::LinkedIn => linkedin::read(&view),
        Site::Crunchbase => crunchbase::read(&view),
        Site::Google => google::read(&view),
        Site::Other => generic::read(&view),
    }
}

fn unsupported(site: &str, strategy: &str, reason: &str) -> ParsedPage {
    let mut page = ParsedPage::empty(site, "unsupported", None);
    page.notes.push(Note {
        field: "page".to_owned(),
        strategy: strategy.to_owned(),
        reason: reason.to_owned(),
    });
    page
}
