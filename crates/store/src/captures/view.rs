//! Captures as the API shows them.

use lode_core::api::{CaptureView, Credits, EmailView, Receipt, UnixMillis};
use lode_core::email::EmailStatus;
use lode_ledger::AccountHeader;
use uuid::Uuid;

use super::state_by_name;
use crate::error::{Result, StoreError};
use crate::sql::{Row, Tx, sql};
use crate::{Store, accounts, credits};

/// Captures that changed, with the cursor for the next call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The changed captures, oldest change first.
    pub captures: Vec<CaptureView>,
    /// The account's version up to which these are all.
    pub next: i64,
    /// The account's credits now.
    pub credits: Credits,
}

impl Store {
    /// A capture of an account.
    ///
    /// # Errors
    /// The database.
    pub async fn capture(
        &self,
        account_id: Uuid,
        operation_id: Uuid,
        now: UnixMillis,
    ) -> Result<Option<CaptureView>> {
        let mut tx = self.db.read().await?;
        let header = accounts::read_header(&mut tx, account_id).await?;
        read_view(&mut tx, account_id, operation_id, header, now).await
    }

    /// The receipt of a capture or of another priced action; `None` where there is no such
    /// operation, `Some(None)` where it is not settled yet.
    ///
    /// # Errors
    /// The database.
    pub async fn receipt(
        &self,
        account_id: Uuid,
        operation_id: Uuid,
    ) -> Result<Option<Option<Receipt>>> {
        let mut tx = self.db.read().await?;
        tx.optional(
            sql(
                "SELECT receipt FROM captures WHERE account_id = $1 AND operation_id = $2
                 UNION ALL
                 SELECT receipt FROM operations WHERE account_id = $1 AND id = $2
                 LIMIT 1",
            )
            .bind(account_id)
            .bind(operation_id),
        )
        .await?
        .map(|row| row.opt_json("receipt"))
        .transpose()
    }

    /// The captures that changed after a version, oldest change first, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn changes(
        &self,
        account_id: Uuid,
        after: i64,
        limit: u32,
        now: UnixMillis,
    ) -> Result<Changes> {
        let mut tx = self.db.read().await?;
        let (header, version) = accounts::read_header_and_version(&mut tx, account_id).await?;
        let credits = credits::balance(&mut tx, account_id, header, now).await?;
        let captures = tx
            .all(
                sql(
                    "SELECT c.operation_id, c.lead_id, c.version, c.state, c.reason, c.receipt,
                            c.captured_at, c.updated_at, l.lead, e.address, e.status, e.score,
                            e.reasons, e.checked_at
                     FROM captures c
                     JOIN leads l ON l.id = c.lead_id
                     LEFT JOIN emails e ON e.lead_id = c.lead_id
                     WHERE c.account_id = $1 AND c.version > $2
                     ORDER BY c.version LIMIT $3",
                )
                .bind(account_id)
                .bind(after)
                .bind(i64::from(limit)),
            )
            .await?
            .iter()
            .map(|row| view(row, credits))
            .collect::<Result<Vec<_>>>()?;
        // A cursor from before the data was set back would wait for ever.
        let next = captures
            .last()
            .map_or(after.min(version), |capture| capture.version);
        Ok(Changes {
            captures,
            next,
            credits,
        })
    }
}

/// A capture's view inside a transaction.
pub(crate) async fn read_view(
    tx: &mut Tx,
    account_id: Uuid,
    operation_id: Uuid,
    header: AccountHeader,
    now: UnixMillis,
) -> Result<Option<CaptureView>> {
    let Some(row) = tx
        .optional(
            sql(
                "SELECT c.operation_id, c.lead_id, c.version, c.state, c.reason, c.receipt,
                        c.captured_at, c.updated_at, l.lead, e.address, e.status, e.score,
                        e.reasons, e.checked_at
                 FROM captures c
                 JOIN leads l ON l.id = c.lead_id
                 LEFT JOIN emails e ON e.lead_id = c.lead_id
                 WHERE c.account_id = $1 AND c.operation_id = $2",
            )
            .bind(account_id)
            .bind(operation_id),
        )
        .await?
    else {
        return Ok(None);
    };
    let credits = credits::balance(tx, account_id, header, now).await?;
    view(&row, credits).map(Some)
}

fn view(row: &Row, credits: Credits) -> Result<CaptureView> {
    Ok(CaptureView {
        operation_id: row.uuid("operation_id")?,
        lead_id: row.uuid("lead_id")?,
        version: row.int("version")?,
        state: state_by_name(&row.text("state")?)
            .ok_or_else(|| StoreError::Corrupt("a capture's state".to_owned()))?,
        lead: row.json("lead")?,
        email: email(row)?,
        reason: row.opt_text("reason")?,
        receipt: row.opt_json("receipt")?,
        captured_at: row.int("captured_at")?,
        updated_at: row.int("updated_at")?,
        credits,
    })
}

/// The address in a row joined with `emails`, if there is one.
pub(crate) fn email(row: &Row) -> Result<Option<EmailView>> {
    let Some(address) = row.opt_text("address")? else {
        return Ok(None);
    };
    Ok(Some(EmailView {
        address,
        status: status_by_name(&row.text("status")?)?,
        score: u8::try_from(row.int("score")?)
            .map_err(|_| StoreError::Corrupt("a score".to_owned()))?,
        reasons: row.json("reasons")?,
        checked_at: row.int("checked_at")?,
    }))
}

/// The stored name of a verification's state: its name on the wire.
pub(crate) fn status_name(status: EmailStatus) -> Result<String> {
    match serde_json::to_value(status)? {
        serde_json::Value::String(name) => Ok(name),
        _ => Err(StoreError::Corrupt("an address's state".to_owned())),
    }
}

pub(crate) fn status_by_name(name: &str) -> Result<EmailStatus> {
    Ok(serde_json::from_value(serde_json::Value::String(
        name.to_owned(),
    ))?)
}
