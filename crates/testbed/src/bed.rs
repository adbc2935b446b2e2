//! Sets the servers of a scenario up and keeps them until it is dropped.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::character::Character;
use crate::dns::{self, Zone};
use crate::scenario::{DomainSpec, Scenario};
use crate::script::Script;
use crate::smtp::{self, Role, Server};
use crate::stats::Stats;
use crate::web;

/// A running bed; dropping it stops every server.
#[derive(Debug)]
pub struct Bed {
    ready: Ready,
    stats: Stats,
    scenario: Arc<Scenario>,
    _tasks: JoinSet<()>,
}

/// Where a running bed is to be reached; what the binary prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The DNS server, UDP and TCP.
    pub dns: SocketAddr,
    /// Port of the SMTP servers.
    pub smtp_port: u16,
    /// Port of the web servers.
    pub http_port: u16,
    /// Networks that a verifier must be allowed to connect to.
    pub allow_nets: Vec<String>,
    /// Each domain's own address (web server, first MX host).
    pub domains: BTreeMap<String, IpAddr>,
}

/// How often ports are chosen anew when one of the many addresses has it taken.
const PORT_TRIES: usize = 20;

impl Bed {
    /// Starts every server of the scenario. All listen when this returns.
    ///
    /// # Errors
    /// Where a port cannot be bound.
    pub async fn start(scenario: Scenario) -> io::Result<Self> {
        let mut last = io::Error::other("no port was tried");
        for _ in 0..PORT_TRIES {
            match Self::try_start(scenario.clone()).await {
                Ok(bed) => return Ok(bed),
                Err(error) => {
                    let fixed = scenario.smtp_port != 0 || scenario.http_port != 0;
                    if fixed || error.kind() != io::ErrorKind::AddrInUse {
                        return Err(error);
                    }
                    last = error;
                }
            }
        }
        Err(last)
    }

    /// Where it is to be reached.
    #[must_use]
    pub fn ready(&self) -> &Ready {
        &self.ready
    }

    /// What its servers were asked.
    #[must_use]
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// What it plays.
    #[must_use]
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    async fn try_start(scenario: Scenario) -> io::Result<Self> {
        let stats = Stats::default();
        let mut tasks = JoinSet::new();
        let mut zone = Zone::default();
        let mut addresses = BTreeMap::new();
        let mut six: Vec<Arc<smtp::DomainState>> = Vec::new();
        let mut listening = Listening {
            smtp_port: scenario.smtp_port,
            http_port: scenario.http_port,
            stats: stats.clone(),
            latency: Duration::from_millis(scenario.latency_ms),
        };
        // One address settles the ports before the many are bound.
        listening.settle_ports().await?;
        let mut shared: Vec<(DomainAddresses, Vec<Arc<smtp::DomainState>>)> = Vec::new();
        for (index, spec) in scenario.domains.iter().enumerate() {
            let mut own = DomainAddresses::of(index);
            let shares = scenario.domains_per_address > 1 && spec.can_share();
            if shares {
                match shared.last() {
                    Some((known, states)) if states.len() < scenario.domains_per_address => {
                        own = *known;
                    }
                    _ => shared.push((own, Vec::new())),
                }
            }
            addresses.insert(spec.name.clone(), IpAddr::V4(own.first));
            match spec.script() {
                Some(script) => dns::add_script(&mut zone, spec, script, &own),
                None => dns::add_domain(&mut zone, spec, &own),
            }
            let state = Arc::new(smtp::DomainState::new(
                spec.clone(),
                Duration::from_millis(scenario.greylist_ms),
            ));
            if spec.character == Character::Ipv6Only {
                six.push(Arc::clone(&state));
            }
            if let Some((_, states)) = shared.last_mut().filter(|_| shares) {
                states.push(state);
                continue;
            }
            listening.domain(&mut tasks, &state, &own).await?;
            if let Some(title) = &spec.title {
                let listener = listening
                    .bind(own.first.into(), listening.http_port)
                    .await?;
                tasks.spawn(web::serve(listener, title.clone()));
            }
        }
        for (own, states) in shared {
            let first = own.first.into();
            listening
                .smtp(&mut tasks, first, states, Role::Character, "mx1")
                .await?;
        }
        if !six.is_empty() {
            listening
                .smtp(
                    &mut tasks,
                    Ipv6Addr::LOCALHOST.into(),
                    six,
                    Role::Ordinary,
                    "mx1",
                )
                .await?;
        }
        let dns = dns::spawn(&mut tasks, Arc::new(zone), scenario.dns_port).await?;
        Ok(Self {
            ready: Ready {
                dns,
                smtp_port: listening.smtp_port,
                http_port: listening.http_port,
                allow_nets: ["127.1.0.0/16", "127.2.0.0/16", "127.3.0.0/16", "::1/128"]
                    .map(str::to_owned)
                    .to_vec(),
                domains: addresses,
            },
            stats,
            scenario: Arc::new(scenario),
            _tasks: tasks,
        })
    }
}

