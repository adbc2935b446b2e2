//! Calls of providers: reserved and written down before they are made.

use lode_core::api::{MilliCredits, UnixMillis};
use lode_core::email::EmailStatus;
use uuid::Uuid;

use super::outcome::counts_as_right;
use super::under_way::{take_over, under_way};
use super::{day_of, keys};
use crate::Store;
use crate::captures::status_name;
use crate::error::{Result, StoreError};
use crate::secret::keyed_hash;
use crate::sql::{Row, Tx, sql};

/// A call that is to be made.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Whose key is used.
    pub account_id: Uuid,
    /// The provider's stable name.
    pub provider: &'a str,
    /// What is looked for: `email`, `mobile`, a company's `domain`; [`super::VERIFY`]: what the
    /// provider says of an address.
    pub purpose: &'static str,
    /// The look-up, or the operation that unlocks: within it nothing is asked twice.
    pub operation: Uuid,
    /// The worker that must still hold the look-up's lease; `None` where it is none.
    pub worker: Option<Uuid>,
    /// The lead.
    pub lead_id: Uuid,
    /// Whom is asked for: the same text for the same question. Stored as a keyed hash.
    pub person: &'a str,
    /// The most that it may cost.
    pub worst: MilliCredits,
    /// What was found since then under any operation is not asked again;
    /// [`UnixMillis::MAX`]: only what this operation found.
    pub known_since: UnixMillis,
    /// Whether an answer that may be missing is not asked for again, since it may be paid for.
    /// Without a worker another call of the same question may be under way, by whomever; with
    /// one it is the look-up's own of an earlier attempt, whose worker is gone.
    pub once: bool,
}

/// Whether a call may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallBegun {
    /// It may; its worst price is reserved. The id is for the end.
    Go(Uuid),
    /// The answer is there: of a call under this operation, or one that found something since
    /// [`Call::known_since`] under any.
    Known(StoredCall),
    /// The provider works on the same question, whoever asked it: it is to be looked at, not
    /// asked again.
    UnderWay {
        /// The call's id, for its end.
        id: Uuid,
        /// The provider's id of the work.
        task: String,
    },
    /// The same call of [`Call::once`] was begun a moment ago: it is to be waited for.
    AtIt,
    /// The same call of [`Call::once`] was begun, and nobody wrote its answer down (its server
    /// was killed). It has ended with this, and its worst price stays spent: to ask again is for
    /// whoever asks next. So it is where a look-up's own call of an earlier attempt gave no
    /// answer and may be paid for.
    Unanswered,
    /// The provider did not know the person a while ago.
    KnownMiss,
    /// The day's limit is reached.
    SpendLimit,
    /// The look-up is no longer this worker's.
    Lost,
}

/// What would become of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreseen {
    /// It would be made.
    Asked,
    /// What it would find is known.
    Known,
    /// The provider did not know whom a while ago.
    KnownMiss,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEnd {
    /// What came of it.
    pub finding: CallFinding,
    /// What it cost; `None` where not known: the worst price stays spent.
    pub cost: Option<MilliCredits>,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallFinding {
    /// What was found, as JSON.
    Found(String),
    /// Nothing; not to be asked again until then.
    Missing {
        /// Until when.
        until: UnixMillis,
    },
    /// No answer; why, in a stable code.
    Failed(String),
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallState {
    /// It was begun and no answer was written down.
    Asked,
    /// Something was found.
    Found,
    /// Nothing was found.
    Missing,
    /// It gave no answer.
    Failed,
}

impl CallState {
    /// Stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Found => "found",
            Self::Missing => "missing",
            Self::Failed => "failed",
        }
    }

    fn by_name(name: &str) -> Option<Self> {
        [Self::Asked, Self::Found, Self::Missing, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == name)
    }
}

