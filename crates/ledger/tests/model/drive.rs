//! Drives the ledger and the simple model with the same random commands, and compares
//! them after each.

#[path = "coins.rs"]
mod coins;
#[path = "rows.rs"]
mod rows;

use std::collections::BTreeMap;

use lode_ledger::account::{
    Adjusted, CLOCK_TOLERANCE, Cancellation, Granted, Held, NewRefund, PlanChange, Planned,
    Refunded, Resolved, Seated,
};
use lode_ledger::{
    AccountState, Action, Allotment, Applied, EntryKind, GrantId, GrantKind, LedgerAccount,
    LedgerError, MemberId, NewGrant, NewHold, OperationId, Outcome, Owner, Period, PlanId,
    PlanTerms, Pool, PriceDecision, Rollover, Scope, check,
};

use coins::{Coins, End, NewLot, Place, Said};
use rows::Rows;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2023-12-31, 07:00 UTC: month ends and a leap day are near.
const START: i64 = 1_704_006_000_000;

/// A random command: numbers that mean something whatever the state is, so that any part
/// of a failing run still runs.
pub(crate) type Raw = [u32; 6];

/// What a run did.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    /// Commands given, each of them compared.
    pub(crate) operations: u64,
    /// What was said, and how often.
    pub(crate) said: BTreeMap<String, u64>,
    /// Entries written.
    pub(crate) entries: u64,
}

fn pool(number: u32) -> Pool {
    Pool::new(["standard", "premium"][number as usize % 2]).unwrap()
}

fn action(number: u32) -> Action {
    Action::new(["find", "mobile_find", "call_minute"][number as usize % 3]).unwrap()
}

fn member(number: u32) -> MemberId {
    MemberId::new(["ada", "bo", "cy"][number as usize % 3]).unwrap()
}

/// Plans with every rule that a plan can have.
fn terms(number: u32) -> PlanTerms {
    let allot = |pool_: u32, amount, scope, rollover, actions: &[u32]| Allotment {
        pool: pool(pool_),
        amount,
        scope,
        rollover,
        actions: actions.iter().map(|a| action(*a)).collect(),
    };
    let plain = |id: &str, period, allotments| PlanTerms {
        plan: PlanId::new(id).unwrap(),
        price_version: "v1".to_owned(),
        period,
        allotments,
        leaver_loses_at_once: false,
        then: None,
    };
    use Rollover::{All, None as Ends, UpTo};
    use Scope::{Account, Member, Seat};
    match number % 9 {
        0 => plain(
            "free",
            Period::Months(1),
            vec![allot(0, 10, Account, Ends, &[])],
        ),
        1 => plain(
            "more",
            Period::Months(1),
            vec![allot(0, 25, Account, Ends, &[])],
        ),
        2 => plain(
            "rolls",
            Period::Months(1),
            vec![
                allot(0, 12, Account, All, &[]),
                allot(1, 6, Account, UpTo(4), &[1, 2]),
            ],
        ),
        3 => plain(
            "seats",
            Period::Months(1),
            vec![
                allot(0, 5, Seat, UpTo(3), &[]),
                allot(1, 4, Account, Ends, &[]),
            ],
        ),
        4 => PlanTerms {
            leaver_loses_at_once: true,
            ..plain(
                "own",
                Period::Months(1),
                vec![allot(0, 6, Member, All, &[])],
            )
        },
        5 => PlanTerms {
            then: Some(Box::new(terms(0))),
            ..plain(
                "trial",
                Period::Once { days: Some(9) },
                vec![allot(0, 20, Account, Ends, &[])],
            )
        },
        6 => plain(
            "once",
            Period::Once { days: None },
            vec![allot(1, 7, Account, Ends, &[])],
        ),
        7 => plain(
            "quarter",
            Period::Months(3),
            vec![
                allot(0, 9, Account, UpTo(5), &[]),
                allot(0, 8, Seat, Ends, &[0]),
            ],
        ),
        _ => plain("nothing", Period::Months(1), vec![]),
    }
}

