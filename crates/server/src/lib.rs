//! The backend: HTTP API, look-ups, configuration.
//!
//! The way of one capture through it:
//!
//! 1. [`guard`] lets the request in: host name, origin, device token.
//! 2. [`routes`] reads the body ([`extract`]), [`validate`] checks each field.
//! 3. `lode-store` writes lead, hold, capture and look-up in one transaction.
//! 4. [`jobs`] takes the look-up, has `lode-finder` find the address, and writes the end:
//!    the hold settled or released, the captures that waited changed.
//! 5. The change wakes the request that waits in `GET /v1/captures`.
//!
//! Errors are [`problem`] details. Log lines hold ids, never names, addresses or tokens.

pub mod api;
pub mod app;
pub mod config;
mod credit_headers;
mod domains;
mod evidence;
pub mod extract;
mod finder;
mod guard;
pub mod jobs;
pub mod phones;
pub mod policy;
pub mod problem;
pub mod providers;
mod routes;
pub mod rules;
mod scores;
mod serve;
pub mod validate;
pub mod verification;

pub use config::Config;
pub use routes::router;
pub use serve::{DEFAULT_ACCOUNT, Running, StartError, open_store, sources, start, start_with};
