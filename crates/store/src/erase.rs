//! Erasure that lasts: everything about a person goes, keyed hashes stay.

use lode_core::api::UnixMillis;
use lode_ledger::OperationId;
use lode_ledger::account::Cancellation;
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::leads::{self, LeadKeys};
use crate::pricing::{self, EMAIL, Pricing, email_key};
use crate::providers::VERIFY;
use crate::secret::keyed_hash;
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
        for hold in open_holds(&mut tx, lead_id).await? {
            release(&mut tx, &mut account, &hold, pricing, now).await?;
        }

        let mut keys: Vec<String> = LeadKeys::of(&stored.lead)
            .all()
            .map(str::to_owned)
            .collect();
        for row in tx
            .all(sql("SELECT name_key FROM lead_names WHERE lead_id = $1").bind(lead_id))
            .await?
        {
            let name = row.text("name_key")?;
            // An address of a lead that was joined into this one.
            if let Some(address) = name.strip_prefix(EMAIL) {
                self.forget_verifications(&mut tx, &mut account, address, pricing, now)
                    .await?;
            }
            keys.push(leads::identity::plain_key(&name).to_owned());
        }
        for row in tx
            .all(sql("SELECT address FROM emails WHERE lead_id = $1").bind(lead_id))
            .await?
        {
            let address = row.text("address")?;
            self.forget_verifications(&mut tx, &mut account, &address, pricing, now)
                .await?;
            keys.push(email_key(&address));
        }
        self.suppress(&mut tx, account_id, keys.iter().map(String::as_str), now)
            .await?;

        for statement in [
            "DELETE FROM provider_calls WHERE lead_id = $1",
            "DELETE FROM operations WHERE lead_id = $1",
            "DELETE FROM phones WHERE lead_id = $1",
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

    /// Deletes the verifications of an address that belongs to somebody who is erased; those
    /// under way are given up, and their credit goes back. What providers said of it
    /// goes too.
    async fn forget_verifications(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        address: &str,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<()> {
        let key = email_key(address);
        for row in tx
            .all(
                sql("SELECT id, request, state, hold_operation FROM operations
                     WHERE account_id = $1 AND action = 'verify'")
                .bind(account.id),
            )
            .await?
        {
            let request: serde_json::Value = row.json("request")?;
            let theirs = request
                .get("address")
                .and_then(serde_json::Value::as_str)
                .is_some_and(|address| email_key(address) == key);
            if !theirs {
                continue;
            }
            if let Some(hold) = row.opt_text("hold_operation")?
                && row.text("state")? != "done"
            {
                release(tx, account, &hold_id(hold)?, pricing, now).await?;
            }
            tx.execute(
                sql("DELETE FROM operations WHERE account_id = $1 AND id = $2")
                    .bind(account.id)
                    .bind(row.uuid("id")?),
            )
            .await?;
        }
        tx.execute(
            sql("DELETE FROM provider_calls
                 WHERE account_id = $1 AND purpose = $2 AND person_hash = $3")
            .bind(account.id)
            .bind(VERIFY)
            .bind(keyed_hash(&self.key, &key).as_slice()),
        )
        .await?;
        Ok(())
    }
}

/// The holds of what is under way for a lead.
async fn open_holds(tx: &mut Tx, lead_id: Uuid) -> Result<Vec<OperationId>> {
    tx.all(
        sql("SELECT hold_operation FROM lookups
             WHERE lead_id = $1 AND state <> 'done' AND hold_operation IS NOT NULL
             UNION ALL
             SELECT hold_operation FROM operations
             WHERE lead_id = $1 AND state <> 'done' AND hold_operation IS NOT NULL")
        .bind(lead_id),
    )
    .await?
    .iter()
    .map(|row| hold_id(row.text("hold_operation")?))
    .collect()
}

fn hold_id(text: String) -> Result<OperationId> {
    OperationId::new(text).map_err(|_| StoreError::Corrupt("a hold's id".to_owned()))
}

async fn release(
    tx: &mut Tx,
    account: &mut LockedAccount,
    hold: &OperationId,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<()> {
    let erased = pricing.erased()?;
    credits::run(tx, account, Some(hold), now, |state| {
        state.release(hold, &erased, now)
    })
    .await?;
    Ok(())
}

impl Store {
    /// Erases an account: its people, members, devices and everything that is known go, its
    /// credit is withdrawn. What stays names nobody: the ledger's entries, which are never
    /// deleted, and keyed hashes of the people who were erased before, so that they stay
    /// erased in the next account of this name. Whether there was such an account.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    pub async fn erase_account(
        &self,
        account_id: Uuid,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(row) = tx
            .optional(
                sql("SELECT name FROM accounts WHERE id = $1 AND erased_at IS NULL")
                    .bind(account_id),
            )
            .await?
        else {
            return Ok(false);
        };
        let name = row.text("name")?;
        let holds = tx
            .all(
                sql("SELECT operation FROM ledger_holds WHERE account_id = $1 AND is_open = 1")
                    .bind(account_id),
            )
            .await?;
        for row in &holds {
            let hold = hold_id(row.text("operation")?)?;
            release(&mut tx, &mut account, &hold, pricing, now).await?;
        }
        // No credit is left for anybody: the plan ends, and what was bought with it.
        credits::run(&mut tx, &mut account, None, now, |state| state.advance(now)).await?;
        if account.header.subscription.is_some() {
            let operation = OperationId::new("erasure").map_err(pricing::ledger)?;
            let at_once = Cancellation {
                at_once: true,
                purchased_ends: true,
                then: None,
            };
            credits::run(&mut tx, &mut account, Some(&operation), now, |state| {
                state.cancel(&operation, &at_once, now)
            })
            .await?;
        }
        for statement in [
            "DELETE FROM provider_calls WHERE account_id = $1",
            "DELETE FROM provider_misses WHERE account_id = $1",
            "DELETE FROM provider_records WHERE account_id = $1",
            "DELETE FROM provider_spend WHERE account_id = $1",
            "DELETE FROM provider_paces WHERE account_id = $1",
            "DELETE FROM provider_keys WHERE account_id = $1",
            "DELETE FROM operations WHERE account_id = $1",
            "DELETE FROM outcomes WHERE account_id = $1",
            "DELETE FROM phones WHERE account_id = $1",
            "DELETE FROM main_lines WHERE account_id = $1",
            "DELETE FROM captures WHERE account_id = $1",
            "DELETE FROM lookups WHERE account_id = $1",
            "DELETE FROM emails WHERE account_id = $1",
            "DELETE FROM company_domains WHERE account_id = $1",
            "DELETE FROM confirmed_domains WHERE account_id = $1",
            "DELETE FROM lead_names WHERE account_id = $1",
            "DELETE FROM charges WHERE account_id = $1",
            "DELETE FROM leads WHERE account_id = $1",
            "DELETE FROM invitations WHERE account_id = $1",
            "DELETE FROM pairing_codes WHERE account_id = $1",
            "DELETE FROM devices WHERE account_id = $1",
            "DELETE FROM members WHERE account_id = $1",
        ] {
            tx.execute(sql(statement).bind(account_id)).await?;
        }
        account.save(&mut tx).await?;
        tx.execute(
            sql("UPDATE accounts
                 SET name = $2, former_name = $3, settings = '{}', erased_at = $4
                 WHERE id = $1")
            .bind(account_id)
            .bind(format!("erased-{account_id}"))
            .bind(keyed_hash(&self.key, &name).as_slice())
            .bind(now),
        )
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes over who was erased in earlier accounts of this name.
    pub(crate) async fn keep_erased(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        name: &str,
    ) -> Result<()> {
        tx.execute(
            sql("INSERT INTO suppressions (account_id, key_hash, created_at)
                 SELECT $1, s.key_hash, s.created_at
                 FROM suppressions s JOIN accounts a ON a.id = s.account_id
                 WHERE a.former_name = $2
                 ON CONFLICT DO NOTHING")
            .bind(account_id)
            .bind(keyed_hash(&self.key, name).as_slice()),
        )
        .await?;
        Ok(())
    }
}
