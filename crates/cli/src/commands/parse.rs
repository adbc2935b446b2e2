//! `lode parse`: reads a saved page into leads.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use lode_core::sites;
use url::Url;

use crate::output::{Failure, JsonLines};

const EXAMPLES: &str = "\
Examples:
  lode parse --url https://www.linkedin.com/in/someone profile.html
  curl -s https://www.crunchbase.com/organization/acme |
    lode parse --url https://www.crunchbase.com/organization/acme -

The object: {\"page\":{\"site\",\"kind\",\"layout\"},\"leads\":[…],\"notes\":[…]}, on search pages
with \"results\". A page with nothing to capture (login wall, error, captcha) is no failure:
it gives no leads, and a kind that says what it is.";

/// Reads a saved page into leads
///
/// Writes one JSON object: which page it is, the leads in the page's order, and notes on
/// how values were, or were not, read.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Address that the page was in view under
    #[arg(long, value_name = "URL", value_parser = page_url)]
    url: String,
    /// The page's HTML; `-` reads standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Failure> {
    let bytes = read_page(&args.file).map_err(|error| {
        let what = if is_stdin(&args.file) {
            "standard input".to_owned()
        } else {
            args.file.display().to_string()
        };
        Failure::new(format!("cannot read {what}: {error}"))
    })?;
    let html = decode(&bytes);
    JsonLines::stdout().write(&sites::read(&args.url, &html))
}

/// Takes an address as a browser shows it: absolute, or without its scheme.
fn page_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let whole = match Url::parse(text) {
        Err(url::ParseError::RelativeUrlWithoutBase) => format!("https://{text}"),
        _ => text.to_owned(),
    };
    match Url::parse(&whole) {
        Ok(url) if url.has_host() => Ok(whole),
        Ok(_) => Err("the address of a page is needed, such as https://example.com/".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// Reads the page, but never more than shows that it is too large: the reader then says so.
fn read_page(file: &Path) -> io::Result<Vec<u8>> {
    let limit = sites::PAGE_BYTES_MAX as u64 + 1;
    let mut bytes = Vec::new();
    if is_stdin(file) {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        File::open(file)?.take(limit).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Decodes leniently: what is not UTF-8 becomes U+FFFD, unless a byte order mark says that
/// the file is UTF-16 (what some browsers save).
fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).filter_map(|pair| match pair {
        [a, b] => Some(unit([*a, *b])),
        _ => None,
    });
    char::decode_utf16(units)
        .map(|decoded| decoded.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_encoding_gives_text() {
        assert_eq!(decode(b"plain"), "plain");
        assert_eq!(decode(b"\xef\xbb\xbfmarked"), "marked");
        assert_eq!(decode(b"\xff\xfeh\x00i\x00!"), "hi");
        assert_eq!(decode(b"\xfe\xff\x00h\x00i"), "hi");
        assert_eq!(decode(b"caf\xe9"), "caf\u{fffd}");
    }

    #[test]
    fn an_address_needs_a_host() {
        assert_eq!(
            page_url("www.example.com/in/x").as_deref(),
            Ok("https://www.example.com/in/x")
        );
        assert!(page_url("https://example.com/").is_ok());
        for wrong in ["", "mailto:a@example.com", "https://", "about:blank"] {
            assert!(page_url(wrong).is_err(), "{wrong}");
        }
    }
}
