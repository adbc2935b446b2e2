//! The way through a domain's mail hosts: every host by preference, every address in
//! order, within the limits, until one has answered.

use super::{Ran, Verifier};
use crate::address::Domain;
use crate::config::Identity;
use crate::dns::DnsFailure;
use crate::evidence::{FailureKind, SessionFailure, Stage};
use crate::net::{JudgedIp, judge};
use crate::probe::{Context, End, Findings, Plan, converse};
use crate::provider::provider_of;

/// Whether to go on to the next address or host.
enum Next {
    GoOn,
    Done,
    Held(crate::limits::Hold),
}

impl Verifier {
    /// Holds the sessions of one run.
    pub(super) async fn sessions(
        &self,
        identity: &Identity,
        domain: &Domain,
        hosts: &[String],
        plan: &Plan,
        mut findings: Findings,
    ) -> Ran {
        let inner = &self.inner;
        let _domain = inner.gate.domains.acquire(domain.as_str().to_owned()).await;
        let mut admitted = false;
        for host in hosts.iter().take(inner.config.limits.mx_hosts) {
            for ip in self.judged_addresses(host, &mut findings).await {
                let next = self
                    .sessions_at(
                        identity,
                        domain,
                        host,
                        ip,
                        plan,
                        &mut findings,
                        &mut admitted,
                    )
                    .await;
                match next {
                    Next::GoOn => {}
                    Next::Done => return Ran::Probed(Box::new(findings)),
                    Next::Held(hold) => return Ran::Held(hold),
                }
            }
        }
        Ran::Probed(Box::new(findings))
    }

    /// The host's addresses that may be connected to.
    async fn judged_addresses(&self, host: &str, findings: &mut Findings) -> Vec<JudgedIp> {
        let mut fail = |kind, address| {
            findings.failures.push(SessionFailure {
                mx: host.to_owned(),
                address,
                stage: Stage::Resolve,
                kind,
                text: None,
            });
        };
        // An MX must be a name (RFC 5321 5.1); a literal would go around DNS.
        if crate::dns::is_literal(host) {
            fail(FailureKind::Denied, None);
            return Vec::new();
        }
        let config = &self.inner.config;
        match self.inner.resolver.addresses(host).await {
            Ok(addresses) => addresses
                .into_iter()
                .filter_map(|ip| {
                    let judged = judge(ip, &config.allow_nets);
                    if judged.is_err() {
                        fail(FailureKind::Denied, Some(ip));
                    }
                    judged.ok()
                })
                .take(config.limits.addresses_per_host)
                .collect(),
            Err(DnsFailure::Failed(_)) => {
                fail(FailureKind::DnsFailed, None);
                Vec::new()
            }
            Err(DnsFailure::NoRecord | DnsFailure::NoSuchName) => {
                fail(FailureKind::NoAddress, None);
                Vec::new()
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "one caller; a struct would only rename them"
    )]
    async fn sessions_at(
        &self,
        identity: &Identity,
        domain: &Domain,
        host: &str,
        ip: JudgedIp,
        plan: &Plan,
        findings: &mut Findings,
        admitted: &mut bool,
    ) -> Next {
        let inner = &self.inner;
        let limits = &inner.config.limits;
        let provider = provider_of(host);
        let group = provider.unwrap_or(domain.as_str());
        let _provider = match provider {
            Some(provider) => inner.gate.providers.acquire(provider).await,
            None => None,
        };
        let _address = inner.gate.addresses.acquire(ip.ip()).await;
        // Manners toward strangers: not for networks that the operator opened by hand.
        let stranger = !ip.allow_listed();
        if stranger && !*admitted {
            let now = inner.clock.now_millis();
            let admission = inner
                .gate
                .manners(|manners| manners.admit(limits, domain.as_str(), group, plan.retry, now));
            if let Err(hold) = admission {
                return Next::Held(hold);
            }
            *admitted = true;
        }
        let context = Context {
            identity,
            limits,
            timeouts: &inner.config.timeouts,
            port: inner.config.smtp_port,
            now_millis: inner.clock.now_millis(),
        };
        findings.helo_only = false;
        let end = loop {
            match converse(&context, plan, findings, host, ip).await {
                End::Again if findings.sessions < limits.sessions_per_run => {}
                end => break end,
            }
        };
        if stranger {
            self.remember(group, findings, end);
        }
        let answered = findings.targets.iter().any(Option::is_some);
        // Refused by policy, or answered in part: another server of the same domain would
        // be asked behind the first one's back.
        if end != End::Failed || answered || findings.policy_failure() {
            Next::Done
        } else {
            Next::GoOn
        }
    }

    /// Draws the consequences for the provider, or the domain.
    fn remember(&self, group: &str, findings: &Findings, end: End) {
        let limits = &self.inner.config.limits;
        let now = self.inner.clock.now_millis();
        let last = findings.failures.last().map(|failure| failure.kind);
        self.inner.gate.manners(|manners| match (end, last) {
            (End::Failed, Some(FailureKind::Policy)) => manners.refused_us(limits, group, now),
            (End::Failed, Some(FailureKind::RateLimited)) => {
                manners.rate_limited(limits, group, now);
            }
            (End::Finished, _) => manners.content(group),
            _ => {}
        });
    }
}
