use lode_core::api::CaptureState;
use lode_core::email::EmailStatus;
use lode_store::{LookupEnd, NewOutcome, Reported};
use uuid::Uuid;

use crate::bench::{Bench, DAY, NOW, capture_of, found};

pub async fn report(bench: &Bench, address: &str, outcome: &str, at: i64) {
    let new = NewOutcome {
        id: Uuid::now_v7(),
        address: address.into(),
        outcome: outcome.into(),
        at,
        body_hash: [7; 32],
    };
    let reported = bench
        .store
        .report_outcome(bench.account, &new, &bench.pricing, at)
        .await
        .unwrap();
    assert!(matches!(reported, Reported::Done(_)), "{reported:?}");
}

/// Score shown, model's score, and whether mail arrived.
async fn scored(bench: &Bench) -> Vec<(u8, u8, bool)> {
    let mut scored: Vec<_> = bench
        .store
        .scored_outcomes()
        .await
        .unwrap()
        .iter()
        .map(|of| (of.score, of.model_score, of.arrived))
        .collect();
    scored.sort_unstable();
    scored
}

/// The end of a look-up with an address that could not be proved.
pub fn unproved(address: &str, score: u8) -> LookupEnd {
    let proved = found(address, NOW);
    LookupEnd {
        state: CaptureState::Unsure,
        outcome: "accept_all".into(),
        reason: Some("accept_all".into()),
        email: proved.email.map(|email| lode_core::api::EmailView {
            status: EmailStatus::AcceptAll,
            score,
            ..email
        }),
        evidence: None,
        refused: None,
        model_score: Some(85),
        disproves_known: false,
        company_domain: None,
    }
}

pub async fn outcomes_are_evidence_and_judge_the_scores(bench: Bench) {
    for (slug, end) in [
        ("ana", unproved("ana@acme.example", 70)),
        ("bob", found("bob@acme.example", NOW)),
        ("carl", unproved("carl@acme.example", 40)),
        ("dora", found("dora@acme.example", NOW)),
    ] {
        bench.create(&capture_of(slug), NOW).await;
        bench.run(&end, NOW).await;
    }
    report(&bench, "Ana@Acme.example", "delivered", NOW + DAY).await;
    report(&bench, "bob@acme.example", "hard_bounce", NOW + DAY).await;
    report(&bench, "carl@acme.example", "soft_bounce", NOW + DAY).await;
    report(&bench, "nobody@acme.example", "delivered", NOW + DAY).await;

    let evidence = async |slug: &str, at: i64| {
        bench.create(&capture_of(slug), at).await;
        let worker = Uuid::now_v7();
        let claimed = bench.claim(worker, at).await.unwrap();
        bench
            .finish(claimed.id, worker, &unproved("x@acme.example", 1), at)
            .await;
        let names = |list: Vec<(String, Option<String>)>| {
            let mut names: Vec<String> = list.into_iter().map(|(email, _)| email).collect();
            names.sort();
            names
        };
        let evidence = claimed.evidence;
        (names(evidence.addresses), names(evidence.refuted))
    };
    let (good, wrong) = evidence("emil", NOW + DAY).await;
    assert_eq!(good, ["ana@acme.example", "dora@acme.example"]);
    assert_eq!(wrong, ["bob@acme.example"]);
    assert_eq!(scored(&bench).await, [(70, 85, true), (100, 100, false)]);

    // Somebody left: the newer report is the evidence, the first one judged the score.
    report(&bench, "ana@acme.example", "hard_bounce", NOW + 2 * DAY).await;
    let (good, wrong) = evidence("finn", NOW + 2 * DAY).await;
    assert_eq!(good, ["dora@acme.example"]);
    assert_eq!(wrong, ["ana@acme.example", "bob@acme.example"]);
    assert_eq!(scored(&bench).await, [(70, 85, true), (100, 100, false)]);
}
