//! Look-ups: the jobs that find addresses, with leases, so that a killed server's work is
//! taken over.

mod claim;
mod evidence;
mod finish;

pub(crate) use claim::owned_account;
pub use claim::{Claimed, GivenBack};
pub use evidence::Evidence;
pub use finish::{EVIDENCE_BYTES_MAX, Finished, LookupEnd};

use lode_core::api::{CaptureState, UnixMillis};
use lode_core::lead::Lead;
use lode_ledger::OperationId;
use uuid::Uuid;

use crate::error::{Result, StoreError};
use crate::leads::{StoredLead, identity::fold};
use crate::secret::{Hash, keyed_hash};
use crate::sql::{Statement, Tx, sql};

/// A look-up under way for a lead.
pub(crate) struct OpenLookup {
    pub(crate) id: Uuid,
    /// The state of the captures that wait for it.
    pub(crate) state: CaptureState,
}

/// The look-up under way for a lead, if there is one; never more than one.
pub(crate) async fn open_for(tx: &mut Tx, lead_id: Uuid) -> Result<Option<OpenLookup>> {
    let Some(row) = tx
        .optional(
            sql("SELECT id, state FROM lookups WHERE lead_id = $1 AND state <> 'done'")
                .bind(lead_id),
        )
        .await?
    else {
        return Ok(None);
    };
    let state = crate::captures::state_by_name(&row.text("state")?)
        .filter(|state| state.is_open())
        .ok_or_else(|| StoreError::Corrupt("a look-up's state".to_owned()))?;
    Ok(Some(OpenLookup {
        id: row.uuid("id")?,
        state,
    }))
}

/// Puts a look-up into the queue: its id, and the statement that does.
pub(crate) fn queue(
    account_id: Uuid,
    lead: &StoredLead,
    key: &[u8],
    capture_id: Uuid,
    hold_operation: Option<OperationId>,
    now: UnixMillis,
) -> (Uuid, Statement) {
    let id = Uuid::now_v7();
    let company = company_key(&lead.lead, key);
    let statement = sql("INSERT INTO lookups
             (id, account_id, lead_id, capture_id, hold_operation, state, attempts, deferrals,
              run_at, company, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, 'queued', 0, 0, $6, $7, $6, $6)")
    .bind(id)
    .bind(account_id)
    .bind(lead.id)
    .bind(capture_id)
    .bind(hold_operation.map(String::from))
    .bind(now)
    .bind(company.as_ref().map(Hash::as_slice));
    (id, statement)
}

/// By what look-ups of one company know each other: its domain, or else its name. A hash, since
/// a name on a page may be longer than an index takes.
fn company_key(lead: &Lead, key: &[u8]) -> Option<Hash> {
    let name = match (&lead.company_domain, &lead.company) {
        (Some(domain), _) => format!("@{}", fold(domain)),
        (None, Some(company)) => fold(company),
        (None, None) => return None,
    };
    (!name.is_empty()).then(|| keyed_hash(key, &format!("company|{name}")))
}
