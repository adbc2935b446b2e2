//! Look-ups of one company made together.

use std::sync::Mutex;
use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_finder::{Conclusion, FindOutcome, FindRequest, Finder, NamedDomains, Nobody, Seeker};
use lode_testbed::{Bed, Character, DomainSpec};
use lode_verify::{Limits, Verifier, VerifyConfig};

use crate::support::{
    at_company, at_domain, bed, finder_config, ordinary, verify_config, with_site,
};

/// One that takes part.
struct One {
    request: FindRequest,
    outcome: Mutex<Option<FindOutcome>>,
}

impl One {
    fn new(request: FindRequest) -> Self {
        Self {
            request,
            outcome: Mutex::new(None),
        }
    }
}

impl Seeker for One {
    fn request(&self) -> &FindRequest {
        &self.request
    }

    fn others(&self) -> &dyn NamedDomains {
        &Nobody
    }

    fn found(&self, outcome: FindOutcome) {
        let before = self.outcome.lock().unwrap().replace(outcome);
        assert!(before.is_none(), "told once");
    }
}

/// A finder that treats the bed as it treats strangers, but for the pauses.
fn polite(bed: &Bed) -> Finder {
    let verify = VerifyConfig {
        limits: Limits {
            manners_everywhere: true,
            rcpt_pause: Duration::ZERO,
            ..Limits::default()
        },
        ..verify_config(bed)
    };
    Finder::new(finder_config(bed), Verifier::new(verify).unwrap()).unwrap()
}

async fn together(finder: &Finder, requests: Vec<FindRequest>) -> Vec<FindOutcome> {
    let ones: Vec<One> = requests.into_iter().map(One::new).collect();
    let seekers: Vec<&dyn Seeker> = ones.iter().map(|one| one as &dyn Seeker).collect();
    finder.find_together(&seekers).await;
    let outcomes = ones
        .into_iter()
        .map(|one| one.outcome.into_inner().unwrap());
    outcomes.map(|outcome| outcome.expect("told")).collect()
}

/// The same with what was put off asked again, as a server does.
async fn to_the_end(finder: &Finder, mut requests: Vec<FindRequest>) -> Vec<FindOutcome> {
    let mut outcomes = together(finder, requests.clone()).await;
    for _ in 0..12 {
        let waits = |outcome: &FindOutcome| outcome.conclusion == Conclusion::Deferred;
        let open: Vec<usize> = (0..outcomes.len())
            .filter(|&at| waits(&outcomes[at]))
            .collect();
        for &at in &open {
            requests[at].attempt += u32::from(!outcomes[at].held);
            requests[at].begun |= outcomes[at].is_begun();
        }
        let again = open.iter().map(|&at| requests[at].clone()).collect();
        for (at, outcome) in open.into_iter().zip(together(finder, again).await) {
            outcomes[at] = outcome;
        }
    }
    outcomes
}

const PEOPLE: [&str; 10] = [
    "Ada Archer",
    "Ben Baxter",
    "Cleo Carver",
    "Dan Draper",
    "Eva Ellwood",
    "Finn Fletcher",
    "Gwen Garner",
    "Hugo Harper",
    "Iris Irving",
    "Jack Jarvis",
];

fn mailbox(name: &str, form: impl Fn(&str, &str) -> String) -> String {
    let (given, family) = name.split_once(' ').unwrap();
    form(&given.to_lowercase(), &family.to_lowercase())
}

fn dotted(name: &str) -> String {
    mailbox(name, |given, family| format!("{given}.{family}"))
}

fn initial(name: &str) -> String {
    mailbox(name, |given, family| format!("{}{family}", &given[..1]))
}

fn requests(domain: &str) -> Vec<FindRequest> {
    PEOPLE.iter().map(|name| at_domain(name, domain)).collect()
}

