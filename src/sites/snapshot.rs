//! What the extension's pruned snapshot must keep for the readers to work.
//!
//! What is carried is decided by site and, where regions of a page are left out, by the area of
//! the site: all of it is data in [`plan`], which the build stamps into `extension/content.js`.
//! `tests/sites.rs` prunes every page by it and expects the same leads.

pub mod plan;
#[cfg(test)]
mod tests;

pub use plan::Plan;

use crate::selector::{Carried, Selector};
use crate::sites::Site;

/// Longest attribute value that a snapshot keeps, in UTF-16 code units: no reader takes a
/// longer address, and LinkedIn keeps half a megabyte of settings in `meta`.
pub const VALUE_CHARS_MAX: usize = 4_096;

/// Elements that a snapshot leaves out, with all in them, as it does a `code` with an `id`,
/// unless [`Plan::kept`] has a selector for them.
pub const DROPPED_ELEMENTS: &[&str] = &[
    "audio", "canvas", "embed", "frame", "iframe", "link", "map", "meta", "noscript", "object",
    "picture", "script", "source", "style", "svg", "template", "track", "video",
];

/// Attributes that are carried of the elements which [`Plan::kept`] finds, beside those that
/// the site's plan names.
pub const ELEMENT_ATTRIBUTES: &[&str] = &[
    "content",
    "href",
    "http-equiv",
    "id",
    "name",
    "property",
    "rel",
    "type",
];

/// Words one of which an inline style holds, in any case, where it is carried: whether it hides
/// the element is all that readers ask of it.
pub const HIDING_STYLES: &[&str] = &["none", "hidden"];

/// Whether a snapshot carries all that the selectors of a site's rule file ask for. What it does
/// not carry would be found in a saved page, but never in the browser.
pub(crate) struct Checked {
    plan: &'static Plan,
    kept: Vec<Selector>,
}

impl Checked {
    pub(crate) fn new(site: Site) -> Self {
        let plan = Plan::of(site);
        let kept = plan.kept();
        let kept = kept.iter().filter_map(|text| Selector::parse(text).ok());
        Self {
            plan,
            kept: kept.collect(),
        }
    }

    pub(crate) fn carries(&self, selector: &Selector) -> bool {
        self.carries_with(self.plan.attributes, selector)
    }

    fn carries_with(&self, attributes: &[&str], selector: &Selector) -> bool {
        let carried = Carried {
            attributes,
            dropped: DROPPED_ELEMENTS,
            dropped_with_id: &["code"],
            but: &self.kept,
            but_attributes: ELEMENT_ATTRIBUTES,
            is_class_left_out: &|name| self.plan.made.is(name),
        };
        carried.has(selector)
    }
}

/// The words, in lower case, one of which LinkedIn's embedded data holds where a reader needs
/// it: the slug or id in the address, decoded. A lead's page in Sales Navigator needs the data
/// of the lead loaded first too, to tell that it is still that one which is shown.
#[must_use]
pub fn own_names(url: &crate::address::Url) -> Vec<String> {
    let segments = url.path_segments().into_iter().flatten();
    let segments: Vec<&str> = segments.filter(|segment| !segment.is_empty()).collect();
    let (name, also) = match segments.as_slice() {
        ["in" | "company" | "school" | "showcase", name, ..] => (*name, None),
        ["sales", _, lead, ..] => (
            lead.split(',').next().unwrap_or_default(),
            Some("flagshipprofileurl"),
        ),
        _ => return Vec::new(),
    };
    let name = crate::canonical::percent_decode(name)
        .map(|name| crate::unicode::Lower::lower(name.as_str()));
    name.into_iter().chain(also.map(str::to_owned)).collect()
}
