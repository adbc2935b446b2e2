//! What a verdict rests on, as it is kept and shown: bounded, since mail servers write it.

use lode_finder::{CandidateResult, FindOutcome};
use lode_store::EVIDENCE_BYTES_MAX;
use lode_verify::Evidence;
use lode_verify::evidence::RcptAnswer;
use serde_json::Value;

/// Most failures on the way that are kept.
const FAILURES_MAX: usize = 8;

/// Most decoys of a kind that are kept.
const DECOYS_MAX: usize = 8;

/// Longest text that is kept, in characters.
const CHARS_MAX: usize = 200;

/// Evidence as JSON; `None` where nobody was asked, or it is larger than any real one.
pub(crate) fn kept(evidence: &Evidence) -> Option<String> {
    let is_empty =
        evidence.control.is_none() && evidence.target.is_none() && evidence.failures.is_empty();
    if is_empty {
        return None;
    }
    let text = serde_json::to_string(&cut(evidence.clone())).ok()?;
    (text.len() <= EVIDENCE_BYTES_MAX).then_some(text)
}

/// Most candidates that are kept of a search that found nobody.
const CANDIDATES_MAX: usize = 12;

/// A search that found nobody as JSON: who was asked for and what was answered, beside the
/// control questions. `None` where nobody was asked.
pub(crate) fn refused(outcome: &FindOutcome) -> Option<String> {
    let asked: Vec<CandidateResult> = outcome
        .candidates
        .iter()
        .filter(|candidate| candidate.answer.is_some())
        .take(CANDIDATES_MAX)
        .cloned()
        .map(|mut candidate| {
            candidate.answer.iter_mut().for_each(cut_answer);
            candidate
        })
        .collect();
    if asked.is_empty() {
        return None;
    }
    // The candidates have their answers; the evidence repeats that of the first.
    let evidence = outcome.evidence.clone().map(|evidence| {
        cut(Evidence {
            target: None,
            ..evidence
        })
    });
    let kept = serde_json::json!({ "candidates": asked, "evidence": evidence });
    let text = kept.to_string();
    (text.len() <= EVIDENCE_BYTES_MAX).then_some(text)
}

/// Evidence as it is shown; null where there is none.
pub(crate) fn shown(evidence: &Evidence) -> Value {
    read(kept(evidence).as_deref())
}

/// Evidence that was kept; null where there is none.
pub(crate) fn read(kept: Option<&str>) -> Value {
    kept.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// Leaves of the lists and texts what a person would read.
fn cut(mut evidence: Evidence) -> Evidence {
    if let Some(control) = &mut evidence.control {
        control.names.truncate(DECOYS_MAX);
        control.shaped.truncate(DECOYS_MAX);
        cut_text(&mut control.mx);
        control
            .random
            .iter_mut()
            .chain(&mut control.names)
            .chain(&mut control.shaped)
            .chain(&mut control.postmaster)
            .chain(&mut control.closing)
            .for_each(cut_answer);
    }
    evidence.target.iter_mut().for_each(cut_answer);
    evidence.failures.truncate(FAILURES_MAX);
    for failure in &mut evidence.failures {
        cut_text(&mut failure.mx);
        failure.text.iter_mut().for_each(cut_text);
    }
    evidence
}

fn cut_answer(answer: &mut RcptAnswer) {
    for text in [
        &mut answer.recipient,
        &mut answer.template,
        &mut answer.text,
    ] {
        cut_text(text);
    }
    answer.enhanced.iter_mut().for_each(cut_text);
}

fn cut_text(text: &mut String) {
    if let Some((at, _)) = text.char_indices().nth(CHARS_MAX) {
        text.truncate(at);
    }
}

#[cfg(test)]
mod tests {
    use lode_verify::Control;
    use lode_verify::classify::ReplyClass;
    use lode_verify::evidence::{FailureKind, SessionFailure, Stage};

    use super::*;

    fn answer(text: &str) -> RcptAnswer {
        RcptAnswer {
            recipient: "ana@acme.example".to_owned(),
            code: 250,
            enhanced: Some("2.1.5".to_owned()),
            class: ReplyClass::Accepted,
            template: text.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn what_a_server_said_is_kept_whole() {
        let evidence = Evidence {
            target: Some(answer("Recipient ok")),
            taken_at: 5,
            ..Evidence::default()
        };
        let kept = kept(&evidence).unwrap();
        assert_eq!(serde_json::from_str::<Evidence>(&kept).unwrap(), evidence);
        assert_eq!(read(Some(&kept))["target"]["text"], "Recipient ok");
    }

    #[test]
    fn where_nobody_was_asked_there_is_none() {
        assert_eq!(kept(&Evidence::default()), None);
        assert_eq!(shown(&Evidence::default()), Value::Null);
        assert_eq!(read(Some("no JSON")), Value::Null);
    }

    #[test]
    fn what_a_hostile_server_writes_is_bounded() {
        let long = answer(&"\u{1}ä".repeat(50_000));
        let failure = SessionFailure {
            mx: "m".repeat(10_000),
            address: None,
            stage: Stage::Rcpt,
            kind: FailureKind::Policy,
            text: Some("ö".repeat(10_000)),
        };
        let evidence = Evidence {
            control: Some(Control {
                random: Some(answer("no")),
                names: vec![answer("no"); 500],
                ..Control::default()
            }),
            target: Some(long.clone()),
            failures: vec![failure; 500],
            ..Evidence::default()
        };
        let text = kept(&evidence).unwrap();
        assert!(text.len() <= EVIDENCE_BYTES_MAX, "{}", text.len());
        let read: Evidence = serde_json::from_str(&text).unwrap();
        assert_eq!(read.failures.len(), FAILURES_MAX);
        assert_eq!(read.target.unwrap().text.chars().count(), CHARS_MAX);
        // Of a server that writes nothing but controls, nothing is kept rather than too much.
        let all = Evidence {
            control: Some(Control {
                names: vec![long.clone(); 500],
                shaped: vec![long; 500],
                ..Control::default()
            }),
            ..Evidence::default()
        };
        assert_eq!(kept(&all), None);
    }
}
