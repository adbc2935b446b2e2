//! `POST /v1/pairings`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use lode_core::api::{PairingRequest, PairingResponse};
use lode_store::Viewer;

use super::account;
use crate::app::App;
use crate::extract::ApiJson;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Exchanges a one-time code for a device's token.
pub(crate) async fn create(
    State(app): State<App>,
    ApiJson(request): ApiJson<PairingRequest>,
) -> ApiResult<(StatusCode, Json<PairingResponse>)> {
    let device_name = validate::pairing(&request)?;
    app.pairing_tries.check().map_err(ApiError::RateLimited)?;
    let Some(paired) = app
        .store
        .pair_device(&request.code, &device_name, &app.pricing, app.now())
        .await?
    else {
        app.pairing_tries.count();
        return Err(ApiError::PairingCodeInvalid);
    };
    tracing::info!(
        device.id = %paired.device.id,
        account.id = %paired.device.account_id,
        "device paired"
    );
    let viewer = Viewer {
        account_id: paired.device.account_id,
        member_id: Some(paired.device.member_id),
        pricing: &app.pricing,
    };
    let (account, _) = account::view(&app, &viewer).await?;
    Ok((
        StatusCode::CREATED,
        Json(PairingResponse {
            token: paired.token,
            device_id: paired.device.id,
            account,
        }),
    ))
}
