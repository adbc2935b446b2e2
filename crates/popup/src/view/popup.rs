//! The popup: header, notice, the page in view, recent captures.

use lode_core::api::CaptureState;
use lode_core::lead::LeadKind;
use lode_core::protocol::{CaptureCard, CardState, Connection, LeadRow, TabView, UiState};
use uuid::Uuid;

use super::Known;
use super::Tone;
use super::capture::{Around, CaptureView, capture, state_name, state_words};
use super::connection::{Banner, ConnectionView, banner, connection};
use super::credits::{Balance, balance};
use super::health::page_changed;
use super::leads::{LeadView, lead};
use super::price::{capture_price, capture_shortage};
use super::recent::{RecentRow, rows, settled_email};
use super::time::Clock;
use super::unlock::{UnlockView, unlock};

/// What the user has done in the popup that the worker need not know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Local {
    /// A recent capture that is looked at in place of the page in view.
    pub opened: Option<Uuid>,
    /// Rows whose box was changed from its first setting, in no order.
    pub toggled: Vec<u32>,
}

impl Local {
    /// Changes a row's box.
    pub fn toggle(&mut self, row: u32) {
        match self.toggled.iter().position(|r| *r == row) {
            Some(at) => {
                self.toggled.swap_remove(at);
            }
            None => self.toggled.push(row),
        }
    }
}

/// Everything that the popup shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PopupView {
    /// The dot.
    pub connection: ConnectionView,
    /// Credit by pool as last heard.
    pub balance: Option<Balance>,
    /// A notice.
    pub banner: Option<Banner>,
    /// Why the page in view seems to have changed.
    pub changed: Option<&'static str>,
    /// Protocol name of the tab's state.
    pub tab: &'static str,
    /// The page in view.
    pub body: Body,
    /// Recent captures.
    pub recent: Vec<RecentRow>,
    /// What a screen reader is told when it changes.
    pub announcement: String,
}

/// The middle of the popup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing to capture, and why.
    Notice(Notice),
    /// One lead.
    One(Box<One>),
    /// Several leads.
    Many(Many),
}

impl Body {
    /// `data-state` of the main region.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self {
            Self::Notice(notice) => notice.state,
            Self::One(one) => one.capture.as_ref().map_or("ready", |c| c.state),
            Self::Many(_) => "ready",
        }
    }
}

/// A message in place of a lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `data-state`.
    pub state: &'static str,
    /// What it is.
    pub title: &'static str,
    /// What that means, and what to do.
    pub text: String,
    /// Whether something is under way.
    pub busy: bool,
    /// What the user can do.
    pub action: NoticeAction,
}

/// The button of a [`Notice`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeAction {
    /// None.
    None,
    /// Open the options page, to pair.
    Pair,
    /// Read the page again.
    ReadAgain,
    /// Reload the tab.
    ReloadTab,
}

/// One lead and its capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct One {
    /// The lead.
    pub lead: LeadView,
    /// The Capture button; `None` while a capture of it is under way.
    pub button: Option<CaptureButton>,
    /// Its latest capture.
    pub capture: Option<CaptureView>,
    /// Its mobile numbers.
    pub unlock: Option<UnlockView>,
    /// Whether it is a recent capture that was opened from the list.
    pub opened: bool,
}

/// The Capture button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptureButton {
    /// Text.
    pub label: String,
    /// Whether it is the main thing to do here.
    pub primary: bool,
    /// The price rule, and what stands against it now.
    pub hints: Vec<String>,
    /// That credit has run out, or soon will.
    pub shortage: Option<String>,
}

/// Several leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Many {
    /// `12 people on this page`.
    pub heading: String,
    /// The leads.
    pub rows: Vec<ManyRow>,
    /// How many boxes are ticked.
    pub chosen: usize,
    /// What is said of members whom the site does not name.
    pub unnamed: Option<String>,
    /// The button for all.
    pub all: CaptureButton,
    /// The button for the ticked ones.
    pub some: String,
}

/// A row of [`Many`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManyRow {
    /// The lead.
    pub lead: LeadView,
    /// Whether its box is ticked.
    pub chosen: bool,
    /// The state of its latest capture, or its address.
    pub status: Option<(String, Tone)>,
}

