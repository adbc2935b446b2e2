//! Devices and the one-time codes that pair them.

use lode_core::api::UnixMillis;
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::secret;
use crate::sql::{Row, sql};

/// How long a one-time code is good for, in milliseconds.
pub const CODE_LIFETIME_MS: i64 = 10 * 60 * 1000;

/// How stale a device's last use may be, in milliseconds: not every request is a write.
const LAST_USED_STEP_MS: i64 = 60 * 1000;

/// A one-time code, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairingCode {
    /// The code as people type it.
    pub code: String,
    /// When it stops being good.
    pub expires_at: UnixMillis,
}

/// A paired device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its id.
    pub id: Uuid,
    /// The account that it belongs to.
    pub account_id: Uuid,
    /// Its name, as given when it was paired.
    pub name: String,
    /// When it was paired.
    pub created_at: UnixMillis,
    /// When it was last seen, to the minute.
    pub last_used_at: Option<UnixMillis>,
    /// When its token was revoked.
    pub revoked_at: Option<UnixMillis>,
}

/// A device just paired, with its token, which is stored as a hash only.
pub struct NewDevice {
    /// The device.
    pub device: Device,
    /// Its bearer token.
    pub token: String,
}

impl Store {
    /// Makes a one-time code for an account.
    ///
    /// # Errors
    /// The database.
    pub async fn create_pairing_code(
        &self,
        account_id: Uuid,
        now: UnixMillis,
    ) -> Result<PairingCode> {
        let code = secret::new_code();
        let normal = secret::normalise_code(&code).unwrap_or_default();
        let expires_at = now.saturating_add(CODE_LIFETIME_MS);
        let mut tx = self.db.write().await?;
        tx.execute(
            // A code used or out of date is of no further use.
            sql("DELETE FROM pairing_codes WHERE expires_at <= $1").bind(now),
        )
        .await?;
        tx.execute(
            sql(
                "INSERT INTO pairing_codes (code_hash, account_id, created_at, expires_at)
                 VALUES ($1, $2, $3, $4)",
            )
            .bind(secret::hash(normal.as_bytes()).as_slice())
            .bind(account_id)
            .bind(now)
            .bind(expires_at),
        )
        .await?;
        tx.commit().await?;
        Ok(PairingCode { code, expires_at })
    }

    /// Exchanges a one-time code for a device; `None` where the code is unknown, used or
    /// out of date.
    ///
    /// # Errors
    /// The database.
    pub async fn pair_device(
        &self,
        typed_code: &str,
        device_name: &str,
        now: UnixMillis,
    ) -> Result<Option<NewDevice>> {
        let Some(code) = secret::normalise_code(typed_code) else {
            return Ok(None);
        };
        let mut tx = self.db.write().await?;
        // Deleting is taking: two requests with one code cannot both see the row.
        let Some(row) = tx
            .optional(
                sql(
                    "DELETE FROM pairing_codes WHERE code_hash = $1 AND expires_at > $2
                     RETURNING account_id",
                )
                .bind(secret::hash(code.as_bytes()).as_slice())
                .bind(now),
            )
            .await?
        else {
            return Ok(None);
        };
        let device = Device {
            id: Uuid::now_v7(),
            account_id: row.uuid("account_id")?,
            name: device_name.to_owned(),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let token = secret::new_token();
        tx.execute(
            sql(
                "INSERT INTO devices (id, account_id, name, token_hash, created_at)
                 VALUES ($1, $2, $3, $4, $5)",
            )
            .bind(device.id)
            .bind(device.account_id)
            .bind(device_name)
            .bind(secret::hash(token.as_bytes()).as_slice())
            .bind(now),
        )
        .await?;
        tx.commit().await?;
        Ok(Some(NewDevice { device, token }))
    }

    /// The device that a bearer token belongs to, unless it was revoked.
    ///
    /// # Errors
    /// The database.
    pub async fn authenticate(&self, token: &str, now: UnixMillis) -> Result<Option<Device>> {
        let mut tx = self.db.read().await?;
        let Some(row) = tx
            .optional(
                sql("SELECT * FROM devices WHERE token_hash = $1 AND revoked_at IS NULL")
                    .bind(secret::hash(token.as_bytes()).as_slice()),
            )
            .await?
        else {
            return Ok(None);
        };
        let device = read_device(&row)?;
        drop(tx);
        if device
            .last_used_at
            .is_none_or(|at| now.saturating_sub(at) >= LAST_USED_STEP_MS)
        {
            let mut tx = self.db.write().await?;
            tx.execute(
                sql("UPDATE devices SET last_used_at = $2 WHERE id = $1")
                    .bind(device.id)
                    .bind(now),
            )
            .await?;
            tx.commit().await?;
        }
        Ok(Some(device))
    }

    /// Revokes a device's token. Whether there was one to revoke.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_device(&self, device_id: Uuid, now: UnixMillis) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let changed = tx
            .execute(
                sql("UPDATE devices SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
                    .bind(device_id)
                    .bind(now),
            )
            .await?;
        tx.commit().await?;
        Ok(changed > 0)
    }

    /// All devices of an account, oldest first, the revoked ones too.
    ///
    /// # Errors
    /// The database.
    pub async fn devices(&self, account_id: Uuid) -> Result<Vec<Device>> {
        let mut tx = self.db.read().await?;
        tx.all(
            sql("SELECT * FROM devices WHERE account_id = $1 ORDER BY created_at, id")
                .bind(account_id),
        )
        .await?
        .iter()
        .map(read_device)
        .collect()
    }

    /// Whether any device is paired.
    ///
    /// # Errors
    /// The database.
    pub async fn any_device_paired(&self) -> Result<bool> {
        let mut tx = self.db.read().await?;
        Ok(tx
            .optional(sql(
                "SELECT id FROM devices WHERE revoked_at IS NULL LIMIT 1",
            ))
            .await?
            .is_some())
    }
}

fn read_device(row: &Row) -> Result<Device> {
    Ok(Device {
        id: row.uuid("id")?,
        account_id: row.uuid("account_id")?,
        name: row.text("name")?,
        created_at: row.int("created_at")?,
        last_used_at: row.opt_int("last_used_at")?,
        revoked_at: row.opt_int("revoked_at")?,
    })
}
