//! Second opinions: what providers say of addresses that we could not judge ourselves.

use lode_core::api::{CaptureState, CaptureView, DryRunView, ProviderCallView};
use lode_core::email::EmailStatus;
use lode_server::Config;
use lode_store::providers::{Call, CallBegun, VERIFY, address_key};
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::providers::{Apis, KEY, found, hunter, providers, put, receipt, with_keys};
use crate::support::{Bench, Database, json_of, operation, ordinary, person};

/// Where Hunter is asked about addresses.
const HUNTER: &str = "/hunter/email-verifier";

/// Where LeadMagic is.
const LEADMAGIC: &str = "/leadmagic/v1/people/email-validation";

/// Hunter knows nobody, and says this of every address.
fn hunter_says(status: &str) -> Value {
    json!({"data": {"email": null, "score": null, "status": status}})
}

/// The same of LeadMagic; `status` is of addresses that it is asked about.
fn leadmagic_says(status: &str) -> Value {
    json!({"email": null, "status": null, "email_status": status, "credits_consumed": 0.25})
}

fn no_probing(config: &mut Config) {
    config.probing = false;
}

async fn opinions_of(bench: &Bench, names: &[&str]) {
    for name in names {
        let path = format!("/v1/providers/{name}");
        let set = put(bench, &path, json!({ "second_opinion": true })).await;
        assert_eq!(set.status(), StatusCode::OK);
    }
}

/// Of which calls a receipt speaks: who was asked for what, what came of it, what it cost.
fn calls(calls: &[ProviderCallView]) -> Vec<(&str, &str, Option<&str>, Option<i64>)> {
    calls
        .iter()
        .map(|call| {
            let came_to = call.error.as_deref().or(call.said.as_deref());
            (
                call.provider.as_str(),
                call.purpose.as_str(),
                came_to,
                call.cost,
            )
        })
        .collect()
}

fn reasons(view: &CaptureView) -> &[String] {
    &view.email.as_ref().unwrap().reasons
}

fn has(view: &CaptureView, code: &str) -> bool {
    reasons(view).iter().any(|reason| reason == code)
}

