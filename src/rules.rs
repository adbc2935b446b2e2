//! Rule files: selectors, label words and title patterns as data, one versioned JSON file a
//! site.
//!
//! Logic lives in Rust under `sites/`; what a redesign or another language changes lives
//! here, so that the backend can serve a newer file without a release. Rules are data only:
//! nothing in them runs. A file is taken over only as a whole ([`RuleSet::update`]): known
//! schema, site unchanged, same keys as the built-in file, every selector and pattern parsed,
//! within the limits, version newer.

mod file;
mod pattern;

use std::cmp::Reverse;
use std::sync::OnceLock;

use crate::ordered;
use crate::selector::Selector;
use crate::sites::draft::Field;
use crate::sites::{Site, snapshot};
use file::{Lists, RuleFile};
pub use pattern::Pattern;

/// The schema this build understands.
pub const SCHEMA: u32 = 1;
/// Largest rule file, in bytes.
pub const FILE_BYTES_MAX: usize = 256 * 1024;
/// Longest selector, label word or pattern, in bytes.
pub const ENTRY_BYTES_MAX: usize = 400;
/// Most entries in one list, and most lists in one section.
pub const ENTRIES_MAX: usize = 2_000;

/// How far a file's version may be beyond that of the built-in rules. A mistyped one would
/// keep every later file out; a date with the number of the day's file (2026113001) fits.
pub const VERSION_STEP_MAX: u64 = 10_000_000_000;

/// Why a rule file is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Larger than [`FILE_BYTES_MAX`].
    #[error("the rule file has {0} bytes, more than {FILE_BYTES_MAX}")]
    TooLarge(usize),
    /// Not JSON of the expected shape, or with an unknown member.
    #[error("the rule file is not of the expected shape: {0}")]
    Shape(String),
    /// Another schema than [`SCHEMA`].
    #[error("the rule file has schema {0}, this build reads {SCHEMA}")]
    Schema(u32),
    /// A list or an entry beyond the limits, or empty.
    #[error("{0}: too many entries, or one too long or empty")]
    Limit(String),
    /// A selector that does not parse, or that could take more than linear time.
    #[error("{key}: selector not accepted: {selector}")]
    Selector {
        /// Where it stands.
        key: String,
        /// The selector.
        selector: String,
    },
    /// A selector that asks for an attribute or an element that the extension's snapshot of a
    /// page does not carry ([`crate::sites::snapshot`]): it could never find anything there.
    #[error(
        "{key}: the extension's snapshot carries not all that this selector asks for: {selector}"
    )]
    NotCarried {
        /// Where it stands.
        key: String,
        /// The selector.
        selector: String,
    },
    /// A pattern that does not parse.
    #[error("{key}: pattern not accepted: {pattern}")]
    Pattern {
        /// Where it stands.
        key: String,
        /// The pattern.
        pattern: String,
    },
    /// For a site that this build has no reader for.
    #[error("no reader for the site {0}")]
    UnknownSite(String),
    /// The lists differ from those of the built-in file.
    #[error("the rule file's keys differ from the built-in ones at {0}")]
    Keys(String),
    /// A list without entries where the built-in one has some: the reader would be blind there.
    #[error("{0}: the list is empty, the built-in one is not")]
    Emptied(String),
    /// More than [`VERSION_STEP_MAX`] beyond the built-in version.
    #[error(
        "version {offered} is more than {VERSION_STEP_MAX} beyond {built_in}: no later file could be newer for long"
    )]
    TooNew {
        /// Version of the file offered.
        offered: u64,
        /// Version of the built-in rules.
        built_in: u64,
    },
    /// Not newer than the rules in use.
    #[error("version {offered} is not newer than {current}")]
    NotNewer {
        /// Version of the file offered.
        offered: u64,
        /// Version in use.
        current: u64,
    },
}

/// Lists by their key.
#[derive(Debug, Clone)]
struct Keyed<T>(Vec<(String, Vec<T>)>);

