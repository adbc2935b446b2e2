//! The outbox: captures on their way to the server, each under an operation id that was
//! made and stored before anything is sent.
//!
//! An entry leaves only when the server has answered for it, so a worker that is killed at
//! any point sends it again, under the same id; the server answers a repetition as it
//! answered the first time. Pure: time and randomness come from the caller.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::api::{CaptureRequest, UnixMillis};

/// Most captures that wait at a time. A click beyond is refused with a message, so that
/// the store that holds them cannot fill up.
pub const ENTRIES_MAX: usize = 500;

/// First pause after a failed try.
pub const BACKOFF_FIRST_MS: i64 = 1_000;

/// Longest pause between two tries.
pub const BACKOFF_MAX_MS: i64 = 5 * 60 * 1_000;

/// "Not before" of what is due at once. Not the least integer: what is stored goes through
/// JavaScript's numbers, which are whole only within ±2^53.
const AT_ONCE: UnixMillis = 0;

/// A capture that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What is sent, its operation id included.
    pub request: CaptureRequest,
    /// Tries so far.
    pub attempts: u32,
    /// Not before this time.
    pub not_before: UnixMillis,
}

/// Captures on their way, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    entries: Vec<Entry>,
}

/// Why a capture could not be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{ENTRIES_MAX} captures wait for the server already")]
pub struct OutboxFull;

impl Outbox {
    /// An outbox as it was stored.
    pub(crate) fn of(entries: Vec<Entry>) -> Self {
        Self { entries }
    }

    /// How many captures wait.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The captures that wait, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Takes a capture in. One with an id that waits already changes nothing.
    ///
    /// # Errors
    /// [`OutboxFull`] at [`ENTRIES_MAX`]; nothing is taken in then.
    pub fn push(&mut self, request: CaptureRequest) -> Result<(), OutboxFull> {
        if self
            .entries
            .iter()
            .any(|e| e.request.operation_id == request.operation_id)
        {
            return Ok(());
        }
        if self.entries.len() >= ENTRIES_MAX {
            return Err(OutboxFull);
        }
        self.entries.push(Entry {
            request,
            attempts: 0,
            not_before: AT_ONCE,
        });
        Ok(())
    }

    /// The oldest capture that is due.
    #[must_use]
    pub fn due(&self, now: UnixMillis) -> Option<&CaptureRequest> {
        self.entries
            .iter()
            .find(|e| e.not_before <= now)
            .map(|e| &e.request)
    }

    /// When the next capture is due; `None` where nothing waits.
    #[must_use]
    pub fn next_due(&self) -> Option<UnixMillis> {
        self.entries.iter().map(|e| e.not_before).min()
    }

    /// Removes a capture that the server has answered for.
    pub fn remove(&mut self, operation_id: Uuid) -> Option<Entry> {
        let at = self
            .entries
            .iter()
            .position(|e| e.request.operation_id == operation_id)?;
        Some(self.entries.remove(at))
    }

    /// Puts everything off after a try that did not reach the server, and returns until
    /// when. The server is what failed, not the one capture, so all of them wait: a backlog
    /// must not become a burst of tries against a server that is down.
    ///
    /// `jitter` in 0 to 1 spreads the tries of many extensions over the upper half of the
    /// pause; `at_least_ms` is the server's own `Retry-After`.
    pub fn put_off(
        &mut self,
        operation_id: Uuid,
        now: UnixMillis,
        jitter: f64,
        at_least_ms: Option<i64>,
    ) -> UnixMillis {
        let mut attempts = 1;
        if let Some(entry) = self
            .entries
            .iter_mut()
            .find(|e| e.request.operation_id == operation_id)
        {
            entry.attempts = entry.attempts.saturating_add(1);
            attempts = entry.attempts;
        }
        let until = now.saturating_add(backoff_ms(attempts, jitter).max(at_least_ms.unwrap_or(0)));
        for entry in &mut self.entries {
            entry.not_before = entry.not_before.max(until);
        }
        until
    }

    /// Makes everything due now: the user asked for a try, or the server is back.
    pub fn hurry(&mut self) {
        for entry in &mut self.entries {
            entry.not_before = AT_ONCE;
        }
    }
}

/// Pause before try number `attempts + 1`: doubles from [`BACKOFF_FIRST_MS`] to
/// [`BACKOFF_MAX_MS`], and `jitter` (0 to 1) takes it from half of that to the whole.
#[must_use]
pub fn backoff_ms(attempts: u32, jitter: f64) -> i64 {
    let doublings = attempts.saturating_sub(1).min(16);
    let whole = BACKOFF_FIRST_MS
        .saturating_mul(1_i64 << doublings)
        .min(BACKOFF_MAX_MS);
    let spread = if jitter.is_finite() {
        jitter.clamp(0.0, 1.0)
    } else {
        1.0
    };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "at most five minutes in milliseconds"
    )]
    let extra = ((whole / 2) as f64 * spread) as i64;
    whole / 2 + extra
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::samples::request;
    use proptest::prelude::*;

    #[test]
    fn keeps_order_and_ids() {
        let mut outbox = Outbox::default();
        outbox.push(request(1)).unwrap();
        outbox.push(request(2)).unwrap();
        outbox.push(request(1)).unwrap();
        assert_eq!(outbox.len(), 2);
        assert_eq!(outbox.due(0), Some(&request(1)));
        outbox.remove(request(1).operation_id).unwrap();
        assert_eq!(outbox.due(0), Some(&request(2)));
        assert!(outbox.remove(request(1).operation_id).is_none());
    }

    #[test]
    fn refuses_more_than_it_can_hold_and_loses_nothing() {
        let mut outbox = Outbox::default();
        for n in 0..ENTRIES_MAX {
            outbox.push(request(n as u128)).unwrap();
        }
        assert_eq!(outbox.push(request(u128::MAX)), Err(OutboxFull));
        assert_eq!(outbox.len(), ENTRIES_MAX);
    }

    #[test]
    fn a_failure_puts_everything_off_and_hurry_takes_it_back() {
        let mut outbox = Outbox::default();
        outbox.push(request(1)).unwrap();
        outbox.push(request(2)).unwrap();
        let until = outbox.put_off(request(1).operation_id, 1_000, 1.0, None);
        assert_eq!(until, 1_000 + BACKOFF_FIRST_MS);
        assert_eq!(outbox.due(until - 1), None);
        assert_eq!(outbox.next_due(), Some(until));
        assert_eq!(outbox.due(until), Some(&request(1)));
        outbox.hurry();
        assert_eq!(outbox.due(0), Some(&request(1)));
    }

    #[test]
    fn the_servers_own_pause_is_kept() {
        let mut outbox = Outbox::default();
        outbox.push(request(1)).unwrap();
        assert_eq!(
            outbox.put_off(request(1).operation_id, 0, 0.0, Some(60_000)),
            60_000
        );
    }

    proptest! {
        #[test]
        fn backoff_stays_in_its_bounds(attempts: u32, jitter: f64) {
            let pause = backoff_ms(attempts, jitter);
            prop_assert!((BACKOFF_FIRST_MS / 2..=BACKOFF_MAX_MS).contains(&pause));
        }
    }
}
