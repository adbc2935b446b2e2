//! Who gets in.

use lode_core::api::Health;
use reqwest::{Method, StatusCode, header};
use serde_json::json;

use crate::support::{Bench, Database, json_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_device_is_out() {
    let bench = Bench::start(Vec::new()).await;
    let revoke = bench
        .client
        .delete(format!("{}/v1/devices/current", bench.url))
        .bearer_auth(&bench.token);
    assert_eq!(
        revoke.send().await.unwrap().status(),
        StatusCode::NO_CONTENT
    );
    let response = bench.get("/v1/account").send().await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guessing_codes_is_slowed_down() {
    let bench = Bench::start_with(Database::Sqlite, Vec::new(), |config| {
        config.pairing_tries_per_minute = 3;
    })
    .await
    .unwrap();
    for _ in 0..3 {
        assert_eq!(
            bench.pair("AAAA-AAAA").await.status(),
            StatusCode::FORBIDDEN
        );
    }
    let response = bench.pair("AAAA-AAAA").await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    let seconds: u64 = response.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=61).contains(&seconds));
    // Whoever is paired is not concerned.
    assert_eq!(
        bench.get("/v1/account").send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_names_and_web_pages_are_refused() {
    let bench = Bench::start(Vec::new()).await;
    let health = || bench.client.get(format!("{}/v1/health", bench.url));
    let ok: Health = json_of(health().send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(ok.status, "ok");
    let rebound = health()
        .header(header::HOST, "evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(rebound.status(), StatusCode::MISDIRECTED_REQUEST);
    let page = health()
        .header(header::ORIGIN, "https://evil.example")
        .send()
        .await
        .unwrap();
    assert_eq!(page.status(), StatusCode::FORBIDDEN);
    assert!(
        !page
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    );
    let opaque = health()
        .header(header::ORIGIN, "null")
        .send()
        .await
        .unwrap();
    assert_eq!(opaque.status(), StatusCode::FORBIDDEN);
    let extension = health()
        .header(
            header::ORIGIN,
            "chrome-extension://abcdefghijklmnopabcdefghijklmnop",
        )
        .send()
        .await
        .unwrap();
    assert_eq!(extension.status(), StatusCode::OK);
    assert!(
        !extension
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_named_extension_page_may_read() {
    let origin = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
    let bench = Bench::start_with(Database::Sqlite, Vec::new(), |config| {
        config.cors_origins = vec![origin.to_owned()];
    })
    .await
    .unwrap();
    let preflight = bench
        .client
        .request(
            reqwest::Method::OPTIONS,
            format!("{}/v1/captures", bench.url),
        )
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .header(
            header::ACCESS_CONTROL_REQUEST_HEADERS,
            "authorization,content-type",
        )
        .send()
        .await
        .unwrap();
    assert_eq!(
        preflight.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        origin
    );
    let other = bench
        .client
        .get(format!("{}/v1/health", bench.url))
        .header(
            header::ORIGIN,
            "chrome-extension://ponmlkjihgfedcbaponmlkjihgfedcba",
        )
        .send()
        .await
        .unwrap();
    assert!(
        !other
            .headers()
            .contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_probing_nothing_is_asked_and_nothing_charged() {
    let domain = crate::support::ordinary("works.test", &["ana.example"]);
    let bench = Bench::start_with(Database::Sqlite, vec![domain], |config| {
        config.probing = false;
    })
    .await
    .unwrap();
    let body = crate::support::person("Ana Example", Some("works.test"));
    bench.capture(&body).await;
    let view = bench.ended(crate::support::operation(&body)).await;
    assert_eq!(view.state, lode_core::api::CaptureState::Unsure, "{view:?}");
    assert_eq!(view.reason.as_deref(), Some("probing_off"));
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(bench.bed.stats().of("works.test").connections, 0);
    let account: serde_json::Value = json_of(
        bench.get("/v1/account").send().await.unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(account["probing"], json!(false));
}

/// Trying a key calls the provider, and may put it to rest: a setting like the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_is_tried_by_whoever_may_change_settings() {
    let team = crate::team::Team::on("lode").await;
    let bea = team.join("Bea", "user").await;
    for (method, path) in [
        (Method::POST, "/v1/providers/hunter/test"),
        (Method::PUT, "/v1/providers/hunter"),
        (Method::DELETE, "/v1/providers/hunter"),
    ] {
        let refused = team
            .refused_as(&bea, method.clone(), path, &json!({}))
            .await;
        assert_eq!(refused.0, 403, "{method} {path}: {}", refused.1);
    }
    let owner = &team.bench.token;
    let path = "/v1/providers/hunter/test";
    let none = team.refused_as(owner, Method::POST, path, &json!({})).await;
    assert_eq!(none.0, 404, "there is no key");
}