fn name(error: &LedgerError) -> &'static str {
    match error {
        LedgerError::NotPositive { .. } => "not positive",
        LedgerError::NegativeCharge { .. } => "negative charge",
        LedgerError::ChargeAboveHold { .. } => "charge above hold",
        LedgerError::RefundAboveCharge { .. } => "refund above charge",
        LedgerError::Overflow { .. } => "overflow",
        LedgerError::OperationConflict { .. } => "conflict",
        LedgerError::UnknownHold { .. } => "unknown hold",
        LedgerError::UnknownGrant { .. } => "unknown grant",
        LedgerError::UnknownMember { .. } => "unknown member",
        LedgerError::EndsBeforeStart { .. } => "ends before start",
        LedgerError::ClockWentBackwards { .. } => "clock",
        LedgerError::Plan(_) => "plan",
        other => panic!("unexpected: {other}"),
    }
}

/// A command for the ledger, its answer put into the model's words.
type Command<'a> = Box<dyn Fn(&mut AccountState, i64) -> Result<Applied<String>, LedgerError> + 'a>;

/// One delivery of a command.
struct Delivery {
    id: OperationId,
    raw: Raw,
}

/// The deliveries of a run: every command once, some of them again later, and with that
/// in another order than they were made in.
fn deliveries(raws: &[Raw]) -> Vec<Delivery> {
    let mut timed: Vec<(u32, usize, Delivery)> = vec![];
    for (index, raw) in raws.iter().enumerate() {
        let at = index as u32 * 8;
        // One in fifty uses the id of the command before it.
        let number = if raw[5] % 50 == 0 {
            index.saturating_sub(1)
        } else {
            index
        };
        let id = OperationId::new(format!("c{number}")).unwrap();
        let delay = if raw[5] % 7 == 0 { raw[4] % 100 } else { 0 };
        timed.push((
            at + delay,
            index,
            Delivery {
                id: id.clone(),
                raw: *raw,
            },
        ));
        for copy in 0..(raw[5] >> 8) % 3 {
            if (raw[5] >> 12) % 3 == 0 {
                let late = 3 + (raw[4] >> 8) % 400 * (copy + 1);
                timed.push((
                    at + late,
                    index,
                    Delivery {
                        id: id.clone(),
                        raw: *raw,
                    },
                ));
            }
        }
    }
    timed.sort_by_key(|(at, index, _)| (*at, *index));
    timed.into_iter().map(|(_, _, delivery)| delivery).collect()
}

/// Runs one account's life.
pub(crate) fn run(raws: &[Raw], counts: &mut Counts) {
    let mut life = Life {
        model: Coins::default(),
        whole: Rows::default(),
        split: Rows::default(),
        clock: START + i64::from(raws.first().map_or(0, |raw| raw[0] % 90)) * DAY,
        targets: BTreeMap::new(),
        ended: BTreeMap::new(),
        checked: 0,
    };
    for (index, delivery) in deliveries(raws).iter().enumerate() {
        let said = life.deliver(index, delivery);
        counts.operations += 1;
        let word = said.unwrap_or_else(|error| format!("error: {error}"));
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == ' ');
        let word = word
            .split(|c: char| c.is_ascii_digit())
            .next()
            .unwrap_or_default();
        *counts.said.entry(word.trim().to_owned()).or_default() += 1;
    }
    let now = life.clock;
    for rows in [&mut life.whole, &mut life.split] {
        rows.run(None, (None, None), now, |state| state.advance(now))
            .unwrap();
    }
    counts.entries += life.whole.entries.len() as u64;
    assert_eq!(
        life.whole, life.split,
        "looking often and looking once differ"
    );
}

struct Life {
    model: Coins,
    /// Looked at only when a command comes.
    whole: Rows,
    /// Looked at now and then in between.
    split: Rows,
    clock: i64,
    /// The hold that each command names.
    targets: BTreeMap<OperationId, OperationId>,
    /// How each hold was resolved.
    ended: BTreeMap<OperationId, EntryKind>,
    /// Entries looked at so far.
    checked: usize,
}