/// What the popup shows.
#[must_use]
pub fn popup(state: &UiState, known: &Known, local: &Local, clock: &Clock) -> PopupView {
    let around = Around {
        connection: &state.connection,
        credits: state.credits.as_ref(),
        known,
        clock: *clock,
    };
    let body = body(state, local, &around);
    PopupView {
        connection: connection(&state.connection),
        balance: balance(known.standing.as_ref(), state.credits.as_ref(), clock),
        banner: banner(state, clock),
        changed: page_changed(state),
        tab: tab_name(&state.tab),
        announcement: announcement(&body),
        body,
        recent: rows(&state.recent, clock),
    }
}

/// The chosen rows, as [`Local::toggled`] leaves them: at first those not captured yet.
#[must_use]
pub fn chosen(leads: &[LeadRow], local: &Local) -> Vec<u32> {
    (0..)
        .zip(leads)
        .filter(|(i, row)| row.captured.is_none() != local.toggled.contains(i))
        .map(|(i, _)| i)
        .collect()
}

/// What tells the leads apart that are shown: all, or those that are chosen.
#[must_use]
pub fn identities(leads: &[LeadRow], local: Option<&Local>) -> Vec<String> {
    let chosen = local.map(|local| chosen(leads, local));
    (0..)
        .zip(leads)
        .filter(|(i, _)| chosen.as_ref().is_none_or(|chosen| chosen.contains(i)))
        .filter_map(|(_, row)| row.lead.identity())
        .collect()
}

/// What [`Local::toggled`] has to be for every row to be ticked, or, where all are, none.
#[must_use]
pub fn all_or_none(leads: &[LeadRow], local: &Local) -> Vec<u32> {
    let wanted = chosen(leads, local).len() < leads.len();
    (0..)
        .zip(leads)
        .filter(|(_, row)| row.captured.is_none() != wanted)
        .map(|(i, _)| i)
        .collect()
}

fn body(state: &UiState, local: &Local, around: &Around<'_>) -> Body {
    if let Some(card) = local.opened.and_then(|id| card_of(state, id)) {
        return Body::One(Box::new(One {
            lead: lead(&card.lead),
            button: None,
            capture: Some(capture(card, around)),
            unlock: unlock(card, &state.operations, around),
            opened: true,
        }));
    }
    if state.connection == Connection::NotPaired {
        return Body::Notice(Notice {
            state: "not_paired",
            title: "Pair Lode with your server",
            text: "Lode sends what you capture to a server of your own, and nowhere else. Start \
                   the server; it prints its address and a one-time code. Enter both in the \
                   options."
                .to_owned(),
            busy: false,
            action: NoticeAction::Pair,
        });
    }
    match &state.tab {
        TabView::Ready {
            leads, anonymous, ..
        } => match leads.as_slice() {
            [] => current_or(state, around, nothing_here),
            [row] => Body::One(Box::new(one(row, state, around))),
            _ => Body::Many(many(leads, *anonymous, state, local, around)),
        },
        TabView::Reading => current_or(state, around, || Notice {
            state: "reading",
            title: "Reading this page",
            text: String::new(),
            busy: true,
            action: NoticeAction::None,
        }),
        TabView::Unsupported => Body::Notice(Notice {
            state: "unsupported",
            title: "Nothing to capture on this page",
            text: "Lode reads LinkedIn, Crunchbase and Google result pages. Open a profile, a \
                   company or a list there."
                .to_owned(),
            busy: false,
            action: NoticeAction::None,
        }),
        TabView::NoLead { page, message } => Body::Notice(no_lead(&page.kind, message)),
        TabView::NeedsReload => Body::Notice(Notice {
            state: "needs_reload",
            title: "Reload this tab once",
            text: "It was open before Lode was installed or updated, so Lode cannot read it yet."
                .to_owned(),
            busy: false,
            action: NoticeAction::ReloadTab,
        }),
        TabView::Failed { message } => Body::Notice(Notice {
            state: "failed",
            title: "This page could not be read",
            text: message.clone(),
            busy: false,
            action: NoticeAction::ReadAgain,
        }),
    }
}

fn current_or(state: &UiState, around: &Around<'_>, notice: impl Fn() -> Notice) -> Body {
    match &state.current {
        Some(card) => Body::One(Box::new(One {
            lead: lead(&card.lead),
            button: None,
            capture: Some(capture(card, around)),
            unlock: unlock(card, &state.operations, around),
            opened: false,
        })),
        None => Body::Notice(notice()),
    }
}

