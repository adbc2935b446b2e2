//! One capture: where it stands, what came out, and what the user can do.

use lode_core::api::{CaptureState, Credits, EmailView};
use lode_core::email::EmailStatus;
use lode_core::protocol::{CaptureCard, CardState, Connection};
use uuid::Uuid;

use super::copy::{CopyItem, items};
use super::reasons::{sentence, verdict};
use super::time::{Clock, date};
use super::{Known, Tone};

/// A capture's result, or the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureView {
    /// The capture.
    pub operation_id: Uuid,
    /// `data-capture`: the protocol's name of the state.
    pub state: &'static str,
    /// Mood.
    pub tone: Tone,
    /// What it comes to, in a few words.
    pub title: &'static str,
    /// What that means.
    pub text: Vec<String>,
    /// How far it is, while it is under way.
    pub steps: Option<[Step; 3]>,
    /// The address.
    pub email: Option<EmailBlock>,
    /// What was charged, and why.
    pub receipt: Option<String>,
    /// What the user can do.
    pub action: CaptureAction,
    /// Copy buttons.
    pub copy: Vec<CopyItem>,
}

/// An address with its verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailBlock {
    /// The address.
    pub address: String,
    /// The verdict.
    pub verdict: &'static str,
    /// Colour of the verdict.
    pub tone: Tone,
    /// 0 to 100.
    pub score: u8,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// One step on the way to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What happens.
    pub text: &'static str,
    /// Whether it is done, under way or to come.
    pub stage: Stage,
}

/// Where a [`Step`] stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Done.
    Done,
    /// Under way.
    Now,
    /// To come.
    Ahead,
}

impl Stage {
    /// The value of `data-stage`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Ahead => "ahead",
        }
    }
}

/// What the user can do about a capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureAction {
    /// Nothing, or nothing is needed.
    None,
    /// Take it up again; the text is the button's.
    Resume(&'static str),
    /// Type the company's domain.
    Domain,
}

/// What else decides what is said of a capture.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// The server.
    pub connection: &'a Connection,
    /// Credits as last heard.
    pub credits: Option<&'a Credits>,
    /// What the server has said beyond that.
    pub known: &'a Known,
    /// The time.
    pub clock: Clock,
}

/// What is shown of a capture.
#[must_use]
pub fn capture(card: &CaptureCard, around: &Around<'_>) -> CaptureView {
    let mut view = CaptureView {
        operation_id: card.operation_id,
        state: state_name(card.state),
        tone: Tone::Neutral,
        title: "",
        text: Vec::new(),
        steps: None,
        email: None,
        receipt: card.receipt.as_ref().map(|r| r.line.clone()),
        action: CaptureAction::None,
        copy: Vec::new(),
    };
    match card.state {
        CardState::Unsent => unsent(&mut view, card, around),
        CardState::Refused => {
            view.tone = Tone::Bad;
            view.title = "Your server refused this capture";
            view.text.push(
                card.error
                    .clone()
                    .unwrap_or_else(|| "It gave no reason. Its log may tell more.".to_owned()),
            );
            view.text
                .push("It is not sent again by itself. Nothing was charged.".to_owned());
            view.action = CaptureAction::Resume("Send again");
        }
        CardState::Sent(state) => sent(&mut view, card, state, around),
    }
    view
}

fn unsent(view: &mut CaptureView, card: &CaptureCard, around: &Around<'_>) {
    match around.connection {
        Connection::Connecting | Connection::Online => {
            view.tone = Tone::Busy;
            view.title = "Sending to your server";
            view.steps = Some(steps(0));
        }
        Connection::Unreachable { .. } => {
            view.tone = Tone::Warn;
            view.title = "Kept on this computer";
            view.text.push(
                "The capture is safe. It is sent by itself when your server answers, also after \
                 you close this window."
                    .to_owned(),
            );
        }
        Connection::NotPaired | Connection::Unauthorized => {
            view.tone = Tone::Warn;
            view.title = "Kept on this computer";
            view.text
                .push("It is sent once this browser is paired with your server.".to_owned());
        }
    }
    view.text.extend(card.error.clone());
}

