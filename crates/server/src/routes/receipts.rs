//! `GET /v1/receipts` and `GET /v1/receipts/{operation_id}`.

use std::collections::BTreeMap;

use axum::extract::{Path, Query, State};
use lode_core::api::{self, EmailView, MilliCredits, ProviderCallView};
use lode_ledger::policy::Permission;
use lode_ledger::{Entry, EntryKind};
use lode_store::providers::{StoredCall, VERIFY};
use lode_store::{ReceiptCursor, ReceiptRow};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, captures, credits, path_id};
use crate::api::{ReceiptLine, ReceiptList, ReceiptView};
use crate::app::App;
use crate::evidence;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// Receipts in one answer, at most and by default.
const LIMIT_MAX: u32 = 200;
const LIMIT: u32 = 50;

/// The account's operations, newest first; the caller's own where the policy does not let
/// them run the account.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<BTreeMap<String, String>>,
) -> ApiResult<Answer<ReceiptList>> {
    let limit = captures::parameter(&query, "limit", LIMIT, 1, u32::MAX)?.min(LIMIT_MAX);
    let before = query
        .get("before")
        .map(|text| text.parse::<ReceiptCursor>())
        .transpose()
        .map_err(|error| ApiError::field("before", error.to_string()))?;
    let page = app
        .store
        .receipts(caller.account_id, whose(&app, &caller), before, limit)
        .await?;
    let balance = credits::balance(&app, &caller).await?;
    let list = ReceiptList {
        receipts: page.rows.into_iter().map(line).collect(),
        next: page.next.map(|cursor| cursor.to_string()),
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(list, balance, 0))
}

/// Whose operations the caller sees: `None` for everybody's.
fn whose(app: &App, caller: &Caller) -> Option<Uuid> {
    let sees_all = caller.is_allowed(app, Permission::Settings);
    (!sees_all).then_some(caller.member_id)
}

fn line(row: ReceiptRow) -> ReceiptLine {
    let receipt = row.receipt;
    ReceiptLine {
        operation_id: row.id,
        action: row.action,
        state: row.state.to_owned(),
        outcome: receipt.as_ref().map(|receipt| receipt.outcome.clone()),
        reason: row.reason,
        automatic: row.automatic,
        member_id: row.member_id,
        lead_id: row.lead_id,
        subject: row.subject,
        charged: receipt.as_ref().map_or(0, |receipt| receipt.charged),
        pools: row.pools,
        refunded: row.refunded,
        line: receipt.map(|receipt| receipt.line),
        at: row.at,
        updated_at: row.updated_at,
    }
}

/// What an operation cost, and why, on which evidence, from which grant; not found until it
/// is settled, nor where it is another member's and the list would not have it.
pub(crate) async fn show(
    State(app): State<App>,
    caller: Caller,
    Path(operation_id): Path<String>,
) -> ApiResult<Answer<ReceiptView>> {
    let operation_id = path_id(&operation_id)?;
    let receipt = app
        .store
        .receipt(caller.account_id, operation_id, whose(&app, &caller))
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
            said: said(&call),
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
        evidence: rests_on(&app, &caller, operation_id).await?,
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

/// What a provider said of an address.
fn said(call: &StoredCall) -> Option<String> {
    let answer = call.answer.as_deref().filter(|_| call.purpose == VERIFY)?;
    serde_json::from_str(answer).ok()
}

fn sequence(entry: &Entry) -> i64 {
    entry.sequence
}

/// What the outcome rests on: the result of an action, the address of a capture.
async fn rests_on(app: &App, caller: &Caller, id: Uuid) -> ApiResult<Value> {
    if let Some(operation) = app.store.operation(caller.account_id, id).await? {
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        return Ok(json!({
            "request": read(&operation.request),
            "result": operation.result.as_deref().map(read),
        }));
    }
    let kept = app.store.evidence_behind(caller.account_id, id).await?;
    let viewer = caller.viewer(app);
    let capture = app.store.capture(&viewer, id, app.now()).await?;
    Ok(match capture.map(|shown| shown.view) {
        Some(capture) => json!({
            "state": capture.state,
            "reason": capture.reason,
            "email": capture
                .email
                .map(|email| with_evidence(email, kept.address.as_deref())),
            "refused": evidence::read(kept.refused.as_deref()),
        }),
        None => Value::Null,
    })
}

/// An address with what its verdict rests on.
fn with_evidence(email: EmailView, kept: Option<&str>) -> Value {
    let mut shown = json!(email);
    if let Some(fields) = shown.as_object_mut() {
        fields.insert("evidence".to_owned(), evidence::read(kept));
    }
    shown
}
