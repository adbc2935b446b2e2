//! The account's data providers: keys, order, purse, and the asking.
//!
//! `lode-providers` speaks their APIs and decides whom to ask; `lode-store` keeps what all
//! servers share; this joins the two. A key leaves the database sealed ([`vault`]) and is
//! opened only to be put into a client.

mod desk;
mod domains;
mod manage;
mod opinions;
mod pace;
mod phones;
mod plan;
mod trouble;
mod vault;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use lode_core::api::{MilliCredits, UnixMillis};
use lode_core::lead::Lead;
use lode_providers::waterfall::{Member, Order, Record, order};
use lode_providers::{
    ApiKey, PersonQuery, Provider, ProviderConfig, ProviderKind, SetupError, connect,
};
use lode_store::providers::StoredProvider;
use lode_store::{Store, StoreError};
use lode_verify::Resolver;
use url::Url;
use uuid::Uuid;

pub(crate) use desk::{Asked, Question};
pub(crate) use domains::DomainQuestion;
pub use manage::Tried;
pub(crate) use opinions::{Heard, OpinionQuestion};
pub use vault::VaultError;

use crate::app::Clock;
use crate::config::{Config, ConfigError};
use pace::StoredPace;
use trouble::Obstacle;
use vault::Vault;

/// Why something about a provider could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ProvidersError {
    /// There is no key of this provider.
    #[error("there is no key of this provider")]
    NoKey,
    /// The provider does not verify addresses.
    #[error("this provider does not verify addresses")]
    NoOpinions,
    /// The key was sealed with another secret than this server has.
    #[error("the stored key cannot be opened with this server's secret; set it again")]
    Unreadable,
    /// The key cannot be one of this provider, or its API cannot be connected to.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The secret that keys are sealed with is missing or wrong.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An account's provider that can be asked.
struct Ready {
    member: Member,
    provider: Arc<dyn Provider>,
    stored: StoredProvider,
}

/// A client with the time of the key that it was made with.
type Connected = (UnixMillis, Arc<dyn Provider>);

/// The data providers of all accounts.
pub struct Providers {
    store: Store,
    vault: Vault,
    clock: Clock,
    bases: HashMap<ProviderKind, Url>,
    config: ProviderConfig,
    /// How long a miss is remembered, in milliseconds.
    miss_ms: i64,
    /// Clients by account: they hold connections and tokens.
    connected: Mutex<HashMap<(Uuid, ProviderKind), Connected>>,
    /// Which accounts have a provider that sells mobiles, and when that was read: every
    /// capture shows it.
    with_mobiles: Mutex<HashMap<Uuid, (Instant, bool)>>,
}

/// For how long what was read of an account's providers is shown: another server may have
/// changed it.
const SHOWN_FOR: Duration = Duration::from_secs(10);

impl Providers {
    /// The providers of a configuration. Nothing is read or connected yet.
    ///
    /// # Errors
    /// An address of an API that cannot be read.
    pub fn new(
        config: &Config,
        store: &Store,
        clock: Clock,
        resolver: Option<Resolver>,
    ) -> Result<Self, ConfigError> {
        Ok(Self {
            store: store.clone(),
            vault: Vault::new(config)?,
            clock,
            bases: config.provider_bases()?,
            config: ProviderConfig {
                allow_nets: config.allow_nets.clone(),
                resolver,
                ..ProviderConfig::default()
            },
            miss_ms: i64::from(config.provider_miss_days).saturating_mul(24 * 3600 * 1000),
            connected: Mutex::default(),
            with_mobiles: Mutex::default(),
        })
    }

    /// Whether the account has a provider that sells mobile numbers, resting or not.
    async fn sells_mobiles(&self, account_id: Uuid) -> bool {
        let lock = || {
            let known = self.with_mobiles.lock();
            known.unwrap_or_else(PoisonError::into_inner)
        };
        let known = lock().get(&account_id).copied();
        if let Some((read, sells)) = known
            && read.elapsed() < SHOWN_FOR
        {
            return sells;
        }
        let stored = match self.store.providers(account_id, self.now()).await {
            Ok(stored) => stored,
            Err(error) => {
                tracing::warn!(account.id = %account_id, %error, "cannot read the providers");
                return known.is_some_and(|(_, sells)| sells);
            }
        };
        let by = order_of(&stored);
        let sells = stored.iter().any(|stored| {
            ProviderKind::by_name(&stored.provider)
                .filter(|kind| !matches!(&by, Order::Given(kinds) if !kinds.contains(kind)))
                .and_then(|kind| self.connect(account_id, kind, stored).ok())
                .is_some_and(|provider| provider.prices().mobile.is_some())
        });
        lock().insert(account_id, (Instant::now(), sells));
        sells
    }