fn sent(view: &mut CaptureView, card: &CaptureCard, state: CaptureState, around: &Around<'_>) {
    match state {
        CaptureState::Queued => {
            view.tone = Tone::Busy;
            view.title = "Waiting for its turn";
            view.steps = Some(steps(1));
        }
        CaptureState::Working => {
            view.tone = Tone::Busy;
            view.title = "Looking for the work e-mail";
            view.steps = Some(steps(2));
        }
        CaptureState::Deferred => {
            view.tone = Tone::Busy;
            view.title = "Asked to come back later";
            view.text.push(
                "Many mail servers ask that of a sender they do not know, and data providers of \
                 whoever asks much. They are asked again by themselves, often within minutes. You \
                 can close this window."
                    .to_owned(),
            );
            view.steps = Some(steps(2));
        }
        CaptureState::Found => {
            view.tone = Tone::Good;
            view.title = "Work e-mail found";
            email_or_reason(view, card);
        }
        CaptureState::Unsure => {
            view.tone = Tone::Warn;
            view.title = match card.email.as_ref().map(|e| e.status) {
                Some(EmailStatus::AcceptAll) => "A likely e-mail, not proved",
                Some(EmailStatus::Full | EmailStatus::Disabled) => {
                    "An e-mail that may not reach them"
                }
                Some(_) => "A best guess, not proved",
                None => "Could not be settled",
            };
            email_or_reason(view, card);
        }
        CaptureState::NotFound => {
            view.title = "No work e-mail found";
            email_or_reason(view, card);
            if view.receipt.is_none() {
                view.text.push("Nothing was charged.".to_owned());
            }
        }
        CaptureState::NeedsDomain => {
            view.tone = Tone::Warn;
            view.title = "Which website does the company have?";
            view.text.push(match &card.lead.company {
                Some(company) => [
                    "The website of ",
                    company,
                    " could not be told. With it, the search goes on.",
                ]
                .concat(),
                None => {
                    "The page names no company. With its website, the search goes on.".to_owned()
                }
            });
            view.text.extend(card.error.clone());
            view.action = CaptureAction::Domain;
        }
        CaptureState::OutOfCredits => {
            view.tone = Tone::Warn;
            view.title = "Out of credits";
            view.text.push(
                "The lead is saved. The search for its e-mail waits until you have a credit and \
                 resume it."
                    .to_owned(),
            );
            if let Some(at) = around.credits.and_then(|c| c.resets_at) {
                view.text.push(
                    [
                        "Your plan's credits come back on ",
                        &date(&around.clock, at),
                        ".",
                    ]
                    .concat(),
                );
            }
            view.action = CaptureAction::Resume("Resume");
        }
        CaptureState::Failed => {
            view.tone = Tone::Bad;
            view.title = "The search failed on our side";
            view.text
                .extend(card.reason.as_deref().map(sentence).or(card.error.clone()));
            view.text
                .push("The lead is saved. Nothing was charged.".to_owned());
            view.action = CaptureAction::Resume("Try again");
        }
    }
    view.copy = items(card);
}

fn email_or_reason(view: &mut CaptureView, card: &CaptureCard) {
    match &card.email {
        Some(email) => view.email = Some(email_block(email)),
        None => view.text.extend(card.reason.as_deref().map(sentence)),
    }
}

fn email_block(email: &EmailView) -> EmailBlock {
    let (verdict, tone) = verdict(email.status);
    let mut reasons: Vec<String> = Vec::new();
    for code in &email.reasons {
        let text = sentence(code);
        if !reasons.contains(&text) {
            reasons.push(text);
        }
    }
    EmailBlock {
        address: email.address.clone(),
        verdict,
        tone,
        score: email.score.min(100),
        reasons,
    }
}

/// The three steps, with the one under way.
fn steps(now: usize) -> [Step; 3] {
    let mut index = 0;
    [
        "Send to your server",
        "Wait for its turn there",
        "Ask the company's mail server which of the likely addresses exists",
    ]
    .map(|text| {
        let stage = match index.cmp(&now) {
            std::cmp::Ordering::Less => Stage::Done,
            std::cmp::Ordering::Equal => Stage::Now,
            std::cmp::Ordering::Greater => Stage::Ahead,
        };
        index += 1;
        Step { text, stage }
    })
}

/// The protocol's name of a state.
#[must_use]
pub fn state_name(state: CardState) -> &'static str {
    match state {
        CardState::Unsent => "unsent",
        CardState::Refused => "refused",
        CardState::Sent(CaptureState::Queued) => "queued",
        CardState::Sent(CaptureState::Working) => "working",
        CardState::Sent(CaptureState::Deferred) => "deferred",
        CardState::Sent(CaptureState::Found) => "found",
        CardState::Sent(CaptureState::Unsure) => "unsure",
        CardState::Sent(CaptureState::NotFound) => "not_found",
        CardState::Sent(CaptureState::NeedsDomain) => "needs_domain",
        CardState::Sent(CaptureState::OutOfCredits) => "out_of_credits",
        CardState::Sent(CaptureState::Failed) => "failed",
    }
}

