//! Captures as the API shows them.

use lode_core::api::{CaptureView, Credits, EmailView, MobileView, UnixMillis};
use lode_core::email::EmailStatus;
use lode_core::lead::Lead;
use lode_ledger::Balance;
use uuid::Uuid;

use super::state_by_name;
use crate::accounts::{LockedAccount, period_started_at};
use crate::actions::offer::{self, mobile_columns, mobile_join};
use crate::error::{Result, StoreError};
use crate::sql::{Row, Tx, sql};
use crate::{Store, Viewer, accounts, credits};

/// A capture with the credit of the moment, both as the viewer sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownCapture {
    /// The capture.
    pub view: CaptureView,
    /// The credit by pool.
    pub balance: Balance,
}

/// Captures that changed, with the cursor for the next call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The changed captures, oldest change first.
    pub captures: Vec<CaptureView>,
    /// The account's version up to which these are all.
    pub next: i64,
    /// The credit now, in one sum and by pool, as the viewer sees it.
    pub credits: Credits,
    /// The credit by pool.
    pub balance: Balance,
}

/// What [`view`] reads, up to the condition.
macro_rules! view_of_captures {
    () => {
        concat!(
            "SELECT c.operation_id, c.lead_id, c.version, c.state, c.reason, c.receipt,
                    c.captured_at, c.updated_at, l.lead, e.address, e.status, e.score,
                    e.reasons, e.checked_at, e.domain_confidence, ",
            mobile_columns!(),
            " FROM captures c
              JOIN leads l ON l.id = c.lead_id
              LEFT JOIN emails e ON e.lead_id = c.lead_id ",
            mobile_join!(),
        )
    };
}

impl Store {
    /// A capture of the viewer's account.
    ///
    /// # Errors
    /// The database.
    pub async fn capture(
        &self,
        viewer: &Viewer<'_>,
        operation_id: Uuid,
        now: UnixMillis,
    ) -> Result<Option<ShownCapture>> {
        let mut tx = self.db.read().await?;
        let header = accounts::read_header(&mut tx, viewer.account_id).await?;
        let period = period_started_at(&header, now);
        let balance = credits::balance(&mut tx, viewer, header, now).await?;
        read_view(&mut tx, viewer, operation_id, period, balance, now).await
    }

    /// The captures that changed after a version, oldest change first, at most `limit`.
    ///
    /// # Errors
    /// The database.
    pub async fn changes(
        &self,
        viewer: &Viewer<'_>,
        after: i64,
        limit: u32,
        now: UnixMillis,
    ) -> Result<Changes> {
        let mut tx = self.db.read().await?;
        let (header, version) =
            accounts::read_header_and_version(&mut tx, viewer.account_id).await?;
        let period = period_started_at(&header, now);
        let balance = credits::balance(&mut tx, viewer, header, now).await?;
        let credits = credits::sum(&balance);
        let rows = tx
            .all(
                sql(concat!(
                    view_of_captures!(),
                    " WHERE c.account_id = $1 AND c.version > $2
                      ORDER BY c.version LIMIT $3",
                ))
                .bind(viewer.account_id)
                .bind(after)
                .bind(i64::from(limit)),
            )
            .await?;
        let mut captures = Vec::with_capacity(rows.len());
        for row in &rows {
            let lead: Lead = row.json("lead")?;
            let mobile = offer::read(&mut tx, row, &lead, period, viewer.pricing, now).await?;
            captures.push(view(row, lead, mobile, credits)?);
        }
        // A cursor from before the data was set back would wait for ever.
        let next = captures
            .last()
            .map_or(after.min(version), |capture| capture.version);
        Ok(Changes {
            captures,
            next,
            credits,
            balance,
        })
    }
}

/// A capture of an account that the transaction holds, as it stands now.
pub(crate) async fn view_of(
    tx: &mut Tx,
    viewer: &Viewer<'_>,
    account: &LockedAccount,
    operation_id: Uuid,
    now: UnixMillis,
) -> Result<ShownCapture> {
    let balance = account.balance(tx, viewer, now).await?;
    let period = account.period_started_at(now);
    read_view(tx, viewer, operation_id, period, balance, now)
        .await?
        .ok_or_else(|| StoreError::Corrupt("a capture without lead".to_owned()))
}

pub(super) async fn read_view(
    tx: &mut Tx,
    viewer: &Viewer<'_>,
    operation_id: Uuid,
    period_started_at: UnixMillis,
    balance: Balance,
    now: UnixMillis,
) -> Result<Option<ShownCapture>> {
    let Some(row) = tx
        .optional(
            sql(concat!(
                view_of_captures!(),
                " WHERE c.account_id = $1 AND c.operation_id = $2",
            ))
            .bind(viewer.account_id)
            .bind(operation_id),
        )
        .await?
    else {
        return Ok(None);
    };
    let lead: Lead = row.json("lead")?;
    let mobile = offer::read(tx, &row, &lead, period_started_at, viewer.pricing, now).await?;
    let view = view(&row, lead, mobile, credits::sum(&balance))?;
    Ok(Some(ShownCapture { view, balance }))
}

fn view(
    row: &Row,
    lead: Lead,
    mobile: Option<MobileView>,
    credits: Credits,
) -> Result<CaptureView> {
    Ok(CaptureView {
        operation_id: row.uuid("operation_id")?,
        lead_id: row.uuid("lead_id")?,
        version: row.int("version")?,
        state: state_by_name(&row.text("state")?)
            .ok_or_else(|| StoreError::Corrupt("a capture's state".to_owned()))?,
        lead,
        email: email(row)?,
        reason: row.opt_text("reason")?,
        receipt: row.opt_json("receipt")?,
        mobile,
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
        domain_confidence: row
            .opt_int("domain_confidence")?
            .map(u8::try_from)
            .transpose()
            .map_err(|_| StoreError::Corrupt("a domain's confidence".to_owned()))?,
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
