//! What became of mail to an address: kept for calibration, and where a charged address
//! turns out wrong in time, its charge is given back.

use lode_core::api::{MilliCredits, UnixMillis};
use lode_ledger::account::{NewRefund, Refunded};
use lode_ledger::{AccountState, HoldState, OperationId};
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::leads::identity::fold;
use crate::pricing::{Pricing, email_key, ledger};
use crate::secret::{Hash, keyed_hash};
use crate::sql::{Tx, sql};
use crate::{Store, captures, charges, credits, providers};

/// How often a hard bounce can be undone by another: an address is charged for once, so
/// that more than a few charges of one mean that something else is wrong.
const REFUNDS_MAX: i64 = 20;

/// Outcomes with which an address was sold as one that mail may go to. A charge for the
/// verdict that there is no mailbox was right, and stays.
const SOLD_AS_GOOD: [&str; 4] = ["verified", "accept_all", "role", "guess"];

/// What became of mail to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOutcome {
    /// The report's id; made by whoever reports.
    pub id: Uuid,
    /// The address.
    pub address: String,
    /// `delivered`, `hard_bounce`, `soft_bounce` or `complaint`.
    pub outcome: String,
    /// When it happened.
    pub at: UnixMillis,
    /// Hash of the report.
    pub body_hash: Hash,
}

/// An outcome as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOutcome {
    /// The report's id.
    pub id: Uuid,
    /// What became of it.
    pub outcome: String,
    /// What was thought of the address at the time of the report; `None` where it was not
    /// known.
    pub status: Option<String>,
    /// The score at the time.
    pub score: Option<u8>,
    /// What was given back for it.
    pub refunded: MilliCredits,
    /// When it happened.
    pub at: UnixMillis,
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// It is kept.
    Done(StoredOutcome),
    /// It was kept before.
    Repeated(StoredOutcome),
    /// The id was used for something else. Nothing was changed.
    Conflict,
}

