//! How organisations form the local parts of their addresses.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::person::Spelling;
use crate::request::{CompanySize, SizeHint};

mod learned;
mod shape;

pub use learned::PatternModel;

/// Longest local part (RFC 5321, 4.5.3.1.1), in bytes.
const LOCAL_MAX: usize = 64;

/// A part of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Token {
    First,
    FirstInitial,
    Middle,
    MiddleInitial,
    Last,
    LastInitial,
    Separator(char),
}

/// A template of a local part, such as `{first}.{last}`; `{f}{last}|8` is cut to eight
/// characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Template {
    tokens: Vec<Token>,
    length_max: Option<usize>,
}

impl Template {
    /// Reads a template as in the data file (`{first}.{last}`, `{f}{last}|8`). `None` for
    /// anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (text, length_max) = match text.split_once('|') {
            Some((text, length)) => (text, Some(length.parse().ok()?)),
            None => (text, None),
        };
        let mut tokens = Vec::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if c == '{' {
                let (name, tail) = rest.strip_prefix('{')?.split_once('}')?;
                tokens.push(match name {
                    "first" => Token::First,
                    "f" => Token::FirstInitial,
                    "middle" => Token::Middle,
                    "m" => Token::MiddleInitial,
                    "last" => Token::Last,
                    "l" => Token::LastInitial,
                    _ => return None,
                });
                rest = tail;
            } else if matches!(c, '.' | '_' | '-') {
                tokens.push(Token::Separator(c));
                rest = rest.strip_prefix(c)?;
            } else {
                return None;
            }
        }
        (!tokens.is_empty()).then_some(Self { tokens, length_max })
    }

    /// The local part for a spelling; `None` where the spelling lacks a part, or the result
    /// would be no valid local part.
    #[must_use]
    pub fn render(&self, spelling: &Spelling) -> Option<String> {
        let mut local = String::new();
        for token in &self.tokens {
            match token {
                Token::First => local.push_str(&spelling.first),
                Token::FirstInitial => local.push_str(&spelling.first_initial),
                Token::Middle => local.push_str(spelling.middle.as_deref()?),
                Token::MiddleInitial => local.push_str(spelling.middle_initial.as_deref()?),
                Token::Last => local.push_str(spelling.last.as_deref()?),
                Token::LastInitial => local.push_str(spelling.last_initial.as_deref()?),
                Token::Separator(c) => local.push(*c),
            }
        }
        if let Some(length) = self.length_max {
            local = local.chars().take(length).collect();
        }
        is_dot_atom(&local).then_some(local)
    }
}

/// Whether `local` is a plain local part: letters, digits and inner `.`, `-`, `_`, `'`.
fn is_dot_atom(local: &str) -> bool {
    let inner = |c: char| matches!(c, '.' | '-' | '_' | '\'');
    !local.is_empty()
        && local.len() <= LOCAL_MAX
        && local
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || inner(c))
        && !local.starts_with(inner)
        && !local.ends_with(inner)
        && !local.contains("..")
}

/// A known way of forming addresses, with how common it is.
#[derive(Debug)]
pub struct Pattern {
    /// Name, such as `first.last` or `flast`.
    pub name: &'static str,
    /// How it forms a local part.
    pub template: Template,
    /// The pattern that stands in where a name has no middle name.
    pub without_middle: Option<&'static str>,
    /// Shares by class of company size, in the order of [`class`], 0 to 1.
    shares: Vec<f64>,
}

impl Pattern {
    /// How common the pattern is at companies of `size`: the share of people whose address
    /// follows it, 0 to 1.
    #[must_use]
    pub fn share(&self, size: impl Into<SizeHint>) -> f64 {
        let weighed = match size.into() {
            SizeHint::Employees(size) => class(size),
            SizeHint::AtLeast(people) => classes_of_at_least(people),
        };
        let shares = weighed.iter().filter_map(|(class, weight)| {
            let share = self.shares.get(*class)?;
            Some((share * weight, weight))
        });
        let (sum, weights) = shares.fold((0.0, 0.0), |(sum, weights), (share, weight)| {
            (sum + share, weights + weight)
        });
        if weights > 0.0 { sum / weights } else { 0.0 }
    }

    /// Whether the template asks for a middle name.
    #[must_use]
    pub fn needs_middle(&self) -> bool {
        self.template
            .tokens
            .iter()
            .any(|token| matches!(token, Token::Middle | Token::MiddleInitial))
    }
}

/// Which columns of the data stand for a company size, with their weights. The data count
/// people known at a domain, of whom there are far fewer than employees.
fn class(size: CompanySize) -> &'static [(usize, f64)] {
    match size {
        CompanySize::Micro => &[(0, 1.0), (1, 1.0)],
        CompanySize::Small => &[(1, 1.0)],
        CompanySize::Medium => &[(2, 1.0)],
        CompanySize::Large => &[(3, 1.0)],
        CompanySize::VeryLarge => &[(4, 1.0)],
        CompanySize::Enterprise => &[(5, 1.0)],
    }
}

