//! The credit ledger: a pure double-entry state machine in milli-credits, and the plan
//! policies. It does no I/O and has no clock: a store loads an account, gives it one
//! command with the time, and writes down what the command did.
//!
//! # How a store uses it
//!
//! In one transaction that keeps other writers of the account out (`BEGIN IMMEDIATE` in
//! SQLite, `SELECT … FOR UPDATE` on the account's row in PostgreSQL):
//!
//! 1. Load an [`AccountState`] with [`AccountState::from_rows`]:
//!    - the [`AccountHeader`] (one row for each account);
//!    - every [`Grant`] with credit left (`available > 0 OR held > 0`), and the grants named
//!      by the shares of the holds below. Loading all of them is right too;
//!    - every open [`Hold`] whose time has run out (`expires_at <= now`; more does no
//!      harm), and the hold that the command names, in whatever state;
//!    - the [`OperationRecord`] of the command's operation id, if there is one.
//! 2. Call one command: [`AccountState::subscribe`], [`grant`](AccountState::grant),
//!    [`hold`](AccountState::hold), [`settle`](AccountState::settle),
//!    [`release`](AccountState::release), [`refund`](AccountState::refund),
//!    [`adjust`](AccountState::adjust), [`change_plan`](AccountState::change_plan), …
//! 3. Write what [`Applied`] lists: insert `entries` and `operations` (with unique keys
//!    `(account, sequence)` and `(account, id)`), write `grants` and `holds` over, and the
//!    header where `header_changed`. Commit.
//!
//! An error means that nothing was changed. What happens in the ordinary course is an
//! outcome: a repeat of an operation, a hold that somebody else resolved, too little
//! credit. Periods that ended, holds whose time ran out and grants that expired are dealt
//! with by the next command, each as of its own time; nothing has to run on a timer.
//!
//! # What holds after every command
//!
//! - Every [`Entry`] moves an amount above 0 from one ledger account to another; entries
//!   are numbered without a gap, and nothing is ever changed or deleted.
//! - No balance is below 0; what can be spent is what remains of the grants less what is
//!   on hold.
//! - A hold is resolved once, under one key, whoever resolves it: settled, released or
//!   expired. Everybody after that is told how.
//! - [`replay()`] rebuilds every balance from the entries, and [`check()`] names the first
//!   place where stored rows say anything else.
//! - Looking often and looking once come to the same: entries are equal to the letter.
//!
//! `tests/model.rs` compares the ledger with a deliberately simple one under random
//! commands, repeats, reorderings and jumps in time; `cargo run -p lode-ledger --release
//! --example model -- 1000000` does the same a million times.
//!
//! # Where a rule is
//!
//! | rule | place |
//! | --- | --- |
//! | order of spending | [`Grant::burn_order`] |
//! | holds, settlements, caps of members | [`account`], `account/spending.rs` |
//! | periods, rollover, expiry | `account/periods.rs`, [`subscription`] |
//! | upgrade, downgrade, cancellation | `account/plans.rs` |
//! | refunds | `account/refunds.rs` |
//! | seats | `account/seats.rs` |
//! | plans, prices, permissions | [`policy`], `policies/*.toml` |
//! | free repeats | [`policy::RepeatWindow`] |
//! | auto-unlock, main lines, several mobiles | [`unlock`] |
//! | capacity and imports | [`capacity`] |
//! | what the products say of their credits | `tests/statements.rs` |
//!
//! # Quick start
//!
//! ```
//! use lode_ledger::account::{Held, Resolved};
//! use lode_ledger::{AccountState, Action, OperationId, Outcome, Policy, Pool};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let now = 1_790_000_000_000; // the caller's clock
//! let policy = Policy::preset("lode")?;
//! let (find, standard) = (Action::new("find")?, Pool::new("standard")?);
//!
//! // A new account on the free plan: 10 credits, renewed each month.
//! let mut account = AccountState::new();
//! let terms = policy.plan_terms(&policy.default_plan)?;
//! let anchor = policy.anchor_day(now)?;
//! let applied = account.subscribe(&OperationId::new("signup")?, &terms, anchor, now)?;
//! assert_eq!(applied.entries.len(), 1); // the store inserts these
//!
//! // A capture: set aside the most that it can cost. (`None` would mean: free anyway.)
//! let capture = OperationId::from(uuid::Uuid::from_u128(7));
//! let hold = policy.hold_for(&find, 1, None, now)?.ok_or("find is not free")?;
//! match account.hold(&capture, &hold, now)?.outcome {
//!     Held::Held(_) => {}                      // look it up
//!     Held::Repeated(_) => {}                  // the client sent it again
//!     Held::Insufficient { .. } | Held::CapReached { .. } => {} // out of credits
//! }
//! assert_eq!(account.balance(None, now)?.pool(&standard).available, 9_000);
//!
//! // The look-up ended: charge what it came to cost (0 gives all of it back).
//! // `repeat` is whether the team got this person's address before, within the window
//! // (`policy.repeat.covers`); where that is known beforehand, no hold is needed at all.
//! let price = policy.price(&find, &Outcome::new("verified")?, false)?;
//! let settled = account.settle(&capture, &price, now + 900)?.outcome;
//! assert!(matches!(settled, Resolved::Done(_)));
//! let receipt = settled.hold().receipt().expect("resolved");
//! assert_eq!((receipt.charged, receipt.grants.len()), (1_000, 1));
//! assert_eq!(receipt.price.line, "1 credit: verified; repeat within 365 days is free");
//!
//! // The same answer arrives again: named, and nothing moves.
//! let again = account.settle(&capture, &price, now + 950)?;
//! assert!(matches!(again.outcome, Resolved::AlreadySettled(_)) && again.is_unchanged());
//! # Ok(())
//! # }
//! ```

pub mod account;
pub mod balance;
pub mod capacity;
pub mod check;
pub mod entry;
pub mod error;
pub mod grant;
pub mod hold;
pub mod id;
pub mod policy;
pub mod replay;
pub mod subscription;
pub mod unlock;

pub use account::{AccountHeader, AccountState, Applied, OperationRecord};
pub use balance::{Balance, PoolBalance};
pub use check::check;
pub use entry::{Entry, EntryKind, LedgerAccount};
pub use error::LedgerError;
pub use grant::{Grant, GrantKind, NewGrant, Owner};
pub use hold::{Hold, HoldState, NewHold, PriceDecision, ReceiptFacts};
pub use id::{Action, GrantId, MemberId, OperationId, Outcome, PlanId, Pool};
pub use policy::Policy;
pub use replay::{Difference, replay};
pub use subscription::{Allotment, Period, PlanTerms, Rollover, Scope, Subscription};

/// Milliseconds since 1970-01-01 UTC.
pub type UnixMillis = i64;

/// Credits in thousandths of one credit.
pub type MilliCredits = i64;
