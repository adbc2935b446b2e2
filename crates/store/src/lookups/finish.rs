//! The end of a look-up: settled once, written to every capture that waited.

use lode_core::api::{CaptureState, EmailView, Receipt, UnixMillis};
use lode_core::email::EmailStatus;
use lode_ledger::OperationId;
use lode_ledger::account::Resolved;
use uuid::Uuid;

use super::claim::{mark_waiting, owned_account};
use crate::accounts::LockedAccount;
use crate::captures::{self, CaptureChange};
use crate::charges::{self, Subject};
use crate::error::{Result, StoreError};
use crate::leads::{self, StoredLead, identity::fold};
use crate::pricing::{self, Pricing};
use crate::secret::keyed_hash;
use crate::sql::{Statement, Tx, sql};
use crate::{Store, credits};

/// Largest evidence that is kept of a look-up, in bytes: more is none.
pub const EVIDENCE_BYTES_MAX: usize = 16 * 1024;

#[expect(clippy::ptr_arg, reason = "a filter of an optional String")]
fn is_kept(evidence: &String) -> bool {
    evidence.len() <= EVIDENCE_BYTES_MAX
}

/// What a look-up came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupEnd {
    /// Where the captures stand with it; not an open state.
    pub state: CaptureState,
    /// How it ended, as the price list names it (`verified`, `accept_all`, `not_found`,
    /// `failed`, …).
    pub outcome: String,
    /// Stable code of why there is no address.
    pub reason: Option<String>,
    /// The address, where there is one to show.
    pub email: Option<EmailView>,
    /// What the verdict on the address rests on, as JSON.
    pub evidence: Option<String>,
    /// Where there is no address to show: who was asked for, and what was answered, as JSON.
    pub refused: Option<String>,
    /// The model's score, where outcomes have corrected the one shown.
    pub model_score: Option<u8>,
    /// Whether an address that was known before is disproved.
    pub disproves_known: bool,
    /// The company's domain, where the address proves it.
    pub company_domain: Option<String>,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finished {
    /// It is written down.
    Done,
    /// The lead was corrected under way: the look-up is in the queue again.
    Requeued,
    /// The look-up is no longer this worker's: taken over, or erased. Nothing was changed.
    Lost,
}

