//! The edge to the browser: messages, clipboard, permissions, clock, focus. Nothing here
//! decides anything.

use js_sys::{Array, Date, Function, JSON, Object, Promise, Reflect};
use lode_core::api::UnixMillis;
use lode_core::protocol::{UiMessage, UiReply};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::decode;
use crate::view::time::Clock;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = sendMessage, catch)]
    fn send_message(message: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime"], js_name = openOptionsPage, catch)]
    fn open_options_page() -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "runtime", "onMessage"], js_name = addListener, catch)]
    fn on_message(listener: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "permissions"], js_name = request, catch)]
    fn request_permission(wanted: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs"], js_name = reload, catch)]
    fn reload() -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["chrome", "tabs", "onUpdated"], js_name = addListener, catch)]
    fn on_tab_updated(listener: &Function) -> Result<(), JsValue>;
    #[wasm_bindgen(js_name = addEventListener)]
    fn listen(event: &str, listener: &Function);
    #[wasm_bindgen(js_namespace = ["navigator", "clipboard"], js_name = writeText, catch)]
    fn write_text(text: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(js_namespace = ["document"], js_name = querySelector)]
    fn query(selector: &str) -> Option<Focusable>;

    type Focusable;
    #[wasm_bindgen(method)]
    fn focus(this: &Focusable);

    type Blob;
    #[wasm_bindgen(constructor, catch)]
    fn new(parts: &Array) -> Result<Blob, JsValue>;
    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL, catch)]
    fn object_url(blob: &Blob) -> Result<String, JsValue>;

    type Url;
    #[wasm_bindgen(constructor, js_class = "URL", catch)]
    fn new(text: &str) -> Result<Url, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn protocol(this: &Url) -> String;
    #[wasm_bindgen(method, getter)]
    fn hostname(this: &Url) -> String;
}

/// Sends a message to the worker and waits for its reply.
///
/// # Errors
/// A message for people where no reply that can be read came.
pub(crate) async fn ask(message: &UiMessage) -> Result<UiReply, &'static str> {
    const NO_ANSWER: &str = "Lode's background part did not answer. Try again; if it stays so, \
                             switch Lode off and on again under chrome://extensions.";
    let json = serde_json::to_string(message).map_err(|_| NO_ANSWER)?;
    let message = JSON::parse(&json).map_err(|_| NO_ANSWER)?;
    let promise = send_message(&message).map_err(|_| NO_ANSWER)?;
    let reply = JsFuture::from(promise).await.map_err(|_| NO_ANSWER)?;
    let json = JSON::stringify(&reply)
        .ok()
        .and_then(|text| text.as_string())
        .ok_or(NO_ANSWER)?;
    decode::reply(&json).map_err(|_| {
        "Lode's parts do not fit together. Reload Lode under chrome://extensions and open this \
         window again."
    })
}

/// Calls back whenever the worker says that its state has changed.
pub(crate) fn on_state_changed(mut changed: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |message: JsValue| {
        if text_at(&message, "kind").as_deref() == Some("state_changed") {
            changed();
        }
    });
    // Without the listener the page shows what it asks for itself.
    let _ = on_message(listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Calls back whenever a tab has finished loading.
pub(crate) fn on_tab_loaded(mut loaded: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |_id, change: JsValue| {
        if text_at(&change, "status").as_deref() == Some("complete") {
            loaded();
        }
    });
    let _ = on_tab_updated(listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Reloads the tab in view.
pub(crate) fn reload_tab() {
    let _ = reload();
}

/// Opens the options page, or brings it to the front.
pub(crate) fn open_options() {
    let _ = open_options_page();
}

/// Puts text on the clipboard.
pub(crate) async fn copy(text: &str) -> bool {
    match write_text(text) {
        Ok(done) => JsFuture::from(done).await.is_ok(),
        Err(_) => false,
    }
}

/// Address of a text that a link can save as a file; it holds for as long as the page is open.
pub(crate) fn text_file(text: &str) -> Option<String> {
    let blob = Blob::new(&Array::of1(&JsValue::from_str(text))).ok()?;
    object_url(&blob).ok()
}

/// Protocol (with its colon) and host name of an address.
pub(crate) fn address_parts(address: &str) -> Option<(String, String)> {
    let url = Url::new(address).ok()?;
    Some((url.protocol(), url.hostname()))
}

/// Asks the user to let Lode speak to a server. Has to be called while a click is handled:
/// the browser's question needs the gesture, so the question is asked before this returns.
pub(crate) fn ask_permission(pattern: &str) -> impl Future<Output = bool> + use<> {
    let wanted = Object::new();
    let origins = Array::of1(&JsValue::from_str(pattern));
    let asked = Reflect::set(&wanted, &JsValue::from_str("origins"), &origins)
        .and_then(|_| request_permission(&wanted));
    async move {
        match asked {
            Ok(granted) => JsFuture::from(granted).await.is_ok_and(|g| g.is_truthy()),
            Err(_) => false,
        }
    }
}

/// The time, and the user's time zone.
pub(crate) fn clock() -> Clock {
    Clock {
        now: now(),
        offset_minutes,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "JavaScript's clock counts whole milliseconds, far below 2^53"
)]
fn now() -> UnixMillis {
    Date::now() as i64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "whole minutes, and milliseconds below 2^53"
)]
fn offset_minutes(at: UnixMillis) -> i64 {
    -(Date::new(&JsValue::from_f64(at as f64)).get_timezone_offset() as i64)
}

/// The operating system's name, where the browser tells it.
pub(crate) fn platform() -> Option<String> {
    let navigator = Reflect::get(&js_sys::global(), &JsValue::from_str("navigator")).ok()?;
    let data = Reflect::get(&navigator, &JsValue::from_str("userAgentData")).ok()?;
    text_at(&data, "platform").filter(|p| !p.is_empty())
}

/// Which page this document is: the body's `data-page`.
pub(crate) fn document_kind() -> Kind {
    if query("body[data-page=options]").is_some() {
        Kind::Options
    } else if query("body[data-page=dashboard]").is_some() {
        Kind::Dashboard
    } else {
        Kind::Popup
    }
}

/// The extension's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The window of the toolbar icon.
    Popup,
    /// Pairing and settings.
    Options,
    /// Credit and receipts.
    Dashboard,
}

/// What stands behind the `#` of the page's address.
pub(crate) fn fragment() -> Option<String> {
    let location = Reflect::get(&js_sys::global(), &JsValue::from_str("location")).ok()?;
    let hash = text_at(&location, "hash")?;
    let id = hash.strip_prefix('#')?;
    (!id.is_empty()).then(|| id.to_owned())
}

/// Calls back whenever that changes.
pub(crate) fn on_fragment(mut changed: impl FnMut() + 'static) {
    let listener = Closure::<dyn FnMut(JsValue)>::new(move |_| changed());
    listen("hashchange", listener.as_ref().unchecked_ref());
    listener.forget();
}

/// Where an action took the focused element away, puts the focus on what came instead, so
/// that the keyboard and a screen reader stay where they were.
pub(crate) fn mend_focus() {
    // `:focus` matches nothing when the focus has fallen back to the body.
    if query(":focus").is_none()
        && let Some(element) = query("[data-focus]")
    {
        element.focus();
    }
}

fn text_at(object: &JsValue, key: &str) -> Option<String> {
    Reflect::get(object, &JsValue::from_str(key))
        .ok()?
        .as_string()
}
