//! Messages between the extension's parts: content script, worker, popup and options page.
//!
//! Three tiers of trust. A content script runs beside a hostile page and may send
//! [`ContentMessage`] only: it can hand over a snapshot, never read leads, spend credits or
//! change a setting. Popup, options page and dashboard send [`UiMessage`]; the worker takes those from
//! the extension's own origin alone. [`WorkerEvent`] goes from the worker to open pages of
//! the extension.

use std::collections::BTreeMap;

use serde::de::IntoDeserializer;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::api::{CaptureState, Credits, EmailView, MobileView, Receipt, UnixMillis};
use crate::lead::Lead;
use crate::page::{PageInfo, ParsedPage};

/// From a content script to the worker. The answer is a [`ContentReply`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContentMessage {
    /// The page was opened: shall it show the button?
    Hello,
    /// The core is wanted in this page's isolated world.
    NeedCore,
    /// The capture button was clicked and the core read the page in the page itself.
    Parsed {
        /// Made at the click; a repetition of the message is taken once.
        click_id: Uuid,
        /// Address in view when the snapshot was taken.
        url: String,
        /// What was read.
        parsed: Box<ParsedPage>,
    },
    /// The same, where the page's policy bars WebAssembly: the worker reads the snapshot.
    Snapshot {
        /// Made at the click; a repetition of the message is taken once.
        click_id: Uuid,
        /// Address in view when the snapshot was taken.
        url: String,
        /// The pruned page, as [`crate::snapshot`] has it.
        snapshot: String,
    },
}

/// The worker's answer to a [`ContentMessage`]. It holds nothing of a lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ContentReply {
    /// To [`ContentMessage::Hello`].
    Welcome {
        /// Whether to show the button.
        show_button: bool,
    },
    /// To [`ContentMessage::NeedCore`]: it is there.
    CoreReady {
        /// The site's newer rule file, where one was taken over.
        rules: Option<String>,
    },
    /// The page is not whole yet; try again when it has changed.
    Wait {
        /// For people, should it stay so.
        message: String,
    },
    /// Captured and stored.
    Captured {
        /// How many leads.
        count: u32,
        /// One line for people.
        message: String,
    },
    /// Not captured.
    Refused {
        /// What happened and what to do, for people.
        message: String,
    },
}

/// From the worker to a tab's content script. The answer is a [`TabReading`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TabRequest {
    /// Read the page in view: the user has opened the popup, or clicked in it.
    Read,
    /// Hand over the snapshot of the page in view, for a report.
    Snapshot,
    /// The setting has changed. Not answered.
    ShowButton {
        /// Whether to show the button.
        show: bool,
    },
}

/// A content script's answer to [`TabRequest::Read`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TabReading {
    /// Read in the page.
    Parsed {
        /// Address in view.
        url: String,
        /// What was read.
        parsed: Box<ParsedPage>,
    },
    /// For the worker to read.
    Snapshot {
        /// Address in view.
        url: String,
        /// The pruned page, as [`crate::snapshot`] has it.
        snapshot: String,
    },
    /// The page could not be read.
    Failed {
        /// What happened and what to do, for people.
        message: String,
    },
}