/// The state in two or three words, for a row, with its mood.
#[must_use]
pub fn state_words(state: CardState) -> (&'static str, Tone) {
    match state {
        CardState::Unsent => ("Not sent yet", Tone::Warn),
        CardState::Refused => ("Refused", Tone::Bad),
        CardState::Sent(CaptureState::Queued) => ("Waiting", Tone::Busy),
        CardState::Sent(CaptureState::Working) => ("Searching", Tone::Busy),
        CardState::Sent(CaptureState::Deferred) => ("Asked to come back later", Tone::Busy),
        CardState::Sent(CaptureState::Found) => ("Found", Tone::Good),
        CardState::Sent(CaptureState::Unsure) => ("Not proved", Tone::Warn),
        CardState::Sent(CaptureState::NotFound) => ("No e-mail found", Tone::Neutral),
        CardState::Sent(CaptureState::NeedsDomain) => ("Needs the website", Tone::Warn),
        CardState::Sent(CaptureState::OutOfCredits) => ("Waits for credits", Tone::Warn),
        CardState::Sent(CaptureState::Failed) => ("Failed", Tone::Bad),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK};

    fn shown(card: &CaptureCard, connection: &Connection) -> CaptureView {
        capture(
            card,
            &Around {
                connection,
                credits: sample::full_state().credits.as_ref(),
                known: &Known::default(),
                clock: CLOCK,
            },
        )
    }

    fn online(state: CaptureState) -> CaptureView {
        shown(&sample::card(CardState::Sent(state)), &Connection::Online)
    }

    #[test]
    fn found_shows_the_address_the_verdict_and_the_receipt() {
        let view = shown(&sample::found_card(), &Connection::Online);
        let email = view.email.unwrap();
        assert_eq!(email.address, "ilse.varga-brandt@kestrel-ore.example");
        assert_eq!((email.verdict, email.score), ("Verified", 100));
        assert_eq!(email.reasons.len(), 1);
        assert_eq!(
            view.receipt.as_deref(),
            Some("1 credit: verified; repeat within 365 days is free")
        );
        assert_eq!(view.tone, Tone::Good);
    }

    #[test]
    fn an_accept_all_address_is_never_called_found() {
        let mut card = sample::card(CardState::Sent(CaptureState::Unsure));
        card.email = Some(sample::email(EmailStatus::AcceptAll, 62, &["accepts_all"]));
        let view = shown(&card, &Connection::Online);
        assert_eq!(view.title, "A likely e-mail, not proved");
        assert_eq!(view.tone, Tone::Warn);
        assert_eq!(view.email.unwrap().tone, Tone::Warn);
    }

    #[test]
    fn what_waits_says_what_for() {
        let refused = Connection::Unreachable {
            next_try: None,
            detail: String::new(),
        };
        let view = shown(&sample::card(CardState::Unsent), &refused);
        assert_eq!(view.title, "Kept on this computer");
        assert_eq!(view.steps, None);
        let view = shown(&sample::card(CardState::Unsent), &Connection::Online);
        assert_eq!(view.title, "Sending to your server");
    }

    #[test]
    fn steps_follow_the_work() {
        let stages = |view: CaptureView| view.steps.unwrap().map(|s| s.stage);
        assert_eq!(
            stages(online(CaptureState::Queued)),
            [Stage::Done, Stage::Now, Stage::Ahead]
        );
        assert_eq!(
            stages(online(CaptureState::Working)),
            [Stage::Done, Stage::Done, Stage::Now]
        );
    }

    #[test]
    fn an_unproved_address_is_not_shown_while_the_work_goes_on() {
        let mut card = sample::card(CardState::Sent(CaptureState::Working));
        card.email = Some(sample::email(EmailStatus::Deferred, 0, &[]));
        assert_eq!(shown(&card, &Connection::Online).email, None);
    }

    #[test]
    fn every_dead_end_has_a_way_on() {
        assert_eq!(
            online(CaptureState::OutOfCredits).action,
            CaptureAction::Resume("Resume")
        );
        assert_eq!(
            online(CaptureState::Failed).action,
            CaptureAction::Resume("Try again")
        );
        assert_eq!(
            online(CaptureState::NeedsDomain).action,
            CaptureAction::Domain
        );
        let refused = shown(&sample::card(CardState::Refused), &Connection::Online);
        assert_eq!(refused.action, CaptureAction::Resume("Send again"));
    }

    #[test]
    fn out_of_credits_says_when_they_come_back() {
        let view = online(CaptureState::OutOfCredits);
        assert!(view.text.iter().any(|t| t.contains("1 Dec")), "{view:?}");
    }

    #[test]
    fn reasons_are_not_repeated() {
        let mut card = sample::found_card();
        card.email = Some(sample::email(
            EmailStatus::Verified,
            100,
            &["accepted_and_decoys_refused", "accepted_and_decoys_refused"],
        ));
        let view = shown(&card, &Connection::Online);
        assert_eq!(view.email.unwrap().reasons.len(), 1);
    }
}