impl<T> Keyed<T> {
    /// Checks a section of a file, list by list.
    fn checked(
        lists: Lists,
        check: impl Fn(&str, &[String]) -> Result<Vec<T>, RuleError>,
    ) -> Result<Self, RuleError> {
        let mut checked = Vec::with_capacity(lists.len());
        for (key, list) in lists {
            check_entries(&key, &list)?;
            let list = check(&key, &list)?;
            checked.push((key, list));
        }
        Ok(Self(checked))
    }

    /// A key whose list is empty here and not in `other`.
    fn emptied(&self, other: &Self) -> Option<&str> {
        let is_emptied = |(key, list): &&(String, Vec<T>)| {
            list.is_empty() && other.get(key).is_some_and(|list| !list.is_empty())
        };
        let (key, _) = self.0.iter().find(is_emptied)?;
        Some(key)
    }

    fn get(&self, key: &str) -> Option<&[T]> {
        // A hundred keys at most: looking at each is as quick as a tree, and much smaller.
        let (_, list) = self.0.iter().find(|(known, _)| known == key)?;
        Some(list)
    }

    /// A key that one of the two has and the other has not.
    fn differing<'a>(&'a self, other: &'a Self) -> Option<&'a str> {
        let lacks = |(key, _): &&(String, Vec<T>), by: &Self| by.get(key).is_none();
        let mine = self.0.iter().find(|list| lacks(list, other));
        let (key, _) = mine.or_else(|| other.0.iter().find(|list| lacks(list, self)))?;
        Some(key)
    }
}

/// The checked rules of one site.
#[derive(Debug, Clone)]
pub struct Rules {
    site: String,
    version: u64,
    selectors: Keyed<Selector>,
    labels: Keyed<String>,
    patterns: Keyed<Pattern>,
    expected: Keyed<String>,
}

impl Rules {
    /// Parses and checks a rule file.
    ///
    /// # Errors
    /// [`RuleError`] says what is wrong; nothing of a bad file is kept.
    pub fn parse(json: &str) -> Result<Self, RuleError> {
        if json.len() > FILE_BYTES_MAX {
            return Err(RuleError::TooLarge(json.len()));
        }
        let file = RuleFile::read(json).map_err(RuleError::Shape)?;
        if file.schema != SCHEMA {
            return Err(RuleError::Schema(file.schema));
        }
        for (section, lists) in [
            ("selectors", &file.selectors),
            ("labels", &file.labels),
            ("patterns", &file.patterns),
            ("expected", &file.expected),
        ] {
            if lists.len() > ENTRIES_MAX {
                return Err(RuleError::Limit(section.to_owned()));
            }
        }
        let snapshot = snapshot::Checked::new(Site::named(&file.site));
        Ok(Self {
            site: file.site,
            version: file.version,
            selectors: Keyed::checked(file.selectors, |key, list| {
                parse_selectors(&snapshot, key, list)
            })?,
            labels: Keyed::checked(file.labels, |_, words| {
                let words = words.iter().map(|word| fold(word)).collect();
                // The longest first, so that "current position" wins over "current".
                let mut words = ordered::by_key(words, |word: &String| Reverse(word.len()));
                words.dedup();
                Ok(words)
            })?,
            patterns: Keyed::checked(file.patterns, parse_patterns)?,
            expected: Keyed::checked(file.expected, parse_fields)?,
        })
    }

    /// Name of the site, as in [`crate::page::PageInfo::site`].
    #[must_use]
    pub fn site(&self) -> &str {
        &self.site
    }

    /// Version: larger is newer.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The selectors of `key`, the most durable first. Unknown keys are a mistake of the
    /// reader's author (the key set is checked when a file is taken over) and give none.
    #[must_use]
    pub fn selectors(&self, key: &str) -> &[Selector] {
        debug_assert!(self.selectors.get(key).is_some(), "no selectors {key}");
        self.selectors.get(key).unwrap_or_default()
    }

    /// The label words of `key` in all languages, folded with [`fold`], the longest first.
    #[must_use]
    pub fn labels(&self, key: &str) -> &[String] {
        debug_assert!(self.labels.get(key).is_some(), "no labels {key}");
        self.labels.get(key).unwrap_or_default()
    }

