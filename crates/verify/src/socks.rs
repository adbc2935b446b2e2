//! The way out through a SOCKS5 proxy (RFC 1928, RFC 1929), for networks that let nobody
//! out to the mail port.
//!
//! The proxy is told the judged address and never a name: it must not resolve what our
//! filter has not seen.

use std::fmt;
use std::io::ErrorKind;
use std::str::FromStr;

use tokio::net::TcpStream;
use tokio_socks::Error;
use tokio_socks::tcp::Socks5Stream;

use crate::net::JudgedIp;

/// A SOCKS5 proxy of the operator's. As text: `HOST:PORT` or `HOST:PORT,USER:PASSWORD`.
#[derive(Clone, PartialEq, Eq)]
pub struct Socks5 {
    host: String,
    port: u16,
    login: Option<(String, String)>,
}

/// Why a text names no proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is HOST:PORT or HOST:PORT,USER:PASSWORD")]
pub struct Socks5Error;

/// Longest user name and password, in octets (RFC 1929 2).
const LOGIN_OCTETS_MAX: usize = 255;

/// Why no connection came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProxyFailure {
    /// The proxy itself cannot be used: not there, no SOCKS5, our login or the target refused.
    Proxy,
    /// The proxy found nobody at the target.
    Target,
}

impl Socks5 {
    /// Connects to exactly the judged address. Has no time limit of its own.
    pub(crate) async fn connect(&self, ip: JudgedIp, port: u16) -> Result<TcpStream, ProxyFailure> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|_| ProxyFailure::Proxy)?;
        let _ = stream.set_nodelay(true);
        let target = ip.socket(port);
        let connected = match &self.login {
            None => Socks5Stream::connect_with_socket(stream, target).await,
            Some((user, password)) => {
                Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
            }
        };
        match connected {
            Ok(stream) => Ok(stream.into_inner()),
            Err(
                Error::ConnectionRefused
                | Error::HostUnreachable
                | Error::NetworkUnreachable
                | Error::TtlExpired
                | Error::GeneralSocksServerFailure,
            ) => Err(ProxyFailure::Target),
            // A proxy that hangs up after its request was understood may have failed to
            // reach the target; one that says what it likes is none.
            Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => {
                Err(ProxyFailure::Target)
            }
            Err(_) => Err(ProxyFailure::Proxy),
        }
    }
}

impl FromStr for Socks5 {
    type Err = Socks5Error;

    fn from_str(text: &str) -> Result<Self, Socks5Error> {
        let (server, login) = match text.split_once(',') {
            Some((server, login)) => (server, Some(login)),
            None => (text, None),
        };
        let (host, port) = server.rsplit_once(':').ok_or(Socks5Error)?;
        // An IPv6 address stands in brackets.
        let host = match host.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').ok_or(Socks5Error)?,
            None if host.contains(':') => return Err(Socks5Error),
            None => host,
        };
        let port: u16 = port.parse().map_err(|_| Socks5Error)?;
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || port == 0 || !host.chars().all(is_host) {
            return Err(Socks5Error);
        }
        let login = match login {
            None => None,
            Some(login) => {
                let (user, password) = login.split_once(':').ok_or(Socks5Error)?;
                let fits = |text: &str| (1..=LOGIN_OCTETS_MAX).contains(&text.len());
                if !fits(user) || !fits(password) {
                    return Err(Socks5Error);
                }
                Some((user.to_owned(), password.to_owned()))
            }
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            login,
        })
    }
}

/// Without the login.
impl fmt::Debug for Socks5 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socks5")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proxies_are_read_with_and_without_a_login() {
        let proxy: Socks5 = "proxy.firm.example:1080".parse().unwrap();
        assert_eq!(
            (proxy.host.as_str(), proxy.port),
            ("proxy.firm.example", 1080)
        );
        assert_eq!(proxy.login, None);
        let proxy: Socks5 = "127.0.0.1:1080,ada:pass:word,x".parse().unwrap();
        let login = proxy.login.clone().unwrap();
        assert_eq!(login, ("ada".to_owned(), "pass:word,x".to_owned()));
        assert!(!format!("{proxy:?}").contains("pass"));
        assert_eq!("[::1]:9".parse::<Socks5>().unwrap().host, "::1");
    }

    #[test]
    fn what_is_no_proxy_is_refused() {
        for text in [
            "",
            "proxy",
            "proxy:",
            ":1080",
            "proxy:0",
            "proxy:99999",
            "::1:1080",
            "[::1:1080",
            "proxy:1080,ada",
            "proxy:1080,:x",
            "proxy:1080,ada:",
            "a b:1080",
            "http://proxy:1080",
        ] {
            assert_eq!(text.parse::<Socks5>(), Err(Socks5Error), "{text}");
        }
    }
}
