//! A local mail internet for tests and benchmarks: a DNS server, SMTP servers of many
//! characters and small web servers, all on loopback. It counts what it is asked, so that
//! tests can hold the verifier to its manners from the other side.
//!
//! In tests: [`Bed::start`] with a [`Scenario`]. For other processes: the binary
//! `lode-testbed SCENARIO.json` (or `-` for standard input's first line), which prints one JSON line
//! ([`Ready`]) when it serves, and runs until its standard input closes.
//!
//! # Scenario
//!
//! ```json
//! {
//!   "latency_ms": 0,
//!   "greylist_ms": 0,
//!   "domains": [
//!     { "name": "acme.test", "mailboxes": ["ada.marlow"], "title": "Acme Ltd" },
//!     { "name": "all.test", "character": "accept_all" },
//!     { "name": "grey.test", "character": "greylist", "mailboxes": ["b.stone"] }
//!   ]
//! }
//! ```
//!
//! | field | meaning |
//! | --- | --- |
//! | `latency_ms` | time that every SMTP server takes for a reply; 0 |
//! | `greylist_ms` | how long greylisting servers refuse what they see first; 0: the first time only |
//! | `dns_port`, `smtp_port`, `http_port` | ports; 0 (default): chosen by the system |
//! | `domains_per_address` | so many domains share a mail server's address, as far as their servers tell them apart by the recipient alone; 0: each has its own |
//! | `domains[].name` | the domain |
//! | `domains[].character` | how its DNS and servers behave: [`Character`] in snake case; `ordinary` |
//! | `domains[].script` | in place of a character: the name of a [`Script`] (`scripts/*.toml`) |
//! | `domains[].mailboxes` | local parts that exist (`postmaster` does everywhere, but with `no_postmaster`) |
//! | `domains[].full`, `domains[].disabled` | local parts that exist and are over quota, or disabled |
//! | `domains[].mx_host` | name of the first MX host, where it is a hoster's |
//! | `domains[].mx_address` | its address in DNS, where it is not the bed's own: of a server out of reach |
//! | `domains[].title` | title of the web page on the domain and on `www.`; without it there is no web server |
//!
//! Every domain has an address of its own in 127.0.0.0/8 (one more per MX host); all SMTP
//! servers share one port, all web servers another. A verifier that is to reach them needs
//! the three of [`Ready`]: `dns`, `smtp_port`, `allow_nets`.

mod bed;
mod character;
mod dns;
mod process;
mod scenario;
mod script;
mod smtp;
mod socks;
mod stats;
mod turning;
mod web;

pub use bed::{Bed, Ready};
pub use character::{Character, Expected, Mailbox};
pub use process::serve_until_input_ends;
pub use scenario::{DomainSpec, Scenario};
pub use script::{Fault, Script};
pub use socks::{SocksManner, SocksProxy, SocksTarget};
pub use stats::{DomainStats, Stats};
pub use turning::TurningDns;
