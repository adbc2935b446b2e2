//! What a lead becomes when it is captured again, or corrected by the user.

mod field;

use std::collections::BTreeSet;

use lode_core::lead::{ALSO_AT_MAX, Lead, LeadKind};
use serde::{Deserialize, Serialize};

use super::identity::profile_key;
use field::{
    CAPTURED, belongs_to, copy_name, hangs_on_employer, is_cut_form, is_same_employer, take,
};

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

/// The stored lead after a newer capture: newer values win, absent ones and the cut form of
/// what is known take nothing away, the user's corrections stay. What hangs on the employer
/// (its page, its domain, the industry, the title) goes with a job that has changed.
#[must_use]
pub fn merge(stored: &Lead, edited: &Edited, newer: &Lead) -> Lead {
    let mut lead = stored.clone();
    let corrected = |field| edited.contains(&field);
    if !corrected(EditableField::Company) && !is_same_employer(stored, newer) {
        lead.company_url = None;
        lead.industry = None;
        lead.other_positions.clear();
        if !corrected(EditableField::CompanyDomain) {
            lead.company_domain = None;
        }
        if !corrected(EditableField::Title) {
            lead.title = None;
        }
    }
    for field in CAPTURED {
        let is_correction = edited.iter().any(|edited| belongs_to(field, *edited));
        if field.of(newer).is_some() && !is_correction && !is_cut_form(field, newer, &lead) {
            take(field, &mut lead, newer);
        }
    }
    // The address is the identity: one that only differs in spelling stays as it was.
    if lead.profile_url.is_none() {
        lead.profile_url.clone_from(&newer.profile_url);
    }
    join_addresses(&mut lead, newer);
    if !newer.other_positions.is_empty() {
        lead.other_positions.clone_from(&newer.other_positions);
    }
    for (name, strategy) in other_provenance(newer) {
        lead.provenance.insert(name.clone(), strategy.clone());
    }
    name_the_user(&mut lead, edited);
    lead
}

/// The stored lead after an older capture that came late: it only fills what is missing, or
/// was cut, and of another employer nothing is taken.
#[must_use]
pub fn fill(stored: &Lead, edited: &Edited, older: &Lead) -> Lead {
    let mut lead = stored.clone();
    let same_employer = is_same_employer(stored, older);
    for field in CAPTURED {
        let is_correction = edited.iter().any(|edited| belongs_to(field, *edited));
        let is_gap = field.of(&lead).is_none() || is_cut_form(field, &lead, older);
        let fits = same_employer || !hangs_on_employer(field);
        if field.of(older).is_some() && is_gap && fits && !is_correction {
            take(field, &mut lead, older);
        }
    }
    if lead.profile_url.is_none() {
        lead.profile_url.clone_from(&older.profile_url);
    }
    if same_employer && lead.other_positions.is_empty() {
        lead.other_positions.clone_from(&older.other_positions);
    }
    join_addresses(&mut lead, older);
    for (name, strategy) in other_provenance(older) {
        lead.provenance
            .entry(name.clone())
            .or_insert_with(|| strategy.clone());
    }
    name_the_user(&mut lead, edited);
    lead
}

