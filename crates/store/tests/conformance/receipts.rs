//! The list of receipts, and what a lead says of its numbers before a click.

use std::collections::BTreeSet;

use lode_core::api::{CaptureState, MobileState, MobileView};
use lode_ledger::policy::Role;
use lode_store::members::Invited;
use lode_store::{
    ActionEnd, FoundPhone, NewOutcome, ReceiptCursor, ReceiptRow, Reported, Store, Submitted,
    Viewer,
};
use uuid::Uuid;

use crate::actions::{begin, finish, owner, verification, verified, work};
use crate::bench::{Bench, DAY, MINUTE, NOW, body_hash, capture_of, ended, found};

async fn page(
    bench: &Bench,
    before: Option<ReceiptCursor>,
    limit: u32,
) -> (Vec<Uuid>, Option<ReceiptCursor>) {
    let page = bench
        .store
        .receipts(bench.account, None, before, limit)
        .await
        .unwrap();
    (page.rows.iter().map(|row| row.id).collect(), page.next)
}

async fn rows(bench: &Bench) -> Vec<ReceiptRow> {
    let page = bench
        .store
        .receipts(bench.account, None, None, 100)
        .await
        .unwrap();
    assert_eq!(page.next, None);
    page.rows
}

async fn row(bench: &Bench, id: Uuid) -> ReceiptRow {
    let rows = rows(bench).await;
    rows.into_iter().find(|row| row.id == id).unwrap()
}

/// Captures and actions, several in one millisecond, mixed; new ones come while pages are
/// turned: each of the old ones is seen once.
pub async fn a_list_is_newest_first_and_pages_hold_still(bench: Bench) {
    let mut expected = Vec::new();
    for step in 0..4 {
        let at = NOW + step;
        for i in 0..2 {
            let request = capture_of(&format!("ana-{step}-{i}"));
            bench.create(&request, at).await;
            expected.push((at, request.operation_id));
        }
        let request = verification(&bench, &format!("a{step}@acme.example")).await;
        begin(&bench, &request, at).await;
        expected.push((at, request.id));
    }
    expected.sort();
    expected.reverse();
    let expected: Vec<Uuid> = expected.into_iter().map(|(_, id)| id).collect();
    assert_eq!(page(&bench, None, 100).await, (expected.clone(), None));
    assert_eq!(page(&bench, None, 12).await, (expected.clone(), None));
    for limit in [1, 5, 11] {
        let (mut seen, mut cursor) = (Vec::new(), None);
        loop {
            let (ids, next) = page(&bench, cursor, limit).await;
            seen.extend(ids);
            bench
                .create(&capture_of(&Uuid::now_v7().to_string()), NOW + 5)
                .await;
            match next {
                // As a client hands it back.
                Some(next) => cursor = Some(next.to_string().parse().unwrap()),
                None => break,
            }
        }
        let old: Vec<Uuid> = seen
            .iter()
            .copied()
            .filter(|id| expected.contains(id))
            .collect();
        assert_eq!(old, expected, "pages of {limit}");
        let distinct: BTreeSet<_> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "none twice");
    }
}

