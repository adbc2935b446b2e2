//! What the extension's pruned snapshot must keep for the readers to work.
//!
//! The snapshot (`extension/content.js`) drops script, style, svg, frames and image data, and
//! every attribute that is not listed here. `tests/sites.rs` prunes every page by these lists
//! and expects the same leads.

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
    "data-q",
    "data-scroll-into-view",
    "data-sdui-screen",
    "data-section",
    "data-sitekey",
    "data-sn-view-name",
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
/// so is a `code` with an `id`.
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
    "code[id^=\"bpr-guid\"]",
];

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
