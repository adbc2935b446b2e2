//! A deliberately simple ledger: every thousandth of a credit is a coin that lies
//! somewhere. Nothing is summed up or remembered that could be counted; nothing is quick.
//! It shares no code with the real one but the plain data of plans.

use std::collections::{BTreeMap, BTreeSet};

use lode_ledger::{Allotment, Period, PlanTerms, Rollover, Scope};

const DAY: i64 = 86_400_000;

/// Where a coin lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Free,
    Held(usize),
    Spent(usize),
    Gone,
}

/// A lot of coins that came together.
#[derive(Debug, Clone)]
pub(crate) struct Lot {
    pub(crate) kind: &'static str,
    pub(crate) pool: String,
    pub(crate) effective: i64,
    pub(crate) expires: Option<i64>,
    pub(crate) priority: u8,
    pub(crate) paid: bool,
    pub(crate) actions: Vec<String>,
    pub(crate) owner: Option<String>,
    pub(crate) seat: Option<String>,
    pub(crate) created: i64,
    pub(crate) coins: Vec<Place>,
}

impl Lot {
    pub(crate) fn count(&self, place: impl Fn(Place) -> bool) -> i64 {
        self.coins.iter().filter(|coin| place(**coin)).count() as i64
    }

    fn over(&self, now: i64) -> bool {
        self.expires.is_some_and(|end| now >= end)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Open,
    Settled,
    Released,
    Expired,
}

#[derive(Debug, Clone)]
pub(crate) struct Hold {
    pub(crate) id: String,
    pub(crate) member: Option<String>,
    pub(crate) created: i64,
    pub(crate) expires: i64,
    pub(crate) end: End,
    /// The coins (lot, coin), in the order in which they were taken.
    pub(crate) coins: Vec<(usize, usize)>,
    /// The coins that were charged and not given back, in the same order.
    pub(crate) charged: Vec<(usize, usize)>,
    pub(crate) refunded: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) terms: PlanTerms,
    /// Year, month, day from which periods are counted.
    pub(crate) anchor: (i64, i64, i64),
    pub(crate) period: i64,
    pub(crate) started: i64,
    pub(crate) ends: Option<i64>,
    /// What follows, and whether purchased credit ends.
    pub(crate) next: Option<(Option<PlanTerms>, bool)>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Member {
    pub(crate) seated: bool,
    pub(crate) caps: BTreeMap<String, i64>,
    /// Coins that the plan gave for the seat in this period, less those taken back.
    pub(crate) granted: BTreeMap<String, i64>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Coins {
    pub(crate) lots: Vec<Lot>,
    pub(crate) holds: Vec<Hold>,
    pub(crate) done: BTreeMap<String, String>,
    pub(crate) plan: Option<Plan>,
    pub(crate) members: BTreeMap<String, Member>,
    pub(crate) usage_since: Option<i64>,
    /// Plans that are given once and were given.
    pub(crate) given: BTreeSet<String>,
}

/// What is asked for with a lot.
#[derive(Debug, Clone)]
pub(crate) struct NewLot {
    pub(crate) kind: &'static str,
    pub(crate) pool: String,
    pub(crate) amount: i64,
    pub(crate) effective: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) priority: Option<u8>,
    pub(crate) actions: Vec<String>,
    pub(crate) owner: Option<String>,
    pub(crate) seat: Option<String>,
    pub(crate) paid: bool,
}

impl NewLot {
    pub(crate) fn of(kind: &'static str, pool: &str, amount: i64) -> Self {
        Self {
            kind,
            pool: pool.to_owned(),
            amount,
            effective: None,
            expires: None,
            priority: None,
            actions: vec![],
            owner: None,
            seat: None,
            paid: kind == "purchased",
        }
    }
}

pub(crate) type Said = Result<String, &'static str>;

fn said(text: impl Into<String>) -> Said {
    Ok(text.into())
}

impl Coins {
    // --- time -----------------------------------------------------------------------

