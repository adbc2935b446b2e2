//! Connections at once to mail servers, counted for all servers: a key has numbered places, and
//! whoever may connect has one of them under a lease.
//!
//! The primary key is what keeps the limit: a place has one row, and a row whose lease has not
//! ended is taken over by nobody. So one statement takes a place, without a lock around it.

use lode_core::api::UnixMillis;

use crate::Store;
use crate::error::Result;
use crate::sql::sql;

impl Store {
    /// Takes one of `most` places of `name` for `holder` until `until`, where one is free or its
    /// lease has ended at `now`; whether it did. Of several who take the last places at the same
    /// moment one may be turned away though another place is free: it asks again.
    ///
    /// # Errors
    /// The database.
    pub async fn take_probe_slot(
        &self,
        name: &str,
        most: u32,
        holder: &str,
        now: UnixMillis,
        until: UnixMillis,
    ) -> Result<bool> {
        let taken = self
            .db
            .write_one_hastily(
                sql("WITH RECURSIVE places (place) AS (
                         SELECT CAST(0 AS BIGINT)
                         UNION ALL SELECT place + 1 FROM places WHERE place + 1 < $2)
                     INSERT INTO probe_slots (name, place, holder, until)
                     SELECT $1, places.place, $3, $5 FROM places
                     WHERE NOT EXISTS (SELECT 1 FROM probe_slots held
                                       WHERE held.name = $1 AND held.place = places.place
                                         AND held.until > $4)
                     ORDER BY random() LIMIT 1
                     ON CONFLICT (name, place) DO UPDATE
                     SET holder = excluded.holder, until = excluded.until
                     WHERE probe_slots.until <= $4
                     RETURNING place")
                .bind(name)
                .bind(i64::from(most.max(1)))
                .bind(holder)
                .bind(now)
                .bind(until),
            )
            .await?;
        Ok(taken.is_some())
    }

    /// Keeps a holder's place of `name` until `until`; `false` where its lease had ended and
    /// another one has it.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_probe_slot(
        &self,
        name: &str,
        holder: &str,
        until: UnixMillis,
    ) -> Result<bool> {
        let kept = self
            .db
            .write_one_hastily(
                sql("UPDATE probe_slots SET until = $3
                     WHERE name = $1 AND holder = $2 RETURNING place")
                .bind(name)
                .bind(holder)
                .bind(until),
            )
            .await?;
        Ok(kept.is_some())
    }

    /// Gives a holder's place of `name` back.
    ///
    /// # Errors
    /// The database; then the place is free when its lease ends.
    pub async fn free_probe_slot(&self, name: &str, holder: &str) -> Result<()> {
        let text = "DELETE FROM probe_slots WHERE name = $1 AND holder = $2 RETURNING place";
        self.db
            .write_one_hastily(sql(text).bind(name).bind(holder))
            .await?;
        Ok(())
    }
}