/// A domain's addresses: the first three MX hosts', and the trap's, which lies
/// outside the networks that a verifier is allowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DomainAddresses {
    pub(crate) first: Ipv4Addr,
    pub(crate) second: Ipv4Addr,
    pub(crate) third: Ipv4Addr,
    pub(crate) trap: Ipv4Addr,
}

impl DomainAddresses {
    fn of(index: usize) -> Self {
        let [.., high, low] = (index + 1).to_be_bytes();
        Self {
            first: Ipv4Addr::new(127, 1, high, low),
            second: Ipv4Addr::new(127, 2, high, low),
            third: Ipv4Addr::new(127, 3, high, low),
            trap: Ipv4Addr::new(127, 66, high, low),
        }
    }

    /// The MX hosts' addresses.
    pub(crate) fn hosts(&self) -> [Ipv4Addr; 3] {
        [self.first, self.second, self.third]
    }
}

/// What all listeners share.
struct Listening {
    smtp_port: u16,
    http_port: u16,
    stats: Stats,
    latency: Duration,
}

impl Listening {
    async fn settle_ports(&mut self) -> io::Result<()> {
        // 127.1.0.0 is no domain's address.
        for port in [&mut self.smtp_port, &mut self.http_port] {
            if *port == 0 {
                let probe = TcpListener::bind((Ipv4Addr::new(127, 1, 0, 0), 0)).await?;
                *port = probe.local_addr()?.port();
            }
        }
        Ok(())
    }

    async fn bind(&self, ip: IpAddr, port: u16) -> io::Result<TcpListener> {
        TcpListener::bind(SocketAddr::new(ip, port)).await
    }

    async fn smtp(
        &self,
        tasks: &mut JoinSet<()>,
        ip: IpAddr,
        domains: Vec<Arc<smtp::DomainState>>,
        role: Role,
        host: &str,
    ) -> io::Result<()> {
        let listener = self.bind(ip, self.smtp_port).await?;
        let server = Server {
            domains,
            role,
            host: host.to_owned(),
            stats: self.stats.clone(),
            latency: self.latency,
        };
        tasks.spawn(smtp::serve(listener, Arc::new(server)));
        Ok(())
    }

    /// The SMTP servers of one domain.
    async fn domain(
        &self,
        tasks: &mut JoinSet<()>,
        state: &Arc<smtp::DomainState>,
        own: &DomainAddresses,
    ) -> io::Result<()> {
        use Character::*;
        let spec: &DomainSpec = state.spec();
        if let Some(script) = spec.script() {
            return self.script(tasks, state, script, own).await;
        }
        let servers: &[(Ipv4Addr, Role)] = match spec.character {
            NullMx | NoMailHost | NxDomain | ServFail | DeadResolver | Ipv6Only | DanglingMx => &[],
            DeadFirstMx | EqualOneDead | DanglingFirstMx => &[(own.second, Role::Ordinary)],
            SilentFirstMx => &[(own.first, Role::Silent), (own.second, Role::Ordinary)],
            NoServiceFirstMx => &[(own.first, Role::NoService), (own.second, Role::Ordinary)],
            CatchAllBackup => &[(own.first, Role::Busy), (own.second, Role::AcceptAll)],
            LiteralMx | PrivateMx => &[(own.trap, Role::Trap)],
            Rebinding => &[(own.first, Role::Ordinary), (own.trap, Role::Trap)],
            _ => &[(own.first, Role::Character)],
        };
        for (ip, role) in servers {
            self.smtp(tasks, (*ip).into(), vec![Arc::clone(state)], *role, "")
                .await?;
        }
        Ok(())
    }

    /// The hosts of a script.
    async fn script(
        &self,
        tasks: &mut JoinSet<()>,
        state: &Arc<smtp::DomainState>,
        script: &Script,
        own: &DomainAddresses,
    ) -> io::Result<()> {
        for (host, ip) in script.hosts.iter().zip(own.hosts()) {
            if !script.dead.contains(host) {
                let domains = vec![Arc::clone(state)];
                self.smtp(tasks, ip.into(), domains, Role::Character, host)
                    .await?;
            }
        }
        Ok(())
    }
}