pub async fn a_row_says_what_it_was_of_and_what_it_cost(bench: Bench) {
    let ana = capture_of("ana");
    let lead = bench.create(&ana, NOW).await.lead_id;
    let queued = row(&bench, ana.operation_id).await;
    assert_eq!(
        (
            queued.action.as_str(),
            queued.state,
            queued.subject.as_deref()
        ),
        ("find", "queued", Some("ana Example"))
    );
    assert_eq!((queued.receipt, queued.refunded), (None, 0));
    assert!(queued.pools.is_empty(), "held is not charged");

    bench.run(&found("ana@acme.example", NOW), NOW + 1).await;
    let done = row(&bench, ana.operation_id).await;
    assert_eq!(
        (done.state, done.at, done.lead_id),
        ("done", NOW, Some(lead))
    );
    assert_eq!(done.pools, [("standard".to_owned(), 1_000)].into());
    let receipt = bench
        .store
        .receipt(bench.account, ana.operation_id, None)
        .await;
    assert_eq!(done.receipt, receipt.unwrap().unwrap());

    let bounce = NewOutcome {
        id: Uuid::now_v7(),
        address: "ana@acme.example".to_owned(),
        outcome: "hard_bounce".to_owned(),
        body_hash: lode_store::secret::hash(b"bounce"),
        at: NOW + 2,
    };
    let reported = bench
        .store
        .report_outcome(bench.account, &bounce, &bench.pricing, NOW + 2)
        .await
        .unwrap();
    assert!(matches!(reported, Reported::Done(_)), "{reported:?}");
    let back = row(&bench, ana.operation_id).await;
    assert_eq!((back.state, back.refunded), ("refunded", 1_000));
    assert_eq!(back.pools, done.pools, "what was charged stays said");

    // A second hold under the same capture: what is shown is what that one cost.
    let bob = capture_of("bob");
    bench.create(&bob, NOW + 3).await;
    let failed = ended(CaptureState::Failed, "failed", "mail_port_shut");
    bench.run(&failed, NOW + 3).await;
    let free = row(&bench, bob.operation_id).await;
    assert_eq!((free.state, free.pools.len()), ("done", 0));
    bench
        .store
        .resume_capture(&bench.viewer(), bob.operation_id, NOW + 4)
        .await
        .unwrap();
    assert_eq!(row(&bench, bob.operation_id).await.state, "queued");
    bench.run(&found("bob@acme.example", NOW), NOW + 5).await;
    let paid = row(&bench, bob.operation_id).await;
    assert_eq!(paid.pools, [("standard".to_owned(), 1_000)].into());

    let request = verification(&bench, "someone@works.example").await;
    let ticket = work(begin(&bench, &request, NOW + 6).await);
    assert_eq!(row(&bench, request.id).await.state, "working");
    finish(&bench, &ticket, &verified(), NOW + 6).await;
    let checked = row(&bench, request.id).await;
    assert_eq!(
        (checked.action.as_str(), checked.subject.as_deref()),
        ("verify", Some("someone@works.example"))
    );
    assert_eq!(checked.pools, [("standard".to_owned(), 1_000)].into());

    // Who is erased is in no list.
    bench
        .store
        .erase_lead(bench.account, lead, &bench.pricing, NOW + 7)
        .await
        .unwrap();
    let left = rows(&bench).await;
    assert!(left.iter().all(|row| row.id != ana.operation_id));
    assert!(
        left.iter()
            .all(|row| row.subject.as_deref() != Some("ana Example"))
    );
    bench.assert_ledger_clean().await;
}

pub async fn a_member_sees_their_own(bench: Bench) {
    bench.on_plan("team").await;
    let invited = bench
        .store
        .invite(bench.account, "Bea", Role::User, &bench.pricing, NOW)
        .await
        .unwrap();
    let Invited::Done(_, code) = invited else {
        panic!("{invited:?}");
    };
    let paired = bench
        .store
        .pair_device(&code.code, "bea", &bench.pricing, NOW)
        .await
        .unwrap()
        .unwrap();
    let (bea, device) = (paired.device.member_id, paired.device.id);
    bench.create(&capture_of("ana"), NOW).await;
    let theirs = capture_of("bob");
    let viewer = Viewer {
        member_id: Some(bea),
        ..bench.viewer()
    };
    let submitted = bench
        .store
        .submit_capture(&viewer, device, &theirs, &body_hash(&theirs), NOW)
        .await
        .unwrap();
    assert!(matches!(submitted, Submitted::Created(_)));
    let mut request = verification(&bench, "b@works.example").await;
    request.member_id = bea;
    begin(&bench, &request, NOW + 1).await;
    begin(
        &bench,
        &verification(&bench, "a@works.example").await,
        NOW + 2,
    )
    .await;
    let own = bench
        .store
        .receipts(bench.account, Some(bea), None, 10)
        .await
        .unwrap();
    let ids: Vec<Uuid> = own.rows.iter().map(|row| row.id).collect();
    assert_eq!(ids, [request.id, theirs.operation_id]);
    assert!(own.rows.iter().all(|row| row.member_id == Some(bea)));
    assert_eq!(rows(&bench).await.len(), 4);
    let nobody = Some(Uuid::now_v7());
    let none = bench.store.receipts(bench.account, nobody, None, 10).await;
    assert_eq!(none.unwrap().rows, []);
}

