//! The controlled probe: control questions and targets asked of one domain's servers, in
//! as few sessions as manners and the servers allow.

pub(crate) mod decoys;
mod second_look;
mod session;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use crate::address::Address;
use crate::classify::ReplyClass;
use crate::config::{Identity, Limits, Timeouts};
use crate::egress::Egress;
use crate::evidence::{Control, FailureKind, RcptAnswer, SessionFailure};
use crate::shape::Shape;
use crate::socks::Socks5;

pub(crate) use second_look::{forget_doubtful, look_again, prove_again};
pub(crate) use session::{End, converse};

/// What is asked in a run: fixed before the first session and the same in every retry.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The control questions.
    pub(crate) decoys: decoys::Decoys,
    /// The addresses in question, most likely first.
    pub(crate) targets: Vec<Address>,
    /// The server asked for this run: it deferred the one before.
    pub(crate) retry: bool,
    /// No run follows this one.
    pub(crate) last: bool,
    /// Stop at the first target that is accepted.
    pub(crate) stop_at_accept: bool,
}

impl Plan {
    /// The targets of a shape, the shortest first.
    fn of_shape(&self, shape: Shape) -> Vec<&Address> {
        let targets = self.targets.iter();
        let mut found: Vec<&Address> = targets
            .filter(|target| Shape::of(target.local()) == shape)
            .collect();
        found.sort_by_key(|target| target.local().len());
        found
    }

    /// The shapes of the targets that have a family name to exchange, each once.
    fn shapes_with_family(&self) -> Vec<Shape> {
        with_family(self.targets.iter().map(|target| Shape::of(target.local())))
    }
}

/// Those of the shapes that have a family name, each once.
fn with_family(of: impl Iterator<Item = Shape>) -> Vec<Shape> {
    let mut shapes = Vec::new();
    for shape in of.filter(|shape| shape.has_family()) {
        if !shapes.contains(&shape) {
            shapes.push(shape);
        }
    }
    shapes
}

/// What has been answered so far in a run.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The control questions, of the server named in it.
    pub(crate) control: Control,
    /// One for each target of the plan.
    pub(crate) targets: Vec<Option<RcptAnswer>>,
    /// What went wrong, in order.
    pub(crate) failures: Vec<SessionFailure>,
    /// Our own sender was refused; the null sender is used.
    pub(crate) null_sender: bool,
    /// EHLO was refused or hung up on; HELO is used.
    pub(crate) helo_only: bool,
    /// TLS was demanded and used.
    pub(crate) tls: bool,
    /// Sessions opened.
    pub(crate) sessions: u32,
    /// Targets refused behind several refusals of the same session.
    pub(crate) behind_refusals: Vec<usize>,
    /// Those of them in sessions that accepted nobody: the refusals may be the session's.
    pub(crate) doubtful: Vec<usize>,
    /// A server that knew a recipient refused it later: what it refused in between, which is
    /// among the doubtful, says nothing.
    pub(crate) turned: bool,
    /// Closing decoys answered since a target was last asked for: not asked for again, so that
    /// a server that takes one recipient a session comes to an end.
    pub(crate) kin_answered: Vec<Address>,
    /// The server limits our pace: a 421, or its answers to control questions. The next to ask
    /// it should wait.
    pub(crate) limited: bool,
    /// Some answer was one about our pace: it may be greylisting, but no sign of content.
    pub(crate) complained: bool,
    /// A stranger's server said with a 421 that we are too fast: nobody is asked any more.
    pub(crate) stopped: bool,
    /// The sessions that a run may open were used up.
    pub(crate) out_of_sessions: bool,
    /// Targets accepted in a session that refused us over another: no proof.
    pub(crate) beside_refusal: Vec<usize>,
    /// Names alone that were answered.
    pub(crate) names_alone: Vec<RcptAnswer>,
    /// People with each other's family names that were answered.
    pub(crate) exchanged: Vec<RcptAnswer>,
    /// Targets at which the server hung up though they were the session's first question:
    /// not asked for again, so that the others get their answers.
    pub(crate) killers: Vec<usize>,
    /// Targets that were refused by a server whose refusals say nothing: not asked for again.
    pub(crate) given_up: Vec<usize>,
    /// Closing questions of the next time that were asked ahead: once a run is enough.
    pub(crate) asked_ahead: Vec<Address>,
}

