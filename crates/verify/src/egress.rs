//! Whether this network lets us out to port 25 at all. Many do not; then nothing that
//! fails to connect says anything about the servers.

use std::collections::HashSet;
use std::net::IpAddr;

/// So many different servers in a row that cannot be reached, with none that can, are no
/// coincidence.
const UNREACHABLE_MIN: usize = 8;
/// A shut port is tried again after so long.
const TRY_AGAIN_MILLIS: i64 = 15 * 60 * 1000;

/// What is known of the way out. Pure: the time is told.
#[derive(Debug, Default)]
pub(crate) struct Egress {
    unreachable: HashSet<IpAddr>,
    shut_since: Option<i64>,
}

impl Egress {
    /// A server could be reached.
    pub(crate) fn reached(&mut self) {
        self.unreachable.clear();
        self.shut_since = None;
    }

    /// A server could not be reached. True where this is how a shut port is recognised: to
    /// be said once.
    pub(crate) fn failed(&mut self, ip: IpAddr, now: i64) -> bool {
        if self.unreachable.len() < UNREACHABLE_MIN {
            self.unreachable.insert(ip);
        }
        let news = self.shut_since.is_none() && self.unreachable.len() >= UNREACHABLE_MIN;
        if self.unreachable.len() >= UNREACHABLE_MIN {
            self.shut_since = Some(now);
        }
        news
    }

    /// Whether the port is known to be shut, and it is not yet time to try again.
    pub(crate) fn is_shut(&self, now: i64) -> bool {
        self.shut_since
            .is_some_and(|since| now - since < TRY_AGAIN_MILLIS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn many_servers_out_of_reach_are_a_shut_port_said_once() {
        let mut egress = Egress::default();
        for last in 1..8 {
            assert!(!egress.failed(ip(last), 0));
            assert!(!egress.failed(ip(last), 0), "the same server counts once");
        }
        assert!(!egress.is_shut(0));
        assert!(egress.failed(ip(8), 0));
        assert!(!egress.failed(ip(9), 1));
        assert!(egress.is_shut(TRY_AGAIN_MILLIS - 1));
        assert!(!egress.is_shut(TRY_AGAIN_MILLIS + 1));
    }

    #[test]
    fn one_server_within_reach_disproves_it() {
        let mut egress = Egress::default();
        for last in 1..8 {
            egress.failed(ip(last), 0);
        }
        egress.reached();
        assert!(!egress.failed(ip(8), 0));
        assert!(!egress.is_shut(0));
    }
}
