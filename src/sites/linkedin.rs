//! LinkedIn: member and guest profiles, searches, companies, connections, Sales Navigator.

mod address;
mod member_profile;
mod position;
mod top_card;
mod voyager;

use crate::page::ParsedPage;
use crate::sites::view::View;
use address::Address;

/// Reads a LinkedIn page.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    match Address::of(&view.url) {
        Address::Profile { slug } => member_profile::read(view, &slug)
            .unwrap_or_else(|| ParsedPage::empty("linkedin", "loading", None)),
        _ => ParsedPage::empty("linkedin", "unsupported", None),
    }
}
