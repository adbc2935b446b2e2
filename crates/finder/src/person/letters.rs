//! From any script's letters to those of a local part.

use std::sync::LazyLock;

use any_ascii::any_ascii_char;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::Context;
use super::form::{Form, Weighted};
use super::reading::Reading;

/// How letters are written: one choice for the whole name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Script {
    /// Umlauts as two letters (`ue`) or one (`u`).
    pub(super) digraphs: bool,
    /// Column of the romanisation table (Cyrillic, Greek).
    pub(super) scheme: usize,
    /// Apostrophes stay (`o'brien`).
    pub(super) apostrophes: bool,
}

/// Probabilities of the romanisation table's columns.
const SCHEMES: [f64; 3] = [0.5, 0.25, 0.25];

impl Script {
    /// The choices that a name leaves, with their probabilities.
    pub(super) fn choices(reading: &Reading, context: Context<'_>) -> Vec<Weighted<Self>> {
        let text = reading.text();
        let mut all = vec![Weighted::certain(Self {
            digraphs: false,
            scheme: 0,
            apostrophes: false,
        })];
        if let Some(prior) = digraph_prior(&text, context.domain) {
            let digraph = context.habits.probability(Form::UmlautDigraph, prior);
            all = split(all, |script| {
                vec![
                    Weighted::by(
                        Self {
                            digraphs: true,
                            ..script
                        },
                        Form::UmlautDigraph,
                        digraph,
                    ),
                    Weighted::by(script, Form::UmlautPlain, 1.0 - digraph),
                ]
            });
        }
        if text.chars().any(is_apostrophe) {
            // 15 of 16 addresses drop it.
            let kept = context.habits.probability(Form::ApostropheKept, 1.0 / 16.0);
            all = split(all, |script| {
                vec![
                    Weighted::by(script, Form::ApostropheRemoved, 1.0 - kept),
                    Weighted::by(
                        Self {
                            apostrophes: true,
                            ..script
                        },
                        Form::ApostropheKept,
                        kept,
                    ),
                ]
            });
        }
        if text.chars().any(is_tabled) {
            all = split(all, |script| {
                SCHEMES
                    .iter()
                    .enumerate()
                    .map(|(scheme, weight)| Weighted {
                        value: Self { scheme, ..script },
                        weight: *weight,
                        forms: Vec::new(),
                    })
                    .collect()
            });
        }
        all
    }
}

fn split(
    all: Vec<Weighted<Script>>,
    into: impl Fn(Script) -> Vec<Weighted<Script>>,
) -> Vec<Weighted<Script>> {
    all.into_iter()
        .flat_map(|before| {
            into(before.value).into_iter().map(move |after| Weighted {
                value: after.value,
                weight: before.weight * after.weight,
                forms: before.forms.iter().chain(&after.forms).copied().collect(),
            })
        })
        .collect()
}

/// Whether a letter belongs to the Latin script (marks and digits do).
#[must_use]
pub fn is_latin(c: char) -> bool {
    !c.is_alphabetic()
        || matches!(u32::from(c), 0..=0x02FF | 0x1D00..=0x1DBF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F
            | 0xA720..=0xA7FF | 0xAB30..=0xAB6F | 0xFB00..=0xFB06 | 0xFF21..=0xFF5A)
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | 'ʻ' | '′')
}

/// The probability that a name with umlauts has them spelt as digraphs; `None` for a name
/// without such letters. From counts per letter, tilted by the country of the domain and
/// by letters that give the language away.
fn digraph_prior(text: &str, domain: &str) -> Option<f64> {
    let mut shares = Vec::new();
    let (mut nordic, mut not_german) = (false, false);
    for c in text.chars() {
        match c {
            'ü' => shares.push(0.85),
            'ö' => shares.push(0.57),
            'ä' => shares.push(0.56),
            'ø' => shares.push(0.25),
            'å' => {
                shares.push(0.12);
                nordic = true;
            }
            'ı' | 'ş' | 'ğ' | 'ç' | 'ő' | 'ű' | 'õ' | 'š' | 'ž' => not_german = true,
            _ => {}
        }
    }
    if shares.is_empty() {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "a name has few letters")]
    let mean = shares.iter().sum::<f64>() / shares.len() as f64;
    let country = domain.rsplit('.').next().unwrap_or_default();
    let odds = mean / (1.0 - mean)
        * match country {
            "de" | "at" | "ch" | "li" => 4.0,
            "se" | "fi" | "tr" | "hu" | "ee" | "is" | "es" | "fr" => 0.1,
            "dk" | "no" => 0.6,
            _ => 1.0,
        }
        * if not_german { 0.1 } else { 1.0 }
        * if nordic { 0.5 } else { 1.0 };
    Some((odds / (1.0 + odds)).clamp(0.02, 0.98))
}

/// Writes a word with `a` to `z`, digits and, where `script` keeps them, apostrophes.
/// What has no such letter is dropped; word separators must have been split off before.
pub(super) fn spell(word: &str, script: Script) -> String {
    let lower: Vec<char> = word.to_lowercase().nfc().collect();
    let mut out = String::with_capacity(lower.len());
    let mut rest = lower.as_slice();
    while let Some((&c, tail)) = rest.split_first() {
        if let Some((roman, used)) = from_table(rest, script.scheme) {
            out.push_str(roman);
            rest = rest.get(used..).unwrap_or_default();
            continue;
        }
        rest = tail;
        push_letter(&mut out, c, script);
    }
    out
}

