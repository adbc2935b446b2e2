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

/// The call of the same question that has no answer yet, where that keeps this one back.
pub(super) async fn under_way(
    tx: &mut Tx,
    key: &[u8],
    call: &Call<'_>,
    now: UnixMillis,
) -> Result<Option<CallBegun>> {
    let Some(row) = tx
        .optional(
            sql("SELECT id, task, asked_at FROM provider_calls
                 WHERE account_id = $1 AND provider = $2 AND person_hash = $3
                   AND purpose = $4 AND state = 'asked' AND (task IS NOT NULL OR $5 = 1)
                 ORDER BY CASE WHEN task IS NULL THEN 1 ELSE 0 END, asked_at DESC, id DESC
                 LIMIT 1")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(keyed_hash(key, call.person).as_slice())
            .bind(call.purpose)
            .bind(i64::from(call.once)),
        )
        .await?
    else {
        return Ok(None);
    };
    let id = row.uuid("id")?;
    if let Some(task) = row.opt_text("task")? {
        return Ok(Some(CallBegun::UnderWay { id, task }));
    }
    if row.int("asked_at")? > now.saturating_sub(ONCE_FOR_MS) {
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
