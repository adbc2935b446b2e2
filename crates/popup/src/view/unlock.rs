//! A lead's mobile numbers: the button with its price, the way there, the numbers.

use lode_core::api::{MobileState, MobileView, PhoneView};
use lode_core::protocol::{CaptureCard, CardState, Connection, Operation};
use uuid::Uuid;

use super::Tone;
use super::capture::Around;
use super::credits::{named, until_credit};
use crate::answers::operation::{Ended, Refusal, ended};
use crate::answers::standing::MOBILE;

/// The call that unlocks.
pub const UNLOCKS: &str = "unlocks";

/// The numbers' part of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockView {
    /// The lead on the server.
    pub lead_id: Uuid,
    /// `data-unlock`: `locked`, `working`, `kept`, `paused`, `unlocked`, `none`, `failed`.
    pub state: &'static str,
    /// Mood.
    pub tone: Tone,
    /// What it comes to; nothing where the button says it.
    pub title: Option<&'static str>,
    /// What that means.
    pub text: Vec<String>,
    /// The numbers.
    pub phones: Vec<PhoneLine>,
    /// The button.
    pub button: Option<UnlockButton>,
    /// What was charged, and why.
    pub receipt: Option<String>,
    /// The operation that the receipt is of.
    pub operation_id: Option<Uuid>,
}

/// A number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneLine {
    /// The number as the provider wrote it.
    pub number: String,
    /// `Mobile`, `Direct dial`, `Company's main line`.
    pub kind: String,
    /// Who gave it.
    pub provider: String,
}

/// The button that spends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnlockButton {
    /// `Unlock mobile · 5 premium credits`.
    pub label: String,
    /// Why it cannot be had now; then the button does nothing.
    pub against: Option<String>,
    /// Whether it costs nothing, whatever is found.
    pub free: bool,
    /// An operation that is gone on with; `None` for a new one.
    pub operation_id: Option<Uuid>,
}

/// What is shown of a lead's numbers; `None` where there is nothing to offer.
#[must_use]
pub fn unlock(
    card: &CaptureCard,
    operations: &[Operation],
    around: &Around<'_>,
) -> Option<UnlockView> {
    let lead_id = card.lead_id?;
    let mobile = card.mobile.as_ref()?;
    if matches!(card.state, CardState::Sent(state) if state.is_open()) {
        return None;
    }
    let latest = operations
        .iter()
        .rev()
        .find(|o| o.lead_id == Some(lead_id) && o.call == UNLOCKS);
    let mut view = UnlockView {
        lead_id,
        state: "locked",
        tone: Tone::Neutral,
        title: None,
        text: Vec::new(),
        phones: phones(&mobile.phones),
        button: None,
        receipt: None,
        operation_id: latest.map(|o| o.operation_id),
    };
    match latest.map(|o| (o, ended(o))) {
        Some((_, None)) => under_way(&mut view, around),
        Some((
            _,
            Some(Ended::Done {
                outcome,
                line,
                phones: found,
            }),
        )) => {
            view.receipt = line;
            if view.phones.is_empty() {
                view.phones = phones(&found);
            }
            if view.phones.is_empty() {
                nothing(&mut view, mobile, &outcome, around);
            }
        }
        Some((operation, Some(Ended::Refused(refusal)))) if view.phones.is_empty() => {
            refused(&mut view, mobile, operation.operation_id, &refusal, around);
        }
        _ if !view.phones.is_empty() => {}
        _ => by_the_server(&mut view, mobile, around),
    }
    if !view.phones.is_empty() && view.state != "working" {
        view.state = "unlocked";
        view.tone = Tone::Good;
        view.title = Some(if view.phones.len() == 1 {
            "Number"
        } else {
            "Numbers"
        });
    }
    Some(view)
}

fn under_way(view: &mut UnlockView, around: &Around<'_>) {
    match around.connection {
        Connection::Connecting | Connection::Online => {
            view.state = "working";
            view.tone = Tone::Busy;
            view.title = Some("Looking for a number");
            view.text.push(
                "It is charged once, and only if one is found. You can close this window."
                    .to_owned(),
            );
        }
        _ => {
            view.state = "kept";
            view.tone = Tone::Warn;
            view.title = Some("The unlock is kept on this computer");
            view.text.push(
                "It is sent by itself when your server answers, and charged once at most."
                    .to_owned(),
            );
        }
    }
}

