//! The ledger's rows: what a command needs is loaded, what it did is written, both in the
//! transaction that holds the account.

use lode_core::api::{Credits, UnixMillis};
use lode_ledger::account::{Held, Resolved};
use lode_ledger::{
    AccountHeader, AccountState, Applied, Balance, Entry, Grant, Hold, LedgerError, NewHold,
    OperationId, OperationRecord, PriceDecision,
};
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::sql::{Row, Statement, Tx, sql};
use crate::{Store, Viewer};

impl From<LedgerError> for StoreError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::OperationConflict { .. } => Self::OperationConflict,
            LedgerError::Plan(_) | LedgerError::Overflow { .. } => Self::Refused(error.to_string()),
            _ => Self::Ledger(error.to_string()),
        }
    }
}

impl Store {
    /// Sets credit aside for an operation, in a transaction of its own; what else belongs
    /// to the operation is the caller's. (A capture's hold is made with the capture.)
    ///
    /// # Errors
    /// The database, or a hold that makes no sense.
    pub async fn hold_credit(
        &self,
        account_id: Uuid,
        operation: &OperationId,
        new: &NewHold,
        now: UnixMillis,
    ) -> Result<Held> {
        self.command(account_id, operation, now, |state| {
            state.hold(operation, new, now)
        })
        .await
    }

    /// Charges a hold, in a transaction of its own; what is left of it goes back.
    ///
    /// # Errors
    /// The database, an unknown hold, or a price above it.
    pub async fn settle_hold(
        &self,
        account_id: Uuid,
        operation: &OperationId,
        price: &PriceDecision,
        now: UnixMillis,
    ) -> Result<Resolved> {
        self.command(account_id, operation, now, |state| {
            state.settle(operation, price, now)
        })
        .await
    }

    /// One command on an account's credit, in a transaction of its own.
    pub(crate) async fn command<T>(
        &self,
        account_id: Uuid,
        operation: &OperationId,
        now: UnixMillis,
        command: impl FnOnce(&mut AccountState) -> Result<Applied<T>, LedgerError> + Send,
    ) -> Result<T> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let (mut statements, outcome) =
            prepare(&mut tx, &mut account, Some(operation), now, command).await?;
        statements.extend(account.unsaved()?);
        tx.batch(statements).await?;
        tx.commit().await?;
        Ok(outcome)
    }
}

/// Loads, does one command and writes what it did, in a transaction that holds the account.
pub(crate) async fn run<T>(
    tx: &mut Tx,
    account: &mut LockedAccount,
    operation: Option<&OperationId>,
    now: UnixMillis,
    command: impl FnOnce(&mut AccountState) -> Result<Applied<T>, LedgerError> + Send,
) -> Result<T> {
    let (statements, outcome) = prepare(tx, account, operation, now, command).await?;
    tx.batch(statements).await?;
    Ok(outcome)
}

/// The same without writing: the statements that will, for who has more to write with them.
pub(crate) async fn prepare<T>(
    tx: &mut Tx,
    account: &mut LockedAccount,
    operation: Option<&OperationId>,
    now: UnixMillis,
    command: impl FnOnce(&mut AccountState) -> Result<Applied<T>, LedgerError> + Send,
) -> Result<(Vec<Statement>, T)> {
    let mut state = match account.take_state(operation) {
        Some(state) => state,
        None => load(tx, account.id, account.header.clone(), operation, now).await?,
    };
    let applied = command(&mut state)?;
    let prepared = statements(account, &state, applied)?;
    account.keep_state(operation, state);
    Ok(prepared)
}

/// Loads what a command on `operation` needs: grants with credit in them (those of open
/// holds are among them), holds whose time has run out, and the operation itself. Other
/// open holds are left where they are: nothing but their time or their own operation
/// touches them, and a busy account has thousands.
pub(crate) async fn load(
    tx: &mut Tx,
    account_id: Uuid,
    header: AccountHeader,
    operation: Option<&OperationId>,
    now: UnixMillis,
) -> Result<AccountState> {
    let name = operation.map(OperationId::as_str).unwrap_or_default();
    // One round trip. What a row is stands in its first column; amounts and times are in a,
    // b and c, all else in `facts`. A hold that is named and due as well comes twice; states
    // are put together by id.
    let rows = tx
        .all(
            sql(
                "SELECT 'grant' AS part, available AS a, held AS b, 0 AS c, facts
                 FROM ledger_grants
                 WHERE account_id = $1 AND (available > 0 OR held > 0)
                 UNION ALL
                 SELECT 'hold', 0, 0, 0, facts FROM ledger_holds
                 WHERE account_id = $1 AND is_open = 1 AND expires_at <= $2
                 UNION ALL
                 SELECT 'hold', 0, 0, 0, facts FROM ledger_holds
                 WHERE account_id = $1 AND operation = $3
                 UNION ALL
                 SELECT 'operation', at, first_sequence, end_sequence, what
                 FROM ledger_operations WHERE account_id = $1 AND id = $3",
            )
            .bind(account_id)
            // The ledger's time never runs behind its last entry.
            .bind(now.max(header.last_at))
            .bind(name),
        )
        .await?;
    let (mut grants, mut holds, mut operations) = (Vec::new(), Vec::new(), Vec::new());
    for row in &rows {
        match row.text("part")?.as_str() {
            "grant" => grants.push(read_grant(row, "a", "b")?),
            "hold" => holds.push(row.json::<Hold>("facts")?),
            _ => operations.extend(operation.map(|id| read_operation(id, row)).transpose()?),
        }
    }
    Ok(AccountState::from_rows(header, grants, holds, operations))
}

