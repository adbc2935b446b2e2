//! What a look-up can build on: what earlier ones of the account have shown.

use std::collections::HashMap;

use lode_core::lead::{Lead, LeadKind};
use lode_finder::company::CompanyName;
use uuid::Uuid;

use super::company_key;
use crate::Store;
use crate::calibration::arrived;
use crate::error::Result;
use crate::leads::StoredLead;
use crate::leads::identity::{fold, profile_key};
use crate::pricing::email_key;
use crate::secret::keyed_hash;
use crate::sql::{Tx, sql};

/// Most addresses of a domain that are handed to the finder: enough to tell its pattern.
const EVIDENCE_MAX: i64 = 40;

/// Most reports of a domain that are looked at.
const OUTCOMES_MAX: i64 = 1_000;

/// What an account's own addresses say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The domain at which an address of this company was verified before.
    pub company_domain: Option<String>,
    /// The website that the company's own page shows, where the account has captured that and
    /// the lead's page names no domain.
    pub website: Option<String>,
    /// Addresses at the lead's domain that were verified, or to which mail was delivered,
    /// with the name of whose they are.
    pub addresses: Vec<(String, Option<String>)>,
    /// Addresses there from which mail came back for good, with the name of whose they were
    /// thought to be.
    pub refuted: Vec<(String, Option<String>)>,
    /// How many people of the company the account knows: those with an address at its domain,
    /// and those whose look-up is open.
    pub people: u32,
}

/// What the account knows of a lead's company.
pub(crate) async fn evidence_of(
    tx: &mut Tx,
    key: &[u8],
    account_id: Uuid,
    stored: &StoredLead,
) -> Result<Evidence> {
    let company_domain = match &stored.lead.company {
        Some(company) => proved_domain(tx, account_id, company).await?,
        None => None,
    };
    let website = website_of(tx, account_id, &stored.lead).await?;
    let Some(domain) = stored
        .lead
        .company_domain
        .clone()
        .or_else(|| company_domain.clone())
    else {
        return Ok(Evidence {
            website,
            people: people_at(tx, key, account_id, stored, "").await?,
            ..Evidence::default()
        });
    };
    let mut evidence = Evidence {
        company_domain,
        website,
        people: people_at(tx, key, account_id, stored, &domain).await?,
        ..Evidence::default()
    };
    // Proved ones first; of the others, only those that something became of say anything.
    let rows = tx
        .all(
            sql(
                "SELECT e.address, e.status, l.lead FROM emails e JOIN leads l ON l.id = e.lead_id
                 WHERE e.account_id = $1 AND e.domain = $2
                 ORDER BY CASE WHEN e.status = 'verified' THEN 0 ELSE 1 END,
                          e.checked_at DESC LIMIT $3",
            )
            .bind(account_id)
            .bind(domain.as_str())
            .bind(EVIDENCE_MAX),
        )
        .await?;
    if rows.is_empty() {
        return Ok(evidence);
    }
    let outcomes = outcomes_at(tx, account_id, &domain).await?;
    for row in &rows {
        let address = row.text("address")?;
        let outcome = outcomes.get(keyed_hash(key, &email_key(&address)).as_slice());
        let into = match outcome.copied() {
            Some(true) => &mut evidence.addresses,
            Some(false) => &mut evidence.refuted,
            None if row.text("status")? == "verified" => &mut evidence.addresses,
            None => continue,
        };
        let lead: Lead = row.json("lead")?;
        into.push((address, lead.full_name));
    }
    Ok(evidence)
}

/// The domain at which an address of a company was verified before.
async fn proved_domain(tx: &mut Tx, account_id: Uuid, company: &str) -> Result<Option<String>> {
    tx.optional(
        sql("SELECT domain FROM company_domains WHERE account_id = $1 AND company = $2")
            .bind(account_id)
            .bind(fold(company)),
    )
    .await?
    .map(|row| row.text("domain"))
    .transpose()
}

impl Store {
    /// The domain that a look-up would not look for: where an address of the company was
    /// verified before, for this account.
    ///
    /// # Errors
    /// The database.
    pub async fn proved_domain(&self, account_id: Uuid, company: &str) -> Result<Option<String>> {
        let mut tx = self.db.read().await?;
        proved_domain(&mut tx, account_id, company).await
    }
}

/// The website that the captured page of a lead's company shows. Where the lead names another
/// company than the page at its address does, nothing says which of them is right.
async fn website_of(tx: &mut Tx, account_id: Uuid, lead: &Lead) -> Result<Option<String>> {
    let (None, Some(page)) = (&lead.company_domain, &lead.company_url) else {
        return Ok(None);
    };
    let Some(page) = profile_key(page) else {
        return Ok(None);
    };
    let row = tx
        .optional(
            sql("SELECT lead FROM leads WHERE account_id = $1 AND profile_key = $2")
                .bind(account_id)
                .bind(page),
        )
        .await?;
    let Some(company) = row.map(|row| row.json::<Lead>("lead")).transpose()? else {
        return Ok(None);
    };
    let name = |name: Option<&String>| CompanyName::parse(name?).map(|name| name.key());
    let theirs = name(company.full_name.as_ref());
    let same = theirs.is_some() && theirs == name(lead.company.as_ref());
    Ok(company
        .company_domain
        .or(company.website)
        .filter(|_| company.kind == LeadKind::Company && same))
}

/// What became of mail to addresses at a domain, by the address's hash: whether it arrived,
/// as last reported. What came back for now says nothing.
async fn outcomes_at(
    tx: &mut Tx,
    account_id: Uuid,
    domain: &str,
) -> Result<HashMap<Vec<u8>, bool>> {
    tx.all(
        sql("SELECT address_hash, outcome FROM outcomes
             WHERE account_id = $1 AND domain = $2 AND outcome <> 'soft_bounce'
             ORDER BY at DESC, created_at DESC, id DESC LIMIT $3")
        .bind(account_id)
        .bind(domain)
        .bind(OUTCOMES_MAX),
    )
    .await?
    .iter()
    // Older ones last, so that newer ones replace them.
    .rev()
    .map(|row| Ok((row.bytes("address_hash")?, arrived(&row.text("outcome")?))))
    .collect()
}

/// How many people of the lead's company are known.
async fn people_at(
    tx: &mut Tx,
    key: &[u8],
    account_id: Uuid,
    stored: &StoredLead,
    domain: &str,
) -> Result<u32> {
    let Some(company) = company_key(&stored.lead, key) else {
        return Ok(0);
    };
    let row = tx
        .one(
            sql("SELECT COUNT(*) AS people FROM (
                     SELECT lead_id FROM emails WHERE account_id = $1 AND domain = $2
                     UNION
                     SELECT lead_id FROM lookups
                     WHERE account_id = $1 AND company = $3 AND state <> 'done') known")
            .bind(account_id)
            .bind(domain)
            .bind(company.as_slice()),
        )
        .await?;
    Ok(u32::try_from(row.int("people")?).unwrap_or(u32::MAX))
}
