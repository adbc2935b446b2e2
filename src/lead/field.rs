//! The fields of a lead by name: for what treats them alike.

use super::Lead;

/// A field of [`Lead`] that holds one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// [`Lead::full_name`].
    FullName,
    /// [`Lead::first_name`].
    FirstName,
    /// [`Lead::middle_name`].
    MiddleName,
    /// [`Lead::last_name`].
    LastName,
    /// [`Lead::headline`].
    Headline,
    /// [`Lead::title`].
    Title,
    /// [`Lead::company`].
    Company,
    /// [`Lead::company_url`].
    CompanyUrl,
    /// [`Lead::company_domain`].
    CompanyDomain,
    /// [`Lead::location`].
    Location,
    /// [`Lead::industry`].
    Industry,
    /// [`Lead::profile_url`].
    ProfileUrl,
    /// [`Lead::website`].
    Website,
}

impl Field {
    /// All of them, in a lead's order.
    pub const ALL: [Self; 13] = [
        Self::FullName,
        Self::FirstName,
        Self::MiddleName,
        Self::LastName,
        Self::Headline,
        Self::Title,
        Self::Company,
        Self::CompanyUrl,
        Self::CompanyDomain,
        Self::Location,
        Self::Industry,
        Self::ProfileUrl,
        Self::Website,
    ];

    /// The field of a name, as [`Field::name`] gives it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }

    /// Its value in a lead.
    #[must_use]
    pub fn of(self, lead: &Lead) -> Option<&str> {
        match self {
            Self::FullName => &lead.full_name,
            Self::FirstName => &lead.first_name,
            Self::MiddleName => &lead.middle_name,
            Self::LastName => &lead.last_name,
            Self::Headline => &lead.headline,
            Self::Title => &lead.title,
            Self::Company => &lead.company,
            Self::CompanyUrl => &lead.company_url,
            Self::CompanyDomain => &lead.company_domain,
            Self::Location => &lead.location,
            Self::Industry => &lead.industry,
            Self::ProfileUrl => &lead.profile_url,
            Self::Website => &lead.website,
        }
        .as_deref()
    }

    /// Its place in a lead.
    pub fn slot(self, lead: &mut Lead) -> &mut Option<String> {
        match self {
            Self::FullName => &mut lead.full_name,
            Self::FirstName => &mut lead.first_name,
            Self::MiddleName => &mut lead.middle_name,
            Self::LastName => &mut lead.last_name,
            Self::Headline => &mut lead.headline,
            Self::Title => &mut lead.title,
            Self::Company => &mut lead.company,
            Self::CompanyUrl => &mut lead.company_url,
            Self::CompanyDomain => &mut lead.company_domain,
            Self::Location => &mut lead.location,
            Self::Industry => &mut lead.industry,
            Self::ProfileUrl => &mut lead.profile_url,
            Self::Website => &mut lead.website,
        }
    }

    /// The field's name as it stands in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::FirstName => "first_name",
            Self::MiddleName => "middle_name",
            Self::LastName => "last_name",
            Self::Headline => "headline",
            Self::Title => "title",
            Self::Company => "company",
            Self::CompanyUrl => "company_url",
            Self::CompanyDomain => "company_domain",
            Self::Location => "location",
            Self::Industry => "industry",
            Self::ProfileUrl => "profile_url",
            Self::Website => "website",
        }
    }
}
