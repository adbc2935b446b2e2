//! Two stored leads that turn out to be of one person: a later page shows both addresses.
//!
//! The elder stays, and everything of the other one is moved to it: captures with their
//! receipts, look-ups, what was unlocked, charges. The ledger is not touched: what was paid
//! stays paid, and counts for the lead that stays. Nothing is joined while something is under
//! way for both, nor where the names have nothing in common: a link on a page can be wrong.

use lode_core::api::UnixMillis;
use lode_core::lead::Lead;
use uuid::Uuid;

use super::identity::{LeadKeys, also_name, fold};
use super::{StoredLead, merge, read, update};
use crate::accounts::LockedAccount;
use crate::captures;
use crate::error::Result;
use crate::pricing::email_key;
use crate::sql::{Row, Tx, sql};

/// Most leads that one page joins.
const JOINED_MAX: usize = 4;

/// Joins the stored leads at the addresses of one page; gives the one that is left. `None`
/// where fewer than two are known, or none can be joined.
pub(crate) async fn by_addresses(
    tx: &mut Tx,
    account: &mut LockedAccount,
    keys: &LeadKeys,
    now: UnixMillis,
) -> Result<Option<StoredLead>> {
    if keys.also.is_empty() {
        return Ok(None);
    }
    let mut known: Vec<Known> = Vec::new();
    for address in keys.addresses() {
        let rows = tx
            .all(
                sql(
                    "SELECT id, lead, edited, seen_at, created_at, archived_at FROM leads
                     WHERE account_id = $1 AND (profile_key = $2 OR id IN
                         (SELECT lead_id FROM lead_names
                          WHERE account_id = $1 AND name_key = $3))
                     ORDER BY created_at, id LIMIT 10",
                )
                .bind(account.id)
                .bind(address)
                .bind(also_name(address)),
            )
            .await?;
        for row in &rows {
            let one = Known::read(tx, row).await?;
            if known.iter().all(|other| other.lead.id != one.lead.id) {
                known.push(one);
            }
        }
    }
    known.sort_by_key(|one| (one.created_at, one.lead.id));
    // What is under way goes on under the id that it knows.
    known.sort_by_key(|one| !one.is_busy);
    let mut known = known.into_iter();
    let Some(mut stays) = known.next() else {
        return Ok(None);
    };
    let mut joined = 0;
    for goes in known.take(JOINED_MAX) {
        if !goes.is_busy && are_alike(&stays.lead.lead, &goes.lead.lead) {
            stays = join(tx, account, stays, goes, now).await?;
            joined += 1;
        }
    }
    Ok((joined > 0).then_some(stays.lead))
}

/// A stored lead and what decides how it is joined.
struct Known {
    lead: StoredLead,
    created_at: UnixMillis,
    is_archived: bool,
    /// Whether a look-up or an action is under way for it.
    is_busy: bool,
}

impl Known {
    async fn read(tx: &mut Tx, row: &Row) -> Result<Self> {
        let lead = read(row)?;
        let under_way = tx
            .optional(
                sql(
                    "SELECT 1 AS one FROM lookups WHERE lead_id = $1 AND state <> 'done'
                     UNION ALL
                     SELECT 1 AS one FROM operations WHERE lead_id = $1 AND state <> 'done'
                     LIMIT 1",
                )
                .bind(lead.id),
            )
            .await?;
        Ok(Self {
            lead,
            created_at: row.int("created_at")?,
            is_archived: row.opt_int("archived_at")?.is_some(),
            is_busy: under_way.is_some(),
        })
    }
}

/// Whether two leads can be of one person or company: of one kind, with a word of their names
/// in common.
fn are_alike(a: &Lead, b: &Lead) -> bool {
    let words = |lead: &Lead| -> Vec<String> {
        let name = fold(lead.full_name.as_deref().unwrap_or_default());
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words = words.filter(|word| word.chars().count() > 1);
        words.map(str::to_owned).collect()
    };
    let (words, others) = (words(a), words(b));
    a.kind == b.kind && words.iter().any(|word| others.contains(word))
}

