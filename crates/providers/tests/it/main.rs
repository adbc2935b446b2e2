//! The providers' contracts, against a local server that answers in the documented shapes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod answers;
mod failures;
mod keys;
mod stub;
mod waterfalls;
