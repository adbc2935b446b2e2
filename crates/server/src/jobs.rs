//! Look-ups at work: one dispatcher takes what is due, so many at once run, and each keeps
//! its lease alive. Nothing here is remembered beyond the database: a killed server's
//! look-ups are taken over when their leases end.

mod conclusion;
mod look_up;
mod together;
pub(crate) mod unlocks;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures::future::join_all;
use lode_finder::{FindOutcome, FindRequest, NamedDomains, Seeker};
use lode_store::{Claimed, Finished, GivenBack};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use crate::app::App;
use conclusion::Ending;
use together::Seat;

/// Longest pause of the dispatcher, against clocks that are set back.
const PAUSE_MAX: Duration = Duration::from_secs(60);

/// The same where other servers put look-ups into the queue too.
const PAUSE_MAX_SHARED: Duration = Duration::from_secs(2);

/// Pause after the database did not answer.
const PAUSE_AFTER_ERROR: Duration = Duration::from_secs(1);

/// How long look-ups may go on when the server shuts down, before they are given back.
const GRACE: Duration = Duration::from_secs(3);

/// Most look-ups of one company that are taken together: what a page of search results shows.
const TOGETHER_MAX: usize = 25;

/// Most time for one look-up. Beyond it something hangs that has no limit of its own.
const LOOKUP_TIME_MAX: Duration = Duration::from_secs(15 * 60);

/// Finds the address of a person; `lode_finder::Finder`, but in tests of the jobs.
#[async_trait]
pub trait AddressFinder: Send + Sync {
    /// One look-up.
    async fn find(&self, request: &FindRequest) -> FindOutcome;

    /// The same, with others who may be asked for the company's domain.
    async fn find_asking(&self, request: &FindRequest, _others: &dyn NamedDomains) -> FindOutcome {
        self.find(request).await
    }

    /// Several look-ups of one company; each hears of its end by itself.
    async fn find_together(&self, seekers: &[&dyn Seeker]) {
        let all = seekers.iter().map(async |seeker| {
            let outcome = self.find_asking(seeker.request(), seeker.others()).await;
            seeker.found(outcome);
        });
        join_all(all).await;
    }

    /// Whether this network is known to let nobody out to the mail port.
    fn port_shut(&self) -> bool {
        false
    }
}

#[async_trait]
impl AddressFinder for lode_finder::Finder {
    async fn find(&self, request: &FindRequest) -> FindOutcome {
        Self::find(self, request).await
    }

    async fn find_asking(&self, request: &FindRequest, others: &dyn NamedDomains) -> FindOutcome {
        Self::find_asking(self, request, others).await
    }

    async fn find_together(&self, seekers: &[&dyn Seeker]) {
        Self::find_together(self, seekers).await;
    }

    fn port_shut(&self) -> bool {
        self.verifier().port_shut()
    }
}

/// Takes look-ups and runs them until the server shuts down; then waits for those under
/// way, or gives them back.
pub async fn run(app: App) {
    let worker = Uuid::now_v7();
    let places = Arc::new(Semaphore::new(app.config.workers));
    let mut running = JoinSet::new();
    loop {
        // Ended ones are forgotten as we go.
        while running.try_join_next().is_some() {}
        let place = tokio::select! {
            place = places.clone().acquire_owned() => place,
            () = app.shutting_down() => break,
        };
        let Ok(place) = place else { break };
        let claimed = tokio::select! {
            claimed = next(&app, worker) => claimed,
            () = app.shutting_down() => break,
        };
        let app = app.clone();
        running.spawn(async move {
            process_all(&app, worker, claimed).await;
            drop(place);
        });
    }
    while running.join_next().await.is_some() {}
}

/// The next look-up that is due, whenever that is, with others of the same company.
async fn next(app: &App, worker: Uuid) -> Vec<Claimed> {
    let longest = if app.store.is_shared() {
        PAUSE_MAX_SHARED
    } else {
        PAUSE_MAX
    };
    loop {
        let asked_at = app.now();
        let lease_until = asked_at.saturating_add(lease_ms(app));
        let claimed = app
            .store
            .claim_lookups(worker, asked_at, lease_until, TOGETHER_MAX)
            .await;
        let pause = match claimed {
            Ok(claimed) if !claimed.is_empty() => {
                // They are of one account.
                if let Some(first) = claimed.first() {
                    app.changes_only(first.account_id);
                }
                return claimed;
            }
            Ok(_) => match app.store.next_due().await {
                Ok(Some(due)) => {
                    let wait = u64::try_from(due.saturating_sub(app.now())).unwrap_or(0);
                    // Never without a pause: what is due may be a moment from claimable.
                    Duration::from_millis(wait.max(5)).min(longest)
                }
                Ok(None) => longest,
                Err(error) => {
                    tracing::error!(%error, "cannot ask for look-ups");
                    PAUSE_AFTER_ERROR
                }
            },
            Err(error) => {
                tracing::error!(%error, "cannot take a look-up");
                PAUSE_AFTER_ERROR
            }
        };
        tokio::select! {
            // A look-up put in since the last question has left its mark here.
            () = app.lookups.notified() => {}
            () = sleep(pause) => {}
        }
    }
}

fn lease_ms(app: &App) -> i64 {
    i64::try_from(app.config.lease_seconds.saturating_mul(1000)).unwrap_or(i64::MAX)
}

