//! LinkedIn: member and guest profiles, searches, companies, connections, Sales Navigator.

use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads a LinkedIn page.
pub(crate) fn read(_view: &View<'_>) -> ParsedPage {
    ParsedPage::empty("linkedin", "unsupported", None)
}
