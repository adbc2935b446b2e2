use std::collections::BTreeSet;
use std::sync::Arc;

use lode_core::api::{CaptureRequest, CaptureState};
use lode_core::lead::{Lead, LeadKind};
use lode_store::EditedLead;
use lode_store::leads::LeadEdit;
use lode_store::{Claimed, Finished, GivenBack, Store};
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
        // Of one company they would wait for each other.
        let mut request = capture_of(&format!("p-{i}"));
        request.lead.company_domain = Some(format!("acme-{i}.example"));
        bench.create(&request, NOW).await;
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
                while let Some(claimed) = store
                    .claim_lookups(worker, NOW, NOW + MINUTE, 1)
                    .await
                    .unwrap()
                    .pop()
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

/// A capture of somebody at another company.
fn elsewhere(slug: &str) -> CaptureRequest {
    let mut request = capture_of(slug);
    request.lead.company = Some("Other".into());
    request.lead.company_domain = Some("other.example".into());
    request
}

fn names(claimed: &[Claimed]) -> Vec<&str> {
    let names = claimed.iter().map(|one| one.lead.full_name.as_deref());
    names
        .map(|name| name.unwrap().split(' ').next().unwrap())
        .collect()
}

pub async fn look_ups_of_one_company_are_taken_together(bench: Bench) {
    let slugs = ["ana", "ben", "cleo", "dan"];
    let requests = slugs.map(capture_of);
    let others = ["xia", "yan"].map(elsewhere);
    let order = [
        &requests[0],
        &others[0],
        &requests[1],
        &requests[2],
        &others[1],
        &requests[3],
    ];
    for (request, at) in order.into_iter().zip(NOW..) {
        bench.create(request, at).await;
    }
    let mut nameless = capture_of("nell");
    (nameless.lead.company, nameless.lead.company_domain) = (None, None);
    bench.create(&nameless, NOW + 6).await;
    let now = NOW + 10;
    let (worker, other) = (Uuid::now_v7(), Uuid::now_v7());
    let first = bench.claim_all(worker, now, 3).await;
    assert_eq!(names(&first), ["ana", "ben", "cleo"]);
    assert!(first.iter().all(|claimed| claimed.attempts == 1));
    // Whoever comes next gets another company, however many of the first wait.
    let second = bench.claim_all(other, now, 3).await;
    assert_eq!(names(&second), ["xia", "yan"]);
    // Nobody is of the same company as somebody without one.
    let third = bench.claim_all(other, now, 3).await;
    assert_eq!(names(&third), ["nell"]);
    assert!(bench.claim_all(other, now, 3).await.is_empty());
    assert_eq!(
        bench.store.next_due().await.unwrap(),
        Some(now + MINUTE),
        "who waits for a company is not due"
    );
    for request in &requests[..3] {
        let view = bench.view(request.operation_id, now).await;
        assert_eq!(view.state, CaptureState::Working);
    }
    let nobody = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    for claimed in second.iter().chain(&third) {
        bench.finish(claimed.id, other, &nobody, now).await;
    }
    // Each ends for itself, under its own lease.
    let end = found("ana@acme.example", now);
    assert_eq!(
        bench.finish(first[0].id, worker, &end, now).await,
        Finished::Done
    );
    let again_at = now + 5 * MINUTE;
    for claimed in &first[1..] {
        let (id, why) = (claimed.id, GivenBack::Deferred);
        // One answer puts both off, one after the other.
        let run_at = again_at + i64::from(claimed.id == first[2].id);
        let given = bench
            .store
            .return_lookup(id, worker, why, run_at, None, now);
        given.await.unwrap();
    }
    assert_eq!(names(&bench.claim_all(worker, now, 3).await), ["dan"]);
    let held = bench.claim_all(other, again_at, 3).await;
    let dan_again = held.iter().find(|claimed| claimed.attempts == 2).unwrap();
    assert_eq!(names(&held), ["dan", "ben", "cleo"], "its lease has ended");
    assert_eq!(
        bench.finish(dan_again.id, worker, &nobody, again_at).await,
        Finished::Lost
    );
    assert_eq!(
        bench.finish(dan_again.id, other, &nobody, again_at).await,
        Finished::Done
    );
    bench.assert_ledger_clean().await;
}

