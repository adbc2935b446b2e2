//! Which network addresses may be connected to.
//!
//! DNS is hostile input: an MX or a website's host may name the operator's own network.
//! So every resolved address is judged, and the connection goes to exactly the judged
//! address (no second look-up that could answer otherwise: DNS rebinding). Only the
//! operator's allow-list opens what is closed here.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

mod judging;

pub use judging::JudgingResolver;

/// Why an address must not be connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Denied {
    /// Not a unicast address of the public internet, by IANA's registries.
    #[error("not a public address")]
    NotPublic,
    /// An IPv6 form that carries an IPv4 address (mapped, NAT64, 6to4, Teredo …): it
    /// could reach an IPv4 address around the filter.
    #[error("an IPv6 form of an IPv4 address")]
    Embedded,
}

/// An address that has passed [`judge`]. There is no other way to make one, so whatever
/// takes it connects only where the filter allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JudgedIp {
    ip: IpAddr,
    allow_listed: bool,
}

impl JudgedIp {
    /// The address.
    #[must_use]
    pub fn ip(self) -> IpAddr {
        self.ip
    }

    /// Whether it lies in a network that the operator opened by hand: a test network,
    /// where manners toward strangers (pauses, hourly limits) do not apply.
    #[must_use]
    pub fn allow_listed(self) -> bool {
        self.allow_listed
    }

    /// The socket address to connect to.
    #[must_use]
    pub fn socket(self, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip, port)
    }
}

impl fmt::Display for JudgedIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.ip.fmt(f)
    }
}

/// Judges an address: public unicast, or inside a network of `allow`.
///
/// # Errors
/// Why it must not be connected to.
pub fn judge(ip: IpAddr, allow: &[IpNet]) -> Result<JudgedIp, Denied> {
    if allow.iter().any(|net| net.contains(&ip)) {
        return Ok(JudgedIp {
            ip,
            allow_listed: true,
        });
    }
    match ip {
        IpAddr::V4(v4) if is_public_v4(v4) => {}
        IpAddr::V4(_) => return Err(Denied::NotPublic),
        IpAddr::V6(v6) if embeds_v4(v6) => return Err(Denied::Embedded),
        IpAddr::V6(v6) if is_public_v6(v6) => {}
        IpAddr::V6(_) => return Err(Denied::NotPublic),
    }
    Ok(JudgedIp {
        ip,
        allow_listed: false,
    })
}

/// Judges all addresses of a host, for a connection whose port is not known yet (it is 0).
///
/// # Errors
/// [`Denied`] where any of them is closed: a host that names one closed address is up to
/// something.
pub fn judge_all(
    ips: impl IntoIterator<Item = IpAddr>,
    allow_nets: &[IpNet],
) -> Result<Vec<SocketAddr>, Denied> {
    ips.into_iter()
        .map(|ip| judge(ip, allow_nets).map(|judged| judged.socket(0)))
        .collect()
}

/// IPv4 blocks that are not public unicast (IANA IPv4 Special-Purpose Address Registry,
/// RFC 6890 and later; multicast and the former class E).
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // "this network", RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private, RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // carrier-grade NAT, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback, RFC 1122
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, cloud metadata, RFC 3927
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private, RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // IETF assignments, RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation, RFC 5737
    (Ipv4Addr::new(192, 31, 196, 0), 24), // AS112, RFC 7535
    (Ipv4Addr::new(192, 52, 193, 0), 24), // AMT, RFC 7450
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, RFC 7526
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private, RFC 1918
    (Ipv4Addr::new(192, 175, 48, 0), 24), // AS112, RFC 7534
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks, RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation, RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation, RFC 5737
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast, RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved and broadcast, RFC 1112
];

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let bits = ip.to_bits();
    !CLOSED_V4.iter().any(|(base, length)| {
        let mask = u32::MAX.checked_shl(32 - u32::from(*length)).unwrap_or(0);
        bits & mask == base.to_bits()
    })
}

/// Whether the address holds an IPv4 address that a gateway or the kernel may unpack.
fn embeds_v4(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let [a, b, c, d, e, f, ..] = s;
    // ::/96 (v4-compatible, also :: and ::1, which are closed all the same), ::ffff:0:0/96
    // (mapped), ::ffff:0:0:0/96 (translated, RFC 2765).
    let low = [a, b, c, d] == [0; 4] && matches!((e, f), (0, 0) | (0, 0xffff) | (0xffff, 0));
    // 64:ff9b::/96 (RFC 6052) and 64:ff9b:1::/48 (RFC 8215).
    let nat64 = (a, b) == (0x64, 0xff9b);
    // 2002::/16 (6to4, RFC 3056), 2001::/32 (Teredo, RFC 4380).
    let tunnel = a == 0x2002 || (a, b) == (0x2001, 0);
    // ISATAP interface identifiers (RFC 5214).
    let isatap = matches!((e, f), (0 | 0x200, 0x5efe));
    low && !ip.is_loopback() && !ip.is_unspecified() || nat64 || tunnel || isatap
}

/// Whether the address is global unicast: inside 2000::/3 and in none of the special
/// blocks there (IANA IPv6 Special-Purpose Address Registry).
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, ..] = ip.segments();
    let global = a & 0xe000 == 0x2000;
    let ietf = a == 0x2001 && b < 0x0200; // 2001::/23: Teredo, benchmarks, ORCHID …
    let documentation = (a, b) == (0x2001, 0x0db8) || a == 0x3fff && b < 0x1000;
    let as112 = (a, b) == (0x2620, 0x004f);
    let six_bone = a == 0x3ffe;
    global && !ietf && !documentation && !as112 && !six_bone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str) -> Result<JudgedIp, Denied> {
        judge(text.parse().unwrap(), &[])
    }

    #[test]
    fn public_addresses_pass() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450:4001:80b::2005",
            "2001:4860:4860::8888",
        ] {
            assert!(verdict(text).is_ok(), "{text}");
            assert!(!verdict(text).unwrap().allow_listed());
        }
    }

    #[test]
    fn everything_else_is_denied() {
        for text in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::a00:1",
            "2002:7f00:1::1",
            "2002:808:808::1",
            "2001::1",
            "2001:2::1",
            "2001:10::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "100::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "5f00::1",
            "2a00:1450:4001::200:5efe:7f00:1",
            "2a00:1450:4001:0:0:5efe:7f00:1",
        ] {
            assert!(verdict(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_allow_list_opens() {
        let allow: Vec<IpNet> = vec!["127.0.1.0/24".parse().unwrap(), "::1/128".parse().unwrap()];
        assert!(
            judge("127.0.1.9".parse().unwrap(), &allow)
                .unwrap()
                .allow_listed()
        );
        assert!(
            judge("::1".parse().unwrap(), &allow)
                .unwrap()
                .allow_listed()
        );
        assert!(judge("127.0.2.1".parse().unwrap(), &allow).is_err());
        assert!(judge("::ffff:127.0.1.9".parse().unwrap(), &allow).is_err());
    }
}
