//! The way through a domain's mail hosts: every host by preference, every address in
//! order, within the limits, until one has answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::Verifier;
use crate::address::Domain;
use crate::config::Identity;
use crate::dns::{DnsFailure, is_literal};
use crate::egress::Egress;
use crate::evidence::{FailureKind, SessionFailure, Stage};
use crate::limits::Hold;
use crate::net::{JudgedIp, judge};
use crate::probe::{Context, End, Findings, Plan, converse, forget_doubtful, look_again};
use crate::provider::provider_of;

/// One run's way.
pub(super) struct Route<'a> {
    verifier: &'a Verifier,
    identity: &'a Identity,
    domain: &'a Domain,
    plan: &'a Plan,
    findings: Findings,
    /// When no further server is asked.
    until: Instant,
    /// The run has been counted against the limits.
    admitted: bool,
}

/// Whether to go on to the next address or host.
#[derive(PartialEq, Eq)]
enum Next {
    GoOn,
    Done,
}

impl<'a> Route<'a> {
    pub(super) fn new(
        verifier: &'a Verifier,
        identity: &'a Identity,
        domain: &'a Domain,
        plan: &'a Plan,
        findings: Findings,
    ) -> Self {
        Self {
            verifier,
            identity,
            domain,
            plan,
            findings,
            until: Instant::now() + verifier.inner.config.timeouts.run,
            admitted: false,
        }
    }

    /// What was answered on the way.
    pub(super) fn into_findings(self) -> Findings {
        self.findings
    }

