//! `lode verify` as its users call it: the binary, standard input, a local mail internet.
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

use std::process::Stdio;

use lode_testbed::{Bed, Character, DomainSpec, Scenario};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Runs `lode verify` on the bed with these arguments and standard input.
async fn lode_verify(bed: &Bed, args: &[&str], input: &str) -> Vec<Value> {
    let ready = bed.ready();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lode"));
    command
        .env_remove("LODE_HELO")
        .env_remove("LODE_MAIL_FROM")
        .arg("verify")
        .args(args)
        .args(["--dns", &ready.dns.to_string()])
        .args(["--smtp-port", &ready.smtp_port.to_string()]);
    for net in &ready.allow_nets {
        command.args(["--allow-net", net]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn status<'a>(lines: &'a [Value], email: &str) -> &'a str {
    let line = lines.iter().find(|line| line["email"] == email);
    line.unwrap()["status"].as_str().unwrap()
}

async fn bed() -> Bed {
    Bed::start(Scenario {
        domains: vec![
            DomainSpec::new(
                "acme.test",
                Character::Ordinary,
                &["ada.marlow", "ben.stone"],
            ),
            DomainSpec::new("grey.test", Character::Greylist, &["clara.quill"]),
            DomainSpec::new("all.test", Character::AcceptAll, &[]),
            DomainSpec::new("busy.test", Character::GreylistForever, &[]),
        ],
        ..Scenario::default()
    })
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_input_line_gets_one_line() {
    let bed = bed().await;
    let input = "ada.marlow@acme.test\nBen.Stone@ACME.test\nno.body@acme.test\r\n\nnot an address\n\
                 clara.quill@grey.test\nany.body@all.test\nada.marlow@acme.test\nx@nowhere.test";
    let args = ["-", "--retry-after", "0.05,0.05", "--jobs", "32"];
    let lines = lode_verify(&bed, &args, input).await;
    assert_eq!(lines.len(), 9);
    assert_eq!(status(&lines, "ada.marlow@acme.test"), "verified");
    assert_eq!(status(&lines, "Ben.Stone@ACME.test"), "verified");
    assert_eq!(status(&lines, "no.body@acme.test"), "invalid");
    assert_eq!(status(&lines, ""), "invalid");
    assert_eq!(status(&lines, "not an address"), "invalid");
    assert_eq!(status(&lines, "clara.quill@grey.test"), "verified");
    assert_eq!(status(&lines, "any.body@all.test"), "accept_all");
    assert_eq!(status(&lines, "x@nowhere.test"), "invalid");
    for line in &lines {
        let keys: Vec<&str> = line
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut wanted = ["email", "status", "score", "reasons", "mx", "duration_ms"];
        wanted.sort_unstable();
        let mut keys = keys;
        keys.sort_unstable();
        assert_eq!(keys, wanted);
    }
    // One session for all of the domain's addresses.
    assert_eq!(bed.stats().of("acme.test").connections, 1);
    assert_eq!(bed.stats().of("grey.test").connections, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn deferred_is_told_at_once_without_waiting() {
    let bed = bed().await;
    let args = ["clara.quill@grey.test", "any.one@busy.test", "--no-wait"];
    let lines = lode_verify(&bed, &args, "").await;
    assert_eq!(status(&lines, "clara.quill@grey.test"), "deferred");
    assert_eq!(status(&lines, "any.one@busy.test"), "deferred");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deferral_to_the_end_is_unknown() {
    let bed = bed().await;
    let args = ["any.one@busy.test", "--retry-after", "0.01,0.01"];
    let lines = lode_verify(&bed, &args, "").await;
    assert_eq!(status(&lines, "any.one@busy.test"), "unknown");
    assert_eq!(bed.stats().of("busy.test").connections, 3);
}

/// `--allow-net` opens that network and no other: a name that nobody owns is said to no
/// stranger. (2d00::/8 belongs to nobody, so nothing could answer there.)
#[tokio::test(flavor = "multi_thread")]
async fn an_opened_test_network_allows_asking_no_stranger() {
    let bed = Bed::start(Scenario {
        domains: vec![
            DomainSpec::new("acme.test", Character::Ordinary, &["ada.marlow"]),
            DomainSpec {
                mx_address: Some("2d00:25::1".parse().unwrap()),
                ..DomainSpec::new("public.test", Character::Ordinary, &[])
            },
        ],
        ..Scenario::default()
    })
    .await
    .unwrap();
    let emails = ["ada.marlow@acme.test", "ada.marlow@public.test"];
    let lines = lode_verify(&bed, &emails, "").await;
    assert_eq!(status(&lines, "ada.marlow@acme.test"), "verified");
    let public = lines.iter().find(|line| line["email"] == emails[1]);
    assert_eq!(public.unwrap()["status"], "unknown");
    assert_eq!(
        public.unwrap()["reasons"],
        serde_json::json!(["probing_off"])
    );
}
