//! The waterfall over real providers and a scripted server. The backing here is the smallest
//! one that keeps its promises, within one process; the server's keeps them in the database.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;

use async_trait::async_trait;
use lode_core::api::MilliCredits;
use lode_providers::waterfall::{Attempt, Backing, Begun, Judged, Outcome, find, person_key};
use lode_providers::{
    Answer, Deliverability, FoundEmail, PersonQuery, Provider, ProviderError, ProviderKind,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::stub::{Stub, json as reply, person};

#[derive(Default)]
struct Purse {
    left: HashMap<ProviderKind, MilliCredits>,
    reserved: HashMap<Uuid, MilliCredits>,
    answered: HashMap<(ProviderKind, String), (Uuid, Option<FoundEmail>)>,
    at_work: Option<(Uuid, String)>,
    missed: HashSet<(ProviderKind, String)>,
}

/// Keeps answers while `remember` says so, as within one look-up.
struct Desk {
    purse: Mutex<Purse>,
    remember: bool,
}

impl Desk {
    fn new(left: &[(ProviderKind, MilliCredits)], remember: bool) -> Self {
        let purse = Purse {
            left: left.iter().copied().collect(),
            ..Purse::default()
        };
        Self {
            purse: Mutex::new(purse),
            remember,
        }
    }

    fn left(&self, kind: ProviderKind) -> MilliCredits {
        self.purse.lock().unwrap().left[&kind]
    }
}

#[async_trait]
impl Backing for Desk {
    async fn begin(&self, kind: ProviderKind, worst: MilliCredits, person: &PersonQuery) -> Begun {
        let mut purse = self.purse.lock().unwrap();
        let key = (kind, person_key(person).unwrap());
        if let Some((id, found)) = purse.answered.get(&key).filter(|_| self.remember) {
            return Begun::Known(*id, found.clone());
        }
        if let Some((id, task)) = purse.at_work.clone() {
            return Begun::UnderWay(id, task);
        }
        if purse.missed.contains(&key) {
            return Begun::KnownMiss;
        }
        let left = purse.left.entry(kind).or_default();
        if *left < worst {
            return Begun::SpendLimit;
        }
        *left -= worst;
        let id = Uuid::now_v7();
        purse.reserved.insert(id, worst);
        Begun::Go(id)
    }

    async fn keep(&self, id: Uuid, task: &str) -> bool {
        self.purse.lock().unwrap().at_work = Some((id, task.to_owned()));
        true
    }

    fn may_put_off(&self) -> bool {
        self.remember
    }

    async fn end(
        &self,
        id: Uuid,
        kind: ProviderKind,
        person: &PersonQuery,
        answer: &Result<Answer<FoundEmail>, ProviderError>,
        cost: Option<MilliCredits>,
    ) {
        let mut purse = self.purse.lock().unwrap();
        purse.at_work = None;
        let reserved = purse.reserved.remove(&id).unwrap();
        *purse.left.get_mut(&kind).unwrap() += cost.map_or(0, |cost| reserved - cost);
        let key = (kind, person_key(person).unwrap());
        if let Ok(answer) = answer {
            if answer.found.is_none() {
                purse.missed.insert(key.clone());
            }
            purse.answered.insert(key, (id, answer.found.clone()));
        }
    }

    async fn judge(&self, _id: Uuid, _kind: ProviderKind, found: &FoundEmail) -> Judged {
        match found.deliverability {
            Deliverability::Valid => Judged::Settled,
            Deliverability::Invalid | Deliverability::Disposable => Judged::Refuted,
            Deliverability::AcceptAll => Judged::Open,
            Deliverability::Unknown => Judged::Pending,
        }
    }
}

async fn ask(desk: &Desk, providers: &[Box<dyn Provider>]) -> Outcome {
    let providers: Vec<&dyn Provider> = providers.iter().map(AsRef::as_ref).collect();
    find(desk, &providers, &person()).await
}

fn hunter(email: &str, status: &str) -> Value {
    json!({"data": {"email": email, "score": 90, "verification": {"status": status}}})
}

fn leadmagic(email: Option<&str>) -> Value {
    json!({"email": email, "status": email.map(|_| "valid"), "credits_consumed": i32::from(email.is_some())})
}

fn judged(attempt: &Attempt) -> (String, Judged) {
    match attempt {
        Attempt::Asked(Some((found, judged))) => (found.email.to_string(), *judged),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn asks_until_an_address_settles_it() {
    let first = Stub::start(vec![reply(200, &hunter("ada@acme.example", "accept_all"))]).await;
    let second = Stub::start(vec![reply(200, &leadmagic(Some("a.marlow@acme.example")))]).await;
    let third = Stub::start(Vec::new()).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
        third.provider(ProviderKind::Prospeo),
    ];
    let desk = Desk::new(
        &[
            (ProviderKind::Hunter, 5_000),
            (ProviderKind::LeadMagic, 5_000),
            (ProviderKind::Prospeo, 5_000),
        ],
        true,
    );
    let outcome = ask(&desk, &providers).await;
    assert_eq!(outcome.attempts.len(), 2);
    assert_eq!(
        judged(&outcome.attempts[0].1),
        ("ada@acme.example".to_owned(), Judged::Open)
    );
    assert_eq!(
        judged(&outcome.attempts[1].1),
        ("a.marlow@acme.example".to_owned(), Judged::Settled)
    );
    assert!(third.requests().is_empty());
    // Hunter's answer does not say what it cost: the price stays spent.
    assert_eq!(desk.left(ProviderKind::Hunter), 4_000);
    assert_eq!(desk.left(ProviderKind::LeadMagic), 4_000);
    // The same look-up once more (it was put off, or taken over): nobody is asked again.
    assert_eq!(ask(&desk, &providers).await, outcome);
    assert_eq!(first.requests().len() + second.requests().len(), 2);
}

#[tokio::test]
async fn what_cannot_be_judged_yet_is_waited_for() {
    let first = Stub::start(vec![reply(200, &hunter("ada@acme.example", "unknown"))]).await;
    let second = Stub::start(Vec::new()).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
    ];
    let desk = Desk::new(
        &[
            (ProviderKind::Hunter, 5_000),
            (ProviderKind::LeadMagic, 5_000),
        ],
        true,
    );
    let outcome = ask(&desk, &providers).await;
    assert!(outcome.is_pending());
    assert!(second.requests().is_empty());
}

/// Nobody else is asked while one works on it, and what it has begun it does not begin again.
#[tokio::test]
async fn what_is_worked_on_is_come_back_to() {
    let started = json!({"success": true, "request_id": "r1"});
    let working = json!({"success": false});
    let email = json!([{"email": "ada@acme.example", "qualification": "nominative@pro"}]);
    let done = json!({"success": true, "data": [{"email": email}]});
    let mut replies = vec![reply(200, &started)];
    replies.extend(vec![reply(200, &working); 2]);
    let first = Stub::start(replies).await;
    let second = Stub::start(Vec::new()).await;
    let config = lode_providers::ProviderConfig {
        poll_for: std::time::Duration::from_millis(1),
        ..first.config()
    };
    let key = lode_providers::ApiKey::new(crate::stub::KEY);
    let dropcontact = lode_providers::connect(ProviderKind::Dropcontact, &key, &config).unwrap();
    let left = [
        (ProviderKind::Dropcontact, 1_000),
        (ProviderKind::LeadMagic, 1_000),
    ];
    let desk = Desk::new(&left, true);
    let leadmagic = || second.provider(ProviderKind::LeadMagic);
    let outcome = ask(&desk, &[dropcontact, leadmagic()]).await;
    let working = [(ProviderKind::Dropcontact, Attempt::Working)];
    assert_eq!(outcome.attempts, working);
    assert_eq!(desk.left(ProviderKind::Dropcontact), 0, "still set aside");
    // In another process, later.
    let later = Stub::start(vec![reply(200, &done)]).await;
    let providers = [later.provider(ProviderKind::Dropcontact), leadmagic()];
    let outcome = ask(&desk, &providers).await;
    assert_eq!(judged(&outcome.attempts[0].1).1, Judged::Settled);
    assert_eq!(later.requests()[0].uri.path(), "/enrich/all/r1");
    assert_eq!((later.requests().len(), second.requests().len()), (1, 0));
}

#[tokio::test]
async fn work_that_is_not_done_in_time_ends_where_nothing_can_be_put_off() {
    let started = json!({"success": true, "request_id": "r1"});
    let mut replies = vec![reply(200, &started)];
    replies.extend(vec![reply(200, &json!({"success": false})); 2_000]);
    let stub = Stub::start(replies).await;
    let desk = Desk::new(&[(ProviderKind::Dropcontact, 1_000)], false);
    let outcome = ask(&desk, &[stub.provider(ProviderKind::Dropcontact)]).await;
    assert_eq!(
        outcome.attempts[0].1,
        Attempt::Failed(ProviderError::Pending)
    );
    assert_eq!(desk.left(ProviderKind::Dropcontact), 0, "it may be charged");
}

#[tokio::test]
async fn a_miss_is_not_asked_again_and_costs_nothing() {
    let stub = Stub::start(vec![reply(200, &leadmagic(None))]).await;
    let providers = [stub.provider(ProviderKind::LeadMagic)];
    let desk = Desk::new(&[(ProviderKind::LeadMagic, 1_000)], false);
    let first = ask(&desk, &providers).await;
    assert_eq!(first.attempts[0].1, Attempt::Asked(None));
    assert_eq!(desk.left(ProviderKind::LeadMagic), 1_000);
    let again = ask(&desk, &providers).await;
    assert_eq!(again.attempts[0].1, Attempt::KnownMiss);
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn the_days_limit_stops_before_the_request() {
    let stub = Stub::start(vec![reply(200, &hunter("ada@acme.example", "accept_all"))]).await;
    let providers = [stub.provider(ProviderKind::Hunter)];
    let desk = Desk::new(&[(ProviderKind::Hunter, 1_500)], false);
    let first = ask(&desk, &providers).await;
    assert_eq!(judged(&first.attempts[0].1).1, Judged::Open);
    let second = ask(&desk, &providers).await;
    assert_eq!(second.attempts[0].1, Attempt::SpendLimit);
    assert_eq!(stub.requests().len(), 1);
}

#[tokio::test]
async fn who_opted_out_is_asked_for_nowhere_else() {
    let first = Stub::start(vec![reply(451, &json!({}))]).await;
    let second = Stub::start(Vec::new()).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
    ];
    let desk = Desk::new(
        &[
            (ProviderKind::Hunter, 9_000),
            (ProviderKind::LeadMagic, 9_000),
        ],
        true,
    );
    let outcome = ask(&desk, &providers).await;
    assert!(outcome.opted_out && outcome.attempts.len() == 1);
    assert!(second.requests().is_empty());
}

#[tokio::test]
async fn a_failing_provider_does_not_stop_the_others() {
    let first = Stub::start(vec![reply(500, &json!({}))]).await;
    let second = Stub::start(vec![reply(200, &leadmagic(Some("ada@acme.example")))]).await;
    let providers = [
        first.provider(ProviderKind::Hunter),
        second.provider(ProviderKind::LeadMagic),
    ];
    let desk = Desk::new(
        &[
            (ProviderKind::Hunter, 1_000),
            (ProviderKind::LeadMagic, 1_000),
        ],
        true,
    );
    let outcome = ask(&desk, &providers).await;
    assert_eq!(
        outcome.attempts[0].1,
        Attempt::Failed(ProviderError::Server(500))
    );
    assert_eq!(judged(&outcome.attempts[1].1).1, Judged::Settled);
    // Behind a failure the work may have been done: what was reserved stays spent.
    assert_eq!(desk.left(ProviderKind::Hunter), 0);
    // A refusal is not charged.
    let first = Stub::start(vec![reply(401, &json!({}))]).await;
    let desk = Desk::new(&[(ProviderKind::Hunter, 1_000)], true);
    let outcome = ask(&desk, &[first.provider(ProviderKind::Hunter)]).await;
    assert_eq!(
        outcome.attempts[0].1,
        Attempt::Failed(ProviderError::Unauthorized)
    );
    assert_eq!(desk.left(ProviderKind::Hunter), 1_000);
}
