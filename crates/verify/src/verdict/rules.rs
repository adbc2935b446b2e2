//! From evidence to state and score. Pure: everything that was asked and answered comes
//! in, nothing else counts.

use lode_core::email::EmailStatus;

use crate::address::class::AddressClass;
use crate::classify::ReplyClass;
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
    let accepted = |answer: &&RcptAnswer| answer.class == ReplyClass::Accepted;
    let Some(random) = &control.random else {
        return CatchAll::Unknown;
    };
    if control.names.len() < Control::NAMES {
        return CatchAll::Unknown;
    }
    let names = control.names.iter().chain(&control.closing);
    if random.class == ReplyClass::Accepted {
        return if control.names.iter().any(|answer| accepted(&answer)) {
            CatchAll::Yes
        } else {
            CatchAll::Unknown
        };
    }
    if names.clone().any(|answer| accepted(&answer)) {
        return CatchAll::NameLike;
    }
    let refused = |answer: &RcptAnswer| answer.class == ReplyClass::NoMailbox;
    // A refusal that may mean anything means "no such mailbox" where it comes to every
    // decoy alike and postmaster is accepted.
    let alike = control
        .decoys()
        .all(|answer| answer.class == ReplyClass::Ambiguous && answer.template == random.template);
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
        ReplyClass::Accepted => accepted(class, control, &later),
        ReplyClass::NoMailbox => Judgement::new(EmailStatus::Invalid, 0, "no_such_mailbox"),
        ReplyClass::Full | ReplyClass::Disabled => state_of_mailbox(control, target, &later),
        ReplyClass::Temporary | ReplyClass::TooManyRecipients => later("greylisted"),
        ReplyClass::RateLimited if last => Judgement::new(EmailStatus::Blocked, 30, "rate_limited"),
        ReplyClass::RateLimited => Judgement::new(EmailStatus::Deferred, 30, "rate_limited"),
        ReplyClass::SenderRefused => Judgement::new(EmailStatus::Blocked, 30, "sender_refused"),
        ReplyClass::Policy => Judgement::new(EmailStatus::Blocked, 30, "policy_refusal"),
        ReplyClass::TlsRequired => Judgement::new(EmailStatus::Blocked, 30, "tls_required"),
        ReplyClass::Ambiguous => ambiguous(control, target),
    }
}

/// The server accepts the address: does its acceptance mean anything?
fn accepted(
    class: AddressClass,
    control: &Control,
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
    let controls = || control.decoys().chain(&control.postmaster);
    if !control.all_asked() {
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
    if catch_all(control) == CatchAll::No {
        return special(
            class,
            EmailStatus::Verified,
            100,
            "accepted_and_decoys_refused",
        );
    }
    Judgement::new(EmailStatus::Unknown, 60, "control_contradictory")
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
    ambiguous(control, target)
}

/// A refusal that may mean anything: a missing mailbox only if recipients that cannot
/// exist get the very same, and one that must exist does not.
fn ambiguous(control: &Control, target: &RcptAnswer) -> Judgement {
    let same = control.all_asked()
        && control
            .decoys()
            .all(|answer| answer.code == target.code && answer.template == target.template);
    let postmaster = control
        .postmaster
        .as_ref()
        .is_some_and(|answer| answer.class == ReplyClass::Accepted);
    if same && postmaster {
        return Judgement::new(EmailStatus::Invalid, 0, "refused_like_the_decoys");
    }
    Judgement::new(EmailStatus::Unknown, 30, "ambiguous_refusal")
}

/// Judges an address that no server could be asked about, by what went wrong.
#[must_use]
pub fn judge_failure(failures: &[SessionFailure], last: bool) -> Judgement {
    use FailureKind::{
        Denied, DnsFailed, Dropped, NoAddress, NoService, Policy, PortShut, Protocol, RateLimited,
        Refused, Temporary, Timeout, Tls,
    };
    let any = |kind: FailureKind| failures.iter().any(|failure| failure.kind == kind);
    if any(Policy) {
        return Judgement::new(EmailStatus::Blocked, 30, "policy_refusal");
    }
    if any(PortShut) {
        return Judgement::new(EmailStatus::Unknown, 30, "port_25_shut");
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