impl Store {
    /// Keeps an outcome, once for its id; after a hard bounce within the policy's days,
    /// gives back what was charged for the address.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    pub async fn report_outcome(
        &self,
        account_id: Uuid,
        new: &NewOutcome,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Reported> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        if let Some(row) = tx
            .optional(
                sql("SELECT * FROM outcomes WHERE account_id = $1 AND id = $2")
                    .bind(account_id)
                    .bind(new.id),
            )
            .await?
        {
            if row.bytes("body_hash")? != new.body_hash {
                return Ok(Reported::Conflict);
            }
            return Ok(Reported::Repeated(read(&row)?));
        }
        let key = email_key(&new.address);
        let hash = keyed_hash(&self.key, &key);
        let domain = new
            .address
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
            .to_lowercase();
        let known = known_address(&mut tx, account_id, &domain, &new.address).await?;
        let hard = new.outcome == "hard_bounce";
        let refunded = if hard {
            refund_address(&mut tx, &mut account, &hash, "bounced", None, pricing, now).await?
        } else {
            0
        };
        if hard && let Some(KnownAddress { lead_id, .. }) = &known {
            // A refused address is not shown as proved any more.
            tx.execute(
                sql(
                    "UPDATE emails SET status = 'invalid', score = 0, reasons = $2,
                            checked_at = $3
                     WHERE lead_id = $1",
                )
                .bind(*lead_id)
                .bind("[\"bounced\"]")
                .bind(now),
            )
            .await?;
            for row in tx
                .all(
                    sql(
                        "SELECT operation_id FROM captures WHERE account_id = $1 AND lead_id = $2
                         ORDER BY created_at, operation_id",
                    )
                    .bind(account_id)
                    .bind(*lead_id),
                )
                .await?
            {
                captures::touch(&mut tx, &mut account, row.uuid("operation_id")?, now).await?;
            }
        }
        if let Some(known) = &known {
            providers::outcome_of(&mut tx, account_id, known, &new.address, &new.outcome).await?;
        }
        let (status, score, model_score) = match known {
            Some(known) => (Some(known.status), Some(known.score), known.model_score),
            None => (None, None, None),
        };
        tx.execute(
            sql("INSERT INTO outcomes
                 (account_id, id, body_hash, address_hash, domain, status, score, model_score,
                  outcome, refunded, at, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
            .bind(account_id)
            .bind(new.id)
            .bind(new.body_hash.as_slice())
            .bind(hash.as_slice())
            .bind(domain)
            .bind(status.clone())
            .bind(score)
            .bind(model_score)
            .bind(new.outcome.as_str())
            .bind(refunded)
            .bind(new.at)
            .bind(now),
        )
        .await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(Reported::Done(StoredOutcome {
            id: new.id,
            outcome: new.outcome.clone(),
            status,
            score: score.and_then(|score| u8::try_from(score).ok()),
            refunded,
            at: new.at,
        }))
    }
}

fn read(row: &crate::sql::Row) -> Result<StoredOutcome> {
    Ok(StoredOutcome {
        id: row.uuid("id")?,
        outcome: row.text("outcome")?,
        status: row.opt_text("status")?,
        score: row
            .opt_int("score")?
            .and_then(|score| u8::try_from(score).ok()),
        refunded: row.int("refunded")?,
        at: row.int("at")?,
    })
}

/// What is thought of a lead's best address.
pub(crate) struct KnownAddress {
    pub(crate) lead_id: Uuid,
    pub(crate) status: String,
    score: i64,
    model_score: Option<i64>,
}

/// The lead whose best address it is.
async fn known_address(
    tx: &mut Tx,
    account_id: Uuid,
    domain: &str,
    address: &str,
) -> Result<Option<KnownAddress>> {
    let folded = fold(address);
    for row in tx
        .all(
            sql(
                "SELECT lead_id, address, status, score, model_score FROM emails
                 WHERE account_id = $1 AND domain = $2",
            )
            .bind(account_id)
            .bind(domain),
        )
        .await?
    {
        if fold(&row.text("address")?) == folded {
            return Ok(Some(KnownAddress {
                lead_id: row.uuid("lead_id")?,
                status: row.text("status")?,
                score: row.int("score")?,
                model_score: row.opt_int("model_score")?,
            }));
        }
    }
    Ok(None)
}

/// Gives back what was charged for an address within the policy's days, each charge once.
/// `except` is an operation whose own charge stays. How much was given back.
pub(crate) async fn refund_address(
    tx: &mut Tx,
    account: &mut LockedAccount,
    address: &Hash,
    rule: &str,
    except: Option<&OperationId>,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<MilliCredits> {
    let rows = tx
        .all(
            sql("SELECT operation_id, charged_at FROM charges
                 WHERE account_id = $1 AND datum = $2 AND value_hash = $3
                   AND refunded_at IS NULL
                 ORDER BY charged_at DESC, operation_id LIMIT $4")
            .bind(account.id)
            .bind(charges::EMAIL)
            .bind(address.as_slice())
            .bind(REFUNDS_MAX),
        )
        .await?;
    let mut given: MilliCredits = 0;
    for row in rows {
        let charged_at = row.int("charged_at")?;
        let hold = OperationId::new(row.text("operation_id")?).map_err(ledger)?;
        if except == Some(&hold) || !pricing.policy().refunds_automatically(charged_at, now) {
            continue;
        }
        let Some(amount) = refund(tx, account, &hold, rule, now).await? else {
            continue;
        };
        given = given.saturating_add(amount);
        tx.execute(
            sql("UPDATE charges SET refunded_at = $3
                 WHERE account_id = $1 AND operation_id = $2")
            .bind(account.id)
            .bind(hold.as_str())
            .bind(now),
        )
        .await?;
    }
    Ok(given)
}

/// Undoes one charge in the order that was recorded; `None` where the address was not sold
/// as good with it.
async fn refund(
    tx: &mut Tx,
    account: &mut LockedAccount,
    hold: &OperationId,
    rule: &str,
    now: UnixMillis,
) -> Result<Option<MilliCredits>> {
    let operation = OperationId::new(format!("{hold}/refund")).map_err(ledger)?;
    let mut state = load_with_payers(tx, account, hold, now).await?;
    let sold = match state.holds.get(hold).map(|hold| &hold.state) {
        Some(HoldState::Settled { price, .. }) => SOLD_AS_GOOD.contains(&price.outcome.as_str()),
        _ => false,
    };
    if !sold {
        return Ok(None);
    }
    let header = account.header.clone();
    let earlier = credits::load(tx, account.id, header, Some(&operation), now).await?;
    state.operations.extend(earlier.operations);
    let refund = NewRefund {
        hold: hold.clone(),
        amount: None,
        rule: rule.to_owned(),
        expires_at: None,
    };
    let applied = state.refund(&operation, &refund, now)?;
    Ok(match credits::write(tx, account, &state, applied).await? {
        Refunded::Done { amount } => Some(amount),
        Refunded::Repeated | Refunded::NothingLeft { .. } => Some(0),
    })
}

/// A hold with the grants that paid for it, the spent ones too.
async fn load_with_payers(
    tx: &mut Tx,
    account: &LockedAccount,
    hold: &OperationId,
    now: UnixMillis,
) -> Result<AccountState> {
    let mut state = credits::load(tx, account.id, account.header.clone(), Some(hold), now).await?;
    let payers: Vec<_> = state
        .holds
        .get(hold)
        .ok_or_else(|| StoreError::Corrupt("a charge without its hold".to_owned()))?
        .shares
        .iter()
        .map(|share| share.grant)
        .collect();
    for grant in payers {
        if state.grants.contains_key(&grant) {
            continue;
        }
        let row = tx
            .one(
                sql("SELECT available, held, facts FROM ledger_grants
                     WHERE account_id = $1 AND id = $2")
                .bind(account.id)
                .bind(grant.0),
            )
            .await?;
        state
            .grants
            .insert(grant, credits::read_grant(&row, "available", "held")?);
    }
    Ok(state)
}
