//! The main job: from a click to an address, a verdict and a receipt.

use lode_core::api::{AccountView, CaptureChanges, CaptureState, CaptureView, Receipt};
use lode_core::email::EmailStatus;
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;
use serde_json::json;
use uuid::Uuid;

use crate::support::{Bench, json_of, operation, ordinary, person};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn found_not_found_and_repeated() {
    let bench = Bench::start(vec![ordinary("works.test", &["ana.example"])]).await;
    let ana = person("Ana Example", Some("works.test"));
    let taken = bench.capture(&ana).await;
    assert_eq!(
        (taken.credits.available, taken.credits.held),
        (9_000, 1_000)
    );
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    let email = view.email.as_ref().unwrap();
    assert_eq!(email.address, "ana.example@works.test");
    assert_eq!((email.status, email.score), (EmailStatus::Verified, 100));
    assert_eq!((view.credits.available, view.credits.held), (9_000, 0));
    let receipt = view.receipt.clone().unwrap();
    assert_eq!(
        (receipt.charged, receipt.rule.as_str()),
        (1_000, "find.verified")
    );
    assert_eq!(
        receipt.line,
        "1 credit: verified; repeat within 365 days is free"
    );

    // The same click again, and a second click: what is known, for nothing.
    let response = bench.post("/v1/captures").json(&ana).send().await.unwrap();
    assert_eq!(response.headers()["lode-credits-available"], "9000");
    assert_eq!(response.headers()["lode-credits-held"], "0");
    assert_eq!(response.headers()["lode-credits-charged"], "1000");
    let again: CaptureView = json_of(response, StatusCode::OK).await;
    assert_eq!(again, view);
    let mut second = person("Ana Example", Some("works.test"));
    second["lead"]["profile_url"] = json!("https://de.linkedin.com/in/Ana-Example?x=1");
    let second = bench.capture(&second).await;
    assert_eq!(
        (second.state, second.lead_id),
        (CaptureState::Found, view.lead_id)
    );
    assert_eq!(second.receipt.unwrap().charged, 0);

    let nobody = person("Norbert Nobody", Some("works.test"));
    bench.capture(&nobody).await;
    let view = bench.ended(operation(&nobody)).await;
    assert_eq!(
        (view.state, &view.email),
        (CaptureState::NotFound, &None),
        "{view:?}"
    );
    assert_eq!(view.reason.as_deref(), Some("no_candidate_accepted"));
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(view.credits.available, 9_000);

    let path = format!("/v1/receipts/{}", operation(&ana));
    let stored: Receipt = json_of(bench.get(&path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(stored, receipt);
    let account: AccountView = json_of(
        bench.get("/v1/account").send().await.unwrap(),
        StatusCode::OK,
    )
    .await;
    assert_eq!(
        (account.plan.as_str(), account.credits.available),
        ("free", 9_000)
    );
    assert!(account.probing);
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_proved_costs_nothing() {
    let bench = Bench::start(vec![
        DomainSpec::new("open.test", Character::AcceptAll, &[]),
        ordinary("quiet.test", &["ana.example"]),
    ])
    .await;
    let open = person("Olga Open", Some("open.test"));
    bench.capture(&open).await;
    let view = bench.ended(operation(&open)).await;
    assert_eq!(view.state, CaptureState::Unsure, "{view:?}");
    let email = view.email.unwrap();
    assert_eq!(email.status, EmailStatus::AcceptAll);
    assert!(email.score <= 95);
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(view.credits.available, 10_000);
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn greylisting_is_waited_for() {
    let bench = Bench::start(vec![DomainSpec::new(
        "grey.test",
        Character::Greylist,
        &["ana.example"],
    )])
    .await;
    let ana = person("Ana Example", Some("grey.test"));
    bench.capture(&ana).await;
    let deferred = bench
        .until(operation(&ana), |state| state == CaptureState::Deferred)
        .await;
    assert_eq!(deferred.credits.held, 1_000, "the hold waits too");
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!((view.credits.available, view.credits.held), (9_000, 0));
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_domain_is_asked_for_and_taken() {
    let bench = Bench::start(vec![ordinary("works.test", &["ana.example"])]).await;
    let ana = person("Ana Example", None);
    bench.capture(&ana).await;
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::NeedsDomain, "{view:?}");
    assert_eq!(view.reason.as_deref(), Some("domain_unknown"));
    assert_eq!((view.credits.available, view.credits.held), (10_000, 0));
    let path = format!("{}/v1/leads/{}", bench.url, view.lead_id);
    let response = bench
        .client
        .patch(&path)
        .bearer_auth(&bench.token)
        .json(&json!({ "company_domain": " https://WWW.works.test/about " }))
        .send()
        .await
        .unwrap();
    let view: CaptureView = json_of(response, StatusCode::OK).await;
    assert_eq!(view.lead.company_domain.as_deref(), Some("works.test"));
    assert!(view.state.is_open() || view.state == CaptureState::Found);
    let view = bench.ended_after(view.version, operation(&ana)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!(view.email.unwrap().address, "ana.example@works.test");
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn out_of_credits_keeps_the_lead_until_resumed() {
    let names: Vec<String> = ('a'..='k').map(|c| format!("P{c}pa Example")).collect();
    let mailboxes: Vec<String> = names
        .iter()
        .map(|name| name.to_lowercase().replace(' ', "."))
        .collect();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let bench = Bench::start(vec![ordinary("works.test", &mailboxes)]).await;
    for name in &names[..10] {
        let body = person(name, Some("works.test"));
        bench.capture(&body).await;
        assert_eq!(
            bench.ended(operation(&body)).await.state,
            CaptureState::Found
        );
    }
    let last = person(&names[10], Some("works.test"));
    let view = bench.capture(&last).await;
    assert_eq!(view.state, CaptureState::OutOfCredits);
    assert_eq!((&view.email, &view.receipt), (&None, &None));
    assert_eq!((view.credits.available, view.credits.held), (0, 0));
    assert_eq!(view.lead.full_name.as_deref(), Some(names[10].as_str()));
    // Resumed without credit it stays; what was paid for stays to be had.
    let path = format!("/v1/captures/{}/resume", operation(&last));
    let view: CaptureView = json_of(bench.post(&path).send().await.unwrap(), StatusCode::OK).await;
    assert_eq!(view.state, CaptureState::OutOfCredits);
    let again = bench.capture(&person(&names[0], Some("works.test"))).await;
    assert_eq!(
        (again.state, again.receipt.unwrap().charged),
        (CaptureState::Found, 0)
    );
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn erased_people_are_not_taken_again() {
    let bench = Bench::start(vec![ordinary("works.test", &["ana.example"])]).await;
    let ana = person("Ana Example", Some("works.test"));
    bench.capture(&ana).await;
    let view = bench.ended(operation(&ana)).await;
    let lead = format!("{}/v1/leads/{}", bench.url, view.lead_id);
    let erase = || bench.client.delete(&lead).bearer_auth(&bench.token).send();
    assert_eq!(erase().await.unwrap().status(), StatusCode::NO_CONTENT);
    assert_eq!(erase().await.unwrap().status(), StatusCode::NOT_FOUND);
    let again = person("Ana Example", Some("works.test"));
    let response = bench
        .post("/v1/captures")
        .json(&again)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS);
    let gone = bench
        .get(&format!("/v1/captures/{}", operation(&ana)))
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_request_is_woken_and_ends_with_the_server() {
    let bench = Bench::start(vec![ordinary("works.test", &["ana.example"])]).await;
    let waiting = tokio::spawn(bench.get("/v1/captures?after=0&wait=25").send());
    let ana = person("Ana Example", Some("works.test"));
    bench.capture(&ana).await;
    let changes: CaptureChanges = json_of(waiting.await.unwrap().unwrap(), StatusCode::OK).await;
    assert_eq!(changes.captures[0].operation_id, operation(&ana));
    let view = bench.ended(operation(&ana)).await;
    let path = format!("/v1/captures?after={}&wait=25", view.version);
    let waiting = tokio::spawn(bench.get(&path).send());
    // The request must have arrived before the server is told to stop; that it waits shows
    // in a second one that does not.
    let _ = bench.get("/v1/account").send().await.unwrap();
    let started = std::time::Instant::now();
    bench.server.stop().await;
    assert!(
        started.elapsed().as_secs() < 20,
        "nobody waits out the 25 seconds"
    );
    if let Ok(response) = waiting.await.unwrap() {
        let changes: CaptureChanges = json_of(response, StatusCode::OK).await;
        assert_eq!((changes.captures.len(), changes.next), (0, view.version));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_keeps_everything() {
    let bed = lode_testbed::Bed::start(lode_testbed::Scenario {
        domains: vec![ordinary("works.test", &["ana.example"])],
        ..lode_testbed::Scenario::default()
    })
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let first = lode_server::start(crate::support::config(&bed, &folder))
        .await
        .unwrap();
    let code = first.pairing_code.clone().unwrap().code;
    let store = first.store();
    let now = lode_server::app::now();
    let paired = store
        .pair_device(
            &code,
            "test",
            &lode_server::policy::pricing("lode").unwrap(),
            now,
        )
        .await
        .unwrap()
        .unwrap();
    first.stop().await;
    let second = lode_server::start(crate::support::config(&bed, &folder))
        .await
        .unwrap();
    assert_eq!(second.pairing_code, None, "something is paired");
    let url = format!("http://{}/v1/account", second.address);
    let response = reqwest::Client::new()
        .get(url)
        .bearer_auth(&paired.token)
        .send()
        .await;
    let account: AccountView = json_of(response.unwrap(), StatusCode::OK).await;
    assert_eq!(account.credits.available, 10_000, "granted once");
    assert_ne!(account.id, Uuid::nil());
    second.stop().await;
}
