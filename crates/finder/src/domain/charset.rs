//! From a page's bytes to its text: what a page is written in is told by its first bytes, by the
//! server or by itself, in this order (as the HTML standard has it).

use std::cell::Cell;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::page::attribute;

/// How far into a page its own word is looked for, in bytes. The standard says 1,024; pages
/// with a long comment first are read all the same.
const META_BYTES: usize = 4_096;

/// The text of a page. `content_type` is the server's header, where there is one.
///
/// A byte order mark decides. Else the server's word counts and then the page's own, where one
/// of them fits all bytes; a word that is not known is none, and nobody's word means UTF-8. Where
/// nothing fits, what cannot be read becomes [`char::REPLACEMENT_CHARACTER`]. A character that is
/// cut off at the end is left out.
#[must_use]
pub fn decode(content_type: Option<&str>, bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return read(encoding, bytes.get(mark..).unwrap_or_default()).0;
    }
    let served = content_type.and_then(charset_of).and_then(known);
    let own = own_word(bytes);
    let mut first = None;
    for encoding in [served, own, Some(UTF_8)].into_iter().flatten() {
        let (text, wrong) = read(encoding, bytes);
        if !wrong {
            return text;
        }
        first.get_or_insert(text);
    }
    first.unwrap_or_default()
}

/// The text, and whether bytes in it were wrong.
fn read(encoding: &'static Encoding, bytes: &[u8]) -> (String, bool) {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length(bytes.len());
    let mut text = String::with_capacity(room.unwrap_or_default());
    // Not the last: pages are cut at a limit, in the middle of a character too.
    let (_, _, wrong) = decoder.decode_to_string(bytes, &mut text, false);
    text.shrink_to_fit();
    (text, wrong)
}

fn known(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label_no_replacement(label.as_bytes())
}

/// What a page says of itself in a `meta` element.
fn own_word(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..META_BYTES).unwrap_or(bytes);
    let text = encoding_rs::mem::decode_latin1(head);
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(&text));
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    // Nothing here has a script run, so the whole is taken.
    let _ = tokenizer.feed(&input);
    let encoding = tokenizer.sink.0.get()?;
    // Its word could not have been read this far, were it true.
    let wide = encoding == UTF_16BE || encoding == UTF_16LE;
    Some(if wide { UTF_8 } else { encoding })
}

/// Takes the first word that is known.
#[derive(Default)]
struct Sink(Cell<Option<&'static Encoding>>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
            && &*tag.name == "meta"
            && self.0.get().is_none()
        {
            self.0.set(of_meta(&tag));
        }
        TokenSinkResult::Continue
    }
}

fn of_meta(meta: &Tag) -> Option<&'static Encoding> {
    let of_content = || {
        let header = attribute(meta, "http-equiv")?;
        header
            .eq_ignore_ascii_case("content-type")
            .then(|| charset_of(attribute(meta, "content")?))?
    };
    attribute(meta, "charset")
        .or_else(of_content)
        .and_then(known)
}

