use std::collections::BTreeSet;

use lode_core::api::CaptureState;
use lode_core::lead::LeadKind;
use lode_store::leads::LeadEdit;
use lode_store::{EditedLead, Submitted};
use uuid::Uuid;

use crate::bench::{Bench, NOW, capture_of, device};

pub async fn the_first_start_makes_the_account_once(bench: Bench) {
    let (again, made) = bench
        .store
        .ensure_account("default", &bench.pricing, NOW + 5)
        .await
        .unwrap();
    assert!(!made);
    assert_eq!(again.id, bench.account);
    assert_eq!(bench.credits(NOW).await, (10_000, 0));
    let (_, balance) = bench
        .store
        .account_standing(&bench.viewer(), NOW)
        .await
        .unwrap();
    assert_eq!(
        balance.plan.as_ref().map(|plan| plan.as_str()),
        Some("free")
    );
    assert_eq!(balance.total().plan_limit, 10_000);
    // 1 November, 00:00 UTC.
    assert_eq!(balance.resets_at, Some(1_793_491_200_000));
    bench.assert_ledger_clean().await;
}

pub async fn a_repeat_is_answered_as_it_stands(bench: Bench) {
    let request = capture_of("ana");
    let first = bench.create(&request, NOW).await;
    assert_eq!(first.state, CaptureState::Queued);
    assert_eq!(
        (first.credits.available, first.credits.held),
        (9_000, 1_000)
    );
    for _ in 0..3 {
        let Submitted::Repeated(again) = bench.submit(&request, NOW + 1).await else {
            panic!("not a repeat");
        };
        assert_eq!(again.view, first);
    }
    assert_eq!(bench.credits(NOW).await, (9_000, 1_000));
}

pub async fn another_body_is_a_conflict(bench: Bench) {
    let request = capture_of("ana");
    let first = bench.create(&request, NOW).await;
    let mut other = capture_of("bob");
    other.operation_id = request.operation_id;
    assert_eq!(bench.submit(&other, NOW).await, Submitted::Conflict);
    assert_eq!(bench.view(request.operation_id, NOW).await, first);
    assert_eq!(bench.credits(NOW).await, (9_000, 1_000));
}

pub async fn one_person_is_one_lead(bench: Bench) {
    let first = bench.create(&capture_of("ana"), NOW).await;
    let mut again = capture_of("x");
    again.lead.profile_url = Some("https://de.linkedin.com/in/ANA/?trk=1".into());
    again.lead.full_name = Some("Ana Maria Example".into());
    again.lead.title = Some("CTO".into());
    let second = bench.create(&again, NOW + 1).await;
    assert_eq!(second.lead_id, first.lead_id);
    assert_eq!(second.lead.full_name.as_deref(), Some("Ana Maria Example"));
    assert_eq!(second.lead.profile_url, first.lead.profile_url);
    // Without an address: by name and employer, under a former name too.
    let mut nameless = capture_of("y");
    nameless.lead.profile_url = None;
    nameless.lead.full_name = Some("ANA  example".into());
    nameless.lead.company_domain = None;
    let third = bench.create(&nameless, NOW + 2).await;
    assert_eq!(third.lead_id, first.lead_id);
    assert_eq!(third.lead.title.as_deref(), Some("CTO"));
}

