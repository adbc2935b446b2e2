//! Replies (RFC 5321 4.2), parsed from bytes as they come. Pure.

/// Longest line of a reply, in octets. RFC 5321 allows 512; real servers send more.
pub(crate) const LINE_OCTETS_MAX: usize = 2 * 1024;
/// Longest reply, in octets.
pub(crate) const REPLY_OCTETS_MAX: usize = 64 * 1024;

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Reply code, 200 to 599.
    pub code: u16,
    /// The text of each line; bytes that are no UTF-8 and controls are replaced.
    pub lines: Vec<String>,
}

impl Reply {
    /// The lines as one text.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// 2xx.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        (200..300).contains(&self.code)
    }

    /// 4xx.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }
}

/// Why bytes are no reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum ReplyError {
    /// A line has no code, or another one than the lines before it.
    #[error("the reply is malformed")]
    Malformed,
    /// A line or the whole is longer than is read.
    #[error("the reply is too long")]
    TooLong,
}

/// Collects bytes until a reply is whole.
#[derive(Debug, Default)]
pub struct ReplyParser {
    buffer: Vec<u8>,
    /// How much of `buffer` is known to hold no line end.
    searched: usize,
    octets: usize,
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyParser {
    /// Takes bytes in.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Whether bytes wait that belong to no reply that was taken out. Before a command is
    /// sent nothing may wait: a reply that comes unasked would be taken for the next one.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.buffer.is_empty() && self.code.is_none()
    }

    /// The next reply, once it is whole. Lines may end in a bare LF.
    ///
    /// # Errors
    /// [`ReplyError`]; the connection cannot be used any more.
    pub fn next_reply(&mut self) -> Result<Option<Reply>, ReplyError> {
        loop {
            let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
            let Some(offset) = unsearched.iter().position(|&byte| byte == b'\n') else {
                self.searched = self.buffer.len();
                if self.buffer.len() > LINE_OCTETS_MAX {
                    return Err(ReplyError::TooLong);
                }
                return Ok(None);
            };
            let end = self.searched + offset + 1;
            if end > LINE_OCTETS_MAX {
                return Err(ReplyError::TooLong);
            }
            let line: Vec<u8> = self.buffer.drain(..end).collect();
            self.searched = 0;
            self.octets += line.len();
            if self.octets > REPLY_OCTETS_MAX {
                return Err(ReplyError::TooLong);
            }
            let (code, more, text) = parse_line(&line)?;
            if self.code.is_some_and(|known| known != code) {
                return Err(ReplyError::Malformed);
            }
            self.code = Some(code);
            self.lines.push(text);
            if !more {
                self.code = None;
                self.octets = 0;
                return Ok(Some(Reply {
                    code,
                    lines: std::mem::take(&mut self.lines),
                }));
            }
        }
    }
}

/// Code, whether lines follow, and text of one line.
fn parse_line(line: &[u8]) -> Result<(u16, bool, String), ReplyError> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3).ok_or(ReplyError::Malformed)?;
    let mut code = 0_u16;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return Err(ReplyError::Malformed);
        }
        code = code * 10 + u16::from(digit - b'0');
    }
    if !(200..600).contains(&code) {
        return Err(ReplyError::Malformed);
    }
    let (more, text) = match rest.split_first() {
        None => (false, rest),
        Some((b' ' | b'\t', text)) => (false, text),
        Some((b'-', text)) => (true, text),
        Some(_) => return Err(ReplyError::Malformed),
    };
    let text = String::from_utf8_lossy(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Ok((code, more, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(bytes: &[u8]) -> Result<Option<Reply>, ReplyError> {
        let mut parser = ReplyParser::default();
        parser.feed(bytes);
        parser.next_reply()
    }

    #[test]
    fn single_and_multi_line_replies() {
        let reply = parse(b"250 2.1.5 Ok\r\n").unwrap().unwrap();
        assert_eq!((reply.code, reply.text().as_str()), (250, "2.1.5 Ok"));
        let reply = parse(b"250-mx.example\r\n250-STARTTLS\r\n250 SIZE\r\n")
            .unwrap()
            .unwrap();
        assert_eq!(reply.lines, ["mx.example", "STARTTLS", "SIZE"]);
        assert_eq!(parse(b"250\r\n").unwrap().unwrap().lines, [""]);
        assert_eq!(parse(b"250-").unwrap(), None);
    }

    #[test]
    fn bare_lf_and_foreign_bytes_are_read() {
        assert_eq!(parse(b"550 no\n").unwrap().unwrap().code, 550);
        let reply = parse(b"550 5.1.1 \xff\x00 unknown\r\n").unwrap().unwrap();
        assert_eq!(reply.text(), "5.1.1 \u{fffd}  unknown");
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for bytes in [
            &b"hello\r\n"[..],
            b"\r\n",
            b"25 ok\r\n",
            b"1000 ok\r\n",
            b"150 ok\r\n",
            b"650 ok\r\n",
            b"250ok\r\n",
            b"250-a\r\n550 b\r\n",
            b"\x00\x01\xfe\r\n",
        ] {
            assert_eq!(parse(bytes), Err(ReplyError::Malformed), "{bytes:?}");
        }
    }

    #[test]
    fn length_is_bounded() {
        let line = [b"250 ".as_slice(), &[b'a'; LINE_OCTETS_MAX]].concat();
        assert_eq!(parse(&line), Err(ReplyError::TooLong));
        let mut parser = ReplyParser::default();
        let mut result = Ok(None);
        for _ in 0..10_000 {
            parser.feed(b"250-and on\r\n");
            result = parser.next_reply();
            if result.is_err() {
                break;
            }
        }
        assert_eq!(result, Err(ReplyError::TooLong));
    }

    #[test]
    fn a_second_reply_is_noticed() {
        let mut parser = ReplyParser::default();
        parser.feed(b"550 no\r\n250 yes\r\n");
        assert_eq!(parser.next_reply().unwrap().unwrap().code, 550);
        assert!(!parser.is_idle());
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_parse_alike(
            bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'2'), Just(b'5'), Just(b'-')], 0..300),
            cut in 0_usize..300,
        ) {
            let whole = parse(&bytes);
            let mut parser = ReplyParser::default();
            let cut = cut.min(bytes.len());
            parser.feed(&bytes[..cut]);
            let mut result = parser.next_reply();
            if result == Ok(None) {
                parser.feed(&bytes[cut..]);
                result = parser.next_reply();
            }
            prop_assert_eq!(whole, result);
        }

        #[test]
        fn well_formed_replies_round_trip(code in 200_u16..600, lines in prop::collection::vec("[ -~]{0,80}", 1..6)) {
            let mut text = String::new();
            for (index, line) in lines.iter().enumerate() {
                let mark = if index + 1 == lines.len() { ' ' } else { '-' };
                text.push_str(&format!("{code}{mark}{line}\r\n"));
            }
            prop_assert_eq!(parse(text.as_bytes()), Ok(Some(Reply { code, lines })));
        }
    }
}
