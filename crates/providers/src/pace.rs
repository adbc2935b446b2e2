//! How fast a provider may be asked, by its documents. A provider that limits the rate is not
//! waited for in vain: some say nothing when the limit is passed (Snov.io documents neither
//! status nor header), and all charge patience for it.
//!
//! A pace is of one client, thus of one key in one server process. Several servers with one key
//! keep to it together where they share a [`SharedPace`]: the process's own limiters stand in
//! front, and whom they let go takes a turn of all servers too.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::time::{Instant, sleep, timeout};

use crate::http::ProviderConfig;
use crate::provider::ProviderError;

/// Longest wait for a turn. A look-up's lease is renewed meanwhile.
const WAIT_MAX: Duration = Duration::from_secs(5 * 60);

/// A tenth of a window's requests may go at once; the others are spread over the window, so
/// that no window of that length ever holds more than the documents allow.
const BURST_SHARE: u32 = 10;

/// What servers that use the same key share of its pace. One is of one key; whoever does not
/// know the others gives none ([`ProviderConfig::shared_pace`]), and one that fails lets go: the
/// process's own pace holds then.
#[async_trait]
pub trait SharedPace: Send + Sync + std::fmt::Debug {
    /// Takes the next turn of all servers, if it comes within `most`: how long until then. Where
    /// it would not come in time none is taken, and when it would come is told.
    async fn take_turn(&self, cells: &CellRate, most: Duration) -> Duration;
    /// Lets no turn come for so long: the provider says that its window is used up.
    async fn pause(&self, cells: &CellRate, wait: Duration);
}

/// A limit as a generic cell rate: requests at even distances, of which some may come early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRate {
    /// Its name, one of its provider's.
    pub name: String,
    /// Distance of two requests in the long run; zero for what holds pauses alone.
    pub every: Duration,
    /// By how much a request may come early: how many distances but one may go at once.
    pub early: Duration,
}

/// Documented limits: requests in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limit {
    /// Most requests.
    pub(crate) requests: u32,
    /// In which time.
    pub(crate) window: Duration,
}

impl Limit {
    /// So many a second.
    pub(crate) const fn per_second(requests: u32) -> Self {
        Self {
            requests,
            window: Duration::from_secs(1),
        }
    }

    /// So many a minute.
    pub(crate) const fn per_minute(requests: u32) -> Self {
        Self {
            requests,
            window: Duration::from_secs(60),
        }
    }

    /// What may go at once.
    fn burst(self) -> NonZeroU32 {
        NonZeroU32::new(self.requests / BURST_SHARE).unwrap_or(NonZeroU32::MIN)
    }

    /// Distance of the others.
    fn every(self) -> Duration {
        self.window / self.requests.saturating_sub(self.burst().get()).max(1)
    }

    fn quota(self) -> Option<Quota> {
        Quota::with_period(self.every()).map(|quota| quota.allow_burst(self.burst()))
    }

    fn cells(self) -> CellRate {
        // Whole milliseconds, as databases keep time: never faster for it.
        let every = u64::try_from(self.every().as_micros().div_ceil(1_000)).unwrap_or(u64::MAX);
        let every = Duration::from_millis(every);
        CellRate {
            name: format!("{} in {} ms", self.requests, self.window.as_millis()),
            every,
            early: every * (self.burst().get() - 1),
        }
    }
}

/// Waits for a client's turns.
#[derive(Debug)]
pub(crate) struct Pace {
    limiters: Vec<DefaultDirectRateLimiter>,
    /// Until when the provider itself says that nothing is left.
    paused_until: Mutex<Option<Instant>>,
    /// How long a refusal holds all back that does not say for how long; `None` where none does.
    unsaid: Option<Duration>,
    shared: Option<Arc<dyn SharedPace>>,
    /// The limits for all servers; never empty: pauses go by the first.
    cells: Vec<CellRate>,
}

impl Pace {
    /// A pace within all the limits; none where the settings want none.
    pub(crate) fn within(limits: &[Limit], config: &ProviderConfig) -> Self {
        let limits = if config.paced { limits } else { &[] };
        let quotas = limits.iter().filter_map(|limit| limit.quota());
        let mut cells: Vec<CellRate> = limits.iter().map(|limit| limit.cells()).collect();
        if cells.is_empty() {
            cells.push(CellRate {
                name: "pauses".to_owned(),
                every: Duration::ZERO,
                early: Duration::ZERO,
            });
        }
        Self {
            limiters: quotas.map(RateLimiter::direct).collect(),
            paused_until: Mutex::default(),
            unsaid: config.paced.then(|| config.poll_every * 2),
            shared: config.shared_pace.clone(),
            cells,
        }
    }

