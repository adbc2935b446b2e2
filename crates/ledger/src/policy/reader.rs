//! Reads a TOML file into checked values, and keeps every complaint with file, key and
//! line. (serde stops at the first mistake and forgets the line of a missing key.)

use std::cell::{Cell, RefCell};
use std::fmt;

use toml::de::{DeTable, DeValue};

use crate::MilliCredits;

/// Largest policy file, in bytes.
const FILE_BYTES_MAX: usize = 256 * 1024;

/// Largest amount or price in a policy file, in credits. Sums of such amounts over any
/// number of seats and years that can occur stay far within 64 bits.
pub const CREDITS_MAX: i64 = 1_000_000_000;

/// One mistake in a policy file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, counted from 1.
    pub line: usize,
    /// The key (`actions.find.prices.verified`); empty where the file is no TOML.
    pub key: String,
    /// What is wrong, and what to write instead.
    pub message: String,
}

/// A policy file that cannot be used, with all its mistakes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError {
    /// Name of the file.
    pub file: String,
    /// The mistakes, in the order of lines; at least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{}:{}: ", self.file, problem.line)?;
            if !problem.key.is_empty() {
                write!(f, "{}: ", problem.key)?;
            }
            f.write_str(&problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyError {}

/// A value with its line.
pub(super) struct Node {
    pub(super) line: usize,
    value: Value,
}

enum Value {
    Text(String),
    /// `None`: a number that does not fit 64 bits.
    Integer(Option<i64>),
    Float(String),
    Bool(bool),
    Time,
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
}

impl Value {
    fn name(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a fractional number",
            Self::Bool(_) => "true or false",
            Self::Time => "a time",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

/// The complaints so far.
#[derive(Default)]
pub(super) struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    pub(super) fn add(&self, line: usize, key: impl Into<String>, message: impl Into<String>) {
        self.0.borrow_mut().push(Problem {
            line,
            key: key.into(),
            message: message.into(),
        });
    }

    pub(super) fn into_result<T>(self, file: &str, value: Option<T>) -> Result<T, PolicyError> {
        let mut problems = self.0.into_inner();
        problems.sort_by_key(|problem| problem.line);
        match value {
            Some(value) if problems.is_empty() => Ok(value),
            _ => {
                if problems.is_empty() {
                    let message = "the file cannot be read".to_owned();
                    problems.push(Problem {
                        line: 1,
                        key: String::new(),
                        message,
                    });
                }
                Err(PolicyError {
                    file: file.to_owned(),
                    problems,
                })
            }
        }
    }
}

/// Reads a file's text; `None` after a complaint.
pub(super) fn read(text: &str, problems: &Problems) -> Option<Node> {
    if text.len() > FILE_BYTES_MAX {
        problems.add(
            1,
            "",
            format!("the file is larger than {FILE_BYTES_MAX} bytes"),
        );
        return None;
    }
    let mut line_ends: Vec<usize> = Vec::new();
    line_ends.extend(
        text.bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at),
    );
    let line_of = |offset: usize| {
        line_ends
            .partition_point(|end| *end < offset)
            .saturating_add(1)
    };
    match DeTable::parse(text) {
        Ok(table) => {
            let value = Value::Table(convert_table(table.into_inner(), &line_of));
            Some(Node { line: 1, value })
        }
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(span.start));
            problems.add(line, "", format!("this is not TOML: {}", error.message()));
            None
        }
    }
}

fn convert_table(table: DeTable<'_>, line_of: &impl Fn(usize) -> usize) -> Vec<(String, Node)> {
    table
        .into_iter()
        .map(|(key, value)| {
            // A table's own span may lie at its first line or be empty; the key's is where
            // a reader looks.
            let line = line_of(key.span().start);
            let key = key.into_inner().into_owned();
            let value = convert(value.into_inner(), line_of);
            (key, Node { line, value })
        })
        .collect()
}

fn convert(value: DeValue<'_>, line_of: &impl Fn(usize) -> usize) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok())
        }
        DeValue::Float(number) => Value::Float(number.as_str().to_owned()),
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(_) => Value::Time,
        DeValue::Array(list) => Value::List(
            list.into_iter()
                .map(|item| {
                    let line = line_of(item.span().start);
                    Node {
                        line,
                        value: convert(item.into_inner(), line_of),
                    }
                })
                .collect(),
        ),
        DeValue::Table(table) => Value::Table(convert_table(table, line_of)),
    }
}

