//! Tabs: which one is in view, and what was read there.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use super::{chrome, incoming, rules, runtime, to_js};
use crate::page::ParsedPage;
use crate::protocol::{TabReading, TabRequest, TabView};

thread_local! {
    /// What was last read of each tab: a cache, made again when the worker was stopped.
    static READ: RefCell<Vec<Read>> = RefCell::default();
}

struct Read {
    tab_id: i32,
    url: String,
    view: Seen,
}

#[derive(Clone)]
enum Seen {
    Page(ParsedPage),
    Failed(String),
    NeedsReload,
}

/// A tab that can be read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Tab {
    id: i32,
    url: String,
    last_seen: f64,
}

/// Forgets what was read of a tab.
pub(crate) fn forget(tab_id: i32) {
    READ.with_borrow_mut(|read| read.retain(|r| r.tab_id != tab_id));
}

/// The tab in view: the active one of the window used last. Where the asking page is itself
/// a tab (the popup opened as a page), the readable tab seen last.
pub(crate) async fn in_view(asked_from_tab: bool) -> Option<Tab> {
    let filter = if asked_from_tab {
        chrome::object(&[])
    } else {
        chrome::object(&[("active", true.into()), ("lastFocusedWindow", true.into())])
    };
    all(&filter)
        .await
        .into_iter()
        .max_by(|a, b| a.last_seen.total_cmp(&b.last_seen))
}

/// The tabs that match a filter and can be read.
async fn all(filter: &js_sys::Object) -> Vec<Tab> {
    let Ok(tabs) = chrome::tabs(filter).await else {
        return Vec::new();
    };
    let tab = |tab: JsValue| {
        let number = |name| chrome::property(&tab, name).as_f64();
        // Without a permission for its site a tab has no address here.
        let url = chrome::property(&tab, "url").as_string()?;
        #[expect(clippy::cast_possible_truncation, reason = "tab ids are 32-bit")]
        let id = number("id")? as i32;
        let last_seen = number("lastAccessed").unwrap_or(0.0);
        url.starts_with("https://")
            .then_some(Tab { id, url, last_seen })
    };
    tabs.iter().filter_map(tab).collect()
}

/// What the popup shows of a tab.
pub(crate) fn view(tab: Option<&Tab>) -> TabView {
    let Some(tab) = tab else {
        return TabView::Unsupported;
    };
    let seen = READ.with_borrow(|read| {
        read.iter()
            .find(|r| r.tab_id == tab.id && same_page(&r.url, &tab.url))
            .map(|r| r.view.clone())
    });
    match seen {
        None => TabView::Reading,
        Some(Seen::NeedsReload) => TabView::NeedsReload,
        Some(Seen::Failed(message)) => TabView::Failed { message },
        Some(Seen::Page(parsed)) => runtime::with(|worker| worker.tab_view(&parsed)),
    }
}

/// Reads a tab anew and remembers what was read.
///
/// # Errors
/// A sentence for people.
pub(crate) async fn read(tab: &Tab) -> Result<(String, ParsedPage), String> {
    let outcome = ask(tab).await;
    let (url, view) = match &outcome {
        Ok((url, parsed)) => (url.clone(), Seen::Page(parsed.clone())),
        Err(ReadError::NoScript) => (tab.url.clone(), Seen::NeedsReload),
        Err(ReadError::Page(message)) => (tab.url.clone(), Seen::Failed(message.clone())),
    };
    keep(tab.id, url, view);
    outcome.map_err(|error| match error {
        ReadError::NoScript => {
            "This page was open before Lode was started. Reload it, then capture again.".to_owned()
        }
        ReadError::Page(message) => message,
    })
}

/// Remembers what a content script has read by itself.
pub(crate) fn remember(tab_id: i32, url: &str, parsed: &ParsedPage) {
    keep(tab_id, url.to_owned(), Seen::Page(parsed.clone()));
}

fn keep(tab_id: i32, url: String, view: Seen) {
    forget(tab_id);
    READ.with_borrow_mut(|read| read.push(Read { tab_id, url, view }));
}

/// Tells every readable tab whether to show the button.
pub(crate) async fn show_button(show: bool) {
    let Ok(request) = to_js(&TabRequest::ShowButton { show }) else {
        return;
    };
    for tab in all(&chrome::object(&[])).await {
        // One without the content script shows no button anyway.
        let _ = chrome::ask_tab(tab.id, &request).await;
    }
}

enum ReadError {
    NoScript,
    Page(String),
}

async fn ask(tab: &Tab) -> Result<(String, ParsedPage), ReadError> {
    match ask_for(tab, TabRequest::Read).await? {
        TabReading::Parsed { url, parsed } => Ok((url, *parsed)),
        TabReading::Snapshot { url, snapshot } => {
            let parsed = rules::read(&url, &snapshot);
            Ok((url, parsed))
        }
        TabReading::Failed { message } => Err(ReadError::Page(message)),
    }
}

/// Makes a report of a tab without what its page says.
///
/// # Errors
/// A sentence for people.
pub(crate) async fn report(tab: &Tab) -> Result<String, String> {
    match ask_for(tab, TabRequest::Snapshot).await {
        Ok(TabReading::Snapshot { url, snapshot }) => {
            let page = rules::read(&url, &snapshot).page;
            let version = rules::version(&page.site);
            Ok(runtime::with(|worker| {
                crate::report::report(&page, version, &worker.stored().health, &snapshot)
            }))
        }
        Ok(TabReading::Failed { message }) | Err(ReadError::Page(message)) => Err(message),
        _ => Err("Reload the page, then try again.".to_owned()),
    }
}

async fn ask_for(tab: &Tab, request: TabRequest) -> Result<TabReading, ReadError> {
    let request = to_js(&request).map_err(|_| ReadError::NoScript)?;
    let answer = match chrome::ask_tab(tab.id, &request).await {
        Ok(answer) => answer,
        // The tab was open before the extension: give it the script now.
        Err(_) => {
            let given = chrome::run_in_tab(tab.id, "extension/content.js").await;
            given.map_err(|_| ReadError::NoScript)?;
            let asked = chrome::ask_tab(tab.id, &request).await;
            asked.map_err(|_: JsValue| ReadError::NoScript)?
        }
    };
    incoming::reading(&answer).ok_or_else(|| {
        ReadError::Page(
            "The page gave an answer that cannot be read. Reload it and try again.".to_owned(),
        )
    })
}

/// Two addresses of one page: everything but the fragment.
fn same_page(a: &str, b: &str) -> bool {
    a.split('#').next() == b.split('#').next()
}
