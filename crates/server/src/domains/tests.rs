//! Two servers with one database, asking the bed.

use std::sync::Arc;
use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use lode_verify::clock::ManualClock;
use lode_verify::{
    Address, DnsServer, Identity, Limits, MemoryProfiles, RetrySchedule, Verifier, VerifyConfig,
};

use super::*;

const DAY: i64 = 24 * 3600 * 1000;

async fn open(folder: &std::path::Path) -> Store {
    let path = folder.join("lode.db");
    let address = lode_store::Address::Sqlite {
        path,
        durable: false,
    };
    Store::open(&address).await.unwrap()
}

/// A server's verifier, as after a start: nothing in memory but what the database has.
fn verifier(bed: &Bed, store: &Store, now: i64) -> Verifier {
    verifier_with(bed, Arc::new(StoredDomains::new(store.clone())), now)
}

fn verifier_with(bed: &Bed, profiles: Arc<dyn ProfileStore>, now: i64) -> Verifier {
    let ready = bed.ready();
    let nets = ready.allow_nets.iter().map(|net| net.parse().unwrap());
    let config = VerifyConfig {
        dns: DnsServer::Address(ready.dns),
        smtp_port: ready.smtp_port,
        allow_nets: nets.collect(),
        identity: Some(Identity {
            helo: Domain::parse("probe.lode.example").unwrap(),
            mail_from: Address::parse("verify@lode.example").unwrap(),
        }),
        retry: RetrySchedule::new(vec![Duration::from_secs(60); 3]),
        // As of one database.
        decoy_seed: Some(7),
        limits: Limits {
            manners_everywhere: true,
            rcpt_pause: Duration::from_millis(5),
            ..Limits::default()
        },
        ..VerifyConfig::default()
    };
    Verifier::with_parts(config, profiles, Arc::new(ManualClock::new(now))).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_block_holds_for_other_servers_and_after_a_restart() {
    let bed = Bed::start(Scenario {
        domains: vec![
            DomainSpec::new("listed.test", Character::BlockedAtGreeting, &["ada"]),
            DomainSpec::new("busy.test", Character::RateLimited, &["ada"]),
            DomainSpec::new("acme.test", Character::Ordinary, &["ada"]),
        ],
        ..Scenario::default()
    })
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).await;
    let ask = async |store: &Store, domain: &str, now: i64| {
        let email = format!("ada@{domain}");
        let verdict = verifier(&bed, store, now).verify_text(&email, 0).await;
        (verdict.status, bed.stats().of(domain).connections)
    };
    assert_eq!(
        ask(&store, "listed.test", DAY).await,
        (EmailStatus::Blocked, 1)
    );
    // Another server with the same database.
    assert_eq!(
        ask(&store, "listed.test", DAY + 1).await,
        (EmailStatus::Blocked, 1)
    );
    drop(store);
    let store = open(folder.path()).await;
    assert_eq!(
        ask(&store, "listed.test", 2 * DAY - 1).await,
        (EmailStatus::Blocked, 1)
    );
    tidy(&store, 2 * DAY - 1).await;
    assert_eq!(ask(&store, "listed.test", 2 * DAY - 1).await.1, 1);
    // Whoever limits our rate is left alone by all for a minute, then for two, with which
    // the waiting uses up no attempt.
    let busy = "ada@busy.test";
    let limited = verifier(&bed, &store, DAY).verify_text(busy, 0).await;
    assert_eq!(
        (limited.held, bed.stats().of("busy.test").connections),
        (false, 1)
    );
    for (now, wait) in [(DAY + 1, 59_999), (DAY + 59_999, 1)] {
        let held = verifier(&bed, &store, now).verify_text(busy, 1).await;
        assert_eq!((held.held, held.reasons[0].as_str()), (true, "backing_off"));
        assert_eq!(held.retry_after, Some(Duration::from_millis(wait)));
    }
    verifier(&bed, &store, DAY + 60_000)
        .verify_text(busy, 1)
        .await;
    let held = verifier(&bed, &store, DAY + 60_001)
        .verify_text(busy, 2)
        .await;
    assert_eq!(held.retry_after, Some(Duration::from_millis(119_999)));
    assert_eq!(bed.stats().of("busy.test").connections, 2);
    // Whom nobody blocked is asked, and after a day the other again.
    assert_eq!(
        ask(&store, "acme.test", DAY + 1).await,
        (EmailStatus::Verified, 1)
    );
    assert_eq!(
        ask(&store, "listed.test", 2 * DAY).await,
        (EmailStatus::Blocked, 2)
    );
    // The hour's runs at one domain are counted together, whichever server began them.
    let runs = Limits::default().runs_per_domain_hour;
    for run in 1..=i64::from(runs) {
        let (status, _) = ask(&store, "acme.test", 3 * DAY + run).await;
        assert_eq!(status, EmailStatus::Verified, "{run}");
    }
    let asked = bed.stats().of("acme.test").connections;
    let (status, connections) = ask(&store, "acme.test", 3 * DAY + 10).await;
    assert_eq!((status, connections), (EmailStatus::Deferred, asked));
}

