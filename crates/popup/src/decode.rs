//! The worker's replies, from JSON into the protocol's types.
//!
//! Written out by hand for size: the code that serde derives for the tagged enums of
//! [`UiState`] weighs 150 KB in the popup, this weighs a tenth (docs/adr/0002-popup-ui.md).
//! It cannot drift unseen: a new field does not compile here, a new unit variant comes from
//! the derived code, and the test below takes every type through serde's own output.

use lode_core::api::{Credits, EmailView, GrantUse, Receipt};
use lode_core::lead::{Lead, Position};
use lode_core::page::PageInfo;
use lode_core::protocol::{
    AccountSummary, CaptureCard, CardState, Connection, LeadRow, Settings, TabView, UiReply,
    UiState,
};
use serde::Deserialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde_json::{Map, Value};
use uuid::Uuid;

/// A reply that does not follow the protocol; holds the name of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable(pub &'static str);

type Read<T> = Result<T, Unreadable>;
type Object = Map<String, Value>;

/// Reads a reply from its JSON text.
///
/// # Errors
/// Names the first field that is missing or of the wrong type.
pub fn reply(json: &str) -> Read<UiReply> {
    let value: Value = serde_json::from_str(json).map_err(|_| Unreadable("reply"))?;
    let reply = object(&value, "reply")?;
    match tag(reply, "kind")? {
        "state" => Ok(UiReply::State {
            state: Box::new(state(child(reply, "state")?)?),
        }),
        "error" => Ok(UiReply::Error {
            code: text(reply, "code")?,
            message: text(reply, "message")?,
        }),
        _ => Err(Unreadable("kind")),
    }
}

fn state(o: &Object) -> Read<UiState> {
    Ok(UiState {
        connection: connection(child(o, "connection")?)?,
        server: text_or_none(o, "server"),
        account: maybe(o, "account", account)?,
        credits: maybe(o, "credits", credits)?,
        tab: tab(child(o, "tab")?)?,
        current: maybe(o, "current", card)?,
        recent: list(o, "recent", card)?,
        unsent: small(o, "unsent")?,
        settings: Settings {
            show_button: flag(child(o, "settings")?, "show_button")?,
        },
    })
}

fn account(o: &Object) -> Read<AccountSummary> {
    Ok(AccountSummary {
        name: text(o, "name")?,
        plan: text(o, "plan")?,
        probing: flag(o, "probing")?,
    })
}

fn credits(o: &Object) -> Read<Credits> {
    Ok(Credits {
        available: number(o, "available")?,
        held: number(o, "held")?,
        plan_limit: number(o, "plan_limit")?,
        resets_at: number_or_none(o, "resets_at"),
    })
}

fn connection(o: &Object) -> Read<Connection> {
    Ok(match tag(o, "state")? {
        "not_paired" => Connection::NotPaired,
        "connecting" => Connection::Connecting,
        "online" => Connection::Online,
        "unreachable" => Connection::Unreachable {
            next_try: number_or_none(o, "next_try"),
            detail: text(o, "detail")?,
        },
        "unauthorized" => Connection::Unauthorized,
        _ => return Err(Unreadable("connection")),
    })
}

fn tab(o: &Object) -> Read<TabView> {
    Ok(match tag(o, "state")? {
        "unsupported" => TabView::Unsupported,
        "reading" => TabView::Reading,
        "no_lead" => TabView::NoLead {
            page: page(child(o, "page")?)?,
            message: text(o, "message")?,
        },
        "ready" => TabView::Ready {
            page: page(child(o, "page")?)?,
            leads: list(o, "leads", lead_row)?,
        },
        "needs_reload" => TabView::NeedsReload,
        "failed" => TabView::Failed {
            message: text(o, "message")?,
        },
        _ => return Err(Unreadable("tab")),
    })
}

fn page(o: &Object) -> Read<PageInfo> {
    Ok(PageInfo {
        site: text(o, "site")?,
        kind: text(o, "kind")?,
        layout: text_or_none(o, "layout"),
    })
}

fn lead_row(o: &Object) -> Read<LeadRow> {
    Ok(LeadRow {
        lead: lead(child(o, "lead")?)?,
        captured: match text_or_none(o, "captured") {
            Some(id) => Some(parse_id(&id, "captured")?),
            None => None,
        },
    })
}

