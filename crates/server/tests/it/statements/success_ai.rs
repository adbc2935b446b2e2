//! SA-1 to SA-6.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::person;
use crate::team::{Team, charged};

async fn capacity(team: &Team) -> (u64, Option<u64>) {
    let capacity = team.standing().await["capacity"].clone();
    (
        capacity["used"].as_u64().unwrap(),
        capacity["limit"].as_u64(),
    )
}

async fn captured(team: &Team, name: &str) -> Uuid {
    team.bench
        .capture(&person(name, Some("works.test")))
        .await
        .lead_id
}

async fn download(team: &Team, leads: &[Uuid]) -> Value {
    let body = json!({ "operation_id": Uuid::now_v7(), "lead_ids": leads });
    team.post("/v1/downloads", body).await
}

/// I-17: a capacity is not a credit: nothing in the ledger moves with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_1_active_leads_are_a_gauge() {
    let team = Team::on("success-ai").await;
    assert_eq!(capacity(&team).await, (0, Some(1200)));
    let lead = captured(&team, "Ana Example").await;
    assert_eq!(capacity(&team).await, (1, Some(1200)));
    let archive = format!("/v1/leads/{lead}/archive");
    team.post(&archive, Value::Null).await;
    assert_eq!(capacity(&team).await, (0, Some(1200)));
    assert_eq!(team.left("leads").await, 1500);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_2_lead_credits_count_downloads_and_imports() {
    let team = Team::on("success-ai").await;
    let lead = captured(&team, "Ana Example").await;
    assert_eq!(charged(&download(&team, &[lead]).await), 1000);
    assert_eq!(charged(&team.import(0..1).await), 1000);
    assert_eq!(team.left("leads").await, 1498);
    team.check().await;
}

/// I-8: "needs room for all" against the example of SA-4, where a part is imported. It is
/// done row by row; nothing that fits is refused for what does not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_3_an_import_needs_room() {
    let team = Team::on("success-ai").await;
    team.import(0..1198).await;
    let report = team.import(2000..2003).await;
    assert_eq!(
        report["rows"],
        json!(["imported", "imported", "no_capacity"])
    );
    assert_eq!(report["capacity"], json!({ "used": 1200, "limit": 1200 }));
    assert_eq!(charged(&report), 2000);
    team.check().await;
}

/// I-6: the 300 that are left stay until there is room, and do not end with the month.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_4_1500_credits_and_room_for_1200() {
    let team = Team::on("success-ai").await;
    let report = team.import(0..1500).await;
    assert_eq!(
        report["counts"],
        json!({ "imported": 1200, "no_capacity": 300 })
    );
    assert_eq!(charged(&report), 1_200_000);
    assert_eq!(team.left("leads").await, 300);
    team.next_period().await;
    assert_eq!(team.left("leads").await, 1800);
    team.check().await;
}

/// A lead that there is no credit for is not delivered either where it is asked for twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_twice_is_paid_or_not_delivered() {
    let team = Team::on("success-ai").await;
    let lead = captured(&team, "Ana Example").await;
    let members = team.get("/v1/members").await;
    let path = format!(
        "/v1/members/{}",
        members["members"][0]["id"].as_str().unwrap()
    );
    let cap = |credits: Value| {
        let body = json!({ "caps": { "leads": credits } });
        let (team, path) = (&team, &path);
        async move { team.call(Method::PATCH, path, &body).await }
    };
    cap(json!(0)).await;
    let none = download(&team, &[lead, lead]).await;
    assert_eq!(charged(&none), 0);
    for row in [0, 1] {
        assert_eq!(none["rows"][row]["status"], "out_of_credits");
        assert_eq!(none["rows"][row]["lead"], Value::Null);
    }
    cap(Value::Null).await;
    let both = download(&team, &[lead, lead]).await;
    assert_eq!(charged(&both), 1000);
    assert_eq!(both["rows"][0]["status"], "delivered");
    assert_eq!(both["rows"][1]["status"], "already_held");
    team.check().await;
}

/// I-8: a download is limited by credit, not by room; again it is free (I-5), and so is
/// importing what was downloaded.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_5_a_download_does_not_look_at_the_capacity() {
    let team = Team::on("success-ai").await;
    team.import(0..1200).await;
    let mut leads = Vec::new();
    for name in ["Ana Example", "Bob Example", "Papa Example"] {
        leads.push(captured(&team, name).await);
    }
    assert_eq!(capacity(&team).await, (1203, Some(1200)));
    let rows = download(&team, &leads).await;
    assert_eq!(charged(&rows), 3000);
    assert_eq!(rows["rows"][0]["lead"]["full_name"], "Ana Example");
    let again = download(&team, &leads).await;
    assert_eq!(
        (charged(&again), &again["rows"][2]["status"]),
        (0, &json!("already_held"))
    );
    assert_eq!(team.left("leads").await, 297);
    // Out of the way and back: room is taken again, credit is not.
    team.post(&format!("/v1/leads/{}/archive", leads[0]), Value::Null)
        .await;
    let body = json!({ "operation_id": Uuid::now_v7(), "rows": [
        { "full_name": "Ana Example", "company": "Xqzzy Works",
          "profile_url": "https://www.linkedin.com/in/ana-example" },
    ]});
    let full = team.post("/v1/imports", body.clone()).await;
    assert_eq!(
        (&full["rows"], charged(&full)),
        (&json!(["no_capacity"]), 0)
    );
    for lead in &leads[1..] {
        team.post(&format!("/v1/leads/{lead}/archive"), Value::Null)
            .await;
    }
    let found = team
        .post("/v1/searches", json!({ "query": "row0 example" }))
        .await;
    let row = found["rows"][0]["lead_id"].as_str().unwrap();
    team.post(&format!("/v1/leads/{row}/archive"), Value::Null)
        .await;
    let mut body = body;
    body["operation_id"] = json!(Uuid::now_v7());
    let back = team.post("/v1/imports", body).await;
    assert_eq!((&back["rows"], charged(&back)), (&json!(["imported"]), 0));
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sa_6_removing_leads_or_upgrading_frees_room_and_returns_no_credit() {
    let team = Team::on("success-ai").await;
    let report = team.import(0..1200).await;
    assert_eq!(report["capacity"]["used"], json!(1200));
    let found = team
        .post("/v1/searches", json!({ "query": "row", "limit": 2 }))
        .await;
    let one = found["rows"][0]["lead_id"].as_str().unwrap();
    team.post(&format!("/v1/leads/{one}/archive"), Value::Null)
        .await;
    let two = found["rows"][1]["lead_id"].as_str().unwrap();
    let path = format!("/v1/leads/{two}");
    team.call(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(capacity(&team).await, (1198, Some(1200)));
    assert_eq!(team.left("leads").await, 300);
    assert_eq!(team.subscribe("scale").await, "now");
    assert_eq!(capacity(&team).await, (1198, Some(12_000)));
    assert_eq!(team.left("leads").await, 300 + 13_500);
    team.check().await;
}
