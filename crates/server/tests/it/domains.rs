//! What is learned of domains outlives the server that learned it.

use std::sync::Arc;

use lode_core::api::{AccountView, CaptureState, Health, PairingResponse};
use lode_finder::company::CompanyName;
use lode_finder::domain::memory_key;
use lode_ledger::Policy;
use lode_server::jobs::AddressFinder;
use lode_store::Pricing;
use lode_testbed::{Character, DomainSpec};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::support::{Bench, Database, json_of, operation, ordinary, person};

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
    let key = memory_key(&CompanyName::parse("Xqzzy Works").unwrap(), None);
    let confirmed = async |bench: &Bench| {
        let store = bench.server.store();
        let account = store.accounts().await.unwrap()[0].id;
        let confirmed = store.confirmed_domain(account, &key, 0).await.unwrap();
        confirmed.map(|confirmed| confirmed.domain)
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

/// A person of a company, as a capture claims.
fn employee(name: &str, company: &str) -> Value {
    let mut body = person(name, None);
    body["lead"]["company"] = json!(company);
    body["lead"]["company_url"] = json!("https://www.linkedin.com/company/xqzzy-works");
    body
}

async fn a_claim_decides_for_its_account_alone(database: Database) {
    let site = |domain: &str, mailboxes: &[&str], title: &str| DomainSpec {
        title: Some(title.to_owned()),
        ..ordinary(domain, mailboxes)
    };
    let domains = vec![
        site("qvilco.com", &[], "Qvilco"),
        site("xqzzyworks.com", &["bo.example"], "Xqzzy Works"),
    ];
    let Some(bench) = Bench::start_with(database, domains, |_| {}).await else {
        return;
    };
    // Another company's name beside the company's page.
    for (name, company, domain) in [
        ("Mal Example", "Qvilco", "qvilco.com"),
        ("Ana Example", "Xqzzy Works", "xqzzyworks.com"),
    ] {
        let body = employee(name, company);
        bench.capture(&body).await;
        let view = bench.ended(operation(&body)).await;
        assert_eq!(view.state, CaptureState::NotFound, "{view:?}");
        assert!(bench.bed.stats().of(domain).connections >= 1, "{domain}");
    }
    // Nothing tells any more whose domain it is but what was found before.
    let mut bench = bench.restart_with(|config| config.web_port = Some(9)).await;
    let bo = employee("Bo Example", "Xqzzy Works");
    bench.capture(&bo).await;
    let view = bench.ended(operation(&bo)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    let store = bench.server.store();
    let pricing = Pricing::new(Policy::preset("lode").unwrap()).unwrap();
    let now = lode_server::app::now();
    let (other, made) = store.ensure_account("other", &pricing, now).await.unwrap();
    assert!(made);
    let code = store.create_pairing_code(other.id, now).await.unwrap();
    let paired = bench.pair(&code.code).await;
    let paired: PairingResponse = json_of(paired, StatusCode::CREATED).await;
    bench.token = paired.token;
    let bo = employee("Bo Example", "Xqzzy Works");
    bench.capture(&bo).await;
    let view = bench.ended(operation(&bo)).await;
    assert_ne!(view.state, CaptureState::Found, "{view:?}");
    bench.assert_ledger_clean().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_decides_for_its_account_alone_on_sqlite() {
    a_claim_decides_for_its_account_alone(Database::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_decides_for_its_account_alone_on_postgres() {
    a_claim_decides_for_its_account_alone(Database::Postgres).await;
}

/// What the company's own page showed is its people's too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_companys_page_tells_where_its_people_have_their_mail() {
    let bench = Bench::start(vec![ordinary("works.test", &["ana.example"])]).await;
    let mut company = person("Xqzzy Works", None);
    company["lead"] = json!({
        "kind": "company", "full_name": "Xqzzy Works, Inc.", "website": "https://www.works.test/",
        "profile_url": "https://www.linkedin.com/company/xqzzy-works",
    });
    bench.capture(&company).await;
    let ana = employee("Ana Example", "Xqzzy Works");
    bench.capture(&ana).await;
    let view = bench.ended(operation(&ana)).await;
    assert_eq!(view.state, CaptureState::Found, "{view:?}");
    assert_eq!(view.email.unwrap().address, "ana.example@works.test");
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
