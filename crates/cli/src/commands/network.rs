//! Options of the commands that ask mail servers: which DNS, which port, who we are.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use ipnet::IpNet;
use lode_verify::{
    Address, DnsServer, Domain, Identity, RetrySchedule, Socks5, Verifier, VerifyConfig,
};

use crate::output::Failure;

/// Network options, shared by `verify` and `find`.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Network")]
pub(crate) struct NetworkArgs {
    /// Resolver to ask, instead of the system's
    #[arg(long, value_name = "IP[:PORT]", value_parser = resolver)]
    dns: Option<SocketAddr>,
    /// Port of the mail servers
    #[arg(long, value_name = "N", default_value_t = 25)]
    smtp_port: u16,
    /// Network that may be connected to although it is not public (tests); repeatable
    #[arg(long, value_name = "CIDR", value_delimiter = ',')]
    allow_net: Vec<IpNet>,
    /// Our name toward mail servers; with --mail-from, the yes to probing
    #[arg(long, value_name = "NAME", env = "LODE_HELO", requires = "mail_from")]
    helo: Option<Domain>,
    /// Our sender toward mail servers; no mail is ever sent
    #[arg(
        long,
        value_name = "ADDRESS",
        env = "LODE_MAIL_FROM",
        requires = "helo"
    )]
    mail_from: Option<Address>,
    /// SOCKS5 proxy through which mail servers are reached, for networks that shut port 25
    #[arg(
        long,
        value_name = "HOST:PORT[,USER:PASSWORD]",
        env = "LODE_SOCKS5",
        hide_env_values = true
    )]
    socks5: Option<Socks5>,
    /// When deferred addresses are asked again: seconds after each attempt
    #[arg(
        long,
        value_name = "SECONDS,…",
        value_delimiter = ',',
        default_value = "60,330,1200"
    )]
    retry_after: Vec<f64>,
    /// Report deferred addresses at once instead of asking again
    #[arg(long)]
    no_wait: bool,
}

/// Says on standard error, once, why nothing could be proved from this network.
pub(crate) fn say_what_is_shut(verifier: &Verifier, unreachable: bool) {
    if verifier.proxy_failed() {
        eprintln!(
            "lode: the SOCKS5 proxy cannot be used: it is not there, refuses the login or the \
             target, or speaks another protocol"
        );
    } else if verifier.port_shut() {
        eprintln!(
            "lode: no mail server can be reached: this network seems to shut port {}; \
             --socks5 goes around it",
            verifier.config().smtp_port
        );
    } else if unreachable {
        eprintln!(
            "lode: no mail server of the domain could be reached; if that is so for every \
             domain, this network shuts port {}, and --socks5 goes around it",
            verifier.config().smtp_port
        );
    }
}

/// Name and sender in test networks, where nobody asks for an operator's own.
const TEST_HELO: &str = "lode.invalid";
const TEST_MAIL_FROM: &str = "probe@lode.invalid";

impl NetworkArgs {
    /// The verifier's settings.
    pub(crate) fn config(&self) -> Result<VerifyConfig, Failure> {
        let delays: Option<Vec<Duration>> = self
            .retry_after
            .iter()
            .map(|seconds| Duration::try_from_secs_f64(*seconds).ok())
            .collect();
        let delays =
            delays.ok_or_else(|| Failure::new("--retry-after takes numbers of seconds from 0"))?;
        Ok(VerifyConfig {
            dns: self.dns.map_or(DnsServer::System, DnsServer::Address),
            smtp_port: self.smtp_port,
            allow_nets: self.allow_net.clone(),
            identity: self.identity(),
            test_identity: self.test_identity(),
            retry: RetrySchedule::new(delays),
            socks5: self.socks5.clone(),
            ..VerifyConfig::default()
        })
    }

    /// Whether deferred addresses are asked again.
    pub(crate) fn waits(&self) -> bool {
        !self.no_wait
    }

    /// Who we are: only an operator's own name and sender allow probing strangers.
    fn identity(&self) -> Option<Identity> {
        Some(Identity {
            helo: self.helo.clone()?,
            mail_from: self.mail_from.clone()?,
        })
    }

    /// Who we are in test networks that are opened by hand: names that nobody owns do.
    fn test_identity(&self) -> Option<Identity> {
        if self.allow_net.is_empty() {
            return None;
        }
        Some(Identity {
            helo: Domain::parse(TEST_HELO).ok()?,
            mail_from: Address::parse(TEST_MAIL_FROM).ok()?,
        })
    }
}

fn resolver(text: &str) -> Result<SocketAddr, String> {
    text.parse::<SocketAddr>()
        .or_else(|_| text.parse::<IpAddr>().map(|ip| SocketAddr::new(ip, 53)))
        .map_err(|_| "an address with or without a port is wanted".to_owned())
}
