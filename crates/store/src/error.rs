//! What can go wrong in the store.

use thiserror::Error;

/// Why the store could not do what it was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database refused, or cannot be reached.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The address of the database makes no sense.
    #[error("database address: {0}")]
    Address(String),
    /// A stored value cannot be read back: the database was changed by something else, or
    /// by a newer version of Lode.
    #[error("stored value unreadable: {0}")]
    Corrupt(String),
    /// The operation id was used for something else before. Nothing was changed.
    #[error("operation id used for something else")]
    OperationConflict,
    /// What was asked for cannot be had as things stand; the text says why, for people.
    /// Nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// The ledger refused an operation that the store had made sure of; a defect.
    #[error("ledger: {0}")]
    Ledger(String),
}

impl StoreError {
    /// Whether the same call may succeed a moment later (lock held, connection lost).
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Database(e)) => {
                // SQLITE_BUSY and its kin; PostgreSQL: serialization failure, deadlock,
                // connection classes, shutting down.
                e.code().is_some_and(|code| {
                    matches!(
                        code.as_ref(),
                        "5" | "6" | "261" | "517" | "40001" | "40P01" | "53300" | "57P01"
                    ) || code.starts_with("08")
                })
            }
            Self::Database(
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed,
            ) => true,
            _ => false,
        }
    }
}

/// Result of the store's calls.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

impl From<serde_json::Error> for StoreError {
    fn from(e: serde_json::Error) -> Self {
        // The message names a position, never a value.
        Self::Corrupt(format!("JSON at line {}, column {}", e.line(), e.column()))
    }
}