impl Store {
    /// Ends a look-up: its hold is settled or released, the address and the captures that
    /// waited are written, in one transaction. Whoever's lease has ended changes nothing.
    ///
    /// # Errors
    /// The database; then nothing was changed and the same report may be made again.
    pub async fn finish_lookup(
        &self,
        lookup_id: Uuid,
        worker: Uuid,
        end: &LookupEnd,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Finished> {
        let mut tx = self.db.write().await?;
        let Some(account_id) = owned_account(&mut tx, lookup_id, worker).await? else {
            return Ok(Finished::Lost);
        };
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        // Asked again under the account's lock: a server that took over may have finished
        // while this one waited.
        let rows = tx
            .all(
                sql(
                    "SELECT 'lookup' AS part, k.lead_id AS id, k.capture_id, k.hold_operation,
                            k.inputs, l.lead, l.edited, l.seen_at, 0 AS created_at
                     FROM lookups k JOIN leads l ON l.id = k.lead_id
                     WHERE k.id = $1 AND k.lease_owner = $2 AND k.state = 'working'
                     UNION ALL
                     SELECT 'capture', operation_id, '', NULL, NULL, '', '', 0, created_at
                     FROM captures
                     WHERE account_id = $3 AND lookup_id = $1
                       AND state IN ('queued', 'working', 'deferred')
                     ORDER BY created_at, id",
                )
                .bind(lookup_id)
                .bind(worker)
                .bind(account_id),
            )
            .await?;
        let (mut row, mut waiting) = (None, Vec::new());
        for part in &rows {
            match part.text("part")?.as_str() {
                "lookup" => row = Some(part),
                _ => waiting.push(part.uuid("id")?),
            }
        }
        let Some(row) = row else {
            return Ok(Finished::Lost);
        };
        let lead = leads::read(row)?;
        if row.bytes("inputs")? != lead.inputs() {
            requeue(&mut tx, &mut account, lookup_id, now).await?;
            account.save(&mut tx).await?;
            tx.commit().await?;
            return Ok(Finished::Requeued);
        }

        let end = self.without_erased(&mut tx, account_id, end).await?;
        let hold_operation = row
            .opt_text("hold_operation")?
            .map(OperationId::new)
            .transpose()
            .map_err(|_| StoreError::Corrupt("a hold's id".to_owned()))?;
        let payer = row.uuid("capture_id")?;
        let (receipt, mut writes) = self
            .settle(
                &mut tx,
                &mut account,
                &lead,
                payer,
                hold_operation,
                &end,
                pricing,
                now,
            )
            .await?;
        writes.extend(email_write(&mut tx, account_id, &lead, &end).await?);
        if let Some(domain) = &end.company_domain {
            writes.extend(company_domain_write(account_id, &lead, domain, now));
        }
        for operation_id in waiting {
            let shared;
            let receipt = if operation_id == payer {
                &receipt
            } else {
                shared = pricing.receipt(operation_id, pricing.shared()?, now);
                &shared
            };
            let shown = CaptureChange {
                state: end.state,
                reason: end.reason.as_deref(),
                receipt: Some(receipt),
            };
            writes.push(captures::changing(&mut account, operation_id, &shown, now)?);
        }
        writes.push(
            sql("UPDATE lookups
                 SET state = 'done', lease_owner = NULL, lease_until = NULL, progress = NULL,
                     refused = $3, updated_at = $2
                 WHERE id = $1")
            .bind(lookup_id)
            .bind(now)
            .bind(end.refused.clone().filter(is_kept)),
        );
        writes.extend(account.unsaved()?);
        tx.batch(writes).await?;
        tx.commit().await?;
        Ok(Finished::Done)
    }

    /// The end as it may be shown: an address that belongs to somebody erased is none.
    async fn without_erased(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        end: &LookupEnd,
    ) -> Result<LookupEnd> {
        if let Some(email) = &end.email {
            let key = pricing::email_key(&email.address);
            if self
                .is_suppressed(tx, account_id, std::iter::once(key.as_str()))
                .await?
            {
                return Ok(LookupEnd {
                    state: CaptureState::NotFound,
                    outcome: "not_found".to_owned(),
                    reason: Some("erased".to_owned()),
                    email: None,
                    evidence: None,
                    refused: None,
                    model_score: None,
                    disproves_known: true,
                    company_domain: None,
                });
            }
        }
        Ok(end.clone())
    }

    /// Charges or releases the hold, and says so in a receipt; with the statements that
    /// write it.
    #[expect(clippy::too_many_arguments, reason = "one transaction's context")]
    async fn settle(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        lead: &StoredLead,
        payer: Uuid,
        hold_operation: Option<OperationId>,
        end: &LookupEnd,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<(Receipt, Vec<Statement>)> {
        let value = end
            .email
            .as_ref()
            .map(|email| keyed_hash(&self.key, &pricing::email_key(&email.address)));
        // What needed no hold was a repeat when it began, and stays one.
        let repeat = match (&hold_operation, &value) {
            (None, _) => true,
            (Some(_), Some(value)) => {
                charges::value_is_paid(tx, account, value, pricing, now).await?
            }
            (Some(_), None) => false,
        };
        let mut price = pricing.find(&end.outcome, repeat)?;
        if value.is_none() {
            // Nothing found, nothing to charge, whatever the price list says.
            price.amount = 0;
        }
        let Some(operation) = hold_operation else {
            return Ok((pricing.receipt(payer, price, now), Vec::new()));
        };
        let (mut writes, resolved) =
            credits::prepare(tx, account, Some(&operation), now, |state| {
                if price.amount > 0 {
                    state.settle(&operation, &price, now)
                } else {
                    state.release(&operation, &price, now)
                }
            })
            .await?;
        let hold = resolved.hold();
        let charged = hold.charged();
        if matches!(resolved, Resolved::Done(_))
            && charged > 0
            && let Some(value) = &value
        {
            let subject = Subject {
                datum: charges::EMAIL,
                value: *value,
                lead_id: Some(lead.id),
            };
            let id = operation.as_str();
            writes.push(charges::inserting(
                account.id, id, 0, &subject, charged, now,
            ));
        }
        Ok((pricing::receipt_of_hold(payer, hold)?, writes))
    }
}

/// Puts a look-up whose lead has changed into the queue again, with its hold.
async fn requeue(
    tx: &mut Tx,
    account: &mut LockedAccount,
    lookup_id: Uuid,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(
        sql("UPDATE lookups
             SET state = 'queued', run_at = $2, lease_owner = NULL, lease_until = NULL,
                 progress = NULL, updated_at = $2
             WHERE id = $1")
        .bind(lookup_id)
        .bind(now),
    )
    .await?;
    mark_waiting(tx, account, lookup_id, CaptureState::Queued, now).await
}

/// Keeps the best address of the lead: a proved one is replaced by another proved one, or
/// goes when it is disproved; anything else by whatever is newer.
async fn email_write(
    tx: &mut Tx,
    account_id: Uuid,
    lead: &StoredLead,
    end: &LookupEnd,
) -> Result<Option<Statement>> {
    let Some(email) = &end.email else {
        let delete = || sql("DELETE FROM emails WHERE lead_id = $1").bind(lead.id);
        return Ok(end.disproves_known.then(delete));
    };
    let domain = email
        .address
        .rsplit_once('@')
        .map_or("", |(_, domain)| domain)
        .to_lowercase();
    let evidence = end.evidence.clone().filter(is_kept);
    if email.status != EmailStatus::Verified && !end.disproves_known {
        let known = tx
            .optional(
                sql("SELECT domain FROM emails WHERE lead_id = $1 AND status = 'verified'")
                    .bind(lead.id),
            )
            .await?;
        // At another domain the proved address is a former employer's.
        if let Some(row) = known
            && row.text("domain")? == domain
        {
            return Ok(None);
        }
    }
    Ok(Some(
        sql("INSERT INTO emails
             (lead_id, account_id, address, domain, status, score, model_score, reasons,
              checked_at, evidence, domain_confidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (lead_id) DO UPDATE
             SET address = excluded.address, domain = excluded.domain,
                 status = excluded.status, score = excluded.score,
                 model_score = excluded.model_score,
                 reasons = excluded.reasons, checked_at = excluded.checked_at,
                 evidence = excluded.evidence,
                 domain_confidence = excluded.domain_confidence")
        .bind(lead.id)
        .bind(account_id)
        .bind(email.address.as_str())
        .bind(domain)
        .bind(captures::status_name(email.status)?)
        .bind(i64::from(email.score))
        .bind(end.model_score.map(i64::from))
        .bind(serde_json::to_string(&email.reasons)?)
        .bind(email.checked_at)
        .bind(evidence)
        .bind(email.domain_confidence.map(i64::from)),
    ))
}

fn company_domain_write(
    account_id: Uuid,
    lead: &StoredLead,
    domain: &str,
    now: UnixMillis,
) -> Option<Statement> {
    let company = lead.lead.company.as_deref()?;
    Some(
        sql(
            "INSERT INTO company_domains (account_id, company, domain, checked_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, company) DO UPDATE
             SET domain = excluded.domain, checked_at = excluded.checked_at",
        )
        .bind(account_id)
        .bind(fold(company))
        .bind(domain)
        .bind(now),
    )
}