/// Two servers: what each of them remembers by.
type Memories = [Arc<dyn ProfileStore>; 2];

/// Two servers that share a database.
async fn together(address: &lode_store::Address) -> Memories {
    let one = Store::open(address).await.unwrap();
    let other = Store::open(address).await.unwrap();
    [one, other].map(|store| -> Arc<dyn ProfileStore> { Arc::new(StoredDomains::new(store)) })
}

/// Two servers that share nothing.
fn apart() -> Memories {
    let memory = || -> Arc<dyn ProfileStore> { Arc::new(MemoryProfiles::default()) };
    [memory(), memory()]
}

/// So many domains of one hoster, so many on an address.
async fn hoster(domains: usize, domains_per_address: usize) -> Bed {
    let domains = (0..domains).map(|index| DomainSpec {
        mx_host: Some(format!("in{}.hoster.test", index / domains_per_address)),
        ..DomainSpec::new(&format!("h{index}.test"), Character::Ordinary, &["ada"])
    });
    Bed::start(Scenario {
        // A conversation takes a third of a second: those of two servers meet.
        latency_ms: 30,
        domains_per_address,
        domains: domains.collect(),
        ..Scenario::default()
    })
    .await
    .unwrap()
}

/// Each server asks for somebody at these domains, all at once: everybody is proved.
async fn ask_together(bed: &Bed, memories: Memories, domains: [Vec<usize>; 2], now: i64) {
    let mut asking = vec![];
    for (memory, domains) in memories.into_iter().zip(domains) {
        let verifier = verifier_with(bed, memory, now);
        asking.extend(domains.into_iter().map(|index| {
            let verifier = verifier.clone();
            let email = format!("ada@h{index}.test");
            tokio::spawn(async move { verifier.verify_text(&email, 0).await })
        }));
    }
    for verdict in asking {
        let verdict = verdict.await.unwrap();
        assert_eq!(verdict.status, EmailStatus::Verified, "{verdict:?}");
    }
}

/// Connections at once as the mail servers count them: of two servers that share a database no
/// more than one of them may have, and more of two that share none.
async fn limits_at_once(address: lode_store::Address) {
    let limits = Limits::default();
    let most = |limit: usize| u64::try_from(limit).unwrap();
    // One address of a mail server.
    let most_of_address = most(limits.connections_per_mx_address);
    for (memories, expected) in [
        (together(&address).await, most_of_address),
        (apart(), 2 * most_of_address),
    ] {
        let bed = hoster(8, 8).await;
        ask_together(&bed, memories, [(0..4).collect(), (4..8).collect()], DAY).await;
        assert_eq!(bed.stats().at_once_max(), expected);
    }
    // A hoster of many addresses.
    let most_of_group = most(limits.connections_per_provider);
    let bed = hoster(20, 1).await;
    let halves = || [(0..10).collect(), (10..20).collect()];
    ask_together(&bed, together(&address).await, halves(), 2 * DAY).await;
    assert_eq!(bed.stats().at_once_max(), most_of_group);
    let bed = hoster(20, 1).await;
    ask_together(&bed, apart(), halves(), DAY).await;
    assert!(bed.stats().at_once_max() > most_of_group);
    // One domain: who comes second finds what the first has learned of it.
    let at_once = |bed: &Bed| bed.stats().of("h0.test").connections_at_once_max;
    let bed = hoster(1, 1).await;
    let memories = [(); 2].map(|()| vec![0]);
    ask_together(&bed, together(&address).await, memories.clone(), 3 * DAY).await;
    assert_eq!(at_once(&bed), 1);
    let recipients = bed.stats().of("h0.test").recipients;
    let bed = hoster(1, 1).await;
    ask_together(&bed, apart(), memories, DAY).await;
    assert_eq!(at_once(&bed), 2);
    assert!(recipients < bed.stats().of("h0.test").recipients);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_keep_the_connections_at_once_together_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    limits_at_once(lode_store::Address::Sqlite {
        path: folder.path().join("lode.db"),
        durable: false,
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_keep_the_connections_at_once_together_on_postgres() {
    match lode_testpg::shared() {
        Ok(cluster) => {
            limits_at_once(lode_store::Address::Postgres {
                url: cluster.new_database().unwrap(),
                connections: 8,
            })
            .await;
        }
        Err(reason) => {
            use std::io::Write as _;
            // Not a print macro: the harness would swallow it.
            let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {reason}");
        }
    }
}
