//! The edge to the browser: the only code that calls it. Everything decided here is decided
//! by the pure modules; this one fetches, stores, reads tabs and hands answers over.

#![expect(unreachable_pub, reason = "exported to JavaScript, not to Rust")]

#[cfg(feature = "browser")]
mod chrome;
#[cfg(feature = "browser")]
mod http;
#[cfg(feature = "browser")]
mod incoming;
#[cfg(feature = "browser")]
mod messages;
mod rules;
#[cfg(feature = "browser")]
mod runtime;
#[cfg(feature = "browser")]
mod tabs;
#[cfg(feature = "browser")]
mod worker;

use serde::Serialize;
use wasm_bindgen::prelude::*;

#[cfg(feature = "browser")]
use crate::decode::{self, Decode};

/// Reads a page in the content script's own world and returns a
/// [`crate::page::ParsedPage`] as a plain object. `rules` is the site's newer rule file, where
/// the worker has taken one over; the one of the first call counts.
///
/// # Errors
/// Where the result cannot be made into an object, which no page should be able to cause.
#[wasm_bindgen]
pub fn read_page(url: &str, snapshot: &str, rules: Option<String>) -> Result<JsValue, JsValue> {
    to_js(&rules::read_in_page(url, snapshot, rules))
}

/// A plain object out of a wire type. By way of JSON: `serde_wasm_bindgen` would add a second
/// description of every type to the bundle (docs/adr/0003-size-of-the-core.md).
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|_| JsError::new("not written"))?;
    js_sys::JSON::parse(&text)
}

/// A wire type out of a plain object.
#[cfg(feature = "browser")]
pub(crate) fn from_js<T: Decode>(value: &JsValue) -> Result<T, String> {
    let text = js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    let text = text.ok_or("not a plain object")?;
    decode::from_json(&text).map_err(|error| error.to_string())
}
