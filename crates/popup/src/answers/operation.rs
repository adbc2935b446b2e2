//! What came of a priced action, as the server answered it.

use lode_core::api::PhoneView;
use lode_core::protocol::Operation;
use serde_json::Value;

use super::{list, maybe_text, number, text};

/// What came of a priced action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// It was done.
    Done {
        /// How it ended, as the price list names it.
        outcome: String,
        /// The receipt's one line.
        line: Option<String>,
        /// The numbers that are unlocked of the lead.
        phones: Vec<PhoneView>,
    },
    /// It was not; it can be gone on with.
    Refused(Refusal),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable code.
    pub code: String,
    /// What happened and what to do.
    pub detail: String,
}

/// Reads an operation's answer; `None` before there is one.
#[must_use]
pub fn ended(operation: &Operation) -> Option<Ended> {
    if !operation.is_answered() {
        return None;
    }
    let Ok(value) = serde_json::from_str::<Value>(&operation.answer) else {
        return Some(Ended::Refused(unreadable()));
    };
    if !operation.is_done() {
        return Some(Ended::Refused(refusal(&value)));
    }
    let receipt = value.get("receipt").unwrap_or(&Value::Null);
    Some(Ended::Done {
        outcome: text(receipt, "outcome"),
        line: maybe_text(receipt, "line"),
        phones: list(&value, "phones", |phone| PhoneView {
            number: text(phone, "number"),
            kind: text(phone, "kind"),
            provider: text(phone, "provider"),
            found_at: number(phone, "found_at"),
        }),
    })
}

/// The problem that a call was answered with (RFC 9457).
#[must_use]
pub fn problem(body: &str) -> Refusal {
    serde_json::from_str(body).map_or_else(|_| unreadable(), |value| refusal(&value))
}

fn unreadable() -> Refusal {
    Refusal {
        code: "not_lode".to_owned(),
        detail: "Something that is not Lode's server answers at its address.".to_owned(),
    }
}

fn refusal(value: &Value) -> Refusal {
    let code = text(value, "code");
    if code.is_empty() {
        return unreadable();
    }
    let mut detail = text(value, "detail");
    if detail.is_empty() {
        detail = text(value, "title");
    }
    for error in list(value, "errors", |e| {
        [text(e, "field"), text(e, "message")].join(" ")
    }) {
        detail.push(' ');
        detail.push_str(&error);
        detail.push('.');
    }
    Refusal { code, detail }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn answered(status: u16, answer: &str) -> Option<Ended> {
        ended(&sample::operation(status, answer))
    }

    #[test]
    fn an_unlock_that_found_something() {
        let Some(Ended::Done {
            outcome,
            line,
            phones,
        }) = answered(201, sample::UNLOCKED)
        else {
            panic!("done")
        };
        assert_eq!(outcome, "found");
        assert_eq!(line.as_deref(), Some("5 premium credits: found"));
        assert_eq!(phones[0].number, "+49 151 5550 200");
    }

    #[test]
    fn before_the_answer_there_is_none() {
        assert_eq!(answered(0, ""), None);
    }

    #[test]
    fn a_refusal_says_why() {
        let body = r#"{"title":"T","status":402,"code":"out_of_credits","detail":"Too little."}"#;
        assert_eq!(
            answered(402, body),
            Some(Ended::Refused(Refusal {
                code: "out_of_credits".to_owned(),
                detail: "Too little.".to_owned()
            }))
        );
        let body = r#"{"title":"T","code":"invalid_input","errors":[{"field":"lead_id","message":"is no lead"}]}"#;
        assert_eq!(problem(body).detail, "T lead_id is no lead.");
    }

    #[test]
    fn what_is_not_lodes_is_called_that() {
        for body in ["", "<html>", "null", "[]", "{}"] {
            assert_eq!(problem(body).code, "not_lode", "{body}");
            assert!(matches!(answered(404, body), Some(Ended::Refused(_))));
        }
    }
}
