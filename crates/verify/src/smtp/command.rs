//! The commands that are ever sent. There is no DATA, VRFY or EXPN to send by mistake.

use crate::address::{Address, Domain};

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command<'a> {
    /// `EHLO` with our name.
    Ehlo(&'a Domain),
    /// `HELO` with our name, where EHLO is refused.
    Helo(&'a Domain),
    /// `STARTTLS` (RFC 3207).
    StartTls,
    /// `MAIL FROM`; `None` is the null sender.
    Mail(Option<&'a Address>),
    /// `RCPT TO`.
    Rcpt(&'a Address),
    /// `RSET`.
    Rset,
    /// `QUIT`.
    Quit,
}

/// A command that must not be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the command would not be one line of printable ASCII")]
pub struct CommandError;

/// Longest command line with its end, in octets (RFC 5321 4.5.3.1.4).
const LINE_OCTETS_MAX: usize = 512;

impl Command<'_> {
    /// The line as it is sent, with its end.
    ///
    /// # Errors
    /// Never for values that were parsed; the check stands here once more because a line
    /// break let through would be a command of somebody else's making.
    pub fn line(&self) -> Result<String, CommandError> {
        let text = match self {
            Self::Ehlo(name) => format!("EHLO {name}"),
            Self::Helo(name) => format!("HELO {name}"),
            Self::StartTls => "STARTTLS".to_owned(),
            Self::Mail(None) => "MAIL FROM:<>".to_owned(),
            Self::Mail(Some(sender)) => format!("MAIL FROM:<{sender}>"),
            Self::Rcpt(recipient) => format!("RCPT TO:<{recipient}>"),
            Self::Rset => "RSET".to_owned(),
            Self::Quit => "QUIT".to_owned(),
        };
        let printable = text.bytes().all(|byte| (32..=126).contains(&byte));
        if printable && text.len() + 2 <= LINE_OCTETS_MAX {
            Ok(text + "\r\n")
        } else {
            Err(CommandError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commands_are_written_as_the_standard_says() {
        let name = Domain::parse("probe.lode.example").unwrap();
        let address = Address::parse("ada.marlow@firm.example").unwrap();
        for (command, line) in [
            (Command::Ehlo(&name), "EHLO probe.lode.example\r\n"),
            (Command::Helo(&name), "HELO probe.lode.example\r\n"),
            (Command::Mail(None), "MAIL FROM:<>\r\n"),
            (
                Command::Mail(Some(&address)),
                "MAIL FROM:<ada.marlow@firm.example>\r\n",
            ),
            (
                Command::Rcpt(&address),
                "RCPT TO:<ada.marlow@firm.example>\r\n",
            ),
        ] {
            assert_eq!(command.line().as_deref(), Ok(line));
        }
    }

    proptest! {
        /// Whatever text is taken for an address, it becomes one line and one command.
        #[test]
        fn an_address_is_never_more_than_one_command(
            text in "([ -~]|\\PC|[\r\n\0\t]){0,60}@(\\PC|[a-z.\r\n-]){0,60}",
        ) {
            if let Ok(address) = Address::parse(&text) {
                let line = Command::Rcpt(&address).line().unwrap();
                let body = line.strip_suffix("\r\n").unwrap();
                prop_assert!(body.bytes().all(|byte| (32..=126).contains(&byte)));
                prop_assert!(line.len() <= LINE_OCTETS_MAX);
            }
        }
    }
}
