//! The database: leads, captures, jobs, accounts and the ledger's entries, on SQLite and PostgreSQL.
