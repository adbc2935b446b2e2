//! Policies: what credits cost, what plans grant and who may do what, as data.
//!
//! A policy is one TOML file; `policies/policy.schema.json` describes it for editors. The
//! presets lie beside the schema. [`Policy::parse`] names file, key and line of every
//! mistake. The price of an action is [`Policy::price`]; what a plan grants is
//! [`Policy::plan_terms`].

mod parse;
mod presets;
mod price;
mod reader;
pub mod vocabulary;

use std::collections::BTreeMap;

use crate::account::Cancellation;
use crate::id::{Action, Outcome, PlanId, Pool};
use crate::subscription::{Allotment, Period, PlanTerms, Scope};
use crate::{MilliCredits, UnixMillis};

pub use presets::PRESETS;
pub use price::{NotPriced, credits_text};
pub use reader::{CREDITS_MAX, PolicyError, Problem};

/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1000;

/// Rules of one operator's offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Short name (`lode`).
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Version of the price list; stands on every entry that it priced. Any change of the
    /// file needs a new one.
    pub version: String,
    /// The plan of a new account.
    pub default_plan: PlanId,
    /// From which day an account's periods are counted.
    pub anchor: Anchor,
    /// Kinds of credit.
    pub pools: BTreeMap<Pool, PoolNames>,
    /// Plans.
    pub plans: BTreeMap<PlanId, Plan>,
    /// The rate card.
    pub actions: BTreeMap<Action, ActionPrices>,
    /// For how long the same thing is not charged again.
    pub repeat: RepeatWindow,
    /// What happens to an action that there is no credit for.
    pub exhausted: Exhausted,
    /// Hours after which a hold gives up by itself.
    pub hold_hours: i64,
    /// How a plan ends.
    pub cancellation: CancellationRule,
    /// Days after which purchased credit ends; `None`: never.
    pub purchased_expires_after_days: Option<i64>,
    /// Days within which a charged address that turns out wrong is given back; 0: never.
    pub refund_days: i64,
    /// Unlocking premium data with each capture.
    pub auto_unlock: crate::unlock::AutoUnlockRule,
    /// Whether the team shares one pool, or members have amounts of their own.
    pub allocation: AllocationRule,
    /// Who may do what.
    pub permissions: BTreeMap<Permission, Vec<Role>>,
}

/// From which day periods are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// From the day on which the plan began.
    Anniversary,
    /// From the first of the month.
    CalendarMonth,
}

/// How a pool's credit is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolNames {
    /// One of it ("premium credit").
    pub one: String,
    /// Several ("premium credits").
    pub many: String,
}

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Name for people.
    pub title: String,
    /// Whether it costs money.
    pub paid: bool,
    /// How long its allotments last.
    pub period: Period,
    /// What it grants in each.
    pub allotments: Vec<Allotment>,
    /// The plan that follows when a plan that is given once ends.
    pub then: Option<PlanId>,
    /// Whether a leaving member's credit ends at once rather than with the period.
    pub leaver_loses_at_once: bool,
    /// Most rows that one search shows; `None`: no limit.
    pub search_rows_max: Option<u32>,
    /// Most members; `None`: no limit.
    pub members_max: Option<u32>,
    /// Most leads that may be stored at a time; `None`: no limit.
    pub capacity: Option<u64>,
}

impl Plan {
    /// How many of a search's rows are shown, and whether some are left out.
    #[must_use]
    pub fn search_rows(&self, found: u32) -> (u32, bool) {
        match self.search_rows_max {
            Some(most) if found > most => (most, true),
            _ => (found, false),
        }
    }
}

/// An action's prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionPrices {
    /// The pools that pay, first one first.
    pub pools: Vec<Pool>,
    /// Price of each outcome.
    pub prices: BTreeMap<Outcome, MilliCredits>,
    /// Whether the same thing again, within the repeat window, is free.
    pub repeat_free: bool,
}

/// For how long the same datum of the same person is not charged again to the same team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepeatWindow {
    /// It is charged each time.
    Never,
    /// To the end of the billing period in which it was charged.
    BillingPeriod,
    /// For so many days.
    Days(i64),
    /// For good.
    Forever,
}

