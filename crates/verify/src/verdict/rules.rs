//! From evidence to state and score. Pure: everything that was asked and answered comes
//! in, nothing else counts.

use lode_core::email::EmailStatus;

use crate::address::class::AddressClass;
use crate::classify::{ReplyClass, leaves_open};
use crate::evidence::{Control, FailureKind, RcptAnswer, SessionFailure};
use crate::profile::CatchAll;

/// A verdict's core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// State.
    pub status: EmailStatus,
    /// Confidence that mail arrives, 0 to 100.
    pub score: u8,
    /// Stable codes, most telling first.
    pub reasons: Vec<&'static str>,
}

impl Judgement {
    /// A judgement with one reason.
    #[must_use]
    pub fn new(status: EmailStatus, score: u8, reason: &'static str) -> Self {
        Self {
            status,
            score,
            reasons: vec![reason],
        }
    }

    fn because(mut self, reason: &'static str) -> Self {
        self.reasons.push(reason);
        self
    }

    /// Whether it asks for another try later.
    #[must_use]
    pub fn is_deferred(&self) -> bool {
        self.status == EmailStatus::Deferred
    }
}

/// What the control questions say about acceptance by this server.
#[must_use]
pub fn catch_all(control: &Control) -> CatchAll {
    // "Cannot verify, but will take it" (252) is acceptance all the same.
    let accepted = RcptAnswer::is_accepting;
    let Some(random) = &control.random else {
        return CatchAll::Unknown;
    };
    if control.names.len() < Control::NAMES {
        return CatchAll::Unknown;
    }
    let mut names = control.names.iter().chain(&control.closing);
    if accepted(random) {
        return if control.names.iter().any(accepted) {
            CatchAll::Yes
        } else {
            CatchAll::Unknown
        };
    }
    if names.any(accepted) {
        return CatchAll::NameLike;
    }
    let refused = |answer: &RcptAnswer| answer.class == ReplyClass::NoMailbox;
    // A refusal that may mean anything means "no such mailbox" where it comes to every
    // decoy alike and postmaster is accepted.
    let alike = control.decoys().all(|answer| {
        answer.code >= 500
            && matches!(
                answer.class,
                ReplyClass::Ambiguous | ReplyClass::Disabled | ReplyClass::Full
            )
            && answer.template == random.template
    });
    let sane = control
        .postmaster
        .as_ref()
        .is_some_and(|answer| answer.class == ReplyClass::Accepted);
    if control.decoys().all(refused) || alike && sane {
        CatchAll::No
    } else {
        CatchAll::Unknown
    }
}

/// Whether the server takes a random string and refuses a person or its postmaster: it goes
/// by the order of the questions or by nothing at all, and its refusals mean as little as
/// its acceptance.
fn is_erratic(control: &Control) -> bool {
    let mut others = control.names.iter().chain(&control.postmaster);
    control
        .random
        .as_ref()
        .is_some_and(RcptAnswer::is_accepting)
        && others.any(|answer| answer.class == ReplyClass::NoMailbox)
}

/// Judges one address by the answer about it and by the control questions. `last` says
/// that the retry schedule is used up: what is deferred stays unknown.
#[must_use]
pub fn judge(class: AddressClass, control: &Control, target: &RcptAnswer, last: bool) -> Judgement {
    let later = |reason| {
        if last {
            Judgement::new(EmailStatus::Unknown, 30, "deferred_to_the_end").because(reason)
        } else {
            Judgement::new(EmailStatus::Deferred, 30, reason)
        }
    };
    match target.class {
        ReplyClass::Accepted => accepted(class, control, target, &later),
        ReplyClass::NoMailbox if is_erratic(control) => {
            Judgement::new(EmailStatus::Unknown, 30, "control_contradictory")
        }
        ReplyClass::NoMailbox => Judgement::new(EmailStatus::Invalid, 0, "no_such_mailbox"),
        ReplyClass::Full | ReplyClass::Disabled => state_of_mailbox(control, target, &later),
        ReplyClass::Temporary | ReplyClass::TooManyRecipients => later("greylisted"),
        ReplyClass::RateLimited if last => Judgement::new(EmailStatus::Blocked, 30, "rate_limited"),
        ReplyClass::RateLimited => Judgement::new(EmailStatus::Deferred, 30, "rate_limited"),
        ReplyClass::SenderRefused => Judgement::new(EmailStatus::Blocked, 30, "sender_refused"),
        ReplyClass::Policy => Judgement::new(EmailStatus::Blocked, 30, "policy_refusal"),
        ReplyClass::TlsRequired => Judgement::new(EmailStatus::Blocked, 30, "tls_required"),
        // "Cannot verify, but will take it" (252) is what an accept-all says, and no proof.
        ReplyClass::Ambiguous if target.is_accepting() => {
            match accepted(class, control, target, &later) {
                proof if proof.status == EmailStatus::Verified => {
                    Judgement::new(EmailStatus::Unknown, 60, "accepted_without_verifying")
                }
                other => other,
            }
        }
        ReplyClass::Ambiguous => ambiguous(control, target, &later),
    }
}

