//! The running worker: the state in memory, its copy in storage, and the two loops that send
//! what waits and wait for what changes.

use std::cell::{Cell, RefCell};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{chrome, from_js, http, rules, to_js};
use crate::api::AccountView;
use crate::client::{self, Call, CallError};
use crate::decode::Decode;
use crate::protocol::WorkerEvent;
use crate::worker::{BadgeTone, Pairing, Worker};

const STATE_KEY: &str = "state";

/// Where a stored state that cannot be read is put aside, so that nothing is lost with it.
const UNREADABLE_KEY: &str = "unreadable";

/// The one alarm: wakes the worker for what waits.
const ALARM: &str = "wake";

/// Chrome fires no alarm sooner than this.
const ALARM_MIN_MS: f64 = 30_000.0;

thread_local! {
    static WORKER: RefCell<Worker> = RefCell::default();
    static SENDING: Cell<bool> = const { Cell::new(false) };
    static OPERATING: Cell<bool> = const { Cell::new(false) };
    static WAITING: Cell<bool> = const { Cell::new(false) };
    static ASKING: Cell<bool> = const { Cell::new(false) };
    static TIMER: Cell<bool> = const { Cell::new(false) };
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, ms: f64) -> JsValue;
}

/// Now, in milliseconds since 1970-01-01 UTC.
pub(crate) fn now() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds")]
    let now = js_sys::Date::now() as i64;
    now
}

/// Reads or changes the worker's state.
pub(crate) fn with<T>(action: impl FnOnce(&mut Worker) -> T) -> T {
    WORKER.with_borrow_mut(action)
}

/// Restores the stored state.
pub(crate) async fn load() -> Result<(), JsValue> {
    chrome::bar_content_scripts().await?;
    let value = chrome::stored(STATE_KEY).await?;
    if !value.is_undefined() {
        match from_js(&value) {
            Ok(stored) => with(|worker| *worker = Worker::new(stored)),
            Err(_) => chrome::store(UNREADABLE_KEY, value).await?,
        }
    }
    show_badge().await;
    Ok(())
}

/// The state as it is stored: what tells whether something has changed, and what it goes back
/// to. As text, since comparing and copying each type would be code of its own for each.
pub(crate) fn kept() -> String {
    with(|worker| serde_json::to_string(worker.stored()).unwrap_or_default())
}

/// Goes back to a state.
pub(crate) fn go_back(kept: &str) {
    if let Ok(stored) = crate::decode::from_json(kept) {
        with(|worker| *worker = Worker::new(stored));
    }
}

/// Writes the state. What follows from a change is done only after this.
pub(crate) async fn persist() -> Result<(), JsValue> {
    let value = with(|worker| to_js(worker.stored()))?;
    chrome::store(STATE_KEY, value).await
}

/// Writes the state, then brings badge and open pages up to date.
pub(crate) async fn changed() {
    if let Err(error) = persist().await {
        web_sys::console::error_2(&"the state could not be stored".into(), &error);
    }
    show_badge().await;
    if let Ok(event) = to_js(&WorkerEvent::StateChanged) {
        chrome::tell_pages(&event).await;
    }
}

async fn show_badge() {
    let badge = with(|worker| worker.badge());
    let color = match badge.tone {
        BadgeTone::Busy => "#52606d",
        BadgeTone::Good => "#1b7f4d",
        BadgeTone::Waiting => "#b45309",
    };
    let _ = chrome::badge(&badge.text, color, &badge.title).await;
}

/// Makes a call with the pairing's token and reads the answer.
pub(crate) async fn ask<T: Decode>(pairing: &Pairing, call: &Call) -> Result<T, CallError> {
    client::read(&http::call(&pairing.server, Some(&pairing.token), call).await?)
}

/// Starts whichever loop has something to do and is not running.
pub(crate) fn kick() {
    if !SENDING.replace(true) {
        spawn_local(async {
            send_what_is_due().await;
            SENDING.set(false);
            schedule().await;
            if rules::refresh().await {
                changed().await;
            }
        });
    }
    // Beside the captures, which must not wait for a provider's answer.
    if !OPERATING.replace(true) {
        spawn_local(async {
            operate_what_is_due().await;
            OPERATING.set(false);
            schedule().await;
        });
    }
    start_waiting();
    // Nothing else would find out that the server is back.
    if with(|worker| worker.next_try().is_some() && worker.may_call(now())) {
        refresh_account();
    }
}

