//! Each type held against serde's own reading: as it is written, and with every member in
//! turn missing, null, or of another type.

use std::fmt::Debug;

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::api::{
    AccountView, CaptureChanges, CaptureRequest, CaptureState, CaptureView, Credits, EmailView,
    FieldError, GrantUse, Health, MobileState, MobileView, PairingResponse, PhoneView, Problem,
    Receipt, RuleVersions,
};
use crate::email::EmailStatus;
use crate::health;
use crate::lead::{Lead, LeadKind, Position};
use crate::outbox::Outbox;
use crate::page::{Note, PageInfo, ParsedPage, SearchResult};
use crate::protocol::{
    AccountSummary, CaptureCard, CardState, Connection, LeadRow, Operation, Settings, TabView,
    UiReply, UiState,
};
use crate::worker::{Click, Marks, Pairing, RulesAsked, Stored, Trouble};

/// Where the members and items of a value are, as JSON pointers, the value itself first.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    into.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                pointers(member, &format!("{at}/{name}"), into);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                pointers(item, &format!("{at}/{n}"), into);
            }
        }
        _ => {}
    }
}

fn agree<T: Decode + DeserializeOwned + PartialEq + Debug>(value: &Value, what: &str) -> bool {
    let by_hand = T::decode(value).ok();
    let by_serde = serde_json::from_value::<T>(value.clone()).ok();
    assert_eq!(by_hand, by_serde, "{what}: {value}");
    by_hand.is_some()
}

/// Checks a type by a sample; returns how many variations were read, and how many refused.
fn check<T>(sample: &T) -> (usize, usize)
where
    T: Decode + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let text = serde_json::to_string(sample).unwrap();
    assert_eq!(from_json::<T>(&text).as_ref(), Ok(sample));
    let whole: Value = serde_json::from_str(&text).unwrap();
    let mut places = Vec::new();
    pointers(&whole, "", &mut places);
    let (mut read, mut refused) = (0, 0);
    let mut tally = |ok| if ok { read += 1 } else { refused += 1 };
    for place in places {
        let mut others = vec![
            json!(null),
            json!(true),
            json!(-1),
            json!(300),
            json!(1.5),
            json!(u64::MAX),
            json!("word"),
            json!(""),
            json!({ "not_known": null }),
        ];
        // A struct as an array is the one thing that serde reads and nothing writes.
        if !whole.pointer(&place).unwrap().is_object() {
            others.extend([json!([]), json!([null]), json!(["word"])]);
        }
        for other in others {
            let mut changed = whole.clone();
            *changed.pointer_mut(&place).unwrap() = other;
            tally(agree::<T>(&changed, &place));
        }
        let mut more = whole.clone();
        if let Some(Value::Object(members)) = more.pointer_mut(&place) {
            members.insert("not_known".to_owned(), json!([1, { "a": 2.5 }]));
            tally(agree::<T>(&more, &place));
        }
        if let Some((parent, name)) = place.rsplit_once('/') {
            let mut less = whole.clone();
            if let Some(Value::Object(members)) = less.pointer_mut(parent) {
                members.remove(name);
                tally(agree::<T>(&less, &place));
            }
        }
    }
    (read, refused)
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn lead() -> Lead {
    Lead {
        kind: LeadKind::Person,
        full_name: some("Ilse M. Varga-Brandt"),
        first_name: some("Ilse"),
        middle_name: some("M."),
        last_name: some("Varga-Brandt"),
        headline: some("Head of Drilling at Kestrel Ore"),
        title: some("Head of Drilling"),
        company: some("Kestrel Ore"),
        company_url: some("https://www.linkedin.com/company/kestrel-ore"),
        company_domain: some("kestrel-ore.example"),
        location: some("Kiruna, Sweden"),
        industry: some("Mining"),
        profile_url: some("https://www.linkedin.com/in/ilse-varga-brandt"),
        also_at: vec!["https://www.crunchbase.com/person/ilse-varga-brandt".to_owned()],
        website: some("https://kestrel-ore.example"),
        other_positions: vec![Position {
            title: some("Board member"),
            company: some("Northern Core Archive"),
            company_url: some("https://www.linkedin.com/company/northern-core"),
        }],
        provenance: [("title".to_owned(), "top_card".to_owned())].into(),
    }
}

fn page() -> PageInfo {
    PageInfo {
        site: "linkedin".to_owned(),
        kind: "profile".to_owned(),
        layout: some("sdui"),
    }
}