fn nothing(view: &mut UnlockView, mobile: &MobileView, outcome: &str, around: &Around<'_>) {
    view.state = "none";
    view.title = Some(if outcome == "main_line" {
        "Only the company's main line is known"
    } else {
        "No mobile number found"
    });
    if view.receipt.is_none() {
        view.text.push("Nothing was charged.".to_owned());
    }
    view.button = Some(button("Look again", mobile, None, around));
}

/// Where the last word is the server's, not that on a click made here.
fn by_the_server(view: &mut UnlockView, mobile: &MobileView, around: &Around<'_>) {
    match mobile.state {
        MobileState::Working => under_way(view, around),
        MobileState::NotFound => nothing(view, mobile, "", around),
        MobileState::Paused => paused(view, mobile, mobile.operation_id, around),
        MobileState::NotConfigured => {
            let mut shown = button("Unlock mobile", mobile, None, around);
            shown.against = Some(
                "No data provider that has numbers is set up on your server. Whoever runs it can \
                 add one's key."
                    .to_owned(),
            );
            view.button = Some(shown);
        }
        MobileState::Locked | MobileState::Unlocked => {
            view.button = Some(button("Unlock mobile", mobile, None, around));
        }
    }
}

fn paused(
    view: &mut UnlockView,
    mobile: &MobileView,
    operation_id: Option<Uuid>,
    around: &Around<'_>,
) {
    view.state = "paused";
    view.tone = Tone::Warn;
    view.title = Some("The unlock is paused");
    view.text
        .push("It is kept. It goes on when you say so, not by itself.".to_owned());
    view.button = Some(button("Resume unlock", mobile, operation_id, around));
}

fn refused(
    view: &mut UnlockView,
    mobile: &MobileView,
    operation_id: Uuid,
    refusal: &Refusal,
    around: &Around<'_>,
) {
    match refusal.code.as_str() {
        // The server's state is newer than the refusal.
        _ if mobile.state == MobileState::Working => return under_way(view, around),
        "out_of_credits" | "member_cap_reached" if around.known.pauses() => {
            return paused(view, mobile, Some(operation_id), around);
        }
        // Nothing was kept: the price and what stands against it say it all.
        "out_of_credits" | "member_cap_reached" => {
            view.button = Some(button("Unlock mobile", mobile, Some(operation_id), around));
            return;
        }
        "source_not_configured" => {
            return by_the_server(
                view,
                &MobileView {
                    state: MobileState::NotConfigured,
                    ..mobile.clone()
                },
                around,
            );
        }
        _ => {}
    }
    view.state = "failed";
    view.tone = Tone::Bad;
    view.title = Some(match refusal.code.as_str() {
        "source_unavailable" => "No provider could be asked",
        "forbidden" | "action_not_offered" => "You may not unlock numbers",
        "erased" | "not_found" | "invalid_input" => "Your server no longer has this lead",
        _ => "The unlock did not work",
    });
    view.text.push(refusal.detail.clone());
    if !matches!(
        refusal.code.as_str(),
        "forbidden" | "action_not_offered" | "erased" | "not_found" | "invalid_input"
    ) {
        view.button = Some(button("Try again", mobile, Some(operation_id), around));
    }
}

fn button(
    what: &str,
    mobile: &MobileView,
    operation_id: Option<Uuid>,
    around: &Around<'_>,
) -> UnlockButton {
    let standing = around.known.standing.as_ref();
    let price = standing.and_then(|s| s.price(MOBILE));
    let costs = if mobile.price > 0 {
        mobile.price_text.as_str()
    } else if price.is_some_and(|price| price.most > 0) {
        "free: unlocked before"
    } else {
        "free"
    };
    let against = match (standing, price) {
        _ if matches!(
            around.connection,
            Connection::NotPaired | Connection::Unauthorized
        ) =>
        {
            Some("This browser is not paired with your server.".to_owned())
        }
        (Some(standing), Some(price)) if mobile.price > price.spendable => {
            let pools = standing.pools.iter();
            let own =
                |pool: &&crate::answers::standing::Pool| price.pools.first() == Some(&pool.pool);
            let there = pools.clone().find(own).map_or(0, |pool| pool.available);
            Some(if there >= mobile.price {
                "Your own limit for this period is reached. An admin can raise it.".to_owned()
            } else {
                [
                    "Not enough: ",
                    &named(price.spendable, &standing.paid_with(price)),
                    " left",
                    &until_credit(standing.resets_at, &around.clock),
                    ".",
                ]
                .concat()
            })
        }
        _ => None,
    };
    UnlockButton {
        label: [what, " · ", costs].concat(),
        against,
        free: mobile.price <= 0,
        operation_id,
    }
}

