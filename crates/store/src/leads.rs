//! Leads: found again, merged, corrected, erased.

pub mod identity;
pub mod merge;
mod show;

pub use identity::LeadKeys;
pub use merge::{EditableField, Edited, LeadEdit};
pub use show::ShownLead;

use lode_core::api::UnixMillis;
use lode_core::lead::Lead;
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::secret::{Hash, keyed_hash};
use crate::sql::{Row, Tx, sql};
use identity::also_name;

/// A lead as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredLead {
    pub(crate) id: Uuid,
    pub(crate) lead: Lead,
    pub(crate) edited: Edited,
}

impl StoredLead {
    /// Hash of what a look-up rests on: when it changes under way, the look-up is stale.
    pub(crate) fn inputs(&self) -> Hash {
        let lead = &self.lead;
        let mut text = String::new();
        for part in [
            &lead.full_name,
            &lead.company,
            &lead.company_domain,
            &lead.website,
        ] {
            // Absent and empty differ, and no part runs into the next.
            text.push_str(&format!("{part:?}\n"));
        }
        crate::secret::hash(text.as_bytes())
    }
}

fn read(row: &Row) -> Result<StoredLead> {
    Ok(StoredLead {
        id: row.uuid("id")?,
        lead: row.json("lead")?,
        edited: row.json("edited")?,
    })
}

