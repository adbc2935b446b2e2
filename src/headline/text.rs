//! From the headline's text to its parts and their words.

use crate::unicode::Lower;
use crate::unicode::{is_mark, nfc, nfkc};

/// Longest text read, in characters: sites cut headlines below this.
const HEADLINE_CHARS_MAX: usize = 500;

/// Stands for emoji and ornaments, which separate parts where no word joins them.
const ORNAMENT: &str = "\u{1f}";

/// A word as displayed, and its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As displayed.
    pub(super) text: String,
    /// Lower case, without the punctuation around it.
    pub(super) key: String,
}

impl Word {
    fn new(text: &str) -> Self {
        let key: String = match text {
            "@" | "&" | "+" => text.to_owned(),
            _ => text
                .trim_matches(|c: char| {
                    !c.is_alphanumeric() && !is_mark(c) && !matches!(c, '#' | '+')
                })
                .chars()
                .flat_map(crate::unicode::lower_char)
                .map(|c| if c == '’' { '\'' } else { c })
                .collect(),
        };
        Self {
            text: text.to_owned(),
            key,
        }
    }

    /// A dash with spaces around it.
    pub(super) fn is_dash(&self) -> bool {
        matches!(self.text.as_str(), "-" | "–" | "—" | "―" | "--")
    }

    /// Whether it begins with a capital, a digit, or a letter that has no case.
    pub(super) fn starts_large(&self) -> bool {
        self.text
            .chars()
            .find(|c| c.is_alphanumeric())
            .is_some_and(|c| !c.is_lowercase())
    }

    /// Whether it is written as no ordinary small word: "eBay", "monday.com".
    pub(super) fn is_brand(&self) -> bool {
        self.starts_large()
            || self.text.chars().any(char::is_uppercase)
            || self.key.contains('.')
            || self.key.chars().any(|c| c.is_ascii_digit())
    }
}

/// What stands between two separators.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Its words, at least one.
    pub(super) words: Vec<Word>,
    /// Whether the whole headline is written small, so that capitals tell nothing.
    pub(super) all_small: bool,
}

/// The headline's parts.
pub(super) fn parts(headline: &str) -> Vec<Part> {
    let text = cleaned(headline);
    let all_small = !text.chars().any(char::is_uppercase);
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut parts = vec![Part::default()];
    let mut seen_at = false;
    for (i, text) in words.iter().enumerate() {
        let next = words.get(i + 1).copied().unwrap_or_default();
        let previous = i.checked_sub(1).and_then(|i| words.get(i)).copied();
        let separates = match *text {
            "|" | "·" | "•" | "/" | "//" | "\\" | ";" | "~" | "*" | "»" | ":" | "::" | ">"
            | ">>" | "->" | "l" | "ǀ" => true,
            ORNAMENT => !joins(next) && !previous.is_some_and(joins),
            // A capital I for a pipe: "CTO at Acme I ex-Acorn", not "Engineer I at Acme".
            "I" => seen_at && !joins(next) || is_former(next),
            _ => false,
        };
        if separates {
            parts.push(Part::default());
            seen_at = false;
        } else if *text != ORNAMENT {
            seen_at |= joins(text);
            // "@Acme/Co-Founder @Acorn".
            let text = match text.split_once('/') {
                Some((company, job)) if seen_at && super::title::is_job_key(&job.lower()) => {
                    if let Some(part) = parts.last_mut() {
                        part.words.push(Word::new(company));
                    }
                    parts.push(Part::default());
                    seen_at = false;
                    job
                }
                _ => text,
            };
            let (text, ends) = match text.strip_suffix(';') {
                Some(text) => (text, true),
                None => (text, false),
            };
            if let Some(part) = parts.last_mut() {
                part.words.push(Word::new(text));
            }
            if ends {
                parts.push(Part::default());
            }
        }
    }
    parts.retain(|part| part.words.iter().any(|word| !word.key.is_empty()));
    for part in &mut parts {
        part.all_small = all_small;
    }
    parts
}

fn joins(word: &str) -> bool {
    let key = word.lower();
    super::lexicon::AT.has(&key) || matches!(key.as_str(), "&" | "and" | "of")
}

fn is_former(word: &str) -> bool {
    let key = word.lower();
    key == "ex" || key.starts_with("ex-") || key == "former" || key == "formerly"
}

