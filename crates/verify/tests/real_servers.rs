//! The engine against real Postfix (with postgrey), Exim and OpenSMTPD.
//!
//! Needs root, Debian's packages and some seconds; runs only where `LODE_REAL_SERVERS=1`
//! is set, as `cargo xtask test` does on Debian as root, and says so where it is not.
//! `LODE_REAL_PACKAGES` is a folder of packages downloaded before. See
//! `crates/testbed/real/serve`.
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

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use lode_core::email::EmailStatus;
use lode_testbed::{Bed, Scenario};
use lode_verify::{Address, DnsServer, Domain, Identity, RetrySchedule, Verifier, VerifyConfig};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Starts a server and waits until it listens; it ends when its standard input closes.
async fn serve(real: &Path, name: &str, work: &Path) -> Child {
    let mut child = Command::new(real.join("serve"))
        .arg(name)
        .arg(work)
        .args(std::env::var_os("LODE_REAL_PACKAGES"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let out = child.stdout.take().unwrap();
    let mut lines = BufReader::new(out).lines();
    let line = tokio::time::timeout(Duration::from_secs(180), lines.next_line());
    assert_eq!(
        line.await.unwrap().unwrap().as_deref(),
        Some("ready"),
        "{name}"
    );
    child
}

#[tokio::test(flavor = "multi_thread")]
async fn real_servers_are_understood() {
    if std::env::var_os("LODE_REAL_SERVERS").is_none() {
        println!("skipped: 5 domains on real mail servers; set LODE_REAL_SERVERS=1 to run them");
        return;
    }
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testbed/real");
    let work = std::env::temp_dir().join(format!("lode-real-{}", std::process::id()));
    std::fs::create_dir_all(&work).unwrap();
    let (postfix, exim, opensmtpd) = tokio::join!(
        serve(&real, "postfix", &work),
        serve(&real, "exim", &work),
        serve(&real, "opensmtpd", &work)
    );
    // DNS alone: the first MX of each domain is where the real server listens.
    let text = std::fs::read_to_string(real.join("scenario.json")).unwrap();
    let scenario: Scenario = serde_json::from_str(&text).unwrap();
    let bed = Bed::start(scenario).await.unwrap();
    let ready = bed.ready();
    let verifier = Verifier::new(VerifyConfig {
        dns: DnsServer::Address(ready.dns),
        smtp_port: ready.smtp_port,
        allow_nets: ready
            .allow_nets
            .iter()
            .map(|net| net.parse().unwrap())
            .collect(),
        // A sender whose domain does not exist: servers that look fall back to the null sender.
        identity: Some(Identity {
            helo: Domain::parse("probe.lode.invalid").unwrap(),
            mail_from: Address::parse("verify@lode.invalid").unwrap(),
        }),
        retry: RetrySchedule::new(vec![Duration::from_secs(4), Duration::from_secs(8)]),
        ..VerifyConfig::default()
    })
    .unwrap();
    for spec in &bed.scenario().domains {
        let domain = Domain::parse(&spec.name).unwrap();
        let mut open: Vec<Address> = ["ada.marlow", "no.body", "ben.stone", "stone"]
            .iter()
            .map(|local| Address::new(local, domain.clone()).unwrap())
            .collect();
        for attempt in 0.. {
            let verdicts = verifier.verify_all(&domain, &open, attempt).await;
            let mut again = vec![];
            let mut wait = Duration::ZERO;
            for (address, verdict) in open.into_iter().zip(verdicts) {
                if let Some(after) = verdict.retry_after {
                    wait = wait.max(after);
                    again.push(address);
                    continue;
                }
                let exists = ["ada.marlow", "ben.stone"].contains(&address.local());
                let expected = if exists {
                    EmailStatus::Verified
                } else {
                    EmailStatus::Invalid
                };
                assert_eq!(
                    verdict.status, expected,
                    "{address}: {:?}",
                    verdict.evidence
                );
            }
            if again.is_empty() {
                break;
            }
            open = again;
            tokio::time::sleep(wait).await;
        }
    }
    for mut server in [postfix, exim, opensmtpd] {
        drop(server.stdin.take());
        let _ = server.wait().await;
    }
    std::fs::remove_dir_all(&work).unwrap();
}
