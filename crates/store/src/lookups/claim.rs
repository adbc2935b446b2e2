//! Taking look-ups: whose turn it is, on what it rests, and how long it is ours.

use lode_core::api::{CaptureState, UnixMillis};
use lode_core::lead::Lead;
use uuid::Uuid;

use super::evidence::{Evidence, evidence_of};
use crate::Store;
use crate::accounts::LockedAccount;
use crate::captures::{self, CaptureChange};
use crate::error::Result;
use crate::leads;
use crate::sql::{Row, Statement, Tx, dialect, sql};

/// A look-up that was begun so often without an end is taken alone: should it be what ends
/// servers, it ends no other with it.
const BEGUN_TOGETHER_MAX: i64 = 2;

/// Those of the same company that are due so soon are taken along, in milliseconds: what one
/// answer puts off is put off one after another.
const AHEAD_MS: i64 = 1_000;

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

/// A row with this worker's name on it.
struct Taken {
    id: Uuid,
    account_id: Uuid,
    lead_id: Uuid,
    attempts: i64,
    deferrals: i64,
    holds: i64,
    progress: Option<String>,
    run_at: UnixMillis,
}

impl Taken {
    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.uuid("id")?,
            account_id: row.uuid("account_id")?,
            lead_id: row.uuid("lead_id")?,
            attempts: row.int("attempts")?,
            deferrals: row.int("deferrals")?,
            holds: row.int("holds")?,
            progress: row.opt_text("progress")?,
            run_at: row.int("run_at")?,
        })
    }
}

