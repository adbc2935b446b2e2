//! Lists of words as data: one sorted text, searched by halves.
//!
//! A slice of strings would cost eight bytes more for each word in the WebAssembly core,
//! which is as much as the words themselves.

use crate::packed;

/// Words with single spaces between, sorted by bytes, each once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WordList(Words);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    Written(&'static str),
    Packed(u32, u32),
}

impl WordList {
    /// A list of `words`, which must be sorted.
    pub(crate) const fn new(words: &'static str) -> Self {
        Self(Words::Written(words))
    }

    /// A list that the build script has packed, by its place.
    pub(crate) const fn packed(start: u32, end: u32) -> Self {
        Self(Words::Packed(start, end))
    }

    fn text(self) -> &'static str {
        match self.0 {
            Words::Written(words) => words,
            Words::Packed(start, end) => packed::part(start, end),
        }
    }

    /// The words.
    pub(crate) fn iter(self) -> impl Iterator<Item = &'static str> {
        self.text().split(' ').filter(|word| !word.is_empty())
    }

    /// Whether `key` is one of the words.
    pub(crate) fn has(self, key: &str) -> bool {
        if key.is_empty() || key.contains(' ') {
            return false;
        }
        let (key, mut rest) = (key.as_bytes(), self.text().as_bytes());
        while !rest.is_empty() {
            // The word that holds the middle of what is left.
            let (low, high) = rest.split_at(rest.len() / 2);
            let begin = low.iter().rposition(|b| *b == b' ').map_or(0, |at| at + 1);
            let end = low.len() + high.iter().position(|b| *b == b' ').unwrap_or(high.len());
            let word = rest.get(begin..end).unwrap_or_default();
            rest = match key.cmp(word) {
                std::cmp::Ordering::Equal => return true,
                std::cmp::Ordering::Less => rest.get(..begin.saturating_sub(1)).unwrap_or_default(),
                std::cmp::Ordering::Greater => rest.get(end + 1..).unwrap_or_default(),
            };
        }
        false
    }

    /// Whether the list is as [`WordList::has`] needs it.
    #[cfg(test)]
    pub(crate) fn is_sorted(self) -> bool {
        !self.text().contains("  ") && self.iter().is_sorted_by(|a, b| a < b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_word_and_no_other() {
        for words in [
            "",
            "a",
            "a b",
            "a ab b",
            "ab abc b über 王",
            "b d f h j l n p",
        ] {
            let list = WordList::new(words);
            assert!(list.is_sorted(), "{words:?}");
            for word in list.iter() {
                assert!(list.has(word), "{word:?} in {words:?}");
                assert!(!list.has(&format!("{word}!")), "{word:?}! in {words:?}");
            }
            for other in ["", " ", "a b", "aa", "c", "z", "0", "ü", "ben"] {
                assert!(!list.has(other), "{other:?} in {words:?}");
            }
        }
    }
}
