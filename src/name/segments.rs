//! Separators in a displayed line: the name comes first, what follows is credentials or a
//! tagline.

use super::word::Word;
use super::{clean, lexicon, scripts};
use crate::unicode::Lower;

/// The name first, then what other separators than commas cut off behind it.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut segments: Vec<Vec<String>> = vec![Vec::new()];
    let pieces: Vec<&str> = text.split_whitespace().collect();
    for (at, &word) in pieces.iter().enumerate() {
        if clean::is_ornament(word) {
            // "Ada Field 🚀 Cloud Certified": a tagline; "Ada Maria 🌟 Field": none.
            let before = segments.last().map_or(0, Vec::len);
            let after: Vec<&str> = pieces
                .iter()
                .copied()
                .skip(at)
                .filter(|piece| !clean::is_ornament(piece))
                .collect();
            let says_job = |word: &&str| lexicon::TAGLINE_WORDS.has(&Word::new(word).key);
            if before >= 2 && (after.len() >= 2 || after.iter().any(says_job)) {
                segments.push(Vec::new());
            }
            continue;
        }
        let is_dash = matches!(word, "-" | "–" | "—" | "―" | "--");
        let is_separator = is_dash
            || matches!(
                word,
                "•" | "·" | "●" | "/" | "//" | "~" | "@" | "*" | ":" | ">" | ">>"
            )
            || (word == "at" && segments.last().is_some_and(|segment| segment.len() >= 2));
        if is_separator {
            segments.push(if is_dash {
                // Kept at the front, to tell "Jean - Pierre" from a tagline.
                vec!["-".to_owned()]
            } else {
                Vec::new()
            });
            continue;
        }
        if word.starts_with('#') || is_pronouns(word) {
            continue;
        }
        // "박서연/Designer".
        let slash = |c| c == '/' && word.chars().next().is_some_and(scripts::is_letter);
        let ends = |c| matches!(c, '|' | '│' | '¦' | ';' | '•' | '●') || slash(c);
        for (i, piece) in word.split(ends).enumerate() {
            if i > 0 {
                segments.push(Vec::new());
            }
            if let (Some(segment), false) = (segments.last_mut(), piece.is_empty()) {
                segment.extend(unglue(piece));
            }
        }
    }
    let mut out: Vec<String> = Vec::new();
    for segment in segments {
        let (is_dashed, texts) = match segment.split_first() {
            Some((dash, texts)) if dash == "-" => (true, texts),
            _ => (false, segment.as_slice()),
        };
        let text = texts.join(" ");
        if !text.chars().any(char::is_alphabetic) {
            continue;
        }
        match out.as_mut_slice() {
            [only] if is_dashed && !only.contains(' ') && texts.len() > 1 => {
                *only = format!("{only}-{text}");
            }
            _ => out.push(text),
        }
    }
    out
}

/// Sets "J.R.Field" and "Dr.Field" apart; "Ph.D." and "J.R." stay.
fn unglue(piece: &str) -> Vec<String> {
    let whole = vec![piece.to_owned()];
    let Some((first, rest)) = piece.split_once('.') else {
        return whole;
    };
    if rest.chars().filter(|c| c.is_alphabetic()).count() < 2 {
        return whole;
    }
    let word = Word::new(piece.trim_end_matches(','));
    if lexicon::CREDENTIALS.has(&word.key) || lexicon::PREFIXES.has(&word.key) {
        return whole;
    }
    let first_key = Word::new(first).key;
    let is_title = first_key.chars().count() > 1
        && (lexicon::PREFIXES.has(&first_key) || lexicon::PREFIXES_WITH_STOP.has(&first_key));
    let (head, tail) = if is_title {
        (format!("{first}."), rest)
    } else {
        let mut stops = piece.rsplitn(2, '.');
        let (Some(last), Some(initials)) = (stops.next(), stops.next()) else {
            return whole;
        };
        let is_name = last.chars().filter(|c| c.is_alphabetic()).count() >= 3;
        if !is_name || !Word::new(initials).is_initials() {
            return whole;
        }
        return vec![format!("{initials}."), last.to_owned()];
    };
    let mut pieces = vec![head];
    pieces.push(tail.to_owned());
    pieces
}

/// "she/her" and the like.
fn is_pronouns(text: &str) -> bool {
    let parts: Vec<String> = text
        .split(['/', '|', '\\'])
        .map(|part| part.trim_matches(|c: char| !c.is_alphanumeric()).lower())
        .collect();
    parts.len() > 1 && parts.iter().all(|part| lexicon::PRONOUNS.has(part))
}
