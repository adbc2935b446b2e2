//! Leads: found again, merged, corrected, erased.

pub mod identity;
mod join;
pub mod merge;
mod show;

pub use identity::LeadKeys;
pub(crate) use join::by_addresses as joined;
pub use merge::{EditableField, Edited, LeadEdit};
pub use show::ShownLead;

use lode_core::api::UnixMillis;
use lode_core::lead::Lead;
use uuid::Uuid;

use crate::Store;
use crate::accounts::LockedAccount;
use crate::error::Result;
use crate::secret::{Hash, keyed_hash};
use crate::sql::{Row, Statement, Tx, Value, sql};
use identity::{also_name, plain_key};

/// A lead as stored.
#[derive(Debug, Clone)]
pub(crate) struct StoredLead {
    pub(crate) id: Uuid,
    pub(crate) lead: Lead,
    pub(crate) edited: Edited,
    /// When its page was last captured, by the clock of whoever clicked; 0 where not known.
    /// What was captured before that only fills gaps.
    pub(crate) seen_at: UnixMillis,
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

/// A lead of a row.
pub(crate) fn read(row: &Row) -> Result<StoredLead> {
    Ok(StoredLead {
        id: row.uuid("id")?,
        lead: row.json("lead")?,
        edited: row.json("edited")?,
        seen_at: row.int("seen_at")?,
    })
}

/// A lead of an account by its id.
pub(crate) async fn by_id(tx: &mut Tx, account_id: Uuid, id: Uuid) -> Result<Option<StoredLead>> {
    tx.optional(
        sql("SELECT id, lead, edited, seen_at FROM leads WHERE account_id = $1 AND id = $2")
            .bind(account_id)
            .bind(id),
    )
    .await?
    .as_ref()
    .map(read)
    .transpose()
}

/// Where a captured lead goes.
pub(crate) struct Placed {
    /// The lead as it stands then.
    pub(crate) stored: StoredLead,
    /// Whether it was not known before.
    pub(crate) is_new: bool,
    /// What writes it.
    pub(crate) statements: Vec<Statement>,
}

/// Stores a captured lead: merged into the one that is known already, or as a new one. Several
/// that are known under the addresses of one page become one.
pub(crate) async fn upsert(
    tx: &mut Tx,
    account: &mut LockedAccount,
    newer: &Lead,
    now: UnixMillis,
) -> Result<StoredLead> {
    let account_id = account.id;
    let keys = LeadKeys::of(newer);
    let known = match join::by_addresses(tx, account, &keys, now).await? {
        Some(joined) => Some(joined),
        None => find(tx, account_id, &keys).await?,
    };
    let placed = place(account_id, newer, now, &keys, known, now)?;
    tx.batch(placed.statements).await?;
    Ok(placed.stored)
}

/// Merges a captured lead into the one that is known already, or makes a new one. The lead
/// keeps the latest time at which it was captured: what a second device had in its queue, or
/// what is sent again, only fills gaps. A clock that runs ahead counts as ours.
pub(crate) fn place(
    account_id: Uuid,
    captured: &Lead,
    captured_at: UnixMillis,
    keys: &LeadKeys,
    known: Option<StoredLead>,
    now: UnixMillis,
) -> Result<Placed> {
    let captured_at = captured_at.min(now);
    if let Some(mut stored) = known {
        let merged = if captured_at >= stored.seen_at {
            merge::merge(&stored.lead, &stored.edited, captured)
        } else {
            merge::fill(&stored.lead, &stored.edited, captured)
        };
        let mut statements = Vec::new();
        if merged != stored.lead || captured_at > stored.seen_at {
            stored.lead = merged;
            stored.seen_at = stored.seen_at.max(captured_at);
            statements = updating(account_id, &stored, now)?;
        }
        return Ok(Placed {
            stored,
            is_new: false,
            statements,
        });
    }
    let stored = StoredLead {
        id: Uuid::now_v7(),
        lead: captured.clone(),
        edited: Edited::new(),
        seen_at: captured_at,
    };
    let mut statements = vec![
        sql("INSERT INTO leads
             (id, account_id, profile_key, lead, edited, seen_at, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $7, $6, $6)")
        .bind(stored.id)
        .bind(account_id)
        .bind(keys.profile.clone())
        .bind(serde_json::to_string(&stored.lead)?)
        .bind(serde_json::to_string(&stored.edited)?)
        .bind(now)
        .bind(stored.seen_at),
    ];
    statements.extend(naming(account_id, stored.id, keys));
    Ok(Placed {
        stored,
        is_new: true,
        statements,
    })
}

/// What is known before a capture is taken in.
pub(crate) enum Known {
    /// The capture itself, with the hash of its body.
    Capture(Vec<u8>),
    /// One of the keys belongs to somebody who was erased.
    Erased,
    /// The lead that is known at one of the addresses.
    Lead(Box<StoredLead>),
    /// Nothing, by the addresses.
    Nothing,
}

/// Asks for the capture, for erased people and for the lead's addresses at once.
pub(crate) async fn known(
    store: &Store,
    tx: &mut Tx,
    account_id: Uuid,
    capture_id: Uuid,
    keys: &LeadKeys,
) -> Result<Known> {
    let hashes: Vec<Value> = keys
        .all()
        .map(|key| keyed_hash(&store.key, key).as_slice().into())
        .collect();
    let rows = tx
        .all(
            sql(
                "SELECT 'capture' AS part, 0 AS place, '' AS address, body_hash AS hash,
                        '' AS id, '' AS lead, '' AS edited, 0 AS seen_at, created_at
                 FROM captures WHERE account_id = $1 AND operation_id = $2
                 UNION ALL
                 SELECT 'erased', 0, '', key_hash, '', '', '', 0, 0
                 FROM suppressions WHERE account_id = $1 AND key_hash IN ($list)
                 UNION ALL
                 SELECT 'lead', 0, profile_key, NULL, id, lead, edited, seen_at, created_at
                 FROM leads WHERE account_id = $1 AND profile_key IN ($list)
                 UNION ALL
                 SELECT 'lead', 1, n.name_key, NULL, l.id, l.lead, l.edited, l.seen_at,
                        l.created_at
                 FROM lead_names n JOIN leads l ON l.id = n.lead_id
                 WHERE n.account_id = $1 AND n.name_key IN ($list)
                 ORDER BY place, created_at, id",
            )
            .bind(account_id)
            .bind(capture_id)
            .bind_list(hashes)
            .bind_list(keys.addresses())
            .bind_list(keys.addresses().map(also_name)),
        )
        .await?;
    let mut erased = false;
    let mut leads = Vec::new();
    for row in &rows {
        match row.text("part")?.as_str() {
            "capture" => return Ok(Known::Capture(row.bytes("hash")?)),
            "erased" => erased = true,
            _ => leads.push((row.text("address")?, row)),
        }
    }
    if erased {
        return Ok(Known::Erased);
    }
    // By its own address, then by those that it, or the stored lead, is known at too.
    let first = keys
        .addresses()
        .find_map(|address| leads.iter().find(|(at, _)| plain_key(at) == address));
    first.map_or(Ok(Known::Nothing), |(_, row)| {
        read(row).map(|lead| Known::Lead(Box::new(lead)))
    })
}

/// The stored lead that a capture with these keys is of. With a profile address it is the
/// lead of that address or of a further one, or one that was captured without any; without,
/// the one lead of that name and employer: where there are several, nothing says which.
pub(crate) async fn find(
    tx: &mut Tx,
    account_id: Uuid,
    keys: &LeadKeys,
) -> Result<Option<StoredLead>> {
    // By its own address, then by those that it, or the stored lead, is known at too.
    for address in keys.addresses() {
        let known = tx
            .optional(
                sql(
                    "SELECT 0 AS place, id, lead, edited, seen_at, created_at FROM leads
                     WHERE account_id = $1 AND profile_key = $2
                     UNION ALL
                     SELECT 1, l.id, l.lead, l.edited, l.seen_at, l.created_at
                     FROM lead_names n JOIN leads l ON l.id = n.lead_id
                     WHERE n.account_id = $1 AND n.name_key = $3
                     ORDER BY place, created_at, id LIMIT 1",
                )
                .bind(account_id)
                .bind(address)
                .bind(also_name(address)),
            )
            .await?;
        if let Some(row) = known {
            return read(&row).map(Some);
        }
    }
    find_by_name(tx, account_id, keys).await
}

/// The same by the names alone, where no address is known.
pub(crate) async fn find_by_name(
    tx: &mut Tx,
    account_id: Uuid,
    keys: &LeadKeys,
) -> Result<Option<StoredLead>> {
    let (first, second) = match keys.names.as_slice() {
        [] => return Ok(None),
        [only] => (only, only),
        [first, second, ..] => (first, second),
    };
    let rows = tx
        .all(
            // Names that many share are not read whole.
            sql("SELECT * FROM (
                   SELECT l.id AS id, l.lead AS lead, l.edited AS edited,
                          l.seen_at AS seen_at, l.profile_key AS profile_key, n.name_key AS name_key,
                          l.created_at AS created_at
                   FROM lead_names n JOIN leads l ON l.id = n.lead_id
                   WHERE n.account_id = $1 AND n.name_key = $2
                   ORDER BY l.created_at, l.id LIMIT 10) a
                 UNION ALL
                 SELECT * FROM (
                   SELECT l.id, l.lead, l.edited, l.seen_at, l.profile_key, n.name_key,
                          l.created_at
                   FROM lead_names n JOIN leads l ON l.id = n.lead_id
                   WHERE n.account_id = $1 AND n.name_key = $3 AND $3 <> $2
                   ORDER BY l.created_at, l.id LIMIT 10) b
                 ORDER BY created_at, id")
            .bind(account_id)
            .bind(first.as_str())
            .bind(second.as_str()),
        )
        .await?;
    for name in &keys.names {
        let (mut anonymous, mut named) = (None, Vec::new());
        for row in &rows {
            if row.text("name_key")? == *name {
                if anonymous.is_none() && row.opt_text("profile_key")?.is_none() {
                    anonymous = Some(row);
                }
                named.push(row);
            }
        }
        let found = match (anonymous, named.as_slice()) {
            (Some(row), _) => Some(row),
            (None, [row]) if keys.profile.is_none() => Some(*row),
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
    tx.batch(updating(account_id, stored, now)?).await
}

/// What writes a changed lead and its keys.
fn updating(account_id: Uuid, stored: &StoredLead, now: UnixMillis) -> Result<Vec<Statement>> {
    let keys = LeadKeys::of(&stored.lead);
    let mut statements = vec![
        sql("UPDATE leads
             SET profile_key = $3, lead = $4, edited = $5, updated_at = $6, seen_at = $7
             WHERE account_id = $1 AND id = $2")
        .bind(account_id)
        .bind(stored.id)
        .bind(keys.profile.clone())
        .bind(serde_json::to_string(&stored.lead)?)
        .bind(serde_json::to_string(&stored.edited)?)
        .bind(now)
        .bind(stored.seen_at),
    ];
    statements.extend(naming(account_id, stored.id, &keys));
    Ok(statements)
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

/// Adds a lead's names; former ones stay, so that the lead is found under them too.
fn naming(account_id: Uuid, lead_id: Uuid, keys: &LeadKeys) -> Vec<Statement> {
    let also = keys.also.iter().map(|key| also_name(key));
    let names: std::collections::BTreeSet<String> =
        keys.names.iter().cloned().chain(also).collect();
    names
        .into_iter()
        .map(|name| {
            sql(
                "INSERT INTO lead_names (account_id, name_key, lead_id) VALUES ($1, $2, $3)
                 ON CONFLICT DO NOTHING",
            )
            .bind(account_id)
            .bind(name)
            .bind(lead_id)
        })
        .collect()
}

impl Store {
    /// Whether one of the keys belongs to somebody who was erased.
    pub(crate) async fn is_suppressed(
        &self,
        tx: &mut Tx,
        account_id: Uuid,
        keys: impl Iterator<Item = &str>,
    ) -> Result<bool> {
        let hashes: Vec<Value> = keys
            .map(|key| keyed_hash(&self.key, key).as_slice().into())
            .collect();
        let row = tx
            .optional(
                sql("SELECT 1 AS one FROM suppressions
                     WHERE account_id = $1 AND key_hash IN ($list) LIMIT 1")
                .bind(account_id)
                .bind_list(hashes),
            )
            .await?;
        Ok(row.is_some())
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
