//! The finder on a local mail internet: real DNS, SMTP and HTTP over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::string_slice,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    missing_docs,
    unreachable_pub
)]

mod calibration;
mod companies;
mod hostile_sites;
mod lookups;
mod support;
mod together;
