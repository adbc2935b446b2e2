//! LinkedIn: member and guest profiles, searches, companies, connections, Sales Navigator.

mod address;
mod badges;
mod company;
mod company_people;
mod connections;
mod frame;
mod guest_position;
mod guest_profile;
mod member_profile;
mod negative;
mod people_search;
mod position;
mod row_list;
mod rows;
mod sales_account;
mod sales_companies;
mod sales_identity;
mod sales_lead;
mod sales_list;
mod sales_roles;
mod surroundings;
mod top_card;
mod voyager;

use crate::page::ParsedPage;
use crate::sites::view::View;
use address::Address;

/// Reads a LinkedIn page: the address says what it should be, the document what it is.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    let address = match Address::of(&view.url) {
        // Public profiles of 2015 and before stand at `/pub/…`; their canonical link does not.
        Address::OldProfile => match view.canonical_link().map(|url| Address::of(&url)) {
            Some(profile @ Address::Profile { .. }) => profile,
            _ => Address::Other,
        },
        address => address,
    };
    if address == Address::Other
        && let Some(own) = address::old_profile(&view.url)
        && view
            .canonical_link()
            .is_some_and(|link| address::old_profile(&link).as_ref() == Some(&own))
        && let Some(page) = guest_profile::read(view, "", &own)
    {
        return page;
    }
    if let Some(kind) = negative::by_address(view, &address) {
        return empty(kind);
    }
    let found = match &address {
        Address::Profile { slug } => profile(view, slug),
        Address::PeopleSearch => people_search::read(view),
        Address::Connections => connections::read(view),
        Address::CompanyPeople => company_people::read(view),
        Address::Company => company::read(view),
        Address::SalesLead { id } => sales_lead::read(view, id),
        Address::SalesLeadList => sales_list::read(view),
        Address::SalesAccountList => sales_companies::read(view),
        Address::SalesAccount => sales_account::read(view),
        _ => {
            let kind = negative::by_document(view).filter(|kind| *kind == "error");
            return empty(kind.unwrap_or("unsupported"));
        }
    };
    found.unwrap_or_else(|| empty(negative::by_document(view).unwrap_or("loading")))
}

fn profile(view: &View<'_>, slug: &str) -> Option<ParsedPage> {
    guest_profile::read(view, slug, &format!("https://www.linkedin.com/in/{slug}"))
        .or_else(|| member_profile::read(view, slug))
        .or_else(|| {
            // Lists below a profile have no top card, however long one waits.
            let below = ["/details/", "/recent-activity/"];
            let path = view.url.path();
            below
                .iter()
                .any(|part| path.contains(part))
                .then(|| empty("unsupported"))
        })
}

fn empty(kind: &str) -> ParsedPage {
    ParsedPage::empty("linkedin", kind, None)
}