fn phones(phones: &[PhoneView]) -> Vec<PhoneLine> {
    phones
        .iter()
        .map(|phone| PhoneLine {
            number: phone.number.clone(),
            kind: kind(&phone.kind),
            provider: phone.provider.clone(),
        })
        .collect()
}

fn kind(kind: &str) -> String {
    match kind {
        "mobile" => "Mobile".to_owned(),
        "direct" => "Direct dial".to_owned(),
        "main_line" => "Company's main line".to_owned(),
        other => other.replace('_', " "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::standing::Standing;
    use crate::sample::{self, CLOCK};
    use crate::view::Known;
    use lode_core::api::CaptureState;

    fn shown_with(
        state: MobileState,
        operations: &[Operation],
        standing: Standing,
        connection: &Connection,
    ) -> UnlockView {
        let mut card = sample::found_card();
        card.mobile = Some(sample::mobile(state));
        let known = Known {
            standing: Some(standing),
            ..Known::default()
        };
        let around = Around {
            connection,
            credits: None,
            known: &known,
            clock: CLOCK,
        };
        unlock(&card, operations, &around).unwrap()
    }

    fn shown(state: MobileState, operations: &[Operation]) -> UnlockView {
        shown_with(state, operations, sample::standing(), &Connection::Online)
    }

    fn broke() -> Standing {
        let mut standing = sample::standing();
        for price in &mut standing.actions {
            price.spendable = 2_000;
        }
        standing.pools[1].available = 2_000;
        standing
    }

    fn problem(code: &str) -> String {
        format!(r#"{{"title":"T","code":"{code}","detail":"What happened."}}"#)
    }

    #[test]
    fn the_price_stands_on_the_button() {
        let view = shown(MobileState::Locked, &[]);
        let button = view.button.unwrap();
        assert_eq!(button.label, "Unlock mobile · 5 premium credits");
        assert_eq!(button.against, None);
        assert_eq!(button.operation_id, None);
    }

    #[test]
    fn a_repeat_is_called_free() {
        let mut card = sample::found_card();
        let mut mobile = sample::mobile(MobileState::Locked);
        mobile.price = 0;
        card.mobile = Some(mobile);
        let known = Known {
            standing: Some(sample::standing()),
            ..Known::default()
        };
        let around = Around {
            connection: &Connection::Online,
            credits: None,
            known: &known,
            clock: CLOCK,
        };
        let view = unlock(&card, &[], &around).unwrap();
        assert_eq!(
            view.button.unwrap().label,
            "Unlock mobile · free: unlocked before"
        );
    }

    #[test]
    fn what_stands_against_it_is_said_on_the_spot() {
        let view = shown_with(MobileState::Locked, &[], broke(), &Connection::Online);
        assert_eq!(
            view.button.unwrap().against.unwrap(),
            "Not enough: 2 premium credits left until 1 Dec, or until an admin adds credit."
        );
        let mut capped = broke();
        capped.pools[1].available = 22_000;
        let view = shown_with(MobileState::Locked, &[], capped, &Connection::Online);
        assert!(
            view.button
                .unwrap()
                .against
                .unwrap()
                .starts_with("Your own limit")
        );
        let view = shown(MobileState::NotConfigured, &[]);
        assert!(
            view.button
                .unwrap()
                .against
                .unwrap()
                .contains("No data provider")
        );
        let view = shown_with(
            MobileState::Locked,
            &[],
            sample::standing(),
            &Connection::Unauthorized,
        );
        assert!(view.button.unwrap().against.is_some());
    }

    #[test]
    fn a_click_under_way_offers_no_second_one() {
        let sent = sample::operation(0, "");
        let view = shown(MobileState::Locked, std::slice::from_ref(&sent));
        assert_eq!((view.state, view.button), ("working", None));
        let view = shown_with(
            MobileState::Locked,
            &[sent],
            sample::standing(),
            &Connection::Unreachable {
                next_try: None,
                detail: String::new(),
            },
        );
        assert_eq!((view.state, view.button), ("kept", None));
        assert_eq!(shown(MobileState::Working, &[]).state, "working");
    }

    #[test]
    fn numbers_with_their_kind_and_the_receipt() {
        let done = sample::operation(201, sample::UNLOCKED);
        // The capture's own news may come a moment later.
        for state in [MobileState::Locked, MobileState::Unlocked] {
            let view = shown(state, std::slice::from_ref(&done));
            assert_eq!(view.state, "unlocked");
            assert_eq!(view.phones[0].number, "+49 151 5550 200");
            assert_eq!(view.phones[0].kind, "Mobile");
            assert_eq!(view.receipt.as_deref(), Some("5 premium credits: found"));
            assert_eq!(view.button, None);
        }
        // Unlocked elsewhere, or with the capture.
        let view = shown(MobileState::Unlocked, &[]);
        assert_eq!(view.phones[1].kind, "Company's main line");
        assert_eq!(view.receipt, None);
    }

    #[test]
    fn nothing_found_is_nothing_charged() {
        let none =
            r#"{"receipt":{"outcome":"not_found","line":"Free: no number found"},"phones":[]}"#;
        let view = shown(MobileState::Locked, &[sample::operation(201, none)]);
        assert_eq!(view.state, "none");
        assert_eq!(view.receipt.as_deref(), Some("Free: no number found"));
        assert!(view.button.unwrap().label.starts_with("Look again"));
        let view = shown(MobileState::NotFound, &[]);
        assert_eq!(view.text, ["Nothing was charged."]);
    }

    #[test]
    fn what_is_paused_is_resumed_under_its_own_id() {
        let kept = sample::operation(402, &problem("out_of_credits"));
        let view = shown_with(
            MobileState::Paused,
            std::slice::from_ref(&kept),
            broke(),
            &Connection::Online,
        );
        assert_eq!(view.state, "paused");
        let button = view.button.unwrap();
        assert_eq!(button.label, "Resume unlock · 5 premium credits");
        assert_eq!(button.operation_id, Some(kept.operation_id));
        assert!(button.against.is_some());
        let view = shown(MobileState::Paused, &[]);
        assert_eq!(view.button.unwrap().operation_id, Some(sample::id(9)));
        // With the policy that keeps nothing, there is nothing to resume.
        let mut stops = sample::standing();
        stops.pauses = false;
        let view = shown_with(MobileState::Locked, &[kept], stops, &Connection::Online);
        assert!(view.button.unwrap().label.starts_with("Unlock mobile"));
    }

    #[test]
    fn a_failure_says_what_to_do() {
        let failed = sample::operation(503, &problem("source_unavailable"));
        let view = shown(MobileState::Locked, &[failed]);
        assert_eq!(view.title, Some("No provider could be asked"));
        assert_eq!(view.text, ["What happened."]);
        assert!(view.button.unwrap().label.starts_with("Try again"));
        let refused = sample::operation(403, &problem("forbidden"));
        let view = shown(MobileState::Locked, &[refused]);
        assert_eq!(view.title, Some("You may not unlock numbers"));
        assert_eq!(view.button, None);
        let none = sample::operation(409, &problem("source_not_configured"));
        let view = shown(MobileState::Locked, &[none]);
        assert!(
            view.button
                .unwrap()
                .against
                .unwrap()
                .contains("No data provider")
        );
    }

    #[test]
    fn nothing_is_offered_before_the_capture_has_ended_or_for_companies() {
        let mut card = sample::found_card();
        let known = Known::default();
        let around = Around {
            connection: &Connection::Online,
            credits: None,
            known: &known,
            clock: CLOCK,
        };
        card.state = CardState::Sent(CaptureState::Working);
        assert_eq!(unlock(&card, &[], &around), None);
        card.state = CardState::Sent(CaptureState::NotFound);
        assert!(unlock(&card, &[], &around).is_some());
        card.mobile = None;
        assert_eq!(unlock(&card, &[], &around), None);
    }
}