/// Runs the look-ups of one company: each for itself, but for the search that they share.
async fn process_all(app: &App, worker: Uuid, claimed: Vec<Claimed>) {
    let seats = together::seats(app, claimed.len());
    let each = claimed.into_iter().zip(seats);
    join_all(each.map(|(claimed, seat)| process(app, worker, claimed, seat))).await;
    // Others of the company have waited for these.
    app.lookups.notify_one();
}

/// Runs one look-up and writes down what it came to.
async fn process(app: &App, worker: Uuid, claimed: Claimed, seat: Option<Seat>) {
    let lookup_id = claimed.id;
    if claimed.attempts > i64::from(app.config.attempts_max) {
        tracing::error!(lookup.id = %lookup_id, "look-up given up: begun too often");
        finish(app, worker, &claimed, conclusion::gave_up()).await;
        return;
    }
    // A task of its own: a panic in it is an outcome, not the end of the server.
    let mut lookup = {
        let (app, claimed) = (app.clone(), claimed.clone());
        tokio::spawn(async move { look_up::look_up(&app, worker, &claimed, seat).await })
    };
    let started = Instant::now();
    let hard_end = sleep_until(started + LOOKUP_TIME_MAX);
    let grace_end = async {
        app.shutting_down().await;
        sleep(GRACE).await;
    };
    tokio::pin!(hard_end, grace_end);
    let outcome = loop {
        let lease = Duration::from_secs(app.config.lease_seconds);
        tokio::select! {
            outcome = &mut lookup => break outcome,
            () = sleep(lease / 3) => {
                let lease_until = app.now().saturating_add(lease_ms(app));
                if let Ok(false) = app.store.renew_lease(lookup_id, worker, lease_until).await {
                    // Erased, or taken over after a stall: no longer ours.
                    tracing::warn!(lookup.id = %lookup_id, "look-up lost");
                    lookup.abort();
                    return;
                }
            }
            () = &mut hard_end => {
                tracing::error!(lookup.id = %lookup_id, "look-up took too long");
                lookup.abort();
                finish(app, worker, &claimed, conclusion::timed_out()).await;
                return;
            }
            () = &mut grace_end => {
                lookup.abort();
                let why = GivenBack::Unfinished;
                give_back(app, worker, lookup_id, why, app.now(), claimed.progress).await;
                return;
            }
        }
    };
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let ending = match outcome {
        Ok(found) => conclusion::ending(&claimed, found.outcome, found.progress, app.now()),
        Err(error) => {
            tracing::error!(lookup.id = %lookup_id, panicked = error.is_panic(), "look-up failed");
            Ending::End(conclusion::failed("internal"))
        }
    };
    match ending {
        Ending::Deferred {
            run_at,
            progress,
            why,
        } => {
            tracing::info!(lookup.id = %lookup_id, duration_ms, ?why, "look-up deferred");
            give_back(app, worker, lookup_id, why, run_at, progress).await;
            app.captures_changed(claimed.account_id);
        }
        Ending::End(end) => {
            tracing::info!(
                lookup.id = %lookup_id,
                lead.id = %claimed.lead_id,
                outcome = %end.outcome,
                duration_ms,
                "look-up ended"
            );
            let end = app.scores.corrected(&app.store, end, app.now()).await;
            finish(app, worker, &claimed, end).await;
        }
    }
    if app.finder.port_shut() {
        wake_unreachable(app).await;
    }
}

/// Look-ups that wait because no mail server could be reached need not wait once it is known to
/// be our own network's doing. Asked behind each look-up, since others may be put off meanwhile.
async fn wake_unreachable(app: &App) {
    match app.store.wake_unreachable(app.now()).await {
        Ok(0) => {}
        Ok(_) => app.lookups.notify_one(),
        Err(error) => tracing::warn!(%error, "cannot wake what waits for a shut port"),
    }
}

/// Writes an end down; tries again while the database is busy, within the lease.
async fn finish(app: &App, worker: Uuid, claimed: &Claimed, end: lode_store::LookupEnd) {
    for pause_ms in [50, 200, 1_000, 3_000, 0] {
        let written = app
            .store
            .finish_lookup(claimed.id, worker, &end, &app.pricing, app.now())
            .await;
        match written {
            Ok(Finished::Done | Finished::Requeued) => {
                app.captures_changed(claimed.account_id);
                return;
            }
            Ok(Finished::Lost) => {
                tracing::warn!(lookup.id = %claimed.id, "look-up was taken over");
                return;
            }
            Err(error) if error.is_transient() && pause_ms > 0 => {
                tracing::warn!(lookup.id = %claimed.id, %error, "cannot write an end yet");
                sleep(Duration::from_millis(pause_ms)).await;
            }
            Err(error) => {
                // The lease ends, and the look-up is begun anew.
                tracing::error!(lookup.id = %claimed.id, %error, "cannot write an end");
                return;
            }
        }
    }
}

async fn give_back(
    app: &App,
    worker: Uuid,
    lookup_id: Uuid,
    why: GivenBack,
    run_at: i64,
    progress: Option<String>,
) {
    let progress = progress.as_deref();
    if let Err(error) = app
        .store
        .return_lookup(lookup_id, worker, why, run_at, progress, app.now())
        .await
    {
        // The lease ends, and the look-up is begun anew.
        tracing::error!(lookup.id = %lookup_id, %error, "cannot give a look-up back");
    }
}
