//! Erasure that lasts: everything about a person goes, keyed hashes stay.

use lode_core::api::UnixMillis;
use lode_ledger::OperationId;
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::leads::{self, LeadKeys};
use crate::pricing::{Pricing, email_key};
use crate::sql::{Tx, sql};
use crate::{Store, credits};

impl Store {
    /// Erases a lead: its captures, addresses and look-ups go, a hold is released, and the
    /// person is kept away for good. Ledger entries stay; they name operations, no person.
    /// `false` where there is no such lead.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    pub async fn erase_lead(
        &self,
        account_id: Uuid,
        lead_id: Uuid,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(stored) = leads::by_id(&mut tx, account_id, lead_id).await? else {
            return Ok(false);
        };
        release_open_hold(&mut tx, &mut account, lead_id, pricing, now).await?;

        let mut keys: Vec<String> = LeadKeys::of(&stored.lead)
            .all()
            .map(str::to_owned)
            .collect();
        for row in tx
            .all(sql("SELECT name_key FROM lead_names WHERE lead_id = $1").bind(lead_id))
            .await?
        {
            keys.push(leads::identity::plain_key(&row.text("name_key")?).to_owned());
        }
        for row in tx
            .all(sql("SELECT address FROM emails WHERE lead_id = $1").bind(lead_id))
            .await?
        {
            keys.push(email_key(&row.text("address")?));
        }
        self.suppress(&mut tx, account_id, keys.iter().map(String::as_str), now)
            .await?;

        for statement in [
            "DELETE FROM provider_calls WHERE lead_id = $1",
            "DELETE FROM captures WHERE lead_id = $1",
            "DELETE FROM lookups WHERE lead_id = $1",
            "DELETE FROM emails WHERE lead_id = $1",
            "DELETE FROM lead_names WHERE lead_id = $1",
            "DELETE FROM charges WHERE lead_id = $1",
            "DELETE FROM leads WHERE id = $1",
        ] {
            tx.execute(sql(statement).bind(lead_id)).await?;
        }
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(true)
    }
}

async fn release_open_hold(
    tx: &mut Tx,
    account: &mut LockedAccount,
    lead_id: Uuid,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<()> {
    let Some(row) = tx
        .optional(
            sql("SELECT hold_operation FROM lookups WHERE lead_id = $1 AND state <> 'done'")
                .bind(lead_id),
        )
        .await?
    else {
        return Ok(());
    };
    let Some(operation) = row.opt_text("hold_operation")? else {
        return Ok(());
    };
    let operation =
        OperationId::new(operation).map_err(|_| StoreError::Corrupt("a hold's id".to_owned()))?;
    let mut state = credits::load(
        tx,
        account.id,
        account.header.clone(),
        Some(&operation),
        now,
    )
    .await?;
    let applied = state.release(&operation, &pricing.erased()?, now)?;
    credits::write(tx, account, &state, applied).await?;
    Ok(())
}
