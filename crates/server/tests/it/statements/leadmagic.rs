//! MG-1 to MG-8.

use lode_core::api::CaptureState;
use lode_server::phones::{PhoneKind, Preview};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{json_of, operation, person};
use crate::team::{Team, charge, charged, pool_of, usage};

/// I-4: here an address on a server that accepts everything counts as found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_1_finding_costs_1_only_if_found() {
    let team = Team::on_plan("leadmagic", "basic").await;
    assert_eq!(team.find("Ana Example", "works.test").await, 1000);
    assert_eq!(team.find("Norbert Nobody", "works.test").await, 0);
    assert_eq!(team.find("Olga Open", "open.test").await, 1000);
    team.knows(
        "Ana Example",
        Preview::Exists(90),
        &[("+49 151 5550 200", PhoneKind::Mobile)],
    );
    let ana = team.capture("Ana Example", "works.test").await.lead_id;
    let unlocked = team.unlock(ana).await;
    assert_eq!(charged(&unlocked), 1000);
    assert_eq!(unlocked["phones"][0]["number"], "+49 151 5550 200");
    let nobody = team.capture("Norbert Nobody", "works.test").await.lead_id;
    assert_eq!(charged(&team.unlock(nobody).await), 0);
    for action in ["profile_enrichment", "company_enrichment"] {
        assert_eq!(team.report(action, "found").await, 1000, "{action}");
        assert_eq!(team.report(action, "not_found").await, 0, "{action}");
    }
    team.check().await;
}