/// From locked over working to unlocked, free again after it, and at its price after the
/// policy's window.
pub async fn numbers_show_what_a_click_would_cost(bench: Bench) {
    bench.on_plan("team").await;
    let ana = capture_of("ana");
    let view = bench.create(&ana, NOW).await;
    let lead = view.lead_id;
    let mobile = view.mobile.unwrap();
    assert_eq!((mobile.state, mobile.price), (MobileState::Locked, 1_000));
    assert_eq!(mobile.price_text, "1 premium credit");
    assert_eq!(
        (mobile.pools, mobile.operation_id),
        (vec!["premium".to_owned()], None)
    );

    let member = owner(&bench).await;
    let request = Store::unlock_request(Uuid::now_v7(), member, lead);
    let ticket = work(begin(&bench, &request, NOW).await);
    let mobile = shown(&bench, ana.operation_id, lead, NOW).await;
    assert_eq!(
        (mobile.state, mobile.operation_id),
        (MobileState::Working, Some(request.id))
    );
    // Given back: a click takes it up again.
    bench
        .store
        .abandon_action(&ticket, &bench.pricing, NOW)
        .await
        .unwrap();
    let mobile = shown(&bench, ana.operation_id, lead, NOW).await;
    assert_eq!(
        (mobile.state, mobile.operation_id, mobile.price),
        (MobileState::Paused, Some(request.id), 1_000)
    );
    let ticket = work(begin(&bench, &request, NOW + 1).await);
    finish(&bench, &ticket, &ActionEnd::Phones(Vec::new()), NOW + 1).await;
    let mobile = shown(&bench, ana.operation_id, lead, NOW + 1).await;
    assert_eq!((mobile.state, mobile.price), (MobileState::NotFound, 1_000));

    let request = Store::unlock_request(Uuid::now_v7(), member, lead);
    let ticket = work(begin(&bench, &request, NOW + MINUTE).await);
    let phones = ActionEnd::Phones(vec![FoundPhone {
        number: "+49 151 5550 200".to_owned(),
        kind: "mobile".to_owned(),
        provider: "book".to_owned(),
    }]);
    finish(&bench, &ticket, &phones, NOW + MINUTE).await;
    let mobile = shown(&bench, ana.operation_id, lead, NOW + MINUTE).await;
    assert_eq!((mobile.state, mobile.price), (MobileState::Unlocked, 0));
    assert_eq!(mobile.price_text, "Free");
    assert_eq!(mobile.phones[0].number, "+49 151 5550 200");
    // It stays unlocked when the window is over.
    let mobile = shown(&bench, ana.operation_id, lead, NOW + 400 * DAY).await;
    assert_eq!(mobile.state, MobileState::Unlocked);
    let company = {
        let mut request = capture_of("acme");
        request.lead.kind = lode_core::lead::LeadKind::Company;
        bench.create(&request, NOW).await
    };
    assert_eq!(company.mobile, None);
}

/// What capture, list and lead say: the same.
async fn shown(bench: &Bench, capture: Uuid, lead: Uuid, now: i64) -> MobileView {
    let (store, viewer) = (&bench.store, bench.viewer());
    let view = bench.view(capture, now).await.mobile.unwrap();
    let changes = store.changes(&viewer, 0, 100, now).await.unwrap();
    let listed = changes
        .captures
        .into_iter()
        .find(|view| view.operation_id == capture);
    assert_eq!(listed.unwrap().mobile.as_ref(), Some(&view));
    let (lead, _) = store.lead(&viewer, lead, now).await.unwrap().unwrap();
    assert_eq!(lead.mobile.as_ref(), Some(&view));
    view
}
