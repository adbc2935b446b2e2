//! Pages with nothing to capture, named as what they are.

use super::address::Address;
use crate::dom;
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
    if view.has("error_state") {
        return Some("error");
    }
    if view.has("no_results_state") {
        return Some("no_results");
    }
    let headings = view.all("state_heading");
    let texts = headings.into_iter().take(60).filter_map(dom::sighted_text);
    for text in texts.filter(|text| text.chars().count() < 200) {
        if view.rules.has_label("error_phrase", &text) {
            return Some("error");
        }
        if view.rules.has_label("no_results_phrase", &text) {
            return Some("no_results");
        }
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
