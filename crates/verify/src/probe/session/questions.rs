//! What is asked in a session, and in which order: controls, targets, closing questions.

use super::{End, Session, Stop};
use crate::address::Address;
use crate::classify::ReplyClass;
use crate::evidence::{FailureKind, RcptAnswer, SessionFailure, Stage};
use crate::profile::CatchAll;
use crate::shape::Shape;
use crate::verdict::rules::catch_all;

/// Refusals of a session that are kept for closing questions, at most: further ones are asked
/// in the next.
const CLOSING_MAX: u32 = 4;
/// Deferred targets of a shape for which the closing question is asked ahead.
const KIN_AHEAD: usize = 2;
/// So many refusals in one session set some servers against whoever asks.
const REFUSALS_THAT_TELL: u32 = 3;

impl Session<'_> {
    /// The questions whose answers are known, each once a run, until one has an answer.
    pub(super) async fn ask_controls(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        if !self.findings.control.all_asked() {
            self.findings.control.taken_at = self.context.now_millis;
            self.asked_decoys = true;
        }
        if self.findings.control.random.is_none() {
            let answer = self.rcpt(&plan.decoys.random).await?;
            self.findings.control.random = Some(answer);
        }
        while let Some(name) = plan.decoys.names.get(self.findings.control.names.len()) {
            let answer = self.rcpt(name).await?;
            self.findings.control.names.push(answer);
        }
        if self.findings.control.postmaster.is_none() {
            let answer = self.rcpt(&plan.decoys.postmaster).await?;
            self.findings.control.postmaster = Some(answer);
        }
        let control = &self.findings.control;
        let mut all = control.decoys().chain(&control.postmaster);
        self.findings.limited |= all.any(|answer| answer.class == ReplyClass::RateLimited);
        // Refused all four for reasons of policy: nothing said about a target would be
        // about the target.
        let mut all = control.decoys().chain(&control.postmaster);
        if all.all(|answer| answer.class.is_about_us()) {
            self.stage = Stage::Rcpt;
            self.findings.failures.push(SessionFailure {
                mx: self.mx.to_owned(),
                address: Some(self.ip.ip()),
                stage: Stage::Rcpt,
                kind: FailureKind::Policy,
                text: control
                    .random
                    .as_ref()
                    .map(|answer| format!("{} {}", answer.code, answer.text)),
            });
            return Err(Stop::End(End::Failed));
        }
        Ok(())
    }

    pub(super) async fn ask_targets(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        let mut start = 0;
        while let Some(index) = self.findings.next_open(start)
            && let Some(target) = plan.targets.get(index)
        {
            start = index + 1;
            if plan.stop_at_accept && self.findings.any_accepted() {
                break;
            }
            if !self.has_room_for(target) {
                self.ask_closing().await?;
                return Err(Stop::End(End::Again));
            }
            let behind_refusals = self.refused >= REFUSALS_THAT_TELL;
            self.asking = Some(index);
            let answer = self.rcpt(target).await?;
            self.asking = None;
            self.findings.kin_answered.clear();
            self.refused_us |= answer.class.is_about_us();
            if answer.class == ReplyClass::Accepted {
                self.accepted_targets.push(index);
            }
            if answer.code >= 500 {
                self.refused_since.push(index);
                if behind_refusals {
                    self.behind_refusals.push(index);
                }
            }
            if let Some(slot) = self.findings.targets.get_mut(index) {
                *slot = Some(answer);
            }
        }
        Ok(())
    }

    /// Whether the session has room for this target and for what must be asked behind it. Every
    /// closing question may be refused, and before them somebody known is asked for.
    fn has_room_for(&self, target: &Address) -> bool {
        let limits = self.context.limits;
        let closing = |with| {
            let questions = self.findings.closing_questions(with);
            questions.clamp(1, CLOSING_MAX)
        };
        let (if_refused, if_accepted) = (1 + closing(None), closing(Some(target)));
        self.refused + if_refused.max(if_accepted) <= limits.refused_per_session
            && self.recipients + 2 + if_accepted <= limits.recipients_per_session
    }

    /// Whether the server still tells mailboxes apart, and whether what it accepted means
    /// anything.
    pub(super) async fn ask_closing(&mut self) -> Result<(), Stop> {
        self.ask_known().await?;
        self.ask_shapes().await?;
        self.ask_decoy_again().await?;
        self.ask_exchanged().await
    }

    /// After refused targets: somebody whom this server accepted before. Some servers answer
    /// a few unknown recipients with refusals of everybody.
    async fn ask_known(&mut self) -> Result<(), Stop> {
        let refused = std::mem::take(&mut self.refused_since);
        let plan = self.plan;
        let accepts =
            |answer: &Option<RcptAnswer>| answer.as_ref().is_some_and(RcptAnswer::is_accepting);
        let known = if accepts(&self.findings.control.postmaster) {
            Some(&plan.decoys.postmaster)
        } else {
            let answers = self.findings.targets.iter().zip(&plan.targets);
            let mut accepted = answers.filter(|(answer, _)| accepts(answer));
            let target = accepted.next().map(|(_, target)| target);
            // Where everybody is accepted, a decoy serves as well.
            let decoy = accepts(&self.findings.control.random).then_some(&plan.decoys.random);
            target.or(decoy)
        };
        let Some(known) = known.filter(|_| !refused.is_empty()) else {
            return Ok(());
        };
        if self.rcpt(known).await?.code >= 500 {
            self.findings.turned = true;
            self.findings.doubtful.extend(refused);
        }
        Ok(())
    }

    /// After accepted targets of a shape that no decoy had so far: a decoy of that shape.
    async fn ask_shapes(&mut self) -> Result<(), Stop> {
        // Where every name is accepted there is nothing more to learn.
        if matches!(
            catch_all(&self.findings.control),
            CatchAll::Yes | CatchAll::NameLike
        ) {
            return Ok(());
        }
        for shape in self.findings.shapes_to_ask() {
            let asked = self.findings.control.has_names_alone();
            if shape.asks_names_alone() && (shape == Shape::Name || !asked) {
                let answers = self.ask_names_alone(shape).await?;
                self.findings.control.shaped.extend(answers);
            }
            if shape != Shape::Name
                && let Some(decoy) = self.decoy_of(shape)
            {
                let answer = self.rcpt_in_good_mood(&decoy).await?;
                self.findings.control.shaped.push(answer);
            }
        }
        Ok(())
    }

    /// The decoy of an uncommon shape: as like the shortest target of that shape as can be.
    /// Whoever is asked again is asked what it was asked before, whatever it accepts now.
    fn decoy_of(&self, shape: Shape) -> Option<Address> {
        let plan = self.plan;
        let all_deferred = self.findings.decoys_deferred();
        let may_be = |answer: &Option<RcptAnswer>| {
            plan.retry
                || answer.as_ref().is_none_or(|answer| {
                    // Where the decoys are deferred, a mailbox's state is asked for again too.
                    let state = matches!(answer.class, ReplyClass::Full | ReplyClass::Disabled);
                    answer.may_be_accepted() || all_deferred && state
                })
        };
        let answered = plan.targets.iter().zip(&self.findings.targets);
        answered
            .filter(|(target, answer)| Shape::of(target.local()) == shape && may_be(answer))
            .map(|(target, _)| target)
            .min_by_key(|target| target.local().len())
            .and_then(|target| plan.decoys.kin_of(target))
            .or_else(|| plan.decoys.of_shape(shape))
    }

    /// Names alone, until two are accepted: one may be somebody's. For three letters, of which
    /// there is a decoy too, given names only: a first session at a server that puts everybody
    /// off has room for three questions behind the first target.
    async fn ask_names_alone(&mut self, shape: Shape) -> Result<Vec<RcptAnswer>, Stop> {
        let plan = self.plan;
        let mut answers = Vec::new();
        // Whoever is asked again is asked what it was asked ahead.
        let in_haste = plan.retry || self.findings.decoys_deferred();
        let most = match (shape, in_haste) {
            (Shape::Name, false) => 4,
            (Shape::Name, true) | (_, false) => 3,
            (_, true) => 2,
        };
        for name in plan
            .decoys
            .names_alone(&plan.targets)
            .into_iter()
            .take(most)
        {
            let text = name.to_string();
            let mut before = self.findings.names_alone.iter();
            let answer = if let Some(answer) = before.find(|answer| answer.recipient == text) {
                // Answered in a session that ended before the others.
                answer.clone()
            } else {
                let answer = self.rcpt_in_good_mood(&name).await?;
                self.findings.names_alone.push(answer.clone());
                answer
            };
            answers.push(answer);
            let accepted = |answer: &&RcptAnswer| answer.class == ReplyClass::Accepted;
            if answers.iter().filter(accepted).count() > 1 {
                break;
            }
        }
        Ok(answers)
    }

    /// After accepted targets: for each common shape one decoy more, as like the shortest
    /// accepted one as can be. A server that accepts
    /// this one goes by looks that the others did not have, or has changed its mind on the
    /// way (some accept everybody after a few refusals).
    async fn ask_decoy_again(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        if !plan.last && self.findings.decoys_deferred() {
            return self.ask_kin_ahead().await;
        }
        let control = &self.findings.control;
        let refused = control.decoys().all(RcptAnswer::is_refusal);
        if !refused || !self.findings.any_accepted() {
            return Ok(());
        }
        // Of those asked for ahead, if they are among the accepted.
        let tries = if plan.retry { KIN_AHEAD } else { 1 };
        let accepted = |answer: &RcptAnswer| answer.class == ReplyClass::Accepted;
        let common = &Shape::COMMON;
        let accepted = self
            .findings
            .of_shapes(common, &plan.targets, accepted, tries);
        let (mut closed, mut deferred) = (false, None);
        for of_shape in accepted {
            for kin in of_shape.into_iter().filter_map(|it| plan.decoys.kin_of(it)) {
                // Answered in a session that ended before the other closing questions.
                if self.findings.kin_answered.contains(&kin) {
                    closed = true;
                    break;
                }
                let answer = self.rcpt_in_good_mood(&kin).await?;
                if !answer.class.is_temporary() {
                    self.findings.control.close(answer);
                    self.findings.kin_answered.push(kin);
                    closed = true;
                    break;
                }
                deferred = Some(answer);
            }
        }
        // A greylisting server has never seen them. They have had their delay the next time;
        // the last time it is the old decoy that has.
        if closed {
            return Ok(());
        }
        if let Some(answer) = deferred.filter(|_| plan.retry && !plan.last) {
            self.findings.control.close(answer);
            return Ok(());
        }
        let [_, decoy] = &plan.decoys.names;
        let answer = self.rcpt_in_good_mood(decoy).await?;
        self.findings.control.close(answer);
        Ok(())
    }

    /// Where several people of one shape are accepted: one of them with another's family name,
    /// once a run. A server that knows lists of names, and no decoy's, knows this one; where it
    /// does, the other of the two as well, since one may be a third person.
    async fn ask_exchanged(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        if catch_all(&self.findings.control) != CatchAll::No {
            return Ok(());
        }
        let accepted = |answer: &RcptAnswer| answer.class == ReplyClass::Accepted;
        let shapes = plan.shapes_with_family();
        for accepted in self
            .findings
            .of_shapes(&shapes, &plan.targets, accepted, usize::MAX)
        {
            let [first, _, ..] = accepted.as_slice() else {
                continue;
            };
            let shape = Shape::of(first.local());
            // Whoever is asked again is asked what it was asked ahead, whatever it accepts now.
            let people = if plan.retry {
                plan.of_shape(shape)
            } else {
                accepted
            };
            let Some([one, other]) = plan.decoys.exchanged(&people, &plan.targets) else {
                continue;
            };
            if self.exchanged(&one).await?.class != ReplyClass::Accepted {
                continue;
            }
            // Where this one is put off, it is not known yet whether the first is somebody.
            let answer = self.exchanged(&other).await?;
            if answer.may_be_accepted() {
                let control = &mut self.findings.control;
                if shape.is_common() {
                    control.close(answer);
                } else {
                    control.shaped.push(answer);
                }
            }
        }
        Ok(())
    }

    /// The answer about such a decoy, also of a session that ended before the others.
    async fn exchanged(&mut self, decoy: &Address) -> Result<RcptAnswer, Stop> {
        let text = decoy.to_string();
        let mut before = self.findings.exchanged.iter();
        if let Some(answer) = before.find(|answer| answer.recipient == text) {
            return Ok(answer.clone());
        }
        let answer = self.rcpt_in_good_mood(decoy).await?;
        self.findings.exchanged.push(answer.clone());
        Ok(answer)
    }

    /// Where everybody is deferred: the closing questions of the next time, so that they have
    /// had their delay by then.
    async fn ask_kin_ahead(&mut self) -> Result<(), Stop> {
        let plan = self.plan;
        let deferred = RcptAnswer::is_deferral;
        let of = |shapes: &[Shape]| {
            let findings = &self.findings;
            findings.of_shapes(shapes, &plan.targets, deferred, KIN_AHEAD)
        };
        let mut ahead: Vec<Address> = of(&Shape::COMMON)
            .into_iter()
            .flatten()
            .filter_map(|target| plan.decoys.kin_of(target))
            .collect();
        for of_shape in of(&plan.shapes_with_family()) {
            let Some(first) = of_shape.first() else {
                continue;
            };
            let people = plan.of_shape(Shape::of(first.local()));
            let exchanged = plan.decoys.exchanged(&people, &plan.targets);
            ahead.extend(exchanged.into_iter().flatten().take(1));
        }
        ahead.retain(|decoy| !self.findings.asked_ahead.contains(decoy));
        for decoy in ahead {
            if self.refused >= self.context.limits.refused_per_session {
                break;
            }
            let answer = self.rcpt(&decoy).await?;
            self.findings.asked_ahead.push(decoy);
            if answer.class == ReplyClass::Accepted {
                self.findings.control.close(answer);
            }
        }
        Ok(())
    }

    /// The answer about a closing decoy. Where it is refused for policy behind several
    /// refusals, it may be for those: it is asked for again in a session of its own.
    async fn rcpt_in_good_mood(&mut self, decoy: &Address) -> Result<RcptAnswer, Stop> {
        let behind_refusals = self.refused >= REFUSALS_THAT_TELL;
        let answer = self.rcpt(decoy).await?;
        if behind_refusals && answer.class == ReplyClass::Policy {
            return Err(Stop::End(End::Again));
        }
        Ok(answer)
    }
}
