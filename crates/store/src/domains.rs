//! What is known of domains: of their mail servers, for all accounts; and which companies have
//! them, for each account alone.

use lode_core::api::UnixMillis;
use uuid::Uuid;

use crate::Store;
use crate::error::Result;
use crate::secret::keyed_hash;
use crate::sql::{dialect, sql};

const HOUR_MS: i64 = 3_600_000;

/// Until when a mail provider is to be left alone; moments of the past hold nothing up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProbeHold {
    /// It refused us by policy.
    pub stop_until: UnixMillis,
    /// It limited our rate.
    pub backoff_until: UnixMillis,
    /// How often in a row it limited our rate.
    pub streak: i64,
}

/// A domain that was confirmed to be a company's.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmedDomain {
    /// The domain.
    pub domain: String,
    /// How sure that was, 0 to 1; kept to the millionth.
    pub probability: f64,
}

const MILLION: f64 = 1_000_000.0;

fn millionths(probability: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and is clamped")]
    let whole = (probability.clamp(0.0, 1.0) * MILLION).round() as i64;
    whole
}

fn of_millionths(millionths: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "at most a million")]
    let share = millionths as f64 / MILLION;
    share
}

impl Store {
    /// What was learned of a domain's mail servers, as it was stored (JSON), however old.
    ///
    /// # Errors
    /// The database.
    pub async fn domain_profile(&self, domain: &str) -> Result<Option<String>> {
        self.db
            .read_one(sql("SELECT profile FROM domain_profiles WHERE domain = $1").bind(domain))
            .await?
            .map(|row| row.text("profile"))
            .transpose()
    }

    /// Keeps what was learned of a domain's mail servers, unless something newer is there.
    ///
    /// # Errors
    /// The database.
    pub async fn put_domain_profile(
        &self,
        domain: &str,
        profile: &str,
        learned_at: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            sql("INSERT INTO domain_profiles (domain, profile, learned_at)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (domain) DO UPDATE
                 SET profile = excluded.profile, learned_at = excluded.learned_at
                 WHERE domain_profiles.learned_at <= excluded.learned_at")
            .bind(domain)
            .bind(profile)
            .bind(learned_at),
        )
        .await?;
        tx.commit().await
    }

    /// The domain that a company was found to have by this account, where that was confirmed
    /// since `oldest`. `company` is everything that the finding was for.
    ///
    /// # Errors
    /// The database.
    pub async fn confirmed_domain(
        &self,
        account_id: Uuid,
        company: &str,
        oldest: UnixMillis,
    ) -> Result<Option<ConfirmedDomain>> {
        self.db
            .read_one(
                sql("SELECT domain, probability FROM confirmed_domains
                     WHERE account_id = $1 AND company = $2 AND confirmed_at >= $3")
                .bind(account_id)
                .bind(self.company_hash(company).as_slice())
                .bind(oldest),
            )
            .await?
            .map(|row| {
                Ok(ConfirmedDomain {
                    domain: row.text("domain")?,
                    probability: of_millionths(row.int("probability")?),
                })
            })
            .transpose()
    }

    /// Keeps the confirmed domain of a company, for this account; nothing where it was erased
    /// meanwhile.
    ///
    /// # Errors
    /// The database.
    pub async fn put_confirmed_domain(
        &self,
        account_id: Uuid,
        company: &str,
        confirmed: &ConfirmedDomain,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            // An erasure that is under way is waited for. SQLite's writers are alone anyway.
            dialect(
                "INSERT INTO confirmed_domains
                     (account_id, company, domain, probability, confirmed_at)
                 SELECT id, $2, $3, $4, $5 FROM accounts WHERE id = $1 AND erased_at IS NULL
                 ON CONFLICT (account_id, company) DO UPDATE
                 SET domain = excluded.domain, probability = excluded.probability,
                     confirmed_at = excluded.confirmed_at",
                "INSERT INTO confirmed_domains
                     (account_id, company, domain, probability, confirmed_at)
                 SELECT id, $2, $3, $4, $5 FROM accounts WHERE id = $1 AND erased_at IS NULL
                 FOR SHARE
                 ON CONFLICT (account_id, company) DO UPDATE
                 SET domain = excluded.domain, probability = excluded.probability,
                     confirmed_at = excluded.confirmed_at",
            )
            .bind(account_id)
            .bind(self.company_hash(company).as_slice())
            .bind(confirmed.domain.as_str())
            .bind(millionths(confirmed.probability))
            .bind(now),
        )
        .await?;
        tx.commit().await
    }

    /// A hash, since a name and an address of a page may be longer than an index takes.
    fn company_hash(&self, company: &str) -> crate::secret::Hash {
        keyed_hash(&self.key, &format!("confirmed|{company}"))
    }

