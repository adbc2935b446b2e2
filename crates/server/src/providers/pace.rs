//! How fast an account's provider is asked, for all servers together: kept in the database.

use std::time::Duration;

use async_trait::async_trait;
use lode_providers::{CellRate, ProviderKind, SharedPace};
use lode_store::Store;
use lode_store::providers::PaceLimit;
use uuid::Uuid;

use crate::app::Clock;

/// The pace of one account's provider. Where the database fails, each server keeps its own: a
/// provider's refusal is the worst that comes of it.
pub(super) struct StoredPace {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) account_id: Uuid,
    pub(super) kind: ProviderKind,
}

impl std::fmt::Debug for StoredPace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredPace")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl StoredPace {
    fn limit<'a>(&self, cells: &'a CellRate) -> PaceLimit<'a> {
        PaceLimit {
            account_id: self.account_id,
            provider: self.kind.as_str(),
            name: &cells.name,
            every_ms: millis(cells.every),
            early_ms: millis(cells.early),
        }
    }
}

#[async_trait]
impl SharedPace for StoredPace {
    async fn take_turn(&self, cells: &CellRate, most: Duration) -> Duration {
        let (limit, now) = (self.limit(cells), (self.clock)());
        match self
            .store
            .take_provider_turn(&limit, millis(most), now)
            .await
        {
            Ok(wait) => Duration::from_millis(u64::try_from(wait).unwrap_or(0)),
            Err(error) => {
                tracing::warn!(provider = %self.kind, %error, "cannot keep a pace with other servers");
                Duration::ZERO
            }
        }
    }

    async fn pause(&self, cells: &CellRate, wait: Duration) {
        let until = (self.clock)().saturating_add(millis(wait));
        let paused = self.store.pause_provider(&self.limit(cells), until).await;
        if let Err(error) = paused {
            tracing::warn!(provider = %self.kind, %error, "cannot tell other servers of a pause");
        }
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Instant;

    use axum::Json;
    use axum::http::HeaderMap;
    use futures::future::join_all;
    use lode_providers::{ApiKey, PersonQuery, Provider, ProviderConfig, ProviderError, connect};
    use lode_store::{Address, Pricing};
    use serde_json::json;
    use tempfile::TempDir;
    use tokio::net::TcpListener;

    use super::*;
    use crate::app::system_clock;

    /// A database that servers share, and a provider's API that knows nobody.
    struct Bench {
        stores: Vec<Store>,
        account_id: Uuid,
        base: String,
        asked: Arc<AtomicUsize>,
        _folder: TempDir,
    }

    impl Bench {
        /// So many servers; every answer has these headers.
        async fn of(servers: usize, headers: &[(&'static str, &'static str)]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let address = Address::Sqlite {
                path: folder.path().join("lode.db"),
                durable: false,
            };
            let mut stores = vec![];
            for _ in 0..servers {
                stores.push(Store::open(&address).await.unwrap());
            }
            let policy = lode_ledger::Policy::preset("lode").unwrap();
            let pricing = Pricing::new(policy).unwrap();
            let made = stores[0].ensure_account("default", &pricing, 0).await;
            let asked = Arc::new(AtomicUsize::new(0));
            let headers: HeaderMap = headers
                .iter()
                .map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap()))
                .collect();
            let counted = asked.clone();
            let app = axum::Router::new().fallback(move || {
                counted.fetch_add(1, Ordering::SeqCst);
                async {
                    (
                        headers,
                        Json(json!({ "data": { "email": null, "score": null } })),
                    )
                }
            });
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
            Self {
                stores,
                account_id: made.unwrap().0.id,
                base,
                asked,
                _folder: folder,
            }
        }

        /// Each server's client of Hunter's API.
        fn clients(&self, account_id: Uuid) -> Vec<Box<dyn Provider>> {
            let kind = ProviderKind::Hunter;
            let clients = self.stores.iter().map(|store| {
                let config = ProviderConfig {
                    base: Some(self.base.parse().unwrap()),
                    allow_nets: vec!["127.0.0.0/8".parse().unwrap()],
                    shared_pace: Some(Arc::new(StoredPace {
                        store: store.clone(),
                        clock: system_clock(),
                        account_id,
                        kind,
                    })),
                    ..ProviderConfig::default()
                };
                connect(kind, &ApiKey::new("key"), &config).unwrap()
            });
            clients.collect()
        }
    }

    fn somebody() -> PersonQuery {
        PersonQuery {
            first_name: Some("Ada".to_owned()),
            last_name: Some("Marlow".to_owned()),
            domain: Some("acme.example".to_owned()),
            ..PersonQuery::default()
        }
    }

    /// Ten a second, so each after a ninth of a second: fourteen by two servers take as long as
    /// by one, and would take half of it if each went by itself.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn servers_keep_a_documented_rate_together() {
        let bench = Bench::of(2, &[]).await;
        let clients = bench.clients(bench.account_id);
        let (person, begun) = (somebody(), Instant::now());
        let asking = clients.iter().flat_map(|client| {
            let asking = (0..7).map(|_| client.find_email(&person));
            asking.collect::<Vec<_>>()
        });
        for answer in join_all(asking).await {
            assert_eq!(answer.unwrap().found, None);
        }
        // A millisecond is what the clock leaves out.
        let took = begun.elapsed() + Duration::from_millis(1);
        assert!(took >= Duration::from_millis(13 * 112), "{took:?}");
        assert_eq!(bench.asked.load(Ordering::SeqCst), 14);
    }

    /// What the provider tells one server of its window holds for the others, at once and
    /// without asking; another account's key is another one's.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_the_provider_says_is_left_holds_for_all_servers() {
        let used_up = [("ratelimit-remaining", "0"), ("ratelimit-reset", "3600")];
        let bench = Bench::of(2, &used_up).await;
        let clients = bench.clients(bench.account_id);
        clients[0].find_email(&somebody()).await.unwrap();
        for client in &clients {
            match client.find_email(&somebody()).await.unwrap_err() {
                ProviderError::RateLimited { retry_after } => {
                    let wait = retry_after.unwrap().as_secs();
                    assert!((3_500..=3_600).contains(&wait), "{wait}");
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(bench.asked.load(Ordering::SeqCst), 1);
        let policy = lode_ledger::Policy::preset("lode").unwrap();
        let pricing = Pricing::new(policy).unwrap();
        let (other, made) = bench.stores[0]
            .ensure_account("other", &pricing, 0)
            .await
            .unwrap();
        assert!(made);
        let clients = bench.clients(other.id);
        clients[1].find_email(&somebody()).await.unwrap();
        assert_eq!(bench.asked.load(Ordering::SeqCst), 2);
    }

    /// A database that does not answer holds nobody up.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn without_the_database_each_server_keeps_its_own_pace() {
        let bench = Bench::of(1, &[]).await;
        bench.stores[0].close().await;
        let clients = bench.clients(bench.account_id);
        clients[0].find_email(&somebody()).await.unwrap();
        assert_eq!(bench.asked.load(Ordering::SeqCst), 1);
    }
}
