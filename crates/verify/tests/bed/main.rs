//! The engine against the test bed: a local mail internet of many characters.
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

mod characters;
mod harness;
mod hostile;
mod manners;
mod probing;
mod scripts;
mod socks;
