//! The extension APIs that Lode calls, as narrow as their use.

use js_sys::{Object, Promise};
use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> String;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "storage", "local"], js_name = get)]
    fn storage_get(key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "storage", "local"], js_name = set)]
    fn storage_set(items: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "storage", "local"], js_name = setAccessLevel)]
    fn storage_access(level: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = sendMessage)]
    fn runtime_send(message: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "runtime"], js_name = getURL)]
    fn runtime_url(path: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = query)]
    fn tabs_query(filter: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "tabs"], js_name = sendMessage)]
    fn tabs_send(tab_id: i32, message: &JsValue, options: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "scripting"], js_name = executeScript)]
    fn scripting_execute(injection: &JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = create)]
    fn alarms_create(name: &str, info: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "alarms"], js_name = clear)]
    fn alarms_clear(name: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeText)]
    fn badge_text(details: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setBadgeBackgroundColor)]
    fn badge_color(details: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(catch, js_namespace = ["chrome", "action"], js_name = setTitle)]
    fn action_title(details: &JsValue) -> Result<Promise, JsValue>;
}

/// A new id, from the browser's own generator: random (RFC 9562, version 4).
pub(crate) fn new_id() -> Uuid {
    Uuid::try_parse(&random_uuid()).unwrap_or_default()
}

/// A plain object out of names and values.
pub(crate) fn object(pairs: &[(&str, JsValue)]) -> Object {
    let object = Object::new();
    for (name, value) in pairs {
        // Setting a property of a plain object does not fail.
        let _ = js_sys::Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object
}

/// A property, `undefined` where there is none.
pub(crate) fn property(of: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
}

async fn settle(promise: Result<Promise, JsValue>) -> Result<JsValue, JsValue> {
    JsFuture::from(promise?).await
}

/// Reads a stored value.
pub(crate) async fn stored(key: &str) -> Result<JsValue, JsValue> {
    Ok(property(&settle(storage_get(key)).await?, key))
}

/// Stores a value.
pub(crate) async fn store(key: &str, value: JsValue) -> Result<(), JsValue> {
    settle(storage_set(&object(&[(key, value)])))
        .await
        .map(|_| ())
}

/// Bars content scripts, which run beside hostile pages, from the storage.
pub(crate) async fn bar_content_scripts() -> Result<(), JsValue> {
    let level = object(&[("accessLevel", "TRUSTED_CONTEXTS".into())]);
    settle(storage_access(&level)).await.map(|_| ())
}

/// Tells the extension's open pages something. None open is no error.
pub(crate) async fn tell_pages(message: &JsValue) {
    let _ = settle(runtime_send(message)).await;
}

/// The extension's own origin.
pub(crate) fn own_origin() -> String {
    runtime_url("")
        .unwrap_or_default()
        .trim_end_matches('/')
        .to_owned()
}

/// Tabs that match a filter.
pub(crate) async fn tabs(filter: &Object) -> Result<js_sys::Array, JsValue> {
    settle(tabs_query(filter)).await.map(JsValue::into)
}

/// Asks the content script in a tab's main frame.
pub(crate) async fn ask_tab(tab_id: i32, message: &JsValue) -> Result<JsValue, JsValue> {
    let options = object(&[("frameId", 0.into())]);
    settle(tabs_send(tab_id, message, &options)).await
}

/// Runs one of the extension's files in the isolated world of a tab's main frame.
pub(crate) async fn run_in_tab(tab_id: i32, file: &str) -> Result<(), JsValue> {
    let target = object(&[
        ("tabId", tab_id.into()),
        ("frameIds", js_sys::Array::of(&[JsValue::from(0)]).into()),
    ]);
    let files = js_sys::Array::of(&[JsValue::from(file)]);
    let injection = object(&[("target", target.into()), ("files", files.into())]);
    settle(scripting_execute(&injection)).await.map(|_| ())
}

/// Sets or clears the one alarm.
pub(crate) async fn alarm(name: &str, at_ms: Option<f64>) -> Result<(), JsValue> {
    match at_ms {
        Some(at) => settle(alarms_create(name, &object(&[("when", at.into())])))
            .await
            .map(|_| ()),
        None => settle(alarms_clear(name)).await.map(|_| ()),
    }
}

/// Shows a badge on the toolbar icon.
pub(crate) async fn badge(text: &str, color: &str, title: &str) -> Result<(), JsValue> {
    settle(badge_color(&object(&[("color", color.into())]))).await?;
    settle(badge_text(&object(&[("text", text.into())]))).await?;
    settle(action_title(&object(&[("title", title.into())])))
        .await
        .map(|_| ())
}
