//! Messages into their types, property by property. Deriving this from the types' `serde`
//! descriptions would buffer each message once more and add tens of kilobytes; a snapshot of
//! a megabyte is taken as it is.

use uuid::Uuid;
use wasm_bindgen::JsValue;

use super::chrome::property;
use super::from_js;
use crate::page::ParsedPage;
use crate::protocol::{ContentMessage, TabReading, UiMessage};

fn text(message: &JsValue, name: &str) -> Option<String> {
    property(message, name).as_string()
}

fn id(message: &JsValue, name: &str) -> Option<Uuid> {
    Uuid::try_parse(&text(message, name)?).ok()
}

fn page(message: &JsValue) -> Option<Box<ParsedPage>> {
    from_js(&property(message, "parsed")).ok().map(Box::new)
}

/// A content script's message; `None` where it is none.
pub(super) fn content(message: &JsValue) -> Option<ContentMessage> {
    Some(match text(message, "kind")?.as_str() {
        "hello" => ContentMessage::Hello,
        "need_core" => ContentMessage::NeedCore,
        "parsed" => ContentMessage::Parsed {
            click_id: id(message, "click_id")?,
            url: text(message, "url")?,
            parsed: page(message)?,
        },
        "snapshot" => ContentMessage::Snapshot {
            click_id: id(message, "click_id")?,
            url: text(message, "url")?,
            snapshot: text(message, "snapshot")?,
        },
        _ => return None,
    })
}

/// A message of the extension's own pages; `None` where it is none.
pub(super) fn ui(message: &JsValue) -> Option<UiMessage> {
    Some(match text(message, "kind")?.as_str() {
        "get_state" => UiMessage::GetState,
        "preview" => UiMessage::Preview,
        "report" => UiMessage::Report,
        "capture" => UiMessage::Capture {
            leads: from_js(&property(message, "leads")).ok()?,
        },
        "resume" => UiMessage::Resume {
            operation_id: id(message, "operation_id")?,
        },
        "operate" => UiMessage::Operate {
            call: text(message, "call")?,
            lead_id: id(message, "lead_id"),
            operation_id: id(message, "operation_id"),
        },
        "call" => UiMessage::Call {
            method: text(message, "method")?,
            path: text(message, "path")?,
            body: text(message, "body"),
        },
        "set_domain" => UiMessage::SetDomain {
            operation_id: id(message, "operation_id")?,
            domain: text(message, "domain")?,
        },
        "retry_now" => UiMessage::RetryNow,
        "pair" => UiMessage::Pair {
            server: text(message, "server")?,
            code: text(message, "code")?,
            device_name: text(message, "device_name")?,
        },
        "unpair" => UiMessage::Unpair,
        "set_settings" => UiMessage::SetSettings {
            settings: from_js(&property(message, "settings")).ok()?,
        },
        _ => return None,
    })
}

/// A content script's answer to being asked to read; `None` where it is none.
pub(super) fn reading(message: &JsValue) -> Option<TabReading> {
    Some(match text(message, "kind")?.as_str() {
        "parsed" => TabReading::Parsed {
            url: text(message, "url")?,
            parsed: page(message)?,
        },
        "snapshot" => TabReading::Snapshot {
            url: text(message, "url")?,
            snapshot: text(message, "snapshot")?,
        },
        "failed" => TabReading::Failed {
            message: text(message, "message")?,
        },
        _ => return None,
    })
}
