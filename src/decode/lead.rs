//! Leads and the pages they were read from.

use serde_json::Value;

use super::{Decode, Fields, Unreadable, word};
use crate::lead::{Lead, LeadKind, Position};
use crate::page::{Note, PageInfo, ParsedPage, SearchResult};

impl Decode for LeadKind {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        word(value, "kind of lead")
    }
}

impl Decode for Position {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let position = Fields::of(value, "position")?;
        Ok(Self {
            title: position.get("title")?,
            company: position.get("company")?,
            company_url: position.get("company_url")?,
        })
    }
}

impl Decode for Lead {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let lead = Fields::of(value, "lead")?;
        Ok(Self {
            kind: lead.get("kind")?,
            full_name: lead.get("full_name")?,
            first_name: lead.get("first_name")?,
            middle_name: lead.get("middle_name")?,
            last_name: lead.get("last_name")?,
            headline: lead.get("headline")?,
            title: lead.get("title")?,
            company: lead.get("company")?,
            company_url: lead.get("company_url")?,
            company_domain: lead.get("company_domain")?,
            location: lead.get("location")?,
            industry: lead.get("industry")?,
            profile_url: lead.get("profile_url")?,
            also_at: lead.get_or_default("also_at")?,
            website: lead.get("website")?,
            other_positions: lead.get_or_default("other_positions")?,
            provenance: lead.get_or_default("provenance")?,
        })
    }
}

impl Decode for PageInfo {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let page = Fields::of(value, "page")?;
        Ok(Self {
            site: page.get("site")?,
            kind: page.get("kind")?,
            layout: page.get("layout")?,
        })
    }
}

impl Decode for Note {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let note = Fields::of(value, "note")?;
        Ok(Self {
            field: note.get("field")?,
            strategy: note.get("strategy")?,
            reason: note.get("reason")?,
        })
    }
}

impl Decode for SearchResult {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let result = Fields::of(value, "search result")?;
        Ok(Self {
            title: result.get("title")?,
            url: result.get("url")?,
        })
    }
}

impl Decode for ParsedPage {
    fn decode(value: &Value) -> Result<Self, Unreadable> {
        let parsed = Fields::of(value, "parsed page")?;
        Ok(Self {
            page: parsed.get("page")?,
            leads: parsed.get("leads")?,
            notes: parsed.get("notes")?,
            results: parsed.get("results")?,
            anonymous_rows: parsed.get_or_default("anonymous_rows")?,
        })
    }
}
