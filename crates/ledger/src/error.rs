//! What is wrong with a command. An error means that nothing was changed; what may happen
//! in the ordinary course (a repeat, too little credit) is an outcome, not an error.

use crate::id::{GrantId, MemberId, OperationId};
use crate::{MilliCredits, UnixMillis};

/// A command that was not carried out. The state is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// An amount that must be above zero is not.
    #[error("{what} is {amount} milli-credits; it must be above 0")]
    NotPositive {
        /// Which amount.
        what: &'static str,
        /// The value given.
        amount: MilliCredits,
    },
    /// A price below zero.
    #[error("the charge is {amount} milli-credits; it must not be below 0")]
    NegativeCharge {
        /// The value given.
        amount: MilliCredits,
    },
    /// A charge above what was put on hold for it.
    #[error("the charge of {charge} milli-credits is above the hold of {held}")]
    ChargeAboveHold {
        /// The value given.
        charge: MilliCredits,
        /// What is on hold.
        held: MilliCredits,
    },
    /// A refund above what is left to refund.
    #[error("the refund of {amount} milli-credits is above the {refundable} that can be refunded")]
    RefundAboveCharge {
        /// The value given.
        amount: MilliCredits,
        /// What was charged and not refunded yet.
        refundable: MilliCredits,
    },
    /// A sum left the range of a 64-bit integer.
    #[error("{what} overflows")]
    Overflow {
        /// Which sum.
        what: &'static str,
    },
    /// The same operation id was used before for something else.
    #[error("operation {operation} was used before for something else: {earlier}, now {now}")]
    OperationConflict {
        /// The id.
        operation: OperationId,
        /// What it did then.
        earlier: String,
        /// What it is to do now.
        now: String,
    },
    /// An operation id of the kind that the ledger gives to its own operations.
    #[error("operation id {operation} is reserved")]
    ReservedOperation {
        /// The id.
        operation: OperationId,
    },
    /// No hold has this operation id (or the store did not load it).
    #[error("there is no hold for operation {operation}")]
    UnknownHold {
        /// The id.
        operation: OperationId,
    },
    /// No grant has this id (or the store did not load it).
    #[error("there is no grant {grant}")]
    UnknownGrant {
        /// The id.
        grant: GrantId,
    },
    /// The account has no such member.
    #[error("there is no member {member}")]
    UnknownMember {
        /// The id.
        member: MemberId,
    },
    /// A hold names no pool to take from.
    #[error("the hold names no pool")]
    NoPool,
    /// A grant or a hold ends before it begins.
    #[error("{what} ends at {ends_at}, not after its start at {starts_at}")]
    EndsBeforeStart {
        /// Which.
        what: &'static str,
        /// Start.
        starts_at: UnixMillis,
        /// End.
        ends_at: UnixMillis,
    },
    /// The caller's clock is far behind the account's last entry.
    #[error("the clock went backwards: it says {now}, the account's last change was at {last}")]
    ClockWentBackwards {
        /// The caller's time.
        now: UnixMillis,
        /// Time of the last change.
        last: UnixMillis,
    },
    /// A time outside the calendar, or more than a century after the last change.
    #[error("{at} is not a time that the calendar has")]
    BadTime {
        /// The value given.
        at: UnixMillis,
    },
    /// The account has no plan yet, or already has one.
    #[error("{0}")]
    Plan(&'static str),
    /// The stored state contradicts itself; nothing is changed until it is repaired.
    #[error("the stored state contradicts itself: {0}")]
    Inconsistent(String),
}
