//! Looking into the ledger: check it, explain one operation, export it.

use lode_ledger::{AccountState, Entry, Hold};
use uuid::Uuid;

use crate::error::Result;
use crate::sql::sql;
use crate::{Store, accounts, credits};

/// What an account's ledger was compared with, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerCheck {
    /// How many entries were replayed.
    pub entries: usize,
    /// The first difference, in words; `None` where all is as it should be.
    pub difference: Option<String>,
}

impl Store {
    /// Replays every entry of an account and compares the stored balances and holds with
    /// what comes out; then compares holds, charges and captures with each other.
    ///
    /// # Errors
    /// The database.
    pub async fn check_ledger(&self, account_id: Uuid) -> Result<LedgerCheck> {
        let mut tx = self.db.read().await?;
        let entries = tx
            .all(
                sql("SELECT * FROM ledger_entries WHERE account_id = $1 ORDER BY sequence")
                    .bind(account_id),
            )
            .await?
            .iter()
            .map(credits::read_entry)
            .collect::<Result<Vec<_>>>()?;
        let grants = tx
            .all(
                sql("SELECT available, held, facts FROM ledger_grants WHERE account_id = $1")
                    .bind(account_id),
            )
            .await?
            .iter()
            .map(|row| credits::read_grant(row, "available", "held"))
            .collect::<Result<Vec<_>>>()?;
        let holds = tx
            .all(sql("SELECT facts FROM ledger_holds WHERE account_id = $1").bind(account_id))
            .await?
            .iter()
            .map(|row| row.json::<Hold>("facts"))
            .collect::<Result<Vec<_>>>()?;
        let header = accounts::read_header(&mut tx, account_id).await?;
        let state = AccountState::from_rows(header, grants, holds, []);
        let mut difference = lode_ledger::check(&state, &entries)
            .err()
            .map(|difference| difference.to_string());
        if difference.is_none() {
            difference = self.check_links(&mut tx, account_id).await?;
        }
        Ok(LedgerCheck {
            entries: entries.len(),
            difference,
        })
    }

    /// What the rows around the ledger must agree with it on.
    async fn check_links(
        &self,
        tx: &mut crate::sql::Tx,
        account_id: Uuid,
    ) -> Result<Option<String>> {
        let checks = [
            (
                "an open hold that nothing will resolve",
                "SELECT h.operation AS id FROM ledger_holds h
                 WHERE h.account_id = $1 AND h.is_open = 1
                   AND NOT EXISTS
                     (SELECT 1 FROM lookups l WHERE l.account_id = h.account_id
                          AND l.hold_operation = h.operation AND l.state <> 'done')
                   AND NOT EXISTS
                     (SELECT 1 FROM operations o WHERE o.account_id = h.account_id
                          AND o.hold_operation = h.operation AND o.state <> 'done')
                 ORDER BY h.operation LIMIT 1",
            ),
            (
                "a capture that waits for no look-up",
                "SELECT c.operation_id AS id FROM captures c
                 WHERE c.account_id = $1 AND c.state IN ('queued', 'working', 'deferred')
                       AND NOT EXISTS (SELECT 1 FROM lookups l
                                       WHERE l.id = c.lookup_id AND l.state <> 'done')
                 ORDER BY c.operation_id LIMIT 1",
            ),
            (
                "a charge without a settlement of its amount",
                "SELECT c.operation_id AS id FROM charges c
                 WHERE c.account_id = $1
                 GROUP BY c.account_id, c.operation_id
                 HAVING SUM(c.amount) >
                     (SELECT COALESCE(SUM(e.amount), 0) FROM ledger_entries e
                      WHERE e.account_id = c.account_id AND e.operation = c.operation_id
                            AND e.kind = 'settle')
                 ORDER BY c.operation_id LIMIT 1",
            ),
            (
                "an action that ended with its hold open",
                "SELECT o.id AS id FROM operations o
                 WHERE o.account_id = $1 AND o.state = 'done' AND o.hold_operation IS NOT NULL
                   AND EXISTS (SELECT 1 FROM ledger_holds h
                       WHERE h.account_id = o.account_id AND h.operation = o.hold_operation
                         AND h.is_open = 1)
                 ORDER BY o.id LIMIT 1",
            ),
        ];
        for (what, text) in checks {
            if let Some(row) = tx.optional(sql(text).bind(account_id)).await? {
                return Ok(Some(format!("{what}: {}", row.text("id")?)));
            }
        }
        Ok(None)
    }

    /// The entries of one operation, and of the further holds made under its id.
    ///
    /// # Errors
    /// The database.
    pub async fn entries_of(&self, account_id: Uuid, operation: &str) -> Result<Vec<Entry>> {
        let mut tx = self.db.read().await?;
        tx.all(
            sql("SELECT * FROM ledger_entries
                 WHERE account_id = $1 AND (operation = $2 OR operation LIKE $3)
                 ORDER BY sequence")
            .bind(account_id)
            .bind(operation)
            // An operation's id has no wildcard in it: it is a UUID, or a name that the
            // ledger gave.
            .bind(format!("{operation}/%")),
        )
        .await?
        .iter()
        .map(credits::read_entry)
        .collect()
    }

    /// Up to `limit` entries of an account after a sequence number, in their order.
    ///
    /// # Errors
    /// The database.
    pub async fn entries_after(
        &self,
        account_id: Uuid,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        let mut tx = self.db.read().await?;
        tx.all(
            sql(
                "SELECT * FROM ledger_entries WHERE account_id = $1 AND sequence > $2
                 ORDER BY sequence LIMIT $3",
            )
            .bind(account_id)
            .bind(after)
            .bind(i64::from(limit)),
        )
        .await?
        .iter()
        .map(credits::read_entry)
        .collect()
    }
}
