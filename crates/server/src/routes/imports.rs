//! `POST /v1/imports`: leads from a list, row by row.

use std::collections::BTreeMap;

use axum::extract::State;
use lode_core::lead::{Lead, LeadKind};
use lode_store::{ImportRowStatus, Imported};

use super::{Answer, credits, operations};
use crate::api::{ImportReport, ImportRequest, ImportRow};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Most rows of one import.
pub(crate) const ROWS_MAX: usize = 5_000;

/// Largest body of an import, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Imports what there is room and credit for, and names the rest.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<ImportRequest>,
) -> ApiResult<Answer<ImportReport>> {
    validate::operation_id(request.operation_id)?;
    if request.rows.is_empty() || request.rows.len() > ROWS_MAX {
        return Err(ApiError::field(
            "rows",
            format!("must be 1 to {ROWS_MAX} rows"),
        ));
    }
    let body_hash = operations::body_hash("imports", &request)?;
    let mut rows: Vec<Lead> = request.rows.into_iter().map(lead).collect();
    validate::rows(&mut rows)?;
    let imported = app
        .store
        .import_leads(
            caller.account_id,
            request.operation_id,
            caller.member_id,
            &rows,
            &body_hash,
            &app.pricing,
            app.now(),
        )
        .await?;
    let (operation, repeated) = match imported {
        Imported::Done(operation) => (operation, false),
        Imported::Repeated(operation) => (operation, true),
        Imported::Conflict => return Err(ApiError::OperationConflict),
        Imported::NotOffered => return Err(ApiError::NotOffered),
    };
    let rows: Vec<ImportRowStatus> =
        serde_json::from_str(operation.result.as_deref().unwrap_or("[]"))
            .map_err(|_| ApiError::Internal)?;
    let rows: Vec<String> = rows.into_iter().map(name).collect();
    let mut counts = BTreeMap::new();
    for row in &rows {
        let count = counts.entry(row.clone()).or_insert(0_u64);
        *count = count.saturating_add(1);
    }
    let standing = app
        .store
        .standing(caller.account_id, caller.member_id, &app.pricing, app.now())
        .await?;
    let receipt = operation.receipt.ok_or(ApiError::Internal)?;
    let charged = receipt.charged;
    let report = ImportReport {
        operation_id: operation.id,
        rows,
        counts,
        capacity: credits::capacity(standing.capacity),
        receipt,
        credits: credits::view(app.pricing.policy(), &standing.balance),
    };
    Ok(Answer::with(report, standing.balance, charged).status(operations::status(repeated)))
}

fn name(status: ImportRowStatus) -> String {
    match status {
        ImportRowStatus::Imported => "imported",
        ImportRowStatus::AlreadyActive => "already_active",
        ImportRowStatus::NoCapacity => "no_capacity",
        ImportRowStatus::OutOfCredits => "out_of_credits",
        ImportRowStatus::Duplicate => "duplicate",
        ImportRowStatus::Erased => "erased",
    }
    .to_owned()
}

fn lead(row: ImportRow) -> Lead {
    Lead {
        full_name: row.full_name,
        title: row.title,
        company: row.company,
        company_domain: row.company_domain,
        location: row.location,
        profile_url: row.profile_url,
        ..Lead::new(LeadKind::Person)
    }
}
