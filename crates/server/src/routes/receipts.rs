//! `GET /v1/receipts/{operation_id}`.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use lode_core::api::{self, MilliCredits, ProviderCallView};
use lode_ledger::{Entry, EntryKind};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, path_id};
use crate::api::ReceiptView;
use crate::app::App;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// What an operation cost, and why, on which evidence, from which grant; not found until it
/// is settled.
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
    let entries = app
        .store
        .entries_of(caller.account_id, &operation_id.to_string())
        .await?;
    let mut pools = BTreeMap::new();
    let mut refunded: MilliCredits = 0;
    for entry in &entries {
        match entry.kind {
            EntryKind::Settle => {
                let sum = pools.entry(entry.pool.as_str().to_owned()).or_insert(0_i64);
                *sum = sum.saturating_add(entry.amount);
            }
            // A refund stands as given back to the grant that paid, or as a grant of its own.
            EntryKind::Refund => refunded = refunded.saturating_add(entry.amount),
            _ => {}
        }
    }
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
        evidence: evidence(&app, &caller, operation_id).await?,
        receipt: api::ReceiptView {
            receipt,
            provider_calls,
        },
        refunded,
        pools,
        entries: entries.iter().map(sequence).collect(),
    };
    Answer::of(&app, &caller, view, charged).await
}

fn sequence(entry: &Entry) -> i64 {
    entry.sequence
}

/// What the outcome rests on: the result of an action, the address of a capture.
async fn evidence(app: &App, caller: &Caller, id: Uuid) -> ApiResult<Value> {
    if let Some(operation) = app.store.operation(caller.account_id, id).await? {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        return Ok(json!({
            "request": read(&operation.request),
            "result": operation.result.as_deref().map(read),
        }));
    }
    let capture = app.store.capture(caller.account_id, id, app.now()).await?;
    Ok(match capture {
        Some(capture) => json!({
            "state": capture.state,
            "reason": capture.reason,
            "email": capture.email,
        }),
        None => Value::Null,
    })
}
