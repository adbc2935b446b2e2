use lode_core::api::CaptureState;
use lode_store::{Finished, Submitted};
use uuid::Uuid;

use crate::actions;
use crate::bench::{Bench, NOW, capture_of, ended, evidence_of, found};

async fn erase(bench: &Bench, lead: Uuid) -> bool {
    bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, NOW + 5)
        .await
        .unwrap()
}

pub async fn erasure_stays_erased(bench: Bench) {
    let request = capture_of("ana");
    let view = bench.create(&request, NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    assert!(erase(&bench, view.lead_id).await);
    assert!(!erase(&bench, view.lead_id).await);
    assert!(
        bench
            .store
            .capture(&bench.viewer(), request.operation_id, NOW)
            .await
            .unwrap()
            .is_none()
    );
    // By the same click sent again, by profile, by name and employer.
    assert_eq!(bench.submit(&request, NOW + 6).await, Submitted::Erased);
    assert_eq!(
        bench.submit(&capture_of("ana"), NOW + 6).await,
        Submitted::Erased
    );
    let mut by_name = capture_of("other");
    by_name.lead.profile_url = None;
    by_name.lead.full_name = Some("ANA example".into());
    assert_eq!(bench.submit(&by_name, NOW + 6).await, Submitted::Erased);
    // And by address: whoever it is found for.
    let someone = capture_of("someone");
    bench.create(&someone, NOW + 6).await;
    bench
        .run(&found("Ana@acme.example", NOW + 6), NOW + 6)
        .await;
    let view = bench.view(someone.operation_id, NOW + 6).await;
    assert_eq!((view.state, view.email), (CaptureState::NotFound, None));
    assert_eq!(view.reason.as_deref(), Some("erased"));
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(bench.credits(NOW + 6).await, (9_000, 0));
    bench.assert_ledger_clean().await;
}

pub async fn a_lookup_under_way_is_given_up(bench: Bench) {
    let view = bench.create(&capture_of("ana"), NOW).await;
    let worker = Uuid::now_v7();
    let claimed = bench.claim(worker, NOW).await.unwrap();
    assert!(erase(&bench, view.lead_id).await);
    assert_eq!(
        bench.credits(NOW + 5).await,
        (10_000, 0),
        "the hold is released"
    );
    let end = found("ana@acme.example", NOW);
    assert_eq!(
        bench.finish(claimed.id, worker, &end, NOW + 6).await,
        Finished::Lost
    );
    assert!(bench.claim(worker, NOW + 100_000_000).await.is_none());
    bench.assert_ledger_clean().await;
}

/// Done, paused and under way: none is left, and what was set aside goes back.
pub async fn verifications_go_with_their_address(bench: Bench) {
    let lead = bench.create(&capture_of("ana"), NOW).await.lead_id;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let mut ids = Vec::new();
    let verify = |address| actions::verification(&bench, address);
    // The address was paid for with the capture: none of it costs anything.
    for address in ["ana@acme.example", "ANA@acme.example", "Ana@acme.example"] {
        ids.push(verify(address).await);
    }
    let done = actions::work(actions::begin(&bench, &ids[0], NOW).await);
    actions::finish(&bench, &done, &actions::verified(), NOW).await;
    let paused = actions::work(actions::begin(&bench, &ids[1], NOW).await);
    bench
        .store
        .abandon_action(&paused, &bench.pricing, NOW)
        .await
        .unwrap();
    // Long after the window it costs again, and is held.
    let late = NOW + 400 * crate::bench::DAY;
    let under_way = actions::work(actions::begin(&bench, &ids[2], late).await);
    let other = verify("bob@works.example").await;
    actions::work(actions::begin(&bench, &other, late).await);
    assert_eq!(bench.credits(late).await.1, 2_000);
    let erased = bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, late)
        .await;
    assert!(erased.unwrap());
    for request in &ids {
        let left = bench.store.operation(bench.account, request.id).await;
        assert_eq!(left.unwrap(), None);
    }
    let end = actions::verified();
    let ended = bench
        .store
        .finish_action(&under_way, &end, &bench.pricing, late)
        .await;
    assert!(ended.is_err(), "{ended:?}");
    let kept = bench.store.operation(bench.account, other.id).await;
    assert!(kept.unwrap().is_some(), "somebody else's stays");
    assert_eq!(bench.credits(late).await.1, 1_000);
    bench.assert_ledger_clean().await;
}

