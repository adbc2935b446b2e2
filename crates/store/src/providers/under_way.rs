//! Calls without an answer yet: what a provider works on, and what nobody knows of.

use lode_core::api::UnixMillis;
use uuid::Uuid;

use super::calls::{Call, CallBegun};
use crate::Store;
use crate::error::Result;
use crate::secret::keyed_hash;
use crate::sql::{Tx, sql};

/// For how long a call that is made once may be under way, in milliseconds.
const ONCE_FOR_MS: i64 = 2 * 60 * 1000;

impl Store {
    /// Keeps the provider's id of the work that a call has begun: whoever asks the same looks
    /// at that from now on. `false` where the call has ended, or its lead was erased.
    ///
    /// # Errors
    /// The database; then the call stands as begun without an answer.
    pub async fn keep_task(&self, id: Uuid, task: &str) -> Result<bool> {
        let kept = self
            .db
            .write_one(
                sql("UPDATE provider_calls SET task = $2
                     WHERE id = $1 AND state = 'asked' RETURNING id")
                .bind(id)
                .bind(task),
            )
            .await?;
        Ok(kept.is_some())
    }
}

/// The call of the same question that has no answer yet, where that keeps this one back. A
/// look-up looks for its own only: what another has begun, that one ends, under its own lease.
pub(super) async fn under_way(
    tx: &mut Tx,
    key: &[u8],
    call: &Call<'_>,
    now: UnixMillis,
) -> Result<Option<CallBegun>> {
    let own = call.worker.map(|_| call.operation);
    let Some(row) = tx
        .optional(
            sql("SELECT id, task, asked_at FROM provider_calls
                 WHERE account_id = $1 AND provider = $2 AND person_hash = $3
                   AND purpose = $4 AND state = 'asked' AND (task IS NOT NULL OR $5 = 1)
                   AND ($6 = 0 OR operation = $7)
                 ORDER BY CASE WHEN task IS NULL THEN 1 ELSE 0 END, asked_at DESC, id DESC
                 LIMIT 1")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(keyed_hash(key, call.person).as_slice())
            .bind(call.purpose)
            .bind(i64::from(call.once))
            .bind(i64::from(own.is_some()))
            .bind(call.operation),
        )
        .await?
    else {
        let lost = call.once && own.is_some() && is_lost(tx, key, call).await?;
        return Ok(lost.then_some(CallBegun::Unanswered));
    };
    let id = row.uuid("id")?;
    if let Some(task) = row.opt_text("task")? {
        return Ok(Some(CallBegun::UnderWay { id, task }));
    }
    // Who holds the lease knows that nobody else is at it.
    if own.is_none() && row.int("asked_at")? > now.saturating_sub(ONCE_FOR_MS) {
        return Ok(Some(CallBegun::AtIt));
    }
    tx.execute(
        sql(
            "UPDATE provider_calls SET state = 'failed', error = 'provider_lost', answered_at = $2
             WHERE id = $1 AND state = 'asked'",
        )
        .bind(id)
        .bind(now),
    )
    .await?;
    Ok(Some(CallBegun::Unanswered))
}

/// Whether the look-up's call of the question gave no answer before and may be paid for.
async fn is_lost(tx: &mut Tx, key: &[u8], call: &Call<'_>) -> Result<bool> {
    let row = tx
        .optional(
            sql("SELECT id FROM provider_calls
                 WHERE account_id = $1 AND provider = $2 AND person_hash = $3 AND purpose = $4
                   AND operation = $5 AND state = 'failed' AND cost IS NULL LIMIT 1")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(keyed_hash(key, call.person).as_slice())
            .bind(call.purpose)
            .bind(call.operation),
        )
        .await?;
    Ok(row.is_some())
}

/// A look-up repeats a question whose repeat is free: what its earlier calls may have cost, this
/// one stands for, so that their reservations do not add up.
pub(super) async fn take_over(
    tx: &mut Tx,
    key: &[u8],
    call: &Call<'_>,
    now: UnixMillis,
) -> Result<()> {
    let earlier = tx
        .all(
            sql("UPDATE provider_calls
                 SET state = 'failed', error = COALESCE(error, 'provider_lost'), cost = 0,
                     answered_at = COALESCE(answered_at, $6)
                 WHERE account_id = $1 AND provider = $2 AND person_hash = $3 AND purpose = $4
                   AND operation = $5 AND state IN ('asked', 'failed') AND cost IS NULL
                 RETURNING day, reserved")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(keyed_hash(key, call.person).as_slice())
            .bind(call.purpose)
            .bind(call.operation)
            .bind(now),
        )
        .await?;
    for row in earlier {
        tx.execute(
            sql("UPDATE provider_spend SET spent = spent - $4
                 WHERE account_id = $1 AND provider = $2 AND day = $3")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(row.int("day")?)
            .bind(row.int("reserved")?),
        )
        .await?;
    }
    Ok(())
}
