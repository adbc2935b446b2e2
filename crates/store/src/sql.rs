//! The edge to the two databases: pools, transactions, statements, rows.
//!
//! Every rule of the store is written once, above this file, in SQL that SQLite and
//! PostgreSQL read alike (`$1` placeholders, `RETURNING`, `ON CONFLICT`). Where they
//! differ, a [`Statement`] carries both texts. Columns are integers, text and bytes only.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use sqlx::postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteRow, SqliteSynchronous,
};
use sqlx::{Postgres, Row as _, Sqlite};

use crate::error::{Result, StoreError};

type PgQuery = sqlx::query::Query<'static, Postgres, PgArguments>;

/// How long a writer waits for another process (`lode pair` beside `lode serve`).
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// How many connections read at once beside SQLite's one writer.
const SQLITE_READERS: u32 = 4;

/// Where the data lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file, made when missing.
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Whether each commit waits until it is on the disk. Without it a power cut may
        /// take the last commits; a killed process never does.
        durable: bool,
    },
    /// A PostgreSQL database.
    Postgres {
        /// `postgres://user:password@host:port/database`; holds a password: never logged.
        url: String,
        /// Most connections at once.
        connections: u32,
    },
}

/// The open database.
#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// One writer, so that writers queue here and not in SQLite's busy handler; but for what
    /// need not be on the disk when it is committed, which would pay for the waiting most.
    Sqlite {
        writer: SqlitePool,
        hasty: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Database {
    /// Opens the database and brings its schema up to date.
    pub(crate) async fn open(address: &Address) -> Result<Self> {
        match address {
            Address::Sqlite { path, durable } => Self::open_sqlite(path, *durable).await,
            Address::Postgres { url, connections } => Self::open_postgres(url, *connections).await,
        }
    }

    async fn open_sqlite(path: &std::path::Path, durable: bool) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(if durable {
                SqliteSynchronous::Full
            } else {
                SqliteSynchronous::Normal
            })
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("temp_store", "memory");
        let one = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(BUSY_TIMEOUT)
            .idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false);
        let writer = one.clone().connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let hasty = one.connect_lazy_with(options.clone().synchronous(SqliteSynchronous::Normal));
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .acquire_timeout(BUSY_TIMEOUT)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite {
            writer,
            hasty,
            readers,
        })
    }

    async fn open_postgres(url: &str, connections: u32) -> Result<Self> {
        let options = PgConnectOptions::from_str(url)
            // sqlx's message may repeat the address, and with it the password.
            .map_err(|_| StoreError::Address("not a PostgreSQL address".to_owned()))?;
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(2))
            .acquire_timeout(BUSY_TIMEOUT)
            .connect_with(options)
            .await?;
        sqlx::migrate!("migrations/postgres").run(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// A transaction that may write. On SQLite it holds the write lock from the start:
    /// a read that later writes could only fail.
    pub(crate) async fn write(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { writer, .. } => Tx::Sqlite(writer.begin_with("BEGIN IMMEDIATE").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// A transaction that reads one consistent state.
    pub(crate) async fn read(&self) -> Result<Tx> {
        Ok(match self {
            Self::Sqlite { readers, .. } => Tx::Sqlite(readers.begin().await?),
            Self::Postgres(pool) => Tx::Postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                    .await?,
            ),
        })
    }

    /// One reading statement by itself: without a transaction around it, which would be two
    /// more round trips.
    pub(crate) async fn read_one(&self, statement: Statement) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite { readers, .. } => statement
                .sqlite()
                .fetch_optional(readers)
                .await?
                .map(Row::Sqlite),
            Self::Postgres(pool) => statement
                .postgres()
                .fetch_optional(pool)
                .await?
                .map(Row::Postgres),
        })
    }

    /// One writing statement by itself, with the row that it returns: it is committed when
    /// it has ended.
    pub(crate) async fn write_one(&self, statement: Statement) -> Result<Option<Row>> {
        self.write_by(statement, false).await
    }

    /// The same for what may be lost in a power cut: on SQLite no commit waits for the disk.
    pub(crate) async fn write_one_hastily(&self, statement: Statement) -> Result<Option<Row>> {
        self.write_by(statement, true).await
    }

    async fn write_by(&self, statement: Statement, hastily: bool) -> Result<Option<Row>> {
        match self {
            // To its end, not to its first row: only then is it committed.
            Self::Sqlite { writer, hasty, .. } => {
                let writer = if hastily { hasty } else { writer };
                let rows = statement.sqlite().fetch_all(writer).await?;
                Ok(rows.into_iter().next().map(Row::Sqlite))
            }
            Self::Postgres(pool) => {
                let rows = statement.postgres().fetch_all(pool).await?;
                Ok(rows.into_iter().next().map(Row::Postgres))
            }
        }
    }

    /// Whether other servers may change the same data without this process hearing of it.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite {
                writer,
                hasty,
                readers,
            } => {
                readers.close().await;
                hasty.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A transaction; dropped without [`Tx::commit`], it is rolled back.
pub(crate) enum Tx {
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn execute(&mut self, statement: Statement) -> Result<u64> {
        Ok(match self {
            Self::Sqlite(tx) => statement.sqlite().execute(&mut **tx).await?.rows_affected(),
            Self::Postgres(tx) => statement
                .postgres()
                .execute(&mut **tx)
                .await?
                .rows_affected(),
        })
    }

    /// Runs statements that do not build on one another, in one round trip. PostgreSQL gets
    /// them as the parts of one statement: each part sees the rows as they were before, so
    /// no two may touch the same row. (References between tables are checked at the end.)
    /// SQLite gets them one after another.
    pub(crate) async fn batch(&mut self, statements: Vec<Statement>) -> Result<()> {
        if statements.len() > 1 {
            let one = match self {
                Self::Sqlite(_) => in_a_row(statements),
                Self::Postgres(_) => as_one(statements),
            };
            self.execute(one).await?;
        } else if let Some(statement) = statements.into_iter().next() {
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// All rows.
    pub(crate) async fn all(&mut self, statement: Statement) -> Result<Vec<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => statement
                .sqlite()
                .fetch_all(&mut **tx)
                .await?
                .into_iter()
                .map(Row::Sqlite)
                .collect(),
            Self::Postgres(tx) => statement
                .postgres()
                .fetch_all(&mut **tx)
                .await?
                .into_iter()
                .map(Row::Postgres)
                .collect(),
        })
    }

    /// The first row, if there is one.
    pub(crate) async fn optional(&mut self, statement: Statement) -> Result<Option<Row>> {
        Ok(match self {
            Self::Sqlite(tx) => statement
                .sqlite()
                .fetch_optional(&mut **tx)
                .await?
                .map(Row::Sqlite),
            Self::Postgres(tx) => statement
                .postgres()
                .fetch_optional(&mut **tx)
                .await?
                .map(Row::Postgres),
        })
    }

    /// The first row of a statement that always has one.
    pub(crate) async fn one(&mut self, statement: Statement) -> Result<Row> {
        self.optional(statement)
            .await?
            .ok_or_else(|| StoreError::Corrupt("a row that must be there is missing".to_owned()))
    }
}

