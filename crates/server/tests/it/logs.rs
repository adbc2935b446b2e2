//! Log lines hold ids and codes: no names, addresses, keys or tokens, whatever goes wrong.

use std::io;
use std::sync::{Arc, Mutex};

use lode_core::api::CaptureState;
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::providers::{Apis, KEY, found, hunter, put, receipt, with_keys};
use crate::support::{Database, ordinary, person};

/// What was logged by every thread of this process.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).to_lowercase()
    }
}

/// Our own crates say everything that they can, the others what they say by default.
const FILTER: &str = "info,lode_server=trace,lode_store=trace,lode_finder=trace,\
    lode_verify=trace,lode_providers=trace,tower_http=trace";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_up_with_failures_logs_no_key_token_address_or_name() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(FILTER).unwrap())
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .try_init()
        .expect("no other test sets the process's log");

    let apis = Apis::start(&[
        ("hunter", 200, hunter("z.quillfeather@quillworks.test")),
        (
            "leadmagic",
            500,
            json!({"error": "Zephyrine Quillfeather broke it"}),
        ),
        (
            "prospeo",
            429,
            // Longer than a look-up waits for.
            json!({"error": true, "error_code": "RATE_LIMITED", "retry_after_seconds": 3_600}),
        ),
        ("findymail", 401, json!({"message": "bad key of Zephyrine"})),
        (
            "apollo",
            200,
            json!({"person": {"email": "not an address of Zephyrine"}}),
        ),
        (
            "snov",
            200,
            json!({"access_token": "tok-zq81", "task_hash": "h1", "status": "completed",
                "data": [{"domain": "no domain of Quillfeather"}]}),
        ),
    ])
    .await;
    let order = [
        "hunter",
        "leadmagic",
        "prospeo",
        "findymail",
        "apollo",
        "snov",
    ];
    let domains = vec![ordinary("quillworks.test", &[])];
    let bench = with_keys(Database::Sqlite, domains, &apis, &order, |_| {})
        .await
        .unwrap();
    // Without a domain, so that it is asked for; then with one, so that everybody is asked.
    for domain in [None, Some("quillworks.test")] {
        // A new key ends the rest after the failure before: it would be waited for.
        let rested = put(&bench, "/v1/providers/leadmagic", json!({"key": KEY}));
        assert_eq!(rested.await.status(), 200);
        let quill = person("Zephyrine Quillfeather", domain);
        let view = found(&bench, &quill).await;
        assert_ne!(view.state, CaptureState::Found, "{view:?}");
        receipt(&bench, &quill).await;
    }
    assert!(apis.asked("leadmagic") > 0 && apis.asked("snov") > 0);
    // A request that is refused, and a token that is none.
    let wrong = put(
        &bench,
        "/v1/providers/hunter",
        json!({"key": ["Zephyrine"]}),
    )
    .await;
    assert_eq!(wrong.status(), 400);
    let refused = bench.client.get(format!("{}/v1/account", bench.url));
    let refused = refused.bearer_auth("lode_zephyrine_token").send().await;
    assert_eq!(refused.unwrap().status(), 401);
    let token = bench.token.clone();
    bench.server.stop().await;

    let text = log.text();
    for code in [
        "provider_failed",
        "provider_rate_limited",
        "provider_unauthorized",
    ] {
        assert!(
            text.contains(code),
            "{code} was logged, so the log was read"
        );
    }
    let secrets = [
        KEY,
        &token,
        "tok-zq81",
        "zephyrine",
        "quillfeather",
        "@quillworks",
    ];
    for secret in secrets {
        let secret = secret.to_lowercase();
        let line = text.lines().find(|line| line.contains(&secret));
        assert_eq!(line, None, "{secret}");
    }
}
