//! Newer rule files from the server: when to ask, what to take over, what to say about it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Worker;
use crate::api::{RuleVersions, UnixMillis};
use crate::rules::{RuleSet, Rules, SCHEMA};

/// Pause between two questions that were answered.
const PAUSE_MS: i64 = 24 * 60 * 60 * 1_000;

/// Pause after one that was not.
const PAUSE_AFTER_FAILURE_MS: i64 = 60 * 60 * 1_000;

/// When the server is asked next, and what came of it before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RulesAsked {
    /// Not before this time.
    pub next: UnixMillis,
    /// Validator of the last list that was dealt with whole.
    pub etag: Option<String>,
    /// For people: what was taken over or refused last.
    pub note: Option<String>,
    /// Whether it tells of a refusal.
    pub refused: bool,
}

/// The rules in use: the built-in ones, with those of files that were taken over. Kept apart
/// from [`super::Stored`], which is written at every change: a file is tens of kilobytes.
#[derive(Debug)]
pub struct Rulebook {
    files: BTreeMap<String, String>,
    rules: RuleSet,
}

impl Default for Rulebook {
    fn default() -> Self {
        Self {
            files: BTreeMap::new(),
            rules: RuleSet::updatable(),
        }
    }
}

impl Rulebook {
    /// Takes up stored files. One that this build does not accept, or that its own rules have
    /// overtaken, is left out.
    #[must_use]
    pub fn restore(files: BTreeMap<String, String>) -> Self {
        let mut book = Self::default();
        for (site, json) in files {
            let _ = book.take_over(&site, json);
        }
        book
    }

    /// The rules to read with.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The files that were taken over, by site: what has to be stored.
    #[must_use]
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }

    /// The sites of which the server has a newer file than what is in use.
    #[must_use]
    pub fn wanted(&self, offered: &RuleVersions) -> Vec<String> {
        if offered.schema != SCHEMA {
            return Vec::new();
        }
        let newer = offered.sites.iter().filter(|(site, version)| {
            let known = self.rules().site(site);
            known.is_some_and(|rules| rules.version() < **version)
        });
        newer.map(|(site, _)| site.clone()).collect()
    }

    /// Takes over a site's newer file, whole or not at all. Returns its version.
    ///
    /// # Errors
    /// Why it is refused, for people; the rules in use stay.
    pub fn take_over(&mut self, site: &str, json: String) -> Result<u64, String> {
        let rules = Rules::parse(&json).map_err(|error| error.to_string())?;
        if rules.site() != site {
            return Err("it is another site's file".to_owned());
        }
        let version = rules.version();
        self.rules.adopt(rules).map_err(|error| error.to_string())?;
        self.files.insert(site.to_owned(), json);
        Ok(version)
    }
}

/// What came of the files of one answer.
#[derive(Debug, Default)]
pub struct Outcome {
    taken: Vec<String>,
    refused: Option<String>,
}

impl Outcome {
    /// Adds what came of a site's file.
    pub fn add(&mut self, site: &str, result: Result<u64, String>) {
        match result {
            Ok(version) => self.taken.push(format!("{site} {version}")),
            Err(why) => self.refused = Some(format!("{site}: {why}")),
        }
    }

    fn note(&self) -> Option<String> {
        Some(match &self.refused {
            Some(why) => format!("Newer page rules were refused, the old ones stay. {why}"),
            None if self.taken.is_empty() => return None,
            None => format!(
                "Newer page rules from your server: {}.",
                self.taken.join(", ")
            ),
        })
    }
}

impl Worker {
    /// Whether the server is to be asked for newer rules now; with the validator to ask with.
    #[must_use]
    pub fn rules_due(&self, now: UnixMillis) -> Option<Option<String>> {
        let asked = &self.stored.rules;
        (self.may_call(now) && asked.next <= now).then(|| asked.etag.clone())
    }

    /// Has the server asked at the next opportunity: the browser was started.
    pub fn ask_for_rules(&mut self) {
        self.stored.rules.next = 0;
    }

    /// The server could not be asked, or a file could not be fetched.
    pub fn rules_not_answered(&mut self, now: UnixMillis) {
        self.stored.rules.next = now.saturating_add(PAUSE_AFTER_FAILURE_MS);
    }