fn lead(o: &Object) -> Read<Lead> {
    Ok(Lead {
        kind: unit(o, "kind")?,
        full_name: text_or_none(o, "full_name"),
        first_name: text_or_none(o, "first_name"),
        middle_name: text_or_none(o, "middle_name"),
        last_name: text_or_none(o, "last_name"),
        headline: text_or_none(o, "headline"),
        title: text_or_none(o, "title"),
        company: text_or_none(o, "company"),
        company_url: text_or_none(o, "company_url"),
        company_domain: text_or_none(o, "company_domain"),
        location: text_or_none(o, "location"),
        industry: text_or_none(o, "industry"),
        profile_url: text_or_none(o, "profile_url"),
        website: text_or_none(o, "website"),
        other_positions: list(o, "other_positions", |o| {
            Ok(Position {
                title: text_or_none(o, "title"),
                company: text_or_none(o, "company"),
                company_url: text_or_none(o, "company_url"),
            })
        })?,
        // Not shown, and a second kind of map would weigh 4 KB.
        provenance: std::collections::BTreeMap::new(),
    })
}

fn card(o: &Object) -> Read<CaptureCard> {
    Ok(CaptureCard {
        operation_id: id(o, "operation_id")?,
        lead_id: match text_or_none(o, "lead_id") {
            Some(id) => Some(parse_id(&id, "lead_id")?),
            None => None,
        },
        state: match tag(o, "state")? {
            "unsent" => CardState::Unsent,
            "refused" => CardState::Refused,
            _ => CardState::Sent(unit(o, "state")?),
        },
        lead: lead(child(o, "lead")?)?,
        email: maybe(o, "email", email)?,
        reason: text_or_none(o, "reason"),
        receipt: maybe(o, "receipt", receipt)?,
        error: text_or_none(o, "error"),
        captured_at: number(o, "captured_at")?,
    })
}

fn email(o: &Object) -> Read<EmailView> {
    let mut reasons = Vec::new();
    if let Some(Value::Array(codes)) = o.get("reasons") {
        for code in codes {
            reasons.push(code.as_str().ok_or(Unreadable("reasons"))?.to_owned());
        }
    }
    Ok(EmailView {
        address: text(o, "address")?,
        status: unit(o, "status")?,
        score: u8::try_from(number(o, "score")?).map_err(|_| Unreadable("score"))?,
        reasons,
        checked_at: number(o, "checked_at")?,
    })
}

fn receipt(o: &Object) -> Read<Receipt> {
    Ok(Receipt {
        operation_id: id(o, "operation_id")?,
        action: text(o, "action")?,
        outcome: text(o, "outcome")?,
        charged: number(o, "charged")?,
        price_version: text(o, "price_version")?,
        rule: text(o, "rule")?,
        line: text(o, "line")?,
        grants: list(o, "grants", |o| {
            Ok(GrantUse {
                grant_id: text(o, "grant_id")?,
                kind: text(o, "kind")?,
                amount: number(o, "amount")?,
            })
        })?,
        settled_at: number(o, "settled_at")?,
    })
}

fn object<'a>(value: &'a Value, name: &'static str) -> Read<&'a Object> {
    match value {
        Value::Object(o) => Ok(o),
        _ => Err(Unreadable(name)),
    }
}

fn child<'a>(o: &'a Object, name: &'static str) -> Read<&'a Object> {
    object(o.get(name).unwrap_or(&Value::Null), name)
}

fn maybe<T>(o: &Object, name: &'static str, read: impl Fn(&Object) -> Read<T>) -> Read<Option<T>> {
    match o.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => read(object(value, name)?).map(Some),
    }
}

/// An array of objects; a missing one is empty, as the protocol leaves empty ones out.
fn list<T>(o: &Object, name: &'static str, read: impl Fn(&Object) -> Read<T>) -> Read<Vec<T>> {
    match o.get(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(|item| read(object(item, name)?)).collect(),
        Some(_) => Err(Unreadable(name)),
    }
}

fn tag<'a>(o: &'a Object, name: &'static str) -> Read<&'a str> {
    o.get(name).and_then(Value::as_str).ok_or(Unreadable(name))
}

