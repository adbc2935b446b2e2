//! Receipts: of one operation, and the list of an account's or a member's, newest first.

use std::collections::BTreeMap;
use std::str::FromStr;

use lode_core::api::{CaptureState, MilliCredits, Receipt, UnixMillis};
use lode_core::lead::Lead;
use lode_ledger::Hold;
use uuid::Uuid;

use crate::Store;
use crate::actions::OperationState;
use crate::captures::state_by_name;
use crate::error::{Result, StoreError};
use crate::sql::{Row, sql};

/// Where a list of receipts goes on: behind the row of that time and id. It stays good
/// whatever is added meanwhile, since a row's time never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptCursor {
    at: UnixMillis,
    id: Uuid,
}

impl std::fmt::Display for ReceiptCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.at, self.id.simple())
    }
}

/// No cursor that a list has given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct NoCursor;

impl FromStr for ReceiptCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> std::result::Result<Self, NoCursor> {
        let (at, id) = text.split_once('_').ok_or(NoCursor)?;
        let at = at.parse().map_err(|_| NoCursor)?;
        let id = Uuid::try_parse(id).map_err(|_| NoCursor)?;
        Ok(Self { at, id })
    }
}

/// One operation in a list of receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptRow {
    /// The operation.
    pub id: Uuid,
    /// The action (`find` for a capture).
    pub action: String,
    /// `queued`, `working`, `paused` (until an explicit request), `done` or `refunded`.
    pub state: &'static str,
    /// Why it stands as it does, in a stable code, where there is no receipt to say it.
    pub reason: Option<String>,
    /// Whether it was begun without a click of its own.
    pub automatic: bool,
    /// Who asked.
    pub member_id: Option<Uuid>,
    /// The lead.
    pub lead_id: Option<Uuid>,
    /// What it was of, for people: a lead's name, an address, an integration's reference.
    pub subject: Option<String>,
    /// What it cost, and why, once that is settled.
    pub receipt: Option<Receipt>,
    /// What was charged, by pool, refunds not taken off.
    pub pools: BTreeMap<String, MilliCredits>,
    /// What was given back of it later.
    pub refunded: MilliCredits,
    /// When it was asked for.
    pub at: UnixMillis,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

/// A part of a list of receipts.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceiptPage {
    /// The rows, newest first.
    pub rows: Vec<ReceiptRow>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<ReceiptCursor>,
}

/// What a capture's answer rests on, as JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// The verdict on the lead's address; none where there is no address, or nobody was asked.
    pub address: Option<String>,
    /// Where no address was found: who was asked for.
    pub refused: Option<String>,
}