    /// The server's files were dealt with. `changed` is `None` where it said that there is
    /// nothing new.
    pub fn rules_answered(&mut self, now: UnixMillis, changed: Option<(Option<String>, Outcome)>) {
        let asked = &mut self.stored.rules;
        asked.next = now.saturating_add(PAUSE_MS);
        if let Some((etag, outcome)) = changed {
            asked.etag = etag;
            let note = outcome.note();
            // With neither, a bad file that was told of is gone.
            if note.is_some() || asked.refused {
                asked.note = note;
            }
            asked.refused = outcome.refused.is_some();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::samples::pairing;

    fn newer(steps: u64, change: impl Fn(String) -> String) -> String {
        let file = include_str!("../sites/linkedin/rules.json");
        let version = RuleSet::built_in().site("linkedin").unwrap().version();
        let new = format!("\"version\": {}", version + steps);
        change(file.replace(&format!("\"version\": {version}"), &new))
    }

    fn offer(site: &str, version: u64) -> RuleVersions {
        RuleVersions {
            schema: SCHEMA,
            sites: [(site.to_owned(), version)].into(),
        }
    }

    #[test]
    fn a_newer_file_is_taken_over_and_restored() {
        let mut book = Rulebook::default();
        let version = book.rules().site("linkedin").unwrap().version();
        assert!(book.wanted(&offer("linkedin", version)).is_empty());
        assert!(book.wanted(&offer("elsewhere", u64::MAX)).is_empty());
        assert_eq!(book.wanted(&offer("linkedin", version + 1)), ["linkedin"]);
        assert_eq!(book.take_over("linkedin", newer(1, |f| f)), Ok(version + 1));
        assert!(book.wanted(&offer("linkedin", version + 1)).is_empty());
        let restored = Rulebook::restore(book.files().clone());
        assert_eq!(
            restored.rules().site("linkedin").unwrap().version(),
            version + 1
        );
    }

    #[test]
    fn a_bad_file_is_refused_and_the_one_in_use_stays() {
        let mut book = Rulebook::default();
        book.take_over("linkedin", newer(1, |f| f)).unwrap();
        for (site, bad) in [
            (
                "linkedin",
                newer(2, |f| f.replacen("#captcha-internal", "p:has(b)", 1)),
            ),
            (
                "linkedin",
                newer(2, |f| f.replacen("captcha_form", "other_form", 1)),
            ),
            (
                "linkedin",
                newer(2, |f| f.replacen("\"schema\": 1", "\"schema\": 2", 1)),
            ),
            ("linkedin", newer(1, |f| f)),
            ("linkedin", "{".to_owned()),
            ("crunchbase", newer(2, |f| f)),
        ] {
            let before = book.files().clone();
            assert!(book.take_over(site, bad).is_err());
            assert_eq!(book.files(), &before);
        }
    }

    #[test]
    fn stored_files_that_this_build_has_overtaken_are_left_out() {
        let old = [("linkedin".to_owned(), newer(0, |f| f))];
        assert!(Rulebook::restore(old.into()).files().is_empty());
    }

    #[test]
    fn asked_once_a_day_at_pairing_and_at_the_browsers_start() {
        let mut worker = Worker::default();
        assert_eq!(worker.rules_due(10), None);
        worker.paired("http://127.0.0.1:7317".into(), pairing());
        assert_eq!(worker.rules_due(10), Some(None));
        worker.rules_not_answered(10);
        assert_eq!(worker.rules_due(11), None);
        let later = 10 + PAUSE_AFTER_FAILURE_MS;
        assert!(worker.rules_due(later).is_some());
        let mut outcome = Outcome::default();
        outcome.add("linkedin", Err("key: selector not accepted".into()));
        worker.rules_answered(later, Some((Some("\"a\"".into()), outcome)));
        let note = worker.stored().rules.note.clone().unwrap();
        assert!(worker.stored().rules.refused && note.contains("selector"));
        assert_eq!(worker.rules_due(later + PAUSE_MS - 1), None);
        worker.ask_for_rules();
        assert_eq!(worker.rules_due(later), Some(Some("\"a\"".into())));
        // Nothing new: what was said stays.
        worker.rules_answered(later, None);
        assert!(worker.stored().rules.note.is_some());
        // The bad file was taken away.
        worker.rules_answered(later, Some((None, Outcome::default())));
        assert_eq!(worker.stored().rules.note, None);
        let mut outcome = Outcome::default();
        outcome.add("linkedin", Ok(7));
        worker.rules_answered(later, Some((None, outcome)));
        let rules = &worker.stored().rules;
        assert!(!rules.refused && rules.note.clone().unwrap().contains("linkedin 7"));
        worker.unpaired();
        assert_eq!(worker.stored().rules, RulesAsked::default());
    }
}
