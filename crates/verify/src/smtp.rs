//! A client for SMTP (RFC 5321) that only ever asks: it knows no DATA, VRFY or EXPN.

mod command;
mod connection;
mod reply;
mod tls;

pub use command::{Command, CommandError};
pub use connection::{Connection, SmtpError};
pub use reply::{Reply, ReplyError, ReplyParser};
