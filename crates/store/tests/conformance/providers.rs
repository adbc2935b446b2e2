use lode_core::email::EmailStatus;
use lode_store::providers::{
    Call, CallBegun, CallEnd, CallFinding, CallState, Foreseen, ProviderEdit, VERIFY, address_key,
};
use uuid::Uuid;

use crate::bench::{Bench, DAY, MINUTE, NOW, capture_of};
use crate::calibration::{report, unproved};

const MONTH: i64 = 30 * DAY;

async fn with_key(bench: &Bench, provider: &str, daily_limit: i64) {
    let edit = ProviderEdit {
        sealed: Some(b"sealed".to_vec()),
        daily_limit: Some(daily_limit),
        credit_price: Some(30_000),
        second_opinion: None,
    };
    let account = bench.account;
    assert!(
        bench
            .store
            .set_provider(account, provider, &edit, NOW)
            .await
            .unwrap()
    );
}

fn call<'a>(bench: &Bench, provider: &'a str, operation: Uuid, person: &'a str) -> Call<'a> {
    Call {
        account_id: bench.account,
        provider,
        purpose: "email",
        operation,
        worker: None,
        lead_id: Uuid::from_u128(7),
        person,
        worst: 1_000,
        known_since: i64::MAX,
        once: false,
    }
}

fn found(cost: Option<i64>) -> CallEnd {
    CallEnd {
        finding: CallFinding::Found("{\"address\":\"ana@acme.example\"}".into()),
        cost,
    }
}

async fn go(bench: &Bench, call: &Call<'_>, now: i64) -> Uuid {
    match bench.store.begin_call(call, now).await.unwrap() {
        CallBegun::Go(id) => id,
        other => panic!("{other:?}"),
    }
}

async fn spent(bench: &Bench, now: i64) -> i64 {
    bench.store.providers(bench.account, now).await.unwrap()[0].spent_today
}

pub async fn keys_are_set_changed_ordered_and_removed(bench: Bench) {
    let (store, account) = (&bench.store, bench.account);
    let limit = ProviderEdit {
        daily_limit: Some(5),
        ..ProviderEdit::default()
    };
    assert!(
        !store
            .set_provider(account, "hunter", &limit, NOW)
            .await
            .unwrap(),
        "no key yet"
    );
    with_key(&bench, "hunter", 2_000).await;
    with_key(&bench, "snov", 3_000).await;
    assert!(
        store
            .set_provider(account, "hunter", &limit, NOW + 1)
            .await
            .unwrap()
    );
    let all = store.providers(account, NOW).await.unwrap();
    assert_eq!(
        (all[0].provider.as_str(), all[0].daily_limit),
        ("hunter", 5)
    );
    assert_eq!(
        (all[0].credit_price, all[0].sealed.as_slice()),
        (30_000, b"sealed".as_slice())
    );
    assert_eq!((all[1].daily_limit, all[1].position), (3_000, None));
    assert!(!format!("{all:?}").contains("sealed"), "nothing to log");

    store
        .order_providers(account, Some(&["snov", "hunter"]))
        .await
        .unwrap();
    with_key(&bench, "apollo", 1_000).await;
    let positions: Vec<_> = store
        .providers(account, NOW)
        .await
        .unwrap()
        .into_iter()
        .map(|p| (p.provider, p.position))
        .collect();
    assert_eq!(
        positions,
        [
            ("apollo".to_owned(), Some(2)),
            ("hunter".to_owned(), Some(1)),
            ("snov".to_owned(), Some(0))
        ]
    );
    store.order_providers(account, None).await.unwrap();
    let rest = async |code, from, until| {
        let rested = store.rest_provider(account, "snov", Some((code, until)), from);
        rested.await.unwrap();
    };
    let since = async || store.providers(account, NOW).await.unwrap()[2].trouble_since;
    rest("provider_failed", NOW, NOW + MINUTE).await;
    rest("provider_unauthorized", NOW + MINUTE, NOW + 2 * MINUTE).await;
    assert_eq!(since().await, Some(NOW + MINUTE), "another trouble is new");
    rest("provider_unauthorized", NOW + DAY - 1, NOW + DAY).await;
    assert_eq!(since().await, Some(NOW + MINUTE), "the same one is not");
    let all = store.providers(account, NOW).await.unwrap();
    assert!(all.iter().all(|p| p.position.is_none()));
    assert_eq!(
        all[2].trouble,
        Some(("provider_unauthorized".to_owned(), NOW + DAY))
    );
    // A new key is worth a new try.
    with_key(&bench, "snov", 3_000).await;
    let snov = &store.providers(account, NOW).await.unwrap()[2];
    assert_eq!((&snov.trouble, snov.trouble_since), (&None, None));
    // An answer ends a rest that is over, and no other.
    rest("provider_failed", NOW, NOW + MINUTE).await;
    for (now, there) in [(NOW + MINUTE - 1, true), (NOW + MINUTE, false)] {
        let asked = call(&bench, "snov", Uuid::now_v7(), "ana");
        let id = go(&bench, &asked, now).await;
        let end = found(Some(0));
        store.end_call(id, &asked, &end, now).await.unwrap();
        assert_eq!(since().await.is_some(), there);
    }
    assert!(store.remove_provider(account, "snov").await.unwrap());
    assert!(!store.remove_provider(account, "snov").await.unwrap());
    assert_eq!(store.providers(account, NOW).await.unwrap().len(), 2);
}

