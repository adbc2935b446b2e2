//! From a displayed line to the text that can hold a name: without control and invisible
//! characters, emoji and ornaments; fancy letters become plain ones.

use crate::unicode::Lower;
use crate::unicode::{is_mark, nfc, nfkc};

/// Longest text read, in characters. What a site shows as a name is far shorter.
pub(super) const NAME_CHARS_MAX: usize = 500;

/// Stands for emoji and other ornaments, with spaces around it.
const ORNAMENT: &str = " \u{1f} ";

/// The text that can hold a name.
pub(super) fn displayed(input: &str) -> String {
    let mut out = String::new();
    let input: String = input.chars().take(NAME_CHARS_MAX).collect();
    for c in nfc(&input).chars() {
        match u32::from(c) {
            // Invisible: joiners, direction marks, variation selectors, tags, soft hyphen.
            0x00AD
            | 0x034F
            | 0x061C
            | 0x180E
            | 0x200B..=0x200F
            | 0x202A..=0x202E
            | 0x2060..=0x206F
            | 0xFE00..=0xFE0F
            | 0xFEFF
            | 0xE0000..=0xE0FFF => {}
            // Letters in fancy dress: ligatures, circled, mathematical, full width.
            0x24B6..=0x24E9
            | 0xFB00..=0xFB06
            | 0xFF01..=0xFF5E
            | 0x1D400..=0x1D7FF
            | 0x1F130..=0x1F149 => out.extend(
                nfkc(c.encode_utf8(&mut [0; 4]))
                    .chars()
                    .filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation()),
            ),
            // Arrows point to a tagline.
            0x2190..=0x21FF | 0x27A0..=0x27BF => out.push_str(" | "),
            // Light on dark, in circles and squares: no decomposition, but in order.
            code @ (0x1F150..=0x1F169 | 0x1F170..=0x1F189) => {
                let base = if code < 0x1F170 { 0x1F150 } else { 0x1F170 };
                out.extend(char::from_u32(u32::from('A') + code - base));
            }
            // Enclosed and regional letters count as letters, but spell emoji.
            0x1F000..=0x1FAFF => out.push_str(ORNAMENT),
            _ if c == '_' || c.is_whitespace() || c.is_control() => out.push(' '),
            _ if c.is_alphanumeric() || is_mark(c) || is_kept(c) => out.push(c),
            _ => out.push_str(ORNAMENT),
        }
    }
    let out = match out.trim().split_once('.') {
        // "ada.field", as in an address.
        Some((given, family)) if is_word(given) && is_word(family) => format!("{given} {family}"),
        _ => out,
    };
    // Two single quotes for a double one.
    out.replace("''", "\"")
        .replace("’’", "\"")
        .replace('&', " and ")
}

fn is_word(text: &str) -> bool {
    text.chars().count() >= 2
        && text.chars().all(char::is_alphabetic)
        && text.chars().any(|c| "aeiouy".contains(c))
}

/// Whether a piece between spaces stands for ornaments.
pub(super) fn is_ornament(piece: &str) -> bool {
    piece == ORNAMENT.trim_matches(' ')
}

/// Punctuation that the later rules read.
fn is_kept(c: char) -> bool {
    c.is_ascii_punctuation()
        || matches!(
            c,
            '\u{fffd}'
                | '’'
                | '‘'
                | 'ʼ'
                | '´'
                | '“'
                | '”'
                | '„'
                | '‟'
                | '«'
                | '»'
                | '‹'
                | '›'
                | '「'
                | '」'
                | '『'
                | '』'
                | '【'
                | '】'
                | '‐'
                | '‑'
                | '–'
                | '—'
                | '―'
                | '•'
                | '·'
                | '・'
                | '●'
                | '│'
                | '¦'
                | '，'
                | '、'
                | '،'
                | '®'
                | '™'
                | '℠'
        )
}

/// Whether the text names nobody: an anonymous member, an address, no letters at all.
pub(super) fn names_nobody(text: &str) -> bool {
    let lower = text.lower();
    let has_address = lower.split_whitespace().any(|word| {
        word.starts_with("http:")
            || word.starts_with("https:")
            || word.starts_with("www.")
            || word
                .split_once('@')
                .is_some_and(|(user, host)| !user.is_empty() && host.contains('.'))
    });
    // "LinkedIn Member" in all languages; nobody has the site's name in theirs.
    has_address || lower.contains("linkedin") || !text.chars().any(char::is_alphabetic)
}
