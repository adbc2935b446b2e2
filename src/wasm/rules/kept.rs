//! Newer rule files: kept in storage under a key of their own, asked for at the server.

use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::Value;
use wasm_bindgen::prelude::*;

use super::BOOK;
use crate::address::Url;
use crate::api::RuleVersions;
use crate::client::{self, Call, CallError};
use crate::decode::Decode;
use crate::page::ParsedPage;
use crate::sites::Site;
use crate::wasm::{chrome, from_js, http, runtime, to_js};
use crate::worker::{Outcome, Pairing, Rulebook};

const RULES_KEY: &str = "rules";

thread_local! {
    static ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Restores the files that were taken over.
pub(in crate::wasm) async fn load() -> Result<(), JsValue> {
    let value = chrome::stored(RULES_KEY).await?;
    // What cannot be read is done without: the built-in rules are there.
    let files = from_js::<BTreeMap<String, String>>(&value).unwrap_or_default();
    BOOK.set(Rulebook::restore(files));
    Ok(())
}

/// The newer file for the site of a page, where one was taken over.
pub(in crate::wasm) fn file_for(origin: &str) -> Option<String> {
    let url = Url::parse(origin).ok()?;
    BOOK.with_borrow(|book| book.files().get(Site::of(&url).name()).cloned())
}

/// The fields expected of a page kind.
pub(in crate::wasm) fn expected(page: &ParsedPage) -> Vec<String> {
    BOOK.with_borrow(|book| {
        let rules = book.rules().site(&page.page.site);
        rules.map_or_else(Vec::new, |rules| rules.expected(&page.page.kind).to_vec())
    })
}

/// Version of the rules of a site.
pub(in crate::wasm) fn version(site: &str) -> u64 {
    BOOK.with_borrow(|book| book.rules().site(site).map_or(0, |rules| rules.version()))
}

/// Goes back to the built-in rules: the server that the newer ones came from is no longer
/// trusted.
pub(in crate::wasm) async fn forget() {
    BOOK.set(Rulebook::default());
    let _ = store().await;
}

/// Asks the server for newer rules, where that is due. Whether something has changed.
pub(in crate::wasm) async fn refresh() -> bool {
    let due = runtime::with(|worker| {
        Some((
            worker.usable_pairing()?.clone(),
            worker.rules_due(runtime::now())?,
        ))
    });
    let Some((pairing, etag)) = due else {
        return false;
    };
    if ASKING.replace(true) {
        return false;
    }
    let answer = ask(&pairing, etag).await;
    ASKING.set(false);
    // Another server's files are none of the one that is paired by now.
    if !paired_with(&pairing) {
        return false;
    }
    runtime::with(|worker| match answer {
        Ok(changed) => worker.rules_answered(runtime::now(), changed),
        Err(CallError::Unauthorized) => {
            worker.failed(&CallError::Unauthorized, runtime::now(), 0.0);
        }
        Err(_) => worker.rules_not_answered(runtime::now()),
    });
    true
}

fn paired_with(pairing: &Pairing) -> bool {
    runtime::with(|worker| worker.usable_pairing() == Some(pairing))
}

/// Asks which files there are, fetches those that are newer, takes the good ones over.
/// `None`: nothing new.
async fn ask(
    pairing: &Pairing,
    etag: Option<String>,
) -> Result<Option<(Option<String>, Outcome)>, CallError> {
    let token = Some(pairing.token.as_str());
    let answer = http::call(&pairing.server, token, &Call::rules(etag)).await?;
    if answer.status == 304 {
        return Ok(None);
    }
    let offered = client::read::<Value>(&answer).map(|value| RuleVersions::decode(&value));
    let offered = match offered {
        Ok(Ok(offered)) => offered,
        // A server of before there were any, or of after: nothing to be had.
        Ok(Err(_)) | Err(CallError::Refused { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut outcome = Outcome::default();
    let mut files = Vec::new();
    for site in BOOK.with_borrow(|book| book.wanted(&offered)) {
        let file = http::call(&pairing.server, token, &Call::rule_file(&site)).await?;
        if file.status != 200 {
            client::read_empty(&file)?;
        }
        files.push((site, file.body));
    }
    if !paired_with(pairing) {
        return Ok(None);
    }
    for (site, file) in files {
        let result = BOOK.with_borrow_mut(|book| book.take_over(&site, file));
        outcome.add(&site, result);
    }
    // Should the browser not store them, they are used until the worker stops, and asked for
    // again: the validator is not kept either.
    let stored = store().await.is_ok();
    Ok(Some((answer.etag.filter(|_| stored), outcome)))
}

async fn store() -> Result<(), JsValue> {
    let files = BOOK.with_borrow(|book| to_js(book.files()))?;
    chrome::store(RULES_KEY, files).await
}
