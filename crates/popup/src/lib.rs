//! The extension's popup, options page and dashboard: one bundle for all.
//!
//! - [`view`] works out what is shown, from the worker's state: pure.
//! - `pages` draws it with Leptos.
//! - `session` holds what an open page knows, and does what its buttons say.
//! - `browser` is the edge to the browser, [`decode`] reads what comes over it, [`answers`]
//!   what the server says in texts that the worker only hands over.
//!
//! The main region carries `data-state`: the capture's state once there is one (the
//! protocol's name: `unsent`, `working`, `found`, …), else the tab's (`ready`, `reading`,
//! `no_lead`, `needs_reload`, `unsupported`, `failed`), or `not_paired`, or `starting`
//! before the worker has answered. `data-tab`, `data-capture` and `data-connection` carry
//! the three apart.

pub mod answers;
mod browser;
pub mod decode;
mod node;
mod pages;
#[cfg(test)]
mod sample;
mod session;
pub mod view;

use leptos::mount::mount_to_renderer;
use leptos::prelude::request_animation_frame;
use leptos::tachys::dom::body;
use wasm_bindgen::prelude::wasm_bindgen;

use browser::Kind;
use node::Node;
use pages::parts::Page;

/// Starts the page that this document is. Called once, by the bundle's own glue.
#[wasm_bindgen(start)]
pub fn start() {
    let kind = browser::document_kind();
    mount_to_renderer(&body(), move || {
        let session = session::Session::begin();
        match kind {
            Kind::Popup => {
                session.preview();
                browser::on_tab_loaded(move || session.preview());
            }
            Kind::Options => session.begin_options(),
            Kind::Dashboard => session.begin_dashboard(),
        }
        let mut seen = ("", None, false, None);
        move || {
            session.draw(|model| {
                let page = Page { session, model };
                // Only where the screen has become another one: the user may have put the
                // focus nowhere on purpose.
                let screen = model.screen();
                if seen != screen {
                    request_animation_frame(browser::mend_focus);
                    seen = screen;
                }
                Node::Element(match kind {
                    Kind::Popup => pages::popup::page(page),
                    Kind::Options => pages::options::page(page),
                    Kind::Dashboard => pages::dashboard::page(page),
                })
            })
        }
    })
    .forget();
}