/// How many sessions ten people of one company take, alone and together, and what is found.
async fn counted(name: &str, mailboxes: &[String], together_max: u64) {
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let spec = || vec![ordinary("acme.test", &mailboxes)];
    let (alone_bed, bed) = (bed(spec()).await, bed(spec()).await);
    let alone = Finder::new(
        finder_config(&alone_bed),
        Verifier::new(verify_config(&alone_bed)).unwrap(),
    )
    .unwrap();
    let mut expected = Vec::new();
    for request in requests("acme.test") {
        expected.push(alone.find(&request).await);
    }
    let outcomes = to_the_end(&polite(&bed), requests("acme.test")).await;
    let (before, after) = (
        alone_bed.stats().of("acme.test"),
        bed.stats().of("acme.test"),
    );
    println!(
        "{name}: alone {} sessions, {} RCPTs; together {} sessions, {} RCPTs",
        before.connections, before.recipients, after.connections, after.recipients
    );
    for (outcome, alone) in outcomes.iter().zip(&expected) {
        assert_eq!(outcome.conclusion, alone.conclusion, "{outcome:?}");
        assert_eq!(outcome.email, alone.email);
    }
    assert!(after.connections <= together_max, "{}", after.connections);
    assert!(after.refused_per_session_max <= 8);
    assert_eq!(after.quit, after.connections);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_of_one_company_take_few_sessions() {
    let all = |form: fn(&str) -> String| PEOPLE.iter().map(|name| form(name)).collect::<Vec<_>>();
    counted("first.last", &all(dotted), 2).await;
    counted("flast", &all(initial), 2).await;
    // One in three spells the address otherwise.
    let mixed = PEOPLE.iter().enumerate();
    let mixed: Vec<_> = mixed
        .map(|(at, name)| {
            if at % 3 == 2 {
                initial(name)
            } else {
                dotted(name)
            }
        })
        .collect();
    counted("two conventions", &mixed, 4).await;
    // The likeliest scout has left, and another.
    let mut left = all(dotted);
    left.remove(6);
    left.remove(0);
    counted("two have left", &left, 9).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_found_together_is_what_is_found_alone() {
    let characters = [
        Character::Ordinary,
        Character::Microsoft,
        Character::PlainUnavailable,
        Character::NoPostmaster,
        Character::AcceptAll,
        Character::NameLike,
        Character::FlipAfterThree,
        Character::PolicyForUnknown,
        Character::DefersUnknown,
        Character::Greylist,
        Character::GreylistKnown,
        Character::GreylistSession,
        Character::GreylistForever,
        Character::Busy,
        Character::BusyOnce,
        Character::DropsAtRcpt,
        Character::DropsAfterRefusal,
        Character::HarvestUnknown,
        Character::HarvestPolicy,
        Character::DropsAfterRefusals,
        Character::RcptLimit,
        Character::OneRecipient,
        Character::StartTls,
    ];
    for character in characters {
        let mailboxes: Vec<String> = PEOPLE.iter().take(4).map(|name| initial(name)).collect();
        let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
        let spec = || vec![DomainSpec::new("acme.test", character, &mailboxes)];
        let (alone_bed, bed) = (bed(spec()).await, bed(spec()).await);
        let finder = |bed: &Bed| {
            Finder::new(
                finder_config(bed),
                Verifier::new(verify_config(bed)).unwrap(),
            )
            .unwrap()
        };
        // Five of whom the last has no mailbox.
        let asked: Vec<FindRequest> = requests("acme.test").into_iter().take(5).collect();
        let alone = finder(&alone_bed);
        let mut expected = Vec::new();
        for request in &asked {
            expected.extend(to_the_end(&alone, vec![request.clone()]).await);
        }
        let outcomes = to_the_end(&finder(&bed), asked).await;
        for (outcome, alone) in outcomes.iter().zip(&expected) {
            let told = |outcome: &FindOutcome| {
                let email = outcome.email.clone();
                (
                    outcome.conclusion,
                    email.filter(|_| outcome.status == EmailStatus::Verified),
                )
            };
            assert_eq!(told(outcome), told(alone), "{character:?}: {outcome:#?}");
        }
        let (before, after) = (
            alone_bed.stats().of("acme.test"),
            bed.stats().of("acme.test"),
        );
        println!(
            "{character:?}: {} sessions alone, {} together; {} and {} RCPTs",
            before.connections, after.connections, before.recipients, after.recipients
        );
        assert_eq!((after.data, after.vrfy), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_of_the_hour_serves_all() {
    let mailboxes: Vec<String> = PEOPLE.iter().map(|name| dotted(name)).collect();
    let mailboxes: Vec<&str> = mailboxes.iter().map(String::as_str).collect();
    let bed = bed(vec![ordinary("acme.test", &mailboxes)]).await;
    let finder = polite(&bed);
    for run in 0..3 {
        let outcomes = together(&finder, requests("acme.test")).await;
        let verified = |outcome: &FindOutcome| outcome.conclusion == Conclusion::Verified;
        assert!(outcomes.iter().all(verified), "{run}");
    }
    // The fourth run of the hour is held, for all of them alike.
    let sessions = bed.stats().of("acme.test").connections;
    for outcome in together(&finder, requests("acme.test")).await {
        assert_eq!(outcome.conclusion, Conclusion::Deferred);
        assert!(outcome.held && outcome.retry_after.is_some());
        assert_eq!(outcome.reasons[0], "hourly_limit");
    }
    assert_eq!(bed.stats().of("acme.test").connections, sessions);
}

/// Runs until nobody is held any more: how many, and how each ended.
async fn runs(finder: &dyn Fn() -> Finder, bed: &Bed) -> (usize, Vec<FindOutcome>) {
    let mut requests = requests("acme.test");
    let mut ended = Vec::new();
    for run in 1..20 {
        let before = bed.stats().of("acme.test").connections;
        // Another hour: no run is held.
        let outcomes = together(&finder(), requests.clone()).await;
        let sessions = bed.stats().of("acme.test").connections - before;
        assert!(sessions <= 6, "{sessions}");
        let mut held = Vec::new();
        for (mut request, outcome) in requests.into_iter().zip(outcomes) {
            if outcome.conclusion == Conclusion::Deferred {
                assert!(outcome.held && outcome.reasons.contains(&"session_limit".to_owned()));
                request.begun |= outcome.is_begun();
                held.push(request);
            } else {
                ended.push(outcome);
            }
        }
        requests = held;
        if requests.is_empty() {
            return (run, ended);
        }
    }
    panic!("{} are held for ever", requests.len());
}

/// One person who is unknown, all candidates refused, takes up to three sessions of a run's six;
/// alone each would be a run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_runs_sessions_do_not_suffice_for_goes_on_in_the_next() {
    for known in [None, Some(PEOPLE[9])] {
        let mailbox = known.map_or_else(|| "somebody.else".to_owned(), dotted);
        let bed = bed(vec![ordinary("acme.test", &[&mailbox])]).await;
        let (runs, ended) = runs(&|| polite(&bed), &bed).await;
        println!(
            "{runs} runs for {} unknown",
            ended.len() - usize::from(known.is_some())
        );
        assert!(runs <= 7, "{runs}");
        let found = ended
            .iter()
            .filter(|one| one.conclusion == Conclusion::Verified);
        assert_eq!(found.count(), usize::from(known.is_some()));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_has_their_own_name_and_company() {
    let bed = bed(vec![
        with_site("acmeworks.test", &["ada.archer", "jdoe"], "Acmeworks"),
        ordinary("other.test", &["ben.baxter"]),
    ])
    .await;
    let finder = polite(&bed);
    let outcomes = together(
        &finder,
        vec![
            at_domain("Ada Archer", "acmeworks.test"),
            at_domain("★", "acmeworks.test"),
            at_domain("Ben Baxter", "other.test"),
            at_domain("Jane Doe", "acmeworks.test"),
            at_company("Cleo Carver", "Nobody Knows Xqzzy"),
        ],
    )
    .await;
    let told: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.conclusion, outcome.email.as_deref()))
        .collect();
    assert_eq!(
        told[0],
        (Conclusion::Verified, Some("ada.archer@acmeworks.test"))
    );
    assert_eq!(told[1], (Conclusion::NameUnusable, None));
    assert_eq!(
        told[2],
        (Conclusion::Verified, Some("ben.baxter@other.test"))
    );
    assert_eq!(told[3], (Conclusion::Verified, Some("jdoe@acmeworks.test")));
    assert_eq!(told[4], (Conclusion::DomainUnknown, None));
}
