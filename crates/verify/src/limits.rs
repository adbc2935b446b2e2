//! Manners: how many connections at once, how many runs an hour, and whom to leave alone.
//!
//! Connections at once are counted here for this process, and by [`shared`] for all that share
//! a memory.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Limits;
use crate::profile::GroupHold;

pub(crate) mod shared;

use shared::SlotKey;

/// Why a domain is not asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// Its runs of this hour are used up.
    RunsThisHour(Duration),
    /// Its provider limited our rate: back off.
    Backoff(Duration),
    /// Its provider refused us: left alone.
    PolicyStop(Duration),
}

/// Longest back-off.
const BACKOFF_MAX: Duration = Duration::from_secs(3600);
/// Back-offs double at most this often before the cap.
const BACKOFF_DOUBLINGS_MAX: u32 = 12;
const HOUR_MILLIS: i64 = 3_600_000;
/// Entries kept before those that no longer matter are dropped.
const ENTRIES_MAX: usize = 20_000;

/// What was done of late, by domain and by group ([`crate::provider::group_of`]). Pure: the
/// time is told.
#[derive(Debug, Default)]
pub(crate) struct Manners {
    runs: HashMap<String, VecDeque<i64>>,
    backoffs: HashMap<String, (u32, i64)>,
    stops: HashMap<String, i64>,
}

impl Manners {
    /// Whether the group may be asked now.
    ///
    /// # Errors
    /// Why not, and for how long.
    pub(crate) fn admit_group(&self, group: &str, now: i64) -> Result<(), Hold> {
        if let Some(&end) = self.stops.get(group).filter(|&&end| end > now) {
            return Err(Hold::PolicyStop(until(end, now)));
        }
        if let Some(&(_, end)) = self.backoffs.get(group).filter(|(_, end)| *end > now) {
            return Err(Hold::Backoff(until(end, now)));
        }
        Ok(())
    }

    /// Counts a run of `domain`, unless those of the hour are used up.
    ///
    /// # Errors
    /// When the next one may begin.
    pub(crate) fn count_run(
        &mut self,
        limits: &Limits,
        domain: &str,
        now: i64,
    ) -> Result<(), Hold> {
        if self.runs.len() > ENTRIES_MAX {
            self.runs
                .retain(|_, times| times.back().is_some_and(|&time| time > now - HOUR_MILLIS));
        }
        let runs = self.runs.entry(domain.to_owned()).or_default();
        while runs.front().is_some_and(|&time| time <= now - HOUR_MILLIS) {
            runs.pop_front();
        }
        if runs.len() >= usize::try_from(limits.runs_per_domain_hour).unwrap_or(usize::MAX) {
            let oldest = runs.front().copied().unwrap_or(now);
            return Err(Hold::RunsThisHour(until(oldest + HOUR_MILLIS, now)));
        }
        runs.push_back(now);
        Ok(())
    }

    /// What is to be kept of a group.
    pub(crate) fn hold_of(&self, group: &str) -> GroupHold {
        let (streak, backoff_until) = self.backoffs.get(group).copied().unwrap_or_default();
        GroupHold {
            stop_until: self.stops.get(group).copied().unwrap_or_default(),
            backoff_until,
            streak,
        }
    }

    /// Takes in what another process has learned of a group and still holds.
    pub(crate) fn take_in(&mut self, group: &str, hold: GroupHold, now: i64) {
        if hold.stop_until > now {
            let stop = self.stops.entry(group.to_owned()).or_insert(0);
            *stop = hold.stop_until.max(*stop);
        }
        // As long as our own are remembered.
        if hold.backoff_until > now - HOUR_MILLIS {
            let (streak, end) = self.backoffs.entry(group.to_owned()).or_insert((0, 0));
            *streak = hold.streak.min(BACKOFF_DOUBLINGS_MAX).max(*streak);
            *end = hold.backoff_until.max(*end);
        }
    }

    /// A 421 or 4.7.x came from the group: twice as long a pause as the last time.
    pub(crate) fn rate_limited(&mut self, limits: &Limits, group: &str, now: i64) {
        if self.backoffs.len() > ENTRIES_MAX {
            self.backoffs.retain(|_, (_, end)| *end > now - HOUR_MILLIS);
        }
        let (streak, end) = self.backoffs.entry(group.to_owned()).or_insert((0, now));
        let doubled = limits
            .backoff
            .saturating_mul(2_u32.saturating_pow(*streak))
            .min(BACKOFF_MAX);
        *streak = (*streak + 1).min(BACKOFF_DOUBLINGS_MAX);
        *end = now + i64::try_from(doubled.as_millis()).unwrap_or(HOUR_MILLIS);
    }

    /// The group answered without complaint: its back-offs are forgotten. Whether it had any.
    pub(crate) fn content(&mut self, group: &str) -> bool {
        self.backoffs.remove(group).is_some()
    }

    /// The group refused us by policy: it is left alone.
    pub(crate) fn refused_us(&mut self, limits: &Limits, group: &str, now: i64) {
        self.stops.retain(|_, end| *end > now);
        let stop = i64::try_from(limits.policy_stop.as_millis()).unwrap_or(i64::MAX / 2);
        self.stops.insert(group.to_owned(), now + stop);
    }
}

