//! What a lead becomes when it is captured again, or corrected by the user.

use std::collections::BTreeSet;

use lode_core::lead::{ALSO_AT_MAX, Lead, LeadKind};
use serde::{Deserialize, Serialize};

use super::identity::{fold, profile_key};

/// A field that the user can correct; what is corrected is kept when the lead is captured
/// again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EditableField {
    /// The displayed name, and with it its parts.
    FullName,
    /// The job title.
    Title,
    /// The company's name.
    Company,
    /// The company's domain.
    CompanyDomain,
}

/// The fields that the user has corrected.
pub type Edited = BTreeSet<EditableField>;

/// The user's corrections, checked: what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeadEdit {
    /// Name as displayed.
    pub full_name: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// Company name.
    pub company: Option<String>,
    /// Registrable domain, lower case.
    pub company_domain: Option<String>,
}

/// The stored lead after a newer capture: newer values win, absent ones take nothing
/// away, the user's corrections stay. What hangs on the employer (its page, its domain,
/// the industry) goes with a job that has changed.
#[must_use]
pub fn merge(stored: &Lead, edited: &mut Edited, newer: &Lead) -> Lead {
    let mut lead = stored.clone();
    let keeps = |field| edited.contains(&field);

    if newer.full_name.is_some() && !keeps(EditableField::FullName) {
        lead.full_name.clone_from(&newer.full_name);
        lead.first_name.clone_from(&newer.first_name);
        lead.middle_name.clone_from(&newer.middle_name);
        lead.last_name.clone_from(&newer.last_name);
    }
    let employer_changed = newer.company.is_some()
        && !keeps(EditableField::Company)
        && stored.company.is_some()
        && stored.company.as_deref().map(fold) != newer.company.as_deref().map(fold);
    if employer_changed {
        lead.company_url = None;
        lead.company_domain = None;
        lead.industry = None;
        lead.title = None;
        lead.other_positions.clear();
        // A domain or title that was corrected belonged to the former job.
        edited.remove(&EditableField::CompanyDomain);
        edited.remove(&EditableField::Title);
    }
    let keeps = |field| edited.contains(&field);
    if !keeps(EditableField::Title) {
        take(&mut lead.title, newer.title.as_ref());
    }
    if !keeps(EditableField::Company) {
        take(&mut lead.company, newer.company.as_ref());
        take(&mut lead.company_url, newer.company_url.as_ref());
    }
    if !keeps(EditableField::CompanyDomain) {
        take(&mut lead.company_domain, newer.company_domain.as_ref());
    }
    take(&mut lead.headline, newer.headline.as_ref());
    take(&mut lead.location, newer.location.as_ref());
    take(&mut lead.industry, newer.industry.as_ref());
    take(&mut lead.website, newer.website.as_ref());
    // The address is the identity: one that only differs in spelling stays as it was.
    if lead.profile_url.is_none() {
        lead.profile_url.clone_from(&newer.profile_url);
    }
    join_addresses(&mut lead, newer);
    if !newer.other_positions.is_empty() {
        lead.other_positions.clone_from(&newer.other_positions);
    }
    for (field, strategy) in &newer.provenance {
        lead.provenance.insert(field.clone(), strategy.clone());
    }
    for field in edited.iter() {
        lead.provenance
            .insert(field.name().to_owned(), "user".to_owned());
    }
    lead
}

