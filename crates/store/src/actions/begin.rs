//! The beginning of an action that takes its time: repeat check, hold, lease.

use lode_core::api::{MilliCredits, UnixMillis};
use lode_ledger::OperationId;
use lode_ledger::account::Held;
use uuid::Uuid;

use super::{Operation, OperationState, Stored, Written, stored, upsert};
use crate::accounts::LockedAccount;
use crate::charges::{self, Subject};
use crate::error::{Result, StoreError};
use crate::pricing::{Pricing, email_key};
use crate::secret::{Hash, keyed_hash};
use crate::sql::Tx;
use crate::{Store, credits, leads, members};

/// What an action is of; the same thing again within the policy's window is free.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionSubject {
    /// An e-mail address.
    Email(String),
    /// A lead's mobile numbers.
    Mobile(Uuid),
    /// Whether there is a datum of a lead: a preview.
    Preview(Uuid, String),
}

impl ActionSubject {
    /// The lead that it belongs to.
    #[must_use]
    pub fn lead_id(&self) -> Option<Uuid> {
        match self {
            Self::Email(_) => None,
            Self::Mobile(lead_id) | Self::Preview(lead_id, _) => Some(*lead_id),
        }
    }

    pub(super) fn charged_as(&self, key: &[u8]) -> Subject {
        let (datum, value) = match self {
            Self::Email(address) => (charges::EMAIL, email_key(address)),
            Self::Mobile(lead_id) => ("mobile", format!("mobile|{lead_id}")),
            Self::Preview(lead_id, datum) => ("preview", format!("preview|{lead_id}|{datum}")),
        };
        Subject {
            datum,
            value: keyed_hash(key, &value),
            // A preview of one datum does not pay for that of another.
            lead_id: match self {
                Self::Mobile(lead_id) => Some(*lead_id),
                _ => None,
            },
        }
    }
}

/// An action that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRequest {
    /// The operation; made by the client.
    pub id: Uuid,
    /// The action, as policies name it.
    pub action: &'static str,
    /// Hash of what was asked.
    pub body_hash: Hash,
    /// Who asks.
    pub member_id: Uuid,
    /// What it is of.
    pub subject: ActionSubject,
    /// What was asked, as JSON: for whoever takes it up again.
    pub request: String,
}

/// The right and the duty to do an action and to report its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The account.
    pub account_id: Uuid,
    /// The operation.
    pub id: Uuid,
    /// Whether the team paid for the same before: it is free.
    pub is_repeat: bool,
    pub(super) lease: Uuid,
    pub(super) subject: Subject,
}

/// The answer to a beginning.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// The credit is set aside: do it, and report its end.
    Work(Ticket),
    /// It was done before; as it ended then.
    Done(Box<Operation>),
    /// Another request or another server is at it.
    UnderWay,
    /// The id was used for something else. Nothing was changed.
    Conflict,
    /// There is no such lead.
    NoLead,
    /// The policy does not sell this.
    NotOffered,
    /// There is too little credit.
    OutOfCredits {
        /// The most that it can cost.
        needed: MilliCredits,
        /// What there is for it.
        available: MilliCredits,
        /// Whether it is the member's own cap that stands in the way.
        capped: bool,
        /// Whether it is kept, to be taken up by an explicit request.
        kept: bool,
    },
}

impl Store {
    /// Begins an action: answers a repeat as it stands, else sets the credit aside and
    /// gives the action to the caller until `lease_until`.
    ///
    /// # Errors
    /// The database; then nothing was changed and the same call may be made again.
    pub async fn begin_action(
        &self,
        account_id: Uuid,
        request: &ActionRequest,
        pricing: &Pricing,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Begun> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        // Whether it is a repeat comes before everything else, as in the ledger.
        let earlier = stored(&mut tx, account_id, request.id).await?;
        if let Some(earlier) = &earlier {
            if earlier.body_hash != request.body_hash || earlier.view.action != request.action {
                return Ok(Begun::Conflict);
            }
            match earlier.view.state {
                OperationState::Done => return Ok(Begun::Done(Box::new(earlier.view.clone()))),
                OperationState::Working if earlier.lease_until.is_some_and(|end| end > now) => {
                    return Ok(Begun::UnderWay);
                }
                _ => {}
            }
        }
        let begun = self
            .begin_locked(
                &mut tx,
                &mut account,
                earlier.as_ref(),
                request,
                pricing,
                now,
                lease_until,
            )
            .await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(begun)
    }

