//! What goes wrong the same way with every provider.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lode_providers::waterfall::cost_of;
use lode_providers::{Answer, ApiKey, ProviderError, ProviderKind, Search, SetupError, connect};
use lode_testbed::TurningDns;
use lode_verify::{DnsServer, Resolver};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stub::{KEY, Reply, Stub, config, json as reply, person};

/// What a provider asks for before the real question.
fn prelude(kind: ProviderKind) -> Vec<Reply> {
    match kind {
        ProviderKind::Snov => vec![reply(
            200,
            &json!({"access_token": "tok", "token_type": "Bearer", "expires_in": 3600}),
        )],
        _ => Vec::new(),
    }
}

async fn fails(kind: ProviderKind, last: Reply) -> (ProviderError, Stub) {
    let mut replies = prelude(kind);
    let refuses_the_token = matches!(last, Reply::Full(401, ..)) && !replies.is_empty();
    replies.push(last.clone());
    if refuses_the_token {
        // It is fetched anew once.
        replies.extend(prelude(kind));
        replies.push(last);
    }
    let stub = Stub::start(replies).await;
    let error = stub.provider(kind).find_email(&person()).await.unwrap_err();
    (error, stub)
}

#[tokio::test]
async fn error_statuses_are_told_apart() {
    for kind in ProviderKind::ALL {
        let rate = ProviderError::RateLimited {
            retry_after: Some(Duration::from_secs(7)),
        };
        let cases = [
            (401, ProviderError::Unauthorized),
            (402, ProviderError::OutOfCredits),
            (451, ProviderError::OptedOut),
            (500, ProviderError::Server(500)),
            (503, ProviderError::Server(503)),
            (
                if kind == ProviderKind::Hunter {
                    403
                } else {
                    429
                },
                rate,
            ),
        ];
        for (status, expected) in cases {
            // Apollo's 401 and proxies' 5xx are plain text.
            let headers = vec![("content-type", "text/plain"), ("retry-after", "7")];
            let (error, _stub) = fails(kind, Reply::Full(status, headers, "no".into())).await;
            assert_eq!(error, expected, "{kind} {status}");
        }
        let (error, _stub) = fails(kind, reply(422, &json!({"error": "bad input!"}))).await;
        assert_eq!(
            error,
            ProviderError::InvalidRequest("422".to_owned()),
            "{kind}"
        );
    }
}

#[tokio::test]
async fn retry_after_may_be_a_date_and_is_bounded() {
    let date =
        (jiff::Timestamp::now() + Duration::from_secs(3600)).to_zoned(jiff::tz::TimeZone::UTC);
    let date: &'static str = jiff::fmt::rfc2822::to_string(&date).unwrap().leak();
    let day = vec![
        ("x-minute-request-left", "4"),
        ("x-daily-request-left", "0"),
        ("x-daily-reset-seconds", "1200"),
    ];
    for (headers, low, high) in [
        (vec![("retry-after", date)], 3500, 3600),
        (vec![("retry-after", "999999999")], 86_400, 86_400),
        (day, 1200, 1200),
        (vec![("x-ratelimit-reset", "45")], 45, 45),
        (vec![("ratelimit-reset", "46")], 46, 46),
        (vec![("x-minute-request-left", "0")], 60, 60),
    ] {
        let (error, _stub) = fails(
            ProviderKind::Prospeo,
            Reply::Full(429, headers, String::new()),
        )
        .await;
        let ProviderError::RateLimited { retry_after } = error else {
            panic!("{error}");
        };
        assert!(
            (low..=high).contains(&retry_after.unwrap().as_secs()),
            "{retry_after:?}"
        );
    }
}

/// Ten a second: twelve take longer than a second, whoever asks how eagerly.
#[tokio::test]
async fn the_documented_rate_is_kept_to() {
    let miss = json!({ "data": { "email": null, "score": null } });
    let stub = Stub::start(vec![reply(200, &miss); 12]).await;
    let config = lode_providers::ProviderConfig {
        paced: true,
        ..stub.config()
    };
    let key = lode_providers::ApiKey::new(KEY);
    let hunter = lode_providers::connect(ProviderKind::Hunter, &key, &config).unwrap();
    let (begun, person) = (std::time::Instant::now(), person());
    let asked = (0..12).map(|_| hunter.find_email(&person));
    for answer in futures::future::join_all(asked).await {
        assert_eq!(answer.unwrap().found, None);
    }
    assert!(begun.elapsed() > Duration::from_secs(1));
}