/// Joins two leads into the first.
async fn join(
    tx: &mut Tx,
    account: &mut LockedAccount,
    stays: Known,
    goes: Known,
    now: UnixMillis,
) -> Result<Known> {
    let (id, other) = (stays.lead.id, goes.lead.id);
    join_emails(tx, account.id, id, other).await?;
    for statement in [
        "DELETE FROM phones WHERE lead_id = $2
             AND number IN (SELECT number FROM phones WHERE lead_id = $1)",
        "UPDATE phones SET lead_id = $1 WHERE lead_id = $2",
        "UPDATE provider_calls SET lead_id = $1 WHERE lead_id = $2",
        "UPDATE lookups SET lead_id = $1 WHERE lead_id = $2",
        "UPDATE operations SET lead_id = $1 WHERE lead_id = $2",
        "UPDATE charges SET lead_id = $1 WHERE lead_id = $2",
        "DELETE FROM lead_names WHERE lead_id = $2
             AND name_key IN (SELECT name_key FROM lead_names WHERE lead_id = $1)",
        "UPDATE lead_names SET lead_id = $1 WHERE lead_id = $2",
    ] {
        tx.execute(sql(statement).bind(id).bind(other)).await?;
    }
    // What an action gave names leads by id.
    tx.execute(
        sql("UPDATE operations SET request = REPLACE(request, $2, $3),
                    result = REPLACE(result, $2, $3)
             WHERE account_id = $1
                   AND (request LIKE '%' || $2 || '%' OR result LIKE '%' || $2 || '%')")
        .bind(account.id)
        .bind(other.to_string())
        .bind(id.to_string()),
    )
    .await?;
    let moved = tx
        .all(
            sql("SELECT operation_id FROM captures WHERE account_id = $1
                 AND lead_id IN ($2, $3) ORDER BY created_at, operation_id")
            .bind(account.id)
            .bind(other)
            .bind(id),
        )
        .await?;
    tx.execute(
        sql("UPDATE captures SET lead_id = $1 WHERE lead_id = $2")
            .bind(id)
            .bind(other),
    )
    .await?;
    for row in &moved {
        captures::touch(tx, account, row.uuid("operation_id")?, now).await?;
    }
    // The address of the one that goes is a further one of the one that stays; it must be free
    // before that is written.
    let address = LeadKeys::of(&goes.lead.lead).profile;
    tx.execute(sql("DELETE FROM leads WHERE id = $1").bind(other))
        .await?;
    let (lead, edited) = merge::join(
        (&stays.lead.lead, &stays.lead.edited),
        (&goes.lead.lead, &goes.lead.edited),
        goes.lead.seen_at > stays.lead.seen_at,
    );
    let joined = StoredLead {
        id,
        lead,
        edited,
        seen_at: stays.lead.seen_at.max(goes.lead.seen_at),
    };
    update(tx, account.id, &joined, now).await?;
    if let Some(address) = address {
        add_name(tx, account.id, id, also_name(&address)).await?;
    }
    let is_archived = stays.is_archived && goes.is_archived;
    if stays.is_archived && !is_archived {
        super::set_archived(tx, account.id, id, None).await?;
    }
    Ok(Known {
        lead: joined,
        is_archived,
        ..stays
    })
}

/// A lead has one address: a proved one before others, then the higher score, then the newer.
/// The other is kept as a key, so that an erasure keeps it away too.
async fn join_emails(tx: &mut Tx, account_id: Uuid, id: Uuid, other: Uuid) -> Result<()> {
    let ranked = tx
        .all(
            sql(
                "SELECT lead_id, address FROM emails WHERE lead_id IN ($1, $2)
                 ORDER BY CASE WHEN status = 'verified' THEN 0 ELSE 1 END,
                          score DESC, checked_at DESC, lead_id",
            )
            .bind(id)
            .bind(other),
        )
        .await?;
    let Some((best, rest)) = ranked.split_first() else {
        return Ok(());
    };
    for row in rest {
        tx.execute(sql("DELETE FROM emails WHERE lead_id = $1").bind(row.uuid("lead_id")?))
            .await?;
        add_name(tx, account_id, id, email_key(&row.text("address")?)).await?;
    }
    tx.execute(
        sql("UPDATE emails SET lead_id = $1 WHERE lead_id = $2")
            .bind(id)
            .bind(best.uuid("lead_id")?),
    )
    .await?;
    Ok(())
}

async fn add_name(tx: &mut Tx, account_id: Uuid, id: Uuid, name: String) -> Result<()> {
    tx.execute(
        sql(
            "INSERT INTO lead_names (account_id, name_key, lead_id) VALUES ($1, $2, $3)
             ON CONFLICT DO NOTHING",
        )
        .bind(account_id)
        .bind(name)
        .bind(id),
    )
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lode_core::lead::LeadKind;

    #[test]
    fn one_word_in_common_makes_two_leads_alike() {
        let named = |kind, name: &str| {
            let mut lead = Lead::new(kind);
            lead.full_name = Some(name.to_owned());
            lead
        };
        let person = |name: &str| named(LeadKind::Person, name);
        assert!(are_alike(
            &person("Ana Example"),
            &person("Example, A. (Anna)")
        ));
        assert!(are_alike(&person("ANA-MARIA Ruiz"), &person("Ana Gil")));
        assert!(!are_alike(&person("Ana Example"), &person("Ben Other")));
        assert!(!are_alike(&person("A. Example"), &person("A. Other")));
        assert!(!are_alike(&person(""), &person("")));
        let company = named(LeadKind::Company, "Ana Example");
        assert!(!are_alike(&person("Ana Example"), &company));
    }
}
