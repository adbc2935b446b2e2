//! Every answer to a paired device carries its credit, whatever the answer is.

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::person;
use crate::team::{Team, usage};

const HEADERS: [&str; 4] = [
    "lode-credits-available",
    "lode-credits-held",
    "lode-credits-charged",
    "lode-credits-pools",
];

fn carries(response: &Response) -> bool {
    let has = |name: &&str| response.headers().contains_key(*name);
    let all = HEADERS.iter().all(has);
    assert_eq!(all, HEADERS.iter().any(has), "all or none");
    all
}

fn available(response: &Response) -> i64 {
    let value = response.headers()["lode-credits-available"]
        .to_str()
        .unwrap();
    value.parse().unwrap()
}

/// Method and path of every route, out of the router's own text: a route that is added is
/// walked.
fn routes() -> Vec<(Method, String)> {
    let text = include_str!("../../src/routes.rs");
    let text = &text[text.find("Router::new()").unwrap()..text.find(".fallback(").unwrap()];
    let mut routes = Vec::new();
    for part in text.split(".route(").skip(1) {
        let path = part.split('"').nth(1).unwrap();
        for (word, method) in [
            ("get(", Method::GET),
            ("post(", Method::POST),
            ("put(", Method::PUT),
            ("patch(", Method::PATCH),
            ("delete(", Method::DELETE),
        ] {
            if part.contains(word) {
                routes.push((method, path.to_owned()));
            }
        }
    }
    routes
}

fn filled(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "{provider}" => "hunter".to_owned(),
            "{site}" => "linkedin".to_owned(),
            part if part.starts_with('{') => Uuid::now_v7().to_string(),
            part => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_says_what_is_left() {
    let team = Team::on("lode").await;
    let open = ["/v1/health", "/v1/pairings"];
    let routes = routes();
    assert!(routes.len() > 45, "{}", routes.len());
    // What revokes or erases the caller comes last.
    let (mut last, first): (Vec<_>, Vec<_>) = routes
        .iter()
        .partition(|(method, path)| *method == Method::DELETE && !path.contains('{'));
    last.sort_by_key(|(_, path)| path == "/v1/account");
    for (method, path) in first.into_iter().chain(last) {
        let path = filled(path);
        // Without a device nothing is said.
        let body = if *method == Method::GET {
            Value::Null
        } else {
            json!({})
        };
        let stranger = team.send("lode_nobody", method.clone(), &path, &body).await;
        assert!(!carries(&stranger), "{method} {path} to a stranger");
        // Each with an own device: some answers end it.
        let code = team.post("/v1/pairing-codes", Value::Null).await;
        let paired: Value = team
            .bench
            .pair(code["code"].as_str().unwrap())
            .await
            .json()
            .await
            .unwrap();
        let token = paired["token"].as_str().unwrap();
        let response = team.send(token, method.clone(), &path, &body).await;
        let status = response.status();
        assert_ne!(status, StatusCode::UNAUTHORIZED, "{method} {path}");
        assert_eq!(
            carries(&response),
            !open.contains(&path.as_str()),
            "{method} {path}: {status}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_and_empty_answers_say_it_too() {
    let team = Team::on("lode").await;
    let token = team.bench.token.clone();
    let send = |method: Method, path: &'static str, body: Value| {
        let (team, token) = (&team, &token);
        async move { team.send(token, method, path, &body).await }
    };
    for _ in 0..10 {
        team.report("ai_text", "written").await;
    }
    let short = send(
        Method::POST,
        "/v1/usage",
        usage("ai_text", "x", "written", 1),
    )
    .await;
    assert_eq!(
        (short.status().as_u16(), carries(&short), available(&short)),
        (402, true, 0)
    );
    team.buy("standard", 3).await;
    let lost = send(Method::GET, "/v1/nowhere", Value::Null).await;
    assert_eq!(
        (lost.status().as_u16(), carries(&lost), available(&lost)),
        (404, true, 3_000)
    );
    let wrong = send(Method::PUT, "/v1/captures", json!({})).await;
    assert_eq!((wrong.status().as_u16(), carries(&wrong)), (405, true));
    let bad = send(Method::POST, "/v1/captures", json!({ "x": 1 })).await;
    assert_eq!((bad.status().as_u16(), carries(&bad)), (400, true));
    let mut body = usage("ai_text", "y", "written", 1);
    assert_eq!(
        available(&send(Method::POST, "/v1/usage", body.clone()).await),
        2_000
    );
    body["subject"] = json!("z");
    let conflict = send(Method::POST, "/v1/usage", body).await;
    assert_eq!(
        (conflict.status().as_u16(), available(&conflict)),
        (409, 2_000)
    );
    let view = team
        .bench
        .capture(&person("Ana Example", Some("works.test")))
        .await;
    let path = format!("/v1/leads/{}/archive", view.lead_id);
    let gone = team.send(&token, Method::POST, &path, &Value::Null).await;
    assert_eq!((gone.status().as_u16(), carries(&gone)), (204, true));
    assert_eq!(gone.headers()["lode-credits-charged"], "0");
    // Nobody's balance in a refusal of somebody unknown.
    let stranger = team
        .send("lode_x", Method::GET, "/v1/nowhere", &Value::Null)
        .await;
    assert!(!carries(&stranger));
}
