//! The HTTP API; its contract stands in [`lode_core::api`] and [`crate::api`], call by call
//! in `docs/API.md`.

mod account;
mod captures;
mod credits;
mod devices;
mod downloads;
mod health;
mod imports;
mod leads;
mod members;
pub(crate) mod operations;
mod outcomes;
mod pairings;
mod plans;
mod previews;
mod providers;
mod receipts;
mod rules;
mod searches;
mod settings;
pub(crate) mod unlocks;
mod usage;
mod verifications;

use std::net::SocketAddr;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post, put};
use axum::{Json, Router, middleware};
use lode_core::api::{BODY_BYTES_MAX, MilliCredits};
use lode_ledger::Balance;
use serde::Serialize;
use tower_http::cors::{AllowOrigin, CorsLayer};
use uuid::Uuid;

use crate::app::App;
use crate::credit_headers;
use crate::guard::{self, Caller, HostNames};
use crate::problem::{ApiError, ApiResult};

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
        .expose_headers(
            credit_headers::ALL
                .into_iter()
                .chain([header::RETRY_AFTER, header::ETAG])
                .collect::<Vec<_>>(),
        );
    Router::new()
        .route("/v1/health", get(health::show))
        .route("/v1/pairings", post(pairings::create))
        .route("/v1/account", get(account::show).delete(account::erase))
        .route("/v1/credits", get(credits::show))
        .route("/v1/members", get(members::list))
        .route(
            "/v1/members/{member_id}",
            patch(members::update).delete(members::remove),
        )
        .route("/v1/invitations", post(members::invite))
        .route("/v1/invitations/{invitation_id}", delete(members::uninvite))
        .route("/v1/pairing-codes", post(members::pairing_code))
        .route("/v1/settings", get(settings::show).put(settings::update))
        .route("/v1/purchases", post(plans::purchase))
        .route("/v1/subscription", post(plans::change))
        .route("/v1/subscription/cancel", post(plans::cancel))
        .route("/v1/allocation", post(plans::allocate))
        .route("/v1/verifications", post(verifications::create))
        .route("/v1/previews", post(previews::create))
        .route("/v1/unlocks", post(unlocks::create))
        .route(
            "/v1/imports",
            post(imports::create).layer(DefaultBodyLimit::max(imports::BODY_BYTES_MAX)),
        )
        .route("/v1/downloads", post(downloads::create))
        .route("/v1/searches", post(searches::create))
        .route("/v1/usage", post(usage::create))
        .route("/v1/outcomes", post(outcomes::create))
        .route("/v1/operations/{operation_id}", get(operations::show))
        .route(
            "/v1/operations/{operation_id}/resume",
            post(operations::resume),
        )
        .route("/v1/captures", post(captures::create).get(captures::list))
        .route("/v1/captures/{operation_id}", get(captures::show))
        .route("/v1/captures/{operation_id}/resume", post(captures::resume))
        .route(
            "/v1/leads/{lead_id}",
            get(leads::show).patch(leads::update).delete(leads::erase),
        )
        .route("/v1/leads/{lead_id}/archive", post(leads::archive))
        .route("/v1/leads/{lead_id}/activate", post(leads::activate))
        .route("/v1/receipts", get(receipts::list))
        .route("/v1/receipts/{operation_id}", get(receipts::show))
        .route("/v1/providers", get(providers::list).put(providers::order))
        .route(
            "/v1/providers/dry-run",
            get(providers::dry_run).post(providers::dry_run_of),
        )
        .route(
            "/v1/providers/{provider}",
            put(providers::set).delete(providers::remove),
        )
        .route("/v1/providers/{provider}/test", post(providers::test))
        .route("/v1/rules", get(rules::list))
        .route("/v1/rules/{site}", get(rules::show))
        .route("/v1/devices/current", delete(devices::revoke_current))
        // Who calls is asked for here too, so that these answers carry the credit as well.
        .fallback(|_: Result<Caller, ApiError>| async { ApiError::NotFound })
        .method_not_allowed_fallback(|_: Result<Caller, ApiError>| async {
            ApiError::MethodNotAllowed
        })
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn_with_state(
            app.clone(),
            credit_headers::on_every_answer,
        ))
        .layer(cors)
        .layer(middleware::from_fn_with_state(
            hosts,
            guard::check_host_and_origin,
        ))
        .layer(middleware::from_fn(guard::log_request))
        .with_state(app)
}

/// An answer with the caller's credit in its headers.
pub(crate) struct Answer<T> {
    status: StatusCode,
    body: T,
    balance: Balance,
    charged: MilliCredits,
}

impl<T> Answer<T> {
    /// An answer with what the call cost, and what is left now.
    pub(crate) async fn of(
        app: &App,
        caller: &Caller,
        body: T,
        charged: MilliCredits,
    ) -> ApiResult<Self> {
        let balance = credits::balance(app, caller).await?;
        Ok(Self::with(body, balance, charged))
    }

    /// The same where the body shows a balance: the headers show that one.
    pub(crate) fn with(body: T, balance: Balance, charged: MilliCredits) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            balance,
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
        credit_headers::write(headers, &self.balance, self.charged);
        // Personal data: no cache may keep it.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// An id in the path; what is no id is not found.
pub(crate) fn path_id(text: &str) -> ApiResult<Uuid> {
    Uuid::parse_str(text).map_err(|_| ApiError::NotFound)
}