/// Plain letters and punctuation, separators and "@" set apart, ornaments marked.
fn cleaned(headline: &str) -> String {
    let mut out = String::new();
    let mut before = ' ';
    let text: String = headline.chars().take(HEADLINE_CHARS_MAX).collect();
    let text = nfc(&text);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match u32::from(c) {
            0x00AD
            | 0x034F
            | 0x061C
            | 0x180E
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0xFE00..=0xFE0F
            | 0xFEFF
            | 0xE0000..=0xE0FFF => continue,
            0x24B6..=0x24E9 | 0xFB00..=0xFB06 | 0xFF01..=0xFF5E | 0x1D400..=0x1D7FF => {
                let mut buffer = [0; 4];
                let plain = nfkc(c.encode_utf8(&mut buffer));
                push(&mut out, &plain);
                before = plain.chars().last().unwrap_or(c);
                continue;
            }
            _ => {}
        }
        match c {
            '@' => {
                let next = chars.peek().copied().unwrap_or(' ');
                // An address stays whole; so does a handle at the end of a word.
                if is_address(&out, before, next) || is_in_name(&out, before, next) {
                    out.push(c);
                } else {
                    out.push_str(" @ ");
                }
            }
            '|' | '│' | '┃' | '¦' | '‖' | '｜' | '•' | '●' | '▪' | '■' | '◆' | '‣' | '∙' | '⋅'
            | '⎪' | '❘' => {
                out.push_str(" | ");
            }
            c if c.is_control() || c.is_whitespace() => out.push(' '),
            c if c.is_alphanumeric() && !is_pictograph(c)
                || is_mark(c)
                || c.is_ascii_punctuation()
                || matches!(
                    c,
                    '–' | '—'
                        | '―'
                        | '‐'
                        | '‑'
                        | '’'
                        | '‘'
                        | '“'
                        | '”'
                        | '„'
                        | '«'
                        | '»'
                        | '·'
                        | '・'
                        | '、'
                        | '。'
                        | '…'
                        | '®'
                        | '™'
                        | '״'
                        | '´'
                        | '「'
                        | '」'
                        | '【'
                        | '】'
                        | '€'
                        | '£'
                ) =>
            {
                out.push(c);
            }
            _ => {
                out.push(' ');
                out.push_str(ORNAMENT);
                out.push(' ');
            }
        }
        before = c;
    }
    out
}

fn push(out: &mut String, plain: &str) {
    for c in plain.chars() {
        match c {
            '@' | '|' => {
                out.push(' ');
                out.push(c);
                out.push(' ');
            }
            _ => out.push(c),
        }
    }
}

fn is_pictograph(c: char) -> bool {
    matches!(u32::from(c), 0x1F000..=0x1FAFF)
}

/// Whether the "@" behind `out` is that of an e-mail address: small letters before it, no
/// spaces around it.
fn is_address(out: &str, before: char, next: char) -> bool {
    if !(before.is_ascii_alphanumeric() && next.is_ascii_lowercase()) {
        return false;
    }
    let word = out.rsplit(' ').next().unwrap_or_default();
    word.contains('.') && !word.chars().any(char::is_uppercase)
}

/// Whether an "@" without spaces belongs to a company's name ("at Acme@Work"): another word
/// has said "at" before, and what stands in front is no job.
fn is_in_name(out: &str, before: char, next: char) -> bool {
    if !(before.is_alphanumeric() && next.is_alphanumeric()) {
        return false;
    }
    let (front, word) = out.rsplit_once(' ').unwrap_or_default();
    let last = front.split_whitespace().next_back().unwrap_or_default();
    super::lexicon::AT.has(&last.lower()) && last != "@" && !super::title::is_job_key(&word.lower())
}

/// The words with spaces between, without punctuation that a cut has left at the ends.
pub(super) fn join(words: &[Word]) -> Option<String> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let text = texts.join(" ");
    let text = text
        .trim_matches(|c: char| {
            c.is_whitespace()
                || matches!(
                    c,
                    ',' | ';'
                        | ':'
                        | '-'
                        | '–'
                        | '—'
                        | '―'
                        | '|'
                        | '/'
                        | '\\'
                        | '&'
                        | '@'
                        | '…'
                        | '*'
                        | '~'
                        | '!'
                        | '?'
                        | '、'
                        | '。'
                        | '•'
                        | '·'
                )
        })
        .trim_end_matches(" .");
    let text = match (text.strip_suffix('.'), words.last()) {
        (Some(bare), Some(last))
            if !super::lexicon::LEGAL_FORMS.has(&last.key) && !last.key.contains('.') =>
        {
            bare
        }
        _ => text,
    };
    let text = match text.chars().next() {
        Some('"' | '“' | '„') if text.ends_with(['"', '”', '“']) => {
            text.trim_matches(['"', '“', '”', '„'])
        }
        _ => text,
    };
    let opens = text.matches('(').count();
    let closes = text.matches(')').count();
    let text = match opens.cmp(&closes) {
        std::cmp::Ordering::Less => text.trim_end_matches(')'),
        std::cmp::Ordering::Greater => text.rsplit_once('(').map_or(text, |(before, _)| before),
        std::cmp::Ordering::Equal => text,
    };
    let text = text.trim();
    text.chars()
        .any(char::is_alphanumeric)
        .then(|| text.to_owned())
}
