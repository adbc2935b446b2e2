//! One connection to a mail server: a command, its reply, one at a time.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures::FutureExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::rustls::pki_types::ServerName;

use super::command::Command;
use super::reply::{Reply, ReplyParser};
use super::tls;
use crate::config::Timeouts;
use crate::evidence::FailureKind;
use crate::net::JudgedIp;
use crate::socks::{ProxyFailure, Socks5};

/// Why a conversation cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmtpError {
    /// No connection.
    #[error("no connection")]
    Connect,
    /// The operator's proxy cannot be used.
    #[error("the proxy cannot be used")]
    Proxy,
    /// No answer in time.
    #[error("no answer in time")]
    Timeout,
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// A reply that is malformed or too long.
    #[error("the server breaks the protocol")]
    Protocol,
    /// A reply that was not asked for: which reply belongs to which question is not known.
    #[error("the server answers what was not asked")]
    OutOfStep,
    /// The TLS handshake failed.
    #[error("TLS failed")]
    Tls,
}

impl From<SmtpError> for FailureKind {
    fn from(error: SmtpError) -> Self {
        match error {
            SmtpError::Connect => Self::Refused,
            SmtpError::Proxy => Self::Proxy,
            SmtpError::Timeout => Self::Timeout,
            SmtpError::Closed => Self::Dropped,
            SmtpError::Protocol | SmtpError::OutOfStep => Self::Protocol,
            SmtpError::Tls => Self::Tls,
        }
    }
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for T {}

/// Reply to QUIT (RFC 5321 4.2.3).
const GOODBYE: u16 = 221;
/// How long the goodbye of a server is waited for that answered QUIT with something else.
const STRAY: Duration = Duration::from_millis(500);

/// An open connection. Call [`Connection::quit`] at its end, whatever happened before.
pub struct Connection {
    stream: Box<dyn Stream>,
    parser: ReplyParser,
    timeouts: Timeouts,
    deadline: Instant,
    /// The server has gone, or cannot be understood any more.
    broken: Option<SmtpError>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects to exactly the judged address, directly or through the proxy.
    ///
    /// # Errors
    /// [`SmtpError::Connect`], [`SmtpError::Proxy`] or [`SmtpError::Timeout`].
    pub async fn open(
        ip: JudgedIp,
        port: u16,
        proxy: Option<&Socks5>,
        timeouts: &Timeouts,
    ) -> Result<Self, SmtpError> {
        let connect = async {
            match proxy {
                None => TcpStream::connect(ip.socket(port))
                    .await
                    .map_err(|_| SmtpError::Connect),
                Some(proxy) => proxy
                    .connect(ip, port)
                    .await
                    .map_err(|failure| match failure {
                        ProxyFailure::Proxy => SmtpError::Proxy,
                        ProxyFailure::Target => SmtpError::Connect,
                    }),
            }
        };
        let stream = tokio::time::timeout(timeouts.connect, connect)
            .await
            .map_err(|_| SmtpError::Timeout)??;
        // Commands are short and answered one at a time: waiting to fill packets only delays.
        let _ = stream.set_nodelay(true);
        Ok(Self::over(stream, timeouts))
    }

    /// Speaks over a stream that is open already.
    fn over(stream: impl Stream + 'static, timeouts: &Timeouts) -> Self {
        Self {
            stream: Box::new(stream),
            parser: ReplyParser::default(),
            timeouts: timeouts.clone(),
            deadline: Instant::now() + timeouts.session,
            broken: None,
        }
    }

    /// Waits for the greeting.
    ///
    /// # Errors
    /// [`SmtpError`].
    pub async fn greeting(&mut self) -> Result<Reply, SmtpError> {
        let wait = self.timeouts.greeting;
        self.read_reply(wait).await
    }

    /// Sends a command and waits for its reply.
    ///
    /// # Errors
    /// [`SmtpError`]; the connection is of no further use then but for [`Self::quit`].
    pub async fn ask(&mut self, command: &Command<'_>) -> Result<Reply, SmtpError> {
        if let Some(error) = self.broken {
            return Err(error);
        }
        self.expect_silence()?;
        let wait = match command {
            Command::Ehlo(_) | Command::Helo(_) => self.timeouts.hello,
            Command::StartTls => self.timeouts.tls,
            Command::Mail(_) | Command::Rset => self.timeouts.mail,
            Command::Rcpt(_) => self.timeouts.rcpt,
            Command::Quit => self.timeouts.quit,
        };
        let line = command.line().map_err(|_| SmtpError::Protocol)?;
        if let Err(error) = self.send(line.as_bytes(), wait).await {
            // A server may reply (421) and hang up before it reads on: its reply counts.
            return match self.read_reply(self.timeouts.quit).await {
                Ok(reply) => Ok(reply),
                Err(_) => Err(self.fail(error)),
            };
        }
        self.read_reply(wait).await
    }

