//! Charges that are undone.

use super::journal::{Journal, Reason, Seen};
use super::{AccountState, Applied};
use crate::entry::EntryKind;
use crate::error::LedgerError;
use crate::grant::{GrantKind, NewGrant};
use crate::hold::HoldState;
use crate::id::OperationId;
use crate::{MilliCredits, UnixMillis};

/// The answer to a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refunded {
    /// So much was given back.
    Done {
        /// How much.
        amount: MilliCredits,
    },
    /// It was done before under this id. Nothing was changed.
    Repeated,
    /// There is nothing (any more) to give back: the hold was not charged, or all of the
    /// charge was given back before.
    NothingLeft {
        /// What was given back before.
        refunded: MilliCredits,
    },
}

/// What a refund undoes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// The hold whose charge is undone.
    pub hold: OperationId,
    /// How much; `None`: all that is left of the charge.
    pub amount: Option<MilliCredits>,
    /// Why (`bounced`, `reverified_invalid`).
    pub rule: String,
    /// Where the grant that paid has ended, the credit comes back as a grant of its own
    /// with this end; `None`: it never ends.
    pub expires_at: Option<UnixMillis>,
}

impl AccountState {
    /// Gives a charge back to the grants that paid it, the last one that paid first:
    /// what was recorded counts, not today's order of spending.
    ///
    /// # Errors
    /// [`LedgerError::UnknownHold`], [`LedgerError::RefundAboveCharge`],
    /// [`LedgerError::NotPositive`], or an id that was used for something else.
    pub fn refund(
        &mut self,
        operation: &OperationId,
        refund: &NewRefund,
        now: UnixMillis,
    ) -> Result<Applied<Refunded>, LedgerError> {
        self.run(now, |journal| journal.refund(operation, refund))
    }
}

impl Journal {
    fn refund(
        &mut self,
        operation: &OperationId,
        refund: &NewRefund,
    ) -> Result<Refunded, LedgerError> {
        let what = match refund.amount {
            None => format!("refund of {}", refund.hold),
            Some(amount) => format!("refund of {amount} of {}", refund.hold),
        };
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Refunded::Repeated);
        }
        let Some(mut hold) = self.state.holds.get(&refund.hold).cloned() else {
            return Err(LedgerError::UnknownHold {
                operation: refund.hold.clone(),
            });
        };
        let refunded = hold.refunded();
        let refundable = hold.charged().saturating_sub(refunded);
        let amount = refund.amount.unwrap_or(refundable);
        if refund.amount.is_some() && amount <= 0 {
            return Err(LedgerError::NotPositive {
                what: "the refund",
                amount,
            });
        }
        if refundable == 0 {
            return Ok(Refunded::NothingLeft { refunded });
        }
        if amount > refundable {
            return Err(LedgerError::RefundAboveCharge { amount, refundable });
        }
        let price_version = match &hold.state {
            HoldState::Settled { price, .. } => price.price_version.clone(),
            _ => hold.price_version.clone(),
        };
        let first = self.next_sequence();
        let mut left = amount;
        let mut shares = std::mem::take(&mut hold.shares);
        for share in shares.iter_mut().rev() {
            let given = share.charged.saturating_sub(share.refunded).min(left);
            if given == 0 {
                continue;
            }
            let reason = Reason {
                operation,
                hold: Some(&hold.operation),
                member: hold.member.as_ref(),
                rule: &refund.rule,
                price_version: &price_version,
                corrects: share.settle_entry,
                at: self.now,
            };
            let row = self
                .state
                .grants
                .get(&share.grant)
                .ok_or(LedgerError::UnknownGrant { grant: share.grant })?;
            if row.has_expired(self.now) {
                let (paid, owner, actions) = (row.paid, row.owner.clone(), row.actions.clone());
                let new = NewGrant {
                    // A refund that would be over before it begins lasts for good.
                    expires_at: refund.expires_at.filter(|end| *end > self.now),
                    owner,
                    actions,
                    ..NewGrant::new(GrantKind::Refund, share.pool.clone(), given)
                };
                self.open_grant(&new, EntryKind::Refund, paid, &reason)?;
            } else {
                self.post(EntryKind::Refund, share.grant, given, &reason)?;
            }
            share.refunded = share.refunded.saturating_add(given);
            left = left.saturating_sub(given);
            self.unuse(&hold, &share.pool, given)?;
        }
        hold.shares = shares;
        self.state.holds.insert(refund.hold.clone(), hold);
        self.touch_hold(&refund.hold);
        self.record(operation, what, first);
        Ok(Refunded::Done { amount })
    }
}
