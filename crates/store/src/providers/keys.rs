//! The providers that an account has a key for.

use lode_core::api::{MilliCredits, UnixMillis};
use uuid::Uuid;

use super::day_of;
use crate::Store;
use crate::error::Result;
use crate::sql::{Row, Tx, sql};

/// What a provider's answers have come to so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProviderRecord {
    /// Look-ups asked.
    pub asked: u64,
    /// Addresses found.
    pub found: u64,
    /// Found addresses that proved right: verified by us, or delivered.
    pub verified: u64,
}

/// A provider with the user's key.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredProvider {
    /// Its stable name.
    pub provider: String,
    /// The key, encrypted.
    pub sealed: Vec<u8>,
    /// What may be spent in a day (UTC).
    pub daily_limit: MilliCredits,
    /// What is spent or reserved today.
    pub spent_today: MilliCredits,
    /// What one of its credits costs the user, in millionths of their currency.
    pub credit_price: u64,
    /// Whether it may be asked about addresses that we cannot prove ourselves.
    pub second_opinion: bool,
    /// Its place in the user's own order, where there is one.
    pub position: Option<i64>,
    /// Why it is left alone, in a stable code, and until when.
    pub trouble: Option<(String, UnixMillis)>,
    /// Since when it has had that trouble, answers in between left out.
    pub trouble_since: Option<UnixMillis>,
    /// Its record.
    pub record: ProviderRecord,
    /// When the key was set.
    pub updated_at: UnixMillis,
}

impl std::fmt::Debug for StoredProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredProvider")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// A change of a provider's settings; what is `None` stays.
#[derive(Default)]
pub struct ProviderEdit {
    /// The key, encrypted.
    pub sealed: Option<Vec<u8>>,
    /// What may be spent in a day.
    pub daily_limit: Option<MilliCredits>,
    /// What one credit costs, in millionths of the user's currency.
    pub credit_price: Option<u64>,
    /// Whether it may be asked about addresses that we cannot prove ourselves.
    pub second_opinion: Option<bool>,
}

/// Daily limit of a provider whose user names none: 50 credits.
const DAILY_LIMIT: MilliCredits = 50_000;

/// Price of a credit that the user does not name; the same for all, so that the order goes
/// by credits: 0.05.
const CREDIT_PRICE: i64 = 50_000;

