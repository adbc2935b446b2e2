//! `lode name`: a displayed name's parts.

use std::io::{self, BufRead, BufReader, Read};

use lode_core::name;
use serde::Serialize;

use crate::output::{Failure, JsonLines};

/// Longest line read, in bytes. No name comes near it; a file without line ends must not
/// fill the memory.
const LINE_BYTES_MAX: u64 = 1024 * 1024;

const EXAMPLES: &str = "\
Examples:
  lode name 'Dr. Anna van der Berg, PhD'
  lode name 'Berg, Anna' 'José García López (he/him)'
  lode name - < names.txt

Each line: {\"input\",\"given\",\"middle\",\"family\",\"prefix\",\"suffix\",\"nickname\"};
an absent part is null. An empty line gives a line with all parts null.";

/// Splits displayed person names into their parts
///
/// Writes one JSON object for each name, in order.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Names as displayed; `-` reads one a line from standard input
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
}

#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    #[serde(flatten)]
    name: name::PersonName,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    let mut out = JsonLines::stdout();
    for input in args.names {
        if input == "-" {
            for_each_line(BufReader::new(io::stdin().lock()), |line| {
                write(&mut out, line)
            })?;
        } else {
            write(&mut out, &input)?;
        }
    }
    Ok(())
}

fn write<W: io::Write>(out: &mut JsonLines<W>, input: &str) -> Result<(), Failure> {
    out.write(&Line {
        input,
        name: name::parse(input),
    })
}

/// Calls `f` for each line without its end; bytes that are not UTF-8 become U+FFFD.
fn for_each_line(
    mut from: impl BufRead,
    mut f: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read = from
            .by_ref()
            .take(LINE_BYTES_MAX)
            .read_until(b'\n', &mut line)
            .map_err(|error| Failure::new(format!("cannot read standard input: {error}")))?;
        if read == 0 {
            break;
        }
        if line.ends_with(b"\n") {
            line.pop();
            if line.ends_with(b"\r") {
                line.pop();
            }
        } else if read as u64 == LINE_BYTES_MAX {
            return Err(Failure::new(format!(
                "line {number} of standard input is longer than {LINE_BYTES_MAX} bytes"
            )));
        }
        let text = String::from_utf8_lossy(&line);
        let text = if number == 1 {
            text.strip_prefix('\u{feff}').unwrap_or(&text)
        } else {
            &text
        };
        f(text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::new();
        for_each_line(input, |line| {
            lines.push(line.to_owned());
            Ok(())
        })?;
        Ok(lines)
    }

    #[test]
    fn lines_come_in_order_without_their_ends() {
        let read = lines(b"\xef\xbb\xbfAda\r\n\nB\xffb\nlast").unwrap();
        assert_eq!(read, ["Ada", "", "B\u{fffd}b", "last"]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let endless = vec![b'x'; 2 * 1024 * 1024];
        let failure = lines(&endless).unwrap_err();
        assert!(failure.to_string().contains("line 1"), "{failure}");
    }
}
