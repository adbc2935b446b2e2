//! Any other site: claims nothing yet beyond what the page's own metadata says.

use crate::page::ParsedPage;
use crate::sites::view::View;

/// Reads a page of a site without a reader of its own.
pub(crate) fn read(_view: &View<'_>) -> ParsedPage {
    ParsedPage::empty("other", "unsupported", None)
}
