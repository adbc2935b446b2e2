//! `lode providers` and `lode find --dry-run`: their contract as tests of the binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const KEY: &str = "key-7b1e-secret-93af";

fn lode(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lode"))
        .args(arguments)
        .arg("--data-dir")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A data folder as `lode serve` makes it.
async fn data(folder: &Path) {
    let config = lode_server::Config {
        data_dir: folder.to_owned(),
        ..lode_server::Config::default()
    };
    let (store, _) = lode_server::open_store(&config).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn keys_are_set_listed_ordered_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("data");
    let missing = lode(&folder, &["providers", "list"], "");
    assert_eq!(missing.status.code(), Some(1), "no store is made");
    data(&folder).await;
    assert_eq!(lines(&lode(&folder, &["providers", "list"], "")).len(), 0);
    let set = [
        "providers",
        "set",
        "hunter",
        "--daily-limit",
        "20",
        "--credit-price",
        "0.034",
    ];
    lines(&lode(&folder, &set, &format!("{KEY}\n")));
    lines(&lode(&folder, &["providers", "set", "snov"], "id:secret\n"));
    let listed = lode(&folder, &["providers", "list"], "");
    let providers = lines(&listed);
    assert_eq!(
        (&providers[0]["provider"], &providers[0]["daily_limit"]),
        (&"hunter".into(), &20_000.into())
    );
    assert_eq!(providers[0]["credit_price"], 34_000);
    assert_eq!(providers[1]["daily_limit"], 50_000);
    assert_eq!(providers[0]["second_opinion"], false);
    assert_eq!(providers[0]["second_opinion_price"], 500);
    let allow = [
        "providers",
        "set",
        "hunter",
        "--keep-key",
        "--second-opinion",
        "true",
    ];
    lines(&lode(&folder, &allow, ""));
    let providers = lines(&lode(&folder, &["providers", "list"], ""));
    assert_eq!(providers[0]["second_opinion"], true);
    assert_eq!(providers[0]["daily_limit"], 20_000);
    assert!(!String::from_utf8_lossy(&listed.stdout).contains("secret"));

    lines(&lode(&folder, &["providers", "order", "snov"], ""));
    let providers = lines(&lode(&folder, &["providers", "list"], ""));
    assert_eq!(
        (&providers[0]["asked"], &providers[1]["place"]),
        (&false.into(), &1.into())
    );
    let find = [
        "find",
        "--name",
        "Ada Marlow",
        "--domain",
        "acme.example",
        "--dry-run",
    ];
    let plan = &lines(&lode(&folder, &find, ""))[0];
    assert_eq!(plan["calls"].as_array().unwrap().len(), 1);
    lines(&lode(&folder, &["providers", "order", "expected-cost"], ""));
    let plan = &lines(&lode(&folder, &find, ""))[0];
    // Hunter's credit is the cheaper one: 0.6 of 34,000, then 0.4 of what Snov's costs.
    assert_eq!(plan["calls"][0]["provider"], "hunter");
    assert_eq!(plan["expected_cost"], 20_400 + 12_000);
    // Without a domain Snov is asked for that first, and cannot be asked for a mononym.
    let company = ["find", "--name", "Ada", "--company", "Acme", "--dry-run"];
    let plan = &lines(&lode(&folder, &company, ""))[0];
    let calls: Vec<_> = plan["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|call| (call["provider"].as_str(), call["purpose"].as_str()))
        .collect();
    assert_eq!(
        calls,
        [
            (Some("snov"), Some("domain")),
            (Some("hunter"), Some("email"))
        ]
    );
    assert_eq!(plan["expected_cost"], 30_000 + 20_400);
    assert_eq!(plan["left_out"][0]["provider"], "snov");
    assert_eq!(plan["left_out"][0]["reason"], "query_incomplete");

    let keep = [
        "providers",
        "set",
        "hunter",
        "--keep-key",
        "--daily-limit",
        "0",
    ];
    lines(&lode(&folder, &keep, ""));
    let plan = &lines(&lode(&folder, &find, ""))[0];
    assert_eq!(plan["calls"][0]["affordable"], false);
    lines(&lode(&folder, &["providers", "remove", "hunter"], ""));
    for (arguments, status) in [
        (&["providers", "remove", "hunter"][..], 1),
        (&["providers", "test", "hunter"][..], 1),
        (&["providers", "set", "hunter", "--keep-key"][..], 1),
        (&["providers", "set", "hunter"][..], 1),
        (&["providers", "set", "nobody"][..], 2),
        (&["providers", "order", "nobody"][..], 1),
        (&["providers", "list", "--account", "nobody"][..], 1),
    ] {
        let output = lode(&folder, arguments, "");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
    }
}
