//! `/v1/rules`: newer rule files for the page readers.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::rules::Offer;

/// The versions that are offered.
pub(crate) async fn list(
    State(app): State<App>,
    _caller: Caller,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let offer = offer(app).await?;
    Ok(conditional(&headers, offer.etag(), || {
        Json(offer.versions()).into_response()
    }))
}

/// The file of a site, as the operator wrote it.
pub(crate) async fn show(
    State(app): State<App>,
    _caller: Caller,
    Path(site): Path<String>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let offer = offer(app).await?;
    let file = offer.file(&site).ok_or(ApiError::NotFound)?;
    Ok(conditional(&headers, &file.etag, || {
        let kind = (header::CONTENT_TYPE, "application/json");
        ([kind], file.json.clone()).into_response()
    }))
}

async fn offer(app: App) -> ApiResult<Arc<Offer>> {
    tokio::task::spawn_blocking(move || app.rules.offer())
        .await
        .map_err(|_| ApiError::Internal)
}

/// Not modified, where the caller has what is offered (RFC 9110 section 13.1.2).
fn conditional(headers: &HeaderMap, etag: &str, answer: impl FnOnce() -> Response) -> Response {
    let has = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*");
    let mut response = if has {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        answer()
    };
    let headers = response.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(etag) {
        headers.insert(header::ETAG, etag);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