impl Findings {
    /// Nothing answered yet.
    #[must_use]
    pub(crate) fn new(targets: usize) -> Self {
        Self {
            targets: vec![None; targets],
            ..Self::default()
        }
    }

    /// Starts over with another server: what one said is no evidence about another.
    pub(crate) fn turn_to(&mut self, mx: &str, address: IpAddr) {
        if self.control.mx != mx || self.control.address != Some(address) {
            self.control = Control {
                mx: mx.to_owned(),
                address: Some(address),
                ..Control::default()
            };
            self.targets.fill(None);
            self.null_sender = false;
            self.tls = false;
            self.behind_refusals.clear();
            self.doubtful.clear();
            self.turned = false;
            self.killers.clear();
            self.given_up.clear();
            self.asked_ahead.clear();
            self.kin_answered.clear();
            self.names_alone.clear();
            self.exchanged.clear();
            self.beside_refusal.clear();
        }
    }

    /// Takes back what was accepted without a closing question since: the session that was to
    /// ask it was cut short.
    fn forget_unproved(&mut self) {
        let closed = self.control.closing.is_some();
        for slot in self.targets.iter_mut().filter(|_| !closed) {
            if slot.as_ref().is_some_and(RcptAnswer::may_be_accepted) {
                *slot = None;
            }
        }
    }

    /// The answers so far, to go back to.
    fn answers(&self) -> (Control, Vec<Option<RcptAnswer>>) {
        (self.control.clone(), self.targets.clone())
    }

    /// Forgets the answers since then.
    fn take_back(&mut self, (control, targets): (Control, Vec<Option<RcptAnswer>>)) {
        self.control = control;
        self.targets = targets;
    }

    /// Targets that were answered so: of each of these shapes so many, the shortest first, since
    /// what a server goes by that accepts by length accepts it first.
    fn of_shapes<'t>(
        &self,
        shapes: &[Shape],
        targets: &'t [Address],
        answered_so: impl Fn(&RcptAnswer) -> bool,
        so_many: usize,
    ) -> Vec<Vec<&'t Address>> {
        let mut found = Vec::new();
        for &shape in shapes {
            let answered = targets.iter().zip(&self.targets);
            let mut of_shape: Vec<&Address> = answered
                .filter(|(target, answer)| {
                    Shape::of(target.local()) == shape && answer.as_ref().is_some_and(&answered_so)
                })
                .map(|(target, _)| target)
                .collect();
            of_shape.sort_by_key(|target| target.local().len());
            of_shape.truncate(so_many);
            if !of_shape.is_empty() {
                found.push(of_shape);
            }
        }
        found
    }

    /// Whether every decoy was put off.
    #[must_use]
    pub(crate) fn decoys_deferred(&self) -> bool {
        self.control.decoys().all(RcptAnswer::is_deferral)
    }

    /// Whether every question was answered "later", and not because of our pace: this server
    /// knows nobody today.
    #[must_use]
    pub(crate) fn all_deferred(&self) -> bool {
        let deferred = |answer: &RcptAnswer| answer.class == ReplyClass::Temporary;
        self.control.all_asked()
            && self.control.decoys().all(deferred)
            && self
                .targets
                .iter()
                .all(|answer| answer.as_ref().is_some_and(deferred))
    }

    /// Whether any target was accepted.
    #[must_use]
    pub(crate) fn any_accepted(&self) -> bool {
        let mut answers = self.targets.iter().flatten();
        answers.any(|answer| answer.class == ReplyClass::Accepted)
    }

    /// Whether the server told any mailbox from those that do not exist: it accepted one,
    /// answered about its state, or put it off where the random string was refused.
    #[must_use]
    pub(crate) fn knows_somebody(&self) -> bool {
        let control = &self.control;
        let random_refused = control.random.as_ref().is_some_and(RcptAnswer::is_refusal);
        let known = |answer: &RcptAnswer| match answer.class {
            ReplyClass::Full | ReplyClass::Disabled => {
                let random = control.random.as_ref();
                random.is_some_and(|random| random.class != answer.class)
            }
            ReplyClass::Temporary => random_refused,
            _ => answer.is_accepting(),
        };
        let decoys = control.decoys().chain(&control.shaped);
        let mut answers = decoys
            .chain(&control.postmaster)
            .chain(&self.names_alone)
            .chain(&self.exchanged)
            .chain(self.targets.iter().flatten());
        answers.any(known)
    }

    /// The next target to be asked for, from `start` on.
    #[must_use]
    pub(crate) fn next_open(&self, start: usize) -> Option<usize> {
        let mut open = self.targets.iter().enumerate().skip(start);
        let left = |index: &usize| !self.killers.contains(index) && !self.given_up.contains(index);
        open.find(|(index, answer)| answer.is_none() && left(index))
            .map(|(index, _)| index)
    }

    /// How many closing questions there are about the targets that are accepted, or may be once
    /// the server is asked again; with this one among them.
    fn closing_questions(&self, with: Option<&Address>) -> u32 {
        let mut shapes = self.shapes_to_ask();
        let answers = self.targets.iter().flatten();
        let accepted = answers.filter(|answer| answer.may_be_accepted());
        let mut among: Vec<Shape> = accepted
            .map(|answer| Shape::of_address(&answer.recipient))
            .collect();
        if let Some(target) = with {
            let shape = Shape::of(target.local());
            among.push(shape);
            if !self.control.covers(&target.to_string()) && !shapes.contains(&shape) {
                shapes.push(shape);
            }
        }
        let of = |shape: &Shape| among.iter().filter(|it| *it == shape).count();
        let common = Shape::COMMON.iter().filter(|shape| of(shape) > 0);
        // Of two people one with the other's family name.
        let exchanged = with_family(among.iter().copied().filter(|shape| of(shape) > 1));
        // Two or three names alone are asked for.
        let alone = shapes.iter().any(|shape| shape.asks_names_alone());
        let alone = 2 * usize::from(alone && !self.control.has_names_alone());
        let kin = common.count().max(usize::from(!among.is_empty()));
        let questions = shapes.len() + alone + kin + exchanged.len();
        u32::try_from(questions).unwrap_or(u32::MAX)
    }

    /// Shapes of targets that are accepted, or may be once the server is asked again, and of
    /// which no decoy was asked for.
    #[must_use]
    pub(crate) fn shapes_to_ask(&self) -> Vec<Shape> {
        let mut shapes = Vec::new();
        for answer in self.targets.iter().flatten() {
            let shape = Shape::of_address(&answer.recipient);
            if answer.may_be_accepted()
                && !self.control.covers(&answer.recipient)
                && !shapes.contains(&shape)
            {
                shapes.push(shape);
            }
        }
        shapes
    }

    /// Whether the last failure was a refusal of us by policy.
    #[must_use]
    pub(crate) fn policy_failure(&self) -> bool {
        self.failures
            .last()
            .is_some_and(|failure| failure.kind == FailureKind::Policy)
    }
}

