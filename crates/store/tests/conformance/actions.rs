//! Priced actions, members, plans, outcomes: the same on both databases, and between two
//! servers on one of them.

use lode_ledger::Pool;
use lode_ledger::policy::Role;
use lode_store::members::{Invited, MemberChanged, MemberEdit};
use lode_store::settings::AutoUnlockSettings;
use lode_store::{
    ActionEnd, ActionRequest, ActionSubject, Begun, FoundPhone, Imported, NewOutcome,
    OperationState, PlanChanged, Reported, Store, StoreError, Ticket, Usage, Used,
};
use uuid::Uuid;

use crate::bench::{Bench, DAY, MINUTE, NOW, capture_of, found};

pub async fn owner(bench: &Bench) -> Uuid {
    bench.store.members(bench.account, NOW).await.unwrap().0[0].id
}

pub async fn verification(bench: &Bench, address: &str) -> ActionRequest {
    ActionRequest {
        id: Uuid::now_v7(),
        action: "verify",
        body_hash: lode_store::secret::hash(address.as_bytes()),
        member_id: owner(bench).await,
        subject: ActionSubject::Email(address.to_owned()),
        request: format!("{{\"address\":\"{address}\"}}"),
    }
}

pub async fn begin(bench: &Bench, request: &ActionRequest, now: i64) -> Begun {
    begin_on(&bench.store, bench, request, now).await
}

async fn begin_on(store: &Store, bench: &Bench, request: &ActionRequest, now: i64) -> Begun {
    store
        .begin_action(bench.account, request, &bench.pricing, now, now + MINUTE)
        .await
        .unwrap()
}

