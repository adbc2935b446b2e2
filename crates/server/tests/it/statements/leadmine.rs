//! LM-1 to LM-14.

use lode_core::api::CaptureState;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{json_of, operation, person};
use crate::team::{Team, charge, pool_of};

fn names() -> Vec<String> {
    ('a'..='k').map(|c| format!("P{c}pa Example")).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_01_a_prospect_with_a_valid_corporate_address_costs_1() {
    let team = Team::on("leadmine").await;
    let view = team.capture("Ana Example", "works.test").await;
    assert_eq!((view.state, charge(&view)), (CaptureState::Found, 1000));
    assert_eq!(team.left("standard").await, 9);
    team.check().await;
}

/// I-2: "look-up = 1" against "no e-mail → 0" (LM-7). A look-up costs 1 when it finds:
/// nobody pays where either of two statements says that it is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_02_a_look_up_by_name_and_domain_costs_1() {
    let team = Team::on("leadmine").await;
    for (name, cost) in [("Ana Example", 1000), ("Norbert Nobody", 0)] {
        let mut body = person(name, Some("works.test"));
        // Nothing but name and domain.
        body["lead"]["profile_url"] = Value::Null;
        body["lead"]["company"] = Value::Null;
        team.bench.capture(&body).await;
        let view = team.bench.ended(operation(&body)).await;
        assert_eq!(charge(&view), cost, "{view:?}");
    }
    team.check().await;
}

/// I-1: against "charge only if confidence = 100" (LM-5). The narrower statement holds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_03_verifying_costs_1() {
    let team = Team::on("leadmine").await;
    let ana = team.verify("ana.example@works.test").await;
    assert_eq!(ana, (1000, "verified".to_owned()));
    let nobody = team.verify("norbert.nobody@works.test").await;
    assert_eq!(nobody, (0, "invalid".to_owned()));
    assert_eq!(team.left("standard").await, 9);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_04_the_free_plan_grants_10_a_month() {
    let team = Team::on("leadmine").await;
    let standing = team.standing().await;
    assert_eq!(standing["credits"]["plan"], "free");
    let pool = pool_of(&standing["credits"], "standard");
    assert_eq!(
        (&pool["available"], &pool["plan_limit"]),
        (&json!(10_000), &json!(10_000))
    );
    let days = (standing["credits"]["resets_at"].as_i64().unwrap() - team.now()) / 86_400_000;
    assert!((27..=31).contains(&days), "a month: {days} days");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_05_only_a_proved_address_is_charged() {
    let team = Team::on("leadmine").await;
    let view = team.capture("Olga Open", "open.test").await;
    assert_eq!(
        (view.state, charge(&view)),
        (CaptureState::Unsure, 0),
        "{view:?}"
    );
    assert!(view.email.is_some(), "shown, marked for what it is");
    let accepted = team.verify("olga.open@open.test").await;
    assert_eq!(accepted, (0, "accept_all".to_owned()));
    assert_eq!(team.left("standard").await, 10);
    team.check().await;
}

/// I-5: once a period here; the other presets say otherwise or nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_06_a_lead_is_charged_once_in_a_billing_period() {
    let team = Team::on("leadmine").await;
    assert_eq!(team.find("Ana Example", "works.test").await, 1000);
    assert_eq!(team.find("Ana Example", "works.test").await, 0);
    // Its address, verified by itself, is the same lead's.
    assert_eq!(team.verify("ana.example@works.test").await.0, 0);
    assert_eq!(team.left("standard").await, 9);
    team.next_period().await;
    assert_eq!(team.find("Ana Example", "works.test").await, 1000);
    assert_eq!(team.left("standard").await, 9);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_07_no_address_costs_nothing() {
    let team = Team::on("leadmine").await;
    let view = team.capture("Norbert Nobody", "works.test").await;
    assert_eq!((view.state, charge(&view)), (CaptureState::NotFound, 0));
    assert_eq!((view.email, team.left("standard").await), (None, 10));
}

/// I-7: this product stops; it does not wait. What was captured stays stored, without data.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_08_at_0_credits_no_data_is_returned() {
    let team = Team::on("leadmine").await;
    let names = names();
    for name in &names[..10] {
        assert_eq!(team.find(name, "works.test").await, 1000, "{name}");
    }
    let view = team.capture(&names[10], "works.test").await;
    assert_eq!((view.state, view.email), (CaptureState::OutOfCredits, None));
    let id = Uuid::now_v7();
    let body = json!({ "operation_id": id, "address": "pkpa.example@works.test" });
    let asked = team.bench.bed.stats().of("works.test").connections;
    let refused = team.refused("/v1/verifications", body).await;
    assert_eq!(refused, (402, "out_of_credits".to_owned()));
    assert_eq!(team.bench.bed.stats().of("works.test").connections, asked);
    // Nothing is kept that could go on.
    let kept = team.bench.get(&format!("/v1/operations/{id}")).send().await;
    assert_eq!(kept.unwrap().status(), StatusCode::NOT_FOUND);
    assert_eq!(team.left("standard").await, 0);
    assert_eq!(team.standing().await["exhausted"], "stop");
    team.check().await;
}

