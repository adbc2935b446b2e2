//! LQ-1 to LQ-10.

use lode_core::api::CaptureState;
use lode_server::phones::{PhoneKind, Preview};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::team::{Team, charge, charged};

const MOBILE: (&str, PhoneKind) = ("+49 151 5550 200", PhoneKind::Mobile);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_1_mobiles_are_paid_from_the_premium_pool_and_the_rest_from_standard() {
    let team = Team::on_plan("leadiq", "pro").await;
    let ana = team.capture("Ana Example", "works.test").await;
    assert_eq!(
        (team.left("standard").await, team.left("premium").await),
        (999, 100)
    );
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let unlocked = team.unlock(ana.lead_id).await;
    assert_eq!(
        (team.left("standard").await, team.left("premium").await),
        (999, 99)
    );
    let id = unlocked["operation_id"].as_str().unwrap();
    let receipt = team.get(&format!("/v1/receipts/{id}")).await;
    assert_eq!(receipt["pools"], json!({ "premium": 1000 }));
    team.check().await;
}

/// I-15: everybody else says that looking is free. This preset follows its product; the
/// same preview again is a repeat. Our own preset is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_2_capture_and_preview_cost() {
    let team = Team::on_plan("leadiq", "pro").await;
    let ana = team.capture("Ana Example", "works.test").await;
    assert_eq!(charge(&ana), 1000);
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let seen = team.preview(ana.lead_id, "mobile").await;
    assert_eq!(
        (&seen["result"]["exists"], charged(&seen)),
        (&json!(true), 1000)
    );
    assert_eq!(charged(&team.preview(ana.lead_id, "mobile").await), 0);
    let bob = team.capture("Bob Example", "works.test").await;
    let none = team.preview(bob.lead_id, "mobile").await;
    assert_eq!(
        (&none["result"]["exists"], charged(&none)),
        (&json!(false), 0)
    );
    assert_eq!(team.left("standard").await, 997);

    let ours = Team::on("lode").await;
    let ana = ours.capture("Ana Example", "works.test").await;
    ours.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let seen = ours.preview(ana.lead_id, "mobile").await;
    assert_eq!(
        (&seen["result"]["exists"], charged(&seen)),
        (&json!(true), 0)
    );
    assert_eq!(ours.book.asked.load(std::sync::atomic::Ordering::SeqCst), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_3_several_mobiles_of_one_person_cost_1() {
    let team = Team::on_plan("leadiq", "pro").await;
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    let numbers = [
        MOBILE,
        ("+49 160 5550 300", PhoneKind::Mobile),
        ("+1 212 555 0123", PhoneKind::Direct),
    ];
    team.knows("Ana Example", Preview::Exists(90), &numbers);
    let unlocked = team.unlock(ana).await;
    assert_eq!(charged(&unlocked), 1000);
    assert_eq!(unlocked["phones"].as_array().unwrap().len(), 3);
    // Again later: the same person, nothing more to pay, nobody asked.
    let again = team.unlock(ana).await;
    assert_eq!(
        (charged(&again), &again["phones"]),
        (0, &unlocked["phones"])
    );
    assert_eq!(team.book.asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    assert_eq!(team.left("premium").await, 99);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_4_what_is_not_found_costs_nothing() {
    let team = Team::on_plan("leadiq", "pro").await;
    let nobody = team.capture("Norbert Nobody", "works.test").await;
    assert_eq!(charge(&nobody), 0);
    let unlocked = team.unlock(nobody.lead_id).await;
    assert_eq!((charged(&unlocked), &unlocked["phones"]), (0, &json!([])));
    assert_eq!(
        (team.left("standard").await, team.left("premium").await),
        (1000, 100)
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_5_a_direct_dial_that_is_the_main_line_costs_nothing() {
    let team = Team::on_plan("leadiq", "pro").await;
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    let numbers = [
        ("(212) 555-0100", PhoneKind::Direct),
        ("212 555 0100", PhoneKind::MainLine),
    ];
    team.knows("Ana Example", Preview::Exists(90), &numbers);
    let unlocked = team.unlock(ana).await;
    assert_eq!(
        (charged(&unlocked), &unlocked["receipt"]["outcome"]),
        (0, &json!("main_line"))
    );
    // The main line is known now, for the company's other people too.
    let bob = team.capture("Bob Example", "works.test").await.lead_id;
    team.knows(
        "Bob Example",
        Preview::Exists(90),
        &[("212-555-0100", PhoneKind::Direct)],
    );
    assert_eq!(charged(&team.unlock(bob).await), 0);
    assert_eq!(team.left("premium").await, 100);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_6_a_reset_tops_up_to_the_limit() {
    let team = Team::on_plan("leadiq", "pro").await;
    for name in ["Ana Example", "Bob Example", "Papa Example"] {
        assert_eq!(team.find(name, "works.test").await, 1000);
    }
    assert_eq!(team.left("standard").await, 997);
    team.next_period().await;
    assert_eq!(
        (team.left("standard").await, team.left("premium").await),
        (1000, 100)
    );
    team.check().await;
}

/// I-6: here everything ends, at once and bought credit too; elsewhere it is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_7_cancelling_leaves_nothing() {
    let team = Team::on_plan("leadiq", "pro").await;
    team.buy("standard", 50).await;
    assert_eq!(team.cancel().await, "now");
    assert_eq!(
        (team.left("standard").await, team.left("premium").await),
        (0, 0)
    );
    assert_eq!(team.standing().await["credits"]["plan"], Value::Null);
    let view = team.capture("Ana Example", "works.test").await;
    assert_eq!((view.state, view.email), (CaptureState::OutOfCredits, None));
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_8_a_team_shares_a_pool_or_gives_each_member_an_amount() {
    let team = Team::on_plan("leadiq", "pro").await;
    let bea = team.join("Bea", "user").await;
    let view = team.capture_as(&bea, "Ana Example", "works.test").await;
    assert_eq!(charge(&view), 1000);
    assert_eq!(
        team.left("standard").await,
        999,
        "one pool, unless said otherwise"
    );
    let allocate = |amount: i64| {
        json!({ "operation_id": Uuid::now_v7(), "mode": "member",
                "amounts": { "standard": amount } })
    };
    // More than the plan grants cannot be given out.
    let refused = team.refused("/v1/allocation", allocate(600_000)).await;
    assert_eq!(refused, (409, "refused".to_owned()));
    let changed = team.post("/v1/allocation", allocate(2_000)).await;
    assert_eq!(changed["takes_effect"], "next_period");
    team.next_period().await;
    assert_eq!(team.left_as(&bea, "standard").await, 2);
    for name in ["Papa Example", "Pbpa Example"] {
        let view = team.capture_as(&bea, name, "works.test").await;
        assert_eq!(charge(&view), 1000, "{view:?}");
    }
    let view = team.capture_as(&bea, "Pcpa Example", "works.test").await;
    assert_eq!(view.state, CaptureState::OutOfCredits);
    assert_eq!(team.left_as(&bea, "standard").await, 0);
    assert_eq!(
        team.left("standard").await,
        2,
        "another member's amount is untouched"
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_9_a_member_may_unlock_premium_data_with_each_capture() {
    let team = Team::on_plan("leadiq", "pro").await;
    for name in ["Ana Example", "Bob Example"] {
        team.knows(name, Preview::Exists(90), &[MOBILE]);
    }
    team.capture("Ana Example", "works.test").await;
    let wish = json!({ "auto_unlock": true });
    let me = team.call(Method::PATCH, "/v1/members/me", &wish).await;
    assert_eq!(me["auto_unlock"], json!(true));
    let bob = team.capture("Bob Example", "works.test").await;
    let lead = format!("/v1/leads/{}", bob.lead_id);
    // The unlock shows in the stream of changes, as everything that is done later.
    team.bench.until(bob.operation_id, |_| true).await;
    let unlocked = team.eventually(&lead, |lead| lead["phones"][0]["number"] == MOBILE.0);
    unlocked.await;
    assert_eq!(
        team.left("premium").await,
        99,
        "one: the first capture had no such wish"
    );
    // The account's policy stands above the wish.
    let off = json!({ "auto_unlock": { "mode": "off", "daily_cap": 50, "minimum_quality": 0 } });
    team.call(Method::PUT, "/v1/settings", &off).await;
    team.knows("Papa Example", Preview::Exists(90), &[MOBILE]);
    team.capture("Papa Example", "works.test").await;
    assert_eq!(team.left("premium").await, 99);
    team.check().await;
}

/// I-9: "often no standard credit for a verified work e-mail" cannot be tested. What is
/// certain takes its place: what the team has already is free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lq_10_an_address_that_the_team_holds_costs_nothing() {
    let team = Team::on_plan("leadiq", "pro").await;
    assert_eq!(team.find("Ana Example", "works.test").await, 1000);
    let bea = team.join("Bea", "user").await;
    let view = team.capture_as(&bea, "Ana Example", "works.test").await;
    assert_eq!((view.state, charge(&view)), (CaptureState::Found, 0));
    team.check().await;
}
