//! Keys tried by calls that cost nothing, and the way out that is guarded.

use lode_providers::{ApiKey, ProviderConfig, ProviderError, ProviderKind, SetupError, connect};
use serde_json::{Value, json};

use crate::stub::{KEY, Stub, json as reply, person};

async fn checked(kind: ProviderKind, body: &Value) -> Result<Option<i64>, ProviderError> {
    let mut replies = vec![reply(200, body)];
    if kind == ProviderKind::Snov {
        replies.insert(
            0,
            reply(200, &json!({"access_token": "t", "expires_in": 3600})),
        );
    }
    let stub = Stub::start(replies).await;
    let balance = stub.provider(kind).check_key().await;
    assert_eq!(stub.unused(), 0);
    for request in stub.requests() {
        assert!(
            !request.uri.to_string().contains(KEY),
            "the key is in no address"
        );
    }
    balance
}

#[tokio::test]
async fn balances_as_documented() {
    let hunter = json!({"data": {"requests": {"credits": {"used": 2.7, "available": 50}}}});
    assert_eq!(
        checked(ProviderKind::Hunter, &hunter).await,
        Ok(Some(50_000))
    );
    let older = json!({"data": {"requests": {"searches": {"used": 1, "available": 25}}}});
    assert_eq!(
        checked(ProviderKind::Hunter, &older).await,
        Ok(Some(25_000))
    );
    let leadmagic = json!({"credits": "7333.8", "is_frozen": false});
    assert_eq!(
        checked(ProviderKind::LeadMagic, &leadmagic).await,
        Ok(Some(7_333_800))
    );
    let frozen = |liquid: Value| json!({"credits": 100, "is_frozen": true, "credits_frozen": 80, "credits_liquid": liquid});
    assert_eq!(
        checked(ProviderKind::LeadMagic, &frozen(json!(20))).await,
        Ok(Some(20_000)),
        "what can be spent"
    );
    for nothing in [json!(0), Value::Null] {
        assert_eq!(
            checked(ProviderKind::LeadMagic, &frozen(nothing)).await,
            Err(ProviderError::OutOfCredits)
        );
    }
    let findymail = json!({"credits": 12, "verifier_credits": 3});
    assert_eq!(
        checked(ProviderKind::Findymail, &findymail).await,
        Ok(Some(12_000))
    );
    let snov = json!({"balance": "10.00", "teamwork": false});
    assert_eq!(checked(ProviderKind::Snov, &snov).await, Ok(Some(10_000)));
    let prospeo = json!({"error": false, "response": {}});
    assert_eq!(checked(ProviderKind::Prospeo, &prospeo).await, Ok(None));
}

#[tokio::test]
async fn a_wrong_key_is_recognised() {
    for kind in [
        ProviderKind::Hunter,
        ProviderKind::LeadMagic,
        ProviderKind::Findymail,
        ProviderKind::Prospeo,
    ] {
        let body = json!({"error": true, "error_code": "INVALID_API_KEY"});
        let stub = Stub::start(vec![reply(401, &body)]).await;
        assert_eq!(
            stub.provider(kind).check_key().await,
            Err(ProviderError::Unauthorized),
            "{kind}"
        );
    }
    let stub = Stub::start(Vec::new()).await;
    assert_eq!(
        stub.provider(ProviderKind::Icypeas).check_key().await,
        Err(ProviderError::NotOffered)
    );
    assert!(stub.requests().is_empty());
}

#[tokio::test]
async fn closed_networks_are_not_connected_to() {
    let stub = Stub::start(Vec::new()).await;
    for base in [
        stub.config().base.unwrap().to_string(),
        "https://127.0.0.1:1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://169.254.169.254/".to_owned(),
        "http://198.51.100.7/".to_owned(),
        "http://api.example/".to_owned(),
    ] {
        let config = ProviderConfig {
            base: Some(base.parse().unwrap()),
            ..ProviderConfig::default()
        };
        let refused = connect(ProviderKind::Hunter, &ApiKey::new(KEY), &config);
        assert_eq!(refused.map(|_| ()), Err(SetupError::Base), "{base}");
    }
    // A name is judged where it is resolved.
    let port = stub.config().base.unwrap().port().unwrap();
    let config = ProviderConfig {
        base: Some(format!("https://localhost:{port}").parse().unwrap()),
        ..ProviderConfig::default()
    };
    let provider = connect(ProviderKind::Hunter, &ApiKey::new(KEY), &config).unwrap();
    assert_eq!(
        provider.find_email(&person()).await.unwrap_err(),
        ProviderError::Unreachable
    );
    assert!(stub.requests().is_empty());
}
