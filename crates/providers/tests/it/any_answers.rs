//! Whatever a provider answers: an error or a clean answer, never a panic. Fixed seed.

use lode_providers::ProviderKind;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::stub::{Reply, Stub, json as reply, person};

/// Keys and values of the documented answers, so that the readers are entered deeply.
const KEYS: &[&str] = &[
    "data",
    "email",
    "emails",
    "status",
    "result",
    "results",
    "verification",
    "score",
    "person",
    "contact",
    "mobile",
    "phone",
    "error",
    "errors",
    "message",
    "code",
    "success",
    "items",
    "item",
    "_id",
    "id",
    "task_hash",
    "request_id",
    "credits",
    "credits_consumed",
    "accept_all",
    "domain",
    "value",
    "type",
    "smtp_status",
    "valid_email",
    "people",
    "matches",
    "access_token",
    "certainty",
    "email_status",
    "contact_email",
    "qualification",
    "response",
    "free_enrichment",
];
const VALUES: &[&str] = &[
    "ada.marlow@acme.example",
    "ada@acme.example\r\nDATA",
    "a\0b@acme.example",
    "not an address",
    "valid",
    "invalid",
    "accept_all",
    "unknown",
    "verified",
    "DEBITED",
    "FOUND",
    "completed",
    "in_progress",
    "catch_all",
    "+49 30 000000",
    "-1",
    "1e309",
    "",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        proptest::sample::select(VALUES).prop_map(Value::from),
        "\\PC{0,20}|[\\x00-\\x7f]{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(KEYS), inner), 0..6)
                .prop_map(|pairs| pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let status = prop_oneof![
        6 => Just(200_u16),
        1 => Just(201_u16),
        1 => Just(202_u16),
        1 => Just(222_u16),
        2 => 300_u16..600,
    ];
    let body = prop_oneof![
        8 => any_json().prop_map(|value| value.to_string()),
        // Cut anywhere.
        2 => (any_json(), 0_usize..200).prop_map(|(value, cut)| {
            value.to_string().chars().take(cut).collect()
        }),
        1 => "\\PC{0,80}",
    ];
    (status, body).prop_map(|(status, body)| {
        Reply::Full(status, vec![("content-type", "application/json")], body)
    })
}

#[test]
fn any_answer_is_an_error_or_clean() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let settings = Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    };
    let answers = proptest::collection::vec(any_reply(), 1..3);
    TestRunner::new_with_rng(settings, rng)
        .run(&answers, |answers| {
            for kind in ProviderKind::ALL {
                let mut script = Vec::new();
                if kind == ProviderKind::Snov {
                    let token =
                        json!({"access_token": "t", "token_type": "Bearer", "expires_in": 9});
                    script.push(reply(200, &token));
                }
                script.extend(answers.clone());
                let found = runtime.block_on(async {
                    let stub = Stub::start(script).await;
                    stub.provider(kind).find_email(&person()).await
                });
                if let Ok(Some(found)) = found.map(|answer| answer.found) {
                    let shown = found.email.to_string();
                    prop_assert!(
                        shown.bytes().all(|byte| (32..127).contains(&byte)),
                        "{kind}"
                    );
                    prop_assert!(found.confidence.is_none_or(|percent| percent <= 100));
                }
            }
            Ok(())
        })
        .unwrap();
}
