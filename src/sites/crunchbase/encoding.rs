//! Text that was UTF-8 and got read as windows-1252, once or twice over: pages of the legacy
//! layout are found like that where they were saved or served with a wrong charset.

/// The characters of windows-1252 for the bytes 0x80 to 0x9F; the five bytes it leaves out
/// stand for themselves.
const UPPER_CONTROLS: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}',
    '\u{2c6}', '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}',
    '\u{90}', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}',
    '\u{2dc}', '\u{2122}', '\u{161}', '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

/// Most times a text is decoded again.
const ROUNDS_MAX: usize = 3;

/// Undoes the wrong reading. Text that was read rightly stays as it is: its letters, taken
/// as bytes, are no valid UTF-8.
pub(super) fn repaired(text: String) -> String {
    let mut text = text;
    for _ in 0..ROUNDS_MAX {
        match read_again(&text) {
            Some(better) => text = better,
            None => break,
        }
    }
    text
}

fn read_again(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(byte_of).collect();
    String::from_utf8(bytes?).ok()
}

fn byte_of(c: char) -> Option<u8> {
    if let Some(at) = UPPER_CONTROLS.iter().position(|upper| *upper == c) {
        return u8::try_from(0x80 + at).ok();
    }
    match u8::try_from(u32::from(c)) {
        Ok(0x80..=0x9f) | Err(_) => None,
        Ok(byte) => Some(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_readings_are_undone_and_right_ones_kept() {
        for (shown, right) in [
            ("Zo\u{c3}\u{ab} Example", "Zoë Example"),
            ("Zo\u{c3}\u{192}\u{c2}\u{ab} Example", "Zoë Example"),
            ("\u{c5}\u{152}mi", "Ōmi"),
            ("Zoë Example", "Zoë Example"),
            ("ÅSA ÖBERG", "ÅSA ÖBERG"),
            ("例 “x” – €", "例 “x” – €"),
            ("plain", "plain"),
            ("", ""),
        ] {
            assert_eq!(repaired(shown.to_owned()), right);
        }
    }
}
