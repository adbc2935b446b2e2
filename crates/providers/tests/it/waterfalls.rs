//! The waterfall over real providers and a scripted server.

use std::collections::HashMap;

use lode_providers::waterfall::{Attempt, NegativeCache, SpendGuard, Waterfall};
use lode_providers::{Answer, Deliverability, Provider, ProviderError, ProviderKind};
use serde_json::{Value, json};

use crate::stub::{Stub, json as reply, person};

const NOW: i64 = 1_790_000_000_000;

fn purse(limits: &[(ProviderKind, i64)]) -> Waterfall {
    Waterfall {
        guard: SpendGuard::new(limits.iter().copied().collect::<HashMap<_, _>>()),
        misses: NegativeCache::new(60_000),
    }
}

fn hunter(email: &str, status: &str) -> Value {
    json!({"data": {"email": email, "score": 90, "verification": {"status": status}}})
}

fn leadmagic(email: Option<&str>) -> Value {
    json!({"email": email, "status": email.map(|_| "valid"), "credits_consumed": i32::from(email.is_some())})
}

#[tokio::test]
async fn asks_until_an_address_is_called_valid() {
    let first = Stub::start(vec![reply(200, &hunter("ada@acme.example", "accept_all"))]).await;
    let second = Stub::start(vec![reply(200, &leadmagic(Some("a.marlow@acme.example")))]).await;
    let third = Stub::start(Vec::new()).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
        third.provider(ProviderKind::Prospeo),
    ];
    let providers: Vec<&dyn Provider> = providers.iter().map(AsRef::as_ref).collect();
    let mut waterfall = purse(&[
        (ProviderKind::Hunter, 5_000),
        (ProviderKind::LeadMagic, 5_000),
        (ProviderKind::Prospeo, 5_000),
    ]);
    let outcome = waterfall.find(&providers, &person(), NOW).await;
    let (kind, best) = outcome.best.unwrap();
    assert_eq!(kind, ProviderKind::LeadMagic);
    assert_eq!(best.email.to_string(), "a.marlow@acme.example");
    assert_eq!(outcome.attempts.len(), 2);
    assert!(third.requests().is_empty());
    let day = lode_providers::waterfall::day_of(NOW);
    // Hunter's answer does not say what it cost: the price stays spent.
    assert_eq!(waterfall.guard.left(ProviderKind::Hunter, day), 4_000);
    assert_eq!(waterfall.guard.left(ProviderKind::LeadMagic, day), 4_000);
}

#[tokio::test]
async fn a_miss_is_not_asked_again_and_costs_nothing() {
    let stub = Stub::start(vec![
        reply(200, &leadmagic(None)),
        reply(200, &leadmagic(None)),
    ])
    .await;
    let provider = stub.provider(ProviderKind::LeadMagic);
    let mut waterfall = purse(&[(ProviderKind::LeadMagic, 1_000)]);
    let first = waterfall.find(&[provider.as_ref()], &person(), NOW).await;
    assert_eq!(
        first.attempts[0].1,
        Attempt::Asked {
            answer: Answer::nothing(Some(0))
        }
    );
    let again = waterfall
        .find(&[provider.as_ref()], &person(), NOW + 59_999)
        .await;
    assert_eq!(again.attempts[0].1, Attempt::KnownMiss);
    let later = waterfall
        .find(&[provider.as_ref()], &person(), NOW + 60_000)
        .await;
    assert!(matches!(later.attempts[0].1, Attempt::Asked { .. }));
    assert_eq!(stub.requests().len(), 2);
}

#[tokio::test]
async fn the_days_limit_stops_before_the_request() {
    let stub = Stub::start(vec![reply(200, &hunter("ada@acme.example", "accept_all"))]).await;
    let provider = stub.provider(ProviderKind::Hunter);
    let mut waterfall = purse(&[(ProviderKind::Hunter, 1_500)]);
    let first = waterfall.find(&[provider.as_ref()], &person(), NOW).await;
    assert_eq!(
        first.best.unwrap().1.deliverability,
        Deliverability::AcceptAll
    );
    let second = waterfall.find(&[provider.as_ref()], &person(), NOW).await;
    assert_eq!(second.attempts[0].1, Attempt::SpendLimit);
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn who_opted_out_is_asked_for_nowhere_else() {
    let first = Stub::start(vec![reply(451, &json!({}))]).await;
    let second = Stub::start(Vec::new()).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
    ];
    let providers: Vec<&dyn Provider> = providers.iter().map(AsRef::as_ref).collect();
    let mut waterfall = purse(&[
        (ProviderKind::Hunter, 9_000),
        (ProviderKind::LeadMagic, 9_000),
    ]);
    let outcome = waterfall.find(&providers, &person(), NOW).await;
    assert!(outcome.opted_out && outcome.best.is_none());
    assert!(second.requests().is_empty());
}

#[tokio::test]
async fn a_failing_provider_does_not_stop_the_others() {
    let first = Stub::start(vec![reply(500, &json!({}))]).await;
    let second = Stub::start(vec![reply(200, &leadmagic(Some("ada@acme.example")))]).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
    ];
    let providers: Vec<&dyn Provider> = providers.iter().map(AsRef::as_ref).collect();
    let mut waterfall = purse(&[
        (ProviderKind::Hunter, 1_000),
        (ProviderKind::LeadMagic, 1_000),
    ]);
    let outcome = waterfall.find(&providers, &person(), NOW).await;
    assert_eq!(
        outcome.attempts[0].1,
        Attempt::Failed {
            error: ProviderError::Server(500)
        }
    );
    assert!(outcome.best.is_some());
    let day = lode_providers::waterfall::day_of(NOW);
    assert_eq!(waterfall.guard.left(ProviderKind::Hunter, day), 1_000);
}
