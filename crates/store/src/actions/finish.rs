//! The end of an action: settled by its outcome, with a receipt, once.

use lode_core::api::{Receipt, UnixMillis};
use lode_ledger::account::Resolved;
use lode_ledger::unlock::mobile_outcome;
use uuid::Uuid;

use super::{Operation, OperationState, Stored, Ticket, Written, stored, unlocks, upsert};
use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::pricing::{self, Pricing};
use crate::sql::{Tx, sql};
use crate::{Store, charges, credits, outcomes};

/// A number as a provider gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPhone {
    /// The number.
    pub number: String,
    /// `mobile`, `direct` or `main_line`.
    pub kind: String,
    /// Name of the provider.
    pub provider: String,
}

/// How an action ended.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionEnd {
    /// As the price list names it, with what there is to show, as JSON.
    Outcome {
        /// The outcome.
        outcome: String,
        /// What came of it.
        result: String,
    },
    /// Nothing was learned, for a reason that no price list has: free.
    NothingLearned {
        /// Stable code.
        code: &'static str,
        /// For people.
        line: &'static str,
        /// What came of it.
        result: String,
    },
    /// The numbers that were found of the operation's lead.
    Phones(Vec<FoundPhone>),
}

impl Store {
    /// Ends an action: settles or releases its hold, remembers what was paid for, and
    /// writes the result, in one transaction. Whoever's lease was taken over changes
    /// nothing, and is told how the operation stands.
    ///
    /// # Errors
    /// The database; then nothing was changed and the same report may be made again.
    pub async fn finish_action(
        &self,
        ticket: &Ticket,
        end: &ActionEnd,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Operation> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, ticket.account_id).await?;
        let Some(row) = stored(&mut tx, account.id, ticket.id).await? else {
            // Erased under way.
            return Err(StoreError::Refused("the lead was erased".to_owned()));
        };
        let ours = row.lease.as_deref() == Some(ticket.lease.to_string().as_str());
        if row.view.state != OperationState::Working || !ours {
            return Ok(row.view);
        }
        let action = pricing
            .action(&row.view.action)
            .ok_or_else(|| StoreError::Refused("the action is no longer offered".to_owned()))?;
        // Two clicks at once both began unpaid; the one that ends later finds it paid.
        let repeat = row.is_repeat
            || charges::is_repeat_of(&mut tx, &account, &action, &ticket.subject, pricing, now)
                .await?;
        let mut phones = None;
        let (mut price, result) = match end {
            ActionEnd::Outcome { outcome, result } => {
                (pricing.price(&action, outcome, repeat, 1)?, result.clone())
            }
            ActionEnd::NothingLearned { code, line, result } => (
                pricing.free(code, &format!("{action}.{code}"), line)?,
                result.clone(),
            ),
            ActionEnd::Phones(found) => {
                let lead_id = row
                    .view
                    .lead_id
                    .ok_or_else(|| StoreError::Corrupt("an unlock without lead".to_owned()))?;
                let told = unlocks::judge(&mut tx, account.id, lead_id, found).await?;
                let lines: Vec<&str> = told.main_lines.iter().map(String::as_str).collect();
                let numbers = found.iter().map(|phone| phone.number.as_str());
                let outcome = mobile_outcome(numbers, &lines);
                let price = pricing.price(&action, outcome, repeat, 1)?;
                phones = Some((lead_id, told));
                (price, serde_json::json!({ "outcome": outcome }).to_string())
            }
        };
        let invalid = action.as_str() == "verify"
            && matches!(end, ActionEnd::Outcome { outcome, .. } if outcome == "invalid");
        let receipt = match &row.hold {
            None => {
                // What needed no hold was a repeat when it began, and stays one.
                price.amount = 0;
                pricing.free_receipt(ticket.id, &action, price, now)
            }
            Some(operation) => {
                let resolved = credits::run(&mut tx, &mut account, Some(operation), now, |state| {
                    if price.amount > 0 {
                        state.settle(operation, &price, now)
                    } else {
                        state.release(operation, &price, now)
                    }
                })
                .await?;
                let hold = resolved.hold();
                let charged = hold.charged();
                if matches!(resolved, Resolved::Done(_)) && charged > 0 {
                    let id = operation.as_str();
                    charges::insert(&mut tx, account.id, id, 0, &ticket.subject, charged, now)
                        .await?;
                }
                pricing::receipt_of_hold(ticket.id, hold)?
            }
        };
        if let Some((lead_id, told)) = &phones {
            unlocks::write(&mut tx, account.id, *lead_id, told, now).await?;
            unlocks::touch_captures(&mut tx, &mut account, *lead_id, now).await?;
        }
        if invalid {
            // The address was sold as good before: that charge goes back.
            let address = &ticket.subject.value;
            let rule = "reverified_invalid";
            outcomes::refund_address(
                &mut tx,
                &mut account,
                address,
                rule,
                row.hold.as_ref(),
                pricing,
                now,
            )
            .await?;
        }
        let operation = write_end(&mut tx, &account, row, &result, &receipt, now).await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(operation)
    }

    /// Lets an action wait for what it has begun elsewhere: its credit stays set aside, it shows
    /// as under way, and from `until` on the same request goes on with it.
    ///
    /// # Errors
    /// The database.
    pub async fn await_action(&self, ticket: &Ticket, until: UnixMillis) -> Result<()> {
        self.db
            .write_one(
                sql("UPDATE operations SET lease_until = $4
                     WHERE account_id = $1 AND id = $2 AND lease = $3 AND state = 'working'
                     RETURNING id")
                .bind(ticket.account_id)
                .bind(ticket.id)
                .bind(ticket.lease.to_string())
                .bind(until),
            )
            .await?;
        Ok(())
    }

    /// Gives an action back that we could not do: the hold is released, and the same
    /// request may be made again under the same id.
    ///
    /// # Errors
    /// The database; then the lease ends, and the hold with its own time.
    pub async fn abandon_action(
        &self,
        ticket: &Ticket,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, ticket.account_id).await?;
        let Some(row) = stored(&mut tx, account.id, ticket.id).await? else {
            return Ok(());
        };
        let ours = row.lease.as_deref() == Some(ticket.lease.to_string().as_str());
        if row.view.state != OperationState::Working || !ours {
            return Ok(());
        }
        release(&mut tx, &mut account, &row, pricing, now).await?;
        let written = Written {
            hold: None,
            is_repeat: false,
            ..Written::of(&row, OperationState::Paused)
        };
        upsert(&mut tx, account.id, &written, now).await?;
        account.save(&mut tx).await?;
        tx.commit().await
    }
}

