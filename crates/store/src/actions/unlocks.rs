//! Numbers: what a capture unlocks by itself, what is stored of them, whose main line is
//! whose.

use lode_core::api::{PhoneView, UnixMillis};
use lode_core::lead::{Lead, LeadKind};
use uuid::Uuid;

use super::finish::{FoundPhone, derived_id, release};
use super::offer::MOBILE_FIND;
use super::{OperationState, Stored, Written, upsert, upserting};
use crate::accounts::LockedAccount;
use crate::error::{Result, StoreError};
use crate::leads::{self, StoredLead};
use crate::members::{self, ActingMember};
use crate::pricing::Pricing;
use crate::sql::{Statement, Tx, sql};
use crate::{ActionRequest, ActionSubject, Begun, Store, captures};

/// How often an unlock that nobody answers for is begun.
const TRIES_MAX: i64 = 5;

/// An unlock that a capture has asked for and nobody has begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueUnlock {
    /// The account.
    pub account_id: Uuid,
    /// The operation.
    pub id: Uuid,
    /// The member whose capture it was.
    pub member_id: Uuid,
    /// The lead.
    pub lead_id: Uuid,
}

/// Numbers, sorted: the person's own apart from the company's main lines.
pub(super) struct Told {
    pub(super) found: Vec<FoundPhone>,
    /// Every main line that is known, the given ones and those of earlier answers.
    pub(super) main_lines: Vec<String>,
    domain: Option<String>,
}

/// Sorts what a provider gave for a lead.
pub(super) async fn judge(
    tx: &mut Tx,
    account_id: Uuid,
    lead_id: Uuid,
    found: &[FoundPhone],
) -> Result<Told> {
    let lead = leads::by_id(tx, account_id, lead_id)
        .await?
        .ok_or_else(|| StoreError::Refused("the lead was erased".to_owned()))?;
    let domain = lead.lead.company_domain;
    let mut main_lines: Vec<String> = found
        .iter()
        .filter(|phone| phone.kind == "main_line")
        .map(|phone| phone.number.clone())
        .collect();
    if let Some(domain) = &domain {
        for row in tx
            .all(
                sql(
                    "SELECT number FROM main_lines WHERE account_id = $1 AND domain = $2
                     ORDER BY number LIMIT 100",
                )
                .bind(account_id)
                .bind(domain.as_str()),
            )
            .await?
        {
            main_lines.push(row.text("number")?);
        }
    }
    Ok(Told {
        found: found.to_vec(),
        main_lines,
        domain,
    })
}

/// Keeps the numbers; main lines also for the company's other people.
pub(super) async fn write(
    tx: &mut Tx,
    account_id: Uuid,
    lead_id: Uuid,
    told: &Told,
    now: UnixMillis,
) -> Result<()> {
    for phone in &told.found {
        tx.execute(
            sql(
                "INSERT INTO phones (account_id, lead_id, number, kind, provider, found_at)
                 VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (lead_id, number) DO UPDATE
                 SET kind = excluded.kind, provider = excluded.provider",
            )
            .bind(account_id)
            .bind(lead_id)
            .bind(phone.number.as_str())
            .bind(phone.kind.as_str())
            .bind(phone.provider.as_str())
            .bind(now),
        )
        .await?;
        if phone.kind == "main_line"
            && let Some(domain) = &told.domain
        {
            tx.execute(
                sql(
                    "INSERT INTO main_lines (account_id, domain, number, learned_at)
                     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                )
                .bind(account_id)
                .bind(domain.as_str())
                .bind(phone.number.as_str())
                .bind(now),
            )
            .await?;
        }
    }
    Ok(())
}

/// Says in the stream of changes that a lead shows more than before.
pub(super) async fn touch_captures(
    tx: &mut Tx,
    account: &mut LockedAccount,
    lead_id: Uuid,
    now: UnixMillis,
) -> Result<()> {
    if let Some(row) = tx
        .optional(
            sql(
                "SELECT operation_id FROM captures WHERE account_id = $1 AND lead_id = $2
                 ORDER BY created_at DESC, operation_id DESC LIMIT 1",
            )
            .bind(account.id)
            .bind(lead_id),
        )
        .await?
    {
        captures::touch(tx, account, row.uuid("operation_id")?, now).await?;
    }
    Ok(())
}

