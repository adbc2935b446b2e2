//! From the browser: `normalize` and `toLowerCase` of `String`, and `\p{M}`.

use std::borrow::Cow;

use js_sys::{JsString, RegExp};

fn normalized<'a>(text: &'a str, form: &str) -> Cow<'a, str> {
    // Below U+00C0 nothing composes or comes apart canonically, and the one compatibility
    // character that names hold there is no letter: most names never cross the boundary.
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(String::from(JsString::from(text).normalize(form)))
}

/// Canonical composition (UAX #15, NFC).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    normalized(text, "NFC")
}

/// Compatibility composition (UAX #15, NFKC): fancy letters become plain ones.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    normalized(text, "NFKC")
}

/// Canonical decomposition (UAX #15, NFD): letters apart from their accents.
#[must_use]
pub fn nfd(text: &str) -> Cow<'_, str> {
    normalized(text, "NFD")
}

/// Whether a character is a mark, such as an accent (general category M).
#[must_use]
pub fn is_mark(c: char) -> bool {
    thread_local! {
        static MARK: RegExp = RegExp::new(r"\p{M}", "u");
    }
    // The first mark is U+0300; Latin letters never cross the boundary.
    c >= '\u{300}' && MARK.with(|mark| mark.test(c.encode_utf8(&mut [0; 4])))
}

/// The text in small letters.
pub(super) fn lower(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    String::from(JsString::from(text).to_lower_case())
}

/// A character in small letters: one character, seldom two. Latin, Greek and Cyrillic capitals,
/// and scripts without any, never cross the boundary.
pub fn lower_char(c: char) -> impl Iterator<Item = char> {
    let plain = |by: u32| char::from_u32(u32::from(c) + by).unwrap_or(c);
    let (first, second) = match c {
        '\0'..='\x7f' => (c.to_ascii_lowercase(), None),
        'À'..='Ö' | 'Ø'..='Þ' | 'Α'..='Ρ' | 'Σ'..='Ϋ' | 'А'..='Я' => (plain(32), None),
        'Ѐ'..='Џ' => (plain(80), None),
        '\u{80}'..='\u{ff}'
        | 'ά'..='ώ'
        | 'а'..='џ'
        | '\u{590}'..='\u{109f}'
        | '\u{1100}'..='\u{139f}'
        | '\u{2000}'..='\u{20ff}'
        | '\u{2e80}'..='\u{a63f}'
        | '\u{ac00}'..='\u{ff20}' => (c, None),
        _ => {
            let small =
                String::from(JsString::from(c.encode_utf8(&mut [0; 4]) as &str).to_lower_case());
            let mut chars = small.chars();
            (chars.next().unwrap_or(c), chars.next())
        }
    };
    std::iter::once(first).chain(second)
}
