//! Whether this network lets us out to port 25 at all. Many do not; then nothing that
//! fails to connect says anything about the servers.

use std::collections::HashSet;
use std::net::IpAddr;

/// So many different servers that cannot be reached, before any was, are a shut port.
const UNREACHABLE_AT_FIRST: usize = 3;
/// So many in a row are one even where servers could be reached before.
const UNREACHABLE_MIN: usize = 8;
/// A shut port is tried again after so long.
const TRY_AGAIN_MILLIS: i64 = 15 * 60 * 1000;
/// Longest that one connection is waited for, before the next may try whether it was a
/// coincidence.
const TRIAL_MILLIS: i64 = 60 * 1000;

/// What is known of the way out. Pure: the time is told.
#[derive(Debug, Default)]
pub(crate) struct Egress {
    unreachable: HashSet<IpAddr>,
    ever_reached: bool,
    shut_since: Option<i64>,
    /// When the connection under way began that tries whether it is so.
    trial: Option<i64>,
}

impl Egress {
    /// A server could be reached.
    pub(crate) fn reached(&mut self) {
        self.unreachable.clear();
        self.ever_reached = true;
        self.shut_since = None;
        self.trial = None;
    }

    /// A server could not be reached. True where this is how a shut port is recognised: to
    /// be said once.
    pub(crate) fn failed(&mut self, ip: IpAddr, now: i64) -> bool {
        if self.unreachable.len() < UNREACHABLE_MIN {
            self.unreachable.insert(ip);
        }
        self.trial = None;
        let enough = if self.ever_reached {
            UNREACHABLE_MIN
        } else {
            UNREACHABLE_AT_FIRST
        };
        if self.unreachable.len() < enough {
            return false;
        }
        self.shut_since.replace(now).is_none()
    }

    /// Whether the port is known to be shut, and it is not yet time to try again.
    pub(crate) fn is_shut(&self, now: i64) -> bool {
        self.shut_since
            .is_some_and(|since| now - since < TRY_AGAIN_MILLIS)
    }

    /// Whether this server is asked. While a few servers out of reach may be a coincidence (the
    /// first names of a list may all be dead), one connection at a time goes on to a server
    /// that was not tried yet.
    pub(crate) fn admit(&mut self, ip: IpAddr, now: i64) -> bool {
        if !self.is_shut(now) {
            return true;
        }
        let free = self.trial.is_none_or(|since| now - since >= TRIAL_MILLIS);
        let tries =
            free && self.unreachable.len() < UNREACHABLE_MIN && !self.unreachable.contains(&ip);
        if tries {
            self.trial = Some(now);
        }
        tries
    }
}

impl Egress {
    /// The server that was admitted is not asked after all.
    pub(crate) fn not_tried(&mut self) {
        self.trial = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn three_servers_out_of_reach_and_none_within_are_a_shut_port_said_once() {
        let mut egress = Egress::default();
        for last in 1..3 {
            assert!(!egress.failed(ip(last), 0));
            assert!(!egress.failed(ip(last), 0), "the same server counts once");
        }
        assert!(!egress.is_shut(0));
        assert!(egress.admit(ip(3), 0));
        assert!(egress.failed(ip(3), 0));
        assert!(!egress.failed(ip(4), 1));
        assert!(egress.is_shut(TRY_AGAIN_MILLIS - 1));
        assert!(!egress.is_shut(TRY_AGAIN_MILLIS + 1));
        assert!(egress.admit(ip(1), TRY_AGAIN_MILLIS + 1));
    }

    #[test]
    fn one_connection_at_a_time_tries_whether_it_was_a_coincidence() {
        let mut egress = Egress::default();
        for last in 1..=3 {
            egress.failed(ip(last), 0);
        }
        assert!(!egress.admit(ip(1), 0), "out of reach already");
        assert!(egress.admit(ip(4), 0));
        assert!(!egress.admit(ip(5), 1), "one at a time");
        assert!(egress.admit(ip(5), TRIAL_MILLIS), "the other hangs");
        for last in 4..=8 {
            egress.failed(ip(last), 2);
        }
        assert!(!egress.admit(ip(9), 3), "no coincidence");
        egress.reached();
        assert!(egress.admit(ip(9), 3));
    }

    #[test]
    fn where_servers_were_reached_before_it_takes_more() {
        let mut egress = Egress::default();
        egress.reached();
        for last in 1..8 {
            assert!(!egress.failed(ip(last), 0));
        }
        assert!(!egress.is_shut(0));
        assert!(egress.failed(ip(8), 0));
        egress.reached();
        assert!(!egress.failed(ip(8), 0));
        assert!(!egress.is_shut(0));
    }
}