#[tokio::test]
async fn broken_answers_are_told_apart() {
    for kind in ProviderKind::ALL {
        let json_type = vec![("content-type", "application/json")];
        let cut = Reply::Full(200, json_type.clone(), "{\"data\":{\"email\":".into());
        assert_eq!(
            fails(kind, cut).await.0,
            ProviderError::Malformed("no JSON"),
            "{kind}"
        );
        let page = Reply::Full(
            200,
            vec![("content-type", "text/html")],
            "<title>Log in</title>".into(),
        );
        assert_eq!(
            fails(kind, page).await.0,
            ProviderError::WrongContentType,
            "{kind}"
        );
        let huge = Reply::Full(
            200,
            json_type.clone(),
            format!("\"{}\"", "x".repeat(70_000)),
        );
        assert_eq!(fails(kind, huge).await.0, ProviderError::TooLarge, "{kind}");
        for odd in [json!([]), json!("text"), json!({"surprise": 1})] {
            let answer = fails_or_finds_nothing(kind, reply(200, &odd)).await;
            assert!(answer, "{kind}: {odd}");
        }
    }
}

/// A server whose answers promise more than comes, but for Snov's token.
async fn truncating_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            let token = r#"{"access_token":"tok","expires_in":3600}"#;
            let (length, body) = if head.starts_with(b"POST /v1/oauth") {
                (token.len(), token)
            } else {
                (500, r#"{"data":{"email":"#)
            };
            let reply = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
                 connection: close\r\n\r\n{body}"
            );
            let _ = stream.write_all(reply.as_bytes()).await;
            let _ = stream.shutdown().await;
            // Unread input would reset the connection before the client has read.
            while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {}
        }
    });
    base
}

#[tokio::test]
async fn an_answer_that_ends_early() {
    let base = truncating_server().await;
    for kind in ProviderKind::ALL {
        let provider = connect(kind, &ApiKey::new(KEY), &config(&base)).unwrap();
        let error = provider.find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Lost, "{kind}");
        assert_eq!(spent(error), None, "{kind}");
    }
}

/// What a failed call costs by our books; `None`: what was reserved.
fn spent(error: ProviderError) -> Option<i64> {
    cost_of(&Err::<Answer<()>, _>(error), 0)
}

/// What those that work on a search answer when it is handed in, and when it is done.
fn work(kind: ProviderKind) -> (Reply, Reply) {
    let email = "ada.marlow@acme.example";
    let (started, done) = match kind {
        ProviderKind::Icypeas => (
            json!({"success": true, "item": {"_id": "i1", "status": "NONE"}}),
            json!({"success": true, "items": [{"status": "FOUND",
                "results": {"emails": [{"email": email, "certainty": "ultra_sure"}]}}]}),
        ),
        ProviderKind::Dropcontact => (
            json!({"success": true, "request_id": "r1"}),
            json!({"success": true, "data": [{"email": [{"email": email}]}]}),
        ),
        _ => (
            json!({"task_hash": "h1", "status": "in_progress"}),
            json!({"status": "completed", "data": [{"email": email, "status": "valid"}]}),
        ),
    };
    (reply(200, &started), reply(200, &done))
}

const WORKERS: [ProviderKind; 3] = [
    ProviderKind::Icypeas,
    ProviderKind::Dropcontact,
    ProviderKind::Snov,
];

