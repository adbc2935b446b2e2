//! What time alone brings: holds whose time runs out, periods that end, grants that end.

use super::journal::{Journal, Reason};
use super::spending::Resolution;
use crate::entry::EntryKind;
use crate::error::LedgerError;
use crate::grant::{Grant, GrantKind, NewGrant, Owner};
use crate::id::{GrantId, MemberId, OperationId};
use crate::subscription::{Allotment, Period, PlanTerms, Rollover, Scope, Subscription};
use crate::{MilliCredits, UnixMillis};

/// Most periods that one command closes: a century of months. A clock that is further
/// ahead is wrong, and must not fill the journal.
const PERIODS_MAX: u32 = 1200;

/// Something that time alone brings, in the order in which it is done at one moment: the
/// period is closed before its grants end, so that what rolls over is still there.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Hold(OperationId),
    Period,
    Grant(GrantId),
}

impl Journal {
    /// Carries out everything that was due by now, each thing as of its own time, so that
    /// looking often and looking once come to the same.
    pub(super) fn advance(&mut self) -> Result<(), LedgerError> {
        let mut closed = 0_u32;
        let mut last = None;
        while let Some(next) = self.next_event() {
            if last.as_ref() == Some(&next) {
                // Rows that contradict themselves must not make a server spin.
                return Err(LedgerError::Inconsistent(format!(
                    "what is due at {} stays due",
                    next.0
                )));
            }
            last = Some(next.clone());
            let (due, event) = next;
            let at = due.max(self.state.header.last_at);
            match event {
                Event::Hold(operation) => {
                    self.resolve(&operation, &Resolution::Expire(at))?;
                    self.happened(at);
                }
                Event::Period => {
                    closed = closed.saturating_add(1);
                    if closed > PERIODS_MAX {
                        return Err(LedgerError::BadTime { at: self.now });
                    }
                    self.close_period(at)?;
                }
                Event::Grant(grant) => self.expire_if_due(grant, at)?,
            }
        }
        Ok(())
    }

    fn next_event(&self) -> Option<(UnixMillis, Event)> {
        let holds = self
            .state
            .holds
            .values()
            .filter(|hold| hold.is_open())
            .map(|hold| (hold.expires_at, Event::Hold(hold.operation.clone())));
        let period = self
            .state
            .header
            .subscription
            .iter()
            .filter_map(|subscription| Some((subscription.ends_at?, Event::Period)));
        let grants = self
            .state
            .grants
            .values()
            .filter(|grant| grant.available > 0)
            .filter_map(|grant| Some((grant.expires_at?, Event::Grant(grant.id))));
        holds
            .chain(period)
            .chain(grants)
            .filter(|(due, _)| *due <= self.now)
            .min()
    }

    /// Ends the period: what is left is carried as the old terms say or ends, and the
    /// next terms' credit is granted.
    fn close_period(&mut self, at: UnixMillis) -> Result<(), LedgerError> {
        let Some(old) = self.state.header.subscription.take() else {
            return Ok(());
        };
        let ended = old.ends_at.unwrap_or(at);
        let operation = OperationId::system(format_args!("period:{ended}"));
        let (terms, purchased_ends) = match &old.next {
            Some(next) => (next.terms.clone(), next.purchased_ends),
            // A plan that is given once is not given again.
            None if matches!(old.terms.period, Period::Once { .. }) => {
                (old.terms.then.as_deref().cloned(), false)
            }
            None => (Some(old.terms.clone()), false),
        };
        // The same plan goes on; another one that is given once must be new to the account.
        let terms = terms.filter(|terms| terms.plan == old.terms.plan || !self.had_once(terms));
        let next = terms.map(|terms| old.advanced(terms)).transpose()?;

        let carried = match &next {
            Some(_) => self.carry_out(&old, &operation, at)?,
            None => Vec::new(),
        };
        let due: Vec<GrantId> = self
            .state
            .grants
            .values()
            .filter(|grant| grant.available > 0 && grant.has_expired(ended))
            .map(|grant| grant.id)
            .collect();
        for grant in due {
            self.expire_if_due(grant, at)?;
        }
        if purchased_ends {
            self.end_purchased(&operation, at)?;
        }
        self.state.header.usage_since = at;
        for member in self.state.header.members.values_mut() {
            member.used.clear();
            member.granted.clear();
        }
        if let Some(next) = next {
            let ends_at = next.ends_at;
            self.take_once(&next.terms);
            self.state.header.subscription = Some(next.clone());
            self.grant_allotments(&operation, &next, &next.terms, None, "period_start", at)?;
            for (template, amount, from) in carried {
                let new = NewGrant {
                    effective_at: None,
                    expires_at: ends_at,
                    amount,
                    priority: Some(template.priority),
                    actions: template.actions.clone(),
                    owner: template.owner.clone(),
                    seat: template.seat.clone(),
                    ..NewGrant::new(template.kind, template.pool.clone(), amount)
                };
                let reason = self.period_reason(&operation, &next.terms, "carried", Some(from), at);
                self.open_grant(&new, EntryKind::CarryIn, template.paid, &reason)?;
            }
        }
        self.happened(at);
        Ok(())
    }

