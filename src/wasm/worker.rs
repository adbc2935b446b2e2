//! What the extension's worker calls.

use wasm_bindgen::prelude::*;

use super::{messages, rules, runtime, tabs};

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
