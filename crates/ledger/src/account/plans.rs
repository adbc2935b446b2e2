//! Plans that are taken, changed and given up.

use super::journal::{Journal, Seen};
use super::{AccountState, Applied};
use crate::UnixMillis;
use crate::error::LedgerError;
use crate::grant::GrantKind;
use crate::id::OperationId;
use crate::subscription::{NextPlan, Period, PlanTerms, Subscription};

/// When a change of plan takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlanChange {
    /// It took effect: an upgrade, whose difference was granted.
    Now,
    /// It takes effect when the period ends.
    NextPeriod,
}

/// The answer to a change of plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planned {
    /// It is done, or will be.
    Done(PlanChange),
    /// It was done before under this id. Nothing was changed.
    Repeated,
}

/// How a plan ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// At once, or when the period ends.
    pub at_once: bool,
    /// Whether purchased credit ends with it.
    pub purchased_ends: bool,
    /// The plan that follows; `None`: none.
    pub then: Option<PlanTerms>,
}

impl AccountState {
    /// Puts an account without a plan on one, and grants the first period's credit.
    /// `anchor` is the day from which periods are counted; `None`: today.
    ///
    /// # Errors
    /// [`LedgerError::Plan`] if there is a plan already; [`LedgerError`] for bad terms.
    pub fn subscribe(
        &mut self,
        operation: &OperationId,
        terms: &PlanTerms,
        anchor: Option<jiff::civil::Date>,
        now: UnixMillis,
    ) -> Result<Applied<Planned>, LedgerError> {
        self.run(now, |journal| journal.subscribe(operation, terms, anchor))
    }

    /// Changes the plan. Where no allotment shrinks it is an upgrade: the difference is
    /// granted at once, to the end of the period under way. Anything else takes effect
    /// when the period ends. It also takes back an earlier downgrade or cancellation.
    ///
    /// # Errors
    /// [`LedgerError::Plan`] if there is no plan; [`LedgerError`] for bad terms.
    pub fn change_plan(
        &mut self,
        operation: &OperationId,
        terms: &PlanTerms,
        now: UnixMillis,
    ) -> Result<Applied<Planned>, LedgerError> {
        self.run(now, |journal| journal.change_plan(operation, terms))
    }

    /// Ends the plan as the policy says.
    ///
    /// # Errors
    /// [`LedgerError::Plan`] if there is no plan; [`LedgerError`] for bad terms.
    pub fn cancel(
        &mut self,
        operation: &OperationId,
        cancellation: &Cancellation,
        now: UnixMillis,
    ) -> Result<Applied<Planned>, LedgerError> {
        self.run(now, |journal| journal.cancel(operation, cancellation))
    }
}

