//! Priced actions that the user has clicked for: each under an operation id that was made and
//! stored before it is sent, and sent under that id until the server has answered for it.
//!
//! What the server says is kept as the text that it is: the pages read it. Here it only counts
//! whether it has answered.

use uuid::Uuid;

use super::{CaptureRefusal, Worker};
use crate::api::UnixMillis;
use crate::client::{self, Answer, CallError};
use crate::outbox::OutboxFull;
use crate::protocol::Operation;

/// Operations kept; answered ones beyond it are dropped, oldest first.
pub const OPERATIONS_MAX: usize = 100;

/// Longest answer that is kept, in bytes: an unlock's has some hundreds.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

impl Worker {
    /// Takes in a click on a priced action, or on going on with one that came to no end. The
    /// same lead and call again before it was done is the same operation, not another.
    ///
    /// # Errors
    /// [`CaptureRefusal::Full`]; nothing is changed then.
    pub fn operate(
        &mut self,
        call: String,
        lead_id: Option<Uuid>,
        resumed: Option<Uuid>,
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<(), CaptureRefusal> {
        let operations = &mut self.stored.operations;
        let known = operations.iter_mut().rev().find(|known| match resumed {
            Some(id) => known.operation_id == id,
            None => known.lead_id == lead_id && known.call == call && !known.is_done(),
        });
        if let Some(known) = known {
            known.status = 0;
            known.not_before = 0;
            return Ok(());
        }
        if operations.len() >= OPERATIONS_MAX {
            let answered = operations.iter().position(Operation::is_answered);
            operations.remove(answered.ok_or(OutboxFull)?);
        }
        operations.push(Operation {
            operation_id: resumed.unwrap_or_else(new_id),
            lead_id,
            call,
            status: 0,
            answer: String::new(),
            not_before: 0,
        });
        Ok(())
    }

    /// The next operation to be sent, if one is due and the server may be called.
    #[must_use]
    pub fn due_operation(&self, now: UnixMillis) -> Option<&Operation> {
        let waits = |o: &&Operation| !o.is_answered() && o.not_before <= now;
        self.stored
            .operations
            .iter()
            .find(waits)
            .filter(|_| self.may_call(now))
    }

    /// Takes what came of sending an operation. Whether the server has said how it stands: if
    /// not, it is sent again after a pause of its own, whatever else the server answers.
    pub fn operated(
        &mut self,
        operation_id: Uuid,
        answer: Result<Answer, CallError>,
        now: UnixMillis,
        jitter: f64,
    ) -> bool {
        let trouble = match &answer {
            Err(error) => Some(error.clone()),
            // Another server's trouble, not this one's: the user decides about another try.
            Ok(answer) if answer.body.contains("source_unavailable") => None,
            Ok(answer) => client::read::<serde_json::Value>(answer)
                .err()
                .filter(|error| !matches!(error, CallError::Refused { .. })),
        };
        let until = trouble.map(|error| now.saturating_add(self.failed(&error, now, jitter)));
        if until.is_none() {
            self.reached();
        }
        let operations = &mut self.stored.operations;
        let known = operations
            .iter_mut()
            .find(|o| o.operation_id == operation_id);
        let Some(known) = known else { return false };
        let (Ok(answer), None) = (answer, until) else {
            known.not_before = until.unwrap_or(now);
            return false;
        };
        if let (409, Some(seconds)) = (answer.status, answer.retry_after_s) {
            // Under way from before: asked again until it has ended.
            known.not_before = now.saturating_add(seconds.clamp(1, 60) * 1_000);
            return false;
        }
        known.status = answer.status;
        known.answer = answer.body;
        if known.answer.len() > ANSWER_BYTES_MAX {
            known.answer.clear();
        }
        true
    }

    /// When the next operation is due.
    pub(super) fn operations_wake(&self) -> Option<UnixMillis> {
        let waiting = self.stored.operations.iter().filter(|o| !o.is_answered());
        let due = waiting.map(|o| o.not_before).min()?;
        Some(self.next_try().map_or(due, |at| at.max(due)))
    }

    /// Takes what the server says of the credit.
    pub fn stands(&mut self, standing: String) {
        self.stored.standing = Some(standing);
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn paired() -> Worker {
        let mut worker = Worker::default();
        worker.paired("http://127.0.0.1:7317".into(), samples::pairing());
        worker
    }

    fn click(worker: &mut Worker, lead: u128, new: u128) {
        let lead = Some(Uuid::from_u128(lead));
        let mut new_id = || Uuid::from_u128(new);
        worker
            .operate("unlocks".into(), lead, None, &mut new_id)
            .unwrap();
    }

    fn said(status: u16, retry_after_s: Option<i64>, body: &str) -> Result<Answer, CallError> {
        Ok(Answer {
            status,
            retry_after_s,
            etag: None,
            body: body.to_owned(),
        })
    }

    const NO_CREDIT: &str = r#"{"title":"x","status":402,"code":"out_of_credits"}"#;
    const IN_PROGRESS: &str = r#"{"title":"x","status":409,"code":"operation_in_progress"}"#;
    const PROBLEM: &str = r#"{"title":"x","status":503,"code":"source_unavailable"}"#;

    #[test]
    fn an_unlock_is_stored_with_its_id_before_it_is_sent_and_sent_until_it_is_answered() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        // What a killed worker finds again:
        let kept = serde_json::to_string(worker.stored()).unwrap();
        let mut worker = Worker::new(serde_json::from_str(&kept).unwrap());
        let due = worker.due_operation(10).unwrap().clone();
        assert_eq!(due.operation_id, Uuid::from_u128(7));
        assert_eq!(worker.next_wake(10), Some(10));
        assert_eq!(worker.badge().text, "…");

        let lost = Err(CallError::Unreachable("gone".into()));
        worker.operated(due.operation_id, lost, 10, 0.0);
        assert_eq!(worker.due_operation(10), None, "not before the back-off");
        let next = worker.next_wake(10).unwrap();
        assert!(next > 10);
        let again = worker.due_operation(next).unwrap();
        let mut same = due.clone();
        same.not_before = again.not_before;
        assert_eq!(again, &same, "the same again");
        worker.operated(due.operation_id, said(201, None, "{}"), next, 0.0);
        assert_eq!(worker.due_operation(i64::MAX), None);
        assert_eq!(worker.next_wake(next), None);
    }

    #[test]
    fn a_second_click_before_the_end_is_the_same_operation_and_one_after_it_another() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        click(&mut worker, 1, 8);
        click(&mut worker, 2, 9);
        let ids = |worker: &Worker| -> Vec<u128> {
            let operations = worker.stored().operations.iter();
            operations.map(|o| o.operation_id.as_u128()).collect()
        };
        assert_eq!(ids(&worker), [7, 9]);
        let seven = Uuid::from_u128(7);
        worker.operated(seven, said(402, None, NO_CREDIT), 1, 0.0);
        assert_eq!(worker.due_operation(1).unwrap().operation_id.as_u128(), 9);
        // Credit has come: the same operation again, not a second one.
        click(&mut worker, 1, 10);
        assert_eq!(ids(&worker), [7, 9]);
        assert_eq!(worker.due_operation(1).unwrap().operation_id, seven);
        worker.operated(seven, said(200, None, "{}"), 1, 0.0);
        click(&mut worker, 1, 11);
        assert_eq!(ids(&worker), [7, 9, 11]);
    }

