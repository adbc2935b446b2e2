//! The server through real HTTP: real store, real finder, real verifier, and a local mail
//! internet in place of the one out there.
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

mod access;
mod actions;
mod concurrency;
mod credit_headers;
mod domains;
mod evidence;
mod flow;
mod logs;
mod mobiles;
mod opinions;
mod outcomes;
mod polled;
mod problems;
mod providers;
mod receipts;
mod rules;
mod sourcing;
mod statements;
mod support;
mod team;
mod together;
