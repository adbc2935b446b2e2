//! A place among the connections at once, counted for all processes that share a memory.
//!
//! The process's own semaphore stands in front: whoever waits in this process waits there and
//! asks the memory nothing. Only the one whose turn it is takes a slot of the memory too, under
//! a lease that is renewed as long as the place is held, and that ends by itself when the
//! process is killed. Nobody waits for a slot while it holds another one of the same server, and
//! the domain's is taken before those: no two processes wait for each other.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::sleep;

use crate::clock::Clock;
use crate::profile::{ProfileStore, SlotAnswer};

/// How often a lease is renewed: a session may take minutes, a run several of them.
const RENEW_EVERY: Duration = Duration::from_secs(20);
/// A lease is so many times as long: a minute, for which the slot of a killed process stays
/// taken. Clocks of servers may differ by what is left of it when it is renewed.
const LEASE_RENEWALS: u32 = 3;
/// First and longest wait between two tries to take a slot; each is cut by up to a half, so that
/// processes do not try in step.
const WAIT_FIRST: Duration = Duration::from_millis(50);
const WAIT_MAX: Duration = Duration::from_secs(1);

/// What processes share their slots by.
#[derive(Debug, Clone)]
pub(crate) struct Shared {
    /// Where they are counted.
    memory: Arc<dyn ProfileStore>,
    /// By which leases end.
    clock: Arc<dyn Clock>,
    renew_every: Duration,
}

impl Shared {
    /// Slots of this memory, under leases by this clock.
    pub(crate) fn new(memory: Arc<dyn ProfileStore>, clock: Arc<dyn Clock>) -> Self {
        Self {
            memory,
            clock,
            renew_every: RENEW_EVERY,
        }
    }

    /// When a lease ends that begins now.
    fn until(&self) -> i64 {
        let lease = (self.renew_every * LEASE_RENEWALS).as_millis();
        let lease = i64::try_from(lease).unwrap_or(i64::MAX);
        self.clock.now_millis().saturating_add(lease)
    }
}

/// A slot of all processes together.
#[derive(Debug, Clone)]
pub(crate) struct SlotKey {
    /// Its name.
    pub(crate) name: String,
    /// How many have it at once.
    pub(crate) most: u32,
}

/// A place among the connections at once, given back when it is dropped.
#[derive(Debug, Default)]
pub(crate) struct Place {
    own: Option<OwnedSemaphorePermit>,
    /// Ends the lease; the permit goes with it, so that whoever has waited for it in this
    /// process finds the slot free.
    ended: Option<oneshot::Sender<Option<OwnedSemaphorePermit>>>,
}

impl Place {
    /// This process's place.
    pub(crate) fn of(own: Option<OwnedSemaphorePermit>) -> Self {
        Self { own, ended: None }
    }

    /// Whether it is counted for all processes.
    pub(crate) fn is_shared(&self) -> bool {
        self.ended.is_some()
    }

    /// Takes a slot for the place; `false` where all are taken.
    async fn take(&mut self, shared: &Shared, key: &SlotKey) -> bool {
        if self.is_shared() {
            return true;
        }
        let (answered, answer) = oneshot::channel();
        let (ended, end) = oneshot::channel();
        // In a task of its own: whoever is cancelled while it asks leaves no lease behind.
        tokio::spawn(keep(shared.clone(), key.clone(), answered, end));
        match answer.await {
            Ok(SlotAnswer::Taken) => {
                self.ended = Some(ended);
                true
            }
            Ok(SlotAnswer::Full) => false,
            // The runtime stops, or nothing is shared: the process's own limits hold.
            Ok(SlotAnswer::NotShared) | Err(_) => true,
        }
    }

    /// Gives the slot back, but not the process's own place.
    fn give_back(&mut self) {
        if let Some(ended) = self.ended.take() {
            let _ = ended.send(None);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            let _ = ended.send(self.own.take());
        }
    }
}

