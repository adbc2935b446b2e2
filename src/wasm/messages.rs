//! Messages: who may say what, and what is answered.

use std::cell::Cell;

use uuid::Uuid;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{chrome, http, incoming, rules, runtime, tabs, to_js};
use crate::api::{CaptureView, LeadPatch, PairingRequest, PairingResponse};
use crate::client::{self, Call, CallError};
use crate::page::ParsedPage;
use crate::protocol::{ContentMessage, ContentReply, UiMessage, UiReply};
use crate::worker::{CaptureClick, CaptureRefusal, Captured};

const NOT_STORED: &str = "The browser could not store this. Free some disk space and try again.";

/// Sorts a message by its sender, and by nothing that the message says of itself.
pub(super) async fn on_message(message: JsValue, sender: JsValue) -> Result<JsValue, JsValue> {
    let origin = chrome::property(&sender, "origin")
        .as_string()
        .unwrap_or_default();
    let tab = chrome::property(&sender, "tab");
    if origin == chrome::own_origin() {
        let reply = match incoming::ui(&message) {
            Some(message) => on_ui(message, !tab.is_undefined()).await,
            None => Err(error(
                "bad_message",
                "Lode's own page sent what Lode cannot read.",
            )),
        };
        return to_js(&reply.unwrap_or_else(|error| error));
    }
    #[expect(clippy::cast_possible_truncation, reason = "tab ids are 32-bit")]
    let tab_id = chrome::property(&tab, "id").as_f64().map(|id| id as i32);
    let main_frame = chrome::property(&sender, "frameId").as_f64() == Some(0.0);
    let reply = match (tab_id, main_frame, incoming::content(&message)) {
        (Some(tab_id), true, Some(message)) => on_content(message, tab_id, &origin).await,
        _ => ContentReply::Refused {
            message: "This page cannot be captured.".to_owned(),
        },
    };
    to_js(&reply)
}

async fn on_content(message: ContentMessage, tab_id: i32, origin: &str) -> ContentReply {
    match message {
        ContentMessage::Hello => {
            let show_button = runtime::with(|worker| worker.stored().settings.show_button);
            ContentReply::Welcome { show_button }
        }
        ContentMessage::NeedCore => match chrome::run_in_tab(tab_id, "extension/reader.js").await {
            Ok(()) => ContentReply::CoreReady {
                rules: rules::file_for(origin),
            },
            Err(_) => ContentReply::Refused {
                message: "The page cannot be read here.".to_owned(),
            },
        },
        ContentMessage::Parsed {
            click_id,
            url,
            parsed,
        } => on_click(click_id, &url, *parsed, tab_id, origin).await,
        ContentMessage::Snapshot {
            click_id,
            url,
            snapshot,
        } => {
            let parsed = rules::read(&url, &snapshot);
            on_click(click_id, &url, parsed, tab_id, origin).await
        }
    }
}

thread_local! {
    /// The last click that had to wait for its page.
    static WAITED: Cell<Option<Uuid>> = const { Cell::new(None) };
}

async fn on_click(
    click_id: Uuid,
    url: &str,
    parsed: ParsedPage,
    tab_id: i32,
    origin: &str,
) -> ContentReply {
    // The browser says where the script runs; the script's own word must agree.
    let same_origin = url
        .strip_prefix(origin)
        .is_some_and(|rest| rest.starts_with('/'));
    if origin.is_empty() || !same_origin {
        return ContentReply::Refused {
            message: "This page cannot be captured.".to_owned(),
        };
    }
    if parsed.page.kind == "loading" {
        // A click asks again while the page changes: it is one look.
        if WAITED.replace(Some(click_id)) != Some(click_id) {
            runtime::with(|worker| worker.saw(&parsed));
        }
        return ContentReply::Wait {
            message: crate::worker::no_lead_message(&parsed),
        };
    }
    tabs::remember(tab_id, url, &parsed);
    let reply = match capture(click_id, url, &parsed, None).await {
        Ok(captured) => {
            let count = u32::try_from(captured.operations.len()).unwrap_or(u32::MAX);
            ContentReply::Captured {
                count,
                message: captured_message(&captured),
            }
        }
        Err(message) => ContentReply::Refused { message },
    };
    spawn_local(after_capture());
    reply
}

