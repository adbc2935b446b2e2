//! Priced actions: each is charged once for its operation id, whatever happens between.
//!
//! What takes its time (a mail server, a provider) is begun with [`Store::begin_action`],
//! which checks for a repeat first and sets the credit aside in the same transaction, and
//! ended with [`Store::finish_action`], which settles by the outcome. What needs nothing but
//! the database is both in one transaction. A server that dies in between leaves an
//! operation whose lease ends; the same request again takes it up under the same hold.

mod begin;
mod downloads;
mod finish;
mod imports;
pub(crate) mod offer;
mod unlocks;
mod usage;

pub use begin::{ActionRequest, ActionSubject, Begun, Ticket};
pub use downloads::{Downloaded, DownloadedRow};
pub use finish::{ActionEnd, FoundPhone};
pub(crate) use imports::limit as capacity_limit;
pub use imports::{ImportRowStatus, Imported};
pub use unlocks::DueUnlock;
pub(crate) use unlocks::{phones, unlock_with_capture, unlocked_today};
pub use usage::{Usage, Used};

use lode_core::api::{Receipt, UnixMillis};
use lode_ledger::account::{Held, Resolved};
use lode_ledger::{Action, MemberId, OperationId, PriceDecision};
use uuid::Uuid;

use crate::Store;
use crate::accounts::LockedAccount;
use crate::credits;
use crate::error::{Result, StoreError};
use crate::pricing::{self, Pricing};
use crate::secret::Hash;
use crate::sql::{Row, Statement, Tx, sql};

/// Where an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperationState {
    /// Waiting for its turn.
    Queued,
    /// Under way.
    Working,
    /// Stopped for want of credit; goes on after an explicit request only.
    Paused,
    /// Ended.
    Done,
}

impl OperationState {
    /// The name that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Working => "working",
            Self::Paused => "paused",
            Self::Done => "done",
        }
    }

    pub(crate) fn by_name(name: &str) -> Result<Self> {
        [Self::Queued, Self::Working, Self::Paused, Self::Done]
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or_else(|| StoreError::Corrupt("an operation's state".to_owned()))
    }
}

/// An operation as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its id.
    pub id: Uuid,
    /// The action.
    pub action: String,
    /// Where it stands.
    pub state: OperationState,
    /// The member who asked.
    pub member_id: Option<Uuid>,
    /// The lead that it is of.
    pub lead_id: Option<Uuid>,
    /// Whether it was begun without a click of its own.
    pub automatic: bool,
    /// What was asked, as JSON.
    pub request: String,
    /// What came of it, as JSON.
    pub result: Option<String>,
    /// What it cost.
    pub receipt: Option<Receipt>,
    /// When it last changed.
    pub updated_at: UnixMillis,
}

/// The stored row, with what only the store needs.
struct Stored {
    view: Operation,
    body_hash: Hash,
    hold: Option<OperationId>,
    holds: i64,
    is_repeat: bool,
    lease: Option<String>,
    lease_until: Option<UnixMillis>,
}