/// Where what is none of [`CAPTURED`] came from.
fn other_provenance(lead: &Lead) -> impl Iterator<Item = (&String, &String)> {
    let is_field = |name: &str| CAPTURED.iter().any(|field| field.name() == name);
    lead.provenance
        .iter()
        .filter(move |(name, _)| !is_field(name))
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
    let none = &Edited::new();
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
            EditableField::FullName => copy_name(&mut lead, of),
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
    name_the_user(lead, edited);
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

/// Says of every corrected field that it is the user's.
fn name_the_user(lead: &mut Lead, edited: &Edited) {
    for field in edited {
        lead.provenance
            .insert(field.name().to_owned(), "user".to_owned());
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
        let merged = merge(&lead(), &Edited::new(), &newer);
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
            stored = merge(&stored, &Edited::new(), &newer);
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
        let merged = merge(&stored, &edited, &lead());
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
    fn a_new_job_takes_the_old_employers_facts_away_but_no_correction() {
        let mut newer = Lead::new(LeadKind::Person);
        newer.company = Some("Borealis".into());
        let merged = merge(&lead(), &Edited::new(), &newer);
        assert_eq!(merged.company.as_deref(), Some("Borealis"));
        assert_eq!(merged.company_domain, None);
        assert_eq!(merged.title, None);
        let (mut stored, mut edited) = (lead(), Edited::new());
        let domain = LeadEdit {
            company_domain: Some("acme-group.example".into()),
            ..LeadEdit::default()
        };
        edit(&mut stored, &mut edited, &domain);
        let merged = merge(&stored, &edited, &newer);
        assert_eq!(merged.company_domain.as_deref(), Some("acme-group.example"));
        assert_eq!(merged.title, None);
    }

    #[test]
    fn one_company_in_several_forms_is_no_new_job() {
        let (mut stored, mut edited) = (lead(), Edited::new());
        stored.company = Some("Acme Robotics".into());
        let correction = LeadEdit {
            title: Some("Chair".into()),
            company_domain: Some("acme-group.example".into()),
            ..LeadEdit::default()
        };
        edit(&mut stored, &mut edited, &correction);
        for (seen, shown) in [
            ("ACME  robotics ", "ACME  robotics "),
            ("Acme Robotics, Inc.", "Acme Robotics, Inc."),
            ("Ａｃｍｅ Robotics GmbH", "Ａｃｍｅ Robotics GmbH"),
            // A cut name is no better than the whole one.
            ("Acme Rob…", "Acme Robotics"),
            ("Acme Rob ...", "Acme Robotics"),
        ] {
            let mut newer = Lead::new(LeadKind::Person);
            newer.company = Some(seen.into());
            newer.title = Some("Engineer".into());
            let merged = merge(&stored, &edited, &newer);
            assert_eq!(merged.company.as_deref(), Some(shown), "{seen}");
            assert_eq!(merged.title.as_deref(), Some("Chair"), "{seen}");
            assert_eq!(merged.company_domain.as_deref(), Some("acme-group.example"));
            // What was not corrected stays too.
            let plain = merge(&stored, &Edited::new(), &newer);
            assert_eq!(plain.company_domain.as_deref(), Some("acme-group.example"));
        }
        // A result list's title, whose ellipsis its reader has taken off.
        let mut newer = Lead::new(LeadKind::Person);
        newer.company = Some("Acme Rob".into());
        let merged = merge(&stored, &Edited::new(), &newer);
        assert_eq!(merged.company_domain, None, "nothing says that it was cut");
        let by_title = ("company".to_owned(), "result_title".to_owned());
        newer.provenance.extend([by_title]);
        let merged = merge(&stored, &Edited::new(), &newer);
        assert_eq!(merged.company.as_deref(), Some("Acme Robotics"));
        assert_eq!(merged.company_domain.as_deref(), Some("acme-group.example"));
        assert_eq!(merged.provenance.get("company"), None, "of what is kept");
        let merged = merge(&newer, &Edited::new(), &lead());
        assert_eq!(
            merged.company.as_deref(),
            Some("Acme"),
            "no beginning of it"
        );
        // The whole name takes the place of the cut one.
        stored.company = Some("Acme Rob…".into());
        let mut newer = lead();
        newer.company = Some("Acme Robotics".into());
        newer.company_domain = None;
        let merged = merge(&stored, &Edited::new(), &newer);
        assert_eq!(merged.company.as_deref(), Some("Acme Robotics"));
        assert_eq!(merged.company_domain.as_deref(), Some("acme-group.example"));
        // An ellipsis alone, and a beginning that was not cut, are no such name.
        for other in ["…", "Acme"] {
            newer.company = Some(other.into());
            stored.company = Some("Acme Robotics".into());
            let merged = merge(&stored, &Edited::new(), &newer);
            assert_eq!(merged.company_domain, None, "{other}");
        }
    }

    #[test]
    fn an_older_capture_only_fills_gaps() {
        let mut stored = lead();
        stored.location = None;
        stored.title = Some("Head of Eng…".into());
        let mut older = lead();
        older.full_name = Some("A. Example".into());
        older.company = Some("Acme, Inc.".into());
        older.title = Some("Head of Engineering".into());
        older.industry = Some("Robots".into());
        for field in ["title", "company"] {
            older.provenance.insert(field.into(), "old".into());
            stored.provenance.insert(field.into(), "new".into());
        }
        let filled = fill(&stored, &Edited::new(), &older);
        assert_eq!(filled.full_name.as_deref(), Some("Ana Example"));
        assert_eq!(filled.company.as_deref(), Some("Acme"));
        assert_eq!(filled.title.as_deref(), Some("Head of Engineering"));
        assert_eq!(filled.location.as_deref(), Some("Porto"));
        assert_eq!(filled.industry.as_deref(), Some("Robots"));
        // Each names where its own value came from.
        assert_eq!(filled.provenance["title"], "old");
        assert_eq!(filled.provenance["company"], "new");
        // Nothing of a former employer fills what the present one lacks.
        stored.company_domain = None;
        older.company = Some("Borealis".into());
        let filled = fill(&stored, &Edited::new(), &older);
        assert_eq!(filled.company.as_deref(), Some("Acme"));
        assert_eq!((filled.company_domain, filled.industry), (None, None));
        assert_eq!(filled.title.as_deref(), Some("Head of Eng…"));
    }
}
