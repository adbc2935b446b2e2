//! What became of mail to what providers found: it counts for their records.

use lode_core::email::EmailStatus;
use serde::Deserialize;
use uuid::Uuid;

use super::keys;
use crate::captures::{status_by_name, status_name};
use crate::error::Result;
use crate::leads::identity::fold;
use crate::outcomes::KnownAddress;
use crate::sql::{Tx, sql};

/// What is read of an answer.
#[derive(Deserialize)]
struct Found {
    address: String,
}

/// Writes an outcome to the calls that found the address for its lead, and corrects the
/// record of whoever was asked: right is what we proved, until mail says otherwise. A
/// delivery where every address is accepted says nothing.
pub(crate) async fn outcome_of(
    tx: &mut Tx,
    account_id: Uuid,
    known: &KnownAddress,
    address: &str,
    outcome: &str,
) -> Result<()> {
    let right = match outcome {
        "delivered" if known.status != status_name(EmailStatus::AcceptAll)? => true,
        "hard_bounce" => false,
        _ => return Ok(()),
    };
    let address = fold(address);
    for row in tx
        .all(
            sql(
                "SELECT id, provider, answer, verdict, outcome FROM provider_calls
                 WHERE lead_id = $1 AND account_id = $2 AND purpose = 'email'
                       AND state = 'found'",
            )
            .bind(known.lead_id)
            .bind(account_id),
        )
        .await?
    {
        let found = row
            .opt_text("answer")?
            .and_then(|answer| serde_json::from_str::<Found>(&answer).ok());
        if found.is_none_or(|found| fold(&found.address) != address) {
            continue;
        }
        let before = counts_as_right(row.opt_text("outcome")?, row.opt_text("verdict")?)?;
        tx.execute(
            sql("UPDATE provider_calls SET outcome = $2 WHERE id = $1")
                .bind(row.uuid("id")?)
                .bind(outcome),
        )
        .await?;
        let change = i64::from(right) - i64::from(before);
        if change != 0 {
            let provider = row.text("provider")?;
            keys::count(tx, account_id, &provider, (0, 0, change)).await?;
        }
    }
    Ok(())
}

/// Whether a call's address counts as right: by what became of mail, else by our own proof.
pub(super) fn counts_as_right(outcome: Option<String>, verdict: Option<String>) -> Result<bool> {
    Ok(match (outcome, verdict) {
        (Some(outcome), _) => outcome == "delivered",
        (None, Some(verdict)) => status_by_name(&verdict)? == EmailStatus::Verified,
        (None, None) => false,
    })
}
