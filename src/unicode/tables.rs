//! From the ICU tables that the `url` crate brings along.

use std::borrow::Cow;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Canonical composition (UAX #15, NFC).
#[must_use]
pub fn nfc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfc().normalize(text)
}

/// Compatibility composition (UAX #15, NFKC): fancy letters become plain ones.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    ComposingNormalizerBorrowed::new_nfkc().normalize(text)
}

/// Canonical decomposition (UAX #15, NFD): letters apart from their accents.
#[must_use]
pub fn nfd(text: &str) -> Cow<'_, str> {
    DecomposingNormalizerBorrowed::new_nfd().normalize(text)
}

/// Whether a character is a mark, such as an accent (general category M).
#[must_use]
pub fn is_mark(c: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(c);
    GeneralCategoryGroup::Mark.contains(category)
}

/// The text in small letters.
pub(super) fn lower(text: &str) -> String {
    text.to_lowercase()
}

/// A character in small letters: one character, seldom two.
pub fn lower_char(c: char) -> impl Iterator<Item = char> {
    c.to_lowercase()
}