pub async fn the_days_purse_is_reserved_settled_and_new_the_next_day(bench: Bench) {
    with_key(&bench, "hunter", 2_500).await;
    let (a, b) = (Uuid::now_v7(), Uuid::now_v7());
    let first = call(&bench, "hunter", a, "ana");
    let first_id = go(&bench, &first, NOW).await;
    assert_eq!(spent(&bench, NOW).await, 1_000);
    let second = call(&bench, "hunter", b, "bob");
    let second_id = go(&bench, &second, NOW).await;
    let third = call(&bench, "hunter", b, "cleo");
    assert_eq!(
        bench.store.begin_call(&third, NOW).await.unwrap(),
        CallBegun::SpendLimit
    );
    // A known price replaces the reservation, an unknown one does not.
    bench
        .store
        .end_call(first_id, &first, &found(Some(0)), NOW)
        .await
        .unwrap();
    bench
        .store
        .end_call(second_id, &second, &found(None), NOW)
        .await
        .unwrap();
    assert_eq!(spent(&bench, NOW).await, 1_000);
    // An end that comes twice changes nothing.
    bench
        .store
        .end_call(second_id, &second, &found(Some(0)), NOW)
        .await
        .unwrap();
    assert_eq!(spent(&bench, NOW).await, 1_000);
    // A key that is removed and set again does not open the purse.
    assert!(
        bench
            .store
            .remove_provider(bench.account, "hunter")
            .await
            .unwrap()
    );
    assert_eq!(
        bench.store.begin_call(&third, NOW).await.unwrap(),
        CallBegun::SpendLimit,
        "no key, no call"
    );
    with_key(&bench, "hunter", 1_500).await;
    assert_eq!(
        bench.store.begin_call(&third, NOW).await.unwrap(),
        CallBegun::SpendLimit
    );
    go(&bench, &third, NOW + DAY).await;
    assert_eq!(spent(&bench, NOW + DAY).await, 1_000);
}

pub async fn servers_together_keep_the_days_limit(bench: Bench) {
    with_key(&bench, "hunter", 10_000).await;
    let mut tasks = Vec::new();
    for server in 0..4_u128 {
        let store = lode_store::Store::open(&bench.address).await.unwrap();
        let account_id = bench.account;
        tasks.push(tokio::spawn(async move {
            let mut gone = 0;
            for n in 0..8_u128 {
                let person = format!("person {server} {n}");
                let call = Call {
                    account_id,
                    provider: "hunter",
                    purpose: "email",
                    operation: Uuid::from_u128(server << 64 | n),
                    worker: None,
                    lead_id: Uuid::from_u128(n),
                    person: &person,
                    worst: 1_000,
                    known_since: i64::MAX,
                    once: false,
                };
                match store.begin_call(&call, NOW).await.unwrap() {
                    CallBegun::Go(_) => gone += 1,
                    CallBegun::SpendLimit => {}
                    other => panic!("{other:?}"),
                }
            }
            store.close().await;
            gone
        }));
    }
    let mut gone = 0;
    for task in tasks {
        gone += task.await.unwrap();
    }
    assert_eq!(gone, 10);
    assert_eq!(spent(&bench, NOW).await, 10_000);
}

