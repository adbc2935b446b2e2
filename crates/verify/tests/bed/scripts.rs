//! The engine against every scripted mail system: many addresses of a domain together, and
//! one alone as a single look-up asks.

use crate::harness::{Score, assert_manners, run, verifier};
use lode_testbed::{Bed, DomainSpec, Scenario, Script};

/// Invented people who exist, in several shapes of address, and a role.
const EXIST: &[&str] = &["ada.marlow", "ben.stonefield", "dora_quillby", "jw", "info"];
/// Everybody that is asked for: those, one full, one disabled, four that do not exist.
const ASKED: &[&str] = &[
    "ada.marlow",
    "wilma.quist",
    "ben.stonefield",
    "emarlow",
    "xk29",
    "dora_quillby",
    "finn",
    "tbrandvold",
    "jw",
    "info",
    "sales",
];

fn specs() -> Vec<DomainSpec> {
    Script::all()
        .map(|script| {
            let mut spec = DomainSpec::scripted(script, EXIST);
            spec.full = vec!["emarlow".to_owned()];
            spec.disabled = vec!["finn".to_owned()];
            spec
        })
        .collect()
}

async fn bed() -> Bed {
    Bed::start(Scenario {
        domains: specs(),
        ..Scenario::default()
    })
    .await
    .unwrap()
}

async fn ask(bed: &Bed, locals: &[&str]) -> Score {
    let alone = locals.len() == 1;
    let told = |spec: &DomainSpec| !spec.script().is_some_and(|script| script.told_by_company);
    let claims = specs()
        .into_iter()
        .filter(|spec| !alone || told(spec))
        .map(|spec| (spec, locals.iter().map(|&local| local.to_owned()).collect()))
        .collect();
    run(bed, &verifier(bed), claims).await
}

fn summary(score: &Score) -> String {
    format!(
        "right {}, wrong {}, over-claimed {}, false invalid {}, proved {} of {}",
        score.right,
        score.wrong.len(),
        score.over_claimed,
        score.false_invalid,
        score.proved,
        score.provable
    )
}

/// What is wrong, without its evidence.
fn brief(wrong: &str) -> &str {
    wrong.split("; Evidence").next().unwrap_or(wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_script_gets_its_verdicts() {
    assert!(Script::all().count() > 200);
    let bed = bed().await;
    let score = ask(&bed, ASKED).await;
    println!("{}", summary(&score));
    let wrong: Vec<&str> = score.wrong.iter().map(|text| brief(text)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((score.over_claimed, score.false_invalid), (0, 0));
    assert_eq!(score.proved, score.provable);
    assert_manners(&bed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn single_look_ups_of_scripts_agree() {
    let mut wrong = vec![];
    for local in ["ada.marlow", "wilma.quist", "jw", "tbrandvold"] {
        // A bed each: what a server remembers belongs to one look-up.
        let bed = bed().await;
        let score = ask(&bed, &[local]).await;
        println!("{local}: {}", summary(&score));
        wrong.extend(score.wrong.iter().map(|text| brief(text).to_owned()));
        assert_eq!(
            (score.over_claimed, score.false_invalid),
            (0, 0),
            "{wrong:#?}"
        );
        assert_manners(&bed).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A catch-all that goes by lists of names gives itself away by the names of those whom it
/// accepts, exchanged, whatever stands between a given and a family name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_of_names_are_told_by_the_names_of_the_accepted() {
    let people = |script: &str, locals: &[&str]| {
        let script = Script::all().find(|it| it.name == script).unwrap();
        // The first exists, the others are accepted all the same.
        let spec = DomainSpec::scripted(script, &locals[..1]);
        (spec, locals.iter().map(|&it| it.to_owned()).collect())
    };
    let claims: Vec<(DomainSpec, Vec<String>)> = vec![
        people("takes-listed-names", &["ada.marlow", "wilma.quist"]),
        people("takes-listed-family-names", &["emarlow", "tbrandvold"]),
        people(
            "takes-listed-family-names-behind-a-dot",
            &["e.marlow", "t.brandvold", "b.stonefield"],
        ),
        people(
            "takes-listed-names-around-an-underscore",
            &["ada_marlow", "wilma_quist"],
        ),
    ];
    let domains = claims.iter().map(|(spec, _)| spec.clone()).collect();
    let bed = Bed::start(Scenario {
        domains,
        ..Scenario::default()
    })
    .await
    .unwrap();
    let score = run(&bed, &verifier(&bed), claims).await;
    let wrong: Vec<&str> = score.wrong.iter().map(|text| brief(text)).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(score.right, 9);
    assert_manners(&bed).await;
}

/// A server that puts everybody off and takes few recipients a session is asked each question
/// once a run.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_recipients_a_session_are_no_flood() {
    let script = Script::named("five-a-session-after-a-delay").unwrap();
    let spec = DomainSpec::scripted(script, EXIST);
    let name = spec.name.clone();
    let claims = vec![(
        spec.clone(),
        ASKED.iter().map(|&it| it.to_owned()).collect(),
    )];
    let bed = Bed::start(Scenario {
        domains: vec![spec],
        ..Scenario::default()
    })
    .await
    .unwrap();
    let score = run(&bed, &verifier(&bed), claims).await;
    assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
    let stats = bed.stats().of(&name);
    println!("{} sessions, {} RCPTs", stats.sessions, stats.recipients);
    assert!(stats.sessions <= 30, "{} sessions", stats.sessions);
    assert_manners(&bed).await;
}
