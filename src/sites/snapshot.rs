//! What the extension's pruned snapshot must keep for the readers to work.
//!
//! The snapshot (`extension/content.js`) drops script, style, svg, frames and image data, and
//! every attribute that is not listed here. `tests/sites.rs` prunes every page by these lists
//! and expects the same leads.

use crate::selector::{Carried, Selector};

/// Attributes that readers look at.
pub const KEPT_ATTRIBUTES: &[&str] = &[
    "action",
    "alt",
    "aria-expanded",
    "aria-hidden",
    "aria-label",
    "aria-level",
    "class",
    "componentkey",
    "content",
    "data-anonymize",
    "data-attrid",
    "data-chameleon-result-urn",
    "data-columnid",
    "data-control-name",
    "data-initq",
    "data-news-cluster-id",
    "data-news-doc-id",
    "data-pla",
    "data-q",
    "data-scroll-into-view",
    "data-sdui-screen",
    "data-section",
    "data-sitekey",
    "data-sn-view-name",
    "data-test-id",
    "data-testid",
    "data-text-ad",
    "data-tracking-control-name",
    "data-vanity-name",
    "data-view-name",
    "data-x--people-list--person-name",
    "data-x-search-result",
    "hidden",
    "href",
    "http-equiv",
    "id",
    "name",
    "ng-version",
    "property",
    "rel",
    "role",
    "style",
    "target",
    "title",
    "type",
];

/// Longest attribute value that a snapshot keeps, in UTF-16 code units: no reader takes a
/// longer address, and LinkedIn keeps half a megabyte of settings in `meta`.
pub const VALUE_CHARS_MAX: usize = 4_096;

/// Elements that a snapshot leaves out, with all in them, unless [`JSON_ELEMENTS`] names them;
/// so is a `code` with an `id`, and a `link` that is not [`KEPT_LINK`].
pub const DROPPED_ELEMENTS: &[&str] = &[
    "audio", "canvas", "embed", "frame", "iframe", "map", "noscript", "object", "picture",
    "script", "source", "style", "svg", "template", "track", "video",
];

/// Selectors of the elements that hold JSON which readers parse: the only `script` and
/// `code` elements that a snapshot keeps; a `code` only where its text names the slug or id
/// in the address ([`own_names`]).
pub const JSON_ELEMENTS: &[&str] = &[
    "script[type=\"application/ld+json\"]",
    "script#ng-state",
    "script#client-app-state",
    "script[id$=\"-state\"]",
    "code[id^=\"bpr-guid-\"]",
];

/// Selector of the only `link` that a snapshot keeps.
pub const KEPT_LINK: &str = "link[rel=\"canonical\"]";

/// Whether a snapshot carries all that the selectors of a rule file ask for. What it does not
/// carry would be found in a saved page, but never in the browser.
pub(crate) struct Checked {
    kept: Vec<Selector>,
}

impl Checked {
    pub(crate) fn new() -> Self {
        let kept = JSON_ELEMENTS.iter().chain([&KEPT_LINK]);
        Self {
            kept: kept.filter_map(|text| Selector::parse(text).ok()).collect(),
        }
    }

    pub(crate) fn carries(&self, selector: &Selector) -> bool {
        let dropped: Vec<&str> = DROPPED_ELEMENTS.iter().copied().chain(["link"]).collect();
        let carried = Carried {
            attributes: KEPT_ATTRIBUTES,
            dropped: &dropped,
            dropped_with_id: &["code"],
            but: &self.kept,
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
