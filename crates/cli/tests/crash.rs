//! The server, killed at random under load, loses nothing and charges nobody twice: a
//! short run of `crates/server/examples/crash.rs`, which has the long one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    dead_code
)]

#[path = "../../server/examples/crash.rs"]
mod crash;

use std::io::Write as _;
use std::path::Path;

const OPERATIONS: usize = 300;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite() {
    let lode = Path::new(env!("CARGO_BIN_EXE_lode"));
    crash::run(OPERATIONS, false, lode).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres() {
    if let Err(reason) = lode_testpg::shared() {
        // Not a print macro: the harness would swallow it.
        let _ = writeln!(std::io::stderr(), "SKIPPED on PostgreSQL: {reason}");
        return;
    }
    let lode = Path::new(env!("CARGO_BIN_EXE_lode"));
    crash::run(OPERATIONS, true, lode).await.unwrap();
}
