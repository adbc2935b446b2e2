//! Actions whose work was done elsewhere, by an integration of the operator: reported with
//! their outcome, charged by the policy.

use lode_core::api::{MilliCredits, UnixMillis};
use uuid::Uuid;

use super::{Charged, Operation, Written, charge_now, stored, write};
use crate::accounts::LockedAccount;
use crate::charges::{self, Subject};
use crate::error::Result;
use crate::pricing::Pricing;
use crate::secret::{Hash, keyed_hash};
use crate::{Store, members};

/// What an integration reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The operation; made by the integration.
    pub id: Uuid,
    /// The action.
    pub action: &'static str,
    /// How it ended.
    pub outcome: String,
    /// How many units (minutes of a call).
    pub units: u32,
    /// What it was of: the same again within the policy's window is free.
    pub subject: String,
    /// Hash of what was reported.
    pub body_hash: Hash,
    /// Who did it.
    pub member_id: Uuid,
    /// The report with its evidence, as JSON.
    pub request: String,
}

/// The answer to a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Used {
    /// It is charged, or free; the receipt says which.
    Done(Box<Operation>),
    /// It was reported before; as it stood then.
    Repeated(Box<Operation>),
    /// The id was used for something else. Nothing was changed.
    Conflict,
    /// The policy does not sell this.
    NotOffered,
    /// There is too little credit: nothing was written, and the id may be used again.
    OutOfCredits {
        /// What it costs.
        needed: MilliCredits,
        /// What there is for it.
        available: MilliCredits,
        /// Whether it is the member's own cap that stands in the way.
        capped: bool,
    },
}

impl Store {
    /// Charges a reported action, once for its operation id.
    ///
    /// # Errors
    /// The database; an outcome that the action cannot have, or a number of units that has
    /// no price ([`crate::StoreError::Refused`]). Then nothing was changed.
    pub async fn report_usage(
        &self,
        account_id: Uuid,
        usage: &Usage,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Used> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        if let Some(earlier) = stored(&mut tx, account_id, usage.id).await? {
            if earlier.body_hash != usage.body_hash {
                return Ok(Used::Conflict);
            }
            return Ok(Used::Repeated(Box::new(earlier.view)));
        }
        let Some(action) = pricing.action(usage.action) else {
            return Ok(Used::NotOffered);
        };
        let subject = Subject {
            datum: usage.action,
            value: keyed_hash(&self.key, &format!("{}|{}", usage.action, usage.subject)),
            lead_id: None,
        };
        let repeat =
            charges::is_repeat_of(&mut tx, &account, &action, &subject, pricing, now).await?;
        let price = pricing.price(&action, &usage.outcome, repeat, usage.units)?;
        let member = members::ledger_id(usage.member_id)?;
        let charged = charge_now(
            &mut tx,
            &mut account,
            pricing,
            usage.id,
            &action,
            usage.units,
            Some(&member),
            price,
            now,
        )
        .await?;
        let charged = match charged {
            Charged::Done(receipt, hold) => (receipt, hold),
            Charged::Short {
                needed,
                available,
                capped,
            } => {
                return Ok(Used::OutOfCredits {
                    needed,
                    available,
                    capped,
                });
            }
        };
        if let (receipt, Some(hold)) = &charged {
            let id = hold.as_str();
            charges::insert(&mut tx, account_id, id, 0, &subject, receipt.charged, now).await?;
        }
        let result = serde_json::json!({ "outcome": usage.outcome, "units": usage.units });
        let result = result.to_string();
        let (id, member_id) = (usage.id, usage.member_id);
        let written = Written {
            is_repeat: repeat,
            request: &usage.request,
            ..Written::done_at_once(
                id,
                usage.action,
                &usage.body_hash,
                member_id,
                &result,
                &charged,
            )
        };
        let operation = write(&mut tx, account_id, &written, now).await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(Used::Done(Box::new(operation)))
    }
}
