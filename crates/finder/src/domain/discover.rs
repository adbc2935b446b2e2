//! Finds a company's domain by its name: guesses, then DNS, then the sites.

use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use lode_verify::{Domain, MailRoute, Resolver};
use tokio::time::{Instant, timeout_at};

use super::guess::{Guess, with_named};
use super::identity::{PARKING_HOSTS, SiteIdentity, judge};
use super::page::PageNames;
use super::website::{FetchError, WebFetcher};
use super::weigh::{Mail, Seen, Weighed, weigh};
use crate::company::CompanyName;

/// Limits of a discovery.
#[derive(Debug, Clone)]
pub struct DiscoveryConfig {
    /// Time for all of it.
    pub timeout: Duration,
    /// Most sites fetched.
    pub sites_max: usize,
}

impl Default for DiscoveryConfig {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(6),
            sites_max: 6,
        }
    }
}

/// What a discovery found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Discovery {
    /// The domains that can be, likeliest first.
    pub domains: Vec<Weighed>,
    /// Whether DNS failed for any of the guesses: a better answer may come later.
    pub dns_failed: bool,
}

/// Looks for the domain of a company, among those that others name for it and those that its
/// name suggests.
pub async fn discover(
    company: &CompanyName,
    named: &[Domain],
    resolver: &Resolver,
    web: &WebFetcher,
    config: &DiscoveryConfig,
) -> Discovery {
    let deadline = Instant::now() + config.timeout;
    let all = with_named(company, named);
    let mut seen = ask_mail(&all, resolver, deadline).await;
    let dns_failed = seen.iter().any(|seen| seen.mail == Mail::Unknown);
    seen.retain(|seen| seen.mail != Mail::None);
    ask_sites(&mut seen, company, resolver, web, config, deadline).await;
    Discovery {
        domains: weigh(&seen),
        dns_failed,
    }
}

/// Asks for the mail hosts of all guesses at once; what has not answered by the deadline
/// is unknown.
async fn ask_mail(all: &[Guess], resolver: &Resolver, deadline: Instant) -> Vec<Seen> {
    // Half of the time at most: the sites need theirs.
    let now = Instant::now();
    let deadline = now + deadline.saturating_duration_since(now) / 2;
    let asked = all.iter().map(|guess| async move {
        let mail = match timeout_at(deadline, mail_of(&guess.domain, resolver)).await {
            Ok(mail) => mail,
            Err(_) => Mail::Unknown,
        };
        Seen {
            guess: guess.clone(),
            mail,
            site: None,
        }
    });
    futures::future::join_all(asked).await
}

async fn mail_of(domain: &str, resolver: &Resolver) -> Mail {
    match resolver.mx(domain).await {
        MailRoute::Hosts {
            implicit: false, ..
        } => Mail::Mx,
        MailRoute::Hosts { implicit: true, .. } => Mail::Implicit,
        MailRoute::NullMx | MailRoute::NoMailHost | MailRoute::NoSuchDomain => Mail::None,
        MailRoute::Unknown(_) => Mail::Unknown,
    }
}

/// Looks at the sites of the likeliest guesses at once.
async fn ask_sites(
    seen: &mut Vec<Seen>,
    company: &CompanyName,
    resolver: &Resolver,
    web: &WebFetcher,
    config: &DiscoveryConfig,
    deadline: Instant,
) {
    let mut asked: FuturesUnordered<_> = seen
        .iter()
        .filter(|seen| matches!(seen.mail, Mail::Mx | Mail::Implicit))
        .take(config.sites_max)
        .map(|seen| {
            let domain = seen.guess.domain.clone();
            async move {
                let site = look(&domain, company, web).await;
                (domain, site)
            }
        })
        .collect();
    let mut elsewhere: Vec<(String, String, SiteIdentity)> = Vec::new();
    while let Ok(Some((domain, site))) = timeout_at(deadline, asked.next()).await {
        if let Some(redirected) = site.redirected_to {
            elsewhere.push((domain, redirected, site.identity));
        } else if let Some(of) = seen.iter_mut().find(|seen| seen.guess.domain == domain) {
            of.site = Some(site.identity);
        }
    }
    drop(asked);
    for (from, to, identity) in elsewhere {
        redirect(seen, &from, &to, identity, resolver, deadline).await;
    }
}

/// A guess whose site lies at another domain is that domain's: its weight goes there.
async fn redirect(
    seen: &mut Vec<Seen>,
    from: &str,
    to: &str,
    identity: SiteIdentity,
    resolver: &Resolver,
    deadline: Instant,
) {
    // Somebody else's site says nothing of where this company has its mail.
    let moved = if identity == SiteIdentity::Names {
        0.9
    } else {
        0.0
    };
    let Some(source) = seen.iter_mut().find(|seen| seen.guess.domain == from) else {
        return;
    };
    let weight = source.guess.prior * moved;
    source.guess.prior -= weight;
    source.site = Some(match identity {
        SiteIdentity::Names => SiteIdentity::Silent,
        other => other,
    });
    if weight <= 0.0 {
        return;
    }
    if let Some(target) = seen.iter_mut().find(|seen| seen.guess.domain == to) {
        target.guess.prior += weight;
        target.site.get_or_insert(identity);
        return;
    }
    let mail = timeout_at(deadline, mail_of(to, resolver))
        .await
        .unwrap_or(Mail::Unknown);
    if mail != Mail::None {
        seen.push(Seen {
            guess: Guess {
                domain: to.to_owned(),
                prior: weight,
            },
            mail,
            site: Some(identity),
        });
    }
}

struct Look {
    identity: SiteIdentity,
    /// The registrable domain that the site lies at, where that is another one.
    redirected_to: Option<String>,
}

async fn look(domain: &str, company: &CompanyName, web: &WebFetcher) -> Look {
    let page = match web.front_page(domain).await {
        Ok(page) => page,
        Err(error) => {
            let identity = match error {
                FetchError::Unreachable | FetchError::Status(_) => SiteIdentity::Unreachable,
                FetchError::Denied | FetchError::Redirects | FetchError::NotHtml => {
                    SiteIdentity::Silent
                }
            };
            return Look {
                identity,
                redirected_to: None,
            };
        }
    };
    let at = psl::domain_str(&page.host).unwrap_or(&page.host).to_owned();
    if PARKING_HOSTS.contains(&at.as_str()) {
        return Look {
            identity: SiteIdentity::Parked,
            redirected_to: None,
        };
    }
    let company = company.clone();
    // Reading a large page takes milliseconds: not on the reactor's thread. Nobody can stop it
    // there, so that it must end by itself whatever the page is.
    let identity =
        tokio::task::spawn_blocking(move || judge(&PageNames::read(&page.html), &company))
            .await
            .unwrap_or(SiteIdentity::Silent);
    Look {
        identity,
        redirected_to: (at != domain && super::of_website(&at, None).is_ok()).then_some(at),
    }
}
