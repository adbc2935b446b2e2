//! `POST /v1/searches`: looks through the account's own leads.

use axum::extract::State;

use super::{Answer, credits};
use crate::api::{SearchRequest, SearchResult, SearchRow};
use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};

/// Longest query, in characters.
const QUERY_CHARS_MAX: usize = 200;

/// Rows where the request names no number.
const ROWS: u32 = 100;

/// Most rows, whatever the plan allows.
const ROWS_MAX: u32 = 500;

/// The newest leads that match, as many as the request and the plan allow.
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    ApiJson(request): ApiJson<SearchRequest>,
) -> ApiResult<Answer<SearchResult>> {
    if request.query.chars().count() > QUERY_CHARS_MAX {
        return Err(ApiError::field(
            "query",
            format!("longer than {QUERY_CHARS_MAX} characters"),
        ));
    }
    let limit = request.limit.unwrap_or(ROWS);
    if !(1..=ROWS_MAX).contains(&limit) {
        return Err(ApiError::field("limit", format!("must be 1 to {ROWS_MAX}")));
    }
    let balance = credits::balance(&app, &caller).await?;
    let plan = balance
        .plan
        .as_ref()
        .and_then(|plan| app.pricing.policy().plan(plan).ok());
    let most = plan
        .and_then(|plan| plan.search_rows_max)
        .unwrap_or(u32::MAX);
    let shown = usize::try_from(limit.min(most)).unwrap_or(usize::MAX);
    let (found, rows) = app
        .store
        .search_leads(caller.account_id, &request.query, shown)
        .await?;
    let limit_reached = plan.is_some_and(|plan| plan.search_rows(found.min(limit)).1);
    let result = SearchResult {
        found,
        rows: rows
            .into_iter()
            .map(|(lead_id, lead)| SearchRow { lead_id, lead })
            .collect(),
        limit_reached,
        credits: credits::view(app.pricing.policy(), &balance),
    };
    Ok(Answer::with(result, balance, 0))
}
