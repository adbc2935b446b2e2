//! Look-ups of one company that wait together: one run at its mail servers, each with its own
//! end.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use lode_core::api::{CaptureState, CaptureView};
use lode_finder::{FindOutcome, FindRequest, Seeker};
use lode_server::jobs::AddressFinder;
use lode_testbed::{Bed, Scenario};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};

use crate::support::{Bench, Database, config, operation, ordinary, person};

const PEOPLE: [&str; 10] = [
    "Ada Archer",
    "Ben Baxter",
    "Cleo Carver",
    "Dan Draper",
    "Eva Ellwood",
    "Finn Fletcher",
    "Gwen Garner",
    "Hugo Harper",
    "Iris Irving",
    "Jack Jarvis",
];

fn mailboxes() -> Vec<String> {
    let names = PEOPLE.iter().map(|name| name.to_lowercase());
    names.map(|name| name.replace(' ', ".")).collect()
}

fn captures() -> Vec<Value> {
    PEOPLE
        .iter()
        .map(|name| person(name, Some("works.test")))
        .collect()
}

async fn capture_all(bench: &Bench, bodies: &[Value]) {
    join_all(bodies.iter().map(|body| bench.capture(body))).await;
}

async fn all_ended(bench: &Bench, bodies: &[Value]) -> Vec<CaptureView> {
    join_all(bodies.iter().map(|body| bench.ended(operation(body)))).await
}

