//! Leads for people to see: one, or those that a search finds; and archiving.

use lode_core::api::{EmailView, UnixMillis};
use lode_core::lead::Lead;
use uuid::Uuid;

use super::{by_id, is_archived, set_archived};
use crate::Store;
use crate::actions::{StoredPhone, email_of, phones};
use crate::error::Result;
use crate::leads::identity::fold;
use crate::sql::sql;

/// Most leads that a search looks through.
const SEARCHED_MAX: i64 = 200_000;

/// A lead with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct ShownLead {
    /// Its id.
    pub id: Uuid,
    /// The lead.
    pub lead: Lead,
    /// The best address.
    pub email: Option<EmailView>,
    /// The unlocked numbers.
    pub phones: Vec<StoredPhone>,
    /// Whether it is archived.
    pub archived: bool,
}

impl Store {
    /// A lead of an account.
    ///
    /// # Errors
    /// The database.
    pub async fn lead(&self, account_id: Uuid, id: Uuid) -> Result<Option<ShownLead>> {
        let mut tx = self.db.read().await?;
        let Some(stored) = by_id(&mut tx, account_id, id).await? else {
            return Ok(None);
        };
        Ok(Some(ShownLead {
            id,
            email: email_of(&mut tx, id).await?,
            phones: phones(&mut tx, id).await?,
            archived: is_archived(&mut tx, id).await?,
            lead: stored.lead,
        }))
    }

    /// Archives a lead (it is kept, but takes no room) or brings it back. Whether there is
    /// such a lead. Nothing of its credit comes back.
    ///
    /// # Errors
    /// The database.
    pub async fn archive_lead(
        &self,
        account_id: Uuid,
        id: Uuid,
        archived_at: Option<UnixMillis>,
    ) -> Result<bool> {
        let mut tx = self.db.write().await?;
        let found = set_archived(&mut tx, account_id, id, archived_at).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// The account's leads whose name, title, company or domain holds every word of
    /// `query`, newest first: how many there are, and the first `limit` of them.
    ///
    /// # Errors
    /// The database.
    pub async fn search_leads(
        &self,
        account_id: Uuid,
        query: &str,
        limit: usize,
    ) -> Result<(u32, Vec<(Uuid, Lead)>)> {
        let words: Vec<String> = query.split_whitespace().map(fold).collect();
        let mut tx = self.db.read().await?;
        let rows = tx
            .all(
                sql("SELECT id, lead FROM leads WHERE account_id = $1
                     ORDER BY created_at DESC, id DESC LIMIT $2")
                .bind(account_id)
                .bind(SEARCHED_MAX),
            )
            .await?;
        let (mut found, mut shown) = (0_u32, Vec::new());
        for row in &rows {
            let lead: Lead = row.json("lead")?;
            let text = [
                &lead.full_name,
                &lead.title,
                &lead.company,
                &lead.company_domain,
            ]
            .into_iter()
            .flatten()
            .map(|text| fold(text))
            .collect::<Vec<_>>()
            .join("\n");
            if words.iter().all(|word| text.contains(word.as_str())) {
                found = found.saturating_add(1);
                if shown.len() < limit {
                    shown.push((row.uuid("id")?, lead));
                }
            }
        }
        Ok((found, shown))
    }
}
