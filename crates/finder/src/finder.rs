//! The look-up: company to domain, candidates, proof, conclusion.

use std::sync::Arc;

use lode_core::name::{self, PersonName};
use lode_verify::{Address, Domain, DomainOutcome, MailRoute, Verifier};

use crate::candidates::{Candidates, rank};
use crate::company::CompanyName;
use crate::conclude::{from_probe, nothing};
use crate::domain::discover::{Discovery, DiscoveryConfig, discover};
use crate::domain::website::{FetcherSetupError, WebConfig, WebFetcher};
use crate::domain::{DomainCache, NamedDomains, NoCache, Nobody, memory_key, of_given, of_website};
use crate::outcome::{Conclusion, DomainFinding, DomainSource, FindOutcome};
use crate::pattern::PatternModel;
use crate::request::{FindRequest, SizeHint};

mod search;
mod together;

use search::Search;
pub use together::Seeker;

/// Settings of a [`Finder`].
#[derive(Debug, Clone)]
pub struct FinderConfig {
    /// So many candidates are asked about at one domain, unless they are hopeless.
    pub candidates_min: usize,
    /// Most candidates asked about at one domain: what two sessions may have refused. Only
    /// names with several spellings come near it.
    pub candidates_max: usize,
    /// Beyond [`Self::candidates_min`], a candidate less likely than this is left out.
    pub probability_min: f64,
    /// Most guessed domains asked about for one look-up.
    pub domains_max: usize,
    /// A guessed domain less likely than this is not asked about.
    pub domain_probability_min: f64,
    /// Limits of the search for a company's domain.
    pub discovery: DiscoveryConfig,
    /// Limits of the fetcher of websites.
    pub web: WebConfig,
}

impl Default for FinderConfig {
    fn default() -> Self {
        Self {
            candidates_min: 12,
            candidates_max: 16,
            probability_min: 0.004,
            domains_max: 2,
            domain_probability_min: 0.25,
            discovery: DiscoveryConfig::default(),
            web: WebConfig::default(),
        }
    }
}

/// Finds addresses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Finder {
    config: FinderConfig,
    verifier: Verifier,
    web: WebFetcher,
    cache: Arc<dyn DomainCache>,
}

/// Below this probability a candidate is not worth a stranger's server's time.
const HOPELESS: f64 = 0.001;

/// Probability that the website which a company's page shows is also where it has mail.
const WEBSITE_PROBABILITY: f64 = 0.97;

impl Finder {
    /// A finder that remembers no domains. Networks and DNS are those of the verifier's
    /// settings.
    ///
    /// # Errors
    /// Where the HTTP client cannot be set up.
    pub fn new(config: FinderConfig, verifier: Verifier) -> Result<Self, FetcherSetupError> {
        Self::with_cache(config, verifier, Arc::new(NoCache))
    }

    /// A finder with a memory of companies' domains.
    ///
    /// # Errors
    /// Where the HTTP client cannot be set up.
    pub fn with_cache(
        config: FinderConfig,
        verifier: Verifier,
        cache: Arc<dyn DomainCache>,
    ) -> Result<Self, FetcherSetupError> {
        let web = WebFetcher::new(
            config.web.clone(),
            verifier.resolver().clone(),
            &verifier.config().allow_nets,
        )?;
        Ok(Self {
            config,
            verifier,
            web,
            cache,
        })
    }

    /// The verifier.
    #[must_use]
    pub fn verifier(&self) -> &Verifier {
        &self.verifier
    }

    /// Looks an address up. Never fails: [`FindOutcome::conclusion`] says how it ended.
    /// Does not wait for deferrals: repeat the request after [`FindOutcome::retry_after`], with
    /// the next [`FindRequest::attempt`] unless we held it ourselves ([`FindOutcome::held`]).
    pub async fn find(&self, request: &FindRequest) -> FindOutcome {
        self.find_asking(request, &Nobody).await
    }

