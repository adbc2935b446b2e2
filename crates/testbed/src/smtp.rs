//! The bed's SMTP servers: one conversation after the rules of its domain's character.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::character::{Character, Mailbox, is_short, looks_like_a_name};
use crate::scenario::DomainSpec;
use crate::script::Step;
use crate::stats::Stats;

mod reply;
mod scripted;
mod tls;

use reply::Act;

/// A domain as its servers know it.
#[derive(Debug)]
pub(crate) struct DomainState {
    spec: DomainSpec,
    greylist_delay: Duration,
    /// First sight of each pair of sender and recipient.
    seen: Mutex<HashMap<(String, String), Instant>>,
    connections: Mutex<u64>,
    /// Recipients refused so far.
    refused_ever: AtomicU64,
}

impl DomainState {
    pub(crate) fn new(spec: DomainSpec, greylist_delay: Duration) -> Self {
        Self {
            spec,
            greylist_delay,
            seen: Mutex::default(),
            connections: Mutex::default(),
            refused_ever: AtomicU64::new(0),
        }
    }

    pub(crate) fn spec(&self) -> &DomainSpec {
        &self.spec
    }

    /// Whether the pair is still to be deferred.
    fn greylists(&self, sender: &str, recipient: &str) -> bool {
        let now = Instant::now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&(sender.to_owned(), recipient.to_owned())) {
            Some(first) => now.duration_since(*first) < self.greylist_delay,
            None => {
                seen.insert((sender.to_owned(), recipient.to_owned()), now);
                true
            }
        }
    }

    /// The number of this connection, from 1.
    fn count_connection(&self) -> u64 {
        let mut count = self
            .connections
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *count += 1;
        *count
    }
}

/// Which part a listener plays for its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The domain's character.
    Character,
    /// An ordinary server, whatever the character.
    Ordinary,
    /// Accepts connections and says nothing.
    Silent,
    /// No mail service.
    NoService,
    /// Busy for ever.
    Busy,
    /// Accepts every recipient.
    AcceptAll,
    /// Nobody should ever come here.
    Trap,
}

/// One listener.
#[derive(Debug)]
pub(crate) struct Server {
    /// The domains whose mail it takes; connections are counted for the first. Where there
    /// are several, each recipient's domain decides how the server behaves from then on.
    pub(crate) domains: Vec<Arc<DomainState>>,
    pub(crate) role: Role,
    /// Which of the domain's hosts it is, where a script has several.
    pub(crate) host: String,
    pub(crate) stats: Stats,
    pub(crate) latency: Duration,
}

impl Server {
    fn character(&self, domain: usize) -> Character {
        match self.role {
            Role::Character => self
                .domains
                .get(domain)
                .map_or(Character::Ordinary, |domain| domain.spec.character),
            Role::AcceptAll => Character::AcceptAll,
            Role::Busy => Character::Busy,
            _ => Character::Ordinary,
        }
    }

    fn name(&self) -> &str {
        self.domains.first().map_or("", |domain| &domain.spec.name)
    }
}

/// A client that is silent this long is let go.
const IDLE_MAX: Duration = Duration::from_secs(300);
/// Longest command line.
const LINE_MAX: usize = 4096;

/// Serves every connection of a listener.
pub(crate) async fn serve(listener: TcpListener, server: Arc<Server>) {
    while let Ok((stream, _)) = listener.accept().await {
        let server = Arc::clone(&server);
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let name = server.name().to_owned();
            server.stats.update(&name, |stats| {
                stats.connections += 1;
                stats.open += 1;
                stats.trapped += u64::from(server.role == Role::Trap);
            });
            let mut session = Session::new(&server, stream);
            let ended = session.run().await;
            session.close();
            server.stats.update(&name, |stats| {
                stats.refused_per_session_max = stats.refused_per_session_max.max(session.refused);
                let left = matches!(ended, Ok(End::ClientLeft)) && !session.spoiled;
                stats.left_without_quit += u64::from(left);
            });
        });
    }
}

/// How a connection ended.
enum End {
    Quit,
    ClientLeft,
    ServerClosed,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

struct Session<'a> {
    server: &'a Server,
    /// Which of the server's domains the conversation is about.
    current: usize,
    character: Character,
    stream: Box<dyn Stream>,
    input: Vec<u8>,
    encrypted: bool,
    connection: u64,
    first_connection: bool,
    greeted: bool,
    /// The client has said something.
    spoke: bool,
    /// The name that the client gave.
    helo: String,
    sender: Option<String>,
    transaction_recipients: u64,
    session_recipients: u64,
    refused: u64,
    accepted: u64,
    last_rcpt: Option<Instant>,
    /// The server broke the protocol or fell silent: a client may leave as it likes.
    spoiled: bool,
    /// Counted as closed already.
    closed: bool,
}

