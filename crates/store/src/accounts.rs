//! Accounts: the row that every change of an account's captures and credit locks.

use lode_core::api::UnixMillis;
use lode_ledger::policy::Role;
use lode_ledger::{AccountHeader, AccountState, Balance, OperationId};
use uuid::Uuid;

use crate::error::{Result, StoreError};
use crate::pricing::Pricing;
use crate::settings::Settings;
use crate::sql::{Row, Statement, Tx, dialect, sql};
use crate::{Store, Viewer, credits, members};

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMillis,
}

/// An account held by a transaction: nobody else changes its captures or its credit until
/// the transaction ends, so versions are committed in their order.
pub(crate) struct LockedAccount {
    pub(crate) id: Uuid,
    pub(crate) version: i64,
    pub(crate) header: AccountHeader,
    pub(crate) settings: Settings,
    /// The ledger as the last command of the transaction left it.
    state: Option<(Option<OperationId>, AccountState)>,
    changed: bool,
}

impl LockedAccount {
    /// Locks an account for the rest of the transaction.
    pub(crate) async fn lock(tx: &mut Tx, id: Uuid) -> Result<Self> {
        let row = tx
            .optional(
                // SQLite's writers are alone anyway.
                dialect(
                    "SELECT version, ledger_header, settings FROM accounts WHERE id = $1",
                    "SELECT version, ledger_header, settings FROM accounts WHERE id = $1
                     FOR UPDATE",
                )
                .bind(id),
            )
            .await?
            .ok_or_else(|| StoreError::Corrupt("an account is missing".to_owned()))?;
        Ok(Self {
            id,
            version: row.int("version")?,
            header: row.json("ledger_header")?,
            settings: row.json("settings")?,
            state: None,
            changed: false,
        })
    }

    /// What a command on `operation` needs, where the last command has left it.
    pub(crate) fn take_state(&mut self, operation: Option<&OperationId>) -> Option<AccountState> {
        let (of, state) = self.state.take()?;
        (of.as_ref() == operation).then_some(state)
    }

    /// Keeps the ledger as a command has left it.
    pub(crate) fn keep_state(&mut self, operation: Option<&OperationId>, state: AccountState) {
        self.state = Some((operation.cloned(), state));
    }

    /// The credit now, as the viewer sees it: read only where no command has.
    pub(crate) async fn balance(
        &self,
        tx: &mut Tx,
        viewer: &Viewer<'_>,
        now: UnixMillis,
    ) -> Result<Balance> {
        match &self.state {
            Some((_, state)) => Ok(state.balance(viewer.member()?.as_ref(), now)?),
            None => credits::balance(tx, viewer, self.header.clone(), now).await,
        }
    }

    /// The next version of the account, for one changed capture.
    pub(crate) fn next_version(&mut self) -> i64 {
        self.version = self.version.saturating_add(1);
        self.changed = true;
        self.version
    }

    /// When the billing period under way at `now` began.
    pub(crate) fn period_started_at(&self, now: UnixMillis) -> UnixMillis {
        period_started_at(&self.header, now)
    }

    pub(crate) fn set_header(&mut self, header: AccountHeader) {
        if self.header != header {
            self.header = header;
            self.changed = true;
        }
    }

    /// Writes what has changed; the last statement before the commit.
    pub(crate) async fn save(self, tx: &mut Tx) -> Result<()> {
        if let Some(statement) = self.unsaved()? {
            tx.execute(statement).await?;
        }
        Ok(())
    }

    /// What [`LockedAccount::save`] would run, for who has more to write with it.
    pub(crate) fn unsaved(self) -> Result<Option<Statement>> {
        if !self.changed {
            return Ok(None);
        }
        let statement = sql("UPDATE accounts SET version = $2, ledger_header = $3 WHERE id = $1")
            .bind(self.id)
            .bind(self.version)
            .bind(serde_json::to_string(&self.header)?);
        Ok(Some(statement))
    }
}

/// When the billing period under way at `now` began. The header may not have been carried
/// that far yet; no charge can lie between its period's end and now, so that this end will
/// do for the beginning of whichever period it is.
pub(crate) fn period_started_at(header: &AccountHeader, now: UnixMillis) -> UnixMillis {
    header
        .subscription
        .as_ref()
        .map_or(UnixMillis::MIN, |subscription| {
            subscription
                .ends_at
                .filter(|end| *end <= now)
                .unwrap_or(subscription.started_at)
        })
}

