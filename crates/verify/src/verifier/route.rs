//! The way through a domain's mail hosts: every host by preference, every address in
//! order, within the limits, until one has answered.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use super::{Span, Verifier};
use crate::address::Domain;
use crate::dns::{DnsFailure, is_literal};
use crate::egress::Egress;
use crate::evidence::{FailureKind, SessionFailure, Stage};
use crate::limits::Hold;
use crate::limits::shared::{Place, share};
use crate::net::{JudgedIp, judge};
use crate::probe::{
    Context, End, Findings, Plan, converse, forget_doubtful, look_again, prove_again,
};
use crate::provider::{group_of, provider_of};

/// One run's way.
pub(super) struct Route<'a> {
    verifier: &'a Verifier,
    domain: &'a Domain,
    plan: &'a Plan,
    findings: Findings,
    /// What the run has used up before.
    span: &'a mut Span,
    /// When no further server is asked.
    until: Instant,
    /// Groups that were seen to take questions now.
    admitted: Vec<String>,
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
        domain: &'a Domain,
        plan: &'a Plan,
        mut findings: Findings,
        span: &'a mut Span,
    ) -> Self {
        findings.sessions = span.sessions;
        let run = verifier.inner.config.timeouts.run;
        Self {
            verifier,
            domain,
            plan,
            findings,
            until: *span.until.get_or_insert_with(|| Instant::now() + run),
            span,
            admitted: Vec::new(),
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
        let most = inner.config.limits.addresses_per_host;
        let mut judged = Vec::new();
        match inner.resolver.addresses(host).await {
            Ok(addresses) => {
                // An answer may hold thousands: what goes into the evidence is as few as what
                // is asked.
                let mut denied = 0;
                for ip in addresses {
                    match judge(ip, &inner.config.allow_nets) {
                        Ok(ip) => judged.push(ip),
                        Err(_) if denied < most => {
                            denied += 1;
                            self.fail(host, Some(ip), Stage::Resolve, FailureKind::Denied);
                        }
                        Err(_) => {}
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
        judged.truncate(most);
        judged
    }

    /// Asks the server at one address, in as many sessions as it takes.
    async fn ask(&mut self, host: &str, ip: JudgedIp) -> Result<Next, Hold> {
        let inner = &self.verifier.inner;
        let limits = &inner.config.limits;
        let stranger = !ip.allow_listed() || limits.manners_everywhere;
        let Some(identity) = self.verifier.identity_toward(stranger) else {
            self.fail(host, Some(ip.ip()), Stage::Resolve, FailureKind::ProbingOff);
            return Ok(Next::GoOn);
        };
        let group = group_of(host);
        let limited = stranger || provider_of(host).is_some();
        let mut together = Place::of(match limited {
            true => inner.gate.groups.acquire(group.clone()).await,
            false => None,
        });
        let mut address = Place::of(inner.gate.addresses.acquire(ip.ip()).await);
        if stranger {
            let group = inner.gate.groups.slot(format!("group {group}"));
            let server = inner.gate.addresses.slot(format!("address {}", ip.ip()));
            let mut places = [(&mut together, group), (&mut address, server)];
            share(&self.verifier.shared(), &mut places).await;
        }
        let mut connection = Arc::clone(&inner.gate.connections)
            .acquire_owned()
            .await
            .ok();
        let now_millis = inner.clock.now_millis();
        let context = Context {
            identity,
            limits,
            timeouts: &inner.config.timeouts,
            port: inner.config.smtp_port,
            proxy: inner.config.socks5.as_ref(),
            now_millis,
            stranger,
            egress: &inner.egress,
            until: self.until,
        };
        if stranger {
            if !self
                .verifier
                .egress(|egress| egress.admit(ip.ip(), now_millis))
            {
                self.fail(host, Some(ip.ip()), Stage::Connect, FailureKind::PortShut);
                return Ok(Next::Done);
            }
            if let Err(hold) = self.admit(&group, now_millis).await {
                self.verifier.egress(Egress::not_tried);
                return Err(hold);
            }
        }
        self.findings.helo_only = false;
        self.findings.limited = false;
        self.findings.complained = false;
        let mut end = converse(&context, self.plan, &mut self.findings, host, ip).await;
        if end == End::Failed && !stranger && self.is_crowded(ip) {
            self.findings.failures.pop();
            drop((std::mem::take(&mut address), connection.take()));
            address = Place::of(inner.gate.addresses.acquire(ip.ip()).await);
            connection = Arc::clone(&inner.gate.connections)
                .acquire_owned()
                .await
                .ok();
            end = converse(&context, self.plan, &mut self.findings, host, ip).await;
        }
        while end == End::Again && context.has_room(&self.findings) {
            end = converse(&context, self.plan, &mut self.findings, host, ip).await;
        }
        self.findings.out_of_sessions =
            end == End::Again && stranger && self.findings.sessions >= limits.sessions_per_run;
        match end {
            End::Finished => {
                look_again(&context, self.plan, &mut self.findings, host, ip).await;
                prove_again(&context, self.plan, &mut self.findings, host, ip).await;
            }
            End::Failed => forget_doubtful(&mut self.findings),
            End::Again => {}
        }
        if stranger {
            self.span.sessions = self.findings.sessions;
        }
        drop((address, connection));
        let failed = self.findings.failures.last();
        if end == End::Failed && failed.is_some_and(|failed| failed.kind == FailureKind::Proxy) {
            // It is the same for every other server.
            self.proxy_failed();
            return Ok(Next::Done);
        }
        if stranger {
            self.learn(&group, ip, end).await;
        }
        if self.findings.stopped {
            return Ok(Next::Done);
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

    /// Whether the server turned us away at once while we talk to it elsewhere too: some take
    /// one connection a client. From then on there is one at a time.
    fn is_crowded(&self, ip: JudgedIp) -> bool {
        let addresses = &self.verifier.inner.gate.addresses;
        let turned_away = self.findings.failures.last().is_some_and(|failure| {
            failure.stage == Stage::Greeting
                && matches!(
                    failure.kind,
                    FailureKind::RateLimited | FailureKind::Temporary
                )
        });
        turned_away && addresses.has_others(&ip.ip()) && {
            addresses.set_alone(ip.ip());
            true
        }
    }

    async fn admit(&mut self, group: &str, now: i64) -> Result<(), Hold> {
        if self.admitted.iter().any(|known| known == group) {
            return Ok(());
        }
        let inner = &self.verifier.inner;
        // What other servers, or this one before a restart, have learned.
        if let Some(hold) = inner.profiles.hold(group).await {
            inner
                .gate
                .manners(|manners| manners.take_in(group, hold, now));
        }
        inner
            .gate
            .manners(|manners| manners.admit_group(group, now))?;
        // A retry belongs to its run: the server asked for it.
        if !self.span.counted && !self.plan.retry {
            let limits = &inner.config.limits;
            inner
                .gate
                .manners(|manners| manners.count_run(limits, self.domain.as_str(), now))?;
            let most = limits.runs_per_domain_hour;
            if let Some(free_at) = inner.profiles.take_run(self.domain, most, now).await {
                let wait = u64::try_from(free_at.saturating_sub(now)).unwrap_or(0);
                return Err(Hold::RunsThisHour(Duration::from_millis(wait)));
            }
        }
        self.span.counted = true;
        self.admitted.push(group.to_owned());
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

    /// Draws the consequences for the group, and for our own way out.
    async fn learn(&self, group: &str, ip: JudgedIp, end: End) {
        let inner = &self.verifier.inner;
        let limits = &inner.config.limits;
        let now = inner.clock.now_millis();
        let last = self.findings.failures.last().filter(|_| end == End::Failed);
        let kind = last.map(|failure| failure.kind);
        let policy = kind == Some(FailureKind::Policy);
        if policy || self.findings.limited || kind == Some(FailureKind::RateLimited) {
            let hold = inner.gate.manners(|manners| {
                if policy {
                    manners.refused_us(limits, group, now);
                } else {
                    manners.rate_limited(limits, group, now);
                }
                manners.hold_of(group)
            });
            inner.profiles.put_hold(group, hold).await;
        } else if kind.is_none()
            && !self.findings.complained
            && inner.gate.manners(|manners| manners.content(group))
        {
            inner.profiles.end_backoff(group).await;
        }
        let unreachable = last.is_some_and(|failure| failure.stage == Stage::Connect);
        if unreachable && self.verifier.egress(|egress| egress.failed(ip.ip(), now)) {
            inner.found_shut.notify_waiters();
            tracing::warn!(
                port = inner.config.smtp_port,
                "no mail server can be reached: this network seems to shut the port; \
                 nothing can be proved from here"
            );
        }
    }
}
