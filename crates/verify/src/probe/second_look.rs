//! A second look at refusals that may be the session's, not the mailbox's.
//!
//! Decoys are refused, and some servers answer refusals with more refusals: after a few
//! unknown recipients they refuse everybody, in words of policy or even as unknown. Whoever
//! is refused behind decoys, where nothing shows that the server still tells mailboxes
//! apart, is asked again in a session that begins with the question.

use super::{Context, End, Findings, Plan, converse};
use crate::classify::ReplyClass;
use crate::evidence::RcptAnswer;
use crate::net::JudgedIp;

/// Targets of one second look: few enough to stay below the refusals that set such a
/// server off.
const TARGETS: usize = 2;

/// Asks doubtful targets again. Answers that come out the same stand, and with them all
/// others of the first look.
pub(crate) async fn look_again(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) {
    let mut open = doubtful(findings);
    // What these sessions note of refusals behind refusals is no news.
    let behind = std::mem::take(&mut findings.behind_refusals);
    // A closing decoy refused for policy came behind refusals too, and is asked again.
    let closing = findings
        .control
        .closing
        .take_if(|answer| !open.is_empty() && answer.class == ReplyClass::Policy);
    let mut asked: Vec<usize> = Vec::new();
    if !open.is_empty() && findings.control.postmaster_is_unknown() {
        // Whom every server must know is asked for first, in a session of its own: a server
        // that knows it then refuses everybody after a question or two.
        if ask_postmaster(context, plan, findings, mx, ip).await {
            findings.turned = true;
            open = (0..plan.targets.len())
                .filter(|&index| is_refused(findings, index))
                .collect();
        }
    }
    let mut moody = findings.turned;
    let mut widened = false;
    let mut checked = false;
    while !open.is_empty() && context.has_room(findings) {
        // One refusal may be enough for such a server's mood.
        let most = if moody { 1 } else { TARGETS };
        let mut rest = open.split_off(open.len().min(most));
        let look = ask(context, plan, findings, mx, ip, &open).await;
        let unproved = |index: &usize| findings.doubtful.contains(index);
        if findings.turned && !checked && open.iter().any(unproved) {
            checked = true;
            if has_forgotten_somebody(context, plan, findings, mx, ip).await {
                // It is not the mood of a session: nothing that it says is about a mailbox.
                open.append(&mut rest);
                forget_refusals(findings, &open);
                break;
            }
        }
        if look == Look::Hindered && !moody {
            // Refused behind refusals, and whoever asks again is turned away: not known.
            open.append(&mut rest);
            forget_refusals(findings, &open);
            break;
        }
        if look != Look::Changed && !moody {
            break;
        }
        moody = true;
        let refused = |index: &&usize| is_refused(findings, **index);
        if open.first().as_ref().is_some_and(refused) {
            rest.extend(open.iter().skip(1).filter(refused));
        }
        asked.append(&mut open);
        open = rest;
        if !widened {
            widened = true;
            // The first look was at a server in a bad mood: whatever it refused then is
            // open again, its postmaster among it.
            let others = behind.iter().filter(|index| !asked.contains(index));
            open.extend(others);
            open.sort_unstable();
            open.dedup();
            ask_postmaster(context, plan, findings, mx, ip).await;
        }
    }
    if findings.control.closing.is_none() {
        findings.control.closing = closing;
    }
    if findings.turned {
        // What such a server refused and nobody could ask again is not known.
        give_up(findings, &open);
    }
}

/// In place of a second look at a server that would not talk again: what it refused behind
/// refusals, having accepted nobody, is not known.
pub(crate) fn forget_doubtful(findings: &mut Findings) {
    let open = doubtful(findings);
    forget_refusals(findings, &open);
}

/// Asks once more for targets accepted in a session in which the server also refused us, in a
/// session of their own: what is accepted there without a refusal is proved.
pub(crate) async fn prove_again(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) {
    let control = &findings.control;
    if control
        .decoys()
        .chain(&control.postmaster)
        .any(|answer| answer.class.is_about_us())
    {
        // Nothing would be a proof here.
        return;
    }
    let mut open = std::mem::take(&mut findings.beside_refusal);
    open.sort_unstable();
    open.dedup();
    open.retain(|&index| is_accepted(findings, index));
    if open.is_empty() || !context.has_room(findings) {
        findings.beside_refusal = open;
        return;
    }
    let former: Vec<(usize, Option<RcptAnswer>)> = open
        .iter()
        .filter_map(|&index| Some((index, findings.targets.get_mut(index)?.take())))
        .collect();
    let failures = findings.failures.len();
    let behind = findings.behind_refusals.clone();
    let doubtful = findings.doubtful.clone();
    let mut end = converse(context, plan, findings, mx, ip).await;
    while end == End::Again && context.has_room(findings) {
        end = converse(context, plan, findings, mx, ip).await;
    }
    findings.behind_refusals = behind;
    findings.doubtful = doubtful;
    // The first look was whole; what hindered this one is no news.
    findings.failures.truncate(failures);
    for (index, known) in former {
        let Some(slot) = findings.targets.get_mut(index) else {
            continue;
        };
        // Accepted, or put off and to be asked again.
        if !slot.as_ref().is_some_and(RcptAnswer::may_be_accepted) {
            *slot = known;
            findings.beside_refusal.push(index);
        }
    }
}