    #[test]
    fn what_is_under_way_or_in_trouble_is_asked_again_by_itself_and_what_is_refused_is_not() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        let id = Uuid::from_u128(7);
        worker.operated(id, said(409, Some(3), IN_PROGRESS), 10, 0.0);
        assert_eq!(worker.due_operation(3_009), None);
        assert!(worker.due_operation(3_010).is_some());
        worker.operated(id, said(503, Some(5), "{}"), 20, 0.0);
        assert_eq!(worker.due_operation(5_019), None);
        assert!(worker.due_operation(5_020).is_some());
        worker.operated(id, said(503, None, PROBLEM), 5_020, 0.0);
        assert_eq!(worker.due_operation(i64::MAX), None, "the user decides");
        assert_eq!(worker.stored().operations[0].answer, PROBLEM);
        worker
            .operate("unlocks".into(), None, Some(id), &mut Uuid::nil)
            .unwrap();
        worker.operated(id, said(401, None, ""), 6_000, 0.0);
        assert_eq!(worker.due_operation(i64::MAX), None, "not paired");
        worker.paired("http://127.0.0.1:7317".into(), samples::pairing());
        assert!(worker.due_operation(i64::MAX).is_some(), "paired again");
    }

    #[test]
    fn a_server_that_answers_all_else_is_not_asked_for_it_without_a_pause() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        let id = Uuid::from_u128(7);
        let unavailable = r#"{"title":"x","status":503,"code":"unavailable"}"#;
        let ended = worker.operated(id, said(503, Some(5), unavailable), 10, 0.0);
        assert!(!ended);
        worker.account(samples::pairing().account);
        assert_eq!(worker.due_operation(5_009), None);
        assert!(worker.due_operation(5_010).is_some());
    }

    #[test]
    fn what_is_not_lode_does_not_answer_for_it() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        let id = Uuid::from_u128(7);
        for (status, body) in [(200, "<html>"), (403, "<html>"), (407, "")] {
            assert!(!worker.operated(id, said(status, None, body), 10, 0.0));
            assert!(worker.due_operation(i64::MAX).is_some(), "{status}");
        }
        assert!(worker.operated(id, said(402, None, NO_CREDIT), 10, 0.0));
    }

    #[test]
    fn operations_of_a_server_that_is_left_are_forgotten() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        worker.stands("{}".to_owned());
        worker.unpaired();
        worker.paired("http://127.0.0.1:9999".into(), samples::pairing());
        assert_eq!(worker.due_operation(i64::MAX), None);
        assert_eq!(worker.stored().standing, None);
    }

    #[test]
    fn the_list_is_bounded_and_what_waits_is_never_dropped() {
        let mut worker = paired();
        for n in 0..OPERATIONS_MAX as u128 {
            click(&mut worker, n, 1_000 + n);
        }
        let mut new_id = || Uuid::from_u128(5_000);
        let full = worker.operate("unlocks".into(), None, None, &mut new_id);
        assert!(matches!(full, Err(CaptureRefusal::Full(_))));
        worker.operated(Uuid::from_u128(1_003), said(201, None, "{}"), 1, 0.0);
        click(&mut worker, 7_777, 5_001);
        assert_eq!(worker.stored().operations.len(), OPERATIONS_MAX);
        assert!(
            worker
                .stored()
                .operations
                .iter()
                .all(|o| o.operation_id.as_u128() != 1_003)
        );
    }

    #[test]
    fn an_answer_beyond_all_measure_is_not_kept() {
        let mut worker = paired();
        click(&mut worker, 1, 7);
        let long = format!("\"{}\"", "x".repeat(ANSWER_BYTES_MAX));
        worker.operated(Uuid::from_u128(7), said(201, None, &long), 1, 0.0);
        assert_eq!(worker.stored().operations[0].answer, "");
        assert!(worker.stored().operations[0].is_done());
    }
}
