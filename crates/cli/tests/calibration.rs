//! `lode calibration` before anything was reported: it says so, and claims nothing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

use std::process::Command;

use serde_json::Value;

#[tokio::test]
async fn without_outcomes_nothing_is_claimed() {
    let folder = tempfile::tempdir().unwrap();
    let config = lode_server::Config {
        data_dir: folder.path().to_owned(),
        ..lode_server::Config::default()
    };
    let (store, _) = lode_server::open_store(&config).await.unwrap();
    store.close().await;
    let output = Command::new(env!("CARGO_BIN_EXE_lode"))
        .args(["calibration", "--data-dir"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let table: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(table["n"], 0);
    assert_eq!(table["ece"], Value::Null);
    let bands = table["bands"].as_array().unwrap();
    assert_eq!((bands.len(), &bands[6]["from"]), (7, &100.into()));
}
