//! States of invented people for the tests.

use lode_core::api::{
    CaptureState, Credits, EmailView, GrantUse, MobileState, MobileView, PhoneView, Receipt,
};
use lode_core::email::EmailStatus;
use lode_core::lead::{Lead, LeadKind, Position};
use lode_core::page::PageInfo;
use lode_core::protocol::{
    AccountSummary, CaptureCard, CardState, Connection, LeadRow, Operation, Settings, TabView,
    UiState,
};
use uuid::Uuid;

use crate::answers::standing::Standing;

pub(crate) const CLOCK: crate::view::time::Clock = crate::view::time::Clock {
    now: NOW,
    offset_minutes: |_| 0,
};

/// 2026-11-23 15:00:00 UTC.
pub(crate) const NOW: i64 = 1_795_446_000_000;

pub(crate) fn lead() -> Lead {
    let mut lead = Lead::new(LeadKind::Person);
    lead.full_name = Some("Ilse Varga-Brandt".to_owned());
    lead.first_name = Some("Ilse".to_owned());
    lead.middle_name = Some("M.".to_owned());
    lead.last_name = Some("Varga-Brandt".to_owned());
    lead.headline = Some("Head of Drilling at Kestrel Ore".to_owned());
    lead.title = Some("Head of Drilling".to_owned());
    lead.company = Some("Kestrel Ore".to_owned());
    lead.company_url = Some("https://www.linkedin.com/company/kestrel-ore".to_owned());
    lead.company_domain = Some("kestrel-ore.example".to_owned());
    lead.location = Some("Kiruna, Sweden".to_owned());
    lead.industry = Some("Mining".to_owned());
    lead.profile_url = Some("https://www.linkedin.com/in/ilse-varga-brandt".to_owned());
    lead.website = Some("https://kestrel-ore.example".to_owned());
    lead.other_positions = vec![Position {
        title: Some("Board member".to_owned()),
        company: Some("Northern Core Archive".to_owned()),
        company_url: None,
    }];
    lead
}

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// `GET /v1/credits` under Lode's own policy, a month before its reset.
pub(crate) const STANDING: &str = r#"{
    "credits": {
        "pools": [
            {"pool": "standard", "name": "credits", "available": 9000, "held": 1000,
             "purchased": 0, "plan_limit": 10000},
            {"pool": "premium", "name": "premium credits", "available": 22000, "held": 0,
             "purchased": 20000, "plan_limit": 5000}
        ],
        "plan": "free", "resets_at": 1796137200000
    },
    "next_plan": null,
    "capacity": {"used": 12, "limit": 500},
    "actions": {
        "find": {"pools": ["standard"], "prices": {"otherwise": 0, "verified": 1000},
                 "most": 1000, "spendable": 9000, "affordable": true},
        "mobile_find": {"pools": ["premium"],
                 "prices": {"found": 5000, "main_line": 0, "not_found": 0},
                 "most": 5000, "spendable": 22000, "affordable": true}
    },
    "price_version": "lode-1", "exhausted": "pause",
    "auto_unlock": {"action": "mobile_find", "mode": "member", "choice": true, "active": true,
                    "daily_cap": 25, "used_today": 3, "minimum_quality": 0},
    "caller": {"member_id": "00000000-0000-4000-8000-000000000001", "role": "admin",
               "may": ["settings", "buy"]}
}"#;

/// `GET /v1/providers`.
pub(crate) const PROVIDERS: &str = r#"{"order": null, "providers": [
    {"provider": "apollo", "daily_limit": 50000, "spent_today": 0, "credit_price": 50000,
     "second_opinion": false, "second_opinion_price": null,
     "record": {"asked": 0, "found": 0, "verified": 0},
     "trouble": null, "resting_until": null, "updated_at": 1795446000000},
    {"provider": "hunter", "daily_limit": 50000, "spent_today": 500, "credit_price": 34000,
     "second_opinion": true, "second_opinion_price": 500,
     "record": {"asked": 3, "found": 2, "verified": 2},
     "trouble": null, "resting_until": null, "updated_at": 1795446000000},
    {"provider": "leadmagic", "daily_limit": 999, "spent_today": 0, "credit_price": 50000,
     "second_opinion": false, "second_opinion_price": 1000,
     "record": {"asked": 0, "found": 0, "verified": 0},
     "trouble": null, "resting_until": null, "updated_at": 1795446000000}
]}"#;

