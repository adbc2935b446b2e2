//! What a user does with providers: set, list, order, remove, try.

use lode_core::api::{MilliCredits, ProviderEdit, ProviderRecordView, ProviderView, ProvidersView};
use lode_providers::waterfall::Order;
use lode_providers::{ProviderError, ProviderKind, connect, prices};
use lode_store::providers::{ProviderEdit as StoredEdit, StoredProvider};
use uuid::Uuid;

use super::{Providers, ProvidersError, api_key, order_of};

/// What trying a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It works; the credits that are left, where the provider says so.
    Works(Option<MilliCredits>),
    /// The provider documents no call that costs nothing.
    Unknown,
    /// It gave no answer, or refused the key.
    Failed(ProviderError),
}

impl Providers {
    /// The account's providers.
    ///
    /// # Errors
    /// [`ProvidersError`].
    pub async fn list(&self, account_id: Uuid) -> Result<ProvidersView, ProvidersError> {
        let now = self.now();
        let stored = self.store.providers(account_id, now).await?;
        let order = match order_of(&stored) {
            Order::ExpectedCost => None,
            Order::Given(kinds) => Some(kinds.iter().map(ToString::to_string).collect()),
        };
        let providers = stored
            .iter()
            .map(|stored| self.view(account_id, stored, now))
            .collect();
        Ok(ProvidersView { order, providers })
    }

    fn view(&self, account_id: Uuid, stored: &StoredProvider, now: i64) -> ProviderView {
        let readable = ProviderKind::by_name(&stored.provider).is_some_and(|kind| {
            matches!(
                self.vault.open(account_id, kind, &stored.sealed),
                Ok(Some(_))
            )
        });
        let trouble = stored
            .trouble
            .as_ref()
            .filter(|(_, until)| now < *until)
            .map(|(code, until)| (code.clone(), Some(*until)))
            .or_else(|| (!readable).then(|| ("key_unreadable".to_owned(), None)));
        ProviderView {
            provider: stored.provider.clone(),
            daily_limit: stored.daily_limit,
            spent_today: stored.spent_today,
            credit_price: stored.credit_price,
            second_opinion: stored.second_opinion,
            second_opinion_price: ProviderKind::by_name(&stored.provider)
                .and_then(|kind| prices(kind).verify),
            record: ProviderRecordView {
                asked: stored.record.asked,
                found: stored.record.found,
                verified: stored.record.verified,
            },
            trouble_since: trouble
                .as_ref()
                .filter(|(_, until)| until.is_some())
                .and(stored.trouble_since),
            resting_until: trouble.as_ref().and_then(|(_, until)| *until),
            trouble: trouble.map(|(code, _)| code),
            updated_at: stored.updated_at,
        }
    }

    /// Sets a provider's key and settings.
    ///
    /// # Errors
    /// [`ProvidersError::Setup`] where it cannot be a key of that provider,
    /// [`ProvidersError::NoKey`] where none is stored and none is given,
    /// [`ProvidersError::NoOpinions`] where it is to be asked for what it does not offer.
    pub async fn set(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
        edit: &ProviderEdit,
    ) -> Result<(), ProvidersError> {
        if edit.second_opinion == Some(true) && prices(kind).verify.is_none() {
            return Err(ProvidersError::NoOpinions);
        }
        let sealed = match &edit.key {
            Some(key) => {
                connect(kind, &api_key(key), &self.config_of(account_id, kind))?;
                Some(self.vault.seal(account_id, kind, key.trim())?)
            }
            None => None,
        };
        let stored = StoredEdit {
            sealed,
            daily_limit: edit.daily_limit,
            credit_price: edit.credit_price,
            second_opinion: edit.second_opinion,
        };
        let set = self
            .store
            .set_provider(account_id, kind.as_str(), &stored, self.now())
            .await?;
        self.changed(account_id);
        if set {
            Ok(())
        } else {
            Err(ProvidersError::NoKey)
        }
    }

    /// Forgets a provider's key.
    ///
    /// # Errors
    /// [`ProvidersError::NoKey`] where there is none.
    pub async fn remove(&self, account_id: Uuid, kind: ProviderKind) -> Result<(), ProvidersError> {
        self.forget_client(account_id, kind);
        let removed = self
            .store
            .remove_provider(account_id, kind.as_str())
            .await?;
        self.changed(account_id);
        if removed {
            Ok(())
        } else {
            Err(ProvidersError::NoKey)
        }
    }

    /// Sets the order in which providers are asked, those that are not named left out;
    /// `None`: by expected cost.
    ///
    /// # Errors
    /// [`ProvidersError::NoKey`] where one of them has no key.
    pub async fn order(
        &self,
        account_id: Uuid,
        order: Option<&[ProviderKind]>,
    ) -> Result<(), ProvidersError> {
        let stored = self.store.providers(account_id, self.now()).await?;
        let known = |kind: &ProviderKind| stored.iter().any(|s| s.provider == kind.as_str());
        if !order.unwrap_or_default().iter().all(known) {
            return Err(ProvidersError::NoKey);
        }
        let names: Option<Vec<&str>> =
            order.map(|order| order.iter().map(|kind| kind.as_str()).collect());
        self.store
            .order_providers(account_id, names.as_deref())
            .await?;
        self.changed(account_id);
        Ok(())
    }

    /// Tries a stored key by a call that costs nothing. A key that works ends the
    /// provider's rest.
    ///
    /// # Errors
    /// [`ProvidersError`]; what the provider says is no error but [`Tried`].
    pub async fn test(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
    ) -> Result<Tried, ProvidersError> {
        let stored = self.store.providers(account_id, self.now()).await?;
        let stored = stored
            .iter()
            .find(|stored| stored.provider == kind.as_str())
            .ok_or(ProvidersError::NoKey)?;
        let provider = self.connect(account_id, kind, stored)?;
        Ok(match provider.check_key().await {
            Ok(balance) => {
                self.store
                    .rest_provider(account_id, kind.as_str(), None, self.now())
                    .await?;
                Tried::Works(balance)
            }
            Err(ProviderError::NotOffered) => Tried::Unknown,
            Err(error) => {
                self.rest_after(account_id, kind, &error).await;
                Tried::Failed(error)
            }
        })
    }
}
