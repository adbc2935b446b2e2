//! Whose a page of Sales Navigator is. Its address has an id, of which the page itself often
//! shows nothing; while a navigation within the site is half done, it shows whom it showed before.

use serde_json::Value;

use super::sales_lead::{Node, account_id, address, find_profile, text};
use crate::document::ElementRef;
use crate::dom;
use crate::page::{Note, ParsedPage};
use crate::rules::fold;
use crate::selector::Selector;
use crate::sites::view::View;

/// What a page says of whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    /// Of the lead or account in the address.
    Own,
    /// Of another.
    Another,
    /// Nothing.
    Nothing,
}

/// What the page says of the lead with `id`, where `name` is the name on it and `own` the lead's
/// own data.
pub(crate) fn of_lead(view: &View<'_>, id: &str, name: ElementRef<'_>, own: Option<&Node>) -> Told {
    let Some(shown) = dom::sighted_text(name) else {
        return Told::Nothing;
    };
    let shown = shown.as_str();
    let is_shown = |name: &str| fold(name) == fold(shown);
    if let Some(named) = own.and_then(|node| text(node, "fullName")) {
        return if is_shown(&named) {
            Told::Own
        } else {
            Told::Another
        };
    }
    let linked = |link: ElementRef<'_>| view.href(link).and_then(|url| address(&url));
    let is_own_address = |address: &String| address.rsplit('/').next() == Some(id);
    let is_own = |link: &ElementRef<'_>| linked(*link).as_ref().is_some_and(is_own_address);
    // A name that leads elsewhere is one of a list.
    let mut around = [name].into_iter().chain(dom::ancestors(name)).take(4);
    if let Some(leads_to) = around.find_map(linked) {
        return if is_own_address(&leads_to) {
            Told::Own
        } else {
            Told::Another
        };
    }
    // The list that led here still stands beside the former lead, or the lead in the address is
    // named on the former one's card: a link to it has another name in it than the one shown.
    let names_another = view
        .all("sales_lead_link")
        .into_iter()
        .take(200)
        .filter(is_own)
        .filter_map(|link| marked_name(view, link))
        .any(|name| !share_a_word(&name, shown));
    if names_another {
        return Told::Another;
    }
    let sections = view.all("sales_lead_own").into_iter().take(20);
    let links: Vec<ElementRef<'_>> = sections
        .flat_map(ElementRef::descendent_elements)
        .filter(|element| element.name() == "a" && element.attr("href").is_some())
        .take(400)
        .collect();
    let mut to_leads = links
        .iter()
        .filter(|link| linked(**link).is_some())
        .peekable();
    if to_leads.peek().is_some() {
        return if to_leads.any(is_own) {
            Told::Own
        } else {
            Told::Another
        };
    }
    // A search for those whom both know.
    let mut known: Vec<&str> = Vec::new();
    for href in links.iter().filter_map(|link| link.attr("href")) {
        let (_, query) = href.split_once("/sales/search/people").unwrap_or_default();
        known.extend(
            query
                .split(|c: char| !is_of_id(c))
                .filter(|part| is_id(part)),
        );
    }
    if !known.is_empty() {
        return if known.contains(&id) {
            Told::Own
        } else {
            Told::Another
        };
    }
    let of_another = find_profile(view, shown, |node| {
        text(node, "fullName").is_some_and(|named| is_shown(&named))
    })
    .is_some_and(|node| !urn(&node).contains(id) && urn(&node).contains("rofile:"));
    if of_another {
        return Told::Another;
    }
    by_title(view, shown)
}

/// What the document's title says where nothing else does: "Ada Example | Lead | Sales Navigator".
/// It is another's where it begins with another name; and where the extension saw the address
/// come into view on a page that was there before, it must have changed since.
pub(crate) fn by_title(view: &View<'_>, shown: &str) -> Told {
    let title = dom::title(&view.document).unwrap_or_default();
    let mut parts = title.split(" | ");
    let (first, more) = (parts.next().unwrap_or_default(), parts.count());
    let names = share_a_word(first, shown);
    if more >= 2 && title.ends_with("Sales Navigator") && !names {
        return Told::Another;
    }
    match view.former_title() {
        Some(former) if former == title || !names => Told::Another,
        Some(_) => Told::Own,
        None => Told::Nothing,
    }
}

/// Whether a heading is an account's name: marked as a company's, or with links to pages below the
/// account's own around it.
pub(crate) fn is_account(view: &View<'_>, heading: ElementRef<'_>) -> bool {
    let is_marked = is_marked(view, heading, "sales_row_company");
    let mut around = dom::ancestors(heading)
        .take(8)
        .take_while(|around| !matches!(around.name(), "main" | "body"));
    is_marked
        || around.any(|around| {
            let links = view.all_in(around, "sales_account_link").into_iter();
            let mut urls = links.take(60).filter_map(|link| view.href(link));
            urls.any(|url| {
                let segments = url.path_segments().into_iter().flatten();
                let parts = segments.filter(|segment| !segment.is_empty()).count();
                account_id(&url).is_some() && parts > 3
            })
        })
}

/// The name of the one lead or account that a page is about, marked as such: no page of a list has
/// it before its rows.
pub(crate) fn heading<'a>(view: &'a View<'_>) -> Option<ElementRef<'a>> {
    let headings = view.all("profile_heading").into_iter().take(20);
    let of_account = |heading: &ElementRef<'_>| is_marked(view, *heading, "sales_row_company");
    view.first("sales_lead_name")
        .or_else(|| headings.into_iter().find(of_account))
}

/// Whether the element is one that the selectors of `key` find, or holds one.
fn is_marked(view: &View<'_>, element: ElementRef<'_>, key: &str) -> bool {
    let mut selectors = view.rules.selectors(key).iter();
    selectors.any(|selector| selector.matches(element)) || view.first_in(element, key).is_some()
}

/// The page while its data is still another's, or may be.
pub(crate) fn not_yet(what: &str) -> ParsedPage {
    let mut page = ParsedPage::empty("linkedin", "loading", None);
    page.notes.push(Note {
        field: "page".to_owned(),
        strategy: "identity".to_owned(),
        reason: format!("page shows another {what} than its address"),
    });
    page
}

pub(crate) fn urn(node: &Node) -> &str {
    node.get("entityUrn")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The name that is marked within a link.
fn marked_name(view: &View<'_>, link: ElementRef<'_>) -> Option<String> {
    let is_name = |selector: &Selector| selector.matches(link);
    let mut selectors = view.rules.selectors("sales_person_name").iter();
    let whole = selectors.any(is_name).then_some(link);
    let name = whole.or_else(|| view.first_in(link, "sales_person_name"))?;
    dom::sighted_text(name)
}

fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// Whether a word has the form of a member's id, such as `ACwAAB…`.
fn is_id(word: &str) -> bool {
    word.len() > 20 && word.starts_with("AC") && word.chars().all(is_of_id)
}

/// Whether two names have a word in common: titles and degrees come and go. Names without words
/// of two letters and more are one word each.
fn share_a_word(a: &str, b: &str) -> bool {
    let (a, b) = (fold(a), fold(b));
    let words = |name: &str| -> Vec<String> {
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| word.chars().count() > 1);
        words.map(str::to_owned).collect()
    };
    let (words_a, words_b) = (words(&a), words(&b));
    a == b || words_a.iter().any(|word| words_b.contains(word))
}
