//! The values that captures bring: which hang on the employer, and which is only the cut form of
//! another.

use lode_core::lead::Lead;
use lode_finder::company::CompanyName;

use super::EditableField;
use crate::leads::identity::fold;

/// A value of a lead that captures bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    FullName,
    Headline,
    Title,
    Company,
    CompanyUrl,
    CompanyDomain,
    Location,
    Industry,
    Website,
}

impl Field {
    pub(super) const ALL: [Self; 9] = [
        Self::FullName,
        Self::Headline,
        Self::Title,
        Self::Company,
        Self::CompanyUrl,
        Self::CompanyDomain,
        Self::Location,
        Self::Industry,
        Self::Website,
    ];

    /// Its name among the provenance.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::Headline => "headline",
            Self::Title => "title",
            Self::Company => "company",
            Self::CompanyUrl => "company_url",
            Self::CompanyDomain => "company_domain",
            Self::Location => "location",
            Self::Industry => "industry",
            Self::Website => "website",
        }
    }

    pub(super) fn of(self, lead: &Lead) -> Option<&String> {
        match self {
            Self::FullName => &lead.full_name,
            Self::Headline => &lead.headline,
            Self::Title => &lead.title,
            Self::Company => &lead.company,
            Self::CompanyUrl => &lead.company_url,
            Self::CompanyDomain => &lead.company_domain,
            Self::Location => &lead.location,
            Self::Industry => &lead.industry,
            Self::Website => &lead.website,
        }
        .as_ref()
    }

    /// Takes it over, with where it came from.
    pub(super) fn take(self, lead: &mut Lead, from: &Lead) {
        match self {
            Self::FullName => copy_name(lead, from),
            Self::Headline => lead.headline.clone_from(&from.headline),
            Self::Title => lead.title.clone_from(&from.title),
            Self::Company => lead.company.clone_from(&from.company),
            Self::CompanyUrl => lead.company_url.clone_from(&from.company_url),
            Self::CompanyDomain => lead.company_domain.clone_from(&from.company_domain),
            Self::Location => lead.location.clone_from(&from.location),
            Self::Industry => lead.industry.clone_from(&from.industry),
            Self::Website => lead.website.clone_from(&from.website),
        }
        match from.provenance.get(self.name()) {
            Some(strategy) => lead
                .provenance
                .insert(self.name().to_owned(), strategy.clone()),
            None => lead.provenance.remove(self.name()),
        };
    }

    /// Whether a correction of that field is one of this too.
    pub(super) fn belongs_to(self, edited: EditableField) -> bool {
        match edited {
            EditableField::FullName => self == Self::FullName,
            EditableField::Title => self == Self::Title,
            EditableField::Company => matches!(self, Self::Company | Self::CompanyUrl),
            EditableField::CompanyDomain => self == Self::CompanyDomain,
        }
    }

    pub(super) fn hangs_on_employer(self) -> bool {
        match self {
            Self::Title
            | Self::Company
            | Self::CompanyUrl
            | Self::CompanyDomain
            | Self::Industry => true,
            Self::FullName | Self::Headline | Self::Location | Self::Website => false,
        }
    }
}

/// Whether two leads may name one employer: by the key that the finder looks companies up by
/// ("Acme, Inc." is "Acme"), where one is the cut form of the other ("Acme Rob…"), and where
/// one names none.
pub(super) fn is_same_employer(a: &Lead, b: &Lead) -> bool {
    let (Some(own), Some(other)) = (&a.company, &b.company) else {
        return true;
    };
    let key = |name: &str| CompanyName::parse(name).map(|name| name.key());
    fold(own) == fold(other)
        || is_cut_form(Field::Company, a, b)
        || is_cut_form(Field::Company, b, a)
        || key(own).is_some_and(|own| key(other) == Some(own))
}

/// The strategy whose values a search engine may have cut: its readers take the ellipsis off
/// (`lode_core::sites`).
const RESULT_TITLE: &str = "result_title";

/// Whether one lead's value is the cut form of the other's: its beginning, where an ellipsis
/// or its source says that it may have been cut.
pub(super) fn is_cut_form(field: Field, cut: &Lead, whole: &Lead) -> bool {
    let (Some(beginning), Some(text)) = (field.of(cut), field.of(whole)) else {
        return false;
    };
    let (beginning, has_ellipsis) = without_ellipsis(beginning);
    let may_be_cut =
        has_ellipsis || cut.provenance.get(field.name()).map(String::as_str) == Some(RESULT_TITLE);
    let (beginning, text) = (fold(beginning), fold(without_ellipsis(text).0));
    // What is not shorter is as good as what is there.
    let is_shorter = beginning.len() < text.len() || has_ellipsis;
    may_be_cut && is_shorter && !beginning.is_empty() && text.starts_with(&beginning)
}

/// A text without the ellipsis that ends it, and whether one did.
fn without_ellipsis(text: &str) -> (&str, bool) {
    let text = text.trim_end();
    match text.strip_suffix('…').or_else(|| text.strip_suffix("...")) {
        Some(beginning) => (beginning.trim_end(), true),
        None => (text, false),
    }
}

pub(super) fn copy_name(lead: &mut Lead, from: &Lead) {
    lead.full_name.clone_from(&from.full_name);
    lead.first_name.clone_from(&from.first_name);
    lead.middle_name.clone_from(&from.middle_name);
    lead.last_name.clone_from(&from.last_name);
}