/// What was handed in is paid for: a gateway's failure or a login page on the way to the
/// result does not lose it.
#[tokio::test]
async fn a_look_that_fails_is_made_again() {
    let text = || vec![("content-type", "text/html")];
    for kind in WORKERS {
        let (started, done) = work(kind);
        let mut replies = prelude(kind);
        replies.extend([
            started,
            Reply::Full(502, text(), "bad gateway".into()),
            Reply::Full(302, vec![("location", "/login")], String::new()),
            Reply::Full(200, text(), "<title>Wait</title>".into()),
            reply(503, &json!({})),
            done,
        ]);
        let stub = Stub::start(replies).await;
        let answer = stub.provider(kind).find_email(&person()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert!(answer.found.is_some(), "{kind}");
        assert_eq!(stub.unused(), 0, "{kind}");
    }
}

/// What one process has begun, another fetches: nothing is handed in again.
#[tokio::test]
async fn what_was_begun_is_fetched_by_another_process() {
    for kind in ProviderKind::ALL {
        let works = WORKERS.contains(&kind);
        let (started, done) = work(kind);
        let mut replies = prelude(kind);
        replies.push(started);
        let stub = Stub::start(replies).await;
        let begun = stub.provider(kind).begin_email(&person()).await;
        let Ok(Search::Begun(task)) = begun else {
            assert!(!works, "{kind}: {begun:?}");
            continue;
        };
        assert!(works, "{kind}");
        assert_eq!(stub.unused(), 0, "{kind}");
        let mut replies = prelude(kind);
        replies.extend([reply(503, &json!({})), done]);
        let other = Stub::start(replies).await;
        let answer = other.provider(kind).fetch_email(&task).await.unwrap();
        assert!(answer.found.is_some(), "{kind}");
        assert_eq!(other.unused(), 0, "{kind}");
    }
}

#[tokio::test]
async fn an_id_that_cannot_be_one_is_not_kept() {
    let long = "x".repeat(201);
    for id in ["../../v2/secret", "a b", "é", &long] {
        for (kind, started) in [
            (
                ProviderKind::Icypeas,
                json!({"success": true, "item": {"_id": id}}),
            ),
            (ProviderKind::Dropcontact, json!({"request_id": id})),
            (ProviderKind::Snov, json!({"data": {"task_hash": id}})),
        ] {
            let mut replies = prelude(kind);
            replies.push(reply(200, &started));
            let stub = Stub::start(replies).await;
            let error = stub.provider(kind).begin_email(&person()).await;
            assert!(matches!(error, Err(ProviderError::Malformed(_))), "{kind}");
        }
    }
}

#[tokio::test]
async fn work_that_is_not_known_any_more_is_gone_and_stays_spent() {
    for kind in [ProviderKind::Dropcontact, ProviderKind::Snov] {
        for status in [404, 410] {
            let mut replies = prelude(kind);
            replies.push(reply(status, &json!({})));
            let stub = Stub::start(replies).await;
            let error = stub.provider(kind).fetch_email("h1").await.unwrap_err();
            assert_eq!(error, ProviderError::Gone, "{kind} {status}");
            assert_eq!(spent(error), None);
        }
    }
}

#[tokio::test]
async fn work_that_cannot_be_fetched_is_pending_and_stays_spent() {
    for kind in WORKERS {
        let mut replies = prelude(kind);
        replies.push(work(kind).0);
        replies.extend(vec![reply(502, &json!({})); 1_000]);
        let stub = Stub::start(replies).await;
        let mut config = stub.config();
        config.poll_for = Duration::from_millis(20);
        let provider = connect(kind, &ApiKey::new(KEY), &config).unwrap();
        let error = provider.find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Pending, "{kind}");
        assert_eq!(spent(error), None, "{kind}");
    }
}

/// What the provider says of the work itself is final, however it was begun.
#[tokio::test]
async fn a_refusal_of_the_work_ends_it() {
    let (started, _) = work(ProviderKind::Icypeas);
    let bad = json!({"success": true, "items": [{"status": "BAD_INPUT"}]});
    let stub = Stub::start(vec![started, reply(200, &bad)]).await;
    let provider = stub.provider(ProviderKind::Icypeas);
    let error = provider.find_email(&person()).await.unwrap_err();
    assert_eq!(error, ProviderError::InvalidRequest("BAD_INPUT".to_owned()));
    assert_eq!(spent(error), Some(0));
}

