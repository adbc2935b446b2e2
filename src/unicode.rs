//! Unicode normalisation and marks: from ICU's tables, and in the shipped core from the
//! browser's own, which saves their hundred kilobytes.

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(not(target_arch = "wasm32"))]
mod tables;

#[cfg(target_arch = "wasm32")]
pub use browser::{is_mark, nfc, nfd, nfkc};
#[cfg(not(target_arch = "wasm32"))]
pub use tables::{is_mark, nfc, nfd, nfkc};

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
}
