//! How fast an account's provider is asked, for all servers together: a generic cell rate, by
//! reservation. Whoever asks takes the next turn at once and is told when it comes, so that
//! nobody asks twice and turns come in the order in which they were taken.

use lode_core::api::UnixMillis;
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::sql::{dialect, sql};

/// A limit of a provider, and whose it is.
#[derive(Debug, Clone, Copy)]
pub struct PaceLimit<'a> {
    /// The account.
    pub account_id: Uuid,
    /// The provider's stable name.
    pub provider: &'a str,
    /// The limit's name, one of its provider's.
    pub name: &'a str,
    /// Milliseconds between two requests in the long run; 0 for what only holds pauses.
    pub every_ms: i64,
    /// By how many milliseconds a request may come early: what may go at once.
    pub early_ms: i64,
}

impl Store {
    /// Takes the next turn within a limit, if it comes within `most_ms` from `now`: in how many
    /// milliseconds. Where it would not come in time none is taken, and when it would come is
    /// told.
    ///
    /// # Errors
    /// The database; then no turn is taken.
    pub async fn take_provider_turn(
        &self,
        limit: &PaceLimit<'_>,
        most_ms: i64,
        now: UnixMillis,
    ) -> Result<i64> {
        let latest = now.saturating_add(limit.early_ms).saturating_add(most_ms);
        let taken = self
            .db
            .write_one(
                dialect(
                    "INSERT INTO provider_paces (account_id, provider, name, arrival_at)
                     VALUES ($1, $2, $3, $4 + $5)
                     ON CONFLICT (account_id, provider, name) DO UPDATE
                     SET arrival_at = MAX(provider_paces.arrival_at, $4) + $5
                     WHERE provider_paces.arrival_at <= $6
                     RETURNING arrival_at",
                    "INSERT INTO provider_paces (account_id, provider, name, arrival_at)
                     VALUES ($1, $2, $3, $4 + $5)
                     ON CONFLICT (account_id, provider, name) DO UPDATE
                     SET arrival_at = GREATEST(provider_paces.arrival_at, $4) + $5
                     WHERE provider_paces.arrival_at <= $6
                     RETURNING arrival_at",
                )
                .bind(limit.account_id)
                .bind(limit.provider)
                .bind(limit.name)
                .bind(now)
                .bind(limit.every_ms)
                .bind(latest),
            )
            .await?;
        let arrival = match taken {
            Some(row) => row.int("arrival_at")?.saturating_sub(limit.every_ms),
            None => self
                .db
                .read_one(
                    sql("SELECT arrival_at FROM provider_paces
                         WHERE account_id = $1 AND provider = $2 AND name = $3")
                    .bind(limit.account_id)
                    .bind(limit.provider)
                    .bind(limit.name),
                )
                .await?
                // At least what it was turned away for, whatever happened since.
                .map_or(Ok(latest), |row| row.int("arrival_at"))?
                .max(latest.saturating_add(1)),
        };
        Ok(arrival
            .saturating_sub(limit.early_ms)
            .saturating_sub(now)
            .max(0))
    }

    /// Lets no turn within a limit come before `until`: the provider says that nothing is left.
    ///
    /// # Errors
    /// The database.
    pub async fn pause_provider(&self, limit: &PaceLimit<'_>, until: UnixMillis) -> Result<()> {
        self.db
            .write_one(
                dialect(
                    "INSERT INTO provider_paces (account_id, provider, name, arrival_at)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (account_id, provider, name) DO UPDATE
                     SET arrival_at = MAX(provider_paces.arrival_at, excluded.arrival_at)",
                    "INSERT INTO provider_paces (account_id, provider, name, arrival_at)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (account_id, provider, name) DO UPDATE
                     SET arrival_at = GREATEST(provider_paces.arrival_at, excluded.arrival_at)",
                )
                .bind(limit.account_id)
                .bind(limit.provider)
                .bind(limit.name)
                .bind(until.saturating_add(limit.early_ms)),
            )
            .await?;
        Ok(())
    }

    /// Drops paces of which all was worked off at `now`: they hold nothing up any more.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_provider_paces(&self, now: UnixMillis) -> Result<()> {
        let mut tx = self.db.write().await?;
        let text = "DELETE FROM provider_paces WHERE arrival_at <= $1";
        tx.execute(sql(text).bind(now)).await?;
        tx.commit().await
    }
}