    /// The text patterns of `key`, in order of preference.
    #[must_use]
    pub fn patterns(&self, key: &str) -> &[Pattern] {
        debug_assert!(self.patterns.get(key).is_some(), "no patterns {key}");
        self.patterns.get(key).unwrap_or_default()
    }

    /// The fields that a capture of this page kind usually has ([`crate::health`]); none for
    /// a kind that nothing is expected of. Unlike the other sections, a file may leave it, or
    /// kinds in it, out: then the built-in ones hold. An empty list ends the figure of a kind.
    #[must_use]
    pub fn expected(&self, kind: &str) -> &[String] {
        self.expected.get(kind).unwrap_or_default()
    }

    /// Whether `text` as a whole is one of the label words of `key`.
    #[must_use]
    pub fn is_label(&self, key: &str, text: &str) -> bool {
        let folded = fold(text);
        self.labels(key).contains(&folded)
    }

    /// Whether one of the label words of `key` stands in `text`.
    #[must_use]
    pub fn has_label(&self, key: &str, text: &str) -> bool {
        let folded = fold(text);
        self.labels(key).iter().any(|word| folded.contains(word))
    }

    /// What follows "Label:" where `text` begins with a label word of `key` and a colon
    /// (ASCII or full width, spaces before it allowed, as French has them).
    #[must_use]
    pub fn after_label<'t>(&self, key: &str, text: &'t str) -> Option<&'t str> {
        let (label, rest) = text.split_once([':', '\u{ff1a}'])?;
        self.is_label(key, label).then(|| rest.trim())
    }
}

/// Folds text for comparison with label words: lower case, white space collapsed, ends
/// trimmed, typographic apostrophes made plain.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            match c {
                '\u{2019}' | '\u{02bc}' => out.push('\''),
                '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' => {}
                _ => out.extend(crate::unicode::lower_char(c)),
            }
        }
    }
    out
}

fn check_entries(key: &str, list: &[String]) -> Result<(), RuleError> {
    let bad = list.len() > ENTRIES_MAX
        || list
            .iter()
            .any(|entry| entry.trim().is_empty() || entry.len() > ENTRY_BYTES_MAX);
    if bad {
        return Err(RuleError::Limit(key.to_owned()));
    }
    Ok(())
}

fn parse_selectors(
    snapshot: &snapshot::Checked,
    key: &str,
    list: &[String],
) -> Result<Vec<Selector>, RuleError> {
    list.iter()
        .map(|text| {
            let (key, selector) = (key.to_owned(), text.clone());
            match Selector::parse(text) {
                Err(_) => Err(RuleError::Selector { key, selector }),
                Ok(parsed) if !snapshot.carries(&parsed) => {
                    Err(RuleError::NotCarried { key, selector })
                }
                Ok(parsed) => Ok(parsed),
            }
        })
        .collect()
}

fn parse_fields(key: &str, list: &[String]) -> Result<Vec<String>, RuleError> {
    match list.iter().find(|name| Field::named(name).is_none()) {
        Some(name) => Err(RuleError::Shape(format!(
            "expected: {key}: a lead has no field {name}"
        ))),
        None => Ok(list.to_vec()),
    }
}

fn parse_patterns(key: &str, list: &[String]) -> Result<Vec<Pattern>, RuleError> {
    list.iter()
        .map(|text| {
            Pattern::parse(text).ok_or_else(|| RuleError::Pattern {
                key: key.to_owned(),
                pattern: text.clone(),
            })
        })
        .collect()
}

/// The rules of every site: the built-in ones, or newer ones taken over since.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    sites: Vec<Rules>,
    /// Where the rules of other sites are; `None` for the built-in ones themselves.
    rest: Option<&'static RuleSet>,
}

