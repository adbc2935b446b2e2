//! The extension's popup and options pages: one bundle for both.
//!
//! - [`view`] works out what is shown, from the worker's state: pure.
//! - `pages` draws it with Leptos.
//! - `session` holds what an open page knows, and does what its buttons say.
//! - `browser` is the edge to the browser, [`decode`] reads what comes over it.
//!
//! The main region carries `data-state`: the capture's state once there is one (the
//! protocol's name: `unsent`, `working`, `found`, …), else the tab's (`ready`, `reading`,
//! `no_lead`, `needs_reload`, `unsupported`, `failed`), or `not_paired`, or `starting`
//! before the worker has answered. `data-tab`, `data-capture` and `data-connection` carry
//! the three apart.

mod browser;
pub mod decode;
mod pages;
#[cfg(test)]
mod sample;
mod session;
pub mod view;

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the page that this document is. Called once, by the bundle's own glue.
#[wasm_bindgen(start)]
pub fn start() {
    leptos::mount::mount_to_body(|| {
        let session = session::Session::begin();
        if browser::is_options_page() {
            pages::options::page(session)
        } else {
            pages::popup::page(session)
        }
    });
}