pub fn work(begun: Begun) -> Ticket {
    match begun {
        Begun::Work(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

pub fn verified() -> ActionEnd {
    ActionEnd::Outcome {
        outcome: "verified".to_owned(),
        result: "{\"status\":\"verified\"}".to_owned(),
    }
}

pub async fn finish(bench: &Bench, ticket: &Ticket, end: &ActionEnd, now: i64) -> i64 {
    let done = bench
        .store
        .finish_action(ticket, end, &bench.pricing, now)
        .await
        .unwrap();
    assert_eq!(done.state, OperationState::Done);
    done.receipt.unwrap().charged
}

pub async fn an_action_is_held_settled_and_repeated(bench: Bench) {
    let request = verification(&bench, "ana@acme.example").await;
    let ticket = work(begin(&bench, &request, NOW).await);
    assert_eq!(bench.credits(NOW).await, (9_000, 1_000));
    assert_eq!(begin(&bench, &request, NOW + 1).await, Begun::UnderWay);
    bench.assert_ledger_clean().await;
    assert_eq!(finish(&bench, &ticket, &verified(), NOW + 2).await, 1_000);
    // Reported twice, and asked for again.
    assert_eq!(finish(&bench, &ticket, &verified(), NOW + 3).await, 1_000);
    assert!(matches!(
        begin(&bench, &request, NOW + 4).await,
        Begun::Done(_)
    ));
    let mut other = request.clone();
    other.body_hash[0] ^= 1;
    assert_eq!(begin(&bench, &other, NOW + 5).await, Begun::Conflict);
    // The same address under a new id is a repeat, without a hold.
    let again = verification(&bench, "ANA@acme.example").await;
    let ticket = work(begin(&bench, &again, NOW + DAY).await);
    assert!(ticket.is_repeat);
    assert_eq!(finish(&bench, &ticket, &verified(), NOW + DAY).await, 0);
    assert_eq!(bench.credits(NOW + DAY).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

/// The second server takes an action up whose server died, under the same hold; what the
/// first one reports after all changes nothing.
pub async fn a_dead_servers_action_is_taken_up_once(bench: Bench) {
    let second = Store::open(&bench.address).await.unwrap();
    let request = verification(&bench, "ana@acme.example").await;
    let lost = work(begin(&bench, &request, NOW).await);
    assert_eq!(
        begin_on(&second, &bench, &request, NOW + 1).await,
        Begun::UnderWay
    );
    let taken = work(begin_on(&second, &bench, &request, NOW + 2 * MINUTE).await);
    assert_eq!(
        bench.credits(NOW + 2 * MINUTE).await,
        (9_000, 1_000),
        "one hold"
    );
    let late = ActionEnd::Outcome {
        outcome: "invalid".to_owned(),
        result: "{}".to_owned(),
    };
    let late = bench
        .store
        .finish_action(&lost, &late, &bench.pricing, NOW + 2 * MINUTE)
        .await
        .unwrap();
    assert_eq!((late.state, late.receipt), (OperationState::Working, None));
    let done = second
        .finish_action(&taken, &verified(), &bench.pricing, NOW + 2 * MINUTE)
        .await
        .unwrap();
    assert_eq!(done.receipt.unwrap().charged, 1_000);
    assert_eq!(bench.credits(NOW + 3 * MINUTE).await, (9_000, 0));
    bench.assert_ledger_clean().await;
    second.close().await;
}

/// What is worked on elsewhere waits, with its credit set aside, for the same request again.
pub async fn an_action_waits_under_its_hold(bench: Bench) {
    let request = verification(&bench, "ana@acme.example").await;
    let ticket = work(begin(&bench, &request, NOW).await);
    let store = &bench.store;
    store.await_action(&ticket, NOW + 30_000).await.unwrap();
    let begun = begin(&bench, &request, NOW + 29_999).await;
    assert_eq!(begun, Begun::UnderWay);
    let again = work(begin(&bench, &request, NOW + 30_000).await);
    assert_eq!(
        bench.credits(NOW + 30_000).await,
        (9_000, 1_000),
        "one hold"
    );
    // Whoever had it before has no say any more.
    store.await_action(&ticket, NOW + 9 * MINUTE).await.unwrap();
    let done = store
        .finish_action(&again, &verified(), &bench.pricing, NOW + MINUTE)
        .await
        .unwrap();
    assert_eq!(done.receipt.unwrap().charged, 1_000);
    assert_eq!(bench.credits(NOW + MINUTE).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

/// Two servers on one database, 64 actions at once: as many holds as there is credit for.
pub async fn two_servers_hold_exactly_what_fits(bench: Bench) {
    const AT_ONCE: usize = 64;
    let second = Store::open(&bench.address).await.unwrap();
    let bench = std::sync::Arc::new(bench);
    let mut tasks = Vec::new();
    for i in 0..AT_ONCE {
        let request = verification(&bench, &format!("p{i}@acme.example")).await;
        let (bench, second) = (bench.clone(), second.clone());
        tasks.push(tokio::spawn(async move {
            let store = if i % 2 == 0 { &bench.store } else { &second };
            begin_on(store, &bench, &request, NOW).await
        }));
    }
    let (mut held, mut short) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Begun::Work(_) => held += 1,
            Begun::OutOfCredits { kept: true, .. } => short += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((held, short), (10, AT_ONCE - 10));
    assert_eq!(bench.credits(NOW).await, (0, 10_000));
    bench.assert_ledger_clean().await;
    second.close().await;
}

pub async fn a_hold_that_ran_out_is_made_anew(bench: Bench) {
    let request = verification(&bench, "ana@acme.example").await;
    work(begin(&bench, &request, NOW).await);
    let late = NOW + 4 * DAY;
    let ticket = work(begin(&bench, &request, late).await);
    assert_eq!(bench.credits(late).await, (9_000, 1_000));
    assert_eq!(finish(&bench, &ticket, &verified(), late).await, 1_000);
    assert_eq!(bench.credits(late).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn what_we_could_not_do_is_given_back(bench: Bench) {
    let request = verification(&bench, "ana@acme.example").await;
    let ticket = work(begin(&bench, &request, NOW).await);
    bench
        .store
        .abandon_action(&ticket, &bench.pricing, NOW + 1)
        .await
        .unwrap();
    assert_eq!(bench.credits(NOW + 1).await, (10_000, 0));
    let ticket = work(begin(&bench, &request, NOW + 2).await);
    assert_eq!(finish(&bench, &ticket, &verified(), NOW + 3).await, 1_000);
    bench.assert_ledger_clean().await;
}

fn usage(member_id: Uuid, action: &'static str, outcome: &str) -> Usage {
    Usage {
        id: Uuid::now_v7(),
        action,
        outcome: outcome.to_owned(),
        units: 1,
        subject: Uuid::now_v7().to_string(),
        body_hash: lode_store::secret::hash(action.as_bytes()),
        member_id,
        request: "{}".to_owned(),
    }
}

pub async fn a_report_is_charged_once(bench: Bench) {
    let member = owner(&bench).await;
    let report = usage(member, "call_minute", "connected");
    let charge = |report: Usage| {
        let bench = &bench;
        async move {
            bench
                .store
                .report_usage(bench.account, &report, &bench.pricing, NOW)
                .await
        }
    };
    assert!(matches!(
        charge(report.clone()).await.unwrap(),
        Used::Done(_)
    ));
    assert!(matches!(
        charge(report.clone()).await.unwrap(),
        Used::Repeated(_)
    ));
    assert_eq!(bench.credits(NOW).await, (6_000, 0));
    let mut long = usage(member, "call_minute", "connected");
    long.units = 2;
    let short = charge(long).await.unwrap();
    assert!(matches!(
        short,
        Used::OutOfCredits {
            needed: 8_000,
            available: 6_000,
            ..
        }
    ));
    let wrong = charge(usage(member, "call_minute", "sold"))
        .await
        .unwrap_err();
    assert!(matches!(wrong, StoreError::Refused(_)), "{wrong}");
    let mut none = usage(member, "call_minute", "connected");
    none.units = 0;
    assert!(matches!(charge(none).await, Err(StoreError::Refused(_))));
    assert_eq!(bench.credits(NOW).await, (6_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_bounce_undoes_the_recorded_order(bench: Bench) {
    // The plan's last credit and a bought one pay for one look-up each.
    let pool = Pool::new("standard").unwrap();
    bench
        .store
        .record_purchase(bench.account, "pay-1", &pool, 1_000, &bench.pricing, NOW)
        .await
        .unwrap();
    for i in 0..10 {
        let request = usage(owner(&bench).await, "ai_text", "written");
        if i < 9 {
            bench
                .store
                .report_usage(bench.account, &request, &bench.pricing, NOW)
                .await
                .unwrap();
        }
    }
    for slug in ["ana", "bob"] {
        bench.create(&capture_of(slug), NOW).await;
        let address = format!("{slug}@acme.example");
        bench.run(&found(&address, NOW), NOW).await;
    }
    assert_eq!(bench.credits(NOW).await, (0, 0));
    let bounce = |address: &str| NewOutcome {
        id: Uuid::now_v7(),
        address: address.to_owned(),
        outcome: "hard_bounce".to_owned(),
        at: NOW,
        body_hash: [1; 32],
    };
    let report = |new: NewOutcome| {
        let bench = &bench;
        async move {
            bench
                .store
                .report_outcome(bench.account, &new, &bench.pricing, NOW + DAY)
                .await
                .unwrap()
        }
    };
    let bob = bounce("bob@acme.example");
    let Reported::Done(kept) = report(bob.clone()).await else {
        panic!("new");
    };
    assert_eq!((kept.refunded, kept.score), (1_000, Some(100)));
    let balance = bench
        .store
        .balance(&bench.viewer(), NOW + DAY)
        .await
        .unwrap();
    let standard = balance.pool(&pool);
    assert_eq!((standard.available, standard.purchased), (1_000, 1_000));
    assert!(matches!(report(bob).await, Reported::Repeated(_)));
    let Reported::Done(kept) = report(bounce("bob@acme.example")).await else {
        panic!("new");
    };
    assert_eq!(kept.refunded, 0, "given back once");
    let Reported::Done(kept) = report(bounce("ana@acme.example")).await else {
        panic!("new");
    };
    assert_eq!(kept.refunded, 1_000);
    assert_eq!(bench.credits(NOW + DAY).await, (2_000, 0));
    bench.assert_ledger_clean().await;
}

/// What was sold as good and re-verifies invalid comes back, and the check that showed it
/// is free as a repeat.
pub async fn a_good_address_that_reverifies_invalid_is_given_back(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    assert_eq!(bench.credits(NOW).await, (9_000, 0));
    let invalid = ActionEnd::Outcome {
        outcome: "invalid".to_owned(),
        result: "{}".to_owned(),
    };
    let later = NOW + 29 * DAY;
    for _ in 0..2 {
        let request = verification(&bench, "ana@acme.example").await;
        let ticket = work(begin(&bench, &request, later).await);
        let charged = finish(&bench, &ticket, &invalid, later).await;
        // Given back, the address is no longer paid for: the second check is a new one.
        assert_eq!(charged, if ticket.is_repeat { 0 } else { 1_000 });
    }
    let entries = bench
        .store
        .entries_after(bench.account, 0, 1_000)
        .await
        .unwrap();
    let refunds = entries
        .iter()
        .filter(|e| e.kind.as_str() == "refund")
        .count();
    assert_eq!(refunds, 1);
    assert_eq!(bench.credits(later).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn numbers_are_kept_and_paid_for_once(bench: Bench) {
    assert_eq!(bench.on_plan("team").await, PlanChanged::Now);
    let lead = bench.create(&capture_of("ana"), NOW).await.lead_id;
    let member = owner(&bench).await;
    let request = Store::unlock_request(Uuid::now_v7(), member, lead);
    let ticket = work(begin(&bench, &request, NOW).await);
    let phones = ActionEnd::Phones(vec![FoundPhone {
        number: "+49 151 5550 200".to_owned(),
        kind: "mobile".to_owned(),
        provider: "book".to_owned(),
    }]);
    assert_eq!(finish(&bench, &ticket, &phones, NOW).await, 1_000);
    let person = bench.store.person(bench.account, lead).await.unwrap();
    assert_eq!(person.unwrap().1.len(), 1);
    let again = Store::unlock_request(Uuid::now_v7(), member, lead);
    let ticket = work(begin(&bench, &again, NOW).await);
    assert!(ticket.is_repeat);
    assert_eq!(finish(&bench, &ticket, &phones, NOW).await, 0);
    // An unlock under way is given up with the lead.
    let under_way = Store::unlock_request(Uuid::now_v7(), member, lead);
    work(begin(&bench, &under_way, NOW + 400 * DAY).await);
    bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, NOW + 400 * DAY)
        .await
        .unwrap();
    assert_eq!(bench.store.person(bench.account, lead).await.unwrap(), None);
    let held = bench.credits(NOW + 400 * DAY).await.1;
    assert_eq!(held, 0);
    bench.assert_ledger_clean().await;
}

/// Two clicks at once, on two devices, or a click and the unlock of a capture: both began
/// unpaid, and one pays.
pub async fn the_same_begun_twice_is_charged_once(bench: Bench) {
    bench.on_plan("team").await;
    let lead = bench.create(&capture_of("ana"), NOW).await.lead_id;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let before = bench.credits(NOW).await;
    let member = owner(&bench).await;
    let phones = ActionEnd::Phones(vec![FoundPhone {
        number: "+49 151 5550 200".to_owned(),
        kind: "mobile".to_owned(),
        provider: "book".to_owned(),
    }]);
    let unlock = || Store::unlock_request(Uuid::now_v7(), member, lead);
    let first = work(begin(&bench, &unlock(), NOW).await);
    let second = work(begin(&bench, &unlock(), NOW).await);
    assert!(!first.is_repeat && !second.is_repeat);
    assert_eq!(finish(&bench, &second, &phones, NOW + 1).await, 1_000);
    assert_eq!(finish(&bench, &first, &phones, NOW + 2).await, 0);

    let verify = || verification(&bench, "bob@works.example");
    let (first, second) = (verify().await, verify().await);
    let first = work(begin(&bench, &first, NOW).await);
    let second = work(begin(&bench, &second, NOW).await);
    assert_eq!(finish(&bench, &first, &verified(), NOW + 3).await, 1_000);
    assert_eq!(finish(&bench, &second, &verified(), NOW + 3).await, 0);
    let after = bench.credits(NOW + 4).await;
    assert_eq!((before.0 - after.0, after.1), (2_000, 0));
    bench.assert_ledger_clean().await;
}

/// An unlock whose server died, and whose source is gone since, ends once nobody is at it.
pub async fn an_unlock_that_nobody_can_go_on_with_ends_and_gives_its_credit_back(bench: Bench) {
    let (store, pricing) = (&bench.store, &bench.pricing);
    bench.on_plan("team").await;
    let on = AutoUnlockSettings {
        mode: "on".to_owned(),
        daily_cap: 5,
        minimum_quality: 80,
    };
    store.set_auto_unlock(bench.account, &on).await.unwrap();
    bench.create(&capture_of("ana"), NOW).await;
    let due = store.due_unlock(NOW).await.unwrap().unwrap();
    let begun = store
        .begin_due_unlock(&due, Some(90), pricing, NOW, NOW + MINUTE)
        .await
        .unwrap();
    work(begun);
    let viewer = bench.viewer();
    let premium = |at: i64| async move {
        let balance = store.balance(&viewer, at).await.unwrap();
        let pool = balance.pool(&Pool::new("premium").unwrap());
        (pool.available, pool.held)
    };
    store
        .end_unlock(&due, "source_not_configured", pricing, NOW + 1)
        .await
        .unwrap();
    assert_eq!(premium(NOW + 1).await, (49_000, 1_000), "a server is at it");
    let later = NOW + 2 * MINUTE;
    assert_eq!(store.due_unlock(later).await.unwrap(), Some(due.clone()));
    store
        .end_unlock(&due, "source_not_configured", pricing, later)
        .await
        .unwrap();
    assert_eq!(store.due_unlock(later).await.unwrap(), None);
    assert_eq!(premium(later).await, (50_000, 0));
    let ended = store.operation(bench.account, due.id).await.unwrap();
    let ended = ended.unwrap();
    assert_eq!(ended.state, OperationState::Done);
    assert_eq!(
        ended.result.as_deref(),
        Some("{\"not_unlocked\":\"source_not_configured\"}")
    );
    bench.assert_ledger_clean().await;
}

pub async fn an_import_is_stored_and_charged_once(bench: Bench) {
    let rows: Vec<_> = (0..3)
        .map(|i| capture_of(&format!("row-{i}")).lead)
        .collect();
    let mut rows = rows;
    rows.push(rows[0].clone());
    let (id, member) = (Uuid::now_v7(), owner(&bench).await);
    let import = |hash: [u8; 32]| {
        let (bench, rows) = (&bench, &rows);
        async move {
            bench
                .store
                .import_leads(bench.account, id, member, rows, &hash, &bench.pricing, NOW)
                .await
                .unwrap()
        }
    };
    let Imported::Done(done) = import([1; 32]).await else {
        panic!("new");
    };
    let expected = "[\"imported\",\"imported\",\"imported\",\"duplicate\"]";
    assert_eq!(done.result.as_deref(), Some(expected));
    assert!(matches!(import([1; 32]).await, Imported::Repeated(_)));
    assert_eq!(import([2; 32]).await, Imported::Conflict);
    let (found, _) = bench
        .store
        .search_leads(bench.account, "example", 10)
        .await
        .unwrap();
    assert_eq!(found, 3);
    bench.assert_ledger_clean().await;
}

pub async fn a_person_listed_twice_is_imported_once(bench: Bench) {
    let of = |slug: &str| capture_of(slug).lead;
    let mut second = of("ana-two");
    second.also_at = vec![of("ana-one").profile_url.unwrap()];
    let mut nowhere = of("ben");
    nowhere.full_name = Some("Ben Example".to_owned());
    let mut somewhere = nowhere.clone();
    nowhere.profile_url = None;
    somewhere.company_domain = None;
    // Nothing tells these two from anybody else, nor that they are one.
    let mut bare = of("cleo");
    (bare.profile_url, bare.company, bare.company_domain) = (None, None, None);
    let rows = [
        of("ana-one"),
        second,
        nowhere,
        somewhere,
        bare.clone(),
        bare,
    ];
    let member = owner(&bench).await;
    let imported = bench
        .store
        .import_leads(
            bench.account,
            Uuid::now_v7(),
            member,
            &rows,
            &[1; 32],
            &bench.pricing,
            NOW,
        )
        .await
        .unwrap();
    let Imported::Done(done) = imported else {
        panic!("new");
    };
    let expected =
        "[\"imported\",\"duplicate\",\"imported\",\"duplicate\",\"imported\",\"imported\"]";
    assert_eq!(done.result.as_deref(), Some(expected));
    let (found, _) = bench
        .store
        .search_leads(bench.account, "example", 10)
        .await
        .unwrap();
    assert_eq!(found, 4);
    bench.assert_ledger_clean().await;
}

pub async fn members_come_with_invitations_and_go_with_their_devices(bench: Bench) {
    let store = &bench.store;
    let invite = |name: &'static str| {
        let bench = &bench;
        async move {
            bench
                .store
                .invite(bench.account, name, Role::User, &bench.pricing, NOW)
                .await
                .unwrap()
        }
    };
    let Invited::Done(_, code) = invite("Bea").await else {
        panic!("room for three");
    };
    let Invited::Done(second, _) = invite("Cleo").await else {
        panic!("room for three");
    };
    assert_eq!(invite("Dora").await, Invited::NoRoom { most: 3 });
    assert!(
        store
            .delete_invitation(bench.account, second.id)
            .await
            .unwrap()
    );
    let paired = store
        .pair_device(&code.code, "hers", &bench.pricing, NOW)
        .await
        .unwrap()
        .unwrap();
    let again = store
        .pair_device(&code.code, "hers", &bench.pricing, NOW)
        .await
        .unwrap();
    assert!(again.is_none(), "a code works once");
    assert_eq!(paired.device.role, Role::User);
    let bea = paired.device.member_id;
    let owner = owner(&bench).await;
    let edit = MemberEdit {
        role: Some(Role::User),
        ..MemberEdit::default()
    };
    let last = store
        .edit_member(bench.account, owner, &edit, NOW)
        .await
        .unwrap();
    assert_eq!(last, MemberChanged::LastAdmin);
    let removed = store.remove_member(bench.account, bea, NOW).await.unwrap();
    assert!(matches!(removed, MemberChanged::Done(_)));
    assert!(
        store
            .authenticate(&paired.token, NOW)
            .await
            .unwrap()
            .is_none()
    );
    let gone = store.remove_member(bench.account, bea, NOW).await.unwrap();
    assert_eq!(gone, MemberChanged::NotFound);
    bench.assert_ledger_clean().await;
}

pub async fn a_payment_counts_once(bench: Bench) {
    let pool = Pool::new("standard").unwrap();
    let pay = |amount: i64| {
        let (bench, pool) = (&bench, &pool);
        async move {
            bench
                .store
                .record_purchase(bench.account, "pay-1", pool, amount, &bench.pricing, NOW)
                .await
        }
    };
    let (a, b) = tokio::join!(pay(5_000), pay(5_000));
    assert!(a.unwrap() ^ b.unwrap(), "one of the two records it");
    assert!(matches!(
        pay(6_000).await,
        Err(StoreError::OperationConflict)
    ));
    assert_eq!(bench.credits(NOW).await, (15_000, 0));
    let more = bench
        .store
        .record_purchase(bench.account, "pay-2", &pool, i64::MAX, &bench.pricing, NOW)
        .await;
    assert!(more.is_err(), "a sum that overflows");
    assert_eq!(bench.credits(NOW).await, (15_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn an_erased_account_leaves_nothing_but_its_ledger(bench: Bench) {
    let (ana, bob) = (capture_of("ana"), capture_of("bob"));
    bench.create(&ana, NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let lead = bench.create(&bob, NOW).await.lead_id;
    bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, NOW)
        .await
        .unwrap();
    bench.create(&capture_of("under-way"), NOW).await;
    let store = &bench.store;
    assert!(
        store
            .erase_account(bench.account, &bench.pricing, NOW)
            .await
            .unwrap()
    );
    assert!(
        !store
            .erase_account(bench.account, &bench.pricing, NOW)
            .await
            .unwrap()
    );
    assert_eq!(store.accounts().await.unwrap(), []);
    assert_eq!(bench.credits(NOW).await, (0, 0));
    assert_eq!(store.devices(bench.account).await.unwrap(), []);
    let (found, _) = store.search_leads(bench.account, "", 1).await.unwrap();
    assert_eq!(found, 0);
    bench.assert_ledger_clean().await;
    let (next, made) = store
        .ensure_account("default", &bench.pricing, NOW)
        .await
        .unwrap();
    assert!(made && next.id != bench.account);
    let device = crate::bench::device(store, next.id, &bench.pricing).await;
    let submit = |request| {
        let (bench, store) = (&bench, store);
        async move {
            store
                .submit_capture(
                    &bench.viewer_of(next.id),
                    device,
                    request,
                    &crate::bench::body_hash(request),
                    NOW,
                )
                .await
                .unwrap()
        }
    };
    assert_eq!(submit(&bob).await, lode_store::Submitted::Erased);
    assert!(matches!(
        submit(&ana).await,
        lode_store::Submitted::Created(_)
    ));
}