fn nothing_here() -> Notice {
    Notice {
        state: "no_lead",
        title: "No lead on this page",
        text: "Nobody is shown here that Lode could capture.".to_owned(),
        busy: false,
        action: NoticeAction::ReadAgain,
    }
}

fn no_lead(kind: &str, message: &str) -> Notice {
    let (title, fallback) = match kind {
        "login_wall" => (
            "Sign in to see this profile",
            "The site shows a sign-in page here. Sign in, then open Lode again.",
        ),
        "captcha" => (
            "The site asks for a check",
            "Answer the site's question first, then open Lode again.",
        ),
        "consent" => (
            "The site asks for consent first",
            "Answer its question, then open Lode again.",
        ),
        "error" => (
            "The site shows an error",
            "This page is not there or cannot be shown. Open another one.",
        ),
        "js_shell" | "loading" => (
            "The page is still loading",
            "Wait until the page shows its content, then read it again.",
        ),
        "no_results" => (
            "The search has no results",
            "Change the search, then open Lode again.",
        ),
        "feed" => (
            "No lead on the feed",
            "Open somebody's profile, a company or a search.",
        ),
        _ => (
            "No lead on this page",
            "Open a profile, a company or a list of people.",
        ),
    };
    Notice {
        state: "no_lead",
        title,
        text: if message.trim().is_empty() {
            fallback.to_owned()
        } else {
            message.to_owned()
        },
        busy: false,
        action: NoticeAction::ReadAgain,
    }
}

fn one(row: &LeadRow, state: &UiState, around: &Around<'_>) -> One {
    let card = state
        .current
        .as_ref()
        .or_else(|| row.captured.and_then(|id| card_of(state, id)));
    let label = match row.lead.kind {
        LeadKind::Person => "Capture",
        LeadKind::Company => "Capture company",
    };
    let button = match card.map(|c| c.state) {
        None => Some(CaptureButton {
            label: label.to_owned(),
            primary: true,
            hints: hints(state, around, 1),
            shortage: shortage(around, 1),
        }),
        // What has ended can be asked again; what is under way ends by itself, and what
        // waits for the user has a button of its own.
        Some(CardState::Sent(
            CaptureState::Found | CaptureState::Unsure | CaptureState::NotFound,
        )) => Some(CaptureButton {
            label: "Capture again".to_owned(),
            primary: false,
            hints: Vec::new(),
            shortage: None,
        }),
        Some(_) => None,
    };
    One {
        // As stored by the server, with the user's corrections, where there is a capture.
        lead: lead(card.map_or(&row.lead, |c| &c.lead)),
        button,
        capture: card.map(|c| capture(c, around)),
        unlock: card.and_then(|c| unlock(c, &state.operations, around)),
        opened: false,
    }
}

fn many(
    leads: &[LeadRow],
    anonymous: u32,
    state: &UiState,
    local: &Local,
    around: &Around<'_>,
) -> Many {
    let chosen = chosen(leads, local);
    let companies = leads
        .iter()
        .filter(|row| row.lead.kind == LeadKind::Company)
        .count();
    let what = if companies == 0 {
        " people on this page"
    } else if companies == leads.len() {
        " companies on this page"
    } else {
        " leads on this page"
    };
    Many {
        heading: [&leads.len().to_string(), what].concat(),
        rows: (0..)
            .zip(leads)
            .map(|(i, row)| ManyRow {
                lead: lead(&row.lead),
                chosen: chosen.binary_search(&i).is_ok(),
                status: row.captured.map(|id| match card_of(state, id) {
                    Some(card) => {
                        let (words, tone) = state_words(card.state);
                        (
                            settled_email(card).unwrap_or_else(|| words.to_owned()),
                            tone,
                        )
                    }
                    None => ("Captured".to_owned(), Tone::Neutral),
                }),
            })
            .collect(),
        all: CaptureButton {
            label: ["Capture all ", &leads.len().to_string()].concat(),
            primary: chosen.len() == leads.len(),
            hints: hints(state, around, chosen.len()),
            shortage: shortage(around, chosen.len()),
        },
        unnamed: unnamed(anonymous),
        some: ["Capture chosen (", &chosen.len().to_string(), ")"].concat(),
        chosen: chosen.len(),
    }
}

