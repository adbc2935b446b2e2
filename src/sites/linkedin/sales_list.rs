//! Sales Navigator: lead searches and saved lists.

use crate::document::ElementRef;

use super::sales_lead;
use crate::Lead;
use crate::canonical;
use crate::dom::{self, Grain, Shown};
use crate::page::{Note, ParsedPage};
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Reads the rows of a search or list; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let mut page = ParsedPage::empty("linkedin", "sales_lead_list", Some("data_anonymize"));
    let mut seen: Vec<String> = Vec::new();
    for row in rows(view) {
        if dom::is_within_hidden(row) {
            continue;
        }
        let Some((lead, notes)) = read_row(view, row) else {
            page.anonymous_rows += 1;
            continue;
        };
        let key = lead.profile_url.clone().or_else(|| lead.full_name.clone());
        let Some(key) = key.filter(|key| !seen.contains(key)) else {
            continue;
        };
        seen.push(key);
        page.notes.extend(notes);
        page.leads.push(lead);
    }
    page.notes.truncate(200);
    (!page.leads.is_empty() || page.anonymous_rows > 0).then_some(page)
}

/// The rows: marked as such, else the list items or table rows around the names.
fn rows<'a>(view: &'a View<'_>) -> Vec<ElementRef<'a>> {
    let mut rows: Vec<ElementRef<'a>> = Vec::new();
    for name in view.all("sales_row_name").into_iter().take(1_000) {
        let row = dom::ancestors(name).take(24).find(|ancestor| {
            matches!(ancestor.name(), "li" | "tr")
                || ancestor.attr("data-x-search-result").is_some()
        });
        if let Some(row) = row
            && rows.last().is_none_or(|last| last.id() != row.id())
        {
            rows.push(row);
        }
    }
    rows
}

fn read_row(view: &View<'_>, row: ElementRef<'_>) -> Option<(Lead, Vec<Note>)> {
    let name = view
        .first_in(row, "sales_row_name")
        .and_then(dom::sighted_text)?;
    if view.rules.is_label("anonymous_member", &name) {
        return None;
    }
    let mut draft = Draft::person();
    draft.offer(Field::FullName, "data_anonymize", Some(&name));
    let shown = |key: &str| view.first_in(row, key).and_then(dom::sighted_text);
    let title = shown("sales_row_title")
        .or_else(|| shown("sales_row_job_title").filter(|text| !sales_lead::is_tenure(view, text)));
    draft.offer(Field::Title, "data_anonymize", title);
    let company = view.first_in(row, "sales_row_company");
    draft.offer(
        Field::Company,
        "data_anonymize",
        company.and_then(dom::sighted_text),
    );
    if !draft.has(Field::Company) {
        draft.offer(Field::Company, "after_title", bare_company(view, row));
    }
    let company_url = company
        .and_then(|company| link_of(view, company, row))
        .and_then(|url| sales_lead::account_address(&url));
    draft.offer(Field::CompanyUrl, "row_link", company_url);
    draft.offer(
        Field::Location,
        "data_anonymize",
        shown("sales_row_location"),
    );
    let links: Vec<_> = row
        .descendent_elements()
        .filter(|element| element.name() == "a")
        .take(60)
        .filter_map(|link| view.href(link))
        .collect();
    let public = links.iter().find_map(canonical::linkedin_profile);
    draft.offer(Field::ProfileUrl, "public_link", public);
    if !draft.has(Field::ProfileUrl) {
        let own = links.iter().find_map(sales_lead::address);
        draft.offer(Field::ProfileUrl, "row_link", own);
    }
    Some(draft.finish())
}

/// The link that an element is, or stands in.
fn link_of(
    view: &View<'_>,
    element: ElementRef<'_>,
    row: ElementRef<'_>,
) -> Option<crate::address::Url> {
    [element]
        .into_iter()
        .chain(dom::ancestors(element).take_while(|ancestor| ancestor.id() != row.id()))
        .find(|element| element.name() == "a")
        .and_then(|link| view.href(link))
}

/// A company without a page: bare text after the title, in the element around it.
fn bare_company(view: &View<'_>, row: ElementRef<'_>) -> Option<String> {
    let title = view.first_in(row, "sales_row_title")?;
    let shown = dom::sighted_text(title)?;
    let around = dom::ancestors(title)
        .take_while(|ancestor| ancestor.id() != row.id())
        .take(2);
    around
        .map(|element| dom::pieces(element, Grain::Span, Shown::Sighted))
        .find_map(|pieces| {
            pieces
                .iter()
                .map(|piece| piece.text.trim_matches(['·', '•', ' ']))
                .find(|text| !text.is_empty() && *text != shown)
                .map(str::to_owned)
        })
}
