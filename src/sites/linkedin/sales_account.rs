//! Sales Navigator: the page of one account (a company).

use std::iter::once;

use super::sales_identity::{self, Told};
use super::sales_lead;
use super::surroundings::Surroundings;
use crate::address::Url;
use crate::canonical;
use crate::document::{ElementRef, PerNode};
use crate::dom;
use crate::page::ParsedPage;
use crate::sites::draft::{Draft, Field};
use crate::sites::view::View;

/// Reads an account's page; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let name = view.first("sales_account_name").or_else(|| {
        // Where nothing is marked: the heading, if links around it or the title tell whose.
        let heading = view.first("profile_heading")?;
        (sales_lead::is_titled(view, heading) || shows(view, heading) == Some(true))
            .then_some(heading)
    })?;
    // A lead's employer is marked as an account is, behind the lead's name.
    if sales_lead::marked_name(view).is_some_and(|person| person.id() < name.id()) {
        return None;
    }
    let mut others = PerNode::default();
    for other in view.all("sales_other_company") {
        others.set(other.id(), true);
    }
    // Leads and accounts that are recommended beside it have the same marks.
    let shown_name = dom::sighted_text(name);
    let named = view.all("sales_row_company").into_iter();
    let named = named.filter(|other| dom::sighted_text(*other) != shown_name);
    let people = ["sales_person_name", "sales_lead_link"];
    let people = people.into_iter().flat_map(|key| view.all(key));
    let around = Surroundings::of(Some(name), named.chain(people));
    let is_own = |element: &ElementRef<'_>| {
        let mut outer = once(*element).chain(dom::ancestors(*element));
        !outer.any(|one| others.get(one.id())) && around.is_own(*element)
    };
    let told = match (shows(view, name), &shown_name) {
        (Some(true), _) => Told::Own,
        (Some(false), _) => Told::Another,
        (None, Some(shown)) => sales_identity::by_title(view, shown),
        (None, None) => Told::Nothing,
    };
    if told == Told::Another {
        return Some(sales_identity::not_yet("account"));
    }
    let mut draft = Draft::company();
    draft.offer(Field::FullName, "data_anonymize", shown_name);
    let shown = |key: &str| {
        let mut found = view.all(key).into_iter();
        let own = found.find(is_own)?;
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
        .filter(is_own)
        .filter_map(|link| view.href(link))
        .find_map(|url| canonical::linkedin_company(&url));
    draft.offer(Field::ProfileUrl, "public_link", public.as_deref());
    let own = sales_lead::account_address(&view.url);
    draft.offer(Field::ProfileUrl, "address", own.as_deref());
    draft.offer(Field::CompanyUrl, "address", public.or(own));
    let website = view
        .all("sales_account_website")
        .into_iter()
        .filter(is_own)
        .filter_map(|link| view.href(link))
        .filter_map(|url| canonical::website(&url))
        .find(|url| !url.contains("linkedin.com"))
        .or_else(|| labelled_website(view, is_own));
    draft.offer(Field::Website, "link", website.as_deref());
    let domain = website
        .and_then(|url| canonical::resolve(&view.url, &url))
        .and_then(|url| canonical::registrable_domain(canonical::host(&url)))
        .filter(|domain| !view.rules.is_label("shared_host", domain));
    draft.offer(Field::CompanyDomain, "website", domain);
    let (lead, notes) = draft.finish();
    let mut page = ParsedPage::empty("linkedin", "sales_account", Some("data_anonymize"));
    page.notes = notes;
    // Without a name it is not drawn yet, unless the page says what went wrong.
    lead.full_name.as_ref()?;
    page.leads.push(lead);
    Some(page)
}

/// The address of the link that says that it leads to the website.
fn labelled_website(view: &View<'_>, is_own: impl Fn(&ElementRef<'_>) -> bool) -> Option<String> {
    let links = view.root().descendent_elements();
    links
        .filter(|link| link.name() == "a" && link.attr("href").is_some())
        .filter(|link| {
            let text = dom::sighted_text(*link);
            text.is_some_and(|text| {
                text.chars().count() < 40 && view.rules.has_label("visit_website", &text)
            })
        })
        .filter(is_own)
        .take(20)
        .filter_map(|link| canonical::website(&view.href(link)?))
        .find(|url| !url.contains("linkedin.com"))
}

/// Whether the links around the name are to pages of the account in the address, and not of
/// another: its tabs, the search for its people. The nearest element around the name with any
/// such link tells.
fn shows(view: &View<'_>, name: ElementRef<'_>) -> Option<bool> {
    let own = sales_lead::account_id(&view.url)?;
    let around = dom::ancestors(name)
        .take(8)
        .take_while(|around| !matches!(around.name(), "main" | "body"));
    let mut linked = around.map(|around| {
        let links = view.all_in(around, "sales_account_link").into_iter();
        let urls = links.take(60).filter_map(|link| view.href(link));
        urls.flat_map(|url| linked_accounts(&url))
            .collect::<Vec<_>>()
    });
    linked
        .find(|ids| !ids.is_empty())
        .map(|ids| ids.contains(&own))
}

/// The accounts that a link names: in its path, or as the employer in a search for people.
fn linked_accounts(url: &Url) -> Vec<String> {
    if let Some(id) = sales_lead::account_id(url) {
        return vec![id];
    }
    url.query_pairs()
        .flat_map(|(_, value)| {
            let employers = value.split("organization:").skip(1);
            employers
                .map(|rest| rest.chars().take_while(char::is_ascii_digit).collect())
                .collect::<Vec<String>>()
        })
        .filter(|id| !id.is_empty())
        .collect()
}
