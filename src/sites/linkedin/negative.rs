//! Pages with nothing to capture, named as what they are.

use super::address::Address;
use super::frame::{is_frame, is_in_frame};
use crate::document::ElementRef;
use crate::dom::{self, Grain, Shown};
use crate::sites::view::View;

/// The kind of a page without leads, told from its address.
pub(crate) fn by_address(view: &View<'_>, address: &Address) -> Option<&'static str> {
    match address {
        Address::Login => Some("login_wall"),
        Address::Checkpoint => Some("captcha"),
        Address::Feed => Some("feed"),
        Address::Home if view.has("login_form") => Some("login_wall"),
        Address::Home => Some("feed"),
        _ => None,
    }
}

/// The kind of a page without leads, told from the document: a login form, a security check,
/// or a heading that says what went wrong.
pub(crate) fn by_document(view: &View<'_>) -> Option<&'static str> {
    if view.has("captcha_form") {
        return Some("captcha");
    }
    if view.has("login_form") {
        return Some("login_wall");
    }
    if let Some(kind) = by_state(view, None) {
        return Some(kind);
    }
    // A page that says nothing else.
    let main = view.first("main").unwrap_or_else(|| view.root());
    let says_error =
        |text: &String| text.chars().count() < 200 && view.rules.has_label("error_phrase", text);
    if dom::sighted_text(main).is_some_and(|text| says_error(&text)) {
        return Some("error");
    }
    // Refused visitors (status 999) get a script that leads to the wall, and nothing else.
    let mut scripts = view
        .root()
        .descendent_elements()
        .filter(|element| element.name() == "script")
        .take(40);
    let walled = scripts.any(|script| dom::raw_text(script).contains("/authwall?"));
    (walled && dom::text(view.root()).is_none()).then_some("login_wall")
}

/// What the page says of itself, in its marks or its headings: that something went wrong, or
/// that nothing was found. Not what stands around its own matter, nor, where it has rows, what
/// stands in the first of them or after it.
pub(crate) fn by_state(view: &View<'_>, first_row: Option<ElementRef<'_>>) -> Option<&'static str> {
    let counts = |state: &ElementRef<'_>| {
        // A page with nothing else may say it in its head.
        let around = match first_row {
            Some(row) => is_in_frame(*state) || state.id() > row.id(),
            None => dom::ancestors(*state).take(100).any(is_frame),
        };
        !around && !dom::is_within_hidden(*state)
    };
    let states = [("error_state", "error"), ("no_results_state", "no_results")];
    for (key, kind) in states {
        if view.all(key).iter().take(20).any(counts) {
            return Some(kind);
        }
    }
    let headings = view.all("state_heading").into_iter().take(60);
    // Beside rows an alert is of something that was done on the page.
    let own = headings.filter(counts);
    let own = own.filter(|state| first_row.is_none() || state.name().starts_with('h'));
    let texts = own.filter_map(dom::sighted_text);
    for text in texts.filter(|text| text.chars().count() < 200) {
        if view.rules.has_label("error_phrase", &text) {
            return Some("error");
        }
        if view.rules.has_label("no_results_phrase", &text) {
            return Some("no_results");
        }
    }
    None
}

/// Whether a line of the page's own matter, before the first row if there is any, says that a
/// search found nobody.
pub(crate) fn found_nobody(view: &View<'_>, first_row: Option<ElementRef<'_>>) -> bool {
    dom::pieces(view.root(), Grain::Block, Shown::Sighted)
        .into_iter()
        .take(400)
        .take_while(|piece| first_row.is_none_or(|row| !dom::contains(row, piece.element)))
        .filter(|piece| piece.text.chars().count() < 120)
        .filter(|piece| view.rules.has_label("no_results_phrase", &piece.text))
        .any(|piece| !is_in_frame(piece.element) && !is_of_form(piece.element))
}

/// Whether an element belongs to a form, a menu or a list: a filter may find nothing, too.
fn is_of_form(element: ElementRef<'_>) -> bool {
    let around = [element].into_iter().chain(dom::ancestors(element));
    around
        .take_while(|around| !matches!(around.name(), "main" | "body"))
        .any(|around| {
            matches!(around.name(), "form" | "ul" | "ol" | "button" | "label")
                || matches!(
                    around.attr("role"),
                    Some("listbox" | "menu" | "combobox" | "tooltip" | "list" | "form" | "search")
                )
        })
}
