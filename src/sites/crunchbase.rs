//! Crunchbase: persons, organizations and lists of them, in today's Angular layout with its
//! embedded state and in the layout of 2016 and 2017.

mod address;
mod encoding;
mod entity;
mod fields;
mod list;
mod state;

pub(crate) use address::{EntityAddress, EntityKind};

use address::PageAddress;
use state::State;

use crate::dom;
use crate::lead::{Lead, LeadKind};
use crate::page::{Note, ParsedPage};
use crate::sites::view::View;

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
            let mut page = ParsedPage::empty("crunchbase", kind, layout);
            let (lead, notes) = draft.finish();
            page.leads.push(lead);
            page.notes.extend(notes);
            page
        }
        PageAddress::List(kind, collection) => {
            let name = match kind {
                EntityKind::Person => "people_list",
                EntityKind::Organization => "company_list",
            };
            let mut page = ParsedPage::empty("crunchbase", name, layout);
            for (lead, notes) in list::read(view, kind, &collection, &state) {
                page.leads.push(lead);
                page.notes.extend(notes);
            }
            let is_person = |lead: &Lead| lead.kind == LeadKind::Person;
            if !page.leads.is_empty() && page.leads.iter().all(is_person) {
                "people_list".clone_into(&mut page.page.kind);
            }
            page
        }
        PageAddress::Login | PageAddress::Other => nothing("unsupported"),
    }
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
        Some("captcha")
    } else if view.rules.is_label("error_title", &title) {
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