/// A Crunchbase page that links the person's LinkedIn profile, and a Sales Navigator page that
/// links the public one, are of the same lead, whichever was captured first.
pub async fn a_page_that_names_another_site_joins_the_leads(bench: Bench) {
    let at = |url: &str, also: &[&str]| {
        let mut request = capture_of("x");
        request.lead.full_name = Some("Ana Example".into());
        request.lead.company = Some(url.into());
        request.lead.company_domain = None;
        request.lead.profile_url = Some(url.into());
        request.lead.also_at = also.iter().map(|url| (*url).to_owned()).collect();
        request
    };
    let linkedin = "https://www.linkedin.com/in/ana";
    let crunchbase = "https://www.crunchbase.com/person/ana-example";
    let sales = "https://www.linkedin.com/sales/lead/ACwAAB1";
    // LinkedIn first, Crunchbase with the link after it, then Crunchbase alone.
    let first = bench.create(&at(linkedin, &[]), NOW).await;
    let joined = bench.create(&at(crunchbase, &[linkedin]), NOW + 1).await;
    assert_eq!(joined.lead_id, first.lead_id);
    assert_eq!(joined.lead.profile_url.as_deref(), Some(linkedin));
    assert_eq!(joined.lead.also_at, [crunchbase]);
    let alone = bench.create(&at(crunchbase, &[]), NOW + 2).await;
    assert_eq!(alone.lead_id, first.lead_id);
    // Sales Navigator, and its list that shows nothing but its own address.
    let page = bench.create(&at(linkedin, &[sales]), NOW + 3).await;
    let row = bench.create(&at(sales, &[]), NOW + 4).await;
    assert_eq!((page.lead_id, row.lead_id), (first.lead_id, first.lead_id));

    // The other way round: Crunchbase first.
    let (linkedin, crunchbase) = (
        "https://www.linkedin.com/in/ben",
        "https://www.crunchbase.com/person/ben-example",
    );
    let first = bench.create(&at(crunchbase, &[linkedin]), NOW + 5).await;
    let second = bench.create(&at(linkedin, &[]), NOW + 6).await;
    assert_eq!(second.lead_id, first.lead_id);
    // Somebody else at the same sites stays apart.
    let other = bench
        .create(&at("https://www.linkedin.com/in/cleo", &[]), NOW + 7)
        .await;
    assert_ne!(other.lead_id, first.lead_id);
}

pub async fn namesakes_with_addresses_of_their_own_stay_apart(bench: Bench) {
    let one = capture_of("sam-1");
    let mut two = capture_of("sam-2");
    two.lead.full_name.clone_from(&one.lead.full_name);
    let (one, two) = (bench.create(&one, NOW).await, bench.create(&two, NOW).await);
    assert_ne!(one.lead_id, two.lead_id);
    // Which of them a capture without address is of, nobody knows: a lead of its own, and
    // the same one the next time.
    let mut neither = capture_of("z");
    neither.lead.full_name.clone_from(&one.lead.full_name);
    neither.lead.profile_url = None;
    let third = bench.create(&neither, NOW).await;
    assert!(third.lead_id != one.lead_id && third.lead_id != two.lead_id);
    neither.operation_id = Uuid::now_v7();
    assert_eq!(bench.create(&neither, NOW).await.lead_id, third.lead_id);
}

pub async fn corrections_survive_a_new_capture(bench: Bench) {
    let view = bench.create(&capture_of("ana"), NOW).await;
    let edit = LeadEdit {
        title: Some("Chair".into()),
        ..LeadEdit::default()
    };
    let edited = bench
        .store
        .edit_lead(&bench.viewer(), view.lead_id, &edit, NOW + 1)
        .await
        .unwrap();
    let EditedLead::Captured(edited) = edited else {
        panic!("{edited:?}");
    };
    let edited = edited.view;
    assert_eq!(edited.lead.title.as_deref(), Some("Chair"));
    assert!(edited.version > view.version);
    let mut again = capture_of("ana");
    again.lead.title = Some("Engineer".into());
    again.lead.location = Some("Porto".into());
    let again = bench.create(&again, NOW + 2).await;
    assert_eq!(again.lead.title.as_deref(), Some("Chair"));
    assert_eq!(again.lead.location.as_deref(), Some("Porto"));
    let missing = bench
        .store
        .edit_lead(&bench.viewer(), Uuid::now_v7(), &edit, NOW)
        .await
        .unwrap();
    assert_eq!(missing, EditedLead::NotFound);
}

/// A corrected domain outlives the forms in which pages write the company.
pub async fn one_company_in_several_forms_keeps_corrections(bench: Bench) {
    let view = bench.create(&capture_of("ana"), NOW).await;
    let edit = LeadEdit {
        company_domain: Some("acme-group.example".into()),
        ..LeadEdit::default()
    };
    bench
        .store
        .edit_lead(&bench.viewer(), view.lead_id, &edit, NOW + 1)
        .await
        .unwrap();
    for (at, company, title) in [(2, "Acme, Inc.", "Engineer"), (3, "Ac…", "Head of Eng…")] {
        let mut again = capture_of("ana");
        again.lead.company = Some(company.into());
        again.lead.title = Some(title.into());
        again.captured_at = NOW + at;
        let again = bench.create(&again, NOW + at).await;
        let domain = again.lead.company_domain.as_deref();
        assert_eq!(domain, Some("acme-group.example"), "{company}");
        assert_eq!(again.lead.company.as_deref(), Some("Acme, Inc."));
        assert_eq!(again.lead.title.as_deref(), Some(title));
    }
}