/// Two stored leads of one person as one: the newer values win where both have one, the
/// addresses are those of both, and what the user corrected in either stays (where in both,
/// as in the one that stays).
#[must_use]
pub fn join(
    (stays, edited): (&Lead, &Edited),
    (goes, also_edited): (&Lead, &Edited),
    goes_is_newer: bool,
) -> (Lead, Edited) {
    let none = &mut Edited::new();
    let mut lead = if goes_is_newer {
        merge(stays, none, goes)
    } else {
        merge(goes, none, stays)
    };
    lead.profile_url = stays.profile_url.clone().or(lead.profile_url);
    lead.also_at.clear();
    join_addresses(&mut lead, stays);
    join_addresses(&mut lead, goes);
    let corrected = also_edited.difference(edited).map(|field| (field, goes));
    for (field, of) in edited.iter().map(|field| (field, stays)).chain(corrected) {
        match field {
            EditableField::FullName => {
                lead.full_name.clone_from(&of.full_name);
                lead.first_name.clone_from(&of.first_name);
                lead.middle_name.clone_from(&of.middle_name);
                lead.last_name.clone_from(&of.last_name);
            }
            EditableField::Title => lead.title.clone_from(&of.title),
            EditableField::Company => lead.company.clone_from(&of.company),
            EditableField::CompanyDomain => lead.company_domain.clone_from(&of.company_domain),
        }
        lead.provenance
            .insert(field.name().to_owned(), "user".to_owned());
    }
    (lead, edited.union(also_edited).copied().collect())
}

/// Applies the user's corrections. Whether anything that a look-up rests on has changed.
pub fn edit(lead: &mut Lead, edited: &mut Edited, edit: &LeadEdit) -> bool {
    let before = (
        lead.full_name.clone(),
        lead.company.clone(),
        lead.company_domain.clone(),
    );
    let mut corrected = |slot: &mut Option<String>, value: &Option<String>, field| {
        if let Some(value) = value {
            *slot = Some(value.clone());
            edited.insert(field);
        }
    };
    corrected(&mut lead.title, &edit.title, EditableField::Title);
    corrected(&mut lead.company, &edit.company, EditableField::Company);
    corrected(
        &mut lead.company_domain,
        &edit.company_domain,
        EditableField::CompanyDomain,
    );
    corrected(
        &mut lead.full_name,
        &edit.full_name,
        EditableField::FullName,
    );
    if edit.full_name.is_some() && lead.kind == LeadKind::Person {
        let name = lode_core::name::parse(lead.full_name.as_deref().unwrap_or_default());
        lead.first_name = name.given;
        lead.middle_name = name.middle;
        lead.last_name = name.family;
    }
    for field in edited.iter() {
        lead.provenance
            .insert(field.name().to_owned(), "user".to_owned());
    }
    before
        != (
            lead.full_name.clone(),
            lead.company.clone(),
            lead.company_domain.clone(),
        )
}

impl EditableField {
    /// Its name in a lead.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::FullName => "full_name",
            Self::Title => "title",
            Self::Company => "company",
            Self::CompanyDomain => "company_domain",
        }
    }
}

/// Keeps every address under which the lead was seen, beside its own.
fn join_addresses(lead: &mut Lead, newer: &Lead) {
    let own = lead.profile_url.as_deref().and_then(profile_key);
    for address in newer.profile_url.iter().chain(&newer.also_at) {
        let key = profile_key(address);
        let known = lead.also_at.iter().any(|also| profile_key(also) == key);
        if key.is_some() && key != own && !known && lead.also_at.len() < ALSO_AT_MAX {
            lead.also_at.push(address.clone());
        }
    }
}

