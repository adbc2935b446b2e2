//! What was charged, for whom and for which value: nobody pays twice for one.

use lode_core::api::UnixMillis;
use lode_ledger::Action;
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::Result;
use crate::pricing::Pricing;
use crate::secret::Hash;
use crate::sql::{Statement, Tx, sql};

/// E-mail addresses: what captures find and what verifications are of.
pub(crate) const EMAIL: &str = "email";

/// Whole leads: what downloads and imports are of.
pub(crate) const LEAD: &str = "lead";

/// Whether a look-up of the lead's address is a repeat of one that was paid within the
/// policy's window, and so free.
pub(crate) async fn is_repeat(
    tx: &mut Tx,
    account: &LockedAccount,
    lead_id: Uuid,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<bool> {
    let charged_at = lead_paid_at(tx, account.id, lead_id, EMAIL).await?;
    Ok(charged_at.is_some_and(|at| pricing.covers(at, account.period_started_at(now), now)))
}

/// Whether this very address was paid for before, for whichever lead.
pub(crate) async fn value_is_paid(
    tx: &mut Tx,
    account: &LockedAccount,
    value: &Hash,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<bool> {
    let charged_at = value_paid_at(tx, account.id, EMAIL, value).await?;
    Ok(charged_at.is_some_and(|at| pricing.covers_value(at, account.period_started_at(now), now)))
}

/// Whether an action on this value, or on this lead, is a repeat of one that was paid
/// within the policy's window.
pub(crate) async fn is_repeat_of(
    tx: &mut Tx,
    account: &LockedAccount,
    action: &Action,
    subject: &Subject,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<bool> {
    let charged_at = paid_at(tx, account.id, subject).await?;
    let period = account.period_started_at(now);
    Ok(charged_at.is_some_and(|at| pricing.repeat_covers(action, at, period, now)))
}

/// When this value, or this datum of this lead, was last paid for.
pub(crate) async fn paid_at(
    tx: &mut Tx,
    account_id: Uuid,
    subject: &Subject,
) -> Result<Option<UnixMillis>> {
    let of_value = value_paid_at(tx, account_id, subject.datum, &subject.value).await?;
    Ok(match subject.lead_id {
        Some(lead_id) => of_value.max(lead_paid_at(tx, account_id, lead_id, subject.datum).await?),
        None => of_value,
    })
}

/// When a lead's datum was last paid for; what was given back does not count.
async fn lead_paid_at(
    tx: &mut Tx,
    account_id: Uuid,
    lead_id: Uuid,
    datum: &str,
) -> Result<Option<UnixMillis>> {
    tx.one(
        sql("SELECT MAX(charged_at) AS charged_at FROM charges
             WHERE account_id = $1 AND lead_id = $2 AND datum = $3 AND refunded_at IS NULL")
        .bind(account_id)
        .bind(lead_id)
        .bind(datum),
    )
    .await?
    .opt_int("charged_at")
}

async fn value_paid_at(
    tx: &mut Tx,
    account_id: Uuid,
    datum: &str,
    value: &Hash,
) -> Result<Option<UnixMillis>> {
    tx.one(
        sql("SELECT MAX(charged_at) AS charged_at FROM charges
             WHERE account_id = $1 AND datum = $2 AND value_hash = $3 AND refunded_at IS NULL")
        .bind(account_id)
        .bind(datum)
        .bind(value.as_slice()),
    )
    .await?
    .opt_int("charged_at")
}

/// What an action is of: the thing that is not paid for twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subject {
    /// Kind of data.
    pub(crate) datum: &'static str,
    /// Keyed hash of the value.
    pub(crate) value: Hash,
    /// The lead that it belongs to.
    pub(crate) lead_id: Option<Uuid>,
}

/// Remembers a charge; `item` counts those of one operation.
pub(crate) async fn insert(
    tx: &mut Tx,
    account_id: Uuid,
    operation: &str,
    item: i64,
    subject: &Subject,
    amount: i64,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(inserting(account_id, operation, item, subject, amount, now))
        .await?;
    Ok(())
}

/// The statement that does.
pub(crate) fn inserting(
    account_id: Uuid,
    operation: &str,
    item: i64,
    subject: &Subject,
    amount: i64,
    now: UnixMillis,
) -> Statement {
    sql("INSERT INTO charges
             (account_id, operation_id, item, lead_id, datum, value_hash, amount, charged_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(account_id)
    .bind(operation)
    .bind(item)
    .bind(subject.lead_id)
    .bind(subject.datum)
    .bind(subject.value.as_slice())
    .bind(amount)
    .bind(now)
}