/// The numbers of a lead.
pub(crate) async fn phones(tx: &mut Tx, lead_id: Uuid) -> Result<Vec<PhoneView>> {
    tx.all(
        sql(
            "SELECT number, kind, provider, found_at FROM phones WHERE lead_id = $1
             ORDER BY kind DESC, number",
        )
        .bind(lead_id),
    )
    .await?
    .iter()
    .map(|row| {
        Ok(PhoneView {
            number: row.text("number")?,
            kind: row.text("kind")?,
            provider: row.text("provider")?,
            found_at: row.int("found_at")?,
        })
    })
    .collect()
}

/// Puts an unlock into the queue where the account's policy and the member's setting want
/// one with each capture: the statement that does, and the unlock's id. Whether it comes to
/// one is decided when its turn has come: by the preview, the least quality and the day's
/// cap.
pub(crate) fn unlock_with_capture(
    account: &LockedAccount,
    lead: &StoredLead,
    capture_id: Uuid,
    member: &ActingMember,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<Option<(Statement, Uuid)>> {
    if lead.lead.kind != LeadKind::Person {
        return Ok(None);
    }
    let rule = account.settings.auto_unlock_rule(pricing);
    // Quality and cap are not known yet: those of the best case are asked for.
    if rule.decide(member.auto_unlock, Some(100), 0).is_err() {
        return Ok(None);
    }
    let id = derived_id(capture_id, "auto_unlock");
    let request = unlock_request(id, member.id, lead.id);
    let written = Written {
        id,
        action: request.action,
        body_hash: &request.body_hash,
        member_id: Some(member.id),
        lead_id: Some(lead.id),
        automatic: true,
        state: OperationState::Queued,
        hold: None,
        holds: 0,
        is_repeat: false,
        lease: None,
        lease_until: Some(now),
        request: &request.request,
        result: None,
        receipt: None,
    };
    Ok(Some((upserting(account.id, &written, now)?, id)))
}

fn unlock_request(id: Uuid, member_id: Uuid, lead_id: Uuid) -> ActionRequest {
    let request = format!("{{\"datum\":\"mobile\",\"lead_id\":\"{lead_id}\"}}");
    ActionRequest {
        id,
        action: MOBILE_FIND,
        body_hash: crate::secret::hash(request.as_bytes()),
        member_id,
        subject: ActionSubject::Mobile(lead_id),
        request,
    }
}

impl Store {
    /// The request of an unlock, the same whoever makes it.
    #[must_use]
    pub fn unlock_request(id: Uuid, member_id: Uuid, lead_id: Uuid) -> ActionRequest {
        unlock_request(id, member_id, lead_id)
    }

    /// The unlock that captures have asked for and that has been due longest.
    ///
    /// # Errors
    /// The database.
    pub async fn due_unlock(&self, now: UnixMillis) -> Result<Option<DueUnlock>> {
        self.db
            .read_one(
                sql("SELECT account_id, id, member_id, lead_id FROM operations
                     WHERE state IN ('queued', 'working') AND automatic = 1
                       AND lease_until <= $1
                     ORDER BY lease_until, id LIMIT 1")
                .bind(now),
            )
            .await?
            .map(|row| {
                Ok(DueUnlock {
                    account_id: row.uuid("account_id")?,
                    id: row.uuid("id")?,
                    member_id: row.uuid("member_id")?,
                    lead_id: row.uuid("lead_id")?,
                })
            })
            .transpose()
    }

    /// Begins an unlock that a capture asked for, if the rule still allows it: `quality` is
    /// what the preview promises. Otherwise it ends without a charge, with the reason.
    ///
    /// # Errors
    /// The database.
    pub async fn begin_due_unlock(
        &self,
        due: &DueUnlock,
        quality: Option<u8>,
        pricing: &Pricing,
        now: UnixMillis,
        lease_until: UnixMillis,
    ) -> Result<Begun> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, due.account_id).await?;
        let Some(earlier) = super::stored(&mut tx, due.account_id, due.id).await? else {
            return Ok(Begun::NoLead);
        };
        if earlier.view.state == OperationState::Paused || !is_free(&earlier, now) {
            return Ok(Begun::UnderWay);
        }
        let rule = account.settings.auto_unlock_rule(pricing);
        let wants = members::wants_auto_unlock(&mut tx, due.member_id).await?;
        let (account_id, member_id) = (due.account_id, due.member_id);
        let today = unlocked_today(&mut tx, account_id, member_id, Some(due.id), now).await?;
        let request = unlock_request(due.id, due.member_id, due.lead_id);
        let refused = match rule.decide(wants, quality, today) {
            // One that was begun before goes on under its hold, whatever has changed.
            _ if earlier.hold.is_some() => None,
            Err(reason) => Some(reason.code()),
            Ok(_) => (earlier.holds >= TRIES_MAX).then_some("source_unavailable"),
        };
        let begun = match refused {
            Some(_) => Begun::NotOffered,
            None => {
                self.begin_locked(
                    &mut tx,
                    &mut account,
                    Some(&earlier),
                    &request,
                    pricing,
                    now,
                    lease_until,
                )
                .await?
            }
        };
        // Nobody waits for it: it ends here, so that it is not tried for ever.
        let ended = refused.or(match begun {
            Begun::OutOfCredits { kept: false, .. } => Some("out_of_credits"),
            Begun::NotOffered => Some("not_offered"),
            _ => None,
        });
        if let Some(reason) = ended {
            end_unpaid(&mut tx, &mut account, &earlier, reason, pricing, now).await?;
        }
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(begun)
    }

    /// Ends an unlock that a capture asked for and that nobody is at, without a charge: what
    /// was set aside for it goes back.
    ///
    /// # Errors
    /// The database.
    pub async fn end_unlock(
        &self,
        due: &DueUnlock,
        reason: &str,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, due.account_id).await?;
        if let Some(row) = super::stored(&mut tx, due.account_id, due.id).await?
            && is_free(&row, now)
        {
            end_unpaid(&mut tx, &mut account, &row, reason, pricing, now).await?;
            account.save(&mut tx).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Puts an unlock off that could not be done just now.
    ///
    /// # Errors
    /// The database.
    pub async fn put_off_unlock(&self, due: &DueUnlock, until: UnixMillis) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            sql(
                "UPDATE operations SET state = 'queued', lease = NULL, lease_until = $3
                 WHERE account_id = $1 AND id = $2 AND state <> 'done' AND automatic = 1",
            )
            .bind(due.account_id)
            .bind(due.id)
            .bind(until),
        )
        .await?;
        tx.commit().await
    }

    /// A lead and its unlocked numbers: what an unlock begins with.
    ///
    /// # Errors
    /// The database.
    pub async fn person(
        &self,
        account_id: Uuid,
        lead_id: Uuid,
    ) -> Result<Option<(Lead, Vec<PhoneView>)>> {
        let mut tx = self.db.read().await?;
        match leads::by_id(&mut tx, account_id, lead_id).await? {
            Some(stored) => Ok(Some((stored.lead, phones(&mut tx, lead_id).await?))),
            None => Ok(None),
        }
    }
}