    /// Walks through every moment at which something is due, one after the other.
    pub(crate) fn advance(&mut self, now: i64) {
        loop {
            let mut due: BTreeSet<i64> = BTreeSet::new();
            due.extend(
                self.holds
                    .iter()
                    .filter(|h| h.end == End::Open)
                    .map(|h| h.expires),
            );
            due.extend(self.plan.iter().filter_map(|plan| plan.ends));
            let full = |lot: &&Lot| lot.coins.contains(&Place::Free);
            due.extend(self.lots.iter().filter(full).filter_map(|lot| lot.expires));
            let Some(moment) = due.into_iter().find(|moment| *moment <= now) else {
                return;
            };
            for hold in 0..self.holds.len() {
                if self.holds[hold].end == End::Open && self.holds[hold].expires <= moment {
                    self.holds[hold].end = End::Expired;
                    self.put_back(hold, 0);
                }
            }
            if self
                .plan
                .as_ref()
                .is_some_and(|plan| plan.ends.is_some_and(|end| end <= moment))
            {
                self.close(moment);
            }
            self.sweep(moment);
        }
    }

    /// Free coins of lots that are over are gone.
    fn sweep(&mut self, now: i64) {
        for lot in self.lots.iter_mut().filter(|lot| lot.over(now)) {
            for coin in lot.coins.iter_mut().filter(|coin| **coin == Place::Free) {
                *coin = Place::Gone;
            }
        }
    }

    fn take_away(&mut self, which: impl Fn(&Lot) -> bool) {
        for lot in self.lots.iter_mut().filter(|lot| which(lot)) {
            for coin in lot.coins.iter_mut().filter(|coin| **coin == Place::Free) {
                *coin = Place::Gone;
            }
        }
    }

    fn close(&mut self, at: i64) {
        let old = self.plan.take().unwrap();
        let once = matches!(old.terms.period, Period::Once { .. });
        let (terms, purchased_ends) = match old.next.clone() {
            Some(next) => next,
            None if once => (old.terms.then.as_deref().cloned(), false),
            None => (Some(old.terms.clone()), false),
        };
        let terms = terms.filter(|new| new.plan == old.terms.plan || !self.was_given(new));
        let mut carried: Vec<NewLot> = vec![];
        if terms.is_some() {
            for allotment in &old.terms.allotments {
                let most = match allotment.rollover {
                    Rollover::None => 0,
                    Rollover::UpTo(most) => most,
                    Rollover::All => i64::MAX,
                };
                for (owner, seat) in self.recipients(allotment.scope) {
                    let mut room = most;
                    for lot in self.in_order() {
                        let lot = &mut self.lots[lot];
                        let fits = lot.kind == "plan"
                            && lot.expires == old.ends
                            && lot.pool == allotment.pool.as_str()
                            && lot.actions == names(&allotment.actions)
                            && lot.owner == owner
                            && lot.seat == seat;
                        let mut moved = 0;
                        for coin in lot.coins.iter_mut() {
                            if fits && *coin == Place::Free && room > 0 {
                                *coin = Place::Gone;
                                room -= 1;
                                moved += 1;
                            }
                        }
                        if moved > 0 {
                            carried.push(NewLot {
                                priority: Some(lot.priority),
                                actions: lot.actions.clone(),
                                owner: lot.owner.clone(),
                                seat: lot.seat.clone(),
                                paid: lot.paid,
                                ..NewLot::of(lot.kind, &lot.pool, moved)
                            });
                        }
                    }
                }
            }
        }
        self.sweep(at);
        if purchased_ends {
            self.take_away(|lot| lot.paid);
        }
        self.usage_since = Some(at);
        for member in self.members.values_mut() {
            member.granted.clear();
        }
        if let Some(terms) = terms {
            let mut plan = Plan {
                period: old.period + 1,
                anchor: old.anchor,
                started: at,
                ends: None,
                next: None,
                terms,
            };
            if plan.terms.period != old.terms.period {
                plan.anchor = date(at);
                plan.period = 0;
            }
            plan.ends = end(&plan);
            self.give(&plan.terms);
            self.plan = Some(plan.clone());
            self.allot(&plan.terms, None, at);
            for lot in carried {
                self.add(
                    NewLot {
                        expires: plan.ends,
                        ..lot
                    },
                    at,
                );
            }
        }
    }

    // --- plans ----------------------------------------------------------------------

    fn recipients(&self, scope: Scope) -> Vec<(Option<String>, Option<String>)> {
        let seated = self
            .members
            .iter()
            .filter(|(_, m)| m.seated)
            .map(|(id, _)| id.clone());
        match scope {
            Scope::Account => vec![(None, None)],
            Scope::Seat => seated.map(|id| (None, Some(id))).collect(),
            Scope::Member => seated.map(|id| (Some(id.clone()), Some(id))).collect(),
        }
    }

