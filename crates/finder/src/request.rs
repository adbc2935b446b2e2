//! What a look-up is asked with.

use lode_core::name::PersonName;
use serde::{Deserialize, Serialize};

use crate::outcome::DomainFinding;

/// A look-up: whose address, at which company, and what is known already.
///
/// Every text may come from a hostile page: it is parsed, never trusted. A request with no
/// domain, website or company ends with [`crate::Conclusion::DomainUnknown`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FindRequest {
    /// Name as displayed; parsed unless [`Self::name`] is given.
    pub full_name: Option<String>,
    /// Name in parts, where the caller knows them.
    pub name: Option<PersonName>,
    /// The company's mail domain, where known (given by the user, or confirmed before).
    /// A website address is taken too.
    pub domain: Option<String>,
    /// Company name as displayed.
    pub company: Option<String>,
    /// The company's website, where the page shows it.
    pub website: Option<String>,
    /// The company's page on the captured site; never taken for its website.
    pub company_url: Option<String>,
    /// Who asks, in any words: what was confirmed for one caller is remembered for that one
    /// alone ([`crate::DomainCache`]), and for nobody where this is `None`.
    pub caller: Option<String>,
    /// Size of the company, where known.
    pub company_size: Option<CompanySize>,
    /// How many people are known to work there, this one among them: the company has at least
    /// so many. Counts where [`Self::company_size`] is not known.
    pub people_known: u32,
    /// Addresses known at the domain.
    pub evidence: PatternEvidence,
    /// 0 at first; after an outcome with [`crate::FindOutcome::retry_after`] that is not
    /// [`crate::FindOutcome::held`], one more each time, everything else unchanged.
    pub attempt: u32,
    /// An earlier attempt had answers about some candidates, and its sessions were used up before
    /// it came to the others ([`crate::FindOutcome::is_begun`]).
    pub begun: bool,
    /// The domain that an earlier attempt took ([`crate::FindOutcome::domain`]), so that it
    /// is not looked for again.
    pub resolved: Option<DomainFinding>,
}

impl FindRequest {
    /// What is known of the company's size.
    #[must_use]
    pub fn size(&self) -> SizeHint {
        self.company_size
            .map_or(SizeHint::AtLeast(self.people_known), SizeHint::Employees)
    }
}

/// Size of a company in employees: the classes that profile pages show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompanySize {
    /// 1 to 10.
    Micro,
    /// 11 to 50.
    Small,
    /// 51 to 200.
    Medium,
    /// 201 to 1,000.
    Large,
    /// 1,001 to 5,000.
    VeryLarge,
    /// More than 5,000.
    Enterprise,
}

impl CompanySize {
    /// The class of a company with so many employees.
    #[must_use]
    pub fn from_employees(employees: u32) -> Self {
        match employees {
            0..=10 => Self::Micro,
            11..=50 => Self::Small,
            51..=200 => Self::Medium,
            201..=1_000 => Self::Large,
            1_001..=5_000 => Self::VeryLarge,
            _ => Self::Enterprise,
        }
    }
}

/// What is known of a company's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SizeHint {
    /// Its class.
    Employees(CompanySize),
    /// So many people are known to work there; there may be many more. 0 and 1 say nothing.
    AtLeast(u32),
}

impl SizeHint {
    /// Nothing is known.
    pub const NONE: Self = Self::AtLeast(0);
}

impl From<Option<CompanySize>> for SizeHint {
    fn from(size: Option<CompanySize>) -> Self {
        size.map_or(Self::NONE, Self::Employees)
    }
}

/// What is known of how a domain forms its addresses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PatternEvidence {
    /// Addresses known at the domain, with the name of whose they are where known. Those
    /// of other domains are ignored.
    pub addresses: Vec<KnownAddress>,
    /// Addresses that turned out wrong for whose they were thought to be (mail came back);
    /// those without a name say nothing.
    pub refuted: Vec<KnownAddress>,
}

/// An address known at a domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KnownAddress {
    /// The address.
    pub email: String,
    /// Name of the person, as displayed.
    #[serde(default)]
    pub name: Option<String>,
    /// How sure it is, 0 to 1: 1 for a verified or delivered one. Counts as that share of
    /// an observation.
    #[serde(default = "certain")]
    pub weight: f64,
}

fn certain() -> f64 {
    1.0
}
