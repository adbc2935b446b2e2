use std::collections::BTreeSet;

use lode_core::api::{CaptureRequest, CaptureState};
use lode_store::EditedLead;
use lode_store::leads::LeadEdit;
use lode_store::{Submitted, Viewer};
use uuid::Uuid;

use crate::bench::{Bench, NOW, capture_of, ended, found};

const LINKEDIN: &str = "https://www.linkedin.com/in/ana";
const CRUNCHBASE: &str = "https://www.crunchbase.com/person/ana-example";
const SALES: &str = "https://www.linkedin.com/sales/lead/ACwAAB1";

/// A capture of Ana at an address.
fn at(url: &str, also: &[&str], employer: &str) -> CaptureRequest {
    let mut request = capture_of("x");
    request.lead.full_name = Some("Ana Example".into());
    request.lead.company = Some(employer.into());
    request.lead.company_domain = None;
    request.lead.profile_url = Some(url.into());
    request.lead.also_at = also.iter().map(|url| (*url).to_owned()).collect();
    request
}

async fn leads(bench: &Bench, now: i64) -> BTreeSet<Uuid> {
    let changes = bench
        .store
        .changes(&bench.viewer(), 0, 100, now)
        .await
        .unwrap();
    changes.captures.iter().map(|one| one.lead_id).collect()
}

/// Captured on LinkedIn, on Crunchbase and in Sales Navigator, each by itself; then one page
/// shows that all are one person.
pub async fn two_stored_leads_become_one(bench: Bench) {
    let linkedin = bench.create(&at(LINKEDIN, &[], "Acme"), NOW).await;
    bench.run(&found("ana@acme.example", NOW), NOW).await;
    let crunchbase = bench.create(&at(CRUNCHBASE, &[], "Acme"), NOW + 1).await;
    let nothing = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    bench.run(&nothing, NOW + 1).await;
    let sales = bench.create(&at(SALES, &[], "Acme"), NOW + 2).await;
    bench
        .run(&found("ana.e@acme.example", NOW + 2), NOW + 2)
        .await;
    assert_eq!(leads(&bench, NOW + 3).await.len(), 3);
    let edit = LeadEdit {
        title: Some("Chair".into()),
        ..LeadEdit::default()
    };
    let edited = bench
        .store
        .edit_lead(&bench.viewer(), crunchbase.lead_id, &edit, NOW + 3)
        .await
        .unwrap();
    let EditedLead::Captured(edited) = edited else {
        panic!("{edited:?}");
    };
    let before = edited.view.version;
    let paid = bench.credits(NOW + 3).await;

    let page = at(LINKEDIN, &[CRUNCHBASE, SALES], "Acme");
    let joined = bench.create(&page, NOW + 4).await;
    // The eldest stays, with what was corrected in another, and the proved address is known:
    // nothing is looked up, nothing charged.
    assert_eq!(joined.lead_id, linkedin.lead_id);
    assert_eq!(joined.lead.title.as_deref(), Some("Chair"));
    assert_eq!(joined.lead.profile_url.as_deref(), Some(LINKEDIN));
    let also: BTreeSet<&str> = joined.lead.also_at.iter().map(String::as_str).collect();
    assert_eq!(also, BTreeSet::from([CRUNCHBASE, SALES]));
    assert_eq!(joined.state, CaptureState::Found);
    assert_eq!(joined.receipt.unwrap().charged, 0);
    assert_eq!(bench.credits(NOW + 4).await, paid);
    // Every capture shows it, with its own receipt, and is told as changed.
    assert_eq!(
        leads(&bench, NOW + 4).await,
        BTreeSet::from([linkedin.lead_id])
    );
    for (capture, state) in [
        (&linkedin, CaptureState::Found),
        (&crunchbase, CaptureState::NotFound),
        (&sales, CaptureState::Found),
    ] {
        let view = bench.view(capture.operation_id, NOW + 4).await;
        assert_eq!((view.lead_id, view.state), (linkedin.lead_id, state));
        assert!(view.version > before);
        assert!(view.receipt.is_some());
    }
    // Each address leads to it from now on.
    for url in [LINKEDIN, CRUNCHBASE, SALES] {
        let again = bench.create(&at(url, &[], "Acme"), NOW + 5).await;
        assert_eq!(again.lead_id, linkedin.lead_id, "{url}");
    }
    bench.assert_ledger_clean().await;

    // Erased under every address, of its pages and of its mail.
    let erased = bench
        .store
        .erase_lead(bench.account, linkedin.lead_id, &bench.pricing, NOW + 6);
    assert!(erased.await.unwrap());
    assert_eq!(leads(&bench, NOW + 6).await, BTreeSet::new());
    for url in [LINKEDIN, CRUNCHBASE, SALES] {
        let again = bench.submit(&at(url, &[], "Elsewhere"), NOW + 7).await;
        assert_eq!(again, Submitted::Erased, "{url}");
    }
    for address in ["ana@acme.example", "ana.e@acme.example"] {
        let someone = capture_of(address);
        bench.create(&someone, NOW + 8).await;
        bench.run(&found(address, NOW + 8), NOW + 8).await;
        let view = bench.view(someone.operation_id, NOW + 8).await;
        assert_eq!(view.reason.as_deref(), Some("erased"), "{address}");
    }
    bench.assert_ledger_clean().await;
}