impl<'a> Session<'a> {
    fn new(server: &'a Server, stream: TcpStream) -> Self {
        let connection = server
            .domains
            .first()
            .map_or(1, |domain| domain.count_connection());
        Self {
            server,
            current: 0,
            character: server.character(0),
            stream: Box::new(stream),
            input: Vec::new(),
            encrypted: false,
            connection,
            first_connection: connection == 1,
            greeted: false,
            spoke: false,
            helo: String::new(),
            sender: None,
            transaction_recipients: 0,
            session_recipients: 0,
            refused: 0,
            accepted: 0,
            last_rcpt: None,
            spoiled: false,
            closed: false,
        }
    }

    async fn run(&mut self) -> io::Result<End> {
        let greeting = match self.scripted(Step::Banner, None) {
            Some(act) => act,
            None => self.greeting(),
        };
        if !self.act(greeting).await? {
            return Ok(End::ServerClosed);
        }
        loop {
            let Some(line) = self.line().await? else {
                return Ok(End::ClientLeft);
            };
            if !std::mem::replace(&mut self.spoke, true) {
                // Not at once: the end of the client's former connection may still be unread.
                let server = self.server;
                server.stats.update(server.name(), |stats| {
                    stats.connections_at_once_max = stats.connections_at_once_max.max(stats.open);
                });
                server.stats.began();
            }
            if !self.input.is_empty() {
                self.count(|stats| stats.pipelined += 1);
            }
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            let action = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => self.greet(rest, true),
                "HELO" => self.greet(rest, false),
                "STARTTLS" => {
                    if let Some(act) = self.scripted(Step::Starttls, None) {
                        let starts = act.starts_tls();
                        if !self.act(act).await? {
                            return Ok(End::ServerClosed);
                        }
                        if !starts {
                            continue;
                        }
                    } else {
                        self.act(Act::say("220 2.0.0 Ready to start TLS")).await?;
                    }
                    if self.character == Character::StartTlsBroken {
                        self.act(Act::Raw(b"no handshake here\r\n".to_vec()))
                            .await?;
                        return Ok(End::ServerClosed);
                    }
                    self.start_tls().await?;
                    continue;
                }
                "MAIL" => self.mail(rest),
                "RCPT" => self.rcpt(rest),
                "RSET" => {
                    self.reset();
                    self.scripted(Step::Rset, None)
                        .unwrap_or_else(|| Act::say("250 2.0.0 Ok"))
                }
                "NOOP" => Act::say("250 2.0.0 Ok"),
                "QUIT" => {
                    self.count(|stats| stats.quit += 1);
                    self.close();
                    let bye = self
                        .scripted(Step::Quit, None)
                        .unwrap_or_else(|| Act::say("221 2.0.0 Bye"));
                    let _ = self.act(bye).await;
                    return Ok(End::Quit);
                }
                "DATA" | "BDAT" => {
                    self.count(|stats| stats.data += 1);
                    Act::say("554 5.5.1 Error: no mail here")
                }
                "VRFY" | "EXPN" => {
                    self.count(|stats| stats.vrfy += 1);
                    Act::say("252 2.0.0 Cannot VRFY user")
                }
                _ => Act::say("502 5.5.2 Error: command not recognized"),
            };
            if !self.act(action).await? {
                return Ok(End::ServerClosed);
            }
        }
    }

    fn count(&self, change: impl FnOnce(&mut crate::stats::DomainStats)) {
        self.server.stats.update(self.name(), change);
    }

    /// The domain that the conversation is about.
    fn domain(&self) -> Option<&'a DomainState> {
        self.server.domains.get(self.current).map(Arc::as_ref)
    }

    /// That domain's name.
    fn name(&self) -> &'a str {
        self.domain().map_or("", |domain| &domain.spec.name)
    }

    /// Counts the connection as closed before the client can know: what it opens next is no
    /// second one.
    fn close(&mut self) {
        if !std::mem::replace(&mut self.closed, true) {
            let server = self.server;
            server.stats.update(server.name(), |stats| stats.open -= 1);
            if self.spoke {
                server.stats.ended();
            }
        }
    }

    /// The next command line, without its end; `None` when the client has gone.
    async fn line(&mut self) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.input.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.input.drain(..=end).collect();
                let printable = |body: &[u8]| body.iter().all(|byte| (32..127).contains(byte));
                if !line.strip_suffix(b"\r\n").is_some_and(printable) {
                    self.count(|stats| stats.unclean += 1);
                }
                let text = String::from_utf8_lossy(&line);
                return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()));
            }
            if self.input.len() > LINE_MAX {
                return Ok(None);
            }
            let mut chunk = [0_u8; 1024];
            let read = tokio::time::timeout(IDLE_MAX, self.stream.read(&mut chunk));
            match read.await {
                Ok(Ok(0)) | Err(_) => return Ok(None),
                Ok(Ok(length)) => self.input.extend(chunk.iter().take(length)),
                Ok(Err(error)) => return Err(error),
            }
        }
    }

    async fn start_tls(&mut self) -> io::Result<()> {
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        self.stream = Box::new(tls::accept(plain).await?);
        self.encrypted = true;
        self.greeted = false;
        self.reset();
        Ok(())
    }

    fn reset(&mut self) {
        self.sender = None;
        self.transaction_recipients = 0;
    }

    fn greeting(&self) -> Act {
        use Character::*;
        match (self.server.role, self.character) {
            (Role::Silent, _) => Act::Silence,
            (Role::NoService, _) => Act::say("554 5.3.2 No SMTP service here"),
            (_, Busy) => Act::close_with("421 4.3.2 Service not available, try again later"),
            (_, BusyOnce) if self.first_connection => {
                Act::close_with("421 4.3.2 Too busy right now, come back later")
            }
            (_, DropsAtGreeting) => Act::Close,
            (_, BlockedAtGreeting) => Act::say(
                "554 5.7.1 Service unavailable; Client host [127.0.0.1] blocked using zen.spamhaus.org",
            ),
            (_, EndlessGreeting) => Act::Endless(b"220-welcome to the machine\r\n"),
            (_, Binary) => Act::Raw(b"\x00\x01\xfe\xff\x16\x03\x01 junk \x80\r\n".to_vec()),
            _ => Act::say(&format!("220 mx1.{} ESMTP ready", self.name())),
        }
    }

    fn greet(&mut self, name: &str, extended: bool) -> Act {
        self.helo = name.trim().to_owned();
        let step = if extended { Step::Ehlo } else { Step::Helo };
        let act = self
            .scripted(step, None)
            .unwrap_or_else(|| self.hello(extended));
        self.greeted = !act.refuses();
        act
    }

    fn hello(&self, extended: bool) -> Act {
        let name = self.name();
        if self.server.role == Role::NoService {
            return Act::say("503 5.5.1 Bad sequence of commands");
        }
        match (self.character, extended) {
            (Character::EhloRefused, true) => Act::say("502 5.5.1 Command not implemented"),
            (Character::EhloRefusedAndGone, true) => {
                Act::close_with("502 5.5.1 Command not implemented")
            }
            (Character::EhloDrops, true) => Act::Close,
            (Character::StartTls | Character::StartTlsBroken, true) if !self.encrypted => {
                Act::say(&format!("250-mx1.{name}\r\n250-STARTTLS\r\n250 8BITMIME"))
            }
            (_, true) => Act::say(&format!("250-mx1.{name}\r\n250-PIPELINING\r\n250 8BITMIME")),
            (_, false) => Act::say(&format!("250 mx1.{name}")),
        }
    }

    fn mail(&mut self, rest: &str) -> Act {
        use Character::*;
        let sender = path(rest);
        if self.is_scripted() {
            if !self.greeted {
                return Act::say("503 5.5.1 Error: send HELO/EHLO first");
            }
            self.sender = Some(sender.clone());
            if let Some(act) = self.scripted(Step::Mail, None) {
                if act.refuses() || act.hangs_up() {
                    self.sender = None;
                    return act;
                }
                self.transaction_recipients = 0;
                self.count(|stats| stats.sessions += 1);
                return act;
            }
        }
        match self.character {
            StartTls if !self.encrypted => {
                return Act::say("530 5.7.0 Must issue a STARTTLS command first");
            }
            StartTlsBroken => {
                return Act::say("530 5.7.0 Must issue a STARTTLS command first");
            }
            OneRecipient if self.session_recipients > 0 => {
                return Act::say("503 5.5.1 One transaction a connection");
            }
            GreylistAtMail if self.first_connection => {
                return Act::say("451 4.7.1 Greylisting in action, please come back later");
            }
            DropsAtMail => return Act::Close,
            BusyAtMail => return Act::close_with("421 4.3.2 Service not available"),
            SenderDeferred if !sender.is_empty() => {
                return Act::say(&format!(
                    "450 4.1.8 <{sender}>: Sender address rejected: Domain not found"
                ));
            }
            SenderRefused if !sender.is_empty() => {
                return Act::say(&format!(
                    "553 5.1.8 <{sender}>: Sender address rejected: not welcome"
                ));
            }
            EverySenderRefused => {
                return Act::say("550 5.7.1 Sender rejected");
            }
            _ => {}
        }
        self.sender = Some(sender);
        self.transaction_recipients = 0;
        self.count(|stats| stats.sessions += 1);
        Act::say("250 2.1.0 Ok")
    }

    fn rcpt(&mut self, rest: &str) -> Act {
        let Some(sender) = self.sender.clone() else {
            return Act::say("503 5.5.1 Error: need MAIL command");
        };
        let recipient = path(rest);
        self.turn_to(&recipient);
        self.count(|stats| {
            stats.recipients += 1;
            stats.asked.insert((sender.clone(), recipient.clone()));
        });
        self.transaction_recipients += 1;
        self.session_recipients += 1;
        let now = Instant::now();
        if let Some(last) = self.last_rcpt.replace(now) {
            let gap = u64::try_from(now.duration_since(last).as_millis()).unwrap_or(u64::MAX);
            self.count(|stats| stats.rcpt_gaps_ms.push(gap));
        }
        let action = self.judge(&sender, &recipient);
        if action.refuses() {
            self.refused += 1;
            if let Some(state) = self.domain() {
                state.refused_ever.fetch_add(1, Ordering::Relaxed);
            }
        } else {
            self.accepted += 1;
        }
        action
    }

    /// Behaves from now on as the recipient's domain does.
    fn turn_to(&mut self, recipient: &str) {
        let domain = recipient.rsplit_once('@').map_or("", |(_, domain)| domain);
        let known = |state: &Arc<DomainState>| state.spec.name == domain;
        if let Some(current) = self.server.domains.iter().position(known) {
            self.current = current;
            self.character = self.server.character(current);
        }
    }

    /// The character's answer to a recipient.
    fn judge(&self, sender: &str, recipient: &str) -> Act {
        use Character::*;
        let (local, domain) = recipient.rsplit_once('@').unwrap_or((recipient, ""));
        let Some(state) = self
            .server
            .domains
            .iter()
            .find(|known| known.spec.name == domain)
        else {
            return Act::say(&format!("554 5.7.1 <{recipient}>: Relay access denied"));
        };
        let mailbox = state.spec.mailbox(local);
        if let Some(act) = self.scripted(Step::Rcpt, Some((sender, recipient, mailbox))) {
            return act;
        }
        let plain = || reply::to_mailbox(self.character, mailbox, recipient);
        let accepted = || reply::to_mailbox(self.character, Mailbox::Exists, recipient);
        match self.character {
            AcceptAll | AcceptsUnverified => {
                reply::unless_missing(self.character, mailbox, recipient)
            }
            ShortNames if is_short(local) => {
                reply::unless_missing(self.character, mailbox, recipient)
            }
            PostmasterPolicy if local == "postmaster" => {
                Act::say("550 5.7.1 Message rejected due to local policy")
            }
            GreylistSession if self.first_connection => {
                Act::say("450 4.3.2 Service currently unavailable")
            }
            GreylistPermanent if state.greylists(sender, recipient) => {
                Act::say("550 5.7.1 Greylisted, please try again in a few minutes")
            }
            DropsAfterRefusal if mailbox == Mailbox::Missing => {
                Act::close_with("550 5.1.1 User unknown")
            }
            HarvestUnknown if self.refused >= 3 => Act::say("550 5.1.1 User unknown"),
            HarvestPolicy if self.refused >= 3 => {
                Act::say("550 5.7.1 Too many invalid recipients, go away")
            }
            OneRecipient if self.session_recipients > 1 => {
                Act::say("452 4.5.3 Too many recipients")
            }
            StartTlsAtRcpt if !self.encrypted => {
                Act::say("530 5.7.0 Must issue a STARTTLS command first")
            }
            NameLike if looks_like_a_name(local) => {
                reply::unless_missing(self.character, mailbox, recipient)
            }
            FlipAfterThree if self.session_recipients > 3 => accepted(),
            PolicyForUnknown if mailbox == Mailbox::Missing => Act::say(&format!(
                "550 5.7.1 <{recipient}>: Recipient address rejected: Access denied"
            )),
            DefersUnknown if mailbox == Mailbox::Missing => Act::say(&format!(
                "450 4.1.1 <{recipient}>: Recipient address rejected: User unknown"
            )),
            Greylist | GreylistCatchAll if state.greylists(sender, recipient) => {
                Act::say(&format!(
                    "450 4.2.0 <{recipient}>: Recipient address rejected: Greylisted, see http://postgrey.example/help/{domain}.html"
                ))
            }
            GreylistCatchAll => reply::unless_missing(self.character, mailbox, recipient),
            GreylistKnown if mailbox != Mailbox::Missing && state.greylists(sender, recipient) => {
                Act::say("451 4.7.1 Greylisting in action, please come back later")
            }
            GreylistForever => Act::say("450 4.2.0 Greylisted, try again later"),
            RateLimited => Act::say("450 4.7.1 Error: rate limited, too many messages from you"),
            TarpitForever => Act::Silence,
            DropsAtRcpt => Act::Close,
            DropsAfterRefusals if self.refused >= 2 && mailbox == Mailbox::Missing => {
                Act::close_with("421 4.7.0 Too many errors, closing connection")
            }
            RcptLimit if self.transaction_recipients > 3 => {
                Act::say("452 4.5.3 Error: too many recipients")
            }
            RcptLimitSession if self.session_recipients > 3 => {
                Act::say("452 4.5.3 Too many recipients received this hour")
            }
            EndlessReply => Act::Endless(b"250-still thinking\r\n"),
            EndlessLine => Act::Endless(b"250 and so on and so on "),
            ExtraReplies => Act::Raw(
                format!("550 5.1.1 <{recipient}> User unknown\r\n250 2.1.5 Ok\r\n").into_bytes(),
            ),
            SenderRefusedAtRcpt if !sender.is_empty() => Act::say(&format!(
                "550 5.7.1 <{sender}>: Sender address rejected: Access denied"
            )),
            BlockedAtRcpt => Act::say(&format!(
                "554 5.7.1 <{recipient}>: Service unavailable; Client host [127.0.0.1] blocked using b.barracudacentral.org"
            )),
            Policy => Act::say("550 5.7.1 Message rejected due to local policy"),
            RelayDenied => Act::say(&format!("554 5.7.1 <{recipient}>: Relay access denied")),
            _ => plain(),
        }
    }

    /// Does what a reply asks for; false when the server has hung up.
    async fn act(&mut self, action: Act) -> io::Result<bool> {
        let delay = match self.character {
            Character::Tarpit => self.server.latency + Duration::from_millis(200),
            _ => self.server.latency,
        };
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        match action {
            Act::Say(text) => {
                let bytes = reply::dress(self.character, &text);
                if self.character == Character::MultiLine {
                    for byte in bytes {
                        self.stream.write_all(&[byte]).await?;
                        self.stream.flush().await?;
                    }
                } else {
                    self.stream.write_all(&bytes).await?;
                    self.stream.flush().await?;
                }
            }
            Act::Raw(bytes) => {
                self.spoiled = true;
                self.stream.write_all(&bytes).await?;
                self.stream.flush().await?;
            }
            Act::Scripted(reply) => return self.recite(reply).await,
            Act::CloseWith(text) => {
                self.close();
                self.stream
                    .write_all(format!("{text}\r\n").as_bytes())
                    .await?;
                self.stream.shutdown().await?;
                return Ok(false);
            }
            Act::Close => {
                self.close();
                return Ok(false);
            }
            Act::Silence => {
                self.spoiled = true;
                // Whatever comes, QUIT too, is heard and not answered.
                while self.line().await?.is_some() {}
                return Ok(false);
            }
            Act::Endless(part) => {
                self.spoiled = true;
                let block = part.repeat(64);
                loop {
                    self.stream.write_all(&block).await?;
                    tokio::task::yield_now().await;
                }
            }
        }
        Ok(true)
    }
}

/// The address between the angle brackets of MAIL or RCPT.
fn path(rest: &str) -> String {
    let inner = rest.split_once('<').map_or(rest, |(_, inner)| inner);
    inner
        .rsplit_once('>')
        .map_or(inner, |(address, _)| address)
        .to_ascii_lowercase()
}
