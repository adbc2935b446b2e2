//! Taking a capture in, and taking a stopped one up again.

use lode_core::api::{CaptureRequest, CaptureState, CaptureView, Receipt, UnixMillis};
use lode_core::lead::LeadKind;
use lode_ledger::OperationId;
use lode_ledger::account::Held;
use lode_ledger::unlock::AutoUnlockMode;
use uuid::Uuid;

use super::view::{self, view_of};
use super::{CaptureChange, ShownCapture, change, state_by_name, state_name};
use crate::accounts::LockedAccount;
use crate::actions::{offer, unlock_with_capture};
use crate::error::{Result, StoreError};
use crate::leads::{self, Known, LeadKeys, StoredLead};
use crate::members::{self, ActingMember};
use crate::pricing::Pricing;
use crate::secret::Hash;
use crate::sql::{Statement, Tx, sql};
use crate::{Store, Viewer, charges, credits, lookups};

/// For how long a proof is taken as it is, in milliseconds: a second click within it
/// answers at once.
const EVIDENCE_FRESH_MS: i64 = 24 * 60 * 60 * 1000;

/// The answer to a capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// It is stored.
    Created(Box<ShownCapture>),
    /// It was stored before, with the same body; this is how it stands.
    Repeated(Box<ShownCapture>),
    /// The operation id was used before with another body. Nothing was changed.
    Conflict,
    /// The person was erased. Nothing was stored.
    Erased,
}

/// The answer to a resumption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resumed {
    /// How the capture stands now: taken up, or as it was where there was nothing to do.
    Capture(Box<ShownCapture>),
    /// There is no such capture.
    NotFound,
}

/// Where a look-up for a lead stands, once it was asked for.
pub(crate) struct Begun {
    state: CaptureState,
    reason: Option<&'static str>,
    receipt: Option<Receipt>,
    lookup_id: Option<Uuid>,
    holds: i64,
}

impl Begun {
    fn ended(state: CaptureState, reason: Option<&'static str>, receipt: Option<Receipt>) -> Self {
        Self {
            state,
            reason,
            receipt,
            lookup_id: None,
            holds: 0,
        }
    }
}

