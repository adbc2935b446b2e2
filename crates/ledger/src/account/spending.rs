//! Holds and what becomes of them: hold, then settle, release or expire, once.

use super::journal::{Journal, Reason, Seen};
use super::{AccountState, Applied};
use crate::entry::EntryKind;
use crate::error::LedgerError;
use crate::hold::{Hold, HoldState, NewHold, PriceDecision, Share};
use crate::id::{Action, GrantId, MemberId, OperationId, Pool};
use crate::{MilliCredits, UnixMillis};

/// The answer to a hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Held {
    /// The credit is set aside.
    Held(Hold),
    /// The operation has its hold already; this is how it stands. Nothing was changed.
    Repeated(Hold),
    /// There is too little credit. Nothing was set aside, and the id may be used again.
    Insufficient {
        /// What the hold needs.
        needed: MilliCredits,
        /// What the member could spend on this action.
        available: MilliCredits,
    },
    /// The credit is there, but the member's cap for the period leaves too little.
    CapReached {
        /// What the hold needs.
        needed: MilliCredits,
        /// What the cap leaves of the available credit.
        allowed: MilliCredits,
    },
}

/// The answer to a settlement or a release: whoever comes first resolves the hold, and
/// everybody is told how it was resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// This call resolved the hold.
    Done(Hold),
    /// It was settled before. Nothing was changed.
    AlreadySettled(Hold),
    /// It was released before. Nothing was changed.
    AlreadyReleased(Hold),
    /// Its time had run out. Nothing was charged.
    AlreadyExpired(Hold),
}

impl Resolved {
    /// The hold as it stands.
    #[must_use]
    pub fn hold(&self) -> &Hold {
        match self {
            Self::Done(hold)
            | Self::AlreadySettled(hold)
            | Self::AlreadyReleased(hold)
            | Self::AlreadyExpired(hold) => hold,
        }
    }
}

impl AccountState {
    /// The most that a hold for `action` could set aside at `now`: what is there for it in
    /// these pools, as far as the member's caps allow. What there is to say before a
    /// click. The state stays as it is.
    ///
    /// # Errors
    /// [`LedgerError`] as for [`AccountState::advance`].
    pub fn spendable(
        &self,
        action: &Action,
        pools: &[Pool],
        member: Option<&MemberId>,
        now: UnixMillis,
    ) -> Result<MilliCredits, LedgerError> {
        let mut journal = Journal::begin(self.clone(), now)?;
        journal.advance()?;
        let wish = NewHold {
            action: action.clone(),
            pools: pools.to_vec(),
            amount: MilliCredits::MAX,
            member: member.cloned(),
            expires_at: UnixMillis::MAX,
            rule: String::new(),
            price_version: String::new(),
        };
        let (_, _, allowed) = journal.choose(&wish);
        Ok(allowed)
    }

    /// Sets credit aside for an action. What is set aside is unavailable at once.
    ///
    /// # Errors
    /// [`LedgerError`] where the command makes no sense; too little credit is an outcome.
    pub fn hold(
        &mut self,
        operation: &OperationId,
        new: &NewHold,
        now: UnixMillis,
    ) -> Result<Applied<Held>, LedgerError> {
        self.run(now, |journal| journal.hold(operation, new))
    }

    /// Charges a hold with what the action came to cost, 0 to the amount held; the rest
    /// goes back.
    ///
    /// # Errors
    /// [`LedgerError::UnknownHold`], [`LedgerError::NegativeCharge`],
    /// [`LedgerError::ChargeAboveHold`].
    pub fn settle(
        &mut self,
        operation: &OperationId,
        price: &PriceDecision,
        now: UnixMillis,
    ) -> Result<Applied<Resolved>, LedgerError> {
        self.run(now, |journal| {
            journal.resolve(operation, &Resolution::Settle(price))
        })
    }

    /// Gives a hold up: nothing is charged. `price` says why; its amount must be 0.
    ///
    /// # Errors
    /// [`LedgerError::UnknownHold`], [`LedgerError::ChargeAboveHold`].
    pub fn release(
        &mut self,
        operation: &OperationId,
        price: &PriceDecision,
        now: UnixMillis,
    ) -> Result<Applied<Resolved>, LedgerError> {
        self.run(now, |journal| {
            journal.resolve(operation, &Resolution::Release(price))
        })
    }
}

