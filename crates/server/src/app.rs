//! What every handler and every look-up shares.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use lode_core::api::UnixMillis;
use lode_store::{Pricing, Store};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::config::Config;
use crate::jobs::AddressFinder;
use crate::phones::PhoneSource;
use crate::providers::Providers;
use crate::rules::RuleFiles;
use crate::scores::Scores;
use crate::verification::AddressVerifier;

/// What tells the time: credit periods, holds and leases are counted by it.
pub type Clock = Arc<dyn Fn() -> UnixMillis + Send + Sync>;

/// Where a server's answers come from: the parts with networks behind them.
#[derive(Clone)]
pub struct Sources {
    /// Finds people's addresses.
    pub finder: Arc<dyn AddressFinder>,
    /// Verifies addresses.
    pub verifier: Arc<dyn AddressVerifier>,
    /// The accounts' data providers.
    pub providers: Arc<Providers>,
    /// Finds people's numbers; `None` where the operator has configured no provider.
    pub phones: Option<Arc<dyn PhoneSource>>,
    /// The time; [`system_clock`] but in tests.
    pub clock: Clock,
}

/// The server's parts. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub(crate) inner: Arc<Inner>,
}

/// The parts, shared by all clones of an [`App`].
pub struct Inner {
    pub(crate) config: Config,
    pub(crate) store: Store,
    pub(crate) pricing: Pricing,
    pub(crate) finder: Arc<dyn AddressFinder>,
    verifier: Arc<dyn AddressVerifier>,
    pub(crate) providers: Arc<Providers>,
    /// Where numbers come from; `None`: nowhere, and unlocks say so.
    phones: Option<Arc<dyn PhoneSource>>,
    clock: Clock,
    /// Wakes who waits for an account's captures to change.
    pub(crate) changes: AccountChanges,
    /// Wakes the dispatcher: there may be a look-up to take.
    pub(crate) lookups: Notify,
    /// Wakes who unlocks what captures have asked for.
    pub(crate) unlocks: Notify,
    /// Wrong pairing codes.
    pub(crate) pairing_tries: TryLimit,
    /// Scores as outcomes correct them.
    pub(crate) scores: Scores,
    /// Newer rule files for the page readers.
    pub(crate) rules: RuleFiles,
    /// Turns true when the server shuts down.
    pub(crate) shutdown: watch::Sender<bool>,
}

impl std::ops::Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl App {
    /// Puts the parts together.
    #[must_use]
    pub fn new(config: Config, store: Store, pricing: Pricing, sources: Sources) -> Self {
        let rules = RuleFiles::new(config.rules_dir.clone());
        let pairing_tries = TryLimit::per_minute(config.pairing_tries_per_minute);
        Self {
            inner: Arc::new(Inner {
                config,
                store,
                pricing,
                finder: sources.finder,
                verifier: sources.verifier,
                providers: sources.providers,
                phones: sources.phones,
                clock: sources.clock,
                changes: AccountChanges::default(),
                lookups: Notify::new(),
                unlocks: Notify::new(),
                pairing_tries,
                scores: Scores::default(),
                rules,
                shutdown: watch::Sender::new(false),
            }),
        }
    }

    /// The time now, as this server counts it.
    #[must_use]
    pub fn now(&self) -> UnixMillis {
        (self.clock)()
    }

    /// What verifies single addresses.
    #[must_use]
    pub fn verifier(&self) -> &Arc<dyn AddressVerifier> {
        &self.verifier
    }

    /// Where numbers come from; `None` where the operator has configured nothing.
    #[must_use]
    pub fn phones(&self) -> Option<&Arc<dyn PhoneSource>> {
        self.phones.as_ref()
    }

    /// Whether an account has anybody who could be asked for numbers.
    pub(crate) async fn has_phone_source(&self, account_id: Uuid) -> bool {
        match self.phones() {
            Some(source) => source.is_configured(account_id).await,
            None => false,
        }
    }

    /// Asks everything that waits or works to come to an end.
    pub fn shut_down(&self) {
        self.shutdown.send_replace(true);
    }

    /// Ends when the server shuts down.
    pub(crate) async fn shutting_down(&self) {
        let mut shutdown = self.shutdown.subscribe();
        // The sender lives as long as `self`.
        let _ = shutdown.wait_for(|down| *down).await;
    }

    /// Says that an account's captures have changed.
    pub(crate) fn changes_only(&self, account_id: Uuid) {
        self.changes.notify(account_id);
    }

    /// Says that an account's captures have changed, and that there may be work.
    pub(crate) fn captures_changed(&self, account_id: Uuid) {
        self.changes.notify(account_id);
        self.lookups.notify_one();
    }
}

/// The machine's own clock.
#[must_use]
pub fn system_clock() -> Clock {
    Arc::new(now)
}

/// The time now by the machine's clock.
#[must_use]
pub fn now() -> UnixMillis {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO);
    UnixMillis::try_from(since.as_millis()).unwrap_or(UnixMillis::MAX)
}

/// Who waits for which account. Whoever subscribes before asking the database misses
/// nothing: a change in between has marked the subscription already.
#[derive(Default)]
pub(crate) struct AccountChanges {
    accounts: Mutex<HashMap<Uuid, watch::Sender<u64>>>,
}

impl AccountChanges {
    pub(crate) fn subscribe(&self, account_id: Uuid) -> watch::Receiver<u64> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts
            .entry(account_id)
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe()
    }

    fn notify(&self, account_id: Uuid) {
        let accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = accounts.get(&account_id) {
            sender.send_modify(|changes| *changes = changes.wrapping_add(1));
        }
    }
}

/// So many tries in a minute, over all who try: a one-time code has no owner to count by.
pub(crate) struct TryLimit {
    most: u32,
    window: Mutex<(Instant, u32)>,
}

impl TryLimit {
    const WINDOW: Duration = Duration::from_secs(60);

    fn per_minute(most: u32) -> Self {
        Self {
            most,
            window: Mutex::new((Instant::now(), 0)),
        }
    }

    /// Whether another try is allowed; otherwise after how many seconds.
    pub(crate) fn check(&self) -> Result<(), u64> {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let age = window.0.elapsed();
        if age >= Self::WINDOW {
            *window = (Instant::now(), 0);
        } else if window.1 >= self.most {
            return Err(Self::WINDOW.saturating_sub(age).as_secs().saturating_add(1));
        }
        Ok(())
    }

    /// Counts a wrong try.
    pub(crate) fn count(&self) {
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        window.1 = window.1.saturating_add(1);
    }
}
