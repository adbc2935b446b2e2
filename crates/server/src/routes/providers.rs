//! `/v1/providers`: the account's data providers. Keys go in and never come out.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use lode_core::api::{
    DryRunRequest, DryRunView, ProviderEdit, ProviderOrder, ProviderTest, ProvidersView,
};
use lode_ledger::policy::Permission;
use lode_providers::ProviderKind;
use serde::Serialize;

use crate::app::App;
use crate::extract::ApiJson;
use crate::guard::Caller;
use crate::problem::{ApiError, ApiResult};
use crate::providers::{ProvidersError, Tried};

/// Longest text of whom a dry run is, in bytes.
const TEXT_BYTES_MAX: usize = 1_024;

/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 1_024;

/// Largest amount that may be set: a million credits, a million of the user's currency.
const AMOUNT_MAX: i64 = 1_000_000_000;

/// `GET /v1/providers`.
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<Private<ProvidersView>> {
    Ok(Private(app.providers.list(caller.account_id).await?))
}

/// `PUT /v1/providers`.
pub(crate) async fn order(
    State(app): State<App>,
    caller: Caller,
    ApiJson(wanted): ApiJson<ProviderOrder>,
) -> ApiResult<Private<ProvidersView>> {
    caller.may(&app, Permission::Settings)?;
    let wrong = || {
        ApiError::field(
            "order",
            "must name providers that have a key, as GET /v1/providers lists them",
        )
    };
    let kinds = wanted
        .order
        .map(|names| {
            names
                .iter()
                .map(|name| ProviderKind::by_name(name))
                .collect::<Option<Vec<_>>>()
                .ok_or_else(wrong)
        })
        .transpose()?;
    match app
        .providers
        .order(caller.account_id, kinds.as_deref())
        .await
    {
        Err(ProvidersError::NoKey) => Err(wrong()),
        Err(error) => Err(error.into()),
        Ok(()) => list(State(app), caller).await,
    }
}

/// `PUT /v1/providers/{provider}`.
pub(crate) async fn set(
    State(app): State<App>,
    caller: Caller,
    Path(provider): Path<String>,
    ApiJson(edit): ApiJson<ProviderEdit>,
) -> ApiResult<Private<ProvidersView>> {
    caller.may(&app, Permission::Settings)?;
    let kind = kind_of(&provider)?;
    if edit
        .key
        .as_ref()
        .is_some_and(|key| key.len() > KEY_BYTES_MAX)
    {
        return Err(ApiError::field("key", "is too long"));
    }
    if edit
        .daily_limit
        .is_some_and(|limit| !(0..=AMOUNT_MAX).contains(&limit))
    {
        return Err(ApiError::field("daily_limit", "must be 0 to 1000000000"));
    }
    if edit
        .credit_price
        .is_some_and(|price| i64::try_from(price).map_or(true, |price| price > AMOUNT_MAX))
    {
        return Err(ApiError::field("credit_price", "must be 0 to 1000000000"));
    }
    match app.providers.set(caller.account_id, kind, &edit).await {
        Err(ProvidersError::NoKey) => Err(ApiError::field("key", "is needed: none is stored yet")),
        Err(ProvidersError::NoOpinions) => Err(ApiError::field(
            "second_opinion",
            "is not offered by this provider",
        )),
        Err(ProvidersError::Setup(lode_providers::SetupError::Key)) => Err(ApiError::field(
            "key",
            "cannot be a key of this provider (Snov's is id:secret)",
        )),
        Err(error) => Err(error.into()),
        Ok(()) => list(State(app), caller).await,
    }
}

/// `DELETE /v1/providers/{provider}`.
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(provider): Path<String>,
) -> ApiResult<StatusCode> {
    caller.may(&app, Permission::Settings)?;
    app.providers
        .remove(caller.account_id, kind_of(&provider)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/providers/{provider}/test`.
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    Path(provider): Path<String>,
) -> ApiResult<Private<ProviderTest>> {
    caller.may(&app, Permission::Settings)?;
    let tried = app
        .providers
        .test(caller.account_id, kind_of(&provider)?)
        .await?;
    Ok(Private(tried.view()))
}

/// `GET /v1/providers/dry-run`.
pub(crate) async fn dry_run(
    State(app): State<App>,
    caller: Caller,
) -> ApiResult<Private<DryRunView>> {
    let anybody = DryRunRequest::default();
    let plan = app.providers.dry_run(caller.account_id, &anybody).await?;
    Ok(Private(plan))
}

/// `POST /v1/providers/dry-run`: of somebody. In a body, since addresses end up in logs.
pub(crate) async fn dry_run_of(
    State(app): State<App>,
    caller: Caller,
    ApiJson(of): ApiJson<DryRunRequest>,
) -> ApiResult<Private<DryRunView>> {
    for (name, text) in [
        ("full_name", &of.full_name),
        ("company", &of.company),
        ("company_domain", &of.company_domain),
        ("company_url", &of.company_url),
        ("profile_url", &of.profile_url),
    ] {
        if text
            .as_ref()
            .is_some_and(|text| text.len() > TEXT_BYTES_MAX)
        {
            return Err(ApiError::field(name, "is too long"));
        }
    }
    let plan = app.providers.dry_run(caller.account_id, &of).await?;
    Ok(Private(plan))
}

fn kind_of(name: &str) -> ApiResult<ProviderKind> {
    ProviderKind::by_name(name).ok_or(ApiError::NotFound)
}

impl Tried {
    /// As the API and the command show it.
    #[must_use]
    pub fn view(&self) -> ProviderTest {
        let (result, balance) = match self {
            Self::Works(balance) => ("works", *balance),
            Self::Unknown => ("unknown", None),
            Self::Failed(error) => (error.code(), None),
        };
        ProviderTest {
            result: result.to_owned(),
            balance,
        }
    }
}

impl From<ProvidersError> for ApiError {
    fn from(error: ProvidersError) -> Self {
        match error {
            ProvidersError::NoKey => Self::NotFound,
            ProvidersError::Store(error) => error.into(),
            // Its message names files and causes, never a key.
            error => {
                tracing::error!(%error, "a provider cannot be used");
                Self::Internal
            }
        }
    }
}

/// An answer that no cache may keep.
pub(crate) struct Private<T>(T);

impl<T: Serialize> IntoResponse for Private<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.0).into_response();
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