pub(super) enum Resolution<'a> {
    Settle(&'a PriceDecision),
    Release(&'a PriceDecision),
    Expire(UnixMillis),
}

impl Journal {
    fn hold(&mut self, operation: &OperationId, new: &NewHold) -> Result<Held, LedgerError> {
        // Whether it is a repeat comes before everything else: a repeat on a short balance
        // is a repeat. The amount is not part of what is compared; a price may have
        // changed between two tries of one click.
        let what = match &new.member {
            Some(member) => format!("hold for {} by {member}", new.action),
            None => format!("hold for {}", new.action),
        };
        if let Seen::Repeated = self.seen(operation, &what)? {
            let hold = self.state.holds.get(operation).cloned();
            return hold
                .map(Held::Repeated)
                .ok_or_else(|| LedgerError::UnknownHold {
                    operation: operation.clone(),
                });
        }
        if new.amount <= 0 {
            return Err(LedgerError::NotPositive {
                what: "the hold",
                amount: new.amount,
            });
        }
        if new.pools.is_empty() {
            return Err(LedgerError::NoPool);
        }
        if new.expires_at <= self.now {
            return Err(LedgerError::EndsBeforeStart {
                what: "the hold",
                starts_at: self.now,
                ends_at: new.expires_at,
            });
        }
        let (shares, available, allowed) = self.choose(new);
        if available < new.amount {
            return Ok(Held::Insufficient {
                needed: new.amount,
                available,
            });
        }
        if allowed < new.amount {
            return Ok(Held::CapReached {
                needed: new.amount,
                allowed,
            });
        }
        let first = self.next_sequence();
        let mut hold = Hold {
            operation: operation.clone(),
            action: new.action.clone(),
            member: new.member.clone(),
            amount: new.amount,
            shares: Vec::with_capacity(shares.len()),
            rule: new.rule.clone(),
            price_version: new.price_version.clone(),
            created_at: self.now,
            expires_at: new.expires_at,
            state: HoldState::Open,
        };
        for (grant, amount) in shares {
            let reason = Reason {
                operation,
                hold: Some(operation),
                member: new.member.as_ref(),
                rule: &new.rule,
                price_version: &new.price_version,
                corrects: None,
                at: self.now,
            };
            let hold_entry = self.post(EntryKind::Hold, grant, amount, &reason)?;
            let row = self
                .state
                .grants
                .get(&grant)
                .ok_or(LedgerError::UnknownGrant { grant })?;
            let (kind, pool) = (row.kind, row.pool.clone());
            self.use_of(new.member.as_ref(), &pool, amount)?;
            hold.shares.push(Share {
                grant,
                kind,
                pool,
                amount,
                charged: 0,
                refunded: 0,
                hold_entry,
                settle_entry: None,
            });
        }
        self.record(operation, what, first);
        self.state.holds.insert(operation.clone(), hold.clone());
        self.touch_hold(operation);
        Ok(Held::Held(hold))
    }

    /// The grants that pay for a hold, in the order of spending, with what each gives;
    /// what is available in all; and what of that the member's caps allow.
    fn choose(&self, new: &NewHold) -> (Vec<(GrantId, MilliCredits)>, MilliCredits, MilliCredits) {
        let mut shares = Vec::new();
        let mut missing = new.amount;
        let mut available: MilliCredits = 0;
        let mut allowed: MilliCredits = 0;
        for (index, pool) in new.pools.iter().enumerate() {
            if new.pools.iter().take(index).any(|earlier| earlier == pool) {
                continue;
            }
            let mut grants: Vec<_> = self
                .state
                .grants
                .values()
                .filter(|grant| {
                    grant.pool == *pool
                        && grant.available > 0
                        && grant.is_live(self.now)
                        && grant.pays_for(&new.action, new.member.as_ref())
                })
                .collect();
            grants.sort_unstable_by_key(|grant| grant.burn_order());
            let mut room = self.room(new.member.as_ref(), pool);
            for grant in grants {
                available = available.saturating_add(grant.available);
                let usable = grant.available.min(room);
                room = room.saturating_sub(usable);
                allowed = allowed.saturating_add(usable);
                let taken = usable.min(missing);
                if taken > 0 {
                    missing = missing.saturating_sub(taken);
                    shares.push((grant.id, taken));
                }
            }
        }
        (shares, available, allowed)
    }

    /// What a member's cap leaves in a pool for the rest of the period.
    fn room(&self, member: Option<&MemberId>, pool: &Pool) -> MilliCredits {
        let Some(member) = member.and_then(|id| self.state.header.members.get(id)) else {
            return MilliCredits::MAX;
        };
        match member.caps.get(pool) {
            None => MilliCredits::MAX,
            Some(cap) => {
                let used = member.used.get(pool).copied().unwrap_or(0);
                cap.saturating_sub(used).max(0)
            }
        }
    }

    /// Counts a member's use of a pool up or down.
    pub(super) fn use_of(
        &mut self,
        member: Option<&MemberId>,
        pool: &Pool,
        amount: MilliCredits,
    ) -> Result<(), LedgerError> {
        let Some(id) = member else {
            return Ok(());
        };
        let member = self.state.header.members.entry(id.clone()).or_default();
        let used = member.used.entry(pool.clone()).or_insert(0);
        *used = used.checked_add(amount).ok_or(LedgerError::Overflow {
            what: "a member's use",
        })?;
        if *used == 0 {
            member.used.remove(pool);
        }
        Ok(())
    }

    /// Counts down what comes back of a hold, if it was counted up in this period.
    pub(super) fn unuse(
        &mut self,
        hold: &Hold,
        pool: &Pool,
        amount: MilliCredits,
    ) -> Result<(), LedgerError> {
        if hold.created_at < self.state.header.usage_since {
            return Ok(());
        }
        self.use_of(hold.member.as_ref(), pool, amount.saturating_neg())
    }

    /// Resolves a hold, whoever asks: there is no other way to do it.
    pub(super) fn resolve(
        &mut self,
        operation: &OperationId,
        how: &Resolution<'_>,
    ) -> Result<Resolved, LedgerError> {
        let Some(mut hold) = self.state.holds.get(operation).cloned() else {
            return Err(LedgerError::UnknownHold {
                operation: operation.clone(),
            });
        };
        match hold.state {
            HoldState::Open => {}
            HoldState::Settled { .. } => return Ok(Resolved::AlreadySettled(hold)),
            HoldState::Released { .. } => return Ok(Resolved::AlreadyReleased(hold)),
            HoldState::Expired { .. } => return Ok(Resolved::AlreadyExpired(hold)),
        }
        let (charge, back, rule, price_version, at, state) = match how {
            Resolution::Settle(price) => (
                price.amount,
                EntryKind::Return,
                price.rule.clone(),
                price.price_version.clone(),
                self.now,
                HoldState::Settled {
                    at: self.now,
                    price: (*price).clone(),
                },
            ),
            Resolution::Release(price) => (
                price.amount,
                EntryKind::Release,
                price.rule.clone(),
                price.price_version.clone(),
                self.now,
                HoldState::Released {
                    at: self.now,
                    price: (*price).clone(),
                },
            ),
            Resolution::Expire(at) => (
                0,
                EntryKind::HoldExpiry,
                "hold_expired".to_owned(),
                hold.price_version.clone(),
                *at,
                HoldState::Expired { at: *at },
            ),
        };
        let most = if matches!(how, Resolution::Settle(_)) {
            hold.amount
        } else {
            0
        };
        if charge < 0 {
            return Err(LedgerError::NegativeCharge { amount: charge });
        }
        if charge > most {
            return Err(LedgerError::ChargeAboveHold { charge, held: most });
        }
        let mut left = charge;
        let mut shares = std::mem::take(&mut hold.shares);
        for share in &mut shares {
            let reason = Reason {
                operation,
                hold: Some(operation),
                member: hold.member.as_ref(),
                rule: &rule,
                price_version: &price_version,
                corrects: Some(share.hold_entry),
                at,
            };
            let charged = share.amount.min(left);
            if charged > 0 {
                share.settle_entry =
                    Some(self.post(EntryKind::Settle, share.grant, charged, &reason)?);
                share.charged = charged;
                left = left.saturating_sub(charged);
            }
            let returned = share.amount.saturating_sub(charged);
            if returned > 0 {
                self.post(back, share.grant, returned, &reason)?;
                self.unuse(&hold, &share.pool, returned)?;
                self.expire_if_due(share.grant, at)?;
            }
        }
        hold.shares = shares;
        hold.state = state;
        self.state.holds.insert(operation.clone(), hold.clone());
        self.touch_hold(operation);
        Ok(Resolved::Done(hold))
    }
}