    /// The same, with others who may be asked for the company's domain, once neither the
    /// request nor the memory of confirmed domains has it.
    pub async fn find_asking(
        &self,
        request: &FindRequest,
        others: &dyn NamedDomains,
    ) -> FindOutcome {
        let mut search = match self.begin(request, others).await {
            Ok(search) => search,
            Err(outcome) => return *outcome,
        };
        while let Some(finding) = search.next(&self.config) {
            let outcome = self.ask(request, &search.name, finding).await;
            search.take(outcome);
        }
        search.conclude()
    }

    /// What is to be asked for a request; at once the outcome where nothing is.
    async fn begin(
        &self,
        request: &FindRequest,
        others: &dyn NamedDomains,
    ) -> Result<Search, Box<FindOutcome>> {
        let name = usable_name(request)?;
        let (findings, reason) = self.domains(request, others).await;
        Ok(Search::new(name, findings, reason))
    }

    /// The candidates for a request at a domain, without asking anybody: what a find would
    /// try, likeliest first.
    #[must_use]
    pub fn candidates(&self, request: &FindRequest, domain: &Domain) -> Candidates {
        self.ranked(request, &person_of(request), domain)
    }

    pub(crate) fn ranked(
        &self,
        request: &FindRequest,
        name: &PersonName,
        domain: &Domain,
    ) -> Candidates {
        let model = PatternModel::learn(domain.as_str(), request.size(), &request.evidence);
        let mut ranked = rank(name, &model, &request.evidence);
        let mut at = 0;
        ranked.list.retain(|candidate| {
            at += 1;
            let floor = if at <= self.config.candidates_min {
                HOPELESS
            } else {
                self.config.probability_min
            };
            at == 1 || candidate.probability >= floor
        });
        ranked.list.truncate(self.config.candidates_max);
        ranked
    }

    /// The domains that the company may have, likeliest first, and why there is none.
    async fn domains(
        &self,
        request: &FindRequest,
        others: &dyn NamedDomains,
    ) -> (Vec<DomainFinding>, &'static str) {
        if let Some(resolved) = &request.resolved {
            return (vec![resolved.clone()], "domain_unknown");
        }
        let company = present(request.company.as_deref()).and_then(CompanyName::parse);
        let mut reason = "domain_unknown";
        if let Some(given) = present(request.domain.as_deref()) {
            match of_given(given, company.as_ref()) {
                Ok(domain) => return (vec![known(&domain, 1.0, DomainSource::Given)], reason),
                Err(error) => reason = error.code(),
            }
        }
        if let Some(website) = present(request.website.as_deref()) {
            match of_website(website, company.as_ref()) {
                Ok(domain) => {
                    let finding = known(&domain, WEBSITE_PROBABILITY, DomainSource::Website);
                    return (vec![finding], reason);
                }
                Err(error) => reason = error.code(),
            }
        }
        let Some(company) = company else {
            return (Vec::new(), reason);
        };
        let key = memory_key(&company, request.company_url.as_deref());
        if let Some(caller) = &request.caller
            && let Some(before) = self.cache.get(caller, &key).await
            && let Ok(domain) = Domain::parse(&before.domain)
        {
            let finding = known(&domain, before.probability, DomainSource::Cache);
            return (vec![finding], reason);
        }
        let displayed = request.company.as_deref().unwrap_or_default();
        let mut named = others.named(displayed).await;
        named.retain(|domain| of_given(domain.as_str(), Some(&company)).is_ok());
        named.truncate(NAMED_MAX);
        let found = discover(
            &company,
            &named,
            self.verifier.resolver(),
            &self.web,
            &self.config.discovery,
        )
        .await;
        if found.domains.is_empty() && found.dns_failed {
            return (Vec::new(), "dns_failed");
        }
        let findings = findings_of(found, &named);
        if let Some(caller) = &request.caller
            && let Some(first) = findings.first().filter(|first| first.confirmed)
        {
            self.cache.put(caller, &key, first).await;
        }
        (findings, reason)
    }