pub async fn what_was_answered_is_not_asked_again(bench: Bench) {
    with_key(&bench, "hunter", 9_000).await;
    let operation = Uuid::now_v7();
    let ana = call(&bench, "hunter", operation, "ana");
    let id = go(&bench, &ana, NOW).await;
    bench
        .store
        .end_call(id, &ana, &found(Some(1_000)), NOW)
        .await
        .unwrap();
    match bench.store.begin_call(&ana, NOW).await.unwrap() {
        CallBegun::Known(known) => {
            assert_eq!((known.id, known.state), (id, CallState::Found));
            assert_eq!(known.verdict, None);
        }
        other => panic!("{other:?}"),
    }
    // The verdict is kept, and a proof counts once, while it is the last word.
    for verdict in [
        EmailStatus::Deferred,
        EmailStatus::Verified,
        EmailStatus::Invalid,
        EmailStatus::Verified,
        EmailStatus::Verified,
    ] {
        bench.store.judge_call(id, verdict).await.unwrap();
    }
    let calls = bench
        .store
        .calls_of(bench.account, operation)
        .await
        .unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].verdict.as_deref(), Some("verified"));
    assert_eq!(calls[0].cost, Some(1_000));
    let record = bench.store.providers(bench.account, NOW).await.unwrap()[0].record;
    assert_eq!((record.asked, record.found, record.verified), (1, 1, 1));
    // Another question under the same operation is another call (the lead was corrected).
    go(&bench, &call(&bench, "hunter", operation, "anna"), NOW).await;
    // A call that failed may be made again.
    let bob = call(&bench, "hunter", operation, "bob");
    let failed = go(&bench, &bob, NOW).await;
    let end = CallEnd {
        finding: CallFinding::Failed("provider_timeout".into()),
        cost: None,
    };
    bench.store.end_call(failed, &bob, &end, NOW).await.unwrap();
    go(&bench, &bob, NOW).await;
}

/// What we could not prove counts once mail arrived, what we proved no more once it bounced.
pub async fn mail_counts_for_a_providers_record(bench: Bench) {
    with_key(&bench, "hunter", 9_000).await;
    with_key(&bench, "snov", 9_000).await;
    let lead = bench.create(&capture_of("ana"), NOW).await.lead_id;
    let mut end = unproved("ana@acme.example", 60);
    end.email.as_mut().unwrap().status = EmailStatus::Unknown;
    bench.run(&end, NOW).await;
    for (provider, verdict) in [
        ("hunter", EmailStatus::Unknown),
        ("snov", EmailStatus::Verified),
    ] {
        let call = Call {
            lead_id: lead,
            ..call(&bench, provider, Uuid::now_v7(), "ana")
        };
        let id = go(&bench, &call, NOW).await;
        let end = found(Some(1_000));
        bench.store.end_call(id, &call, &end, NOW).await.unwrap();
        bench.store.judge_call(id, verdict).await.unwrap();
    }
    let verified = async || {
        let all = bench.store.providers(bench.account, NOW).await.unwrap();
        let of = |name: &str| all.iter().find(|of| of.provider == name).unwrap().record;
        (of("hunter").verified, of("snov").verified)
    };
    assert_eq!(verified().await, (0, 1));
    // Another spelling of the address is the same; a second report of the same counts once.
    report(&bench, "Ana@Acme.example", "delivered", NOW).await;
    report(&bench, "ana@acme.example", "delivered", NOW).await;
    assert_eq!(verified().await, (1, 1));
    report(&bench, "ana@acme.example", "soft_bounce", NOW).await;
    assert_eq!(verified().await, (1, 1));
    report(&bench, "ana@acme.example", "hard_bounce", NOW).await;
    assert_eq!(verified().await, (0, 0));
}

pub async fn misses_are_remembered_for_their_time(bench: Bench) {
    with_key(&bench, "hunter", 9_000).await;
    let ana = call(&bench, "hunter", Uuid::now_v7(), "ana");
    let id = go(&bench, &ana, NOW).await;
    let end = CallEnd {
        finding: CallFinding::Missing { until: NOW + MONTH },
        cost: Some(0),
    };
    bench.store.end_call(id, &ana, &end, NOW).await.unwrap();
    assert_eq!(spent(&bench, NOW).await, 0);
    let later = call(&bench, "hunter", Uuid::now_v7(), "ana");
    assert_eq!(
        bench
            .store
            .begin_call(&later, NOW + MONTH - 1)
            .await
            .unwrap(),
        CallBegun::KnownMiss
    );
    // Who has no address there may have a mobile.
    let mobile = Call {
        purpose: "mobile",
        ..later
    };
    go(&bench, &mobile, NOW).await;
    bench
        .store
        .forget_provider_misses(NOW + MONTH - 1)
        .await
        .unwrap();
    assert_eq!(
        bench
            .store
            .begin_call(&later, NOW + MONTH - 1)
            .await
            .unwrap(),
        CallBegun::KnownMiss
    );
    go(&bench, &later, NOW + MONTH).await;
}

