//! What a lead shows of its mobile numbers: those that are unlocked, or what a click on
//! "unlock" would cost. One reading for a whole list: [`MOBILE_COLUMNS`] and [`MOBILE_JOIN`]
//! belong into whatever statement reads leads as `l`.

use lode_core::api::{MobileState, MobileView, Receipt, UnixMillis};
use lode_core::lead::{Lead, LeadKind};
use uuid::Uuid;

use super::OperationState;
use super::unlocks::phones;
use crate::error::Result;
use crate::pricing::Pricing;
use crate::sql::{Row, Tx};

/// The action that unlocks numbers.
pub(crate) const MOBILE_FIND: &str = "mobile_find";

/// Columns of [`read`], of a lead `l`.
macro_rules! mobile_columns {
    () => {
        "l.id AS mobile_lead,
         (SELECT COUNT(*) FROM phones p WHERE p.lead_id = l.id) AS mobile_numbers,
         (SELECT MAX(h.charged_at) FROM charges h
          WHERE h.account_id = l.account_id AND h.lead_id = l.id AND h.datum = 'mobile'
            AND h.refunded_at IS NULL) AS mobile_paid_at,
         u.id AS mobile_id, u.state AS mobile_state, u.receipt AS mobile_receipt"
    };
}

/// What they need beside `leads l`: its latest unlock.
macro_rules! mobile_join {
    () => {
        "LEFT JOIN operations u ON u.account_id = l.account_id AND u.id =
             (SELECT x.id FROM operations x
              WHERE x.lead_id = l.id AND x.action = 'mobile_find'
              ORDER BY x.created_at DESC, x.id DESC LIMIT 1)"
    };
}

pub(crate) use {mobile_columns, mobile_join};

/// The numbers of a lead that was not known before; `unlock` is what its capture has put
/// into the queue.
pub(crate) fn of_new(
    lead: &Lead,
    unlock: Option<Uuid>,
    pricing: &Pricing,
) -> Result<Option<MobileView>> {
    let Some(action) = pricing.action(MOBILE_FIND).filter(|_| is_person(lead)) else {
        return Ok(None);
    };
    let state = match unlock {
        Some(_) => MobileState::Working,
        None => MobileState::Locked,
    };
    let price = pricing.ceiling(&action)?;
    Ok(Some(MobileView {
        state,
        price,
        price_text: pricing.price_text(&action, price),
        pools: pricing.pools(&action),
        operation_id: unlock,
        phones: Vec::new(),
    }))
}

fn is_person(lead: &Lead) -> bool {
    lead.kind == LeadKind::Person
}

/// A lead's numbers as they stand, of a row with those columns. `None` for a company, and
/// where the price list does not sell numbers.
pub(crate) async fn read(
    tx: &mut Tx,
    row: &Row,
    lead: &Lead,
    period_started_at: UnixMillis,
    pricing: &Pricing,
    now: UnixMillis,
) -> Result<Option<MobileView>> {
    let Some(action) = pricing.action(MOBILE_FIND).filter(|_| is_person(lead)) else {
        return Ok(None);
    };
    let phones = if row.int("mobile_numbers")? > 0 {
        phones(tx, row.uuid("mobile_lead")?).await?
    } else {
        Vec::new()
    };
    let latest = match row.opt_text("mobile_state")? {
        Some(state) => Some(OperationState::by_name(&state)?),
        None => None,
    };
    let receipt: Option<Receipt> = row.opt_json("mobile_receipt")?;
    let state = match latest {
        _ if !phones.is_empty() => MobileState::Unlocked,
        Some(OperationState::Queued | OperationState::Working) => MobileState::Working,
        Some(OperationState::Paused) => MobileState::Paused,
        // Without a receipt it ended before anybody was asked.
        Some(OperationState::Done) if receipt.is_some_and(|r| r.outcome == "not_found") => {
            MobileState::NotFound
        }
        Some(OperationState::Done) | None => MobileState::Locked,
    };
    let repeat = row
        .opt_int("mobile_paid_at")?
        .is_some_and(|at| pricing.repeat_covers(&action, at, period_started_at, now));
    let price = if repeat || state == MobileState::Unlocked {
        0
    } else {
        pricing.ceiling(&action)?
    };
    let open = matches!(state, MobileState::Working | MobileState::Paused);
    let operation_id: Option<Uuid> = row.opt_uuid("mobile_id")?.filter(|_| open);
    Ok(Some(MobileView {
        state,
        price,
        price_text: pricing.price_text(&action, price),
        pools: pricing.pools(&action),
        operation_id,
        phones,
    }))
}
