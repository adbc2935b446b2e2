//! What the operator decides: who we are toward mail servers, how long, how much.

use std::net::SocketAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::address::{Address, Domain};
use crate::socks::Socks5;

/// Settings of a [`crate::Verifier`].
#[derive(Debug, Clone)]
pub struct VerifyConfig {
    /// Where DNS is asked.
    pub dns: DnsServer,
    /// Port of the mail servers: 25, but in tests.
    pub smtp_port: u16,
    /// Networks that may be connected to although they are not public; empty but in tests.
    pub allow_nets: Vec<IpNet>,
    /// Who we are toward mail servers. `None`: probing is off, and no address is ever
    /// [`lode_core::email::EmailStatus::Verified`].
    pub identity: Option<Identity>,
    /// Who we are toward allow-listed networks where there is no `identity`: a name that
    /// nobody owns, with which no stranger is ever asked.
    pub test_identity: Option<Identity>,
    /// When deferred addresses are asked again.
    pub retry: RetrySchedule,
    /// How much is asked of whom.
    pub limits: Limits,
    /// How long is waited for what.
    pub timeouts: Timeouts,
    /// Proxy through which mail servers are reached, where the network lets nobody out to
    /// the mail port. `None`: directly.
    pub socks5: Option<Socks5>,
    /// Seed of the decoys' names. Keep it the same over restarts: greylisting lets through
    /// only what it has seen before. `None`: random, for as long as the verifier lives.
    pub decoy_seed: Option<u64>,
}

impl Default for VerifyConfig {
    fn default() -> Self {
        Self {
            dns: DnsServer::System,
            smtp_port: 25,
            allow_nets: Vec::new(),
            identity: None,
            test_identity: None,
            retry: RetrySchedule::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
            socks5: None,
            decoy_seed: None,
        }
    }
}

/// Where DNS is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DnsServer {
    /// The machine's own resolver (`/etc/resolv.conf`).
    #[default]
    System,
    /// This recursive resolver, over UDP and TCP.
    Address(SocketAddr),
}

/// Who we say we are. Having one is the operator's yes to probing: their name, their
/// sender, their reputation (see the documentation on Spamhaus's view of probing).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Name for EHLO and HELO; should have matching A and PTR records.
    pub helo: Domain,
    /// Sender of the probes; should be a mailbox that is read.
    pub mail_from: Address,
}

/// After which delays an address that a server deferred is asked again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule(Vec<Duration>);

impl RetrySchedule {
    /// A schedule: the delay after the first attempt, the second, ….
    #[must_use]
    pub fn new(delays: Vec<Duration>) -> Self {
        Self(delays)
    }

    /// Delay after `attempt` (0 is the first); `None` once the schedule is used up.
    #[must_use]
    pub fn delay_after(&self, attempt: u32) -> Option<Duration> {
        let index = usize::try_from(attempt).ok()?;
        self.0.get(index).copied()
    }
}

impl Default for RetrySchedule {
    /// 60 s, 330 s (past postgrey's 300 s), 20 min.
    fn default() -> Self {
        Self(vec![
            Duration::from_secs(60),
            Duration::from_secs(330),
            Duration::from_secs(20 * 60),
        ])
    }
}

/// How much is asked of whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Connections at once altogether.
    pub connections: usize,
    /// Connections at once to one address of a mail server.
    pub connections_per_mx_address: usize,
    /// Connections at once to one provider (Google, Microsoft …), or to the mail hosts of one
    /// registrable domain. The latter not applied to allow-listed networks.
    pub connections_per_provider: usize,
    /// Runs (control and targets, with the sessions that the server makes us add and the
    /// retries it asks for) a domain in an hour. Not applied to allow-listed networks.
    pub runs_per_domain_hour: u32,
    /// Sessions that one run may open. Not applied to allow-listed networks.
    pub sessions_per_run: u32,
    /// RCPTs that may be refused in one session (Postfix slows down at 10, cuts at 20).
    pub refused_per_session: u32,
    /// RCPTs in one session altogether.
    pub recipients_per_session: u32,
    /// RCPTs of a session that follow each other without a pause. With one, a single look-up
    /// (six RCPTs, 50 ms a reply) would take more than the 1.5 s that it may.
    pub rcpt_burst: u32,
    /// Least time between two RCPTs of a session after that. Not applied to allow-listed
    /// networks.
    pub rcpt_pause: Duration,
    /// How long a domain's profile is believed.
    pub profile_age: Duration,
    /// How old control evidence may be behind a `verified`.
    pub control_age: Duration,
    /// How long a provider that blocked us is left alone. Not applied to allow-listed
    /// networks.
    pub policy_stop: Duration,
    /// First back-off after a 421 or 4.7.x from a provider; doubles each time, up to an
    /// hour. Not applied to allow-listed networks.
    pub backoff: Duration,
    /// Mail hosts tried for one domain.
    pub mx_hosts: usize,
    /// Addresses tried for one mail host.
    pub addresses_per_host: usize,
    /// What is not applied to allow-listed networks is applied there too: to measure and
    /// test it.
    pub manners_everywhere: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1000,
            connections_per_mx_address: 2,
            connections_per_provider: 8,
            runs_per_domain_hour: 3,
            sessions_per_run: 6,
            refused_per_session: 8,
            recipients_per_session: 50,
            rcpt_burst: 2,
            rcpt_pause: Duration::from_millis(250),
            profile_age: Duration::from_secs(7 * 24 * 3600),
            control_age: Duration::from_secs(24 * 3600),
            policy_stop: Duration::from_secs(24 * 3600),
            backoff: Duration::from_secs(60),
            mx_hosts: 20,
            addresses_per_host: 16,
            manners_everywhere: false,
        }
    }
}

/// How long is waited for what. RFC 5321 4.5.3.2 grants minutes, for mail that must get
/// through; a question can be given up sooner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// One DNS question, retries included.
    pub dns: Duration,
    /// TCP connection.
    pub connect: Duration,
    /// The greeting: servers delay it on purpose to catch those who talk first.
    pub greeting: Duration,
    /// Reply to EHLO or HELO.
    pub hello: Duration,
    /// STARTTLS and the handshake.
    pub tls: Duration,
    /// Reply to MAIL or RSET.
    pub mail: Duration,
    /// Reply to one RCPT: servers look the mailbox up elsewhere, or delay on purpose.
    pub rcpt: Duration,
    /// Reply to QUIT.
    pub quit: Duration,
    /// A whole session.
    pub session: Duration,
    /// A whole run over one domain: no further server or session is begun after it, however
    /// many slow ones are left.
    pub run: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            dns: Duration::from_secs(8),
            connect: Duration::from_secs(8),
            // Tarpits take up to 20 s a reply and mean it well with whoever waits.
            greeting: Duration::from_secs(25),
            hello: Duration::from_secs(25),
            tls: Duration::from_secs(25),
            mail: Duration::from_secs(25),
            rcpt: Duration::from_secs(25),
            quit: Duration::from_secs(2),
            session: Duration::from_secs(180),
            run: Duration::from_secs(240),
        }
    }
}
