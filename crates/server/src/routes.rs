//! The HTTP API; its contract stands in [`lode_core::api`].

mod account;
mod captures;
mod devices;
mod health;
mod leads;
mod pairings;
mod providers;
mod receipts;
mod rules;

use std::net::SocketAddr;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router, middleware};
use lode_core::api::{BODY_BYTES_MAX, Credits, MilliCredits};
use serde::Serialize;
use tower_http::cors::{AllowOrigin, CorsLayer};
use uuid::Uuid;

use crate::app::App;
use crate::guard::{self, HostNames};
use crate::problem::{ApiError, ApiResult};

const CREDITS_AVAILABLE: HeaderName = HeaderName::from_static("lode-credits-available");
const CREDITS_HELD: HeaderName = HeaderName::from_static("lode-credits-held");
const CREDITS_CHARGED: HeaderName = HeaderName::from_static("lode-credits-charged");

/// All routes; `listen` is the address that the server got.
pub fn router(app: App, listen: SocketAddr) -> Router {
    let hosts = HostNames::new(listen, &app.config.allowed_hosts);
    let origins: Vec<HeaderValue> = app
        .config
        .cors_origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(origin).ok())
        .collect();
    let cors = CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_NONE_MATCH,
        ])
        .expose_headers([
            CREDITS_AVAILABLE,
            CREDITS_HELD,
            CREDITS_CHARGED,
            header::RETRY_AFTER,
            header::ETAG,
        ]);
    Router::new()
        .route("/v1/health", get(health::show))
        .route("/v1/pairings", post(pairings::create))
        .route("/v1/account", get(account::show))
        .route("/v1/captures", post(captures::create).get(captures::list))
        .route("/v1/captures/{operation_id}", get(captures::show))
        .route("/v1/captures/{operation_id}/resume", post(captures::resume))
        .route(
            "/v1/leads/{lead_id}",
            patch(leads::update).delete(leads::erase),
        )
        .route("/v1/receipts/{operation_id}", get(receipts::show))
        .route("/v1/providers", get(providers::list).put(providers::order))
        .route("/v1/providers/dry-run", get(providers::dry_run))
        .route(
            "/v1/providers/{provider}",
            put(providers::set).delete(providers::remove),
        )
        .route("/v1/providers/{provider}/test", post(providers::test))
        .route("/v1/rules", get(rules::list))
        .route("/v1/rules/{site}", get(rules::show))
        .route("/v1/devices/current", delete(devices::revoke_current))
        .fallback(|| async { ApiError::NotFound })
        .method_not_allowed_fallback(|| async { ApiError::MethodNotAllowed })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(cors)
        .layer(middleware::from_fn_with_state(
            hosts,
            guard::check_host_and_origin,
        ))
        .layer(middleware::from_fn(guard::log_request))
        .with_state(app)
}

/// An answer with the account's credits in its headers.
pub(crate) struct Answer<T> {
    status: StatusCode,
    body: T,
    credits: Credits,
    charged: MilliCredits,
}

impl<T> Answer<T> {
    pub(crate) fn new(body: T, credits: Credits, charged: MilliCredits) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            credits,
            charged,
        }
    }

    pub(crate) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }
}

impl<T: Serialize> IntoResponse for Answer<T> {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        let headers = response.headers_mut();
        headers.insert(CREDITS_AVAILABLE, self.credits.available.into());
        headers.insert(CREDITS_HELD, self.credits.held.into());
        headers.insert(CREDITS_CHARGED, self.charged.into());
        // Personal data: no cache may keep it.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// An id in the path; what is no id is not found.
pub(crate) fn path_id(text: &str) -> ApiResult<Uuid> {
    Uuid::parse_str(text).map_err(|_| ApiError::NotFound)
}
