//! An account's own settings over the policy's.

use lode_ledger::unlock::{AutoUnlockMode, AutoUnlockRule};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::pricing::Pricing;
use crate::sql::{Tx, sql};

/// What an account has set; what is absent is as the policy has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Unlocking premium data with each capture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_unlock: Option<AutoUnlockSettings>,
}

/// Unlocking premium data with each capture, as an account has set it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutoUnlockSettings {
    /// `off`, `on` or `member`: each member's own choice.
    pub mode: String,
    /// Most unlocks without a click for a member and a day (UTC).
    pub daily_cap: u32,
    /// Least quality, 0 to 100, that a preview must promise.
    pub minimum_quality: u8,
}

/// A mode's name.
#[must_use]
pub fn mode_name(mode: AutoUnlockMode) -> &'static str {
    match mode {
        AutoUnlockMode::Off => "off",
        AutoUnlockMode::On => "on",
        AutoUnlockMode::Member => "member",
    }
}

/// A mode by its name.
#[must_use]
pub fn mode_by_name(name: &str) -> Option<AutoUnlockMode> {
    [
        AutoUnlockMode::Off,
        AutoUnlockMode::On,
        AutoUnlockMode::Member,
    ]
    .into_iter()
    .find(|mode| mode_name(*mode) == name)
}

async fn read(tx: &mut Tx, account_id: Uuid) -> Result<Settings> {
    tx.one(sql("SELECT settings FROM accounts WHERE id = $1").bind(account_id))
        .await?
        .json("settings")
}

impl Settings {
    /// The rule of unlocking with each capture that is in force.
    pub(crate) fn auto_unlock_rule(&self, pricing: &Pricing) -> AutoUnlockRule {
        let mut rule = pricing.policy().auto_unlock.clone();
        if let Some(own) = &self.auto_unlock {
            rule.mode = mode_by_name(&own.mode).unwrap_or(AutoUnlockMode::Off);
            rule.daily_cap = own.daily_cap;
            rule.minimum_quality = own.minimum_quality;
        }
        rule
    }
}

/// The rule in force for an account.
pub(crate) async fn auto_unlock(
    tx: &mut Tx,
    account_id: Uuid,
    pricing: &Pricing,
) -> Result<AutoUnlockRule> {
    Ok(read(tx, account_id).await?.auto_unlock_rule(pricing))
}

impl Store {
    /// The rule of unlocking with each capture that is in force for an account.
    ///
    /// # Errors
    /// The database.
    pub async fn auto_unlock_rule(
        &self,
        account_id: Uuid,
        pricing: &Pricing,
    ) -> Result<AutoUnlockRule> {
        let mut tx = self.db.read().await?;
        auto_unlock(&mut tx, account_id, pricing).await
    }

    /// Changes an account's settings.
    ///
    /// # Errors
    /// The database.
    pub async fn set_auto_unlock(&self, account_id: Uuid, own: &AutoUnlockSettings) -> Result<()> {
        let mut tx = self.db.write().await?;
        let mut settings = read(&mut tx, account_id).await?;
        settings.auto_unlock = Some(own.clone());
        tx.execute(
            sql("UPDATE accounts SET settings = $2 WHERE id = $1")
                .bind(account_id)
                .bind(serde_json::to_string(&settings)?),
        )
        .await?;
        tx.commit().await
    }
}
