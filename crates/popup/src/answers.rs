//! The server's answers that only these pages read: the core hands them over as text, so that
//! it need not grow by them.
//!
//! What a page shows is what could be read: an answer of a newer server with more in it is
//! read for the rest, and what is missing is left out of the picture.

pub mod operation;
pub mod providers;
pub mod receipts;
pub mod standing;

use lode_core::api::MilliCredits;
use serde_json::Value;

/// Text under a name; empty where there is none.
pub(crate) fn text(value: &Value, name: &str) -> String {
    maybe_text(value, name).unwrap_or_default()
}

pub(crate) fn maybe_text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

/// A number under a name; 0 where there is none.
pub(crate) fn number(value: &Value, name: &str) -> i64 {
    maybe_number(value, name).unwrap_or_default()
}

pub(crate) fn maybe_number(value: &Value, name: &str) -> Option<i64> {
    value.get(name)?.as_i64()
}

pub(crate) fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool) == Some(true)
}

/// The items under a name, each read; none where there is no list.
pub(crate) fn list<T>(value: &Value, name: &str, read: impl Fn(&Value) -> T) -> Vec<T> {
    value
        .get(name)
        .and_then(Value::as_array)
        .map(|items| items.iter().map(read).collect())
        .unwrap_or_default()
}

fn strings(value: &Value, name: &str) -> Vec<String> {
    list(value, name, |item| {
        item.as_str().unwrap_or_default().to_owned()
    })
}

/// Amounts by name, in the answer's order.
pub(crate) fn amounts(value: &Value, name: &str) -> Vec<(String, MilliCredits)> {
    value
        .get(name)
        .and_then(Value::as_object)
        .map(|members| {
            members
                .iter()
                .filter_map(|(name, amount)| Some((name.clone(), amount.as_i64()?)))
                .collect()
        })
        .unwrap_or_default()
}