/// Asks for the account beside what is going on: a page shows at once what is known, and is
/// told when more is. A server in trouble is not asked before its next try, however many
/// pages are told of the trouble.
pub(crate) fn refresh_account() {
    let Some(pairing) = with(|worker| worker.usable_pairing().cloned()) else {
        return;
    };
    if let Some(at) = with(|worker| worker.next_try()).filter(|at| *at > now()) {
        #[expect(clippy::cast_precision_loss, reason = "minutes in milliseconds")]
        later((at - now()) as f64);
        return;
    }
    if ASKING.replace(true) {
        return;
    }
    spawn_local(async move {
        let answer = ask::<AccountView>(&pairing, &Call::account()).await;
        let mut standing = None;
        if answer.is_ok() {
            let asked = http::call(&pairing.server, Some(&pairing.token), &Call::credits()).await;
            standing = asked.ok().filter(|answer| answer.status == 200);
        }
        ASKING.set(false);
        let before = kept();
        let well = answer.is_ok();
        with(|worker| match answer {
            Ok(account) => worker.account(account),
            Err(error) => {
                worker.failed(&error, now(), js_sys::Math::random());
            }
        });
        if let Some(standing) = standing {
            with(|worker| worker.stands(standing.body));
        }
        if kept() != before {
            changed().await;
        }
        if well {
            kick();
        }
    });
}

fn start_waiting() {
    if with(|worker| worker.wants_changes(now())).is_some() && !WAITING.replace(true) {
        spawn_local(async {
            wait_for_changes().await;
            WAITING.set(false);
            schedule().await;
        });
    }
}

async fn send_what_is_due() {
    loop {
        let due = with(|worker| {
            let pairing = worker.usable_pairing()?.clone();
            Some((pairing, worker.due(now())?.clone()))
        });
        let Some((pairing, request)) = due else {
            return;
        };
        // The alarm comes first: should the worker be stopped while it waits for the answer,
        // it is woken and sends the same capture again.
        let _ = chrome::alarm(ALARM, Some(js_sys::Date::now() + ALARM_MIN_MS)).await;
        let answer = ask(&pairing, &Call::capture(&request)).await;
        with(|worker| {
            worker.sent(request.operation_id, answer, now(), js_sys::Math::random());
        });
        changed().await;
        start_waiting();
    }
}

async fn operate_what_is_due() {
    loop {
        let due = with(|worker| {
            let pairing = worker.usable_pairing()?.clone();
            Some((pairing, worker.due_operation(now())?.clone()))
        });
        let Some((pairing, operation)) = due else {
            return;
        };
        // As with captures: woken, the worker sends the same again.
        let _ = chrome::alarm(ALARM, Some(js_sys::Date::now() + ALARM_MIN_MS)).await;
        let call = Call::operate(&operation);
        let answer = http::call(&pairing.server, Some(&pairing.token), &call).await;
        let id = operation.operation_id;
        let ended = with(|worker| worker.operated(id, answer, now(), js_sys::Math::random()));
        if ended {
            // What the lead shows has changed with it.
            let changes = Call::changes(with(|worker| worker.stored().cursor), false);
            let changes = ask(&pairing, &changes).await;
            with(|worker| worker.changed(changes, now(), js_sys::Math::random()));
        }
        changed().await;
    }
}

async fn wait_for_changes() {
    loop {
        let wanted = with(|worker| {
            Some((
                worker.usable_pairing()?.clone(),
                worker.wants_changes(now())?,
            ))
        });
        let Some((pairing, after)) = wanted else {
            return;
        };
        let _ = chrome::alarm(ALARM, Some(js_sys::Date::now() + ALARM_MIN_MS)).await;
        let answer = ask(&pairing, &Call::changes(after, true)).await;
        let before = kept();
        let pause = with(|worker| worker.changed(answer, now(), js_sys::Math::random()));
        if kept() != before {
            changed().await;
        }
        if pause > 0 {
            #[expect(clippy::cast_precision_loss, reason = "minutes in milliseconds")]
            later(pause as f64);
            return;
        }
    }
}

/// Asks for a wake-up for what still waits: by a timer while the worker lives, and by an
/// alarm should it be stopped.
async fn schedule() {
    let wake = with(|worker| worker.next_wake(now()));
    #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
    let at = wake.map(|at| at as f64);
    let alarm = at.map(|at| at.max(js_sys::Date::now() + ALARM_MIN_MS));
    let _ = chrome::alarm(ALARM, alarm).await;
    if let Some(at) = at
        && !WAITING.get()
        && !SENDING.get()
        && !OPERATING.get()
    {
        later((at - js_sys::Date::now()).max(250.0));
    }
}

fn later(ms: f64) {
    if ms > ALARM_MIN_MS || TIMER.replace(true) {
        return;
    }
    let wake = Closure::once_into_js(|| {
        TIMER.set(false);
        kick();
    });
    set_timeout(&wake, ms);
}
