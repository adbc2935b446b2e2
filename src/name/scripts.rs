//! Names in Chinese, Japanese and Korean writing: the family name comes first, often
//! without a space.

use super::lexicon;
use super::word::Word;
use crate::word_list::WordList;

/// A name's parts in one of these scripts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct EastAsian {
    pub(super) given: Option<String>,
    pub(super) family: Option<String>,
}

/// Whether a word is written in one of these scripts.
pub(super) fn is_east_asian(word: &Word) -> bool {
    word.text.chars().any(is_letter)
}

/// Whether a character is one of these scripts'.
pub(super) fn is_letter(c: char) -> bool {
    is_han(c) || is_kana(c) || is_hangul(c)
}

fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

fn is_kana(c: char) -> bool {
    matches!(u32::from(c), 0x3041..=0x30FF)
}

fn is_katakana(c: char) -> bool {
    matches!(u32::from(c), 0x30A0..=0x30FF)
}

fn is_hangul(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF)
}

/// Forms of address after a name, beside the posts.
const ADDRESSES: &[&str] = &["さん", "様", "氏", "님", "씨"];

/// Splits a name of which every word is East Asian.
pub(super) fn parse(words: &[Word]) -> EastAsian {
    let mut pieces: Vec<&str> = words
        .iter()
        .flat_map(|word| word.text.split(['・', '·']))
        .filter(|piece| piece.chars().any(char::is_alphabetic))
        .collect();
    // "정수빈 과장": a post in a word of its own.
    let posts = pieces
        .iter()
        .skip(1)
        .position(|piece| lexicon::EAST_ASIAN_POSTS.has(piece));
    pieces.truncate(posts.map_or(pieces.len(), |at| at + 1));
    let pieces: Vec<&str> = pieces.into_iter().map(without_address).collect();
    match pieces.as_slice() {
        [] => EastAsian::default(),
        [one] => unspaced(one),
        [first, rest @ ..] => {
            // Katakana throughout is a foreign name in its own order.
            if pieces.iter().all(|piece| piece.chars().all(is_katakana)) {
                EastAsian {
                    given: Some((*first).to_owned()),
                    family: rest.last().map(|last| (*last).to_owned()),
                }
            } else {
                EastAsian {
                    given: Some(rest.join(" ")),
                    family: Some((*first).to_owned()),
                }
            }
        }
    }
}

/// Whether a Chinese name is a family name and nothing else.
pub(super) fn is_family_alone(words: &[Word]) -> bool {
    matches!(words, [word] if word.text.chars().all(is_han)
        && (word.text.chars().count() == 1 || lexicon::HAN_FAMILIES_OF_TWO.has(&word.text)))
}

fn without_address(piece: &str) -> &str {
    // No Korean name has five syllables: with fewer left the end may be the name's own.
    let is_whole = |rest: &&str| {
        let least = if rest.chars().all(is_hangul) { 3 } else { 2 };
        rest.chars().count() >= least
    };
    let addressed = ADDRESSES
        .iter()
        .filter_map(|address| piece.strip_suffix(address))
        .find(|rest| rest.chars().count() >= 2);
    let posts = lexicon::EAST_ASIAN_POSTS.iter();
    addressed
        .or_else(|| {
            posts
                .filter_map(|post| piece.strip_suffix(post))
                .find(is_whole)
        })
        .unwrap_or(piece)
}

fn unspaced(name: &str) -> EastAsian {
    let count = name.chars().count();
    let family_len = if name.chars().all(is_hangul) {
        match count {
            2..=4 if count > 2 && starts_with_any(name, lexicon::HANGUL_FAMILIES_OF_TWO) => 2,
            2..=4 => 1,
            _ => 0,
        }
    } else if name.chars().any(is_kana) {
        // "田中さくら": the family name is the part in Han characters.
        match name.chars().take_while(|c| is_han(*c)).count() {
            0 => 0,
            _ if starts_with_any(name, lexicon::JAPANESE_FAMILIES_OF_THREE) => 3,
            _ if starts_with_any(name, lexicon::JAPANESE_FAMILIES) => 2,
            han => han,
        }
    } else if name.chars().all(is_han) {
        match count {
            3.. if starts_with_any(name, lexicon::JAPANESE_FAMILIES_OF_THREE) => 3,
            2 if lexicon::JAPANESE_FAMILIES.has(name) => 2,
            2 => 1,
            3 | 4
                if starts_with_any(name, lexicon::JAPANESE_FAMILIES)
                    || starts_with_any(name, lexicon::HAN_FAMILIES_OF_TWO) =>
            {
                2
            }
            3 => 1,
            4 | 5 => 2,
            _ => 0,
        }
    } else {
        0
    };
    let family: String = name.chars().take(family_len).collect();
    let given: String = name.chars().skip(family_len).collect();
    let some = |text: String| (!text.is_empty()).then_some(text);
    EastAsian {
        given: some(given),
        family: some(family),
    }
}

fn starts_with_any(name: &str, families: WordList) -> bool {
    families.iter().any(|family| name.starts_with(family))
}
