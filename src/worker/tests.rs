use super::samples::{CREDITS, lead, page, pairing, view};
use super::*;
use crate::api::CaptureState;
use crate::protocol::{Connection, TabView};

fn ids() -> impl FnMut() -> Uuid {
    let mut next = 1_000_u128;
    move || {
        next += 1;
        Uuid::from_u128(next)
    }
}

fn click<'a>(n: u128, parsed: &'a ParsedPage) -> CaptureClick<'a> {
    CaptureClick {
        click_id: Uuid::from_u128(n),
        url: "https://www.linkedin.com/in/nadia-ferrum-1/?trk=x#y",
        parsed,
        shown: None,
        now: 10,
    }
}

fn paired() -> Worker {
    let mut worker = Worker::default();
    worker.paired("http://127.0.0.1:7317".into(), pairing());
    worker
}

#[test]
fn a_click_is_stored_with_its_id_before_anything_is_sent() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    assert_eq!((done.new, done.operations.len()), (1, 1));
    // What a killed worker finds again:
    let kept = serde_json::to_string(worker.stored()).unwrap();
    let woken = Worker::new(serde_json::from_str(&kept).unwrap());
    let due = woken.due(10).unwrap();
    assert_eq!(due.operation_id, done.operations[0]);
    assert_eq!(due.page_url, "https://www.linkedin.com/in/nadia-ferrum-1/");
    assert_eq!(woken.badge().text, "…");
}

#[test]
fn the_same_click_and_a_second_click_under_way_are_one_capture() {
    let mut worker = paired();
    let parsed = page(vec![lead(1)]);
    let mut ids = ids();
    let first = worker.capture(click(1, &parsed), &mut ids).unwrap();
    let same = worker.capture(click(1, &parsed), &mut ids).unwrap();
    let second = worker.capture(click(2, &parsed), &mut ids).unwrap();
    assert_eq!(first.operations, same.operations);
    assert_eq!(first.operations, second.operations);
    assert_eq!((same.new, second.new, worker.outbox().len()), (0, 0, 1));

    // Once it has ended, a click is a capture of its own.
    let id = first.operations[0];
    worker.sent(id, Ok(view(id, 1, CaptureState::Found, lead(1))), 20, 0.0);
    let third = worker.capture(click(3, &parsed), &mut ids).unwrap();
    assert_ne!(third.operations, first.operations);
}

#[test]
fn chosen_leads_only() {
    let mut worker = paired();
    let parsed = page(vec![lead(1), lead(2), lead(3)]);
    let mut chosen = click(1, &parsed);
    let shown = [1, 3].map(|n| lead(n).identity().unwrap());
    chosen.shown = Some(&shown);
    let done = worker.capture(chosen, &mut ids()).unwrap();
    assert_eq!(done.new, 2);
    let names: Vec<_> = worker
        .outbox()
        .iter()
        .map(|e| e.request.lead.clone())
        .collect();
    assert_eq!(names, [lead(1), lead(3)]);
}

#[test]
fn nobody_is_captured_in_place_of_whom_the_user_saw() {
    let mut worker = paired();
    let shown = [1, 2].map(|n| lead(n).identity().unwrap());
    // A row has come in above, and the second is gone.
    let parsed = page(vec![lead(9), lead(1)]);
    let mut chosen = click(1, &parsed);
    chosen.shown = Some(&shown);
    let refusal = worker.capture(chosen, &mut ids()).unwrap_err();
    assert_eq!(refusal, CaptureRefusal::Changed);
    assert!(worker.outbox().is_empty());
    // Those who are still there are found wherever they stand now.
    chosen.shown = shown.get(..1);
    let done = worker.capture(chosen, &mut ids()).unwrap();
    assert_eq!(done.new, 1);
    assert_eq!(
        worker.due(10).map(|request| request.lead.clone()),
        Some(lead(1))
    );
}

#[test]
fn nothing_to_capture_says_why() {
    let mut worker = paired();
    let wall = ParsedPage::empty("linkedin", "login_wall", None);
    let refusal = worker.capture(click(1, &wall), &mut ids()).unwrap_err();
    assert!(refusal.to_string().contains("Sign in"));
    assert!(worker.outbox().is_empty());
}

