//! One SMTP session of a run: greeting, sender, recipients, goodbye. What is asked for, and in
//! which order, stands in [`questions`].

mod questions;

use tokio::time::Instant;

use super::{Context, Findings, Plan};
use crate::address::Address;
use crate::classify::{Asked, Echoes, ReplyClass, classify, excerpt, rcpt_answer};
use crate::evidence::{Control, FailureKind, RcptAnswer, SessionFailure, Stage};
use crate::net::JudgedIp;
use crate::smtp::{Command, Connection, Reply, SmtpError};

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// Everything that was to be asked has been asked.
    Finished,
    /// The rest is to be asked in another session with the same server.
    Again,
    /// This server cannot be asked (any more): the failure stands in the findings.
    Failed,
}

/// Holds one session with the server at `ip`.
pub(crate) async fn converse(
    context: &Context<'_>,
    plan: &Plan,
    findings: &mut Findings,
    mx: &str,
    ip: JudgedIp,
) -> End {
    findings.sessions += 1;
    let before = findings.answers();
    let opened = Connection::open(ip, context.port, context.proxy, context.timeouts);
    let connection = match opened.await {
        Ok(connection) => {
            context.connected();
            connection
        }
        Err(error) => {
            findings.failures.push(SessionFailure {
                mx: mx.to_owned(),
                address: Some(ip.ip()),
                stage: Stage::Connect,
                kind: error.into(),
                text: None,
            });
            return End::Failed;
        }
    };
    let mut session = Session {
        context,
        plan,
        findings,
        mx,
        ip,
        connection,
        stage: Stage::Greeting,
        asked_ehlo: false,
        encrypted: false,
        refused: 0,
        recipients: 0,
        in_transaction: 0,
        last_rcpt: None,
        asked_decoys: false,
        accepted: false,
        behind_refusals: Vec::new(),
        refused_since: Vec::new(),
        accepted_targets: Vec::new(),
        refused_us: false,
        asking: None,
    };
    let (end, mut in_step) = match session.run().await {
        Ok(end) => (end, true),
        Err(Stop::Smtp(error)) => (session.broke(error), error != SmtpError::OutOfStep),
        Err(Stop::End(end)) => (end, true),
    };
    let behind = std::mem::take(&mut session.behind_refusals);
    let proved = std::mem::take(&mut session.accepted_targets);
    let refused_us = session.refused_us;
    let doubtful = session.asked_decoys && !session.accepted;
    if !session.connection.quit().await {
        in_step = false;
        findings.failures.push(SessionFailure {
            mx: mx.to_owned(),
            address: Some(ip.ip()),
            stage: Stage::Rcpt,
            kind: FailureKind::Protocol,
            text: None,
        });
    }
    if !in_step {
        // Nobody knows which answer was whose.
        findings.take_back(before);
        return End::Failed;
    }
    if doubtful {
        findings.doubtful.extend(&behind);
    }
    if refused_us {
        findings.beside_refusal.extend(proved);
    }
    findings.behind_refusals.extend(behind);
    end
}

/// Why a session stops before its end.
enum Stop {
    Smtp(SmtpError),
    End(End),
}

impl From<SmtpError> for Stop {
    fn from(error: SmtpError) -> Self {
        Self::Smtp(error)
    }
}

struct Session<'a> {
    context: &'a Context<'a>,
    plan: &'a Plan,
    findings: &'a mut Findings,
    mx: &'a str,
    ip: JudgedIp,
    connection: Connection,
    stage: Stage,
    /// EHLO was sent in this session.
    asked_ehlo: bool,
    encrypted: bool,
    refused: u32,
    recipients: u32,
    in_transaction: u32,
    last_rcpt: Option<Instant>,
    /// A decoy was asked for.
    asked_decoys: bool,
    /// A recipient was accepted.
    accepted: bool,
    /// Targets refused behind several refusals.
    behind_refusals: Vec<usize>,
    /// Targets refused since the session last accepted anybody.
    refused_since: Vec<usize>,
    /// Targets that were accepted.
    accepted_targets: Vec<usize>,
    /// A target was refused in words about us.
    refused_us: bool,
    /// The target that is being asked for.
    asking: Option<usize>,
}

/// So many targets at which a server hangs up are passed over; then it is left.
const KILLERS_MAX: usize = 3;