/// A server that takes a request and hangs up, but for Snov's token.
async fn server_that_hangs_up() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.windows(4).any(|window| window == b"\r\n\r\n") {
                if stream.read_buf(&mut head).await.unwrap_or(0) == 0 {
                    break;
                }
            }
            if head.starts_with(b"POST /v1/oauth") {
                let token = r#"{"access_token":"tok","expires_in":3600}"#;
                let reply = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\nconnection: close\r\n\r\n{token}",
                    token.len()
                );
                let _ = stream.write_all(reply.as_bytes()).await;
                let _ = stream.shutdown().await;
                while stream.read_buf(&mut head).await.unwrap_or(0) > 0 {}
            }
        }
    });
    base
}

/// A request that left may be charged; one that found nobody is free.
#[tokio::test]
async fn a_lost_answer_stays_spent_and_a_failed_connection_does_not() {
    let base = server_that_hangs_up().await;
    for kind in ProviderKind::ALL {
        let provider = connect(kind, &ApiKey::new(KEY), &config(&base)).unwrap();
        let error = provider.find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Lost, "{kind}");
        assert!(error.is_temporary());
        assert_eq!(spent(error), None, "{kind}");
    }
    assert_eq!(spent(ProviderError::Unreachable), Some(0));
    assert_eq!(spent(ProviderError::Server(502)), None);
    assert_eq!(spent(ProviderError::Server(503)), Some(0));
    assert_eq!(spent(ProviderError::Unauthorized), Some(0));
}

/// Where a token cannot be had, nothing was asked for.
#[tokio::test]
async fn a_token_that_cannot_be_fetched_costs_nothing() {
    for first in [
        reply(502, &json!({})),
        reply(200, &json!({"token": 1})),
        Reply::Full(200, vec![("content-type", "text/html")], "<p>".into()),
    ] {
        let stub = Stub::start(vec![first]).await;
        let provider = stub.provider(ProviderKind::Snov);
        let error = provider.find_email(&person()).await.unwrap_err();
        assert_eq!(spent(error.clone()), Some(0), "{error}");
        assert_eq!(stub.requests().len(), 1);
    }
}

/// What is left of a window stands in the headers: where it is nothing, the next request
/// waits for the reset, or is not made where that is long.
#[tokio::test]
async fn a_window_that_is_used_up_is_waited_for() {
    let body = r#"{"email":null,"status":null,"credits_consumed":0}"#;
    let with = |headers: &[(&'static str, &'static str)]| {
        let mut all = vec![("content-type", "application/json")];
        all.extend(headers);
        Reply::Full(200, all, body.into())
    };
    let stub = Stub::start(vec![
        with(&[("ratelimit-remaining", "7"), ("ratelimit-reset", "60")]),
        with(&[("ratelimit-remaining", "0"), ("ratelimit-reset", "1")]),
        with(&[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1200"),
        ]),
    ])
    .await;
    let provider = stub.provider(ProviderKind::LeadMagic);
    let begun = std::time::Instant::now();
    provider.find_email(&person()).await.unwrap();
    provider.find_email(&person()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(900));
    provider.find_email(&person()).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let error = provider.find_email(&person()).await.unwrap_err();
    let ProviderError::RateLimited { retry_after } = error else {
        panic!("{error}");
    };
    assert!((1_190..=1_200).contains(&retry_after.unwrap().as_secs()));
    assert_eq!(stub.requests().len(), 3, "the fourth was not made");
}

/// A refusal for the rate holds for every request on the key: the next waits until its time.
#[tokio::test]
async fn a_refusal_is_waited_out_by_all() {
    let miss = json!({"email": null, "data": {"email": null}});
    for (kind, status) in [
        (ProviderKind::LeadMagic, 429),
        // Whose 429 is another limit.
        (ProviderKind::Hunter, 403),
    ] {
        let refusal = Reply::Full(status, vec![("retry-after", "1")], String::new());
        let stub = Stub::start(vec![refusal, reply(200, &miss)]).await;
        let config = lode_providers::ProviderConfig {
            paced: true,
            ..stub.config()
        };
        let provider = connect(kind, &ApiKey::new(KEY), &config).unwrap();
        let begun = std::time::Instant::now();
        let error = provider.find_email(&person()).await.unwrap_err();
        assert!(matches!(error, ProviderError::RateLimited { .. }), "{kind}");
        assert_eq!(provider.find_email(&person()).await.unwrap().found, None);
        assert!(begun.elapsed() >= Duration::from_secs(1), "{kind}");
    }
}

