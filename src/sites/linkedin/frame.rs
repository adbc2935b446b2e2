//! What stands around a page's own matter.

use crate::document::ElementRef;
use crate::dom;

/// Whether an element belongs to what stands around the page's own matter, or over it:
/// navigation, sidebars, dialogs, the head and foot of the page. The head or foot of a section
/// or of an item is part of it.
pub(crate) fn is_in_frame(element: ElementRef<'_>) -> bool {
    let mut in_head = false;
    for around in dom::ancestors(element).take(100) {
        if is_frame(around) {
            return true;
        }
        match around.name() {
            "header" | "footer" => in_head = true,
            "main" | "section" | "article" | "li" | "tr" => in_head = false,
            _ => {}
        }
    }
    in_head
}

/// Whether the element itself is such a part, wherever it stands.
pub(crate) fn is_frame(element: ElementRef<'_>) -> bool {
    matches!(element.name(), "nav" | "aside" | "dialog")
        || matches!(
            element.attr("role"),
            Some("navigation" | "complementary" | "dialog" | "alertdialog")
        )
}
