//! Captures: one click's lead, stored once however often it is sent.

mod submit;
mod view;

pub use submit::{Resumed, Submitted};
pub use view::{Changes, ShownCapture};
pub(crate) use view::{email, status_by_name, status_name, view_of};

use lode_core::api::{CaptureState, Receipt, UnixMillis};
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::Result;
use crate::sql::{Statement, Tx, sql};

/// The name of a state in the database: its name on the wire.
pub(crate) fn state_name(state: CaptureState) -> &'static str {
    match state {
        CaptureState::Queued => "queued",
        CaptureState::Working => "working",
        CaptureState::Deferred => "deferred",
        CaptureState::Found => "found",
        CaptureState::Unsure => "unsure",
        CaptureState::NotFound => "not_found",
        CaptureState::NeedsDomain => "needs_domain",
        CaptureState::OutOfCredits => "out_of_credits",
        CaptureState::Failed => "failed",
    }
}

/// A state by its name in the database.
pub(crate) fn state_by_name(name: &str) -> Option<CaptureState> {
    [
        CaptureState::Queued,
        CaptureState::Working,
        CaptureState::Deferred,
        CaptureState::Found,
        CaptureState::Unsure,
        CaptureState::NotFound,
        CaptureState::NeedsDomain,
        CaptureState::OutOfCredits,
        CaptureState::Failed,
    ]
    .into_iter()
    .find(|state| state_name(*state) == name)
}

/// What a capture becomes.
pub(crate) struct CaptureChange<'a> {
    pub(crate) state: CaptureState,
    pub(crate) reason: Option<&'a str>,
    pub(crate) receipt: Option<&'a Receipt>,
}

/// Changes one capture's standing, under a new version of the account.
pub(crate) async fn change(
    tx: &mut Tx,
    account: &mut LockedAccount,
    operation_id: Uuid,
    change: &CaptureChange<'_>,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(changing(account, operation_id, change, now)?)
        .await?;
    Ok(())
}

/// The statement that does.
pub(crate) fn changing(
    account: &mut LockedAccount,
    operation_id: Uuid,
    change: &CaptureChange<'_>,
    now: UnixMillis,
) -> Result<Statement> {
    let version = account.next_version();
    Ok(sql(
        "UPDATE captures SET state = $3, reason = $4, receipt = $5, version = $6,
                updated_at = $7
            WHERE account_id = $1 AND operation_id = $2",
    )
    .bind(account.id)
    .bind(operation_id)
    .bind(state_name(change.state))
    .bind(change.reason.map(str::to_owned))
    .bind(change.receipt.map(serde_json::to_string).transpose()?)
    .bind(version)
    .bind(now))
}

/// Gives a capture a new version: something that it shows has changed.
pub(crate) async fn touch(
    tx: &mut Tx,
    account: &mut LockedAccount,
    operation_id: Uuid,
    now: UnixMillis,
) -> Result<()> {
    let version = account.next_version();
    tx.execute(
        sql("UPDATE captures SET version = $3, updated_at = $4
             WHERE account_id = $1 AND operation_id = $2")
        .bind(account.id)
        .bind(operation_id)
        .bind(version)
        .bind(now),
    )
    .await?;
    Ok(())
}

/// The captures that wait for a look-up, in the order in which they were taken.
pub(crate) async fn waiting_for(
    tx: &mut Tx,
    account_id: Uuid,
    lookup_id: Uuid,
) -> Result<Vec<Uuid>> {
    tx.all(
        sql("SELECT operation_id FROM captures
             WHERE account_id = $1 AND lookup_id = $2
                   AND state IN ('queued', 'working', 'deferred')
             ORDER BY created_at, operation_id")
        .bind(account_id)
        .bind(lookup_id),
    )
    .await?
    .iter()
    .map(|row| row.uuid("operation_id"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_stored_under_their_names_on_the_wire() {
        for name in [
            "queued",
            "working",
            "deferred",
            "found",
            "unsure",
            "not_found",
            "needs_domain",
            "out_of_credits",
            "failed",
        ] {
            let state = state_by_name(name).unwrap();
            assert_eq!(serde_json::to_value(state).unwrap(), name);
        }
        assert_eq!(state_by_name("Queued"), None);
    }
}
