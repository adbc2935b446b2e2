//! What is learned of domains outlives the server that learned it.

use std::sync::Arc;

use lode_core::api::{AccountView, CaptureState, Health};
use lode_finder::company::CompanyName;
use lode_server::jobs::AddressFinder;
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;

use crate::support::{Bench, json_of, operation, ordinary, person};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_outlives_the_server() {
    let domains = vec![DomainSpec::new("open.test", Character::AcceptAll, &[])];
    let bench = Bench::start(domains).await;
    let olga = person("Olga Open", Some("open.test"));
    bench.capture(&olga).await;
    assert_eq!(
        bench.ended(operation(&olga)).await.state,
        CaptureState::Unsure
    );
    let asked = bench.bed.stats().of("open.test").connections;
    assert!(asked > 0);
    let bench = bench.restart().await;
    let pavel = person("Pavel Open", Some("open.test"));
    bench.capture(&pavel).await;
    let view = bench.ended(operation(&pavel)).await;
    assert_eq!(view.state, CaptureState::Unsure, "{view:?}");
    assert_eq!(view.reason.as_deref(), Some("accept_all"));
    assert_eq!(
        bench.bed.stats().of("open.test").connections,
        asked,
        "a server that accepts everything is not asked again"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_confirmed_domain_outlives_the_server() {
    let mut domain = ordinary("xqzzyworks.com", &[]);
    domain.title = Some("Xqzzy Works".to_owned());
    let bench = Bench::start(vec![domain]).await;
    let key = CompanyName::parse("Xqzzy Works").unwrap().key();
    let confirmed = async |bench: &Bench| {
        let store = bench.server.store();
        store.confirmed_domain(&key, 0).await.unwrap()
    };
    assert_eq!(confirmed(&bench).await, None);
    let ana = person("Ana Example", None);
    bench.capture(&ana).await;
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::NotFound, "{view:?}");
    assert_eq!(confirmed(&bench).await.as_deref(), Some("xqzzyworks.com"));
    // Another server, and the company's site is gone: the domain is still known.
    let bench = bench.restart_with(|config| config.web_port = Some(9)).await;
    let bo = person("Bo Example", None);
    bench.capture(&bo).await;
    let view = bench.ended(operation(&bo)).await;
    assert_eq!(view.state, CaptureState::NotFound, "{view:?}");
    assert!(bench.bed.stats().of("xqzzyworks.com").connections >= 1);
}

/// The real finder on a network that is known to let nobody out. (The verifier itself
/// recognises that by strangers' servers only, of which there are none in a test.)
pub struct PortShut(pub Arc<dyn AddressFinder>);

#[async_trait::async_trait]
impl AddressFinder for PortShut {
    async fn find(&self, request: &lode_finder::FindRequest) -> lode_finder::FindOutcome {
        self.0.find(request).await
    }

    fn port_shut(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shut_mail_port_is_said_and_not_waited_for() {
    let domains = vec![ordinary("works.test", &["ana.example"])];
    let bench = Bench::start_with_finder(
        domains,
        |config| {
            let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            config.smtp_port = closed.local_addr().unwrap().port();
            config.retry_after = vec![3_600];
        },
        |finder| Arc::new(PortShut(finder)),
    )
    .await;
    let ana = person("Ana Example", Some("works.test"));
    bench.capture(&ana).await;
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::Unsure, "{view:?}");
    assert_eq!(view.reason.as_deref(), Some("port_25_shut"));
    let email = view.email.unwrap();
    assert_eq!(email.address, "ana.example@works.test");
    assert!(email.reasons.iter().any(|code| code == "port_25_shut"));
    assert_eq!(view.receipt.unwrap().charged, 0);
    let account = bench.get("/v1/account").send().await.unwrap();
    let account: AccountView = json_of(account, StatusCode::OK).await;
    assert!(account.mail_port_shut);
    let health = bench.get("/v1/health").send().await.unwrap();
    let health: Health = json_of(health, StatusCode::OK).await;
    assert!(health.mail_port_shut);
    bench.assert_ledger_clean().await;
}