async fn after_capture() {
    runtime::changed().await;
    runtime::kick();
}

fn captured_message(captured: &Captured) -> String {
    let paired = runtime::with(|worker| worker.usable_pairing().is_some());
    match (captured.operations.len(), captured.new, paired) {
        (_, 0, _) => "Already under way".to_owned(),
        (_, _, false) => "Saved. Connect Lode to your server to look it up".to_owned(),
        (1, _, true) => "Captured".to_owned(),
        (many, _, true) => format!("{many} captured"),
    }
}

/// Captures and stores. An error says why, for people; nothing is captured then.
async fn capture(
    click_id: Uuid,
    url: &str,
    parsed: &ParsedPage,
    shown: Option<&[String]>,
) -> Result<Captured, String> {
    let now = runtime::now();
    let click = CaptureClick {
        click_id,
        url,
        parsed,
        shown,
        now,
    };
    let before = runtime::kept();
    let captured = match runtime::with(|worker| worker.capture(click, &mut chrome::new_id)) {
        Ok(captured) => captured,
        Err(refusal) => {
            if matches!(refusal, CaptureRefusal::NoLead(_)) {
                record_health(parsed);
            }
            // The pages show what was read instead.
            spawn_local(after_capture());
            return Err(refusal.to_string());
        }
    };
    if captured.new > 0 {
        record_health(parsed);
    }
    if runtime::persist().await.is_err() {
        runtime::go_back(&before);
        return Err(NOT_STORED.to_owned());
    }
    Ok(captured)
}

fn record_health(parsed: &ParsedPage) {
    let expected = rules::expected(parsed);
    runtime::with(|worker| worker.record_health(&expected, parsed));
}

async fn on_ui(message: UiMessage, from_tab: bool) -> Result<UiReply, UiReply> {
    let tab = tabs::in_view(from_tab).await;
    match message {
        UiMessage::GetState => runtime::refresh_account(),
        UiMessage::Preview => {
            if let Some(tab) = &tab {
                // What went wrong is part of the state that is returned.
                if let Ok((_, parsed)) = tabs::read(tab).await {
                    runtime::with(|worker| worker.saw(&parsed));
                }
            }
        }
        UiMessage::Report => {
            let tab = tab.ok_or_else(|| error("no_page", "Lode does not read this page."))?;
            let text = tabs::report(&tab)
                .await
                .map_err(|message| error("not_read", &message))?;
            return Ok(UiReply::Report { text });
        }
        UiMessage::Capture { leads } => {
            let Some(tab) = &tab else {
                return Err(error("no_page", "Lode does not read this page."));
            };
            let (url, parsed) = tabs::read(tab)
                .await
                .map_err(|message| error("not_read", &message))?;
            capture(chrome::new_id(), &url, &parsed, Some(&leads))
                .await
                .map_err(|message| error("not_captured", &message))?;
            spawn_local(after_capture());
        }
        UiMessage::Resume { operation_id } => resume(operation_id).await?,
        UiMessage::Operate {
            call,
            lead_id,
            operation_id,
        } => operate(call, lead_id, operation_id).await?,
        UiMessage::Call { method, path, body } => return ask_server(&method, &path, body).await,
        UiMessage::SetDomain {
            operation_id,
            domain,
        } => set_domain(operation_id, domain).await?,
        UiMessage::RetryNow => {
            runtime::with(|worker| worker.hurry());
            runtime::kick();
            runtime::refresh_account();
        }
        UiMessage::Pair {
            server,
            code,
            device_name,
        } => pair(&server, code, device_name).await?,
        UiMessage::Unpair => unpair().await,
        UiMessage::SetSettings { settings } => {
            let show = settings.show_button;
            runtime::with(|worker| worker.set_settings(settings));
            runtime::changed().await;
            tabs::show_button(show).await;
        }
    }
    let view = tabs::view(tab.as_ref());
    Ok(UiReply::State {
        state: Box::new(runtime::with(|worker| worker.ui_state(view))),
    })
}

async fn resume(operation_id: Uuid) -> Result<(), UiReply> {
    let again = runtime::with(|worker| worker.retry_refused(operation_id))
        .map_err(|full| error("full", &full.to_string()))?;
    if !again {
        let view = call_on_capture(&Call::resume(operation_id)).await?;
        runtime::with(|worker| worker.took(view));
    }
    after_capture().await;
    Ok(())
}

