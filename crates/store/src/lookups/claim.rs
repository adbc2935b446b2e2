//! Taking look-ups: whose turn it is, on what it rests, and how long it is ours.

use std::collections::HashMap;

use lode_core::api::{CaptureState, UnixMillis};
use lode_core::lead::Lead;
use uuid::Uuid;

use crate::Store;
use crate::accounts::LockedAccount;
use crate::calibration::arrived;
use crate::captures::{self, CaptureChange};
use crate::error::Result;
use crate::leads::{self, StoredLead, identity::fold};
use crate::pricing::email_key;
use crate::secret::keyed_hash;
use crate::sql::{Tx, dialect, sql};

/// Most addresses of a domain that are handed to the finder: enough to tell its pattern.
const EVIDENCE_MAX: i64 = 40;

/// Most reports of a domain that are looked at.
const OUTCOMES_MAX: i64 = 1_000;

/// A look-up that is ours until its lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
    /// What is known of the lead.
    pub lead: Lead,
    /// How often it was begun, this time counted in.
    pub attempts: i64,
    /// How often a mail server has asked to come back.
    pub deferrals: i64,
    /// How often our own limits have held it.
    pub holds: i64,
    /// What the finder wanted back.
    pub progress: Option<String>,
    /// What earlier look-ups of the account have shown.
    pub evidence: Evidence,
}

/// Why a look-up is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GivenBack {
    /// The server shuts down.
    Unfinished,
    /// A mail server asked to come back.
    Deferred,
    /// No mail server could be reached, and another try may go better.
    Unreachable,
    /// Our own limits hold it.
    Held,
}

/// What an account's own addresses say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The domain at which an address of this company was verified before.
    pub company_domain: Option<String>,
    /// Addresses at the lead's domain that were verified, or to which mail was delivered,
    /// with the name of whose they are.
    pub addresses: Vec<(String, Option<String>)>,
    /// Addresses there from which mail came back for good, with the name of whose they were
    /// thought to be.
    pub refuted: Vec<(String, Option<String>)>,
}

