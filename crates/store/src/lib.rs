//! The database: accounts, devices, leads, captures, look-ups and the ledger's entries,
//! on SQLite or PostgreSQL.
//!
//! One set of rules, two databases: everything above [`sql`] is written once. Each public
//! call of [`Store`] is one transaction. A change of an account's captures or credit locks
//! the account's row first, so that versions and ledger entries are committed in order.
//!
//! The store has no clock: times are given, in milliseconds since 1970-01-01 UTC.

mod accounts;
mod actions;
mod audit;
mod calibration;
mod captures;
mod charges;
mod credits;
mod domains;
mod edits;
mod erase;
mod error;
mod lookups;
mod outcomes;
mod plans;
mod receipts;
mod slots;
mod sql;

pub mod devices;
pub mod leads;
pub mod members;
pub mod pricing;
pub mod providers;
pub mod secret;
pub mod settings;

pub use accounts::Account;
pub use actions::{
    ActionEnd, ActionRequest, ActionSubject, Begun, Downloaded, DownloadedRow, DueUnlock,
    FoundPhone, ImportRowStatus, Imported, Operation, OperationState, Ticket, Usage, Used,
};
pub use audit::LedgerCheck;
pub use calibration::ScoredOutcome;
pub use captures::{Changes, Resumed, ShownCapture, Submitted};
pub use domains::{ConfirmedDomain, ProbeHold};
pub use edits::EditedLead;
pub use error::{Result, StoreError};
pub use lookups::{Claimed, EVIDENCE_BYTES_MAX, Evidence, Finished, GivenBack, LookupEnd};
pub use outcomes::{NewOutcome, Reported, StoredOutcome};
pub use plans::{PlanChanged, Standing};
pub use pricing::Pricing;
pub use receipts::{Behind, ReceiptCursor, ReceiptPage, ReceiptRow};
pub use settings::Settings;
pub use sql::Address;

use sql::Database;
use uuid::Uuid;

/// Name of the key under which erased people are hashed.
const SUPPRESSION_KEY: &str = "suppression";

/// The open database.
#[derive(Clone)]
pub struct Store {
    db: Database,
    /// Key of the keyed hashes.
    key: std::sync::Arc<[u8]>,
}

/// Who looks at an account's data, and by which prices: what it looks like depends on both.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// The account.
    pub account_id: Uuid,
    /// The member; `None` sees the whole account's credit.
    pub member_id: Option<Uuid>,
    /// The prices.
    pub pricing: &'a Pricing,
}

impl Viewer<'_> {
    fn member(&self) -> Result<Option<lode_ledger::MemberId>> {
        self.member_id.map(members::ledger_id).transpose()
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database, makes it where it is missing, and brings its schema up to date.
    ///
    /// # Errors
    /// [`StoreError`] where it cannot be reached or made, or is of a newer version.
    pub async fn open(address: &Address) -> Result<Self> {
        let db = Database::open(address).await?;
        let key = secret_key(&db, SUPPRESSION_KEY).await?.into();
        Ok(Self { db, key })
    }

    /// A number that stays the same for this database's lifetime and that nobody else can
    /// guess, one for each `purpose`.
    #[must_use]
    pub fn seed(&self, purpose: &str) -> u64 {
        let hash = secret::keyed_hash(&self.key, purpose);
        hash.iter()
            .take(8)
            .fold(0, |seed, byte| (seed << 8) | u64::from(*byte))
    }

    /// Whether other servers may change the same data without this process hearing of it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.db.is_shared()
    }

    /// Asks the database something easy.
    ///
    /// # Errors
    /// [`StoreError`] where it does not answer.
    pub async fn ping(&self) -> Result<()> {
        let mut tx = self.db.read().await?;
        tx.one(sql::sql("SELECT 1 AS one")).await.map(|_| ())
    }

    /// Ends all connections; what is under way is finished first.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// A secret of the database, made at its first use.
async fn secret_key(db: &Database, name: &str) -> Result<Vec<u8>> {
    let mut tx = db.write().await?;
    tx.execute(
        sql::sql("INSERT INTO secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(secret::new_key().as_slice()),
    )
    .await?;
    let row = tx
        .one(sql::sql("SELECT value FROM secrets WHERE name = $1").bind(name))
        .await?;
    let key = row.bytes("value")?;
    tx.commit().await?;
    Ok(key)
}