/// What every session needs.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    /// Who we are.
    pub(crate) identity: &'a Identity,
    /// How much.
    pub(crate) limits: &'a Limits,
    /// How long.
    pub(crate) timeouts: &'a Timeouts,
    /// Port of the mail servers.
    pub(crate) port: u16,
    /// The way out, where it is not direct.
    pub(crate) proxy: Option<&'a Socks5>,
    /// Time of day in milliseconds since 1970-01-01 UTC.
    pub(crate) now_millis: i64,
    /// Manners toward strangers hold for the server: it is in no network that the operator
    /// opened by hand.
    pub(crate) stranger: bool,
    /// What is known of our way out.
    pub(crate) egress: &'a Mutex<Egress>,
    /// When no further session is begun.
    pub(crate) until: Instant,
}

/// Sessions for the questions that are not about an address, where the operator's own network
/// sets no limit: a way of asking that never ends must not be a flood.
const SESSIONS_BESIDE: u32 = 60;

impl Context<'_> {
    /// Whether another session may begin.
    pub(crate) fn has_room(&self, findings: &Findings) -> bool {
        let most = if self.stranger {
            self.limits.sessions_per_run
        } else {
            // A server that takes one question a session takes about one for each address.
            let addresses = u32::try_from(findings.targets.len()).unwrap_or(u32::MAX);
            addresses.saturating_mul(4).saturating_add(SESSIONS_BESIDE)
        };
        findings.sessions < most && !findings.stopped && Instant::now() < self.until
    }

    /// A connection came about: the port is open.
    fn connected(&self) {
        if self.stranger {
            let egress = self.egress.lock();
            egress.unwrap_or_else(PoisonError::into_inner).reached();
        }
    }
}