pub async fn a_killed_servers_look_ups_are_taken_over_together_and_then_alone(bench: Bench) {
    for slug in ["ana", "ben", "cleo"] {
        bench.create(&capture_of(slug), NOW).await;
    }
    let dead: Vec<_> = bench.claim_all(Uuid::now_v7(), NOW, 9).await;
    assert_eq!(names(&dead), ["ana", "ben", "cleo"]);
    let heir = bench.claim_all(Uuid::now_v7(), NOW + MINUTE, 9).await;
    let ids = |claimed: &[Claimed]| claimed.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(&heir), ids(&dead));
    assert!(heir.iter().all(|claimed| claimed.attempts == 2));
    // Twice begun, never ended: should one of them end servers, it goes alone from now on.
    let (worker, later) = (Uuid::now_v7(), NOW + 2 * MINUTE);
    for slug in ["ana", "ben", "cleo"] {
        let alone = bench.claim_all(worker, later, 9).await;
        assert_eq!((names(&alone), alone[0].attempts), (vec![slug], 3));
        let end = found(&format!("{slug}@acme.example"), later);
        let finished = bench.finish(alone[0].id, worker, &end, later).await;
        assert_eq!(finished, Finished::Done);
    }
    assert_eq!(bench.credits(later).await, (7_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_released_company_is_free_for_others(bench: Bench) {
    bench.create(&capture_of("ana"), NOW).await;
    let (worker, other) = (Uuid::now_v7(), Uuid::now_v7());
    let ana = bench.claim(worker, NOW).await.unwrap();
    bench.create(&capture_of("ben"), NOW).await;
    assert!(bench.claim(other, NOW).await.is_none());
    bench.store.release_company(ana.id, other).await.unwrap();
    assert!(
        bench.claim(other, NOW).await.is_none(),
        "not its to release"
    );
    bench.store.release_company(ana.id, worker).await.unwrap();
    assert_eq!(bench.store.next_due().await.unwrap(), Some(NOW));
    assert!(bench.claim(other, NOW).await.is_some());
    let end = found("ana@acme.example", NOW);
    assert_eq!(
        bench.finish(ana.id, worker, &end, NOW).await,
        Finished::Done
    );
}

pub async fn servers_that_take_companies_at_once_take_each_once(bench: Bench) {
    for i in 0..24 {
        let mut request = capture_of(&format!("p-{i}"));
        request.lead.company_domain = Some(format!("acme-{}.example", i % 3));
        bench.create(&request, NOW).await;
    }
    let second = Store::open(&bench.address).await.unwrap();
    let servers: Vec<_> = (0..4)
        .map(|i| {
            let store = if i % 2 == 0 { &bench.store } else { &second }.clone();
            tokio::spawn(async move {
                let until = NOW + MINUTE;
                store
                    .claim_lookups(Uuid::now_v7(), NOW, until, 5)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut all = Vec::new();
    for server in servers {
        let taken = server.await.unwrap();
        let company = |claimed: &Claimed| claimed.lead.company_domain.clone();
        let companies: BTreeSet<_> = taken.iter().map(company).collect();
        assert!(companies.len() <= 1 && taken.len() <= 5, "{companies:?}");
        all.extend(taken.into_iter().map(|claimed| claimed.id));
    }
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
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
    let alone = lode_store::Evidence {
        people: 1,
        ..lode_store::Evidence::default()
    };
    assert_eq!(claimed.evidence, alone);
}

pub async fn a_companys_own_page_tells_its_website(bench: Bench) {
    let website = async |request: &CaptureRequest, at| {
        bench.create(request, at).await;
        let worker = Uuid::now_v7();
        let claimed = bench.claim(worker, at).await.unwrap();
        let nobody = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
        bench.finish(claimed.id, worker, &nobody, at).await;
        claimed.evidence.website
    };
    let of_acme = |slug: &str, company: &str| {
        let mut request = capture_of(slug);
        request.lead.company_domain = None;
        request.lead.company = Some(company.to_owned());
        request.lead.company_url = Some("https://www.linkedin.com/company/acme".to_owned());
        request
    };
    assert_eq!(website(&of_acme("ana", "Acme"), NOW).await, None);
    let mut acme = capture_of("acme");
    acme.lead = Lead::new(LeadKind::Company);
    acme.lead.full_name = Some("Acme, Inc.".to_owned());
    acme.lead.profile_url = Some("https://de.linkedin.com/company/acme/".to_owned());
    acme.lead.website = Some("https://www.acme.example/about".to_owned());
    bench.create(&acme, NOW).await;
    assert_eq!(
        website(&of_acme("bob", "Acme"), NOW + 1).await.as_deref(),
        Some("https://www.acme.example/about")
    );
    // Another name beside the page, another page, or a domain of the lead's own.
    let other = website(&of_acme("mal", "Evilco"), NOW + 2).await;
    assert_eq!(other, None);
    let mut elsewhere = of_acme("cleo", "Acme");
    elsewhere.lead.company_url = Some("https://www.linkedin.com/company/acme-2".to_owned());
    assert_eq!(website(&elsewhere, NOW + 3).await, None);
    assert_eq!(website(&capture_of("dan"), NOW + 4).await, None);
}

pub async fn people_of_a_company_are_counted_once(bench: Bench) {
    for request in [capture_of("ana"), capture_of("ben"), elsewhere("xia")] {
        bench.create(&request, NOW).await;
    }
    let worker = Uuid::now_v7();
    let both = bench.claim_all(worker, NOW, 9).await;
    let people = |claimed: &[Claimed]| -> Vec<u32> {
        claimed.iter().map(|one| one.evidence.people).collect()
    };
    assert_eq!(
        (names(&both), people(&both)),
        (vec!["ana", "ben"], vec![2, 2])
    );
    assert_eq!(people(&bench.claim_all(worker, NOW, 9).await), [1]);
    let end = found("ana@acme.example", NOW);
    bench.finish(both[0].id, worker, &end, NOW).await;
    let dead = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    bench.finish(both[1].id, worker, &dead, NOW).await;
    // Ana's address is known; of Ben nothing is left that says that he works there.
    bench.create(&capture_of("cleo"), NOW + 1).await;
    assert_eq!(people(&bench.claim_all(worker, NOW + 1, 9).await), [2]);
    // Without a company nobody is counted.
    let mut nameless = capture_of("nell");
    (nameless.lead.company, nameless.lead.company_domain) = (None, None);
    bench.create(&nameless, NOW + 2).await;
    assert_eq!(people(&bench.claim_all(worker, NOW + 2, 9).await), [0]);
}
