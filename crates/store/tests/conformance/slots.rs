//! Connections at once and paces, counted for all servers.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lode_store::Store;
use lode_store::providers::PaceLimit;

use crate::bench::{Bench, MINUTE, NOW};

pub async fn no_more_hold_a_slot_than_may(bench: Bench) {
    const MOST: u32 = 3;
    let held = Arc::new(AtomicUsize::new(0));
    let most_at_once = Arc::new(AtomicUsize::new(0));
    let mut tasks = Vec::new();
    // Four servers, each with several who take a slot and give it back, again and again.
    for server in 0..4 {
        let store = Store::open(&bench.address).await.unwrap();
        for worker in 0..4 {
            let (store, held) = (store.clone(), held.clone());
            let most_at_once = most_at_once.clone();
            tasks.push(tokio::spawn(async move {
                let mut taken = 0;
                for round in 0..25 {
                    let holder = format!("{server} {worker} {round}");
                    let until = NOW + MINUTE;
                    let take = store.take_probe_slot("group a", MOST, &holder, NOW, until);
                    if !take.await.unwrap() {
                        continue;
                    }
                    let now_held = held.fetch_add(1, Ordering::SeqCst) + 1;
                    most_at_once.fetch_max(now_held, Ordering::SeqCst);
                    taken += 1;
                    tokio::task::yield_now().await;
                    held.fetch_sub(1, Ordering::SeqCst);
                    store.free_probe_slot("group a", &holder).await.unwrap();
                }
                taken
            }));
        }
    }
    let mut taken = 0;
    for task in tasks {
        taken += task.await.unwrap();
    }
    let most_at_once = most_at_once.load(Ordering::SeqCst);
    assert!((1..=3).contains(&most_at_once), "{most_at_once}");
    assert!(taken > 3, "slots that were given back are taken again");
    // Without anybody else each of them can be had, and no further one.
    let take = |holder: &'static str| {
        let store = &bench.store;
        async move {
            let until = NOW + MINUTE;
            let take = store.take_probe_slot("group a", MOST, holder, NOW, until);
            take.await.unwrap()
        }
    };
    for holder in ["a", "b", "c"] {
        assert!(take(holder).await, "{holder}");
    }
    assert!(!take("d").await);
}

/// As many as want one take slots that nobody gives back: however they meet, no place is given
/// twice, and in the end all are given.
pub async fn slots_that_are_kept_are_given_once(bench: Bench) {
    const MOST: u32 = 8;
    let mut tasks = Vec::new();
    for server in 0..4 {
        let store = Store::open(&bench.address).await.unwrap();
        for worker in 0..6 {
            let store = store.clone();
            tasks.push(tokio::spawn(async move {
                let holder = format!("{server} {worker}");
                let until = NOW + MINUTE;
                let take = store.take_probe_slot("group a", MOST, &holder, NOW, until);
                take.await.unwrap()
            }));
        }
    }
    let mut taken = 0;
    for task in tasks {
        taken += usize::from(task.await.unwrap());
    }
    assert!((1..=8).contains(&taken), "{taken}");
    for late in 0..8 {
        let (holder, until) = (format!("late {late}"), NOW + MINUTE);
        let take = bench
            .store
            .take_probe_slot("group a", MOST, &holder, NOW, until);
        let expected = taken < 8;
        assert_eq!(take.await.unwrap(), expected);
        taken += usize::from(expected);
    }
    let places: BTreeSet<String> = bench
        .dump()
        .await
        .lines()
        .filter(|line| line.starts_with("probe_slots: "))
        .map(str::to_owned)
        .collect();
    assert_eq!(places.len(), 8);
}

pub async fn a_killed_servers_slot_is_taken_over_when_its_lease_ends(bench: Bench) {
    let store = &bench.store;
    let take = async |holder: &str, now: i64| {
        let taken = store.take_probe_slot("domain acme.example", 1, holder, now, now + MINUTE);
        taken.await.unwrap()
    };
    let name = "domain acme.example";
    assert!(take("a", NOW).await);
    assert!(!take("b", NOW + MINUTE - 1).await);
    // Other keys are others' business.
    let other = store.take_probe_slot("domain b.example", 1, "b", NOW, NOW + MINUTE);
    assert!(other.await.unwrap());
    // Renewed, it is kept.
    assert!(
        store
            .renew_probe_slot(name, "a", NOW + 2 * MINUTE)
            .await
            .unwrap()
    );
    assert!(!take("b", NOW + 2 * MINUTE - 1).await);
    assert!(take("b", NOW + 2 * MINUTE).await);
    // Whoever comes back after that has lost it, and takes nothing from its successor.
    assert!(
        !store
            .renew_probe_slot(name, "a", NOW + 9 * MINUTE)
            .await
            .unwrap()
    );
    store.free_probe_slot(name, "a").await.unwrap();
    assert!(!take("c", NOW + 3 * MINUTE - 1).await);
    store.free_probe_slot(name, "b").await.unwrap();
    assert!(take("c", NOW + 3 * MINUTE - 1).await);
    // What nobody holds any more is swept; what is held is not.
    store
        .forget_probe_holds(NOW + 4 * MINUTE - 2)
        .await
        .unwrap();
    assert!(bench.dump().await.contains(name));
    assert!(!bench.dump().await.contains("b.example"));
    store
        .forget_probe_holds(NOW + 4 * MINUTE - 1)
        .await
        .unwrap();
    assert!(!bench.dump().await.contains(name));
}