fn parsed() -> ParsedPage {
    ParsedPage {
        page: page(),
        leads: vec![lead()],
        notes: vec![Note {
            field: "title".to_owned(),
            strategy: "experience".to_owned(),
            reason: "empty".to_owned(),
        }],
        results: Some(vec![SearchResult {
            title: "Kestrel Ore".to_owned(),
            url: some("https://kestrel-ore.example"),
        }]),
        anonymous_rows: 2,
    }
}

const CREDITS: Credits = Credits {
    available: 9_000,
    held: 1_000,
    plan_limit: 10_000,
    resets_at: Some(1_795_446_000_000),
};

fn email() -> EmailView {
    EmailView {
        address: "ilse.varga-brandt@kestrel-ore.example".to_owned(),
        status: EmailStatus::Verified,
        score: 100,
        reasons: vec!["accepted_and_decoys_refused".to_owned()],
        checked_at: 1_795_446_000_000,
        domain_confidence: Some(64),
    }
}

fn receipt() -> Receipt {
    Receipt {
        operation_id: id(1),
        action: "find".to_owned(),
        outcome: "verified".to_owned(),
        charged: 1_000,
        price_version: "1".to_owned(),
        rule: "find.verified".to_owned(),
        line: "1 credit".to_owned(),
        grants: vec![GrantUse {
            grant_id: "g1".to_owned(),
            kind: "plan".to_owned(),
            amount: 1_000,
        }],
        settled_at: 1_795_446_000_000,
    }
}

fn mobile() -> MobileView {
    MobileView {
        state: MobileState::Unlocked,
        price: 0,
        price_text: "Free".to_owned(),
        pools: vec!["premium".to_owned()],
        operation_id: Some(id(9)),
        phones: vec![PhoneView {
            number: "+49 151 5550 200".to_owned(),
            kind: "mobile".to_owned(),
            provider: "book".to_owned(),
            found_at: 8,
        }],
    }
}

fn view() -> CaptureView {
    CaptureView {
        operation_id: id(1),
        lead_id: id(2),
        version: 7,
        state: CaptureState::Found,
        lead: lead(),
        email: Some(email()),
        reason: some("none"),
        receipt: Some(receipt()),
        mobile: Some(mobile()),
        captured_at: 5,
        updated_at: 6,
        credits: CREDITS,
    }
}

fn account() -> AccountView {
    AccountView {
        id: id(3),
        name: "default".to_owned(),
        plan: "free".to_owned(),
        credits: CREDITS,
        probing: true,
        mail_port_shut: true,
    }
}

fn request() -> CaptureRequest {
    CaptureRequest {
        operation_id: id(4),
        captured_at: 5,
        page_url: "https://www.linkedin.com/in/ilse-varga-brandt".to_owned(),
        page: page(),
        lead: lead(),
    }
}

fn card() -> CaptureCard {
    CaptureCard {
        operation_id: id(1),
        lead_id: Some(id(2)),
        state: CardState::Sent(CaptureState::Found),
        lead: lead(),
        email: Some(email()),
        reason: some("none"),
        receipt: Some(receipt()),
        mobile: Some(mobile()),
        error: some("late"),
        captured_at: 5,
    }
}

fn operation() -> Operation {
    Operation {
        operation_id: id(6),
        lead_id: Some(id(2)),
        call: "unlocks".to_owned(),
        status: 201,
        answer: "{}".to_owned(),
        not_before: 5,
    }
}

fn summary() -> AccountSummary {
    AccountSummary {
        name: "default".to_owned(),
        plan: "free".to_owned(),
        probing: true,
    }
}

fn ready() -> TabView {
    TabView::Ready {
        page: page(),
        leads: vec![LeadRow {
            lead: lead(),
            captured: Some(id(1)),
        }],
        anonymous: 3,
    }
}

fn state(connection: Connection, tab: TabView) -> UiState {
    UiState {
        connection,
        server: some("http://127.0.0.1:7317"),
        account: Some(summary()),
        credits: Some(CREDITS),
        standing: some("{}"),
        operations: vec![operation()],
        tab,
        current: Some(card()),
        recent: vec![card()],
        unsent: 1,
        settings: Settings { show_button: false },
        rules: some("Newer page rules were refused."),
        health: [("linkedin profile".to_owned(), "117 of 120".to_owned())].into(),
        changed: true,
    }
}