impl Store {
    /// Stores a capture, once for its operation id: the lead, the hold of its credit, the
    /// capture and its look-up, in one transaction.
    ///
    /// `body_hash` tells a repeat from a conflict. The request must have been validated.
    ///
    /// # Errors
    /// The database; then nothing was stored and the same call may be made again.
    pub async fn submit_capture(
        &self,
        viewer: &Viewer<'_>,
        device_id: Uuid,
        request: &CaptureRequest,
        body_hash: &Hash,
        now: UnixMillis,
    ) -> Result<Submitted> {
        let Viewer {
            account_id,
            pricing,
            ..
        } = *viewer;
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        // Whether it is a repeat comes before everything else, as in the ledger.
        let keys = LeadKeys::of(&request.lead);
        let operation_id = request.operation_id;
        let known = leads::known(self, &mut tx, account_id, operation_id, &keys).await?;
        let known = match known {
            Known::Capture(hash) if hash != body_hash => return Ok(Submitted::Conflict),
            Known::Capture(_) => {
                let shown = view_of(&mut tx, viewer, &account, operation_id, now).await?;
                return Ok(Submitted::Repeated(Box::new(shown)));
            }
            Known::Erased => return Ok(Submitted::Erased),
            Known::Lead(lead) => {
                let joined = leads::joined(&mut tx, &mut account, &keys, now).await?;
                Some(joined.unwrap_or(*lead))
            }
            Known::Nothing => leads::find_by_name(&mut tx, account_id, &keys).await?,
        };
        let placed = leads::place(
            account_id,
            &request.lead,
            request.captured_at,
            &keys,
            known,
            now,
        )?;
        let (lead, is_new, mut writes) = (placed.stored, placed.is_new, placed.statements);
        let member = acting(&mut tx, &account, viewer, device_id).await?;
        let (begun, begins) = self
            .begin_lookup(
                &mut tx,
                &mut account,
                &lead,
                is_new,
                operation_id,
                0,
                member.as_ref(),
                pricing,
                now,
            )
            .await?;
        writes.extend(begins);
        let version = account.next_version();
        let receipt = begun.receipt.as_ref();
        writes.push(
            sql("INSERT INTO captures
                 (account_id, operation_id, body_hash, device_id, lead_id, lookup_id, page_url,
                  page, state, reason, holds, receipt, version, captured_at, created_at,
                  updated_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)")
            .bind(account_id)
            .bind(operation_id)
            .bind(body_hash.as_slice())
            .bind(device_id)
            .bind(lead.id)
            .bind(begun.lookup_id)
            .bind(request.page_url.as_str())
            .bind(serde_json::to_string(&request.page)?)
            .bind(state_name(begun.state))
            .bind(begun.reason.map(str::to_owned))
            .bind(begun.holds)
            .bind(receipt.map(serde_json::to_string).transpose()?)
            .bind(version)
            .bind(request.captured_at)
            .bind(now),
        );
        let unlock = match &member {
            Some(member) => {
                unlock_with_capture(&account, &lead, operation_id, member, pricing, now)?
            }
            None => None,
        };
        let (unlock, unlock_id) = unlock.unzip();
        writes.extend(unlock);
        let balance = account.balance(&mut tx, viewer, now).await?;
        let period = account.period_started_at(now);
        writes.extend(account.unsaved()?);
        tx.batch(writes).await?;
        // Of a lead that was not known nothing is stored that is not at hand.
        let shown = if is_new {
            let view = CaptureView {
                operation_id,
                lead_id: lead.id,
                version,
                state: begun.state,
                mobile: offer::of_new(&lead.lead, unlock_id, pricing)?,
                lead: lead.lead,
                email: None,
                reason: begun.reason.map(str::to_owned),
                receipt: begun.receipt,
                captured_at: request.captured_at,
                updated_at: now,
                credits: credits::sum(&balance),
            };
            ShownCapture { view, balance }
        } else {
            view::read_view(&mut tx, viewer, operation_id, period, balance, now)
                .await?
                .ok_or_else(|| StoreError::Corrupt("a capture just stored".to_owned()))?
        };
        tx.commit().await?;
        Ok(Submitted::Created(Box::new(shown)))
    }

    /// Takes up a capture that stopped for want of credits or of a domain, or that we
    /// failed at. Others are left as they are.
    ///
    /// # Errors
    /// The database.
    pub async fn resume_capture(
        &self,
        viewer: &Viewer<'_>,
        operation_id: Uuid,
        now: UnixMillis,
    ) -> Result<Resumed> {
        let Viewer {
            account_id,
            pricing,
            ..
        } = *viewer;
        let mut tx = self.db.write().await?;
        let mut account = LockedAccount::lock(&mut tx, account_id).await?;
        let Some(row) = tx
            .optional(
                sql("SELECT lead_id, state FROM captures
                     WHERE account_id = $1 AND operation_id = $2")
                .bind(account_id)
                .bind(operation_id),
            )
            .await?
        else {
            return Ok(Resumed::NotFound);
        };
        let state = state_by_name(&row.text("state")?);
        if matches!(
            state,
            Some(CaptureState::OutOfCredits | CaptureState::NeedsDomain | CaptureState::Failed)
        ) {
            let lead = leads::by_id(&mut tx, account_id, row.uuid("lead_id")?)
                .await?
                .ok_or_else(|| StoreError::Corrupt("a capture without lead".to_owned()))?;
            // Without a domain the look-up would only end as before; with a website or a
            // company's name it may not, so it is the look-up that decides.
            self.restart(&mut tx, &mut account, &lead, operation_id, pricing, now)
                .await?;
        }
        let shown = view_of(&mut tx, viewer, &account, operation_id, now).await?;
        account.save(&mut tx).await?;
        tx.commit().await?;
        Ok(Resumed::Capture(Box::new(shown)))
    }

    /// Begins a look-up anew for a capture that has ended.
    pub(crate) async fn restart(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        lead: &StoredLead,
        operation_id: Uuid,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<()> {
        let row = tx
            .one(
                sql("SELECT holds, device_id FROM captures
                     WHERE account_id = $1 AND operation_id = $2")
                .bind(account.id)
                .bind(operation_id),
            )
            .await?;
        let holds = row.int("holds")?;
        let member = members::of_device(tx, row.uuid("device_id")?).await?;
        let (begun, begins) = self
            .begin_lookup(
                tx,
                account,
                lead,
                false,
                operation_id,
                holds,
                member.as_ref(),
                pricing,
                now,
            )
            .await?;
        tx.batch(begins).await?;
        tx.execute(
            sql("UPDATE captures SET lookup_id = $3, holds = $4
                 WHERE account_id = $1 AND operation_id = $2")
            .bind(account.id)
            .bind(operation_id)
            .bind(begun.lookup_id)
            .bind(holds.saturating_add(begun.holds)),
        )
        .await?;
        change(
            tx,
            account,
            operation_id,
            &CaptureChange {
                state: begun.state,
                reason: begun.reason,
                receipt: begun.receipt.as_ref(),
            },
            now,
        )
        .await
    }

    /// Decides what a capture of a lead leads to: it joins a look-up under way, is
    /// answered from fresh evidence, or begins a look-up with a hold of its own, if there
    /// is credit. `holds` is how many holds the capture has had before. What it takes is not
    /// written but given back.
    #[expect(clippy::too_many_arguments, reason = "one transaction's context")]
    async fn begin_lookup(
        &self,
        tx: &mut Tx,
        account: &mut LockedAccount,
        lead: &StoredLead,
        is_new: bool,
        operation_id: Uuid,
        holds: i64,
        member: Option<&ActingMember>,
        pricing: &Pricing,
        now: UnixMillis,
    ) -> Result<(Begun, Vec<Statement>)> {
        let mut writes = Vec::new();
        if lead.lead.kind == LeadKind::Company {
            let ended = Begun::ended(CaptureState::NotFound, Some("not_a_person"), None);
            return Ok((ended, writes));
        }
        if !pricing.offers_find() {
            let ended = Begun::ended(CaptureState::NotFound, Some("find_not_offered"), None);
            return Ok((ended, writes));
        }
        // Nothing was looked up, and nothing paid, for a lead that was not known.
        if !is_new && let Some(open) = lookups::open_for(tx, lead.id).await? {
            let joined = Begun {
                state: open.state,
                reason: None,
                receipt: None,
                lookup_id: Some(open.id),
                holds: 0,
            };
            return Ok((joined, writes));
        }
        let repeat = !is_new && charges::is_repeat(tx, account, lead.id, pricing, now).await?;
        if repeat && has_fresh_proof(tx, lead.id, now).await? {
            let receipt = pricing.receipt(operation_id, pricing.repeat()?, now);
            let ended = Begun::ended(CaptureState::Found, None, Some(receipt));
            return Ok((ended, writes));
        }
        let mut hold_operation = None;
        let payer = member.map(ActingMember::ledger_id).transpose()?;
        if !repeat && let Some(new_hold) = pricing.find_hold(payer.as_ref(), now)? {
            let attempt = u32::try_from(holds).unwrap_or(u32::MAX);
            let operation = OperationId::attempt(operation_id, attempt);
            let (holding, held) = credits::prepare(tx, account, Some(&operation), now, |state| {
                state.hold(&operation, &new_hold, now)
            })
            .await?;
            // Also where nothing is held: time may have ended a period.
            writes.extend(holding);
            match held {
                Held::Held(_) => hold_operation = Some(operation),
                Held::Repeated(_) => {
                    // Holds are counted under the account's lock: an id is never reused.
                    return Err(StoreError::Ledger("a hold's id was used before".to_owned()));
                }
                Held::Insufficient { .. } => {
                    let reason = Some("out_of_credits");
                    let ended = Begun::ended(CaptureState::OutOfCredits, reason, None);
                    return Ok((ended, writes));
                }
                Held::CapReached { .. } => {
                    let reason = Some("member_cap_reached");
                    let ended = Begun::ended(CaptureState::OutOfCredits, reason, None);
                    return Ok((ended, writes));
                }
            }
        }
        let held = i64::from(hold_operation.is_some());
        let (lookup_id, queued) = lookups::queue(
            account.id,
            lead,
            &self.key,
            operation_id,
            hold_operation,
            now,
        );
        writes.push(queued);
        let begun = Begun {
            state: CaptureState::Queued,
            reason: None,
            receipt: None,
            lookup_id: Some(lookup_id),
            holds: held,
        };
        Ok((begun, writes))
    }
}

/// The member whose capture it is, with their own wish where the account's rule asks for it.
async fn acting(
    tx: &mut Tx,
    account: &LockedAccount,
    viewer: &Viewer<'_>,
    device_id: Uuid,
) -> Result<Option<ActingMember>> {
    let rule = account.settings.auto_unlock_rule(viewer.pricing);
    match viewer.member_id {
        Some(id) if rule.action.is_none() || rule.mode != AutoUnlockMode::Member => {
            Ok(Some(ActingMember {
                id,
                auto_unlock: false,
            }))
        }
        _ => members::of_device(tx, device_id).await,
    }
}

/// Whether the lead's address was proved a short while ago.
async fn has_fresh_proof(tx: &mut Tx, lead_id: Uuid, now: UnixMillis) -> Result<bool> {
    Ok(tx
        .optional(
            sql("SELECT lead_id FROM emails
                 WHERE lead_id = $1 AND status = 'verified' AND checked_at > $2")
            .bind(lead_id)
            .bind(now.saturating_sub(EVIDENCE_FRESH_MS)),
        )
        .await?
        .is_some())
}