/// A company's domain that was found is known to every look-up for its time, and none of it
/// counts for the record of addresses; what would become of a call is told without making it.
pub async fn a_companys_domain_is_asked_for_once(bench: Bench) {
    with_key(&bench, "snov", 9_000).await;
    let of_acme = |operation, known_since| Call {
        purpose: "domain",
        known_since,
        ..call(&bench, "snov", operation, "company acme")
    };
    let foreseen = async |call: &Call<'_>, now| bench.store.foresee_call(call, now).await.unwrap();
    let first = of_acme(Uuid::now_v7(), NOW - MONTH);
    assert_eq!(foreseen(&first, NOW).await, Foreseen::Asked);
    let id = go(&bench, &first, NOW).await;
    let end = CallEnd {
        finding: CallFinding::Found("\"acme.example\"".into()),
        cost: Some(1_000),
    };
    bench.store.end_call(id, &first, &end, NOW).await.unwrap();
    let later = NOW + MONTH - 1;
    let another = of_acme(Uuid::now_v7(), later - MONTH);
    assert_eq!(foreseen(&another, later).await, Foreseen::Known);
    let CallBegun::Known(known) = bench.store.begin_call(&another, later).await.unwrap() else {
        panic!("asked again");
    };
    assert_eq!(known.answer.as_deref(), Some("\"acme.example\""));
    assert_eq!(spent(&bench, later).await, 0, "nothing on that day");
    let record = bench.store.providers(bench.account, NOW).await.unwrap()[0].record;
    assert_eq!((record.asked, record.found), (0, 0));
    // Another purpose, another company and another time are other questions.
    let email = Call {
        purpose: "email",
        ..another
    };
    let other = Call {
        person: "company borealis",
        ..another
    };
    let late = of_acme(Uuid::now_v7(), NOW);
    for call in [&email, &other, &late] {
        assert_eq!(foreseen(call, later).await, Foreseen::Asked);
    }
    let id = go(&bench, &other, later).await;
    let missing = CallEnd {
        finding: CallFinding::Missing {
            until: later + MONTH,
        },
        cost: Some(0),
    };
    let ended = bench.store.end_call(id, &other, &missing, later);
    ended.await.unwrap();
    let again = Call {
        operation: Uuid::now_v7(),
        ..other
    };
    assert_eq!(foreseen(&again, later).await, Foreseen::KnownMiss);
}

pub async fn only_the_lease_holder_asks(bench: Bench) {
    with_key(&bench, "hunter", 9_000).await;
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    let (dead, heir) = (Uuid::now_v7(), Uuid::now_v7());
    let claimed = bench.claim(dead, NOW).await.unwrap();
    let as_worker = |worker| Call {
        worker: Some(worker),
        lead_id: claimed.lead_id,
        ..call(&bench, "hunter", claimed.id, "ana")
    };
    let id = go(&bench, &as_worker(dead), NOW).await;
    bench
        .store
        .end_call(id, &as_worker(dead), &found(Some(1_000)), NOW)
        .await
        .unwrap();
    bench.claim(heir, NOW + MINUTE).await.unwrap();
    assert_eq!(
        bench
            .store
            .begin_call(&as_worker(dead), NOW + MINUTE)
            .await
            .unwrap(),
        CallBegun::Lost
    );
    // Whoever takes over finds the answer that was paid for.
    assert!(matches!(
        bench
            .store
            .begin_call(&as_worker(heir), NOW + MINUTE)
            .await
            .unwrap(),
        CallBegun::Known(_)
    ));
    let behind = bench
        .store
        .calls_behind(bench.account, request.operation_id)
        .await
        .unwrap();
    assert_eq!(behind.len(), 1);
    // Erasure takes the answers too.
    assert!(
        bench
            .store
            .erase_lead(bench.account, claimed.lead_id, &bench.pricing, NOW)
            .await
            .unwrap()
    );
    let calls = bench.store.calls_of(bench.account, claimed.id).await;
    assert_eq!(calls.unwrap(), []);
}

