//! Google result pages.

use crate::page::ParsedPage;
use crate::sites::view::View;

/// Whether a host is Google's search on one of its country domains.
pub(crate) fn is_google_host(host: &str) -> bool {
    let host = host.strip_prefix("www.").unwrap_or(host);
    let Some(country) = host.strip_prefix("google.") else {
        return false;
    };
    // `com`, `de`, `co.uk`, `com.br`.
    let mut labels = country.split('.');
    let short =
        |label: &str| matches!(label.len(), 2 | 3) && label.bytes().all(|b| b.is_ascii_lowercase());
    match (labels.next(), labels.next(), labels.next()) {
        (Some(first), None, None) => short(first),
        (Some("co" | "com"), Some(second), None) => second.len() == 2 && short(second),
        _ => false,
    }
}

/// Reads a Google page.
pub(crate) fn read(_view: &View<'_>) -> ParsedPage {
    ParsedPage::empty("google", "unsupported", None)
}
