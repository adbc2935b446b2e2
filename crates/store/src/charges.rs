//! What was charged, for whom and for which value: nobody pays twice for one.

use lode_core::api::UnixMillis;
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::Result;
use crate::pricing::Pricing;
use crate::secret::Hash;
use crate::sql::{Tx, sql};

/// The one kind of data that captures pay for so far.
const EMAIL: &str = "email";

/// Whether a look-up of the lead's address is a repeat of one that was paid within the
/// policy's window, and so free.
pub(crate) async fn is_repeat(
    tx: &mut Tx,
    account: &LockedAccount,
    lead_id: Uuid,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<bool> {
    let charged_at = tx
        .one(
            sql("SELECT MAX(charged_at) AS charged_at FROM charges
                 WHERE account_id = $1 AND lead_id = $2 AND datum = $3")
            .bind(account.id)
            .bind(lead_id)
            .bind(EMAIL),
        )
        .await?
        .opt_int("charged_at")?;
    Ok(charged_at.is_some_and(|at| pricing.covers(at, account.period_started_at(), now)))
}

/// Whether this very value was paid for before, for whichever lead.
pub(crate) async fn value_is_paid(
    tx: &mut Tx,
    account: &LockedAccount,
    value: &Hash,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<bool> {
    let charged_at = tx
        .one(
            sql("SELECT MAX(charged_at) AS charged_at FROM charges
                 WHERE account_id = $1 AND datum = $2 AND value_hash = $3")
            .bind(account.id)
            .bind(EMAIL)
            .bind(value.as_slice()),
        )
        .await?
        .opt_int("charged_at")?;
    Ok(charged_at.is_some_and(|at| pricing.covers_value(at, account.period_started_at(), now)))
}

/// A charge to be remembered.
pub(crate) struct Charge<'a> {
    pub(crate) operation: &'a str,
    pub(crate) lead_id: Uuid,
    pub(crate) value: &'a Hash,
    pub(crate) amount: i64,
}

/// Remembers a charge.
pub(crate) async fn insert(
    tx: &mut Tx,
    account_id: Uuid,
    charge: &Charge<'_>,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(
        sql("INSERT INTO charges
             (account_id, operation_id, lead_id, datum, value_hash, amount, charged_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)")
        .bind(account_id)
        .bind(charge.operation)
        .bind(charge.lead_id)
        .bind(EMAIL)
        .bind(charge.value.as_slice())
        .bind(charge.amount)
        .bind(now),
    )
    .await?;
    Ok(())
}
