//! Crunchbase: persons, organizations and lists of them, in today's Angular layout with its
//! embedded state and in the layout of 2016 and 2017.

mod address;
mod encoding;
mod entity;
mod fields;
mod list;
mod role;
mod state;

pub(crate) use address::{EntityAddress, EntityKind};

use address::PageAddress;
use state::State;

use crate::dom;
use crate::lead::{Lead, LeadKind};
use crate::page::{Note, ParsedPage};
use crate::sites::view::View;

/// Longest heading that may say that a page stands before the one asked for, in bytes.
const HEADING_BYTES_MAX: usize = 160;

/// Reads a Crunchbase page.
pub(crate) fn read(view: &View<'_>) -> ParsedPage {
    let nothing = |kind: &str| ParsedPage::empty("crunchbase", kind, None);
    if let Some(kind) = in_between(view) {
        return nothing(kind);
    }
    let page = match address::page(&view.url) {
        PageAddress::Login => return nothing("login_wall"),
        PageAddress::Other => return nothing("unsupported"),
        page => page,
    };
    let state = State::read(view);
    let layout = layout(view);
    match page {
        PageAddress::Entity(address) => {
            let kind = match address.kind {
                EntityKind::Person => "person",
                EntityKind::Organization => "organization",
            };
            // Neither the state nor the document is of this entity: navigation is half done.
            let known = state.entities();
            let stale = (!entity::agrees(view, &address) && known.find(&address).is_none())
                || entity::shows_another(view, &address, &known);
            if stale {
                return with_note(
                    nothing("loading"),
                    "the page still shows another entity than the address",
                );
            }
            let Some(draft) = entity::read(view, &address, &known) else {
                let kind = if layout == Some("legacy") {
                    "error"
                } else {
                    "loading"
                };
                return with_note(nothing(kind), "the page shows no name");
            };
            if address.is_team {
                let team = list::team(view, &address, &draft, &known);
                if !team.is_empty() {
                    return list_page(view, layout, EntityKind::Person, team);
                }
            }
            let mut page = ParsedPage::empty("crunchbase", kind, layout);
            let (lead, notes) = draft.finish();
            page.leads.push(lead);
            page.notes.extend(notes);
            page
        }
        PageAddress::List(kind, collection) => {
            // Investors are persons and firms: the first link of a row tells which.
            let is_mixed = collection.contains("investors");
            list_page(
                view,
                layout,
                kind,
                list::read(view, kind, &collection, is_mixed, &state),
            )
        }
        PageAddress::Mixed => {
            let kind = EntityKind::Organization;
            list_page(view, layout, kind, list::read(view, kind, "", true, &state))
        }
        PageAddress::Login | PageAddress::Other => nothing("unsupported"),
    }
}

/// A list with its leads; without any, what it is instead.
fn list_page(
    view: &View<'_>,
    layout: Option<&'static str>,
    kind: EntityKind,
    rows: Vec<(Lead, Vec<Note>)>,
) -> ParsedPage {
    if rows.is_empty() {
        let kind = if list::found_nothing(view) {
            "no_results"
        } else {
            "loading"
        };
        return ParsedPage::empty("crunchbase", kind, None);
    }
    let is_person = |(lead, _): &(Lead, Vec<Note>)| lead.kind == LeadKind::Person;
    let name = match kind {
        EntityKind::Person => "people_list",
        EntityKind::Organization if rows.iter().all(is_person) => "people_list",
        EntityKind::Organization => "company_list",
    };
    let mut page = ParsedPage::empty("crunchbase", name, layout);
    for (lead, notes) in rows {
        page.leads.push(lead);
        page.notes.extend(notes);
    }
    page
}

fn layout(view: &View<'_>) -> Option<&'static str> {
    if view.has("angular") {
        Some("angular")
    } else if view.has("legacy") {
        Some("legacy")
    } else {
        None
    }
}

/// What a page is that stands before the one asked for: a check for robots, an error page.
fn in_between(view: &View<'_>) -> Option<&'static str> {
    let title = dom::title(&view.document).unwrap_or_default();
    if view.has("captcha") || view.rules.is_label("captcha_title", &title) {
        return Some("captcha");
    }
    if view.rules.is_label("error_title", &title) {
        return Some("error");
    }
    // A page of an entity has a heading of its own, which may say anything.
    if view.has("heading") {
        return None;
    }
    if view.has("robot_check") {
        return Some("captcha");
    }
    if view.has("error_page") {
        return Some("error");
    }
    let headings = view.all("any_heading").into_iter().take(2);
    let headings: Vec<String> = headings.filter_map(dom::text).collect();
    let says = |key: &str| {
        let mut short = headings
            .iter()
            .filter(|text| text.len() <= HEADING_BYTES_MAX);
        short.any(|text| view.rules.has_label(key, text))
    };
    if says("captcha_phrase") {
        Some("captcha")
    } else if says("error_phrase") {
        Some("error")
    } else {
        None
    }
}

fn with_note(mut page: ParsedPage, reason: &str) -> ParsedPage {
    page.notes.push(Note {
        field: "page".to_owned(),
        strategy: "identity".to_owned(),
        reason: reason.to_owned(),
    });
    page
}
