//! Look-ups of one company that were taken together: each runs as a task of its own, with its own
//! lease and end; only the search at the company's mail servers is made for all at once.

use std::sync::{Arc, Mutex, PoisonError};

use lode_finder::{FindOutcome, FindRequest, NamedDomains, Seeker};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::App;
use crate::providers::DomainQuestion;

/// A look-up's place in a search that it shares.
pub(super) struct Seat {
    joins: mpsc::Sender<Joined>,
    search: Arc<Search>,
}

/// The search's task: it ends with the last seat, so that nobody is asked for whom no look-up
/// waits any more.
struct Search(JoinHandle<()>);

impl Drop for Search {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Who asks the account's providers for the company's domain, should it come to that.
pub(super) struct Asking {
    pub(super) account_id: Uuid,
    pub(super) lookup_id: Uuid,
    pub(super) worker: Uuid,
    pub(super) lead_id: Uuid,
}

impl Asking {
    /// The question, with those who are asked.
    pub(super) fn of<'a>(&self, app: &'a App) -> DomainQuestion<'a> {
        DomainQuestion {
            providers: &app.providers,
            account_id: self.account_id,
            lookup_id: self.lookup_id,
            worker: self.worker,
            lead_id: self.lead_id,
        }
    }
}

/// A look-up that takes part.
struct Joined {
    request: FindRequest,
    asking: Asking,
    reply: oneshot::Sender<FindOutcome>,
}

/// Seats for so many; none where nobody shares.
pub(super) fn seats(app: &App, so_many: usize) -> Vec<Option<Seat>> {
    if so_many < 2 {
        return std::iter::repeat_with(|| None).take(so_many).collect();
    }
    let (joins, joined) = mpsc::channel(so_many);
    let app = app.clone();
    let search = Arc::new(Search(tokio::spawn(search(app, joined))));
    let seat = || {
        Some(Seat {
            joins: joins.clone(),
            search: search.clone(),
        })
    };
    std::iter::repeat_with(seat).take(so_many).collect()
}

impl Seat {
    /// Makes the search together with the others. `None` where it broke off: then each is to
    /// make its own, so that what one's name does to it is not the others' end.
    pub(super) async fn find(self, request: FindRequest, asking: Asking) -> Option<FindOutcome> {
        let (reply, outcome) = oneshot::channel();
        let joined = Joined {
            request,
            asking,
            reply,
        };
        let Self { joins, search } = self;
        joins.send(joined).await.ok()?;
        // Whoever waits to begin waits for this seat too.
        drop(joins);
        let outcome = outcome.await.ok();
        drop(search);
        outcome
    }
}

/// Waits until every seat is taken or given up, and makes the search.
async fn search(app: App, mut joined: mpsc::Receiver<Joined>) {
    let mut all = Vec::new();
    while let Some(one) = joined.recv().await {
        all.push(one);
    }
    let sitting: Vec<Sitting<'_>> = all
        .into_iter()
        .map(|one| Sitting {
            request: one.request,
            others: one.asking.of(&app),
            reply: Mutex::new(Some(one.reply)),
        })
        .collect();
    let seekers: Vec<&dyn Seeker> = sitting.iter().map(|one| one as &dyn Seeker).collect();
    app.finder.find_together(&seekers).await;
}

/// One that takes part, as the finder sees it.
struct Sitting<'a> {
    request: FindRequest,
    others: DomainQuestion<'a>,
    reply: Mutex<Option<oneshot::Sender<FindOutcome>>>,
}

impl Sitting<'_> {
    fn reply(&self) -> std::sync::MutexGuard<'_, Option<oneshot::Sender<FindOutcome>>> {
        self.reply.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seeker for Sitting<'_> {
    fn request(&self) -> &FindRequest {
        &self.request
    }

    fn others(&self) -> &dyn NamedDomains {
        &self.others
    }

    fn waits(&self) -> bool {
        self.reply()
            .as_ref()
            .is_some_and(|reply| !reply.is_closed())
    }

    fn found(&self, outcome: FindOutcome) {
        if let Some(reply) = self.reply().take() {
            // Nobody there: the look-up was erased, or is another server's by now.
            let _ = reply.send(outcome);
        }
    }
}