fn take(slot: &mut Option<String>, newer: Option<&String>) {
    if let Some(value) = newer {
        *slot = Some(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lead() -> Lead {
        let mut lead = Lead::new(LeadKind::Person);
        lead.full_name = Some("Ana Example".into());
        lead.title = Some("Engineer".into());
        lead.company = Some("Acme".into());
        lead.company_domain = Some("acme.example".into());
        lead.location = Some("Porto".into());
        lead
    }

    #[test]
    fn newer_values_win_and_absent_ones_take_nothing_away() {
        let mut newer = Lead::new(LeadKind::Person);
        newer.title = Some("Head of Engineering".into());
        let merged = merge(&lead(), &mut Edited::new(), &newer);
        assert_eq!(merged.title.as_deref(), Some("Head of Engineering"));
        assert_eq!(merged.company.as_deref(), Some("Acme"));
        assert_eq!(merged.company_domain.as_deref(), Some("acme.example"));
        assert_eq!(merged.location.as_deref(), Some("Porto"));
    }

    #[test]
    fn every_address_is_kept_once() {
        let mut stored = lead();
        stored.profile_url = Some("https://www.linkedin.com/in/ana-example".into());
        let mut newer = lead();
        newer.profile_url = Some("https://www.crunchbase.com/person/ana-example".into());
        newer.also_at = vec!["https://de.linkedin.com/in/Ana-Example/".into()];
        for _ in 0..2 {
            stored = merge(&stored, &mut Edited::new(), &newer);
            assert_eq!(
                stored.profile_url.as_deref(),
                Some("https://www.linkedin.com/in/ana-example")
            );
            assert_eq!(
                stored.also_at,
                ["https://www.crunchbase.com/person/ana-example"]
            );
        }
    }

    #[test]
    fn corrections_stay() {
        let (mut stored, mut edited) = (lead(), Edited::new());
        let changed = edit(
            &mut stored,
            &mut edited,
            &LeadEdit {
                full_name: Some("Ana Maria Example".into()),
                company_domain: Some("acme-group.example".into()),
                ..LeadEdit::default()
            },
        );
        assert!(changed);
        let merged = merge(&stored, &mut edited, &lead());
        assert_eq!(merged.full_name.as_deref(), Some("Ana Maria Example"));
        assert_eq!(merged.company_domain.as_deref(), Some("acme-group.example"));
        assert_eq!(
            merged.provenance.get("company_domain").map(String::as_str),
            Some("user")
        );
        assert!(!edit(
            &mut stored,
            &mut edited,
            &LeadEdit {
                title: Some("CTO".into()),
                ..LeadEdit::default()
            }
        ));
    }

    #[test]
    fn two_leads_of_one_person_become_one() {
        let mut older = lead();
        older.profile_url = Some("https://www.linkedin.com/in/ana-example".into());
        let mut newer = Lead::new(LeadKind::Person);
        newer.full_name = Some("Ana M. Example".into());
        newer.title = Some("CTO".into());
        newer.profile_url = Some("https://www.crunchbase.com/person/ana-example".into());
        newer.company_domain = Some("corrected.example".into());
        let corrected = Edited::from([EditableField::CompanyDomain]);
        let (joined, edited) = join((&older, &Edited::new()), (&newer, &corrected), true);
        assert_eq!(joined.full_name.as_deref(), Some("Ana M. Example"));
        assert_eq!(joined.title.as_deref(), Some("CTO"));
        assert_eq!(joined.location.as_deref(), Some("Porto"));
        assert_eq!(joined.company_domain.as_deref(), Some("corrected.example"));
        assert_eq!(edited, corrected);
        assert_eq!(joined.profile_url, older.profile_url);
        assert_eq!(joined.also_at, [newer.profile_url.clone().unwrap()]);
        // The newer one stays: the older's values fill what it lacks.
        let (joined, _) = join((&newer, &corrected), (&older, &Edited::new()), false);
        assert_eq!(joined.title.as_deref(), Some("CTO"));
        assert_eq!(joined.location.as_deref(), Some("Porto"));
        assert_eq!(joined.profile_url, newer.profile_url);
        // What was corrected in both is as in the one that stays.
        let title = Edited::from([EditableField::Title]);
        let (joined, _) = join((&older, &title), (&newer, &title), true);
        assert_eq!(joined.title.as_deref(), Some("Engineer"));
    }

    #[test]
    fn a_new_job_takes_the_old_employers_facts_away() {
        let (mut stored, mut edited) = (lead(), Edited::new());
        edit(
            &mut stored,
            &mut edited,
            &LeadEdit {
                company_domain: Some("acme-group.example".into()),
                ..LeadEdit::default()
            },
        );
        let mut newer = Lead::new(LeadKind::Person);
        newer.company = Some("Borealis".into());
        let merged = merge(&stored, &mut edited, &newer);
        assert_eq!(merged.company.as_deref(), Some("Borealis"));
        assert_eq!(merged.company_domain, None);
        assert_eq!(merged.title, None);
        assert!(edited.is_empty());
        // The same company in other letters is no new job.
        newer.company = Some("ACME ".into());
        let merged = merge(&lead(), &mut Edited::new(), &newer);
        assert_eq!(merged.company_domain.as_deref(), Some("acme.example"));
    }
}