/// The server accepts the address: does its acceptance mean anything?
fn accepted(
    class: AddressClass,
    control: &Control,
    target: &RcptAnswer,
    later: &impl Fn(&'static str) -> Judgement,
) -> Judgement {
    match catch_all(control) {
        CatchAll::Yes => return special(class, EmailStatus::AcceptAll, 60, "accepts_all"),
        CatchAll::NameLike => {
            return special(
                class,
                EmailStatus::AcceptAll,
                60,
                "accepts_name_like_decoys",
            );
        }
        CatchAll::No | CatchAll::Unknown => {}
    }
    let shaped = control.of_shape(&target.recipient);
    match control.accepted_of_its_looks(&target.recipient) {
        0 => {}
        // Of names alone one may be somebody's; whose acceptance means nothing is not known then.
        1 if Control::may_be_name_alone(&target.recipient) => {
            return special(class, EmailStatus::Unknown, 60, "decoy_accepted");
        }
        _ => {
            let reason = "accepts_name_like_decoys";
            return special(class, EmailStatus::AcceptAll, 60, reason);
        }
    }
    let controls = || control.decoys().chain(shaped).chain(&control.postmaster);
    if !control.all_asked() || !control.covers(&target.recipient) {
        return Judgement::new(EmailStatus::Unknown, 60, "control_incomplete");
    }
    if controls().any(|answer| answer.class.is_temporary()) {
        return later("control_deferred");
    }
    if controls().any(|answer| answer.class.is_about_us()) {
        return Judgement::new(EmailStatus::Unknown, 60, "policy_refusal_in_session");
    }
    // The postmaster control is sane where it is answered as a mailbox: accepted, or
    // refused as one that does not exist. Anything else says that the server's answers
    // are not about mailboxes.
    let sane = control.postmaster.as_ref().is_some_and(|answer| {
        matches!(
            answer.class,
            ReplyClass::Accepted | ReplyClass::NoMailbox | ReplyClass::Full
        )
    });
    if !sane {
        return Judgement::new(EmailStatus::Unknown, 60, "postmaster_not_sane");
    }
    // The decoy of the target's shape is refused as the others are.
    let alike = |answer: &RcptAnswer| {
        answer.class == ReplyClass::NoMailbox
            || control
                .random
                .as_ref()
                .is_some_and(|random| random.template == answer.template)
    };
    if catch_all(control) == CatchAll::No && shaped.is_none_or(alike) {
        return special(
            class,
            EmailStatus::Verified,
            100,
            "accepted_and_decoys_refused",
        );
    }
    Judgement::new(EmailStatus::Unknown, 60, "control_contradictory")
}

/// A proof from a session in which the server also refused us, and would not repeat it in one
/// in which it did not: none.
#[must_use]
pub fn beside_refusal(judgement: Judgement) -> Judgement {
    if judgement.status == EmailStatus::Verified {
        return Judgement::new(EmailStatus::Unknown, 60, "policy_refusal_in_session");
    }
    judgement
}

/// Reason of a refusal by a server that was not seen to know anybody.
pub const KNOWS_NOBODY: &str = "server_knows_nobody";

/// A refusal by a server of which nothing shows that it knows any mailbox, `postmaster`
/// included: one that is misconfigured, or will not tell us, calls everybody unknown too.
#[must_use]
pub fn of_server_that_knows_nobody(judgement: Judgement) -> Judgement {
    if judgement.status == EmailStatus::Invalid {
        return Judgement::new(EmailStatus::Unknown, 10, KNOWS_NOBODY);
    }
    judgement
}

/// A mailbox that is no person's own is never verified, whatever the server says.
fn special(class: AddressClass, status: EmailStatus, score: u8, reason: &'static str) -> Judgement {
    match class {
        AddressClass::Role => {
            Judgement::new(EmailStatus::Role, score.min(80), "role").because(reason)
        }
        AddressClass::Disposable => {
            Judgement::new(EmailStatus::Disposable, 5, "disposable").because(reason)
        }
        AddressClass::FreeMail => Judgement::new(status, score, reason).because("free_mail"),
        AddressClass::Alias => Judgement::new(status, score, reason).because("alias"),
        AddressClass::Personal => Judgement::new(status, score, reason),
    }
}

/// A judgement that holds for all of a domain's addresses, for one of this class.
#[must_use]
pub fn of_class(class: AddressClass, judgement: Judgement) -> Judgement {
    if judgement.status == EmailStatus::AcceptAll
        || class == AddressClass::Role && judgement.status == EmailStatus::Unknown
    {
        let mut made = special(class, judgement.status, judgement.score, "");
        made.reasons.retain(|reason| !reason.is_empty());
        made.reasons.extend(judgement.reasons);
        return made;
    }
    judgement
}

/// Over quota or disabled: true of the mailbox only where the decoys got another answer.
fn state_of_mailbox(
    control: &Control,
    target: &RcptAnswer,
    later: &impl Fn(&'static str) -> Judgement,
) -> Judgement {
    let told_apart = control.all_asked()
        && control
            .decoys()
            .all(|answer| answer.class != target.class && !answer.class.is_temporary());
    if told_apart {
        return match target.class {
            ReplyClass::Full => Judgement::new(EmailStatus::Full, 40, "mailbox_full"),
            _ => Judgement::new(EmailStatus::Disabled, 5, "mailbox_disabled"),
        };
    }
    if target.code < 500 || control.decoys().any(|answer| answer.class.is_temporary()) {
        return later("deferred");
    }
    ambiguous(control, target, later)
}

/// A refusal that may mean anything: a missing mailbox only if recipients that cannot
/// exist get the very same, and one that must exist does not.
fn ambiguous(
    control: &Control,
    target: &RcptAnswer,
    later: &impl Fn(&'static str) -> Judgement,
) -> Judgement {
    let same = target.code >= 500
        && control.all_asked()
        && control
            .decoys()
            .all(|answer| answer.code == target.code && answer.template == target.template);
    let postmaster = |is: fn(&RcptAnswer) -> bool| control.postmaster.as_ref().is_some_and(is);
    // 554 is a refusal of the whole transaction: of the recipient only if it names them.
    let named = || {
        let local = target.recipient.rsplit_once('@').map(|(local, _)| local);
        let text = target.text.to_lowercase();
        let is_part = |c: char| c.is_alphanumeric() || "._-+".contains(c);
        // As a word: "an" stands in "transaction".
        let mut words = text
            .split(|c| !is_part(c))
            .map(|word| word.trim_matches('.'));
        local.is_some_and(|local| words.any(|word| word == local.to_lowercase()))
    };
    let whole = target.code == 554 && target.enhanced.is_none() && !named();
    if same && !whole && !leaves_open(target) {
        if postmaster(|answer| answer.class == ReplyClass::Accepted) {
            return Judgement::new(EmailStatus::Invalid, 0, "refused_like_the_decoys");
        }
        // It has yet to show whether it knows anybody.
        if postmaster(|answer| answer.class == ReplyClass::Temporary) {
            return later("control_deferred");
        }
    }
    Judgement::new(EmailStatus::Unknown, 30, "ambiguous_refusal")
}

/// Judges an address that no server could be asked about, by what went wrong.
#[must_use]
pub fn judge_failure(failures: &[SessionFailure], last: bool) -> Judgement {
    use FailureKind::{
        Denied, DnsFailed, Dropped, NoAddress, NoService, Policy, PortShut, ProbingOff, Protocol,
        Proxy, RateLimited, Refused, Temporary, Timeout, Tls,
    };
    let any = |kind: FailureKind| failures.iter().any(|failure| failure.kind == kind);
    // DNS has said so definitely: there is no host that the mail could go to.
    if !failures.is_empty() && failures.iter().all(|failure| failure.kind == NoAddress) {
        return Judgement::new(EmailStatus::Invalid, 0, "mx_without_address");
    }
    if any(Policy) {
        return Judgement::new(EmailStatus::Blocked, 30, "policy_refusal");
    }
    if any(PortShut) {
        return Judgement::new(EmailStatus::Unknown, 30, "port_25_shut");
    }
    if any(ProbingOff) {
        return Judgement::new(EmailStatus::Unknown, 30, "probing_off");
    }
    // Nobody was asked: no wait makes the proxy's settings right.
    if any(Proxy) {
        return Judgement::new(EmailStatus::Unknown, 30, "proxy_failed");
    }
    // Nothing failed: the sessions of this run were used up before its turn came.
    let retry = failures.is_empty() || failures.iter().any(|failure| failure.kind.is_temporary());
    let reasons = [
        (RateLimited, "rate_limited"),
        (Temporary, "server_busy"),
        (Dropped, "connection_dropped"),
        (Timeout, "timeout"),
        (Protocol, "protocol_error"),
        (Tls, "tls_failed"),
        (Refused, "connection_refused"),
        (NoService, "no_mail_service"),
        (DnsFailed, "dns_failed"),
        (Denied, "mx_address_denied"),
        (NoAddress, "mx_without_address"),
    ];
    let reason = reasons
        .iter()
        .find(|(kind, _)| any(*kind))
        .map_or("session_limit", |(_, reason)| reason);
    if retry && !last {
        return Judgement::new(EmailStatus::Deferred, 30, reason);
    }
    if any(RateLimited) {
        return Judgement::new(EmailStatus::Blocked, 30, reason);
    }
    Judgement::new(EmailStatus::Unknown, 20, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(code: u16, class: ReplyClass, template: &str) -> RcptAnswer {
        RcptAnswer {
            recipient: "ada.marlow@firm.example".to_owned(),
            code,
            enhanced: None,
            class,
            template: template.to_owned(),
            text: String::new(),
        }
    }

    fn yes() -> RcptAnswer {
        answer(250, ReplyClass::Accepted, "250 - ok")
    }

    fn no() -> RcptAnswer {
        answer(550, ReplyClass::NoMailbox, "550 - user unknown")
    }

    fn may_be() -> RcptAnswer {
        answer(550, ReplyClass::Ambiguous, "550 - unavailable")
    }

    fn control(random: RcptAnswer, name: RcptAnswer, postmaster: RcptAnswer) -> Control {
        Control {
            random: Some(random),
            names: vec![name.clone(), name],
            postmaster: Some(postmaster),
            ..Control::default()
        }
    }

    fn status(control: &Control, target: &RcptAnswer) -> EmailStatus {
        judge(AddressClass::Personal, control, target, true).status
    }

    #[test]
    fn verified_needs_every_condition() {
        let sound = control(no(), no(), yes());
        let judgement = judge(AddressClass::Personal, &sound, &yes(), false);
        assert_eq!(
            (judgement.status, judgement.score),
            (EmailStatus::Verified, 100)
        );
        let policy = answer(550, ReplyClass::Policy, "550 5.7.1 denied");
        let later = answer(450, ReplyClass::Temporary, "450 - later");
        for (control, expected) in [
            (control(yes(), yes(), yes()), EmailStatus::AcceptAll),
            (control(no(), yes(), yes()), EmailStatus::AcceptAll),
            (control(yes(), no(), yes()), EmailStatus::Unknown),
            (control(policy.clone(), no(), yes()), EmailStatus::Unknown),
            (control(no(), no(), policy), EmailStatus::Unknown),
            (control(no(), later, yes()), EmailStatus::Unknown),
            (control(no(), no(), may_be()), EmailStatus::Unknown),
            (control(may_be(), no(), yes()), EmailStatus::Unknown),
            (control(may_be(), may_be(), no()), EmailStatus::Unknown),
            (
                Control {
                    postmaster: None,
                    ..sound.clone()
                },
                EmailStatus::Unknown,
            ),
            (
                Control {
                    names: vec![no()],
                    ..sound.clone()
                },
                EmailStatus::Unknown,
            ),
            (
                Control {
                    closing: Some(yes()),
                    ..sound.clone()
                },
                EmailStatus::AcceptAll,
            ),
            (Control::default(), EmailStatus::Unknown),
        ] {
            let judgement = judge(AddressClass::Personal, &control, &yes(), true);
            assert_eq!(judgement.status, expected, "{control:?}");
            assert!(judgement.score <= 95);
        }
        for class in [AddressClass::Role, AddressClass::Disposable] {
            assert_ne!(
                judge(class, &sound, &yes(), true).status,
                EmailStatus::Verified
            );
        }
    }

    #[test]
    fn an_ambiguous_refusal_needs_the_decoys_and_postmaster() {
        assert_eq!(
            status(&control(may_be(), may_be(), yes()), &may_be()),
            EmailStatus::Invalid
        );
        for control in [
            control(may_be(), may_be(), may_be()),
            control(may_be(), may_be(), no()),
            control(no(), no(), yes()),
            control(may_be(), no(), yes()),
            Control::default(),
        ] {
            assert_eq!(
                status(&control, &may_be()),
                EmailStatus::Unknown,
                "{control:?}"
            );
        }
        // Refused alike, but the target is accepted: the decoys' refusals meant "no mailbox".
        assert_eq!(
            status(&control(may_be(), may_be(), yes()), &yes()),
            EmailStatus::Verified
        );
    }

    #[test]
    fn refusals_count_only_where_acceptance_is_not_at_random() {
        for (control, expected) in [
            (control(no(), no(), yes()), EmailStatus::Invalid),
            (control(no(), no(), no()), EmailStatus::Invalid),
            // A catch-all with a list of those who have left.
            (control(yes(), yes(), yes()), EmailStatus::Invalid),
            (control(no(), yes(), yes()), EmailStatus::Invalid),
            (control(yes(), no(), yes()), EmailStatus::Unknown),
            (control(yes(), no(), no()), EmailStatus::Unknown),
            (control(yes(), yes(), no()), EmailStatus::Unknown),
        ] {
            assert_eq!(status(&control, &no()), expected, "{control:?}");
        }
    }

    #[test]
    fn a_refused_transaction_is_no_refused_mailbox() {
        let refused = answer(554, ReplyClass::Ambiguous, "554 - gesperrt");
        let all = control(refused.clone(), refused.clone(), yes());
        assert_eq!(status(&all, &refused), EmailStatus::Unknown);
        let named = RcptAnswer {
            text: "Ada.Marlow ist hier nicht bekannt".to_owned(),
            ..refused
        };
        assert_eq!(status(&all, &named), EmailStatus::Invalid);
    }

    #[test]
    fn acceptance_counts_beside_a_decoy_of_the_same_shape() {
        let target = RcptAnswer {
            recipient: "jw@firm.example".to_owned(),
            ..yes()
        };
        let sound = control(no(), no(), yes());
        assert_eq!(status(&sound, &target), EmailStatus::Unknown);
        let decoy = |answer: RcptAnswer| Control {
            shaped: vec![RcptAnswer {
                recipient: "qx@firm.example".to_owned(),
                ..answer
            }],
            ..sound.clone()
        };
        assert_eq!(status(&decoy(no()), &target), EmailStatus::Verified);
        assert_eq!(status(&decoy(yes()), &target), EmailStatus::AcceptAll);
        let policy = answer(550, ReplyClass::Policy, "550 5.7.1 denied");
        assert_eq!(status(&decoy(policy), &target), EmailStatus::Unknown);
        // It says nothing about those of another shape.
        let other = RcptAnswer {
            recipient: "ada.marlow@firm.example".to_owned(),
            ..yes()
        };
        assert_eq!(status(&decoy(yes()), &other), EmailStatus::Verified);
    }

    /// One name alone may be somebody's: whether it is nobody here can tell.
    #[test]
    fn accepted_names_alone_leave_a_doubt() {
        let alone = |local: &str, answer: RcptAnswer| RcptAnswer {
            recipient: format!("{local}@firm.example"),
            ..answer
        };
        let names = |answers: [RcptAnswer; 3]| {
            let locals = ["john", "oscar", "weber"].into_iter();
            Control {
                shaped: locals.zip(answers).map(|(it, of)| alone(it, of)).collect(),
                ..control(no(), no(), yes())
            }
        };
        for (answers, expected) in [
            ([no(), no(), no()], EmailStatus::Verified),
            ([yes(), no(), no()], EmailStatus::Unknown),
            ([no(), no(), yes()], EmailStatus::Unknown),
            ([yes(), no(), yes()], EmailStatus::AcceptAll),
        ] {
            let control = names(answers);
            for local in ["wilma", "matthew", "cunegonde"] {
                let judged = status(&control, &alone(local, yes()));
                assert_eq!(judged, expected, "{local} {control:?}");
            }
            let other = status(&control, &alone("ada.marlow", yes()));
            assert_eq!(other, EmailStatus::Verified);
        }
    }

    #[test]
    fn taken_without_verification_is_acceptance_and_no_proof() {
        let taken = answer(252, ReplyClass::Ambiguous, "252 - cannot verify");
        let all = control(taken.clone(), taken.clone(), yes());
        assert_eq!(status(&all, &taken), EmailStatus::AcceptAll);
        assert_eq!(status(&all, &yes()), EmailStatus::AcceptAll);
        assert_eq!(
            status(&control(no(), no(), yes()), &taken),
            EmailStatus::Unknown
        );
    }

    #[test]
    fn hosts_that_do_not_exist_take_no_mail() {
        let failure = |kind| SessionFailure {
            mx: "mx1.firm.example".to_owned(),
            address: None,
            stage: crate::evidence::Stage::Resolve,
            kind,
            text: None,
        };
        let gone = [
            failure(FailureKind::NoAddress),
            failure(FailureKind::NoAddress),
        ];
        assert_eq!(judge_failure(&gone, false).status, EmailStatus::Invalid);
        for other in [
            FailureKind::DnsFailed,
            FailureKind::Denied,
            FailureKind::Refused,
        ] {
            let mixed = [failure(FailureKind::NoAddress), failure(other)];
            assert_eq!(judge_failure(&mixed, true).status, EmailStatus::Unknown);
        }
    }

    #[test]
    fn a_mailbox_is_full_only_where_decoys_are_not() {
        let full = answer(452, ReplyClass::Full, "452 4.2.2 full");
        assert_eq!(
            status(&control(no(), no(), yes()), &full),
            EmailStatus::Full
        );
        assert_eq!(
            status(&control(full.clone(), full.clone(), yes()), &full),
            EmailStatus::Unknown
        );
        let disabled = answer(550, ReplyClass::Disabled, "550 5.2.1 disabled");
        assert_eq!(
            status(&control(no(), no(), yes()), &disabled),
            EmailStatus::Disabled
        );
        let all = control(disabled.clone(), disabled.clone(), yes());
        assert_eq!(status(&all, &disabled), EmailStatus::Invalid);
    }

    #[test]
    fn a_refusal_of_us_is_no_word_about_the_mailbox() {
        for class in [
            ReplyClass::Policy,
            ReplyClass::SenderRefused,
            ReplyClass::TlsRequired,
        ] {
            let refusal = answer(550, class, "550 5.7.1 denied");
            assert_eq!(
                status(&control(no(), no(), yes()), &refusal),
                EmailStatus::Blocked
            );
        }
    }

    #[test]
    fn what_is_deferred_is_asked_again_until_the_schedule_ends() {
        let later = answer(450, ReplyClass::Temporary, "450 4.2.0 greylisted");
        let all = control(later.clone(), later.clone(), later.clone());
        for target in [&later, &yes()] {
            let first = judge(AddressClass::Personal, &all, target, false);
            assert_eq!(first.status, EmailStatus::Deferred);
            assert_eq!(status(&all, target), EmailStatus::Unknown);
        }
    }
}