/// Whether an unlock has not ended, and no server is at it.
fn is_free(row: &Stored, now: UnixMillis) -> bool {
    match row.view.state {
        OperationState::Queued | OperationState::Paused => true,
        OperationState::Working => row.lease_until.is_none_or(|end| end <= now),
        OperationState::Done => false,
    }
}

async fn end_unpaid(
    tx: &mut Tx,
    account: &mut LockedAccount,
    row: &Stored,
    reason: &str,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<()> {
    release(tx, account, row, pricing, now).await?;
    let result = serde_json::json!({ "not_unlocked": reason }).to_string();
    let written = Written {
        hold: None,
        result: Some(&result),
        ..Written::of(row, OperationState::Done)
    };
    upsert(tx, account.id, &written, now).await
}

/// The member's unlocks without a click since 00:00 UTC, those under way among them, but for
/// one that is just being decided.
pub(crate) async fn unlocked_today(
    tx: &mut Tx,
    account_id: Uuid,
    member_id: Uuid,
    but_for: Option<Uuid>,
    now: UnixMillis,
) -> Result<u32> {
    const DAY: i64 = 86_400_000;
    let since = now.saturating_sub(now.rem_euclid(DAY));
    let count = tx
        .one(
            sql("SELECT COUNT(*) AS unlocks FROM operations
                 WHERE account_id = $1 AND member_id = $2 AND automatic = 1 AND id <> $3
                   AND created_at >= $4 AND hold_operation IS NOT NULL")
            .bind(account_id)
            .bind(member_id)
            .bind(but_for.unwrap_or(Uuid::nil()))
            .bind(since),
        )
        .await?
        .int("unlocks")?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