fn is_accepted(findings: &Findings, index: usize) -> bool {
    let answer = findings.targets.get(index).and_then(Option::as_ref);
    answer.is_some_and(|answer| answer.class == ReplyClass::Accepted)
}

/// What came of a second look.
#[derive(PartialEq, Eq)]
enum Look {
    /// The same answers.
    Same,
    /// Another answer about somebody.
    Changed,
    /// No answer: the server would not talk again.
    Hindered,
}

fn is_refused(findings: &Findings, index: usize) -> bool {
    let answer = findings.targets.get(index).and_then(Option::as_ref);
    answer.is_some_and(RcptAnswer::is_refusal)
}

fn forget_refusals(findings: &mut Findings, targets: &[usize]) {
    let refused = targets.iter().copied();
    let refused: Vec<usize> = refused.filter(|&at| is_refused(findings, at)).collect();
    give_up(findings, &refused);
}

/// Forgets what was answered about these, for good.
fn give_up(findings: &mut Findings, targets: &[usize]) {
    for &index in targets {
        if let Some(slot) = findings.targets.get_mut(index) {
            *slot = None;
            findings.given_up.push(index);
        }
    }
}

/// Asks these targets again in a session of their own.
async fn ask(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
    targets: &[usize],
) -> Look {
    let former: Vec<(usize, Option<RcptAnswer>)> = targets
        .iter()
        .filter_map(|&index| Some((index, findings.targets.get_mut(index)?.take())))
        .collect();
    let failures = findings.failures.len();
    let mut end = converse(context, plan, findings, mx, ip).await;
    if end == End::Again && context.has_room(findings) {
        // What is left is a closing question.
        end = converse(context, plan, findings, mx, ip).await;
    }
    let answered = |&(index, _): &(usize, Option<RcptAnswer>)| {
        findings.targets.get(index).is_some_and(Option::is_some)
    };
    let hindered = end == End::Failed && !former.iter().any(answered);
    if end != End::Finished && !hindered {
        // The first look was whole; what hindered the rest of the second is no news.
        findings.failures.truncate(failures);
    }
    let mut changed = false;
    for (index, known) in former {
        let Some(slot) = findings.targets.get_mut(index) else {
            continue;
        };
        match (&slot, &known) {
            (Some(now), Some(before)) => changed |= now.class != before.class,
            _ => *slot = known,
        }
    }
    match (changed, hindered) {
        (true, _) => Look::Changed,
        (false, true) => Look::Hindered,
        (false, false) => Look::Same,
    }
}

/// Asks for `postmaster` again where it was refused. Whether it is accepted now.
async fn ask_postmaster(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) -> bool {
    let known = findings.control.postmaster.as_ref();
    if known.is_none_or(RcptAnswer::is_accepting) || !context.has_room(findings) {
        return false;
    }
    let (former, now) = postmaster_anew(context, plan, findings, mx, ip).await;
    findings.control.postmaster = now.or(former);
    findings.control.knows_postmaster()
}

/// Whether the server knew somebody, `postmaster` or else a target, and does not know them now, as
/// the first question of a session: it answers us so for good.
async fn has_forgotten_somebody(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) -> bool {
    if !context.has_room(findings) {
        return false;
    }
    if findings.control.knows_postmaster() {
        let (former, now) = postmaster_anew(context, plan, findings, mx, ip).await;
        findings.control.postmaster = former;
        return now.is_some_and(|answer| answer.is_refusal());
    }
    let mut targets = findings.targets.iter();
    let accepting =
        |answer: &Option<RcptAnswer>| answer.as_ref().is_some_and(RcptAnswer::is_accepting);
    let Some(index) = targets.position(accepting) else {
        return false;
    };
    let former = findings.targets.get_mut(index).and_then(Option::take);
    converse_beside(context, plan, findings, mx, ip).await;
    let slot = findings.targets.get_mut(index);
    let now = slot.and_then(|slot| std::mem::replace(slot, former));
    now.is_some_and(|answer| answer.is_refusal())
}

/// What was answered about `postmaster`, and what is as the first question of a session; neither
/// is left in the control.
async fn postmaster_anew(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) -> (Option<RcptAnswer>, Option<RcptAnswer>) {
    let former = findings.control.postmaster.take();
    converse_beside(context, plan, findings, mx, ip).await;
    (former, findings.control.postmaster.take())
}

/// One session beside the first look: that was whole, so what hinders this one is no news.
async fn converse_beside(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) {
    let failures = findings.failures.len();
    if converse(context, plan, findings, mx, ip).await != End::Finished {
        findings.failures.truncate(failures);
    }
}

/// The targets whose refusal may be about the refusals before it.
fn doubtful(findings: &mut Findings) -> Vec<usize> {
    let mut open = std::mem::take(&mut findings.doubtful);
    let control = &findings.control;
    let mut names = control.random.iter().chain(&control.names);
    if !findings.turned && !names.all(RcptAnswer::is_refusal) {
        return Vec::new();
    }
    // Refused for policy where decoys were refused as unknown: perhaps for those decoys.
    let policy = |index: &&usize| {
        let answer = findings.targets.get(**index).and_then(Option::as_ref);
        answer.is_some_and(|answer| answer.class == ReplyClass::Policy)
    };
    open.extend(findings.behind_refusals.iter().filter(policy));
    open.sort_unstable();
    open.dedup();
    open
}
