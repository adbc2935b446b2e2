//! One look-up: our own evidence first, then the account's data providers, whose answers are
//! verified by us; last their opinion of what nobody could prove.

use lode_finder::claims::with_claims;
use lode_finder::opinions::{Opinion, next_to_ask, to_ask, with_opinions};
use lode_finder::{
    Conclusion, DomainFinding, DomainSource, FindOutcome, FindRequest, KnownAddress,
    PatternEvidence,
};
use lode_providers::PersonQuery;
use lode_store::Claimed;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::conclusion::{is_put_off, may_be_held, with_port_shut};
use super::together::{Asking, Seat};
use crate::app::App;
use crate::providers::{Asked, Heard, OpinionQuestion, Question, person_query};

/// What an attempt came to.
pub(super) struct LookedUp {
    pub(super) outcome: FindOutcome,
    /// What the next attempt wants back, where there is to be one.
    pub(super) progress: Option<String>,
}

/// Where a look-up that was put off goes on.
#[derive(Serialize, Deserialize)]
#[serde(tag = "stage", rename_all = "snake_case")]
enum Progress {
    /// Our own search, at the domain that it took; whether it got part of the way there.
    Own {
        domain: Option<DomainFinding>,
        #[serde(default)]
        begun: bool,
    },
    /// The verification of what providers found. Our own search is over.
    Providers {
        own: Box<FindOutcome>,
        /// Deferrals of the look-up before this stage began.
        deferrals: i64,
        /// How often the look-up was put off for a provider.
        #[serde(default)]
        put_offs: u32,
    },
}

