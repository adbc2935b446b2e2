use std::collections::BTreeMap;
use std::sync::Arc;

use lode_core::api::{CaptureState, GrantUse};
use lode_store::{Resumed, Submitted};
use uuid::Uuid;

use crate::bench::{Bench, DAY, MINUTE, NOW, capture_of, ended, found};

pub async fn a_proof_costs_one_credit_and_says_so(bench: Bench) {
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    assert_eq!(
        bench
            .store
            .receipt(bench.account, request.operation_id, None)
            .await
            .unwrap(),
        Some(None),
        "not settled yet"
    );
    bench.run(&found("ana@acme.example", NOW), NOW + 1).await;
    let view = bench.view(request.operation_id, NOW + 2).await;
    assert_eq!(view.state, CaptureState::Found);
    assert_eq!(view.email.as_ref().unwrap().score, 100);
    assert_eq!((view.credits.available, view.credits.held), (9_000, 0));
    let receipt = view.receipt.unwrap();
    assert_eq!(receipt.charged, 1_000);
    assert_eq!(
        (receipt.outcome.as_str(), receipt.rule.as_str()),
        ("verified", "find.verified")
    );
    assert!(receipt.line.starts_with("1 credit: "), "{}", receipt.line);
    assert_eq!(
        receipt.grants,
        [GrantUse {
            grant_id: "g1".into(),
            kind: "plan".into(),
            amount: 1_000
        }]
    );
    let stored = bench
        .store
        .receipt(bench.account, request.operation_id, None)
        .await
        .unwrap();
    assert_eq!(stored.flatten(), Some(receipt));
    bench.assert_ledger_clean().await;
}