/// I-3: "each month" is the account's own month, from its first day, 00:00 UTC.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_09_the_remainder_is_lost_at_the_reset() {
    let team = Team::on("leadmine").await;
    team.find("Ana Example", "works.test").await;
    assert_eq!(team.left("standard").await, 9);
    let resets_at = team.standing().await["credits"]["resets_at"]
        .as_i64()
        .unwrap();
    assert_eq!(resets_at % 86_400_000, 0, "00:00 UTC");
    team.next_period().await;
    assert_eq!(team.left("standard").await, 10);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_10_an_upgrade_adds_and_a_downgrade_waits() {
    let team = Team::on("leadmine").await;
    team.find("Ana Example", "works.test").await;
    assert_eq!(team.subscribe("paid").await, "now");
    assert_eq!(team.left("standard").await, 999);
    assert_eq!(team.subscribe("free").await, "next_period");
    assert_eq!(team.standing().await["next_plan"], "free");
    assert_eq!(team.left("standard").await, 999);
    team.next_period().await;
    assert_eq!(team.left("standard").await, 10);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_11_a_cancelled_plan_lasts_to_the_end_of_the_period() {
    let team = Team::on_plan("leadmine", "paid").await;
    assert_eq!(team.cancel().await, "next_period");
    assert_eq!(team.left("standard").await, 1000);
    team.next_period().await;
    assert_eq!(team.left("standard").await, 10);
    assert_eq!(team.standing().await["credits"]["plan"], "free");
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_12_the_free_plan_shows_10_rows_of_a_search() {
    let team = Team::on("leadmine").await;
    for i in 0..11 {
        let mut body = person(&format!("Company {i}"), None);
        body["lead"]["kind"] = json!("company");
        body["lead"]["company"] = json!(format!("Company {i}"));
        team.bench.capture(&body).await;
    }
    let search = || team.post("/v1/searches", json!({ "query": "company" }));
    let found = search().await;
    assert_eq!(
        (&found["found"], &found["limit_reached"]),
        (&json!(11), &json!(true))
    );
    assert_eq!(found["rows"].as_array().unwrap().len(), 10);
    let one = team
        .post("/v1/searches", json!({ "query": "company 7" }))
        .await;
    assert_eq!(
        (&one["found"], &one["limit_reached"]),
        (&json!(1), &json!(false))
    );
    team.subscribe("paid").await;
    let found = search().await;
    assert_eq!(found["limit_reached"], json!(false));
    assert_eq!(found["rows"].as_array().unwrap().len(), 11);
}

/// I-14: the statement refuses a user five things and is silent on buying and upgrading;
/// who may not cancel may not do those either.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_13_teams_need_a_paid_plan_and_users_may_not_manage() {
    let team = Team::on("leadmine").await;
    let invitation = json!({ "name": "Bea", "role": "user" });
    let refused = team.refused("/v1/invitations", invitation.clone()).await;
    assert_eq!(refused, (409, "member_limit_reached".to_owned()));
    team.subscribe("paid").await;
    let user = team.join("Bea", "user").await;
    let open = team.post("/v1/invitations", invitation.clone()).await;
    let members = team.get("/v1/members").await;
    let owner = members["members"][0]["id"].as_str().unwrap().to_owned();
    let open = format!("/v1/invitations/{}", open["id"].as_str().unwrap());
    let owner = format!("/v1/members/{owner}");
    let id = Uuid::now_v7();
    let plan = json!({ "operation_id": id, "plan": "free" });
    let buy = json!({ "payment_reference": "p-1", "pool": "standard", "amount": 1000 });
    for (method, path, body) in [
        (Method::POST, "/v1/invitations", invitation),
        (Method::DELETE, open.as_str(), Value::Null),
        (Method::PATCH, owner.as_str(), json!({ "role": "user" })),
        (Method::PATCH, "/v1/members/me", json!({ "role": "admin" })),
        (Method::DELETE, owner.as_str(), Value::Null),
        (
            Method::POST,
            "/v1/subscription/cancel",
            json!({ "operation_id": id }),
        ),
        (Method::POST, "/v1/subscription", plan),
        (Method::POST, "/v1/purchases", buy),
        (Method::DELETE, "/v1/account", Value::Null),
    ] {
        let refused = team.refused_as(&user, method, path, &body).await;
        assert_eq!(refused, (403, "forbidden".to_owned()), "{path}");
    }
    // A user works; an admin manages, but somebody has to stay admin.
    let view = team.capture_as(&user, "Ana Example", "works.test").await;
    assert_eq!(charge(&view), 1000);
    team.call(Method::DELETE, &open, &Value::Null).await;
    let last = team.refused_as(&team.bench.token, Method::DELETE, &owner, &Value::Null);
    assert_eq!(last.await, (409, "last_admin".to_owned()));
    let bea = members["members"][1]["id"].as_str().unwrap();
    let path = format!("/v1/members/{bea}");
    team.call(Method::DELETE, &path, &Value::Null).await;
    let gone = team.refused_as(&user, Method::GET, "/v1/credits", &Value::Null);
    assert_eq!(gone.await.0, 401);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lm_14_deleting_an_account_erases_everything_and_it_stays_erased() {
    let mut team = Team::on("leadmine").await;
    team.capture("Ana Example", "works.test").await;
    let bob = team.capture("Bob Example", "works.test").await;
    team.verify("papa.example@works.test").await;
    let lead = format!("/v1/leads/{}", bob.lead_id);
    team.call(Method::DELETE, &lead, &Value::Null).await;
    team.call(Method::DELETE, "/v1/account", &Value::Null).await;
    let gone = team.refused_as(&team.bench.token, Method::GET, "/v1/account", &Value::Null);
    assert_eq!(gone.await.0, 401);
    let store = team.bench.server.store();
    assert_eq!(store.accounts().await.unwrap(), []);
    // A new account of the same name begins afresh, but for who was erased.
    let pricing = lode_server::policy::pricing("leadmine").unwrap();
    let (account, made) = store
        .ensure_account("default", &pricing, team.now())
        .await
        .unwrap();
    assert!(made);
    let code = store
        .create_pairing_code(account.id, team.now())
        .await
        .unwrap();
    let response = team.bench.pair(&code.code).await;
    let paired: lode_core::api::PairingResponse = json_of(response, StatusCode::CREATED).await;
    team.bench.token = paired.token;
    assert_eq!(team.left("standard").await, 10);
    let found = team.post("/v1/searches", json!({ "query": "" })).await;
    assert_eq!(found["found"], 0);
    let again = person("Bob Example", Some("works.test"));
    let refused = team.refused("/v1/captures", again).await;
    assert_eq!(refused, (451, "erased".to_owned()));
    // Nothing is known of before: it is looked up and charged anew.
    assert_eq!(team.find("Ana Example", "works.test").await, 1000);
    team.check().await;
}