/// A page of search results, saved with one click.
async fn a_page_of_one_company(database: Database) {
    let mailboxes = mailboxes();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let domains = vec![ordinary("works.test", &mailboxes)];
    let Some(bench) = Bench::start_with(database, domains, |_| {}).await else {
        return;
    };
    let bodies = captures();
    capture_all(&bench, &bodies).await;
    for (view, mailbox) in all_ended(&bench, &bodies).await.iter().zip(&mailboxes) {
        assert_eq!(view.state, CaptureState::Found, "{view:?}");
        let email = view.email.as_ref().unwrap();
        assert_eq!(email.address, format!("{mailbox}@works.test"));
        let receipt = view.receipt.as_ref().unwrap();
        assert_eq!(
            (receipt.charged, receipt.rule.as_str()),
            (1_000, "find.verified")
        );
    }
    let stats = bench.bed.stats().of("works.test");
    println!(
        "{} sessions, {} RCPTs for {}",
        stats.connections,
        stats.recipients,
        PEOPLE.len()
    );
    // The first that comes in goes at once; who comes meanwhile goes together.
    assert!(stats.connections <= 4, "{}", stats.connections);
    assert_eq!(stats.connections_at_once_max, 1);
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_one_company_takes_few_sessions_on_sqlite() {
    a_page_of_one_company(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_of_one_company_takes_few_sessions_on_postgres() {
    a_page_of_one_company(Database::Postgres).await;
}

/// Answers one at a time as a test lets it, and says how many it was asked for together.
struct Slow {
    real: Arc<dyn AddressFinder>,
    asked: mpsc::UnboundedSender<usize>,
    gate: Arc<Semaphore>,
    fails: bool,
}

#[async_trait]
impl AddressFinder for Slow {
    async fn find(&self, request: &FindRequest) -> FindOutcome {
        let _ = self.asked.send(1);
        self.gate.acquire().await.unwrap().forget();
        self.real.find(request).await
    }

    async fn find_together(&self, seekers: &[&dyn Seeker]) {
        let _ = self.asked.send(seekers.len());
        self.gate.acquire().await.unwrap().forget();
        assert!(!self.fails, "one of these names is too much");
        self.real.find_together(seekers).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_companies_need_not_wait_and_one_place_serves_a_company() {
    let mailboxes = mailboxes();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let (asked, mut asks) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let domains = vec![
        ordinary("works.test", &mailboxes),
        ordinary("other.test", &["xia.yu"]),
    ];
    let bench = Bench::start_with_finder(
        domains,
        |config| config.workers = 2,
        |real| {
            let gate = gate.clone();
            Arc::new(Slow {
                real,
                asked,
                gate,
                fails: false,
            })
        },
    )
    .await;
    // Credit is for ten.
    let bodies = &captures()[..5];
    bench.capture(&bodies[0]).await;
    assert_eq!(asks.recv().await, Some(1), "the first goes at once");
    capture_all(&bench, &bodies[1..]).await;
    let xia = person("Xia Yu", Some("other.test"));
    bench.capture(&xia).await;
    // Two places, one with the first: were the four to take the other, one by one, the other
    // company would come last.
    assert_eq!(asks.recv().await, Some(1));
    gate.add_permits(1);
    assert_eq!(asks.recv().await, Some(4));
    gate.add_permits(2);
    assert_eq!(
        bench.ended(operation(&xia)).await.state,
        CaptureState::Found
    );
    for view in all_ended(&bench, bodies).await {
        assert_eq!(view.state, CaptureState::Found, "{view:?}");
    }
    assert!(asks.try_recv().is_err());
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_the_search_of_all_is_looked_up_one_by_one() {
    let mailboxes = mailboxes();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let (asked, mut asks) = mpsc::unbounded_channel();
    let gate = Arc::new(Semaphore::new(0));
    let bench = Bench::start_with_finder(
        vec![ordinary("works.test", &mailboxes)],
        |_| {},
        |real| {
            let gate = gate.clone();
            Arc::new(Slow {
                real,
                asked,
                gate,
                fails: true,
            })
        },
    )
    .await;
    let bodies = captures();
    bench.capture(&bodies[0]).await;
    assert_eq!(asks.recv().await, Some(1));
    capture_all(&bench, &bodies[1..4]).await;
    gate.add_permits(1);
    assert_eq!(asks.recv().await, Some(3));
    gate.add_permits(4);
    for view in all_ended(&bench, &bodies[..4]).await {
        assert_eq!(view.state, CaptureState::Found, "{view:?}");
    }
    bench.assert_ledger_clean().await;
    bench.server.stop().await;
}

#[test]
fn a_killed_servers_batch_is_taken_over() {
    let bodies = captures();
    let runtime = || tokio::runtime::Runtime::new().unwrap();
    let (lives, dies) = (runtime(), runtime());
    let mailboxes = mailboxes();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let folder = tempfile::tempdir().unwrap();
    let bed = lives.block_on(Bed::start(Scenario {
        domains: vec![ordinary("works.test", &mailboxes)],
        ..Scenario::default()
    }));
    let bed = bed.unwrap();
    let config = config(&bed, &folder);
    let gate = Arc::new(Semaphore::new(1));
    let (asked, mut asks) = mpsc::unbounded_channel();
    // A server whose search hangs, killed in the middle of it: nothing is given back.
    let token = dies.block_on(async {
        let (store, pricing) = lode_server::open_store(&config).await.unwrap();
        let mut sources = lode_server::sources(&config, &store).unwrap();
        let (real, gate) = (sources.finder.clone(), gate.clone());
        sources.finder = Arc::new(Slow {
            real,
            asked,
            gate,
            fails: false,
        });
        let started = lode_server::start_with(config.clone(), store, pricing, sources).await;
        let server = started.unwrap();
        let bench = Bench::paired(server, bed, config.clone(), folder).await;
        bench.capture(&bodies[0]).await;
        capture_all(&bench, &bodies[1..]).await;
        loop {
            if asks.recv().await.unwrap() > 1 {
                return bench;
            }
        }
    });
    let bench = token;
    dies.shutdown_background();
    lives.block_on(async {
        let (store, pricing) = lode_server::open_store(&bench.config).await.unwrap();
        let mut sources = lode_server::sources(&bench.config, &store).unwrap();
        // Past the dead one's leases.
        let now = sources.clock.clone();
        let later = i64::try_from(Duration::from_secs(120).as_millis()).unwrap();
        sources.clock = Arc::new(move || now() + later);
        let before = bench.bed.stats().of("works.test").connections;
        let config = bench.config.clone();
        let server = lode_server::start_with(config, store, pricing, sources)
            .await
            .unwrap();
        let bench = Bench {
            url: format!("http://{}", server.address),
            client: reqwest::Client::new(),
            server,
            ..bench
        };
        for view in all_ended(&bench, &bodies).await {
            assert_eq!(view.state, CaptureState::Found, "{view:?}");
            assert_eq!(view.receipt.unwrap().charged, 1_000);
        }
        let sessions = bench.bed.stats().of("works.test").connections - before;
        assert!(sessions <= 3, "{sessions}");
        bench.assert_ledger_clean().await;
        bench.server.stop().await;
    });
}
