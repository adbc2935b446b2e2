//! Priced actions beyond the statements: once for an operation id whatever happens, refunds,
//! unlocks with captures, sources that are not there, bad input.

use std::sync::atomic::Ordering;

use futures::future::join_all;
use lode_core::api::CaptureState;
use lode_server::phones::{PhoneKind, Preview};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::person;
use crate::team::{Team, charge, charged, pool_of, usage};

const MOBILE: (&str, PhoneKind) = ("+49 151 5550 200", PhoneKind::Mobile);

/// One verification, sent 32 times at once: asked once, charged once, answered alike.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_identical_is_charged() {
    let team = Team::on("lode").await;
    let body = json!({ "operation_id": Uuid::now_v7(), "address": "ana.example@works.test" });
    let post = || team.send(&team.bench.token, Method::POST, "/v1/verifications", &body);
    let (mut created, mut done) = (0, 0);
    for response in join_all((0..32).map(|_| post())).await {
        match response.status() {
            StatusCode::CREATED => created += 1,
            StatusCode::OK => done += 1,
            StatusCode::CONFLICT => {
                assert!(response.headers().contains_key("retry-after"));
                let problem: Value = response.json().await.unwrap();
                assert_eq!(problem["code"], "operation_in_progress");
            }
            status => panic!("{status}"),
        }
    }
    assert_eq!(created, 1, "and {done} as repeats");
    let again: Value = post().await.json().await.unwrap();
    assert_eq!((charged(&again), team.left("standard").await), (1000, 9));
    // Another body under the same id is another thing.
    let mut other = body.clone();
    other["address"] = json!("bob.example@works.test");
    let refused = team.refused("/v1/verifications", other).await;
    assert_eq!(refused, (409, "operation_conflict".to_owned()));
    team.check().await;
}