fn limit<'a>(bench: &Bench, provider: &'a str, every_ms: i64, burst: i64) -> PaceLimit<'a> {
    PaceLimit {
        account_id: bench.account,
        provider,
        name: "requests",
        every_ms,
        early_ms: every_ms * (burst - 1),
    }
}

/// Servers take turns at the same and at different moments: no window holds more than it may,
/// and who has waited was told how long.
pub async fn turns_of_servers_keep_a_limit_together(bench: Bench) {
    // Sixty a minute: six at once, then one every 1,112 ms.
    const WINDOW: i64 = 60_000;
    let limit = limit(&bench, "snov", 1_112, 6);
    let second = Store::open(&bench.address).await.unwrap();
    let mut gone: Vec<i64> = Vec::new();
    for step in 0..80 {
        let now = NOW + step * 700;
        let turns = [&bench.store, &second, &bench.store]
            .map(|store| store.take_provider_turn(&limit, 10 * WINDOW, now));
        for wait in futures_of(turns).await {
            gone.push(now + wait);
        }
    }
    gone.sort_unstable();
    // The burst as it was asked for, the seventh too late for its own turn, then in step.
    let first = gone[..9].iter().map(|at| at - NOW).collect::<Vec<_>>();
    assert_eq!(first, [0, 0, 0, 700, 700, 700, 1_400, 2_224, 3_336]);
    for (index, from) in gone.iter().enumerate() {
        let within = gone[index..].iter().take_while(|at| **at < from + WINDOW);
        let within = within.count();
        assert!(within <= 60, "{within}");
    }
    // None is lost either.
    assert!(gone[7..].windows(2).all(|two| two[1] - two[0] == 1_112));
}

async fn futures_of<F>(turns: [F; 3]) -> Vec<i64>
where
    F: Future<Output = lode_store::Result<i64>>,
{
    let [one, two, three] = turns;
    let (one, two, three) = tokio::join!(one, two, three);
    [one, two, three].map(Result::unwrap).to_vec()
}

pub async fn a_turn_that_comes_too_late_is_not_taken(bench: Bench) {
    let store = &bench.store;
    let account = bench.account;
    let hunter = limit(&bench, "hunter", 1_000, 1);
    let take = async |most, now| {
        let taken = store.take_provider_turn(&hunter, most, now);
        taken.await.unwrap()
    };
    assert_eq!(take(2_500, NOW).await, 0);
    assert_eq!(take(2_500, NOW).await, 1_000);
    assert_eq!(take(2_500, NOW).await, 2_000);
    for _ in 0..3 {
        assert_eq!(take(2_500, NOW).await, 3_000);
    }
    assert_eq!(take(2_500, NOW + 500).await, 2_500);
    // The provider's own word holds longer, and is not taken back by a shorter one.
    store.pause_provider(&hunter, NOW + MINUTE).await.unwrap();
    store.pause_provider(&hunter, NOW + 30_000).await.unwrap();
    assert_eq!(take(2_500, NOW + 10_000).await, 50_000);
    assert_eq!(take(MINUTE, NOW + 10_000).await, 50_000);
    assert_eq!(take(2_500, NOW + MINUTE).await, 1_000);
    // What only holds pauses holds nothing else up, whatever goes at once where a limit has it.
    let pauses = limit(&bench, "apollo", 0, 1);
    for _ in 0..3 {
        let taken = store.take_provider_turn(&pauses, 0, NOW).await.unwrap();
        assert_eq!(taken, 0);
    }
    let bursts = limit(&bench, "snov", 1_000, 5);
    for (limit, after) in [(&pauses, [0, 0]), (&bursts, [0, 1_000])] {
        store.pause_provider(limit, NOW + 9_000).await.unwrap();
        let taken = store.take_provider_turn(limit, MINUTE, NOW).await.unwrap();
        assert_eq!(taken, 9_000);
        for wait in after {
            let now = NOW + 10_000;
            let taken = store.take_provider_turn(limit, MINUTE, now).await.unwrap();
            assert_eq!(taken, wait);
        }
    }
    // A new key begins anew.
    let edit = || lode_store::providers::ProviderEdit {
        sealed: Some(b"sealed".to_vec()),
        ..Default::default()
    };
    store
        .pause_provider(&hunter, NOW + 9 * MINUTE)
        .await
        .unwrap();
    store
        .set_provider(account, "snov", &edit(), NOW)
        .await
        .unwrap();
    assert_eq!(take(0, NOW).await, 9 * MINUTE);
    store
        .set_provider(account, "hunter", &edit(), NOW)
        .await
        .unwrap();
    assert_eq!(take(0, NOW).await, 0);
    // What is worked off is swept.
    store.forget_provider_paces(NOW + 999).await.unwrap();
    assert!(bench.dump().await.contains("provider_paces: "));
    store.forget_provider_paces(NOW + 1_000).await.unwrap();
    let dump = bench.dump().await;
    let left = dump
        .lines()
        .filter(|line| line.starts_with("provider_paces: "));
    assert_eq!(left.filter(|line| line.contains("hunter")).count(), 0);
    // And goes with its account.
    store.pause_provider(&hunter, NOW + MINUTE).await.unwrap();
    let erased = store.erase_account(account, &bench.pricing, NOW).await;
    assert!(erased.unwrap());
    assert!(!bench.dump().await.contains("provider_paces: "));
}