impl Journal {
    fn subscribe(
        &mut self,
        operation: &OperationId,
        terms: &PlanTerms,
        anchor: Option<jiff::civil::Date>,
    ) -> Result<Planned, LedgerError> {
        let what = format!("subscription to {}", terms.plan);
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Planned::Repeated);
        }
        if self.state.header.subscription.is_some() {
            return Err(LedgerError::Plan(
                "the account has a plan already; change it instead",
            ));
        }
        terms.check()?;
        self.check_once(terms)?;
        let first = self.next_sequence();
        let subscription = Subscription::start(terms.clone(), anchor, self.now)?;
        self.begin_plan(&subscription);
        self.grant_allotments(operation, &subscription, terms, None, "subscribe", self.now)?;
        self.happened(self.now);
        self.record(operation, what, first);
        Ok(Planned::Done(PlanChange::Now))
    }

    fn change_plan(
        &mut self,
        operation: &OperationId,
        terms: &PlanTerms,
    ) -> Result<Planned, LedgerError> {
        let what = format!(
            "change of plan to {} of {}",
            terms.plan, terms.price_version
        );
        if let Seen::Repeated = self.seen(operation, &what)? {
            return Ok(Planned::Repeated);
        }
        terms.check()?;
        let Some(mut subscription) = self.state.header.subscription.clone() else {
            return Err(LedgerError::Plan(
                "the account has no plan; subscribe instead",
            ));
        };
        if terms.plan != subscription.terms.plan {
            self.check_once(terms)?;
        }
        let first = self.next_sequence();
        let old = subscription.terms.clone();
        let from_once = matches!(old.period, Period::Once { .. });
        let change = if from_once && terms.period != old.period {
            // From a trial to a plan: the count of periods begins today. The trial's
            // credit keeps its own end.
            subscription = Subscription::start(terms.clone(), None, self.now)?;
            self.begin_plan(&subscription);
            self.grant_allotments(operation, &subscription, terms, None, "subscribe", self.now)?;
            PlanChange::Now
        } else if terms.period == old.period && terms.covers(&old) {
            subscription.terms = terms.clone();
            subscription.next = None;
            self.state.header.subscription = Some(subscription.clone());
            self.grant_allotments(
                operation,
                &subscription,
                terms,
                Some(&old),
                "upgrade",
                self.now,
            )?;
            PlanChange::Now
        } else {
            subscription.next = Some(NextPlan {
                terms: Some(terms.clone()),
                purchased_ends: false,
            });
            self.state.header.subscription = Some(subscription);
            PlanChange::NextPeriod
        };
        self.happened(self.now);
        self.record(operation, what, first);
        Ok(Planned::Done(change))
    }

    fn cancel(
        &mut self,
        operation: &OperationId,
        cancellation: &Cancellation,
    ) -> Result<Planned, LedgerError> {
        if let Seen::Repeated = self.seen(operation, "cancellation")? {
            return Ok(Planned::Repeated);
        }
        if let Some(terms) = &cancellation.then {
            terms.check()?;
            self.check_once(terms)?;
        }
        let Some(mut subscription) = self.state.header.subscription.clone() else {
            return Err(LedgerError::Plan("the account has no plan to cancel"));
        };
        let first = self.next_sequence();
        let change = if cancellation.at_once || subscription.ends_at.is_none() {
            let plan: Vec<_> = self
                .state
                .grants
                .values()
                .filter(|grant| {
                    matches!(grant.kind, GrantKind::Plan | GrantKind::Trial) && grant.available > 0
                })
                .map(|grant| (grant.id, grant.available))
                .collect();
            for (grant, left) in plan {
                self.withdraw(operation, grant, left, "cancelled")?;
            }
            if cancellation.purchased_ends {
                self.end_purchased(operation, self.now)?;
            }
            self.state.header.subscription = None;
            if let Some(terms) = &cancellation.then {
                let next = Subscription::start(terms.clone(), None, self.now)?;
                self.begin_plan(&next);
                self.grant_allotments(operation, &next, terms, None, "subscribe", self.now)?;
            }
            PlanChange::Now
        } else {
            subscription.next = Some(NextPlan {
                terms: cancellation.then.clone(),
                purchased_ends: cancellation.purchased_ends,
            });
            self.state.header.subscription = Some(subscription);
            PlanChange::NextPeriod
        };
        self.happened(self.now);
        self.record(operation, "cancellation".to_owned(), first);
        Ok(Planned::Done(change))
    }

    /// A plan that is given once is given once to an account, whatever plans it had since.
    fn check_once(&self, terms: &PlanTerms) -> Result<(), LedgerError> {
        if self.had_once(terms) {
            return Err(LedgerError::Plan(
                "the account had this plan before, and it is given once",
            ));
        }
        Ok(())
    }

    /// Whether the account had a plan that is given once.
    pub(super) fn had_once(&self, terms: &PlanTerms) -> bool {
        matches!(terms.period, Period::Once { .. })
            && self.state.header.had_once.contains(&terms.plan)
    }

    /// Notes that a plan that is given once is given.
    pub(super) fn take_once(&mut self, terms: &PlanTerms) {
        if matches!(terms.period, Period::Once { .. }) {
            self.state.header.had_once.insert(terms.plan.clone());
        }
    }

    /// Puts the account on a plan whose periods are counted anew.
    fn begin_plan(&mut self, subscription: &Subscription) {
        self.take_once(&subscription.terms);
        self.state.header.subscription = Some(subscription.clone());
        for member in self.state.header.members.values_mut() {
            member.granted.clear();
        }
    }
}