/// The likeliest address is doubted, the next one confirmed: it is shown instead, as a claim. The
/// same again asks nobody.
async fn doubted_and_confirmed(database: Database) {
    let apis = Apis::start(&[("hunter", 200, hunter_says("valid"))]).await;
    let domains = vec![ordinary("works.test", &[])];
    let Some(bench) = with_keys(database, domains, &apis, &["hunter"], no_probing).await else {
        return;
    };
    // Nobody is asked who was not allowed to.
    let guess = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    let before = guess.email.clone().unwrap();
    assert_eq!(guess.reason.as_deref(), Some("probing_off"), "{guess:?}");
    assert_eq!(apis.bodies(HUNTER).len(), 0);
    opinions_of(&bench, &["hunter"]).await;
    apis.says(HUNTER, &before.address, 200, hunter_says("invalid"));
    for _ in 0..2 {
        let ada = person("Ada Marlow", Some("works.test"));
        let view = found(&bench, &ada).await;
        assert_eq!(
            (view.state, view.reason.as_deref()),
            (CaptureState::Unsure, Some("probing_off"))
        );
        let email = view.email.clone().unwrap();
        assert_ne!(email.address, before.address);
        assert!(email.address.ends_with("@works.test"));
        assert_eq!(email.status, EmailStatus::Unknown);
        assert!((50..=80).contains(&email.score), "{}", email.score);
        for code in ["doubted_by_hunter", "next_likeliest", "confirmed_by_hunter"] {
            assert!(has(&view, code), "{code}: {:?}", email.reasons);
        }
        assert_eq!(view.receipt.unwrap().charged, 0);
        assert_eq!(apis.bodies(HUNTER).len(), 2, "each address once");
        // Half a credit each, since Hunter does not say what it took.
        assert_eq!(providers(&bench).await.providers[0].spent_today, 1_000);
    }
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubted_and_confirmed_on_sqlite() {
    doubted_and_confirmed(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn doubted_and_confirmed_on_postgres() {
    doubted_and_confirmed(Database::Postgres).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_cannot_tell_leaves_it_to_the_next_and_to_no_further_address() {
    let apis = Apis::start(&[
        ("hunter", 200, hunter_says("accept_all")),
        ("leadmagic", 200, leadmagic_says("catch_all")),
    ])
    .await;
    let domains = vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let order = ["hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    let without = found(&bench, &person("Ada Marlow", Some("open.test"))).await;
    opinions_of(&bench, &order).await;
    let ada = person("Ada Marlow", Some("open.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.reason.as_deref(), Some("accept_all"), "{view:?}");
    assert_eq!(reasons(&view), reasons(&without), "nobody could tell");
    assert_eq!(
        view.email.as_ref().unwrap().score,
        without.email.as_ref().unwrap().score
    );
    let receipt = receipt(&bench, &ada).await;
    assert_eq!(
        calls(&receipt.provider_calls),
        [
            ("hunter", "verify", Some("accept_all"), None),
            ("leadmagic", "verify", Some("accept_all"), Some(250)),
        ]
    );
    // Somebody else's address; the second one knows it.
    let known = leadmagic_says("valid");
    apis.says(LEADMAGIC, "stone", 200, known);
    let view = found(&bench, &person("Bo Stone", Some("open.test"))).await;
    assert!(has(&view, "confirmed_by_leadmagic"), "{view:?}");
    let email = view.email.unwrap();
    assert_eq!(email.status, EmailStatus::AcceptAll);
    assert!(email.score > 80 && email.score <= 95, "{}", email.score);
    assert_eq!(view.receipt.unwrap().charged, 0);
    assert_eq!(
        (apis.bodies(HUNTER).len(), apis.bodies(LEADMAGIC).len()),
        (2, 2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_proved_or_refuted_is_not_asked_about() {
    let apis = Apis::start(&[("hunter", 200, hunter_says("valid"))]).await;
    let domains = vec![ordinary("works.test", &["ana.example"])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    opinions_of(&bench, &["hunter"]).await;
    let ana = found(&bench, &person("Ana Example", Some("works.test"))).await;
    assert_eq!(ana.state, CaptureState::Found);
    let ada = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    assert_eq!(ada.state, CaptureState::NotFound, "{ada:?}");
    for address in ["ana.example@works.test", "nobody@works.test", "no address"] {
        let body = json!({ "operation_id": Uuid::now_v7(), "address": address });
        let response = bench.post("/v1/verifications").json(&body).send().await;
        assert!(response.unwrap().status().as_u16() < 500, "{address}");
    }
    assert_eq!(apis.bodies(HUNTER).len(), 0);
}

/// What a provider said of the address that it named is not paid for again there; another's
/// opinion counts beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_named_an_address_is_not_asked_about_it() {
    let mut named = hunter("am77@open.test");
    named["data"]["status"] = json!("valid");
    let apis = Apis::start(&[
        ("hunter", 200, named),
        ("leadmagic", 200, leadmagic_says("valid")),
    ])
    .await;
    let domains = vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let order = ["hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    opinions_of(&bench, &["hunter"]).await;
    let alone = found(&bench, &person("Ada Marlow", Some("open.test"))).await;
    assert_eq!(alone.email.as_ref().unwrap().address, "am77@open.test");
    assert_eq!(apis.bodies(HUNTER).len(), 0);
    opinions_of(&bench, &["leadmagic"]).await;
    let ada = person("Ada Marlow", Some("open.test"));
    let view = found(&bench, &ada).await;
    assert!(has(&view, "found_by_hunter") && has(&view, "confirmed_by_leadmagic"));
    let (before, after) = (alone.email.unwrap().score, view.email.unwrap().score);
    assert!(before < after && after <= 95, "{before} {after}");
    assert_eq!(apis.bodies(HUNTER).len(), 0);
    let asked = apis.bodies(LEADMAGIC);
    assert_eq!(asked, [json!({"email": "am77@open.test"})]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_fails_rests_and_changes_no_answer() {
    let no_credits = json!({"errors": [{"id": "usage_exceeded"}]});
    for (status, trouble) in [
        (401, Some("provider_unauthorized")),
        (429, Some("provider_out_of_credits")),
        (403, Some("provider_rate_limited")),
        (503, Some("provider_failed")),
        (451, None),
    ] {
        let apis = Apis::start(&[("hunter", 200, hunter_says("valid"))]).await;
        apis.says(HUNTER, "@", status, no_credits.clone());
        let domains = vec![ordinary("works.test", &[])];
        let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], no_probing).await;
        let bench = bench.unwrap();
        let without = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
        opinions_of(&bench, &["hunter"]).await;
        let ada = person("Ada Marlow", Some("works.test"));
        let view = found(&bench, &ada).await;
        let note = if status == 451 {
            "person_opted_out"
        } else {
            "no_second_opinion"
        };
        assert!(has(&view, note), "{status}: {:?}", reasons(&view));
        let (own, now) = (without.email.unwrap(), view.email.unwrap());
        assert_eq!((own.address, own.score), (now.address, now.score));
        let receipt = receipt(&bench, &ada).await;
        let call = &receipt.provider_calls[0];
        assert_eq!((call.outcome.as_str(), call.cost), ("failed", Some(0)));
        let view = providers(&bench).await;
        assert_eq!(view.providers[0].trouble.as_deref(), trouble, "{status}");
        assert_eq!(view.providers[0].spent_today, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_days_limit_holds_for_opinions() {
    let apis = Apis::start(&[("hunter", 200, hunter_says("invalid"))]).await;
    let domains = vec![ordinary("works.test", &[])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], no_probing).await;
    let bench = bench.unwrap();
    opinions_of(&bench, &["hunter"]).await;
    // Finding costs up to a credit, and nothing where nobody is found: two opinions are left.
    put(
        &bench,
        "/v1/providers/hunter",
        json!({ "daily_limit": 1_000 }),
    )
    .await;
    let view = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    assert!(has(&view, "doubted_by_hunter"), "{view:?}");
    assert!(has(&view, "provider_spend_limit"), "{view:?}");
    assert_eq!(apis.bodies(HUNTER).len(), 2);
    assert_eq!(providers(&bench).await.providers[0].spent_today, 1_000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_most_three_addresses_are_asked_about() {
    let apis = Apis::start(&[("hunter", 200, hunter_says("invalid"))]).await;
    let domains = vec![ordinary("works.test", &[])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], no_probing).await;
    let bench = bench.unwrap();
    let before = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    opinions_of(&bench, &["hunter"]).await;
    let view = found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    assert_eq!(apis.bodies(HUNTER).len(), 3);
    assert_eq!(view.state, CaptureState::Unsure);
    assert!(has(&view, "doubted_by_hunter"));
    assert!(view.email.unwrap().score < before.email.unwrap().score);
}

/// A server that ends while a provider works on its answer: the look-up goes on without it on the
/// next one, and nobody pays twice.
async fn killed(database: Database) {
    let apis = Apis::start(&[("hunter", 200, hunter_says("valid"))]).await;
    let domains = vec![ordinary("works.test", &[])];
    let Some(bench) = with_keys(database, domains, &apis, &["hunter"], no_probing).await else {
        return;
    };
    opinions_of(&bench, &["hunter"]).await;
    let held = apis.hold(HUNTER).await;
    let ada = person("Ada Marlow", Some("works.test"));
    bench.capture(&ada).await;
    apis.until_asked(HUNTER, 1).await;
    let bench = bench.restart().await;
    let view = bench.ended(operation(&ada)).await;
    assert_eq!(view.reason.as_deref(), Some("probing_off"), "{view:?}");
    assert!(has(&view, "no_second_opinion"), "{view:?}");
    assert!(!has(&view, "confirmed_by_hunter"), "{view:?}");
    assert_eq!(apis.bodies(HUNTER).len(), 1, "asked once");
    let view = providers(&bench).await;
    assert_eq!(view.providers[0].spent_today, 500, "it may be paid for");
    drop(held);
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_had_asked_is_not_paid_twice_on_sqlite() {
    killed(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_server_had_asked_is_not_paid_twice_on_postgres() {
    killed(Database::Postgres).await;
}

async fn verified(bench: &Bench, id: Uuid, address: &str) -> Value {
    let body = json!({ "operation_id": id, "address": address });
    let response = bench.post("/v1/verifications").json(&body).send().await;
    json_of(response.unwrap(), StatusCode::CREATED).await
}

fn codes(done: &Value) -> Vec<&str> {
    let reasons = done["result"]["reasons"].as_array().unwrap();
    reasons.iter().map(|code| code.as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verifications_have_opinions_too_and_keep_their_verdict() {
    let apis = Apis::start(&[("hunter", 200, hunter_says("valid"))]).await;
    let domains = vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &["hunter"], |_| {})
        .await
        .unwrap();
    let ada = "ada.marlow@open.test";
    let without = verified(&bench, Uuid::now_v7(), ada).await;
    assert_eq!(without["result"]["status"], "accept_all", "{without}");
    opinions_of(&bench, &["hunter"]).await;
    for _ in 0..2 {
        let id = Uuid::now_v7();
        let with = verified(&bench, id, ada).await;
        assert_eq!(with["result"]["status"], "accept_all");
        assert!(codes(&with).contains(&"confirmed_by_hunter"), "{with}");
        let score = |done: &Value| done["result"]["score"].as_i64().unwrap();
        assert!(score(&without) < score(&with) && score(&with) <= 95);
        assert_eq!(apis.bodies(HUNTER).len(), 1);
        let path = format!("/v1/receipts/{id}");
        let shown: Value = json_of(bench.get(&path).send().await.unwrap(), StatusCode::OK).await;
        let calls = shown["provider_calls"].as_array().unwrap();
        assert!(calls.iter().all(|call| call["said"] == "valid"), "{shown}");
    }
    // Begun on a server that was killed: not asked again for the same operation, nor while its
    // answer may come; later for whoever asks next.
    let store = bench.server.store();
    let account_id = store.accounts().await.unwrap()[0].id;
    let begun = async |address: &str, operation: Uuid, minutes_ago: i64| {
        let key = address_key(address);
        let call = Call {
            account_id,
            provider: "hunter",
            purpose: VERIFY,
            operation,
            worker: None,
            lead_id: Uuid::nil(),
            person: &key,
            worst: 500,
            known_since: 0,
            once: true,
        };
        let at = lode_server::app::now() - minutes_ago * 60 * 1000;
        let begun = store.begin_call(&call, at).await.unwrap();
        assert!(matches!(begun, CallBegun::Go(_)), "{begun:?}");
    };
    let (bo, cleo) = ("bo.stone@open.test", "cleo.hart@open.test");
    let (now, before) = (Uuid::now_v7(), Uuid::now_v7());
    begun(bo, now, 0).await;
    begun(cleo, before, 3).await;
    let killed = verified(&bench, now, bo).await;
    assert_eq!(killed["result"]["status"], "accept_all");
    let priced = &killed["receipt"]["rule"];
    assert_eq!(priced, "verify.accept_all", "the price is of our verdict");
    for (id, address) in [(Uuid::now_v7(), bo), (before, cleo)] {
        let lost = verified(&bench, id, address).await;
        assert!(codes(&lost).contains(&"no_second_opinion"), "{lost}");
    }
    assert!(codes(&killed).contains(&"no_second_opinion"), "{killed}");
    assert_eq!(apis.bodies(HUNTER).len(), 1);
    let next = verified(&bench, Uuid::now_v7(), cleo).await;
    assert!(codes(&next).contains(&"confirmed_by_hunter"), "{next}");
    assert_eq!(apis.bodies(HUNTER).len(), 2);
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_setting_is_each_providers_and_off_at_first() {
    let apis = Apis::start(&[
        ("apollo", 200, json!({})),
        ("hunter", 200, json!({})),
        ("leadmagic", 200, json!({})),
    ])
    .await;
    let order = ["apollo", "hunter", "leadmagic"];
    let bench = with_keys(Database::Sqlite, Vec::new(), &apis, &order, |_| {})
        .await
        .unwrap();
    let shown = async || {
        let view = providers(&bench).await;
        let facts = view.providers.into_iter();
        facts
            .map(|one| (one.second_opinion, one.second_opinion_price))
            .collect::<Vec<_>>()
    };
    let off = [(false, None), (false, Some(500)), (false, Some(1_000))];
    assert_eq!(shown().await, off);
    opinions_of(&bench, &["hunter"]).await;
    assert_eq!(shown().await[1], (true, Some(500)));
    // Another change leaves it; one that no provider can keep is refused.
    put(&bench, "/v1/providers/hunter", json!({ "daily_limit": 7 })).await;
    put(&bench, "/v1/providers/hunter", json!({ "key": KEY })).await;
    assert_eq!(shown().await[1], (true, Some(500)));
    let apollo = "/v1/providers/apollo";
    let refused = put(&bench, apollo, json!({ "second_opinion": true })).await;
    let refused: Value = json_of(refused, StatusCode::BAD_REQUEST).await;
    assert_eq!(refused["errors"][0]["field"], "second_opinion");
    let off = put(&bench, apollo, json!({ "second_opinion": false })).await;
    assert_eq!(off.status(), StatusCode::OK);
    let off = put(
        &bench,
        "/v1/providers/hunter",
        json!({ "second_opinion": false }),
    )
    .await;
    assert_eq!(off.status(), StatusCode::OK);
    assert_eq!(shown().await[1], (false, Some(500)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_says_what_opinions_cost_at_worst() {
    let apis = Apis::start(&[("hunter", 200, json!({})), ("leadmagic", 200, json!({}))]).await;
    let order = ["leadmagic", "hunter"];
    let bench = with_keys(Database::Sqlite, Vec::new(), &apis, &order, |_| {})
        .await
        .unwrap();
    let plan = async || -> DryRunView {
        let response = bench.get("/v1/providers/dry-run").send().await.unwrap();
        json_of(response, StatusCode::OK).await
    };
    let without = plan().await;
    assert_eq!(
        (without.second_opinion_worst, without.second_opinions.len()),
        (0, 0)
    );
    opinions_of(&bench, &order).await;
    let with = plan().await;
    assert_eq!(with.expected_cost, without.expected_cost);
    let facts = |plan: &DryRunView| -> Vec<(String, i64, u32, u64)> {
        let opinions = plan.second_opinions.iter();
        opinions
            .map(|one| {
                (
                    one.provider.clone(),
                    one.price,
                    one.addresses,
                    one.worst_cost,
                )
            })
            .collect()
    };
    let of = |name: &str, price, addresses, cost| (name.to_owned(), price, addresses, cost);
    let all = [
        of("leadmagic", 1_000, 3, 150_000),
        of("hunter", 500, 3, 75_000),
    ];
    assert_eq!(facts(&with), all);
    assert_eq!(with.second_opinion_worst, 225_000);
    // The cheapest first; what finding takes of the day's limit is not there any more.
    put(&bench, "/v1/providers", json!({ "order": null })).await;
    put(
        &bench,
        "/v1/providers/hunter",
        json!({ "daily_limit": 1_700 }),
    )
    .await;
    let limited = [
        of("hunter", 500, 1, 25_000),
        of("leadmagic", 1_000, 3, 150_000),
    ];
    assert_eq!(facts(&plan().await), limited);
    assert_eq!(apis.asked("hunter") + apis.asked("leadmagic"), 0);
}