/// A value for a placeholder. Typed even when null: PostgreSQL wants to know.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Value {
    fn from(v: i64) -> Self {
        Self::Int(Some(v))
    }
}
impl From<Option<i64>> for Value {
    fn from(v: Option<i64>) -> Self {
        Self::Int(v)
    }
}
impl From<&str> for Value {
    fn from(v: &str) -> Self {
        Self::Text(Some(v.to_owned()))
    }
}
impl From<String> for Value {
    fn from(v: String) -> Self {
        Self::Text(Some(v))
    }
}
impl From<Option<String>> for Value {
    fn from(v: Option<String>) -> Self {
        Self::Text(v)
    }
}
impl From<uuid::Uuid> for Value {
    fn from(v: uuid::Uuid) -> Self {
        Self::Text(Some(v.to_string()))
    }
}
impl From<Option<uuid::Uuid>> for Value {
    fn from(v: Option<uuid::Uuid>) -> Self {
        Self::Text(v.map(|v| v.to_string()))
    }
}
impl From<Option<&[u8]>> for Value {
    fn from(v: Option<&[u8]>) -> Self {
        Self::Bytes(v.map(<[u8]>::to_vec))
    }
}
impl From<&[u8]> for Value {
    fn from(v: &[u8]) -> Self {
        Self::Bytes(Some(v.to_vec()))
    }
}

/// SQL text with its values. The text is the store's own, or made of such texts; what came
/// from outside is bound.
pub(crate) struct Statement {
    sqlite: Cow<'static, str>,
    postgres: Cow<'static, str>,
    values: Vec<Value>,
}

/// A statement that both databases read alike.
pub(crate) fn sql(text: &'static str) -> Statement {
    dialect(text, text)
}

/// A statement whose text differs.
pub(crate) fn dialect(sqlite: &'static str, postgres: &'static str) -> Statement {
    Statement {
        sqlite: Cow::Borrowed(sqlite),
        postgres: Cow::Borrowed(postgres),
        values: Vec::new(),
    }
}

/// What stands in a statement's text for the placeholders of a list.
const LIST: &str = "$list";

impl Statement {
    /// Gives the next placeholder its value.
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Gives the next `$list` of the text a placeholder for each value; the text's numbered
    /// placeholders come before its lists.
    pub(crate) fn bind_list<V: Into<Value>>(mut self, list: impl IntoIterator<Item = V>) -> Self {
        let first = self.values.len().saturating_add(1);
        self.values.extend(list.into_iter().map(Into::into));
        let mut places: Vec<String> = (first..=self.values.len())
            .map(|number| format!("${number}"))
            .collect();
        if places.is_empty() {
            // PostgreSQL has no empty lists.
            places.push("NULL".to_owned());
        }
        let places = places.join(", ");
        for text in [&mut self.sqlite, &mut self.postgres] {
            *text = Cow::Owned(text.replacen(LIST, &places, 1));
        }
        self
    }

