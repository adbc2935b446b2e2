//! Leads for people to see: one, or those that a search finds; and archiving.

use lode_core::api::{EmailView, MobileView, PhoneView, UnixMillis};
use lode_core::lead::Lead;
use lode_ledger::Balance;
use uuid::Uuid;

use super::set_archived;
use crate::accounts::period_started_at;
use crate::actions::offer::{self, mobile_columns, mobile_join};
use crate::actions::phones;
use crate::error::Result;
use crate::leads::identity::fold;
use crate::sql::sql;
use crate::{Store, Viewer, accounts, captures, credits};

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
    pub phones: Vec<PhoneView>,
    /// What it takes to unlock them; `None` where that cannot be had.
    pub mobile: Option<MobileView>,
    /// Whether it is archived.
    pub archived: bool,
}

impl Store {
    /// A lead of the viewer's account, with the credit of the moment.
    ///
    /// # Errors
    /// The database.
    pub async fn lead(
        &self,
        viewer: &Viewer<'_>,
        id: Uuid,
        now: UnixMillis,
    ) -> Result<Option<(ShownLead, Balance)>> {
        let mut tx = self.db.read().await?;
        let Some(row) = tx
            .optional(
                sql(concat!(
                    "SELECT l.lead, l.archived_at, e.address, e.status, e.score, e.reasons,
                            e.checked_at, e.domain_confidence, ",
                    mobile_columns!(),
                    " FROM leads l LEFT JOIN emails e ON e.lead_id = l.id ",
                    mobile_join!(),
                    " WHERE l.account_id = $1 AND l.id = $2",
                ))
                .bind(viewer.account_id)
                .bind(id),
            )
            .await?
        else {
            return Ok(None);
        };
        let header = accounts::read_header(&mut tx, viewer.account_id).await?;
        let lead: Lead = row.json("lead")?;
        let period = period_started_at(&header, now);
        let mobile = offer::read(&mut tx, &row, &lead, period, viewer.pricing, now).await?;
        let phones = match &mobile {
            Some(mobile) => mobile.phones.clone(),
            None => phones(&mut tx, id).await?,
        };
        let shown = ShownLead {
            id,
            email: captures::email(&row)?,
            phones,
            mobile,
            archived: row.opt_int("archived_at")?.is_some(),
            lead,
        };
        let balance = credits::balance(&mut tx, viewer, header, now).await?;
        Ok(Some((shown, balance)))
    }

    /// The lead's address, where it is proved.
    ///
    /// # Errors
    /// The database.
    pub async fn verified_address(&self, account_id: Uuid, id: Uuid) -> Result<Option<String>> {
        self.db
            .read_one(
                sql("SELECT address FROM emails
                     WHERE account_id = $1 AND lead_id = $2 AND status = 'verified'")
                .bind(account_id)
                .bind(id),
            )
            .await?
            .map(|row| row.text("address"))
            .transpose()
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
