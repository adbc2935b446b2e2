//! What the worker tells the popup.

use serde_json::Value;

use super::{Decode, Fields, Unreadable, word};
use crate::protocol::{
    AccountSummary, CaptureCard, CardState, Connection, LeadRow, Operation, Settings, TabView,
    UiReply, UiState,
};

impl Decode for UiReply {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let reply = Fields::of(value, "reply")?;
        Ok(match reply.tag("kind")? {
            "state" => Self::State {
                state: Box::new(reply.get("state")?),
            },
            "report" => Self::Report {
                text: reply.get("text")?,
            },
            "answer" => Self::Answer {
                status: reply.get("status")?,
                body: reply.get("body")?,
            },
            "error" => Self::Error {
                code: reply.get("code")?,
                message: reply.get("message")?,
            },
            _ => return Err(Unreadable("kind")),
        })
    }
}

impl Decode for UiState {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let state = Fields::of(value, "state")?;
        Ok(Self {
            connection: state.get("connection")?,
            server: state.get("server")?,
            account: state.get("account")?,
            credits: state.get("credits")?,
            standing: state.get("standing")?,
            operations: state.get_or_default("operations")?,
            tab: state.get("tab")?,
            current: state.get("current")?,
            recent: state.get("recent")?,
            unsent: state.get("unsent")?,
            settings: state.get("settings")?,
            rules: state.get("rules")?,
            health: state.get_or_default("health")?,
            changed: state.get_or_default("changed")?,
        })
    }
}

impl Decode for Operation {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let operation = Fields::of(value, "operation")?;
        Ok(Self {
            operation_id: operation.get("operation_id")?,
            lead_id: operation.get("lead_id")?,
            call: operation.get("call")?,
            status: operation.get("status")?,
            answer: operation.get("answer")?,
            not_before: operation.get("not_before")?,
        })
    }
}

impl Decode for AccountSummary {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let account = Fields::of(value, "account")?;
        Ok(Self {
            name: account.get("name")?,
            plan: account.get("plan")?,
            probing: account.get("probing")?,
        })
    }
}

impl Decode for Connection {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let connection = Fields::of(value, "connection")?;
        Ok(match connection.tag("state")? {
            "not_paired" => Self::NotPaired,
            "connecting" => Self::Connecting,
            "online" => Self::Online,
            "unreachable" => Self::Unreachable {
                next_try: connection.get("next_try")?,
                detail: connection.get("detail")?,
            },
            "unauthorized" => Self::Unauthorized,
            _ => return Err(Unreadable("connection")),
        })
    }
}

impl Decode for TabView {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let tab = Fields::of(value, "tab")?;
        Ok(match tab.tag("state")? {
            "unsupported" => Self::Unsupported,
            "reading" => Self::Reading,
            "no_lead" => Self::NoLead {
                page: tab.get("page")?,
                message: tab.get("message")?,
            },
            "ready" => Self::Ready {
                page: tab.get("page")?,
                leads: tab.get("leads")?,
                anonymous: tab.get_or_default("anonymous")?,
            },
            "needs_reload" => Self::NeedsReload,
            "failed" => Self::Failed {
                message: tab.get("message")?,
            },
            _ => return Err(Unreadable("tab")),
        })
    }
}

impl Decode for LeadRow {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let row = Fields::of(value, "row")?;
        Ok(Self {
            lead: row.get("lead")?,
            captured: row.get("captured")?,
        })
    }
}

impl Decode for CaptureCard {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let card = Fields::of(value, "card")?;
        Ok(Self {
            operation_id: card.get("operation_id")?,
            lead_id: card.get("lead_id")?,
            state: card.get("state")?,
            lead: card.get("lead")?,
            email: card.get("email")?,
            reason: card.get("reason")?,
            receipt: card.get("receipt")?,
            mobile: card.get("mobile")?,
            error: card.get("error")?,
            captured_at: card.get("captured_at")?,
        })
    }
}

impl Decode for CardState {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        word(value, "state of a card")
    }
}

impl Decode for Settings {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let settings = Fields::of(value, "settings")?;
        let default = Self::default();
        Ok(Self {
            show_button: match settings.0.get("show_button") {
                Some(show) => bool::decode(show)?,
                None => default.show_button,
            },
        })
    }
}
