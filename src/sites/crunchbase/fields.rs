//! Labelled fields in the document: `dt` and `dd` of the legacy layout, the table cells of the
//! one before 2013, list items of a
//! `fields-card` in the Angular one.

use crate::document::ElementRef;

use crate::dom;
use crate::sites::view::View;

/// Most fields read from a page.
const FIELDS_MAX: usize = 400;

/// A label and the element that holds its value.
pub(super) struct LabelledField<'a> {
    pub label: String,
    pub value: ElementRef<'a>,
}

/// All labelled fields, in document order.
pub(super) fn read<'v>(view: &'v View<'_>) -> Vec<LabelledField<'v>> {
    let mut fields = Vec::new();
    let mut label: Option<String> = None;
    for element in view.all("definition") {
        if fields.len() >= FIELDS_MAX {
            break;
        }
        let is_label = matches!(element.name(), "dt" | "label-with-info")
            || element.attr("class") == Some("td_left");
        if is_label {
            label = dom::text(element);
        } else if let Some(label) = label.take() {
            fields.push(LabelledField {
                label,
                value: element,
            });
        }
    }
    for item in view.all("field_item").into_iter().take(FIELDS_MAX) {
        let mut inner = item;
        // Elements that only wrap.
        for _ in 0..16 {
            let mut children = inner.child_elements();
            match (children.next(), children.next()) {
                (Some(only), None) => inner = only,
                _ => break,
            }
        }
        let mut children = inner.child_elements();
        if let (Some(first), Some(value)) = (children.next(), children.last())
            && let Some(label) = dom::text(first)
        {
            fields.push(LabelledField { label, value });
        }
    }
    fields
}

/// Whether a text is a value, not what stands where there is none: a dash, "Unknown".
pub(super) fn is_value(view: &View<'_>, text: &str) -> bool {
    text.chars().any(char::is_alphanumeric) && !view.rules.is_label("no_value", text)
}

/// The value of the first field whose label is one of the words of `key`.
pub(super) fn labelled<'f, 'v>(
    view: &View<'_>,
    fields: &'f [LabelledField<'v>],
    key: &str,
) -> Option<&'f LabelledField<'v>> {
    fields.iter().find(|field| {
        let label = field
            .label
            .trim_end_matches([':', '\u{ff1a}', ' ', '\u{a0}']);
        view.rules.is_label(key, label)
            && dom::text(field.value).is_some_and(|text| is_value(view, &text))
    })
}
