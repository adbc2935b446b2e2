//! Every verdict is kept with what it rests on, for those who may see it, as long as the person
//! is.

use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Bench, json_of, operation, ordinary, person};

async fn receipt(bench: &Bench, id: Uuid) -> Value {
    let path = format!("/v1/receipts/{id}");
    json_of(bench.get(&path).send().await.unwrap(), StatusCode::OK).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_shows_what_the_mail_server_said() {
    let bench = Bench::start(vec![ordinary("works.test", &["ada.marlow"])]).await;
    let ada = person("Ada Marlow", Some("works.test"));
    bench.capture(&ada).await;
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(view.email.unwrap().domain_confidence, None);
    let shown = receipt(&bench, operation(&ada)).await;
    let evidence = &shown["evidence"]["email"]["evidence"];
    assert_eq!(
        evidence["target"]["recipient"], "ada.marlow@works.test",
        "{shown:#}"
    );
    assert_eq!(evidence["target"]["code"], 250);
    let control = &evidence["control"];
    assert!(control["random"]["code"].as_i64().unwrap() >= 500);
    assert_eq!(control["names"].as_array().unwrap().len(), 2);
    assert_eq!(control["postmaster"]["class"], "accepted");
    // The same of a verification.
    let body = json!({"operation_id": Uuid::now_v7(), "address": "gone@works.test"});
    let response = bench.post("/v1/verifications").json(&body).send().await;
    let done: Value = json_of(response.unwrap(), StatusCode::CREATED).await;
    let evidence = &done["result"]["evidence"];
    assert_eq!(
        evidence["target"]["recipient"], "gone@works.test",
        "{done:#}"
    );
    let shown = receipt(&bench, operation(&body)).await;
    assert_eq!(shown["evidence"]["result"]["evidence"], *evidence);
    // It goes with the person.
    let lead = format!("{}/v1/leads/{}", bench.url, view.lead_id);
    let erased = bench.client.delete(lead).bearer_auth(&bench.token).send();
    assert_eq!(erased.await.unwrap().status(), StatusCode::NO_CONTENT);
    let path = format!("/v1/receipts/{}", operation(&ada));
    let gone = bench.get(&path).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

/// A search that found nobody says whom it asked for, and what was answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_shows_who_was_refused() {
    let bench = Bench::start(vec![ordinary("works.test", &["ben.stonefield"])]).await;
    let ada = person("Ada Marlow", Some("works.test"));
    bench.capture(&ada).await;
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(view.reason.as_deref(), Some("no_candidate_accepted"));
    let shown = receipt(&bench, operation(&ada)).await;
    assert_eq!(shown["evidence"]["email"], Value::Null);
    let refused = &shown["evidence"]["refused"];
    let candidates = refused["candidates"].as_array().unwrap();
    assert!(candidates.len() > 2, "{shown:#}");
    for candidate in candidates {
        assert_eq!(candidate["status"], "invalid");
        assert_eq!(candidate["reasons"][0], "no_such_mailbox");
        assert_eq!(candidate["answer"]["recipient"], candidate["email"]);
        assert_eq!(candidate["answer"]["code"], 550);
    }
    let first = &candidates[0]["email"];
    assert_eq!(first, "ada.marlow@works.test");
    assert_eq!(refused["evidence"]["control"]["postmaster"]["code"], 250);
}

/// Where the domain is a guess, the answer says how good a one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guessed_domain_comes_with_its_probability() {
    let bench = Bench::start(vec![ordinary("xqzzyworks.com", &["ada.marlow"])]).await;
    let ada = person("Ada Marlow", None);
    bench.capture(&ada).await;
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(view.reason.as_deref(), Some("domain_unconfirmed"));
    let confidence = view.email.unwrap().domain_confidence.unwrap();
    assert!((30..100).contains(&confidence), "{confidence}");
    let path = format!("/v1/leads/{}", view.lead_id);
    let lead: Value = json_of(bench.get(&path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(lead["email"]["domain_confidence"], confidence);
}
