//! What the servers were asked: the verifier's manners, seen from the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

/// Counts of one domain's servers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainStats {
    /// Connections accepted.
    pub connections: u64,
    /// Most connections open at once, counted when a client first speaks.
    pub connections_at_once_max: u64,
    /// Connections open now.
    pub open: u64,
    /// Connections that reached an accepted MAIL.
    pub sessions: u64,
    /// RCPT commands.
    pub recipients: u64,
    /// Most refused RCPTs (4xx and 5xx) in one connection.
    pub refused_per_session_max: u64,
    /// DATA or BDAT commands: must stay 0.
    pub data: u64,
    /// VRFY or EXPN commands: must stay 0.
    pub vrfy: u64,
    /// QUIT commands.
    pub quit: u64,
    /// Connections that the client closed without QUIT, though the server had not hung up,
    /// was not silent and kept to the protocol.
    pub left_without_quit: u64,
    /// Commands that came before the reply to the former one: must stay 0.
    pub pipelined: u64,
    /// Command lines that were not one line of printable ASCII ended by CRLF: must stay 0.
    pub unclean: u64,
    /// Connections to the domain's trap servers, which no filter lets through: must stay 0.
    pub trapped: u64,
    /// Every pair of sender and recipient that was asked for.
    pub asked: BTreeSet<(String, String)>,
}

/// Counts by domain, shared between the servers and the test.
#[derive(Debug, Clone, Default)]
pub struct Stats(Arc<Mutex<BTreeMap<String, DomainStats>>>);

impl Stats {
    /// Changes a domain's counts.
    pub(crate) fn update<T>(&self, domain: &str, change: impl FnOnce(&mut DomainStats) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(domain.to_owned()).or_default())
    }

    /// A domain's counts now.
    #[must_use]
    pub fn of(&self, domain: &str) -> DomainStats {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(domain).cloned().unwrap_or_default()
    }

    /// All domains' counts now.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, DomainStats> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