/// So many at once as there is credit for, and not one more.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_reports_exactly_those_that_fit_are_charged() {
    let team = Team::on("lode").await;
    let bodies: Vec<Value> = (0..64)
        .map(|i| usage("profile_enrichment", &format!("p-{i}"), "found", 1))
        .collect();
    let token = &team.bench.token;
    let sent = bodies
        .iter()
        .map(|b| team.send(token, Method::POST, "/v1/usage", b));
    let mut counts = std::collections::BTreeMap::new();
    for response in join_all(sent).await {
        *counts.entry(response.status().as_u16()).or_insert(0) += 1;
    }
    assert_eq!(counts, [(201, 10), (402, 54)].into());
    assert_eq!(team.left("standard").await, 0);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hard_bounce_gives_the_charge_back_once() {
    let team = Team::on("lode").await;
    let view = team.capture("Ana Example", "works.test").await;
    assert_eq!((charge(&view), team.left("standard").await), (1000, 9));
    let bounce = |outcome: &str| {
        json!({ "operation_id": Uuid::now_v7(), "address": "Ana.Example@works.test",
                "outcome": outcome, "at": team.now() })
    };
    let kept = team.post("/v1/outcomes", bounce("delivered")).await;
    assert_eq!(
        (&kept["refunded"], &kept["score"]),
        (&json!(0), &json!(100))
    );
    let kept = team.post("/v1/outcomes", bounce("soft_bounce")).await;
    assert_eq!(kept["refunded"], json!(0));
    let hard = bounce("hard_bounce");
    let kept = team.post("/v1/outcomes", hard.clone()).await;
    assert_eq!(
        (&kept["refunded"], &kept["status"]),
        (&json!(1000), &json!("verified"))
    );
    // The same report again, and a second one of the same bounce.
    assert_eq!(
        team.post("/v1/outcomes", hard).await["refunded"],
        json!(1000)
    );
    let second = team.post("/v1/outcomes", bounce("hard_bounce")).await;
    assert_eq!(second["refunded"], json!(0));
    assert_eq!(team.left("standard").await, 10);
    let receipt = team
        .get(&format!("/v1/receipts/{}", view.operation_id))
        .await;
    assert_eq!(
        (&receipt["charged"], &receipt["refunded"]),
        (&json!(1000), &json!(1000))
    );
    let shown = team.get(&format!("/v1/leads/{}", view.lead_id)).await;
    assert_eq!(
        (&shown["email"]["status"], &shown["email"]["score"]),
        (&json!("invalid"), &json!(0))
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bounce_after_the_policys_days_is_kept_and_nothing_given_back() {
    let team = Team::on("lode").await;
    team.capture("Ana Example", "works.test").await;
    team.until(team.now() + 31 * 86_400_000);
    let left = team.left("standard").await;
    let bounce = json!({ "operation_id": Uuid::now_v7(), "address": "ana.example@works.test",
                         "outcome": "hard_bounce", "at": team.now() });
    assert_eq!(
        team.post("/v1/outcomes", bounce).await["refunded"],
        json!(0)
    );
    assert_eq!(team.left("standard").await, left);
    team.check().await;
}

/// A verdict that there is no mailbox was right when it was charged: asking again, or a
/// bounce, gives nothing back. (What was sold as good and turns out invalid does come back;
/// the store's cases show it, since no mailbox of the bed can go away.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_verdict_stays_charged() {
    let team = Team::on("lode").await;
    let first = team.verify("gone.example@works.test").await;
    assert_eq!(
        first,
        (1000, "invalid".to_owned()),
        "a definite verdict costs"
    );
    let second = team.verify("gone.example@works.test").await;
    assert_eq!(second, (0, "invalid".to_owned()));
    let bounce = json!({ "operation_id": Uuid::now_v7(), "address": "gone.example@works.test",
                         "outcome": "hard_bounce", "at": team.now() });
    assert_eq!(
        team.post("/v1/outcomes", bounce).await["refunded"],
        json!(0)
    );
    assert_eq!(team.left("standard").await, 9);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_source_nothing_is_charged_and_it_is_said() {
    let team = Team::start("lode", false, |_| {}).await;
    team.subscribe("team").await;
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    for path in ["/v1/unlocks", "/v1/previews"] {
        let body = json!({ "operation_id": Uuid::now_v7(), "lead_id": ana, "datum": "mobile" });
        let refused = team.refused(path, body).await;
        assert_eq!(refused, (409, "source_not_configured".to_owned()), "{path}");
    }
    assert_eq!(team.left("premium").await, 50);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_away_charges_nothing_and_may_be_asked_again() {
    let team = Team::on_plan("lode", "team").await;
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    team.book.away.store(true, Ordering::SeqCst);
    let body = json!({ "operation_id": Uuid::now_v7(), "lead_id": ana });
    let refused = team.refused("/v1/unlocks", body.clone()).await;
    assert_eq!(refused, (503, "source_unavailable".to_owned()));
    let standing = team.standing().await;
    let pool = pool_of(&standing["credits"], "premium").clone();
    assert_eq!(
        (&pool["available"], &pool["held"]),
        (&json!(50_000), &json!(0))
    );
    team.book.away.store(false, Ordering::SeqCst);
    let done = team.post("/v1/unlocks", body).await;
    assert_eq!((charged(&done), team.left("premium").await), (1000, 49));
    team.check().await;
}

/// The account's rule decides: least quality, the day's cap, and what a preview says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unlocks_with_captures_keep_to_quality_and_cap() {
    let team = Team::on_plan("lode", "team").await;
    let on = json!({ "auto_unlock": { "mode": "on", "daily_cap": 1, "minimum_quality": 80 } });
    team.call(Method::PUT, "/v1/settings", &on).await;
    team.knows("Ana Example", Preview::Exists(79), &[MOBILE]);
    team.knows("Papa Example", Preview::Exists(80), &[MOBILE]);
    team.knows("Pbpa Example", Preview::Exists(99), &[MOBILE]);
    let mut leads = Vec::new();
    for name in ["Ana Example", "Papa Example", "Pbpa Example", "Bob Example"] {
        leads.push(team.capture(name, "works.test").await.lead_id);
    }
    let unlocked = format!("/v1/leads/{}", leads[1]);
    team.eventually(&unlocked, |lead| lead["phones"] != json!([]))
        .await;
    // A second day has a cap of its own.
    let store = team.bench.server.store();
    let none_due = async {
        while store.due_unlock(team.now()).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), none_due)
        .await
        .unwrap();
    for lead in [leads[0], leads[2], leads[3]] {
        let shown = team.get(&format!("/v1/leads/{lead}")).await;
        assert_eq!(shown["phones"], json!([]), "{lead}");
    }
    assert_eq!(team.left("premium").await, 49);
    team.until(team.now() + 86_400_000);
    let more = team.capture("Pbpa Example", "works.test").await.lead_id;
    let path = format!("/v1/leads/{more}");
    team.eventually(&path, |lead| lead["phones"] != json!([]))
        .await;
    assert_eq!(team.left("premium").await, 48);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_cap_holds_for_every_action() {
    let team = Team::on_plan("lode", "team").await;
    let bea = team.join("Bea", "user").await;
    let members = team.get("/v1/members").await;
    let path = format!(
        "/v1/members/{}",
        members["members"][1]["id"].as_str().unwrap()
    );
    let caps = json!({ "caps": { "standard": 1000 } });
    let changed = team.call(Method::PATCH, &path, &caps).await;
    assert_eq!(changed["caps"], json!({ "standard": 1000 }));
    assert_eq!(
        charge(&team.capture_as(&bea, "Ana Example", "works.test").await),
        1000
    );
    let view = team.capture_as(&bea, "Bob Example", "works.test").await;
    assert_eq!(view.reason.as_deref(), Some("member_cap_reached"));
    let report = usage("ai_text", "t", "written", 1);
    let refused = team
        .refused_as(&bea, Method::POST, "/v1/usage", &report)
        .await;
    assert_eq!(refused, (402, "member_cap_reached".to_owned()));
    assert_eq!(
        team.find("Papa Example", "works.test").await,
        1000,
        "the owner has none"
    );
    team.call(
        Method::PATCH,
        &path,
        &json!({ "caps": { "standard": null } }),
    )
    .await;
    let done = team.call_as(&bea, Method::POST, "/v1/usage", &report).await;
    assert_eq!(charged(&done), 1000);
    team.check().await;
}

/// A lead that came with an import has no capture: it is corrected all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_lead_is_corrected() {
    let team = Team::on("lode").await;
    team.import(0..1).await;
    let found = team.post("/v1/searches", json!({ "query": "Row0" })).await;
    let id = found["rows"][0]["lead_id"].as_str().unwrap().to_owned();
    let path = format!("/v1/leads/{id}");
    let edit = json!({ "title": "Chair", "company_domain": "works.test" });
    let shown = team.call(Method::PATCH, &path, &edit).await;
    assert_eq!(
        (&shown["lead_id"], &shown["lead"]["title"]),
        (&json!(id), &json!("Chair"))
    );
    assert_eq!(
        team.get(&path).await["lead"]["company_domain"],
        "works.test"
    );
    // Captured later, it keeps what was corrected, and the answer is the capture.
    let body = person("Row0 Example", None);
    let mut body = body.clone();
    body["lead"]["profile_url"] = json!("https://www.linkedin.com/in/row-0");
    body["lead"]["title"] = json!("Engineer");
    let view = team.bench.capture(&body).await;
    assert_eq!(
        (view.lead_id.to_string(), view.lead.title.as_deref()),
        (id, Some("Chair"))
    );
    let shown = team
        .call(Method::PATCH, &path, &json!({ "title": "Head" }))
        .await;
    assert_eq!(shown["operation_id"], body["operation_id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_recorded_once() {
    let team = Team::on("lode").await;
    let body = json!({ "payment_reference": "pay-1", "pool": "standard", "amount": 5000 });
    assert_eq!(
        team.post("/v1/purchases", body.clone()).await["takes_effect"],
        "now"
    );
    assert_eq!(
        team.post("/v1/purchases", body).await["takes_effect"],
        "repeated"
    );
    assert_eq!(team.left("standard").await, 15);
    let other = json!({ "payment_reference": "pay-1", "pool": "standard", "amount": 6000 });
    let refused = team.refused("/v1/purchases", other).await;
    assert_eq!(refused, (409, "operation_conflict".to_owned()));
    assert_eq!(team.left("standard").await, 15);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_says_by_which_rule_on_what_evidence_from_which_grant() {
    let team = Team::on("lode").await;
    let body = json!({ "operation_id": Uuid::now_v7(), "address": "ana.example@works.test" });
    let done = team.post("/v1/verifications", body.clone()).await;
    let id = body["operation_id"].as_str().unwrap();
    let receipt = team.get(&format!("/v1/receipts/{id}")).await;
    assert_eq!(receipt["rule"], "verify.verified");
    assert_eq!(receipt["price_version"], "lode-1");
    assert_eq!(receipt["grants"][0]["kind"], "plan");
    assert_eq!(receipt["pools"], json!({ "standard": 1000 }));
    assert_eq!(receipt["evidence"]["result"], done["result"]);
    let entries = receipt["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "held and settled: {entries:?}");
    let report = usage("ai_text", "t-1", "written", 1);
    team.post("/v1/usage", report.clone()).await;
    let path = format!("/v1/receipts/{}", report["operation_id"].as_str().unwrap());
    let receipt = team.get(&path).await;
    assert_eq!(
        receipt["evidence"]["request"]["evidence"],
        report["evidence"]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wrong_is_named_and_nothing_written() {
    let team = Team::on("lode").await;
    let lead = team.capture("Norbert Nobody", "works.test").await.lead_id;
    let store = team.bench.server.store();
    let account = store.accounts().await.unwrap()[0].id;
    let entries = store.entries_after(account, 0, 1000).await.unwrap().len();
    let id = || json!(Uuid::now_v7());
    let buy =
        |amount: Value| json!({ "payment_reference": "p", "pool": "standard", "amount": amount });
    let report = |change: Value| {
        let mut body = usage("call_minute", "c", "connected", 1);
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    };
    let huge: Value = serde_json::from_str("99999999999999999999").unwrap();
    let row = json!({ "full_name": "A", "company_domain": "no domain" });
    for (path, field, body) in [
        ("/v1/purchases", "amount", buy(json!(-1))),
        ("/v1/purchases", "amount", buy(json!(0))),
        ("/v1/purchases", "amount", buy(json!(0.5))),
        ("/v1/purchases", "amount", buy(json!(i64::MAX))),
        ("/v1/purchases", "amount", buy(huge)),
        ("/v1/purchases", "amount", buy(json!("5"))),
        (
            "/v1/purchases",
            "pool",
            json!({ "payment_reference": "p", "pool": "gold", "amount": 1 }),
        ),
        (
            "/v1/purchases",
            "payment_reference",
            json!({ "payment_reference": "a b", "pool": "standard", "amount": 1 }),
        ),
        (
            "/v1/purchases",
            "payment_reference",
            json!({ "payment_reference": "", "pool": "standard", "amount": 1 }),
        ),
        (
            "/v1/subscription",
            "plan",
            json!({ "operation_id": id(), "plan": "gold" }),
        ),
        (
            "/v1/subscription",
            "operation_id",
            json!({ "operation_id": Uuid::nil(), "plan": "team" }),
        ),
        (
            "/v1/allocation",
            "mode",
            json!({ "operation_id": id(), "mode": "all" }),
        ),
        (
            "/v1/allocation",
            "amounts.gold",
            json!({ "operation_id": id(), "mode": "member", "amounts": { "gold": 1 } }),
        ),
        (
            "/v1/allocation",
            "amounts.standard",
            json!({ "operation_id": id(), "mode": "member", "amounts": { "standard": -5 } }),
        ),
        (
            "/v1/allocation",
            "amounts",
            json!({ "operation_id": id(), "mode": "member" }),
        ),
        ("/v1/usage", "action", report(json!({ "action": "find" }))),
        ("/v1/usage", "outcome", report(json!({ "outcome": "sold" }))),
        ("/v1/usage", "units", report(json!({ "units": 0 }))),
        ("/v1/usage", "units", report(json!({ "units": -1 }))),
        ("/v1/usage", "units", report(json!({ "units": 1.5 }))),
        ("/v1/usage", "units", report(json!({ "units": 100_001 }))),
        (
            "/v1/usage",
            "units",
            report(json!({ "action": "ai_text", "outcome": "written", "units": 2 })),
        ),
        ("/v1/usage", "subject", report(json!({ "subject": " " }))),
        (
            "/v1/usage",
            "evidence",
            report(json!({ "evidence": "x".repeat(20_000) })),
        ),
        (
            "/v1/verifications",
            "address",
            json!({ "operation_id": id(), "address": "" }),
        ),
        (
            "/v1/verifications",
            "address",
            json!({ "operation_id": id(), "address": "x".repeat(400) }),
        ),
        (
            "/v1/unlocks",
            "lead_id",
            json!({ "operation_id": id(), "lead_id": Uuid::now_v7() }),
        ),
        (
            "/v1/unlocks",
            "datum",
            json!({ "operation_id": id(), "lead_id": lead, "datum": "secret" }),
        ),
        (
            "/v1/previews",
            "datum",
            json!({ "operation_id": id(), "lead_id": lead, "datum": "secret" }),
        ),
        (
            "/v1/imports",
            "rows",
            json!({ "operation_id": id(), "rows": [] }),
        ),
        (
            "/v1/imports",
            "rows[0].company_domain",
            json!({ "operation_id": id(), "rows": [row] }),
        ),
        (
            "/v1/imports",
            "rows[0].full_name",
            json!({ "operation_id": id(), "rows": [{}] }),
        ),
        (
            "/v1/downloads",
            "lead_ids",
            json!({ "operation_id": id(), "lead_ids": [] }),
        ),
        ("/v1/searches", "limit", json!({ "limit": 0 })),
        (
            "/v1/outcomes",
            "outcome",
            json!({ "operation_id": id(), "address": "a@b.test", "outcome": "lost", "at": 1 }),
        ),
        (
            "/v1/outcomes",
            "address",
            json!({ "operation_id": id(), "address": "a", "outcome": "delivered", "at": 1 }),
        ),
        (
            "/v1/outcomes",
            "at",
            json!({ "operation_id": id(), "address": "a@b.test", "outcome": "delivered", "at": -1 }),
        ),
        (
            "/v1/invitations",
            "role",
            json!({ "name": "Bea", "role": "king" }),
        ),
        (
            "/v1/invitations",
            "name",
            json!({ "name": " ", "role": "user" }),
        ),
    ] {
        let response = team
            .send(&team.bench.token, Method::POST, path, &body)
            .await;
        let status = response.status().as_u16();
        let problem: Value = response.json().await.unwrap();
        assert_eq!(status, 400, "{path} {body:.200}: {problem}");
        let named = problem["errors"][0]["field"].as_str().unwrap_or_default();
        assert_eq!(named, field, "{path}: {problem}");
    }
    let caps = json!({ "caps": { "standard": -1 } });
    let patch = team.refused_as(&team.bench.token, Method::PATCH, "/v1/members/me", &caps);
    assert_eq!(patch.await, (400, "invalid_input".to_owned()));
    let quality =
        json!({ "auto_unlock": { "mode": "on", "daily_cap": 1, "minimum_quality": 101 } });
    let put = team.refused_as(&team.bench.token, Method::PUT, "/v1/settings", &quality);
    assert_eq!(put.await, (400, "invalid_input".to_owned()));
    let now = store.entries_after(account, 0, 1000).await.unwrap().len();
    assert_eq!(now, entries, "nothing was written");
    team.check().await;
}

/// Nothing that is done elsewhere can be had without a token, nor another account's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_further_device_is_the_members_own() {
    let team = Team::on_plan("lode", "team").await;
    let bea = team.join("Bea", "user").await;
    let code = team
        .call_as(&bea, Method::POST, "/v1/pairing-codes", &Value::Null)
        .await;
    let response = team.bench.pair(code["code"].as_str().unwrap()).await;
    let paired: lode_core::api::PairingResponse =
        crate::support::json_of(response, StatusCode::CREATED).await;
    let (one, two) = (
        team.call_as(&bea, Method::GET, "/v1/members", &Value::Null)
            .await,
        team.call_as(&paired.token, Method::GET, "/v1/members", &Value::Null)
            .await,
    );
    assert_eq!(one["me"], two["me"]);
    assert_eq!(one["members"].as_array().unwrap().len(), 2);
    let view = team
        .capture_as(&paired.token, "Ana Example", "works.test")
        .await;
    assert_eq!(view.state, CaptureState::Found);
    let members = team.get("/v1/members").await;
    assert_eq!(members["members"][1]["used"], json!({ "standard": 1000 }));
}