/// From the popup, the options page or the dashboard to the worker. The answer is a [`UiReply`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UiMessage {
    /// Everything the popup shows, for the tab in view.
    GetState,
    /// Read the tab in view without capturing it (the popup was opened).
    Preview,
    /// Make a report of the tab in view without what it says ([`crate::report`]).
    Report,
    /// Capture leads of the tab in view.
    Capture {
        /// Which of [`TabView::Ready`]'s leads: the [identity](Lead::identity) of each, since
        /// the page may have changed after it was shown.
        leads: Vec<String>,
    },
    /// Take up a capture that stopped for want of credits, or failed.
    Resume {
        /// The capture.
        operation_id: Uuid,
    },
    /// Do a priced action of a lead, or go on with one: made, kept and sent as captures are.
    Operate {
        /// What to do: `unlocks` or `previews`.
        call: String,
        /// Of which lead.
        lead_id: Option<Uuid>,
        /// An operation that stopped, to go on with; `None` for a new one.
        operation_id: Option<Uuid>,
    },
    /// Ask the server, or change a setting there: what costs nothing. Answered with
    /// [`UiReply::Answer`].
    Call {
        /// `GET`, `PUT` or `PATCH`; what may cost something is [`UiMessage::Operate`].
        method: String,
        /// Path and query below `/v1/`.
        path: String,
        /// JSON body.
        body: Option<String>,
    },
    /// Give the company's domain for a capture that needs it.
    SetDomain {
        /// The capture.
        operation_id: Uuid,
        /// Domain or website, as typed.
        domain: String,
    },
    /// Try the server now instead of at the next back-off.
    RetryNow,
    /// Exchange a one-time code for a token.
    Pair {
        /// Server address, as typed.
        server: String,
        /// One-time code, as typed.
        code: String,
        /// Name of this device.
        device_name: String,
    },
    /// Revoke this device's token and forget it.
    Unpair,
    /// Change the settings.
    SetSettings {
        /// The new settings, whole.
        settings: Settings,
    },
}

/// The worker's answer to a [`UiMessage`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum UiReply {
    /// Done; the state after it.
    State {
        /// The state.
        state: Box<UiState>,
    },
    /// To [`UiMessage::Report`].
    Report {
        /// The report.
        text: String,
    },
    /// To [`UiMessage::Call`]: what the server answered, as it is.
    Answer {
        /// HTTP status.
        status: u16,
        /// Body.
        body: String,
    },
    /// Not done.
    Error {
        /// Stable code: `bad_address`, `bad_code`, `unreachable`, `permission`, `reload_tab`, ….
        code: String,
        /// What happened and what to do, for people.
        message: String,
    },
}

/// From the worker to open pages of the extension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WorkerEvent {
    /// Something that [`UiState`] shows has changed: ask again.
    StateChanged,
}

/// Everything that the extension's pages show without asking the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UiState {
    /// The server.
    pub connection: Connection,
    /// Server address, once paired.
    pub server: Option<String>,
    /// Account name and plan, once paired.
    pub account: Option<AccountSummary>,
    /// Credits as last heard.
    pub credits: Option<Credits>,
    /// The answer of `GET /v1/credits` as last heard, as text: the core need not know it.
    pub standing: Option<String>,
    /// Priced actions that were clicked for, oldest first.
    #[serde(default)]
    pub operations: Vec<Operation>,
    /// The tab in view.
    pub tab: TabView,
    /// The capture of the lead in view, if there is one.
    pub current: Option<CaptureCard>,
    /// Recent captures, newest first, the current one among them.
    pub recent: Vec<CaptureCard>,
    /// Captures that have not reached the server yet.
    pub unsent: u32,
    /// The user's settings.
    pub settings: Settings,
    /// What was last taken over of, or refused from, the server's newer rules, for people.
    pub rules: Option<String>,
    /// The health figure of each page kind that was captured, in words ([`crate::health`]).
    #[serde(default)]
    pub health: BTreeMap<String, String>,
    /// Whether pages as the one in view seem to have changed.
    #[serde(default)]
    pub changed: bool,
}

/// Name and plan of the account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountSummary {
    /// Name of the account.
    pub name: String,
    /// Name of the plan.
    pub plan: String,
    /// Whether the operator has allowed SMTP probing.
    pub probing: bool,
}

/// State of the connection to the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Connection {
    /// No server is set.
    NotPaired,
    /// Paired; nothing heard yet.
    Connecting,
    /// The last request was answered.
    Online,
    /// The last request was not answered; captures wait in the outbox.
    Unreachable {
        /// When the next try is due.
        next_try: Option<UnixMillis>,
        /// What happened, for people.
        detail: String,
    },
    /// The server no longer takes the token: pair again.
    Unauthorized,
}