/// The charset that a content type names.
fn charset_of(content_type: &str) -> Option<&str> {
    let lower = content_type.to_ascii_lowercase();
    let mut from = 0;
    loop {
        // ASCII letters alone change case, so that places are the same in both.
        from += lower.get(from..)?.find("charset")? + "charset".len();
        let Some(value) = content_type.get(from..)?.trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let end = |c: char| c == ';' || c.is_ascii_whitespace();
        return match value.chars().next()? {
            quote @ ('"' | '\'') => value.get(1..)?.split_once(quote).map(|(label, _)| label),
            _ => value.split(end).next(),
        };
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{ISO_8859_2, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

    use super::*;
    use crate::company::CompanyName;
    use crate::domain::identity::{SiteIdentity, judge};
    use crate::domain::page::PageNames;

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, used, wrong) = encoding.encode(text);
        assert!(used == encoding && !wrong, "{text} in {}", encoding.name());
        bytes.into_owned()
    }

    fn seen(content_type: Option<&str>, bytes: &[u8], company: &str) -> SiteIdentity {
        let page = PageNames::read(&decode(content_type, bytes));
        judge(&page, &CompanyName::parse(company).unwrap())
    }

    const PAGES: [(&str, &Encoding, &str); 4] = [
        ("ISO-8859-1", WINDOWS_1252, "Müßig Werke"),
        ("windows-1251", WINDOWS_1251, "Образец Связь"),
        ("Shift_JIS", SHIFT_JIS, "見本ソフト"),
        ("iso-8859-2", ISO_8859_2, "Przykład Żółty"),
    ];

    #[test]
    fn the_servers_word_and_the_pages_own_are_heard() {
        for (label, encoding, company) in PAGES {
            let served = format!("text/html; Charset=\"{label}\"; x=y");
            let plain = encoded(encoding, &format!("<title>{company}</title>"));
            assert_eq!(
                seen(Some(&served), &plain, company),
                SiteIdentity::Names,
                "{label} by the server"
            );
            for meta in [
                format!("<meta charset={label}>"),
                format!("<META http-equiv=Content-Type content='text/html;charset = {label}'>"),
            ] {
                let own = encoded(encoding, &format!("{meta}<title>{company}</title>"));
                assert_eq!(seen(None, &own, company), SiteIdentity::Names, "{meta}");
                assert_eq!(
                    seen(Some("text/html; charset=nonesuch"), &own, company),
                    SiteIdentity::Names,
                    "{meta} beside what nobody knows"
                );
            }
        }
    }

    #[test]
    fn the_server_is_heard_before_the_page() {
        let html = "<meta charset=windows-1251><title>Müßig Werke</title>";
        let bytes = encoded(WINDOWS_1252, html);
        let served = Some("text/html;charset=iso-8859-1");
        assert_eq!(decode(served, &bytes), html);
        // Unless the bytes show that it does not know.
        let html = "<meta charset=iso-8859-1><title>Müßig Werke</title>";
        let bytes = encoded(WINDOWS_1252, html);
        assert_eq!(decode(Some("text/html; charset=utf-8"), &bytes), html);
        // A mark at the beginning is heard before both.
        let marked = [b"\xef\xbb\xbf", html.as_bytes()].concat();
        assert_eq!(decode(served, &marked), html);
        let mut wide = vec![0xff, 0xfe];
        wide.extend(html.encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(decode(served, &wide), html);
    }

    #[test]
    fn what_cannot_be_read_is_not_held_against_anybody() {
        for (label, encoding, company) in PAGES {
            let bytes = encoded(encoding, &format!("<title>{company}</title>"));
            for content_type in [None, Some("text/html; charset=nonesuch"), Some("charset")] {
                assert_eq!(
                    seen(content_type, &bytes, company),
                    SiteIdentity::Silent,
                    "{label} as {content_type:?}"
                );
            }
        }
        // Half of a character.
        let wrong = b"<meta charset=shift_jis><title>\x8c\xa9\x96</title><p>Acme</p>";
        assert_eq!(seen(None, wrong, "Acme"), SiteIdentity::Silent);
        // One in the text is no matter.
        let stray = b"<title>Acme Foods</title><p>\xff</p>";
        assert_eq!(seen(None, stray, "Acme Foods"), SiteIdentity::Names);
        assert_eq!(seen(None, stray, "Beispiel"), SiteIdentity::NamesOther);
    }

    #[test]
    fn a_page_is_cut_anywhere() {
        let html = "<meta charset=iso-8859-1><title>見本</title>";
        let bytes = html.as_bytes().strip_suffix(b"\xac</title>").unwrap();
        let read = decode(Some("text/html; charset=utf-8"), bytes);
        assert_eq!(read, "<meta charset=iso-8859-1><title>見");
    }

    #[test]
    fn words_that_say_nothing() {
        for content_type in [
            "",
            "charset",
            "charset=",
            "charset=\"utf-8",
            "text/html; charset=;",
            "charset charset charset",
            "text/html; charset=utf-16le-be",
            "İcharset=",
        ] {
            let _ = decode(Some(content_type), b"<meta charset=><title>x");
            assert_eq!(
                charset_of(content_type).and_then(known),
                None,
                "{content_type}"
            );
        }
        assert_eq!(charset_of("x charset; charset=koi8-r"), Some("koi8-r"));
        // A page that can be read to this word is not written as it says.
        let html = "<meta charset=utf-16><title>é</title>";
        assert_eq!(decode(None, html.as_bytes()), html);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(
            content_type in "(charset|=|;| |\"|utf-16|gb18030|\\PC){0,8}",
            bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        ) {
            let text = decode(Some(&content_type), &bytes);
            proptest::prop_assert!(text.len() <= bytes.len() * 3 + 16);
        }
    }
}