fn push_letter(out: &mut String, c: char, script: Script) {
    match c {
        'a'..='z' | '0'..='9' => out.push(c),
        'ä' => out.push_str(if script.digraphs { "ae" } else { "a" }),
        'ö' | 'ø' => out.push_str(if script.digraphs { "oe" } else { "o" }),
        'ü' => out.push_str(if script.digraphs { "ue" } else { "u" }),
        'å' => out.push_str(if script.digraphs { "aa" } else { "a" }),
        'ß' => out.push_str("ss"),
        'æ' => out.push_str("ae"),
        'œ' => out.push_str("oe"),
        'þ' => out.push_str("th"),
        'ð' | 'đ' => out.push('d'),
        'ł' => out.push('l'),
        'ħ' => out.push('h'),
        'ı' => out.push('i'),
        'ŋ' => out.push_str("ng"),
        'ə' => out.push('a'),
        _ if is_apostrophe(c) => {
            if script.apostrophes {
                out.push('\'');
            }
        }
        _ if is_combining_mark(c) => {}
        _ => {
            let mut base = None;
            decompose_canonical(c, |part| {
                if base.is_none() {
                    base = Some(part);
                }
            });
            match base {
                Some(letter @ ('a'..='z' | '0'..='9')) => out.push(letter),
                _ => out.extend(
                    any_ascii_char(c)
                        .chars()
                        .filter(char::is_ascii_alphanumeric)
                        .map(|c| c.to_ascii_lowercase()),
                ),
            }
        }
    }
}

/// First letter of a spelt word.
pub(super) fn initial(spelt: &str) -> Option<String> {
    spelt
        .chars()
        .find(char::is_ascii_alphanumeric)
        .map(String::from)
}

struct Row {
    from: Vec<char>,
    to: Vec<&'static str>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let mut rows: Vec<Row> = include_str!("../../data/romanisation.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let from: Vec<char> = columns.next()?.chars().collect();
            let to: Vec<&str> = columns.collect();
            (!from.is_empty() && to.len() == SCHEMES.len()).then_some(Row { from, to })
        })
        .collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row.from.len()));
    rows
});

fn is_tabled(c: char) -> bool {
    matches!(u32::from(c), 0x0370..=0x052F)
}

/// The romanisation of the longest tabled sequence that `text` starts with, and how many
/// characters that takes.
fn from_table(text: &[char], scheme: usize) -> Option<(&'static str, usize)> {
    let first = text.first().copied()?;
    if !is_tabled(first) {
        return None;
    }
    TABLE
        .iter()
        .find(|row| text.starts_with(&row.from))
        .and_then(|row| Some((*row.to.get(scheme)?, row.from.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Script = Script {
        digraphs: false,
        scheme: 0,
        apostrophes: false,
    };

    #[test]
    fn spells_latin_letters_with_marks() {
        let digraphs = Script {
            digraphs: true,
            ..PLAIN
        };
        for (word, plain, digraph) in [
            ("Jürgen", "jurgen", "juergen"),
            ("Weiß", "weiss", "weiss"),
            ("Ångström", "angstrom", "aangstroem"),
            ("Łukasz", "lukasz", "lukasz"),
            ("İbrahim", "ibrahim", "ibrahim"),
            ("Yıldız", "yildiz", "yildiz"),
            ("Nguyễn", "nguyen", "nguyen"),
            ("Đặng", "dang", "dang"),
            ("Þórður", "thordur", "thordur"),
            ("François", "francois", "francois"),
            ("D’Angelo", "dangelo", "dangelo"),
            ("Ju\u{308}rgen", "jurgen", "juergen"),
        ] {
            assert_eq!(spell(word, PLAIN), plain, "{word}");
            assert_eq!(spell(word, digraphs), digraph, "{word}");
        }
    }

    #[test]
    fn romanises_other_scripts() {
        for (word, schemes) in [
            ("Юлия", ["yulia", "iuliia", "yuliya"]),
            ("Сергей", ["sergey", "sergei", "sergei"]),
            ("Дмитрий", ["dmitry", "dmitrii", "dmitriy"]),
        ] {
            for (scheme, expected) in schemes.into_iter().enumerate() {
                assert_eq!(spell(word, Script { scheme, ..PLAIN }), expected, "{word}");
            }
        }
        assert_eq!(spell("Παπαδόπουλος", PLAIN), "papadopoulos");
        assert_eq!(spell("小明", PLAIN), "xiaoming");
    }

    #[test]
    fn every_row_of_the_table_is_used() {
        let rows = include_str!("../../data/romanisation.tsv")
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .count();
        assert_eq!(TABLE.len(), rows);
    }

    #[test]
    fn the_country_tilts_umlauts() {
        let text = "jörg müller";
        let at = |domain| digraph_prior(text, domain).unwrap();
        assert!(at("firma.de") > 0.85);
        assert!(at("firma.com") > 0.6 && at("firma.com") < 0.85);
        assert!(at("firma.se") < 0.3);
        assert_eq!(digraph_prior("jane doe", "firma.de"), None);
    }
}