fn stored() -> Stored {
    let mut outbox = Outbox::default();
    outbox.push(request()).unwrap();
    Stored {
        pairing: Some(Pairing {
            server: "http://127.0.0.1:7317".to_owned(),
            token: "lode_token".to_owned(),
            device_id: id(5),
        }),
        account: Some(summary()),
        credits: Some(CREDITS),
        unauthorized: true,
        trouble: Some(Trouble {
            detail: "No answer.".to_owned(),
            next_try: Some(9),
        }),
        outbox,
        standing: some("{}"),
        operations: vec![operation()],
        cards: vec![card()],
        marks: Marks(vec![1, (1 << 53) - 1]),
        refused: vec![request()],
        cursor: 7,
        clicks: vec![Click {
            click_id: id(6),
            operations: vec![id(4)],
        }],
        rules: RulesAsked {
            next: 9,
            etag: some("\"a1\""),
            note: some("Newer page rules were refused."),
            refused: true,
        },
        health: health::Health([("linkedin profile title".to_owned(), "3 5 0".to_owned())].into()),
        settings: Settings { show_button: false },
    }
}

/// Both outcomes must come up, or the variations prove nothing.
fn varied((read, refused): (usize, usize)) {
    assert!(read > 0 && refused > 0, "{read} read, {refused} refused");
}

#[test]
fn what_is_stored_is_read_as_serde_reads_it() {
    varied(check(&stored()));
    varied(check(&Stored::default()));
    assert_eq!(from_json::<Stored>("{}"), Ok(Stored::default()));
}

#[test]
fn what_the_server_answers_is_read_as_serde_reads_it() {
    varied(check(&view()));
    varied(check(&CaptureChanges {
        captures: vec![view()],
        next: 8,
        credits: CREDITS,
    }));
    varied(check(&PairingResponse {
        token: "lode_token".to_owned(),
        device_id: id(5),
        account: account(),
    }));
    varied(check(&RuleVersions {
        schema: 1,
        sites: [("linkedin".to_owned(), 2_026_112_401)].into(),
    }));
    varied(check(&Health {
        status: "ok".to_owned(),
        version: "1".to_owned(),
        mail_port_shut: true,
    }));
    varied(check(&Problem {
        kind: "https://lode.invalid/problems/bad_code".to_owned(),
        title: "Bad code".to_owned(),
        status: 422,
        detail: "That code is used up.".to_owned(),
        code: "bad_code".to_owned(),
        errors: vec![FieldError {
            field: "/code".to_owned(),
            message: "used up".to_owned(),
        }],
    }));
}

#[test]
fn what_a_page_holds_is_read_as_serde_reads_it() {
    varied(check(&parsed()));
    varied(check(&ParsedPage::empty("google", "results", None)));
    varied(check(&Lead::new(LeadKind::Company)));
    varied(check(&vec![0_u32, 7]));
}

#[test]
fn what_the_popup_is_told_is_read_as_serde_reads_it() {
    for connection in [
        Connection::NotPaired,
        Connection::Connecting,
        Connection::Online,
        Connection::Unreachable {
            next_try: Some(9),
            detail: "No answer.".to_owned(),
        },
        Connection::Unauthorized,
    ] {
        varied(check(&state(connection, TabView::Reading)));
    }
    for tab in [
        TabView::Unsupported,
        TabView::NoLead {
            page: page(),
            message: "Sign in first.".to_owned(),
        },
        ready(),
        TabView::NeedsReload,
        TabView::Failed {
            message: "The page is too large.".to_owned(),
        },
    ] {
        varied(check(&UiReply::State {
            state: Box::new(state(Connection::Online, tab)),
        }));
    }
    varied(check(&UiReply::Answer {
        status: 200,
        body: "{}".to_owned(),
    }));
    varied(check(&UiReply::Report {
        text: "Lode page report 1".to_owned(),
    }));
    varied(check(&UiReply::Error {
        code: "bad_code".to_owned(),
        message: "That code is used up.".to_owned(),
    }));
}

#[test]
fn every_word_is_read() {
    for word in [
        "unsent",
        "refused",
        "queued",
        "working",
        "deferred",
        "found",
        "unsure",
        "not_found",
        "needs_domain",
        "out_of_credits",
        "failed",
    ] {
        assert!(agree::<CardState>(&json!(word), "card"), "{word}");
    }
    for word in [
        "deferred",
        "verified",
        "invalid",
        "accept_all",
        "full",
        "disabled",
        "role",
        "disposable",
        "blocked",
        "unknown",
        "not_found",
    ] {
        assert!(agree::<EmailStatus>(&json!(word), "address"), "{word}");
    }
}

#[test]
fn what_is_no_json_is_refused() {
    for text in ["", "{", "{}x", "nul", "[1,"] {
        assert_eq!(from_json::<Stored>(text), Err(Unreadable("json")), "{text}");
    }
}