impl RepeatWindow {
    /// Whether something that was charged at `charged_at` is free at `now`, in the billing
    /// period that began at `period_started_at`. The window's last moment is outside it.
    #[must_use]
    pub fn covers(
        self,
        charged_at: UnixMillis,
        period_started_at: UnixMillis,
        now: UnixMillis,
    ) -> bool {
        match self {
            Self::Never => false,
            Self::BillingPeriod => charged_at >= period_started_at,
            Self::Days(days) => now < charged_at.saturating_add(days.saturating_mul(DAY)),
            Self::Forever => true,
        }
    }
}

/// What happens to an action that there is no credit for. Either way nothing goes on by
/// itself when credit arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exhausted {
    /// It is refused.
    Stop,
    /// It is kept, and taken up again by an explicit click.
    Pause,
}

/// How a plan ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancellationRule {
    /// At once, rather than when the period ends.
    pub at_once: bool,
    /// Whether purchased credit ends with it.
    pub purchased_ends: bool,
    /// The plan that follows.
    pub then: Option<PlanId>,
}

/// How a team may share its plan's credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllocationRule {
    /// One pool for all.
    Pool,
    /// One pool for all, unless the team gives each member an amount.
    PoolOrMember,
}

/// How a team shares its plan's credit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allocation {
    /// One pool for all.
    Pool,
    /// Each member has so much of each pool in a period.
    Member(BTreeMap<Pool, MilliCredits>),
}

/// Something that not everybody in a team may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Invite a member.
    Invite,
    /// Take an invitation back.
    DeleteInvitation,
    /// Change a member's role.
    ChangeRole,
    /// Remove a member.
    DeleteUser,
    /// Buy credit.
    Buy,
    /// Change the plan.
    ChangePlan,
    /// Cancel the plan.
    CancelSubscription,
    /// Change the account's settings: allocation, caps, auto-unlock.
    Settings,
}

impl Permission {
    /// All, with their names in policy files.
    pub const ALL: [(&'static str, Self); 8] = [
        ("invite", Self::Invite),
        ("delete_invitation", Self::DeleteInvitation),
        ("change_role", Self::ChangeRole),
        ("delete_user", Self::DeleteUser),
        ("buy", Self::Buy),
        ("change_plan", Self::ChangePlan),
        ("cancel_subscription", Self::CancelSubscription),
        ("settings", Self::Settings),
    ];
}

/// A member's role in a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Runs the account.
    Admin,
    /// Uses it.
    User,
}

/// A pool that the policy does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no pool {name:?}; there are: {known}")]
pub struct UnknownPool {
    name: String,
    known: String,
}

/// Why a plan's terms cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The policy has no such plan.
    #[error("there is no plan {plan}")]
    UnknownPlan {
        /// The plan.
        plan: PlanId,
    },
    /// The policy lets teams share one pool only.
    #[error("this policy has no amounts by member")]
    NoMemberAmounts,
    /// An amount for a pool that the plan does not grant to the team.
    #[error("the plan grants the team no {pool} credit")]
    UnknownPool {
        /// The pool.
        pool: Pool,
    },
    /// The members' amounts come to more than the plan grants, or to nothing.
    #[error(
        "{seats} members with {amount} milli-credits of {pool} each do not fit the plan's {limit}"
    )]
    AmountDoesNotFit {
        /// The pool.
        pool: Pool,
        /// Each member's amount.
        amount: MilliCredits,
        /// Number of members.
        seats: u32,
        /// What the plan grants.
        limit: MilliCredits,
    },
}

impl Policy {
    /// A preset by name; see [`PRESETS`].
    ///
    /// # Errors
    /// [`PolicyError`] where there is no such preset (a preset itself always parses; a
    /// test sees to it).
    pub fn preset(name: &str) -> Result<Self, PolicyError> {
        presets::load(name)
    }

