//! Devices and the one-time codes that pair them.

use lode_core::api::UnixMillis;
use lode_ledger::policy::Role;
use uuid::Uuid;

use crate::error::Result;
use crate::pricing::Pricing;
use crate::sql::{Row, sql};
use crate::{Store, members, secret};

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
    /// The member whose it is.
    pub member_id: Uuid,
    /// What the member may do.
    pub role: Role,
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
    /// Makes a one-time code for a device of the account's owner.
    ///
    /// # Errors
    /// The database.
    pub async fn create_pairing_code(
        &self,
        account_id: Uuid,
        now: UnixMillis,
    ) -> Result<PairingCode> {
        self.create_member_code(account_id, None, now).await
    }

    /// The same for a further device of a member; `None`: the owner.
    ///
    /// # Errors
    /// The database.
    pub async fn create_member_code(
        &self,
        account_id: Uuid,
        member_id: Option<Uuid>,
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
            sql("INSERT INTO pairing_codes
                 (code_hash, account_id, member_id, created_at, expires_at)
                 VALUES ($1, $2, $3, $4, $5)")
            .bind(secret::hash(normal.as_bytes()).as_slice())
            .bind(account_id)
            .bind(member_id)
            .bind(now)
            .bind(expires_at),
        )
        .await?;
        tx.commit().await?;
        Ok(PairingCode { code, expires_at })
    }

    /// Exchanges a one-time code for a device; `None` where the code is unknown, used or
    /// out of date. An invitation's code makes the member with its first device.
    ///
    /// # Errors
    /// The database, or a plan that has no room for another member.
    pub async fn pair_device(
        &self,
        typed_code: &str,
        device_name: &str,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<Option<NewDevice>> {
        let Some(code) = secret::normalise_code(typed_code) else {
            return Ok(None);
        };
        let mut tx = self.db.write().await?;
        let code_hash = secret::hash(code.as_bytes());
        // Deleting is taking: two requests with one code cannot both see the row.
        let row = tx
            .optional(
                sql(
                    "DELETE FROM pairing_codes WHERE code_hash = $1 AND expires_at > $2
                     RETURNING account_id, member_id",
                )
                .bind(code_hash.as_slice())
                .bind(now),
            )
            .await?;
        let (account_id, member_id) = match row {
            Some(row) => {
                let account_id = row.uuid("account_id")?;
                let member_id = match row.opt_uuid("member_id")? {
                    Some(member_id) => member_id,
                    None => members::owner(&mut tx, account_id).await?,
                };
                (account_id, member_id)
            }
            None => {
                let taken = members::take_invitation(&mut tx, &code_hash, pricing, now).await?;
                let Some(taken) = taken else {
                    return Ok(None);
                };
                taken
            }
        };
        let role = tx
            .one(sql("SELECT role FROM members WHERE id = $1").bind(member_id))
            .await?;
        let device = Device {
            id: Uuid::now_v7(),
            account_id,
            member_id,
            role: members::role_of(&role)?,
            name: device_name.to_owned(),
            created_at: now,
            last_used_at: None,
            revoked_at: None,
        };
        let token = secret::new_token();
        tx.execute(
            sql(
                "INSERT INTO devices (id, account_id, member_id, name, token_hash, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6)",
            )
            .bind(device.id)
            .bind(device.account_id)
            .bind(device.member_id)
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
        let Some(row) = self
            .db
            .read_one(
                sql(
                    "SELECT d.*, m.role FROM devices d JOIN members m ON m.id = d.member_id
                     WHERE d.token_hash = $1 AND d.revoked_at IS NULL AND m.left_at IS NULL",
                )
                .bind(secret::hash(token.as_bytes()).as_slice()),
            )
            .await?
        else {
            return Ok(None);
        };
        let device = read_device(&row)?;
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
            sql(
                "SELECT d.*, m.role FROM devices d JOIN members m ON m.id = d.member_id
                 WHERE d.account_id = $1 ORDER BY d.created_at, d.id",
            )
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
        member_id: row.uuid("member_id")?,
        role: members::role_of(row)?,
        name: row.text("name")?,
        created_at: row.int("created_at")?,
        last_used_at: row.opt_int("last_used_at")?,
        revoked_at: row.opt_int("revoked_at")?,
    })
}