#[test]
fn an_answer_ends_the_capture_and_brings_the_credits() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    let id = done.operations[0];
    worker.sent(id, Ok(view(id, 3, CaptureState::Queued, lead(1))), 20, 0.0);
    assert!(worker.outbox().is_empty());
    assert_eq!(worker.wants_changes(25), Some(0));
    let changes = CaptureChanges {
        captures: vec![view(id, 4, CaptureState::Found, lead(1))],
        next: 4,
        credits: CREDITS,
    };
    assert_eq!(worker.changed(Ok(changes), 30, 0.0), 0);
    assert_eq!(worker.wants_changes(30), None);
    assert_eq!(worker.next_wake(30), None);
    assert_eq!(worker.badge().text, "✓");
    let tab = worker.tab_view(&page(vec![lead(1)]));
    let state = worker.ui_state(tab);
    assert_eq!(state.credits, Some(CREDITS));
    assert_eq!(
        state.current.unwrap().state,
        CardState::Sent(CaptureState::Found)
    );
}

#[test]
fn an_unreachable_server_loses_nothing_and_is_tried_again() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    let id = done.operations[0];
    worker.sent(
        id,
        Err(CallError::Unreachable("no answer".into())),
        1_000,
        1.0,
    );
    assert_eq!(worker.due(1_000), None);
    assert_eq!(worker.next_wake(1_000), Some(2_000));
    assert_eq!(worker.badge().text, "1");
    assert!(matches!(
        worker.ui_state(TabView::Unsupported).connection,
        Connection::Unreachable {
            next_try: Some(2_000),
            ..
        }
    ));
    worker.hurry();
    assert_eq!(worker.due(1_000).unwrap().operation_id, id);
}

#[test]
fn a_server_in_trouble_is_left_alone_until_its_next_try() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    let id = done.operations[0];
    worker.sent(id, Ok(view(id, 3, CaptureState::Working, lead(1))), 20, 0.0);
    let gone = CallError::Unreachable("no answer".into());
    let pause = worker.changed(Err(gone.clone()), 1_000, 1.0);
    assert_eq!((pause, worker.next_try()), (1_000, Some(2_000)));
    assert_eq!(
        (worker.wants_changes(1_999), worker.may_call(1_999)),
        (None, false)
    );
    assert_eq!(worker.next_wake(1_500), Some(2_000));
    assert_eq!(worker.wants_changes(2_000), Some(0));
    assert_eq!(worker.changed(Err(gone), 2_000, 1.0), 2_000);
    worker.hurry();
    assert!(worker.may_call(2_001));
}

#[test]
fn a_refused_capture_is_kept_for_another_try() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    let id = done.operations[0];
    let refused = CallError::Refused {
        code: "invalid_input".into(),
        detail: "Too long.".into(),
    };
    worker.sent(id, Err(refused), 20, 0.0);
    let card = worker.card(id).unwrap();
    assert_eq!(
        (card.state, card.error.as_deref()),
        (CardState::Refused, Some("Too long."))
    );
    assert_eq!(worker.next_wake(20), None);
    assert_eq!(worker.retry_refused(id), Ok(true));
    assert_eq!(worker.due(20).unwrap().operation_id, id);
    assert_eq!(worker.retry_refused(id), Ok(false));
}

#[test]
fn a_revoked_token_stops_the_sending_until_paired_again() {
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    worker.sent(done.operations[0], Err(CallError::Unauthorized), 20, 0.0);
    assert_eq!(worker.due(20), None);
    assert_eq!(
        worker.ui_state(TabView::Unsupported).connection,
        Connection::Unauthorized
    );
    worker.paired("http://127.0.0.1:7317".into(), pairing());
    assert_eq!(worker.due(20).unwrap().operation_id, done.operations[0]);
}

#[test]
fn unpaired_captures_wait_for_a_server() {
    let mut worker = Worker::default();
    worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    assert_eq!((worker.due(20), worker.next_wake(20)), (None, None));
    assert_eq!(worker.ui_state(TabView::Unsupported).unsent, 1);
    worker.paired("http://127.0.0.1:7317".into(), pairing());
    assert!(worker.due(20).is_some());
}

