//! What providers are asked for beside addresses: a company's domain, mobiles; and what that
//! would cost.

use lode_core::api::{CaptureState, DryRunView};
use lode_finder::company::CompanyName;
use lode_finder::domain::memory_key;
use lode_server::phones::PhoneQuestion;
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::providers::{Apis, found, providers, put, receipt, with_keys};
use crate::support::{Bench, Database, json_of, ordinary, person};

/// Every answer of Snov's at once: the token, a task that is done, and its row.
fn snov(domain: Option<&str>) -> Value {
    json!({"access_token": "tok-zq81", "expires_in": 3600, "task_hash": "h1",
        "status": "completed", "data": [{"name": "Xqzzy Works", "domain": domain, "email": null}]})
}

const START: &str = "/snov/v2/company-domain-by-name/start";

async fn named_domains_are_judged_and_paid_once(database: Database) {
    for title in [Some("Xqzzy Works"), None] {
        let apis = Apis::start(&[("snov", 200, snov(Some("kite-works.test")))]).await;
        let mut domain = ordinary("kite-works.test", &["ada.marlow"]);
        domain.title = title.map(str::to_owned);
        let bench = with_keys(database, vec![domain], &apis, &["snov"], |_| {}).await;
        let Some(bench) = bench else { return };
        let ada = person("Ada Marlow", None);
        let view = found(&bench, &ada).await;
        let email = view.email.unwrap_or_else(|| panic!("{:?}", view.reason));
        assert_eq!(email.address, "ada.marlow@kite-works.test");
        if title.is_some() {
            assert_eq!(view.state, CaptureState::Found);
            assert_eq!(email.domain_confidence, None);
        } else {
            assert_eq!(view.state, CaptureState::Unsure);
            assert_eq!(view.reason.as_deref(), Some("domain_unconfirmed"));
            let confidence = email.domain_confidence.unwrap();
            assert!((50..100).contains(&confidence), "{confidence}");
        }
        let calls = receipt(&bench, &ada).await.provider_calls;
        let call = &calls[0];
        assert_eq!(
            (call.purpose.as_str(), call.outcome.as_str(), call.cost),
            ("domain", "found", Some(1_000))
        );
        let asked = apis.bodies(START);
        assert_eq!(asked, [json!({"names": ["Xqzzy Works"]})]);
        // The company is known for the next person, confirmed or not.
        found(&bench, &person("Bo Stone", None)).await;
        assert_eq!(apis.bodies(START).len(), 1);
        let view = providers(&bench).await;
        assert_eq!(view.providers[0].spent_today, 1_000);
        // The record is of addresses: none was asked for where ours was proved.
        assert_eq!(view.providers[0].record.found, 0);
        bench.assert_ledger_clean().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn named_domains_are_judged_and_paid_once_on_sqlite() {
    named_domains_are_judged_and_paid_once(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn named_domains_are_judged_and_paid_once_on_postgres() {
    named_domains_are_judged_and_paid_once(Database::Postgres).await;
}

/// Nobody knows the company: asked once. Above the limit, or while it rests: not at all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_is_asked_for_under_the_same_rules() {
    for (status, limit, asked, spent) in [(200, 5_000, 1, 0), (200, 999, 0, 0), (402, 5_000, 0, 0)]
    {
        let apis = Apis::start(&[("snov", status, snov(None))]).await;
        let bench = with_keys(Database::Sqlite, Vec::new(), &apis, &["snov"], |_| {}).await;
        let bench = bench.unwrap();
        let limited = put(&bench, "/v1/providers/snov", json!({"daily_limit": limit})).await;
        assert_eq!(limited.status(), StatusCode::OK);
        for name in ["Ada Marlow", "Bo Stone"] {
            let view = found(&bench, &person(name, None)).await;
            assert_eq!(view.state, CaptureState::NeedsDomain, "{view:?}");
        }
        assert_eq!(apis.bodies(START).len(), asked, "{status} {limit}");
        let view = providers(&bench).await;
        assert_eq!(view.providers[0].spent_today, spent);
        let trouble = view.providers[0].trouble.as_deref();
        assert_eq!(
            trouble,
            (status == 402).then_some("provider_out_of_credits")
        );
    }
}

async fn plan(bench: &Bench, of: Value) -> DryRunView {
    let response = bench.post("/v1/providers/dry-run").json(&of).send().await;
    json_of(response.unwrap(), StatusCode::OK).await
}

fn calls(plan: &DryRunView) -> Vec<(&str, &str)> {
    let calls = plan.calls.iter();
    calls
        .map(|call| (call.provider.as_str(), call.purpose.as_str()))
        .collect()
}

fn left_out(plan: &DryRunView) -> Vec<(&str, &str, &str)> {
    let all = plan.left_out.iter();
    all.map(|one| {
        (
            one.provider.as_str(),
            one.purpose.as_str(),
            one.reason.as_str(),
        )
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dry_run_is_of_somebody() {
    let miss = json!({"email": null, "status": null, "credits_consumed": 0});
    let apis = Apis::start(&[("leadmagic", 200, miss), ("snov", 200, snov(None))]).await;
    let domains = vec![ordinary("works.test", &["ana.example"])];
    let order = ["leadmagic", "snov"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    // Of anybody: everything that may come to be asked.
    let response = bench.get("/v1/providers/dry-run").send().await.unwrap();
    let anybody: DryRunView = json_of(response, StatusCode::OK).await;
    let all = [
        ("snov", "domain"),
        ("leadmagic", "email"),
        ("snov", "email"),
    ];
    assert_eq!(calls(&anybody), all);
    assert_eq!(left_out(&anybody), []);
    // With a domain nobody is asked for it; without family name Snov cannot be asked.
    let ada = json!({"full_name": "Ada Marlow", "company_domain": "works.test"});
    let known = plan(&bench, ada.clone()).await;
    assert_eq!(calls(&known), [("leadmagic", "email"), ("snov", "email")]);
    let mononym = json!({"full_name": "Ada", "company_domain": "works.test"});
    let mononym = plan(&bench, mononym).await;
    assert_eq!(calls(&mononym), [("leadmagic", "email")]);
    let lacks = [("snov", "email", "query_incomplete")];
    assert_eq!(left_out(&mononym), lacks);
    assert!(mononym.expected_cost < known.expected_cost);
    let nobody = plan(&bench, json!({"company": "Xqzzy Works"})).await;
    assert_eq!(calls(&nobody), [("snov", "domain")]);
    assert_eq!(left_out(&nobody).len(), 2);
    // Whom nobody knew a while ago is not asked for again.
    found(&bench, &person("Ada Marlow", Some("works.test"))).await;
    found(&bench, &person("Bo Stone", None)).await;
    let mut ada = ada;
    ada["company"] = json!("Xqzzy Works");
    ada["profile_url"] = json!("https://www.linkedin.com/in/ada-marlow");
    let missed = plan(&bench, ada).await;
    assert_eq!(calls(&missed), []);
    assert_eq!(
        left_out(&missed),
        [
            ("leadmagic", "email", "known_miss"),
            ("snov", "email", "known_miss")
        ]
    );
    assert_eq!(missed.expected_cost, 0);
    let bo = json!({"full_name": "Bo Stone", "company": "XQZZY works, Inc."});
    let bo = plan(&bench, bo).await;
    assert_eq!(left_out(&bo)[0], ("snov", "domain", "known_miss"));
    // Where an address of the company was verified, its domain is not asked for again: not in a
    // look-up, and not in the plan of one.
    let unproved = json!({"full_name": "Cleo Hart", "company": "Zorvex Yards"});
    assert_eq!(
        calls(&plan(&bench, unproved.clone()).await)[0],
        ("snov", "domain")
    );
    let mut ana = person("Ana Example", Some("works.test"));
    ana["lead"]["company"] = json!("Zorvex Yards");
    assert_eq!(found(&bench, &ana).await.state, CaptureState::Found);
    let proved = plan(&bench, unproved).await;
    assert!(
        calls(&proved)
            .iter()
            .all(|(_, purpose)| *purpose == "email")
    );
    // So it is where the finder has confirmed it, by the company's page.
    let url = "https://www.linkedin.com/company/quorvix";
    let store = bench.server.store();
    let account_id = store.accounts().await.unwrap()[0].id;
    let company = CompanyName::parse("Quorvix").unwrap();
    let confirmed = lode_store::ConfirmedDomain {
        domain: "works.test".to_owned(),
        probability: 0.95,
    };
    let key = memory_key(&company, Some(url));
    let now = lode_server::app::now();
    let kept = store.put_confirmed_domain(account_id, &key, &confirmed, now);
    kept.await.unwrap();
    let by_page = json!({"full_name": "Cleo Hart", "company": "Quorvix", "company_url": url});
    let by_page = plan(&bench, by_page).await;
    assert!(
        calls(&by_page)
            .iter()
            .all(|(_, purpose)| *purpose == "email")
    );
    // What is no such request.
    for wrong in [
        json!({"name": "Ada"}),
        json!({"company": "x".repeat(2_000)}),
    ] {
        let response = bench.post("/v1/providers/dry-run").json(&wrong);
        assert_eq!(response.send().await.unwrap().status(), 400, "{wrong}");
    }
}

/// Mobiles: the cheapest number first, unless the user has an order of their own; and asked
/// for by the proved work address where that is taken.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mobiles_are_asked_for_by_their_own_price_and_the_proved_address() {
    let apis = Apis::start(&[
        (
            "prospeo",
            200,
            json!({"error": false, "free_enrichment": false,
                "person": {"mobile": {"mobile": "+44 7700 900001"}}}),
        ),
        (
            "leadmagic",
            200,
            json!({"mobile_number": "+44 7700 900002", "credits_consumed": 5}),
        ),
    ])
    .await;
    let domains = vec![ordinary("works.test", &["ada.marlow"])];
    let order = ["prospeo", "leadmagic"];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    // An address is cheaper at Prospeo, a number (10 credits) at LeadMagic (5).
    for (name, price) in [("prospeo", 40_000), ("leadmagic", 50_000)] {
        let path = format!("/v1/providers/{name}");
        put(&bench, &path, json!({"credit_price": price})).await;
    }
    let ada = person("Ada Marlow", Some("works.test"));
    let view = found(&bench, &ada).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    let store = bench.server.store();
    let phones = lode_server::sources(&bench.config, store).unwrap().phones;
    let phones = phones.unwrap();
    let account_id = store.accounts().await.unwrap()[0].id;
    let question = || PhoneQuestion {
        account_id,
        operation: Uuid::now_v7(),
        lead_id: view.lead_id,
        person: &view.lead,
    };
    let of_their_order = phones.find(question()).await.unwrap();
    assert_eq!(of_their_order[0].provider, "prospeo");
    let asked = apis.bodies("/prospeo/enrich-person");
    assert_eq!(asked[0]["data"]["email"], "ada.marlow@works.test");
    put(&bench, "/v1/providers", json!({"order": null})).await;
    let by_price = phones.find(question()).await.unwrap();
    assert_eq!(by_price[0].provider, "leadmagic");
    let asked = apis.bodies("/leadmagic/v1/people/mobile-finder");
    assert_eq!(asked[0]["work_email"], "ada.marlow@works.test");
}
