//! What became of mail teaches the next look-up, and judges the scores.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lode_core::api::{CaptureState, EmailView};
use lode_store::ScoredOutcome;
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, operation, person};

async fn guess(bench: &Bench, name: &str) -> EmailView {
    guess_at(bench, name, "open.test").await
}

async fn guess_at(bench: &Bench, name: &str, domain: &str) -> EmailView {
    let body = person(name, Some(domain));
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
    let scored: Vec<(u8, bool)> = scored.iter().map(ScoredOutcome::shown).collect();
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

/// Other domains' mail says what a score is worth, once there is enough of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outcomes_correct_the_scores() {
    const DOMAINS: usize = 24;
    let names: Vec<String> = (0..DOMAINS + 2).map(|n| format!("open{n}.test")).collect();
    let domains = names
        .iter()
        .map(|name| DomainSpec::new(name, Character::AcceptAll, &[]))
        .collect();
    let ahead = Arc::new(AtomicI64::new(0));
    let clock = ahead.clone();
    let bench = Bench::start_with_sources(
        domains,
        |_| {},
        |sources| {
            sources.clock =
                Arc::new(move || lode_server::app::now() + clock.load(Ordering::SeqCst));
        },
    )
    .await;
    let mut model = None;
    for (at, domain) in names.iter().take(DOMAINS).enumerate() {
        let name = format!(
            "Quilla {}ostworth",
            char::from(b'A' + u8::try_from(at).unwrap())
        );
        let guess = guess_at(&bench, &name, domain).await;
        assert!(model.is_none_or(|model| model == guess.score), "{guess:?}");
        model = Some(guess.score);
        report(&bench, &guess.address, "hard_bounce").await;
    }
    let model = model.unwrap();
    // Within ten minutes the scores stay as they are: outcomes are not read for each.
    let before = guess_at(&bench, "Quilla Yostworth", &names[DOMAINS]).await;
    assert_eq!(before.score, model);
    ahead.store(11 * 60 * 1000, Ordering::SeqCst);
    let after = guess_at(&bench, "Quilla Zostworth", &names[DOMAINS + 1]).await;
    assert!(after.score <= model / 2, "{} of {model}", after.score);
    let told = |email: &EmailView| {
        let code = "score_corrected_by_outcomes";
        email.reasons.iter().any(|reason| reason == code)
    };
    assert!(told(&after) && !told(&before));
    // The correction is made of the model's score, not of a corrected one.
    report(&bench, &after.address, "hard_bounce").await;
    let scored = bench.server.store().scored_outcomes().await.unwrap();
    let last = scored.iter().find(|of| of.score == after.score).unwrap();
    assert_eq!(last.model_score, model);
}