fn unnamed(count: u32) -> Option<String> {
    let one = "1 more is not named to you by the site, and cannot be captured.".to_owned();
    let several = " more are not named to you by the site, and cannot be captured.";
    match count {
        0 => None,
        1 => Some(one),
        count => Some([&count.to_string(), several].concat()),
    }
}

/// The price rule for `count` captures, and what stands against any.
fn hints(state: &UiState, around: &Around<'_>, count: usize) -> Vec<String> {
    let mut hints = vec![capture_price(around.known.standing.as_ref(), count)];
    if state.account.as_ref().is_some_and(|a| !a.probing) {
        hints.push(
            "Your server is set not to ask mail servers, so no address can be verified.".to_owned(),
        );
    }
    hints
}

fn shortage(around: &Around<'_>, count: usize) -> Option<String> {
    let standing = around.known.standing.as_ref();
    capture_shortage(standing, around.credits, count, &around.clock)
}

fn card_of(state: &UiState, id: Uuid) -> Option<&CaptureCard> {
    state
        .current
        .iter()
        .chain(&state.recent)
        .find(|card| card.operation_id == id)
}

fn tab_name(tab: &TabView) -> &'static str {
    match tab {
        TabView::Unsupported => "unsupported",
        TabView::Reading => "reading",
        TabView::NoLead { .. } => "no_lead",
        TabView::Ready { .. } => "ready",
        TabView::NeedsReload => "needs_reload",
        TabView::Failed { .. } => "failed",
    }
}

fn announcement(body: &Body) -> String {
    match body {
        Body::Notice(notice) => notice.title.to_owned(),
        Body::Many(many) => many.heading.clone(),
        Body::One(one) => match &one.capture {
            None => [&one.lead.name, ": ready to capture"].concat(),
            Some(capture) => match &capture.email {
                None => capture.title.to_owned(),
                Some(email) => [
                    capture.title,
                    ": ",
                    &email.address,
                    ", ",
                    email.verdict,
                    ", confidence ",
                    &email.score.to_string(),
                    " percent",
                ]
                .concat(),
            },
        },
    }
}

