//! What is known of domains: about machines and organisations, so shared by all accounts.

use lode_core::api::UnixMillis;

use crate::Store;
use crate::error::Result;
use crate::sql::sql;

impl Store {
    /// What was learned of a domain's mail servers, as it was stored (JSON), however old.
    ///
    /// # Errors
    /// The database.
    pub async fn domain_profile(&self, domain: &str) -> Result<Option<String>> {
        let mut tx = self.db.read().await?;
        tx.optional(sql("SELECT profile FROM domain_profiles WHERE domain = $1").bind(domain))
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

    /// The domain that a company was found to have, where that was confirmed since
    /// `oldest`.
    ///
    /// # Errors
    /// The database.
    pub async fn confirmed_domain(
        &self,
        company: &str,
        oldest: UnixMillis,
    ) -> Result<Option<String>> {
        let mut tx = self.db.read().await?;
        tx.optional(
            sql("SELECT domain FROM confirmed_domains
                 WHERE company = $1 AND confirmed_at >= $2")
            .bind(company)
            .bind(oldest),
        )
        .await?
        .map(|row| row.text("domain"))
        .transpose()
    }

    /// Keeps the confirmed domain of a company.
    ///
    /// # Errors
    /// The database.
    pub async fn put_confirmed_domain(
        &self,
        company: &str,
        domain: &str,
        now: UnixMillis,
    ) -> Result<()> {
        let mut tx = self.db.write().await?;
        tx.execute(
            sql(
                "INSERT INTO confirmed_domains (company, domain, confirmed_at)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (company) DO UPDATE
                 SET domain = excluded.domain, confirmed_at = excluded.confirmed_at",
            )
            .bind(company)
            .bind(domain)
            .bind(now),
        )
        .await?;
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