    /// Until when a mail provider, or a domain of none, is to be left alone.
    ///
    /// # Errors
    /// The database.
    pub async fn probe_hold(&self, name: &str) -> Result<Option<ProbeHold>> {
        let mut tx = self.db.read().await?;
        let row = sql("SELECT stop_until, backoff_until, streak FROM probe_holds WHERE name = $1");
        tx.optional(row.bind(name))
            .await?
            .map(|row| {
                Ok(ProbeHold {
                    stop_until: row.int("stop_until")?,
                    backoff_until: row.int("backoff_until")?,
                    streak: row.int("streak")?,
                })
            })
            .transpose()
    }

    /// Keeps until when a provider is to be left alone. What another server has learned
    /// meanwhile stays: the later moment counts.
    ///
    /// # Errors
    /// The database.
    pub async fn put_probe_hold(&self, name: &str, hold: ProbeHold) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            dialect(
                "INSERT INTO probe_holds (name, stop_until, backoff_until, streak)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name) DO UPDATE
                 SET stop_until = MAX(probe_holds.stop_until, excluded.stop_until),
                     backoff_until = MAX(probe_holds.backoff_until, excluded.backoff_until),
                     streak = MAX(probe_holds.streak, excluded.streak)",
                "INSERT INTO probe_holds (name, stop_until, backoff_until, streak)
                 VALUES ($1, $2, $3, $4)
                 ON CONFLICT (name) DO UPDATE
                 SET stop_until = GREATEST(probe_holds.stop_until, excluded.stop_until),
                     backoff_until = GREATEST(probe_holds.backoff_until, excluded.backoff_until),
                     streak = GREATEST(probe_holds.streak, excluded.streak)",
            )
            .bind(name)
            .bind(hold.stop_until)
            .bind(hold.backoff_until)
            .bind(hold.streak),
        )
        .await?;
        tx.commit().await
    }

    /// A provider answered without complaint: its back-off is over. A policy stop is not.
    ///
    /// # Errors
    /// The database.
    pub async fn end_probe_backoff(&self, name: &str) -> Result<()> {
        let mut tx = self.db.write().await?;
        let text = "UPDATE probe_holds SET backoff_until = 0, streak = 0 WHERE name = $1";
        tx.execute(sql(text).bind(name)).await?;
        tx.commit().await
    }

    /// Counts a run at a domain's mail servers, unless `most` were begun within the hour before
    /// `now` by any server: then when the next one may begin, and nothing is counted.
    ///
    /// # Errors
    /// The database; then nothing is counted.
    pub async fn take_probe_run(
        &self,
        domain: &str,
        most: u32,
        now: UnixMillis,
    ) -> Result<Option<UnixMillis>> {
        let mut tx = self.db.write().await?;
        // SQLite has one writer anyway.
        let turn = dialect(
            "SELECT $1 AS turn",
            "SELECT CAST(pg_advisory_xact_lock(hashtextextended($1, 0)) AS TEXT) AS turn",
        );
        tx.one(turn.bind(["probe_runs ", domain].concat())).await?;
        let begun = tx
            .all(
                sql("SELECT begun_at FROM probe_runs
                     WHERE domain = $1 AND begun_at > $2
                     ORDER BY begun_at DESC LIMIT $3")
                .bind(domain)
                .bind(now.saturating_sub(HOUR_MS))
                .bind(i64::from(most)),
            )
            .await?;
        if begun.len() >= usize::try_from(most).unwrap_or(usize::MAX) {
            let oldest = begun.last().map(|row| row.int("begun_at")).transpose()?;
            return Ok(Some(oldest.unwrap_or(now).saturating_add(HOUR_MS)));
        }
        tx.execute(
            sql("INSERT INTO probe_runs (domain, begun_at) VALUES ($1, $2)")
                .bind(domain)
                .bind(now),
        )
        .await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Drops holds that were over at `now`, runs of more than an hour before, and places whose
    /// leases had ended.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_probe_holds(&self, now: UnixMillis) -> Result<()> {
        let mut tx = self.db.write().await?;
        let text = "DELETE FROM probe_holds WHERE stop_until <= $1 AND backoff_until <= $1";
        tx.execute(sql(text).bind(now)).await?;
        let text = "DELETE FROM probe_runs WHERE begun_at <= $1";
        tx.execute(sql(text).bind(now.saturating_sub(HOUR_MS)))
            .await?;
        let text = "DELETE FROM probe_slots WHERE until <= $1";
        tx.execute(sql(text).bind(now)).await?;
        tx.commit().await
    }

    /// Drops profiles learned, and domains confirmed, before these moments: too old to be
    /// believed.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_domains(
        &self,
        profiles_before: UnixMillis,
        domains_before: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(sql("DELETE FROM domain_profiles WHERE learned_at < $1").bind(profiles_before))
            .await?;
        tx.execute(
            sql("DELETE FROM confirmed_domains WHERE confirmed_at < $1").bind(domains_before),
        )
        .await?;
        tx.commit().await
    }
}
