//! Imports: leads from a list, row by row up to the plan's capacity and the credit.

use std::collections::HashSet;

use lode_core::api::UnixMillis;
use lode_core::lead::Lead;
use lode_ledger::PriceDecision;
use lode_ledger::capacity::{Capacity, ImportRow, RowResult, plan_import};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Charged, Operation, Written, charge_now, stored, write};
use crate::accounts::LockedAccount;
use crate::charges::{self, Subject};
use crate::error::{Result, StoreError};
use crate::leads::{self, LeadKeys};
use crate::pricing::{Pricing, ledger};
use crate::secret::{Hash, keyed_hash};
use crate::sql::{Tx, sql};
use crate::{Store, credits, members};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportRowStatus {
    /// It is stored.
    Imported,
    /// It was stored already.
    AlreadyActive,
    /// There was no room for it.
    NoCapacity,
    /// There was too little credit for it.
    OutOfCredits,
    /// It is an earlier row of the same list again.
    Duplicate,
    /// The person was erased and stays so.
    Erased,
}

/// The answer to an import.
#[derive(Debug, Clone, PartialEq)]
pub enum Imported {
    /// It is done; the operation's result says what became of each row.
    Done(Box<Operation>),
    /// It was done before.
    Repeated(Box<Operation>),
    /// The id was used for something else. Nothing was changed.
    Conflict,
    /// The policy does not sell this.
    NotOffered,
}

/// The primary key of a lead, under which its charge is remembered: its own id where nothing
/// else tells it from others.
pub(super) fn charge_key(keys: &LeadKeys, id: Uuid) -> String {
    let key = keys.all().next().map(str::to_owned);
    format!("lead|{}", key.unwrap_or_else(|| id.to_string()))
}