    /// Reads a policy file. `file` is its name, for errors.
    ///
    /// # Errors
    /// [`PolicyError`] with every mistake: file, key and line.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        parse::parse(file, text)
    }

    /// A plan.
    ///
    /// # Errors
    /// [`PlanError::UnknownPlan`].
    pub fn plan(&self, plan: &PlanId) -> Result<&Plan, PlanError> {
        self.plans
            .get(plan)
            .ok_or_else(|| PlanError::UnknownPlan { plan: plan.clone() })
    }

    /// A pool by name: what comes from outside names only pools that the policy has.
    ///
    /// # Errors
    /// [`UnknownPool`].
    pub fn pool(&self, name: &str) -> Result<&Pool, UnknownPool> {
        self.pools
            .keys()
            .find(|pool| pool.as_str() == name)
            .ok_or_else(|| UnknownPool {
                name: name.chars().take(40).collect(),
                known: self
                    .pools
                    .keys()
                    .map(Pool::as_str)
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// A plan's terms, for [`crate::AccountState::subscribe`] and
    /// [`crate::AccountState::change_plan`], with one pool for all.
    ///
    /// # Errors
    /// [`PlanError::UnknownPlan`].
    pub fn plan_terms(&self, plan: &PlanId) -> Result<PlanTerms, PlanError> {
        self.terms(plan, self.plans.len())
    }

    fn terms(&self, id: &PlanId, depth: usize) -> Result<PlanTerms, PlanError> {
        let plan = self.plan(id)?;
        let then = match &plan.then {
            // The parser refuses cycles; the depth is a second fence.
            Some(then) if depth > 0 => Some(Box::new(self.terms(then, depth.saturating_sub(1))?)),
            _ => None,
        };
        Ok(PlanTerms {
            plan: id.clone(),
            price_version: self.version.clone(),
            period: plan.period,
            allotments: plan.allotments.clone(),
            leaver_loses_at_once: plan.leaver_loses_at_once,
            then,
        })
    }

    /// The same with the team's own allocation among `seats` members.
    ///
    /// # Errors
    /// [`PlanError`] where the policy or the plan does not allow it.
    pub fn allocated_terms(
        &self,
        plan: &PlanId,
        allocation: &Allocation,
        seats: u32,
    ) -> Result<PlanTerms, PlanError> {
        let mut terms = self.plan_terms(plan)?;
        let Allocation::Member(amounts) = allocation else {
            return Ok(terms);
        };
        if self.allocation != AllocationRule::PoolOrMember {
            return Err(PlanError::NoMemberAmounts);
        }
        for (pool, amount) in amounts {
            let Some(allotment) = terms
                .allotments
                .iter_mut()
                .find(|a| a.pool == *pool && a.scope == Scope::Account)
            else {
                return Err(PlanError::UnknownPool { pool: pool.clone() });
            };
            let fits = *amount > 0
                && amount
                    .checked_mul(i64::from(seats))
                    .is_some_and(|sum| sum <= allotment.amount);
            if !fits {
                return Err(PlanError::AmountDoesNotFit {
                    pool: pool.clone(),
                    amount: *amount,
                    seats,
                    limit: allotment.amount,
                });
            }
            allotment.scope = Scope::Member;
            allotment.amount = *amount;
        }
        Ok(terms)
    }

    /// What cancelling does, for [`crate::AccountState::cancel`].
    ///
    /// # Errors
    /// [`PlanError::UnknownPlan`].
    pub fn cancellation_terms(&self) -> Result<Cancellation, PlanError> {
        let rule = &self.cancellation;
        Ok(Cancellation {
            at_once: rule.at_once,
            purchased_ends: rule.purchased_ends,
            then: rule
                .then
                .as_ref()
                .map(|plan| self.plan_terms(plan))
                .transpose()?,
        })
    }

    /// The day from which periods of a plan that begins now are counted, for
    /// [`crate::AccountState::subscribe`].
    ///
    /// # Errors
    /// [`crate::LedgerError::BadTime`].
    pub fn anchor_day(
        &self,
        now: UnixMillis,
    ) -> Result<Option<jiff::civil::Date>, crate::LedgerError> {
        match self.anchor {
            Anchor::Anniversary => Ok(None),
            Anchor::CalendarMonth => {
                Ok(Some(crate::subscription::civil_date(now)?.first_of_month()))
            }
        }
    }

    /// Whether a role may do something.
    #[must_use]
    pub fn allows(&self, role: Role, permission: Permission) -> bool {
        self.permissions
            .get(&permission)
            .is_some_and(|roles| roles.contains(&role))
    }

    /// When credit that is purchased now ends.
    #[must_use]
    pub fn purchase_expires_at(&self, now: UnixMillis) -> Option<UnixMillis> {
        self.purchased_expires_after_days
            .map(|days| now.saturating_add(days.saturating_mul(DAY)))
    }

    /// Whether a charge is given back by itself where the address turns out wrong at
    /// `now`.
    #[must_use]
    pub fn refunds_automatically(&self, charged_at: UnixMillis, now: UnixMillis) -> bool {
        now < charged_at.saturating_add(self.refund_days.saturating_mul(DAY))
    }
}