/// A call as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredCall {
    /// Its id.
    pub id: Uuid,
    /// The provider's stable name.
    pub provider: String,
    /// What was looked for.
    pub purpose: String,
    /// Where it stands.
    pub state: CallState,
    /// Why it failed, in a stable code.
    pub error: Option<String>,
    /// What was found, as JSON.
    pub answer: Option<String>,
    /// What we made of it ourselves (stable name of an [`EmailStatus`]).
    pub verdict: Option<String>,
    /// What it cost; `None` where not known.
    pub cost: Option<MilliCredits>,
    /// When it was made.
    pub asked_at: UnixMillis,
}

/// The purpose that a provider's record is of.
const EMAIL: &str = "email";

const COLUMNS_OF_CALLS: &str =
    "SELECT id, provider, purpose, state, error, answer, verdict, cost, asked_at
     FROM provider_calls WHERE account_id = $1 AND operation = $2 ORDER BY asked_at, id";

impl Store {
    /// Begins a call: its worst price is reserved against the day's limit and the call is
    /// written down, in one transaction.
    ///
    /// # Errors
    /// The database; then nothing is reserved, and the call must not be made.
    pub async fn begin_call(&self, call: &Call<'_>, now: UnixMillis) -> Result<CallBegun> {
        let person = keyed_hash(&self.key, call.person);
        let mut tx = self.db.write().await?;
        if let Some(worker) = call.worker
            && crate::lookups::owned_account(&mut tx, call.operation, worker).await?
                != Some(call.account_id)
        {
            return Ok(CallBegun::Lost);
        }
        if let Some(known) = known(&mut tx, &self.key, call).await? {
            return Ok(CallBegun::Known(known));
        }
        match under_way(&mut tx, &self.key, call, now).await? {
            // It has changed what stands there.
            Some(CallBegun::Unanswered) => {
                tx.commit().await?;
                return Ok(CallBegun::Unanswered);
            }
            Some(begun) => return Ok(begun),
            None => {}
        }
        if is_missed(&mut tx, &self.key, call, now).await? {
            return Ok(CallBegun::KnownMiss);
        }
        if !call.once && call.worker.is_some() {
            take_over(&mut tx, &self.key, call, now).await?;
        }
        if !reserve(&mut tx, call, now).await? {
            return Ok(CallBegun::SpendLimit);
        }
        let id = Uuid::now_v7();
        tx.execute(
            sql("INSERT INTO provider_calls
                 (id, account_id, provider, purpose, operation, lead_id, person_hash, state,
                  day, reserved, asked_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 'asked', $8, $9, $10)")
            .bind(id)
            .bind(call.account_id)
            .bind(call.provider)
            .bind(call.purpose)
            .bind(call.operation)
            .bind(call.lead_id)
            .bind(person.as_slice())
            .bind(day_of(now))
            .bind(call.worst)
            .bind(now),
        )
        .await?;
        if call.purpose == EMAIL {
            keys::count(&mut tx, call.account_id, call.provider, (1, 0, 0)).await?;
        }
        tx.commit().await?;
        Ok(CallBegun::Go(id))
    }

    /// What would become of a call, without making it; neither the purse nor a look-up's
    /// lease is asked.
    ///
    /// # Errors
    /// The database.
    pub async fn foresee_call(&self, call: &Call<'_>, now: UnixMillis) -> Result<Foreseen> {
        let mut tx = self.db.read().await?;
        let known = known(&mut tx, &self.key, call).await?;
        Ok(match known.map(|call| call.state) {
            Some(CallState::Found) => Foreseen::Known,
            Some(_) => Foreseen::KnownMiss,
            None if is_missed(&mut tx, &self.key, call, now).await? => Foreseen::KnownMiss,
            None => Foreseen::Asked,
        })
    }

    /// Ends a call that was begun: what it found is written down, and the reservation
    /// replaced by what it cost. A call that has ended, or whose lead was erased under way,
    /// is left as it is (what was reserved stays spent).
    ///
    /// # Errors
    /// The database; then the reservation stays spent.
    pub async fn end_call(
        &self,
        id: Uuid,
        call: &Call<'_>,
        end: &CallEnd,
        now: UnixMillis,
    ) -> Result<()> {
        let (state, error, answer) = match &end.finding {
            CallFinding::Found(answer) => (CallState::Found, None, Some(answer.clone())),
            CallFinding::Missing { .. } => (CallState::Missing, None, None),
            CallFinding::Failed(error) => (CallState::Failed, Some(error.clone()), None),
        };
        let mut tx = self.db.write().await?;
        let Some(row) = tx
            .optional(
                sql("UPDATE provider_calls
                     SET state = $2, error = $3, answer = $4, cost = $5, answered_at = $6
                     WHERE id = $1 AND state = 'asked'
                     RETURNING account_id, provider, day, reserved")
                .bind(id)
                .bind(state.as_str())
                .bind(error)
                .bind(answer)
                .bind(end.cost)
                .bind(now),
            )
            .await?
        else {
            return Ok(());
        };
        let (account_id, provider) = (row.uuid("account_id")?, row.text("provider")?);
        if let Some(cost) = end.cost {
            tx.execute(
                sql("UPDATE provider_spend SET spent = spent - $4 + $5
                     WHERE account_id = $1 AND provider = $2 AND day = $3")
                .bind(account_id)
                .bind(provider.as_str())
                .bind(row.int("day")?)
                .bind(row.int("reserved")?)
                .bind(cost.max(0)),
            )
            .await?;
        }
        if state == CallState::Found && call.purpose == EMAIL {
            keys::count(&mut tx, account_id, &provider, (0, 1, 0)).await?;
        }
        if state != CallState::Failed {
            keys::trouble_is_over(&mut tx, account_id, &provider, now).await?;
        }
        if let CallFinding::Missing { until } = end.finding {
            tx.execute(
                sql(
                    "INSERT INTO provider_misses (account_id, provider, person_hash, until)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (account_id, provider, person_hash) DO UPDATE
                     SET until = excluded.until",
                )
                .bind(account_id)
                .bind(provider)
                .bind(miss_hash(&self.key, call).as_slice())
                .bind(until),
            )
            .await?;
        }
        tx.commit().await
    }

    /// Writes down what we made of an address that a call found. A proof counts for the
    /// provider's record while it is the last word; where mail has told, that counts.
    ///
    /// # Errors
    /// The database.
    pub async fn judge_call(&self, id: Uuid, verdict: EmailStatus) -> Result<()> {
        let mut tx = self.db.write().await?;
        let name = status_name(verdict)?;
        let Some(row) = tx
            .optional(
                sql(
                    "SELECT account_id, provider, outcome, verdict FROM provider_calls
                     WHERE id = $1 AND state = 'found'
                           AND (verdict IS NULL OR verdict <> $2)",
                )
                .bind(id)
                .bind(name.as_str()),
            )
            .await?
        else {
            return Ok(());
        };
        let outcome = row.opt_text("outcome")?;
        let before = counts_as_right(outcome.clone(), row.opt_text("verdict")?)?;
        let after = counts_as_right(outcome, Some(name.clone()))?;
        tx.execute(
            sql("UPDATE provider_calls SET verdict = $2 WHERE id = $1")
                .bind(id)
                .bind(name),
        )
        .await?;
        let change = i64::from(after) - i64::from(before);
        if change != 0 {
            let (account, provider) = (row.uuid("account_id")?, row.text("provider")?);
            keys::count(&mut tx, account, &provider, (0, 0, change)).await?;
        }
        tx.commit().await
    }

    /// The calls made under an operation, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn calls_of(&self, account_id: Uuid, operation: Uuid) -> Result<Vec<StoredCall>> {
        let mut tx = self.db.read().await?;
        tx.all(sql(COLUMNS_OF_CALLS).bind(account_id).bind(operation))
            .await?
            .iter()
            .map(read)
            .collect()
    }

    /// The calls behind a capture: those of its look-up, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn calls_behind(&self, account_id: Uuid, capture: Uuid) -> Result<Vec<StoredCall>> {
        let lookup = {
            let mut tx = self.db.read().await?;
            tx.optional(
                sql("SELECT lookup_id FROM captures
                     WHERE account_id = $1 AND operation_id = $2")
                .bind(account_id)
                .bind(capture),
            )
            .await?
            .map(|row| row.opt_text("lookup_id"))
            .transpose()?
            .flatten()
            .and_then(|id| Uuid::parse_str(&id).ok())
        };
        match lookup {
            Some(lookup) => self.calls_of(account_id, lookup).await,
            // An unlock asks under its own id.
            None => self.calls_of(account_id, capture).await,
        }
    }

    /// Drops misses that have run out.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_provider_misses(&self, now: UnixMillis) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(sql("DELETE FROM provider_misses WHERE until <= $1").bind(now))
            .await?;
        tx.commit().await
    }
}

/// Sets the worst price aside; `false` where it does not fit into the day's limit, or there
/// is no key (any more). All servers share the row, so together they keep the limit.
async fn reserve(tx: &mut Tx, call: &Call<'_>, now: UnixMillis) -> Result<bool> {
    let Some(row) = tx
        .optional(
            sql("SELECT daily_limit FROM provider_keys
                 WHERE account_id = $1 AND provider = $2")
            .bind(call.account_id)
            .bind(call.provider),
        )
        .await?
    else {
        return Ok(false);
    };
    let limit = row.int("daily_limit")?;
    if call.worst < 0 || call.worst > limit {
        return Ok(false);
    }
    let changed = tx
        .execute(
            sql(
                "INSERT INTO provider_spend (account_id, provider, day, spent)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (account_id, provider, day) DO UPDATE
                 SET spent = provider_spend.spent + excluded.spent
                 WHERE provider_spend.spent + excluded.spent <= $5",
            )
            .bind(call.account_id)
            .bind(call.provider)
            .bind(day_of(now))
            .bind(call.worst)
            .bind(limit),
        )
        .await?;
    Ok(changed > 0)
}

/// The answer that a call need not be made for.
async fn known(tx: &mut Tx, key: &[u8], call: &Call<'_>) -> Result<Option<StoredCall>> {
    let person = keyed_hash(key, call.person);
    tx.optional(
        sql(
            "SELECT id, provider, purpose, state, error, answer, verdict, cost, asked_at
             FROM provider_calls
             WHERE provider = $2 AND purpose = $3 AND account_id = $4 AND person_hash = $5
                   AND (operation = $1 AND state IN ('found', 'missing')
                        OR state = 'found' AND asked_at > $6)
             ORDER BY asked_at DESC LIMIT 1",
        )
        .bind(call.operation)
        .bind(call.provider)
        .bind(call.purpose)
        .bind(call.account_id)
        .bind(person.as_slice())
        .bind(call.known_since),
    )
    .await?
    .map(|row| read(&row))
    .transpose()
}

async fn is_missed(tx: &mut Tx, key: &[u8], call: &Call<'_>, now: UnixMillis) -> Result<bool> {
    let missed = tx
        .optional(
            sql("SELECT until FROM provider_misses
                 WHERE account_id = $1 AND provider = $2 AND person_hash = $3
                       AND until > $4")
            .bind(call.account_id)
            .bind(call.provider)
            .bind(miss_hash(key, call).as_slice())
            .bind(now),
        )
        .await?;
    Ok(missed.is_some())
}

/// Hash of a miss: one for each purpose, since who has no mobile may have an address.
fn miss_hash(key: &[u8], call: &Call<'_>) -> [u8; 32] {
    keyed_hash(key, &format!("{}\u{1f}{}", call.purpose, call.person))
}

fn read(row: &Row) -> Result<StoredCall> {
    Ok(StoredCall {
        id: row.uuid("id")?,
        provider: row.text("provider")?,
        purpose: row.text("purpose")?,
        state: CallState::by_name(&row.text("state")?)
            .ok_or_else(|| StoreError::Corrupt("a provider call's state".to_owned()))?,
        error: row.opt_text("error")?,
        answer: row.opt_text("answer")?,
        verdict: row.opt_text("verdict")?,
        cost: row.opt_int("cost")?,
        asked_at: row.int("asked_at")?,
    })
}
