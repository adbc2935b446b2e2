//! Contradictions that no single statement's test decides, and where the others are:
//! I-1 `lm_03`, `mg_2` · I-2 `lm_02` · I-4 `mg_1`, `ll_1`, `lm_05` · I-6 `lq_7`, `sa_4`,
//! `ll_5` · I-7 `lm_08`, `mg_6`, `ll_8` · I-8 `sa_3`, `sa_5` · I-9 `lq_10` · I-10 `ll_1`,
//! `ll_2` · I-14 `lm_13` · I-15 `lq_2` · I-17 `sa_1`.

use lode_core::api::CaptureState;
use serde_json::json;

use crate::team::{Team, charge, pool_of};

const DAY: i64 = 86_400_000;

/// "Beginning of the month" against "billing period": the account's own month, from its
/// first day at 00:00 UTC, also for who pays by the year: how often somebody pays is not
/// the ledger's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_03_every_account_has_a_month_of_its_own() {
    let team = Team::on_plan("leadmine", "paid").await;
    let mut resets = Vec::new();
    for _ in 0..14 {
        let at = team.standing().await["credits"]["resets_at"]
            .as_i64()
            .unwrap();
        resets.push(at);
        team.next_period().await;
    }
    assert!(resets.iter().all(|at| at % DAY == 0), "00:00 UTC");
    for pair in resets.windows(2) {
        let days = (pair[1] - pair[0]) / DAY;
        assert!((28..=31).contains(&days), "{days} days");
    }
    assert_eq!(team.left("standard").await, 1000);
    team.check().await;
}

/// Repeats: once a period, each time, a year, for good, or unsaid. Where a product says
/// nothing, our year stands.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_05_repeats_are_free_for_a_year_where_a_product_says_nothing() {
    let team = Team::on_plan("leadmagic", "basic").await;
    let ana = "ana.example@works.test";
    let start = team.now();
    assert_eq!(team.verify(ana).await.0, 1000);
    team.until(start + 364 * DAY);
    assert_eq!(team.verify(ana).await.0, 0);
    team.until(start + 366 * DAY);
    assert_eq!(team.verify(ana).await.0, 1000);
    team.check().await;
}

/// LeadMagic shows balances such as 7333.8: thousandths hold them without a rest, and what
/// is less than a thousandth is refused.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_11_fractions_are_exact() {
    let team = Team::on("leadmagic").await;
    let body = json!({ "payment_reference": "p-1", "pool": "standard", "amount": 7_313_800 });
    team.post("/v1/purchases", body).await;
    let standing = team.standing().await;
    assert_eq!(
        pool_of(&standing["credits"], "standard")["available"],
        json!(7_333_800)
    );
    let body = json!({ "payment_reference": "p-2", "pool": "standard", "amount": 0.5 });
    let refused = team.refused("/v1/purchases", body).await;
    assert_eq!(refused, (400, "invalid_input".to_owned()));
}

/// Calling credits: a pool of their own that calls spend first and nothing else can.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_12_calling_credit_is_a_pool_of_its_own() {
    let team = Team::on_plan("lemlist", "expert").await;
    assert_eq!(
        (team.left("standard").await, team.left("calling").await),
        (2000, 400)
    );
    // 102 minutes: 400 calling credits, and the rest from the standard pool.
    assert_eq!(
        team.report_of("call_minute", "c", "connected", 102).await,
        408_000
    );
    assert_eq!(
        (team.left("standard").await, team.left("calling").await),
        (1992, 0)
    );
    team.buy("calling", 10).await;
    assert_eq!(team.find("Ana Example", "works.test").await, 5000);
    assert_eq!(
        (team.left("standard").await, team.left("calling").await),
        (1987, 10)
    );
    team.check().await;
}

/// A seat that leaves in mid-month: its credit stays in the team's pool to the end of the
/// period, which is paid for; after that nothing is granted for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_13_a_seat_that_leaves_keeps_its_credit_to_the_end_of_the_period() {
    let team = Team::on_plan("lemlist", "pro").await;
    team.join("Bea", "user").await;
    assert_eq!(team.left("standard").await, 2500);
    let members = team.get("/v1/members").await;
    let bea = members["members"][1]["id"].as_str().unwrap();
    let path = format!("/v1/members/{bea}");
    team.call(reqwest::Method::DELETE, &path, &serde_json::Value::Null)
        .await;
    assert_eq!(team.left("standard").await, 2500);
    team.next_period().await;
    assert_eq!(team.left("standard").await, 1500);
    team.check().await;
}

/// "100 % deliverable" is false on a server that accepts everything: Lode marks it, never
/// calls it verified, and charges nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i_16_an_address_on_a_server_that_accepts_everything_is_never_sold_as_verified() {
    let team = Team::on("lode").await;
    let view = team.capture("Olga Open", "open.test").await;
    assert_eq!((view.state, charge(&view)), (CaptureState::Unsure, 0));
    let email = view.email.unwrap();
    assert!(email.score < 100, "{email:?}");
    team.check().await;
}