    fn allot(&mut self, terms: &PlanTerms, above: Option<&PlanTerms>, at: i64) {
        for allotment in &terms.allotments {
            let had = above.map_or(0, |old| granted_by(old, allotment));
            for (owner, seat) in self.recipients(allotment.scope) {
                self.allot_one(allotment, allotment.amount - had, owner, seat, at);
            }
        }
    }

    fn allot_one(
        &mut self,
        allotment: &Allotment,
        amount: i64,
        owner: Option<String>,
        seat: Option<String>,
        at: i64,
    ) {
        if amount <= 0 {
            return;
        }
        if let Some(seat) = &seat {
            let granted = &mut self.members.get_mut(seat).unwrap().granted;
            *granted.entry(allotment.pool.to_string()).or_default() += amount;
        }
        let plan = self.plan.clone().unwrap();
        let kind = if matches!(plan.terms.period, Period::Once { .. }) {
            "trial"
        } else {
            "plan"
        };
        let lot = NewLot {
            expires: plan.ends,
            actions: names(&allotment.actions),
            priority: if allotment.actions.is_empty() {
                None
            } else {
                Some(40)
            },
            owner,
            seat,
            ..NewLot::of(kind, allotment.pool.as_str(), amount)
        };
        self.add(lot, at);
    }

    fn start(&mut self, terms: &PlanTerms, anchor: Option<(i64, i64, i64)>, now: i64) {
        let mut plan = Plan {
            terms: terms.clone(),
            anchor: anchor.unwrap_or_else(|| date(now)),
            period: 0,
            started: now,
            ends: None,
            next: None,
        };
        plan.ends = end(&plan);
        while plan.ends.is_some_and(|end| end <= now) {
            plan.period += 1;
            plan.ends = end(&plan);
        }
        self.give(terms);
        self.plan = Some(plan);
        for member in self.members.values_mut() {
            member.granted.clear();
        }
        self.allot(terms, None, now);
    }

    fn was_given(&self, terms: &PlanTerms) -> bool {
        self.given.contains(terms.plan.as_str())
    }

    fn give(&mut self, terms: &PlanTerms) {
        if matches!(terms.period, Period::Once { .. }) {
            self.given.insert(terms.plan.to_string());
        }
    }

    fn seen(&self, id: &str, what: &str) -> Option<Said> {
        match self.done.get(id) {
            None => None,
            Some(before) if before == what => Some(said("repeated")),
            Some(_) => Some(Err("conflict")),
        }
    }

    fn did(&mut self, id: &str, what: &str) {
        self.done.insert(id.to_owned(), what.to_owned());
    }

    pub(crate) fn subscribe(
        &mut self,
        id: &str,
        what: &str,
        terms: &PlanTerms,
        anchor: Option<(i64, i64, i64)>,
        now: i64,
    ) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        if self.plan.is_some() || self.was_given(terms) {
            return Err("plan");
        }
        self.start(terms, anchor, now);
        self.did(id, what);
        said("now")
    }

