use std::collections::BTreeSet;
use std::sync::Arc;

use lode_core::api::CaptureState;
use lode_store::EditedLead;
use lode_store::leads::LeadEdit;
use lode_store::{Finished, GivenBack, Store};
use uuid::Uuid;

use crate::bench::{Bench, MINUTE, NOW, capture_of, ended, found};

pub async fn a_dead_servers_lookup_is_taken_over_and_settled_once(bench: Bench) {
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    let (dead, heir) = (Uuid::now_v7(), Uuid::now_v7());
    let claimed = bench.claim(dead, NOW).await.unwrap();
    assert_eq!(
        bench.view(request.operation_id, NOW).await.state,
        CaptureState::Working
    );
    assert!(
        bench.claim(heir, NOW + MINUTE - 1).await.is_none(),
        "the lease holds"
    );
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOW + MINUTE));
    let taken_over = bench.claim(heir, NOW + MINUTE).await.unwrap();
    assert_eq!((taken_over.id, taken_over.attempts), (claimed.id, 2));
    // The dead one was only slow: what it found comes too late to change anything.
    let end = found("ana@acme.example", NOW);
    assert_eq!(
        bench.finish(claimed.id, dead, &end, NOW + MINUTE).await,
        Finished::Lost
    );
    assert_eq!(
        bench.finish(claimed.id, heir, &end, NOW + MINUTE).await,
        Finished::Done
    );
    assert_eq!(
        bench.finish(claimed.id, heir, &end, NOW + MINUTE).await,
        Finished::Lost
    );
    assert_eq!(bench.credits(NOW + MINUTE).await, (9_000, 0));
    assert_eq!(bench.store.next_due().await.unwrap(), None);
    bench.assert_ledger_clean().await;
}

pub async fn a_renewed_lease_is_kept(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    let (worker, other) = (Uuid::now_v7(), Uuid::now_v7());
    let claimed = bench.claim(worker, NOW).await.unwrap();
    let store = &bench.store;
    assert!(
        store
            .renew_lease(claimed.id, worker, NOW + 3 * MINUTE)
            .await
            .unwrap()
    );
    assert!(
        !store
            .renew_lease(claimed.id, other, NOW + 9 * MINUTE)
            .await
            .unwrap()
    );
    assert!(bench.claim(other, NOW + 2 * MINUTE).await.is_none());
    assert!(bench.claim(other, NOW + 3 * MINUTE).await.is_some());
    assert!(
        !store
            .renew_lease(claimed.id, worker, NOW + 9 * MINUTE)
            .await
            .unwrap()
    );
}

pub async fn a_deferral_waits_and_hands_back_what_was_known(bench: Bench) {
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    let worker = Uuid::now_v7();
    let claimed = bench.claim(worker, NOW).await.unwrap();
    assert_eq!((claimed.deferrals, claimed.progress), (0, None));
    let again_at = NOW + 5 * MINUTE;
    bench
        .store
        .return_lookup(
            claimed.id,
            worker,
            GivenBack::Deferred,
            again_at,
            Some("{\"k\":1}"),
            NOW,
        )
        .await
        .unwrap();
    let view = bench.view(request.operation_id, NOW).await;
    assert_eq!(view.state, CaptureState::Deferred);
    assert_eq!(view.credits.held, 1_000, "the hold waits too");
    assert!(bench.claim(worker, again_at - 1).await.is_none());
    assert_eq!(bench.store.next_due().await.unwrap(), Some(again_at));
    let claimed = bench.claim(worker, again_at).await.unwrap();
    assert_eq!((claimed.attempts, claimed.deferrals), (1, 1));
    assert_eq!(claimed.progress.as_deref(), Some("{\"k\":1}"));
    // Given back by a server that shuts down: to be had at once, and no deferral.
    bench
        .store
        .return_lookup(
            claimed.id,
            worker,
            GivenBack::Unfinished,
            again_at,
            None,
            again_at,
        )
        .await
        .unwrap();
    let claimed = bench.claim(Uuid::now_v7(), again_at).await.unwrap();
    assert_eq!((claimed.attempts, claimed.deferrals), (1, 1));
}

pub async fn our_own_hold_is_no_deferral(bench: Bench) {
    let request = capture_of("ana");
    bench.create(&request, NOW).await;
    for holds in 0..4 {
        let worker = Uuid::now_v7();
        let now = NOW + holds * MINUTE;
        let claimed = bench.claim(worker, now).await.unwrap();
        assert_eq!((claimed.deferrals, claimed.holds), (0, holds));
        bench
            .store
            .return_lookup(claimed.id, worker, GivenBack::Held, now + MINUTE, None, now)
            .await
            .unwrap();
        let view = bench.view(request.operation_id, now).await;
        assert_eq!(view.state, CaptureState::Deferred);
    }
}

pub async fn what_could_not_be_reached_is_woken(bench: Bench) {
    let (far, grey) = (capture_of("ana"), capture_of("ben"));
    for (request, why) in [(&far, GivenBack::Unreachable), (&grey, GivenBack::Deferred)] {
        bench.create(request, NOW).await;
        let worker = Uuid::now_v7();
        let claimed = bench.claim(worker, NOW).await.unwrap();
        bench
            .store
            .return_lookup(claimed.id, worker, why, NOW + 5 * MINUTE, None, NOW)
            .await
            .unwrap();
    }
    assert!(bench.claim(Uuid::now_v7(), NOW + 1).await.is_none());
    assert_eq!(bench.store.wake_unreachable(NOW + 1).await.unwrap(), 1);
    let claimed = bench.claim(Uuid::now_v7(), NOW + 1).await.unwrap();
    assert_eq!(claimed.deferrals, 1);
    assert_eq!(
        bench.view(far.operation_id, NOW + 1).await.state,
        CaptureState::Working
    );
    assert!(bench.claim(Uuid::now_v7(), NOW + 1).await.is_none());
}

