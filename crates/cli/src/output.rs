//! What every subcommand shares: JSON lines on standard output, and how a command fails.

use std::io::{self, Write};

use serde::Serialize;

/// Why a command ended with status 1.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What happened, for people: one sentence without a full stop.
    Message(String),
    /// Whoever read standard output has closed it; nobody is left to tell.
    OutputClosed,
}

impl Failure {
    /// A failure with its message.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self::Message(message.into())
    }

    fn of_write(error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::OutputClosed
        } else {
            Self::new(format!("cannot write the result: {error}"))
        }
    }
}

/// Any error is a failure with its own words.
impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Message(message) => f.write_str(message),
            Self::OutputClosed => f.write_str("standard output was closed"),
        }
    }
}

/// Writes one JSON object a line and hands each line over at once, so that a reader at the
/// other end of a pipe can take turns with us.
pub(crate) struct JsonLines<W> {
    to: W,
}

impl JsonLines<io::StdoutLock<'static>> {
    /// Lines on standard output.
    pub(crate) fn stdout() -> Self {
        Self {
            to: io::stdout().lock(),
        }
    }
}

impl<W: Write> JsonLines<W> {
    /// Writes `value` as one line.
    pub(crate) fn write(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let mut line = serde_json::to_vec(value)
            .map_err(|error| Failure::new(format!("cannot write the result as JSON: {error}")))?;
        line.push(b'\n');
        self.to
            .write_all(&line)
            .and_then(|()| self.to.flush())
            .map_err(|error| Failure::of_write(&error))
    }
}
