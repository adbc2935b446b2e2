//! `lode find` as its users call it: the binary, on a local mail internet.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use serde_json::Value;
use tokio::process::Command;

/// Runs `lode find` on the bed; its one line.
async fn lode_find(bed: &Bed, args: &[&str]) -> Value {
    let ready = bed.ready();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode"));
    command
        .arg("find")
        .args(args)
        .args(["--dns", &ready.dns.to_string()])
        .args(["--smtp-port", &ready.smtp_port.to_string()])
        .args(["--web-port", &ready.http_port.to_string()]);
    for net in &ready.allow_nets {
        command.args(["--allow-net", net]);
    }
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 1);
    serde_json::from_str(&text).unwrap()
}

async fn bed() -> Bed {
    Bed::start(Scenario {
        domains: vec![
            DomainSpec::new("acme.test", Character::Ordinary, &["amarlow"]),
            DomainSpec::new("grey.test", Character::Greylist, &["ada.marlow"]),
            DomainSpec {
                title: Some("Acme Robotics".to_owned()),
                ..DomainSpec::new("acmerobotics.com", Character::Ordinary, &["ada.marlow"])
            },
        ],
        ..Scenario::default()
    })
    .await
    .unwrap()
}

#[tokio::test]
async fn one_line_with_the_address_and_its_candidates() {
    let line = lode_find(
        &bed().await,
        &["--name", "Ada Marlow", "--domain", "acme.test"],
    )
    .await;
    assert_eq!(line["name"], "Ada Marlow");
    assert_eq!(line["domain"], "acme.test");
    assert_eq!(line["email"], "amarlow@acme.test");
    assert_eq!(line["status"], "verified");
    assert_eq!(line["score"], 100);
    assert_eq!(line["candidates"][0]["status"], "invalid");
    assert_eq!(line["candidates"][1]["status"], "verified");
    assert_eq!(line["candidates"][1]["pattern"], "flast");
    assert_eq!(line["candidates"][2]["status"], "not_tried");
    assert!(line["candidates"][0]["probability"].as_f64().unwrap() > 0.2);
    assert!(line["mx"].is_string() && line["duration_ms"].is_u64());
}

#[tokio::test]
async fn waits_for_deferred_mailboxes_unless_told_not_to() {
    let asked = [
        "--name",
        "Ada Marlow",
        "--domain",
        "grey.test",
        "--retry-after",
        "0.05,0.05",
    ];
    let line = lode_find(&bed().await, &asked).await;
    assert_eq!(line["status"], "verified", "{line}");
    let at_once: Vec<&str> = asked.iter().copied().chain(["--no-wait"]).collect();
    let line = lode_find(&bed().await, &at_once).await;
    assert_eq!(line["status"], "deferred", "{line}");
}

#[tokio::test]
async fn finds_the_domain_of_a_company() {
    let asked = ["--name", "Ada Marlow", "--company", "Acme Robotics, Inc."];
    let line = lode_find(&bed().await, &asked).await;
    assert_eq!(line["email"], "ada.marlow@acmerobotics.com", "{line}");
    assert_eq!(line["domains"][0]["how"], "website_title");
}

#[tokio::test]
async fn wrong_usage_is_told() {
    for args in [
        &["find", "--name", "Ada Marlow"][..],
        &["find", "--domain", "acme.test"],
        &[
            "find",
            "--name",
            "Ada",
            "--domain",
            "acme.test",
            "--helo",
            "probe.example.org",
        ],
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lode"));
        let output = command.args(args).output().await.unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
