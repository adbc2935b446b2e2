//! Sales Navigator: account searches and lists of accounts.

use super::frame::is_in_frame;
use super::negative;
use super::{sales_identity, sales_lead};
use crate::Lead;
use crate::canonical;
use crate::document::ElementRef;
use crate::dom;
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Reads the accounts of a search or list; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let mut page = ParsedPage::empty("linkedin", "sales_account_list", Some("data_anonymize"));
    let mut last: Option<ElementRef<'_>> = None;
    let mut seen = Vec::new();
    let heading = sales_identity::heading(view);
    for name in view.all("sales_account_row_name").into_iter().take(1_000) {
        let row = dom::ancestors(name).take(24).find(|around| is_row(*around));
        let Some(row) = row.filter(|_| !is_in_frame(name)) else {
            continue;
        };
        // The page of one lead or account, still.
        if last.is_none() && heading.is_some_and(|heading| heading.id() < row.id()) {
            return None;
        }
        // Each row names its own account first; leads in it name others.
        let is_new = last.is_none_or(|last| !dom::contains(last, row));
        last = Some(row);
        let is_lead = row.attr("data-x-search-result") == Some("LEAD")
            || view
                .first_in(row, "sales_person_name")
                .is_some_and(|person| person.id() < name.id());
        if !is_new || is_lead || dom::is_within_hidden(row) {
            continue;
        }
        let Some((lead, notes)) = read_row(view, row, name) else {
            continue;
        };
        if seen.contains(&lead.profile_url) {
            continue;
        }
        seen.push(lead.profile_url.clone());
        page.notes.extend(notes);
        page.leads.push(lead);
    }
    page.notes.truncate(200);
    if page.leads.is_empty() {
        return negative::found_nobody(view, None)
            .then(|| ParsedPage::empty("linkedin", "no_results", None));
    }
    Some(page)
}

fn is_row(element: ElementRef<'_>) -> bool {
    matches!(element.name(), "li" | "tr") || element.attr("data-x-search-result").is_some()
}

fn read_row(
    view: &View<'_>,
    row: ElementRef<'_>,
    name: ElementRef<'_>,
) -> Option<(Lead, Vec<Note>)> {
    let url = view.href(name)?;
    let on_linkedin = canonical::is_host_of(canonical::host(&url), "linkedin.com");
    let address = sales_lead::account_address(&url).filter(|_| on_linkedin)?;
    let shown = |key: &str| view.first_in(row, key).and_then(dom::sighted_text);
    let mut draft = Draft::company();
    draft.offer(Field::FullName, "data_anonymize", dom::sighted_text(name));
    draft.offer(Field::ProfileUrl, "row_link", Some(&address));
    draft.offer(Field::CompanyUrl, "row_link", Some(&address));
    let industry = shown("sales_account_industry");
    draft.offer(Field::Industry, "data_anonymize", industry);
    let location = shown("sales_account_location");
    draft.offer(Field::Location, "data_anonymize", location);
    let (lead, notes) = draft.finish();
    lead.full_name.as_ref()?;
    Some((lead, notes))
}