/// What a second device had in its queue, or what is sent again, is older than what is known:
/// it fills gaps, however late it comes.
pub async fn an_older_capture_only_fills_gaps(bench: Bench) {
    let captured = |at: i64, title: &str| {
        let mut request = capture_of("ana");
        request.lead.title = Some(title.into());
        request.captured_at = NOW + at;
        request
    };
    let first = bench.create(&captured(10, "CTO"), NOW + 10).await;
    let mut queued = captured(5, "Engineer");
    queued.lead.location = Some("Porto".into());
    let late = bench.create(&queued, NOW + 20).await;
    assert_eq!(late.lead_id, first.lead_id);
    assert_eq!(late.lead.title.as_deref(), Some("CTO"));
    assert_eq!(late.lead.location.as_deref(), Some("Porto"));
    // One that changes nothing still counts as the latest.
    bench.create(&captured(30, "CTO"), NOW + 30).await;
    let between = bench.create(&captured(25, "Engineer"), NOW + 31).await;
    assert_eq!(between.lead.title.as_deref(), Some("CTO"));
    // A clock that runs ahead counts as ours: what is clicked later is newer.
    bench.create(&captured(9_000, "Chair"), NOW + 40).await;
    let newest = bench.create(&captured(41, "Adviser"), NOW + 41).await;
    assert_eq!(newest.lead.title.as_deref(), Some("Adviser"));
}

/// Readers that follow the cursor while writers write see every capture, the last time as
/// it stands in the end.
pub async fn changes_come_in_order_and_whole(bench: Bench) {
    const WRITERS: usize = 8;
    const EACH: usize = 4;
    let bench = std::sync::Arc::new(bench);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let bench = bench.clone();
            tokio::spawn(async move {
                for i in 0..EACH {
                    bench
                        .create(&capture_of(&format!("p-{writer}-{i}")), NOW)
                        .await;
                }
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    let mut cursor = 0;
    while seen.len() < WRITERS * EACH {
        let changes = bench
            .store
            .changes(&bench.viewer(), cursor, 3, NOW)
            .await
            .unwrap();
        let mut last = cursor;
        for capture in &changes.captures {
            assert!(capture.version > last, "versions grow");
            last = capture.version;
            assert!(seen.insert(capture.operation_id), "seen once");
        }
        assert_eq!(changes.next, last);
        cursor = last;
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    bench.assert_ledger_clean().await;
}

pub async fn a_cursor_from_another_life_is_set_back(bench: Bench) {
    let view = bench.create(&capture_of("ana"), NOW).await;
    let changes = bench
        .store
        .changes(&bench.viewer(), 1_000, 10, NOW)
        .await
        .unwrap();
    assert_eq!((changes.captures.len(), changes.next), (0, view.version));
}

pub async fn other_accounts_see_nothing(bench: Bench) {
    let request = capture_of("ana");
    let view = bench.create(&request, NOW).await;
    let (other, _) = bench
        .store
        .ensure_account("other", &bench.pricing, NOW)
        .await
        .unwrap();
    let store = &bench.store;
    assert!(
        store
            .capture(&bench.viewer_of(other.id), view.operation_id, NOW)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .receipt(other.id, view.operation_id, None)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        !store
            .erase_lead(other.id, view.lead_id, &bench.pricing, NOW)
            .await
            .unwrap()
    );
    assert!(
        store
            .changes(&bench.viewer_of(other.id), 0, 10, NOW)
            .await
            .unwrap()
            .captures
            .is_empty()
    );
    // The same operation id is the other account's own.
    let theirs = device(store, other.id, &bench.pricing).await;
    let hash = crate::bench::body_hash(&request);
    let submitted = store
        .submit_capture(&bench.viewer_of(other.id), theirs, &request, &hash, NOW)
        .await
        .unwrap();
    let Submitted::Created(theirs) = submitted else {
        panic!("{submitted:?}");
    };
    assert_ne!(theirs.view.lead_id, view.lead_id);
}

pub async fn a_company_is_stored_and_not_looked_up(bench: Bench) {
    let mut request = capture_of("acme");
    request.lead.kind = LeadKind::Company;
    let view = bench.create(&request, NOW).await;
    assert_eq!(view.state, CaptureState::NotFound);
    assert_eq!(view.reason.as_deref(), Some("not_a_person"));
    assert_eq!(bench.credits(NOW).await, (10_000, 0));
    assert!(bench.claim(Uuid::now_v7(), NOW).await.is_none());
}