/// Keeps the operation with its id, then sends it.
async fn operate(
    call: String,
    lead_id: Option<Uuid>,
    operation_id: Option<Uuid>,
) -> Result<(), UiReply> {
    if !matches!(call.as_str(), "unlocks" | "previews") {
        return Err(error("bad_message", "Lode cannot do that."));
    }
    let before = runtime::kept();
    runtime::with(|worker| worker.operate(call, lead_id, operation_id, &mut chrome::new_id))
        .map_err(|full| error("full", &full.to_string()))?;
    if runtime::persist().await.is_err() {
        runtime::go_back(&before);
        return Err(error("not_stored", NOT_STORED));
    }
    spawn_local(after_capture());
    Ok(())
}

async fn ask_server(method: &str, path: &str, body: Option<String>) -> Result<UiReply, UiReply> {
    let call = Call::of_page(method, path, body);
    let pairing = runtime::with(|worker| worker.usable_pairing().cloned());
    let (Some(call), Some(pairing)) = (call, pairing) else {
        return Err(not_paired());
    };
    match http::call(&pairing.server, Some(&pairing.token), &call).await {
        Ok(answer) => Ok(UiReply::Answer {
            status: answer.status,
            body: answer.body,
        }),
        Err(failure) => Err(failed(&failure)),
    }
}

fn not_paired() -> UiReply {
    error("not_paired", "Pair Lode with your server first.")
}

async fn set_domain(operation_id: Uuid, domain: String) -> Result<(), UiReply> {
    let lead_id = runtime::with(|worker| worker.card(operation_id).and_then(|card| card.lead_id))
        .ok_or_else(|| error("not_sent", "The server does not have this capture yet."))?;
    let patch = LeadPatch {
        company_domain: Some(domain),
        ..LeadPatch::default()
    };
    let view = call_on_capture(&Call::patch_lead(lead_id, &patch)).await?;
    runtime::with(|worker| worker.took(view));
    after_capture().await;
    Ok(())
}

async fn call_on_capture(call: &Call) -> Result<CaptureView, UiReply> {
    let pairing =
        runtime::with(|worker| worker.usable_pairing().cloned()).ok_or_else(not_paired)?;
    match runtime::ask(&pairing, call).await {
        Ok(view) => Ok(view),
        Err(failure) => {
            runtime::with(|worker| {
                worker.failed(&failure, runtime::now(), js_sys::Math::random());
            });
            runtime::changed().await;
            Err(failed(&failure))
        }
    }
}

async fn pair(server: &str, code: String, device_name: String) -> Result<(), UiReply> {
    let server = client::server_address(server).map_err(|why| error("bad_address", why))?;
    let request = PairingRequest { code, device_name };
    let answer = http::call(&server, None, &Call::pair(&request)).await;
    let answer = answer.and_then(|answer| client::read::<PairingResponse>(&answer));
    let answer = answer.map_err(|failure| match failure {
        CallError::Refused { .. } | CallError::Unauthorized => error(
            "bad_code",
            &format!("{failure} Make a new code with `lode pair` and enter it within its time."),
        ),
        other => failed(&other),
    })?;
    rules::forget().await;
    runtime::with(|worker| worker.paired(server, answer));
    after_capture().await;
    Ok(())
}

/// Revokes the token on the server, as far as it can be reached, and forgets it here.
async fn unpair() {
    if let Some(pairing) = runtime::with(|worker| worker.usable_pairing().cloned()) {
        let _ = http::call(&pairing.server, Some(&pairing.token), &Call::revoke()).await;
    }
    rules::forget().await;
    runtime::with(|worker| worker.unpaired());
    runtime::changed().await;
}

fn failed(failure: &CallError) -> UiReply {
    let code = match failure {
        CallError::Unreachable(_) => "unreachable",
        CallError::Unauthorized => "unauthorized",
        CallError::Later { .. } => "later",
        CallError::Refused { code, .. } => code,
        CallError::NotLode(_) => "not_lode",
    };
    error(code, &failure.to_string())
}

fn error(code: &str, message: &str) -> UiReply {
    UiReply::Error {
        code: code.to_owned(),
        message: message.to_owned(),
    }
}