pub async fn nothing_found_costs_nothing(bench: Bench) {
    for (slug, state, outcome) in [
        ("a", CaptureState::NotFound, "not_found"),
        ("b", CaptureState::Unsure, "accept_all"),
        ("c", CaptureState::Failed, "failed"),
        ("d", CaptureState::NeedsDomain, "not_found"),
    ] {
        let request = capture_of(slug);
        bench.create(&request, NOW).await;
        bench
            .run(&ended(state, outcome, "some_reason"), NOW + 1)
            .await;
        let view = bench.view(request.operation_id, NOW + 2).await;
        assert_eq!(view.state, state);
        assert_eq!(view.reason.as_deref(), Some("some_reason"));
        let receipt = view.receipt.unwrap();
        assert_eq!((receipt.charged, receipt.outcome.as_str()), (0, outcome));
        assert!(receipt.line.starts_with("Free: "), "{}", receipt.line);
    }
    assert_eq!(bench.credits(NOW + 2).await, (10_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn clicks_on_one_lead_share_one_lookup_and_one_charge(bench: Bench) {
    let first = capture_of("ana");
    bench.create(&first, NOW).await;
    let second = capture_of("ana");
    assert_eq!(
        bench.create(&second, NOW + 1).await.state,
        CaptureState::Queued
    );
    assert_eq!(bench.credits(NOW + 1).await, (9_000, 1_000));
    let worker = Uuid::now_v7();
    let claimed = bench.claim(worker, NOW + 2).await.unwrap();
    // One more while it is under way.
    let third = capture_of("ana");
    assert_eq!(
        bench.create(&third, NOW + 3).await.state,
        CaptureState::Working
    );
    let end = found("ana@acme.example", NOW + 4);
    bench.finish(claimed.id, worker, &end, NOW + 4).await;
    assert!(
        bench.claim(worker, NOW + DAY).await.is_none(),
        "one look-up"
    );
    let mut charged = BTreeMap::new();
    for request in [&first, &second, &third] {
        let view = bench.view(request.operation_id, NOW + 5).await;
        assert_eq!(view.state, CaptureState::Found);
        let receipt = view.receipt.unwrap();
        charged.insert(request.operation_id, (receipt.charged, receipt.rule));
    }
    assert_eq!(
        charged[&first.operation_id],
        (1_000, "find.verified".to_owned())
    );
    assert_eq!(
        charged[&second.operation_id],
        (0, "shared_lookup".to_owned())
    );
    assert_eq!(
        charged[&third.operation_id],
        (0, "shared_lookup".to_owned())
    );
    assert_eq!(bench.credits(NOW + 5).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_fresh_proof_is_answered_at_once_and_free(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let again = bench.create(&capture_of("ana"), NOW + MINUTE).await;
    assert_eq!(again.state, CaptureState::Found);
    let receipt = again.receipt.unwrap();
    assert_eq!((receipt.charged, receipt.outcome.as_str()), (0, "repeat"));
    assert_eq!(receipt.rule, "repeat_window");
    assert_eq!(bench.credits(NOW + MINUTE).await, (9_000, 0));
    assert!(bench.claim(Uuid::now_v7(), NOW + MINUTE).await.is_none());
}

pub async fn an_old_proof_is_asked_again_for_free(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    // Not fresh any more, but paid for: looked up again, without a hold.
    let later = NOW + 2 * DAY;
    let again = capture_of("ana");
    let view = bench.create(&again, later).await;
    assert_eq!((view.state, view.credits.held), (CaptureState::Queued, 0));
    assert_eq!(
        view.email.unwrap().address,
        "ana@acme.example",
        "the best so far"
    );
    bench
        .run(&found("ana.example@acme.example", later), later)
        .await;
    let view = bench.view(again.operation_id, later).await;
    assert_eq!(view.receipt.unwrap().charged, 0);
    // After the window it costs again.
    let much_later = NOW + 366 * DAY;
    let view = bench.create(&capture_of("ana"), much_later).await;
    assert_eq!(view.credits.held, 1_000);
    bench
        .run(&found("third@acme.example", much_later), much_later)
        .await;
    assert_eq!(bench.credits(much_later).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn one_value_is_paid_once_for_two_leads(bench: Bench) {
    let (one, two) = (capture_of("ana"), capture_of("ana-example-at-another-site"));
    bench.create(&one, NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    bench.create(&two, NOW + 1).await;
    bench
        .run(&found("ANA@acme.example", NOW + 1), NOW + 1)
        .await;
    let view = bench.view(two.operation_id, NOW + 2).await;
    assert_eq!(view.state, CaptureState::Found);
    assert_eq!(view.receipt.unwrap().rule, "repeat_window");
    assert_eq!(bench.credits(NOW + 2).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn without_credit_the_lead_is_kept_and_resumed_by_hand(bench: Bench) {
    for i in 0..10 {
        bench.create(&capture_of(&format!("p-{i}")), NOW).await;
    }
    let request = capture_of("eleventh");
    let view = bench.create(&request, NOW).await;
    assert_eq!(view.state, CaptureState::OutOfCredits);
    assert_eq!((view.email, view.receipt), (None, None));
    assert_eq!(view.lead.full_name.as_deref(), Some("eleventh Example"));
    let resume = |now| {
        let bench = &bench;
        let operation = request.operation_id;
        async move {
            let resumed = bench
                .store
                .resume_capture(&bench.viewer(), operation, now)
                .await
                .unwrap();
            let Resumed::Capture(view) = resumed else {
                panic!("{resumed:?}");
            };
            view.view
        }
    };
    // Nothing has changed: still out of credits.
    assert_eq!(resume(NOW + 1).await.state, CaptureState::OutOfCredits);
    // One look-up finds nothing and gives its credit back; nothing goes on by itself.
    let nothing = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    bench.run(&nothing, NOW + 2).await;
    assert_eq!(
        bench.view(request.operation_id, NOW + 2).await.state,
        CaptureState::OutOfCredits
    );
    let view = resume(NOW + 3).await;
    assert_eq!(
        (view.state, view.credits.available),
        (CaptureState::Queued, 0)
    );
    // Asked once more: it is under way, nothing changes.
    assert_eq!(resume(NOW + 4).await.state, CaptureState::Queued);
    assert_eq!(bench.credits(NOW + 4).await, (0, 10_000));
    let missing = bench
        .store
        .resume_capture(&bench.viewer(), Uuid::now_v7(), NOW)
        .await
        .unwrap();
    assert_eq!(missing, Resumed::NotFound);
    bench.assert_ledger_clean().await;
}

pub async fn of_many_at_once_exactly_those_that_fit_are_held(bench: Bench) {
    const AT_ONCE: usize = 64;
    let bench = Arc::new(bench);
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|i| {
            let bench = bench.clone();
            tokio::spawn(async move { bench.create(&capture_of(&format!("p-{i}")), NOW).await })
        })
        .collect();
    let mut states = BTreeMap::new();
    for task in tasks {
        *states
            .entry(format!("{:?}", task.await.unwrap().state))
            .or_insert(0) += 1;
    }
    assert_eq!(
        states,
        BTreeMap::from([("Queued".into(), 10), ("OutOfCredits".into(), AT_ONCE - 10)])
    );
    assert_eq!(bench.credits(NOW).await, (0, 10_000));
    bench.assert_ledger_clean().await;
}

pub async fn of_many_identical_at_once_one_is_stored(bench: Bench) {
    const AT_ONCE: usize = 64;
    let bench = Arc::new(bench);
    let request = Arc::new(capture_of("ana"));
    let tasks: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (bench, request) = (bench.clone(), request.clone());
            tokio::spawn(async move { bench.submit(&request, NOW).await })
        })
        .collect();
    let (mut created, mut repeated) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Submitted::Created(_) => created += 1,
            Submitted::Repeated(_) => repeated += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((created, repeated), (1, AT_ONCE - 1));
    assert_eq!(bench.credits(NOW).await, (9_000, 1_000));
    bench.assert_ledger_clean().await;
}

pub async fn an_expired_hold_charges_nothing(bench: Bench) {
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    // A queue that stood still for days: the hold has given up, and that stays so.
    let late = NOW + 4 * DAY;
    bench.store.advance_accounts(late).await.unwrap();
    assert_eq!(bench.credits(late).await, (10_000, 0));
    bench.run(&found("ana@acme.example", late), late).await;
    let view = bench.view(request.operation_id, late).await;
    assert_eq!(view.state, CaptureState::Found);
    let receipt = view.receipt.unwrap();
    assert_eq!(
        (receipt.charged, receipt.rule.as_str()),
        (0, "hold_expired")
    );
    assert_eq!(bench.credits(late).await, (10_000, 0));
    bench.assert_ledger_clean().await;
}
