//! People search: the layout with hashed classes, `data-chameleon-result-urn`,
//! `entity-result`, `reusable-search`, and the Ember layout of 2018.

use super::negative;
use super::rows::{self, Layout};
use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads a search for people; `None` where the document shows no results.
pub(crate) fn read(view: &View<'_>) -> Option<ParsedPage> {
    let layout = if view.has("sdui_element") {
        "sdui"
    } else {
        "ember"
    };
    let mut page = ParsedPage::empty("linkedin", "people_search", Some(layout));
    let layout = Layout {
        rows: "search_row",
        with_location: true,
        company: None,
    };
    rows::read(view, layout, &mut page);
    if page.leads.is_empty() && page.anonymous_rows == 0 {
        return negative::found_nobody(view, None)
            .then(|| ParsedPage::empty("linkedin", "no_results", None));
    }
    Some(page)
}
