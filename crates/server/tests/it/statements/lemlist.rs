//! LL-1 to LL-8.

use lode_core::api::CaptureState;
use lode_server::phones::{PhoneKind, Preview};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{operation, person};
use crate::team::{Team, charge, charged, pool_of, usage};

/// I-4: "risky" is an address on a server that accepts everything. I-10: verifying is part
/// of finding and is not sold alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_1_finding_and_verifying_costs_5_if_deliverable_or_risky() {
    let team = Team::on("lemlist").await;
    assert_eq!(team.find("Ana Example", "works.test").await, 5000);
    assert_eq!(team.find("Olga Open", "open.test").await, 5000);
    assert_eq!(team.find("Norbert Nobody", "works.test").await, 0);
    let body = json!({ "operation_id": Uuid::now_v7(), "address": "ana.example@works.test" });
    let refused = team.refused("/v1/verifications", body).await;
    assert_eq!(refused, (403, "action_not_offered".to_owned()));
    assert_eq!(team.left("standard").await, 490);
    team.check().await;
}

/// I-10: a profile costs 1 as the price list says, not 2.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_2_the_other_prices() {
    let team = Team::on("lemlist").await;
    assert_eq!(team.report("profile_enrichment", "found").await, 1000);
    team.knows(
        "Norbert Nobody",
        Preview::Exists(90),
        &[("+49 151 5550 200", PhoneKind::Mobile)],
    );
    let lead = team.capture("Norbert Nobody", "works.test").await.lead_id;
    assert_eq!(charged(&team.unlock(lead).await), 20_000);
    assert_eq!(
        team.report_of("call_minute", "call-1", "connected", 3)
            .await,
        12_000
    );
    assert_eq!(
        team.report_of("call_minute", "call-2", "unanswered", 1)
            .await,
        0
    );
    assert_eq!(team.report("ai_text", "written").await, 1000);
    assert_eq!(team.left("standard").await, 500 - 1 - 20 - 12 - 1);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_3_a_trial_once_and_amounts_by_seat() {
    let team = Team::on("lemlist").await;
    assert_eq!(team.left("standard").await, 500);
    assert_eq!(team.subscribe("pro").await, "now");
    assert_eq!(
        team.left("standard").await,
        1500,
        "one seat, and the trial's credit"
    );
    team.join("Bea", "user").await;
    assert_eq!(team.left("standard").await, 2500);
    let body = json!({ "operation_id": Uuid::now_v7(), "plan": "trial" });
    let refused = team.refused("/v1/subscription", body).await;
    assert_eq!(
        refused,
        (409, "refused".to_owned()),
        "a trial is given once"
    );
    assert_eq!(team.subscribe("expert").await, "now");
    assert_eq!(
        (team.left("standard").await, team.left("calling").await),
        (3500, 800)
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_4_free_credit_resets_and_does_not_roll_over() {
    let team = Team::on_plan("lemlist", "pro").await;
    assert_eq!(team.find("Ana Example", "works.test").await, 5000);
    assert_eq!(team.left("standard").await, 1495);
    team.next_period().await;
    // The trial's 500 were never part of a month.
    assert_eq!(team.left("standard").await, 1500);
    team.next_period().await;
    assert_eq!(team.left("standard").await, 1500);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_5_purchased_credit_rolls_over_and_survives_cancelling() {
    let team = Team::on_plan("lemlist", "pro").await;
    team.buy("standard", 200).await;
    assert_eq!(team.cancel().await, "next_period");
    assert_eq!(team.left("standard").await, 1700);
    team.next_period().await;
    let standing = team.standing().await;
    assert_eq!(standing["credits"]["plan"], Value::Null);
    let pool = pool_of(&standing["credits"], "standard").clone();
    assert_eq!(pool["purchased"], json!(200_000));
    team.until(team.now() + 3650 * 86_400_000);
    let later = team.standing().await;
    assert_eq!(
        pool_of(&later["credits"], "standard")["purchased"],
        json!(200_000)
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_6_free_credit_is_spent_before_purchased() {
    let team = Team::on("lemlist").await;
    team.buy("standard", 200).await;
    let view = team.capture("Ana Example", "works.test").await;
    assert_eq!(charge(&view), 5000);
    assert_eq!(view.receipt.unwrap().grants[0].kind, "trial");
    let standing = team.standing().await;
    let pool = pool_of(&standing["credits"], "standard");
    assert_eq!(
        (&pool["available"], &pool["purchased"]),
        (&json!(695_000), &json!(200_000))
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_7_the_team_shares_and_only_admins_buy() {
    let team = Team::on_plan("lemlist", "pro").await;
    let before = team.left("standard").await;
    let bea = team.join("Bea", "user").await;
    assert_eq!(team.left_as(&bea, "standard").await, before + 1000);
    let report = usage("call_minute", "call", "connected", 300);
    let done = team.call_as(&bea, Method::POST, "/v1/usage", &report).await;
    assert_eq!(charged(&done), 1_200_000, "more than her own seat brought");
    assert_eq!(team.left("standard").await, before - 200);
    let buy = json!({ "payment_reference": "p-1", "pool": "standard", "amount": 1000 });
    let refused = team
        .refused_as(&bea, Method::POST, "/v1/purchases", &buy)
        .await;
    assert_eq!(refused, (403, "forbidden".to_owned()));
    team.post("/v1/purchases", buy).await;
    team.check().await;
}

/// I-7: it waits for an explicit click, however much credit arrives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ll_8_nothing_goes_on_by_itself_when_credit_arrives() {
    let team = Team::on("lemlist").await;
    assert_eq!(
        team.report_of("call_minute", "call", "connected", 125)
            .await,
        500_000
    );
    let capture = person("Ana Example", Some("works.test"));
    let view = team.bench.capture(&capture).await;
    assert_eq!(view.state, CaptureState::OutOfCredits);
    team.knows(
        "Ana Example",
        Preview::Exists(90),
        &[("+49 151 5550 200", PhoneKind::Mobile)],
    );
    let id = Uuid::now_v7();
    let unlock = json!({ "operation_id": id, "lead_id": view.lead_id });
    let refused = team.refused("/v1/unlocks", unlock.clone()).await;
    assert_eq!(refused, (402, "out_of_credits".to_owned()));
    team.buy("standard", 100).await;
    assert_eq!(team.left("standard").await, 100);
    let standing = team.standing().await;
    assert_eq!(pool_of(&standing["credits"], "standard")["held"], json!(0));
    let path = format!("/v1/captures/{}", operation(&capture));
    assert_eq!(team.get(&path).await["state"], "out_of_credits");
    assert_eq!(
        team.get(&format!("/v1/operations/{id}")).await["state"],
        "paused"
    );
    // The same request again is such a click.
    assert_eq!(charged(&team.post("/v1/unlocks", unlock).await), 20_000);
    assert_eq!(team.get(&path).await["state"], "out_of_credits");
    team.check().await;
}