    fn sqlite(self) -> sqlx::query::Query<'static, Sqlite, SqliteArguments> {
        let mut query = match self.sqlite {
            Cow::Borrowed(text) => sqlx::query(text),
            Cow::Owned(text) => sqlx::query(sqlx::AssertSqlSafe(text)),
        };
        for value in self.values {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
            };
        }
        query
    }

    fn postgres(self) -> PgQuery {
        let mut query = match self.postgres {
            Cow::Borrowed(text) => sqlx::query(text),
            Cow::Owned(text) => sqlx::query(sqlx::AssertSqlSafe(text)),
        };
        for value in self.values {
            query = match value {
                Value::Int(v) => query.bind(v),
                Value::Text(v) => query.bind(v),
                Value::Bytes(v) => query.bind(v),
            };
        }
        query
    }
}

/// Statements as the parts of one, with their placeholders numbered on: `WITH part0 AS
/// (INSERT …), part1 AS (UPDATE …) SELECT 1`.
fn as_one(statements: Vec<Statement>) -> Statement {
    let mut text = String::new();
    let mut values = Vec::new();
    for (part, statement) in statements.into_iter().enumerate() {
        let start = if part == 0 { "WITH " } else { ", " };
        let _ = write!(text, "{start}part{part} AS (");
        renumber(&statement.postgres, values.len(), &mut text);
        text.push(')');
        values.extend(statement.values);
    }
    text.push_str(" SELECT 1");
    made(text, values)
}

/// Statements one after another, with their placeholders numbered on.
fn in_a_row(statements: Vec<Statement>) -> Statement {
    let mut text = String::new();
    let mut values = Vec::new();
    for statement in statements {
        renumber(&statement.sqlite, values.len(), &mut text);
        text.push_str(";\n");
        values.extend(statement.values);
    }
    made(text, values)
}

fn made(text: String, values: Vec<Value>) -> Statement {
    Statement {
        sqlite: Cow::Owned(text.clone()),
        postgres: Cow::Owned(text),
        values,
    }
}

/// Appends a statement's text, with `by` added to the number of each placeholder. (The
/// store's statements hold no `$` in literals.)
fn renumber(text: &str, by: usize, into: &mut String) {
    let mut parts = text.split('$');
    into.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
        let number = number.parse().unwrap_or(0_usize).saturating_add(by);
        let _ = write!(into, "${number}{rest}");
    }
}

/// A row of an answer.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn int(&self, column: &str) -> Result<i64> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn opt_int(&self, column: &str) -> Result<Option<i64>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn text(&self, column: &str) -> Result<String> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn opt_text(&self, column: &str) -> Result<Option<String>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn bytes(&self, column: &str) -> Result<Vec<u8>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn opt_bytes(&self, column: &str) -> Result<Option<Vec<u8>>> {
        Ok(match self {
            Self::Sqlite(row) => row.try_get(column)?,
            Self::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn uuid(&self, column: &str) -> Result<uuid::Uuid> {
        parse_uuid(&self.text(column)?)
    }

    pub(crate) fn opt_uuid(&self, column: &str) -> Result<Option<uuid::Uuid>> {
        self.opt_text(column)?
            .map(|text| parse_uuid(&text))
            .transpose()
    }

    /// A column that holds JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T> {
        Ok(serde_json::from_str(&self.text(column)?)?)
    }

    /// A column that holds JSON or nothing.
    pub(crate) fn opt_json<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
    ) -> Result<Option<T>> {
        Ok(match self.opt_text(column)? {
            Some(text) => Some(serde_json::from_str(&text)?),
            None => None,
        })
    }
}

fn parse_uuid(text: &str) -> Result<uuid::Uuid> {
    uuid::Uuid::parse_str(text).map_err(|_| StoreError::Corrupt("an id".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Vec<Statement> {
        vec![
            sql("INSERT INTO a VALUES ($1, $2)").bind(1).bind("x"),
            sql("UPDATE b SET c = $2 WHERE d = $1 OR e = $12").bind(3),
        ]
    }

    #[test]
    fn parts_of_one_statement_keep_their_values() {
        let one = as_one(two());
        assert_eq!(
            one.postgres,
            "WITH part0 AS (INSERT INTO a VALUES ($1, $2)), \
             part1 AS (UPDATE b SET c = $4 WHERE d = $3 OR e = $14) SELECT 1"
        );
        assert_eq!(one.values.len(), 3);
        let row = in_a_row(two());
        assert_eq!(
            row.sqlite,
            "INSERT INTO a VALUES ($1, $2);\nUPDATE b SET c = $4 WHERE d = $3 OR e = $14;\n"
        );
    }

    #[test]
    fn lists_are_numbered_on() {
        let statement = sql("SELECT 1 FROM a WHERE b = $1 AND (c IN ($list) OR d IN ($list))")
            .bind("b")
            .bind_list(["x", "y"])
            .bind_list(Vec::<String>::new());
        assert_eq!(
            statement.postgres,
            "SELECT 1 FROM a WHERE b = $1 AND (c IN ($2, $3) OR d IN (NULL))"
        );
        assert_eq!(statement.values.len(), 3);
    }
}
