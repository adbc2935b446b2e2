//! What the servers were asked: the verifier's manners, seen from the other side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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
    /// Time between each RCPT and the next of its connection, in milliseconds.
    pub rcpt_gaps_ms: Vec<u64>,
}

#[derive(Debug, Default)]
struct Counts {
    domains: BTreeMap<String, DomainStats>,
    open: u64,
    open_max: u64,
}

/// Counts by domain, shared between the servers and the test.
#[derive(Debug, Clone, Default)]
pub struct Stats(Arc<Mutex<Counts>>);

impl Stats {
    /// Changes a domain's counts.
    pub(crate) fn update<T>(&self, domain: &str, change: impl FnOnce(&mut DomainStats) -> T) -> T {
        change(self.counts().domains.entry(domain.to_owned()).or_default())
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client has begun to speak to any of the servers.
    pub(crate) fn began(&self) {
        let mut counts = self.counts();
        counts.open += 1;
        counts.open_max = counts.open_max.max(counts.open);
    }

    /// One that had begun is gone.
    pub(crate) fn ended(&self) {
        self.counts().open -= 1;
    }

    /// Most clients in conversation at once, over all servers.
    #[must_use]
    pub fn at_once_max(&self) -> u64 {
        self.counts().open_max
    }

    /// A domain's counts now.
    #[must_use]
    pub fn of(&self, domain: &str) -> DomainStats {
        self.counts()
            .domains
            .get(domain)
            .cloned()
            .unwrap_or_default()
    }

    /// All domains' counts now.
    #[must_use]
    pub fn all(&self) -> BTreeMap<String, DomainStats> {
        self.counts().domains.clone()
    }
}