impl RuleSet {
    /// The rules this build was made with.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<RuleSet> = OnceLock::new();
        BUILT_IN.get_or_init(|| {
            let mut sites = Vec::new();
            for json in crate::packed::rule_files() {
                // A built-in file that does not parse fails the unit test below.
                if let Ok(rules) = Rules::parse(json) {
                    sites.push(rules);
                }
            }
            Self { sites, rest: None }
        })
    }

    /// The built-in rules, to be updated. Those of sites without a newer file are not copied.
    #[must_use]
    pub fn updatable() -> Self {
        Self {
            sites: Vec::new(),
            rest: Some(Self::built_in()),
        }
    }

    /// The rules of a site.
    #[must_use]
    pub fn site(&self, site: &str) -> Option<&Rules> {
        let own = self.sites.iter().find(|rules| rules.site == site);
        own.or_else(|| self.rest?.site(site))
    }

    /// Takes over a newer rule file for one of the known sites; a bad one is refused and
    /// the rules in use stay. Returns the site.
    ///
    /// # Errors
    /// [`RuleError`] says why the file is refused.
    pub fn update(&mut self, json: &str) -> Result<String, RuleError> {
        let offered = Rules::parse(json)?;
        let site = offered.site.clone();
        self.adopt(offered)?;
        Ok(site)
    }

    /// As [`RuleSet::update`], with a file that has been parsed.
    ///
    /// # Errors
    /// An unknown site, other keys than those in use, an emptied list, or a version that is not
    /// newer, or too new by far.
    pub fn adopt(&mut self, mut offered: Rules) -> Result<(), RuleError> {
        let current = self
            .site(&offered.site)
            .ok_or_else(|| RuleError::UnknownSite(offered.site.clone()))?;
        if offered.version <= current.version {
            return Err(RuleError::NotNewer {
                offered: offered.version,
                current: current.version,
            });
        }
        let differing = offered
            .selectors
            .differing(&current.selectors)
            .or_else(|| offered.labels.differing(&current.labels))
            .or_else(|| offered.patterns.differing(&current.patterns));
        if let Some(key) = differing {
            return Err(RuleError::Keys(key.to_owned()));
        }
        let built_in = self
            .rest
            .map_or(Some(current), |rest| rest.site(&offered.site));
        let built_in = built_in.unwrap_or(current);
        if offered.version > built_in.version.saturating_add(VERSION_STEP_MAX) {
            return Err(RuleError::TooNew {
                offered: offered.version,
                built_in: built_in.version,
            });
        }
        let emptied = offered
            .selectors
            .emptied(&built_in.selectors)
            .or_else(|| offered.labels.emptied(&built_in.labels))
            .or_else(|| offered.patterns.emptied(&built_in.patterns));
        if let Some(key) = emptied {
            return Err(RuleError::Emptied(key.to_owned()));
        }
        for (kind, fields) in &built_in.expected.0 {
            if offered.expected.get(kind).is_none() {
                offered.expected.0.push((kind.clone(), fields.clone()));
            }
        }
        self.sites.retain(|rules| rules.site != offered.site);
        self.sites.push(offered);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_files_are_all_accepted() {
        for json in crate::packed::rule_files() {
            if let Err(error) = Rules::parse(json) {
                panic!("{error}");
            }
        }
        let files = crate::packed::rule_files().len();
        assert_eq!(RuleSet::built_in().sites.len(), files);
    }

    const OLD: &str = r#"{"schema":1,"site":"linkedin","version":1,
        "selectors":{"a":["h1"]},"labels":{"now":{"en":["Current"],"fr":["Actuel"]}},
        "patterns":{"t":["{name} | LinkedIn"]}}"#;

    fn set() -> RuleSet {
        let rules = Rules::parse(OLD).unwrap();
        RuleSet {
            sites: vec![rules],
            rest: None,
        }
    }

    #[test]
    fn a_newer_file_is_taken_over() {
        let mut set = set();
        let newer = OLD
            .replace("\"version\":1", "\"version\":2")
            .replace("h1", "h2");
        assert_eq!(set.update(&newer), Ok("linkedin".to_owned()));
        assert_eq!(set.site("linkedin").unwrap().version(), 2);
    }

    #[test]
    fn bad_files_are_refused_and_the_old_one_stays() {
        let mut set = set();
        let newer = OLD.replace("\"version\":1", "\"version\":2");
        type Expected = fn(&RuleError) -> bool;
        let bad: [(String, Expected); 16] = [
            (newer.replace("h1", "[data-build]"), |e| {
                matches!(e, RuleError::NotCarried { .. })
            }),
            (newer.replace("h1", "script#config"), |e| {
                matches!(e, RuleError::NotCarried { .. })
            }),
            (
                newer.replace("[\"h1\"]", "[]"),
                |e| matches!(e, RuleError::Emptied(key) if key == "a"),
            ),
            (
                newer
                    .replace("[\"Current\"]", "[]")
                    .replace("[\"Actuel\"]", "[]"),
                |e| matches!(e, RuleError::Emptied(key) if key == "now"),
            ),
            (
                newer.replace("[\"{name} | LinkedIn\"]", "[]"),
                |e| matches!(e, RuleError::Emptied(key) if key == "t"),
            ),
            (
                newer.replace("\"version\":2", "\"version\":10000000002"),
                |e| matches!(e, RuleError::TooNew { .. }),
            ),
            (OLD.to_owned(), |e| matches!(e, RuleError::NotNewer { .. })),
            (newer.replace("linkedin\"", "elsewhere\""), |e| {
                matches!(e, RuleError::UnknownSite(_))
            }),
            (newer.replace("h1", "h1["), |e| {
                matches!(e, RuleError::Selector { .. })
            }),
            (newer.replace("h1", "div:has(h1)"), |e| {
                matches!(e, RuleError::Selector { .. })
            }),
            (newer.replace("\"a\"", "\"b\""), |e| {
                matches!(e, RuleError::Keys(_))
            }),
            (newer.replace("{name}", "{name"), |e| {
                matches!(e, RuleError::Pattern { .. })
            }),
            (newer.replace("\"schema\":1", "\"schema\":9"), |e| {
                matches!(e, RuleError::Schema(9))
            }),
            (newer.replace("\"schema\"", "\"run\":1,\"schema\""), |e| {
                matches!(e, RuleError::Shape(_))
            }),
            (
                newer.replace(
                    "\"patterns\"",
                    "\"expected\":{\"profile\":[\"shoe_size\"]},\"patterns\"",
                ),
                |e| matches!(e, RuleError::Shape(_)),
            ),
            (" ".repeat(FILE_BYTES_MAX + 1), |e| {
                matches!(e, RuleError::TooLarge(_))
            }),
        ];
        for (file, expected) in bad {
            let error = set.update(&file).unwrap_err();
            assert!(expected(&error), "{error}");
            assert_eq!(set.site("linkedin").unwrap().version(), 1);
        }
    }

    #[test]
    fn a_date_may_be_the_version() {
        let newer = OLD.replace("\"version\":1", "\"version\":2026113001");
        assert!(set().update(&newer).is_ok());
    }

    #[test]
    fn kinds_of_which_a_file_expects_nothing_keep_what_was_expected() {
        let fields = |kind: &str, members: &str| {
            let mut set = RuleSet {
                sites: vec![Rules::parse(&OLD.replace(
                    "\"patterns\"",
                    "\"expected\":{\"profile\":[\"title\"],\"company\":[\"website\"]},\"patterns\"",
                ))
                .unwrap()],
                rest: None,
            };
            let newer = OLD
                .replace("\"version\":1", "\"version\":2")
                .replace("\"patterns\"", &format!("{members}\"patterns\""));
            set.update(&newer).unwrap();
            set.site("linkedin").unwrap().expected(kind).to_vec()
        };
        assert_eq!(fields("profile", ""), ["title"]);
        let other = "\"expected\":{\"company\":[\"full_name\"]},";
        assert_eq!(fields("profile", other), ["title"]);
        assert_eq!(fields("company", other), ["full_name"]);
        // On purpose.
        let ended = "\"expected\":{\"profile\":[]},";
        assert_eq!(fields("profile", ended), Vec::<String>::new());
    }

    #[test]
    fn labels_match_whatever_the_case_and_space() {
        let rules = Rules::parse(OLD).unwrap();
        assert_eq!(rules.after_label("now", "Actuel\u{a0}: CTO"), Some("CTO"));
        assert_eq!(rules.after_label("now", "CURRENT: CTO"), Some("CTO"));
        assert_eq!(rules.after_label("now", "Past: CTO"), None);
        assert!(rules.is_label("now", " current "));
    }
}
