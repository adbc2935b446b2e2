//! What became of mail teaches the next look-up, and judges the scores.

use lode_core::api::{CaptureState, EmailView};
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, operation, person};

async fn guess(bench: &Bench, name: &str) -> EmailView {
    let body = person(name, Some("open.test"));
    bench.capture(&body).await;
    let view = bench.ended(operation(&body)).await;
    assert_eq!(view.state, CaptureState::Unsure, "{view:?}");
    view.email.unwrap()
}

async fn report(bench: &Bench, address: &str, outcome: &str) {
    let body = json!({
        "operation_id": Uuid::now_v7(), "address": address, "outcome": outcome,
        "at": 1_790_000_000_000_i64,
    });
    let response = bench.post("/v1/outcomes").json(&body).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bounce_lowers_and_a_delivery_confirms() {
    let domains = vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let bench = Bench::start(domains).await;
    let ana = guess(&bench, "Ana Example").await;
    assert_eq!(ana.address, "ana.example@open.test");
    report(&bench, &ana.address, "hard_bounce").await;
    let bo = guess(&bench, "Bo Stone").await;
    assert!(bo.score < ana.score, "{} {}", bo.score, ana.score);
    report(&bench, &bo.address, "delivered").await;
    let cleo = guess(&bench, "Cleo Hart").await;
    assert!(cleo.score > bo.score, "{} {}", cleo.score, bo.score);
    let scored = bench.server.store().scored_outcomes().await.unwrap();
    assert_eq!(scored, [(ana.score, false), (bo.score, true)]);
    let calibration = lode_finder::calibration::calibration(&scored);
    assert_eq!(calibration.n, 2);
    assert_eq!(
        calibration
            .bands
            .iter()
            .map(|band| band.bounced)
            .sum::<u64>(),
        1
    );
}
