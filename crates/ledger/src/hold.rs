//! Holds: credit that is set aside while an action is under way, and what became of it.

use serde::{Deserialize, Serialize};

use crate::grant::GrantKind;
use crate::id::{Action, GrantId, MemberId, OperationId, Outcome, Pool};
use crate::{MilliCredits, UnixMillis};

/// What an action costs and why: what a price list says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceDecision {
    /// How the action ended.
    pub outcome: Outcome,
    /// What it costs; 0 or more.
    pub amount: MilliCredits,
    /// The rule that set the price (`find.verified`, `repeat_window`).
    pub rule: String,
    /// Version of the price list.
    pub price_version: String,
    /// One line for people: "1 credit: verified; repeat within 365 days is free".
    pub line: String,
}

/// What is asked for with a new hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHold {
    /// What is about to be done.
    pub action: Action,
    /// The pools that pay, first one first.
    pub pools: Vec<Pool>,
    /// The most that it can cost; above 0. What is free needs no hold.
    pub amount: MilliCredits,
    /// Who does it.
    pub member: Option<MemberId>,
    /// When the hold gives up by itself. Later than the longest that the action can take.
    pub expires_at: UnixMillis,
    /// The rule that set the amount.
    pub rule: String,
    /// Version of the price list.
    pub price_version: String,
}

/// A grant's part of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The grant.
    pub grant: GrantId,
    /// The grant's kind.
    pub kind: GrantKind,
    /// The grant's pool.
    pub pool: Pool,
    /// What was set aside of it.
    pub amount: MilliCredits,
    /// What was charged to it in the end.
    pub charged: MilliCredits,
    /// What of the charge was given back later.
    pub refunded: MilliCredits,
    /// Sequence number of the entry that set it aside.
    pub hold_entry: i64,
    /// Sequence number of the entry that charged it.
    pub settle_entry: Option<i64>,
}

/// What became of a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum HoldState {
    /// The action is under way.
    Open,
    /// The action ended; what it cost is charged (it may be 0), the rest went back.
    Settled {
        /// When.
        at: UnixMillis,
        /// What was charged, and why.
        price: PriceDecision,
    },
    /// The action was given up; all went back.
    Released {
        /// When.
        at: UnixMillis,
        /// Why nothing was charged.
        price: PriceDecision,
    },
    /// Nobody ended the action in time; all went back.
    Expired {
        /// When its time ran out.
        at: UnixMillis,
    },
}

/// A hold, as stored; its id is the operation's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The operation, and with it the one key under which the hold is resolved.
    pub operation: OperationId,
    /// What is done.
    pub action: Action,
    /// Who does it.
    pub member: Option<MemberId>,
    /// What was set aside.
    pub amount: MilliCredits,
    /// From which grants, in the order in which they were taken.
    pub shares: Vec<Share>,
    /// The rule that set the amount.
    pub rule: String,
    /// Version of the price list.
    pub price_version: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// When it gives up by itself.
    pub expires_at: UnixMillis,
    /// What became of it.
    #[serde(flatten)]
    pub state: HoldState,
}

impl Hold {
    /// Whether the credit is still set aside.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(self.state, HoldState::Open)
    }

    /// What was charged, refunds not taken off.
    #[must_use]
    pub fn charged(&self) -> MilliCredits {
        self.shares
            .iter()
            .fold(0, |sum: i64, share| sum.saturating_add(share.charged))
    }

    /// What was given back of the charge.
    #[must_use]
    pub fn refunded(&self) -> MilliCredits {
        self.shares
            .iter()
            .fold(0, |sum: i64, share| sum.saturating_add(share.refunded))
    }

    /// The facts of a receipt; `None` while the hold is open.
    #[must_use]
    pub fn receipt(&self) -> Option<ReceiptFacts> {
        let (settled_at, price) = match &self.state {
            HoldState::Open => return None,
            HoldState::Settled { at, price } | HoldState::Released { at, price } => {
                (*at, price.clone())
            }
            HoldState::Expired { at } => (
                *at,
                PriceDecision {
                    outcome: Outcome::expired(),
                    amount: 0,
                    rule: "hold_expired".to_owned(),
                    price_version: self.price_version.clone(),
                    line: "Free: the look-up did not end in time".to_owned(),
                },
            ),
        };
        Some(ReceiptFacts {
            operation: self.operation.clone(),
            action: self.action.clone(),
            charged: self.charged(),
            refunded: self.refunded(),
            price,
            grants: self
                .shares
                .iter()
                .filter(|share| share.charged > 0)
                .map(|share| GrantShare {
                    grant: share.grant,
                    kind: share.kind,
                    amount: share.charged,
                })
                .collect(),
            settled_at,
        })
    }
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// The operation.
    pub operation: OperationId,
    /// What was done.
    pub action: Action,
    /// What was charged.
    pub charged: MilliCredits,
    /// What of it was given back later.
    pub refunded: MilliCredits,
    /// The price, its rule and its line.
    pub price: PriceDecision,
    /// Which grants paid, and how much each, in the order in which they were spent.
    pub grants: Vec<GrantShare>,
    /// When it was settled.
    pub settled_at: UnixMillis,
}

/// A grant's share of a charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantShare {
    /// The grant.
    pub grant: GrantId,
    /// Its kind.
    pub kind: GrantKind,
    /// What it paid.
    pub amount: MilliCredits,
}