fn until(end: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(end - now).unwrap_or(0))
}

/// Semaphores by key, made when needed and dropped when nobody holds them.
#[derive(Debug)]
pub(crate) struct Slots<K> {
    permits: usize,
    slots: Mutex<HashMap<K, Arc<Semaphore>>>,
    /// Keys of which all permits are taken at once.
    alone: Mutex<HashSet<K>>,
}

impl<K: Hash + Eq + Clone> Slots<K> {
    /// Slots with so many permits for each key.
    #[must_use]
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            permits: permits.max(1),
            slots: Mutex::default(),
            alone: Mutex::default(),
        }
    }

    /// The slot of all processes that goes with a permit.
    pub(crate) fn slot(&self, name: String) -> SlotKey {
        SlotKey {
            name,
            most: u32::try_from(self.permits).unwrap_or(u32::MAX),
        }
    }

    /// Whether another permit of `key` is taken beside one's own.
    pub(crate) fn has_others(&self, key: &K) -> bool {
        let slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let free = slots.get(key).map(|slot| slot.available_permits());
        free.is_some_and(|free| free + 1 < self.permits)
    }

    /// From now on one at a time has a permit of `key`.
    pub(crate) fn set_alone(&self, key: K) {
        let mut alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        if alone.len() > ENTRIES_MAX {
            alone.clear();
        }
        alone.insert(key);
    }

    /// Waits for a permit of `key`. `None` never happens: the semaphores are not closed.
    pub(crate) async fn acquire(&self, key: K) -> Option<OwnedSemaphorePermit> {
        let alone = {
            let alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
            alone.contains(&key)
        };
        let semaphore = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            if slots.len() > ENTRIES_MAX {
                slots.retain(|_, slot| Arc::strong_count(slot) > 1);
            }
            let slot = slots
                .entry(key)
                .or_insert_with(|| Arc::new(Semaphore::new(self.permits)));
            Arc::clone(slot)
        };
        let permits = if alone { self.permits } else { 1 };
        let permits = u32::try_from(permits).unwrap_or(u32::MAX);
        semaphore.acquire_many_owned(permits).await.ok()
    }
}

/// All limits of one verifier.
#[derive(Debug)]
pub(crate) struct Gate {
    /// One connection a domain.
    pub(crate) domains: Slots<String>,
    /// Connections to one address of a mail server.
    pub(crate) addresses: Slots<IpAddr>,
    /// Connections altogether: asked for last, so that whoever waits for a busy server keeps
    /// nobody from the others.
    pub(crate) connections: Arc<Semaphore>,
    /// Connections to one group.
    pub(crate) groups: Slots<String>,
    /// What was done of late.
    pub(crate) manners: Mutex<Manners>,
}

impl Gate {
    /// A gate of these limits.
    #[must_use]
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            domains: Slots::new(1),
            connections: Arc::new(Semaphore::new(limits.connections.max(1))),
            addresses: Slots::new(limits.connections_per_mx_address),
            groups: Slots::new(limits.connections_per_provider),
            manners: Mutex::default(),
        }
    }

    /// The manners, for a moment.
    pub(crate) fn manners<T>(&self, act: impl FnOnce(&mut Manners) -> T) -> T {
        act(&mut self.manners.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_runs_an_hour() {
        let (limits, mut manners) = (Limits::default(), Manners::default());
        for minute in 0..3 {
            let now = minute * 60_000;
            assert_eq!(manners.count_run(&limits, "a.example", now), Ok(()));
        }
        assert_eq!(
            manners.count_run(&limits, "a.example", 180_000),
            Err(Hold::RunsThisHour(Duration::from_secs(57 * 60)))
        );
        assert_eq!(manners.count_run(&limits, "b.example", 180_000), Ok(()));
        assert_eq!(manners.count_run(&limits, "a.example", HOUR_MILLIS), Ok(()));
    }

    #[test]
    fn back_off_doubles_until_the_provider_is_content() {
        let (limits, mut manners) = (Limits::default(), Manners::default());
        let mut waits = vec![];
        for _ in 0..8 {
            manners.rate_limited(&limits, "google", 0);
            match manners.admit_group("google", 0) {
                Err(Hold::Backoff(wait)) => waits.push(wait.as_secs()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(waits, [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        manners.content("google");
        assert_eq!(manners.admit_group("google", 0), Ok(()));
    }

    #[test]
    fn a_policy_block_stops_the_provider_for_a_day() {
        let (limits, mut manners) = (Limits::default(), Manners::default());
        manners.refused_us(&limits, "microsoft", 0);
        let day = 24 * HOUR_MILLIS;
        assert!(matches!(
            manners.admit_group("microsoft", day - 1),
            Err(Hold::PolicyStop(_))
        ));
        assert_eq!(manners.admit_group("google", 1), Ok(()));
        assert_eq!(manners.admit_group("microsoft", day), Ok(()));
    }
}
