//! The edge to the browser: the only code that calls it. Everything decided here is decided
//! by the pure modules; this one fetches, stores, reads tabs and hands answers over.

#![expect(unreachable_pub, reason = "exported to JavaScript, not to Rust")]

mod chrome;
mod http;
mod incoming;
mod messages;
mod rules;
mod runtime;
mod tabs;

use serde::Serialize;
use wasm_bindgen::prelude::*;

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

/// Restores what was stored. Called once, before anything else, by the worker.
///
/// # Errors
/// Where the browser's storage fails.
#[wasm_bindgen]
pub async fn load() -> Result<(), JsValue> {
    console_error_panic_hook::set_once();
    rules::load().await?;
    runtime::load().await
}

/// Takes a message and returns the reply to it.
///
/// # Errors
/// Never for a message's content: that is answered with a reply that says so.
#[wasm_bindgen]
pub async fn on_message(message: JsValue, sender: JsValue) -> Result<JsValue, JsValue> {
    messages::on_message(message, sender).await
}

/// The browser was started, or the extension installed: newer rules are asked for too.
#[wasm_bindgen]
pub fn on_start() {
    runtime::with(|worker| worker.ask_for_rules());
    runtime::kick();
}

/// Goes on with what waits: at start, at an alarm, when the network is back.
#[wasm_bindgen]
pub fn on_wake() {
    runtime::kick();
}

/// Forgets what was read of a tab that was closed or has moved on.
#[wasm_bindgen]
pub fn on_tab_gone(tab_id: i32) {
    tabs::forget(tab_id);
}

/// A plain object out of a wire type. By way of JSON: `serde_wasm_bindgen` would add a second
/// description of every type to the bundle (docs/adr/0003-size-of-the-core.md).
pub(crate) fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let text = serde_json::to_string(value).map_err(|_| JsError::new("not written"))?;
    js_sys::JSON::parse(&text)
}

/// A wire type out of a plain object.
pub(crate) fn from_js<T: Decode>(value: &JsValue) -> Result<T, String> {
    let text = js_sys::JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    let text = text.ok_or("not a plain object")?;
    decode::from_json(&text).map_err(|error| error.to_string())
}