    #[expect(clippy::too_many_arguments, reason = "one transaction's context")]
    pub(super) async fn begin_locked(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        earlier: Option<&Stored>,
        request: &ActionRequest,
        pricing: &Pricing,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Begun> {
        let Some(action) = pricing.action(request.action) else {
            return Ok(Begun::NotOffered);
        };
        let lead_id = request.subject.lead_id();
        if let Some(lead_id) = lead_id
            && leads::by_id(tx, account.id, lead_id).await?.is_none()
        {
            return Ok(Begun::NoLead);
        }
        let subject = request.subject.charged_as(&self.key);
        let mut row = Written {
            id: request.id,
            action: request.action,
            body_hash: &request.body_hash,
            member_id: Some(request.member_id),
            lead_id,
            automatic: earlier.is_some_and(|earlier| earlier.view.automatic),
            state: OperationState::Working,
            hold: None,
            holds: earlier.map_or(0, |earlier| earlier.holds),
            is_repeat: charges::is_repeat_of(tx, account, &action, &subject, pricing, now).await?,
            lease: None,
            lease_until: None,
            request: &request.request,
            result: None,
            receipt: None,
        };
        let mut hold_operation = match earlier.and_then(|earlier| earlier.hold.clone()) {
            Some(hold) if is_open(tx, account, &hold, now).await? => Some(hold),
            _ => None,
        };
        let member = members::ledger_id(request.member_id)?;
        if hold_operation.is_none()
            && !row.is_repeat
            && let Some(new_hold) = pricing.hold(&action, 1, Some(&member), now)?
        {
            let attempt = u32::try_from(row.holds).unwrap_or(u32::MAX);
            let operation = OperationId::attempt(request.id, attempt);
            let held = credits::run(tx, account, Some(&operation), now, |state| {
                state.hold(&operation, &new_hold, now)
            })
            .await?;
            let (needed, available, capped) = match held {
                Held::Held(_) => {
                    row.holds = row.holds.saturating_add(1);
                    hold_operation = Some(operation);
                    (0, 0, false)
                }
                Held::Repeated(_) => return Err(StoreError::OperationConflict),
                Held::Insufficient { needed, available } => (needed, available, false),
                Held::CapReached { needed, allowed } => (needed, allowed, true),
            };
            if hold_operation.is_none() {
                let kept = pricing.pauses();
                if kept {
                    row.state = OperationState::Paused;
                    upsert(tx, account.id, &row, now).await?;
                }
                return Ok(Begun::OutOfCredits {
                    needed,
                    available,
                    capped,
                    kept,
                });
            }
        }
        let lease = Uuid::now_v7();
        row.hold = hold_operation.as_ref();
        row.lease = Some(lease);
        row.lease_until = Some(lease_until);
        upsert(tx, account.id, &row, now).await?;
        Ok(Begun::Work(Ticket {
            account_id: account.id,
            id: request.id,
            is_repeat: row.is_repeat,
            lease,
            subject,
        }))
    }
}

/// Whether a hold still sets credit aside.
async fn is_open(
    tx: &mut Tx,
    account: &LockedAccount,
    hold: &OperationId,
    now: UnixMillis,
) -> Result<bool> {
    let header = account.header.clone();
    let state = credits::load(tx, account.id, header, Some(hold), now).await?;
    Ok(state
        .holds
        .get(hold)
        .is_some_and(|hold| hold.is_open() && hold.expires_at > now))
}
