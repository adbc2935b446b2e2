//! Starting and stopping the server.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use lode_store::devices::PairingCode;
use lode_store::{Store, StoreError};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::app::{App, Sources, now, system_clock};
use crate::config::{Config, ConfigError};
use crate::providers::Providers;
use crate::{jobs, policy, routes};

/// Name of the account that the first start makes.
pub const DEFAULT_ACCOUNT: &str = "default";

/// Why the server could not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be made.
    #[error("data folder {path}: {error}")]
    DataDir {
        /// The folder.
        path: String,
        /// What the system said.
        error: std::io::Error,
    },
    /// The database cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        error: std::io::Error,
    },
    /// The verifier cannot be set up.
    #[error("mail look-ups: {0}")]
    Verifier(String),
}

/// A server that answers.
pub struct Running {
    /// The address that it listens on; with port 0 in the configuration, the real one.
    pub address: SocketAddr,
    /// A one-time code, where nothing is paired yet.
    pub pairing_code: Option<PairingCode>,
    app: App,
    http: JoinHandle<std::io::Result<()>>,
    jobs: JoinHandle<()>,
}

/// Opens the store of a configuration: data folder, database, default account.
///
/// # Errors
/// [`StartError`].
pub async fn open_store(config: &Config) -> Result<(Store, lode_store::Pricing), StartError> {
    let pricing = policy::pricing(&config.policy)?;
    let address = config.database()?;
    if let lode_store::Address::Sqlite { path, .. } = &address
        && let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
    {
        make_private_folder(folder).map_err(|error| StartError::DataDir {
            path: folder.display().to_string(),
            error,
        })?;
    }
    let store = Store::open(&address).await?;
    let (account, made) = store
        .ensure_account(DEFAULT_ACCOUNT, &pricing, now())
        .await?;
    if made {
        tracing::info!(account.id = %account.id, "account made");
    }
    Ok((store, pricing))
}

/// Makes a folder that only its owner may look into; one that is there is left as it is.
pub(crate) fn make_private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Starts a server: it answers when this returns.
///
/// # Errors
/// [`StartError`].
pub async fn start(config: Config) -> Result<Running, StartError> {
    let (store, pricing) = open_store(&config).await?;
    let sources = sources(&config, &store)?;
    crate::domains::tidy(&store, (sources.clock)()).await;
    start_with(config, store, pricing, sources).await
}

/// The sources that a configuration names.
///
/// # Errors
/// [`StartError`].
pub fn sources(config: &Config, store: &Store) -> Result<Sources, StartError> {
    let verifier = crate::verification::build(config, store)?;
    let clock = system_clock();
    let resolver = Some(verifier.resolver().clone());
    let providers = Arc::new(Providers::new(config, store, clock.clone(), resolver)?);
    Ok(Sources {
        finder: Arc::new(crate::finder::build(config, store, verifier.clone())?),
        verifier: Arc::new(verifier),
        phones: Some(providers.clone()),
        providers,
        clock,
    })
}

/// The same with sources of the caller's making.
///
/// # Errors
/// [`StartError`].
pub async fn start_with(
    config: Config,
    store: Store,
    pricing: lode_store::Pricing,
    sources: Sources,
) -> Result<Running, StartError> {
    let now = (sources.clock)();
    store.advance_accounts(now).await?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| StartError::Listen {
            address: config.listen,
            error,
        })?;
    let address = listener.local_addr().map_err(|error| StartError::Listen {
        address: config.listen,
        error,
    })?;
    let pairing_code = if store.any_device_paired().await? {
        None
    } else {
        let (account, _) = store.ensure_account(DEFAULT_ACCOUNT, &pricing, now).await?;
        Some(store.create_pairing_code(account.id, now).await?)
    };
    let app = App::new(config, store, pricing, sources);
    // Read now, so that the log says at the start which rule files are offered or refused.
    let early = app.clone();
    let _ = tokio::task::spawn_blocking(move || early.rules.offer()).await;
    let router = routes::router(app.clone(), address);
    let stopping = app.clone();
    let http = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move { stopping.shutting_down().await })
            .await
    });
    let jobs = tokio::spawn({
        let app = app.clone();
        async move {
            tokio::join!(jobs::run(app.clone()), jobs::unlocks::run(app));
        }
    });
    tracing::info!(%address, "listening");
    Ok(Running {
        address,
        pairing_code,
        app,
        http,
        jobs,
    })
}

impl Running {
    /// The shared parts.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.app.inner.store
    }

    /// Stops: requests under way are answered, look-ups finished or given back.
    pub async fn stop(self) {
        self.app.shut_down();
        // Connections that a client keeps open without asking anything end with the task.
        let grace = std::time::Duration::from_secs(5);
        let mut http = self.http;
        if tokio::time::timeout(grace, &mut http).await.is_err() {
            http.abort();
        }
        let _ = self.jobs.await;
        self.app.inner.store.close().await;
    }
}
