use lode_store::{ConfirmedDomain, ProbeHold};

use crate::bench::{Bench, DAY, NOW};

pub async fn a_domains_profile_is_the_newest(bench: Bench) {
    let store = &bench.store;
    assert_eq!(store.domain_profile("acme.example").await.unwrap(), None);
    let put = |profile: &'static str, at| store.put_domain_profile("acme.example", profile, at);
    put("{\"a\":1}", NOW).await.unwrap();
    // A slower server's older knowledge does not undo a newer one's.
    put("{\"a\":0}", NOW - 1).await.unwrap();
    assert_eq!(
        store
            .domain_profile("acme.example")
            .await
            .unwrap()
            .as_deref(),
        Some("{\"a\":1}")
    );
    put("{\"a\":2}", NOW + 1).await.unwrap();
    assert_eq!(
        store
            .domain_profile("acme.example")
            .await
            .unwrap()
            .as_deref(),
        Some("{\"a\":2}")
    );
    store.forget_domains(NOW + 1, NOW).await.unwrap();
    assert!(
        store
            .domain_profile("acme.example")
            .await
            .unwrap()
            .is_some()
    );
    store.forget_domains(NOW + 2, NOW).await.unwrap();
    assert_eq!(store.domain_profile("acme.example").await.unwrap(), None);
}

pub async fn a_confirmed_domain_is_believed_for_its_time(bench: Bench) {
    let (store, account) = (&bench.store, bench.account);
    let acme = |domain: &str, probability| ConfirmedDomain {
        domain: domain.to_owned(),
        probability,
    };
    let first = acme("acme.example", 0.912_345);
    store
        .put_confirmed_domain(account, "acme gmbh", &first, NOW)
        .await
        .unwrap();
    let at = |oldest| store.confirmed_domain(account, "acme gmbh", oldest);
    assert_eq!(at(NOW).await.unwrap(), Some(first));
    assert_eq!(at(NOW + 1).await.unwrap(), None);
    let other = store.confirmed_domain(account, "acme", NOW).await;
    assert_eq!(other.unwrap(), None);
    let second = acme("acme.test", 1.0);
    store
        .put_confirmed_domain(account, "acme gmbh", &second, NOW + DAY)
        .await
        .unwrap();
    assert_eq!(at(NOW + DAY).await.unwrap(), Some(second));
    store.forget_domains(NOW, NOW + DAY + 1).await.unwrap();
    assert_eq!(at(NOW).await.unwrap(), None);
}

pub async fn a_confirmed_domain_is_the_accounts_own(bench: Bench) {
    let store = &bench.store;
    let (other, _) = store
        .ensure_account("other", &bench.pricing, NOW)
        .await
        .unwrap();
    let known = async |account| {
        let known = store.confirmed_domain(account, "acme", NOW).await.unwrap();
        known.map(|known| known.domain)
    };
    for (account, domain) in [(bench.account, "evilco.test"), (other.id, "acme.test")] {
        assert_eq!(known(account).await, None);
        let confirmed = ConfirmedDomain {
            domain: domain.to_owned(),
            probability: 0.95,
        };
        store
            .put_confirmed_domain(account, "acme", &confirmed, NOW)
            .await
            .unwrap();
        assert_eq!(known(account).await.as_deref(), Some(domain));
    }
    assert_eq!(known(bench.account).await.as_deref(), Some("evilco.test"));
    // It goes with its account, and a look-up that ends later brings nothing back.
    let erased = store
        .erase_account(bench.account, &bench.pricing, NOW)
        .await;
    assert!(erased.unwrap());
    assert_eq!(known(bench.account).await, None);
    let late = ConfirmedDomain {
        domain: "evilco.test".to_owned(),
        probability: 0.95,
    };
    store
        .put_confirmed_domain(bench.account, "acme", &late, NOW)
        .await
        .unwrap();
    assert_eq!(known(bench.account).await, None);
    assert_eq!(known(other.id).await.as_deref(), Some("acme.test"));
}

pub async fn the_later_of_two_holds_counts(bench: Bench) {
    let store = &bench.store;
    let hold = |stop_until, backoff_until, streak| ProbeHold {
        stop_until,
        backoff_until,
        streak,
    };
    assert_eq!(store.probe_hold("google").await.unwrap(), None);
    store
        .put_probe_hold("google", hold(0, NOW, 1))
        .await
        .unwrap();
    store
        .put_probe_hold("google", hold(NOW + DAY, 0, 0))
        .await
        .unwrap();
    // A slower server's shorter hold takes nothing back.
    store
        .put_probe_hold("google", hold(NOW, NOW - 1, 0))
        .await
        .unwrap();
    let known = store.probe_hold("google").await.unwrap();
    assert_eq!(known, Some(hold(NOW + DAY, NOW, 1)));
    store.end_probe_backoff("google").await.unwrap();
    let known = store.probe_hold("google").await.unwrap();
    assert_eq!(known, Some(hold(NOW + DAY, 0, 0)));
    store.forget_probe_holds(NOW + DAY - 1).await.unwrap();
    assert!(store.probe_hold("google").await.unwrap().is_some());
    store.forget_probe_holds(NOW + DAY).await.unwrap();
    assert_eq!(store.probe_hold("google").await.unwrap(), None);
}

pub async fn the_runs_of_an_hour_are_counted_for_all_servers(bench: Bench) {
    const HOUR: i64 = 3_600_000;
    let store = &bench.store;
    let take = async |domain: &str, now| store.take_probe_run(domain, 2, now).await.unwrap();
    assert_eq!(take("acme.test", NOW).await, None);
    // Several at once: no more than there is room for.
    let (one, two, three) = tokio::join!(
        take("acme.test", NOW + 1),
        take("acme.test", NOW + 1),
        take("acme.test", NOW + 1),
    );
    let taken = [one, two, three]
        .iter()
        .filter(|free| free.is_none())
        .count();
    assert_eq!(taken, 1);
    assert_eq!(take("acme.test", NOW + HOUR - 1).await, Some(NOW + HOUR));
    assert_eq!(take("other.test", NOW).await, None);
    // What was refused was not counted.
    assert_eq!(take("acme.test", NOW + HOUR).await, None);
    assert_eq!(take("acme.test", NOW + HOUR).await, Some(NOW + HOUR + 1));
    store.forget_probe_holds(NOW + 3 * HOUR).await.unwrap();
    assert_eq!(take("acme.test", NOW + 3 * HOUR).await, None);
}