/// The same where so many people are known at the domain, and there may be more: the classes of
/// so many and above, by how many people each has in the data (the largest domains capped, as
/// in the column of all).
fn classes_of_at_least(people: u32) -> &'static [(usize, f64)] {
    const CLASSES: [(usize, f64); 4] = [(2, 647.0), (3, 1043.0), (4, 1346.0), (5, 849.0)];
    let below = match people {
        // Whom we know may be a few of many: that says nothing yet.
        0..=4 => return &[(6, 1.0)],
        5..=9 => 0,
        10..=29 => 1,
        30..=99 => 2,
        _ => 3,
    };
    CLASSES.get(below..).unwrap_or(&[])
}

/// All known patterns, in the order of the data file.
#[must_use]
pub fn all() -> &'static [Pattern] {
    static ALL: LazyLock<Vec<Pattern>> = LazyLock::new(load);
    &ALL
}

#[derive(Deserialize)]
struct File {
    #[serde(borrow)]
    patterns: Vec<Row<'static>>,
}

#[derive(Deserialize)]
struct Row<'a> {
    name: &'a str,
    template: &'a str,
    without_middle: Option<&'a str>,
    shares: Vec<f64>,
}

fn load() -> Vec<Pattern> {
    let text: &'static str = include_str!("../data/patterns.json");
    // The file is compiled in, and a test reads it whole: an error cannot reach a user.
    let file: File = serde_json::from_str(text).unwrap_or(File {
        patterns: Vec::new(),
    });
    file.patterns
        .into_iter()
        .filter_map(|row| {
            Some(Pattern {
                name: row.name,
                template: Template::parse(row.template)?,
                without_middle: row.without_middle,
                shares: row.shares.iter().map(|percent| percent / 100.0).collect(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_file_reads_whole() {
        let text = include_str!("../data/patterns.json");
        let file: File = serde_json::from_str(text).unwrap();
        assert_eq!(all().len(), file.patterns.len());
        for size in [
            None,
            Some(CompanySize::Micro),
            Some(CompanySize::Small),
            Some(CompanySize::Medium),
            Some(CompanySize::Large),
            Some(CompanySize::VeryLarge),
            Some(CompanySize::Enterprise),
        ] {
            let total: f64 = all().iter().map(|pattern| pattern.share(size)).sum();
            assert!(total > 0.6 && total < 0.9, "{size:?}: {total}");
        }
        for pattern in all() {
            assert_eq!(pattern.shares.len(), 7, "{}", pattern.name);
            assert_eq!(pattern.needs_middle(), pattern.without_middle.is_some());
            if let Some(other) = pattern.without_middle {
                assert!(all().iter().any(|pattern| pattern.name == other), "{other}");
            }
        }
    }

    /// The measured shares of the classes, of which whoever knows a few people of a domain can
    /// leave the small ones out.
    #[test]
    fn people_known_at_the_domain_leave_small_companies_out() {
        let share = |name: &str, people| {
            let pattern = all().iter().find(|pattern| pattern.name == name);
            100.0 * pattern.unwrap().share(SizeHint::AtLeast(people))
        };
        let near = |a: f64, b: f64| (a - b).abs() < 0.1;
        for people in 0..=4 {
            assert!(near(share("first.last", people), 42.5), "{people}");
            assert!(near(share("first", people), 4.8), "{people}");
        }
        for (people, dotted, first) in [(5, 43.6, 2.9), (10, 44.3, 2.3), (30, 41.5, 1.5)] {
            assert!(
                near(share("first.last", people), dotted),
                "{people}: {}",
                share("first.last", people)
            );
            assert!(
                near(share("first", people), first),
                "{people}: {}",
                share("first", people)
            );
        }
        // Above all classes but the last stands the table's own row.
        assert!(near(share("first.last", 100), 35.8) && near(share("first", 100), 2.4));
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for bad in ["", "first.last", "{first", "{first}+{last}", "{age}", "{}"] {
            assert_eq!(Template::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn renders_valid_local_parts_only() {
        let mut spelling = Spelling {
            first: "maximilian".to_owned(),
            first_initial: "m".to_owned(),
            middle: None,
            middle_initial: None,
            last: Some("hohenfelsen".to_owned()),
            last_initial: Some("h".to_owned()),
            weight: 1.0,
            forms: Vec::new(),
        };
        let render = |template: &str, spelling: &Spelling| {
            Template::parse(template).unwrap().render(spelling)
        };
        assert_eq!(render("{f}{last}|8", &spelling).unwrap(), "mhohenfe");
        assert_eq!(render("{first}_{l}", &spelling).unwrap(), "maximilian_h");
        assert_eq!(render("{first}.{m}.{last}", &spelling), None);
        spelling.first = "x".repeat(80);
        assert_eq!(render("{first}.{last}", &spelling), None);
    }
}
