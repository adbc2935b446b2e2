//! `GET /v1/health`.

use axum::Json;
use axum::extract::State;
use lode_core::api::Health;

use crate::app::App;
use crate::problem::ApiResult;

/// Whether the server and its database answer.
pub(crate) async fn show(State(app): State<App>) -> ApiResult<Json<Health>> {
    app.store.ping().await?;
    Ok(Json(Health {
        status: "ok".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mail_port_shut: app.finder.port_shut(),
    }))
}
