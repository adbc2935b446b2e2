//! Look-ups of one company made together: what one shows of how the company forms its addresses
//! serves the others, and its mail servers are asked in one run.
//!
//! A round of questions at a time. Until an address is proved, one or two people are the scouts,
//! with a few candidates: that the convention is another shows for all alike, and costs nothing
//! with the others. Then everybody's likeliest candidate is asked for at once, and after that
//! whoever is left, one after the other.

use std::collections::HashSet;

use lode_core::email::EmailStatus;
use lode_verify::classify::ReplyClass;
use lode_verify::evidence::RcptAnswer;
use lode_verify::{Address, CatchAll, Domain, DomainOutcome, DomainProfile, Turn, Verdict};

use super::{Finder, Search, concluded, malformed, usable_name};
use crate::candidates::Candidates;
use crate::domain::NamedDomains;
use crate::outcome::{DomainFinding, FindOutcome};
use crate::request::{FindRequest, KnownAddress};

/// Candidates of a scout: about what one session takes beside the control questions.
const SCOUTED: usize = 6;

/// So many scouts; where none of them is known, another would hardly be, and they are looked for
/// to the end, one by one, so that each run comes to an end with some.
const SCOUTS: usize = 2;

/// A candidate at least so likely, now that those before it are refused, is asked for together
/// with those of the others.
const LIKELY: f64 = 0.25;

/// Candidates of each person at a server that puts everybody off: asked for once, so that they
/// have had their delay the next time.
const AHEAD: usize = 2;

/// One of several look-ups that are made together.
pub trait Seeker: Send + Sync {
    /// What is asked.
    fn request(&self) -> &FindRequest;

    /// Who else may be asked for the company's domain.
    fn others(&self) -> &dyn NamedDomains;

    /// Whether anybody still waits for the outcome.
    fn waits(&self) -> bool {
        true
    }

    /// How it ended: told once, as soon as it is known.
    fn found(&self, outcome: FindOutcome);
}

impl Finder {
    /// Makes look-ups of one company together, each as [`Finder::find_asking`] would alone, with
    /// as few questions to its mail servers as that takes. Those of other companies among them
    /// cost nothing but time.
    pub async fn find_together(&self, seekers: &[&dyn Seeker]) {
        let mut open = self.begin_all(seekers).await;
        while !open.is_empty() {
            let mut asked: Vec<Asked<'_>> = Vec::new();
            for (seeker, mut search) in open.drain(..) {
                match search.next(&self.config) {
                    Some(finding) if seeker.waits() => asked.push(Asked {
                        seeker,
                        search,
                        finding,
                    }),
                    Some(_) => {}
                    None => seeker.found(search.conclude()),
                }
            }
            while let Some(first) = asked.first() {
                let of = (first.finding.domain.clone(), first.seeker.request().attempt);
                let (group, others): (Vec<_>, Vec<_>) = asked.into_iter().partition(|asked| {
                    asked.finding.domain == of.0 && asked.seeker.request().attempt == of.1
                });
                asked = others;
                open.extend(self.ask_group(&of.0, of.1, group).await);
            }
        }
    }

    /// The look-ups that need asking; the others have ended. A company's domain is looked for
    /// once.
    async fn begin_all<'s>(&self, seekers: &[&'s dyn Seeker]) -> Vec<(&'s dyn Seeker, Search)> {
        type Found = (Vec<DomainFinding>, &'static str);
        let mut resolved: Vec<(&FindRequest, Found)> = Vec::new();
        let mut open = Vec::new();
        for &seeker in seekers {
            let request = seeker.request();
            let name = match usable_name(request) {
                Ok(name) => name,
                Err(outcome) => {
                    seeker.found(*outcome);
                    continue;
                }
            };
            let known = resolved
                .iter()
                .find(|(other, _)| same_company(other, request));
            let (findings, reason) = if let Some((_, found)) = known {
                found.clone()
            } else {
                let found = self.domains(request, seeker.others()).await;
                resolved.push((request, found.clone()));
                found
            };
            open.push((seeker, Search::new(name, findings, reason)));
        }
        open
    }

    /// Asks one domain for all whose candidates are there. Who has another domain to be asked
    /// is given back.
    async fn ask_group<'s>(
        &self,
        domain: &str,
        attempt: u32,
        group: Vec<Asked<'s>>,
    ) -> Vec<(&'s dyn Seeker, Search)> {
        let mut left = Vec::new();
        let Ok(domain) = Domain::parse(domain) else {
            for asked in group {
                left.extend(asked.end(malformed(), self));
            }
            return left;
        };
        if !self.verifier.probing() || group.len() == 1 {
            for asked in group {
                let (request, finding) = (asked.seeker.request(), asked.finding.clone());
                let outcome = self.ask(request, &asked.search.name, finding).await;
                left.extend(asked.end(outcome, self));
            }
            return left;
        }
        let mut round = Rounds {
            finder: self,
            turn: self.verifier.turn(&domain, attempt),
            domain: &domain,
            people: group.into_iter().map(Person::new).collect(),
            proved: Vec::new(),
            profile: None,
            put_off: false,
        };
        while round.next().await {
            left.extend(round.end_settled());
        }
        left.extend(round.end_settled());
        left
    }
}