/// How full an account is.
pub(crate) async fn capacity(
    tx: &mut Tx,
    account: &LockedAccount,
    pricing: &Pricing,
) -> Result<Capacity> {
    let used = tx
        .one(
            sql("SELECT COUNT(*) AS leads FROM leads
                 WHERE account_id = $1 AND archived_at IS NULL")
            .bind(account.id),
        )
        .await?
        .int("leads")?;
    Ok(Capacity {
        limit: limit(&account.header, pricing),
        used: u64::try_from(used).unwrap_or(0),
    })
}

/// Most leads that an account's plan allows.
pub(crate) fn limit(header: &lode_ledger::AccountHeader, pricing: &Pricing) -> Option<u64> {
    header
        .subscription
        .as_ref()
        .and_then(|subscription| pricing.policy().plan(&subscription.terms.plan).ok())
        .and_then(|plan| plan.capacity)
}

/// The rows of a list so far: whom a further row may be again, by the rules that stored leads
/// are found by ([`leads::find`]).
#[derive(Default)]
struct Listed {
    addresses: HashSet<String>,
    names: HashSet<String>,
    /// Names of rows without an address.
    unaddressed: HashSet<String>,
}

impl Listed {
    fn has(&self, keys: &LeadKeys) -> bool {
        let names = if keys.profile.is_some() {
            &self.unaddressed
        } else {
            &self.names
        };
        keys.addresses().any(|key| self.addresses.contains(key))
            || keys.names.iter().any(|name| names.contains(name))
    }

    fn add(&mut self, keys: LeadKeys) {
        if keys.profile.is_none() {
            self.unaddressed.extend(keys.names.iter().cloned());
        }
        self.names.extend(keys.names);
        self.addresses
            .extend(keys.profile.into_iter().chain(keys.also));
    }
}

/// A row on its way.
struct Considered {
    plan: ImportRow,
    /// Ended before capacity and credit were asked.
    ended: Option<ImportRowStatus>,
    keys: LeadKeys,
}

impl Store {
    /// Imports leads, once for the operation id: what fits is stored and charged, the rest
    /// is named, all in one transaction.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    #[expect(clippy::too_many_arguments, reason = "one request's facts")]
    pub async fn import_leads(
        &self,
        account_id: Uuid,
        id: Uuid,
        member_id: Uuid,
        rows: &[Lead],
        body_hash: &Hash,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Imported> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        if let Some(earlier) = stored(&mut tx, account_id, id).await? {
            if earlier.body_hash != *body_hash {
                return Ok(Imported::Conflict);
            }
            return Ok(Imported::Repeated(Box::new(earlier.view)));
        }
        let Some(action) = pricing.action("import") else {
            return Ok(Imported::NotOffered);
        };
        let mut listed = Listed::default();
        let mut considered = Vec::with_capacity(rows.len());
        for lead in rows {
            let row = self
                .consider(&mut tx, &account, lead, &mut listed, pricing, now)
                .await?;
            considered.push(row);
        }
        let member = members::ledger_id(member_id)?;
        let header = account.header.clone();
        let state = credits::load(&mut tx, account_id, header, None, now).await?;
        let pools = pricing
            .policy()
            .actions
            .get(&action)
            .map(|prices| prices.pools.clone())
            .unwrap_or_default();
        let available = state.spendable(&action, &pools, Some(&member), now)?;
        let capacity = capacity(&mut tx, &account, pricing).await?;
        let asked = considered
            .iter()
            .filter(|row| row.ended.is_none())
            .map(|row| row.plan);
        let report = plan_import(pricing.policy(), capacity, available, asked).map_err(ledger)?;
        let mut results = report.rows.iter();
        let (mut statuses, mut paid, mut free) = (Vec::new(), 0_u32, 0_u32);
        let mut charged = Vec::new();
        for (lead, row) in rows.iter().zip(considered) {
            let status = match row.ended {
                Some(status) => status,
                None => match results.next() {
                    Some(RowResult::Imported { price }) => {
                        let lead_id = activate(&mut tx, &mut account, lead, now).await?;
                        if *price > 0 {
                            paid = paid.saturating_add(1);
                            charged.push((lead_id, charge_key(&row.keys, lead_id), *price));
                        } else {
                            free = free.saturating_add(1);
                        }
                        ImportRowStatus::Imported
                    }
                    Some(RowResult::AlreadyActive) => ImportRowStatus::AlreadyActive,
                    Some(RowResult::NoCapacity) | None => ImportRowStatus::NoCapacity,
                    Some(RowResult::OutOfCredits) => ImportRowStatus::OutOfCredits,
                },
            };
            statuses.push(status);
        }
        let price = import_price(pricing, &action, paid, free, &statuses)?;
        let units = paid.max(1);
        let done = charge_now(
            &mut tx,
            &mut account,
            pricing,
            id,
            &action,
            units,
            Some(&member),
            price,
            now,
        )
        .await?;
        let Charged::Done(receipt, hold) = done else {
            return Err(StoreError::Ledger(
                "an import above the credit that it was planned with".to_owned(),
            ));
        };
        self.charge_leads(&mut tx, account_id, id, &charged, now)
            .await?;
        let result = serde_json::to_string(&statuses)?;
        let done = (receipt, hold);
        let written = Written::done_at_once(id, "import", body_hash, member_id, &result, &done);
        let operation = write(&mut tx, account_id, &written, now).await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(Imported::Done(Box::new(operation)))
    }

    /// Remembers what was charged for each lead of one operation.
    pub(super) async fn charge_leads(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        operation: Uuid,
        leads: &[(Uuid, String, i64)],
        now: UnixMillis,
    ) -> Result<()> {
        let operation = operation.to_string();
        for (item, (lead_id, key, amount)) in (0..).zip(leads) {
            let subject = Subject {
                datum: charges::LEAD,
                value: keyed_hash(&self.key, key),
                lead_id: Some(*lead_id),
            };
            charges::insert(tx, account_id, &operation, item, &subject, *amount, now).await?;
        }
        Ok(())
    }

    async fn consider(
        &self,
        tx: &mut Tx,
        account: &LockedAccount,
        lead: &Lead,
        listed: &mut Listed,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Considered> {
        let keys = LeadKeys::of(lead);
        let mut plan = ImportRow {
            active: false,
            paid_for: false,
        };
        let ended = if listed.has(&keys) {
            Some(ImportRowStatus::Duplicate)
        } else if self.is_suppressed(tx, account.id, keys.all()).await? {
            Some(ImportRowStatus::Erased)
        } else {
            None
        };
        if ended.is_none() {
            listed.add(keys.clone());
            let stored = leads::find(tx, account.id, &keys).await?;
            if let Some(stored) = &stored {
                plan.active = !leads::is_archived(tx, stored.id).await?;
            }
            let key = charge_key(&keys, Uuid::nil());
            let id = stored.map(|lead| lead.id);
            plan.paid_for = self.holds_lead(tx, account, &key, id, pricing, now).await?;
        }
        Ok(Considered { plan, ended, keys })
    }

    /// Whether the team has paid for a whole lead before, by download or import.
    pub(super) async fn holds_lead(
        &self,
        tx: &mut Tx,
        account: &LockedAccount,
        key: &str,
        lead_id: Option<Uuid>,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<bool> {
        let subject = Subject {
            datum: charges::LEAD,
            value: keyed_hash(&self.key, key),
            lead_id,
        };
        let Some(paid_at) = charges::paid_at(tx, account.id, &subject).await? else {
            return Ok(false);
        };
        // Either action pays for the lead; its own price list says whether a repeat is free.
        let period = account.period_started_at(now);
        Ok(["import", "search_result_download"]
            .into_iter()
            .filter_map(|name| pricing.action(name))
            .any(|action| pricing.repeat_covers(&action, paid_at, period, now)))
    }
}

/// Stores an imported lead, or brings an archived one back.
async fn activate(
    tx: &mut Tx,
    account: &mut LockedAccount,
    lead: &Lead,
    now: UnixMillis,
) -> Result<Uuid> {
    let stored = leads::upsert(tx, account, lead, now).await?;
    leads::set_archived(tx, account.id, stored.id, None).await?;
    Ok(stored.id)
}

/// One price for the whole: what the charged rows come to.
fn import_price(
    pricing: &Pricing,
    action: &lode_ledger::Action,
    paid: u32,
    free: u32,
    statuses: &[ImportRowStatus],
) -> Result<PriceDecision> {
    if paid > 0 {
        return pricing.price(action, "imported", false, paid);
    }
    if free > 0 {
        let outcome = if pricing.price(action, "imported", false, 1)?.amount == 0 {
            "imported"
        } else {
            "already_held"
        };
        return pricing.price(action, outcome, false, free);
    }
    if statuses.contains(&ImportRowStatus::OutOfCredits) {
        return pricing.free(
            "out_of_credits",
            "import.out_of_credits",
            "Free: nothing imported",
        );
    }
    let outcome = if statuses.contains(&ImportRowStatus::NoCapacity) {
        "no_capacity"
    } else {
        "already_held"
    };
    pricing.price(action, outcome, false, 1)
}
