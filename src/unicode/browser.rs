//! From the browser: `String.prototype.normalize` and `\p{M}`.

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