/// Whether a search for the company's domain is the same for both.
fn same_company(a: &FindRequest, b: &FindRequest) -> bool {
    a.domain == b.domain
        && a.company == b.company
        && a.website == b.website
        && a.company_url == b.company_url
        && a.caller == b.caller
        && a.resolved == b.resolved
}

/// A look-up whose turn it is to ask at a domain.
struct Asked<'s> {
    seeker: &'s dyn Seeker,
    search: Search,
    finding: DomainFinding,
}

impl<'s> Asked<'s> {
    /// Takes in what became of it; itself, where there is another domain to be asked.
    fn end(mut self, outcome: FindOutcome, finder: &Finder) -> Option<(&'s dyn Seeker, Search)> {
        self.search.take(outcome);
        if self.search.has_more(&finder.config) {
            return Some((self.seeker, self.search));
        }
        self.seeker.found(self.search.conclude());
        None
    }
}

/// One person's candidates and what became of them.
struct Person<'s> {
    asked: Asked<'s>,
    candidates: Candidates,
    verdicts: Vec<(Address, Verdict)>,
    reason: Option<String>,
    /// Nothing more is to be asked.
    settled: bool,
}

impl<'s> Person<'s> {
    fn new(asked: Asked<'s>) -> Self {
        Self {
            asked,
            candidates: Candidates::default(),
            verdicts: Vec::new(),
            reason: None,
            settled: false,
        }
    }

    /// The candidates that were not asked for, likeliest first, each with its probability now
    /// that those that were are refused.
    fn open(&self, domain: &Domain) -> Vec<(Address, f64)> {
        let asked: HashSet<String> = self
            .verdicts
            .iter()
            .map(|(address, _)| address.to_string())
            .collect();
        let list = &self.candidates.list;
        let gone: f64 = list
            .iter()
            .filter(|candidate| asked.contains(&candidate.email))
            .map(|candidate| candidate.probability)
            .sum();
        // What cannot be derived stays possible.
        let rest = (1.0 - gone).max(f64::EPSILON);
        list.iter()
            .filter(|candidate| !asked.contains(&candidate.email))
            .filter_map(|candidate| {
                let address = Address::new(&candidate.local, domain.clone()).ok()?;
                Some((address, candidate.probability / rest))
            })
            .collect()
    }

    fn is_accepted(&self) -> bool {
        self.verdicts.iter().any(|(_, verdict)| {
            let target = verdict.evidence.target.as_ref();
            matches!(
                verdict.status,
                EmailStatus::Verified | EmailStatus::AcceptAll
            ) || target.is_some_and(|answer| answer.class == ReplyClass::Accepted)
        })
    }
}

/// Whether the server puts everybody off. A verdict of the last attempt is none of these.
fn is_put_off(verdict: &Verdict) -> bool {
    let control = verdict.evidence.control.as_ref();
    verdict.status == EmailStatus::Deferred
        && !verdict.held
        && control.is_some_and(|control| control.decoys().all(RcptAnswer::is_deferral))
}

/// Namesakes may have a candidate in common: it is the first one's to ask for.
fn without_repeats(chosen: impl Iterator<Item = (usize, Address)>) -> Vec<(usize, Address)> {
    let mut seen = HashSet::new();
    chosen
        .filter(|(_, address)| seen.insert(address.to_string()))
        .collect()
}

/// The rounds of questions at one domain.
struct Rounds<'a, 's> {
    finder: &'a Finder,
    turn: Turn<'a>,
    domain: &'a Domain,
    people: Vec<Person<'s>>,
    /// Addresses proved in this turn.
    proved: Vec<KnownAddress>,
    profile: Option<DomainProfile>,
    /// The server has put somebody off.
    put_off: bool,
}