/// The tab in view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TabView {
    /// Not a page that Lode reads.
    Unsupported,
    /// Being read.
    Reading,
    /// A supported site, but nothing to capture; `page.kind` says what it is.
    NoLead {
        /// Which page.
        page: PageInfo,
        /// What to do about it, for people.
        message: String,
    },
    /// One lead or several.
    Ready {
        /// Which page.
        page: PageInfo,
        /// The leads, in the page's order.
        leads: Vec<LeadRow>,
        /// Rows of members whom the site does not name to the viewer.
        #[serde(default)]
        anonymous: u32,
    },
    /// The tab was open before the extension was installed or updated.
    NeedsReload,
    /// It could not be read.
    Failed {
        /// What happened and what to do, for people.
        message: String,
    },
}

/// A lead in view.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeadRow {
    /// What was read.
    pub lead: Lead,
    /// The latest capture of it, if it was captured before; nil where only that is known.
    pub captured: Option<Uuid>,
}

/// A capture as the popup shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CaptureCard {
    /// The capture.
    pub operation_id: Uuid,
    /// Its lead on the server, once known.
    pub lead_id: Option<Uuid>,
    /// Where it stands.
    pub state: CardState,
    /// The lead: as read, then as stored by the server.
    pub lead: Lead,
    /// The best address so far.
    pub email: Option<EmailView>,
    /// Why there is none, as a stable code.
    pub reason: Option<String>,
    /// What it cost, once settled.
    pub receipt: Option<Receipt>,
    /// The person's mobile numbers, or what it takes to unlock them.
    #[serde(default)]
    pub mobile: Option<MobileView>,
    /// What went wrong on the way to the server, for people.
    pub error: Option<String>,
    /// When it was taken.
    pub captured_at: UnixMillis,
}

/// A priced action that the user has clicked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operation {
    /// Made and stored before it was sent.
    pub operation_id: Uuid,
    /// The lead that it is of.
    pub lead_id: Option<Uuid>,
    /// What was asked for, as the API names it: `unlocks`, `previews`.
    pub call: String,
    /// HTTP status of the answer; 0 until there is one.
    pub status: u16,
    /// The answer, as text: of `200` and `201` what came of it, else a problem.
    pub answer: String,
    /// Not sent before this time.
    pub not_before: UnixMillis,
}

impl Operation {
    /// Whether the server has answered for it.
    #[must_use]
    pub fn is_answered(&self) -> bool {
        self.status != 0
    }

    /// Whether it has come to its end; else it can be gone on with under the same id.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(self.status, 200..=299)
    }
}

/// Where a capture stands, seen from the extension. On the wire one word: `unsent`,
/// `refused`, or that of the [`CaptureState`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardState {
    /// In the outbox.
    Unsent,
    /// The server refused it; it will not be sent again by itself.
    Refused,
    /// The server has it.
    Sent(CaptureState),
}

impl Serialize for CardState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Unsent => serializer.serialize_str("unsent"),
            Self::Refused => serializer.serialize_str("refused"),
            Self::Sent(state) => state.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CardState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        match word.as_str() {
            "unsent" => Ok(Self::Unsent),
            "refused" => Ok(Self::Refused),
            _ => CaptureState::deserialize(word.into_deserializer()).map(Self::Sent),
        }
    }
}

/// The user's settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Whether supported pages show the capture button.
    pub show_button: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { show_button: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_state_is_one_word() {
        for (state, word) in [
            (CardState::Unsent, "\"unsent\""),
            (CardState::Refused, "\"refused\""),
            (
                CardState::Sent(CaptureState::NeedsDomain),
                "\"needs_domain\"",
            ),
        ] {
            assert_eq!(serde_json::to_string(&state).unwrap(), word);
            assert_eq!(serde_json::from_str::<CardState>(word).unwrap(), state);
        }
        assert!(serde_json::from_str::<CardState>("\"elsewhere\"").is_err());
    }
}
