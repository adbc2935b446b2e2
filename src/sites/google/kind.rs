//! What a Google page without results is: a check for robots, a question for consent, an
//! empty shell that waits for scripts, a search that found nothing.

use crate::canonical;
use crate::dom;
use crate::sites::view::View;

/// How much of a page without results is searched for a message.
const MESSAGE_CHARS_MAX: usize = 20_000;

/// Kind of a page that its address tells to be none with results, whatever stands on it.
pub(super) fn in_between(view: &View<'_>) -> Option<&'static str> {
    let path = view.url.path();
    if path.starts_with("/sorry") {
        Some("captcha")
    } else if canonical::host(&view.url).starts_with("consent.") {
        Some("consent")
    } else if path.starts_with("/httpservice/retry/enablejs") {
        Some("js_shell")
    } else if is_image_search(view) {
        Some("unsupported")
    } else {
        None
    }
}

/// Kind of a page on which no organic result stands. Only elements are looked at: the words
/// `/sorry/index` and `enablejs` stand in the scripts of ordinary pages too.
pub(super) fn without_results(view: &View<'_>) -> &'static str {
    if view.has("captcha") {
        return "captcha";
    }
    let message = message(view);
    let says = |key: &str| view.rules.has_label(key, &message);
    // Before consent: the question may stand over the page of a search.
    if says("nothing_found") {
        return "no_results";
    }
    if view.has("consent") || asks_for_consent(view) {
        return "consent";
    }
    if says("blocked") {
        return "captcha";
    }
    if is_shell(view) {
        return "js_shell";
    }
    if view.has("search_box") && is_web_search(view) {
        return "no_results";
    }
    "unsupported"
}

/// Whether the address is that of a search among images: its cells are no web results.
fn is_image_search(view: &View<'_>) -> bool {
    view.url.path() == "/search"
        && view
            .url
            .query_pairs()
            .any(|(key, value)| matches!((&*key, &*value), ("tbm", "isch") | ("udm", "2")))
}

/// Whether the address is that of a search among web pages, not images, news or places.
fn is_web_search(view: &View<'_>) -> bool {
    view.url.path() == "/search"
        && view.url.query_pairs().all(|(key, value)| match &*key {
            "tbm" => value.is_empty(),
            "udm" => value == "14",
            _ => true,
        })
}

/// The shell has no search box, and either the link that reports the failed start or the
/// redirect to "turn on JavaScript" (as text where the parser does not read `noscript`).
fn is_shell(view: &View<'_>) -> bool {
    if view.has("search_box") {
        return false;
    }
    view.has("script_shell")
        || view
            .root()
            .descendent_elements()
            .filter(|element| element.name() == "noscript")
            .any(|element| dom::raw_text(element).contains("/enablejs"))
        || dom::title(&view.document)
            .is_some_and(|title| view.rules.is_label("shell_title", &title))
}

fn asks_for_consent(view: &View<'_>) -> bool {
    view.all("heading")
        .into_iter()
        .take(4)
        .filter_map(dom::text)
        .any(|heading| view.rules.has_label("consent_heading", &heading))
}

/// The words of the page, as far as a message may stand in them.
fn message(view: &View<'_>) -> String {
    let text = view
        .all("message")
        .into_iter()
        .find_map(dom::text)
        .unwrap_or_default();
    text.chars().take(MESSAGE_CHARS_MAX).collect()
}
