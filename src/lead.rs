//! The lead: one person or company, as a page shows it.

mod field;

pub use field::Field;

use crate::unicode::Lower;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest text kept in any one field of a lead, in characters. Longer page text is cut:
/// no real name, headline or location comes near it, and a hostile page could be megabytes.
pub const FIELD_CHARS_MAX: usize = 2_000;

/// Most further addresses of a lead.
pub const ALSO_AT_MAX: usize = 10;

/// What a lead describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadKind {
    /// A person; `company` is the employer.
    Person,
    /// A company; `full_name` and `company` both carry its name.
    Company,
}

/// A current position beside the first one, which stands in [`Lead::title`] and
/// [`Lead::company`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Position {
    /// Job title as displayed.
    pub title: Option<String>,
    /// Company name as displayed.
    pub company: Option<String>,
    /// Canonical address of the company's page on the same site.
    pub company_url: Option<String>,
}

/// One person or company read from a page. Flat on purpose: it is what the API, the
/// `lode parse` command and an export carry. An absent value is `None` (JSON `null`),
/// never an empty string.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    /// Person or company.
    pub kind: LeadKind,
    /// Name as displayed, without pronouns, degree marks and badges.
    pub full_name: Option<String>,
    /// Given name (persons).
    #[serde(default)]
    pub first_name: Option<String>,
    /// Middle names (persons).
    #[serde(default)]
    pub middle_name: Option<String>,
    /// Family name (persons).
    #[serde(default)]
    pub last_name: Option<String>,
    /// The line under the name.
    #[serde(default)]
    pub headline: Option<String>,
    /// Title of the first current position.
    #[serde(default)]
    pub title: Option<String>,
    /// Company of the first current position, whole as displayed.
    #[serde(default)]
    pub company: Option<String>,
    /// Canonical address of the company's page on the site (LinkedIn or Crunchbase).
    #[serde(default)]
    pub company_url: Option<String>,
    /// Registrable domain of the company's own website, lower case, where the page shows it.
    #[serde(default)]
    pub company_domain: Option<String>,
    /// Place as displayed.
    #[serde(default)]
    pub location: Option<String>,
    /// Industry as displayed.
    #[serde(default)]
    pub industry: Option<String>,
    /// Canonical address of the profile: `https://www.linkedin.com/in/<slug>`, no query.
    #[serde(default)]
    pub profile_url: Option<String>,
    /// Canonical addresses of the same person or company elsewhere, where the page shows
    /// them: on LinkedIn for a Crunchbase page, in Sales Navigator beside the public profile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also_at: Vec<String>,
    /// Website of the person or the company, where the page shows it.
    #[serde(default)]
    pub website: Option<String>,
    /// Other current positions, in the page's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_positions: Vec<Position>,
    /// Field name → the strategy that won for it.
    #[serde(default)]
    pub provenance: BTreeMap<String, String>,
}

impl Lead {
    /// An empty lead of `kind`.
    #[must_use]
    pub fn new(kind: LeadKind) -> Self {
        Self {
            kind,
            full_name: None,
            first_name: None,
            middle_name: None,
            last_name: None,
            headline: None,
            title: None,
            company: None,
            company_url: None,
            company_domain: None,
            location: None,
            industry: None,
            profile_url: None,
            also_at: Vec::new(),
            website: None,
            other_positions: Vec::new(),
            provenance: BTreeMap::new(),
        }
    }

    /// Whether both are of the same person or company, as far as addresses, or names and
    /// companies, tell.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let identity = self.identity();
        if identity.is_some() && identity == other.identity() {
            return true;
        }
        let addresses = |lead: &Self| {
            let all = lead.profile_url.iter().chain(&lead.also_at);
            all.map(|url| url.lower()).collect::<Vec<_>>()
        };
        let known = addresses(other);
        addresses(self).iter().any(|url| known.contains(url))
    }

    /// What tells this lead from others: the canonical profile address, or name and company
    /// where the page shows no address. `None` for a lead without a name.
    #[must_use]
    pub fn identity(&self) -> Option<String> {
        if let Some(url) = &self.profile_url {
            return Some(url.lower());
        }
        let name = self.full_name.as_ref()?;
        let company = self.company_domain.as_ref().or(self.company.as_ref());
        Some(format!("{name}|{}", company.map_or("", String::as_str)).lower())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_further_address_joins_two_leads() {
        let at = |url: &str, also: &[&str]| {
            let mut lead = Lead::new(LeadKind::Person);
            lead.full_name = Some("Ada Example".to_owned());
            lead.profile_url = Some(url.to_owned());
            lead.also_at = also.iter().map(|url| (*url).to_owned()).collect();
            lead
        };
        let linkedin = at("https://www.linkedin.com/in/ada-example", &[]);
        let crunchbase = at(
            "https://www.crunchbase.com/person/ada-example",
            &["https://www.linkedin.com/in/Ada-Example"],
        );
        let other = at("https://www.crunchbase.com/person/ada-example-2", &[]);
        assert!(linkedin.is_same(&crunchbase) && crunchbase.is_same(&linkedin));
        assert!(!linkedin.is_same(&other) && !crunchbase.is_same(&other));
        let nameless = Lead::new(LeadKind::Person);
        assert!(!nameless.is_same(&nameless));
    }
}