    /// Has the candidates at one domain proved.
    async fn ask(
        &self,
        request: &FindRequest,
        name: &PersonName,
        finding: DomainFinding,
    ) -> FindOutcome {
        let Ok(domain) = Domain::parse(&finding.domain) else {
            return malformed();
        };
        let candidates = self.ranked(request, name, &domain);
        let addresses = addresses_of(&candidates, &domain);
        let probed = if self.verifier.probing() {
            self.verifier
                .probe_candidates(&domain, &addresses, request.attempt)
                .await
        } else {
            self.unasked(&domain).await
        };
        concluded(finding, &candidates, &probed)
    }

    /// What can be said without probing: whether the domain takes mail.
    async fn unasked(&self, domain: &Domain) -> DomainOutcome {
        let reason = match self.verifier.resolver().mx(domain.as_str()).await {
            MailRoute::Hosts { .. } => "probing_off",
            MailRoute::NullMx => "null_mx",
            MailRoute::NoMailHost => "no_mx",
            MailRoute::NoSuchDomain => "domain_not_found",
            MailRoute::Unknown(_) => "dns_failed",
        };
        DomainOutcome {
            domain: domain.clone(),
            verdicts: Vec::new(),
            profile: None,
            reason: Some(reason.to_owned()),
            retry_after: None,
            held: false,
        }
    }
}

fn malformed() -> FindOutcome {
    nothing(
        Conclusion::DomainUnknown,
        "domain_malformed",
        None,
        Vec::new(),
    )
}

fn addresses_of(candidates: &Candidates, domain: &Domain) -> Vec<Address> {
    let locals = candidates.list.iter().map(|candidate| &candidate.local);
    locals
        .filter_map(|local| Address::new(local, domain.clone()).ok())
        .collect()
}

fn concluded(
    finding: DomainFinding,
    candidates: &Candidates,
    probed: &DomainOutcome,
) -> FindOutcome {
    let outcome = from_probe(finding, candidates, probed);
    if outcome.candidates.is_empty() {
        let reason = "name_unusable";
        return nothing(Conclusion::NameUnusable, reason, outcome.domain, Vec::new());
    }
    outcome
}

/// The name of whom the request is about.
///
/// # Errors
/// The outcome where it gives no candidate.
fn usable_name(request: &FindRequest) -> Result<PersonName, Box<FindOutcome>> {
    let name = person_of(request);
    let model = PatternModel::learn("", SizeHint::NONE, &request.evidence);
    if model.spellings(&name).list.is_empty() {
        let unusable = Conclusion::NameUnusable;
        let outcome = nothing(unusable, "name_unusable", None, Vec::new());
        return Err(Box::new(outcome));
    }
    Ok(name)
}

fn present(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn person_of(request: &FindRequest) -> PersonName {
    match (&request.name, &request.full_name) {
        (Some(name), _) => name.clone(),
        (None, Some(full_name)) => name::parse(full_name),
        (None, None) => PersonName::default(),
    }
}

fn known(domain: &Domain, probability: f64, how: DomainSource) -> DomainFinding {
    DomainFinding {
        domain: domain.as_str().to_owned(),
        probability,
        how,
        confirmed: true,
    }
}

fn findings_of(found: Discovery, named: &[Domain]) -> Vec<DomainFinding> {
    found
        .domains
        .into_iter()
        .map(|weighed| DomainFinding {
            probability: weighed.probability,
            how: if weighed.named {
                DomainSource::WebsiteTitle
            } else if named.iter().any(|domain| domain.as_str() == weighed.domain) {
                DomainSource::Claimed
            } else {
                DomainSource::MxOnly
            },
            confirmed: weighed.confirmed,
            domain: weighed.domain,
        })
        .take(OTHER_DOMAINS_MAX)
        .collect()
}

/// Most domains taken of what others name.
const NAMED_MAX: usize = 3;

/// Most domains kept of a discovery.
const OTHER_DOMAINS_MAX: usize = 8;
