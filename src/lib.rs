//! Lode's core: reads the page in view into leads, and holds the extension's own logic.
//!
//! Everything here but the private `wasm` module, the edge to the browser, is pure: it
//! knows no browser, no network and no clock, so the same code runs in a content script, in the extension's worker, in the `lode`
//! command and in tests. Start at [`sites::read`].

pub mod address;
pub mod api;
pub mod canonical;
pub mod client;
pub mod decode;
pub mod document;
pub mod dom;
pub mod email;
pub mod headline;
pub mod health;
pub mod lead;
pub mod name;
mod ordered;
pub mod outbox;
mod packed;
pub mod page;
pub mod protocol;
pub mod reason;
pub mod report;
pub mod rules;
pub mod selector;
pub mod sites;
pub mod snapshot;
pub mod unicode;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
mod wasm;
mod word_list;
pub mod worker;

pub use lead::{Lead, LeadKind};
pub use page::{PageInfo, ParsedPage};
