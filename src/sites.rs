//! Page readers: one folder per site, one file per page kind.

use crate::page::ParsedPage;

/// Largest page read, in bytes; a larger one is refused with kind `unsupported`.
pub const PAGE_BYTES_MAX: usize = 24 * 1024 * 1024;

/// Reads a page: `url` is the address in view, `html` the document or its pruned snapshot.
///
/// Never fails and never panics: a page that cannot be read comes back without leads, with
/// a kind and notes that say why.
#[must_use]
pub fn read(_url: &str, _html: &str) -> ParsedPage {
    ParsedPage::empty("other", "unsupported", None)
}
