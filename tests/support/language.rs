//! The words of a page in another language, from a table of its own (`labels.txt`), each in
//! one of its forms: by the seed.

use std::collections::BTreeMap;

const TABLE: &str = include_str!("labels.txt");
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// Labels of which only a count is replaced, or that stand within another text.
const NOT_ALONE: [&str; 6] = [
    "connections",
    "followers",
    "at",
    "months",
    "years",
    "months of",
];

/// One language's words.
pub struct Language {
    /// Its code.
    pub code: &'static str,
    date: &'static str,
    colon: &'static str,
    words: BTreeMap<&'static str, Vec<&'static str>>,
    seed: u64,
}

impl Language {
    /// All codes.
    pub fn codes() -> Vec<&'static str> {
        TABLE
            .lines()
            .filter_map(|line| Some(line.strip_prefix('[')?.split_once(']')?.0))
            .collect()
    }

    /// Most forms that the table has of one word.
    pub fn forms() -> usize {
        let words = TABLE.lines().filter_map(|line| line.split_once('\t'));
        words
            .map(|(_, forms)| forms.split('|').count())
            .max()
            .unwrap_or(1)
    }

    /// The language that a seed gives, and the forms of its words: with each whole round of the
    /// languages the next ones.
    pub fn of(seed: u64) -> Self {
        let codes = Self::codes();
        let code = codes[(seed % codes.len() as u64) as usize];
        let mut language = Self {
            code,
            date: "",
            colon: "",
            words: BTreeMap::new(),
            seed,
        };
        let mut here = false;
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            if let Some((head, rest)) = line.strip_prefix('[').and_then(|l| l.split_once("] ")) {
                here = head == code;
                if here {
                    (language.date, language.colon) = rest.split_once('\t').unwrap_or_default();
                }
            } else if here && let Some((label, forms)) = line.split_once('\t') {
                language.words.insert(label, forms.split('|').collect());
            }
        }
        language
    }

    fn word(&self, label: &str) -> Option<&'static str> {
        let forms = self.words.get(label)?;
        let round = self.seed / Self::codes().len() as u64;
        let first = super::hash(0, label.as_bytes()) % forms.len() as u64;
        let at = (first + round) % forms.len() as u64;
        forms.get(at as usize).copied()
    }

    /// A text in this language, as far as it is a label, a count, a date or a duration.
    pub fn translate(&self, text: &mut String) {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return;
        }
        let pieces: Vec<&str> = trimmed.split(" \u{b7} ").collect();
        let mut changed = false;
        let translated: Vec<String> = pieces
            .iter()
            .map(|piece| match self.piece(piece) {
                Some(other) => {
                    changed = true;
                    other
                }
                None => (*piece).to_owned(),
            })
            .collect();
        if changed {
            let start = text.len() - text.trim_start().len();
            let end = text.trim_end().len();
            let front = text.get(..start).unwrap_or_default();
            let back = text.get(end..).unwrap_or_default();
            *text = format!("{front}{}{back}", translated.join(" \u{b7} "));
        }
    }

    fn piece(&self, piece: &str) -> Option<String> {
        let bare = piece.trim_start_matches(['\u{b7}', '\u{2022}', ' ']);
        let mark = piece.strip_suffix(bare).unwrap_or_default();
        if let Some(word) = self.alone(bare) {
            return Some(format!("{mark}{word}"));
        }
        if let Some((label, value)) = piece.split_once(':')
            && let Some(word) = self.alone(label.trim())
        {
            let value = value.trim();
            let value = match self.word("at") {
                Some(at) if label == "Current" || label == "Past" => {
                    value.replace(" at ", &format!(" {at} "))
                }
                _ => value.to_owned(),
            };
            return Some(format!("{word}{}{value}", self.colon).trim_end().to_owned());
        }
        self.count(piece)
            .or_else(|| self.duration(piece))
            .or_else(|| self.range(piece))
    }

    fn alone(&self, label: &str) -> Option<&'static str> {
        if NOT_ALONE.contains(&label) {
            return None;
        }
        self.word(label)
    }

    /// "500+ connections", "1,234 followers".
    fn count(&self, piece: &str) -> Option<String> {
        let (number, what) = piece.split_once(' ')?;
        let is_number = number.starts_with(|c: char| c.is_ascii_digit())
            && number
                .chars()
                .all(|c| c.is_ascii_digit() || "+,.KM".contains(c));
        let (label, site) = match what.strip_suffix(" on LinkedIn") {
            Some(label) => (label, " LinkedIn"),
            None => (what, ""),
        };
        if !is_number || !matches!(label, "connections" | "followers") {
            return None;
        }
        let count = self.word(label)?.replace('#', number);
        Some(format!("{count}{site}"))
    }

    /// "3 yrs 2 mos".
    fn duration(&self, piece: &str) -> Option<String> {
        let words: Vec<&str> = piece.split_whitespace().collect();
        let mut out = Vec::new();
        for pair in words.chunks(2) {
            let [number, unit] = pair else { return None };
            number.parse::<u32>().ok()?;
            let label = match *unit {
                "yr" | "yrs" | "year" | "years" => "years",
                "mo" | "mos" | "month" | "months" => "months of",
                _ => return None,
            };
            out.push(format!("{number} {}", self.word(label)?));
        }
        (!out.is_empty()).then(|| out.join(" "))
    }

    /// "Jan 2020 - Present".
    fn range(&self, piece: &str) -> Option<String> {
        [" - ", " \u{2013} "].iter().find_map(|dash| {
            let (from, to) = piece.split_once(dash)?;
            Some(format!("{}{dash}{}", self.date(from)?, self.date(to)?))
        })
    }

    fn date(&self, text: &str) -> Option<String> {
        if text == "Present" {
            return self.word("Present").map(str::to_owned);
        }
        let is_year = |text: &str| text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
        if is_year(text) {
            return Some(text.to_owned());
        }
        let (month, year) = text.split_once(' ')?;
        let at = MONTHS.iter().position(|known| month.starts_with(known))?;
        let month = self.words.get("months")?.first()?.split(' ').nth(at)?;
        is_year(year).then(|| self.date.replace("{m}", month).replace("{y}", year))
    }
}