/// Writes what a command did, and gives its answer.
pub(crate) async fn write<T>(
    tx: &mut Tx,
    account: &mut LockedAccount,
    state: &AccountState,
    applied: Applied<T>,
) -> Result<T> {
    let (statements, outcome) = statements(account, state, applied)?;
    // What is kept of earlier commands is not up to this one.
    account.take_state(None);
    tx.batch(statements).await?;
    Ok(outcome)
}

/// The statements that write what a command did, with its answer. Each writes a row of its
/// own.
fn statements<T>(
    account: &mut LockedAccount,
    state: &AccountState,
    applied: Applied<T>,
) -> Result<(Vec<Statement>, T)> {
    let id = account.id;
    let mut statements: Vec<_> = applied
        .entries
        .iter()
        .map(|entry| insert_entry(id, entry))
        .collect();
    for operation in &applied.operations {
        statements.push(
            sql("INSERT INTO ledger_operations
                 (account_id, id, what, at, first_sequence, end_sequence)
                 VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(id)
            .bind(operation.id.as_str())
            .bind(operation.what.as_str())
            .bind(operation.at)
            .bind(operation.entries.0)
            .bind(operation.entries.1),
        );
    }
    for grant in &applied.grants {
        statements.push(
            sql(
                "INSERT INTO ledger_grants (account_id, id, available, held, facts)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, id) DO UPDATE
                 SET available = excluded.available, held = excluded.held,
                     facts = excluded.facts",
            )
            .bind(id)
            .bind(grant.id.0)
            .bind(grant.available)
            .bind(grant.held)
            .bind(serde_json::to_string(grant)?),
        );
    }
    for hold in &applied.holds {
        statements.push(
            sql(
                "INSERT INTO ledger_holds (account_id, operation, is_open, expires_at, facts)
                 VALUES ($1, $2, $3, $4, $5)
                 ON CONFLICT (account_id, operation) DO UPDATE
                 SET is_open = excluded.is_open, facts = excluded.facts",
            )
            .bind(id)
            .bind(hold.operation.as_str())
            .bind(i64::from(hold.is_open()))
            .bind(hold.expires_at)
            .bind(serde_json::to_string(hold)?),
        );
    }
    if applied.header_changed {
        account.set_header(state.header.clone());
    }
    Ok((statements, applied.outcome))
}

fn insert_entry(account_id: Uuid, entry: &Entry) -> Statement {
    sql("INSERT INTO ledger_entries
         (account_id, sequence, operation, kind, debit, credit, amount, grant_id, pool,
          hold_operation, member, rule, price_version, corrects, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)")
    .bind(account_id)
    .bind(entry.sequence)
    .bind(entry.operation.as_str())
    .bind(entry.kind.as_str())
    .bind(entry.debit.as_str())
    .bind(entry.credit.as_str())
    .bind(entry.amount)
    .bind(entry.grant.0)
    .bind(entry.pool.as_str())
    .bind(entry.hold.as_ref().map(|hold| hold.as_str().to_owned()))
    .bind(
        entry
            .member
            .as_ref()
            .map(|member| member.as_str().to_owned()),
    )
    .bind(entry.rule.as_str())
    .bind(entry.price_version.as_str())
    .bind(entry.corrects)
    .bind(entry.at)
}

/// A stored name or id as the ledger knows it.
fn known<T: std::str::FromStr>(row: &Row, column: &str) -> Result<T> {
    row.text(column)?
        .parse()
        .map_err(|_| StoreError::Corrupt(format!("ledger column {column}")))
}

fn opt_known<T: std::str::FromStr>(row: &Row, column: &str) -> Result<Option<T>> {
    row.opt_text(column)?
        .map(|text| {
            text.parse()
                .map_err(|_| StoreError::Corrupt(format!("ledger column {column}")))
        })
        .transpose()
}

pub(crate) fn read_entry(row: &Row) -> Result<Entry> {
    Ok(Entry {
        sequence: row.int("sequence")?,
        operation: known(row, "operation")?,
        kind: known(row, "kind")?,
        debit: known(row, "debit")?,
        credit: known(row, "credit")?,
        amount: row.int("amount")?,
        grant: lode_ledger::GrantId(row.int("grant_id")?),
        pool: known(row, "pool")?,
        hold: opt_known(row, "hold_operation")?,
        member: opt_known(row, "member")?,
        rule: row.text("rule")?,
        price_version: row.text("price_version")?,
        corrects: row.opt_int("corrects")?,
        at: row.int("at")?,
    })
}

/// The columns are what constraints and indexes look at; they win over the JSON.
pub(crate) fn read_grant(row: &Row, available: &str, held: &str) -> Result<Grant> {
    let mut grant: Grant = row.json("facts")?;
    grant.available = row.int(available)?;
    grant.held = row.int(held)?;
    Ok(grant)
}

fn read_operation(id: &OperationId, row: &Row) -> Result<OperationRecord> {
    Ok(OperationRecord {
        id: id.clone(),
        what: row.text("facts")?,
        at: row.int("a")?,
        entries: (row.int("b")?, row.int("c")?),
    })
}

/// An account's credit by pool, as the viewer sees it.
pub(crate) async fn balance(
    tx: &mut Tx,
    viewer: &Viewer<'_>,
    header: AccountHeader,
    now: UnixMillis,
) -> Result<Balance> {
    let member = viewer.member()?;
    Ok(load(tx, viewer.account_id, header, None, now)
        .await?
        .balance(member.as_ref(), now)?)
}

/// The same in one sum.
pub(crate) fn sum(balance: &Balance) -> Credits {
    let total = balance.total();
    Credits {
        available: total.available,
        held: total.held,
        plan_limit: total.plan_limit,
        resets_at: balance.resets_at,
    }
}
