//! What the worker keeps.

use serde_json::Value;

use super::{Decode, Fields, Unreadable};
use crate::health::Health;
use crate::outbox::{Entry, Outbox};
use crate::worker::{Click, Marks, Pairing, RulesAsked, Stored, Trouble};

impl Decode for Stored {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let stored = Fields::of(value, "stored state")?;
        Ok(Self {
            pairing: stored.get("pairing")?,
            account: stored.get("account")?,
            credits: stored.get("credits")?,
            unauthorized: stored.get_or_default("unauthorized")?,
            trouble: stored.get("trouble")?,
            outbox: stored.get_or_default("outbox")?,
            standing: stored.get("standing")?,
            operations: stored.get_or_default("operations")?,
            cards: stored.get_or_default("cards")?,
            marks: stored.get_or_default("marks")?,
            refused: stored.get_or_default("refused")?,
            cursor: stored.get_or_default("cursor")?,
            clicks: stored.get_or_default("clicks")?,
            rules: stored.get_or_default("rules")?,
            health: stored.get_or_default("health")?,
            settings: stored.get_or_default("settings")?,
        })
    }
}

impl Decode for RulesAsked {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let asked = Fields::of(value, "stored rules")?;
        Ok(Self {
            next: asked.get_or_default("next")?,
            etag: asked.get("etag")?,
            note: asked.get("note")?,
            refused: asked.get_or_default("refused")?,
        })
    }
}

impl Decode for Health {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        Decode::decode(value).map(Self)
    }
}

impl Decode for Marks {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        Decode::decode(value).map(Self)
    }
}

impl Decode for Pairing {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let pairing = Fields::of(value, "stored pairing")?;
        Ok(Self {
            server: pairing.get("server")?,
            token: pairing.get("token")?,
            device_id: pairing.get("device_id")?,
        })
    }
}

impl Decode for Trouble {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let trouble = Fields::of(value, "trouble")?;
        Ok(Self {
            detail: trouble.get("detail")?,
            next_try: trouble.get("next_try")?,
        })
    }
}

impl Decode for Click {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let click = Fields::of(value, "click")?;
        Ok(Self {
            click_id: click.get("click_id")?,
            operations: click.get("operations")?,
        })
    }
}

impl Decode for Outbox {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let outbox = Fields::of(value, "outbox")?;
        Ok(Self::of(outbox.get("entries")?))
    }
}

impl Decode for Entry {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let entry = Fields::of(value, "entry of the outbox")?;
        Ok(Self {
            request: entry.get("request")?,
            attempts: entry.get("attempts")?,
            not_before: entry.get("not_before")?,
        })
    }
}