    /// The provider has refused a request for its rate: none goes before it may be asked again.
    pub(crate) async fn refused(&self, retry_after: Option<Duration>) {
        if let Some(unsaid) = self.unsaid {
            self.pause(retry_after.unwrap_or(unsaid)).await;
        }
    }

    /// Lets no request go for so long: the provider says that its window is used up.
    pub(crate) async fn pause(&self, wait: Duration) {
        {
            let until = Instant::now() + wait;
            let mut paused = self.paused();
            if paused.is_none_or(|known| known < until) {
                *paused = Some(until);
            }
        }
        if let (Some(shared), Some(cells)) = (&self.shared, self.cells.first()) {
            shared.pause(cells, wait).await;
        }
    }

    fn paused(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.paused_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when a request may be made.
    ///
    /// # Errors
    /// [`ProviderError::RateLimited`] where the turn would not come in minutes.
    pub(crate) async fn turn(&self) -> Result<(), ProviderError> {
        loop {
            self.pause_over().await?;
            let began = Instant::now();
            let turns = async {
                for limiter in &self.limiters {
                    limiter.until_ready().await;
                }
            };
            timeout(WAIT_MAX, turns)
                .await
                .map_err(|_| ProviderError::RateLimited { retry_after: None })?;
            self.shared_turn(WAIT_MAX.saturating_sub(began.elapsed()))
                .await?;
            // Another's refusal may have come while this one waited for its turn.
            if self.pause_left().is_none() {
                return Ok(());
            }
        }
    }

    /// How long no request may go; `None` where one may.
    fn pause_left(&self) -> Option<Duration> {
        let until = (*self.paused())?;
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then_some(left)
    }

    async fn pause_over(&self) -> Result<(), ProviderError> {
        while let Some(left) = self.pause_left() {
            if left > WAIT_MAX {
                return Err(ProviderError::RateLimited {
                    retry_after: Some(left),
                });
            }
            sleep(left).await;
        }
        Ok(())
    }

    /// Ends when a request of all servers may be made, where it is within `most`.
    async fn shared_turn(&self, most: Duration) -> Result<(), ProviderError> {
        let Some(shared) = &self.shared else {
            return Ok(());
        };
        let mut wait = Duration::ZERO;
        for cells in &self.cells {
            wait = wait.max(shared.take_turn(cells, most).await);
            if wait > most {
                return Err(ProviderError::RateLimited {
                    retry_after: Some(wait),
                });
            }
        }
        sleep(wait).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    /// Asks without rest for three windows; the most requests in any one of them.
    fn most_in_a_window(limit: Limit) -> usize {
        let clock = FakeRelativeClock::default();
        let limiter = RateLimiter::direct_with_clock(limit.quota().unwrap(), clock.clone());
        let step = limit.window / 600;
        let mut gone: Vec<u32> = Vec::new();
        for at in 0..1_800 {
            while limiter.check().is_ok() {
                gone.push(at);
            }
            clock.advance(step);
        }
        gone.iter()
            .map(|from| {
                gone.iter()
                    .filter(|at| (*from..from + 600).contains(at))
                    .count()
            })
            .max()
            .unwrap()
    }

    #[test]
    fn no_window_holds_more_than_the_limit_and_most_of_it_is_used() {
        for limit in [
            Limit::per_minute(30),
            Limit::per_minute(60),
            Limit::per_minute(300),
            Limit::per_second(10),
        ] {
            let most = most_in_a_window(limit);
            let allowed = limit.requests as usize;
            assert!(
                most <= allowed && most * 10 >= allowed * 8,
                "{limit:?}: {most}"
            );
        }
    }

    /// One waits for its turn when another is refused: it is held back as well.
    #[tokio::test]
    async fn a_refusal_holds_back_who_waits_for_a_turn() {
        let limit = Limit {
            requests: 1,
            window: Duration::from_millis(300),
        };
        let pace = Pace::within(&[limit], &ProviderConfig::default());
        pace.turn().await.unwrap();
        let begun = Instant::now();
        let refused = pace.refused(Some(Duration::from_secs(1)));
        let (turn, ()) = futures::future::join(pace.turn(), refused).await;
        turn.unwrap();
        assert!(begun.elapsed() >= Duration::from_secs(1));
        // Nor is anybody kept waiting for what would not come in minutes.
        pace.refused(Some(WAIT_MAX * 2)).await;
        assert!(pace.turn().await.is_err());
    }

    #[tokio::test]
    async fn without_limits_nothing_waits() {
        let pace = Pace::within(&[], &ProviderConfig::default());
        for _ in 0..1_000 {
            pace.turn().await.unwrap();
        }
    }
}