pub async fn what_a_provider_works_on_is_looked_at_and_not_asked_again(bench: Bench) {
    with_key(&bench, "apollo", 20_000).await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    let mobile = |operation| Call {
        purpose: "mobile",
        worker: None,
        worst: 9_000,
        ..call(&bench, "apollo", operation, "ana")
    };
    let id = go(&bench, &mobile(first), NOW).await;
    assert!(bench.store.keep_task(id, "-77").await.unwrap());
    // After a restart, on another server, for another click, another day.
    let other = lode_store::Store::open(&bench.address).await.unwrap();
    let task = || "-77".to_owned();
    for (store, operation) in [(&bench.store, first), (&other, first), (&other, second)] {
        let begun = store.begin_call(&mobile(operation), NOW + DAY).await;
        assert_eq!(begun.unwrap(), CallBegun::UnderWay { id, task: task() });
    }
    assert_eq!(spent(&bench, NOW).await, 9_000, "reserved once");
    assert_eq!(spent(&bench, NOW + DAY).await, 0);
    // Of somebody else, or for something else, it is another question.
    let email = call(&bench, "apollo", second, "ana");
    assert!(matches!(
        bench.store.begin_call(&email, NOW).await.unwrap(),
        CallBegun::Go(_)
    ));
    // Whoever looks at it ends it, once, on the day on which it was begun.
    let now = NOW + DAY;
    let (cost, none) = (found(Some(1_000)), found(Some(0)));
    for end in [&cost, &none] {
        other.end_call(id, &mobile(second), end, now).await.unwrap();
    }
    assert_eq!(spent(&bench, NOW).await, 1_000 + 1_000);
    let begun = bench.store.begin_call(&mobile(first), now).await.unwrap();
    assert!(matches!(begun, CallBegun::Known(known) if known.id == id));
    assert!(
        !bench.store.keep_task(id, "-78").await.unwrap(),
        "it has ended"
    );
}

/// An address that a provider works on: the look-up goes on with it, whoever has its lease.
pub async fn a_look_up_goes_on_with_what_it_has_begun(bench: Bench) {
    with_key(&bench, "snov", 20_000).await;
    bench.create(&capture_of("ana"), NOW).await;
    let (dead, heir) = (Uuid::now_v7(), Uuid::now_v7());
    let claimed = bench.claim(dead, NOW).await.unwrap();
    let as_worker = |worker, person| Call {
        worker: Some(worker),
        lead_id: claimed.lead_id,
        once: true,
        ..call(&bench, "snov", claimed.id, person)
    };
    let at_work = go(&bench, &as_worker(dead, "ana"), NOW).await;
    assert!(bench.store.keep_task(at_work, "h1").await.unwrap());
    // Killed before its id was there, and before an answer was written down.
    go(&bench, &as_worker(dead, "bo"), NOW).await;
    let lost = go(&bench, &as_worker(dead, "cleo"), NOW).await;
    let end = |cost| CallEnd {
        finding: CallFinding::Failed("provider_timeout".into()),
        cost,
    };
    let refused = go(&bench, &as_worker(dead, "dora"), NOW).await;
    for (id, person, end) in [(lost, "cleo", end(None)), (refused, "dora", end(Some(0)))] {
        let asked = as_worker(dead, person);
        let ended = bench.store.end_call(id, &asked, &end, NOW).await;
        ended.unwrap();
    }

    let later = NOW + MINUTE;
    assert!(bench.claim(heir, later).await.is_some());
    let begun = async |person| {
        let call = as_worker(heir, person);
        bench.store.begin_call(&call, later).await.unwrap()
    };
    let under_way = CallBegun::UnderWay {
        id: at_work,
        task: "h1".to_owned(),
    };
    assert_eq!(begun("ana").await, under_way);
    for person in ["bo", "bo", "cleo"] {
        assert_eq!(begun(person).await, CallBegun::Unanswered, "{person}");
    }
    assert!(
        matches!(begun("dora").await, CallBegun::Go(_)),
        "a refusal cost nothing"
    );
    assert_eq!(
        spent(&bench, NOW).await,
        4_000,
        "what may be paid stays spent"
    );
    // Another look-up has its own question, and where a repeat is free it is made.
    let another = Call {
        worker: None,
        once: false,
        ..call(&bench, "snov", Uuid::now_v7(), "bo")
    };
    assert!(matches!(
        bench.store.begin_call(&another, later).await.unwrap(),
        CallBegun::Go(_)
    ));
    let before = spent(&bench, NOW).await;
    for person in ["cleo", "bo"] {
        let free = Call {
            once: false,
            ..as_worker(heir, person)
        };
        assert!(matches!(
            bench.store.begin_call(&free, later).await.unwrap(),
            CallBegun::Go(_)
        ));
    }
    // One may have been charged, not both.
    assert_eq!(spent(&bench, NOW).await, before);
}