pub async fn two_servers_never_take_the_same(bench: Bench) {
    const LOOKUPS: usize = 10;
    for i in 0..LOOKUPS {
        bench.create(&capture_of(&format!("p-{i}")), NOW).await;
    }
    // A second server: pools of its own on the same data.
    let second = Store::open(&bench.address).await.unwrap();
    let bench = Arc::new(bench);
    let servers: Vec<_> = (0..4)
        .map(|i| {
            let store = if i % 2 == 0 {
                bench.store.clone()
            } else {
                second.clone()
            };
            let bench = bench.clone();
            tokio::spawn(async move {
                let worker = Uuid::now_v7();
                let mut taken = Vec::new();
                while let Some(claimed) =
                    store.claim_lookup(worker, NOW, NOW + MINUTE).await.unwrap()
                {
                    let name = claimed.lead.full_name.unwrap().replace(' ', ".");
                    let end = found(&format!("{name}@acme.example"), NOW);
                    let finished = store
                        .finish_lookup(claimed.id, worker, &end, &bench.pricing, NOW)
                        .await
                        .unwrap();
                    assert_eq!(finished, Finished::Done);
                    taken.push(claimed.id);
                }
                taken
            })
        })
        .collect();
    let mut all = Vec::new();
    for server in servers {
        all.extend(server.await.unwrap());
    }
    assert_eq!(all.len(), LOOKUPS);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), LOOKUPS);
    assert_eq!(bench.credits(NOW).await, (0, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_correction_under_way_begins_anew(bench: Bench) {
    let request = capture_of("ana");
    let view = bench.create(&request, NOW).await;
    let worker = Uuid::now_v7();
    let claimed = bench.claim(worker, NOW).await.unwrap();
    let edit = LeadEdit {
        company_domain: Some("acme-group.example".into()),
        ..LeadEdit::default()
    };
    bench
        .store
        .edit_lead(&bench.viewer(), view.lead_id, &edit, NOW + 1)
        .await
        .unwrap();
    let stale = found("ana@acme.example", NOW + 2);
    assert_eq!(
        bench.finish(claimed.id, worker, &stale, NOW + 2).await,
        Finished::Requeued
    );
    let view = bench.view(request.operation_id, NOW + 2).await;
    assert_eq!((view.state, view.email), (CaptureState::Queued, None));
    let claimed = bench.claim(worker, NOW + 3).await.unwrap();
    assert_eq!(
        claimed.lead.company_domain.as_deref(),
        Some("acme-group.example")
    );
    let end = found("ana@acme-group.example", NOW + 3);
    assert_eq!(
        bench.finish(claimed.id, worker, &end, NOW + 3).await,
        Finished::Done
    );
    assert_eq!(bench.credits(NOW + 3).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_given_domain_takes_up_what_needed_it(bench: Bench) {
    let mut requests = [capture_of("ana"), capture_of("ana")];
    for request in &mut requests {
        request.lead.company_domain = None;
        bench.create(request, NOW).await;
    }
    let stopped = ended(CaptureState::NeedsDomain, "not_found", "domain_unknown");
    bench.run(&stopped, NOW).await;
    assert_eq!(bench.credits(NOW).await, (10_000, 0));
    let lead = bench.view(requests[0].operation_id, NOW).await.lead_id;
    let edit = LeadEdit {
        company_domain: Some("acme.example".into()),
        ..LeadEdit::default()
    };
    let view = bench
        .store
        .edit_lead(&bench.viewer(), lead, &edit, NOW + 1)
        .await
        .unwrap();
    let EditedLead::Captured(view) = view else {
        panic!("{view:?}");
    };
    let view = view.view;
    assert_eq!(
        view.operation_id, requests[1].operation_id,
        "the latest capture"
    );
    assert_eq!(view.state, CaptureState::Queued);
    assert_eq!((view.receipt, view.reason), (None, None));
    assert_eq!(bench.credits(NOW + 1).await, (9_000, 1_000));
    bench
        .run(&found("ana@acme.example", NOW + 2), NOW + 2)
        .await;
    for request in &requests {
        assert_eq!(
            bench.view(request.operation_id, NOW + 2).await.state,
            CaptureState::Found
        );
    }
    assert_eq!(bench.credits(NOW + 2).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn evidence_is_the_accounts_own(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let mut colleague = capture_of("bob");
    colleague.lead.company_domain = None;
    bench.create(&colleague, NOW + 1).await;
    let claimed = bench.claim(Uuid::now_v7(), NOW + 1).await.unwrap();
    assert_eq!(
        claimed.evidence.company_domain.as_deref(),
        Some("acme.example")
    );
    assert_eq!(
        claimed.evidence.addresses,
        [(
            "ana@acme.example".to_owned(),
            Some("ana Example".to_owned())
        )]
    );
    let (other, _) = bench
        .store
        .ensure_account("other", &bench.pricing, NOW)
        .await
        .unwrap();
    let device = crate::bench::device(&bench.store, other.id, &bench.pricing).await;
    let request = capture_of("carl");
    let hash = crate::bench::body_hash(&request);
    bench
        .store
        .submit_capture(&bench.viewer_of(other.id), device, &request, &hash, NOW + 2)
        .await
        .unwrap();
    let claimed = bench.claim(Uuid::now_v7(), NOW + 2).await.unwrap();
    assert_eq!(claimed.account_id, other.id);
    assert_eq!(claimed.evidence, lode_store::Evidence::default());
}