    /// Forgets what was read of an account's providers: they have changed.
    fn changed(&self, account_id: Uuid) {
        let known = self.with_mobiles.lock();
        known
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&account_id);
    }

    fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    fn connected(&self) -> MutexGuard<'_, HashMap<(Uuid, ProviderKind), Connected>> {
        self.connected
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn forget_client(&self, account_id: Uuid, kind: ProviderKind) {
        self.connected().remove(&(account_id, kind));
    }

    /// The account's providers that can be asked now, in the order in which they are to be.
    async fn ready(&self, account_id: Uuid) -> Result<Vec<Ready>, ProvidersError> {
        Ok(self.ready_or_not(account_id).await?.0)
    }

    /// The same, and what keeps the others from being asked.
    async fn ready_or_not(
        &self,
        account_id: Uuid,
    ) -> Result<(Vec<Ready>, Vec<Obstacle>), ProvidersError> {
        let now = self.now();
        let stored = self.store.providers(account_id, now).await?;
        let by = order_of(&stored);
        let mut ready: HashMap<ProviderKind, Ready> = HashMap::new();
        let mut obstacles = Vec::new();
        for stored in stored {
            let Some(kind) = ProviderKind::by_name(&stored.provider) else {
                // Set by a newer version.
                continue;
            };
            // One that the account's own order leaves out is not asked either.
            let left_out = matches!(&by, Order::Given(kinds) if !kinds.contains(&kind));
            if left_out {
                continue;
            }
            let trouble = stored.trouble.as_ref();
            if let Some((code, until)) = trouble.filter(|(_, until)| now < *until) {
                obstacles.push(Obstacle::resting(code, until.saturating_sub(now)));
                continue;
            }
            match self.connect(account_id, kind, &stored) {
                Ok(provider) => {
                    let member = member(&stored, provider.as_ref());
                    ready.insert(
                        kind,
                        Ready {
                            member,
                            provider,
                            stored,
                        },
                    );
                }
                Err(error) => {
                    tracing::warn!(account.id = %account_id, provider = %kind, %error, "provider left out");
                    obstacles.push(Obstacle::unreadable());
                }
            }
        }
        let members: Vec<Member> = ready.values().map(|ready| ready.member).collect();
        let ready = order(&members, &by)
            .into_iter()
            .filter_map(|member| ready.remove(&member.kind))
            .collect();
        Ok((ready, obstacles))
    }

    /// The client of a stored key: the one in use, or a new one.
    fn connect(
        &self,
        account_id: Uuid,
        kind: ProviderKind,
        stored: &StoredProvider,
    ) -> Result<Arc<dyn Provider>, ProvidersError> {
        let known = self.connected().get(&(account_id, kind)).cloned();
        if let Some((since, provider)) = known
            && since == stored.updated_at
        {
            return Ok(provider);
        }
        // Not under the lock: a client reads the system's certificates when it is made.
        let key = self
            .vault
            .open(account_id, kind, &stored.sealed)?
            .ok_or(ProvidersError::Unreadable)?;
        let config = self.config_of(account_id, kind);
        let provider: Arc<dyn Provider> = Arc::from(connect(kind, &key, &config)?);
        let client = (stored.updated_at, provider.clone());
        self.connected().insert((account_id, kind), client);
        Ok(provider)
    }

    fn config_of(&self, account_id: Uuid, kind: ProviderKind) -> ProviderConfig {
        ProviderConfig {
            base: self.bases.get(&kind).cloned(),
            shared_pace: Some(Arc::new(StoredPace {
                store: self.store.clone(),
                clock: self.clock.clone(),
                account_id,
                kind,
            })),
            ..self.config.clone()
        }
    }
}

/// The order of an account: the user's own where any provider has a place in one.
fn order_of(stored: &[StoredProvider]) -> Order {
    let mut placed: Vec<(i64, ProviderKind)> = stored
        .iter()
        .filter_map(|stored| Some((stored.position?, ProviderKind::by_name(&stored.provider)?)))
        .collect();
    if placed.is_empty() {
        return Order::ExpectedCost;
    }
    placed.sort_unstable();
    Order::Given(placed.into_iter().map(|(_, kind)| kind).collect())
}

fn member(stored: &StoredProvider, provider: &dyn Provider) -> Member {
    Member {
        kind: provider.kind(),
        prices: provider.prices(),
        credit_price: stored.credit_price,
        record: record(stored),
    }
}

fn record(stored: &StoredProvider) -> Record {
    Record {
        asked: stored.record.asked,
        found: stored.record.found,
        verified: stored.record.verified,
    }
}

/// What may still be spent today.
fn left(stored: &StoredProvider) -> MilliCredits {
    stored.daily_limit.saturating_sub(stored.spent_today).max(0)
}

/// A key as somebody typed it.
fn api_key(text: &str) -> ApiKey {
    ApiKey::new(text)
}

/// Whom providers are asked for.
pub(crate) fn person_query(lead: &Lead) -> PersonQuery {
    let parsed = lead.full_name.as_deref().map(lode_core::name::parse);
    let part = |given: &Option<String>, parsed: Option<&String>| given.clone().or(parsed.cloned());
    let parsed = parsed.as_ref();
    PersonQuery {
        first_name: part(
            &lead.first_name,
            parsed.and_then(|name| name.given.as_ref()),
        ),
        last_name: part(
            &lead.last_name,
            parsed.and_then(|name| name.family.as_ref()),
        ),
        full_name: lead.full_name.clone(),
        domain: lead.company_domain.clone(),
        company: lead.company.clone(),
        linkedin_url: lead
            .profile_url
            .clone()
            .filter(|url| url.contains("linkedin.com/in/")),
        work_email: None,
    }
}