/// `data-capture` of the main region.
#[must_use]
pub fn capture_name(state: &UiState) -> Option<&'static str> {
    state.current.as_ref().map(|card| state_name(card.state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, CLOCK};

    fn shown(state: &UiState) -> PopupView {
        popup(state, &Known::default(), &Local::default(), &CLOCK)
    }

    fn fresh() -> UiState {
        UiState {
            tab: sample::ready(vec![sample::row(None)]),
            current: None,
            recent: Vec::new(),
            unsent: 0,
            ..sample::full_state()
        }
    }

    fn notice(state: &UiState) -> Notice {
        match shown(state).body {
            Body::Notice(notice) => notice,
            other => panic!("{other:?}"),
        }
    }

    fn one_of(view: PopupView) -> One {
        match view.body {
            Body::One(one) => *one,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fresh_lead_offers_the_capture_and_its_price() {
        let view = shown(&fresh());
        assert_eq!(view.body.state(), "ready");
        let button = one_of(view).button.unwrap();
        assert!(button.primary);
        assert_eq!(button.hints, ["1 credit, only if the address is verified."]);
    }

    #[test]
    fn a_capture_under_way_cannot_be_clicked_again() {
        let mut state = fresh();
        for under_way in [
            CardState::Unsent,
            CardState::Sent(CaptureState::Queued),
            CardState::Sent(CaptureState::Working),
            CardState::Sent(CaptureState::Deferred),
        ] {
            state.current = Some(sample::card(under_way));
            assert_eq!(one_of(shown(&state)).button, None, "{under_way:?}");
        }
    }

    #[test]
    fn main_state_is_the_captures_once_there_is_one() {
        let mut state = fresh();
        state.current = Some(sample::found_card());
        assert_eq!(shown(&state).body.state(), "found");
    }

    #[test]
    fn a_lead_captured_before_shows_its_result() {
        let mut state = fresh();
        state.tab = sample::ready(vec![sample::row(Some(sample::id(1)))]);
        state.recent = vec![sample::found_card()];
        assert_eq!(shown(&state).body.state(), "found");
    }

    #[test]
    fn not_paired_comes_before_any_page() {
        let mut state = fresh();
        state.connection = Connection::NotPaired;
        let notice = notice(&state);
        assert_eq!(notice.state, "not_paired");
        assert_eq!(notice.action, NoticeAction::Pair);
    }

    #[test]
    fn every_tab_has_its_words() {
        let mut state = fresh();
        for tab in sample::tabs() {
            state.tab = tab.clone();
            let view = shown(&state);
            assert_eq!(view.tab, view.body.state(), "{tab:?}");
            if let Body::Notice(notice) = view.body {
                assert!(!notice.title.is_empty());
                assert!(notice.busy || !notice.text.is_empty(), "{tab:?}");
            }
        }
    }

    #[test]
    fn the_reason_follows_the_page_kind() {
        let mut state = fresh();
        state.tab = TabView::NoLead {
            page: sample::page("linkedin", "captcha"),
            message: String::new(),
        };
        assert_eq!(notice(&state).title, "The site asks for a check");
    }

    #[test]
    fn the_result_stays_while_the_page_is_read_again() {
        let mut state = fresh();
        state.tab = TabView::Reading;
        state.current = Some(sample::found_card());
        assert_eq!(shown(&state).body.state(), "found");
    }

    #[test]
    fn rows_captured_before_are_marked_and_not_chosen() {
        let mut state = fresh();
        state.tab = sample::ready(vec![
            sample::row(None),
            sample::row(Some(sample::id(1))),
            sample::row(Some(sample::id(9))),
            sample::row(None),
        ]);
        state.recent = vec![sample::found_card()];
        let Body::Many(many) = shown(&state).body else {
            panic!("several leads")
        };
        assert_eq!(many.heading, "4 people on this page");
        let unnamed = many.unnamed.unwrap();
        assert!(unnamed.starts_with("2 more are"), "{unnamed}");
        assert_eq!(
            many.rows.iter().map(|r| r.chosen).collect::<Vec<_>>(),
            [true, false, false, true]
        );
        assert_eq!(many.some, "Capture chosen (2)");
        assert_eq!(many.all.label, "Capture all 4");
        assert_eq!(
            many.rows[1].status,
            Some((
                "ilse.varga-brandt@kestrel-ore.example".to_owned(),
                Tone::Good
            ))
        );
        assert_eq!(
            many.rows[2].status,
            Some(("Captured".to_owned(), Tone::Neutral))
        );
    }

    #[test]
    fn a_toggled_row_changes_sides() {
        let TabView::Ready { leads, .. } =
            sample::ready(vec![sample::row(None), sample::row(Some(sample::id(1)))])
        else {
            unreachable!()
        };
        let local = Local {
            toggled: vec![0, 1],
            ..Local::default()
        };
        assert_eq!(chosen(&leads, &local), [1]);
    }

    #[test]
    fn all_then_none() {
        let leads = [sample::row(None), sample::row(Some(sample::id(1)))];
        let mut local = Local::default();
        local.toggled = all_or_none(&leads, &local);
        assert_eq!(chosen(&leads, &local), [0, 1]);
        local.toggled = all_or_none(&leads, &local);
        assert!(chosen(&leads, &local).is_empty());
    }

    #[test]
    fn hints_warn_before_the_click() {
        let mut state = fresh();
        if let Some(credits) = &mut state.credits {
            credits.available = 0;
        }
        if let Some(account) = &mut state.account {
            account.probing = false;
        }
        let button = one_of(shown(&state)).button.unwrap();
        assert_eq!(button.hints.len(), 2, "{:?}", button.hints);
        let shortage = button.shortage.unwrap();
        assert!(shortage.starts_with("0 credits:"), "{shortage}");
    }

    #[test]
    fn an_opened_capture_stands_in_for_the_page() {
        let mut state = fresh();
        state.recent = vec![sample::found_card()];
        let local = Local {
            opened: Some(sample::id(1)),
            ..Local::default()
        };
        let one = one_of(popup(&state, &Known::default(), &local, &CLOCK));
        assert!(one.opened);
        assert_eq!(one.capture.unwrap().state, "found");
        // One that has left the list gives way to the page.
        state.recent.clear();
        assert!(!one_of(popup(&state, &Known::default(), &local, &CLOCK)).opened);
    }

    #[test]
    fn a_screen_reader_hears_the_result() {
        let mut state = fresh();
        state.current = Some(sample::found_card());
        assert_eq!(
            shown(&state).announcement,
            "Work e-mail found: ilse.varga-brandt@kestrel-ore.example, Verified, confidence 100 \
             percent"
        );
    }
}
