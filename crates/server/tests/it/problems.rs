//! Every refusal is a problem document with a stable code.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{Bench, person};

/// A refusal in one text: status, type and body.
async fn refusal(response: Response) -> String {
    let status = response.status();
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let body: Value = response.json().await.unwrap();
    assert_eq!(kind, "application/problem+json");
    assert_eq!(body["status"], json!(status.as_u16()));
    assert_eq!(
        body["type"],
        json!(format!(
            "urn:lode:problem:{}",
            body["code"].as_str().unwrap()
        ))
    );
    let errors: Vec<String> = body["errors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|e| {
            format!(
                "{}: {}",
                e["field"].as_str().unwrap(),
                e["message"].as_str().unwrap()
            )
        })
        .collect();
    format!(
        "{} {} {:?}",
        status.as_u16(),
        body["code"].as_str().unwrap(),
        errors
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals() {
    let bench = Bench::start(Vec::new()).await;
    let mut seen = Vec::new();
    let mut note = async |what: &str, response: Response| {
        seen.push(format!("{what}: {}", refusal(response).await));
    };
    let captures = format!("{}/v1/captures", bench.url);
    let send = async |body: String, kind: &str| {
        let request = bench.post("/v1/captures").header("content-type", kind);
        request.body(body).send().await.unwrap()
    };
    let json = "application/json";

    note(
        "no token",
        bench.client.get(&captures).send().await.unwrap(),
    )
    .await;
    let wrong = bench.client.get(&captures).bearer_auth("lode_wrong");
    note("wrong token", wrong.send().await.unwrap()).await;
    note(
        "no such path",
        bench.get("/v1/nothing").send().await.unwrap(),
    )
    .await;
    let put = bench
        .client
        .request(Method::PUT, &captures)
        .send()
        .await
        .unwrap();
    assert!(put.headers().contains_key("allow"));
    note("wrong method", put).await;
    note(
        "no such capture",
        bench
            .get("/v1/captures/01890000-0000-7000-8000-000000000000")
            .send()
            .await
            .unwrap(),
    )
    .await;
    note("no id", bench.get("/v1/captures/xyz").send().await.unwrap()).await;
    note(
        "wrong query",
        bench.get("/v1/captures?after=x").send().await.unwrap(),
    )
    .await;
    note(
        "negative limit",
        bench.get("/v1/captures?limit=0").send().await.unwrap(),
    )
    .await;
    note(
        "no type",
        bench.post("/v1/captures").body("{}").send().await.unwrap(),
    )
    .await;
    note("other type", send("{}".into(), "text/plain").await).await;
    note("no JSON", send("{".into(), json).await).await;
    note("empty", send(String::new(), json).await).await;
    note(
        "deep",
        send(format!("{}{}", "[".repeat(9_000), "]".repeat(9_000)), json).await,
    )
    .await;
    note("large", send("x".repeat(300_000), json).await).await;
    let mut body = person("Ana Example", None);
    body["lead"]["nick"] = "x".into();
    note("unknown field", send(body.to_string(), json).await).await;
    let mut body = person("Ana Example", None);
    body["captured_at"] = "yesterday".into();
    note("wrong kind", send(body.to_string(), json).await).await;
    let mut body = person("Ana Example", None);
    body["lead"]["company_domain"] = "no domain".into();
    body["lead"]["full_name"] = "x".repeat(2_001).into();
    note("wrong values", send(body.to_string(), json).await).await;
    let mut body = person("Ana Example", None);
    body["lead"]["kind"] = "cat".into();
    note("wrong variant", send(body.to_string(), json).await).await;
    let body = person("Ana Example", None);
    bench.capture(&body).await;
    let mut other = person("Bob Example", None);
    other["operation_id"] = body["operation_id"].clone();
    note("conflict", send(other.to_string(), json).await).await;
    note("wrong code", bench.pair("AAAA-AAAA").await).await;
    note("empty code", bench.pair(" ").await).await;
    let patch = |body: Value| {
        let url = format!(
            "{}/v1/leads/01890000-0000-7000-8000-000000000000",
            bench.url
        );
        bench
            .client
            .patch(url)
            .bearer_auth(&bench.token)
            .json(&body)
            .send()
    };
    note(
        "no such lead",
        patch(json!({ "title": "x" })).await.unwrap(),
    )
    .await;
    note(
        "wrong patch",
        patch(json!({ "company_domain": "x" })).await.unwrap(),
    )
    .await;
    note(
        "unknown patch",
        patch(json!({ "nick": "x" })).await.unwrap(),
    )
    .await;
    let resume = bench.post("/v1/captures/01890000-0000-7000-8000-000000000000/resume");
    note("nothing to resume", resume.send().await.unwrap()).await;
    insta::assert_snapshot!(seen.join("\n"));
}
