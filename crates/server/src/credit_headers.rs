//! The credit in the headers of every answer to a paired device, refusals and empty answers
//! too. A handler that knows the balance writes it ([`crate::routes::Answer`]); for the others
//! it is read here, once.

use std::sync::{Arc, OnceLock};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use lode_core::api::MilliCredits;
use lode_ledger::Balance;

use crate::app::App;
use crate::guard::Caller;

const AVAILABLE: HeaderName = HeaderName::from_static("lode-credits-available");
const HELD: HeaderName = HeaderName::from_static("lode-credits-held");
const CHARGED: HeaderName = HeaderName::from_static("lode-credits-charged");
const POOLS: HeaderName = HeaderName::from_static("lode-credits-pools");
const RESETS_AT: HeaderName = HeaderName::from_static("lode-credits-resets-at");

/// All of them.
pub(crate) const ALL: [HeaderName; 5] = [AVAILABLE, HELD, CHARGED, POOLS, RESETS_AT];

/// Where the extractor of the caller leaves whom it has found.
#[derive(Clone, Default)]
pub(crate) struct KnownCaller(Arc<OnceLock<Caller>>);

impl KnownCaller {
    /// Leaves the caller of a request.
    pub(crate) fn set(&self, caller: Caller) {
        // A second extraction finds the same one.
        let _ = self.0.set(caller);
    }
}

/// Adds the headers where the handler has not.
pub(crate) async fn on_every_answer(
    State(app): State<App>,
    mut request: Request,
    next: Next,
) -> Response {
    let known = KnownCaller::default();
    request.extensions_mut().insert(known.clone());
    let mut response = next.run(request).await;
    let Some(caller) = known.0.get() else {
        return response;
    };
    if !response.headers().contains_key(&AVAILABLE) {
        // Where the database does not answer, the answer is there all the same.
        let balance = app.store.balance(&caller.viewer(&app), app.now()).await;
        if let Ok(balance) = balance {
            write(response.headers_mut(), &balance, 0);
        }
    }
    response
}

/// Writes a balance, and what the call has cost.
pub(crate) fn write(headers: &mut HeaderMap, balance: &Balance, charged: MilliCredits) {
    let total = balance.total();
    headers.insert(AVAILABLE, total.available.into());
    headers.insert(HELD, total.held.into());
    headers.insert(CHARGED, charged.into());
    if let Ok(pools) = HeaderValue::from_str(&pools(balance)) {
        headers.insert(POOLS, pools);
    }
    if let Some(resets_at) = balance.resets_at {
        headers.insert(RESETS_AT, resets_at.into());
    }
}

/// Balances by pool as a structured header (RFC 9651, a list of tokens with parameters).
fn pools(balance: &Balance) -> String {
    balance
        .pools
        .iter()
        .map(|(pool, sums)| {
            format!(
                "{pool};available={};held={};limit={}",
                sums.available, sums.held, sums.plan_limit
            )
        })
        .collect::<Vec<_>>()
        .join(", ")
}
