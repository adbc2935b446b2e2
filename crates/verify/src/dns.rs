//! DNS: where a domain's mail goes, and which addresses a host has.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ServerOrderingStrategy,
};
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use rand::seq::SliceRandom;

use crate::config::DnsServer;

/// How long is waited for IPv6 addresses when there are IPv4 ones.
const AAAA_GRACE: Duration = Duration::from_millis(500);

/// Asks DNS. Cheap to clone; answers are cached for their TTL.
#[derive(Clone)]
pub struct Resolver {
    inner: Arc<TokioResolver>,
    server: DnsServer,
    timeout: Duration,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").finish_non_exhaustive()
    }
}

/// Why DNS gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnsFailure {
    /// NXDOMAIN: the name does not exist.
    #[error("the name does not exist")]
    NoSuchName,
    /// The name exists, but has no record of the kind.
    #[error("no such record")]
    NoRecord,
    /// SERVFAIL, REFUSED, no answer in time: nothing is known.
    #[error("the resolver failed: {0}")]
    Failed(String),
}

/// Where a domain's mail goes (RFC 5321 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailRoute {
    /// Hosts to try in this order.
    Hosts {
        /// Host names in lower case, without the final dot.
        hosts: Vec<String>,
        /// There is no MX: the domain itself is the host.
        implicit: bool,
    },
    /// The domain says that it takes no mail (RFC 7505).
    NullMx,
    /// The domain exists, but has neither MX nor address.
    NoMailHost,
    /// The domain does not exist.
    NoSuchDomain,
    /// Nothing is known; worth another try.
    Unknown(DnsFailure),
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("the resolver could not be set up: {0}")]
pub struct ResolverSetupError(#[from] NetError);

impl Resolver {
    /// A resolver that gives each question at most `timeout`.
    ///
    /// # Errors
    /// Where the system's resolver configuration cannot be read.
    pub fn new(server: DnsServer, timeout: Duration) -> Result<Self, ResolverSetupError> {
        Ok(Self {
            inner: Arc::new(build(server, timeout)?),
            server,
            timeout,
        })
    }

    /// Where the domain's mail goes: its MX hosts by preference, equals in random order;
    /// without MX the domain itself, where it has an address.
    pub async fn mx(&self, domain: &str) -> MailRoute {
        match self.records(domain, RecordType::MX).await {
            Ok(records) => {
                let mut hosts: Vec<(u16, String)> = records
                    .iter()
                    .filter_map(|data| match data {
                        RData::MX(mx) => Some((mx.preference, host_name(&mx.exchange))),
                        _ => None,
                    })
                    .collect();
                if hosts.is_empty() {
                    return self.implicit(domain).await;
                }
                if hosts.iter().all(|(_, host)| host.is_empty()) {
                    return MailRoute::NullMx;
                }
                // "." beside real hosts is a mistake (RFC 7505 3): the real ones count.
                hosts.retain(|(_, host)| !host.is_empty());
                hosts.shuffle(&mut rand::rng());
                hosts.sort_by_key(|(preference, _)| *preference);
                let mut seen = std::collections::HashSet::new();
                let hosts = hosts
                    .into_iter()
                    .filter(|(_, host)| seen.insert(host.clone()))
                    .map(|(_, host)| host)
                    .collect();
                MailRoute::Hosts {
                    hosts,
                    implicit: false,
                }
            }
            // NXDOMAIN is checked against the addresses: some servers answer it for every
            // type that they do not know.
            Err(DnsFailure::NoRecord | DnsFailure::NoSuchName) => self.implicit(domain).await,
            Err(failure) => MailRoute::Unknown(failure),
        }
    }

    async fn implicit(&self, domain: &str) -> MailRoute {
        match self.addresses(domain).await {
            Ok(_) => MailRoute::Hosts {
                hosts: vec![domain.to_ascii_lowercase()],
                implicit: true,
            },
            Err(DnsFailure::NoRecord) => MailRoute::NoMailHost,
            Err(DnsFailure::NoSuchName) => MailRoute::NoSuchDomain,
            Err(failure) => MailRoute::Unknown(failure),
        }
    }

    /// All addresses of a host, IPv4 first. They are not judged: see [`crate::net::judge`].
    ///
    /// # Errors
    /// Where it has none, or DNS failed for want of any.
    pub async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, DnsFailure> {
        let (v4, v6) = self.both_families(host).await;
        let found: Vec<IpAddr> = [&v4, &v6]
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|data| match data {
                RData::A(a) => Some(IpAddr::V4(a.0)),
                RData::AAAA(aaaa) => Some(IpAddr::V6(aaaa.0)),
                _ => None,
            })
            .collect();
        if !found.is_empty() {
            return Ok(found);
        }
        match (v4.err(), v6.err()) {
            (Some(failure @ DnsFailure::Failed(_)), _)
            | (_, Some(failure @ DnsFailure::Failed(_))) => Err(failure),
            (Some(DnsFailure::NoSuchName), Some(DnsFailure::NoSuchName)) => {
                Err(DnsFailure::NoSuchName)
            }
            _ => Err(DnsFailure::NoRecord),
        }
    }

    /// A and AAAA, asked at once. Some name servers never answer AAAA: once there is an
    /// IPv4 address, the others have little time left.
    async fn both_families(
        &self,
        host: &str,
    ) -> (
        Result<Vec<RData>, DnsFailure>,
        Result<Vec<RData>, DnsFailure>,
    ) {
        let mut four = std::pin::pin!(self.records(host, RecordType::A));
        let mut six = std::pin::pin!(self.records(host, RecordType::AAAA));
        let mut early = None;
        let v4 = loop {
            tokio::select! {
                found = &mut four => break found,
                found = &mut six, if early.is_none() => early = Some(found),
            }
        };
        let v6 = match early {
            Some(found) => found,
            None if v4.is_ok() => tokio::time::timeout(AAAA_GRACE, six)
                .await
                .unwrap_or_else(|_| Err(DnsFailure::Failed("no answer in time".to_owned()))),
            None => six.await,
        };
        (v4, v6)
    }

    async fn records(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, DnsFailure> {
        let mut name =
            Name::from_ascii(name).map_err(|error| DnsFailure::Failed(error.to_string()))?;
        // Fully qualified: the machine's search list has no say.
        name.set_fqdn(true);
        let asked = tokio::time::timeout(self.timeout, self.inner.lookup(name.clone(), kind));
        let answered = match asked.await {
            Ok(answered) => Ok(answered),
            // Long answers share one TCP connection, which one question may hold up for all.
            Err(late) => match build(self.server, self.timeout) {
                Ok(fresh) => tokio::time::timeout(self.timeout, fresh.lookup(name, kind)).await,
                Err(_) => Err(late),
            },
        };
        match answered {
            Err(_) => Err(DnsFailure::Failed("no answer in time".to_owned())),
            Ok(Ok(lookup)) => {
                let found: Vec<RData> = lookup
                    .answers()
                    .iter()
                    .filter(|record| record.record_type() == kind)
                    .map(|record| record.data.clone())
                    .collect();
                if found.is_empty() {
                    Err(DnsFailure::NoRecord)
                } else {
                    Ok(found)
                }
            }
            Ok(Err(error)) if error.is_nx_domain() => Err(DnsFailure::NoSuchName),
            Ok(Err(NetError::Dns(DnsError::NoRecordsFound(none)))) => {
                use hickory_resolver::proto::op::ResponseCode;
                match none.response_code {
                    ResponseCode::NoError => Err(DnsFailure::NoRecord),
                    code => Err(DnsFailure::Failed(code.to_string())),
                }
            }
            Ok(Err(error)) => Err(DnsFailure::Failed(error.to_string())),
        }
    }
}

fn build(server: DnsServer, timeout: Duration) -> Result<TokioResolver, NetError> {
    let mut builder = match server {
        DnsServer::System => TokioResolver::builder_tokio()?,
        DnsServer::Address(address) => {
            let (mut udp, mut tcp) = (ConnectionConfig::udp(), ConnectionConfig::tcp());
            udp.port = address.port();
            tcp.port = address.port();
            let server = NameServerConfig::new(address.ip(), true, vec![udp, tcp]);
            TokioResolver::builder_with_config(
                ResolverConfig::from_name_servers(vec![server]),
                TokioRuntimeProvider::default(),
            )
        }
    };
    let options = builder.options_mut();
    // The hosts file is the operator's own network, not the internet's mail.
    options.use_hosts_file = ResolveHosts::Never;
    // An answer that comes after its try is lost: the first try gets the most of the time,
    // the second is for what was lost on the way.
    options.timeout = (timeout * 2 / 3).max(Duration::from_millis(300));
    options.attempts = 2;
    options.server_ordering_strategy = ServerOrderingStrategy::UserProvidedOrder;
    options.max_active_requests = 4096;
    options.cache_size = 4096;
    builder.build()
}

/// A host name in lower case without the final dot; empty for the root.
fn host_name(name: &Name) -> String {
    name.to_ascii().trim_end_matches('.').to_ascii_lowercase()
}

/// Whether a host "name" is an address literal, with or without brackets.
#[must_use]
pub fn is_literal(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().is_ok()
        || bare.rsplit('.').next().is_some_and(|label| {
            // Old forms of IPv4 (`127.1`, `0x7f.1`, `2130706433`) end in a number.
            !label.is_empty()
                && (label.bytes().all(|byte| byte.is_ascii_digit()) || label.starts_with("0x"))
        })
}
