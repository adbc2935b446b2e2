//! The user's corrections of a lead.

use lode_core::api::{CaptureState, UnixMillis};
use uuid::Uuid;

use crate::accounts::LockedAccount;
use crate::captures::{self, ShownCapture, state_by_name};
use crate::error::{Result, StoreError};
use crate::leads::{self, LeadEdit, merge};
use crate::sql::sql;
use crate::{Store, Viewer};

/// The answer to a correction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditedLead {
    /// It is written; the lead's latest capture as it stands now.
    Captured(Box<ShownCapture>),
    /// It is written; the lead came with an import, and nobody has captured it.
    Uncaptured,
    /// There is no such lead.
    NotFound,
}

impl Store {
    /// Corrects a lead, and looks its address up anew where the correction is what the
    /// latest capture was waiting for.
    ///
    /// # Errors
    /// The database; then nothing was changed.
    pub async fn edit_lead(
        &self,
        viewer: &Viewer<'_>,
        lead_id: Uuid,
        edit: &LeadEdit,
        now: UnixMillis,
    ) -> Result<EditedLead> {
        let Viewer {
            account_id,
            pricing,
            ..
        } = *viewer;
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(mut stored) = leads::by_id(&mut tx, account_id, lead_id).await? else {
            return Ok(EditedLead::NotFound);
        };
        let domain_before = stored.lead.company_domain.clone();
        merge::edit(&mut stored.lead, &mut stored.edited, edit);
        leads::update(&mut tx, account_id, &stored, now).await?;

        let captures = tx
            .all(
                sql("SELECT operation_id, state FROM captures
                     WHERE account_id = $1 AND lead_id = $2
                     ORDER BY created_at DESC, operation_id DESC")
                .bind(account_id)
                .bind(lead_id),
            )
            .await?;
        let mut latest = None;
        let new_domain = stored.lead.company_domain != domain_before;
        for row in &captures {
            let operation_id = row.uuid("operation_id")?;
            let state = state_by_name(&row.text("state")?)
                .ok_or_else(|| StoreError::Corrupt("a capture's state".to_owned()))?;
            // Those that need the domain take it, however old; of the others that ended
            // without a proof only the latest is tried again, and only at a new domain.
            let takes_up = state == CaptureState::NeedsDomain
                || (latest.is_none()
                    && matches!(
                        state,
                        CaptureState::NotFound | CaptureState::Unsure | CaptureState::Failed
                    ));
            if new_domain && takes_up {
                self.restart(&mut tx, &mut account, &stored, operation_id, pricing, now)
                    .await?;
            } else if latest.is_none() {
                // The lead that it shows has changed.
                captures::touch(&mut tx, &mut account, operation_id, now).await?;
            }
            latest = latest.or(Some(operation_id));
        }
        let edited = match latest {
            Some(latest) => {
                let shown = captures::view_of(&mut tx, viewer, &account, latest, now).await?;
                EditedLead::Captured(Box::new(shown))
            }
            None => EditedLead::Uncaptured,
        };
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(edited)
    }
}
