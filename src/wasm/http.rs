//! Calls to the server, through the browser's `fetch`.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, Request, RequestCredentials, RequestInit, Response};

use crate::client::{ANSWER_BYTES_MAX, Answer, Call, CallError};

#[wasm_bindgen]
extern "C" {
    // The worker's global scope and a page's both have it.
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(request: &Request) -> Promise;
}

/// Makes a call. No cookies go along, and no redirect is followed: the token must not travel
/// to where the server's address did not point.
pub(crate) async fn call(
    server: &str,
    token: Option<&str>,
    call: &Call,
) -> Result<Answer, CallError> {
    let response = send(server, token, call).await.map_err(|_| {
        CallError::Unreachable(format!("No answer from {server}. Is the server running?"))
    })?;
    let status = response.status();
    let headers = response.headers();
    let header = |name: &str| headers.get(name).ok().flatten();
    let length = header("content-length")
        .and_then(|v| v.parse::<usize>().ok())
        .unwrap_or(0);
    if length > ANSWER_BYTES_MAX {
        return Err(CallError::NotLode(
            "The answer is too large to be one of Lode's.".to_owned(),
        ));
    }
    let broken = |_| CallError::Unreachable(format!("The answer from {server} broke off."));
    let body = JsFuture::from(response.text().map_err(broken)?)
        .await
        .map_err(broken)?;
    Ok(Answer {
        status,
        retry_after_s: header("retry-after").and_then(|v| v.trim().parse().ok()),
        etag: header("etag"),
        body: body.as_string().unwrap_or_default(),
    })
}

async fn send(server: &str, token: Option<&str>, call: &Call) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    headers.set("accept", "application/json")?;
    if let Some(token) = token {
        headers.set("authorization", &format!("Bearer {token}"))?;
    }
    if let Some(etag) = &call.if_none_match {
        headers.set("if-none-match", etag)?;
    }
    let init = RequestInit::new();
    init.set_method(call.method);
    init.set_credentials(RequestCredentials::Omit);
    init.set_redirect(web_sys::RequestRedirect::Error);
    init.set_cache(web_sys::RequestCache::NoStore);
    init.set_signal(Some(&AbortSignal::timeout_with_u32(call.timeout_ms)));
    if let Some(body) = &call.body {
        headers.set("content-type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    init.set_headers(&headers);
    let request = Request::new_with_str_and_init(&format!("{server}{}", call.path), &init)?;
    JsFuture::from(fetch(&request)).await?.dyn_into()
}