impl Session<'_> {
    async fn run(&mut self) -> Result<End, Stop> {
        let greeting = self.connection.greeting().await?;
        self.expect_service(&greeting)?;
        self.findings.turn_to(self.mx, self.ip.ip());
        self.hello().await?;
        self.mail().await?;
        self.stage = Stage::Rcpt;
        self.ask_controls().await?;
        self.ask_targets().await?;
        self.ask_closing().await?;
        Ok(End::Finished)
    }

    /// Whether the server hung up at a target that was the session's first question, and
    /// there are others to ask without it.
    fn hung_up_at_first(&mut self, asked_before: u32) -> bool {
        let Some(index) = self.asking.filter(|_| asked_before == 0) else {
            return false;
        };
        self.findings.killers.push(index);
        self.findings.killers.len() <= KILLERS_MAX && self.findings.next_open(0).is_some()
    }

    /// A broken conversation: worth another session if this one has got anywhere.
    fn broke(&mut self, error: SmtpError) -> End {
        let gone = matches!(error, SmtpError::Closed | SmtpError::Timeout);
        if self.stage == Stage::Hello && gone && self.asked_ehlo {
            // Some servers hang up on EHLO, with or without a refusal, or never answer it.
            self.findings.helo_only = true;
            return End::Again;
        }
        let hung_up = matches!(error, SmtpError::Closed);
        self.fail(error.into(), None);
        if hung_up && (self.recipients > 0 || self.hung_up_at_first(self.recipients)) {
            End::Again
        } else {
            End::Failed
        }
    }

    fn fail(&mut self, kind: FailureKind, reply: Option<&Reply>) {
        self.findings.failures.push(SessionFailure {
            mx: self.mx.to_owned(),
            address: Some(self.ip.ip()),
            stage: self.stage,
            kind,
            text: reply.map(|reply| format!("{} {}", reply.code, excerpt(reply))),
        });
    }

    fn stop(&mut self, kind: FailureKind, reply: &Reply) -> Stop {
        self.fail(kind, Some(reply));
        self.note_pace(reply, kind == FailureKind::RateLimited);
        Stop::End(End::Failed)
    }

    /// Whoever hangs up with a 421, or says that we are too fast, is left alone for a while.
    /// Strangers who say both are asked no more in this run.
    fn note_pace(&mut self, reply: &Reply, too_fast: bool) {
        let hangs_up = reply.code == 421;
        self.findings.limited |= hangs_up || too_fast;
        self.findings.stopped |= hangs_up && too_fast && self.context.stranger;
    }

    fn echoes(&self, recipient: Option<&Address>) -> Echoes {
        let identity = self.context.identity;
        let any = &self.plan.decoys.postmaster;
        Echoes::new(
            Some(recipient.unwrap_or(any)),
            Some(&identity.mail_from),
            identity.helo.as_str(),
        )
        .with_host(self.mx)
        .with_host(&self.ip.ip().to_string())
    }

    fn expect_service(&mut self, greeting: &Reply) -> Result<(), Stop> {
        if greeting.is_positive() {
            return Ok(());
        }
        let kind = match classify(Asked::Session, greeting, &self.echoes(None)) {
            ReplyClass::Temporary => FailureKind::Temporary,
            ReplyClass::RateLimited => FailureKind::RateLimited,
            ReplyClass::Policy => FailureKind::Policy,
            _ => FailureKind::NoService,
        };
        Err(self.stop(kind, greeting))
    }

    async fn hello(&mut self) -> Result<(), Stop> {
        self.stage = Stage::Hello;
        let name = &self.context.identity.helo;
        if !self.findings.helo_only {
            self.asked_ehlo = true;
            let reply = self.connection.ask(&Command::Ehlo(name)).await?;
            if reply.is_positive() {
                return Ok(());
            }
            if reply.is_temporary() {
                return Err(self.refusal(Asked::Session, &reply));
            }
            self.findings.helo_only = true;
        }
        let reply = self.connection.ask(&Command::Helo(name)).await?;
        if reply.is_positive() {
            return Ok(());
        }
        Err(self.refusal(Asked::Session, &reply))
    }

    /// A refusal before RCPT.
    fn refusal(&mut self, asked: Asked, reply: &Reply) -> Stop {
        let kind = match classify(asked, reply, &self.echoes(None)) {
            ReplyClass::Temporary => FailureKind::Temporary,
            ReplyClass::RateLimited => FailureKind::RateLimited,
            ReplyClass::TlsRequired => FailureKind::Tls,
            _ if reply.is_temporary() => FailureKind::Temporary,
            // Whoever says no at this point says it to us.
            _ => FailureKind::Policy,
        };
        self.stop(kind, reply)
    }

    /// Names the sender, in TLS or as the null sender where the server wants it so.
    async fn mail(&mut self) -> Result<(), Stop> {
        loop {
            self.stage = Stage::Mail;
            let sender = (!self.findings.null_sender).then_some(&self.context.identity.mail_from);
            let reply = self.connection.ask(&Command::Mail(sender)).await?;
            if reply.is_positive() {
                self.in_transaction = 0;
                return Ok(());
            }
            match classify(Asked::Mail, &reply, &self.echoes(None)) {
                // Whether or not EHLO offered it: the server that wants it will take it.
                ReplyClass::TlsRequired if !self.encrypted => self.start_tls().await?,
                ReplyClass::SenderRefused if !self.findings.null_sender => {
                    return Err(self.change_sender());
                }
                _ => return Err(self.refusal(Asked::Mail, &reply)),
            }
        }
    }

    /// Our sender is refused: the same again as the null sender, in a session of its own,
    /// so that the evidence comes from one without a refusal.
    fn change_sender(&mut self) -> Stop {
        self.findings.null_sender = true;
        let (mx, address) = (
            self.findings.control.mx.clone(),
            self.findings.control.address,
        );
        self.findings.control = Control {
            mx,
            address,
            ..Control::default()
        };
        self.findings.targets.fill(None);
        self.findings.beside_refusal.clear();
        self.accepted_targets.clear();
        self.refused_us = false;
        Stop::End(End::Again)
    }

    async fn start_tls(&mut self) -> Result<(), Stop> {
        self.stage = Stage::Tls;
        let reply = self.connection.ask(&Command::StartTls).await?;
        if !reply.is_positive() {
            let kind = if reply.is_temporary() {
                FailureKind::Temporary
            } else {
                FailureKind::Tls
            };
            return Err(self.stop(kind, &reply));
        }
        self.connection.start_tls(self.mx).await?;
        self.encrypted = true;
        self.findings.tls = true;
        // RFC 3207 4.2: what was said before counts no more.
        self.hello().await
    }

    /// Asks for one recipient.
    async fn rcpt(&mut self, recipient: &Address) -> Result<RcptAnswer, Stop> {
        // A bounce has one recipient, and servers hold the null sender to that.
        let fresh = self.findings.null_sender && self.in_transaction > 0;
        if fresh {
            self.new_transaction().await?;
        }
        let mut renewed = fresh;
        loop {
            // A session has its limits; what a slow server has answered so far is kept.
            let late = self.recipients > 0 && self.connection.is_late();
            if late || self.refused >= self.context.limits.refused_per_session {
                return Err(Stop::End(End::Again));
            }
            self.pause().await;
            self.stage = Stage::Rcpt;
            let reply = self.connection.ask(&Command::Rcpt(recipient)).await?;
            let text = recipient.to_string();
            let answer = rcpt_answer(&text, &reply, &self.echoes(Some(recipient)));
            let too_fast = answer.class == ReplyClass::RateLimited;
            self.findings.complained |= too_fast;
            if reply.code == 421 {
                self.note_pace(&reply, too_fast);
            }
            self.recipients += 1;
            self.in_transaction += 1;
            if reply.is_positive() {
                self.accepted = true;
                self.refused_since.clear();
            } else {
                self.refused += 1;
            }
            match answer.class {
                ReplyClass::TooManyRecipients => {
                    // A limit of the transaction, perhaps; else of the session.
                    if !renewed && self.in_transaction > 1 {
                        renewed = true;
                        self.new_transaction().await?;
                        continue;
                    }
                    self.fail(FailureKind::Temporary, Some(&reply));
                    let end = if self.recipients > 2 {
                        End::Again
                    } else {
                        End::Failed
                    };
                    return Err(Stop::End(end));
                }
                ReplyClass::SenderRefused if !self.findings.null_sender => {
                    return Err(self.change_sender());
                }
                ReplyClass::TlsRequired if !self.encrypted => {
                    self.start_tls().await?;
                    self.mail().await?;
                    continue;
                }
                _ => {}
            }
            // The server says that it hangs up; what it said is its answer.
            if reply.code == 421 {
                let kind = match answer.class {
                    ReplyClass::RateLimited => FailureKind::RateLimited,
                    _ => FailureKind::Temporary,
                };
                self.fail(kind, Some(&reply));
                if self.findings.stopped {
                    self.findings.forget_unproved();
                    return Err(Stop::End(End::Failed));
                }
                let asked_before = self.recipients - 1;
                let killed = kind == FailureKind::Temporary && self.hung_up_at_first(asked_before);
                let end = if asked_before > 0 || killed {
                    End::Again
                } else {
                    End::Failed
                };
                return Err(Stop::End(end));
            }
            return Ok(answer);
        }
    }

    /// Another transaction in the same session; where the server takes one a session only,
    /// the next session. Something has been answered in this one, so that ends.
    async fn new_transaction(&mut self) -> Result<(), Stop> {
        self.stage = Stage::Mail;
        let reply = self.connection.ask(&Command::Rset).await?;
        let failures = self.findings.failures.len();
        let stopped = if reply.is_positive() {
            self.mail().await
        } else {
            Err(self.refusal(Asked::Mail, &reply))
        };
        match stopped {
            Err(Stop::End(End::Failed)) if self.recipients > 0 => {
                self.findings.failures.truncate(failures);
                Err(Stop::End(End::Again))
            }
            other => other,
        }
    }

    /// Keeps the pace: a few RCPTs at once, then one after each pause.
    async fn pause(&mut self) {
        let limits = self.context.limits;
        let hurried = self.recipients < limits.rcpt_burst || !self.context.stranger;
        if let Some(last) = self.last_rcpt.filter(|_| !hurried) {
            tokio::time::sleep_until(last + limits.rcpt_pause).await;
        }
        self.last_rcpt = Some(Instant::now());
    }
}