/// I-1: the documents flip on what is no address at all, and on "unknown". Neither is a
/// verdict: nobody was asked, or nothing was learned. Both are free.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_2_every_verdict_costs_1() {
    let team = Team::on_plan("leadmagic", "basic").await;
    for (address, cost, status) in [
        ("ana.example@works.test", 1000, "verified"),
        ("norbert.nobody@works.test", 1000, "invalid"),
        ("olga.open@open.test", 1000, "accept_all"),
        ("no address", 0, "invalid"),
        ("ana@no-such-domain.test", 1000, "invalid"),
    ] {
        let verdict = team.verify(address).await;
        assert_eq!(verdict, (cost, status.to_owned()), "{address}");
    }
    for (outcome, cost) in [
        ("valid", 1000),
        ("invalid", 1000),
        ("unknown", 0),
        ("malformed", 0),
    ] {
        assert_eq!(
            team.report("mobile_verify", outcome).await,
            cost,
            "{outcome}"
        );
    }
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_3_a_job_alert_costs_1_each_time() {
    let team = Team::on_plan("leadmagic", "basic").await;
    for _ in 0..2 {
        let cost = team.report_of("job_alert", "alert-7", "delivered", 1).await;
        assert_eq!(cost, 1000, "the same alert again is another delivery");
    }
    assert_eq!(team.report("job_alert", "nothing_new").await, 0);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_4_plan_credit_renews_and_purchased_credit_stays() {
    let team = Team::on_plan("leadmagic", "basic").await;
    // What was left of the trial has no end of its own; it is spent first.
    let trial = team.left("standard").await - 2500;
    team.buy("standard", 100).await;
    team.find("Ana Example", "works.test").await;
    assert_eq!(team.left("standard").await, 2600 + trial - 1);
    team.next_period().await;
    let renewed = team.left("standard").await;
    assert!(renewed >= 2600, "{renewed}");
    team.until(team.now() + 3000 * 86_400_000);
    assert_eq!(team.left("standard").await, renewed);
    let standing = team.standing().await;
    assert_eq!(
        pool_of(&standing["credits"], "standard")["purchased"],
        json!(100_000)
    );
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_5_the_organisation_shares_one_pool() {
    let team = Team::on_plan("leadmagic", "basic").await;
    let before = team.left("standard").await;
    let bea = team.join("Bea", "user").await;
    let one = team.capture_as(&bea, "Ana Example", "works.test").await;
    let two = team.capture("Bob Example", "works.test").await;
    assert_eq!((charge(&one), charge(&two)), (1000, 1000));
    assert_eq!(team.left("standard").await, before - 2);
    assert_eq!(team.left_as(&bea, "standard").await, before - 2);
    let amounts = json!({ "operation_id": Uuid::now_v7(), "mode": "member",
                          "amounts": { "standard": 1000 } });
    let refused = team.refused("/v1/allocation", amounts).await;
    assert_eq!(refused, (409, "refused".to_owned()));
    team.check().await;
}

/// I-7: paused, and taken up by an explicit click only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_6_an_action_without_credit_can_be_resumed() {
    let team = Team::on("leadmagic").await;
    for _ in 0..20 {
        assert_eq!(team.report("profile_enrichment", "found").await, 1000);
    }
    let id = Uuid::now_v7();
    let body = json!({ "operation_id": id, "address": "ana.example@works.test" });
    let refused = team.refused("/v1/verifications", body).await;
    assert_eq!(refused, (402, "out_of_credits".to_owned()));
    let capture = person("Bob Example", Some("works.test"));
    let view = team.bench.capture(&capture).await;
    assert_eq!(view.state, CaptureState::OutOfCredits);

    let path = format!("/v1/operations/{id}");
    assert_eq!(team.get(&path).await["state"], "paused");
    team.buy("standard", 2).await;
    assert_eq!(team.get(&path).await["state"], "paused", "not by itself");
    let done = team.post(&format!("{path}/resume"), Value::Null).await;
    assert_eq!((&done["state"], charged(&done)), (&json!("done"), 1000));
    assert_eq!(done["result"]["status"], "verified");
    // Resumed again: it is done.
    let again = team.post(&format!("{path}/resume"), Value::Null).await;
    assert_eq!(again["receipt"], done["receipt"]);

    let resume = format!("/v1/captures/{}/resume", operation(&capture));
    let view = team.post(&resume, Value::Null).await;
    assert_eq!(view["state"], "queued");
    let view = team.bench.ended(operation(&capture)).await;
    assert_eq!((view.state, charge(&view)), (CaptureState::Found, 1000));
    assert_eq!(team.left("standard").await, 0);
    team.check().await;
}

/// What the extension's click costs is what a program's call costs, and what the price
/// list said before.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_7_there_is_one_price_whoever_asks() {
    let team = Team::on_plan("leadmagic", "basic").await;
    let prices = team.standing().await["actions"].clone();
    let click = team.find("Ana Example", "works.test").await;
    assert_eq!(prices["find"]["prices"]["verified"], json!(click));
    let (call, _) = team.verify("bob.example@works.test").await;
    assert_eq!(prices["verify"]["prices"]["verified"], json!(call));
    let reported = team.report("company_enrichment", "found").await;
    assert_eq!(
        prices["company_enrichment"]["prices"]["found"],
        json!(reported)
    );
    // One person, asked for by click and by call: one charge in all.
    assert_eq!(team.verify("ana.example@works.test").await.0, 0);
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mg_8_the_balance_is_in_every_answer() {
    let team = Team::on_plan("leadmagic", "basic").await;
    let ana = team.capture("Ana Example", "works.test").await;
    let id = ana.operation_id;
    for (method, path, body) in [
        (Method::GET, "/v1/account".to_owned(), Value::Null),
        (Method::GET, "/v1/credits".to_owned(), Value::Null),
        (Method::GET, "/v1/captures".to_owned(), Value::Null),
        (Method::GET, format!("/v1/captures/{id}"), Value::Null),
        (
            Method::POST,
            format!("/v1/captures/{id}/resume"),
            Value::Null,
        ),
        (Method::GET, format!("/v1/receipts/{id}"), Value::Null),
        (
            Method::GET,
            format!("/v1/leads/{}", ana.lead_id),
            Value::Null,
        ),
        (Method::POST, "/v1/searches".to_owned(), json!({})),
        (
            Method::POST,
            "/v1/usage".to_owned(),
            usage("job_alert", "a", "nothing_new", 1),
        ),
        (
            Method::POST,
            "/v1/previews".to_owned(),
            json!({ "operation_id": Uuid::now_v7(), "lead_id": ana.lead_id, "datum": "email" }),
        ),
    ] {
        let response = team.send(&team.bench.token, method, &path, &body).await;
        assert!(
            response.status().is_success(),
            "{path}: {}",
            response.status()
        );
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("lode-credits-held"), "0", "{path}");
        let available = header("lode-credits-available");
        let pools = header("lode-credits-pools");
        assert_eq!(
            pools,
            format!("standard;available={available};held=0;limit=2500000"),
            "{path}"
        );
        assert!(header("lode-credits-resets-at").parse::<i64>().unwrap() > team.now());
        assert!(response.headers().contains_key("lode-credits-charged"));
    }
    // While something is under way, what is on hold is said too.
    let pending = person("Bob Example", None);
    let response = team.bench.post("/v1/captures").json(&pending).send().await;
    let response = response.unwrap();
    let view: lode_core::api::CaptureView = json_of(response, StatusCode::CREATED).await;
    assert_eq!(view.credits.held, 1000);
}