impl Life {
    fn deliver(&mut self, index: usize, Delivery { id, raw }: &Delivery) -> Said {
        let [kind, a, b, c, d, e] = *raw;
        let step = match d % 100 {
            0..20 => 0,
            20..60 => i64::from(d >> 8) % HOUR,
            60..80 => i64::from(d >> 8) % (8 * HOUR),
            80..90 => i64::from(d >> 8) % DAY,
            90..96 => (i64::from(d >> 8) * 311) % (20 * DAY),
            96..99 => (i64::from(d >> 8) * 1_777) % (90 * DAY),
            // Whole days: boundaries are hit to the millisecond.
            _ if d % 3 == 0 => (self.clock / DAY + 1 + i64::from(d >> 8) % 40) * DAY - self.clock,
            _ => (i64::from(d >> 8) * 9_001) % (900 * DAY),
        };
        let before = self.clock;
        self.clock += step;
        for part in 0..i64::from(e >> 16) % 3 {
            let at = before + step * (part + 1) / 3;
            self.split
                .run(None, (None, None), at, |state| state.advance(at))
                .unwrap();
        }
        let now = self.clock;
        if kind % 100 == 99 && self.whole.header.last_at > i64::MIN {
            return self.far_behind();
        }
        self.model.advance(now);

        let (hold, grant, command, expected) = self.command(id, [kind, a, b, c, d, e], now);
        // A clock a little behind the last entry counts as being at it.
        let skew = if self.whole.header.last_at == now {
            i64::from(c) % CLOCK_TOLERANCE
        } else {
            0
        };
        let mut said: Option<Said> = None;
        for rows in [&mut self.whole, &mut self.split] {
            let named = (hold.as_ref(), grant);
            let answer = rows.run(Some(id), named, now - skew, |state| {
                command(state, now - skew)
            });
            let answer = answer.map_err(|error| {
                // Nothing was written; time goes on all the same.
                rows.run(None, (None, None), now, |state| state.advance(now))
                    .unwrap();
                name(&error)
            });
            if let Some(said) = &said {
                assert_eq!(
                    *said, answer,
                    "delivery {index}: looking often changed an answer"
                );
            }
            said = Some(answer);
        }
        drop(command);
        let said = said.unwrap();
        assert_eq!(said, expected, "delivery {index} of {id}: {raw:?}");
        self.compare(index);
        said
    }

    /// The hold that a settlement or refund names: one of the last, or (also before there
    /// is one) whatever has an id near this command's. The same at every delivery.
    fn target(&mut self, id: &OperationId, kind: u32, c: u32) -> OperationId {
        if let Some(target) = self.targets.get(id) {
            return target.clone();
        }
        // Mostly one for which the command makes sense.
        let refund = (60..67).contains(&(kind % 100));
        let fits = |hold: &&coins::Hold| match refund {
            true => !hold.charged.is_empty(),
            false => hold.end == End::Open,
        };
        let mut holds: Vec<_> = self.model.holds.iter().filter(fits).collect();
        if holds.is_empty() || c % 4 == 0 {
            holds = self.model.holds.iter().collect();
        }
        let target = if c % 9 == 0 || holds.is_empty() {
            let number: i64 = id
                .as_str()
                .get(1..)
                .and_then(|n| n.parse().ok())
                .unwrap_or(0);
            format!("c{}", (number - i64::from(c >> 4) % 20 + 4).max(0))
        } else {
            let back = (c >> 4) as usize % holds.len().min(7);
            holds[holds.len() - 1 - back].id.clone()
        };
        let target = OperationId::new(target).unwrap();
        self.targets.insert(id.clone(), target.clone());
        target
    }

