//! The rules to read with: the built-in ones, and newer files that the worker has taken over.

#[cfg(feature = "browser")]
mod kept;

use std::cell::RefCell;

use crate::address::Url;
use crate::page::ParsedPage;
use crate::sites::{self, Site};
use crate::worker::Rulebook;

#[cfg(feature = "browser")]
pub(super) use kept::{expected, file_for, forget, load, refresh, version};

thread_local! {
    static BOOK: RefCell<Rulebook> = RefCell::default();
}

/// Reads a snapshot with the rules in use.
pub(super) fn read(url: &str, snapshot: &str) -> ParsedPage {
    BOOK.with_borrow(|book| sites::read_snapshot_with(book.rules(), url, snapshot))
}

/// Reads a snapshot in a content script's world, with the file that the worker gave along.
pub(super) fn read_in_page(url: &str, snapshot: &str, file: Option<String>) -> ParsedPage {
    if let (Some(file), Ok(page)) = (file, Url::parse(url)) {
        // The worker has checked it. From the second time on it is no newer than what is used.
        let site = Site::of(&page).name();
        let _ = BOOK.with_borrow_mut(|book| book.take_over(site, file));
    }
    read(url, snapshot)
}
