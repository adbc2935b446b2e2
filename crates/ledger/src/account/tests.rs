use super::*;
use crate::check::check;
use crate::grant::{GrantKind, NewGrant};
use crate::hold::{NewHold, PriceDecision};
use crate::id::{Action, Outcome, PlanId};
use crate::subscription::{Allotment, Period, PlanTerms, Rollover, Scope};

const DAY: i64 = 86_400_000;

/// 00:00 UTC of a day.
fn day(text: &str) -> UnixMillis {
    let date: jiff::civil::Date = text.parse().unwrap();
    date.to_zoned(jiff::tz::TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_millisecond()
}

fn op(id: &str) -> OperationId {
    OperationId::new(id).unwrap()
}

fn standard() -> Pool {
    Pool::new("standard").unwrap()
}

fn terms(amount: MilliCredits) -> PlanTerms {
    PlanTerms {
        plan: PlanId::new("test").unwrap(),
        price_version: "test-1".to_owned(),
        period: Period::Months(1),
        allotments: vec![Allotment {
            pool: standard(),
            amount,
            scope: Scope::Account,
            rollover: Rollover::None,
            actions: vec![],
        }],
        leaver_loses_at_once: false,
        then: None,
    }
}

fn find(amount: MilliCredits, now: UnixMillis) -> NewHold {
    NewHold {
        action: Action::new("find").unwrap(),
        pools: vec![standard()],
        amount,
        member: None,
        expires_at: now + DAY,
        rule: "find".to_owned(),
        price_version: "test-1".to_owned(),
    }
}

fn price(amount: MilliCredits) -> PriceDecision {
    PriceDecision {
        outcome: Outcome::new("verified").unwrap(),
        amount,
        rule: "find.verified".to_owned(),
        price_version: "test-1".to_owned(),
        line: String::new(),
    }
}

/// An account with its journal, as a store keeps them.
#[derive(Default)]
struct Book {
    state: AccountState,
    entries: Vec<Entry>,
}

impl Book {
    fn keep<T>(&mut self, applied: Result<Applied<T>, LedgerError>) -> T {
        let applied = applied.unwrap();
        self.entries.extend(applied.entries);
        check(&self.state, &self.entries).unwrap();
        applied.outcome
    }

    fn on_plan(amount: MilliCredits, start: UnixMillis) -> Self {
        let mut book = Self::default();
        let applied = book
            .state
            .subscribe(&op("start"), &terms(amount), None, start);
        let _ = book.keep(applied);
        book
    }

    fn available(&self, now: UnixMillis) -> MilliCredits {
        self.state
            .balance(None, now)
            .unwrap()
            .pool(&standard())
            .available
    }
}

#[test]
fn a_period_closes_on_the_anniversary_through_short_months() {
    let mut book = Book::on_plan(10_000, day("2027-01-31") + 5);
    for end in ["2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31"] {
        let ends_at = book.state.header.subscription.as_ref().unwrap().ends_at;
        assert_eq!(ends_at, Some(day(end)));
        let applied = book.state.advance(day(end));
        book.keep(applied);
    }
}

#[test]
fn years_without_traffic_end_in_the_period_that_now_lies_in() {
    let mut book = Book::on_plan(10_000, day("2024-02-29"));
    let applied = book.state.advance(day("2031-03-01"));
    book.keep(applied);
    let subscription = book.state.header.subscription.clone().unwrap();
    assert_eq!(subscription.started_at, day("2031-02-28"));
    assert_eq!(subscription.ends_at, Some(day("2031-03-29")));
    assert_eq!(book.available(day("2031-03-01")), 10_000);
}

#[test]
fn expired_credit_cannot_be_spent_at_the_moment_of_expiry() {
    let start = day("2027-01-01");
    let mut book = Book::default();
    let mut gift = NewGrant::new(GrantKind::Promotional, standard(), 1_000);
    gift.expires_at = Some(start + DAY);
    let applied = book.state.grant(&op("gift"), &gift, "gift", start);
    book.keep(applied);
    let now = start + DAY;
    let applied = book.state.hold(&op("late"), &find(1_000, now), now);
    assert_eq!(
        book.keep(applied),
        Held::Insufficient {
            needed: 1_000,
            available: 0
        }
    );
    assert!(matches!(
        book.entries.last().unwrap().kind,
        crate::EntryKind::Expiry
    ));
}

#[test]
fn a_repeat_on_an_empty_account_is_a_repeat() {
    let now = day("2027-01-01");
    let mut book = Book::on_plan(1_000, now);
    let applied = book.state.hold(&op("a"), &find(1_000, now), now);
    assert!(matches!(book.keep(applied), Held::Held(_)));
    let applied = book.state.hold(&op("a"), &find(1_000, now), now);
    assert!(matches!(book.keep(applied), Held::Repeated(_)));
    let applied = book.state.hold(&op("b"), &find(1_000, now), now);
    assert_eq!(
        book.keep(applied),
        Held::Insufficient {
            needed: 1_000,
            available: 0
        }
    );
    // The refused id is not used up.
    let applied = book.state.release(&op("a"), &price(0), now);
    book.keep(applied);
    let applied = book.state.hold(&op("b"), &find(1_000, now), now);
    assert!(matches!(book.keep(applied), Held::Held(_)));
}

#[test]
fn a_hold_over_the_end_of_the_period_pays_or_ends() {
    let start = day("2027-01-10");
    let end = day("2027-02-10");
    for (charge, left) in [(1_000, 10_000), (0, 10_000)] {
        let mut book = Book::on_plan(10_000, start);
        let applied = book.state.hold(&op("a"), &find(1_000, end - 1), end - 1);
        book.keep(applied);
        let applied = book.state.settle(&op("a"), &price(charge), end + 1);
        assert!(matches!(book.keep(applied), Resolved::Done(_)));
        assert_eq!(book.available(end + 1), left);
    }
}

#[test]
fn a_refund_unwinds_the_recorded_order() {
    let now = day("2027-01-01");
    let mut book = Book::default();
    let bought = NewGrant::new(GrantKind::Purchased, standard(), 5_000);
    let applied = book.state.grant(&op("bought"), &bought, "purchase", now);
    book.keep(applied);
    let mut gift = NewGrant::new(GrantKind::Promotional, standard(), 1_000);
    gift.expires_at = Some(now + 10 * DAY);
    let applied = book.state.grant(&op("gift"), &gift, "gift", now);
    book.keep(applied);
    let applied = book.state.hold(&op("a"), &find(3_000, now), now);
    book.keep(applied);
    let applied = book.state.settle(&op("a"), &price(3_000), now);
    book.keep(applied);
    let refund = |amount| NewRefund {
        hold: op("a"),
        amount,
        rule: "bounced".into(),
        expires_at: None,
    };
    // 2 credits came from the purchase, last; they go back first.
    let applied = book.state.refund(&op("r1"), &refund(Some(1_500)), now);
    assert_eq!(book.keep(applied), Refunded::Done { amount: 1_500 });
    assert_eq!(book.state.grants[&GrantId(1)].available, 4_500);
    // The gift has ended by now: its part comes back as a grant of its own.
    let later = now + 11 * DAY;
    let applied = book.state.refund(&op("r2"), &refund(None), later);
    assert_eq!(book.keep(applied), Refunded::Done { amount: 1_500 });
    assert_eq!(book.available(later), 6_000);
    let applied = book.state.refund(&op("r2"), &refund(None), later);
    assert_eq!(book.keep(applied), Refunded::Repeated);
    let applied = book.state.refund(&op("r3"), &refund(None), later);
    assert_eq!(
        book.keep(applied),
        Refunded::NothingLeft { refunded: 3_000 }
    );
}

#[test]
fn an_upgrade_adds_the_difference_at_once_and_a_downgrade_waits() {
    let now = day("2027-01-01");
    let mut book = Book::on_plan(10_000, now);
    let applied = book.state.change_plan(&op("up"), &terms(50_000), now);
    assert_eq!(book.keep(applied), Planned::Done(PlanChange::Now));
    assert_eq!(book.available(now), 50_000);
    let applied = book.state.change_plan(&op("down"), &terms(10_000), now);
    assert_eq!(book.keep(applied), Planned::Done(PlanChange::NextPeriod));
    assert_eq!(book.available(now), 50_000);
    // Up again within the period: no second difference.
    let applied = book.state.change_plan(&op("up-again"), &terms(50_000), now);
    assert_eq!(book.keep(applied), Planned::Done(PlanChange::Now));
    assert_eq!(book.available(now), 50_000);
    let applied = book
        .state
        .change_plan(&op("down-again"), &terms(10_000), now);
    book.keep(applied);
    assert_eq!(book.available(day("2027-02-01")), 10_000);
}

#[test]
fn a_clock_that_is_far_behind_is_refused_and_a_little_is_not() {
    let now = day("2027-01-01");
    let mut book = Book::on_plan(10_000, now);
    let before = book.state.clone();
    let wrong = now - CLOCK_TOLERANCE - 1;
    let error = book
        .state
        .hold(&op("a"), &find(1_000, now), wrong)
        .unwrap_err();
    assert_eq!(
        error,
        LedgerError::ClockWentBackwards {
            now: wrong,
            last: now
        }
    );
    assert_eq!(book.state, before);
    let applied = book.state.hold(&op("a"), &find(1_000, now), now - 10);
    book.keep(applied);
    assert_eq!(book.entries.last().unwrap().at, now);
}

#[test]
fn a_bad_command_is_named_and_changes_nothing() {
    let now = day("2027-01-01");
    let mut book = Book::on_plan(10_000, now);
    let applied = book.state.hold(&op("open"), &find(2_000, now), now);
    book.keep(applied);
    let grant = |amount| NewGrant::new(GrantKind::Purchased, standard(), amount);
    let ended = NewGrant {
        expires_at: Some(now),
        ..grant(1)
    };
    let refund = |amount| NewRefund {
        hold: op("open"),
        amount: Some(amount),
        rule: String::new(),
        expires_at: None,
    };
    let far = UnixMillis::MAX;
    let mut twice = terms(5);
    twice.allotments.push(twice.allotments[0].clone());
    type Try<'a> = Box<dyn Fn(&mut AccountState) -> Result<bool, LedgerError> + 'a>;
    let run: Vec<(&str, Try<'_>)> = vec![
        (
            "the grant is 0 milli-credits",
            Box::new(|s| Ok(s.grant(&op("x"), &grant(0), "", now)?.is_unchanged())),
        ),
        (
            "the grant is -5 milli-credits",
            Box::new(|s| Ok(s.grant(&op("x"), &grant(-5), "", now)?.is_unchanged())),
        ),
        (
            "the account's credit overflows",
            Box::new(|s| Ok(s.grant(&op("x"), &grant(i64::MAX), "", now)?.is_unchanged())),
        ),
        (
            "the grant ends at",
            Box::new(|s| Ok(s.grant(&op("x"), &ended, "", now)?.is_unchanged())),
        ),
        (
            "is reserved",
            Box::new(|s| Ok(s.grant(&op("system:x"), &grant(1), "", now)?.is_unchanged())),
        ),
        (
            "was used before for something else",
            Box::new(|s| Ok(s.grant(&op("open"), &grant(1), "", now)?.is_unchanged())),
        ),
        (
            "the hold is 0 milli-credits",
            Box::new(|s| Ok(s.hold(&op("x"), &find(0, now), now)?.is_unchanged())),
        ),
        (
            "the hold is -1 milli-credits",
            Box::new(|s| Ok(s.hold(&op("x"), &find(-1, now), now)?.is_unchanged())),
        ),
        (
            "the hold ends at",
            Box::new(|s| Ok(s.hold(&op("x"), &find(1, now - DAY), now)?.is_unchanged())),
        ),
        (
            "names no pool",
            Box::new(|s| {
                Ok(s.hold(
                    &op("x"),
                    &NewHold {
                        pools: vec![],
                        ..find(1, now)
                    },
                    now,
                )?
                .is_unchanged())
            }),
        ),
        (
            "must not be below 0",
            Box::new(|s| Ok(s.settle(&op("open"), &price(-1), now)?.is_unchanged())),
        ),
        (
            "is above the hold of 2000",
            Box::new(|s| Ok(s.settle(&op("open"), &price(2_001), now)?.is_unchanged())),
        ),
        (
            "is above the hold of 0",
            Box::new(|s| Ok(s.release(&op("open"), &price(1), now)?.is_unchanged())),
        ),
        (
            "there is no hold for operation x",
            Box::new(|s| Ok(s.settle(&op("x"), &price(0), now)?.is_unchanged())),
        ),
        (
            "the refund is 0 milli-credits",
            Box::new(|s| Ok(s.refund(&op("x"), &refund(0), now)?.is_unchanged())),
        ),
        (
            "the adjustment overflows",
            Box::new(|s| {
                Ok(s.adjust(&op("x"), &standard(), i64::MIN, "", now)?
                    .is_unchanged())
            }),
        ),
        (
            "the grant is 0 milli-credits",
            Box::new(|s| Ok(s.adjust(&op("x"), &standard(), 0, "", now)?.is_unchanged())),
        ),
        (
            "there is no grant g99",
            Box::new(|s| Ok(s.revoke(&op("x"), GrantId(99), "", now)?.is_unchanged())),
        ),
        (
            "there is no member ada",
            Box::new(|s| {
                Ok(s.leave(&op("x"), &MemberId::new("ada").unwrap(), now)?
                    .is_unchanged())
            }),
        ),
        (
            "an allotment is 0 milli-credits",
            Box::new(|s| Ok(s.change_plan(&op("x"), &terms(0), now)?.is_unchanged())),
        ),
        (
            "the plan grants the same twice",
            Box::new(|s| Ok(s.change_plan(&op("x"), &twice, now)?.is_unchanged())),
        ),
        (
            "the account has a plan already",
            Box::new(|s| Ok(s.subscribe(&op("x"), &terms(1), None, now)?.is_unchanged())),
        ),
        (
            "is not a time that the calendar has",
            Box::new(|s| Ok(s.advance(far)?.is_unchanged())),
        ),
        (
            "is not a time that the calendar has",
            Box::new(|s| Ok(s.advance(day("2927-01-01"))?.is_unchanged())),
        ),
        (
            "the clock went backwards",
            Box::new(|s| Ok(s.advance(0)?.is_unchanged())),
        ),
    ];
    let before = book.state.clone();
    for (expected, command) in run {
        let error = command(&mut book.state).expect_err(expected).to_string();
        assert!(error.contains(expected), "{expected}: {error}");
        assert_eq!(book.state, before, "{expected}");
    }
    // A pool that nobody knows has no credit.
    let gold = NewHold {
        pools: vec![Pool::new("gold").unwrap()],
        ..find(1, now)
    };
    let applied = book.state.hold(&op("x"), &gold, now);
    assert_eq!(
        book.keep(applied),
        Held::Insufficient {
            needed: 1,
            available: 0
        }
    );
}

#[test]
fn carried_credit_that_is_taken_back_is_not_granted_anew() {
    let now = day("2027-01-01");
    let mut book = Book::default();
    let mut own = terms(6);
    own.leaver_loses_at_once = true;
    own.allotments[0].scope = Scope::Member;
    own.allotments[0].rollover = Rollover::All;
    let ada = MemberId::new("ada").unwrap();
    let applied = book.state.subscribe(&op("start"), &own, None, now);
    book.keep(applied);
    let applied = book.state.join(&op("join"), &ada, now);
    book.keep(applied);
    let later = day("2027-02-01");
    assert_eq!(book.available(later), 12);
    let applied = book.state.leave(&op("leave"), &ada, later);
    book.keep(applied);
    let applied = book.state.join(&op("join-again"), &ada, later);
    book.keep(applied);
    assert_eq!(book.available(later), 6);
}

#[test]
fn what_can_be_spent_is_known_before_the_click() {
    let now = day("2027-01-01");
    let mut book = Book::on_plan(10_000, now);
    let (ada, bo) = (MemberId::new("ada").unwrap(), MemberId::new("bo").unwrap());
    let applied = book.state.set_cap(&ada, &standard(), Some(3_000), now);
    book.keep(applied);
    let mut calls = NewGrant::new(GrantKind::Promotional, standard(), 500);
    calls.actions = vec![Action::new("call_minute").unwrap()];
    let applied = book.state.grant(&op("calls"), &calls, "gift", now);
    book.keep(applied);
    let spendable = |book: &Book, action: &str, who: &MemberId| {
        let action = Action::new(action).unwrap();
        book.state
            .spendable(&action, &[standard(), standard()], Some(who), now)
            .unwrap()
    };
    assert_eq!(spendable(&book, "find", &ada), 3_000);
    assert_eq!(spendable(&book, "find", &bo), 10_000);
    assert_eq!(spendable(&book, "call_minute", &bo), 10_500);
    let hold = |amount| NewHold {
        member: Some(ada.clone()),
        ..find(amount, now)
    };
    let applied = book.state.hold(&op("a"), &hold(2_000), now);
    book.keep(applied);
    assert_eq!(spendable(&book, "find", &ada), 1_000);
    let applied = book.state.hold(&op("b"), &hold(2_000), now);
    assert_eq!(
        book.keep(applied),
        Held::CapReached {
            needed: 2_000,
            allowed: 1_000
        }
    );
    let applied = book.state.settle(&op("a"), &price(500), now);
    book.keep(applied);
    assert_eq!(spendable(&book, "find", &ada), 2_500);
    // A new period, a new amount.
    assert_eq!(
        book.state.spendable(
            &Action::new("find").unwrap(),
            &[standard()],
            Some(&ada),
            day("2027-02-01")
        ),
        Ok(3_000)
    );
}

#[test]
fn a_plan_that_is_given_once_does_not_come_again_by_way_of_another() {
    let now = day("2027-01-01");
    let once = |id: &str, then: Option<PlanTerms>| PlanTerms {
        plan: PlanId::new(id).unwrap(),
        period: Period::Once { days: Some(7) },
        then: then.map(Box::new),
        ..terms(5_000)
    };
    let mut book = Book::default();
    let applied = book
        .state
        .subscribe(&op("first"), &once("b", None), None, now);
    book.keep(applied);
    assert_eq!(book.available(now + 7 * DAY), 0);
    let later = now + 10 * DAY;
    let chain = once("a", Some(once("b", None)));
    let applied = book.state.subscribe(&op("second"), &chain, None, later);
    book.keep(applied);
    assert_eq!(book.available(later), 5_000);
    assert_eq!(book.available(later + 7 * DAY), 0);
    let applied = book.state.advance(later + 7 * DAY);
    book.keep(applied);
    assert_eq!(book.state.header.subscription, None);
    let again = book
        .state
        .subscribe(&op("third"), &once("a", None), None, later + 8 * DAY);
    assert!(matches!(again, Err(LedgerError::Plan(_))));
}
