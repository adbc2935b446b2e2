//! Sales Navigator: the page of one account (a company).

use super::sales_lead;
use crate::canonical;
use crate::dom;
use crate::page::ParsedPage;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Reads an account's page; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let name = view.first("sales_account_name")?;
    let mut draft = Draft::company();
    draft.offer(Field::FullName, "data_anonymize", dom::sighted_text(name));
    // Accounts that are recommended beside it show the same fields.
    let others = view.all("sales_other_company");
    let shown = |key: &str| {
        let mut found = view.all(key).into_iter();
        let own = found.find(|field| !others.iter().any(|o| dom::contains(*o, *field)))?;
        dom::sighted_text(own)
    };
    draft.offer(
        Field::Industry,
        "data_anonymize",
        shown("sales_account_industry"),
    );
    draft.offer(
        Field::Location,
        "data_anonymize",
        shown("sales_account_location"),
    );
    let public = view
        .all("sales_public_company")
        .into_iter()
        .filter_map(|link| view.href(link))
        .find_map(|url| canonical::linkedin_company(&url));
    draft.offer(Field::ProfileUrl, "public_link", public.as_deref());
    let own = sales_lead::account_address(&view.url);
    draft.offer(Field::ProfileUrl, "address", own.as_deref());
    draft.offer(Field::CompanyUrl, "address", public.or(own));
    let website = view
        .all("sales_account_website")
        .into_iter()
        .filter_map(|link| view.href(link))
        .filter_map(|url| canonical::website(&url))
        .find(|url| !url.contains("linkedin.com"));
    draft.offer(Field::Website, "link", website.as_deref());
    let domain = website
        .and_then(|url| canonical::resolve(&view.url, &url))
        .and_then(|url| canonical::registrable_domain(canonical::host(&url)))
        .filter(|domain| !view.rules.is_label("shared_host", domain));
    draft.offer(Field::CompanyDomain, "website", domain);
    let (lead, notes) = draft.finish();
    let mut page = ParsedPage::empty("linkedin", "sales_account", Some("data_anonymize"));
    page.notes = notes;
    if lead.full_name.is_some() {
        page.leads.push(lead);
    }
    Some(page)
}
