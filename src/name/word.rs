//! One word of a name, with the views that the rules ask for.

use super::lexicon;
use crate::unicode::{is_mark, nfd};

/// A word as displayed, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As displayed.
    pub(super) text: String,
    /// Lower case, without full stops and trade marks, with straight apostrophes.
    pub(super) key: String,
}

impl Word {
    pub(super) fn new(text: &str) -> Self {
        let mut key = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '.' | '®' | '™' | '℠' => {}
                '’' | 'ʼ' | '‘' | '`' | '´' => key.push('\''),
                '‐' | '‑' => key.push('-'),
                c => key.extend(crate::unicode::lower_char(c)),
            }
        }
        Self {
            text: text.to_owned(),
            key,
        }
    }

    /// The key without accents: `García` and `Garcia` are one.
    pub(super) fn plain(&self) -> String {
        nfd(&self.key).chars().filter(|c| !is_mark(*c)).collect()
    }

    /// How many letters it has.
    pub(super) fn letters(&self) -> usize {
        self.text.chars().filter(|c| c.is_alphabetic()).count()
    }

    /// Whether a full stop stands in or after it.
    pub(super) fn has_stop(&self) -> bool {
        self.text.contains('.')
    }

    /// Whether it has small letters.
    pub(super) fn has_small(&self) -> bool {
        self.text.chars().any(char::is_lowercase)
    }

    /// Whether it has capitals and no small letters.
    pub(super) fn is_capitals(&self) -> bool {
        !self.has_small() && self.text.chars().any(char::is_uppercase)
    }

    /// How many capitals it has.
    pub(super) fn capitals(&self) -> usize {
        self.text.chars().filter(|c| c.is_uppercase()).count()
    }

    /// Whether its first letter is small.
    pub(super) fn starts_small(&self) -> bool {
        self.text
            .chars()
            .find(|c| c.is_alphabetic())
            .is_some_and(char::is_lowercase)
    }

    /// Initials: `J`, `J.`, `J.R.`, `J-L.`.
    pub(super) fn is_initials(&self) -> bool {
        let mut pieces = 0;
        for piece in self.text.split(['.', '-']).filter(|p| !p.is_empty()) {
            pieces += 1;
            if piece.chars().count() != 1 || !piece.chars().all(char::is_alphabetic) {
                return false;
            }
        }
        pieces > 0
    }

    /// Whether it has a vowel (of the Latin alphabet, accents aside).
    pub(super) fn has_vowel(&self) -> bool {
        self.plain()
            .chars()
            .any(|c| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y') || !c.is_ascii())
    }
}

/// Words of a text that was cleaned by [`super::clean`].
pub(super) fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for piece in text.split_whitespace() {
        let piece = trim(piece);
        if !piece.chars().any(char::is_alphabetic) {
            continue;
        }
        // "MBA/PMP" is two.
        let is_list = piece.contains('/')
            && piece
                .split('/')
                .all(|part| lexicon::CREDENTIALS.has(&Word::new(part).key));
        for part in piece.split(|c| is_list && c == '/') {
            let word = Word::new(part);
            // "1st", "10K": not the name's.
            let is_number = part.starts_with(|c: char| c.is_ascii_digit())
                && !lexicon::GENERATIONS.has(&word.key);
            if !is_number && !joins_last(words.last_mut(), &word) {
                words.push(word);
            }
        }
    }
    words
}

/// Joins "Ph." and "D." to one credential; "M." and "D." may be initials and stay apart.
fn joins_last(last: Option<&mut Word>, word: &Word) -> bool {
    let Some(last) = last else { return false };
    let is_short = last.text.ends_with('.') && last.letters() <= 2 && word.letters() <= 4;
    if !is_short || last.letters() + word.letters() < 3 {
        return false;
    }
    let key = format!("{}{}", last.key, word.key);
    if !lexicon::CREDENTIALS.has(&key) {
        return false;
    }
    last.text = format!("{} {}", last.text, word.text);
    last.key = key;
    true
}

/// Takes off punctuation that no word begins or ends with.
fn trim(piece: &str) -> &str {
    let junk = |c: char| !c.is_alphanumeric() && !is_mark(c) && !is_sign(c);
    piece
        .trim_start_matches(|c: char| junk(c) && !is_apostrophe(c))
        .trim_end_matches(|c: char| {
            junk(c) && !is_apostrophe(c) && !matches!(c, '.' | '®' | '™' | '℠')
        })
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '‘' | '`' | '´')
}

/// Vowel signs and the like of scripts whose signs are no combining marks, and what stands
/// for a letter that was lost in decoding.
fn is_sign(c: char) -> bool {
    matches!(u32::from(c), 0x0900..=0x0DFF | 0x0E31..=0x0E4E | 0xFFFD)
}

/// The words with spaces between; `None` for no words.
pub(super) fn join(words: &[Word]) -> Option<String> {
    if words.is_empty() {
        return None;
    }
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    Some(texts.join(" "))
}