impl Store {
    /// Takes the look-up that has been due longest, if any is due: for `worker` alone,
    /// until `lease_until`. One whose lease has ended is due again.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_lookup(
        &self,
        worker: Uuid,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Option<Claimed>> {
        // The row first, in a transaction of its own: everything else locks the account
        // before it touches a look-up, and the other order could deadlock with that.
        let Some(row) = self
            .db
            .write_one(
                dialect(
                    "UPDATE lookups
                     SET state = 'working', lease_owner = $1, lease_until = $3,
                         attempts = attempts + 1, updated_at = $2
                     WHERE id = (SELECT id FROM lookups
                                 WHERE state <> 'done' AND run_at <= $2
                                       AND (lease_until IS NULL OR lease_until <= $2)
                                 ORDER BY run_at, id LIMIT 1)
                     RETURNING id, account_id, lead_id, attempts, deferrals, holds, progress",
                    "UPDATE lookups
                     SET state = 'working', lease_owner = $1, lease_until = $3,
                         attempts = attempts + 1, updated_at = $2
                     WHERE id = (SELECT id FROM lookups
                                 WHERE state <> 'done' AND run_at <= $2
                                       AND (lease_until IS NULL OR lease_until <= $2)
                                 ORDER BY run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
                     RETURNING id, account_id, lead_id, attempts, deferrals, holds, progress",
                )
                .bind(worker)
                .bind(now)
                .bind(lease_until),
            )
            .await?
        else {
            return Ok(None);
        };
        let (id, account_id, lead_id) = (
            row.uuid("id")?,
            row.uuid("account_id")?,
            row.uuid("lead_id")?,
        );

        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let rows = tx
            .all(
                sql(
                    "SELECT 'lead' AS part, id, lead, edited, seen_at, 0 AS created_at FROM leads
                     WHERE account_id = $1 AND id = $2
                       AND EXISTS (SELECT 1 FROM lookups WHERE id = $3 AND lease_owner = $4
                                     AND state = 'working')
                     UNION ALL
                     SELECT 'capture', operation_id, '', '', 0, created_at FROM captures
                     WHERE account_id = $1 AND lookup_id = $3
                       AND state IN ('queued', 'working', 'deferred')
                     ORDER BY created_at, id",
                )
                .bind(account_id)
                .bind(lead_id)
                .bind(id)
                .bind(worker),
            )
            .await?;
        let (mut lead, mut waiting) = (None, Vec::new());
        for row in &rows {
            match row.text("part")?.as_str() {
                "lead" => lead = Some(leads::read(row)?),
                _ => waiting.push(row.uuid("id")?),
            }
        }
        let Some(stored) = lead else {
            // Erased in between, or taken over.
            return Ok(None);
        };
        let mut writes = vec![
            sql("UPDATE lookups SET inputs = $2
                 WHERE id = $1 AND lease_owner = $3 AND state = 'working'")
            .bind(id)
            .bind(stored.inputs().as_slice())
            .bind(worker),
        ];
        let working = CaptureChange {
            state: CaptureState::Working,
            reason: None,
            receipt: None,
        };
        for operation_id in waiting {
            writes.push(captures::changing(
                &mut account,
                operation_id,
                &working,
                now,
            )?);
        }
        let evidence = evidence(&mut tx, &self.key, account_id, &stored).await?;
        writes.extend(account.unsaved()?);
        tx.batch(writes).await?;
        tx.commit().await?;
        Ok(Some(Claimed {
            id,
            account_id,
            lead_id,
            lead: stored.lead,
            attempts: row.int("attempts")?,
            deferrals: row.int("deferrals")?,
            holds: row.int("holds")?,
            progress: row.opt_text("progress")?,
            evidence,
        }))
    }

    /// Prolongs a lease. `false` where the look-up is no longer this worker's.
    ///
    /// # Errors
    /// The database.
    pub async fn renew_lease(
        &self,
        lookup_id: Uuid,
        worker: Uuid,
        lease_until: UnixMillis,
    ) -> Result<bool> {
        let renewed = self
            .db
            .write_one(
                sql("UPDATE lookups SET lease_until = $3
                     WHERE id = $1 AND lease_owner = $2 AND state = 'working'
                     RETURNING id")
                .bind(lookup_id)
                .bind(worker)
                .bind(lease_until),
            )
            .await?;
        Ok(renewed.is_some())
    }

    /// Gives a look-up back: to be taken at `run_at`. `progress` is handed to whoever takes it
    /// next.
    ///
    /// # Errors
    /// The database.
    pub async fn return_lookup(
        &self,
        lookup_id: Uuid,
        worker: Uuid,
        why: GivenBack,
        run_at: UnixMillis,
        progress: Option<&str>,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let Some(account_id) = owned_account(&mut tx, lookup_id, worker).await? else {
            return Ok(());
        };
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let state = match why {
            GivenBack::Unfinished => CaptureState::Queued,
            GivenBack::Deferred | GivenBack::Unreachable | GivenBack::Held => {
                CaptureState::Deferred
            }
        };
        let deferred = matches!(why, GivenBack::Deferred | GivenBack::Unreachable);
        let changed = tx
            .execute(
                sql("UPDATE lookups
                     SET state = $3, run_at = $4, progress = $5, deferrals = deferrals + $6,
                         holds = holds + $8, unreachable = $9,
                         attempts = attempts - 1, lease_owner = NULL, lease_until = NULL,
                         updated_at = $7
                     WHERE id = $1 AND lease_owner = $2 AND state = 'working'")
                .bind(lookup_id)
                .bind(worker)
                .bind(captures::state_name(state))
                .bind(run_at)
                .bind(progress.map(str::to_owned))
                .bind(i64::from(deferred))
                .bind(now)
                .bind(i64::from(why == GivenBack::Held))
                .bind(i64::from(why == GivenBack::Unreachable)),
            )
            .await?;
        if changed > 0 {
            mark_waiting(&mut tx, &mut account, lookup_id, state, now).await?;
            account.save(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Makes due at once what waits because no mail server could be reached: our own network is
    /// known to let nobody out. How many there were.
    ///
    /// # Errors
    /// The database.
    pub async fn wake_unreachable(&self, now: UnixMillis) -> Result<u64> {
        let mut tx = self.db.write().await?;
        let woken = tx
            .execute(
                sql("UPDATE lookups SET run_at = $1, unreachable = 0
                     WHERE state = 'deferred' AND unreachable = 1")
                .bind(now),
            )
            .await?;
        tx.commit().await?;
        Ok(woken)
    }

    /// When the next look-up is due, or the next lease ends; `None` where nothing waits.
    ///
    /// # Errors
    /// The database.
    pub async fn next_due(&self) -> Result<Option<UnixMillis>> {
        self.db
            .read_one(sql(
                "SELECT MIN(CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END)
                     AS due
                 FROM lookups WHERE state <> 'done'",
            ))
            .await?
            .map_or(Ok(None), |row| row.opt_int("due"))
    }
}

/// The account of a look-up that is a worker's.
pub(crate) async fn owned_account(
    tx: &mut Tx,
    lookup_id: Uuid,
    worker: Uuid,
) -> Result<Option<Uuid>> {
    tx.optional(
        sql("SELECT account_id FROM lookups
             WHERE id = $1 AND lease_owner = $2 AND state = 'working'")
        .bind(lookup_id)
        .bind(worker),
    )
    .await?
    .map(|row| row.uuid("account_id"))
    .transpose()
}

/// Shows the captures that wait for a look-up where it stands.
pub(crate) async fn mark_waiting(
    tx: &mut Tx,
    account: &mut LockedAccount,
    lookup_id: Uuid,
    state: CaptureState,
    now: UnixMillis,
) -> Result<()> {
    for operation_id in captures::waiting_for(tx, account.id, lookup_id).await? {
        captures::change(
            tx,
            account,
            operation_id,
            &CaptureChange {
                state,
                reason: None,
                receipt: None,
            },
            now,
        )
        .await?;
    }
    Ok(())
}

async fn evidence(
    tx: &mut Tx,
    key: &[u8],
    account_id: Uuid,
    stored: &StoredLead,
) -> Result<Evidence> {
    let company_domain = match &stored.lead.company {
        Some(company) => tx
            .optional(
                sql("SELECT domain FROM company_domains
                     WHERE account_id = $1 AND company = $2")
                .bind(account_id)
                .bind(fold(company)),
            )
            .await?
            .map(|row| row.text("domain"))
            .transpose()?,
        None => None,
    };
    let Some(domain) = stored
        .lead
        .company_domain
        .clone()
        .or_else(|| company_domain.clone())
    else {
        return Ok(Evidence::default());
    };
    let mut evidence = Evidence {
        company_domain,
        ..Evidence::default()
    };
    // Proved ones first; of the others, only those that something became of say anything.
    let rows = tx
        .all(
            sql(
                "SELECT e.address, e.status, l.lead FROM emails e JOIN leads l ON l.id = e.lead_id
                 WHERE e.account_id = $1 AND e.domain = $2
                 ORDER BY CASE WHEN e.status = 'verified' THEN 0 ELSE 1 END,
                          e.checked_at DESC LIMIT $3",
            )
            .bind(account_id)
            .bind(domain.as_str())
            .bind(EVIDENCE_MAX),
        )
        .await?;
    if rows.is_empty() {
        return Ok(evidence);
    }
    let outcomes = outcomes_at(tx, account_id, &domain).await?;
    for row in &rows {
        let address = row.text("address")?;
        let outcome = outcomes.get(keyed_hash(key, &email_key(&address)).as_slice());
        let into = match outcome.copied() {
            Some(true) => &mut evidence.addresses,
            Some(false) => &mut evidence.refuted,
            None if row.text("status")? == "verified" => &mut evidence.addresses,
            None => continue,
        };
        let lead: Lead = row.json("lead")?;
        into.push((address, lead.full_name));
    }
    Ok(evidence)
}

/// What became of mail to addresses at a domain, by the address's hash: whether it arrived,
/// as last reported. What came back for now says nothing.
async fn outcomes_at(
    tx: &mut Tx,
    account_id: Uuid,
    domain: &str,
) -> Result<HashMap<Vec<u8>, bool>> {
    tx.all(
        sql("SELECT address_hash, outcome FROM outcomes
             WHERE account_id = $1 AND domain = $2 AND outcome <> 'soft_bounce'
             ORDER BY at DESC, created_at DESC, id DESC LIMIT $3")
        .bind(account_id)
        .bind(domain)
        .bind(OUTCOMES_MAX),
    )
    .await?
    .iter()
    // Older ones last, so that newer ones replace them.
    .rev()
    .map(|row| Ok((row.bytes("address_hash")?, arrived(&row.text("outcome")?))))
    .collect()
}