pub async fn what_is_asked_once_is_not_asked_again_where_its_answer_was_lost(bench: Bench) {
    with_key(&bench, "apollo", 20_000).await;
    let operation = Uuid::now_v7();
    let mobile = |operation| Call {
        purpose: "mobile",
        once: true,
        worst: 9_000,
        ..call(&bench, "apollo", operation, "ana")
    };
    let id = go(&bench, &mobile(operation), NOW).await;
    // Two clicks at once, or a server that was killed before it could write the answer down.
    for operation in [operation, Uuid::now_v7()] {
        let call = mobile(operation);
        let begun = bench.store.begin_call(&call, NOW + MINUTE).await;
        assert_eq!(begun.unwrap(), CallBegun::AtIt);
    }
    let later = NOW + 2 * MINUTE;
    let begun = bench.store.begin_call(&mobile(operation), later).await;
    assert_eq!(begun.unwrap(), CallBegun::Unanswered);
    assert_eq!(spent(&bench, NOW).await, 9_000, "it may have been paid");
    let calls = bench
        .store
        .calls_of(bench.account, operation)
        .await
        .unwrap();
    assert_eq!(
        (calls[0].id, calls[0].state, calls[0].error.as_deref()),
        (id, CallState::Failed, Some("provider_lost"))
    );
    // Whoever asks now has been told.
    go(&bench, &mobile(operation), later).await;
    assert_eq!(spent(&bench, NOW).await, 18_000);
}

/// Off until it is said; another change or a new key leaves it.
pub async fn second_opinions_are_each_providers_own(bench: Bench) {
    with_key(&bench, "hunter", 5_000).await;
    with_key(&bench, "snov", 5_000).await;
    let on = async || -> Vec<bool> {
        let all = bench.store.providers(bench.account, NOW).await.unwrap();
        all.iter().map(|provider| provider.second_opinion).collect()
    };
    assert_eq!(on().await, [false, false]);
    for (wanted, shown) in [(Some(true), true), (None, true), (Some(false), false)] {
        let edit = ProviderEdit {
            second_opinion: wanted,
            ..ProviderEdit::default()
        };
        let store = &bench.store;
        let set = store.set_provider(bench.account, "hunter", &edit, NOW);
        assert!(set.await.unwrap());
        with_key(&bench, "hunter", 6_000).await;
        assert_eq!(on().await, [shown, false]);
    }
}

/// What providers said of a person's addresses goes with the person: of those that were asked
/// about for their lead, and of the one that somebody typed.
pub async fn what_was_said_of_an_address_goes_with_its_person(bench: Bench) {
    with_key(&bench, "hunter", 50_000).await;
    let lead = bench.create(&capture_of("ana"), NOW).await.lead_id;
    bench
        .run(&crate::bench::found("ana@acme.example", NOW), NOW)
        .await;
    let said = |lead_id, address: &'static str| (lead_id, address_key(address));
    let all = [
        said(Uuid::nil(), "Ana@acme.example"),
        said(lead, "a.example@acme.example"),
        said(Uuid::nil(), "bob@acme.example"),
    ];
    fn question<'a>(bench: &Bench, (lead_id, key): &'a (Uuid, String)) -> Call<'a> {
        Call {
            purpose: VERIFY,
            lead_id: *lead_id,
            known_since: NOW - MONTH,
            once: true,
            ..call(bench, "hunter", Uuid::now_v7(), key)
        }
    }
    let answer = CallEnd {
        finding: CallFinding::Found("\"valid\"".to_owned()),
        cost: None,
    };
    for of in &all {
        let asked = question(&bench, of);
        let id = go(&bench, &asked, NOW).await;
        bench
            .store
            .end_call(id, &asked, &answer, NOW)
            .await
            .unwrap();
        let again = bench
            .store
            .begin_call(&question(&bench, of), NOW + 1)
            .await
            .unwrap();
        assert!(matches!(again, CallBegun::Known(_)), "{again:?}");
    }
    let erased = bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, NOW + 2)
        .await;
    assert!(erased.unwrap());
    for (of, kept) in all.iter().zip([false, false, true]) {
        let again = bench
            .store
            .begin_call(&question(&bench, of), NOW + 3)
            .await
            .unwrap();
        assert_eq!(matches!(again, CallBegun::Known(_)), kept, "{again:?}");
    }
    // After a month it is asked anew.
    let later = Call {
        known_since: NOW + 1,
        ..question(&bench, &all[2])
    };
    go(&bench, &later, NOW + MONTH + 1).await;
}