/// Gives back what was set aside for an operation that was not done.
pub(super) async fn release(
    tx: &mut Tx,
    account: &mut LockedAccount,
    row: &Stored,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<()> {
    if let (Some(operation), Some(action)) = (&row.hold, pricing.action(&row.view.action)) {
        let price = pricing.price(&action, "failed", false, 1)?;
        credits::run(tx, account, Some(operation), now, |state| {
            state.release(operation, &price, now)
        })
        .await?;
    }
    Ok(())
}

async fn write_end(
    tx: &mut Tx,
    account: &LockedAccount,
    row: Stored,
    result: &str,
    receipt: &Receipt,
    now: UnixMillis,
) -> Result<Operation> {
    let written = Written {
        result: Some(result),
        receipt: Some(receipt),
        ..Written::of(&row, OperationState::Done)
    };
    upsert(tx, account.id, &written, now).await?;
    Ok(Operation {
        state: OperationState::Done,
        result: Some(result.to_owned()),
        receipt: Some(receipt.clone()),
        updated_at: now,
        ..row.view
    })
}

/// An id that comes of another one: the same whenever it is asked for.
pub(super) fn derived_id(id: Uuid, purpose: &str) -> Uuid {
    let hash = crate::secret::hash(format!("{purpose}|{id}").as_bytes());
    let mut bytes = [0; 16];
    for (to, from) in bytes.iter_mut().zip(hash) {
        *to = from;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
