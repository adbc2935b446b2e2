//! What the worker keeps between wake-ups.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::marks::Marks;
use super::rules::RulesAsked;
use crate::api::{CaptureRequest, Credits, UnixMillis};
use crate::health::Health;
use crate::outbox::Outbox;
use crate::protocol::{AccountSummary, CaptureCard, Operation, Settings};

/// Everything that must survive the worker. Missing parts read as empty, so that a newer
/// version can add some.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Stored {
    /// The server and this device's token.
    pub pairing: Option<Pairing>,
    /// The account behind the token.
    pub account: Option<AccountSummary>,
    /// Credits as last heard.
    pub credits: Option<Credits>,
    /// The server refused the token.
    pub unauthorized: bool,
    /// The last call that was not answered.
    pub trouble: Option<Trouble>,
    /// Captures on their way.
    pub outbox: Outbox,
    /// The credit by pool, prices and capacity, as the server last said (`GET /v1/credits`).
    pub standing: Option<String>,
    /// Priced actions that were clicked for, oldest first.
    pub operations: Vec<Operation>,
    /// Captures, newest first.
    pub cards: Vec<CaptureCard>,
    /// Who was captured, also where the capture is no longer kept.
    pub marks: Marks,
    /// Captures that the server refused, for another try.
    pub refused: Vec<CaptureRequest>,
    /// The server's version up to which changes are known.
    pub cursor: i64,
    /// Recent clicks, oldest first.
    pub clicks: Vec<Click>,
    /// Asking for newer rules.
    pub rules: RulesAsked,
    /// What the last captures had, by page kind.
    pub health: Health,
    /// The user's settings.
    pub settings: Settings,
}

/// The server and the token for it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pairing {
    /// Origin of the server.
    pub server: String,
    /// Bearer token.
    pub token: String,
    /// This device on the server.
    pub device_id: Uuid,
}

impl std::fmt::Debug for Pairing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The token must not reach a console.
        f.debug_struct("Pairing")
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

/// A call that was not answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    /// What happened, for people.
    pub detail: String,
    /// When the next try is due.
    pub next_try: Option<UnixMillis>,
}

/// A click that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Click {
    /// Its id.
    pub click_id: Uuid,
    /// The captures that stand for it.
    pub operations: Vec<Uuid>,
}