    fn period_reason<'a>(
        &self,
        operation: &'a OperationId,
        terms: &'a PlanTerms,
        rule: &'a str,
        corrects: Option<i64>,
        at: UnixMillis,
    ) -> Reason<'a> {
        Reason {
            operation,
            hold: None,
            member: None,
            rule,
            price_version: &terms.price_version,
            corrects,
            at,
        }
    }

    /// Takes what rolls over out of the ending period's grants. Gives back for each a
    /// model of the new grant, the amount and the entry that took it out.
    fn carry_out(
        &mut self,
        old: &Subscription,
        operation: &OperationId,
        at: UnixMillis,
    ) -> Result<Vec<(Grant, MilliCredits, i64)>, LedgerError> {
        let mut carried = Vec::new();
        for allotment in &old.terms.allotments {
            let limit = match allotment.rollover {
                Rollover::None => continue,
                Rollover::UpTo(limit) => limit,
                Rollover::All => MilliCredits::MAX,
            };
            for (owner, seat) in self.recipients(allotment.scope) {
                let mut room = limit;
                let mut grants: Vec<Grant> = self
                    .state
                    .grants
                    .values()
                    .filter(|grant| {
                        grant.kind == GrantKind::Plan
                            && grant.available > 0
                            && grant.expires_at == old.ends_at
                            && grant.pool == allotment.pool
                            && grant.actions == allotment.actions
                            && grant.owner == owner
                            && grant.seat == seat
                    })
                    .cloned()
                    .collect();
                grants.sort_unstable_by_key(Grant::burn_order);
                for grant in grants {
                    let amount = grant.available.min(room);
                    if amount > 0 {
                        room = room.saturating_sub(amount);
                        let reason = self.period_reason(
                            operation,
                            &old.terms,
                            "carried",
                            Some(grant.id.0),
                            at,
                        );
                        let entry = self.post(EntryKind::CarryOut, grant.id, amount, &reason)?;
                        carried.push((grant, amount, entry));
                    }
                }
            }
        }
        Ok(carried)
    }

    /// Who gets an allotment of a scope now.
    pub(super) fn recipients(&self, scope: Scope) -> Vec<(Owner, Option<MemberId>)> {
        let seats = self
            .state
            .header
            .members
            .iter()
            .filter(|(_, member)| member.seat_since.is_some())
            .map(|(id, _)| id.clone());
        match scope {
            Scope::Account => vec![(Owner::Account, None)],
            Scope::Seat => seats.map(|id| (Owner::Account, Some(id))).collect(),
            Scope::Member => seats
                .map(|id| (Owner::Member(id.clone()), Some(id)))
                .collect(),
        }
    }

    /// Grants a period's allotments, or with `above` only what they have above those
    /// terms.
    pub(super) fn grant_allotments(
        &mut self,
        operation: &OperationId,
        subscription: &Subscription,
        terms: &PlanTerms,
        above: Option<&PlanTerms>,
        rule: &str,
        at: UnixMillis,
    ) -> Result<(), LedgerError> {
        for allotment in &terms.allotments {
            let had = above.map_or(0, |old| {
                old.limit(&allotment.pool, allotment.scope, &allotment.actions)
            });
            let amount = allotment.amount.saturating_sub(had);
            if amount > 0 {
                for (owner, seat) in self.recipients(allotment.scope) {
                    self.grant_allotment(
                        operation,
                        subscription,
                        allotment,
                        amount,
                        owner,
                        seat,
                        rule,
                        at,
                    )?;
                }
            }
        }
        Ok(())
    }

    /// Grants one allotment to one recipient, to the end of the period.
    #[allow(clippy::too_many_arguments)] // one call's facts, used in two places
    pub(super) fn grant_allotment(
        &mut self,
        operation: &OperationId,
        subscription: &Subscription,
        allotment: &Allotment,
        amount: MilliCredits,
        owner: Owner,
        seat: Option<MemberId>,
        rule: &str,
        at: UnixMillis,
    ) -> Result<(), LedgerError> {
        let kind = match subscription.terms.period {
            Period::Months(_) => GrantKind::Plan,
            Period::Once { .. } => GrantKind::Trial,
        };
        if let Some(seat) = &seat
            && let Some(member) = self.state.header.members.get_mut(seat)
        {
            let granted = member.granted.entry(allotment.pool.clone()).or_insert(0);
            *granted = granted.saturating_add(amount);
        }
        let new = NewGrant {
            expires_at: subscription.ends_at,
            actions: allotment.actions.clone(),
            owner,
            seat,
            // What pays for few actions only is spent before what pays for all.
            priority: (!allotment.actions.is_empty()).then_some(40),
            ..NewGrant::new(kind, allotment.pool.clone(), amount)
        };
        let reason = self.period_reason(operation, &subscription.terms, rule, None, at);
        self.open_grant(&new, EntryKind::Grant, false, &reason)?;
        Ok(())
    }

    /// Takes back what is left of purchased credit.
    pub(super) fn end_purchased(
        &mut self,
        operation: &OperationId,
        at: UnixMillis,
    ) -> Result<(), LedgerError> {
        let purchased: Vec<_> = self
            .state
            .grants
            .values()
            .filter(|grant| grant.paid && grant.available > 0)
            .map(|grant| (grant.id, grant.available))
            .collect();
        for (grant, left) in purchased {
            let price_version = self.price_version();
            let reason = Reason {
                operation,
                hold: None,
                member: None,
                rule: "cancelled",
                price_version: &price_version,
                corrects: Some(grant.0),
                at,
            };
            self.post(EntryKind::Withdraw, grant, left, &reason)?;
        }
        Ok(())
    }
}