/// A table under reading: what is asked for is noted, so that what nobody asked for can
/// be named at the end.
pub(super) struct Section<'a> {
    pub(super) line: usize,
    pub(super) key: String,
    entries: Vec<(&'a str, &'a Node, Cell<bool>)>,
    problems: &'a Problems,
}

impl<'a> Section<'a> {
    /// Takes a node as a table.
    pub(super) fn open(node: &'a Node, key: String, problems: &'a Problems) -> Option<Self> {
        let Value::Table(entries) = &node.value else {
            problems.add(
                node.line,
                key,
                format!("expected a table, found {}", node.value.name()),
            );
            return None;
        };
        let entries = entries
            .iter()
            .map(|(k, n)| (k.as_str(), n, Cell::new(false)))
            .collect();
        Some(Self {
            line: node.line,
            key,
            entries,
            problems,
        })
    }

    pub(super) fn path(&self, key: &str) -> String {
        if self.key.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.key)
        }
    }

    pub(super) fn complain(&self, line: usize, key: &str, message: impl Into<String>) {
        self.problems.add(line, self.path(key), message);
    }

    /// A complaint about the table itself.
    pub(super) fn complain_here(&self, message: impl Into<String>) {
        self.problems.add(self.line, self.key.clone(), message);
    }

    /// Takes one of the table's values as a table.
    pub(super) fn open_child(&self, key: &str, node: &'a Node) -> Option<Section<'a>> {
        Section::open(node, self.path(key), self.problems)
    }

    /// All keys, with their nodes, in the order of lines.
    pub(super) fn all(&self) -> Vec<(&'a str, &'a Node)> {
        let mut all: Vec<_> = self
            .entries
            .iter()
            .map(|(key, node, seen)| {
                seen.set(true);
                (*key, *node)
            })
            .collect();
        all.sort_by_key(|(_, node)| node.line);
        all
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Node> {
        let (_, node, seen) = self.entries.iter().find(|(name, _, _)| *name == key)?;
        seen.set(true);
        Some(node)
    }

    /// Line of a key, or of the table where the key is missing.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.entries
            .iter()
            .find(|(name, _, _)| *name == key)
            .map_or(self.line, |(_, node, _)| node.line)
    }

    fn required(&self, key: &str) -> Option<&'a Node> {
        let node = self.get(key);
        if node.is_none() {
            self.complain(self.line, key, "is missing");
        }
        node
    }

    fn wrong(&self, key: &str, node: &Node, expected: &str) {
        let found = node.value.name();
        self.complain(
            node.line,
            key,
            format!("expected {expected}, found {found}"),
        );
    }

    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        Section::open(self.required(key)?, self.path(key), self.problems)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.required(key)?;
        self.optional_text(key)
    }

    pub(super) fn optional_text(&self, key: &str) -> Option<String> {
        let node = self.get(key)?;
        match &node.value {
            Value::Text(text) if text.is_empty() || text.len() > 200 => {
                self.complain(node.line, key, "must be 1 to 200 bytes long");
                None
            }
            Value::Text(text) => Some(text.clone()),
            _ => {
                self.wrong(key, node, "a text");
                None
            }
        }
    }

    pub(super) fn flag(&self, key: &str, default: bool) -> bool {
        match self.get(key) {
            None => default,
            Some(Node {
                value: Value::Bool(value),
                ..
            }) => *value,
            Some(node) => {
                self.wrong(key, node, "true or false");
                default
            }
        }
    }

    /// A whole number within limits.
    pub(super) fn optional_number(&self, key: &str, least: i64, most: i64) -> Option<i64> {
        let node = self.get(key)?;
        match &node.value {
            Value::Integer(Some(number)) if (least..=most).contains(number) => Some(*number),
            Value::Integer(_) => {
                self.complain(node.line, key, format!("must be {least} to {most}"));
                None
            }
            _ => {
                self.wrong(key, node, "a whole number");
                None
            }
        }
    }

    pub(super) fn number(&self, key: &str, least: i64, most: i64) -> Option<i64> {
        self.required(key)?;
        self.optional_number(key, least, most)
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let line = self.required(key)?.line;
        let text = self.optional_text(key)?;
        let word = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value);
        if word.is_none() {
            let words: Vec<_> = words
                .iter()
                .map(|(word, _)| format!("\"{word}\""))
                .collect();
            self.complain(
                line,
                key,
                format!("is {text:?}; it must be {}", words.join(" or ")),
            );
        }
        word
    }

    /// A list of texts; empty where the key is missing.
    pub(super) fn texts(&self, key: &str) -> Vec<(usize, String)> {
        let Some(node) = self.get(key) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.wrong(key, node, "a list of texts");
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in items {
            match &item.value {
                Value::Text(text) => texts.push((item.line, text.clone())),
                _ => self.wrong(key, item, "a text"),
            }
        }
        texts
    }

    /// A list of tables; empty where the key is missing.
    pub(super) fn tables(&self, key: &str) -> Vec<Section<'a>> {
        let Some(node) = self.get(key) else {
            return Vec::new();
        };
        let Value::List(items) = &node.value else {
            self.wrong(key, node, "a list of tables");
            return Vec::new();
        };
        items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                Section::open(item, format!("{}[{index}]", self.path(key)), self.problems)
            })
            .collect()
    }

    /// An amount of credit: a whole number, or a text with up to three decimals.
    pub(super) fn amount(&self, key: &str, zero: bool) -> Option<MilliCredits> {
        self.required(key)?;
        self.optional_amount(key, zero)
    }

    pub(super) fn optional_amount(&self, key: &str, zero: bool) -> Option<MilliCredits> {
        let node = self.get(key)?;
        let amount = match &node.value {
            Value::Integer(Some(credits)) => credits.checked_mul(1000).ok_or("is too large"),
            Value::Integer(None) => Err("is too large"),
            Value::Text(text) => milli_credits(text),
            Value::Float(text) => {
                let message = format!("fractions are written as text, to stay exact: \"{text}\"");
                self.complain(node.line, key, message);
                return None;
            }
            _ => Err("expected an amount of credits"),
        };
        let amount = amount.and_then(|amount| match amount {
            ..0 => Err("must not be below 0"),
            0 if !zero => Err("must be above 0"),
            _ if amount > CREDITS_MAX.saturating_mul(1000) => Err("is too large"),
            _ => Ok(amount),
        });
        match amount {
            Ok(amount) => Some(amount),
            Err(message) => {
                self.complain(node.line, key, message);
                None
            }
        }
    }

    /// Names every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, node, seen) in &self.entries {
            if !seen.get() {
                self.complain(node.line, key, "is not a known key");
            }
        }
    }
}

