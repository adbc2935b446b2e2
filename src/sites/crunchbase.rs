//! Crunchbase: persons, organizations and lists.

use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads a Crunchbase page.
pub(crate) fn read(_view: &View<'_>) -> ParsedPage {
    ParsedPage::empty("crunchbase", "unsupported", None)
}