/// The answer to an unlock that found a number.
pub(crate) const UNLOCKED: &str = r#"{
    "state": "done",
    "receipt": {"outcome": "found", "charged": 5000, "line": "5 premium credits: found"},
    "phones": [{"number": "+49 151 5550 200", "kind": "mobile", "provider": "leadmagic",
                "found_at": 1}]
}"#;

/// `GET /v1/receipts`.
pub(crate) const RECEIPTS: &str = r#"{"receipts": [
    {"operation_id": "00000000-0000-4000-8000-000000000007", "action": "mobile_find",
     "state": "done", "outcome": "found", "reason": null, "automatic": true, "member_id": "m2",
     "lead_id": "00000000-0000-0000-0000-000000000002", "subject": "Ilse Varga-Brandt",
     "charged": 5000, "pools": {"premium": 5000}, "refunded": 0,
     "line": "5 premium credits: found", "at": 1795446000000, "updated_at": 1795446000000},
    {"operation_id": "00000000-0000-4000-8000-000000000001", "action": "find",
     "state": "done", "outcome": "verified", "reason": null, "automatic": false,
     "member_id": "m1", "lead_id": null, "subject": "Ilse Varga-Brandt", "charged": 1000,
     "pools": {"standard": 1000}, "refunded": 0, "line": "1 credit: verified",
     "at": 1795445900000, "updated_at": 1795446000000},
    {"operation_id": "00000000-0000-4000-8000-000000000003", "action": "find",
     "state": "paused", "outcome": null, "reason": "out_of_credits", "automatic": false,
     "member_id": "m1", "lead_id": null, "subject": "Tobias Okonjo", "charged": 0, "pools": {},
     "refunded": 0, "line": null, "at": 1795440000000, "updated_at": 1795446000000},
    {"operation_id": "00000000-0000-4000-8000-000000000004", "action": "find",
     "state": "refunded", "outcome": "verified", "reason": null, "automatic": false,
     "member_id": "m1", "lead_id": null, "subject": "Maren Lysgaard", "charged": 1000,
     "pools": {"standard": 1000}, "refunded": 1000, "line": "1 credit: verified",
     "at": 1795430000000, "updated_at": 1795446000000}
], "next": "5.7"}"#;

/// `GET /v1/receipts/{operation_id}`.
pub(crate) const RECEIPT: &str = r##"{
    "operation_id": "00000000-0000-4000-8000-000000000007", "action": "mobile_find",
    "outcome": "found", "charged": 5000, "price_version": "lode-1", "rule": "mobile_find.found",
    "line": "5 premium credits: found", "settled_at": 1795446000000,
    "grants": [{"grant_id": "g1", "kind": "purchased", "amount": 5000}],
    "provider_calls": [{"provider": "leadmagic", "purpose": "mobile", "outcome": "found",
                        "error": null, "verdict": null, "cost": 5000, "asked_at": 1}],
    "refunded": 0, "pools": {"premium": 5000}, "entries": [12, 15],
    "evidence": {"request": {"datum": "mobile"}, "result": {"sure": true, "part": 0.5,
                 "phones": [{"number": "+49 151 5550 200", "found_at": 1795446000000}]}}
}"##;

/// `GET /v1/members`.
pub(crate) const MEMBERS: &str = r#"{"me": "m1", "members": [
    {"id": "m1", "name": "Owner", "role": "admin", "caps": {}, "used": {"standard": 3000}},
    {"id": "m2", "name": "Bea", "role": "user", "caps": {"premium": 10000}, "used": {}}
], "invitations": []}"#;

/// An unlock of the sample lead; status 0: not answered yet.
pub(crate) fn operation(status: u16, answer: &str) -> Operation {
    Operation {
        operation_id: id(7),
        lead_id: Some(id(2)),
        call: "unlocks".to_owned(),
        status,
        answer: answer.to_owned(),
        not_before: 0,
    }
}

pub(crate) fn standing() -> Standing {
    Standing::read(STANDING).unwrap()
}

pub(crate) fn page(site: &str, kind: &str) -> PageInfo {
    PageInfo {
        site: site.to_owned(),
        kind: kind.to_owned(),
        layout: Some("sdui".to_owned()),
    }
}

pub(crate) fn email(status: EmailStatus, score: u8, reasons: &[&str]) -> EmailView {
    EmailView {
        address: "ilse.varga-brandt@kestrel-ore.example".to_owned(),
        status,
        score,
        reasons: reasons.iter().map(|r| (*r).to_owned()).collect(),
        checked_at: NOW - 30_000,
        domain_confidence: None,
    }
}