/// A lead of an account by its id.
pub(crate) async fn by_id(tx: &mut Tx, account_id: Uuid, id: Uuid) -> Result<Option<StoredLead>> {
    tx.optional(
        sql("SELECT id, lead, edited FROM leads WHERE account_id = $1 AND id = $2")
            .bind(account_id)
            .bind(id),
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// Stores a captured lead: merged into the one that is known already, or as a new one.
pub(crate) async fn upsert(
    tx: &mut Tx,
    account_id: Uuid,
    newer: &Lead,
    now: UnixMillis,
) -> Result<StoredLead> {
    let keys = LeadKeys::of(newer);
    if let Some(mut stored) = find(tx, account_id, &keys).await? {
        let merged = merge::merge(&stored.lead, &mut stored.edited, newer);
        if merged != stored.lead {
            stored.lead = merged;
            update(tx, account_id, &stored, now).await?;
        }
        return Ok(stored);
    }
    let stored = StoredLead {
        id: Uuid::now_v7(),
        lead: newer.clone(),
        edited: Edited::new(),
    };
    tx.execute(
        sql("INSERT INTO leads
             (id, account_id, profile_key, lead, edited, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $6)")
        .bind(stored.id)
        .bind(account_id)
        .bind(keys.profile.clone())
        .bind(serde_json::to_string(&stored.lead)?)
        .bind(serde_json::to_string(&stored.edited)?)
        .bind(now),
    )
    .await?;
    write_names(tx, account_id, &stored, &keys).await?;
    Ok(stored)
}

/// The stored lead that a capture with these keys is of. With a profile address it is the
/// lead of that address or of a further one, or one that was captured without any; without, the one lead of
/// that name and employer: where there are several, nothing says which.
pub(crate) async fn find(
    tx: &mut Tx,
    account_id: Uuid,
    keys: &LeadKeys,
) -> Result<Option<StoredLead>> {
    // By its own address, then by those that it, or the stored lead, is known at too.
    for address in keys.addresses() {
        let known = tx
            .optional(
                sql("SELECT 0 AS place, id, lead, edited, created_at FROM leads
                     WHERE account_id = $1 AND profile_key = $2
                     UNION ALL
                     SELECT 1, l.id, l.lead, l.edited, l.created_at
                     FROM lead_names n JOIN leads l ON l.id = n.lead_id
                     WHERE n.account_id = $1 AND n.name_key = $3
                     ORDER BY place, created_at, id LIMIT 1")
                .bind(account_id)
                .bind(address)
                .bind(also_name(address)),
            )
            .await?;
        if let Some(row) = known {
            return read(&row).map(Some);
        }
    }
    for name in &keys.names {
        let rows = tx
            .all(
                sql("SELECT l.id, l.lead, l.edited, l.profile_key
                     FROM lead_names n JOIN leads l ON l.id = n.lead_id
                     WHERE n.account_id = $1 AND n.name_key = $2
                     ORDER BY l.created_at, l.id LIMIT 10")
                .bind(account_id)
                .bind(name.as_str()),
            )
            .await?;
        let mut anonymous = None;
        for row in &rows {
            if row.opt_text("profile_key")?.is_none() {
                anonymous = Some(row);
                break;
            }
        }
        let found = match (anonymous, rows.as_slice()) {
            (Some(row), _) => Some(row),
            (None, [row]) if keys.profile.is_none() => Some(row),
            _ => None,
        };
        if let Some(row) = found {
            return read(row).map(Some);
        }
    }
    Ok(None)
}

/// Writes a changed lead and its keys.
pub(crate) async fn update(
    tx: &mut Tx,
    account_id: Uuid,
    stored: &StoredLead,
    now: UnixMillis,
) -> Result<()> {
    let keys = LeadKeys::of(&stored.lead);
    tx.execute(
        sql(
            "UPDATE leads SET profile_key = $3, lead = $4, edited = $5, updated_at = $6
             WHERE account_id = $1 AND id = $2",
        )
        .bind(account_id)
        .bind(stored.id)
        .bind(keys.profile.clone())
        .bind(serde_json::to_string(&stored.lead)?)
        .bind(serde_json::to_string(&stored.edited)?)
        .bind(now),
    )
    .await?;
    write_names(tx, account_id, stored, &keys).await
}

/// Whether a lead is archived: it is kept, but takes no room.
pub(crate) async fn is_archived(tx: &mut Tx, id: Uuid) -> Result<bool> {
    Ok(tx
        .one(sql("SELECT archived_at FROM leads WHERE id = $1").bind(id))
        .await?
        .opt_int("archived_at")?
        .is_some())
}

/// Archives a lead, or brings it back. Whether there is such a lead.
pub(crate) async fn set_archived(
    tx: &mut Tx,
    account_id: Uuid,
    id: Uuid,
    archived_at: Option<UnixMillis>,
) -> Result<bool> {
    let changed = tx
        .execute(
            sql("UPDATE leads SET archived_at = $3 WHERE account_id = $1 AND id = $2")
                .bind(account_id)
                .bind(id)
                .bind(archived_at),
        )
        .await?;
    Ok(changed > 0)
}

/// Adds the lead's names; former ones stay, so that the lead is found under them too.
async fn write_names(
    tx: &mut Tx,
    account_id: Uuid,
    stored: &StoredLead,
    keys: &LeadKeys,
) -> Result<()> {
    let also = keys.also.iter().map(|key| also_name(key));
    for name in keys.names.iter().cloned().chain(also) {
        tx.execute(
            sql(
                "INSERT INTO lead_names (account_id, name_key, lead_id) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
            )
            .bind(account_id)
            .bind(name)
            .bind(stored.id),
        )
        .await?;
    }
    Ok(())
}

impl Store {
    /// Whether one of the keys belongs to somebody who was erased.
    pub(crate) async fn is_suppressed(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        keys: impl Iterator<Item = &str>,
    ) -> Result<bool> {
        for key in keys {
            let hash = keyed_hash(&self.key, key);
            if tx
                .optional(
                    sql("SELECT 1 AS one FROM suppressions
                         WHERE account_id = $1 AND key_hash = $2")
                    .bind(account_id)
                    .bind(hash.as_slice()),
                )
                .await?
                .is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps somebody away for good, known by keyed hashes only.
    pub(crate) async fn suppress(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        keys: impl Iterator<Item = &str>,
        now: UnixMillis,
    ) -> Result<()> {
        for key in keys {
            let hash = keyed_hash(&self.key, key);
            tx.execute(
                sql("INSERT INTO suppressions (account_id, key_hash, created_at)
                     VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
                .bind(account_id)
                .bind(hash.as_slice())
                .bind(now),
            )
            .await?;
        }
        Ok(())
    }
}