/// Takes a slot and keeps it until the place is dropped.
async fn keep(
    shared: Shared,
    key: SlotKey,
    answered: oneshot::Sender<SlotAnswer>,
    mut ended: oneshot::Receiver<Option<OwnedSemaphorePermit>>,
) {
    let (memory, name) = (&shared.memory, key.name.as_str());
    let holder = format!("{:032x}", rand::random::<u128>());
    let (now, until) = (shared.clock.now_millis(), shared.until());
    let answer = memory.take_slot(name, key.most, &holder, now, until).await;
    // Where nobody waits for the answer any more, the place is gone too.
    let _ = answered.send(answer);
    if answer != SlotAnswer::Taken {
        return;
    }
    let own = loop {
        tokio::select! {
            own = &mut ended => break own,
            () = sleep(shared.renew_every) => {
                memory.renew_slot(name, &holder, shared.until()).await;
            }
        }
    };
    memory.free_slot(name, &holder).await;
    drop(own);
}

/// Waits until each of the places has a slot of all processes; whether it had to. While it waits
/// it holds none.
pub(crate) async fn share(shared: &Shared, places: &mut [(&mut Place, SlotKey)]) -> bool {
    if !shared.memory.shares_slots() {
        return false;
    }
    let mut wait = WAIT_FIRST;
    let mut waited = false;
    while !take_all(shared, places).await {
        waited = true;
        sleep(wait.mul_f64(rand::random_range(0.5..1.0))).await;
        wait = (wait * 2).min(WAIT_MAX);
    }
    waited
}

