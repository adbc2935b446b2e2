//! What a client says before a click and shows after it: `GET /v1/credits`, the offer in
//! captures and leads, the list of receipts.

use lode_core::api::MobileState;
use lode_server::phones::{PhoneKind, Preview};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::person;
use crate::team::{Team, usage};

const MOBILE: (&str, PhoneKind) = ("+49 151 5550 200", PhoneKind::Mobile);

fn rows(list: &Value) -> Vec<Value> {
    list["receipts"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn receipts_are_listed_paged_and_kept_apart() {
    let team = Team::on_plan("lode", "team").await;
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let ana = team.capture("Ana Example", "works.test").await;
    team.unlock(ana.lead_id).await;
    team.verify("gone.example@works.test").await;
    let report = usage("ai_text", "t-1", "written", 1);
    team.post("/v1/usage", report.clone()).await;
    let bea = team.join("Bea", "user").await;
    let bob = team.capture_as(&bea, "Bob Example", "works.test").await;

    let whole = team.get("/v1/receipts").await;
    let all = rows(&whole);
    let actions: Vec<&str> = all
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        ["find", "ai_text", "verify", "mobile_find", "find"]
    );
    assert_eq!(all[0]["operation_id"], json!(bob.operation_id));
    assert_eq!(
        (&all[1]["subject"], &all[1]["operation_id"]),
        (&json!("t-1"), &report["operation_id"])
    );
    assert_eq!(all[2]["subject"], "gone.example@works.test");
    let unlock = &all[3];
    assert_eq!(
        (
            &unlock["subject"],
            &unlock["pools"],
            &unlock["charged"],
            &unlock["state"]
        ),
        (
            &json!("Ana Example"),
            &json!({ "premium": 1000 }),
            &json!(1000),
            &json!("done")
        )
    );
    for row in &all {
        let id = row["operation_id"].as_str().unwrap();
        let receipt = team.get(&format!("/v1/receipts/{id}")).await;
        for field in ["line", "outcome", "charged", "pools", "refunded", "action"] {
            assert_eq!(row[field], receipt[field], "{field} of {row}");
        }
    }
    // Pages, while new ones come.
    let (mut paged, mut path) = (Vec::new(), "/v1/receipts?limit=2".to_owned());
    loop {
        let page = team.get(&path).await;
        assert!(rows(&page).len() <= 2 && page["credits"]["pools"].is_array());
        paged.extend(rows(&page));
        team.report("ai_text", "written").await;
        match page["next"].as_str() {
            Some(next) => path = format!("/v1/receipts?limit=2&before={next}"),
            None => break,
        }
    }
    assert_eq!(paged, all);
    // A member sees their own; another account's cursor leads nowhere else.
    let own = team
        .call_as(&bea, Method::GET, "/v1/receipts?limit=1", &Value::Null)
        .await;
    assert_eq!((rows(&own).len(), &own["next"]), (1, &Value::Null));
    assert_eq!(rows(&own)[0], all[0]);
    for (row, status) in [(&all[0], StatusCode::OK), (&all[4], StatusCode::NOT_FOUND)] {
        let path = format!("/v1/receipts/{}", row["operation_id"].as_str().unwrap());
        let response = team.send(&bea, Method::GET, &path, &Value::Null).await;
        assert_eq!(response.status(), status, "{row}");
    }

    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("before=", "before"),
        ("before=5", "before"),
        ("before=x_y", "before"),
        (
            "before=99999999999999999999_00000000000000000000000000000000",
            "before",
        ),
        ("before=1_%27%3B--", "before"),
    ] {
        let path = format!("/v1/receipts?{query}");
        let response = team
            .send(&team.bench.token, Method::GET, &path, &Value::Null)
            .await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{query}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["errors"][0]["field"], field, "{query}");
    }
    let many = team.get("/v1/receipts?limit=4000000000").await;
    assert!(rows(&many).len() >= all.len());
    // Erased people are in no list.
    let path = format!("/v1/leads/{}", ana.lead_id);
    team.call(Method::DELETE, &path, &Value::Null).await;
    let text = team.get("/v1/receipts?limit=200").await.to_string();
    assert!(!text.contains("Ana Example") && text.contains("Bob Example"));
    team.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_and_what_went_back_says_so() {
    let team = Team::on("lode").await;
    let ana = team.capture("Ana Example", "works.test").await;
    let bounce = json!({ "operation_id": Uuid::now_v7(), "address": "ana.example@works.test",
                         "outcome": "hard_bounce", "at": team.now() });
    team.post("/v1/outcomes", bounce).await;
    for _ in 0..10 {
        team.report("ai_text", "written").await;
    }
    let short = json!({ "operation_id": Uuid::now_v7(), "address": "bob.example@works.test" });
    let refused = team.refused("/v1/verifications", short).await;
    assert_eq!(refused, (402, "out_of_credits".to_owned()));
    team.capture("Bob Example", "works.test").await;
    let rows = rows(&team.get("/v1/receipts").await);
    let states: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["action"].as_str().unwrap(),
                row["state"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(states[..2], [("find", "paused"), ("verify", "paused")]);
    assert_eq!(
        (&rows[0]["reason"], &rows[0]["line"], &rows[0]["charged"]),
        (&json!("out_of_credits"), &Value::Null, &json!(0))
    );
    let first = rows.last().unwrap();
    assert_eq!(first["operation_id"], json!(ana.operation_id));
    assert_eq!(
        (&first["state"], &first["charged"], &first["refunded"]),
        (&json!("refunded"), &json!(1000), &json!(1000))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_be_said_before_a_click_is_said() {
    let team = Team::on_plan("lode", "team").await;
    let bea = team.join("Bea", "user").await;
    let standing = team.standing().await;
    let find = &standing["actions"]["find"];
    assert_eq!(
        (
            &find["least"],
            &find["most"],
            &find["price_text"],
            &find["repeat_free"]
        ),
        (&json!(1000), &json!(1000), &json!("1 credit"), &json!(true))
    );
    assert_eq!(standing["repeat"], json!({ "window": "days", "days": 365 }));
    assert_eq!(standing["actions"]["mobile_find"]["configured"], true);
    let unlock = &standing["auto_unlock"];
    assert_eq!(
        (
            &unlock["action"],
            &unlock["mode"],
            &unlock["active"],
            &unlock["used_today"]
        ),
        (
            &json!("mobile_find"),
            &json!("off"),
            &json!(false),
            &json!(0)
        )
    );
    assert_eq!(standing["caller"]["role"], "admin");
    let may = |standing: &Value, what: &str| {
        standing["caller"]["may"]
            .as_array()
            .unwrap()
            .contains(&json!(what))
    };
    assert!(may(&standing, "settings") && may(&standing, "buy"));
    let theirs = team
        .call_as(&bea, Method::GET, "/v1/credits", &Value::Null)
        .await;
    assert_eq!(theirs["caller"]["role"], "user");
    assert!(!may(&theirs, "settings"));

    // Each member's own choice, and what is used of the day's cap.
    let member =
        json!({ "auto_unlock": { "mode": "member", "daily_cap": 1, "minimum_quality": 0 } });
    team.call(Method::PUT, "/v1/settings", &member).await;
    team.call_as(
        &bea,
        Method::PATCH,
        "/v1/members/me",
        &json!({ "auto_unlock": true }),
    )
    .await;
    let theirs = team
        .call_as(&bea, Method::GET, "/v1/credits", &Value::Null)
        .await;
    assert_eq!(
        (
            &theirs["auto_unlock"]["choice"],
            &theirs["auto_unlock"]["active"]
        ),
        (&json!(true), &json!(true))
    );
    assert_eq!(
        team.standing().await["auto_unlock"]["active"],
        false,
        "the owner's choice is another"
    );
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let ana = team.capture_as(&bea, "Ana Example", "works.test").await;
    let path = format!("/v1/leads/{}", ana.lead_id);
    team.eventually(&path, |lead| lead["mobile"]["state"] == "unlocked")
        .await;
    let theirs = team
        .call_as(&bea, Method::GET, "/v1/credits", &Value::Null)
        .await;
    assert_eq!(
        (
            &theirs["auto_unlock"]["used_today"],
            &theirs["auto_unlock"]["active"]
        ),
        (&json!(1), &json!(false))
    );
}

/// The button of a lead: its price, and then the numbers, in captures, in the list and with
/// the lead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lead_says_what_its_numbers_cost() {
    let team = Team::on_plan("leadiq", "pro").await;
    team.knows("Ana Example", Preview::Exists(90), &[MOBILE]);
    let ana = team.capture("Ana Example", "works.test").await;
    let mobile = ana.mobile.unwrap();
    assert_eq!((mobile.state, mobile.price), (MobileState::Locked, 1_000));
    assert!(mobile.price_text.starts_with("1 "), "{}", mobile.price_text);
    team.unlock(ana.lead_id).await;
    let lead = team.get(&format!("/v1/leads/{}", ana.lead_id)).await;
    let listed = team.get("/v1/captures?after=0").await;
    assert_eq!(listed["captures"][0]["mobile"], lead["mobile"]);
    assert_eq!(
        (
            &lead["mobile"]["state"],
            &lead["mobile"]["price"],
            &lead["mobile"]["phones"][0]["number"]
        ),
        (&json!("unlocked"), &json!(0), &json!(MOBILE.0))
    );

    // Nobody can be asked: said before the click, as the click would be answered.
    let bare = Team::start("lode", false, |_| {}).await;
    let bob = bare
        .bench
        .capture(&person("Bob Example", Some("works.test")))
        .await;
    assert_eq!(bob.mobile.unwrap().state, MobileState::NotConfigured);
    assert_eq!(
        bare.standing().await["actions"]["mobile_find"]["configured"],
        false
    );
    // A price list without numbers offers none.
    let mine = Team::on("leadmine").await;
    let ana = mine.capture("Ana Example", "works.test").await;
    assert_eq!(ana.mobile, None);
}