/// Reads "12", "0.25", "-1.5" exactly into thousandths.
fn milli_credits(text: &str) -> Result<MilliCredits, &'static str> {
    const SHAPE: &str = "expected an amount such as 1, \"0.5\" or \"0.125\"";
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !number(whole) || !number(part) {
        return Err(SHAPE);
    }
    if part.len() > 3 {
        return Err("the smallest part of a credit is a thousandth");
    }
    let whole: i64 = whole.parse().map_err(|_| "is too large")?;
    let part: i64 = format!("{part:0<3}").parse().map_err(|_| SHAPE)?;
    let sum = whole
        .checked_mul(1000)
        .and_then(|w| w.checked_add(part))
        .ok_or("is too large")?;
    Ok(if negative { sum.saturating_neg() } else { sum })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly() {
        for (text, expected) in [
            ("1", Ok(1000)),
            ("0.05", Ok(50)),
            ("0.125", Ok(125)),
            ("7333.8", Ok(7_333_800)),
            ("-1", Ok(-1000)),
        ] {
            assert_eq!(milli_credits(text), expected, "{text}");
        }
        for text in [
            "", ".", "1.", ".5", "1e3", "0.0001", "NaN", "inf", "1 000", "٣", "--1",
        ] {
            assert!(milli_credits(text).is_err(), "{text}");
        }
        assert_eq!(milli_credits("9223372036854775807"), Err("is too large"));
    }
}