impl Store {
    /// The receipt of a capture or of another priced action, of the account or of one member;
    /// `None` where there is no such operation, `Some(None)` where it is not settled yet.
    ///
    /// # Errors
    /// The database.
    pub async fn receipt(
        &self,
        account_id: Uuid,
        operation_id: Uuid,
        member_id: Option<Uuid>,
    ) -> Result<Option<Option<Receipt>>> {
        let mut tx = self.db.read().await?;
        tx.optional(
            sql("SELECT c.receipt AS receipt
                 FROM captures c JOIN devices d ON d.id = c.device_id
                 WHERE c.account_id = $1 AND c.operation_id = $2
                       AND ($3 = '' OR d.member_id = $3)
                 UNION ALL
                 SELECT receipt FROM operations
                 WHERE account_id = $1 AND id = $2 AND ($3 = '' OR member_id = $3)
                 LIMIT 1")
            .bind(account_id)
            .bind(operation_id)
            .bind(member_id.map(|id| id.to_string()).unwrap_or_default()),
        )
        .await?
        .map(|row| row.opt_json("receipt"))
        .transpose()
    }

    /// What a capture's answer rests on.
    ///
    /// # Errors
    /// The database.
    pub async fn evidence_behind(&self, account_id: Uuid, capture: Uuid) -> Result<Behind> {
        let mut tx = self.db.read().await?;
        let row = tx
            .optional(
                sql("SELECT e.evidence, l.refused FROM captures c
                     LEFT JOIN emails e ON e.lead_id = c.lead_id
                     LEFT JOIN lookups l ON l.id = c.lookup_id
                     WHERE c.account_id = $1 AND c.operation_id = $2")
                .bind(account_id)
                .bind(capture),
            )
            .await?;
        let Some(row) = row else {
            return Ok(Behind::default());
        };
        Ok(Behind {
            address: row.opt_text("evidence")?,
            refused: row.opt_text("refused")?,
        })
    }

    /// An account's operations, or one member's, newest first, at most `limit` of those
    /// behind `before`.
    ///
    /// # Errors
    /// The database.
    pub async fn receipts(
        &self,
        account_id: Uuid,
        member_id: Option<Uuid>,
        before: Option<ReceiptCursor>,
        limit: u32,
    ) -> Result<ReceiptPage> {
        let mut tx = self.db.read().await?;
        let (at, id) = before.map_or((UnixMillis::MAX, Uuid::max()), |c| (c.at, c.id));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let rows = tx
            .all(
                // Each half reads no more of its index than it gives.
                sql("SELECT r.*, l.lead, h.facts AS hold FROM (
                       SELECT * FROM (
                         SELECT c.operation_id AS id, 'find' AS action, c.state AS state,
                                c.reason AS reason, 0 AS automatic, d.member_id AS member_id,
                                c.lead_id AS lead_id, '{}' AS request,
                                CAST(NULL AS TEXT) AS result, c.receipt AS receipt,
                                CASE WHEN c.holds > 1 THEN c.operation_id || '/' || (c.holds - 1)
                                     ELSE c.operation_id END AS hold_operation,
                                c.created_at AS at, c.updated_at AS updated_at
                         FROM captures c JOIN devices d ON d.id = c.device_id
                         WHERE c.account_id = $1
                           AND (c.created_at, c.operation_id) < ($2, $3)
                           AND ($4 = '' OR d.member_id = $4)
                         ORDER BY c.created_at DESC, c.operation_id DESC LIMIT $5) captured
                       UNION ALL
                       SELECT * FROM (
                         SELECT o.id, o.action, o.state, CAST(NULL AS TEXT), o.automatic,
                                o.member_id, o.lead_id, o.request, o.result, o.receipt,
                                o.hold_operation, o.created_at, o.updated_at
                         FROM operations o
                         WHERE o.account_id = $1 AND (o.created_at, o.id) < ($2, $3)
                           AND ($4 = '' OR o.member_id = $4)
                         ORDER BY o.created_at DESC, o.id DESC LIMIT $5) acted
                     ) r
                     LEFT JOIN leads l ON l.id = r.lead_id
                     LEFT JOIN ledger_holds h
                       ON h.account_id = $1 AND h.operation = r.hold_operation
                     ORDER BY r.at DESC, r.id DESC LIMIT $5")
                .bind(account_id)
                .bind(at)
                .bind(id)
                .bind(member_id.map(|id| id.to_string()).unwrap_or_default())
                // One more says whether there are more.
                .bind(i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)),
            )
            .await?;
        let more = rows.len() > limit;
        let rows = rows
            .iter()
            .take(limit)
            .map(read)
            .collect::<Result<Vec<_>>>()?;
        let next = rows.last().filter(|_| more).map(|row| ReceiptCursor {
            at: row.at,
            id: row.id,
        });
        Ok(ReceiptPage { rows, next })
    }
}

fn read(row: &Row) -> Result<ReceiptRow> {
    let action = row.text("action")?;
    let result: Option<serde_json::Value> = row.opt_json("result")?;
    let not_unlocked = result
        .as_ref()
        .and_then(|result| result.get("not_unlocked"));
    let hold: Option<Hold> = row.opt_json("hold")?;
    let receipt: Option<Receipt> = row.opt_json("receipt")?;
    let (mut pools, mut refunded) = (BTreeMap::new(), 0);
    // An open hold has charged nothing yet, one that is not the receipt's never will.
    if let (Some(hold), Some(_)) = (&hold, &receipt) {
        refunded = hold.refunded();
        for share in hold.shares.iter().filter(|share| share.charged > 0) {
            let sum = pools.entry(share.pool.as_str().to_owned()).or_insert(0_i64);
            *sum = sum.saturating_add(share.charged);
        }
    }
    let charged = receipt.as_ref().map_or(0, |receipt| receipt.charged);
    let state = match standing(&row.text("state")?)? {
        "done" if charged > 0 && refunded >= charged => "refunded",
        state => state,
    };
    Ok(ReceiptRow {
        id: row.uuid("id")?,
        state,
        reason: row
            .opt_text("reason")?
            .or_else(|| not_unlocked?.as_str().map(str::to_owned)),
        automatic: row.int("automatic")? != 0,
        member_id: row.opt_uuid("member_id")?,
        lead_id: row.opt_uuid("lead_id")?,
        subject: subject(row, &action)?,
        action,
        receipt,
        pools,
        refunded,
        at: row.int("at")?,
        updated_at: row.int("updated_at")?,
    })
}

/// An operation's or a capture's state in the words of the list.
fn standing(name: &str) -> Result<&'static str> {
    if let Ok(state) = OperationState::by_name(name) {
        return Ok(state.as_str());
    }
    let state = state_by_name(name)
        .ok_or_else(|| StoreError::Corrupt("an operation's state".to_owned()))?;
    Ok(match state {
        CaptureState::Queued => "queued",
        CaptureState::Working | CaptureState::Deferred => "working",
        CaptureState::OutOfCredits | CaptureState::NeedsDomain => "paused",
        CaptureState::Found
        | CaptureState::Unsure
        | CaptureState::NotFound
        | CaptureState::Failed => "done",
    })
}

/// What an operation was of; who is erased has no name here.
fn subject(row: &Row, action: &str) -> Result<Option<String>> {
    if let Some(lead) = row.opt_json::<Lead>("lead")? {
        return Ok(lead.full_name.or(lead.company));
    }
    let request: serde_json::Value = row.json("request")?;
    let field = if action == "verify" {
        "address"
    } else {
        "subject"
    };
    let text = request.get(field).and_then(serde_json::Value::as_str);
    Ok(text.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_is_written() {
        let cursor = ReceiptCursor {
            at: -5,
            id: Uuid::now_v7(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in [
            "",
            "_",
            "5",
            "5_",
            "_x",
            "x_00000000000000000000000000000000",
            "5_5_5",
        ] {
            assert_eq!(bad.parse::<ReceiptCursor>(), Err(NoCursor), "{bad}");
        }
    }

    #[test]
    fn every_state_has_a_word() {
        for (name, word) in [
            ("queued", "queued"),
            ("deferred", "working"),
            ("needs_domain", "paused"),
            ("paused", "paused"),
            ("failed", "done"),
        ] {
            assert_eq!(standing(name).unwrap(), word);
        }
        assert!(standing("lost").is_err());
    }
}