pub async fn what_is_under_way_or_has_another_name_stays_apart(bench: Bench) {
    // Both look-ups are under way: the next page joins them.
    let first = bench.create(&at(LINKEDIN, &[], "Acme"), NOW).await;
    let second = bench.create(&at(CRUNCHBASE, &[], "Acme"), NOW + 1).await;
    let page = |now| bench_page(&bench, now);
    assert_eq!(page(NOW + 2).await, first.lead_id);
    assert_eq!(leads(&bench, NOW + 2).await.len(), 2);
    // One of them is: it stays, and its look-up ends as it would have.
    bench
        .run(&found("ana@acme.example", NOW + 3), NOW + 3)
        .await;
    assert_eq!(page(NOW + 4).await, second.lead_id);
    assert_eq!(leads(&bench, NOW + 4).await.len(), 1);
    let nothing = ended(CaptureState::NotFound, "not_found", "no_candidate_accepted");
    bench.run(&nothing, NOW + 5).await;
    let view = bench.view(second.operation_id, NOW + 5).await;
    assert_eq!(view.state, CaptureState::NotFound);
    bench.assert_ledger_clean().await;

    // A wrong link on a page joins no two people.
    let ben = "https://www.linkedin.com/in/ben";
    let mut other = at(ben, &[], "Birch");
    other.lead.full_name = Some("Ben Other".into());
    let other = bench.create(&other, NOW + 6).await;
    bench.run(&nothing, NOW + 6).await;
    let mut wrong = at(LINKEDIN, &[ben], "Acme");
    wrong.operation_id = Uuid::now_v7();
    let wrong = bench.create(&wrong, NOW + 7).await;
    assert_eq!(wrong.lead_id, second.lead_id);
    let view = bench.view(other.operation_id, NOW + 7).await;
    assert_eq!(view.lead_id, other.lead_id);
    assert_eq!(view.lead.full_name.as_deref(), Some("Ben Other"));

    // Another account's leads are its own.
    let (account, _) = bench
        .store
        .ensure_account("second", &bench.pricing, NOW)
        .await
        .unwrap();
    let viewer = Viewer {
        account_id: account.id,
        member_id: None,
        pricing: &bench.pricing,
    };
    let changes = bench.store.changes(&viewer, 0, 10, NOW + 8).await.unwrap();
    assert!(changes.captures.is_empty());
}

async fn bench_page(bench: &Bench, now: i64) -> Uuid {
    let page = at(LINKEDIN, &[CRUNCHBASE], "Acme");
    bench.create(&page, now).await.lead_id
}
