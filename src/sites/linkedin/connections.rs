//! The member's own connections.

use super::rows::{self, Layout};
use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads the list of connections; `None` where the document shows none.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let layout = if view.has("sdui_element") {
        "sdui"
    } else {
        "ember"
    };
    let mut page = ParsedPage::empty("linkedin", "connections", Some(layout));
    let layout = Layout {
        rows: "connection_row",
        with_location: false,
        company: None,
    };
    rows::read(view, layout, &mut page);
    (!page.leads.is_empty()).then_some(page)
}