    pub(crate) fn change(&mut self, id: &str, what: &str, terms: &PlanTerms, now: i64) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        let Some(old) = self.plan.clone() else {
            return Err("plan");
        };
        if old.terms.plan != terms.plan && self.was_given(terms) {
            return Err("plan");
        }
        let same_length = old.terms.period == terms.period;
        let grows = old
            .terms
            .allotments
            .iter()
            .all(|a| granted_by(terms, a) >= a.amount);
        let answer = if matches!(old.terms.period, Period::Once { .. }) && !same_length {
            self.start(terms, None, now);
            said("now")
        } else if same_length && grows {
            self.plan = Some(Plan {
                terms: terms.clone(),
                next: None,
                ..old.clone()
            });
            self.allot(terms, Some(&old.terms), now);
            said("now")
        } else {
            self.plan = Some(Plan {
                next: Some((Some(terms.clone()), false)),
                ..old
            });
            said("next period")
        };
        self.did(id, what);
        answer
    }

    pub(crate) fn cancel(
        &mut self,
        id: &str,
        at_once: bool,
        purchased_ends: bool,
        then: Option<&PlanTerms>,
        now: i64,
    ) -> Said {
        if let Some(said) = self.seen(id, "cancel") {
            return said;
        }
        if then.is_some_and(|terms| self.was_given(terms)) {
            return Err("plan");
        }
        let Some(old) = self.plan.clone() else {
            return Err("plan");
        };
        let answer = if at_once || old.ends.is_none() {
            self.take_away(|lot| lot.kind == "plan" || lot.kind == "trial");
            if purchased_ends {
                self.take_away(|lot| lot.paid);
            }
            self.plan = None;
            if let Some(terms) = then {
                self.start(terms, None, now);
            }
            said("now")
        } else {
            self.plan = Some(Plan {
                next: Some((then.cloned(), purchased_ends)),
                ..old
            });
            said("next period")
        };
        self.did(id, "cancel");
        answer
    }

    // --- members --------------------------------------------------------------------

    pub(crate) fn join(&mut self, id: &str, what: &str, member: &str, now: i64) -> Said {
        match self.seen(id, what) {
            Some(Ok(_)) => return said("unchanged"),
            Some(error) => return error,
            None => {}
        }
        let row = self.members.entry(member.to_owned()).or_default();
        if row.seated {
            return said("unchanged");
        }
        row.seated = true;
        let mut had = row.granted.clone();
        if let Some(plan) = self.plan.clone() {
            for allotment in &plan.terms.allotments {
                let owner = match allotment.scope {
                    Scope::Account => continue,
                    Scope::Seat => None,
                    Scope::Member => Some(member.to_owned()),
                };
                let had = had.entry(allotment.pool.to_string()).or_default();
                let counted = (*had).min(allotment.amount);
                *had -= counted;
                let seat = Some(member.to_owned());
                self.allot_one(allotment, allotment.amount - counted, owner, seat, now);
            }
        }
        self.did(id, what);
        said("done")
    }

    pub(crate) fn leave(&mut self, id: &str, what: &str, member: &str) -> Said {
        match self.seen(id, what) {
            Some(Ok(_)) => return said("unchanged"),
            Some(error) => return error,
            None => {}
        }
        let Some(row) = self.members.get_mut(member) else {
            return Err("unknown member");
        };
        if !row.seated {
            return said("unchanged");
        }
        row.seated = false;
        if self
            .plan
            .as_ref()
            .is_some_and(|plan| plan.terms.leaver_loses_at_once)
        {
            for lot in self
                .lots
                .iter_mut()
                .filter(|lot| lot.seat.as_deref() == Some(member))
            {
                for coin in lot.coins.iter_mut().filter(|coin| **coin == Place::Free) {
                    *coin = Place::Gone;
                    let granted = row.granted.entry(lot.pool.clone()).or_default();
                    *granted = (*granted - 1).max(0);
                }
            }
        }
        self.did(id, what);
        said("done")
    }

    pub(crate) fn cap(&mut self, member: &str, pool: &str, cap: Option<i64>) -> Said {
        if cap.is_some_and(|cap| cap < 0) {
            return Err("not positive");
        }
        let caps = &mut self.members.entry(member.to_owned()).or_default().caps;
        let before = caps.get(pool).copied();
        match cap {
            Some(cap) => caps.insert(pool.to_owned(), cap),
            None => caps.remove(pool),
        };
        said(if before == cap { "unchanged" } else { "done" })
    }

    // --- credit ---------------------------------------------------------------------

    fn add(&mut self, new: NewLot, now: i64) {
        let default = if new.kind == "purchased" { 60 } else { 50 };
        self.lots.push(Lot {
            kind: new.kind,
            pool: new.pool,
            effective: new.effective.unwrap_or(now),
            expires: new.expires,
            priority: new.priority.unwrap_or(default),
            paid: new.paid,
            actions: new.actions,
            owner: new.owner,
            seat: new.seat,
            created: now,
            coins: vec![Place::Free; usize::try_from(new.amount).unwrap()],
        });
    }

    pub(crate) fn grant(&mut self, id: &str, what: &str, new: NewLot, now: i64) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        if new.amount <= 0 {
            return Err("not positive");
        }
        let effective = new.effective.unwrap_or(now);
        if new.expires.is_some_and(|end| end <= effective) {
            return Err("ends before start");
        }
        self.add(new, now);
        self.sweep(now);
        self.did(id, what);
        said("granted")
    }

    /// Lots in the order of spending.
    fn in_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.lots.len()).collect();
        order.sort_by_key(|lot| {
            let l = &self.lots[*lot];
            (
                l.priority,
                l.expires.unwrap_or(i64::MAX),
                l.paid,
                l.effective,
                l.created,
                *lot,
            )
        });
        order
    }

    pub(crate) fn adjust(
        &mut self,
        id: &str,
        what: &str,
        pool: &str,
        amount: i64,
        now: i64,
    ) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        if amount == 0 {
            return Err("not positive");
        }
        if amount > 0 {
            self.add(NewLot::of("adjustment", pool, amount), now);
        } else {
            let mut coins = vec![];
            for lot in self.in_order() {
                let l = &self.lots[lot];
                if l.pool == pool && l.owner.is_none() && l.effective <= now && !l.over(now) {
                    let free = (0..l.coins.len()).filter(|coin| l.coins[*coin] == Place::Free);
                    coins.extend(free.map(|coin| (lot, coin)));
                }
            }
            if (coins.len() as i64) < -amount {
                return said(format!("{} of {}", coins.len(), -amount));
            }
            for (lot, coin) in coins.into_iter().take(usize::try_from(-amount).unwrap()) {
                self.lots[lot].coins[coin] = Place::Gone;
            }
        }
        self.did(id, what);
        said(format!("adjusted {amount}"))
    }

    pub(crate) fn revoke(&mut self, id: &str, what: &str, lot: Option<usize>) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        let Some(lot) = lot.and_then(|lot| self.lots.get_mut(lot)) else {
            return Err("unknown grant");
        };
        let free = lot.count(|coin| coin == Place::Free);
        for coin in lot.coins.iter_mut().filter(|coin| **coin == Place::Free) {
            *coin = Place::Gone;
        }
        self.did(id, what);
        said(format!("adjusted {}", -free))
    }

    /// Coins of a pool that a member has on hold or has spent in this period.
    fn used(&self, member: &str, pool: &str) -> i64 {
        let counts = |hold: usize| {
            let hold = &self.holds[hold];
            hold.member.as_deref() == Some(member)
                && self.usage_since.is_none_or(|since| hold.created >= since)
        };
        self.lots
            .iter()
            .filter(|lot| lot.pool == pool)
            .map(|lot| {
                lot.count(|coin| match coin {
                    Place::Held(hold) | Place::Spent(hold) => counts(hold),
                    _ => false,
                })
            })
            .sum()
    }

    #[allow(clippy::too_many_arguments)]
    pub(crate) fn hold(
        &mut self,
        id: &str,
        what: &str,
        action: &str,
        pools: &[String],
        amount: i64,
        member: Option<&str>,
        expires: i64,
        now: i64,
    ) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        if amount <= 0 {
            return Err("not positive");
        }
        if expires <= now {
            return Err("ends before start");
        }
        let (mut coins, mut available) = (vec![], 0);
        for pool in pools {
            let cap = member.and_then(|m| self.members.get(m)?.caps.get(pool).copied());
            let mut room = cap.map_or(i64::MAX, |cap| {
                (cap - self.used(member.unwrap(), pool)).max(0)
            });
            for lot in self.in_order() {
                let l = &self.lots[lot];
                let pays = l.pool == *pool
                    && l.effective <= now
                    && !l.over(now)
                    && (l.owner.is_none() || l.owner.as_deref() == member)
                    && (l.actions.is_empty() || l.actions.iter().any(|a| a == action));
                if !pays {
                    continue;
                }
                for coin in (0..l.coins.len()).filter(|coin| l.coins[*coin] == Place::Free) {
                    available += 1;
                    if room > 0 {
                        room -= 1;
                        coins.push((lot, coin));
                    }
                }
            }
        }
        if available < amount {
            return said(format!("insufficient {available} of {amount}"));
        }
        if (coins.len() as i64) < amount {
            return said(format!("cap {} of {amount}", coins.len()));
        }
        coins.truncate(usize::try_from(amount).unwrap());
        let hold = self.holds.len();
        for (lot, coin) in &coins {
            self.lots[*lot].coins[*coin] = Place::Held(hold);
        }
        self.holds.push(Hold {
            id: id.to_owned(),
            member: member.map(str::to_owned),
            created: now,
            expires,
            end: End::Open,
            coins,
            charged: vec![],
            refunded: 0,
        });
        if let Some(member) = member {
            self.members.entry(member.to_owned()).or_default();
        }
        self.did(id, what);
        said("held")
    }

    /// All coins of a hold but the first `keep` are free again.
    fn put_back(&mut self, hold: usize, keep: usize) {
        for (lot, coin) in self.holds[hold].coins.clone().into_iter().skip(keep) {
            self.lots[lot].coins[coin] = Place::Free;
        }
    }

    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.holds.iter().position(|hold| hold.id == id)
    }

    /// Settles with an amount, or releases.
    pub(crate) fn resolve(&mut self, id: &str, settle: bool, amount: i64, now: i64) -> Said {
        let Some(hold) = self.find(id) else {
            return Err("unknown hold");
        };
        match self.holds[hold].end {
            End::Open => {}
            End::Settled => return said("already settled"),
            End::Released => return said("already released"),
            End::Expired => return said("already expired"),
        }
        let most = if settle {
            self.holds[hold].coins.len() as i64
        } else {
            0
        };
        if amount < 0 {
            return Err("negative charge");
        }
        if amount > most {
            return Err("charge above hold");
        }
        let charged = usize::try_from(amount).unwrap();
        self.put_back(hold, charged);
        for (lot, coin) in self.holds[hold].coins.clone().into_iter().take(charged) {
            self.lots[lot].coins[coin] = Place::Spent(hold);
            self.holds[hold].charged.push((lot, coin));
        }
        self.holds[hold].end = if settle { End::Settled } else { End::Released };
        self.sweep(now);
        said("resolved")
    }

    pub(crate) fn refund(
        &mut self,
        id: &str,
        what: &str,
        hold: &str,
        amount: Option<i64>,
        expires: Option<i64>,
        now: i64,
    ) -> Said {
        if let Some(said) = self.seen(id, what) {
            return said;
        }
        let Some(hold) = self.find(hold) else {
            return Err("unknown hold");
        };
        if amount.is_some_and(|amount| amount <= 0) {
            return Err("not positive");
        }
        let left = self.holds[hold].charged.len() as i64;
        if left == 0 {
            return said(format!("nothing left after {}", self.holds[hold].refunded));
        }
        let amount = amount.unwrap_or(left);
        if amount > left {
            return Err("refund above charge");
        }
        let mut back: Vec<(usize, i64)> = vec![];
        for _ in 0..amount {
            let (lot, coin) = self.holds[hold].charged.pop().unwrap();
            if !self.lots[lot].over(now) {
                self.lots[lot].coins[coin] = Place::Free;
                continue;
            }
            self.lots[lot].coins[coin] = Place::Gone;
            match back.iter_mut().find(|(other, _)| *other == lot) {
                Some((_, count)) => *count += 1,
                None => back.push((lot, 1)),
            }
        }
        for (lot, count) in back {
            let l = self.lots[lot].clone();
            let new = NewLot {
                expires: expires.filter(|end| *end > now),
                owner: l.owner,
                actions: l.actions,
                paid: l.paid,
                ..NewLot::of("refund", &l.pool, count)
            };
            self.add(new, now);
        }
        self.holds[hold].refunded += amount;
        self.did(id, what);
        said(format!("refunded {amount}"))
    }
}