/// Somebody erased is kept away under every address that was known of them.
pub async fn erasure_covers_every_address(bench: Bench) {
    let crunchbase = "https://www.crunchbase.com/person/ana-example";
    let mut request = capture_of("ana");
    request.lead.also_at = vec![crunchbase.to_owned()];
    let view = bench.create(&request, NOW).await;
    assert!(erase(&bench, view.lead_id).await);
    let mut elsewhere = capture_of("x");
    elsewhere.lead.full_name = Some("A. Example".into());
    elsewhere.lead.profile_url = Some(crunchbase.to_owned());
    assert_eq!(bench.submit(&elsewhere, NOW + 6).await, Submitted::Erased);
    // As a further address of another page, too.
    elsewhere.operation_id = Uuid::now_v7();
    elsewhere.lead.profile_url = Some("https://www.linkedin.com/in/a-example".to_owned());
    elsewhere.lead.also_at = vec![crunchbase.to_owned()];
    assert_eq!(bench.submit(&elsewhere, NOW + 6).await, Submitted::Erased);
}

/// What the mail servers said names the address: it is shown with it, and goes with it.
pub async fn evidence_is_kept_with_its_address_and_goes_with_it(bench: Bench) {
    let quincy = bench.create(&capture_of("quincy"), NOW).await;
    let kept = |end: &lode_store::LookupEnd| end.evidence.clone();
    let end = found("quincy@acme.example", NOW);
    bench.run(&end, NOW).await;
    let evidence = async |capture: Uuid| {
        let store = &bench.store;
        let behind = store.evidence_behind(bench.account, capture).await;
        behind.unwrap().address
    };
    assert_eq!(evidence(quincy.operation_id).await, kept(&end));
    assert!(bench.dump().await.contains("quincy"));
    // Another account does not see it.
    let other = Uuid::now_v7();
    let theirs = bench.store.evidence_behind(other, quincy.operation_id);
    assert_eq!(theirs.await.unwrap(), lode_store::Behind::default());
    // Newer evidence takes its place; more than any real one is none.
    let late = NOW + 400 * crate::bench::DAY;
    let again = bench.create(&capture_of("quincy"), late).await;
    let mut end = found("quincy@acme.example", late);
    end.evidence = Some("x".repeat(lode_store::EVIDENCE_BYTES_MAX + 1));
    bench.run(&end, late).await;
    assert_eq!(evidence(again.operation_id).await, None);
    let later = late + 400 * crate::bench::DAY;
    let third = bench.create(&capture_of("quincy"), later).await;
    let end = found("quincy@acme.example", later);
    bench.run(&end, later).await;
    assert_eq!(evidence(third.operation_id).await, kept(&end));
    // A verification's stands in its result.
    let verify = actions::verification(&bench, "quincy@acme.example").await;
    let work = actions::work(actions::begin(&bench, &verify, later).await);
    let result = lode_store::ActionEnd::Outcome {
        outcome: "verified".to_owned(),
        result: format!(r#"{{"evidence":{}}}"#, kept(&end).unwrap()),
    };
    actions::finish(&bench, &work, &result, later).await;
    // Of a search that found nobody, who was asked for.
    let last = later + 400 * crate::bench::DAY;
    let fourth = bench.create(&capture_of("quincy"), last).await;
    let mut nobody = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    nobody.refused = Some(evidence_of("quincy@acme.example"));
    bench.run(&nobody, last).await;
    let behind = bench
        .store
        .evidence_behind(bench.account, fourth.operation_id);
    assert_eq!(behind.await.unwrap().refused, nobody.refused);
    assert!(erase(&bench, quincy.lead_id).await);
    let dump = bench.dump().await;
    assert!(dump.contains("ledger_operations: "), "the tables were read");
    assert!(!dump.to_lowercase().contains("quincy"), "{dump}");
    assert_eq!(evidence(third.operation_id).await, None);
}