    /// Holds the sessions of the run. The caller holds the domain's turn.
    ///
    /// # Errors
    /// Why the servers are not asked now.
    pub(super) async fn walk(&mut self, hosts: &[String]) -> Result<(), Hold> {
        let hosts_max = self.verifier.inner.config.limits.mx_hosts;
        for host in hosts.iter().take(hosts_max) {
            for ip in self.addresses(host).await {
                if self.ask(host, ip).await? == Next::Done {
                    return Ok(());
                }
                if Instant::now() >= self.until {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn fail(&mut self, host: &str, ip: Option<std::net::IpAddr>, stage: Stage, kind: FailureKind) {
        self.findings.failures.push(SessionFailure {
            mx: host.to_owned(),
            address: ip,
            stage,
            kind,
            text: None,
        });
    }

    /// The host's addresses that may be connected to.
    async fn addresses(&mut self, host: &str) -> Vec<JudgedIp> {
        // An MX must be a name (RFC 5321 5.1); a literal would go around DNS, and so would
        // names that resolvers answer themselves (RFC 6761 6.3).
        let local = host == "localhost" || host.ends_with(".localhost");
        if is_literal(host) || local {
            self.fail(host, None, Stage::Resolve, FailureKind::Denied);
            return Vec::new();
        }
        let inner = &self.verifier.inner;
        let mut judged = Vec::new();
        match inner.resolver.addresses(host).await {
            Ok(addresses) => {
                for ip in addresses {
                    match judge(ip, &inner.config.allow_nets) {
                        Ok(ip) => judged.push(ip),
                        Err(_) => self.fail(host, Some(ip), Stage::Resolve, FailureKind::Denied),
                    }
                }
            }
            Err(DnsFailure::Failed(_)) => {
                self.fail(host, None, Stage::Resolve, FailureKind::DnsFailed);
            }
            Err(DnsFailure::NoRecord | DnsFailure::NoSuchName) => {
                self.fail(host, None, Stage::Resolve, FailureKind::NoAddress);
            }
        }
        judged.truncate(inner.config.limits.addresses_per_host);
        judged
    }

    /// Asks the server at one address, in as many sessions as it takes.
    async fn ask(&mut self, host: &str, ip: JudgedIp) -> Result<Next, Hold> {
        let inner = &self.verifier.inner;
        let provider = provider_of(host);
        let group = provider.unwrap_or(self.domain.as_str());
        let _provider = match provider {
            Some(provider) => inner.gate.providers.acquire(provider).await,
            None => None,
        };
        let _address = inner.gate.addresses.acquire(ip.ip()).await;
        let _connection = Arc::clone(&inner.gate.connections).acquire_owned().await;
        let now_millis = inner.clock.now_millis();
        let context = Context {
            identity: self.identity,
            limits: &inner.config.limits,
            timeouts: &inner.config.timeouts,
            port: inner.config.smtp_port,
            proxy: inner.config.socks5.as_ref(),
            now_millis,
            until: self.until,
        };
        let stranger = context.is_stranger(ip);
        if stranger {
            self.admit(group, now_millis).await?;
            if self.verifier.egress(|egress| egress.is_shut(now_millis)) {
                self.fail(host, Some(ip.ip()), Stage::Connect, FailureKind::PortShut);
                return Ok(Next::Done);
            }
        }
        self.findings.helo_only = false;
        let mut end = converse(&context, self.plan, &mut self.findings, host, ip).await;
        while end == End::Again && context.has_room(self.findings.sessions) {
            end = converse(&context, self.plan, &mut self.findings, host, ip).await;
        }
        match end {
            End::Finished => {
                look_again(&context, self.plan, &mut self.findings, host, ip).await;
            }
            End::Failed => forget_doubtful(&mut self.findings),
            End::Again => {}
        }
        let failed = self.findings.failures.last();
        if end == End::Failed && failed.is_some_and(|failed| failed.kind == FailureKind::Proxy) {
            // It is the same for every other server.
            self.proxy_failed();
            return Ok(Next::Done);
        }
        if stranger {
            self.learn(group, ip, end).await;
        }
        let answered = self.findings.targets.iter().any(Option::is_some);
        // Refused by policy, or answered in part: another server of the same domain would
        // be asked behind the first one's back.
        // A server that defers everybody to the end leaves its work to the next, as it does
        // with senders.
        if self.plan.last && self.findings.all_deferred() {
            return Ok(Next::GoOn);
        }
        if end != End::Failed || answered || self.findings.policy_failure() {
            Ok(Next::Done)
        } else {
            Ok(Next::GoOn)
        }
    }

    async fn admit(&mut self, group: &str, now: i64) -> Result<(), Hold> {
        if self.admitted {
            return Ok(());
        }
        let inner = &self.verifier.inner;
        // What other servers, or this one before a restart, have learned.
        if let Some(hold) = inner.profiles.hold(group).await {
            inner
                .gate
                .manners(|manners| manners.take_in(group, hold, now));
        }
        let (domain, retry) = (self.domain.as_str(), self.plan.retry);
        inner
            .gate
            .manners(|manners| manners.admit(&inner.config.limits, domain, group, retry, now))?;
        if !retry {
            let most = inner.config.limits.runs_per_domain_hour;
            if let Some(free_at) = inner.profiles.take_run(self.domain, most, now).await {
                let wait = u64::try_from(free_at.saturating_sub(now)).unwrap_or(0);
                return Err(Hold::RunsThisHour(Duration::from_millis(wait)));
            }
        }
        self.admitted = true;
        Ok(())
    }

    /// Says once that the proxy cannot be used.
    fn proxy_failed(&self) {
        let said = &self.verifier.inner.proxy_failed;
        if !said.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "the SOCKS5 proxy cannot be used: it is not there, refuses us or speaks another \
                 protocol; nothing can be proved from here"
            );
        }
    }

    /// Draws the consequences for the provider, or the domain, and for our own way out.
    async fn learn(&self, group: &str, ip: JudgedIp, end: End) {
        let inner = &self.verifier.inner;
        let limits = &inner.config.limits;
        let now = inner.clock.now_millis();
        let last = self.findings.failures.last().filter(|_| end == End::Failed);
        match last.map(|failure| failure.kind) {
            Some(kind @ (FailureKind::Policy | FailureKind::RateLimited)) => {
                let hold = inner.gate.manners(|manners| {
                    if kind == FailureKind::Policy {
                        manners.refused_us(limits, group, now);
                    } else {
                        manners.rate_limited(limits, group, now);
                    }
                    manners.hold_of(group)
                });
                inner.profiles.put_hold(group, hold).await;
            }
            None => {
                if inner.gate.manners(|manners| manners.content(group)) {
                    inner.profiles.end_backoff(group).await;
                }
            }
            Some(_) => {}
        }
        if last.is_none_or(|failure| failure.stage != Stage::Connect) {
            self.verifier.egress(Egress::reached);
        } else if self.verifier.egress(|egress| egress.failed(ip.ip(), now)) {
            tracing::warn!(
                port = inner.config.smtp_port,
                "no mail server can be reached: this network seems to shut the port; \
                 nothing can be proved from here"
            );
        }
    }
}