async fn take_all(shared: &Shared, places: &mut [(&mut Place, SlotKey)]) -> bool {
    for index in 0..places.len() {
        let Some((place, key)) = places.get_mut(index) else {
            break;
        };
        if !place.take(shared, key).await {
            for (place, _) in places.iter_mut() {
                place.give_back();
            }
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::sync::Mutex;

    use async_trait::async_trait;
    use tokio::sync::Semaphore;
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;
    use crate::address::Domain;
    use crate::clock::ManualClock;
    use crate::profile::DomainProfile;

    /// What became of a slot, as the memory saw it.
    #[derive(Debug, PartialEq, Eq)]
    enum Seen {
        Taken(String),
        Full(String),
        Renewed(String, i64),
        Freed(String),
    }

    /// Counts slots, tells what it did, and answers only while its door is open.
    #[derive(Debug)]
    struct Counted {
        holders: Mutex<HashMap<String, Vec<String>>>,
        told: UnboundedSender<Seen>,
        door: Semaphore,
    }

    impl Counted {
        fn new() -> (Arc<Self>, UnboundedReceiver<Seen>) {
            let (told, seen) = unbounded_channel();
            let counted = Self {
                holders: Mutex::default(),
                told,
                door: Semaphore::new(1),
            };
            (Arc::new(counted), seen)
        }

        fn tell(&self, seen: Seen) {
            let _ = self.told.send(seen);
        }
    }

    #[async_trait]
    impl ProfileStore for Counted {
        async fn get(&self, _: &Domain) -> Option<DomainProfile> {
            None
        }

        async fn put(&self, _: DomainProfile) {}

        fn shares_slots(&self) -> bool {
            true
        }

        async fn take_slot(
            &self,
            name: &str,
            most: u32,
            holder: &str,
            _: i64,
            _: i64,
        ) -> SlotAnswer {
            let _open = self.door.acquire().await.unwrap();
            let mut holders = self.holders.lock().unwrap();
            let held = holders.entry(name.to_owned()).or_default();
            if held.len() >= usize::try_from(most).unwrap() {
                self.tell(Seen::Full(name.to_owned()));
                return SlotAnswer::Full;
            }
            held.push(holder.to_owned());
            self.tell(Seen::Taken(name.to_owned()));
            SlotAnswer::Taken
        }

        async fn renew_slot(&self, name: &str, _: &str, until: i64) {
            self.tell(Seen::Renewed(name.to_owned(), until));
        }

        async fn free_slot(&self, name: &str, holder: &str) {
            let mut holders = self.holders.lock().unwrap();
            holders.get_mut(name).unwrap().retain(|it| it != holder);
            self.tell(Seen::Freed(name.to_owned()));
        }
    }

    fn shared(memory: &Arc<Counted>, clock: &Arc<ManualClock>, renew_every: Duration) -> Shared {
        Shared {
            renew_every,
            ..Shared::new(memory.clone(), clock.clone())
        }
    }

    fn slot(name: &str) -> SlotKey {
        SlotKey {
            name: name.to_owned(),
            most: 1,
        }
    }

    const A_DAY: Duration = Duration::from_secs(24 * 3600);

    #[tokio::test]
    async fn a_lease_is_renewed_while_the_place_is_held_and_ends_before_the_permit() {
        let (memory, mut seen) = Counted::new();
        let clock = Arc::new(ManualClock::new(1_000));
        let shared = shared(&memory, &clock, Duration::from_millis(2));
        let semaphore = Arc::new(Semaphore::new(1));
        let permit = semaphore.clone().acquire_owned().await.unwrap();
        let mut place = Place::of(Some(permit));
        assert!(!share(&shared, &mut [(&mut place, slot("a"))]).await);
        assert_eq!(seen.recv().await.unwrap(), Seen::Taken("a".into()));
        for _ in 0..2 {
            let renewed = seen.recv().await.unwrap();
            assert_eq!(renewed, Seen::Renewed("a".into(), 1_006));
        }
        drop(place);
        // Whoever has waited in this process finds the slot free.
        let _permit = semaphore.acquire().await.unwrap();
        let rest: Vec<Seen> = std::iter::from_fn(|| seen.try_recv().ok()).collect();
        assert_eq!(rest.last(), Some(&Seen::Freed("a".into())));
        assert!(memory.holders.lock().unwrap()["a"].is_empty());
    }

    #[tokio::test]
    async fn whoever_is_cancelled_while_it_asks_leaves_no_lease_behind() {
        let (memory, mut seen) = Counted::new();
        let clock = Arc::new(ManualClock::new(0));
        let shared = shared(&memory, &clock, A_DAY);
        let shut = memory.door.acquire().await.unwrap();
        let asking = tokio::spawn(async move {
            let mut place = Place::default();
            share(&shared, &mut [(&mut place, slot("a"))]).await;
        });
        tokio::task::yield_now().await;
        asking.abort();
        assert!(asking.await.unwrap_err().is_cancelled());
        drop(shut);
        assert_eq!(seen.recv().await.unwrap(), Seen::Taken("a".into()));
        assert_eq!(seen.recv().await.unwrap(), Seen::Freed("a".into()));
    }

    #[tokio::test]
    async fn whoever_waits_for_one_slot_holds_no_other() {
        let (memory, mut seen) = Counted::new();
        let clock = Arc::new(ManualClock::new(0));
        let shared = shared(&memory, &clock, A_DAY);
        let (mut group, mut busy) = (Place::default(), Place::default());
        share(&shared, &mut [(&mut busy, slot("b"))]).await;
        assert_eq!(seen.recv().await.unwrap(), Seen::Taken("b".into()));
        let waiting = tokio::spawn(async move {
            let mut server = Place::default();
            let mut places = [(&mut group, slot("a")), (&mut server, slot("b"))];
            let waited = share(&shared, &mut places).await;
            (waited, group, server)
        });
        for expected in [
            Seen::Taken("a".into()),
            Seen::Full("b".into()),
            Seen::Freed("a".into()),
        ] {
            assert_eq!(seen.recv().await.unwrap(), expected);
        }
        drop(busy);
        let (waited, group, server) = waiting.await.unwrap();
        assert!(waited && group.is_shared() && server.is_shared());
    }

    #[tokio::test]
    async fn without_a_common_memory_the_own_place_is_all() {
        let memory = Arc::new(crate::profile::MemoryProfiles::default());
        let shared = Shared::new(memory, Arc::new(ManualClock::new(0)));
        let mut place = Place::default();
        assert!(!share(&shared, &mut [(&mut place, slot("a"))]).await);
        assert!(!place.is_shared());
    }
}
