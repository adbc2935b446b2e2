//! The subcommands, one file each: `Args` is its command line, `run` does it.

pub(crate) mod calibration;
pub(crate) mod devices;
pub(crate) mod find;
pub(crate) mod ledger;
pub(crate) mod name;
pub(crate) mod network;
pub(crate) mod pair;
pub(crate) mod parse;
pub(crate) mod providers;
pub(crate) mod serve;
pub(crate) mod verify;