fn names(actions: &[lode_ledger::Action]) -> Vec<String> {
    actions.iter().map(ToString::to_string).collect()
}

/// What a plan grants of the same kind as an allotment.
fn granted_by(terms: &PlanTerms, like: &Allotment) -> i64 {
    terms
        .allotments
        .iter()
        .filter(|a| a.pool == like.pool && a.scope == like.scope && a.actions == like.actions)
        .map(|a| a.amount)
        .sum()
}

// --- a calendar that counts days one by one --------------------------------------------

fn days_in(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// The day (UTC) of a moment after 1970.
pub(crate) fn date(at: i64) -> (i64, i64, i64) {
    let mut days = at / DAY;
    let (mut year, mut month) = (1970, 1);
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        (year, month) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
    }
    (year, month, days + 1)
}

fn midnight((year, month, day): (i64, i64, i64)) -> i64 {
    let mut days = day - 1;
    for y in 1970..year {
        days += (1..=12).map(|m| days_in(y, m)).sum::<i64>();
    }
    days += (1..month).map(|m| days_in(year, m)).sum::<i64>();
    days * DAY
}

/// When a plan's period ends.
fn end(plan: &Plan) -> Option<i64> {
    match plan.terms.period {
        Period::Once { days } => days.map(|days| plan.started + i64::from(days) * DAY),
        Period::Months(step) => {
            let (year, month, day) = plan.anchor;
            let months = (year * 12 + month - 1) + (plan.period + 1) * i64::from(step);
            let (year, month) = (months / 12, months % 12 + 1);
            Some(midnight((year, month, day.min(days_in(year, month)))))
        }
    }
}