pub(crate) fn card(state: CardState) -> CaptureCard {
    CaptureCard {
        operation_id: id(1),
        lead_id: Some(id(2)),
        state,
        lead: lead(),
        email: None,
        reason: None,
        receipt: None,
        mobile: None,
        error: None,
        captured_at: NOW - 40_000,
    }
}

pub(crate) fn mobile(state: MobileState) -> MobileView {
    let unlocked = state == MobileState::Unlocked;
    let phone = |number: &str, kind: &str| PhoneView {
        number: number.to_owned(),
        kind: kind.to_owned(),
        provider: "leadmagic".to_owned(),
        found_at: NOW - 5_000,
    };
    MobileView {
        state,
        price: if unlocked { 0 } else { 5_000 },
        price_text: if unlocked {
            "Free".to_owned()
        } else {
            "5 premium credits".to_owned()
        },
        pools: vec!["premium".to_owned()],
        operation_id: matches!(state, MobileState::Working | MobileState::Paused).then(|| id(9)),
        phones: if unlocked {
            vec![
                phone("+49 151 5550 200", "mobile"),
                phone("+49 30 5550 100", "main_line"),
            ]
        } else {
            Vec::new()
        },
    }
}

pub(crate) fn found_card() -> CaptureCard {
    CaptureCard {
        email: Some(email(
            EmailStatus::Verified,
            100,
            &["accepted_and_decoys_refused"],
        )),
        reason: Some("none".to_owned()),
        receipt: Some(Receipt {
            operation_id: id(1),
            action: "find".to_owned(),
            outcome: "verified".to_owned(),
            charged: 1000,
            price_version: "1".to_owned(),
            rule: "find.verified".to_owned(),
            line: "1 credit: verified; repeat within 365 days is free".to_owned(),
            grants: vec![GrantUse {
                grant_id: "g1".to_owned(),
                kind: "plan".to_owned(),
                amount: 1000,
            }],
            settled_at: NOW - 20_000,
        }),
        mobile: Some(mobile(MobileState::Locked)),
        error: Some("late".to_owned()),
        ..card(CardState::Sent(CaptureState::Found))
    }
}

pub(crate) fn ready(leads: Vec<LeadRow>) -> TabView {
    TabView::Ready {
        page: page("linkedin", "profile"),
        leads,
        anonymous: 2,
    }
}

pub(crate) fn row(captured: Option<Uuid>) -> LeadRow {
    LeadRow {
        lead: lead(),
        captured,
    }
}

pub(crate) fn connections() -> Vec<Connection> {
    vec![
        Connection::NotPaired,
        Connection::Connecting,
        Connection::Online,
        Connection::Unreachable {
            next_try: Some(NOW + 12_000),
            detail: "connection refused".to_owned(),
        },
        Connection::Unreachable {
            next_try: None,
            detail: String::new(),
        },
        Connection::Unauthorized,
    ]
}

pub(crate) fn tabs() -> Vec<TabView> {
    vec![
        TabView::Unsupported,
        TabView::Reading,
        TabView::NoLead {
            page: page("linkedin", "login_wall"),
            message: "Sign in first.".to_owned(),
        },
        ready(vec![row(None), row(Some(id(1)))]),
        TabView::NeedsReload,
        TabView::Failed {
            message: "The page is too large.".to_owned(),
        },
    ]
}

pub(crate) fn full_state() -> UiState {
    UiState {
        connection: Connection::Online,
        server: Some("http://127.0.0.1:7317".to_owned()),
        account: Some(AccountSummary {
            name: "Own account".to_owned(),
            plan: "Free".to_owned(),
            probing: true,
        }),
        credits: Some(Credits {
            available: 9_000,
            held: 1_000,
            plan_limit: 10_000,
            resets_at: Some(NOW + 8 * 86_400_000),
        }),
        standing: Some(STANDING.to_owned()),
        operations: vec![operation(201, UNLOCKED)],
        tab: ready(vec![row(Some(id(1)))]),
        current: Some(found_card()),
        recent: vec![found_card(), card(CardState::Unsent)],
        unsent: 1,
        settings: Settings { show_button: false },
        rules: Some("Newer page rules were refused.".to_owned()),
        health: [("linkedin company".to_owned(), "117 of 120".to_owned())].into(),
        changed: true,
    }
}
