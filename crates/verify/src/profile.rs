//! What is known of a domain's mail server, kept between questions.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::address::Domain;
use crate::evidence::Control;

/// How a domain's server treats recipients that do not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchAll {
    /// It refuses every decoy as a mailbox that does not exist: its answers tell.
    No,
    /// It accepts every decoy: its answers tell nothing.
    Yes,
    /// It accepts what looks like a name and refuses random strings: its answers tell nothing.
    NameLike,
    /// Not known, or its answers contradict each other.
    Unknown,
}

/// What is known of a domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainProfile {
    /// The domain.
    pub domain: Domain,
    /// How it treats recipients that do not exist.
    pub catch_all: CatchAll,
    /// The provider that runs its mail, where it is a known one (`google`, `microsoft`, …).
    pub provider: Option<String>,
    /// The control questions behind it, with the server that answered.
    pub control: Control,
    /// Whether its server was seen to know any mailbox: its refusals are about mailboxes then.
    #[serde(default)]
    pub knows_somebody: bool,
    /// When it was learned: milliseconds since 1970-01-01 UTC.
    pub learned_at: i64,
}

/// Keeps what is known of domains and of those who run their mail. The server persists them; [`MemoryProfiles`] keeps them while it runs.
#[async_trait]
pub trait ProfileStore: Send + Sync + std::fmt::Debug {
    /// The domain's profile, however old. A store that fails knows none.
    async fn get(&self, domain: &Domain) -> Option<DomainProfile>;
    /// Keeps a profile in place of the domain's former one.
    async fn put(&self, profile: DomainProfile);
    /// Until when a provider, or a domain of no known provider, is to be left alone, as any
    /// process has learned. Without a memory of its own a verifier knows what it learned
    /// itself.
    async fn hold(&self, _group: &str) -> Option<GroupHold> {
        None
    }
    /// Keeps that; the later moment counts.
    async fn put_hold(&self, _group: &str, _hold: GroupHold) {}
    /// Counts a run at the domain's servers, unless `most` were begun within the hour before
    /// `now` by any process: then when the next one may begin. Without a memory of its own a
    /// verifier counts its own runs alone.
    async fn take_run(&self, _domain: &Domain, _most: u32, _now: i64) -> Option<i64> {
        None
    }
    /// The group answered without complaint: its back-off is over.
    async fn end_backoff(&self, _group: &str) {}
    /// Whether connections at once are counted here for all processes: whether the following
    /// three do anything.
    fn shares_slots(&self) -> bool {
        false
    }
    /// Takes one of `most` slots of `name` (a domain, a group, an address of a mail server) for
    /// `holder`, unless all are held by whatever process, until `until` or for as long as it is
    /// renewed. Without a memory of its own, or where the memory fails, a verifier keeps the
    /// limits by itself alone.
    async fn take_slot(
        &self,
        _name: &str,
        _most: u32,
        _holder: &str,
        _now: i64,
        _until: i64,
    ) -> SlotAnswer {
        SlotAnswer::NotShared
    }
    /// Keeps a holder's slot until `until`.
    async fn renew_slot(&self, _name: &str, _holder: &str, _until: i64) {}
    /// Gives a holder's slot back.
    async fn free_slot(&self, _name: &str, _holder: &str) {}
}

/// What came of asking for a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotAnswer {
    /// It is the holder's.
    Taken,
    /// All are held.
    Full,
    /// Nobody counts them for all processes.
    NotShared,
}

/// Until when a provider is to be left alone, in milliseconds since 1970-01-01 UTC; moments
/// of the past hold nothing up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupHold {
    /// It refused us by policy.
    pub stop_until: i64,
    /// It limited our rate.
    pub backoff_until: i64,
    /// How often in a row it limited our rate: each doubles the next back-off.
    pub streak: u32,
}

/// Most profiles kept in memory.
const PROFILES_MAX: usize = 50_000;

/// Profiles in memory.
#[derive(Debug, Default)]
pub struct MemoryProfiles(Mutex<HashMap<Domain, DomainProfile>>);

#[async_trait]
impl ProfileStore for MemoryProfiles {
    async fn get(&self, domain: &Domain) -> Option<DomainProfile> {
        let profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        profiles.get(domain).cloned()
    }

    async fn put(&self, profile: DomainProfile) {
        let mut profiles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if profiles.len() >= PROFILES_MAX && !profiles.contains_key(&profile.domain) {
            // Half of them, the oldest, make room: rare, so a pass over all is cheap.
            let mut ages: Vec<i64> = profiles.values().map(|known| known.learned_at).collect();
            ages.sort_unstable();
            let middle = ages.get(ages.len() / 2).copied().unwrap_or(i64::MAX);
            profiles.retain(|_, known| known.learned_at > middle);
        }
        profiles.insert(profile.domain.clone(), profile);
    }
}
