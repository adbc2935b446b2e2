//! A server that gives scripted replies in turn and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use lode_providers::{ApiKey, PersonQuery, Provider, ProviderConfig, ProviderKind, connect};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A key that would be recognised anywhere.
pub const KEY: &str = "key-7b1e:secret-93af";

#[derive(Debug, Clone)]
pub enum Reply {
    /// Status, headers, body.
    Full(u16, Vec<(&'static str, &'static str)>, String),
    /// No reply at all.
    Silence,
}

/// A JSON reply.
pub fn json(status: u16, body: &Value) -> Reply {
    Reply::Full(
        status,
        vec![("content-type", "application/json")],
        body.to_string(),
    )
}

#[derive(Debug, Clone)]
pub struct Request {
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Value,
}

#[derive(Clone)]
struct Shared {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

pub struct Stub {
    shared: Shared,
    base: String,
    task: JoinHandle<()>,
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Stub {
    pub async fn start(replies: Vec<Reply>) -> Self {
        let shared = Shared {
            replies: Arc::new(Mutex::new(replies.into())),
            requests: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(shared.clone());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { shared, base, task }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub fn unused(&self) -> usize {
        self.shared.replies.lock().unwrap().len()
    }

    pub fn config(&self) -> ProviderConfig {
        config(&self.base)
    }

    pub fn provider(&self, kind: ProviderKind) -> Box<dyn Provider> {
        connect(kind, &ApiKey::new(KEY), &self.config()).unwrap()
    }
}

/// Settings for a server at `base`.
pub fn config(base: &str) -> ProviderConfig {
    ProviderConfig {
        base: Some(base.parse().unwrap()),
        allow_nets: vec!["127.0.0.0/8".parse().unwrap()],
        resolver: None,
        timeout: Duration::from_secs(5),
        body_bytes_max: 64 * 1024,
        poll_every: Duration::from_millis(1),
        poll_for: Duration::from_millis(500),
        paced: false,
        shared_pace: None,
    }
}

async fn answer(
    State(shared): State<Shared>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    shared
        .requests
        .lock()
        .unwrap()
        .push(Request { uri, headers, body });
    let reply = shared.replies.lock().unwrap().pop_front();
    match reply {
        Some(Reply::Full(status, headers, body)) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(body.into()).unwrap()
        }
        Some(Reply::Silence) => std::future::pending().await,
        None => Response::builder()
            .status(599)
            .body("not scripted".into())
            .unwrap(),
    }
}

pub fn person() -> PersonQuery {
    PersonQuery {
        first_name: Some("Ada".to_owned()),
        last_name: Some("Marlow".to_owned()),
        domain: Some("acme.example".to_owned()),
        company: Some("Acme".to_owned()),
        linkedin_url: Some("https://www.linkedin.com/in/ada-marlow-sample".to_owned()),
        ..PersonQuery::default()
    }
}
