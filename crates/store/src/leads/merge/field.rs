//! The values that captures bring: which hang on the employer, and which is only the cut form of
//! another.

use lode_core::lead::{Field, Lead};
use lode_finder::company::CompanyName;

use super::EditableField;
use crate::leads::identity::fold;

/// The values that captures bring; the parts of a name go with it, and the address is the
/// identity.
pub(super) const CAPTURED: [Field; 9] = [
    Field::FullName,
    Field::Headline,
    Field::Title,
    Field::Company,
    Field::CompanyUrl,
    Field::CompanyDomain,
    Field::Location,
    Field::Industry,
    Field::Website,
];

/// Takes a value over, with where it came from.
pub(super) fn take(field: Field, lead: &mut Lead, from: &Lead) {
    if field == Field::FullName {
        copy_name(lead, from);
    } else {
        *field.slot(lead) = field.of(from).map(str::to_owned);
    }
    let name = field.name();
    match from.provenance.get(name) {
        Some(strategy) => lead.provenance.insert(name.to_owned(), strategy.clone()),
        None => lead.provenance.remove(name),
    };
}

/// Whether a correction of `edited` is one of the field too.
pub(super) fn belongs_to(field: Field, edited: EditableField) -> bool {
    match edited {
        EditableField::FullName => field == Field::FullName,
        EditableField::Title => field == Field::Title,
        EditableField::Company => matches!(field, Field::Company | Field::CompanyUrl),
        EditableField::CompanyDomain => field == Field::CompanyDomain,
    }
}

/// Whether a value goes with the employer.
pub(super) fn hangs_on_employer(field: Field) -> bool {
    matches!(
        field,
        Field::Title | Field::Company | Field::CompanyUrl | Field::CompanyDomain | Field::Industry
    )
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
