//! Where a person's page states title and company of one position: by its label, by its form,
//! by where the links lead, or in the list of jobs.

use crate::dom;
use crate::sites::view::View;

use super::entity::{organization_link, text_of};
use super::fields::{self, LabelledField};

/// A position.
pub(super) struct Role {
    pub title: Option<String>,
    pub company: Option<String>,
    pub company_url: Option<String>,
}

/// "Title @ Company", by its label or, where the label is in no known language, by its form.
pub(super) fn primary(view: &View<'_>, fields: &[LabelledField<'_>]) -> Option<Role> {
    let field = fields::labelled(view, fields, "primary_role").or_else(|| {
        fields.iter().find(|field| {
            organization_link(view, field.value).is_some()
                && text_of(field.value).is_some_and(|text| text.contains(" @ "))
        })
    })?;
    let text = text_of(field.value)?;
    let link = organization_link(view, field.value);
    let (title, company) = match text.rsplit_once(" @ ") {
        Some((title, company)) => (Some(title.to_owned()), Some(company.to_owned())),
        None if link.is_none() => (Some(text), None),
        None => (None, None),
    };
    let (name, url) = link.unzip();
    Some(Role {
        title,
        company: name.or(company),
        company_url: url,
    })
}

/// The position on a page whose labels the browser translated: the one field that links an
/// organization, and the plain one before it. The `title` attributes keep the original words.
pub(super) fn unlabelled(view: &View<'_>, fields: &[LabelledField<'_>]) -> Option<Role> {
    // A known label shows that the page is as it came: then a role without label is none.
    let is_original = fields.iter().any(|field| {
        view.rules
            .is_label("original_label", field.label.trim_end_matches(':'))
    });
    if is_original {
        return None;
    }
    let linked = |field: &LabelledField<'_>| organization_link(view, field.value);
    let at = fields.iter().position(|field| linked(field).is_some())?;
    let (company, url) = linked(fields.get(at)?)?;
    let mut others = fields.iter().filter_map(linked);
    if others.any(|(_, other)| other != url) {
        return None;
    }
    let title = at.checked_sub(1).and_then(|before| fields.get(before));
    let title = title.and_then(|field| {
        let plain = view.first_in(field.value, "plain_text")?;
        let original = plain.attr("title").map(dom::collapse);
        original
            .filter(|title| !title.is_empty())
            .or_else(|| text_of(plain))
    });
    Some(Role {
        title,
        company: Some(company),
        company_url: Some(url),
    })
}

/// The first of the jobs listed as current in the layout before 2018, where the page names no
/// primary role.
pub(super) fn first_of_list(view: &View<'_>) -> Option<Role> {
    let job = view.first("current_job")?;
    let (company, url) = organization_link(view, job).unzip();
    let title = view.first_in(job, "job_heading").and_then(text_of);
    (title.is_some() || company.is_some()).then_some(Role {
        title,
        company,
        company_url: url,
    })
}