#[test]
fn old_cards_go_but_never_unsent_ones() {
    let mut worker = Worker::default();
    let mut ids = ids();
    for n in 0..(CARDS_MAX as u128 + 20) {
        worker
            .capture(click(n, &page(vec![lead(n)])), &mut ids)
            .unwrap();
    }
    assert_eq!(worker.stored().cards.len(), CARDS_MAX + 20);
}

#[test]
fn whoever_was_captured_stays_marked_when_the_capture_is_no_longer_kept() {
    let mut worker = paired();
    let mut ids = ids();
    for n in 0..(CARDS_MAX as u128 + 1) {
        let done = worker
            .capture(click(n, &page(vec![lead(n)])), &mut ids)
            .unwrap();
        let id = done.operations[0];
        worker.sent(id, Ok(view(id, 1, CaptureState::Found, lead(n))), 20, 0.0);
    }
    let mut seen = page(vec![lead(0), lead(1), lead(9_999)]);
    seen.anonymous_rows = 4;
    let TabView::Ready {
        leads, anonymous, ..
    } = worker.tab_view(&seen)
    else {
        panic!("leads")
    };
    let known: Vec<_> = leads.iter().map(|row| row.captured).collect();
    assert_eq!(known[0], Some(Uuid::nil()));
    assert!(known[1].is_some_and(|id| !id.is_nil()) && known[2].is_none());
    assert_eq!(anonymous, 4);
}

#[test]
fn what_an_older_version_stored_still_reads() {
    let stored: Stored = serde_json::from_str(r#"{"cursor":7,"settings":{}}"#).unwrap();
    assert_eq!((stored.cursor, stored.settings.show_button), (7, true));
}

/// What is stored goes through JavaScript's numbers and back.
#[test]
fn what_is_stored_survives_javascript_numbers() {
    fn check(value: &serde_json::Value) {
        match value {
            serde_json::Value::Number(n) => {
                let whole = n.as_i64().unwrap();
                assert!(whole.abs() < 1 << 53, "{whole}");
            }
            serde_json::Value::Array(all) => all.iter().for_each(check),
            serde_json::Value::Object(all) => all.values().for_each(check),
            _ => {}
        }
    }
    let mut worker = paired();
    let done = worker
        .capture(click(1, &page(vec![lead(1)])), &mut ids())
        .unwrap();
    check(&serde_json::to_value(worker.stored()).unwrap());
    worker.sent(
        done.operations[0],
        Err(CallError::Unreachable("no".into())),
        9,
        0.5,
    );
    worker.hurry();
    check(&serde_json::to_value(worker.stored()).unwrap());
}

#[test]
fn a_fall_of_the_health_figure_is_told_for_the_page_in_view() {
    let mut worker = paired();
    let expected = ["full_name", "title"].map(str::to_owned);
    let mut whole = page(vec![lead(1)]);
    whole.leads[0].title = Some("Analyst".to_owned());
    let without = page(vec![lead(1)]);
    let changed = |worker: &Worker| worker.ui_state(worker.tab_view(&without)).changed;
    for _ in 0..6 {
        worker.record_health(&expected, &whole);
    }
    for _ in 0..4 {
        assert!(!changed(&worker));
        worker.record_health(&expected, &without);
    }
    assert!(changed(&worker));
    let state = worker.ui_state(TabView::Unsupported);
    assert!(!state.changed);
    // A page that is not recognised: said when it is no chance.
    let loading = ParsedPage::empty("linkedin", "loading", None);
    for look in 1..=3 {
        worker.saw(&loading);
        let state = worker.ui_state(worker.tab_view(&loading));
        assert_eq!(state.changed, look == 3);
    }
    let figure = state.health.get("linkedin profile").unwrap();
    assert!(figure.starts_with("16 of 20 expected fields"), "{figure}");
    // Nothing of the person is kept for it.
    let kept = serde_json::to_string(&worker.stored().health).unwrap();
    assert!(!kept.contains("Nadia"), "{kept}");
}
