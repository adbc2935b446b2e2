//! `DELETE /v1/devices/current`.

use axum::extract::State;
use axum::http::StatusCode;

use crate::app::App;
use crate::guard::Caller;
use crate::problem::ApiResult;

/// Revokes the calling device's token.
pub(crate) async fn revoke_current(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<StatusCode> {
    app.store.revoke_device(caller.device_id, app.now()).await?;
    tracing::info!(device.id = %caller.device_id, "device revoked");
    Ok(StatusCode::NO_CONTENT)
}
