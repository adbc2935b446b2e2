//! One movement of credit: from one ledger account to another, never changed afterwards.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{GrantId, MemberId, OperationId, Pool};
use crate::{MilliCredits, UnixMillis};

/// Where credit can be. [`LedgerAccount::Available`] and [`LedgerAccount::Held`] exist
/// once for each grant; the others are the outside world and take any sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerAccount {
    /// Where granted credit comes from.
    Issued,
    /// In a grant, free to spend.
    Available,
    /// In a grant, set aside for an open hold.
    Held,
    /// Charged for something that was delivered.
    Spent,
    /// Ended unspent.
    Expired,
    /// Taken back by hand: an adjustment, a reversed payment, a seat that left.
    Withdrawn,
    /// On its way from one period's grant to the next; empty between operations.
    Carried,
}

impl LedgerAccount {
    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Available => "available",
            Self::Held => "held",
            Self::Spent => "spent",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Carried => "carried",
        }
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A stored name that this version does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown {what}: {value:?}")]
pub struct UnknownName {
    pub(crate) what: &'static str,
    pub(crate) value: String,
}

impl FromStr for LedgerAccount {
    type Err = UnknownName;
    fn from_str(value: &str) -> Result<Self, UnknownName> {
        [
            Self::Issued,
            Self::Available,
            Self::Held,
            Self::Spent,
            Self::Expired,
            Self::Withdrawn,
            Self::Carried,
        ]
        .into_iter()
        .find(|account| account.as_str() == value)
        .ok_or_else(|| UnknownName {
            what: "ledger account",
            value: value.to_owned(),
        })
    }
}

/// What an entry is for. It fixes the two ledger accounts ([`EntryKind::accounts`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// Credit is granted.
    Grant,
    /// Credit is set aside for an action under way.
    Hold,
    /// Held credit is charged.
    Settle,
    /// The part of a hold that a settlement left over goes back.
    Return,
    /// A hold is given up; all of it goes back.
    Release,
    /// A hold's time ran out; all of it goes back.
    HoldExpiry,
    /// Unspent credit ends.
    Expiry,
    /// Unspent credit leaves a period's grant for the next.
    CarryOut,
    /// Unspent credit of the last period arrives.
    CarryIn,
    /// A charge is undone.
    Refund,
    /// Credit is taken back by hand.
    Withdraw,
}

impl EntryKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::Grant,
        Self::Hold,
        Self::Settle,
        Self::Return,
        Self::Release,
        Self::HoldExpiry,
        Self::Expiry,
        Self::CarryOut,
        Self::CarryIn,
        Self::Refund,
        Self::Withdraw,
    ];

    /// The ledger accounts that are debited and credited: credit moves from the first to
    /// the second.
    #[must_use]
    pub fn accounts(self) -> (LedgerAccount, LedgerAccount) {
        use LedgerAccount::{Available, Carried, Expired, Held, Issued, Spent, Withdrawn};
        match self {
            Self::Grant => (Issued, Available),
            Self::Hold => (Available, Held),
            Self::Settle => (Held, Spent),
            Self::Return | Self::Release | Self::HoldExpiry => (Held, Available),
            Self::Expiry => (Available, Expired),
            Self::CarryOut => (Available, Carried),
            Self::CarryIn => (Carried, Available),
            Self::Refund => (Spent, Available),
            Self::Withdraw => (Available, Withdrawn),
        }
    }

    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Grant => "grant",
            Self::Hold => "hold",
            Self::Settle => "settle",
            Self::Return => "return",
            Self::Release => "release",
            Self::HoldExpiry => "hold_expiry",
            Self::Expiry => "expiry",
            Self::CarryOut => "carry_out",
            Self::CarryIn => "carry_in",
            Self::Refund => "refund",
            Self::Withdraw => "withdraw",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = UnknownName;
    fn from_str(value: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == value)
            .ok_or_else(|| UnknownName {
                what: "entry kind",
                value: value.to_owned(),
            })
    }
}

/// One movement of credit, as stored: append-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the account's journal: 1, 2, 3, … without a gap.
    pub sequence: i64,
    /// The operation that moved it.
    pub operation: OperationId,
    /// What it is for.
    pub kind: EntryKind,
    /// Where the credit came from.
    pub debit: LedgerAccount,
    /// Where it went.
    pub credit: LedgerAccount,
    /// How much; above 0.
    pub amount: MilliCredits,
    /// Whose credit it is.
    pub grant: GrantId,
    /// The grant's pool.
    pub pool: Pool,
    /// The hold that it belongs to.
    pub hold: Option<OperationId>,
    /// The member who acted.
    pub member: Option<MemberId>,
    /// The rule that moved it (`find.verified`, `period_close`).
    pub rule: String,
    /// Version of the price list in force.
    pub price_version: String,
    /// Sequence number of the entry that this one corrects or continues.
    pub corrects: Option<i64>,
    /// When, as the caller's clock said; never before the entry before it.
    pub at: UnixMillis,
}