impl Store {
    /// The providers of an account, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn providers(
        &self,
        account_id: Uuid,
        now: UnixMillis,
    ) -> Result<Vec<StoredProvider>> {
        let mut tx = self.db.read().await?;
        tx.all(
            sql(
                "SELECT k.provider, k.sealed, k.daily_limit, k.credit_price, k.position,
                        k.second_opinion, k.trouble, k.rest_until, k.trouble_since, k.updated_at,
                        COALESCE(s.spent, 0) AS spent, COALESCE(r.asked, 0) AS asked,
                        COALESCE(r.found, 0) AS found, COALESCE(r.verified, 0) AS verified
                 FROM provider_keys k
                 LEFT JOIN provider_spend s ON s.account_id = k.account_id
                      AND s.provider = k.provider AND s.day = $2
                 LEFT JOIN provider_records r ON r.account_id = k.account_id
                      AND r.provider = k.provider
                 WHERE k.account_id = $1 ORDER BY k.provider",
            )
            .bind(account_id)
            .bind(day_of(now)),
        )
        .await?
        .iter()
        .map(read)
        .collect()
    }

    /// Sets a provider's key and settings. `false` where there is no key yet and none is
    /// given. A new key ends the provider's rest, and what its predecessor's pace held up.
    ///
    /// # Errors
    /// The database.
    pub async fn set_provider(
        &self,
        account_id: Uuid,
        provider: &str,
        edit: &ProviderEdit,
        now: UnixMillis,
    ) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let credit_price = edit.credit_price.map(as_i64);
        if let Some(sealed) = &edit.sealed {
            tx.execute(
                sql("INSERT INTO provider_keys
                     (account_id, provider, sealed, daily_limit, credit_price, position,
                      created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $5,
                             (SELECT MAX(position) + 1 FROM provider_keys
                              WHERE account_id = $1), $6, $6)
                     ON CONFLICT (account_id, provider) DO UPDATE
                     SET sealed = excluded.sealed, trouble = NULL, rest_until = NULL,
                         trouble_since = NULL, updated_at = excluded.updated_at")
                .bind(account_id)
                .bind(provider)
                .bind(sealed.as_slice())
                .bind(edit.daily_limit.unwrap_or(DAILY_LIMIT))
                .bind(credit_price.unwrap_or(CREDIT_PRICE))
                .bind(now),
            )
            .await?;
            let text = "DELETE FROM provider_paces WHERE account_id = $1 AND provider = $2";
            tx.execute(sql(text).bind(account_id).bind(provider))
                .await?;
        }
        let changed = tx
            .execute(
                sql("UPDATE provider_keys
                     SET daily_limit = COALESCE($3, daily_limit),
                         credit_price = COALESCE($4, credit_price),
                         second_opinion = COALESCE($6, second_opinion), updated_at = $5
                     WHERE account_id = $1 AND provider = $2")
                .bind(account_id)
                .bind(provider)
                .bind(edit.daily_limit)
                .bind(credit_price)
                .bind(now)
                .bind(edit.second_opinion.map(i64::from)),
            )
            .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }

    /// Forgets a provider's key. What was spent today and its record stay. `false` where
    /// there was none.
    ///
    /// # Errors
    /// The database.
    pub async fn remove_provider(&self, account_id: Uuid, provider: &str) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let changed = tx
            .execute(
                sql("DELETE FROM provider_keys WHERE account_id = $1 AND provider = $2")
                    .bind(account_id)
                    .bind(provider),
            )
            .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }

    /// Sets the order in which an account's providers are asked; those that are not named
    /// are not asked. `None`: by expected cost.
    ///
    /// # Errors
    /// The database.
    pub async fn order_providers(&self, account_id: Uuid, order: Option<&[&str]>) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            sql("UPDATE provider_keys SET position = NULL WHERE account_id = $1").bind(account_id),
        )
        .await?;
        for (position, provider) in (0_i64..).zip(order.unwrap_or_default()) {
            tx.execute(
                sql("UPDATE provider_keys SET position = $3
                     WHERE account_id = $1 AND provider = $2")
                .bind(account_id)
                .bind(*provider)
                .bind(position),
            )
            .await?;
        }
        tx.commit().await
    }

    /// Leaves a provider alone until a moment, and says why (stable code); `None` takes it
    /// up again. The same trouble again is as old as it was.
    ///
    /// # Errors
    /// The database.
    pub async fn rest_provider(
        &self,
        account_id: Uuid,
        provider: &str,
        trouble: Option<(&str, UnixMillis)>,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            sql("UPDATE provider_keys
                 SET trouble_since = CASE WHEN trouble = $3 THEN COALESCE(trouble_since, $5)
                                          ELSE $5 END,
                     trouble = $3, rest_until = $4
                 WHERE account_id = $1 AND provider = $2")
            .bind(account_id)
            .bind(provider)
            .bind(trouble.map(|(code, _)| code.to_owned()))
            .bind(trouble.map(|(_, until)| until))
            .bind(trouble.map(|_| now)),
        )
        .await?;
        tx.commit().await
    }
}

fn read(row: &Row) -> Result<StoredProvider> {
    let count = |column| Ok::<u64, crate::StoreError>(as_u64(row.int(column)?));
    Ok(StoredProvider {
        provider: row.text("provider")?,
        sealed: row.bytes("sealed")?,
        daily_limit: row.int("daily_limit")?,
        spent_today: row.int("spent")?,
        credit_price: count("credit_price")?,
        second_opinion: row.int("second_opinion")? == 1,
        position: row.opt_int("position")?,
        trouble: row.opt_text("trouble")?.zip(row.opt_int("rest_until")?),
        trouble_since: row.opt_int("trouble_since")?,
        record: ProviderRecord {
            asked: count("asked")?,
            found: count("found")?,
            verified: count("verified")?,
        },
        updated_at: row.int("updated_at")?,
    })
}

/// A provider has answered: what rest it had is over, unless another call has just begun one.
pub(super) async fn trouble_is_over(
    tx: &mut Tx,
    account_id: Uuid,
    provider: &str,
    now: UnixMillis,
) -> Result<()> {
    tx.execute(
        sql(
            "UPDATE provider_keys SET trouble = NULL, rest_until = NULL, trouble_since = NULL
             WHERE account_id = $1 AND provider = $2 AND rest_until <= $3",
        )
        .bind(account_id)
        .bind(provider)
        .bind(now),
    )
    .await?;
    Ok(())
}

/// Adds to a provider's record.
pub(super) async fn count(
    tx: &mut Tx,
    account_id: Uuid,
    provider: &str,
    (asked, found, verified): (i64, i64, i64),
) -> Result<()> {
    tx.execute(
        sql(
            "INSERT INTO provider_records (account_id, provider, asked, found, verified)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (account_id, provider) DO UPDATE
             SET asked = provider_records.asked + excluded.asked,
                 found = provider_records.found + excluded.found,
                 verified = provider_records.verified + excluded.verified",
        )
        .bind(account_id)
        .bind(provider)
        .bind(asked)
        .bind(found)
        .bind(verified),
    )
    .await?;
    Ok(())
}

fn as_i64(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn as_u64(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
