//! Unlocks that captures have asked for: taken up one after another, each decided by the
//! account's rule, the preview and the day's cap when its turn comes.

use std::time::Duration;

use lode_core::api::UnixMillis;
use lode_store::{Begun, DueUnlock};
use tokio::time::sleep;

use crate::app::App;
use crate::phones::{PhoneQuestion, PhoneSource, Preview};
use crate::problem::{ApiError, ApiResult};
use crate::routes::operations::lease_until;
use crate::routes::unlocks::{find, unavailable};

/// Longest pause, against clocks that are set back; where other servers put unlocks into
/// the queue too, the same.
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// After how long an unlock is tried again that nobody answered for.
const PUT_OFF_MS: i64 = 10 * 60 * 1000;

/// Takes unlocks and does them until the server shuts down.
pub(crate) async fn run(app: App) {
    loop {
        let due = tokio::select! {
            due = app.store.due_unlock(app.now()) => due,
            () = app.shutting_down() => return,
        };
        match due {
            Ok(Some(due)) => {
                if process(&app, &due).await.is_ok() {
                    app.changes_only(due.account_id);
                    continue;
                }
                // Refused or not answered: not at once again.
                let later = app.now().saturating_add(PUT_OFF_MS);
                if let Err(error) = app.store.put_off_unlock(&due, later).await {
                    tracing::error!(operation.id = %due.id, %error, "cannot put an unlock off");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "cannot ask for unlocks"),
        }
        tokio::select! {
            () = app.unlocks.notified() => {}
            () = sleep(PAUSE_MAX) => {}
            () = app.shutting_down() => return,
        }
    }
}

async fn process(app: &App, due: &DueUnlock) -> ApiResult<()> {
    match work(app, due).await {
        Err(ApiError::SourceNotConfigured) => end(app, due, "source_not_configured").await,
        other => other,
    }
}

async fn work(app: &App, due: &DueUnlock) -> ApiResult<()> {
    let source = app.phones().ok_or(ApiError::SourceNotConfigured)?;
    let Some(quality) = quality(app, source.as_ref(), due).await? else {
        return end(app, due, "erased").await;
    };
    let now: UnixMillis = app.now();
    let lease_until = lease_until(app, now);
    let begun = app
        .store
        .begin_due_unlock(due, quality, &app.pricing, now, lease_until)
        .await?;
    if let Begun::Work(ticket) = begun {
        match find(app, &ticket, due.lead_id).await {
            // Its turn comes again when the provider is to be looked at.
            Err(ApiError::Pending(_)) => return Ok(()),
            done => done?,
        };
        tracing::info!(operation.id = %due.id, lead.id = %due.lead_id, "unlocked with a capture");
    }
    Ok(())
}

async fn end(app: &App, due: &DueUnlock, reason: &str) -> ApiResult<()> {
    app.store
        .end_unlock(due, reason, &app.pricing, app.now())
        .await?;
    Ok(())
}

/// What the preview promises; the outer `None`: the lead is gone.
async fn quality(
    app: &App,
    source: &dyn PhoneSource,
    due: &DueUnlock,
) -> ApiResult<Option<Option<u8>>> {
    let Some((lead, _)) = app.store.person(due.account_id, due.lead_id).await? else {
        return Ok(None);
    };
    let preview = source
        .preview(PhoneQuestion {
            account_id: due.account_id,
            operation: due.id,
            lead_id: due.lead_id,
            person: &lead,
        })
        .await
        .map_err(unavailable)?;
    Ok(Some(match preview {
        Preview::Exists(quality) => Some(quality),
        Preview::Nothing => None,
        // Nothing is promised: allowed only where no least quality is asked for.
        Preview::Unknown => Some(0),
    }))
}