impl<'s> Rounds<'_, 's> {
    /// One round; `false` where it was the last.
    async fn next(&mut self) -> bool {
        self.people.retain(|person| person.asked.seeker.waits());
        if self.people.is_empty() {
            return false;
        }
        self.rank();
        if self.turn.is_over() {
            self.tell_all().await;
            return false;
        }
        let (chosen, stop) = self.choose();
        if chosen.is_empty() {
            for person in &mut self.people {
                person.settled = true;
            }
            return false;
        }
        let addresses: Vec<Address> = chosen.iter().map(|(_, it)| it.clone()).collect();
        let outcome = self.turn.put(&addresses, stop).await;
        self.take(&chosen, outcome);
        true
    }

    /// The candidates as they stand with what is proved so far.
    fn rank(&mut self) {
        for person in &mut self.people {
            let mut request = person.asked.seeker.request().clone();
            request.evidence.addresses.extend(self.proved.clone());
            let name = &person.asked.search.name;
            person.candidates = self.finder.ranked(&request, name, self.domain);
        }
    }

    /// Who is asked for in the next round, by the place of whose candidate it is; and whether
    /// the first that is accepted ends it.
    fn choose(&self) -> (Vec<(usize, Address)>, bool) {
        let open: Vec<Vec<(Address, f64)>> = self
            .people
            .iter()
            .map(|person| person.open(self.domain))
            .collect();
        let of_one = |at: usize, so_many: usize| -> Vec<(usize, Address)> {
            let open = open.get(at).into_iter().flatten().take(so_many);
            open.map(|(address, _)| (at, address.clone())).collect()
        };
        let fresh = self.people.iter().enumerate();
        let fresh = fresh.filter(|(_, person)| person.verdicts.is_empty());
        if self.put_off && fresh.clone().next().is_some() {
            let ahead = fresh.clone().flat_map(|(at, _)| of_one(at, AHEAD));
            return (without_repeats(ahead), false);
        }
        let is_begun = |at: usize| {
            let person = self.people.get(at);
            person.is_some_and(|person| person.asked.seeker.request().begun)
        };
        if self.convention_is_known() {
            let likely = open.iter().enumerate().filter_map(|(at, open)| {
                let (address, probability) = open.first()?;
                // Whose likeliest were refused in an earlier run would only have them refused.
                (*probability >= LIKELY && !is_begun(at)).then(|| (at, address.clone()))
            });
            let likely = without_repeats(likely);
            if !likely.is_empty() {
                let stop = likely.len() == 1;
                return (likely, stop);
            }
        } else {
            let people = self.people.iter().enumerate();
            let asked = people.filter(|(at, it)| !it.verdicts.is_empty() || is_begun(*at));
            let next = fresh.map(|(at, _)| at).find(|at| !is_begun(*at));
            if let Some(at) = next.filter(|_| asked.count() < SCOUTS) {
                return (of_one(at, SCOUTED), true);
            }
        }
        let people = self.people.iter().zip(&open).enumerate();
        let next =
            people
                .filter(|(_, (_, open))| !open.is_empty())
                .max_by_key(|(at, (person, _))| {
                    let asked = person.verdicts.len();
                    (is_begun(*at), asked, std::cmp::Reverse(*at))
                });
        let chosen = next.map(|(at, _)| of_one(at, usize::MAX));
        (chosen.unwrap_or_default(), true)
    }

    /// Whether a refusal says no more about one person than about the others: an address is
    /// known here, or the server does not tell mailboxes apart.
    fn convention_is_known(&self) -> bool {
        let mut requests = self
            .people
            .iter()
            .map(|person| person.asked.seeker.request());
        let profile = self.profile.as_ref();
        !self.proved.is_empty()
            || requests.any(|request| !request.evidence.addresses.is_empty())
            || profile.is_some_and(|profile| profile.catch_all != CatchAll::No)
    }

    /// Gives each person the verdicts on their candidates. `chosen` is who was asked for.
    fn take(&mut self, chosen: &[(usize, Address)], outcome: DomainOutcome) {
        if outcome.profile.is_some() {
            self.profile = outcome.profile;
        }
        for (address, verdict) in outcome.verdicts {
            let of = chosen.iter().find(|(_, other)| *other == address);
            let person = of.and_then(|(at, _)| self.people.get_mut(*at));
            self.put_off |= is_put_off(&verdict);
            if let Some(person) = person {
                person.reason.clone_from(&outcome.reason);
                person.verdicts.push((address, verdict));
            }
        }
        for person in &mut self.people {
            let verdicts = || person.verdicts.iter().map(|(_, verdict)| verdict);
            person.settled = person.is_accepted()
                || verdicts().any(is_put_off)
                || person.open(self.domain).is_empty();
        }
    }

    /// What holds for every address, told to whoever is left.
    async fn tell_all(&mut self) {
        for person in &mut self.people {
            let open = person.open(self.domain).into_iter();
            let rest: Vec<Address> = open.map(|(address, _)| address).collect();
            let outcome = self.turn.put(&rest, true).await;
            person.verdicts.extend(outcome.verdicts);
            person.reason = outcome.reason;
            person.settled = true;
        }
    }

    /// Ends the look-ups about which nothing more is to be asked here.
    fn end_settled(&mut self) -> Vec<(&'s dyn Seeker, Search)> {
        let mut left = Vec::new();
        let people = std::mem::take(&mut self.people);
        for person in people {
            if !person.settled {
                self.people.push(person);
                continue;
            }
            let name = person.asked.seeker.request().full_name.clone();
            let verified = person.verdicts.iter();
            let verified = verified.filter(|(_, verdict)| verdict.status == EmailStatus::Verified);
            self.proved
                .extend(verified.map(|(address, _)| KnownAddress {
                    email: address.to_string(),
                    name: name.clone(),
                    weight: 1.0,
                }));
            let probed = DomainOutcome::of(
                self.domain.clone(),
                person.verdicts,
                self.profile.clone(),
                person.reason,
            );
            let finding = person.asked.finding.clone();
            let outcome = concluded(finding, &person.candidates, &probed);
            left.extend(person.asked.end(outcome, self.finder));
        }
        left
    }
}
