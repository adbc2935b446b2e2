//! Downloads: stored leads as rows. A lead that the team paid for costs nothing again;
//! capacity is not looked at.

use lode_core::api::{EmailView, PhoneView, UnixMillis};
use lode_core::lead::Lead;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::imports::charge_key;
use super::unlocks::phones;
use super::{Charged, Operation, Written, charge_now, stored, write};
use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::leads::{self, LeadKeys};
use crate::pricing::Pricing;
use crate::secret::Hash;
use crate::sql::{Tx, sql};
use crate::{Store, captures, credits, members};

/// What became of a lead that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Outcome {
    lead_id: Uuid,
    /// `delivered`, `already_held`, `out_of_credits` or `not_found`.
    status: String,
}

/// A row of a download.
#[derive(Debug, Clone, PartialEq)]
pub struct DownloadedRow {
    /// The lead that was asked for.
    pub lead_id: Uuid,
    /// `delivered`, `already_held`, `out_of_credits` or `not_found`.
    pub status: String,
    /// The lead with what is known of it; absent where it is not delivered.
    pub lead: Option<(Lead, Option<EmailView>, Vec<PhoneView>)>,
}

/// The answer to a download.
#[derive(Debug, Clone, PartialEq)]
pub enum Downloaded {
    /// The rows in the order asked for, and whether this id was answered before.
    Done {
        /// The operation.
        operation: Box<Operation>,
        /// What there is.
        rows: Vec<DownloadedRow>,
        /// Whether it is a repeat.
        repeated: bool,
    },
    /// The id was used for something else. Nothing was changed.
    Conflict,
    /// The policy does not sell this.
    NotOffered,
}

impl Store {
    /// Delivers leads as rows, once charged for the operation id. What there is no credit
    /// for is named and not delivered.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    #[expect(clippy::too_many_arguments, reason = "one request's facts")]
    pub async fn download_leads(
        &self,
        account_id: Uuid,
        id: Uuid,
        member_id: Uuid,
        lead_ids: &[Uuid],
        body_hash: &Hash,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Downloaded> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        if let Some(earlier) = stored(&mut tx, account_id, id).await? {
            if earlier.body_hash != *body_hash {
                return Ok(Downloaded::Conflict);
            }
            let outcomes: Vec<Outcome> =
                serde_json::from_str(earlier.view.result.as_deref().unwrap_or("[]"))?;
            let rows = rows(&mut tx, account_id, &outcomes).await?;
            return Ok(Downloaded::Done {
                operation: Box::new(earlier.view),
                rows,
                repeated: true,
            });
        }
        let Some(action) = pricing.action("search_result_download") else {
            return Ok(Downloaded::NotOffered);
        };
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
        let one = pricing.price(&action, "delivered", false, 1)?.amount;
        let (mut outcomes, mut paid) = (Vec::<Outcome>::new(), Vec::new());
        let mut left = available;
        for lead_id in lead_ids {
            let lead = leads::by_id(&mut tx, account_id, *lead_id).await?;
            let earlier = outcomes.iter().find(|earlier| earlier.lead_id == *lead_id);
            let status = match (lead, earlier) {
                (None, _) => "not_found",
                (Some(_), Some(earlier)) if earlier.status == "out_of_credits" => "out_of_credits",
                (Some(_), Some(_)) => "already_held",
                (Some(lead), None) => {
                    let key = charge_key(&LeadKeys::of(&lead.lead), lead.id);
                    let held = self
                        .holds_lead(&mut tx, &account, &key, Some(lead.id), pricing, now)
                        .await?;
                    if held {
                        "already_held"
                    } else if one > left {
                        "out_of_credits"
                    } else {
                        left = left.saturating_sub(one);
                        if one > 0 {
                            paid.push((lead.id, key, one));
                        }
                        "delivered"
                    }
                }
            };
            outcomes.push(Outcome {
                lead_id: *lead_id,
                status: status.to_owned(),
            });
        }
        let delivered = outcomes.iter().filter(|o| o.status == "delivered").count();
        let held = outcomes
            .iter()
            .filter(|o| o.status == "already_held")
            .count();
        let units = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let price = if delivered > 0 {
            pricing.price(&action, "delivered", false, units(delivered))?
        } else if held > 0 {
            pricing.price(&action, "already_held", false, units(held))?
        } else {
            let rule = "search_result_download.nothing";
            pricing.free("nothing_delivered", rule, "Free: nothing delivered")?
        };
        let charged = charge_now(
            &mut tx,
            &mut account,
            pricing,
            id,
            &action,
            units(delivered.max(1)),
            Some(&member),
            price,
            now,
        )
        .await?;
        let Charged::Done(receipt, hold) = charged else {
            return Err(StoreError::Ledger(
                "a download above the credit that it was planned with".to_owned(),
            ));
        };
        self.charge_leads(&mut tx, account_id, id, &paid, now)
            .await?;
        let result = serde_json::to_string(&outcomes)?;
        let charged = (receipt, hold);
        let action = "search_result_download";
        let written = Written::done_at_once(id, action, body_hash, member_id, &result, &charged);
        let operation = write(&mut tx, account_id, &written, now).await?;
        let rows = rows(&mut tx, account_id, &outcomes).await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(Downloaded::Done {
            operation: Box::new(operation),
            rows,
            repeated: false,
        })
    }
}

/// The rows as they are now: an operation keeps ids, not what is known of people.
async fn rows(tx: &mut Tx, account_id: Uuid, outcomes: &[Outcome]) -> Result<Vec<DownloadedRow>> {
    let mut rows = Vec::with_capacity(outcomes.len());
    for outcome in outcomes {
        let delivered = matches!(outcome.status.as_str(), "delivered" | "already_held");
        let lead = if delivered {
            leads::by_id(tx, account_id, outcome.lead_id).await?
        } else {
            None
        };
        let lead = match lead {
            None => None,
            Some(lead) => {
                let email = email_of(tx, lead.id).await?;
                let phones = phones(tx, lead.id).await?;
                Some((lead.lead, email, phones))
            }
        };
        rows.push(DownloadedRow {
            lead_id: outcome.lead_id,
            status: outcome.status.clone(),
            lead,
        });
    }
    Ok(rows)
}

/// The best address of a lead.
async fn email_of(tx: &mut Tx, lead_id: Uuid) -> Result<Option<EmailView>> {
    match tx
        .optional(
            sql(
                "SELECT address, status, score, reasons, checked_at, domain_confidence
                 FROM emails WHERE lead_id = $1",
            )
            .bind(lead_id),
        )
        .await?
    {
        Some(row) => captures::email(&row),
        None => Ok(None),
    }
}