/// Those that sell mobiles and answer at once.
const SELLERS: [ProviderKind; 3] = [
    ProviderKind::LeadMagic,
    ProviderKind::Prospeo,
    ProviderKind::Findymail,
];

/// What cannot be read was perhaps charged, and is not a miss to be remembered.
#[tokio::test]
async fn mobile_answers_of_another_shape_are_no_misses() {
    for kind in SELLERS {
        for odd in [
            json!([]),
            json!("text"),
            json!(null),
            json!({}),
            json!({"surprise": 1}),
            json!({"error": false, "person": {"email": {}}}),
            json!({"contact": {"name": "Ada Marlow"}}),
            json!({"mobile_number": 12, "phone": 12, "person": {"mobile": {"mobile": 12}}}),
        ] {
            let stub = Stub::start(vec![reply(200, &odd)]).await;
            let answer = stub.provider(kind).find_mobile(&person()).await;
            let error = answer.unwrap_err();
            assert!(
                matches!(error, ProviderError::Malformed(_)),
                "{kind}: {odd}"
            );
            assert_eq!(spent(error), None, "{kind}: {odd}");
        }
        let page = Reply::Full(200, vec![("content-type", "text/html")], "<p>".into());
        let stub = Stub::start(vec![page]).await;
        let error = stub.provider(kind).find_mobile(&person()).await;
        assert_eq!(error.unwrap_err(), ProviderError::WrongContentType);
    }
    // What is there and empty is a miss.
    for (kind, none) in [
        (ProviderKind::LeadMagic, json!({"mobile_number": null})),
        (ProviderKind::Prospeo, json!({"person": {"mobile": null}})),
        (ProviderKind::Prospeo, json!({"person": null})),
        (ProviderKind::Findymail, json!({"phone": null})),
        (ProviderKind::Findymail, json!({"contact": null})),
        (ProviderKind::Findymail, json!({"contact": {"phone": ""}})),
    ] {
        let stub = Stub::start(vec![reply(200, &none)]).await;
        let answer = stub.provider(kind).find_mobile(&person()).await;
        assert_eq!(answer.unwrap().found, None, "{kind}: {none}");
    }
}

/// An answer of a surprising shape is an error, or no address; never a panic.
async fn fails_or_finds_nothing(kind: ProviderKind, last: Reply) -> bool {
    let mut replies = prelude(kind);
    replies.push(last);
    let stub = Stub::start(replies).await;
    match stub.provider(kind).find_email(&person()).await {
        Ok(answer) => kind == ProviderKind::Apollo && answer.found.is_none(),
        Err(error) => matches!(error, ProviderError::Malformed(_)),
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for kind in ProviderKind::ALL {
        let login = Reply::Full(302, vec![("location", "/login")], String::new());
        let (error, stub) = fails(kind, login).await;
        assert_eq!(error, ProviderError::Redirected, "{kind}");
        assert!(error.needs_user());
        assert!(
            stub.requests()
                .iter()
                .all(|request| request.uri.path() != "/login")
        );
    }
}

#[tokio::test]
async fn slow_and_absent_servers() {
    for kind in ProviderKind::ALL {
        let mut replies = prelude(kind);
        replies.push(Reply::Silence);
        let stub = Stub::start(replies).await;
        let mut config = stub.config();
        config.timeout = Duration::from_millis(300);
        let provider = connect(kind, &ApiKey::new(KEY), &config).unwrap();
        let error = provider.find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Timeout, "{kind}");
        assert!(error.is_temporary());
    }
    // A port that was free a moment ago, and that nobody listens on.
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let stub = Stub::start(Vec::new()).await;
    let mut config = stub.config();
    config.base = Some(format!("http://127.0.0.1:{port}").parse().unwrap());
    let provider = connect(ProviderKind::Hunter, &ApiKey::new(KEY), &config).unwrap();
    let error = provider.find_email(&person()).await.unwrap_err();
    assert_eq!(error, ProviderError::Unreachable);
}