/// The ledger's header of an account, without locking it.
pub(crate) async fn read_header(tx: &mut Tx, id: Uuid) -> Result<AccountHeader> {
    Ok(read_header_and_version(tx, id).await?.0)
}

/// The same with the account's version.
pub(crate) async fn read_header_and_version(tx: &mut Tx, id: Uuid) -> Result<(AccountHeader, i64)> {
    let row = tx
        .optional(sql("SELECT ledger_header, version FROM accounts WHERE id = $1").bind(id))
        .await?
        .ok_or_else(|| StoreError::Corrupt("an account is missing".to_owned()))?;
    Ok((row.json("ledger_header")?, row.int("version")?))
}

impl Store {
    /// The account of a name, made with its plan's first credits where it is missing.
    /// Whether it was made now.
    ///
    /// # Errors
    /// The database.
    pub async fn ensure_account(
        &self,
        name: &str,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<(Account, bool)> {
        let mut tx = self.db.write().await?;
        // Two servers may start on one new database: the second finds the first one's.
        let made = tx
            .execute(
                sql(
                    "INSERT INTO accounts (id, name, version, ledger_header, created_at)
                     VALUES ($1, $2, 0, $3, $4) ON CONFLICT (name) DO NOTHING",
                )
                .bind(Uuid::now_v7())
                .bind(name)
                .bind(serde_json::to_string(&AccountHeader::default())?)
                .bind(now),
            )
            .await?
            > 0;
        let row = tx
            .one(sql("SELECT id, name, created_at FROM accounts WHERE name = $1").bind(name))
            .await?;
        let account = read_account(&row)?;
        if made {
            let mut locked = LockedAccount::lock(&mut tx, account.id).await?;
            let operation =
                OperationId::new("signup").map_err(|e| StoreError::Ledger(e.to_string()))?;
            let anchor_day = pricing.policy().anchor_day(now)?;
            credits::run(&mut tx, &mut locked, None, now, |state| {
                state.subscribe(&operation, pricing.plan(), anchor_day, now)
            })
            .await?;
            let owner = Uuid::now_v7();
            members::insert(&mut tx, &mut locked, owner, "owner", Role::Admin, now).await?;
            self.keep_erased(&mut tx, account.id, name).await?;
            locked.save(&mut tx).await?;
        }
        tx.commit().await?;
        Ok((account, made))
    }

    /// All accounts, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        let mut tx = self.db.read().await?;
        tx.all(sql(
            "SELECT id, name, created_at FROM accounts WHERE erased_at IS NULL
             ORDER BY created_at, id",
        ))
        .await?
        .iter()
        .map(read_account)
        .collect()
    }

    /// An account with its credit and plan now, as the viewer sees them.
    ///
    /// # Errors
    /// The database.
    pub async fn account_standing(
        &self,
        viewer: &Viewer<'_>,
        now: UnixMillis,
    ) -> Result<(Account, Balance)> {
        let mut tx = self.db.read().await?;
        let row = tx
            .one(
                sql("SELECT id, name, created_at FROM accounts WHERE id = $1")
                    .bind(viewer.account_id),
            )
            .await?;
        let header = read_header(&mut tx, viewer.account_id).await?;
        let balance = credits::balance(&mut tx, viewer, header, now).await?;
        Ok((read_account(&row)?, balance))
    }

    /// An account's credit by pool, as the viewer sees it.
    ///
    /// # Errors
    /// The database.
    pub async fn balance(&self, viewer: &Viewer<'_>, now: UnixMillis) -> Result<Balance> {
        let mut tx = self.db.read().await?;
        let header = read_header(&mut tx, viewer.account_id).await?;
        credits::balance(&mut tx, viewer, header, now).await
    }

    /// Carries out what time alone has brought to every account: holds that ran out,
    /// periods that ended. Every command does so for its own account; this is for the
    /// start, when nobody may come for a long time.
    ///
    /// # Errors
    /// The database.
    pub async fn advance_accounts(&self, now: UnixMillis) -> Result<()> {
        for account in self.accounts().await? {
            let mut tx = self.db.write().await?;
            let mut locked = LockedAccount::lock(&mut tx, account.id).await?;
            credits::run(&mut tx, &mut locked, None, now, |state| state.advance(now)).await?;
            members::seat_all(&mut tx, &mut locked, now).await?;
            locked.save(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

fn read_account(row: &Row) -> Result<Account> {
    Ok(Account {
        id: row.uuid("id")?,
        name: row.text("name")?,
        created_at: row.int("created_at")?,
    })
}
