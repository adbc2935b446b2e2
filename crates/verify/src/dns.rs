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
use tokio::time::{Instant, timeout_at};

use crate::config::DnsServer;

/// How long is waited for IPv6 addresses when there are IPv4 ones.
const AAAA_GRACE: Duration = Duration::from_millis(500);

/// Of the system's name servers so many are asked at once: whoever is silent holds nothing up. The
/// second try asks all; more than three are read nowhere.
const FIRST_TRY: usize = 2;
const SECOND_TRY: usize = 3;

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
    /// A resolver that gives each question at most `timeout`, retries included.
    ///
    /// # Errors
    /// Where the system's resolver configuration cannot be read.
    pub fn new(server: DnsServer, timeout: Duration) -> Result<Self, ResolverSetupError> {
        Ok(Self {
            inner: Arc::new(build(server, timeout, FIRST_TRY)?),
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
        let begun = Instant::now();
        let asked = timeout_at(
            begun + first_try(self.timeout),
            self.inner.lookup(name.clone(), kind),
        );
        let answered = match asked.await {
            Ok(answered) => Ok(answered),
            // Lost on the way; or held up: long answers share one TCP connection, which one
            // question may hold up for all.
            Err(late) => match build(self.server, self.timeout, SECOND_TRY) {
                Ok(fresh) => timeout_at(begun + self.timeout, fresh.lookup(name, kind)).await,
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

/// How long is waited for the first try of a question. An answer that comes after its try is lost:
/// the first one gets the most of the time.
fn first_try(timeout: Duration) -> Duration {
    timeout * 2 / 3
}

/// A resolver with nothing asked yet, which asks so many of the system's servers at once.
fn build(server: DnsServer, timeout: Duration, at_once: usize) -> Result<TokioResolver, NetError> {
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
    // Never before ours: it would end the question, and there would be no second try.
    options.timeout = timeout.max(Duration::from_millis(300));
    options.num_concurrent_reqs = at_once;
    // Where the server says that it failed, it is asked again at once.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_silent_server_gets_no_more_than_its_time() {
        let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let server = DnsServer::Address(silent.local_addr().unwrap());
        let timeout = Duration::from_secs(3);
        let resolver = Resolver::new(server, timeout).unwrap();
        let begun = Instant::now();
        let found = resolver.addresses("acme.example").await;
        assert!(matches!(found, Err(DnsFailure::Failed(_))), "{found:?}");
        // Twice the time would be more; a busy machine may wake us late.
        let taken = begun.elapsed();
        assert!(taken >= timeout && taken < timeout * 3 / 2, "{taken:?}");
        // Both questions were put twice.
        silent.set_nonblocking(true).unwrap();
        let mut packet = [0; 512];
        let asked = std::iter::from_fn(|| silent.recv(&mut packet).ok()).count();
        assert!(asked >= 4, "{asked}");
    }
}
