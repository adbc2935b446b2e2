//! LinkedIn: member and guest profiles, searches, companies, connections, Sales Navigator.

mod address;
mod guest_profile;
mod member_profile;
mod negative;
mod position;
mod top_card;
mod voyager;

use crate::page::ParsedPage;
use crate::sites::view::View;
use address::Address;

/// Reads a LinkedIn page: the address says what it should be, the document what it is.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    let address = Address::of(&view.url);
    if let Some(kind) = negative::by_address(view, &address) {
        return empty(kind);
    }
    let found = match &address {
        Address::Profile { slug } => profile(view, slug),
        _ => return empty("unsupported"),
    };
    found.unwrap_or_else(|| empty(negative::by_document(view).unwrap_or("loading")))
}

fn profile(view: &View<'_>, slug: &str) -> Option<ParsedPage> {
    guest_profile::read(view, slug).or_else(|| member_profile::read(view, slug))
}

fn empty(kind: &str) -> ParsedPage {
    ParsedPage::empty("linkedin", kind, None)
}
