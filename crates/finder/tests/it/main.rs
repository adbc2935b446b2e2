//! The finder on a local mail internet: real DNS, SMTP and HTTP over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    missing_docs,
    unreachable_pub
)]

mod companies;
mod hostile_sites;
mod lookups;
mod support;