    /// Whether the session's time may not last for another slow reply.
    #[must_use]
    pub fn is_late(&self) -> bool {
        Instant::now() + self.timeouts.rcpt > self.deadline
    }

    /// Negotiates TLS after a positive reply to STARTTLS.
    ///
    /// # Errors
    /// [`SmtpError::Tls`]; [`SmtpError::Protocol`] where plain text waits already, which
    /// would be read as if it had come encrypted (RFC 3207 5, CVE-2011-0411).
    pub async fn start_tls(&mut self, host: &str) -> Result<(), SmtpError> {
        if !self.parser.is_idle() {
            return Err(self.fail(SmtpError::Protocol));
        }
        // Nobody is authenticated, so a host name that TLS cannot express is no obstacle.
        let name = ServerName::try_from(host.to_owned())
            .unwrap_or_else(|_| ServerName::IpAddress(Ipv4Addr::UNSPECIFIED.into()));
        let Some(connector) = tls::connector() else {
            return Err(self.fail(SmtpError::Tls));
        };
        let plain = std::mem::replace(&mut self.stream, Box::new(tokio::io::empty()));
        let until = self.deadline.min(Instant::now() + self.timeouts.tls);
        match timeout_at(until, connector.connect(name, plain)).await {
            Ok(Ok(stream)) => {
                self.stream = Box::new(stream);
                Ok(())
            }
            _ => Err(self.fail(SmtpError::Tls)),
        }
    }

    /// Says goodbye, also to a server that was too slow or talks nonsense, and closes.
    /// Whether question and answer kept step to the end: a goodbye that comes behind another
    /// reply shows that some reply before was one too many.
    pub async fn quit(mut self) -> bool {
        let wait = self.timeouts.quit;
        self.deadline = Instant::now() + wait;
        if self.broken == Some(SmtpError::Closed) {
            return true;
        }
        let mut in_step = true;
        if self.send(b"QUIT\r\n", wait).await.is_ok() && self.broken.is_none() {
            let bye = self.read_reply(wait).await;
            if bye.is_ok_and(|reply| reply.code != GOODBYE) {
                let next = self.read_reply(wait.min(STRAY)).await;
                in_step = next.is_err();
            }
        }
        let _ = tokio::time::timeout(wait, self.stream.shutdown()).await;
        in_step
    }

    fn fail(&mut self, error: SmtpError) -> SmtpError {
        self.broken = Some(error);
        error
    }

    /// Nothing may wait to be read when a command goes out.
    fn expect_silence(&mut self) -> Result<(), SmtpError> {
        let mut chunk = [0_u8; 1024];
        match self.stream.read(&mut chunk).now_or_never() {
            None => {}
            Some(Ok(0)) => return Err(self.fail(SmtpError::Closed)),
            Some(Ok(length)) => self.parser.feed(chunk.get(..length).unwrap_or_default()),
            Some(Err(_)) => return Err(self.fail(SmtpError::Closed)),
        }
        if self.parser.is_idle() {
            return Ok(());
        }
        // "421, closing" may come at any time (RFC 5321 3.8).
        let error = match self.parser.next_reply() {
            Ok(Some(reply)) if reply.code == 421 => SmtpError::Closed,
            _ => SmtpError::OutOfStep,
        };
        Err(self.fail(error))
    }

    async fn send(&mut self, bytes: &[u8], wait: Duration) -> Result<(), SmtpError> {
        let until = self.deadline.min(Instant::now() + wait);
        let sending = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout_at(until, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(SmtpError::Closed),
            Err(_) => Err(SmtpError::Timeout),
        }
    }

    async fn read_reply(&mut self, wait: Duration) -> Result<Reply, SmtpError> {
        let until = self.deadline.min(Instant::now() + wait);
        let mut chunk = [0_u8; 4096];
        loop {
            match self.parser.next_reply() {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(_) => return Err(self.fail(SmtpError::Protocol)),
            }
            match timeout_at(until, self.stream.read(&mut chunk)).await {
                Err(_) => return Err(self.fail(SmtpError::Timeout)),
                Ok(Ok(0)) | Ok(Err(_)) => return Err(self.fail(SmtpError::Closed)),
                Ok(Ok(length)) => self.parser.feed(chunk.get(..length).unwrap_or_default()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