async fn stored(tx: &mut Tx, account_id: Uuid, id: Uuid) -> Result<Option<Stored>> {
    tx.optional(
        sql("SELECT * FROM operations WHERE account_id = $1 AND id = $2")
            .bind(account_id)
            .bind(id),
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

fn read(row: &Row) -> Result<Stored> {
    Ok(Stored {
        view: Operation {
            id: row.uuid("id")?,
            action: row.text("action")?,
            state: OperationState::by_name(&row.text("state")?)?,
            member_id: row.opt_uuid("member_id")?,
            lead_id: row.opt_uuid("lead_id")?,
            automatic: row.int("automatic")? != 0,
            request: row.text("request")?,
            result: row.opt_text("result")?,
            receipt: row.opt_json("receipt")?,
            updated_at: row.int("updated_at")?,
        },
        body_hash: row
            .bytes("body_hash")?
            .try_into()
            .map_err(|_| StoreError::Corrupt("a hash".to_owned()))?,
        hold: row
            .opt_text("hold_operation")?
            .map(OperationId::new)
            .transpose()
            .map_err(|_| StoreError::Corrupt("a hold's id".to_owned()))?,
        holds: row.int("holds")?,
        is_repeat: row.int("is_repeat")? != 0,
        lease: row.opt_text("lease")?,
        lease_until: row.opt_int("lease_until")?,
    })
}

/// What is written of an operation at once.
struct Written<'a> {
    id: Uuid,
    action: &'a str,
    body_hash: &'a Hash,
    member_id: Option<Uuid>,
    lead_id: Option<Uuid>,
    automatic: bool,
    state: OperationState,
    hold: Option<&'a OperationId>,
    holds: i64,
    is_repeat: bool,
    lease: Option<Uuid>,
    lease_until: Option<UnixMillis>,
    request: &'a str,
    result: Option<&'a str>,
    receipt: Option<&'a Receipt>,
}

impl<'a> Written<'a> {
    /// An operation whose work and charge are one transaction, as it ends.
    fn done_at_once(
        id: Uuid,
        action: &'a str,
        body_hash: &'a Hash,
        member_id: Uuid,
        result: &'a str,
        (receipt, hold): &'a (Receipt, Option<OperationId>),
    ) -> Self {
        Self {
            id,
            action,
            body_hash,
            member_id: Some(member_id),
            lead_id: None,
            automatic: false,
            state: OperationState::Done,
            hold: hold.as_ref(),
            holds: i64::from(hold.is_some()),
            is_repeat: false,
            lease: None,
            lease_until: None,
            request: "{}",
            result: Some(result),
            receipt: Some(receipt),
        }
    }

    /// A stored operation in another state, under no lease, with nothing come of it yet.
    fn of(row: &'a Stored, state: OperationState) -> Self {
        Self {
            id: row.view.id,
            action: &row.view.action,
            body_hash: &row.body_hash,
            member_id: row.view.member_id,
            lead_id: row.view.lead_id,
            automatic: row.view.automatic,
            state,
            hold: row.hold.as_ref(),
            holds: row.holds,
            is_repeat: row.is_repeat,
            lease: None,
            lease_until: None,
            request: &row.view.request,
            result: None,
            receipt: None,
        }
    }
}

/// Writes an operation and returns it as it is stored.
async fn write(
    tx: &mut Tx,
    account_id: Uuid,
    row: &Written<'_>,
    now: UnixMillis,
) -> Result<Operation> {
    upsert(tx, account_id, row, now).await?;
    let stored = stored(tx, account_id, row.id).await?;
    let stored = stored.ok_or_else(|| StoreError::Corrupt("an operation just written".to_owned()));
    Ok(stored?.view)
}

async fn upsert(tx: &mut Tx, account_id: Uuid, row: &Written<'_>, now: UnixMillis) -> Result<()> {
    tx.execute(upserting(account_id, row, now)?).await?;
    Ok(())
}

/// The statement that writes an operation.
fn upserting(account_id: Uuid, row: &Written<'_>, now: UnixMillis) -> Result<Statement> {
    Ok(sql("INSERT INTO operations
             (account_id, id, action, body_hash, member_id, lead_id, automatic, state,
              hold_operation, holds, is_repeat, lease, lease_until, request, result, receipt,
              created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
                     $17, $17)
             ON CONFLICT (account_id, id) DO UPDATE
             SET state = excluded.state, hold_operation = excluded.hold_operation,
                 holds = excluded.holds, is_repeat = excluded.is_repeat,
                 lease = excluded.lease, lease_until = excluded.lease_until,
                 result = excluded.result, receipt = excluded.receipt,
                 updated_at = excluded.updated_at")
    .bind(account_id)
    .bind(row.id)
    .bind(row.action)
    .bind(row.body_hash.as_slice())
    .bind(row.member_id)
    .bind(row.lead_id)
    .bind(i64::from(row.automatic))
    .bind(row.state.as_str())
    .bind(row.hold.map(|hold| hold.as_str().to_owned()))
    .bind(row.holds)
    .bind(i64::from(row.is_repeat))
    .bind(row.lease)
    .bind(row.lease_until)
    .bind(row.request)
    .bind(row.result.map(str::to_owned))
    .bind(row.receipt.map(serde_json::to_string).transpose()?)
    .bind(now))
}

/// The answer to a charge whose amount is known.
enum Charged {
    /// It is done; what was charged, by which hold.
    Done(Receipt, Option<OperationId>),
    /// There is too little credit.
    Short {
        needed: i64,
        available: i64,
        /// Whether it is the member's own cap that stands in the way.
        capped: bool,
    },
}

/// Holds and settles a known price in one transaction.
#[expect(clippy::too_many_arguments, reason = "one transaction's context")]
async fn charge_now(
    tx: &mut Tx,
    account: &mut LockedAccount,
    pricing: &Pricing,
    id: Uuid,
    action: &Action,
    units: u32,
    member: Option<&MemberId>,
    price: PriceDecision,
    now: UnixMillis,
) -> Result<Charged> {
    if price.amount == 0 {
        let receipt = pricing.free_receipt(id, action, price, now);
        return Ok(Charged::Done(receipt, None));
    }
    let operation = OperationId::from(id);
    let Some(mut hold) = pricing.hold(action, units, member, now)? else {
        return Err(StoreError::Ledger("a price above its ceiling".to_owned()));
    };
    hold.amount = price.amount;
    let held = credits::run(tx, account, Some(&operation), now, |state| {
        state.hold(&operation, &hold, now)
    })
    .await?;
    match held {
        Held::Held(_) => {}
        Held::Repeated(_) => return Err(StoreError::OperationConflict),
        Held::Insufficient { needed, available } => {
            return Ok(Charged::Short {
                needed,
                available,
                capped: false,
            });
        }
        Held::CapReached { needed, allowed } => {
            return Ok(Charged::Short {
                needed,
                available: allowed,
                capped: true,
            });
        }
    }
    let resolved = credits::run(tx, account, Some(&operation), now, |state| {
        state.settle(&operation, &price, now)
    })
    .await?;
    match resolved {
        Resolved::Done(hold) => Ok(Charged::Done(
            pricing::receipt_of_hold(id, &hold)?,
            Some(operation),
        )),
        _ => Err(StoreError::Ledger("a new hold was resolved".to_owned())),
    }
}

impl Store {
    /// An operation of an account.
    ///
    /// # Errors
    /// The database.
    pub async fn operation(&self, account_id: Uuid, id: Uuid) -> Result<Option<Operation>> {
        let mut tx = self.db.read().await?;
        Ok(stored(&mut tx, account_id, id).await?.map(|row| row.view))
    }
}
