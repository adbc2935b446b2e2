//! Grants: lots of credit, each with its own end and its own place in the order of spending.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::entry::UnknownName;
use crate::id::{Action, GrantId, MemberId, OperationId, Pool};
use crate::{MilliCredits, UnixMillis};

/// Why credit was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantKind {
    /// The plan's allotment for a period.
    Plan,
    /// A trial's credits, given once.
    Trial,
    /// A gift.
    Promotional,
    /// Bought by the account.
    Purchased,
    /// Given back for a charge whose own grant has ended.
    Refund,
    /// Set right by hand.
    Adjustment,
}

impl GrantKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Plan,
        Self::Trial,
        Self::Promotional,
        Self::Purchased,
        Self::Refund,
        Self::Adjustment,
    ];

    /// The name that is stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Trial => "trial",
            Self::Promotional => "promotional",
            Self::Purchased => "purchased",
            Self::Refund => "refund",
            Self::Adjustment => "adjustment",
        }
    }

    /// The place in the order of spending where nothing else is said: free credit goes
    /// before purchased credit. Lower is spent first.
    #[must_use]
    pub fn default_priority(self) -> u8 {
        match self {
            Self::Purchased => 60,
            _ => 50,
        }
    }
}

impl fmt::Display for GrantKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for GrantKind {
    type Err = UnknownName;
    fn from_str(value: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == value)
            .ok_or_else(|| UnknownName {
                what: "kind of grant",
                value: value.to_owned(),
            })
    }
}

/// Who may spend a grant.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// Everybody in the account.
    #[default]
    Account,
    /// One member.
    Member(MemberId),
}

/// What is asked for with a new grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGrant {
    /// Why.
    pub kind: GrantKind,
    /// Which credit.
    pub pool: Pool,
    /// How much; above 0.
    pub amount: MilliCredits,
    /// From when it can be spent; `None`: at once.
    pub effective_at: Option<UnixMillis>,
    /// The first moment at which it cannot be spent any more; `None`: it never ends.
    pub expires_at: Option<UnixMillis>,
    /// Place in the order of spending, lower first; `None`: the kind's own.
    pub priority: Option<u8>,
    /// The actions that it pays for; empty: all.
    pub actions: Vec<Action>,
    /// Who may spend it.
    pub owner: Owner,
    /// The seat that it was given for, where a plan grants by seat.
    pub seat: Option<MemberId>,
}

impl NewGrant {
    /// A grant for the whole account that takes effect at once and never ends.
    #[must_use]
    pub fn new(kind: GrantKind, pool: Pool, amount: MilliCredits) -> Self {
        Self {
            kind,
            pool,
            amount,
            effective_at: None,
            expires_at: None,
            priority: None,
            actions: Vec::new(),
            owner: Owner::Account,
            seat: None,
        }
    }
}

/// A grant, as stored. Only `available` and `held` ever change, and only by an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its id: the sequence number of the entry that made it.
    pub id: GrantId,
    /// Why it was granted.
    pub kind: GrantKind,
    /// Which credit.
    pub pool: Pool,
    /// What was granted.
    pub amount: MilliCredits,
    /// Unspent and not on hold. Not all of it need be spendable now: see [`Grant::is_live`].
    pub available: MilliCredits,
    /// On hold.
    pub held: MilliCredits,
    /// From when it can be spent.
    pub effective_at: UnixMillis,
    /// The first moment at which it cannot be spent any more.
    pub expires_at: Option<UnixMillis>,
    /// Place in the order of spending, lower first.
    pub priority: u8,
    /// Whether somebody paid for it.
    pub paid: bool,
    /// The actions that it pays for; empty: all.
    pub actions: Vec<Action>,
    /// Who may spend it.
    pub owner: Owner,
    /// The seat that it was given for.
    pub seat: Option<MemberId>,
    /// The operation that made it.
    pub operation: OperationId,
    /// When it was made.
    pub created_at: UnixMillis,
}

impl Grant {
    /// Unspent credit, on hold or not.
    #[must_use]
    pub fn remaining(&self) -> MilliCredits {
        self.available.saturating_add(self.held)
    }

    /// Whether it has ended by `now`. The moment of expiry is already past the end.
    #[must_use]
    pub fn has_expired(&self, now: UnixMillis) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// Whether it can be spent at `now`.
    #[must_use]
    pub fn is_live(&self, now: UnixMillis) -> bool {
        self.effective_at <= now && !self.has_expired(now)
    }

    /// Whether it pays for `action` by `member`.
    #[must_use]
    pub fn pays_for(&self, action: &Action, member: Option<&MemberId>) -> bool {
        let owner = match &self.owner {
            Owner::Account => true,
            Owner::Member(owner) => member == Some(owner),
        };
        owner && (self.actions.is_empty() || self.actions.contains(action))
    }

    /// The order of spending: priority, soonest end, free before paid, effective, created,
    /// id. No two grants of an account are equal in it.
    #[must_use]
    pub fn burn_order(&self) -> (u8, UnixMillis, bool, UnixMillis, UnixMillis, GrantId) {
        (
            self.priority,
            self.expires_at.unwrap_or(UnixMillis::MAX),
            self.paid,
            self.effective_at,
            self.created_at,
            self.id,
        )
    }
}
