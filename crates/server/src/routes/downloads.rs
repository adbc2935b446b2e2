//! `POST /v1/downloads`: stored leads as rows.

use axum::extract::State;
use lode_store::{Downloaded, DownloadedRow};

use super::{Answer, credits, operations};
use crate::api::{Download, DownloadRequest, DownloadRow};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::validate;

/// Most leads of one download.
const LEADS_MAX: usize = 2_000;

/// Delivers what there is credit for, and names the rest.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<DownloadRequest>,
) -> ApiResult<Answer<Download>> {
    validate::operation_id(request.operation_id)?;
    if request.lead_ids.is_empty() || request.lead_ids.len() > LEADS_MAX {
        return Err(ApiError::field(
            "lead_ids",
            format!("must be 1 to {LEADS_MAX} ids"),
        ));
    }
    let downloaded = app
        .store
        .download_leads(
            caller.account_id,
            request.operation_id,
            caller.member_id,
            &request.lead_ids,
            &operations::body_hash("downloads", &request)?,
            &app.pricing,
            app.now(),
        )
        .await?;
    let (operation, rows, repeated) = match downloaded {
        Downloaded::Done {
            operation,
            rows,
            repeated,
        } => (operation, rows, repeated),
        Downloaded::Conflict => return Err(ApiError::OperationConflict),
        Downloaded::NotOffered => return Err(ApiError::NotOffered),
    };
    let receipt = operation.receipt.ok_or(ApiError::Internal)?;
    let charged = receipt.charged;
    let balance = credits::balance(&app, &caller).await?;
    let download = Download {
        operation_id: operation.id,
        rows: rows.into_iter().map(row).collect(),
        receipt,
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(download, balance, charged).status(operations::status(repeated)))
}

fn row(row: DownloadedRow) -> DownloadRow {
    let (lead, email, phones) = match row.lead {
        Some((lead, email, phones)) => (Some(lead), email, phones),
        None => (None, None, Vec::new()),
    };
    DownloadRow {
        lead_id: row.lead_id,
        status: row.status,
        lead,
        email,
        phones,
    }
}