impl Progress {
    fn write(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}

/// How often a look-up is put off for a provider that rests, or works on it. With the minutes
/// that either takes, an hour at most.
const PUT_OFFS_MAX: u32 = 5;

/// One attempt; with others of the company, where there is a seat among them.
pub(super) async fn look_up(
    app: &App,
    worker: Uuid,
    claimed: &Claimed,
    seat: Option<Seat>,
) -> LookedUp {
    // What an older version wrote is begun anew.
    let progress = claimed
        .progress
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let (own, before, put_offs) = match progress {
        Some(Progress::Providers {
            own,
            deferrals,
            put_offs,
        }) => {
            // The others need not wait for who does not search.
            drop(seat);
            (*own, deferrals, put_offs)
        }
        other => {
            let (domain, begun) = match other {
                Some(Progress::Own { domain, begun }) => (domain, begun),
                _ => (None, false),
            };
            let request = find_request(claimed, domain, begun);
            let own = own_search(app, worker, claimed, request, seat).await;
            if is_put_off(claimed, &own) {
                let domain = own.domain.clone();
                let begun = begun || own.is_begun();
                return LookedUp {
                    outcome: own,
                    progress: Progress::Own { domain, begun }.write(),
                };
            }
            (own, claimed.deferrals, 0)
        }
    };
    if !is_worth_asking(own.conclusion) {
        return LookedUp {
            outcome: own,
            progress: None,
        };
    }
    if let Err(error) = app.store.release_company(claimed.id, worker).await {
        tracing::warn!(lookup.id = %claimed.id, %error, "others of the company wait longer");
    }
    app.lookups.notify_one();
    let question = Question {
        account_id: claimed.account_id,
        lookup_id: claimed.id,
        worker,
        lead_id: claimed.lead_id,
        person: whom(claimed, &own),
        attempt: u32::try_from(claimed.deferrals - before).unwrap_or(0),
        may_put_off: put_offs < PUT_OFFS_MAX && may_be_held(claimed),
        verifier: app.verifier().as_ref(),
    };
    let asked = app.providers.ask(&question).await;
    let progress = asked.pending.or(asked.put_off).and_then(|_| {
        let for_a_provider = asked.pending.is_none();
        let progress = Progress::Providers {
            own: Box::new(own.clone()),
            deferrals: before,
            put_offs: put_offs + u32::from(for_a_provider),
        };
        progress.write()
    });
    let port_shut = app.finder.port_shut();
    let mut outcome = weigh(own.clone(), &asked, &Heard::default(), port_shut);
    if !is_put_off(claimed, &outcome) {
        let heard = second_opinions(app, worker, claimed, &own, &asked).await;
        outcome = weigh(own, &asked, &heard, port_shut);
    }
    LookedUp { outcome, progress }
}

/// What providers say of an address that nobody could prove, where the account has it asked.
async fn second_opinions(
    app: &App,
    worker: Uuid,
    claimed: &Claimed,
    own: &FindOutcome,
    asked: &Asked,
) -> Heard {
    let outcome = with_claims(own.clone(), &asked.claims);
    let opted_out = asked.notes.contains(&"person_opted_out");
    let Some(first) = to_ask(&outcome).filter(|_| !opted_out) else {
        return Heard::default();
    };
    let question = OpinionQuestion {
        account_id: claimed.account_id,
        operation: claimed.id,
        worker: Some(worker),
        lead_id: claimed.lead_id,
        said: &asked.said,
    };
    let following = |heard: &[Opinion]| next_to_ask(&outcome, own, &asked.claims, heard);
    app.providers
        .second_opinions(&question, first, &following)
        .await
}

async fn own_search(
    app: &App,
    worker: Uuid,
    claimed: &Claimed,
    request: FindRequest,
    seat: Option<Seat>,
) -> FindOutcome {
    let asking = || Asking {
        account_id: claimed.account_id,
        lookup_id: claimed.id,
        worker,
        lead_id: claimed.lead_id,
    };
    let shared = match seat {
        Some(seat) => seat.find(request.clone(), asking()).await,
        None => None,
    };
    let outcome = match shared {
        Some(outcome) => outcome,
        None => app.finder.find_asking(&request, &asking().of(app)).await,
    };
    if app.finder.port_shut() {
        with_port_shut(outcome)
    } else {
        outcome
    }
}

/// Whether a provider could help.
fn is_worth_asking(conclusion: Conclusion) -> bool {
    match conclusion {
        Conclusion::Verified | Conclusion::Failed => false,
        Conclusion::DomainUnconfirmed
        | Conclusion::AcceptAll
        | Conclusion::Unsure
        | Conclusion::ProbingOff
        | Conclusion::Blocked
        | Conclusion::Deferred
        | Conclusion::NotFound
        | Conclusion::NoMail
        | Conclusion::DomainUnknown
        | Conclusion::NameUnusable => true,
    }
}

/// Whom providers are asked for: with the domain that our own search is sure of.
fn whom(claimed: &Claimed, own: &FindOutcome) -> PersonQuery {
    let mut person = person_query(&claimed.lead);
    if let Some(domain) = own.domain.as_ref().filter(|domain| domain.confirmed) {
        person.domain = Some(domain.domain.clone());
    }
    person
}

/// Our own evidence with what the providers said.
fn weigh(own: FindOutcome, asked: &Asked, heard: &Heard, port_shut: bool) -> FindOutcome {
    let outcome = with_claims(own.clone(), &asked.claims);
    let mut outcome = with_opinions(outcome, &own, &asked.claims, &heard.opinions);
    if outcome.conclusion == Conclusion::Verified {
        return outcome;
    }
    if let Some(after) = asked.pending {
        outcome.conclusion = Conclusion::Deferred;
        outcome.retry_after = Some(after);
        (outcome.held, outcome.unreachable) = (asked.held, asked.unreachable);
    } else if let Some(after) = asked.put_off {
        outcome.conclusion = Conclusion::Deferred;
        outcome.retry_after = Some(after);
        // No mail server asked for it; nor does a shut mail port make the waiting vain.
        (outcome.held, outcome.unreachable) = (true, false);
        return outcome;
    }
    for note in asked.notes.iter().chain(&heard.notes) {
        if !outcome.reasons.iter().any(|reason| reason == note) {
            outcome.reasons.push((*note).to_owned());
        }
    }
    if port_shut {
        with_port_shut(outcome)
    } else {
        outcome
    }
}

/// What the finder is asked.
fn find_request(claimed: &Claimed, resolved: Option<DomainFinding>, begun: bool) -> FindRequest {
    let lead = &claimed.lead;
    FindRequest {
        full_name: lead.full_name.clone(),
        // The parts as the page's reader, which knows its site, took the name apart.
        name: lead
            .first_name
            .as_ref()
            .map(|given| lode_core::name::PersonName {
                given: Some(given.clone()),
                middle: lead.middle_name.clone(),
                family: lead.last_name.clone(),
                ..lode_core::name::PersonName::default()
            }),
        domain: lead.company_domain.clone(),
        company: lead.company.clone(),
        // A person's website may be anybody's: only the company's own page tells.
        website: claimed.evidence.website.clone(),
        company_url: lead.company_url.clone(),
        caller: Some(claimed.account_id.to_string()),
        // No page's reader tells it.
        company_size: None,
        people_known: claimed.evidence.people,
        evidence: PatternEvidence {
            addresses: known(&claimed.evidence.addresses),
            refuted: known(&claimed.evidence.refuted),
        },
        attempt: u32::try_from(claimed.deferrals).unwrap_or(u32::MAX),
        begun,
        resolved: resolved.or_else(|| proved_domain(claimed)),
    }
}

fn known(addresses: &[(String, Option<String>)]) -> Vec<KnownAddress> {
    addresses
        .iter()
        .map(|(email, name)| KnownAddress {
            email: email.clone(),
            name: name.clone(),
            weight: 1.0,
        })
        .collect()
}

/// The domain that need not be looked for: where an address of the same company was
/// verified before.
fn proved_domain(claimed: &Claimed) -> Option<DomainFinding> {
    if claimed.lead.company_domain.is_some() {
        return None;
    }
    claimed
        .evidence
        .company_domain
        .as_ref()
        .map(|domain| DomainFinding {
            domain: domain.clone(),
            probability: 1.0,
            how: DomainSource::Cache,
            confirmed: true,
        })
}