    fn far_behind(&mut self) -> Said {
        let last = self.whole.header.last_at;
        let now = last - CLOCK_TOLERANCE - 1;
        let before = self.whole.clone();
        let error = self
            .whole
            .run(None, (None, None), now, |state| {
                state.advance(last - CLOCK_TOLERANCE - 1)
            })
            .unwrap_err();
        assert_eq!(error, LedgerError::ClockWentBackwards { now, last });
        assert_eq!(self.whole, before);
        Err(name(&error))
    }

    /// The command for the ledger, and what the model says to it.
    fn command<'a>(
        &mut self,
        id: &'a OperationId,
        [kind, a, b, c, d, _]: Raw,
        now: i64,
    ) -> (Option<OperationId>, Option<GrantId>, Command<'a>, Said) {
        let key = id.as_str();
        let near = self.target(id, kind, c);
        let model = &mut self.model;
        match kind % 100 {
            0..34 => {
                let amount = i64::from(a % 12) - i64::from(a % 97 == 0) * 12;
                let pools = match b % 5 {
                    0 => vec![pool(0), pool(1)],
                    1 => vec![pool(1), pool(0), pool(1)],
                    n => vec![pool(n)],
                };
                let (action, who) = (action(c), (c % 5 < 3).then(|| member(c >> 4)));
                let life = if a % 101 == 0 {
                    0
                } else {
                    i64::from(b >> 4) % (240 * HOUR) + HOUR
                };
                let new = move |now: i64| NewHold {
                    action: action.clone(),
                    pools: pools.clone(),
                    amount,
                    member: who.clone(),
                    expires_at: now + life,
                    rule: "find".to_owned(),
                    price_version: "v1".to_owned(),
                };
                let hold = new(now);
                let mut names: Vec<String> = vec![];
                for pool in &hold.pools {
                    if !names.contains(&pool.to_string()) {
                        names.push(pool.to_string());
                    }
                }
                let who = hold.member.as_ref().map(MemberId::as_str);
                let what = format!("hold {} {who:?}", hold.action);
                let expires = now + life;
                let expected = model.hold(
                    key,
                    &what,
                    hold.action.as_str(),
                    &names,
                    amount,
                    who,
                    expires,
                    now,
                );
                let command: Command<'a> = Box::new(move |state, at| {
                    // The end does not depend on a clock that is a little behind.
                    let new = NewHold {
                        expires_at: expires,
                        ..new(at)
                    };
                    Ok(state.hold(id, &new, at)?.map(|held| match held {
                        Held::Held(_) => "held".to_owned(),
                        Held::Repeated(_) => "repeated".to_owned(),
                        Held::Insufficient { needed, available } => {
                            format!("insufficient {available} of {needed}")
                        }
                        Held::CapReached { needed, allowed } => {
                            format!("cap {allowed} of {needed}")
                        }
                    }))
                });
                (None, None, command, expected)
            }
            34..60 => {
                let settle = kind % 4 != 0;
                let amount = if settle {
                    i64::from(a % 9) - i64::from(a % 50 == 0)
                } else {
                    i64::from(a % 40 == 0)
                };
                let expected = model.resolve(near.as_str(), settle, amount, now);
                let target = near.clone();
                let command: Command<'a> = Box::new(move |state, at| {
                    let price = PriceDecision {
                        outcome: Outcome::new("verified").unwrap(),
                        amount,
                        rule: "find.verified".to_owned(),
                        price_version: "v1".to_owned(),
                        line: String::new(),
                    };
                    let applied = if settle {
                        state.settle(&target, &price, at)?
                    } else {
                        state.release(&target, &price, at)?
                    };
                    Ok(applied.map(|resolved| {
                        match resolved {
                            Resolved::Done(_) => "resolved",
                            Resolved::AlreadySettled(_) => "already settled",
                            Resolved::AlreadyReleased(_) => "already released",
                            Resolved::AlreadyExpired(_) => "already expired",
                        }
                        .to_owned()
                    }))
                });
                (Some(near), None, command, expected)
            }
            60..67 => {
                let amount = (a % 3 == 0).then(|| i64::from(b % 7) - 1);
                let expires = (a % 2 == 0).then(|| now + i64::from(b % 30) * DAY);
                let what = format!("refund {near} {amount:?}");
                let expected = model.refund(key, &what, near.as_str(), amount, expires, now);
                let refund = NewRefund {
                    hold: near.clone(),
                    amount,
                    rule: "bounced".to_owned(),
                    expires_at: expires,
                };
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state
                        .refund(id, &refund, at)?
                        .map(|refunded| match refunded {
                            Refunded::Done { amount } => format!("refunded {amount}"),
                            Refunded::Repeated => "repeated".to_owned(),
                            Refunded::NothingLeft { refunded } => {
                                format!("nothing left after {refunded}")
                            }
                        }))
                });
                (Some(near), None, command, expected)
            }
            67..78 => self.grant(id, a, b, c, d, now),
            78..82 => {
                let (pool, amount) = (pool(a), i64::from(b % 12) - 7);
                let what = format!("adjust {pool} {amount}");
                let expected = model.adjust(key, &what, pool.as_str(), amount, now);
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state
                        .adjust(id, &pool, amount, "by hand", at)?
                        .map(adjusted))
                });
                (None, None, command, expected)
            }
            82..84 => {
                let lots = self.whole.grants.len();
                let lot = (lots > 0 && a % 9 != 0).then(|| b as usize % lots);
                let grant = lot.and_then(|lot| self.whole.grants.keys().nth(lot).copied());
                let grant = grant.unwrap_or(GrantId(99_999_999));
                let expected = model.revoke(key, &format!("revoke {grant}"), lot);
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state.revoke(id, grant, "reversed", at)?.map(adjusted))
                });
                (None, Some(grant), command, expected)
            }
            84..88 => {
                let member = member(a);
                let joins = b % 3 != 0;
                let expected = if joins {
                    model.join(key, &format!("seat {member}"), member.as_str(), now)
                } else {
                    model.leave(key, &format!("no seat {member}"), member.as_str())
                };
                let command: Command<'a> = Box::new(move |state, at| {
                    let applied = if joins {
                        state.join(id, &member, at)?
                    } else {
                        state.leave(id, &member, at)?
                    };
                    Ok(applied.map(seated))
                });
                (None, None, command, expected)
            }
            88..90 => {
                let (member, pool) = (member(a), pool(b));
                let cap = (c % 3 != 0).then(|| i64::from(c % 14) - 1);
                let expected = model.cap(member.as_str(), pool.as_str(), cap);
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state.set_cap(&member, &pool, cap, at)?.map(seated))
                });
                (None, None, command, expected)
            }
            _ => self.plan(id, kind, a, b, now),
        }
    }

    fn grant<'a>(
        &mut self,
        id: &'a OperationId,
        a: u32,
        b: u32,
        c: u32,
        d: u32,
        now: i64,
    ) -> (Option<OperationId>, Option<GrantId>, Command<'a>, Said) {
        let kinds = [
            GrantKind::Purchased,
            GrantKind::Promotional,
            GrantKind::Trial,
        ];
        let kind = kinds[a as usize % kinds.len()];
        // After the model's advance: what has expired by now does not count.
        let rich = self
            .model
            .lots
            .iter()
            .any(|lot| lot.count(|coin| matches!(coin, Place::Free | Place::Held(_))) > 0);
        let amount = match b % 60 {
            0 => -3,
            1 => 0,
            2 if rich => i64::MAX,
            n => i64::from(n % 20) + 1,
        };
        let new = NewGrant {
            effective_at: (c % 4 == 0).then(|| now + (i64::from(c >> 8) % 9 - 4) * DAY),
            expires_at: match c % 3 {
                0 => None,
                // Sooner than most holds end.
                1 => Some(now + i64::from(c >> 12) % 50 * HOUR),
                _ => Some(now + (i64::from(c >> 12) % 50 - 1) * DAY),
            },
            priority: (c % 5 == 0).then(|| (c >> 3) as u8 % 4 * 20),
            actions: if d % 4 == 0 {
                vec![action(d >> 2)]
            } else {
                vec![]
            },
            owner: if d % 6 == 0 {
                Owner::Member(member(d >> 3))
            } else {
                Owner::Account
            },
            seat: None,
            ..NewGrant::new(kind, pool(d >> 5), amount)
        };
        let lot = NewLot {
            effective: new.effective_at,
            expires: new.expires_at,
            priority: new.priority,
            actions: new.actions.iter().map(ToString::to_string).collect(),
            owner: match &new.owner {
                Owner::Account => None,
                Owner::Member(member) => Some(member.to_string()),
            },
            ..NewLot::of(kind.as_str(), new.pool.as_str(), amount.min(1_000))
        };
        let what = format!("grant {amount} {} {kind}", new.pool);
        let key = id.as_str();
        let ends = new
            .expires_at
            .is_some_and(|end| end <= new.effective_at.unwrap_or(now));
        let expected = if amount == i64::MAX && !self.model.done.contains_key(key) && !ends {
            Err("overflow")
        } else {
            self.model.grant(key, &what, lot, now)
        };
        let command: Command<'a> = Box::new(move |state, at| {
            // As with holds: a clock a little behind must not change what is asked for.
            let effective_at = new.effective_at;
            let new = NewGrant {
                effective_at,
                ..new.clone()
            };
            Ok(state
                .grant(id, &new, "by test", at)?
                .map(|granted| match granted {
                    Granted::Granted(_) => "granted".to_owned(),
                    Granted::Repeated => "repeated".to_owned(),
                }))
        });
        (None, None, command, expected)
    }

    fn plan<'a>(
        &mut self,
        id: &'a OperationId,
        kind: u32,
        a: u32,
        b: u32,
        now: i64,
    ) -> (Option<OperationId>, Option<GrantId>, Command<'a>, Said) {
        let (key, terms) = (id.as_str(), terms(a));
        match kind % 3 {
            0 => {
                let what = format!("subscribe {}", terms.plan);
                let first = |(year, month, _)| (year, month, 1);
                let anchor = (b % 3 == 0).then(|| first(coins::date(now)));
                let expected = self.model.subscribe(key, &what, &terms, anchor, now);
                let anchor = anchor.map(|(year, month, day)| {
                    jiff::civil::date(year as i16, month as i8, day as i8)
                });
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state.subscribe(id, &terms, anchor, at)?.map(planned))
                });
                (None, None, command, expected)
            }
            1 => {
                let what = format!("change {}", terms.plan);
                let expected = self.model.change(key, &what, &terms, now);
                let command: Command<'a> =
                    Box::new(move |state, at| Ok(state.change_plan(id, &terms, at)?.map(planned)));
                (None, None, command, expected)
            }
            _ => {
                let then = (b % 2 == 0).then_some(terms);
                let (at_once, purchased_ends) = (b % 3 == 0, b % 5 == 0);
                let expected = self
                    .model
                    .cancel(key, at_once, purchased_ends, then.as_ref(), now);
                let cancellation = Cancellation {
                    at_once,
                    purchased_ends,
                    then,
                };
                let command: Command<'a> = Box::new(move |state, at| {
                    Ok(state.cancel(id, &cancellation, at)?.map(planned))
                });
                (None, None, command, expected)
            }
        }
    }

    /// The invariants, and that the ledger and the coins agree on every grant and hold.
    fn compare(&mut self, index: usize) {
        let rows = &self.whole;
        let state = rows.state();
        let replayed = check(&state, &rows.entries)
            .unwrap_or_else(|difference| panic!("delivery {index}: {difference}"));
        // Debits equal credits; nothing is left between two periods.
        assert_eq!(replayed.accounts.values().sum::<i128>(), 0);
        let carried = replayed
            .accounts
            .get(&LedgerAccount::Carried)
            .copied()
            .unwrap_or(0);
        assert_eq!(carried, 0, "delivery {index}");
        // Balance = what remains of grants, less holds; nothing is below 0.
        let held: i64 = rows
            .holds
            .values()
            .filter(|h| h.is_open())
            .map(|h| h.amount)
            .sum();
        let remaining: i64 = rows
            .grants
            .values()
            .map(lode_ledger::Grant::remaining)
            .sum();
        let available: i64 = rows.grants.values().map(|g| g.available).sum();
        assert_eq!(available, remaining - held, "delivery {index}");
        assert!(
            rows.grants
                .values()
                .all(|g| g.available >= 0 && g.held >= 0)
        );
        // One settlement for each hold.
        for entry in rows.entries.iter().skip(self.checked) {
            let Some(hold) = &entry.hold else { continue };
            let end = match entry.kind {
                EntryKind::Settle | EntryKind::Return => EntryKind::Settle,
                EntryKind::Release | EntryKind::HoldExpiry => entry.kind,
                _ => continue,
            };
            let first = *self.ended.entry(hold.clone()).or_insert(end);
            assert_eq!(first, end, "delivery {index}: {hold} was resolved twice");
        }
        self.checked = rows.entries.len();
        // The same as the coins.
        assert_eq!(rows.grants.len(), self.model.lots.len(), "delivery {index}");
        for (lot, (grant, coins)) in rows.grants.values().zip(&self.model.lots).enumerate() {
            let seen = (
                grant.kind.as_str(),
                grant.pool.as_str(),
                grant.amount,
                grant.expires_at,
            );
            let expected = (
                coins.kind,
                coins.pool.as_str(),
                coins.coins.len() as i64,
                coins.expires,
            );
            assert_eq!(seen, expected, "delivery {index}, lot {lot}");
            let seen = (grant.available, grant.held);
            let held =
                coins.count(|coin| matches!(coin, Place::Held(_)) && coin_open(coin, &self.model));
            assert_eq!(
                seen,
                (coins.count(|coin| coin == Place::Free), held),
                "delivery {index}, lot {lot}"
            );
        }
        for hold in &self.model.holds {
            let row = &rows.holds[&OperationId::new(hold.id.as_str()).unwrap()];
            assert_eq!(row.is_open(), hold.end == End::Open, "delivery {index}");
            assert_eq!(row.charged() - row.refunded(), hold.charged.len() as i64);
            assert_eq!(row.receipt().is_some(), hold.end != End::Open);
        }
        // What people are shown.
        let now = self.clock;
        let shown = state.balance(None, now).unwrap();
        for pool in [pool(0), pool(1)] {
            let free: i64 = self
                .model
                .lots
                .iter()
                .filter(|lot| lot.pool == pool.as_str() && lot.effective <= now)
                .map(|lot| lot.count(|coin| coin == Place::Free))
                .sum();
            assert_eq!(shown.pool(&pool).available, free, "delivery {index}");
        }
        assert_eq!(
            shown.resets_at,
            self.model.plan.as_ref().and_then(|plan| plan.ends)
        );
    }
}

fn coin_open(coin: Place, model: &Coins) -> bool {
    matches!(coin, Place::Held(hold) if model.holds[hold].end == End::Open)
}

fn adjusted(adjusted: Adjusted) -> String {
    match adjusted {
        Adjusted::Done { amount } => format!("adjusted {amount}"),
        Adjusted::Repeated => "repeated".to_owned(),
        Adjusted::Insufficient { needed, available } => format!("{available} of {needed}"),
    }
}

fn seated(seated: Seated) -> String {
    match seated {
        Seated::Done => "done".to_owned(),
        Seated::Unchanged => "unchanged".to_owned(),
    }
}

fn planned(planned: Planned) -> String {
    match planned {
        Planned::Done(PlanChange::Now) => "now".to_owned(),
        Planned::Done(PlanChange::NextPeriod) => "next period".to_owned(),
        Planned::Repeated => "repeated".to_owned(),
    }
}