fn text(o: &Object, name: &'static str) -> Read<String> {
    tag(o, name).map(str::to_owned)
}

fn text_or_none(o: &Object, name: &str) -> Option<String> {
    o.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn flag(o: &Object, name: &'static str) -> Read<bool> {
    o.get(name).and_then(Value::as_bool).ok_or(Unreadable(name))
}

fn number(o: &Object, name: &'static str) -> Read<i64> {
    number_or_none(o, name).ok_or(Unreadable(name))
}

fn number_or_none(o: &Object, name: &str) -> Option<i64> {
    o.get(name).and_then(Value::as_i64)
}

fn small(o: &Object, name: &'static str) -> Read<u32> {
    u32::try_from(number(o, name)?).map_err(|_| Unreadable(name))
}

fn id(o: &Object, name: &'static str) -> Read<Uuid> {
    parse_id(tag(o, name)?, name)
}

fn parse_id(text: &str, name: &'static str) -> Read<Uuid> {
    Uuid::try_parse(text).map_err(|_| Unreadable(name))
}

/// An enum of unit variants, by serde's derived code.
fn unit<'a, T: Deserialize<'a>>(o: &'a Object, name: &'static str) -> Read<T> {
    T::deserialize(StrDeserializer::<ValueError>::new(tag(o, name)?)).map_err(|_| Unreadable(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use lode_core::api::CaptureState;
    use lode_core::email::EmailStatus;

    fn through_serde(reply_in: &UiReply) -> UiReply {
        let json = serde_json::to_string(reply_in).unwrap();
        let back: UiReply = serde_json::from_str(&json).unwrap();
        assert_eq!(&back, reply_in, "serde itself must carry it");
        reply(&json).unwrap()
    }

    fn check(state: UiState) {
        let reply = UiReply::State {
            state: Box::new(state),
        };
        assert_eq!(through_serde(&reply), reply);
    }

    #[test]
    fn every_field_arrives() {
        check(sample::full_state());
    }

    #[test]
    fn every_connection_and_tab_arrives() {
        for connection in sample::connections() {
            check(UiState {
                connection,
                ..sample::full_state()
            });
        }
        for tab in sample::tabs() {
            check(UiState {
                tab,
                ..sample::full_state()
            });
        }
    }

    #[test]
    fn absent_values_stay_absent() {
        let mut state = sample::full_state();
        state.server = None;
        state.account = None;
        state.credits = None;
        state.current = None;
        state.recent.clear();
        check(state);
    }

    #[test]
    fn every_card_state_and_email_status_arrives() {
        for state in [
            CardState::Unsent,
            CardState::Refused,
            CardState::Sent(CaptureState::Queued),
            CardState::Sent(CaptureState::Working),
            CardState::Sent(CaptureState::Deferred),
            CardState::Sent(CaptureState::Found),
            CardState::Sent(CaptureState::Unsure),
            CardState::Sent(CaptureState::NotFound),
            CardState::Sent(CaptureState::NeedsDomain),
            CardState::Sent(CaptureState::OutOfCredits),
            CardState::Sent(CaptureState::Failed),
        ] {
            let mut all = sample::full_state();
            all.current = Some(CaptureCard {
                state,
                ..sample::found_card()
            });
            check(all);
        }
        for status in [EmailStatus::AcceptAll, EmailStatus::NotFound] {
            let mut all = sample::full_state();
            let mut card = sample::found_card();
            card.email.as_mut().unwrap().status = status;
            all.current = Some(card);
            check(all);
        }
    }

    #[test]
    fn errors_arrive() {
        let error = UiReply::Error {
            code: "bad_code".to_owned(),
            message: "That code is used up.".to_owned(),
        };
        assert_eq!(through_serde(&error), error);
    }

    #[test]
    fn broken_replies_are_named_not_trusted() {
        assert_eq!(reply("null"), Err(Unreadable("reply")));
        assert_eq!(reply("{"), Err(Unreadable("reply")));
        assert_eq!(reply("{}"), Err(Unreadable("kind")));
        assert_eq!(reply(r#"{"kind":"state"}"#), Err(Unreadable("state")));
        assert_eq!(
            reply(r#"{"kind":"state","state":{"connection":{"state":"odd"}}}"#),
            Err(Unreadable("connection"))
        );
    }
}
