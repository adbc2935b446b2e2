//! Unicode normalisation, marks and small letters: from tables, and in the shipped core from the
//! browser's own, which saves their hundred kilobytes.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod tables;

#[cfg(target_arch = "wasm32")]
pub use browser::{is_mark, lower_char, nfc, nfd, nfkc};
#[cfg(not(target_arch = "wasm32"))]
pub use tables::{is_mark, lower_char, nfc, nfd, nfkc};

#[cfg(target_arch = "wasm32")]
use browser::lower;
#[cfg(not(target_arch = "wasm32"))]
use tables::lower;

/// Text in small letters. In place of [`str::to_lowercase`], whose tables the shipped core does
/// without.
pub trait Lower {
    /// The text in small letters (Unicode, section 3.13).
    fn lower(&self) -> String;
}

impl Lower for str {
    fn lower(&self) -> String {
        lower(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_come_apart_and_together() {
        assert_eq!(nfd("é"), "e\u{301}");
        assert_eq!(nfc("e\u{301}"), "é");
        assert_eq!(nfkc("𝐀ﬁ"), "Afi");
        assert!(is_mark('\u{301}') && !is_mark('e') && !is_mark('é'));
    }

    #[test]
    fn small_letters() {
        assert_eq!("ÉCOLE ΟΔΟΣ 北京 İ".lower(), "école οδος 北京 i\u{307}");
        let one_by_one: String = "ÉΣЖİ北".chars().flat_map(lower_char).collect();
        assert_eq!(one_by_one, "éσжi\u{307}北");
    }
}