impl Store {
    /// Takes the look-up that has been due longest, if any is due, and with it others of the
    /// same account and company, `most` altogether: for `worker` alone, until `lease_until`.
    /// One whose lease has ended is due again. While look-ups of a company are at work, others
    /// of it wait, to be taken together then.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_lookups(
        &self,
        worker: Uuid,
        now: UnixMillis,
        lease_until: UnixMillis,
        most: usize,
    ) -> Result<Vec<Claimed>> {
        // The rows first, in a transaction of their own: everything else locks the account
        // before it touches a look-up, and the other order could deadlock with that.
        let taken = self.take_due(worker, now, lease_until, most).await?;
        let Some(account_id) = taken.first().map(|taken| taken.account_id) else {
            return Ok(Vec::new());
        };
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let (mut claimed, mut writes) = (Vec::new(), Vec::new());
        for taken in taken {
            // None: erased in between, or taken over.
            if let Some((one, begun)) = self
                .begin(&mut tx, &mut account, taken, worker, now)
                .await?
            {
                claimed.push(one);
                writes.extend(begun);
            }
        }
        writes.extend(account.unsaved()?);
        tx.batch(writes).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Puts the worker's name on what is due; the one that has been due longest first.
    async fn take_due(
        &self,
        worker: Uuid,
        now: UnixMillis,
        lease_until: UnixMillis,
        most: usize,
    ) -> Result<Vec<Taken>> {
        let mut tx = self.db.write().await?;
        // Who is at work stands in an index of its own: SQLite takes it for these very words.
        let first = tx
            .optional(
                dialect(
                    "UPDATE lookups
                     SET state = 'working', lease_owner = $1, lease_until = $3,
                         attempts = attempts + 1, updated_at = $2
                     WHERE id = (SELECT l.id FROM lookups l
                                 WHERE l.state <> 'done' AND l.run_at <= $2
                                   AND (l.lease_until IS NULL OR l.lease_until <= $2)
                                   AND (l.state = 'working' OR NOT EXISTS (
                                     SELECT 1 FROM lookups w
                                     WHERE w.account_id = l.account_id AND w.company = l.company
                                       AND w.state = 'working' AND w.lease_until > $2))
                                 ORDER BY l.run_at, l.id LIMIT 1)
                     RETURNING id, account_id, lead_id, attempts, deferrals, holds, progress,
                               run_at, company",
                    "UPDATE lookups
                     SET state = 'working', lease_owner = $1, lease_until = $3,
                         attempts = attempts + 1, updated_at = $2
                     WHERE id = (SELECT l.id FROM lookups l
                                 WHERE l.state <> 'done' AND l.run_at <= $2
                                   AND (l.lease_until IS NULL OR l.lease_until <= $2)
                                   AND (l.state = 'working' OR NOT EXISTS (
                                     SELECT 1 FROM lookups w
                                     WHERE w.account_id = l.account_id AND w.company = l.company
                                       AND w.state = 'working' AND w.lease_until > $2))
                                 ORDER BY l.run_at, l.id LIMIT 1 FOR UPDATE SKIP LOCKED)
                     RETURNING id, account_id, lead_id, attempts, deferrals, holds, progress,
                               run_at, company",
                )
                .bind(worker)
                .bind(now)
                .bind(lease_until),
            )
            .await?;
        let Some(first) = first else {
            return Ok(Vec::new());
        };
        let company = first.opt_bytes("company")?;
        let mut taken = vec![Taken::read(&first)?];
        let others = i64::try_from(most.saturating_sub(1)).unwrap_or(i64::MAX);
        let alone = taken.iter().any(|one| one.attempts > BEGUN_TOGETHER_MAX);
        if let Some(company) = company.filter(|_| others > 0 && !alone) {
            let account_id = first.uuid("account_id")?;
            let rows = tx
                .all(
                    dialect(
                        "UPDATE lookups
                         SET state = 'working', lease_owner = $1, lease_until = $3,
                             attempts = attempts + 1, updated_at = $2
                         WHERE id IN (SELECT id FROM lookups
                                      WHERE account_id = $4 AND company = $5
                                        AND state <> 'done' AND run_at <= $6
                                        AND (lease_until IS NULL OR lease_until <= $2)
                                        AND attempts < $7
                                      ORDER BY run_at, id LIMIT $8)
                         RETURNING id, account_id, lead_id, attempts, deferrals, holds,
                                   progress, run_at",
                        "WITH due AS MATERIALIZED (
                             SELECT id FROM lookups
                             WHERE account_id = $4 AND company = $5
                               AND state <> 'done' AND run_at <= $6
                               AND (lease_until IS NULL OR lease_until <= $2)
                               AND attempts < $7
                             ORDER BY run_at, id LIMIT $8 FOR UPDATE SKIP LOCKED)
                         UPDATE lookups l
                         SET state = 'working', lease_owner = $1, lease_until = $3,
                             attempts = attempts + 1, updated_at = $2
                         FROM due WHERE l.id = due.id
                         RETURNING l.id, account_id, lead_id, attempts, deferrals, holds,
                                   progress, run_at",
                    )
                    .bind(worker)
                    .bind(now)
                    .bind(lease_until)
                    .bind(account_id)
                    .bind(company.as_slice())
                    .bind(now.saturating_add(AHEAD_MS))
                    .bind(BEGUN_TOGETHER_MAX)
                    .bind(others),
                )
                .await?;
            let mut rest = rows.iter().map(Taken::read).collect::<Result<Vec<_>>>()?;
            // `RETURNING` gives them in no order.
            rest.sort_by_key(|one| (one.run_at, one.id));
            taken.append(&mut rest);
        }
        tx.commit().await?;
        Ok(taken)
    }

    /// What a look-up that was taken rests on, and the statements that show it at work.
    async fn begin(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        taken: Taken,
        worker: Uuid,
        now: UnixMillis,
    ) -> Result<Option<(Claimed, Vec<Statement>)>> {
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
                .bind(account.id)
                .bind(taken.lead_id)
                .bind(taken.id)
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
            return Ok(None);
        };
        let mut writes = vec![
            sql("UPDATE lookups SET inputs = $2
                 WHERE id = $1 AND lease_owner = $3 AND state = 'working'")
            .bind(taken.id)
            .bind(stored.inputs().as_slice())
            .bind(worker),
        ];
        let working = CaptureChange {
            state: CaptureState::Working,
            reason: None,
            receipt: None,
        };
        for operation_id in waiting {
            writes.push(captures::changing(account, operation_id, &working, now)?);
        }
        let evidence = evidence_of(tx, &self.key, account.id, &stored).await?;
        let claimed = Claimed {
            id: taken.id,
            account_id: taken.account_id,
            lead_id: taken.lead_id,
            lead: stored.lead,
            attempts: taken.attempts,
            deferrals: taken.deferrals,
            holds: taken.holds,
            progress: taken.progress,
            evidence,
        };
        Ok(Some((claimed, writes)))
    }

    /// Lets others of the same company be taken while this look-up goes on: it asks its
    /// company's mail servers no more.
    ///
    /// # Errors
    /// The database.
    pub async fn release_company(&self, lookup_id: Uuid, worker: Uuid) -> Result<()> {
        self.db
            .write_one(
                sql("UPDATE lookups SET company = NULL
                     WHERE id = $1 AND lease_owner = $2 AND state = 'working'
                     RETURNING id")
                .bind(lookup_id)
                .bind(worker),
            )
            .await?;
        Ok(())
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

    /// When the next look-up is due, or the next lease ends; `None` where nothing waits. What
    /// waits for others of its company is due when they end, which nobody knows ahead.
    ///
    /// # Errors
    /// The database.
    pub async fn next_due(&self) -> Result<Option<UnixMillis>> {
        self.db
            .read_one(sql(
                "SELECT MIN(CASE WHEN lease_until > run_at THEN lease_until ELSE run_at END)
                     AS due
                 FROM lookups l
                 WHERE state <> 'done'
                   AND (state = 'working' OR NOT EXISTS (
                     SELECT 1 FROM lookups w
                     WHERE w.account_id = l.account_id AND w.company = l.company
                       AND w.state = 'working'))",
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
