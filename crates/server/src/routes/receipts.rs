//! `GET /v1/receipts/{operation_id}`.

use axum::extract::{Path, State};
use lode_core::api::{ProviderCallView, ReceiptView};

use super::{Answer, path_id};
use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// What a capture cost, and why; not found until it is settled.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(operation_id): Path<String>,
) -> ApiResult<Answer<ReceiptView>> {
    let operation_id = path_id(&operation_id)?;
    let receipt = app
        .store
        .receipt(caller.account_id, operation_id)
        .await?
        .flatten()
        .ok_or(ApiError::NotFound)?;
    let credits = app.store.credits(caller.account_id, app.now()).await?;
    let charged = receipt.charged;
    let provider_calls = app
        .store
        .calls_behind(caller.account_id, operation_id)
        .await?
        .into_iter()
        .map(|call| ProviderCallView {
            provider: call.provider,
            purpose: call.purpose,
            outcome: call.state.as_str().to_owned(),
            error: call.error,
            verdict: call.verdict,
            cost: call.cost,
            asked_at: call.asked_at,
        })
        .collect();
    let view = ReceiptView {
        receipt,
        provider_calls,
    };
    Ok(Answer::new(view, credits, charged))
}