#[tokio::test]
async fn the_key_goes_into_a_header_and_nowhere_else() {
    for kind in ProviderKind::ALL {
        let (_, stub) = fails(kind, reply(401, &json!({}))).await;
        let provider = stub.provider(kind);
        let shown = format!("{provider:?}");
        assert!(
            !shown.contains("7b1e") && !shown.contains("93af"),
            "{kind}: {shown}"
        );
        let requests = stub.requests();
        let request = requests.last().unwrap();
        assert!(!request.uri.to_string().contains("7b1e"), "{kind}");
        let (name, value) = match kind {
            ProviderKind::Hunter | ProviderKind::LeadMagic | ProviderKind::Apollo => {
                ("x-api-key", KEY)
            }
            ProviderKind::Prospeo => ("x-key", KEY),
            ProviderKind::Dropcontact => ("x-access-token", KEY),
            ProviderKind::Icypeas => ("authorization", KEY),
            ProviderKind::Findymail => ("authorization", "Bearer key-7b1e:secret-93af"),
            ProviderKind::Snov => ("authorization", "Bearer tok"),
        };
        assert_eq!(request.headers[name], value, "{kind}");
        assert_eq!(request.headers["accept"], "application/json", "{kind}");
    }
}

#[test]
fn only_https_and_usable_keys() {
    let mut config = lode_providers::ProviderConfig::default();
    for kind in ProviderKind::ALL {
        assert!(connect(kind, &ApiKey::new(KEY), &config).is_ok(), "{kind}");
        let error = connect(kind, &ApiKey::new(""), &config).unwrap_err();
        assert_eq!(error, SetupError::Key, "{kind}");
    }
    config.base = Some("http://api.provider.example".parse().unwrap());
    for kind in ProviderKind::ALL {
        let error = connect(kind, &ApiKey::new(KEY), &config).unwrap_err();
        assert_eq!(error, SetupError::Base, "{kind}");
    }
}

/// What a provider needs can be told without asking it, in the same words.
#[tokio::test]
async fn what_a_query_lacks_is_told_without_asking() {
    let nobody = lode_providers::PersonQuery::default();
    for kind in ProviderKind::ALL {
        let stub = Stub::start(Vec::new()).await;
        let provider = stub.provider(kind);
        assert_eq!(provider.check(&person()), Ok(()), "{kind}");
        let lacks = provider.check(&nobody).unwrap_err();
        assert!(matches!(lacks, ProviderError::Missing(_)), "{kind}");
        assert_eq!(provider.find_email(&nobody).await.unwrap_err(), lacks);
        assert_eq!(stub.requests().len(), 0, "{kind}");
    }
}

/// DNS rebinding: the API's name is public while it is judged, and inner from then on. The
/// connection goes to the address that was judged; the next question, which is told the inner
/// one, is not made.
#[tokio::test]
async fn the_connection_goes_to_the_judged_address() {
    let (judged, inner) = (Ipv4Addr::new(127, 67, 1, 1), Ipv4Addr::new(127, 67, 1, 2));
    let api = TcpListener::bind((judged, 0)).await.unwrap();
    let port = api.local_addr().unwrap().port();
    let inside = TcpListener::bind((inner, port)).await.unwrap();
    let (api, inside) = (connections(api), connections(inside));
    let dns = TurningDns::start(vec![judged, inner]).await.unwrap();
    let resolver = Resolver::new(DnsServer::Address(dns.address()), Duration::from_secs(2));
    // By name, HTTPS only: whoever is connected to hangs up, and shows by that who it was.
    let mut config = config(&format!("https://turn.test:{port}"));
    config.allow_nets = vec!["127.67.1.1/32".parse().unwrap()];
    config.resolver = Some(resolver.unwrap());
    let hunter = connect(ProviderKind::Hunter, &ApiKey::new(KEY), &config).unwrap();
    for connected in [1, 1] {
        let error = hunter.find_email(&person()).await.unwrap_err();
        assert_eq!(error, ProviderError::Unreachable);
        assert_eq!(api.load(Ordering::SeqCst), connected);
    }
    assert!(dns.asked() > 1, "the name was asked for again");
    assert_eq!(inside.load(Ordering::SeqCst), 0);
}

/// Hangs up on everybody; how many there were.
fn connections(listener: TcpListener) -> Arc<AtomicUsize> {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    count
}
