//! `GET /v1/receipts`: operations, newest first; and one operation's whole receipt.

use lode_core::api::{MilliCredits, UnixMillis};
use serde_json::Value;

use super::{amounts, flag, list, maybe_text, number, text};

/// An operation in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub operation_id: String,
    /// The action; `find` for a capture.
    pub action: String,
    /// `queued`, `working`, `paused`, `done` or `refunded`.
    pub state: String,
    /// Why it stands so, in a stable code.
    pub reason: Option<String>,
    /// Whether it was begun without a click of its own.
    pub automatic: bool,
    /// The member who asked.
    pub member_id: Option<String>,
    /// The lead.
    pub lead_id: Option<String>,
    /// What it was of.
    pub subject: Option<String>,
    /// What was charged, by pool.
    pub pools: Vec<(String, MilliCredits)>,
    /// What was given back of it.
    pub refunded: MilliCredits,
    /// The receipt's one line.
    pub line: Option<String>,
    /// When it was asked for.
    pub at: UnixMillis,
}

impl Line {
    /// Whether it has ended, so that there is a receipt.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.state.as_str(), "done" | "refunded")
    }
}

/// Reads a page of the list, and the cursor of the next one.
#[must_use]
pub fn page(body: &str) -> Option<(Vec<Line>, Option<String>)> {
    let value: Value = serde_json::from_str(body).ok()?;
    value.get("receipts")?;
    let lines = list(&value, "receipts", |line| Line {
        operation_id: text(line, "operation_id"),
        action: text(line, "action"),
        state: text(line, "state"),
        reason: maybe_text(line, "reason"),
        automatic: flag(line, "automatic"),
        member_id: maybe_text(line, "member_id"),
        lead_id: maybe_text(line, "lead_id"),
        subject: maybe_text(line, "subject"),
        pools: amounts(line, "pools"),
        refunded: number(line, "refunded"),
        line: maybe_text(line, "line"),
        at: number(line, "at"),
    });
    Some((lines, maybe_text(&value, "next")))
}

/// A member of the account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `admin` or `user`.
    pub role: String,
    /// The most that it may spend of a pool in a period.
    pub caps: Vec<(String, MilliCredits)>,
    /// What it has spent or put on hold in this period.
    pub used: Vec<(String, MilliCredits)>,
}

/// Reads `GET /v1/members`.
#[must_use]
pub fn members(body: &str) -> Vec<Member> {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    list(&value, "members", |member| Member {
        id: text(member, "id"),
        name: text(member, "name"),
        role: text(member, "role"),
        caps: amounts(member, "caps"),
        used: amounts(member, "used"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_page_of_the_list() {
        let (lines, next) = page(sample::RECEIPTS).unwrap();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0].pools, [("premium".to_owned(), 5_000)]);
        assert_eq!(lines[1].subject.as_deref(), Some("Ilse Varga-Brandt"));
        assert_eq!(next.as_deref(), Some("5.7"));
    }

    #[test]
    fn what_is_no_list_is_none() {
        for body in ["", "null", "{}", "<html>"] {
            assert_eq!(page(body), None, "{body}");
            assert!(members(body).is_empty());
        }
        let odd = page(r#"{"receipts":[null,7,{}],"next":3}"#).unwrap();
        assert_eq!((odd.0.len(), odd.1), (3, None));
    }
}
