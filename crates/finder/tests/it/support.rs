//! A finder that is set up for a bed.

use std::time::Duration;

use lode_finder::domain::discover::DiscoveryConfig;
use lode_finder::domain::website::WebConfig;
use lode_finder::{FindRequest, Finder, FinderConfig};
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use lode_verify::{Address, DnsServer, Domain, Identity, RetrySchedule, Verifier, VerifyConfig};

pub async fn bed(domains: Vec<DomainSpec>) -> Bed {
    let scenario = Scenario {
        domains,
        ..Scenario::default()
    };
    Bed::start(scenario).await.unwrap()
}

pub fn ordinary(name: &str, mailboxes: &[&str]) -> DomainSpec {
    DomainSpec::new(name, Character::Ordinary, mailboxes)
}

pub fn with_site(name: &str, mailboxes: &[&str], title: &str) -> DomainSpec {
    DomainSpec {
        title: Some(title.to_owned()),
        ..ordinary(name, mailboxes)
    }
}

pub fn verify_config(bed: &Bed) -> VerifyConfig {
    let ready = bed.ready();
    VerifyConfig {
        dns: DnsServer::Address(ready.dns),
        smtp_port: ready.smtp_port,
        allow_nets: ready
            .allow_nets
            .iter()
            .map(|net| net.parse().unwrap())
            .collect(),
        identity: Some(Identity {
            helo: Domain::parse("probe.lode.test").unwrap(),
            mail_from: Address::parse("probe@lode.test").unwrap(),
        }),
        retry: RetrySchedule::new(vec![Duration::ZERO, Duration::ZERO]),
        decoy_seed: Some(7),
        ..VerifyConfig::default()
    }
}

pub fn finder_config(bed: &Bed) -> FinderConfig {
    FinderConfig {
        web: WebConfig {
            port: Some(bed.ready().http_port),
            timeout: Duration::from_secs(2),
            ..WebConfig::default()
        },
        discovery: DiscoveryConfig {
            timeout: Duration::from_secs(6),
            ..DiscoveryConfig::default()
        },
        ..FinderConfig::default()
    }
}

pub fn finder(bed: &Bed) -> Finder {
    let verifier = Verifier::new(verify_config(bed)).unwrap();
    Finder::new(finder_config(bed), verifier).unwrap()
}

pub fn at_domain(name: &str, domain: &str) -> FindRequest {
    FindRequest {
        full_name: Some(name.to_owned()),
        domain: Some(domain.to_owned()),
        ..FindRequest::default()
    }
}

pub fn at_company(name: &str, company: &str) -> FindRequest {
    FindRequest {
        full_name: Some(name.to_owned()),
        company: Some(company.to_owned()),
        ..FindRequest::default()
    }
}
